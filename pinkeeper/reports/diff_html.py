"""A comparison of two releases as one HTML page that loads nothing and runs nothing but its own script.

The policy in its head (Content Security Policy Level 3) admits the one style and the one script by their hashes; what
a browser would load, send or run besides is refused. The page can be read without the script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from pinkeeper import __version__
from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import (
    VERDICTS,
    counted,
    other_fields,
    overview,
    severities,
    size,
    wheel_tags,
)
from pinkeeper.reports.diff_page import page_of
from pinkeeper.reports.html_text import finalized
from pinkeeper.reports.notes_html import notes_html
from pinkeeper.review.rules.rule import Rule

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["diff_html"]

_MOST_ENTRIES = 500  # of any list but those of files and findings
_LONGEST_NOTES = 200_000


def diff_html(result: DiffResult, rules: Mapping[str, Rule]) -> str:
    """The page. rules: by id; a finding's rule is explained where it is among them."""
    style, script = _asset("diff.css"), _asset("diff.js")
    return _template().render(
        result=result,
        page=page_of(result, rules),
        overview=overview(result),
        verdict_means=VERDICTS[result.verdict],
        severities=severities(finding.severity for finding in result.findings) or "no finding",
        fields=(*other_fields(result), *wheel_tags(result)),
        notes=_notes(result),
        notes_cut=result.notes.cut + max(sum(len(s.text) for s in result.notes.sections) - _LONGEST_NOTES, 0),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        version=__version__,
        most=_MOST_ENTRIES,
        counted=counted,
        redact=redact,
        size=size,
    )


def _notes(result: DiffResult) -> list[tuple[str, Markup]]:
    shown = []
    left = _LONGEST_NOTES
    for section in result.notes.sections:
        text = section.text[:left]
        left -= len(text)
        if text or not section.text:
            shown.append((section.version, notes_html(text, result.notes.markup)))
    return shown


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _asset(name: str) -> str:
    return files("pinkeeper.reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only for a page

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(_asset("diff.html"))
