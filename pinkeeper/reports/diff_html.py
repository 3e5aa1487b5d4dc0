"""A comparison of two releases as one HTML page that loads nothing and runs nothing but its own script."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from pinkeeper.model.comparison import DiffResult, ReleaseNotes
from pinkeeper.reports.diff_overview import VERDICTS, other_fields, overview, severities, wheel_tags
from pinkeeper.reports.diff_page import page_of
from pinkeeper.reports.html_page import page
from pinkeeper.reports.notes_view import notes_views
from pinkeeper.review.rules.rule import Rule

__all__ = ["Around", "diff_html"]

_MOST_ENTRIES = 500  # of any list but those of files and findings


class Around(Struct, frozen=True, kw_only=True):
    """What stands around a comparison whose page is one among others.

    back: the file name of the page that lists them. facts: label and value of what is known of the bump. remarks: what
    must be decided, a sentence each. notes: from every source, in place of the comparison's own where there are any;
    missing: where they were asked for in vain. commands: what for, and the words. refusal: lines for pyproject.toml.
    is_new: the old release of the comparison stands for none.
    """

    back: str
    facts: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    notes: tuple[ReleaseNotes, ...] = ()
    missing: tuple[str, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    refusal: tuple[str, ...] = ()
    is_new: bool = False


def diff_html(
    result: DiffResult, rules: Mapping[str, Rule], around: Around | None = None, *, most_lines: int | None = None
) -> str:
    """The page. rules: by id; a finding's rule is explained where it is among them. most_lines: see `page_of`."""
    sources = (result.notes,) if around is None or not around.notes else around.notes
    return page(
        "diff.html",
        styles=("diff.css",) if around is None else ("diff.css", "proposal.css"),
        script="diff.js",
        most=_MOST_ENTRIES,
        result=result,
        around=around,
        old_version=None if around is not None and around.is_new else result.old.version,
        page=page_of(result, rules, most_lines=most_lines),
        overview=overview(result),
        verdict_means=VERDICTS[result.verdict],
        severities=severities(finding.severity for finding in result.findings) or "no finding",
        fields=(*other_fields(result), *wheel_tags(result)),
        notes=notes_views(sources),
    )
