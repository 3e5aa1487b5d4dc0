"""Containers: what is put into them, and what is got out of them again."""

from __future__ import annotations

import ast
from typing import Any, Final

from pinkeeper.review.capabilities.python import folding
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.environment import COPY, is_environment, read_in_bulk, read_variable
from pinkeeper.review.capabilities.python.reflection import in_namespace, is_namespace, note_hidden_name
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    MANY,
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    is_hashable,
    join,
    with_marks,
)
from pinkeeper.review.capabilities.summary import Mark

__all__ = ["bind_target", "element_of", "iterated", "mapping", "sequence", "starred", "subscript", "subscripted"]

_ITEM_LIMIT: Final = 64
_ELEMENT_LIMIT: Final = 1 << 17


def sequence(a: Analysis, node: Any) -> Value:
    """A tuple, a list or a set."""
    values = _elements(a, node.elts)
    is_tuple = node.__class__ is ast.Tuple
    if node.__class__ is not ast.Set:
        consts = [value.const for value in values]
        if NOTHING not in map(_kept, consts):
            if len(consts) > _ELEMENT_LIMIT:
                return UNKNOWN
            marks = 0
            for value in values:
                if value.marks:
                    marks |= value.marks & FLOWING
                if value.refs:
                    break
            else:
                if not folding.is_flat(consts):
                    return UNKNOWN
                return constant(tuple(consts) if is_tuple else consts, marks)
    return _container(dict(enumerate(values)))


def _elements(a: Analysis, nodes: list[ast.expr]) -> list[Value]:
    """The elements of a container, with those of ``*x`` where they are known."""
    values: list[Value] = []
    for node in nodes:
        if not isinstance(node, ast.Starred):
            values.append(a.evaluate(node))
            continue
        held = a.evaluate(node.value)
        if isinstance(held.const, (list, tuple)) and len(held.const) <= _ITEM_LIMIT:
            values += [constant(each, held.marks) for each in held.const]
        elif held.items is not None and not held.refs and all(isinstance(key, int) for key in held.items):
            values += held.items.values()
        else:
            values.append(starred(a, held, node))
    return values


def _kept(const: Any) -> Any:
    return NOTHING if const is NOTHING else None


def _container(items: dict[Any, Value]) -> Value:
    marks = 0
    told = False
    for value in items.values():
        if value is not UNKNOWN:
            marks |= value.marks & FLOWING
            told = True
    if not told:
        return UNKNOWN
    if len(items) > _ITEM_LIMIT:
        items = {key: value for key, value in items.items() if value.refs or value.items}
        items = dict(list(items.items())[:_ITEM_LIMIT])
    return Value(items=items, marks=marks)


def starred(a: Analysis, value: Value, node: ast.expr) -> Value:
    """``*x`` within a container or a call."""
    if is_environment(a, value):
        return read_in_bulk(a, node)
    # Its elements are not told apart from it: a container with a container as one of its elements.
    return Value(
        refs=value.refs, marks=value.marks & FLOWING, text=value.shown, items=value.items, choices=_texts(value)
    )


def _texts(value: Value) -> tuple[Any, ...]:
    return tuple(value.const[:_ITEM_LIMIT]) if isinstance(value.const, (list, tuple)) else ()


def mapping(a: Analysis, node: ast.Dict) -> Value:
    """A dictionary."""
    evaluate = a.evaluate
    items: dict[Any, Value] = {}
    consts: dict[Any, Any] | None = {}
    marks = 0
    for at, (key_node, value_node) in enumerate(zip(node.keys, node.values, strict=True)):
        value = evaluate(value_node)
        if key_node is None:
            if is_environment(a, value):
                value = read_in_bulk(a, node)
            consts = None
            items[("**", at)] = value
            items.update(_pairs(value))
            continue
        key_value = evaluate(key_node)
        key = key_value.const
        marks |= key_value.marks & FLOWING
        if key is NOTHING or isinstance(key, (list, dict, bytearray, tuple)):
            consts = None
            items[("?", at)] = value
            continue
        items[key] = value
        if consts is not None:
            if value.const is NOTHING or value.refs:
                consts = None
            else:
                consts[key] = value.const
                marks |= value.marks & FLOWING
    if consts is not None:
        return constant(consts, marks) if folding.is_flat(consts) else UNKNOWN
    found = _container(items)
    return with_marks(found, marks) if marks else found


def _pairs(value: Value) -> dict[Any, Value]:
    if value.items is not None:
        return value.items
    if isinstance(value.const, dict) and len(value.const) <= _ITEM_LIMIT:
        return {key: constant(each) for key, each in value.const.items()}
    return {}


def subscript(a: Analysis, node: ast.Subscript) -> Value:
    """An element or a slice."""
    base = a.evaluate(node.value)
    if node.slice.__class__ is ast.Slice:
        return _sliced(a, node, base)
    key = a.evaluate(node.slice)
    return subscripted(a, base, key, node)


def subscripted(a: Analysis, base: Value, key: Value, node: ast.expr) -> Value:  # noqa: C901 - one case a kind
    """What stands in a container under a key."""
    if not base.refs and key.marks & FOLDED:
        note_hidden_name(a, key, node, "__dict__")
    if base is UNKNOWN:
        return UNKNOWN
    if base.refs:
        if is_environment(a, base):
            return read_variable(a, key, node, "os.environ")
        if base.refs[0] == COPY:
            return UNKNOWN
        for ref in base.refs:
            if is_namespace(ref):
                return in_namespace(a, ref, key, node)
    if base.const is not NOTHING and key.const is not NOTHING:
        const = folding.subscript(base.const, key.const)
        if const is not NOTHING and folding.is_foldable(const):
            bits = FOLDED if isinstance(base.const, (str, bytes)) else 0
            return constant(const, ((base.marks | key.marks) & FLOWING) | bits)
        return Value(marks=base.marks & FLOWING) if base.marks & FLOWING else UNKNOWN
    if base.items is not None and key.const is not NOTHING and is_hashable(key.const):
        found = base.items.get(key.const)
        if found is None and isinstance(key.const, int) and key.const < 0:
            found = base.items.get(len(base.items) + key.const)
        if found is not None:
            return found
    return element_of(a, base)


def _sliced(a: Analysis, node: ast.Subscript, base: Value) -> Value:
    assert isinstance(node.slice, ast.Slice)
    bounds = (node.slice.lower, node.slice.upper, node.slice.step)
    parts = [None if each is None else a.evaluate(each).const for each in bounds]
    if base is UNKNOWN:
        return UNKNOWN
    marks = base.marks & FLOWING
    if NOTHING not in [part if part is NOTHING else None for part in parts]:
        turned = isinstance(parts[2], int) and parts[2] < 0
        if base.const is not NOTHING:
            const = folding.subscript(base.const, slice(*parts))
            if const is not NOTHING and a.budget.pay(const):
                is_text = isinstance(const, (str, bytes))
                bits = BIT[Mark.DECODED] if is_text and parts[2] not in {None, 1} and len(const) > 1 else 0
                value = constant(const, marks | FOLDED | bits)
                if is_text and bits and isinstance(const, str):
                    a.text(const, node)
                return value
        if turned:
            return Value(marks=marks, items=base.items, refs=base.refs)
    if base.items is not None or base.refs:
        return Value(items=base.items, marks=marks)
    return Value(marks=marks) if marks else UNKNOWN


def element_of(a: Analysis, value: Value) -> Value:
    """Any element of a container."""
    del a
    marks = value.marks & FLOWING
    const = value.const
    if const is not NOTHING:
        if isinstance(const, dict):
            const = list(const.values())
        if isinstance(const, (list, tuple)):
            kept = tuple(const[:48])
            more = MANY if len(const) > len(kept) else 0
            return Value(choices=kept, marks=marks | more)
        return Value(marks=marks) if marks else UNKNOWN
    if value.items is not None:
        result = UNKNOWN
        for at, each in enumerate(value.items.values()):
            result = each if at == 0 else join(result, each)
        return with_marks(result, marks) if marks else result
    if value.choices:
        inner = [part for each in value.choices if isinstance(each, (list, tuple)) for part in each[:8]]
        return Value(choices=tuple(inner[:48]), marks=marks)
    return Value(marks=marks) if marks else UNKNOWN


def iterated(a: Analysis, value: Value, node: ast.expr) -> Value:
    """What a loop over a value goes through."""
    if not value.refs:
        return _keys_or_elements(a, value)
    if is_environment(a, value):
        return read_in_bulk(a, node)
    for ref in value.refs:
        found = a.class_of(ref)
        if found is not None:
            for name in ("__iter__", "__next__", "__getitem__", "__aiter__", "__anext__"):
                if name in found.attributes:
                    a.call(f":{found.key}.{name}", node)
    return _keys_or_elements(a, value)


def _keys_or_elements(a: Analysis, value: Value) -> Value:
    if isinstance(value.const, dict):
        return element_of(a, constant(list(value.const), value.marks))
    if value.items is not None and not all(isinstance(key, int) for key in value.items):
        keys = tuple(key for key in value.items if isinstance(key, (str, bytes)))
        return Value(choices=keys, marks=value.marks & FLOWING)
    if isinstance(value.const, range):
        return UNKNOWN
    return element_of(a, value)


def bind_target(a: Analysis, target: ast.expr, value: Value) -> None:
    """Bind names as a target says; other kinds of targets belong to statements."""
    if isinstance(target, ast.Name):
        a.bind(target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        elements = target.elts
        if any(isinstance(each, ast.Starred) for each in elements):
            any_of_them = element_of(a, value)
            for each in elements:
                if isinstance(each, ast.Starred):
                    bind_target(a, each.value, Value(items={("?", 0): any_of_them}, marks=any_of_them.marks & FLOWING))
                else:
                    bind_target(a, each, any_of_them)
            return
        for at, each in enumerate(elements):
            bind_target(a, each, _part(a, value, at, len(elements)))
    elif isinstance(target, (ast.Attribute, ast.Subscript)):
        from pinkeeper.review.capabilities.python.statements import assign  # noqa: PLC0415 - they need each other

        assign(a, target, value)
    elif isinstance(target, ast.Starred):
        bind_target(a, target.value, value)


def _part(a: Analysis, value: Value, at: int, size: int) -> Value:
    """What the target at one place of several gets."""
    if value is UNKNOWN:
        return UNKNOWN
    const = value.const
    if isinstance(const, (list, tuple, str, bytes)):
        return constant(const[at], value.marks & FLOWING) if len(const) == size else element_of(a, value)
    if value.items is not None:
        found = value.items.get(at)
        if found is not None and len(value.items) == size:
            return found
        inner = value.items.get(("?", 0))
        if inner is not None and inner.items is not None:
            return inner.items.get(at, UNKNOWN)
    if value.choices:
        parts = [each[at] for each in value.choices if isinstance(each, (list, tuple)) and len(each) == size]
        if parts:
            return Value(choices=tuple(parts), marks=value.marks & (FLOWING | MANY))
    marks = value.marks & FLOWING
    return Value(marks=marks) if marks else UNKNOWN
