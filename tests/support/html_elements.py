"""The elements of an HTML page, as a strict reader of Python's own library finds them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from html.parser import HTMLParser
from typing import NamedTuple

__all__ = ["Element", "check_inert", "elements", "unclosed"]

_ATTRIBUTES = """
    aria-hidden aria-label aria-labelledby aria-live aria-pressed autocomplete charset class colspan content data-bump
    data-entry data-file data-item data-kind data-l data-label data-name data-read data-reason data-script data-severity
    data-status data-verdict for hidden href http-equiv id lang method name open placeholder rel role scope spellcheck
    start tabindex title type value
"""
_INERT = """
    a article b blockquote body br button code dd details dialog div dl dt em fieldset footer form h1 h2 h3 h4 h5 h6
    head header hr html i input kbd label legend li main meta nav ol output p pre s section small span strong summary
    table tbody td th thead title tr ul
"""

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


class Element(NamedTuple):
    """tag, attributes, and the text directly inside."""

    tag: str
    attributes: dict[str, str | None]
    text: list[str]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Element] = []
        self.open: list[Element] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len(dict(attrs)) != len(attrs):
            self.wrong.append(f"<{tag}> has an attribute twice")
        self.found.append(Element(tag, dict(attrs), []))
        if tag not in _VOID:
            self.open.append(self.found[-1])

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop().tag != tag:
            self.wrong.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].text.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append(f"a declaration: {data}")


def elements(page: str) -> list[Element]:
    """Every element in the order of their start tags."""
    return _read(page).found


def unclosed(page: str) -> list[str]:
    """What is wrong with the nesting, and what stands in the page that is neither element nor text."""
    reader = _read(page)
    return [*reader.wrong, *(f"<{element.tag}> is not closed" for element in reader.open)]


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def check_inert(page: str, *, beside: Collection[str] = ()) -> Counter[str]:
    """Nothing in the page is active or loads anything, but its one style and its one script. Gives the tags' numbers.

    beside: file names that it may lead to.
    """
    assert unclosed(page) == []
    found = elements(page)
    count = Counter(element.tag for element in found)
    assert set(count) <= {*_INERT.split(), "style", "script"}
    assert (count["style"], count["script"]) == (1, 1)
    assert found[0].tag == "html"
    identifiers = [element.attributes["id"] for element in found if "id" in element.attributes]
    assert len(identifiers) == len(set(identifiers))
    for element in found:
        assert set(element.attributes) <= set(_ATTRIBUTES.split()), element
        href = element.attributes.get("href")
        if href is not None and href.startswith("#"):
            assert href[1:] in identifiers
        elif href is not None and href not in beside:
            assert re.fullmatch(r"https?://[!-~]+", href)
            assert element.attributes["rel"] == "noopener noreferrer nofollow"
        if element.tag not in {"script", "style"}:
            shown = "".join(element.text).replace("\n", "").replace("\t", "")
            assert {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, shown)), element
    return count
