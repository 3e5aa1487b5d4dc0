"""Words without which a file cannot have a capability, to pass over most files without looking closely."""

from __future__ import annotations

from collections.abc import Mapping

from pinkeeper.review.capabilities.summary import Capability

__all__ = ["WORDS"]

WORDS: Mapping[Capability, tuple[bytes, ...]] = {
    Capability.PROCESS: (
        *(b"subprocess", b"popen", b"os.system", b"pty", b"spawn", b"exec", b"fork", b"multiprocessing", b"startfile"),
        *(b"sh.", b"pexpect", b"plumbum", b"invoke", b"paramiko", b"Process", b"system("),
    ),
    Capability.NETWORK: (
        *(b"socket", b"http", b"urllib", b"requests", b"aiohttp", b"urlopen", b"ftplib", b"smtplib", b"telnetlib"),
        *(b"websocket", b"grpc", b"dns", b"paramiko", b"boto", b"pycurl", b"webbrowser", b"xmlrpc", b"imaplib"),
        *(b"poplib", b"nntplib", b"asyncio", b"tornado", b"twisted", b"trio", b"anyio", b"redis", b"session"),
        b"client",
    ),
    Capability.DYNAMIC_CODE: (
        *(b"exec", b"eval", b"compile", b"__import__", b"import_module", b"importlib", b"marshal", b"CodeType"),
        *(b"FunctionType", b"runpy", b"code."),
    ),
    Capability.NATIVE: (b"ctypes", b"cffi", b"dlopen", b"LoadLibrary", b"mmap", b"CDLL"),
    Capability.CREDENTIALS: (
        *(b"ssh", b"aws", b"netrc", b"pypirc", b"npmrc", b"kube", b"docker", b"gcloud", b"azure", b"keyring"),
        b"shadow",
        *(b".env", b"credential", b"token", b"secret", b"169.254", b"metadata", b"history", b"cookies", b"wallet"),
        *(b"passw", b"Login Data", b"key", b"gitconfig", b"git-credentials"),
    ),
    Capability.PERSISTENCE: (
        *(b"cron", b"systemd", b"systemctl", b"LaunchAgents", b"autostart", b"Startup", b"CurrentVersion", b"bashrc"),
        *(b"profile", b"zshrc", b".pth", b"customize", b"authorized_keys", b"hooks", b"site-packages", b"rc.local"),
        *(b"schtasks", b"winreg", b"getsitepackages", b"init.d"),
    ),
    Capability.DESERIALISATION: (
        *(b"pickle", b"marshal", b"shelve", b"yaml", b"dill", b"joblib", b"torch", b"jsonpickle", b"load"),
    ),
    Capability.REFLECTION: (
        *(b"getattr", b"globals", b"locals", b"vars", b"builtins", b"__dict__", b"_getframe", b"__subclasses__"),
        *(b"gc.", b"settrace", b"inspect", b"sys.modules", b"__globals__", b"__code__"),
    ),
    Capability.PATCHING: (b"=", b"setattr"),
}
"""By capability; one that is not here has no words that every file must have."""
