"""The comparison and the update made by hand in each format, as golden files; run as a module to write them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pinkeeper import __version__
from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.finding import Severity
from pinkeeper.model.proposal import UpdateResult
from pinkeeper.reports.diff_html import diff_html
from pinkeeper.reports.diff_json import diff_json
from pinkeeper.reports.diff_markdown import diff_markdown
from pinkeeper.reports.diff_sarif import diff_sarif
from pinkeeper.reports.diff_text import diff_text
from pinkeeper.reports.proposal_html import proposal_pages
from pinkeeper.reports.proposal_json import proposal_json
from pinkeeper.reports.proposal_markdown import proposal_body, update_markdown
from pinkeeper.reports.proposal_text import proposal_text
from pinkeeper.review.rules.rule import Rule
from tests.support.compared import comparison
from tests.support.proposals import update_result

__all__ = ["FOLDER", "FORMATS", "RULES", "UPDATE_FORMATS"]

FOLDER = Path(__file__).resolve().parents[2] / "testdata" / "reports"

RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            id="startup-hook",
            severity=Severity.CRITICAL,
            title="A start-up hook is new or changed",
            means="A file that every interpreter of the environment runs when it starts has new lines that run code.",
            attack="A gateway's release that differed from its repository by one .pth file.",
            judge="Libraries have no such files. Read the line, and what it imports.",
            look=lambda _: (),
        ),
        Rule(
            id="new-dependency",
            severity=Severity.MEDIUM,
            title="A dependency is new",
            means="The release asks for a project that the old one did not ask for.",
            attack="A name one letter from that of a popular project.",
            judge="Look at the project's own page and age.",
            look=lambda _: (),
        ),
    )
}


def _lines(result: DiffResult, **options: object) -> str:
    return _styled(diff_text(result, **options))


def _styled(lines: Iterable[tuple[str, str | None]]) -> str:
    return "".join(f"{style or '':<8}|{text}\n" for text, style in lines)


def _sarif(result: DiffResult) -> str:
    return diff_sarif(result, RULES).replace(f'"{__version__}"', '"VERSION"')


def _html(result: DiffResult) -> str:
    return _own(diff_html(result, RULES))


def _page(name: str) -> Callable[[UpdateResult], str]:
    return lambda result: _own(proposal_pages(result, RULES)[name])


def _own(page: str) -> str:
    """Without what is a file of its own, and its hashes."""
    page = page.replace(f"pinkeeper {__version__}", "pinkeeper VERSION")
    page = re.sub(r"(?s)<(style|script)>.*?</\1>", r"<\1></\1>", page)
    return re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-HASH", page)


FORMATS: Mapping[str, Callable[[DiffResult], str]] = {
    "gatelib.txt": _lines,
    "gatelib.full.txt": lambda result: _lines(result, full=True),
    "gatelib.file.txt": lambda result: _lines(result, file="client.py"),
    "gatelib.json": diff_json,
    "gatelib.md": diff_markdown,
    "gatelib.sarif": _sarif,
    "gatelib.html": _html,
}

UPDATE_FORMATS: Mapping[str, Callable[[UpdateResult], str]] = {
    "gateway.txt": lambda result: _styled(proposal_text(result)),
    "gateway.wide.txt": lambda result: _styled(proposal_text(result, width=140)),
    "gateway.narrow.txt": lambda result: _styled(proposal_text(result, width=72)),
    "gateway.json": proposal_json,
    "gateway.md": update_markdown,
    "gateway.body.md": lambda result: proposal_body(result, result.proposals[1], report="https://ci.example/report/7"),
    "gateway.cut.md": lambda result: proposal_body(result, result.proposals[1], limit=2_000),
    "gateway.html": _page("index.html"),
    "gateway.bump.html": _page("bump-olderlib_2.0_1.9.html"),
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, form in FORMATS.items():
        (FOLDER / name).write_text(form(comparison()), encoding="utf-8")
    for name, shown in UPDATE_FORMATS.items():
        (FOLDER / name).write_text(shown(update_result()), encoding="utf-8")
