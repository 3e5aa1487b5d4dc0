"""Parts of other packages, of the standard library or of builtins that are replaced."""

from __future__ import annotations

import ast
from typing import Final

from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, NOTHING, OWN, UNKNOWN, Value
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["DESTINATIONS", "note_extended", "note_patch", "runs_assigned"]

_SETTINGS: Final = frozenset({"sys", "logging", "warnings"})
_HOOKS: Final = frozenset(
    {"sys.excepthook", "sys.unraisablehook", "threading.excepthook", "sys.displayhook", "sys.breakpointhook"}
)


_FINDERS: Final = frozenset({"sys.meta_path", "sys.path_hooks"})
DESTINATIONS: Final = word_set("base_url api_base api_url endpoint endpoint_url proxy proxies api_host")
"""Attributes that say where a client of somebody else's service goes."""


def note_extended(a: Analysis, base: Value, value: Value, node: ast.expr) -> None:
    """``sys.meta_path += [...]``."""
    for ref in base.refs:
        if ref in _FINDERS:
            a.fact(Capability.PATCHING, ref, node, (), value.marks & FLOWING)


def note_patch(
    a: Analysis, base: Value, name: str | None, value: Value, node: ast.expr, *, key: Value | None = None
) -> None:
    """An assignment to an attribute, or to an element under a key, of something that has a name."""
    for ref in base.refs:
        if ref.startswith((":", ".")) or "()" in ref:
            continue
        canonical = a.entry(ref)[0]
        if key is not None:
            _note_element(a, canonical, value, node, key)
            continue
        target = f"{canonical}.{name}"
        if canonical == "sys" and name in {"meta_path", "path_hooks", "modules"}:
            a.fact(Capability.PATCHING, target, node, (), value.marks & FLOWING)
        elif canonical in _SETTINGS or target in _HOOKS:
            continue
        elif _replaces(a, target, value):
            a.fact(Capability.PATCHING, target, node, (), (value.marks & FLOWING) | _insecure(value))
        return


def _note_element(a: Analysis, canonical: str, value: Value, node: ast.expr, key: Value) -> None:
    if canonical in _FINDERS:
        a.fact(Capability.PATCHING, canonical, node, (), value.marks & FLOWING)
        return
    if canonical == "sys.modules":
        names = [each for each in key.constants if isinstance(each, str)]
        if names and not key.marks & OWN:
            a.fact(Capability.PATCHING, "sys.modules", node, names[:4], value.marks & FLOWING)
    elif canonical.endswith(".__dict__") or canonical == "builtins":
        owner = canonical.removesuffix(".__dict__")
        names = [each for each in key.constants if isinstance(each, str)] or ["…"]
        if _replaces(a, f"{owner}.{names[0]}", value):
            a.fact(Capability.PATCHING, f"{owner}.{names[0]}", node, (), value.marks & FLOWING)


def _replaces(a: Analysis, target: str, value: Value) -> bool:
    """Whether code is put in the place of code, rather than a setting being set."""
    if target.startswith("builtins.") and value.const is NOTHING:
        return True
    if target.rpartition(".")[2] in DESTINATIONS and isinstance(value.const, str) and texts.is_elsewhere(value.const):
        return True
    if a.entry(target)[1] is not None and value.const is NOTHING:
        return True
    return any(_is_callable(a, ref) for ref in value.refs)


def _is_callable(a: Analysis, ref: str) -> bool:
    if ref.startswith(":"):
        return not ref.endswith("()")
    return (a.entry(ref)[1] is not None and "()" not in ref) or ref == "ssl._create_unverified_context"


def _insecure(value: Value) -> int:
    return BIT[Mark.INSECURE] if "ssl._create_unverified_context" in value.refs else 0


def runs_assigned(a: Analysis, base: Value, name: str, value: Value, node: ast.expr) -> None:
    """A callable put where the interpreter will call it."""
    if value is UNKNOWN or not any(f"{ref}.{name}" in _HOOKS for ref in base.refs):
        return
    for ref in value.refs:
        a.call(ref, node)
