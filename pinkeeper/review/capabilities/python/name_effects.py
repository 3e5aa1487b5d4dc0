"""What gives or takes functions, modules and attributes by their names or as values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from pinkeeper.review.capabilities.python import catalogue
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.containers import subscripted
from pinkeeper.review.capabilities.python.patching import note_patch
from pinkeeper.review.capabilities.python.path_effects import flowing
from pinkeeper.review.capabilities.python.reflection import import_by_name, in_namespace, resolved_attribute
from pinkeeper.review.capabilities.python.use import Use
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    NOTHING,
    OWN,
    UNKNOWN,
    Value,
    join,
    named,
)
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["AGAIN", "EFFECTS"]

Effect = Callable[[Analysis, Use], Value | None]


def _getattr(a: Analysis, use: Use) -> Value | None:
    if len(use.arguments) < 2:  # noqa: PLR2004 - an object and a name
        return UNKNOWN
    default = use.arguments[2] if len(use.arguments) > 2 else None  # noqa: PLR2004
    return resolved_attribute(a, use.arguments[0], use.arguments[1], use.node, default=default)


def _setattr(a: Analysis, use: Use) -> Value | None:
    if len(use.arguments) < 3:  # noqa: PLR2004 - an object, a name and a value
        return UNKNOWN
    base, name, value = use.arguments[:3]
    names = [each for each in name.constants if isinstance(each, str)]
    if base.refs:
        for each in names[:4]:
            note_patch(a, base, each, value, use.node)
        for ref in base.refs:
            found = a.class_of(ref)
            if found is not None and len(names) == 1 and value is not UNKNOWN:
                old = found.attributes.get(names[0])
                plain = a.plain(value)
                found.attributes[names[0]] = plain if old is None else join(old, plain)
        if not names and any(
            a.entry(ref)[0] in catalogue.MODULES_OF_POWER for ref in base.refs if not ref.startswith(":")
        ):
            a.fact(
                Capability.PATCHING,
                f"{a.entry(base.refs[0])[0]}.…",
                use.node,
                (),
                (name.marks & FLOWING) | BIT[Mark.UNRESOLVED],
            )
    return UNKNOWN


def _import(a: Analysis, use: Use) -> Value | None:
    listed = use.argument(3, "fromlist")
    whole = listed is not UNKNOWN and (listed.const is NOTHING or bool(listed.const))
    return import_by_name(a, use.argument(0, "name"), use.node, use.name, whole=whole)


def _import_module(a: Analysis, use: Use) -> Value | None:
    name = use.argument(0, "name")
    if name.text is not None and name.text.startswith(".") and (len(use.arguments) > 1 or "package" in use.keywords):
        return UNKNOWN
    package = use.argument(1, "package")
    if name.const is NOTHING and not name.choices and package.marks & OWN and not name.marks & BIT[Mark.DECODED]:
        return UNKNOWN
    return import_by_name(a, name, use.node, use.name)


def _globals(a: Analysis, use: Use) -> Value | None:
    del a
    if use.arguments:
        refs = tuple(f"{ref}.__dict__" for ref in use.arguments[0].refs[:2] if not ref.startswith(":"))
        return Value(refs=refs) if refs else UNKNOWN
    return named(f"{use.name}()")


def _super(a: Analysis, use: Use) -> Value | None:
    """``super()``: an instance of what the class inherits from."""
    del use
    owner = a.record.owner
    scope = a.scope
    while owner is None and scope.parent is not None:
        scope = scope.parent
        owner = scope.record.owner
    if owner is None or not owner.bases:
        return UNKNOWN
    return Value(refs=tuple(f"{ref}()" for ref in owner.bases if not ref.endswith("()"))[:4])


def _type(a: Analysis, use: Use) -> Value | None:
    """``type(x)``: the class of a thing."""
    del a
    if len(use.arguments) != 1:
        return UNKNOWN
    refs = use.arguments[0].refs
    found = tuple(ref.removesuffix("()") for ref in refs if ref.endswith("()") or ref == "types.CodeType")
    return Value(refs=found) if found else UNKNOWN


def _partial(a: Analysis, use: Use) -> Value | None:
    del a
    if not use.arguments:
        return UNKNOWN
    function = use.arguments[0]
    return Value(
        refs=function.refs,
        marks=function.marks,
        bound=(use.arguments[1:], dict(use.keywords)),
        parameter=function.parameter,
    )


def _attrgetter(a: Analysis, use: Use) -> Value | None:
    del a
    return (
        Value(refs=("operator.attrgetter()",), bound=([], {"\0name": use.arguments[0]})) if use.arguments else UNKNOWN
    )


def _attribute_got(a: Analysis, use: Use) -> Value | None:
    name = use.keywords.get("\0name", UNKNOWN)
    if not use.arguments:
        return UNKNOWN
    value = use.arguments[0]
    if isinstance(name.const, str) and "." in name.const:
        for part in name.const.split(".")[:6]:
            value = resolved_attribute(
                a, value, Value(const=part, marks=name.marks), use.node, callee="operator.attrgetter"
            )
        return value
    return resolved_attribute(a, value, name, use.node, callee="operator.attrgetter")


def _itemgetter(a: Analysis, use: Use) -> Value | None:
    del a
    return (
        Value(refs=("operator.itemgetter()",), bound=([], {"\0name": use.arguments[0]})) if use.arguments else UNKNOWN
    )


def _item_got(a: Analysis, use: Use) -> Value | None:

    return subscripted(a, use.arguments[0], use.keywords.get("\0name", UNKNOWN), use.node) if use.arguments else UNKNOWN


def _methodcaller(a: Analysis, use: Use) -> Value | None:
    del a
    return (
        Value(
            refs=("operator.methodcaller()",),
            bound=([], {"\0name": use.arguments[0], "\0given": Value(items=dict(enumerate(use.arguments[1:])))}),
        )
        if use.arguments
        else UNKNOWN
    )


def _method_called(a: Analysis, use: Use) -> Value | None:
    from pinkeeper.review.capabilities.python.calls import invoke  # noqa: PLC0415 - they need each other

    if not use.arguments:
        return UNKNOWN
    function = resolved_attribute(
        a, use.arguments[0], use.keywords.get("\0name", UNKNOWN), use.node, callee="operator.methodcaller"
    )
    given = use.keywords.get("\0given", UNKNOWN).items or {}
    return invoke(a, use.node, function, list(given.values()), {})


def _operator_getitem(a: Analysis, use: Use) -> Value | None:

    return subscripted(a, use.arguments[0], use.arguments[1], use.node) if len(use.arguments) > 1 else UNKNOWN


def _stepped(a: Analysis, use: Use) -> Value | None:
    """What goes through constants with a function."""
    if use.name == "functools.reduce" and "builtins.getattr" in use.argument(0).refs and len(use.arguments) > 2:  # noqa: PLR2004
        names, value = use.arguments[1], use.arguments[2]
        for each in list(names.const)[:8] if isinstance(names.const, (list, tuple, str)) else ():
            value = resolved_attribute(
                a, value, Value(const=each, marks=names.marks), use.node, callee="functools.reduce"
            )
        return value
    marks = flowing(use)
    if use.name == "builtins.map" and not use.arguments:
        return None
    if isinstance(use.node, ast.Call) and all(each.const is not NOTHING for each in use.arguments[1:]):
        const = a.folded(use.node)
        if const is not NOTHING:
            return Value(const=const, marks=marks | FOLDED)
    if use.name == "builtins.map":
        return None
    return Value(marks=marks) if marks else UNKNOWN


def _module_got(a: Analysis, use: Use) -> Value | None:
    return in_namespace(a, "sys.modules", use.argument(0, "key"), use.node)


EFFECTS: Final[dict[str, Effect]] = {
    "builtins.getattr": _getattr,
    "inspect.getattr_static": _getattr,
    "builtins.setattr": _setattr,
    "builtins.__import__": _import,
    "importlib.import_module": _import_module,
    "pydoc.locate": _import_module,
    "pkgutil.resolve_name": _import_module,
    "builtins.globals": _globals,
    "builtins.locals": _globals,
    "builtins.vars": _globals,
    "builtins.super": _super,
    "builtins.type": _type,
    "functools.partial": _partial,
    "functools.reduce": _stepped,
    "builtins.map": _stepped,
    "builtins.filter": _stepped,
    "operator.attrgetter": _attrgetter,
    "operator.itemgetter": _itemgetter,
    "operator.methodcaller": _methodcaller,
    "operator.getitem": _operator_getitem,
    **{f"sys.modules.{name}": _module_got for name in ("get", "pop", "__getitem__")},
}
"""By canonical name."""

AGAIN: Final[dict[str, Effect]] = {
    "operator.attrgetter()": _attribute_got,
    "operator.itemgetter()": _item_got,
    "operator.methodcaller()": _method_called,
}
"""By the name of what a call gave, which is called in its turn."""
