"""Characters that turn the reading direction, and characters that are not seen.

Everyday are a joiner in an emoji or in Persian and Hindi text, a byte order mark in a text, a soft hyphen or a
zero-width space that came along when documentation was pasted, and a short list of such characters that code looks for.
Odd are those in code itself, directions that do not end where the text ends (Boucher and Anderson, Trojan Source;
UAX 9), and so many in a row that they carry data.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.source_spans import Span, code_between
from pinkeeper.review.capabilities.summary import OddityKind

__all__ = ["odd_characters"]

Sight = tuple[OddityKind, int, str]
"""The kind, the offset in characters, and a few words."""

_EMBEDDING_ENDS, _ISOLATE_ENDS = "\u202c", "\u2069"
_EMBEDDINGS, _ISOLATES = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
_BIDI = f"{_EMBEDDINGS}{_EMBEDDING_ENDS}{_ISOLATES}{_ISOLATE_ENDS}"

_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = "\U000e0000-\U000e007f"
_FILLERS = "\u115f\u1160\u3164\uffa0"
_ZERO_WIDTH = "\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010fffd"

_SUSPECT = lazy_pattern(f"[{_BIDI}{_SELECTORS}{_TAGS}{_FILLERS}{_ZERO_WIDTH}{_PRIVATE}]")
_UNSEEN = lazy_pattern(f"[{_SELECTORS}{_TAGS}{_FILLERS}{_ZERO_WIDTH}]")
_UNSEEN_RUN = lazy_pattern(f"[{_SELECTORS}{_TAGS}{_FILLERS}{_ZERO_WIDTH}]{{4,}}")
_PRIVATE_RUN = lazy_pattern(f"[{_PRIVATE}]{{24,}}")
_SELECTOR = lazy_pattern("[\ufe00-\ufe0d\U000e0100-\U000e01ef]")  # without those that choose how an emoji looks
_FLAG = lazy_pattern("\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f")
_WORD_CUT = lazy_pattern(f"""[\"'][A-Za-z_.]*[A-Za-z_][{_ZERO_WIDTH}{_FILLERS}]+[A-Za-z_][A-Za-z_.]*[\"']""")

_RUN_OF_MANY = 16
_SELECTORS_OF_ONE_TEXT = 8


def odd_characters(text: str, spans: list[Span]) -> Iterator[Sight]:
    """All that is odd, comments and literals first."""
    if _SUSPECT.search(text) is None:
        return
    for span in spans:
        if _SUSPECT.search(text, span.start, span.end):
            yield from _in_span(text[span.start : span.end], span)
    for start, code in code_between(text, spans):
        for found in _SUSPECT.finditer(code):
            if found[0] in _BIDI:
                yield OddityKind.BIDI, start + found.start(), f"{_name(found[0])} in code"
            elif _UNSEEN.match(found[0]):
                yield OddityKind.INVISIBLE, start + found.start(), f"{_name(found[0])} in code"


def _in_span(text: str, span: Span) -> Iterator[Sight]:
    offset = 0
    for line in text.split("\n"):
        unended = _unended_direction(line)
        if unended and any(character.isalnum() for character in line):  # else it is a list of such characters
            place = "comment" if span.is_comment else "text"
            yield OddityKind.BIDI, span.start + offset, f"{_name(unended)} that the {place} does not end"
        offset += len(line) + 1
    text = _FLAG.sub("", text)
    for found in _UNSEEN_RUN.finditer(text):
        if _carries_data(found[0]):
            yield OddityKind.INVISIBLE, span.start + found.start(), f"{len(found[0]):,} unseen characters in a row"
    for found in _PRIVATE_RUN.finditer(text):
        yield OddityKind.INVISIBLE, span.start + found.start(), f"{len(found[0]):,} characters of private use in a row"
    selectors = _SELECTOR.findall(text)
    if (
        len(selectors) >= _SELECTORS_OF_ONE_TEXT
        and len(set(selectors)) > len(selectors) // 4
        and not _UNSEEN_RUN.search(text)
    ):
        yield OddityKind.INVISIBLE, span.start, f"{len(selectors):,} variation selectors in one text"
    if not span.is_comment and _WORD_CUT.fullmatch(text):
        unseen = _UNSEEN.search(text)
        assert unseen is not None
        yield OddityKind.INVISIBLE, span.start + unseen.start(), f"{_name(unseen[0])} within a word"


def _unended_direction(line: str) -> str | None:
    """The character that begins a direction which lasts to the end of the line (UAX 9, X1 to X8)."""
    begun: list[str] = []
    for character in line:
        if character in _EMBEDDINGS or character in _ISOLATES:
            begun.append(character)
        elif character == _EMBEDDING_ENDS:
            if begun and begun[-1] in _EMBEDDINGS:
                begun.pop()
        elif character == _ISOLATE_ENDS and any(each in _ISOLATES for each in begun):
            while begun.pop() not in _ISOLATES:
                pass
    return begun[0] if begun else None


def _carries_data(run: str) -> bool:
    """Whether so many that they stand for something: characters that code looks for are named once each."""
    return len(run) >= _RUN_OF_MANY or len(set(run)) < len(run)


def _name(character: str) -> str:
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()
