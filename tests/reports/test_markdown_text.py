"""Foreign text in Markdown, read by a parser of CommonMark and GitHub's tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from pinkeeper.reports.markdown_text import code, fence, sentence
from pinkeeper.reports.plain import printable
from tests.support.planted import hostile_texts

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def inline(text):
    tokens = PARSER.parse(f"- {text}")
    assert [token.type for token in tokens if token.type.endswith("_open")] == [
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
    ], text
    (line,) = (token for token in tokens if token.type == "inline")
    return line.children


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, don't change.", "plain words, don't change."),
        ("starts subprocess.Popen (at import)", "starts `subprocess.Popen` (at import)"),
        ("ask @someone about #12", "ask `@someone` about `#12`"),
        ("see https://a.example/x.", "see `https://a.example/x`."),
        ("commit deadbeef of 12345678", "commit `deadbeef` of `12345678`"),
        ("a `b` c", "a `` `b` `` c"),
        ("1. item", "`1.` item"),
        ("- item", "`-` item"),
        ("*bold* _it_ ~~no~~", "`*bold*` `_it_` `~~no~~`"),
        (":tada: <b>", "`:tada`: `<b>`"),
        ("\u200bhidden", "`\\u200bhidden`"),
        ("\u3164", "`\\u3164`"),
        ("", "(empty)"),
        ("über 12 Dateien", "über 12 Dateien"),
    ],
)
def test_words_that_could_be_more_than_words_are_code(text, shown):
    assert sentence(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a", "`a`"),
        ("`", "`` ` ``"),
        ("a``b", "```a``b```"),
        ("", "`(empty)`"),
        ("  ", "`(blank: 2)`"),
        (" a", "`  a `"),
    ],
)
def test_a_code_span_is_longer_than_any_run_of_backticks(text, shown):
    assert code(text) == shown


@given(hostile_texts())
def test_a_code_span_is_one_span_with_the_text(text):
    (span,) = inline(code(text))

    assert span.type == "code_inline"
    expected = printable(text.expandtabs(4))
    assert span.content.startswith("(blank") or span.content == expected or len(text) > 1000


@given(hostile_texts())
def test_a_sentence_is_words_and_code_alone(text):
    children = inline(f"x {sentence(text)}")

    assert {child.type for child in children} <= {"text", "code_inline"}
    plain = " ".join(child.content for child in children if child.type == "text")
    assert not set(plain) & set("@#`*_~<>[]\\|!&/=$%^{}+")
    words = [child.content for child in children if child.type == "code_inline"]
    assert all(word.strip() for word in words)


@given(hostile_texts())
def test_a_sentence_at_the_start_of_a_line_is_a_paragraph(text):
    tokens = PARSER.parse(sentence(text))

    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]


@given(hostile_texts())
def test_a_fence_holds_what_it_is_given_and_nothing_follows(text):
    lines = text.split("\n")
    tokens = PARSER.parse(f"{fence(lines, 'diff')}\n\nafter")

    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    block = tokens[0]
    assert block.info == "diff"
    shown = block.content.removesuffix("\n").split("\n")
    assert len(shown) == len(lines)
    assert not any(line.startswith("/") for line in shown)


def test_a_command_of_a_forge_does_not_start_a_line_of_a_fence():
    assert fence(["/close", "a"]) == "```\n /close\na\n```"
