"""Anchors of any HTML page, however it is written."""

from __future__ import annotations

from html.parser import HTMLParser

__all__ = ["AnchorReader"]


class AnchorReader(HTMLParser):
    """Collects (attributes, text) of the anchors that have an address, and the first base element.

    base: the address of that element, None where there is none. is_html: whether there was any tag at all.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors: list[tuple[dict[str, str], str]] = []
        self.base: str | None = None
        self.is_html = False
        self._open: dict[str, str] | None = None
        self._label: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an anchor; an attribute given twice keeps its first value, as in browsers."""
        self.is_html = True
        values = {key: value or "" for key, value in reversed(attrs)}
        if tag == "base" and self.base is None:
            self.base = values.get("href") or None
        elif tag == "a":
            self._close_anchor()
            self._open = values

    def handle_endtag(self, tag: str) -> None:
        """End an anchor."""
        if tag == "a":
            self._close_anchor()

    def handle_data(self, data: str) -> None:
        """Take the text of an open anchor."""
        if self._open is not None:
            self._label.append(data)

    def close(self) -> None:
        """Finish the page; an anchor that was never closed ends here."""
        super().close()
        self._close_anchor()

    def _close_anchor(self) -> None:
        if self._open is not None and "href" in self._open:
            self.anchors.append((self._open, "".join(self._label)))
        self._open, self._label = None, []
