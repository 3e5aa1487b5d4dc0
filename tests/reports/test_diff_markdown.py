"""A comparison in a pull request, read by a parser of CommonMark with HTML and GitHub's tables."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from msgspec.structs import replace

from pinkeeper.model.comparison import NoteSection
from pinkeeper.reports.diff_markdown import diff_markdown
from tests.support.compared import comparison, many_files
from tests.support.planted import hostile_texts, planted

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
RESULT = comparison()
OWN_HTML = re.compile(r"<details><summary>(Release notes|What was read|\d+ changed files)</summary>\n?|</details>\n?")
MENTION = re.compile(r"(?<!\w)@\w|#\d|!\d|://|www\.|\b[0-9a-f]{7,}\b|:\w+:|[<>`*_~\[\]\\|&]")


def shape_of(text):
    """How many blocks of each kind there are, and the text that is no code."""
    shape = Counter()
    plain = []
    for token in PARSER.parse(text):
        shape[token.type] += 1
        if token.type == "html_block":
            assert OWN_HTML.fullmatch(token.content), token.content
        for child in token.children or ():
            assert child.type in {"text", "code_inline", "strong_open", "strong_close"}, child
            if child.type == "text":
                plain.append(child.content)
    return shape, plain


@given(hostile_texts())
def test_no_text_of_a_package_is_more_than_text(text):
    shape, plain = shape_of(diff_markdown(planted(text)))
    harmless, _ = shape_of(diff_markdown(planted("x")))

    assert shape == harmless
    for words in plain:
        assert not MENTION.search(words), words


@given(hostile_texts())
def test_no_line_begins_with_what_a_forge_takes_for_a_command(text):
    assert not re.search(r"(?m)^\s{0,0}/", diff_markdown(planted(text)))


def test_a_finding_has_its_severity_rule_place_reason_and_hunk():
    assert """\
#### CRITICAL: `startup-hook` in `gatelib_init.pth:1`, runs at interpreter start

A new `.pth` file runs code that it decodes, whenever any interpreter starts.

```diff
+import os, base64; exec(base64.b64decode('cHJpbnQoMSk='))
```

- also critical `decoded-code` in `gatelib_init.pth:1`: exec runs what `base64.b64decode` gives.""" in diff_markdown(
        RESULT
    )


def test_what_runs_unasked_is_told_the_earliest_first():
    text = diff_markdown(RESULT)

    assert text.index("- at interpreter start: `gatelib_init.pth:1`") < text.index(
        "- on import: `gatelib/client.py:27`"
    )


@pytest.mark.parametrize("limit", [4_000, 12_000, 60_000, 1_000_000])
def test_the_text_keeps_to_its_limit_and_says_what_is_missing(limit):
    much = replace(
        RESULT,
        findings=RESULT.findings * 60,
        changes=many_files(300),
        notes=replace(RESULT.notes, sections=(NoteSection(version="1.5.0", text="word " * 20_000),)),
    )
    text = diff_markdown(much, limit=limit)

    assert len(text) <= limit
    assert text.count("```") % 2 == 0
    assert text.count("<details>") == text.count("</details>")
    missing = re.search(r"\*\*(\d+) parts of this report did not fit", text)
    assert (missing is not None) == (limit < 1_000_000)
    for told in ("## `gatelib` `1.4.0` to `1.5.0`", "### Runs without being called", "### Not analysed"):
        assert told in text


def test_many_files_are_counted():
    text = diff_markdown(replace(RESULT, changes=many_files(300)))

    assert "<summary>300 changed files</summary>" in text
    assert "... and 100 more files" in text


def test_no_notes_are_told():
    assert "No release notes were found." in diff_markdown(replace(RESULT, notes=type(RESULT.notes)()))
