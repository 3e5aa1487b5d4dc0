"""Names reached by other names: getattr, imports by call, and the namespaces of modules as mappings."""

from __future__ import annotations

import ast
from typing import Final

from pinkeeper.review.capabilities.python import catalogue
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    OWN,
    PARAMETERS,
    UNKNOWN,
    Value,
    join,
    named,
    with_marks,
)
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, Import, Mark

__all__ = [
    "KEPT",
    "import_by_name",
    "in_namespace",
    "is_namespace",
    "note_hidden_name",
    "resolved_attribute",
    "through_namespace",
]

KEPT: Final = BIT[Mark.COMPUTED] | BIT[Mark.UNRESOLVED]
"""What stays with a name that was reached by another."""

_HOLE: Final = "…"
_NAMES_TRIED: Final = 12
_PREFIX_LENGTH: Final = 2
_POWERS: Final = frozenset(
    {
        Capability.PROCESS,
        Capability.NETWORK,
        Capability.DYNAMIC_CODE,
        Capability.NATIVE,
        Capability.DESERIALISATION,
        Capability.CREDENTIALS,
    }
)
_POWERFUL_NAMES: Final = frozenset(
    {"builtins.__import__", "importlib.import_module", "builtins.open", "os.environ", "os.getenv"}
)
_REMARKABLE: Final = word_set(
    "os subprocess builtins importlib ctypes pty marshal runpy posix nt commands multiprocessing "
    "_posixsubprocess _winapi shutil "
    "sys.modules socket requests"
)
# Names that mean one thing wherever they are met.
_TELLING_NAMES: Final = word_set(
    "system popen Popen exec eval execv execve execvp execfile spawnl spawnv spawnlp posix_spawn check_output "
    "getoutput getstatusoutput create_subprocess_shell urlopen urlretrieve __import__ import_module __builtins__ "
    "subprocess builtins ctypes"
)
_ODD_IMPORTS: Final = word_set("os subprocess socket builtins ctypes pty marshal posix nt base64 zlib urllib requests")


def is_namespace(ref: str) -> bool:
    """Whether a subscript of what has this name gives what a name is bound to."""
    return ref in {
        "builtins.globals()",
        "builtins.locals()",
        "builtins.vars()",
        "sys.modules",
        "builtins",
    } or ref.endswith((".__dict__", ".modules", "builtins.object"))


def note_hidden_name(a: Analysis, key: Value, node: ast.expr, callee: str) -> None:
    """A fact where what is asked of something unknown is a name of power that was put together."""
    if key.marks & FOLDED:
        names = [each for each in key.constants if isinstance(each, str) and each in _TELLING_NAMES]
        if names:
            a.fact(Capability.REFLECTION, callee, node, names[:1], (key.marks & FLOWING) | BIT[Mark.COMPUTED])


def in_namespace(a: Analysis, ref: str, key: Value, node: ast.expr) -> Value:
    """What stands under a key in a namespace."""
    a.record.wants |= key.marks & PARAMETERS
    if ref == "builtins.object":
        return named(ref)
    names = [each for each in key.constants if isinstance(each, str)][:_NAMES_TRIED]
    if ref.endswith(".modules"):
        if a.entry(ref)[0] != "sys.modules":
            return UNKNOWN
        return _any_of([named(name) for name in names], key)
    if ref in {"builtins.globals()", "builtins.locals()", "builtins.vars()"}:
        if not names and key.marks & BIT[Mark.DECODED]:
            a.fact(Capability.REFLECTION, "globals", node, (), (key.marks & FLOWING) | BIT[Mark.UNRESOLVED])
        found = _any_of([a.look_up(name) for name in names], key)
        _tell(a, ref.removeprefix("builtins.").removesuffix("()"), found, names, node, plain=False)
        return found
    owner = ref.removesuffix(".__dict__")
    if not names:
        return _unresolved(a, owner, key, node, f"{owner}[]")
    from pinkeeper.review.capabilities.python.members import attribute  # noqa: PLC0415 - they need each other

    found = _any_of([attribute(a, named(owner), name, node) for name in names], key)
    _tell(a, "__dict__", found, [owner, *names], node, plain=True)
    return found


def resolved_attribute(
    a: Analysis, base: Value, name: Value, node: ast.expr, *, callee: str = "getattr", default: Value | None = None
) -> Value:
    """What `getattr` and its like give."""
    from pinkeeper.review.capabilities.python.members import attribute  # noqa: PLC0415 - they need each other

    a.record.wants |= (name.marks | base.marks) & PARAMETERS
    names = [each for each in name.constants if isinstance(each, str)][:_NAMES_TRIED]
    if names:
        found = _any_of([attribute(a, base, each, node) for each in names], name)
        _tell(a, callee, found, [*_shown_base(a, base), *names], node, plain=default is None)
        if not found.refs and not base.refs:
            note_hidden_name(a, name, node, callee)
        result = found
    else:
        result = UNKNOWN
        for ref in base.refs[:2]:
            result = _unresolved(a, ref, name, node, callee)
        if not base.refs and (base.marks & BIT[Mark.UNRESOLVED] or name.marks & BIT[Mark.DECODED]):
            a.fact(Capability.REFLECTION, callee, node, (), (name.marks & FLOWING) | BIT[Mark.UNRESOLVED])
            result = Value(marks=BIT[Mark.UNRESOLVED])
    if default is not None and default.refs:
        result = join(result, default)
    return result


def through_namespace(a: Analysis, ref: str, node: ast.expr) -> Value:
    """What going through all names of a namespace gives: a fact, for modules whose names give power."""
    module = a.entry(ref.removesuffix(".__dict__"))[0]
    if module not in _REMARKABLE or module == "sys.modules":
        return UNKNOWN
    a.fact(Capability.REFLECTION, "__dict__", node, (module,), BIT[Mark.UNRESOLVED])
    return Value(marks=BIT[Mark.UNRESOLVED])


def import_by_name(a: Analysis, name: Value, node: ast.expr, callee: str, *, whole: bool = True) -> Value:
    """What an import by call gives. whole: the module itself, not its top-level package."""
    a.record.wants |= name.marks & PARAMETERS
    names = [each for each in name.constants if isinstance(each, str) and each][:_NAMES_TRIED]
    if not names:
        if _stays_inside(name):
            return UNKNOWN
        if name.choices or name.constants:
            return UNKNOWN
        a.fact(
            Capability.DYNAMIC_CODE,
            callee,
            node,
            (name.text,) if name.text else (),
            (name.marks & FLOWING) | BIT[Mark.UNRESOLVED],
        )
        return Value(marks=BIT[Mark.UNRESOLVED])
    values = []
    for each in names:
        a.imports.setdefault(Import(each, a.line or node.lineno, a.record.name))
        top = each.partition(".")[0]
        if (top in catalogue.MODULES_OF_POWER and name.marks & (FOLDED | BIT[Mark.DECODED])) or name.marks & BIT[
            Mark.DECODED
        ]:
            a.fact(Capability.DYNAMIC_CODE, callee, node, (each,), (name.marks & FLOWING) | BIT[Mark.COMPUTED])
        elif top in _ODD_IMPORTS and len(names) == 1:
            a.fact(Capability.REFLECTION, callee, node, (each,), name.marks & FLOWING)
        values.append(named(each if whole else top))
        if not whole and top != each:
            values.append(named(each))
    return _any_of(values, name)


def _stays_inside(name: Value) -> bool:
    """Whether a name that is known in part is one of a package that the known part names, or of the module's own."""
    text = name.text
    if text is None:
        return False
    if name.marks & OWN and text.startswith((_HOLE + ".", ".")):
        return True
    prefix = text.partition(_HOLE)[0]
    if "." not in prefix:
        return False
    return prefix.partition(".")[0] not in catalogue.MODULES_OF_POWER


def _any_of(values: list[Value], name: Value) -> Value:
    result = UNKNOWN
    for at, value in enumerate(values):
        result = value if at == 0 else join(result, value)
    if name.marks & (FOLDED | BIT[Mark.DECODED]) and result.refs:
        result = with_marks(result, BIT[Mark.COMPUTED] | (name.marks & BIT[Mark.DECODED]))
    return result


def _shown_base(a: Analysis, base: Value) -> list[str]:
    return [a.entry(ref)[0] for ref in base.refs[:1] if not ref.startswith(":")]


def _tell(a: Analysis, callee: str, found: Value, arguments: list[str], node: ast.expr, *, plain: bool) -> None:
    """A fact where power was reached by a name: one that was put together, or one where a plain attribute would do."""
    computed = bool(found.marks & BIT[Mark.COMPUTED])
    if not computed and not plain:
        return
    for ref in found.refs:
        if ref.startswith(":"):
            continue
        canonical, known = a.entry(ref)
        if (known is not None and known[0] in _POWERS) or canonical in _POWERFUL_NAMES:
            a.fact(
                Capability.REFLECTION, callee, node, arguments, found.marks & (BIT[Mark.COMPUTED] | BIT[Mark.DECODED])
            )
            return


def _unresolved(a: Analysis, ref: str, name: Value, node: ast.expr, callee: str) -> Value:
    """An attribute, by a name that is not known, of something that has a name."""
    if ref.startswith(":") or name.choices:
        return UNKNOWN
    module = a.entry(ref)[0]
    if module not in _REMARKABLE:
        if not name.marks & BIT[Mark.DECODED]:
            return UNKNOWN
    elif name.text is not None:
        prefix = name.text.partition(_HOLE)[0]
        if len(prefix) >= _PREFIX_LENGTH and not catalogue.has_prefix(f"{module}.{prefix}"):
            return UNKNOWN
    a.fact(Capability.REFLECTION, callee, node, (module,), (name.marks & FLOWING) | BIT[Mark.UNRESOLVED])
    return Value(marks=BIT[Mark.UNRESOLVED])
