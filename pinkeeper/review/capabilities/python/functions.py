"""Functions and classes of the file: how they come to be, and what a call of them does."""

from __future__ import annotations

import ast
from typing import Any, Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.concrete import NotConstantError
from pinkeeper.review.capabilities.python.folding import is_foldable
from pinkeeper.review.capabilities.python.inner import look_inside
from pinkeeper.review.capabilities.python.members import member_of_class
from pinkeeper.review.capabilities.python.records import ClassRecord, Record, Scope
from pinkeeper.review.capabilities.python.requests_sent import note_own_request
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    MANY,
    NOTHING,
    PARAMETERS,
    UNKNOWN,
    XORED,
    Value,
    constant,
    join,
    named,
    parameter_bit,
    with_marks,
)
from pinkeeper.review.capabilities.summary import Mark

__all__ = ["call_own", "define_class", "define_function", "enter", "instantiate", "note_annotation"]

_PROPERTIES: Final = frozenset(
    {
        "property",
        "cached_property",
        "functools.cached_property",
        "builtins.property",
        "setter",
        "getter",
        "werkzeug.utils.cached_property",
    }
)
_NUMBER: Final = lazy_pattern(r"#\d+")
_HOLDERS: Final = ("__init__", "__new__", "__post_init__")
_DISCARD: Final = ("__del__",)
_ARGUMENTS_FOLDED: Final = 6


def define_function(a: Analysis, node: Any) -> None:
    """A ``def``: its decorators and defaults run here, its body when it is called."""
    outside = a.scope
    decorators = [(each, a.evaluate(each)) for each in node.decorator_list]
    owner = a.classes.get(outside.prefix[:-1]) if isinstance(outside, _ClassScope) else None
    name = outside.prefix + node.name
    inner = outside.parent if isinstance(outside, _ClassScope) else outside
    record = a.known_record(node, inner)
    is_new = record is None
    if record is None:
        record = Record(_NUMBER.sub("", name), a.free_key(name, a.records), node, inner, owner)
    _defaults(a, node.args, record)
    if node.returns is not None and not isinstance(node.returns, ast.Constant):
        a.evaluate(node.returns)
    if is_new:
        a.add_record(record)
    value = named(f":{record.key}")
    for each, decorator in reversed(decorators):
        value = _decorated(a, record, each, decorator, value)
    a.bind(node.name, value)
    if node.name == "__getattr__" and outside is a.top:
        a.bind("__getattr__", value)


def _defaults(a: Analysis, arguments: ast.arguments, record: Record) -> None:
    positional = [*arguments.posonlyargs, *arguments.args]
    first = len(positional) - len(arguments.defaults)
    for at, default in enumerate(arguments.defaults):
        value = a.evaluate(default)
        if value is not UNKNOWN and value.const is not None:
            record.defaults[first + at] = a.plain(value)
    offset = len(positional) + (arguments.vararg is not None)
    for at, each in enumerate(arguments.kw_defaults):
        if each is not None:
            value = a.evaluate(each)
            if value is not UNKNOWN and value.const is not None:
                record.defaults[offset + at] = a.plain(value)
    for at, argument in enumerate(
        (*positional, *((arguments.vararg,) if arguments.vararg else ()), *arguments.kwonlyargs)
    ):
        annotation = argument.annotation
        note_annotation(a, annotation)
        if annotation is not None and annotation.__class__ is not ast.Constant:
            value = a.evaluate(annotation)
            refs = tuple(f"{ref}()" for ref in value.refs[:1] if not ref.startswith(("builtins.", "typing.")))
            if refs:
                record.annotations[at] = Value(refs=refs)


def note_annotation(a: Analysis, node: ast.expr | None) -> None:
    """An annotation that is a text is evaluated by whoever asks for type hints; calls in it are looked at."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "(" in node.value:
        look_inside(a, node.value, node, 0)


def _decorated(a: Analysis, record: Record, node: ast.expr, decorator: Value, value: Value) -> Value:
    kind = decorator.refs[0] if decorator.refs else ""
    if isinstance(node, ast.Attribute) and node.attr in {"setter", "getter", "deleter"}:
        record.kind = "accessor"
        return value
    if kind in {"builtins.staticmethod", "builtins.classmethod"}:
        record.kind = kind.removeprefix("builtins.")
        return value
    if kind.removeprefix("builtins.") in _PROPERTIES:
        record.kind = "property"
        return value
    if not decorator.refs:
        return value
    from pinkeeper.review.capabilities.python.calls import invoke  # noqa: PLC0415 - they need each other

    result = invoke(a, node, decorator, [value], {})
    own = tuple(ref for ref in result.refs if ref.startswith(":") or a.entry(ref)[1] is not None)
    return Value(refs=tuple(dict.fromkeys((*own, *value.refs)))) if own else value


class _ClassScope(Scope):
    """The scope of a class body. Functions in it do not see its names."""


def define_class(a: Analysis, node: ast.ClassDef) -> None:  # noqa: C901 - one case a kind
    """A ``class``: its body runs here."""
    for each in node.decorator_list:
        decorator = a.evaluate(each)
        for ref in decorator.refs:
            a.call(ref, each)
    bases = [a.evaluate(each) for each in node.bases]
    outside = a.scope
    name = outside.prefix + node.name
    known = a.classes_by_node.get(id(node))
    record = known[1] if known is not None and known[0] is node else ClassRecord(name, a.free_key(name, a.classes))
    a.classes_by_node[id(node)] = (node, record)
    record.bases = [ref for base in bases for ref in base.refs]
    for keyword in node.keywords:
        value = a.evaluate(keyword.value)
        if keyword.arg == "metaclass":
            record.metaclass = value.refs
            for ref in value.refs:
                a.call(ref, node)
    a.classes[record.key] = record
    for ref in record.bases:
        parent = a.class_of(ref)
        if parent is not None and (hook := member_of_class(a, parent, "__init_subclass__")) is not None:
            for each_hook in hook.refs:
                a.call(each_hook, node)
    parent_scope = outside.parent if isinstance(outside, _ClassScope) else outside
    scope = _ClassScope(outside.record, parent_scope, record.key + ".")
    scope.names = record.attributes
    a.scope = scope
    a.execute(node.body)
    a.scope = outside
    for held in list(record.attributes.values()):
        for ref in held.refs if held.refs and held.refs[0].endswith("()") else ():
            descriptor = a.class_of(ref)
            if descriptor is not None and "__set_name__" in descriptor.attributes:
                a.call(f":{descriptor.key}.__set_name__", node)
    a.bind(node.name, named(f":{record.key}"))


def enter(a: Analysis, record: Record) -> None:
    """Look at the body of a function; scope and record are set."""
    node = record.node
    arguments: ast.arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    every = [*positional, *((arguments.vararg,) if arguments.vararg else ()), *arguments.kwonlyargs]
    names = a.scope.names
    for at, argument in enumerate(every):
        names[argument.arg] = _parameter(record, at)
    if arguments.kwarg is not None:
        names[arguments.kwarg.arg] = _parameter(record, len(every))
        every.append(arguments.kwarg)
    record.parameters = [each.arg for each in every]
    if record.owner is not None and record.kind != "staticmethod" and positional:
        own = (
            f":{record.owner.key}"
            if record.kind == "classmethod" or record.node.name == "__new__"
            else f":{record.owner.key}()"
        )
        names[positional[0].arg] = named(own)
    if isinstance(node, ast.Lambda):
        record.returns = a.evaluate(node.body)
        return
    record.returns = None
    a.execute(node.body)


def _parameter(record: Record, at: int) -> Value:
    bit = parameter_bit(at)
    known = record.arguments.get(at)
    default = record.defaults.get(at)
    if default is not None:
        if known is not None:
            known = join(default, known)
        elif default.const is not NOTHING:
            known = Value(choices=(default.const,), refs=default.refs, marks=default.marks | MANY)
        else:
            known = default
    annotation = record.annotations.get(at)
    if known is None:
        return Value(refs=annotation.refs if annotation else (), marks=bit, parameter=at)
    return Value(
        const=known.const,
        choices=known.choices,
        text=known.text,
        refs=known.refs or (annotation.refs if annotation else ()),
        # The first look tells what the function itself does; what arguments bring is looked at after it.
        marks=(known.marks if record.rounds > 1 else known.marks & (MANY | FOLDED)) | bit,
        items=known.items,
        bound=known.bound,
        place=known.place,
        parameter=at,
    )


def instantiate(a: Analysis, key: str, node: ast.expr, arguments: list[Value], keywords: dict[str, Value]) -> Value:  # noqa: C901 - one case a kind
    """Make an instance of a class of the file."""
    found = a.classes[key]
    a.call(f":{key}", node)
    instance = f":{key}()"
    for name in _HOLDERS:
        value = member_of_class(a, found, name)
        if value is None:
            continue
        for ref in value.refs:
            record = a.records.get(ref[1:]) if ref.startswith(":") else None
            if record is not None:
                if record.owner is not found:
                    a.call(ref, node)
                _hand_all(a, record, [named(instance), *arguments], keywords)
                if record.due:
                    a.result_of(record)
            elif name == "__init__" and not ref.startswith(":"):
                a.call(ref.removesuffix("().__init__"), node)
    for name in _DISCARD:
        if name in found.attributes:
            a.call(f":{key}.{name}", node)
    marks = 0
    for each in (*arguments, *keywords.values()):
        marks |= each.marks
    return named(instance, marks & FLOWING & ~FOLDED)


def call_own(a: Analysis, record: Record, node: ast.expr, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """Call a function of the file."""
    if record.kind != "lambda":
        a.call(f":{record.key}", node)
    _hand_all(a, record, arguments, keywords)
    folded = _stepped(a, record, arguments, keywords)
    result = a.result_of(record)
    note_own_request(a, record, node, arguments, keywords)
    marks = result.marks & (FLOWING | XORED | BIT[Mark.COMPUTED] | BIT[Mark.UNRESOLVED])
    wanted = marks & PARAMETERS
    marks &= ~PARAMETERS
    if wanted:
        given = _by_index(record, arguments, keywords)
        for index, value in given.items():
            if wanted & parameter_bit(index):
                marks |= value.marks & FLOWING
        if result.parameter >= 0 and result.parameter in given:
            return with_marks(given[result.parameter], marks)
    if folded is not NOTHING:
        value = constant(folded, marks | FOLDED)
        if (text := value.shown) is not None:
            a.text(text, node)
        return value
    if wanted and not _as_handed(record, wanted, arguments, keywords):
        # What it gave for other arguments says nothing about these.
        result = Value(refs=result.refs, items=result.items, marks=result.marks)
    if result is UNKNOWN or (
        result.const is NOTHING and not result.refs and not result.choices and result.text is None and not result.items
    ):
        return Value(marks=marks) if marks else UNKNOWN
    return Value(
        const=result.const,
        choices=result.choices,
        text=result.text,
        refs=result.refs,
        marks=marks,
        items=result.items,
        bound=result.bound,
        place=result.place,
    )


def _stepped(a: Analysis, record: Record, arguments: list[Value], keywords: dict[str, Value]) -> Any:
    """What stepping through a small function gives, where all its arguments are constants."""
    node = record.node
    if not isinstance(node, (ast.FunctionDef, ast.Lambda)) or record.running:
        return NOTHING
    if isinstance(node, ast.FunctionDef) and (len(node.body) > 12 or not _gives(node)):  # noqa: PLR2004 - helpers that decode are small
        return NOTHING
    if len(arguments) + len(keywords) > _ARGUMENTS_FOLDED:
        return NOTHING
    given = [each.const for each in arguments]
    by_name = {name: each.const for name, each in keywords.items()}
    if any(each is NOTHING for each in (*given, *by_name.values())):
        return NOTHING
    outside = a.scope
    assert record.scope is not None
    a.scope = record.scope
    try:
        result = a.interpreter().call(node, given, by_name)
    except NotConstantError:
        result = NOTHING
    finally:
        a.scope = outside
    return result if result is not None and is_foldable(result) else NOTHING


def _gives(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Return) for each in node.body[-1:]) or isinstance(
        node.body[-1], (ast.If, ast.For, ast.While)
    )


def _as_handed(record: Record, wanted: int, arguments: list[Value], keywords: dict[str, Value]) -> bool:
    """Whether a call has the very arguments, as far as they matter, that are known of all calls."""
    for index, value in _by_index(record, arguments, keywords).items():
        if wanted & parameter_bit(index):
            known = record.arguments.get(index)
            if value.const is NOTHING and value.text is None:
                return False
            if known is not None and (known.const is not value.const or known.text != value.text):
                return False
    return True


def _by_index(record: Record, arguments: list[Value], keywords: dict[str, Value]) -> dict[int, Value]:
    given = dict(enumerate(arguments))
    for name, value in keywords.items():
        if name in record.parameters:
            given[record.parameters.index(name)] = value
    return given


def _hand_all(a: Analysis, record: Record, arguments: list[Value], keywords: dict[str, Value]) -> None:
    node = record.node
    wanted: ast.arguments = node.args
    if not record.parameters:
        every = [*wanted.posonlyargs, *wanted.args, *((wanted.vararg,) if wanted.vararg else ()), *wanted.kwonlyargs]
        record.parameters = [each.arg for each in every] + ([wanted.kwarg.arg] if wanted.kwarg else [])
    count = len(wanted.posonlyargs) + len(wanted.args)
    for at, value in enumerate(arguments):
        if value is UNKNOWN:
            continue
        if at < count:
            a.hand(record, at, value)
        elif wanted.vararg is not None:
            a.hand(record, count, Value(items={at - count: value}, marks=value.marks))
    for name, value in keywords.items():
        if value is UNKNOWN:
            continue
        if name in record.parameters:
            a.hand(record, record.parameters.index(name), value)
        elif wanted.kwarg is not None:
            a.hand(record, len(record.parameters) - 1, Value(items={name: value}, marks=value.marks))
