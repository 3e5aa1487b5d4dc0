from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.comparison.similarity import SimilarFiles, distance
from tests.review.contents_in_memory import ContentsInMemory

LICENCE = "".join(f"# The licence, line {number}: use it well and keep this notice.\n" for number in range(12))


def code(name: str, lines: int = 20) -> str:
    return "".join(f"def {name}_{number}(): return compute('{name}', {number})\n" for number in range(lines))


def found(old: dict[str, str | bytes], new: dict[str, str | bytes]) -> dict[str, str]:
    before, after = ContentsInMemory(old), ContentsInMemory(new)
    pairs = SimilarFiles(before, after).find(list(before.entries.values()), list(after.entries.values()))
    return {one.path: other.path for one, other, _ in pairs}


def test_a_file_with_a_few_other_lines_is_found():
    assert found({"a/old.py": code("x")}, {"b/new.py": code("x") + code("y", 3)}) == {"a/old.py": "b/new.py"}


def test_the_most_similar_one_is_taken():
    old: dict[str, str | bytes] = {"one.py": code("x") + code("y", 10), "two.py": code("x")}
    assert found(old, {"new.py": code("x") + code("z", 1)}) == {"two.py": "new.py"}


def test_a_licence_that_all_files_have_makes_none_of_them_similar():
    old: dict[str, str | bytes] = {f"old{number}.py": LICENCE + code(f"a{number}", 4) for number in range(6)}
    new: dict[str, str | bytes] = {f"new{number}.py": LICENCE + code(f"b{number}", 4) for number in range(6)}
    assert found(old, new) == {}


def test_different_files_are_not_similar():
    assert found({"a.py": code("x")}, {"b.py": code("y")}) == {}


def test_binaries_are_compared_by_their_texts():
    texts = b"\0".join(b"symbol_number_%d" % number for number in range(100))
    old: dict[str, str | bytes] = {
        "a/_core.so": b"\x7fELF\0\1\2" + texts,
        "a/_other.so": b"\x7fELF\0" + b"\1\2\3\0" * 400,
    }
    assert found(old, {"b/_core.so": b"\x7fELF\0\3\4\5" + texts}) == {"a/_core.so": "b/_core.so"}


def test_packed_scripts_are_compared_by_their_statements():
    packed = ";".join(f"function f{number}(a){{return a+{number}}}" for number in range(200))
    assert found({"a.js": packed}, {"b.js": packed + ";done()"}) == {"a.js": "b.js"}


def test_files_of_another_size_are_not_even_read():
    before, after = ContentsInMemory({"a.py": code("x", 5)}), ContentsInMemory({"b.py": code("x", 500)})
    assert SimilarFiles(before, after).find(list(before.entries.values()), list(after.entries.values())) == []
    assert before.reads == after.reads == []


def test_reading_ends_with_the_budget(monkeypatch):
    monkeypatch.setattr("pinkeeper.review.comparison.similarity._BYTES_BUDGET", 3000)
    old: dict[str, str | bytes] = {f"a{number}.py": code(f"x{number}") for number in range(50)}
    new: dict[str, str | bytes] = {f"b{number}.py": code(f"x{number}") for number in range(50)}
    before, after = ContentsInMemory(old), ContentsInMemory(new)
    SimilarFiles(before, after).find(list(before.entries.values()), list(after.entries.values()))
    assert before.reads
    assert after.reads
    read = [before.entries[path].size for path in before.reads] + [after.entries[path].size for path in after.reads]
    assert sum(read) <= 3000


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("a/b.py", "a/b.py", 0), ("a/b.py", "a/c.py", 2), ("src/a/b.py", "a/b.py", 1), ("a/b.py", "x/y/c.py", 5)],
)
def test_the_distance_counts_what_only_one_path_has(one, other, apart):
    assert distance(one, other) == distance(other, one) == apart


@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=5), st.lists(st.sampled_from("ab"), min_size=1, max_size=5))
def test_only_equal_paths_have_no_distance(one, other):
    assert (distance("/".join(one), "/".join(other)) == 0) == (one == other)
