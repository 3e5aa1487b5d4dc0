"""Files: what is read and written, where, and which names stand for what was written."""

from __future__ import annotations

import ast
from typing import Any, Final

from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.use import Use, all_texts, marks_given, shown
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, FOLDED, NOTHING, OWN, UNKNOWN, WRITABLE, Value
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = [
    "change_mode",
    "handle_method",
    "mark_place",
    "move",
    "note_secret_path",
    "open_file",
    "temporary_file",
    "write_call",
]

_WRITING: Final = frozenset("wax+")
_WRITTEN: Final = BIT[Mark.WRITTEN]
_EXECUTABLE: Final = BIT[Mark.EXECUTABLE]
_CONTENT: Final = BIT[Mark.DECODED] | BIT[Mark.FETCHED] | BIT[Mark.SECRET]
_WRITE_METHODS: Final = frozenset({"write", "writelines"})
_READ_METHODS: Final = frozenset({"read_text", "read_bytes"})
_PATH: Final = "pathlib.Path()"
_HANDLES: Final = frozenset(
    {"builtins.open()", "tempfile.NamedTemporaryFile()", "os.fdopen()", "pathlib.Path().open()", "aiofiles.open()"}
)


def note_secret_path(a: Analysis, node: Any, callee: str, value: Value) -> int:
    """A fact where a path is one of secrets; the marks of what lies there."""
    for text in all_texts(value):
        if len(text) < 1000 and texts.is_secret_path(text):  # noqa: PLR2004 - longer than any path
            a.fact(Capability.CREDENTIALS, callee, node, (text,), value.marks & FLOWING & ~(FOLDED | OWN))
            return BIT[Mark.SECRET]
    return 0


def note_persistence(a: Analysis, node: Any, callee: str, value: Value, bits: int) -> None:
    """A fact where what is written is started by somebody else."""
    for text in all_texts(value):
        if len(text) < 1000 and texts.is_persistent(text):  # noqa: PLR2004 - longer than any path
            a.fact(Capability.PERSISTENCE, callee, node, (text,), bits)
            return


def open_file(a: Analysis, use: Use) -> Value:
    """`open`, `os.open`, `Path.open`: a handle that knows where it points."""
    is_method = use.name == "pathlib.Path.open"
    path = (use.base or UNKNOWN) if is_method else use.argument(0, "file", "path", "filename")
    mode = use.argument(0 if is_method else 1, "mode", "flags")
    return _opened(
        a, use.node, use.name, path, mode, None if is_method else use.argument_node(0, "file"), marks_given(a, use)
    )


def _opened(a: Analysis, node: Any, callee: str, path: Value, mode: Value, path_node: Any, bits: int) -> Value:  # noqa: PLR0917 - one case a kind
    modes = [each for each in mode.constants if isinstance(each, str)]
    writes = any(_WRITING & set(each) for each in modes) or (callee == "os.open" and _asks_to_write(node))
    marks = path.marks & FLOWING & ~FOLDED
    place = (path_node, path.shown)
    if writes:
        a.fact(Capability.FILE_WRITE, callee, node, list(all_texts(path))[:4], bits)
        note_persistence(a, node, callee, path, bits)
        mark_place(a, place, _WRITTEN)
        return Value(refs=("builtins.open()",), marks=(marks & ~BIT[Mark.SECRET]) | WRITABLE, place=place)
    marks |= note_secret_path(a, node, callee, path)
    return Value(refs=("builtins.open()",), marks=(marks & ~_WRITTEN) | BIT[Mark.STORED], place=place)


def _asks_to_write(node: ast.AST) -> bool:
    return any(
        isinstance(each, (ast.Attribute, ast.Name))
        and getattr(each, "attr", getattr(each, "id", "")) in {"O_WRONLY", "O_RDWR", "O_CREAT"}
        for each in ast.walk(node)
    )


def mark_place(a: Analysis, place: tuple[Any, str | None], bits: int) -> None:
    """What a path's expression and its text stand for is now marked. place: both, either may be None."""
    node, text = place
    if isinstance(node, (ast.Name, ast.Attribute)):
        a.mark_name(node, bits)
    elif isinstance(node, ast.Call):
        for each in node.args[:1]:  # str(path), os.fspath(path)
            if isinstance(each, (ast.Name, ast.Attribute)):
                a.mark_name(each, bits)
    if text is not None and len(text.replace("…", "")) > 4 and len(a.written) < 256:  # noqa: PLR2004 - a name, not all names
        a.written[text] = a.written.get(text, 0) | (bits & FLOWING)


def handle_method(  # noqa: PLR0917 - one case a kind
    a: Analysis, node: ast.Call, base: Value, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value | None:
    """A method of a file's handle or of a path; None for all others."""
    given = 0
    for each in (*arguments, *keywords.values()):
        given |= each.marks & FLOWING
    func = node.func
    assert isinstance(func, ast.Attribute)
    if name in _WRITE_METHODS:
        if not base.marks & WRITABLE and base.refs[:1] not in {(each,) for each in _HANDLES}:
            return None
        bits = (given & ~FOLDED) | _WRITTEN
        a.mark_name(func.value, bits)
        if base.place is not None:
            mark_place(a, base.place, bits)
        if given & _CONTENT:
            text = base.place[1] if base.place is not None else None
            a.fact(
                Capability.FILE_WRITE,
                "builtins.open.write",
                node,
                (text,) if text else (),
                (given | base.marks & FLOWING) & ~(FOLDED | OWN),
            )
        return UNKNOWN
    if name in {"write_text", "write_bytes"}:
        bits = (given | base.marks & FLOWING) & ~(FOLDED | OWN)
        text = base.shown
        if text is not None and texts.is_temporary(text):
            bits |= BIT[Mark.TEMPORARY]
        a.fact(Capability.FILE_WRITE, f"pathlib.Path.{name}", node, list(all_texts(base))[:4], bits)
        note_persistence(a, node, f"pathlib.Path.{name}", base, bits)
        mark_place(a, (func.value, text), (given & ~FOLDED) | _WRITTEN)
        return UNKNOWN
    if name in _READ_METHODS:
        secret = note_secret_path(a, node, f"pathlib.Path.{name}", base)
        return Value(marks=(base.marks & FLOWING & ~(FOLDED | _WRITTEN)) | secret | BIT[Mark.STORED])
    if _PATH in base.refs:
        return _path_method(a, node, base, name, arguments, keywords)
    return None


def _path_method(  # noqa: PLR0917 - one case a kind
    a: Analysis, node: ast.Call, base: Value, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value | None:
    if name == "open":
        mode = arguments[0] if arguments else keywords.get("mode", UNKNOWN)
        func = node.func
        assert isinstance(func, ast.Attribute)
        return _opened(a, node, "pathlib.Path.open", base, mode, func.value, base.marks & FLOWING & ~(FOLDED | OWN))
    if name in {"expanduser", "resolve", "absolute", "as_posix", "__str__", "with_suffix", "with_name"}:
        if name.startswith("with_"):
            return Value(refs=base.refs, marks=base.marks)
        return base
    if name == "joinpath":
        text = base.shown
        parts = [each.shown or "…" for each in arguments]
        joined = "/".join(["…" if text is None else text, *parts])
        exact = base.const is not NOTHING and all(each.const is not NOTHING for each in arguments)
        return (
            Value(const=joined, refs=base.refs, marks=base.marks)
            if exact
            else Value(text=joined, refs=base.refs, marks=base.marks)
        )
    if name in {"exists", "is_file", "is_dir", "glob", "rglob", "iterdir", "stat"}:
        secret = note_secret_path(a, node, f"pathlib.Path.{name}", base)
        if name in {"glob", "rglob", "iterdir"}:
            return Value(items={("?", 0): Value(refs=(_PATH,), text="…", marks=secret)}, marks=secret)
        return UNKNOWN
    if name == "chmod" and arguments:
        func = node.func
        assert isinstance(func, ast.Attribute)
        bits = _EXECUTABLE if _is_executable(arguments[0], node.args[0] if node.args else None) else 0
        a.mark_name(func.value, bits)
        a.fact(
            Capability.FILE_WRITE,
            "pathlib.Path.chmod",
            node,
            list(all_texts(base))[:2],
            bits | (base.marks & FLOWING & ~(FOLDED | OWN)),
        )
        return UNKNOWN
    return None


def change_mode(a: Analysis, use: Use) -> Value:
    """`os.chmod` and its like."""
    mode = use.argument(1, "mode")
    bits = _EXECUTABLE if _is_executable(mode, use.argument_node(1, "mode")) else 0
    node = use.argument_node(0, "path")
    if bits and node is not None:
        mark_place(a, (node, use.argument(0, "path").shown), bits)
    a.fact(Capability.FILE_WRITE, use.name, use.node, shown(use), marks_given(a, use) | bits)
    return UNKNOWN


def _is_executable(mode: Value, node: Any) -> bool:
    if any(isinstance(each, int) and each & 0o111 for each in mode.constants):
        return True
    return node is not None and any(
        isinstance(each, (ast.Attribute, ast.Name))
        and getattr(each, "attr", getattr(each, "id", ""))
        in {"S_IXUSR", "S_IXGRP", "S_IXOTH", "S_IEXEC", "S_IRWXU", "S_IRWXG", "S_IRWXO"}
        for each in ast.walk(node)
    )


def move(a: Analysis, use: Use) -> Value:
    """What copies or moves: the new place holds what the old one held, and may be one that others start."""
    source, target = use.argument(0, "src"), use.argument(1, "dst")
    bits = marks_given(a, use)
    a.fact(Capability.FILE_WRITE, use.name, use.node, shown(use), bits)
    note_secret_path(a, use.node, use.name, source)
    note_persistence(a, use.node, use.name, target, bits)
    node = use.argument_node(1, "dst")
    if node is not None:
        mark_place(a, (node, target.shown), (source.marks & FLOWING & ~FOLDED) | _WRITTEN)
    return UNKNOWN


def write_call(a: Analysis, use: Use) -> Value:
    """What else writes or deletes by a path."""
    bits = marks_given(a, use)
    a.fact(Capability.FILE_WRITE, use.name, use.node, shown(use), bits)
    for value in use.arguments[:2]:
        note_persistence(a, use.node, use.name, value, bits)
    return UNKNOWN


def temporary_file(a: Analysis, use: Use) -> Value:
    """`tempfile.NamedTemporaryFile` and its like."""
    del a
    return Value(refs=(f"{use.ref}()",), marks=BIT[Mark.TEMPORARY] | WRITABLE, text="/tmp/…")  # noqa: S108 - the name of one
