"""Attributes: of modules, of the file's own classes and their instances, and those that lead into the interpreter."""

from __future__ import annotations

import ast
from typing import Final

from pinkeeper.review.capabilities.python import codecs_known
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.records import ClassRecord
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, GATE, UNKNOWN, Value, constant, join, named
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["attribute", "member_of_class"]

_KEPT: Final = FLOWING | GATE | BIT[Mark.COMPUTED] | BIT[Mark.UNRESOLVED]
_BASE_DEPTH: Final = 8
_INWARD: Final = word_set(
    "__subclasses__ __globals__ f_globals f_builtins f_locals f_back tb_frame gi_frame cr_frame func_globals "
    "__bases__ __base__ __mro__ "
    "__builtins__ __loader__ __code__ __closure__"
)
_TOLD_INWARD: Final = word_set("__globals__ f_globals f_builtins func_globals gi_frame cr_frame __builtins__")
# Bytes that were written as something else.
_PACKED: Final = word_set(
    "uuid.UUID().bytes uuid.UUID().bytes_le ipaddress.ip_address().packed ipaddress.IPv6Address().packed "
    "ipaddress.IPv4Address().packed"
)
_GATES: Final = frozenset({"sys.platform", "os.name"})
_PATH_PARTS: Final = word_set("parent name stem suffix parents anchor")


def attribute(a: Analysis, base: Value, name: str, node: ast.expr) -> Value:
    """What an attribute of a value may be."""
    if name in _INWARD:
        return _inward(a, base, name, node)
    refs = base.refs
    if name == "__class__":
        return Value(refs=tuple(ref.removesuffix("()") for ref in refs if ref.endswith("()")))
    if not refs:
        if name == "startup_dir":
            return Value(text="profile_default/startup")  # of a profile of IPython
        marks = base.marks & _KEPT
        return Value(marks=marks) if marks else UNKNOWN
    if len(refs) == 1 and not base.marks:
        return _of(a, refs[0], name, node, base)
    result = UNKNOWN
    for at, ref in enumerate(refs):
        found = _of(a, ref, name, node, base)
        result = found if at == 0 else join(result, found)
    marks = base.marks & _KEPT
    if not marks:
        return result
    return Value(
        const=result.const,
        choices=result.choices,
        text=result.text,
        refs=result.refs,
        marks=result.marks | marks,
        items=result.items,
        bound=result.bound,
        place=result.place,
    )


def _of(a: Analysis, ref: str, name: str, node: ast.expr, base: Value) -> Value:
    if ref.startswith(":"):
        return _of_own(a, ref, name, node)
    if ref == "pathlib.Path()" and name in _PATH_PARTS:
        text = base.shown
        if text is not None and name == "parent":
            return (
                Value(const=text.rpartition("/")[0], refs=base.refs)
                if base.text is None
                else Value(text=text.rpartition("/")[0] or "…", refs=base.refs)
            )
        return Value(refs=base.refs if name == "parent" else ())
    if base.items is not None and ref == "types.SimpleNamespace()":
        return base.items.get(name, UNKNOWN)
    value = a.member(ref, name)
    return _known(value, base) if value.refs else value


def _known(value: Value, base: Value) -> Value:
    """What some names of the standard library and of frameworks stand for."""
    dotted = value.refs[0]
    if dotted in _PACKED:
        return Value(refs=value.refs, marks=base.marks & FLOWING | BIT[Mark.DECODED])
    if dotted.startswith("flask.request."):
        return Value(refs=value.refs, marks=BIT[Mark.FETCHED])
    if dotted in _GATES:
        return Value(refs=value.refs, marks=GATE)
    const = codecs_known.ATTRIBUTES.get(dotted)
    if const is not None:
        return constant(const)
    if dotted == "sys.executable":
        return Value(text="python", refs=value.refs)
    if dotted == "tempfile.tempdir":
        return Value(text="/tmp", refs=value.refs, marks=BIT[Mark.TEMPORARY])  # noqa: S108 - the name of one
    return value


def _of_own(a: Analysis, ref: str, name: str, node: ast.expr) -> Value:  # noqa: C901, PLR0912 - one case a kind
    found = a.class_of(ref)
    if found is None:
        record = a.records.get(ref[1:])
        if (
            name == "__doc__"
            and record is not None
            and isinstance(record.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ):
            return constant(ast.get_docstring(record.node, clean=False))
        return UNKNOWN
    value = member_of_class(a, found, name)
    if value is None:
        if ref.endswith("()") and "__getattr__" in found.attributes:
            a.call(f":{found.key}.__getattr__", node)
        a.missed(f"{found.key}.{name}")
        return UNKNOWN
    if not value.refs:
        if not value.marks:
            a.missed(f"{found.key}.{name}")
        return value
    for each in value.refs:
        if each.startswith(":"):
            record = a.records.get(each[1:])
            if record is None or record.owner is None:
                continue
            if record.kind == "property":
                if ref.endswith("()"):
                    a.call(each, node)
                    a.hand(record, 0, named(ref))
                    return a.plain(a.result_of(record))
            elif record.kind == "classmethod":
                return Value(refs=value.refs, bound=([named(f":{found.key}")], {}), marks=value.marks)
            elif ref.endswith("()") and record.kind != "staticmethod":
                return Value(refs=value.refs, bound=([named(ref)], {}), marks=value.marks)
    return value


def member_of_class(a: Analysis, found: ClassRecord, name: str, depth: int = 0) -> Value | None:
    """An attribute of a class, or of one that it inherits from; None where nothing is known of it."""
    value = found.attributes.get(name)
    if value is not None:
        return value
    if depth < _BASE_DEPTH:
        for base in found.bases:
            if base.startswith(":"):
                parent = a.class_of(base)
                if parent is not None and parent is not found:
                    value = member_of_class(a, parent, name, depth + 1)
                    if value is not None:
                        return value
    outer = [base for base in found.bases if not base.startswith((":", "builtins.", "typing.", "abc."))]
    return a.member(f"{outer[0]}()", name) if outer else None


def _inward(a: Analysis, base: Value, name: str, node: ast.expr) -> Value:
    """An attribute that leads from an object to the interpreter's insides."""
    if name in _TOLD_INWARD and not (name == "__builtins__" and not base.refs):
        a.fact(Capability.REFLECTION, name, node)
    if name in {"__globals__", "f_globals", "func_globals"}:
        return named("builtins.globals()")
    if name in {"f_builtins", "__builtins__"}:
        return named("builtins")
    if name == "f_locals":
        return named("builtins.locals()")
    if name in {"__base__", "__bases__", "__mro__"}:
        return named("builtins.object")
    if name == "__subclasses__":
        return named("builtins.object.__subclasses__") if "builtins.object" in base.refs else UNKNOWN
    if name == "__code__":
        return named("types.CodeType")
    return Value(refs=tuple(f"{ref}.{name}" for ref in base.refs[:2] if not ref.startswith(":")))
