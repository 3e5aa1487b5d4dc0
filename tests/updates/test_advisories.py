"""Records in the OSV format, read and asked."""

from __future__ import annotations

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.updates.advisories import AdvisoryBook, book_of, fixed

ALPHA = NormalizedName("alpha")
ALL = ["0.9", "1.0a1", "1.0", "1.5", "2.0rc1", "2.0", "2.0.post1", "3.0"]


def record(*events: dict[str, str], name: str = "Alpha", ecosystem: str = "PyPI", **fields: object) -> dict:
    return {
        "schema_version": "1.6.0",
        "id": "OSV-1",
        "modified": "2026-01-01T00:00:00Z",
        "summary": "It leaks.",
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": "ECOSYSTEM", "events": list(events)}] if events else [],
            }
        ],
        **fields,
    }


def read(*records: dict) -> AdvisoryBook:
    return book_of(json.dumps(list(records)).encode(), frozenset({ALPHA}))


def affected(book: AdvisoryBook) -> list[str]:
    return [text for text in ALL if book.affecting(ALPHA, Version(text))]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"introduced": "0"}], ALL),
        ([{"introduced": "0"}, {"fixed": "1.0"}], ["0.9", "1.0a1"]),
        ([{"introduced": "1.0"}, {"fixed": "2.0"}], ["1.0", "1.5", "2.0rc1"]),
        ([{"introduced": "1.0"}, {"last_affected": "2.0"}], ["1.0", "1.5", "2.0rc1", "2.0"]),
        (
            [{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}, {"fixed": "3.0"}],
            ["0.9", "1.0a1", "2.0", "2.0.post1"],
        ),
        (
            [{"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "1.5"}],
            ["1.0", "1.5", "2.0rc1", "2.0", "2.0.post1", "3.0"],
        ),
        ([{"introduced": "1.0"}, {"last_affected": "1.0"}], ["1.0"]),
        ([{"introduced": "no version"}, {"fixed": "2.0"}], []),
        ([], []),
    ],
)
def test_which_versions_are_affected_whatever_order_events_stand_in(events, expected):
    for order in permutations(events):
        assert affected(read(record(*order))) == expected


def test_versions_that_are_listed_count_besides():
    found = record({"introduced": "0"}, {"fixed": "1.0"})
    found["affected"][0]["versions"] = ["3.0.0", "nonsense"]
    assert affected(read(found)) == ["0.9", "1.0a1", "3.0"]


@pytest.mark.parametrize(
    "said",
    [
        record({"introduced": "0"}, ecosystem="npm"),
        record({"introduced": "0"}, name="beta"),
        record({"introduced": "0"}, name="../x"),
        record({"introduced": "0"}, withdrawn="2026-02-01T00:00:00Z"),
        {"id": "OSV-2"},
    ],
    ids=["another ecosystem", "another package", "no name", "withdrawn", "bare"],
)
def test_what_says_nothing(said):
    assert affected(read(said)) == []


def test_names_are_normalized_and_words_shortened():
    book = read(record({"introduced": "0"}, name="AL_PHA"), record({"introduced": "0"}, summary="", details="a\nb"))
    (advisory,) = book.affecting(ALPHA, Version("1.0"))
    assert advisory.summary == "a"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[1]",
        b'{"id": 3}',
        b"\xff",
        b'{"id": "x", "affected": "all"}',
        b'{"id": "x", "a": ' + b"[" * 100_000,
    ],
)
def test_what_is_no_record_is_an_error(content):
    with pytest.raises(ValueError, match=r".+"):
        book_of(content, frozenset({ALPHA}))


def test_what_a_bump_fixes():
    book = read(
        record({"introduced": "0"}, {"fixed": "2.0"}),
        record({"introduced": "0"}, {"fixed": "3.0"}, id="OSV-2"),
    )
    assert [each.id for each in fixed(book, ALPHA, Version("1.0"), Version("2.0"))] == ["OSV-1"]
    assert [each.id for each in fixed(book, ALPHA, Version("1.0"), Version("3.0"))] == ["OSV-1", "OSV-2"]
    assert [each.id for each in fixed(book, ALPHA, Version("1.0"), None)] == ["OSV-1", "OSV-2"]
    assert fixed(book, ALPHA, None, Version("1.0")) == ()


def test_one_vulnerability_under_several_ids_is_told_once():
    book = read(
        record({"introduced": "0"}, {"fixed": "2.0"}, id="PYSEC-2026-1", aliases=["CVE-2026-7"], summary=""),
        record({"introduced": "0"}, {"fixed": "2.0"}, id="GHSA-aaaa", aliases=["CVE-2026-7"], summary="Keys leak."),
        record({"introduced": "0"}, {"fixed": "2.0"}, id="OSV-9"),
    )
    (one, other) = book.affecting(ALPHA, Version("1.0"))
    assert (one.id, one.aliases, one.summary) == ("GHSA-aaaa", ("CVE-2026-7", "PYSEC-2026-1"), "Keys leak.")
    assert one.called == "GHSA-aaaa (CVE-2026-7, PYSEC-2026-1)"
    assert (other.id, other.called) == ("OSV-9", "OSV-9")


def test_ids_that_are_joined_by_a_third_record_are_one():
    chain = [("A-1", ["B-1"]), ("C-1", ["D-1"]), ("B-1", ["C-1"])]
    for order in permutations(chain):
        book = read(*(record({"introduced": "0"}, id=id_, aliases=aliases) for id_, aliases in order))
        assert [each.called for each in book.affecting(ALPHA, Version("1.0"))] == ["A-1 (B-1, C-1, D-1)"]


def test_nothing_is_fixed_while_another_record_of_the_same_says_otherwise():
    book = read(
        record({"introduced": "0"}, {"fixed": "2.0"}, id="PYSEC-2026-1", aliases=["CVE-2026-7"]),
        record({"introduced": "0"}, {"fixed": "3.0"}, id="GHSA-aaaa", aliases=["CVE-2026-7"]),
    )
    assert fixed(book, ALPHA, Version("1.0"), Version("2.0")) == ()
    assert [each.id for each in fixed(book, ALPHA, Version("1.0"), Version("3.0"))] == ["GHSA-aaaa"]


def test_however_many_names_there_are_none_is_forgotten():
    names = [[f"N-{batch}-{number}" for number in range(15)] for batch in range(3)]
    joined = [
        record({"introduced": "0"}, {"fixed": "2.0"}, id=f"A-{batch}", aliases=["Z-1", *names[batch]])
        for batch in range(3)
    ]
    other = record({"introduced": "0"}, {"fixed": "3.0"}, id="Z-1")
    assert fixed(read(*joined, other), ALPHA, Version("1.0"), Version("2.0")) == ()


@pytest.mark.parametrize("id_", ["", "x" * 101, "a b", "\x1b[31mOSV-1", "<b>"])
def test_an_id_that_is_none_is_an_error(id_):
    with pytest.raises(ValueError, match="its id is none"):
        read(record({"introduced": "0"}, id=id_))


def test_what_is_too_long_or_odd_is_left_out():
    links = [
        {"type": "ADVISORY", "url": "javascript:alert(1)"},
        {"type": "ADVISORY", "url": f"https://a.example/{'x' * 3000}"},
    ]
    names = ["<b>", "ok-1", *(f"CVE-2026-{number}" for number in range(100))]
    (known,) = read(record({"introduced": "0"}, references=links, aliases=names)).affecting(ALPHA, Version("1.0"))
    assert known.url == ""
    assert len(known.aliases) == 20
    assert "<b>" not in known.aliases


books = st.lists(
    st.tuples(st.sampled_from(ALL), st.sampled_from(ALL), st.integers(1, 4)).map(
        lambda drawn: record({"introduced": drawn[0]}, {"fixed": drawn[1]}, id=f"OSV-{drawn[2]}")
    ),
    max_size=5,
)


@given(books, books)
def test_two_books_know_what_either_knows_in_any_order(first, second):
    one, two = read(*first), read(*second)
    for text in ALL:
        known = {each.id for book in (one, two) for each in book.affecting(ALPHA, Version(text))}
        for both in (one.merged(two), two.merged(one)):
            assert {each.id for each in both.affecting(ALPHA, Version(text))} == known
