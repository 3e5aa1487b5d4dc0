"""Code with its syntax coloured."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.reports import coloured_code
from pinkeeper.reports.coloured_code import Colouring
from pinkeeper.reports.html_text import marked
from tests.support.planted import hostile_texts

LANGUAGES = sorted(coloured_code._LANGUAGES)


def text_of(html):
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_python_is_coloured():
    assert Colouring().lines(["def f(a):  # why", "    return 'b'"], "a.py") == [
        '<span class="k">def</span> <span class="f">f</span>(a):  <span class="c"># why</span>',
        '    <span class="k">return</span> <span class="s">&#x27;b&#x27;</span>',
    ]


@pytest.mark.parametrize("path", ["a.txt", "a", "a.exe", "py", "a.py.unknown"])
def test_what_the_name_does_not_say_is_not_guessed(path):
    assert Colouring().lines(["#!/usr/bin/env python", "import os"], path) == ["#!/usr/bin/env python", "import os"]


@pytest.mark.parametrize("suffix", LANGUAGES)
def test_every_language_has_a_lexer_that_keeps_the_text(suffix):
    lines = ["if x == 'a': # b", "", '\tfor (;;) { y = "<&>" }', "[section]", "key = 1.5", "- item: true", "'''"]

    assert [text_of(line) for line in Colouring().lines(lines, f"a{suffix}")] == lines


@given(st.lists(hostile_texts().map(lambda text: text.replace("\n", " ")), max_size=6), st.sampled_from(LANGUAGES))
def test_any_line_comes_out_as_one_line_with_its_text(lines, suffix):
    shown = Colouring().lines(lines, f"a{suffix}")

    assert len(shown) == len(lines)
    for html, line in zip(shown, lines, strict=True):
        assert re.sub(r'<span class="[a-z]">|</span>', "", html).count("<") == 0
        assert "\n" not in html
        if line.isascii() and line.isprintable() and "    " not in line:
            assert text_of(html) == line


def test_what_is_not_seen_is_marked():
    assert marked("a\u202e\x1b<") == 'a<span class="x">\\u202e</span><span class="x">\\x1b</span>&lt;'


def test_a_gap_that_pushes_code_out_of_sight_is_marked_and_an_indentation_is_not():
    line = f"{' ' * 60}a{' ' * 60}b"

    assert Colouring().lines([line], "a.txt") == [f'{" " * 60}a<span class="x">[60 spaces]</span>b']
    assert 'class="x">[60 spaces]</span>' in Colouring().lines([line], "a.py")[0]


def test_a_long_line_is_cut_and_not_coloured():
    (shown,) = Colouring().lines(["x = 1; " * 1000], "a.py")

    assert 'class="n"' not in shown
    assert shown.endswith('<span class="x">[5,000 more characters]</span>')


def test_after_so_many_characters_nothing_is_coloured_any_more(monkeypatch):
    monkeypatch.setattr(coloured_code, "_MOST", 40_000)
    colouring = Colouring()
    first = colouring.lines(["x = 'a'"] * 10, "a.py")
    much = colouring.lines(["x = 'a' " * 100] * 100, "a.py")

    assert "<span" in first[0]
    assert sum("<span" in line for line in much) == pytest.approx(50, abs=5)  # of 800 characters each
    assert "<span" not in much[-1]


def test_a_lexer_is_never_given_much_at_a_time(monkeypatch):
    given_lengths = []

    class Lexer:
        def get_tokens_unprocessed(self, text):
            given_lengths.append(len(text))
            return iter([(0, "Token.Text", text)])

    monkeypatch.setattr(coloured_code, "_lexer", lambda _: Lexer())
    lines = ["y" * 900, " " * 900, "z" * 5000, ""] * 500
    shown = Colouring().lines(lines, "a.py")

    assert [text_of(line) for line in shown][:2] == ["y" * 900, " " * 900]
    assert len(shown) == 2000
    assert max(given_lengths) <= 5000
    assert sum(given_lengths) <= 400_000


def test_a_lexer_that_loses_text_is_not_believed(monkeypatch):
    class Lexer:
        def get_tokens_unprocessed(self, text):
            return iter([(0, "Token.Keyword", text.replace("evil", "good"))])

    monkeypatch.setattr(coloured_code, "_lexer", lambda _: Lexer())

    assert Colouring().lines(["evil", "fine"], "a.py") == ["evil", '<span class="k">fine</span>']
