"""A small validator of JSON Schema (draft 2020-12): what our own schemas use, and an error for any other keyword."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["problems", "undescribed"]

_NOTES = frozenset({"$schema", "$id", "$defs", "title", "description"})
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


def problems(value: Any, schema: dict[str, Any], *, root: dict[str, Any] | None = None, at: str = "$") -> Iterator[str]:
    """Why the value is not what the schema says; nothing where it is."""
    root = schema if root is None else root
    for keyword, said in schema.items():
        if keyword in _NOTES:
            continue
        if keyword in _SINGLE:
            if not _SINGLE[keyword](value, said):
                yield f"{at}: {value!r} is not as {keyword} {said!r} says"
        else:
            yield from _within(keyword, value, said, root, at)


def _within(keyword: str, value: Any, said: Any, root: dict[str, Any], at: str) -> Iterator[str]:
    match keyword:
        case "$ref":
            yield from problems(value, _definition(said, root), root=root, at=at)
        case "anyOf":
            if all(any(problems(value, one, root=root, at=at)) for one in said):
                yield f"{at}: none of the alternatives"
        case "properties":
            for key, inner in said.items():
                if isinstance(value, dict) and key in value:
                    yield from problems(value[key], inner, root=root, at=f"{at}.{key}")
        case "items":
            for place, entry in enumerate(value if isinstance(value, list) else ()):
                yield from problems(entry, said, root=root, at=f"{at}[{place}]")
        case _:
            raise AssertionError(f"{at}: the validator does not know {keyword}")


def undescribed(
    value: Any, schema: dict[str, Any], *, root: dict[str, Any] | None = None, at: str = "$"
) -> Iterator[str]:
    """Keys in the value that the schema says nothing about."""
    root = schema if root is None else root
    if "$ref" in schema:
        yield from undescribed(value, _definition(schema["$ref"], root), root=root, at=at)
    for one in schema.get("anyOf", ()):
        if not any(problems(value, one, root=root)):
            yield from undescribed(value, one, root=root, at=at)
    properties = schema.get("properties", {})
    if isinstance(value, dict) and "$ref" not in schema and "anyOf" not in schema:
        for key, entry in value.items():
            if key in properties:
                yield from undescribed(entry, properties[key], root=root, at=f"{at}.{key}")
            else:
                yield f"{at}.{key}"
    for place, entry in enumerate(value if isinstance(value, list) else ()):
        yield from undescribed(entry, schema.get("items", {}), root=root, at=f"{at}[{place}]")


def _definition(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return found


def _is(value: Any, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    return any(isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names)


_SINGLE: dict[str, Callable[[Any, Any], bool]] = {
    "const": lambda value, said: value == said,
    "enum": lambda value, said: value in said,
    "type": _is,
    "pattern": lambda value, said: not isinstance(value, str) or re.search(said, value) is not None,
    "minimum": lambda value, said: not _is(value, "number") or value >= said,
    "maximum": lambda value, said: not _is(value, "number") or value <= said,
    "required": lambda value, said: not isinstance(value, dict) or all(key in value for key in said),
}
