"""What griffe says of two definitions of one name, in sentences of ours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import griffe

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["changed_call", "changed_value", "kind_of"]

_VALUE_LIMIT = 60  # characters of a value that is shown
_LITERAL = lazy_pattern(
    r"""'[^'\\]*+(?:\\.[^'\\]*+)*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+"|\b[0-9][0-9a-fx_.]*+|\b(?:True|False|None)\b"""
)
_NAME = lazy_pattern(r"[A-Za-z_][\w.]*")
_POSITIONS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_VARIADIC = {
    griffe.ParameterKind.var_positional: "it takes no further arguments by position any more",
    griffe.ParameterKind.var_keyword: "it takes no further arguments by keyword any more",
}
_GIVEN_BY = {
    griffe.ParameterKind.positional_only: "by position alone",
    griffe.ParameterKind.positional_or_keyword: "by position or by keyword",
    griffe.ParameterKind.keyword_only: "by keyword alone",
}
_BY_POSITION = (griffe.ParameterKind.positional_only, griffe.ParameterKind.positional_or_keyword)


def kind_of(item: griffe.Object) -> str:
    """What people call it: ``class``, ``function``, ``method``, ``property``, ``constant`` ..."""
    if item.is_attribute:
        if "property" in item.labels:
            return "property"
        is_constant = item.parent is not None and item.parent.is_module and item.name.isupper()
        return "constant" if is_constant else "attribute"
    if item.is_function:
        return "method" if item.parent is not None and item.parent.is_class else "function"
    return "type" if item.is_type_alias else item.kind.value


def changed_value(old: griffe.Attribute, new: griffe.Attribute) -> str | None:
    """One sentence where a value is another one now, None where it is not, is too long, or is only put another way."""
    before, after = _shown(old.value), _shown(new.value)
    if before is None or after is None or before == after or max(len(before), len(after)) > _VALUE_LIMIT:
        return None
    # Where more than numbers and texts differs, the value may be what it was.
    if "..." in (before, after) or _LITERAL.sub("", before) != _LITERAL.sub("", after):
        return None
    return f"its value is {after}, it was {before}"


def changed_call(old: griffe.Function, new: griffe.Function, breakages: Iterable[griffe.Breakage]) -> Iterator[str]:
    """One sentence for each way in which a function must be called differently.

    breakages: what `griffe.find_breaking_changes` says of the two.
    """
    by_kind: defaultdict[griffe.BreakageKind, list[griffe.Breakage]] = defaultdict(list)
    for breakage in breakages:
        by_kind[breakage.kind].append(breakage)
    kinds = griffe.BreakageKind
    before, after = _own(old), _own(new)
    own = {id(parameter) for parameter in (*before, *after)}
    gone = [breakage.old_value for breakage in by_kind[kinds.PARAMETER_REMOVED] if id(breakage.old_value) in own]
    added = [
        breakage.new_value for breakage in by_kind[kinds.PARAMETER_ADDED_REQUIRED] if id(breakage.new_value) in own
    ]
    yield from _come_and_gone(before, after, gone=gone, added=added)
    if by_kind[kinds.PARAMETER_MOVED]:
        yield from _moved(before, after)
    for kind in (kinds.PARAMETER_CHANGED_REQUIRED, kinds.PARAMETER_CHANGED_KIND, kinds.PARAMETER_CHANGED_DEFAULT):
        for breakage in by_kind[kind]:
            if id(breakage.old_value) in own and (what := _changed(kind, breakage.old_value, breakage.new_value)):
                yield what
    if "async" in new.labels and "async" not in old.labels:
        yield "it is a coroutine function now, whose result must be awaited"
    elif "async" in old.labels and "async" not in new.labels:
        yield "it is no coroutine function any more"


def _come_and_gone(
    before: Sequence[griffe.Parameter],
    after: Sequence[griffe.Parameter],
    *,
    gone: list[griffe.Parameter],
    added: list[griffe.Parameter],
) -> Iterator[str]:
    renamed = _renamed(before, after, gone)
    for one, other in renamed:
        if not one.name.startswith("_"):
            yield f"the parameter {one.name} is called {other.name} now"
    gone = [parameter for parameter in gone if not parameter.name.startswith("_") or parameter.kind in _VARIADIC]
    settled = {id(parameter) for pair in renamed for parameter in pair}
    had_more = {parameter.kind for parameter in before} & _VARIADIC.keys()
    kinds = {parameter.kind for parameter in after}
    for parameter in gone:
        if id(parameter) in settled:
            continue
        if parameter.kind not in _VARIADIC:
            yield f"the parameter {parameter.name} is gone"
        elif parameter.kind not in kinds:
            yield _VARIADIC[parameter.kind]
    for parameter in added:
        # Where any arguments were taken, one that has a name now may have been given before.
        if not had_more and parameter.kind not in _VARIADIC and id(parameter) not in settled:
            yield f"there is a new parameter {parameter.name}, which must be given"


def _changed(kind: griffe.BreakageKind, before: griffe.Parameter, after: griffe.Parameter) -> str | None:
    """What became of a parameter that is still there."""
    if kind is griffe.BreakageKind.PARAMETER_CHANGED_REQUIRED:
        return (
            None
            if after.kind in _VARIADIC or before.kind in _VARIADIC
            else f"the parameter {after.name} must be given now"
        )
    if kind is griffe.BreakageKind.PARAMETER_CHANGED_KIND:
        if before.kind not in _GIVEN_BY or after.kind not in _GIVEN_BY:
            return None
        return f"the parameter {after.name} is given {_GIVEN_BY[after.kind]} now, it was {_GIVEN_BY[before.kind]}"
    one, other = _shown(before.default), _shown(after.default)
    if one is None or other is None or one == other or before.name.startswith("_"):
        return None
    if _is_name(one) and _is_name(other):
        return None  # what they stand for may be the same
    is_short = max(len(one), len(other)) <= _VALUE_LIMIT and "..." not in (one, other)
    return f"the default of the parameter {after.name} is {f'{other}, it was {one}' if is_short else 'another one'}"


def _own(function: griffe.Function) -> list[griffe.Parameter]:
    """The parameters that callers give: of methods without the first."""
    parameters = list(function.parameters)
    is_method = function.parent is not None and function.parent.is_class and "staticmethod" not in function.labels
    if is_method and parameters and parameters[0].kind in _BY_POSITION:
        return parameters[1:]
    return parameters


def _renamed(
    old: Sequence[griffe.Parameter], new: Sequence[griffe.Parameter], gone: Sequence[griffe.Parameter]
) -> list[tuple[griffe.Parameter, griffe.Parameter]]:
    """Parameters at whose place one of another name stands that was not there before, with the same default."""
    if len(old) != len(new):
        return []
    known = {parameter.name for parameter in old}
    unknown = {id(parameter) for parameter in gone}
    return [
        (before, after)
        for before, after in zip(old, new, strict=True)
        if id(before) in unknown
        and after.name not in known
        and (before.kind is after.kind or before.name.startswith("_"))
        and not {before.kind, after.kind} & _VARIADIC.keys()
        and _shown(before.default) == _shown(after.default)
    ]


def _moved(old: Sequence[griffe.Parameter], new: Sequence[griffe.Parameter]) -> Iterator[str]:
    """The first parameter that stands elsewhere, where that is not only because others are gone."""
    remaining = {parameter.name for parameter in new}
    before = [parameter.name for parameter in old if parameter.kind in _BY_POSITION and parameter.name in remaining]
    after = [parameter.name for parameter in new if parameter.kind in _BY_POSITION]
    for at, name in enumerate(before):
        if name in after and after.index(name) != at and not name.startswith("_"):
            was = next(index for index, parameter in enumerate(old) if parameter.name == name)
            yield f"the parameter {name} stands {_position(after.index(name))} now, it stood {_position(was)}"
            return


def _position(at: int) -> str:
    return _POSITIONS[at] if at < len(_POSITIONS) else f"at place {at + 1}"


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and text not in ("True", "False", "None")


def _shown(value: object) -> str | None:
    return None if value is None else " ".join(str(value).split())
