"""Where the comments and the text literals of a Python file are; between them is code.

By one regular expression, also for files that do not parse. A literal within the fields of an f-string that has the
same quotes (PEP 701) counts as code, and what follows it as text again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["Span", "code_between", "spans"]

# Nothing that is repeated possessively has alternatives or more of its kind in it: Python before 3.11.5 matches too
# little there.
_SPAN = lazy_pattern(
    r"""
      \#[^\n]*+
    | "{3}[^\\"]*+(?:\\.[^\\"]*+)*+(?:"(?!"")[^\\"]*+(?:\\.[^\\"]*+)*+)*(?:"{3}|\Z)
    | '{3}[^\\']*+(?:\\.[^\\']*+)*+(?:'(?!'')[^\\']*+(?:\\.[^\\']*+)*+)*(?:'{3}|\Z)
    | "[^\\"\n]*+(?:\\.[^\\"\n]*+)*+"?
    | '[^\\'\n]*+(?:\\.[^\\'\n]*+)*+'?
    """,
    re.VERBOSE | re.DOTALL,
)


class Span(NamedTuple):
    """A comment or a literal without its prefix, as offsets in characters."""

    start: int
    end: int
    is_comment: bool


def spans(text: str) -> list[Span]:
    """All comments and literals, in order."""
    return [Span(*found.span(), text[found.start()] == "#") for found in _SPAN.finditer(text)]


def code_between(text: str, found: list[Span]) -> Iterator[tuple[int, str]]:
    """What stands between the spans: offset and text."""
    position = 0
    for span in found:
        if span.start > position:
            yield position, text[position : span.start]
        position = span.end
    if position < len(text):
        yield position, text[position:]
