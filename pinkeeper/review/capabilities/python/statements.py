"""What statements bind, and under which conditions what is in them runs."""

from __future__ import annotations

import ast
from typing import Any, Final

from pinkeeper.review.capabilities.python.analysis import Analysis, Executor
from pinkeeper.review.capabilities.python.certificates import note_unverified
from pinkeeper.review.capabilities.python.concrete import NotConstantError
from pinkeeper.review.capabilities.python.containers import bind_target, element_of, iterated
from pinkeeper.review.capabilities.python.environment import is_environment
from pinkeeper.review.capabilities.python.folding import binary, is_foldable
from pinkeeper.review.capabilities.python.functions import define_class, define_function, note_annotation
from pinkeeper.review.capabilities.python.members import member_of_class
from pinkeeper.review.capabilities.python.module_search import note_search_path
from pinkeeper.review.capabilities.python.patching import note_extended, note_patch, runs_assigned
from pinkeeper.review.capabilities.python.records import Scope
from pinkeeper.review.capabilities.python.reflection import KEPT
from pinkeeper.review.capabilities.python.runners import handed
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    GATE,
    NOTHING,
    PARAMETERS,
    UNKNOWN,
    Value,
    constant,
    is_hashable,
    join,
    named,
)
from pinkeeper.review.capabilities.python.variables_set import note_variable
from pinkeeper.review.capabilities.summary import MAIN, Capability, Import, Mark

__all__ = ["EXECUTORS", "assign"]

_GATING: Final = GATE | BIT[Mark.SURVEYED]
_DECIDABLE: Final = frozenset({ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp, ast.BoolOp, ast.Compare})
_BROAD: Final = frozenset({"Exception", "BaseException"})
_LOOP_BODY_LIMIT: Final = 8


def _expression(a: Analysis, node: ast.Expr) -> None:
    value = node.value
    if isinstance(value, ast.Constant):
        if isinstance(value.value, str):
            a.text(value.value, node, documentation=True)
        return
    a.evaluate(value)


def _assignment(a: Analysis, node: ast.Assign) -> None:
    value = a.evaluate(node.value)
    for target in node.targets:
        note_search_path(a, target, node.value)
        if isinstance(target, ast.Name):
            a.bind(target.id, value)
        else:
            bind_target(a, target, value)


def _annotated(a: Analysis, node: ast.AnnAssign) -> None:
    annotation = node.annotation
    note_annotation(a, annotation)
    told = a.evaluate(annotation) if annotation.__class__ is not ast.Constant else UNKNOWN
    if node.value is not None:
        bind_target(a, node.target, a.evaluate(node.value))
    elif isinstance(node.target, ast.Name) and told.refs:
        refs = tuple(f"{ref}()" for ref in told.refs[:1] if not ref.startswith(("builtins.", "typing.")))
        if refs and node.target.id not in a.scope.names:
            a.bind(node.target.id, Value(refs=refs))


def _augmented(a: Analysis, node: ast.AugAssign) -> None:
    added = a.evaluate(node.value)
    target = node.target
    note_search_path(a, target, node.value)
    if not isinstance(target, ast.Name):
        if isinstance(target, ast.Attribute):
            a.mark_name(target, added.marks)
            note_extended(a, a.evaluate(target), added, target)
        else:
            a.evaluate(target)
        return
    old = a.look_up(target.id)
    marks = (old.marks | added.marks) & FLOWING
    if not a.loop:
        if old.const is not NOTHING and added.const is not NOTHING:
            const = binary(type(node.op), old.const, added.const)
            if const is not NOTHING and is_foldable(const) and a.budget.pay(const):
                a.bind(target.id, constant(const, marks | FOLDED))
                if isinstance(const, str):
                    a.text(const, node)
                return
        one, other = old.shown, added.shown
        if one is not None or other is not None:
            a.bind(
                target.id,
                Value(
                    text=f"{'…' if one is None else one}{'…' if other is None else other}"[:4000], marks=marks | FOLDED
                ),
            )
            return
    if old.items is not None or added.items is not None:
        items = {**(old.items or {}), **{("+", node.lineno, key): each for key, each in (added.items or {}).items()}}
        a.bind(target.id, Value(items=dict(list(items.items())[-64:]), marks=marks))
        return
    # In a loop each turn adds: what was known is only part of what it is.
    a.scope.names[target.id] = Value(marks=marks, text=old.shown, refs=old.refs) if marks or old.refs else UNKNOWN


def assign(a: Analysis, target: ast.expr, value: Value) -> None:  # noqa: C901 - one case a kind
    """Assign to an attribute or to an element."""
    if isinstance(target, ast.Attribute):
        base = a.evaluate(target.value)
        note_unverified(a, target.attr, value, target)
        if target.attr == "__code__":
            a.fact(Capability.DYNAMIC_CODE, "__code__", target, (), value.marks & FLOWING & ~FOLDED)
        for ref in base.refs:
            found = a.class_of(ref)
            if found is None:
                continue
            a.record.wants |= value.marks & PARAMETERS
            plain = a.plain(value)
            old = found.attributes.get(target.attr)
            if old is None:
                found.attributes[target.attr] = plain
                if plain is not UNKNOWN:
                    a.appeared(f"{found.key}.{target.attr}")
            elif plain is not UNKNOWN and plain.const is not None:
                found.attributes[target.attr] = join(old, plain)
                if plain.marks & ~old.marks or (plain.refs and not old.refs):
                    a.appeared(f"{found.key}.{target.attr}")
        if base.refs:
            note_patch(a, base, target.attr, value, target)
            runs_assigned(a, base, target.attr, value, target)
        return
    if isinstance(target, ast.Subscript):
        base = a.evaluate(target.value)
        key = a.evaluate(target.slice)
        if base.refs:
            if is_environment(a, base):
                note_variable(a, key, value, target)
                return
            note_patch(a, base, None, value, target, key=key)
        _put(a, target.value, base, key, value)


def _put(a: Analysis, node: ast.expr, base: Value, key: Value, value: Value) -> None:
    """Remember what was put into a container."""
    if value is UNKNOWN:
        return
    if (
        isinstance(node, ast.Name)
        and node.id in a.scope.names
        and (value.refs or value.items or value.const is not NOTHING)
    ):
        items = dict(base.items or {})
        if isinstance(base.const, dict) and len(base.const) <= 64:  # noqa: PLR2004 - as containers are kept
            items = {each: constant(held) for each, held in base.const.items()}
        if len(items) < 64 and is_hashable(key.const):  # noqa: PLR2004
            items[("?", len(items)) if key.const is NOTHING else key.const] = value
            a.scope.names[node.id] = Value(items=items, marks=(base.marks | value.marks) & FLOWING, refs=base.refs)
            return
    a.mark_name(node, value.marks)


def _if(a: Analysis, node: ast.If) -> None:
    outside = a.context
    gated_away = False
    current = node
    while True:
        truth = _truth(a, current.test)
        if truth is None:
            test = a.evaluate(current.test)
            if test.marks & _GATING:
                a.context |= BIT[Mark.GATED]
                gated_away = gated_away or _leaves(current.body)
        if truth == MAIN:
            _main(a, current.body)
        elif truth is not False:
            a.branching(current.body)
        rest = current.orelse
        if len(rest) == 1 and isinstance(rest[0], ast.If):
            current = rest[0]
            continue
        if truth is not True:
            a.branching(rest)
        break
    a.context = outside
    if gated_away:
        a.context |= BIT[Mark.GATED]


def _truth(a: Analysis, test: ast.expr) -> Any:
    """False for what never runs, True for what always does, `MAIN` for what runs in a program only, else None."""
    if test.__class__ not in _DECIDABLE:
        return None
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Name) and test.id == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _truth(a, test.operand)
        return None if inner is None or inner == MAIN else not inner
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        parts = [_truth(a, each) for each in test.values]
        return False if False in parts else MAIN if MAIN in parts else None
    if (
        isinstance(test, ast.Compare)
        and len(test.comparators) == 1
        and isinstance(test.ops[0], ast.Eq)
        and a.scope is a.top
    ):
        sides = (test.left, test.comparators[0])
        names = {each.id for each in sides if isinstance(each, ast.Name)}
        texts = {each.value for each in sides if isinstance(each, ast.Constant)}
        if "__name__" in names and "__main__" in texts:
            return MAIN
    return None


def _main(a: Analysis, body: list[ast.stmt]) -> None:
    record = a.records.get(MAIN)
    if record is None:
        record = a.make_main(body)
    outside, a.record = a.record, record
    a.branching(body)
    a.record = outside


def _leaves(body: list[ast.stmt]) -> bool:
    last = body[-1] if body else None
    if isinstance(last, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
        return True
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and _ends(last.value.func)


def _ends(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in {"exit", "_exit"}) or (
        isinstance(node, ast.Name) and node.id in {"exit", "quit"}
    )


def _try(a: Analysis, node: Any) -> None:
    outside = a.context
    if any(_swallows(handler) for handler in node.handlers):
        a.context |= BIT[Mark.SWALLOWED]
    a.branching(node.body)
    a.branching(node.orelse)
    a.context = outside
    for handler in node.handlers:
        if handler.type is not None:
            a.evaluate(handler.type)
        if handler.name is not None:
            a.scope.names.setdefault(handler.name, UNKNOWN)
        a.branching(handler.body)
    # What always runs is bound for certain.
    a.execute(node.finalbody)


def _swallows(handler: ast.ExceptHandler) -> bool:
    if handler.type is not None:
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if not any((each.id if isinstance(each, ast.Name) else getattr(each, "attr", "")) in _BROAD for each in kinds):
            return False
    return all(
        isinstance(each, (ast.Pass, ast.Continue, ast.Break))
        or (isinstance(each, ast.Return) and (each.value is None or isinstance(each.value, ast.Constant)))
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in handler.body
    )


def _for(a: Analysis, node: Any) -> None:
    values = a.evaluate(node.iter)
    if values.const is not NOTHING and _stepped(a, node):
        return
    a.branch += 1
    bind_target(a, node.target, iterated(a, values, node.iter))
    a.loop += 1
    a.execute(node.body)
    a.loop -= 1
    a.branch -= 1
    a.branching(node.orelse)


def _stepped(a: Analysis, node: Any) -> bool:
    """Step through a loop over constants that only computes; the names that it binds are bound. False otherwise."""
    if len(node.body) > _LOOP_BODY_LIMIT or a.loop or not _only_computes(node.body):
        return False
    names: dict[str, Any] = {}
    marks = FOLDED
    for name in _bound_in(node):
        value = a.scope.names.get(name)
        if value is not None and value.const is not NOTHING:
            marks |= value.marks & FLOWING
            names[name] = value.const.copy() if isinstance(value.const, (list, bytearray, dict)) else value.const
    if _has_decoding(node):
        marks |= BIT[Mark.DECODED]
    try:
        a.interpreter().statements([node], names)
    except NotConstantError:
        return False
    for name, const in names.items():
        if is_foldable(const):
            a.bind(name, constant(const, marks))
            if isinstance(const, str):
                a.text(const, node)
    return True


def _only_computes(body: list[ast.stmt]) -> bool:
    for each in body:
        if isinstance(each, ast.Expr):
            call = each.value
            if not (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in {"append", "extend"}
                and isinstance(call.func.value, ast.Name)
            ):
                return False
        elif isinstance(each, ast.If):
            if not _only_computes(each.body) or not _only_computes(each.orelse):
                return False
        elif not isinstance(each, (ast.Assign, ast.AugAssign, ast.Pass, ast.Continue, ast.Break)):
            return False
    return True


def _bound_in(node: ast.stmt) -> list[str]:
    found: dict[str, None] = {}
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found[each.id] = None
        elif isinstance(each, ast.Attribute) and each.attr in {"append", "extend"} and isinstance(each.value, ast.Name):
            found[each.value.id] = None
    return list(found)


def _has_decoding(node: ast.stmt) -> bool:
    return any(
        isinstance(each, ast.BitXor) or (isinstance(each, ast.Name) and each.id in {"chr", "ord", "bytes", "bytearray"})
        for each in ast.walk(node)
    )


def _while(a: Analysis, node: ast.While) -> None:
    truth = _truth(a, node.test)
    if truth is not None and not truth:
        return
    outside = a.context
    if truth is None and a.evaluate(node.test).marks & _GATING:
        a.context |= BIT[Mark.GATED]
    a.loop += 1
    a.branching(node.body)
    a.loop -= 1
    a.branching(node.orelse)
    a.context = outside


def _with(a: Analysis, node: Any) -> None:
    outside = a.context
    for item in node.items:
        value = a.evaluate(item.context_expr)
        if isinstance(item.context_expr, ast.Call) and any(ref == "contextlib.suppress()" for ref in value.refs):
            broad = any(isinstance(each, ast.Name) and each.id in _BROAD for each in item.context_expr.args)
            a.context |= BIT[Mark.SWALLOWED] if broad else 0
        for ref in value.refs:
            found = a.class_of(ref)
            if found is not None:
                for name in ("__enter__", "__exit__", "__aenter__", "__aexit__"):
                    entered = _method(a, found, name)
                    if entered is not None:
                        a.call(entered, node.items[0].context_expr)
        if item.optional_vars is not None:
            bind_target(a, item.optional_vars, value)
    a.execute(node.body)
    a.context = outside


def _method(a: Analysis, found: Any, name: str) -> str | None:

    value = member_of_class(a, found, name)
    return value.refs[0] if value is not None and value.refs else None


def _return(a: Analysis, node: ast.Return) -> None:
    if node.value is None:
        return
    value = a.evaluate(node.value)
    if value is not UNKNOWN and value.const is not None:
        record = a.record
        if value.items is not None and getattr(record.node, "name", "") in {"__reduce__", "__reduce_ex__"}:
            _rebuilt(a, node, value)
        value = Value(
            const=value.const,
            choices=value.choices,
            text=value.text,
            refs=value.refs,
            marks=value.marks & (FLOWING | KEPT | GATE),
            items=value.items,
            bound=value.bound,
            place=value.place,
            parameter=value.parameter,
        )
        record.returns = value if record.returns is None else join(record.returns, value)


def _rebuilt(a: Analysis, node: ast.Return, value: Value) -> None:
    """What ``__reduce__`` gives is called when the object is brought back."""
    items = value.items or {}
    function, arguments = items.get(0, UNKNOWN), items.get(1, UNKNOWN)
    handed(a, node, (0, "", "-" if arguments is UNKNOWN else "args"), [function, arguments], {})


def _import(a: Analysis, node: ast.Import) -> None:
    for alias in node.names:
        a.imports.setdefault(Import(alias.name, a.line or node.lineno, a.record.name, alias.asname or ""))
        if alias.asname:
            a.bind(alias.asname, named(alias.name))
        else:
            top = alias.name.partition(".")[0]
            a.bind(top, named(top))


def _import_from(a: Analysis, node: ast.ImportFrom) -> None:
    module = "." * node.level + (node.module or "")
    if module == "__future__":
        return
    separator = "" if module.endswith(".") else "."
    for alias in node.names:
        if alias.name == "*":
            a.imports.setdefault(Import(f"{module}{separator}*", a.line or node.lineno, a.record.name))
            if len(a.star_modules) < 16:  # noqa: PLR2004 - nobody has more
                a.star_modules.append(module)
            continue
        target = f"{module}{separator}{alias.name}"
        a.imports.setdefault(Import(target, a.line or node.lineno, a.record.name, alias.asname or ""))
        a.bind(alias.asname or alias.name, named(target))


def _global(a: Analysis, node: ast.Global) -> None:
    a.scope.global_names.update(node.names)


def _nonlocal(a: Analysis, node: ast.Nonlocal) -> None:
    scope: Scope | None = a.scope.parent
    for name in node.names:
        while scope is not None and name not in scope.names:
            scope = scope.parent
        if scope is not None:
            a.scope.names[name] = scope.names[name]


def _match(a: Analysis, node: ast.Match) -> None:
    subject = a.evaluate(node.subject)
    outside = a.context
    if subject.marks & _GATING:
        a.context |= BIT[Mark.GATED]
    for case in node.cases:
        for each in ast.walk(case.pattern):
            name = getattr(each, "name", None) or getattr(each, "rest", None)
            if isinstance(each, ast.MatchValue):
                a.evaluate(each.value)
            if isinstance(name, str):
                a.bind(
                    name, subject if isinstance(each, ast.MatchAs) and each is case.pattern else element_of(a, subject)
                )
        if case.guard is not None:
            a.evaluate(case.guard)
        a.branching(case.body)
    a.context = outside


def _raise(a: Analysis, node: ast.Raise) -> None:
    for each in (node.exc, node.cause):
        if each is not None:
            a.evaluate(each)


def _assert(a: Analysis, node: ast.Assert) -> None:
    a.evaluate(node.test)
    if node.msg is not None:
        a.evaluate(node.msg)


def _delete(a: Analysis, node: ast.Delete) -> None:
    for each in node.targets:
        if isinstance(each, (ast.Attribute, ast.Subscript)):
            a.evaluate(each.value)
        if isinstance(each, ast.Subscript):
            a.evaluate(each.slice)


EXECUTORS: Final[dict[type[ast.AST], Executor]] = {
    ast.Expr: _expression,
    ast.Assign: _assignment,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.If: _if,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Return: _return,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Match: _match,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Delete: _delete,
    ast.FunctionDef: define_function,
    ast.AsyncFunctionDef: define_function,
    ast.ClassDef: define_class,
}
