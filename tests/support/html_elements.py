"""The elements of an HTML page, as a strict reader of Python's own library finds them."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NamedTuple

__all__ = ["Element", "elements", "unclosed"]

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
