"""A comparison of two releases as one HTML page that loads nothing and runs nothing but its own script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup
from msgspec import Struct

from pinkeeper.model.comparison import DiffResult, ReleaseNotes
from pinkeeper.reports.diff_overview import VERDICTS, other_fields, overview, severities, wheel_tags
from pinkeeper.reports.diff_page import page_of
from pinkeeper.reports.html_page import page
from pinkeeper.reports.machine_text import REMARK, speaks_to_machines
from pinkeeper.reports.notes_html import notes_html
from pinkeeper.review.rules.rule import Rule

__all__ = ["Around", "diff_html"]

_MOST_ENTRIES = 500  # of any list but those of files and findings
_LONGEST_NOTES = 200_000


class Around(Struct, frozen=True, kw_only=True):
    """What stands around a comparison that is a page among others.

    back: the address of the page that lists them. facts: label and value of what is known of the bump. notes: from
    every source, in place of the comparison's own; missing: where there were none. commands: what for, and the words;
    refusal: lines for pyproject.toml.
    """

    back: str
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[ReleaseNotes, ...] = ()
    missing: tuple[str, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    refusal: tuple[str, ...] = ()


class _Notes(Struct, frozen=True, kw_only=True):
    """The notes of one source, ready to be shown. cut: characters left out."""

    source: str
    sections: tuple[tuple[str, Markup], ...]
    cut: int
    remark: str
    warning: str
    unmentioned: tuple[tuple[str, int], ...]


def diff_html(result: DiffResult, rules: Mapping[str, Rule], around: Around | None = None) -> str:
    """The page. rules: by id; a finding's rule is explained where it is among them."""
    sources = (result.notes,) if around is None or not around.notes else around.notes
    return page(
        "diff.html",
        styles=("diff.css",),
        script="diff.js",
        result=result,
        around=around,
        page=page_of(result, rules),
        overview=overview(result),
        verdict_means=VERDICTS[result.verdict],
        severities=severities(finding.severity for finding in result.findings) or "no finding",
        fields=(*other_fields(result), *wheel_tags(result)),
        notes=tuple(_shown(sources)),
        most=_MOST_ENTRIES,
    )


def _shown(sources: Iterable[ReleaseNotes]) -> Iterable[_Notes]:
    left = _LONGEST_NOTES
    for notes in sources:
        sections = []
        for section in notes.sections:
            text = section.text[:left]
            left -= len(text)
            if text or not section.text:
                sections.append((section.version, notes_html(text, notes.markup)))
        whole = sum(len(section.text) for section in notes.sections)
        yield _Notes(
            source=notes.source,
            sections=tuple(sections),
            cut=notes.cut + max(whole - _LONGEST_NOTES, 0),
            remark=notes.remark,
            warning=REMARK if speaks_to_machines(section.text for section in notes.sections) else "",
            unmentioned=notes.unmentioned,
        )
