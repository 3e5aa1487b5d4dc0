"""Release notes as HTML in which nothing is active and nothing is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from pinkeeper.reports.plain import printable

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

__all__ = ["notes_html"]

_LONGEST = 30_000  # characters that are read as Markdown; longer notes are shown as they are written
_TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "span", "strong"}
    | {"table", "tbody", "td", "th", "thead", "tr", "ul"}
)
_DEEPEST_HEADING = 6

# Only what every reader of addresses takes apart in the same way: no user, no backslash, nothing that is not ASCII.
_PLAIN_ADDRESS = re.compile(
    r"https?://([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)(?::\d{1,5})?(?:[/?#][!-;=?-\[\]_a-z~|]*)?"
)


def notes_html(text: str, markup: str, *, above: int = 3) -> Markup:
    """The notes. markup: ``markdown``; anything else is shown as it is written. above: level of their own heading.

    No image, no HTML of the project's own. A link is one only to a plain http or https address; the host that it leads
    to stands behind it.
    """
    if markup != "markdown" or len(text) > _LONGEST:
        shown = "\n".join(printable(line.expandtabs(4)) for line in text.splitlines())
        return Markup('<pre class="notes">{}</pre>').format(shown)
    import nh3  # noqa: PLC0415 - only for a page with notes

    renderer = _renderer()
    tokens = list(_harmless(renderer.parse(text), above))
    html = renderer.renderer.render(tokens, renderer.options, {})
    cleaned = nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={"a": {"href"}, "ol": {"start"}},
        allowed_classes={"span": {"host"}},
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )
    return Markup('<div class="notes">{}</div>').format(Markup(cleaned))  # noqa: S704 - cleaned


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only for a page with notes

    return MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 10}).enable(
        ["table", "strikethrough"]
    )


def _harmless(tokens: Sequence[Token], above: int) -> Iterator[Token]:
    headings: list[int] = []  # levels as written, each deeper than the one before; shown without a gap between them
    for token in tokens:
        token.meta = {}
        if token.type == "heading_open":
            level = int(token.tag[1:])
            headings = [*(each for each in headings if each < level), level]
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(above + len(headings), _DEEPEST_HEADING)}"
        if token.type in {"fence", "code_block"}:
            token.info = ""
        if token.children:
            token.children = list(_inline(token.children))
        else:
            token.content = _shown(token.content)
        yield token


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    """Links that are no plain addresses, and images, become their text; behind links stands their host."""
    hosts: list[str | None] = []
    for token in tokens:
        match token.type:
            case "link_open":
                href = str(token.attrs.get("href", ""))
                plain = _PLAIN_ADDRESS.fullmatch(href)
                hosts.append(plain[1].lower() if plain else None)
                token.attrs = {"href": href}
                if plain:
                    yield token
            case "link_close":
                host = hosts.pop() if hosts else None
                if host is not None:
                    yield token
                    yield from _host(token, host)
            case "image":
                yield _text(token, f"[image: {token.content}]")
            case _:
                token.content = _shown(token.content)
                yield token


def _host(near: Token, host: str) -> Iterator[Token]:
    yield type(near)("span_open", "span", 1, attrs={"class": "host"})
    yield _text(near, f" [{host}]")
    yield type(near)("span_close", "span", -1)


def _text(near: Token, text: str) -> Token:
    return type(near)("text", "", 0, content=_shown(text))


def _shown(text: str) -> str:
    return "\n".join(printable(line.expandtabs(4)) for line in text.split("\n"))
