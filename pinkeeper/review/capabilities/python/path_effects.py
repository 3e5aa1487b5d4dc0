"""What gives paths, and what looks at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pinkeeper.review.capabilities.python import codecs_known
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.files import (
    note_secret_path,
)
from pinkeeper.review.capabilities.python.use import Use
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    UNKNOWN,
    Value,
)
from pinkeeper.review.capabilities.summary import Mark

__all__ = ["EFFECTS", "flowing"]

Effect = Callable[[Analysis, Use], Value | None]
_HOLE: Final = "…"


def _path(a: Analysis, use: Use) -> Value | None:
    del a
    if use.arguments and all(isinstance(each.const, str) for each in use.arguments):
        const = codecs_known.apply("pathlib.Path", [each.const for each in use.arguments], {})
        return Value(const=const, refs=("pathlib.Path()",), marks=flowing(use))
    texts_known = [_HOLE if each.shown is None else each.shown for each in use.arguments]
    first = use.arguments[0] if use.arguments else UNKNOWN
    choices = first.choices if len(use.arguments) == 1 else ()
    text = "/".join(texts_known) if use.arguments else None
    return Value(text=text if text != _HOLE else None, choices=choices, refs=("pathlib.Path()",), marks=flowing(use))


def flowing(use: Use) -> int:
    """The marks that go on from the arguments to what is made of them."""
    marks = 0
    for each in use.arguments:
        marks |= each.marks & FLOWING
    return marks


def _path_join(a: Analysis, use: Use) -> Value | None:
    marks = flowing(use)
    if use.arguments and all(isinstance(each.const, str) for each in use.arguments):
        const = codecs_known.apply("os.path.join", [each.const for each in use.arguments], {})
        if isinstance(const, str):
            a.text(const, use.node)
            return Value(const=const, marks=marks)
    known = [each.shown for each in use.arguments]
    listed = [at for at, each in enumerate(use.arguments) if each.choices and known[at] is None]
    if len(listed) == 1:
        at = listed[0]
        choices = tuple(
            "/".join(_HOLE if part is None else part for part in (*known[:at], each, *known[at + 1 :])).replace(
                "//", "/"
            )
            for each in use.arguments[at].choices[:16]
            if isinstance(each, str)
        )
        return Value(choices=choices, marks=marks)
    if all(each is None for each in known):
        return Value(marks=marks) if marks else UNKNOWN
    text = "/".join(_HOLE if part is None else part for part in known)[:4000].replace("//", "/")
    a.text(text, use.node)
    return Value(text=text, marks=marks)


def _constant_place(text: str, bits: int = 0, refs: tuple[str, ...] = ()) -> Effect:
    return lambda _, __: Value(text=text, marks=bits, refs=refs)


def _looks_at_path(a: Analysis, use: Use) -> Value | None:
    """What looks at a path without opening it."""
    secret = note_secret_path(a, use.node, use.name, use.argument(0, "path", "pathname", "top", "filenames"))
    marks = flowing(use) | secret
    return Value(marks=marks & ~FOLDED) if marks & ~FOLDED else UNKNOWN


EFFECTS: Final[dict[str, Effect]] = {
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.Path.home": _constant_place("~", 0, ("pathlib.Path()",)),
    "os.path.join": _path_join,
    "posixpath.join": _path_join,
    "tempfile.gettempdir": _constant_place("/tmp", BIT[Mark.TEMPORARY]),  # noqa: S108 - the name of one
    "tempfile.gettempdirb": _constant_place("/tmp", BIT[Mark.TEMPORARY]),  # noqa: S108
    "tempfile.mkdtemp": _constant_place("/tmp/…", BIT[Mark.TEMPORARY]),  # noqa: S108
    "tempfile.mktemp": _constant_place("/tmp/…", BIT[Mark.TEMPORARY]),  # noqa: S108
    "tempfile.TemporaryDirectory": _constant_place("/tmp/…", BIT[Mark.TEMPORARY]),  # noqa: S108
    "site.getsitepackages": _constant_place("site-packages"),
    "site.getusersitepackages": _constant_place("site-packages"),
    "sysconfig.get_path": _constant_place("site-packages"),
    "distutils.sysconfig.get_python_lib": _constant_place("site-packages"),
    **dict.fromkeys(
        [
            "os.listdir",
            "os.scandir",
            "os.walk",
            "os.stat",
            "os.access",
            "os.path.exists",
            "os.path.isfile",
            "os.path.isdir",
            "glob.glob",
            "glob.iglob",
            "configparser.ConfigParser.read",
            "configparser.RawConfigParser.read",
            "dotenv.dotenv_values",
            "dotenv.load_dotenv",
            "sqlite3.connect",
            "linecache.getlines",
            "zipfile.ZipFile",
            "tarfile.TarFile",
        ],
        _looks_at_path,
    ),
}
"""By canonical name."""
