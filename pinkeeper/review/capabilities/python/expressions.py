"""What expressions may be, calls apart."""

from __future__ import annotations

import ast
from typing import Any, Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python import codecs_known, folding, members
from pinkeeper.review.capabilities.python.analysis import Analysis, Evaluator
from pinkeeper.review.capabilities.python.containers import bind_target, iterated, mapping, sequence, starred, subscript
from pinkeeper.review.capabilities.python.environment import is_environment
from pinkeeper.review.capabilities.python.records import Record, Scope
from pinkeeper.review.capabilities.python.texts import is_gate_variable
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    GATE,
    MANY,
    NOTHING,
    OWN,
    UNKNOWN,
    XORED,
    Value,
    constant,
    join,
    named,
    with_marks,
)
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Mark

__all__ = ["EVALUATORS"]

_TEXT_LIMIT: Final = 4000
_CHOICES_COMBINED: Final = 16
# What only numbers know, and sets: no text is made of these by habit.
_TURNING: Final = frozenset({ast.BitXor, ast.Sub, ast.BitAnd, ast.BitOr, ast.LShift, ast.RShift})
_TURNED: Final = Value(marks=XORED)
_PATH: Final = ("pathlib.Path()",)
_HOLE: Final = "…"
_PLACEHOLDER: Final = lazy_pattern(r"%(?:\(\w+\))?[-+ #0-9.]*[srdioxXeEfFgGc]")
_SINGLES: Final[dict[Any, Value]] = {each: constant(each) for each in (None, True, False)}


def _constant(a: Analysis, node: ast.Constant) -> Value:
    const: Any = node.value
    kind = const.__class__
    if kind is str:
        if len(const) > 4:  # noqa: PLR2004 - no shorter text matters
            a.text(const, node)
        return constant(const)
    if kind is bytes:
        if len(const) > 4:  # noqa: PLR2004
            a.text(const[:_TEXT_LIMIT].decode("latin-1"), node)
        return constant(const)
    if const is None or kind is bool:
        return _SINGLES[const]
    return constant(const) if kind is int or kind is float else UNKNOWN


def _name(a: Analysis, node: ast.Name) -> Value:
    name = node.id
    value = a.look_up(name)
    if value is UNKNOWN and name in {"__name__", "__package__", "__file__", "__path__", "__spec__"}:
        return Value(text=_HOLE, marks=OWN)
    return value


def _attribute(a: Analysis, node: ast.Attribute) -> Value:
    base = a.evaluate(node.value)
    return members.attribute(a, base, node.attr, node)


def _binary(a: Analysis, node: ast.BinOp) -> Value:
    chain = [node]
    left = node.left
    while isinstance(left, ast.BinOp):
        chain.append(left)
        left = left.left
    value = a.evaluate(left)
    for each in reversed(chain):
        right = a.evaluate(each.right)
        if value is UNKNOWN and right is UNKNOWN:
            if each.op.__class__ in _TURNING:
                value = _TURNED
            continue
        value = _combined(a, each, value, right)
    text = value.shown
    if text is not None and len(text) > 4:  # noqa: PLR2004
        a.text(text, node)
    return value


def _combined(a: Analysis, node: ast.BinOp, left: Value, right: Value) -> Value:  # noqa: C901 - one case a kind
    marks = (left.marks | right.marks) & FLOWING
    operator = type(node.op)
    if operator in _TURNING:
        marks |= XORED
    elif operator is ast.Div and _PATH in {left.refs, right.refs}:
        return _path_joined(left, right, marks)
    if left.const is not NOTHING and right.const is not NOTHING:
        const = folding.binary(operator, left.const, right.const)
        if const is not NOTHING and folding.is_foldable(const) and a.budget.pay(const):
            return constant(const, marks | FOLDED)
    if operator is ast.Add:
        if left.choices or right.choices:
            found = _choices_added(left, right)
            if found:
                return Value(choices=found, marks=marks | FOLDED | ((left.marks | right.marks) & MANY))
        if left.items is not None or right.items is not None:
            items = {
                **_listed(left),
                **{len(_listed(left)) + at: each for at, each in enumerate(_listed(right).values())},
            }
            return Value(items=items, marks=marks)
        one, other = left.shown, right.shown
        if (one is not None or other is not None) and not isinstance(left.const, int):
            joined = (_HOLE if one is None else one) + (_HOLE if other is None else other)
            return Value(text=joined[:_TEXT_LIMIT], marks=marks | FOLDED)
    elif operator is ast.Mod and (text := left.shown) is not None:
        return Value(text=_filled(text, right), marks=marks | FOLDED)
    return Value(marks=marks) if marks else UNKNOWN


def _choices_added(left: Value, right: Value) -> tuple[Any, ...]:
    ones, others = left.constants, right.constants
    if not ones or not others or len(ones) * len(others) > _CHOICES_COMBINED:
        return ()
    found = [folding.binary(ast.Add, one, other) for one in ones for other in others]
    return tuple(each for each in found if each is not NOTHING and folding.is_foldable(each))


def _listed(value: Value) -> dict[Any, Value]:
    if value.items is not None:
        return value.items
    if isinstance(value.const, (list, tuple)) and len(value.const) <= 64:  # noqa: PLR2004 - as containers are kept
        return {at: constant(each) for at, each in enumerate(value.const)}
    return {}


def _filled(template: str, right: Value) -> str:
    """A ``%`` template with what is known put in."""
    if right.items is not None:
        pieces = [each.shown for each in right.items.values()]
    elif isinstance(right.const, tuple):
        pieces = [str(each) if isinstance(each, (str, int)) else None for each in right.const]
    else:
        pieces = [right.shown]
    given = iter(pieces)
    return _PLACEHOLDER.sub(lambda _: next(given, None) or _HOLE, template[:_TEXT_LIMIT])[:_TEXT_LIMIT]


def _path_joined(left: Value, right: Value, marks: int) -> Value:
    if isinstance(left.const, str) and isinstance(right.const, str):
        const = codecs_known.apply("os.path.join", [left.const, right.const], {})
        return Value(const=const, refs=_PATH, marks=marks)
    if right.choices and left.shown is not None:
        return Value(
            choices=tuple(f"{left.shown}/{each}" for each in right.choices if isinstance(each, str)),
            refs=_PATH,
            marks=marks,
        )
    one, other = left.shown, right.shown
    text = f"{_HOLE if one is None else one}/{_HOLE if other is None else other}"
    return Value(text=text[:_TEXT_LIMIT], refs=_PATH, marks=marks)


def _boolean(a: Analysis, node: ast.BoolOp) -> Value:
    result = a.evaluate(node.values[0])
    outside = a.context
    gate = result.marks & (GATE | BIT[Mark.SURVEYED])
    for each in node.values[1:]:
        if gate:
            a.context |= BIT[Mark.GATED]
        value = a.evaluate(each)
        gate |= value.marks & (GATE | BIT[Mark.SURVEYED])
        result = join(result, value)
    a.context = outside
    return with_marks(result, gate) if gate else result


def _unary(a: Analysis, node: ast.UnaryOp) -> Value:
    value = a.evaluate(node.operand)
    if value.const is not NOTHING:
        const = folding.unary(type(node.op), value.const)
        return constant(const) if const is not NOTHING else UNKNOWN
    marks = value.marks & (FLOWING | GATE)
    return Value(marks=marks) if marks else UNKNOWN


def _compare(a: Analysis, node: ast.Compare) -> Value:
    left = a.evaluate(node.left)
    marks = left.marks
    known = left.const is not NOTHING
    timed = _is_clock(left)
    for each in node.comparators:
        value = a.evaluate(each)
        marks |= value.marks
        if value.refs and isinstance(left.const, str) and is_gate_variable(left.const) and is_environment(a, value):
            marks |= GATE
        if (timed and (value.const is not NOTHING or _is_date(value))) or (_is_clock(value) and known):
            marks |= GATE
    marks &= GATE | BIT[Mark.SURVEYED]
    if known and not marks and len(node.ops) == 1 and value.const is not NOTHING:
        const = folding.compare(type(node.ops[0]), left.const, value.const)
        return constant(const) if const is not NOTHING else UNKNOWN
    return Value(marks=marks) if marks else UNKNOWN


_CLOCKS: Final = word_set(
    "time.time() datetime.datetime.now() datetime.datetime.utcnow() datetime.date.today() "
    "datetime.datetime.today() time.localtime() "
    "datetime.datetime.now().hour datetime.datetime.now().weekday() datetime.datetime.now().day "
    "datetime.datetime.now().month "
    "datetime.datetime.now().year datetime.datetime.now().date() time.localtime().tm_hour "
    "datetime.datetime.today().weekday()"
)


def _is_clock(value: Value) -> bool:
    return bool(value.refs) and value.refs[0] in _CLOCKS


def _is_date(value: Value) -> bool:
    return bool(value.refs) and value.refs[0] in {"datetime.datetime()", "datetime.date()"}


def _conditional(a: Analysis, node: ast.IfExp) -> Value:
    test = a.evaluate(node.test)
    outside = a.context
    if test.marks & (GATE | BIT[Mark.SURVEYED]):
        a.context |= BIT[Mark.GATED]
    other, one = a.evaluate(node.orelse), a.evaluate(node.body)
    a.context = outside
    if test.const is not NOTHING:
        return one if test.const else other
    return join(other, one)


def _joined(a: Analysis, node: ast.JoinedStr) -> Value:
    parts: list[str] = []
    marks = FOLDED
    exact = True
    for each in node.values:
        if each.__class__ is ast.FormattedValue:
            assert isinstance(each, ast.FormattedValue)
            value = a.evaluate(each.value)
            spec = a.evaluate(each.format_spec).const if each.format_spec is not None else ""
            if value.const is not NOTHING and isinstance(spec, str):
                text = folding.formatted(value.const, each.conversion, spec)
                if isinstance(text, str):
                    parts.append(text)
                    marks |= value.marks & FLOWING
                    continue
            marks |= value.marks & FLOWING
            exact = False
            known = value.shown
            if known is None and value.choices and isinstance(value.choices[0], str):
                known = value.choices[0]
            parts.append(_HOLE if known is None else known)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            parts.append(each.value)
    text = "".join(parts)
    if len(text) > folding.SIZE_LIMIT or not a.budget.pay(text):
        return Value(marks=marks)
    if len(text) > 4:  # noqa: PLR2004
        a.text(text, node)
    return constant(text, marks) if exact else Value(text=text[:_TEXT_LIMIT], marks=marks)


def _comprehension(a: Analysis, node: Any) -> Value:
    outside = a.scope
    scope = Scope(a.record, outside, outside.prefix)
    a.branch += 1
    iterables: list[Value] = []
    for each in node.generators:
        values = a.evaluate(each.iter)
        iterables.append(values)
        a.scope = scope
        bind_target(a, each.target, iterated(a, values, each.iter))
        for test in each.ifs:
            a.evaluate(test)
    a.scope = scope
    if node.__class__ is ast.DictComp:
        key = a.evaluate(node.key)
        value = a.evaluate(node.value)
        marks = (key.marks | value.marks) & (FLOWING | XORED)
    else:
        value = a.evaluate(node.elt)
        marks = value.marks & (FLOWING | XORED)
    a.scope = outside
    a.branch -= 1
    for each in iterables:
        marks |= each.marks & FLOWING
    if iterables[0].const is not NOTHING or isinstance(node.generators[0].iter, ast.Call):
        const = a.folded(node)
        if const is not NOTHING:
            return constant(const, marks | FOLDED)
    if value.refs or value.choices:
        return Value(items={("?", 0): value}, marks=marks)
    return Value(marks=marks) if marks else UNKNOWN


def _walrus(a: Analysis, node: ast.NamedExpr) -> Value:
    value = a.evaluate(node.value)
    a.bind(node.target.id, value)
    return value


def _lambda(a: Analysis, node: ast.Lambda) -> Value:
    for default in (*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)):
        a.evaluate(default)
    key = (
        a.free_key(f"{a.record.key}.<lambda>", a.records)
        if node.lineno == 0
        else f"{a.record.key}.<lambda>{node.lineno}.{node.col_offset}.{a.line}"
    )
    record = a.records.get(key)
    if record is None or record.node is not node:
        record = Record(a.record.name, key, node, a.scope, None)
        record.kind = "lambda"
        a.add_record(record)
    record.scope = a.scope
    record.context |= a.context
    return named(f":{key}")


def _awaited(a: Analysis, node: Any) -> Value:
    return a.evaluate(node.value)


def _yielded(a: Analysis, node: ast.Yield) -> Value:
    if node.value is not None:
        value = a.evaluate(node.value)
        if value is not UNKNOWN:
            record = a.record
            record.returns = value if record.returns is None else join(record.returns, value)
    return UNKNOWN


def _slice(a: Analysis, node: ast.Slice) -> Value:
    for each in (node.lower, node.upper, node.step):
        if each is not None:
            a.evaluate(each)
    return UNKNOWN


def _formatted(a: Analysis, node: ast.FormattedValue) -> Value:
    return a.evaluate(node.value)


EVALUATORS: Final[dict[type[ast.AST], Evaluator]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.Tuple: sequence,
    ast.List: sequence,
    ast.Set: sequence,
    ast.Starred: lambda a, node: starred(a, a.evaluate(node.value), node),
    ast.Dict: mapping,
    ast.Subscript: subscript,
    ast.Slice: _slice,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.NamedExpr: _walrus,
    ast.Lambda: _lambda,
    ast.Await: _awaited,
    ast.YieldFrom: _awaited,
    ast.Yield: _yielded,
}
