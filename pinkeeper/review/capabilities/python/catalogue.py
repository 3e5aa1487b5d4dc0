"""What can be done by calling what, by qualified name; and how odd spellings of a name are brought to one."""

from __future__ import annotations

from typing import Final

from pinkeeper.review.capabilities.python.value import BIT, GATE
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["BUILTINS", "MODULES_OF_POWER", "Entry", "canonical", "entry", "has_prefix"]

Entry = tuple[Capability, int]
"""What a callee does, and the marks of what it gives."""

_SHELL = BIT[Mark.SHELL]
_FETCHED = BIT[Mark.FETCHED]
_SURVEYED = BIT[Mark.SURVEYED]
_SECRET = BIT[Mark.SECRET]
_DECODED = BIT[Mark.DECODED]
_TEMPORARY = BIT[Mark.TEMPORARY]

_TABLE: Final[dict[str, Entry]] = {}


def _add(capability: Capability, bits: int, names: str, *, under: str = "") -> None:
    prefix = f"{under}." if under else ""
    for name in names.split():
        _TABLE[prefix + name] = (capability, bits)


# Processes -----------------------------------------------------------------------------------------------------------

_P = Capability.PROCESS
_add(_P, 0, "run call check_call check_output Popen getoutput getstatusoutput", under="subprocess")
_add(_P, 0, "system popen startfile fork forkpty posix_spawn posix_spawnp", under="os")
_add(_P, 0, "popen2 popen3 popen4", under="os")
_add(_P, 0, "execl execle execlp execlpe execv execve execvp execvpe", under="os")
_add(_P, 0, "spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe", under="os")
_add(_P, 0, "pty.spawn pty.fork commands.getoutput commands.getstatusoutput popen2.popen2 popen2.popen3 popen2.Popen3")
_add(_P, 0, "asyncio.create_subprocess_exec asyncio.create_subprocess_shell")
_add(_P, 0, "asyncio.subprocess.create_subprocess_exec asyncio.subprocess.create_subprocess_shell")
_add(_P, 0, "multiprocessing.Process multiprocessing.Pool multiprocessing.pool.Pool multiprocessing.context.Process")
_add(_P, 0, "_posixsubprocess.fork_exec _winapi.CreateProcess win32process.CreateProcess win32api.ShellExecute")
_add(_P, 0, "win32api.WinExec shell.ShellExecuteEx win32com.shell.shell.ShellExecuteEx")
_add(_P, 0, "pexpect.spawn pexpect.run pexpect.popen_spawn.PopenSpawn ptyprocess.PtyProcess.spawn")
_add(_P, 0, "distutils.spawn.spawn setuptools._distutils.spawn.spawn psutil.Popen trio.run_process")
_add(_P, 0, "anyio.run_process anyio.open_process trio.lowlevel.open_process sh.Command invoke.run delegator.run")
_add(_P, 0, "pip.main ensurepip.bootstrap _xxsubinterpreters.create")
_add(_P, 0, "docker.from_env docker.DockerClient docker.APIClient podman.PodmanClient")
_add(_P, 0, "plumbum.local envoy.run gevent.os.fork win32com.client.Dispatch wmi.WMI")

# Networks ------------------------------------------------------------------------------------------------------------

_N = Capability.NETWORK
_HTTP = "get post put patch delete head options request"
for _module in (
    "requests",
    "requests.api",
    "httpx",
    "niquests",
    "curl_cffi.requests",
    "primp",
    "tls_client",
    "treq",
    "grequests",
):
    _add(_N, _FETCHED, _HTTP, under=_module)
_add(_N, 0, "Session session", under="requests")
_add(_N, 0, "sessions.Session sessions.session adapters.HTTPAdapter", under="requests")
_add(_N, _FETCHED, _HTTP + " send", under="requests.Session")
_add(_N, _FETCHED, "stream", under="httpx")
_add(_N, 0, "Client AsyncClient HTTPTransport AsyncHTTPTransport", under="httpx")
_add(_N, _FETCHED, _HTTP + " send stream", under="httpx.Client")
_add(_N, _FETCHED, _HTTP + " send stream", under="httpx.AsyncClient")
_add(_N, _FETCHED, "request", under="aiohttp")
_add(_N, 0, "ClientSession TCPConnector UnixConnector", under="aiohttp")
_add(_N, _FETCHED, _HTTP + " ws_connect", under="aiohttp.ClientSession")
_add(
    _N,
    _FETCHED,
    "request PoolManager ProxyManager HTTPConnectionPool HTTPSConnectionPool connection_from_url",
    under="urllib3",
)
_add(_N, _FETCHED, "request urlopen", under="urllib3.PoolManager")
_add(_N, _FETCHED, "urlopen urlretrieve build_opener URLopener FancyURLopener", under="urllib.request")
_add(_N, _FETCHED, "OpenerDirector.open URLopener.open FancyURLopener.open URLopener.retrieve", under="urllib.request")
_add(_N, _FETCHED, "HTTPConnection HTTPSConnection", under="http.client")
_add(_N, _FETCHED, "request getresponse connect send", under="http.client.HTTPConnection")
_add(_N, _FETCHED, "request getresponse connect send", under="http.client.HTTPSConnection")
_add(
    _N,
    _FETCHED,
    "socket create_connection create_server socketpair fromfd gethostbyname gethostbyname_ex",
    under="socket",
)
_add(_N, _FETCHED, "getaddrinfo gethostbyaddr getnameinfo SocketType", under="socket")
_add(
    _N,
    _FETCHED,
    "connect connect_ex bind listen accept send sendall sendto sendmsg sendfile recv recvfrom recv_into "
    "recvmsg makefile",
    under="socket.socket",
)
_add(_N, _FETCHED, "open_connection start_server open_unix_connection", under="asyncio")
_add(_N, _FETCHED, "connect serve unix_connect", under="websockets")
_add(
    _N,
    _FETCHED,
    "client.connect sync.client.connect asyncio.client.connect legacy.client.connect server.serve",
    under="websockets",
)
_add(_N, _FETCHED, "WebSocketApp WebSocket create_connection", under="websocket")
_add(_N, _FETCHED, "ftplib.FTP ftplib.FTP_TLS smtplib.SMTP smtplib.SMTP_SSL poplib.POP3 poplib.POP3_SSL imaplib.IMAP4")
_add(_N, _FETCHED, "imaplib.IMAP4_SSL nntplib.NNTP telnetlib.Telnet xmlrpc.client.ServerProxy xmlrpc.client.Server")
_add(_N, _FETCHED, "sendmail send_message login connect", under="smtplib.SMTP")
_add(_N, _FETCHED, "sendmail send_message login connect", under="smtplib.SMTP_SSL")
_add(_N, _FETCHED, "storbinary storlines retrbinary retrlines connect login", under="ftplib.FTP")
_add(
    _N,
    _FETCHED,
    "paramiko.SSHClient paramiko.Transport paramiko.SFTPClient.from_transport asyncssh.connect fabric.Connection",
)
_add(_N, _FETCHED, "connect exec_command open_sftp invoke_shell", under="paramiko.SSHClient")
_add(
    _N,
    _FETCHED,
    "dns.resolver.resolve dns.resolver.query dns.resolver.Resolver dns.asyncresolver.resolve dns.query.udp",
)
_add(
    _N,
    _FETCHED,
    "dns.resolver.Resolver.resolve dns.resolver.Resolver.query dns.query.tcp dns.query.https dns.query.tls",
)
_add(_N, _FETCHED, "pycurl.Curl httplib2.Http httplib2.Http.request tornado.httpclient.HTTPClient")
_add(
    _N,
    _FETCHED,
    "tornado.httpclient.AsyncHTTPClient socks.socksocket socks.create_connection sshtunnel.SSHTunnelForwarder",
)
_add(
    _N,
    _FETCHED,
    "pyngrok.ngrok.connect ngrok.connect ngrok.forward telebot.TeleBot telegram.Bot discord.Client discord.Webhook",
)
_add(
    _N,
    _FETCHED,
    "discord.SyncWebhook.from_url discord_webhook.DiscordWebhook dhooks.Webhook slack_sdk.webhook.WebhookClient",
)
_add(
    _N,
    _FETCHED,
    "paho.mqtt.client.Client zmq.Context pika.BlockingConnection irc.client.Reactor stem.process.launch_tor",
)
_add(_N, _FETCHED, "grpc.insecure_channel grpc.secure_channel grpc.aio.insecure_channel grpc.aio.secure_channel")
_add(_N, _FETCHED, "anyio.connect_tcp trio.open_tcp_stream trio.open_ssl_over_tcp_stream wget.download gdown.download")
_add(_N, 0, "SocketHandler DatagramHandler SysLogHandler HTTPHandler SMTPHandler", under="logging.handlers")
_add(_N, _FETCHED, "multiprocessing.connection.Client multiprocessing.connection.Listener asyncio.open_unix_connection")
_add(
    _N,
    _FETCHED,
    "multiprocessing.connection.Client.recv multiprocessing.managers.BaseManager Pyro5.api.Proxy rpyc.connect",
)
_add(_N, 0, "sentry_sdk.init posthog.Posthog mixpanel.Mixpanel rollbar.init bugsnag.configure")
_add(_N, 0, "webbrowser.open webbrowser.open_new webbrowser.open_new_tab socketserver.TCPServer socketserver.UDPServer")
_add(_N, 0, "socketserver.ThreadingTCPServer http.server.HTTPServer http.server.ThreadingHTTPServer")

_GIVING_NOTHING = word_set(
    "connect connect_ex bind listen send sendall sendto sendmsg sendfile login sendmail send_message socket session "
    "create_connection create_server socketpair fromfd gethostbyname gethostbyname_ex getaddrinfo "
    "gethostbyaddr getnameinfo "
    "connection_from_url build_opener start_server insecure_channel secure_channel serve storbinary storlines"
)
for _name, (_capability, _bits) in list(_TABLE.items()):
    _last = _name.rpartition(".")[2]
    if _capability is _N and (_last[0].isupper() or _last in _GIVING_NOTHING):
        _TABLE[_name] = (_capability, _bits & ~_FETCHED)

# Code made at run time -----------------------------------------------------------------------------------------------

_D = Capability.DYNAMIC_CODE
_add(_D, 0, "exec eval compile execfile", under="builtins")
_add(_D, 0, "types.FunctionType types.CodeType types.LambdaType code.interact code.InteractiveInterpreter")
_add(_D, 0, "code.InteractiveConsole code.InteractiveInterpreter.runsource code.InteractiveInterpreter.runcode")
_add(_D, 0, "code.InteractiveConsole.push code.compile_command codeop.compile_command")
_add(
    _D,
    0,
    "runpy.run_path runpy.run_module runpy._run_code imp.load_source imp.load_module imp.load_compiled "
    "imp.load_dynamic",
)
_add(_D, 0, "spec_from_file_location", under="importlib.util")
_add(_D, 0, "SourceFileLoader SourcelessFileLoader", under="importlib.machinery")
_add(_D, 0, "importlib._bootstrap_external.SourceFileLoader zipimport.zipimporter pickle._getattribute")
_add(_D, 0, "timeit.timeit timeit.repeat cProfile.run profile.run pdb.run trace.Trace.run bdb.Bdb.run")
_add(
    _D, 0, "site.addsitedir site.addpackage _testcapi.run_in_subinterp _xxsubinterpreters.run_string _interpreters.exec"
)
_add(_D, 0, "pkgutil.ImpImporter.find_module sys.call_tracing types.CodeType.replace")

_add(Capability.NATIVE, 0, "CDLL WinDLL OleDLL PyDLL LibraryLoader", under="ctypes")
_add(Capability.NATIVE, 0, "cdll.LoadLibrary windll.LoadLibrary oledll.LoadLibrary pydll.LoadLibrary", under="ctypes")
_add(Capability.NATIVE, 0, "memmove memset string_at from_address", under="ctypes")
_add(
    Capability.NATIVE,
    0,
    "_ctypes.dlopen _ctypes.LoadLibrary cffi.FFI cffi.FFI.dlopen cffi.FFI.verify "
    "importlib.machinery.ExtensionFileLoader",
)
_add(Capability.NATIVE, 0, "numpy.ctypeslib.load_library jnius.autoclass objc.loadBundle")

# What a machine and its user tell ------------------------------------------------------------------------------------

_S = Capability.HOST_SURVEY
_GATED_SURVEY = _SURVEYED | GATE
_add(
    _S,
    _GATED_SURVEY,
    "node uname platform system machine release version processor win32_ver mac_ver libc_ver",
    under="platform",
)
_add(_S, _GATED_SURVEY, "freedesktop_os_release architecture", under="platform")
_add(_S, _GATED_SURVEY, "os.uname os.getlogin os.getuid os.geteuid getpass.getuser socket.gethostname socket.getfqdn")
_add(_S, _GATED_SURVEY, "pwd.getpwuid pwd.getpwnam pwd.getpwall uuid.getnode locale.getdefaultlocale locale.getlocale")
_add(
    _S,
    _GATED_SURVEY,
    "distro.id distro.name distro.info distro.linux_distribution ctypes.windll.kernel32.GetUserDefaultUILanguage",
)
_add(
    _S,
    _SURVEYED,
    "psutil.process_iter psutil.net_if_addrs psutil.users psutil.net_connections psutil.pids psutil.boot_time",
)
_add(
    _S,
    _SURVEYED,
    "netifaces.interfaces netifaces.ifaddresses ifaddr.get_adapters psutil.disk_partitions win32api.GetUserName",
)

_C = Capability.CREDENTIALS
# What a user copies, types and sees holds whatever passes by.
_add(
    _C,
    _SURVEYED | _SECRET,
    "PIL.ImageGrab.grab PIL.ImageGrab.grabclipboard pyautogui.screenshot mss.mss pyperclip.paste "
    "pyperclip.waitForPaste pynput.keyboard.Listener pynput.mouse.Listener keyboard.on_press keyboard.hook "
    "keyboard.record "
    "win32clipboard.GetClipboardData clipboard.paste",
)
_add(
    _C,
    _SECRET,
    "keyring.get_password keyring.get_credential secretstorage.get_default_collection win32crypt.CryptUnprotectData",
)
_add(_C, _SECRET, "netrc.netrc browser_cookie3.load browser_cookie3.chrome browser_cookie3.firefox")
_add(_C, _SECRET, "win32cred.CredRead win32cred.CredEnumerate spwd.getspnam spwd.getspall pycookiecheat.chrome_cookies")

# Files ---------------------------------------------------------------------------------------------------------------

_W = Capability.FILE_WRITE
_add(
    _W,
    0,
    "remove unlink rename renames replace rmdir removedirs chmod lchmod fchmod chown lchown link symlink truncate",
    under="os",
)
_add(_W, 0, "copy copy2 copyfile copymode copytree copyfileobj move rmtree unpack_archive chown", under="shutil")
_add(_W, _TEMPORARY, "NamedTemporaryFile TemporaryFile SpooledTemporaryFile mkstemp", under="tempfile")
_add(_W, 0, "zipfile.ZipFile.extractall zipfile.ZipFile.extract tarfile.TarFile.extractall tarfile.TarFile.extract")
_add(
    _W,
    0,
    "unlink rename replace rmdir chmod symlink_to hardlink_to link_to write_text write_bytes touch",
    under="pathlib.Path",
)
_add(_W, BIT[Mark.EXECUTABLE], "memfd_create", under="os")
_add(_W, 0, "distutils.file_util.copy_file distutils.file_util.write_file os.mkfifo os.mknod")

# What brings objects back --------------------------------------------------------------------------------------------

_O = Capability.DESERIALISATION
for _module in ("pickle", "dill", "cloudpickle", "marshal"):
    _add(_O, _DECODED, "load loads Unpickler _Unpickler _loads _load", under=_module)
    _add(_O, _DECODED, "load", under=f"{_module}.Unpickler")
_add(_O, _DECODED, "shelve.open joblib.load torch.load pandas.read_pickle pickle5.load pickle5.loads jsonpickle.decode")
_add(_O, _DECODED, "jsonpickle.loads yaml.unsafe_load yaml.unsafe_load_all yaml.full_load yaml.load yaml.load_all")
_add(_O, _DECODED, "hickle.load klepto.archives.file_archive sklearn.externals.joblib.load")

# Introspection -------------------------------------------------------------------------------------------------------

_R = Capability.REFLECTION
_add(
    _R, 0, "sys._getframe sys._current_frames inspect.currentframe inspect.stack inspect.getouterframes gc.get_objects"
)
_add(
    _R,
    0,
    "sys.settrace sys.setprofile threading.settrace threading.setprofile sys.addaudithook "
    "sys.monitoring.register_callback",
)
_add(_R, 0, "gc.get_referrers gc.get_referents")

_ALIASES: Final = {
    "__builtin__": "builtins",
    "_io.open": "builtins.open",
    "io.open": "builtins.open",
    "io.open_code": "builtins.open",
    "codecs.open": "builtins.open",
    "posix": "os",
    "nt": "os",
    "posixpath": "os.path",
    "ntpath": "os.path",
    "_socket": "socket",
    "_pickle": "pickle",
    "cPickle": "pickle",
    "_ctypes.dlopen": "_ctypes.dlopen",
    "httplib": "http.client",
    "urllib2": "urllib.request",
    "urllib.urlopen": "urllib.request.urlopen",
    "urllib.urlretrieve": "urllib.request.urlretrieve",
    "urllib.unquote": "urllib.parse.unquote",
    "six.moves": "",
    "future.moves": "",
    "eventlet.green": "",
    "xmlrpclib": "xmlrpc.client",
    "importlib.__import__": "builtins.__import__",
    "importlib._bootstrap.__import__": "builtins.__import__",
    "importlib._bootstrap._gcd_import": "importlib.import_module",
    "importlib._bootstrap._find_and_load": "importlib.import_module",
    "requests.sessions.Session": "requests.Session",
    "requests.session": "requests.Session",
    "SocketServer": "socketserver",
    "thread": "_thread",
    "smtplib.SMTP_SSL": "smtplib.SMTP_SSL",
    "tempfile.template": "tempfile.template",
    "os.errno": "errno",
    "os.environb": "os.environ",
    "os.getenvb": "os.getenv",
    "pip._internal.main": "pip.main",
    "pip._internal.cli.main.main": "pip.main",
    "pip._internal.main.main": "pip.main",
    "pip._internal.commands.create_command": "pip.main",
    "pip._internal.commands.install.InstallCommand": "pip.main",
    "ptyprocess.PtyProcessUnicode.spawn": "ptyprocess.PtyProcess.spawn",
    "pathlib.PosixPath": "pathlib.Path",
    "pathlib.WindowsPath": "pathlib.Path",
    "pathlib2.Path": "pathlib.Path",
    "ctypes.cdll.__getitem__": "ctypes.cdll.LoadLibrary",
    "urllib.request.OpenerDirector": "urllib.request.build_opener",
    "urllib.request.build_opener.open": "urllib.request.OpenerDirector.open",
    "zipfile.PyZipFile": "zipfile.ZipFile",
    "tarfile.open": "tarfile.TarFile",
    "socket.create_connection.sendall": "socket.socket.sendall",
    "socket.create_connection.send": "socket.socket.send",
    "socket.create_connection.recv": "socket.socket.recv",
    "imp.importlib": "importlib",
    "threading._Timer": "threading.Timer",
    "asyncio.subprocess.create_subprocess_exec": "asyncio.create_subprocess_exec",
    "asyncio.subprocess.create_subprocess_shell": "asyncio.create_subprocess_shell",
}
_CALLING: Final = (".__call__", ".__init__", ".__new__")
_ALIAS_DEPTH: Final = 4
_ALIAS_PARTS: Final = max(name.count(".") for name in _ALIASES) + 1

MODULES_OF_POWER: Final = word_set(
    "os sys subprocess builtins socket importlib ctypes pickle marshal shutil pty platform requests httpx "
    "urllib urllib3 "
    "runpy code types posix nt asyncio multiprocessing imp http ftplib smtplib webbrowser tempfile getpass commands "
    "_posixsubprocess _winapi base64 zlib codecs binascii"
)
"""Modules of which an attribute by a name that is not known is remarkable, and that others may hand on as their own."""

BUILTINS: Final = word_set(
    "exec eval compile execfile open __import__ getattr setattr delattr hasattr globals locals vars dir map "
    "filter reversed "
    "sorted min max sum abs chr ord int float str bytes bytearray memoryview list tuple dict set frozenset type object "
    "super range enumerate zip iter next len repr ascii format hex oct bin bool slice divmod pow round property "
    "staticmethod classmethod print isinstance issubclass callable id hash input any all breakpoint"
)
"""Builtins that the analyser knows by name."""

_VENDORS: Final = (
    "_vendor",
    "_vendored",
    "vendor",
    "vendored",
    "extern",
    "externals",
    "_externals",
    "thirdparty",
    "third_party",
)


def canonical(name: str) -> str:  # noqa: C901, PLR0912 - one case a kind
    """The name under which `entry` knows what a dotted name stands for: aliases, older spellings, vendored copies.

    Calls within a name, ``requests.Session().get``, are read as members of what is called: ``requests.Session.get``.
    """
    if "(" in name:
        name = name.replace("()", "")
    if name.endswith(_CALLING):
        name = name.rpartition(".")[0]
    parts = name.split(".")
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] in _VENDORS and at + 1 < len(parts):
            parts = parts[at + 1 :]
            break
    for _ in range(_ALIAS_DEPTH):
        for size in range(min(len(parts), _ALIAS_PARTS), 0, -1):
            found = _ALIASES.get(".".join(parts[:size]))
            if found is not None:
                changed = (found.split(".") if found else []) + parts[size:]
                break
        else:
            break
        if changed == parts or not changed:
            break
        parts = changed
    name = ".".join(parts)
    if name in _TABLE or len(parts) == 1:
        return name
    # What a module hands on as its own: ``logging.os.system``, ``.compat.subprocess.Popen``.
    for at in range(len(parts) - 2, 0, -1):
        if parts[at] in MODULES_OF_POWER:
            rest = ".".join(parts[at:])
            if rest in _TABLE or rest in _TELLING:
                return rest
    return name


_TELLING: Final = frozenset(
    {"os.environ", "os.getenv", "sys.modules", "sys.meta_path", "builtins.open", "builtins.__import__"}
)


def entry(name: str) -> Entry | None:
    """What calling the function or class of a canonical name does; None where nothing is known of it."""
    return _TABLE.get(name)


def has_prefix(prefix: str) -> bool:
    """Whether something that is known begins so."""
    return any(name.startswith(prefix) for name in _TABLE)
