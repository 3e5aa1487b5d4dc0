"""Foreign text on a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.reports.plain import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("é ß 語", "é ß 語"),
        ("a\tb", "a b"),
        ("\x1b[31m\x9b\x07", "\\x1b[31m\\x9b\\x07"),
        ("\u202eabc", "\\u202eabc"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u3164b\u115f", "a\\u3164b\\u115f"),  # Hangul fillers are letters, and blank
        ("a\u2800", "a\\u2800"),
        ("a\ufe0f", "a\\ufe0f"),  # selectors behind letters can carry a message that nobody sees
        ("\u26a0\ufe0f", "\u26a0\ufe0f"),  # a symbol as an emoji
        ("\u26a0\ufe0f\ufe0f", "\u26a0\ufe0f\\ufe0f"),
        ("a\U000e0101", "a\\U000e0101"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_is_not_seen_is_written_as_an_escape(text, shown):
    assert printable(text) == shown


@given(st.text())
def test_nothing_that_steers_is_left_and_nothing_changes_twice(text):
    shown = printable(text)

    assert {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, shown))
    assert printable(shown) == shown
