from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.model.hunk import Hunk, LineKind
from pinkeeper.review.comparison.lines import CONTEXT, LINE_LIMIT, compare_lines, hunks_of, text_lines

texts = st.lists(st.sampled_from([b"", b"a", b"b", b"  x = 1", b"def f():", b"\xff\xfe", b")"]), max_size=60)


def patched(old: list[str], hunks: Iterable[Hunk]) -> list[str]:
    """What an ordinary patch program would make of the old text; every line that a hunk names must be there."""
    made: list[str] = []
    at = 0
    for hunk in hunks:
        for line in hunk.lines:
            if line.old is not None:
                made += old[at : line.old - 1]
                assert old[line.old - 1] == line.text
                at = line.old
            if line.kind is not LineKind.REMOVED:
                made.append(line.text)
                assert line.new == len(made)
    return made + old[at:]


def shown(lines: list[bytes]) -> list[str]:
    return [line.decode("utf-8", "surrogateescape") for line in lines]


def marks(hunk: Hunk) -> list[str]:
    return [f"{line.kind}{line.text}" for line in hunk.lines]


@given(texts, texts)
def test_hunks_of_the_old_text_give_the_new_one(old, new):
    hunks, is_whole = hunks_of(compare_lines(old, new), limit=10_000)
    assert is_whole
    assert patched(shown(old), hunks) == shown(new)


@given(texts, texts)
def test_counts_agree_with_hunks_and_lengths(old, new):
    changes = compare_lines(old, new)
    hunks, _ = hunks_of(changes, limit=10_000)
    kinds = [line.kind for hunk in hunks for line in hunk.lines]
    assert changes.added == kinds.count(LineKind.ADDED)
    assert changes.removed == kinds.count(LineKind.REMOVED)
    assert len(old) - changes.removed + changes.added == len(new)


@given(texts, texts)
def test_hunks_do_not_overlap_and_have_no_more_context_than_is_due(old, new):
    hunks, _ = hunks_of(compare_lines(old, new), limit=10_000)
    numbers = [line.old for hunk in hunks for line in hunk.lines if line.old is not None]
    assert numbers == sorted(set(numbers))
    for hunk in hunks:
        same = [line.kind is LineKind.SAME for line in hunk.lines]
        assert not all(same[: CONTEXT + 1])
        assert not all(same[-CONTEXT - 1 :])


@given(texts, texts, st.integers(0, 12))
def test_a_limit_is_kept_and_told(old, new, limit):
    changes = compare_lines(old, new)
    hunks, is_whole = hunks_of(changes, limit=limit)
    shown_lines = [line.kind for hunk in hunks for line in hunk.lines]
    assert len(shown_lines) <= limit
    changed = sum(kind is not LineKind.SAME for kind in shown_lines)
    assert is_whole == (changed == changes.added + changes.removed)


def test_an_added_function_is_shown_as_a_whole():
    before = [b"def a():", b"    return 1", b"", b"", b"def c():", b"    return 1"]
    after = [
        b"def a():",
        b"    return 1",
        b"",
        b"",
        b"def b():",
        b"    return 1",
        b"",
        b"",
        b"def c():",
        b"    return 1",
    ]
    (hunk,), _ = hunks_of(compare_lines(before, after), limit=100)
    added = [line.text for line in hunk.lines if line.kind is LineKind.ADDED]
    assert added == ["def b():", "    return 1", "", ""]


def test_a_whole_file_is_one_hunk():
    changes = compare_lines([], [b"a", b"b"])
    (hunk,), _ = hunks_of(changes, limit=100)
    assert marks(hunk) == ["+a", "+b"]
    assert hunk.header == "@@ -0,0 +1,2 @@"


def test_line_ends_are_those_that_python_counts():
    assert text_lines(b"a\r\nb\rc\nd\x0ce\xc2\x85f\xe2\x80\xa8g") == [
        b"a",
        b"b",
        b"c",
        b"d\x0ce\xc2\x85f\xe2\x80\xa8g",
    ]


def test_bytes_that_are_no_text_survive():
    (hunk,), _ = hunks_of(compare_lines([], [b"x = '\xff'"]), limit=10)
    assert hunk.lines[0].text.encode("utf-8", "surrogateescape") == b"x = '\xff'"


def test_a_long_line_is_cut_and_says_so():
    (hunk,), _ = hunks_of(compare_lines([], [b"a" * (LINE_LIMIT + 1234)]), limit=10)
    assert hunk.lines[0].text == "a" * LINE_LIMIT + " [and 1,234 more characters]"
