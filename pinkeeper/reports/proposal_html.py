"""The proposals of an update as HTML: a page that lists all bumps, and a page for each of them.

Every page stands alone: it loads nothing, and runs nothing but its own script (see `html_page`). Their links lead from
one to another in the same folder, and where release notes of Markdown lead.
"""

from __future__ import annotations

from collections.abc import Mapping

from pinkeeper.model.proposal import UpdateResult
from pinkeeper.reports.diff_html import Around, diff_html
from pinkeeper.reports.html_page import page
from pinkeeper.reports.notes_view import notes_views
from pinkeeper.reports.proposal_page import commands_of, file_names, index_of
from pinkeeper.reports.proposal_words import Entry, entries, is_flagged, reasons, refusal, row
from pinkeeper.review.rules.registry import RULES
from pinkeeper.review.rules.rule import Rule

__all__ = ["proposal_pages"]

_INDEX = "index.html"
_STYLES = ("diff.css", "proposal.css")
_MOST_ENTRIES = 500
# Lines of code on the page of one bump: there may be hundreds of pages, and nobody reads them all.
_MOST_LINES_TO_READ = 1_000
_MOST_LINES_OF_ROUTINE = 150


def proposal_pages(result: UpdateResult, rules: Mapping[str, Rule] = RULES) -> dict[str, str]:
    """All pages by file name: ``index.html``, and one for each bump, all for one folder. rules: by id."""
    index = index_of(result, rules)
    told = entries(result)
    names = file_names(told)
    pages = {
        _INDEX: page(
            "proposal.html", styles=_STYLES, script="proposal.js", most=_MOST_ENTRIES, result=result, index=index
        )
    }
    for place, entry in enumerate(told):
        pages[names[place]] = _bump_page(entry, result, rules)
    return pages


def _bump_page(entry: Entry, result: UpdateResult, rules: Mapping[str, Rule]) -> str:
    bump = entry.bump
    around = _around(entry, result)
    if bump.comparison is not None:
        most = _MOST_LINES_TO_READ if is_flagged(bump) else _MOST_LINES_OF_ROUTINE
        return diff_html(bump.comparison, rules, around, most_lines=most)
    return page(
        "bump.html",
        styles=_STYLES,
        script="bump.js",
        most=_MOST_ENTRIES,
        bump=bump,
        around=around,
        notes=notes_views(bump.notes),
    )


def _around(entry: Entry, result: UpdateResult) -> Around:
    bump = entry.bump
    cells = row(bump, now=result.made_at)
    facts = (
        ("kind", cells.kind),
        ("why here", cells.why),
        ("age", cells.age),
        ("fixes", "; ".join(": ".join(filter(None, (known.called, known.summary))) for known in bump.advisories)),
        ("ledger", cells.ledger),
        ("proposal", "; ".join(proposal.title for proposal in entry.proposals)),
    )
    return Around(
        back=_INDEX,
        facts=tuple((label, value) for label, value in facts if value),
        remarks=reasons(bump),
        notes=bump.notes,
        missing=bump.notes_missing,
        commands=commands_of(entry),
        refusal=refusal(bump, result),
        is_new=bump.old is None,
    )
