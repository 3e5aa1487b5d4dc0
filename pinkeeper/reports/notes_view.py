"""Release notes of one source or of several, in the shape in which pages show them."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup
from msgspec import Struct

from pinkeeper.model.comparison import ReleaseNotes
from pinkeeper.reports.machine_text import REMARK, speaks_to_machines
from pinkeeper.reports.notes_html import notes_html

__all__ = ["NotesView", "notes_views"]

_LONGEST = 200_000


class NotesView(Struct, frozen=True, kw_only=True):
    """The notes of one source. sections: version and text. cut: characters left out. warning: said above the text."""

    source: str
    sections: tuple[tuple[str, Markup], ...]
    cut: int
    remark: str
    warning: str
    unmentioned: tuple[tuple[str, int], ...]


def notes_views(sources: Iterable[ReleaseNotes], *, most: int = _LONGEST, above: int = 3) -> tuple[NotesView, ...]:
    """All sources in their order, at most so many characters of them together; what is left out is counted.

    above: level of the heading of a release.
    """
    views = []
    left = most
    for notes in sources:
        sections = []
        cut = notes.cut
        for section in notes.sections:
            text = section.text[:left]
            left -= len(text)
            cut += len(section.text) - len(text)
            if text or not section.text:
                sections.append((section.version, notes_html(text, notes.markup, above=above)))
        views.append(
            NotesView(
                source=notes.source,
                sections=tuple(sections),
                cut=cut,
                remark=notes.remark,
                warning=REMARK if speaks_to_machines(section.text for section in notes.sections) else "",
                unmentioned=notes.unmentioned,
            )
        )
    return tuple(views)
