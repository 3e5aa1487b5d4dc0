"""Anchors of any HTML page, however it is written."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["AnchorReader"]


class AnchorReader(HTMLParser):
    """Collects the attributes of the anchors that have an address, and the first base element.

    base: the address of that element, None where there is none. is_html: whether there was any tag at all.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors: list[dict[str, str]] = []
        self.base: str | None = None
        self.is_html = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an anchor; an attribute given twice keeps its first value, as in browsers."""
        self.is_html = True
        values = {key: value or "" for key, value in reversed(attrs)}
        if tag == "base" and self.base is None:
            self.base = values.get("href") or None
        elif tag == "a" and "href" in values:
            self.anchors.append(values)
