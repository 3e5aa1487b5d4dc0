"""Reading the variables of the environment: one by one, or all at once."""

from __future__ import annotations

import ast
from typing import Final

from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, GATE, UNKNOWN, Value
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["COPY", "is_environment", "read_in_bulk", "read_variable"]

COPY: Final = "os.environ.copy()"
"""What a copy of the environment is named by."""

_HOMES: Final = frozenset({"HOME", "USERPROFILE", "HOMEPATH"})
_TEMPORARY_PLACES: Final = frozenset({"TEMP", "TMP", "TMPDIR"})
_FOLDERS: Final = {"APPDATA": "~/AppData/Roaming", "LOCALAPPDATA": "~/AppData/Local", "XDG_CONFIG_HOME": "~/.config"}


def is_environment(a: Analysis, value: Value) -> bool:
    """Whether a value is the environment itself."""
    return any(ref.endswith("environ") and a.entry(ref)[0] == "os.environ" for ref in value.refs) or any(
        ref.endswith("environb") for ref in value.refs
    )


def read_variable(a: Analysis, key: Value, node: ast.expr, callee: str, default: Value | None = None) -> Value:
    """Read one variable: a fact, and what the variable may hold."""
    names = [
        each.decode("latin-1") if isinstance(each, bytes) else each
        for each in key.constants
        if isinstance(each, (str, bytes))
    ]
    foreign = [name for name in names if texts.is_foreign_variable(name)]
    capability = Capability.CREDENTIALS if foreign else Capability.ENVIRONMENT
    a.fact(capability, callee, node, foreign[:4] or names[:4] or ([key.text] if key.text else ()), key.marks & FLOWING)
    marks = key.marks & FLOWING & ~BIT[Mark.SECRET]
    if foreign:
        marks |= BIT[Mark.SECRET]
    if any(texts.is_gate_variable(name) for name in names):
        marks |= GATE
    if default is not None:
        marks |= default.marks & FLOWING
    known = default.constants if default is not None else ()
    if len(names) == 1:
        name = names[0]
        if name in _HOMES:
            return Value(text="~", marks=marks)
        if name in _FOLDERS:
            return Value(text=_FOLDERS[name], marks=marks)
        if name in _TEMPORARY_PLACES:
            return Value(text="/tmp", marks=marks | BIT[Mark.TEMPORARY])  # noqa: S108 - the name of one
    if known:
        return Value(choices=known, marks=marks)
    return Value(marks=marks) if marks else UNKNOWN


def read_in_bulk(a: Analysis, node: ast.expr, callee: str = "os.environ") -> Value:
    """Read all variables: a fact, and a value that holds secrets."""
    a.fact(Capability.ENVIRONMENT, callee, node, (), BIT[Mark.SECRET])
    return Value(marks=BIT[Mark.SECRET])
