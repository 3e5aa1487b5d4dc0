from __future__ import annotations

import io
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.artifacts.contents import Contents, Unread, open_contents
from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind
from pinkeeper.model.hunk import LineKind
from pinkeeper.review.comparison.compare import TEXT_LIMIT, CodeLines, FileComparison, compare_contents
from tests.review.contents_in_memory import ContentsInMemory
from tests.support.distributions import make_sdist, make_wheel

Files = Mapping[str, str | bytes]
FUNCTION = "def fetch(address):\n    session = connect(address)\n    session.greet()\n    return session.read()\n"
ELF = b"\x7fELF\x02\x01\x01\0\0\0"


def no_code(_contents: Contents, _path: str) -> Collection[int]:
    return ()


def every_line(contents: Contents, path: str) -> Collection[int]:
    return range(1, len(contents.read(path).splitlines()) + 1)


def compared(old: Files, new: Files, *, code_lines: CodeLines = no_code) -> FileComparison:
    return compare_contents(ContentsInMemory(old), ContentsInMemory(new), code_lines=code_lines)


def only(old: Files, new: Files, *, code_lines: CodeLines = no_code) -> FileChange:
    (change,) = compared(old, new, code_lines=code_lines).changes
    return change


def reasons(comparison: FileComparison) -> list[tuple[str, str]]:
    return [(item.path, item.reason) for item in comparison.not_analysed]


def test_a_changed_file_has_its_lines_and_hunks():
    change = only({"a.py": "x = 1\ny = 2\n"}, {"a.py": "x = 1\ny = 3\nz = 4\n"})
    assert (change.status, change.kind, change.is_text) == (ChangeStatus.CHANGED, FileKind.PYTHON, True)
    assert (change.added, change.removed) == (2, 1)
    assert [f"{line.kind}{line.text}" for line in change.hunks[0].lines] == [" x = 1", "-y = 2", "+y = 3", "+z = 4"]
    assert change.old_sha256 != change.new_sha256
    assert (change.old_size, change.new_size) == (12, 18)


def test_an_added_file_is_shown_in_full_and_a_removed_one_too():
    comparison = compared({"gone.py": "a = 1\n"}, {"new.py": "b = 2\nc = 3\n"})
    gone, new = comparison.changes
    assert (gone.status, gone.new_path, gone.removed, gone.added) == (ChangeStatus.REMOVED, None, 1, 0)
    assert (new.status, new.old_path, new.removed, new.added) == (ChangeStatus.ADDED, None, 0, 2)
    assert [line.text for hunk in new.hunks for line in hunk.lines] == ["b = 2", "c = 3"]


def test_equal_files_are_no_change_and_are_not_read():
    old, new = ContentsInMemory({"a.py": "x", "b.so": ELF}), ContentsInMemory({"a.py": "x", "b.so": ELF})
    comparison = compare_contents(old, new, code_lines=no_code)
    assert comparison.changes == ()
    assert old.reads == new.reads == []
    assert comparison.origins == {"a.py": "a.py", "b.so": "b.so"}


def test_origins_lead_from_each_new_path_to_the_old_one():
    comparison = compared({"a/x.py": FUNCTION, "same.py": "1"}, {"b/x.py": FUNCTION, "same.py": "1", "new.py": "2\n"})
    assert comparison.origins == {"b/x.py": "a/x.py", "same.py": "same.py"}
    assert [(change.status, change.similarity) for change in comparison.changes] == [
        (ChangeStatus.RENAMED, 1.0),
        (ChangeStatus.ADDED, None),
    ]


def test_changes_are_sorted_by_path():
    comparison = compared({"b.py": "1", "d.py": "1"}, {"a.py": "2", "c.py": "3", "d.py": "2"})
    assert [change.path for change in comparison.changes] == ["a.py", "b.py", "c.py", "d.py"]


def test_executable_lines_are_counted_among_those_that_changed():
    def odd_lines(contents: Contents, path: str) -> Collection[int]:
        return [number for number in every_line(contents, path) if number % 2]

    change = only({"a.py": "1\n2\n3\n4\n"}, {"a.py": "1\n2\nb\n4\n5\n6\n"}, code_lines=odd_lines)
    assert (change.added, change.removed) == (3, 1)
    assert (change.code_added, change.code_removed) == (2, 1)


@pytest.mark.parametrize("path", ["tests/a.py", "docs/a.py", "a.txt", "a.json", "a.js", "a.pyi"])
def test_tests_documents_data_and_stubs_have_no_executable_lines(path):
    change = only({path: "1\n"}, {path: "2\n"}, code_lines=every_line)
    assert (change.added, change.code_added, change.code_removed) == (1, 0, 0)


def test_build_files_and_start_up_modules_have_executable_lines():
    new = {"setup.py": "1\n", "sitecustomize.py": "2\n", "setup.cfg": "3\n", "demo.pth": "import demo\n"}
    counts = {change.path: change.code_added for change in compared({}, new, code_lines=every_line).changes}
    assert counts == {"setup.py": 1, "sitecustomize.py": 1, "setup.cfg": 0, "demo.pth": 0}


def test_moved_code_is_told():
    comparison = compared({"a.py": "import os\n" + FUNCTION}, {"a.py": "import os\n", "b.py": FUNCTION + "new = 1\n"})
    moved = {change.path: (change.added, change.moved) for change in comparison.changes}
    assert moved == {"a.py": (0, 0), "b.py": (5, 4)}


def test_what_stood_in_the_tests_was_not_moved():
    comparison = compared({"tests/a.py": FUNCTION}, {"tests/a.py": "", "b.py": FUNCTION})
    assert [change.moved for change in comparison.changes] == [0, 0]


def test_an_image_that_became_a_program_says_what_it_was():
    change = only({"a.png": b"\x89PNG\r\n\0"}, {"a.png": ELF})
    assert (change.status, change.kind, change.old_kind) == (ChangeStatus.CHANGED, FileKind.NATIVE, FileKind.DATA)
    assert not change.is_text


def test_a_binary_with_the_suffix_of_a_text_is_said_not_to_be_compared():
    comparison = compared({"a.py": "x = 1\n"}, {"a.py": b"\0\1\2\3"})
    assert not comparison.changes[0].is_text
    assert reasons(comparison) == [("a.py", "its lines were not compared: it is no text")]


def test_a_file_that_is_too_large_is_said_not_to_be_compared():
    comparison = compared({}, {"a.py": b"x = 1\n" * TEXT_LIMIT}, code_lines=lambda _contents, _path: range(1000))
    (change,) = comparison.changes
    assert (change.is_text, change.hunks, change.code_added) == (False, (), 1000)
    assert reasons(comparison) == [("a.py", "its lines were not compared: it has more than 2 MB")]


def test_a_hundred_megabytes_in_one_line_are_passed_over():
    comparison = compared({"a.py": "x = 1\n"}, {"a.py": b"a" * 100_000_000})
    assert reasons(comparison) == [("a.py", "its lines were not compared: it has more than 2 MB")]


def test_packed_scripts_are_counted_and_not_shown():
    comparison = compared({"a.js": "f(1);" * 2000}, {"a.js": "f(2);" * 2000 + "\nmore"})
    (change,) = comparison.changes
    assert (change.added, change.removed, change.hunks) == (2, 1, ())
    assert reasons(comparison) == [("a.js", "its lines are not shown: some have more than 5,000 characters")]


def test_long_lines_of_code_are_cut_and_the_others_are_shown():
    comparison = compared({"a.py": "x = 1\n"}, {"a.py": f"x = 1\ndata = '{'a' * 9000}'\nrun(data)\n"})
    (hunk,) = comparison.changes[0].hunks
    assert [len(line.text) < 5100 for line in hunk.lines] == [True, True, True]
    assert hunk.lines[-1].text == "run(data)"
    assert reasons(comparison) == [("a.py", "lines of more than 5,000 characters are cut")]


def test_a_million_short_lines_are_counted_and_cut():
    comparison = compared({}, {"a.py": b"\n" * 1_000_000})
    (change,) = comparison.changes
    assert change.added == 1_000_000
    assert sum(len(hunk.lines) for hunk in change.hunks) == 5000
    assert reasons(comparison) == [("a.py", "not all lines that changed are shown: there are too many")]


def test_data_cannot_use_up_the_room_of_code():
    data = {f"a{number:03}.csv": "1,2\n" * 1000 for number in range(60)}
    comparison = compared({}, {**data, "z.py": "x = 1\n"})
    shown = {change.path: sum(len(hunk.lines) for hunk in change.hunks) for change in comparison.changes}
    assert shown["z.py"] == 1
    assert shown["a059.csv"] == 0
    assert ("a059.csv", "not all lines that changed are shown: there are too many") in reasons(comparison)


def test_listings_of_files_are_counted_and_not_shown():
    change = only({"demo-1.0.dist-info/RECORD": "a,,\n"}, {"demo-1.1.dist-info/RECORD": "b,,\n"})
    assert (change.kind, change.added, change.hunks) == (FileKind.METADATA, 1, ())


def test_members_that_could_not_be_read_are_named():
    old, new = ContentsInMemory({}), ContentsInMemory({})
    old.unread = (Unread(path="x", reason="it is encrypted"),)
    new.unread = (Unread(path="x", reason="it is damaged"),)
    comparison = compare_contents(old, new, code_lines=no_code)
    assert reasons(comparison) == [("x", "in the old release: it is encrypted"), ("x", "it is damaged")]


def test_only_other_line_ends_are_a_change_without_lines():
    change = only({"a.py": "x = 1\ny = 2\n"}, {"a.py": "x = 1\r\ny = 2\r\n"}, code_lines=every_line)
    assert (change.added, change.removed, change.hunks, change.is_text) == (0, 0, (), True)


def test_all_files_renamed_at_once_are_compared():
    old = {f"before/m{number}.py": FUNCTION + f"x = {number}\ny = {number}\n" for number in range(500)}
    new = {f"after/m{number}.py": FUNCTION + f"x = {number}\ny = {number}\nz = 1\n" for number in range(500)}
    comparison = compared(old, new)
    assert {change.new_path for change in comparison.changes if change.new_path} == new.keys()
    assert {change.old_path for change in comparison.changes if change.old_path} == old.keys()


def opened(content: bytes, filename: str) -> Contents:
    return open_contents(io.BytesIO(content), filename=filename)


def test_two_real_wheels_are_compared():
    old = make_wheel("demo", "1.0", files={"demo/__init__.py": "x = 1\n"})
    new = make_wheel("demo", "1.1", files={"demo/__init__.py": "x = 1\n", "demo.pth": "import demo\n"})
    comparison = compare_contents(
        opened(old.content, old.filename), opened(new.content, new.filename), code_lines=no_code
    )
    assert [(change.path, change.status, change.kind) for change in comparison.changes] == [
        ("demo-1.1.dist-info/METADATA", ChangeStatus.CHANGED, FileKind.METADATA),
        ("demo-1.1.dist-info/RECORD", ChangeStatus.CHANGED, FileKind.METADATA),
        ("demo.pth", ChangeStatus.ADDED, FileKind.STARTUP),
    ]
    assert comparison.origins["demo-1.1.dist-info/WHEEL"] == "demo-1.0.dist-info/WHEEL"


def test_two_real_sdists_are_compared_below_their_folders():
    old = make_sdist("demo", "1.0", setup_py="setup()\n")
    new = make_sdist("demo", "1.1", setup_py="run()\nsetup()\n", format="zip")
    comparison = compare_contents(
        opened(old.content, old.filename), opened(new.content, new.filename), code_lines=every_line
    )
    build = next(change for change in comparison.changes if change.path == "setup.py")
    assert (build.kind, build.code_added, build.code_removed) == (FileKind.BUILD, 1, 0)


lines = st.lists(st.sampled_from(["", "x = 1", "def f():", "    return x", "call(something)"]), max_size=12)
texts = st.builds(lambda parts: "".join(f"{part}\n" for part in parts), lines)
trees = st.dictionaries(
    st.sampled_from(["a.py", "b.py", "c/a.py", "tests/a.py", "data.json", "demo.pth", "x.js"]),
    texts | st.just(b"\0\1binary"),
    max_size=6,
)


@given(trees, trees)
def test_every_file_is_a_change_or_has_its_content_still(old, new):
    comparison = compared(old, new, code_lines=every_line)
    touched_old = {change.old_path for change in comparison.changes}
    touched_new = {change.new_path for change in comparison.changes}
    for path, origin in comparison.origins.items():
        if path not in touched_new:
            assert old[origin] == new[path]
            assert origin not in touched_old
    assert new.keys() == {path for path in touched_new if path} | comparison.origins.keys()
    assert old.keys() == {path for path in touched_old if path} | set(comparison.origins.values())


@given(trees, trees)
def test_numbers_of_a_change_agree_with_each_other(old, new):
    for change in compared(old, new, code_lines=every_line).changes:
        kinds = [line.kind for hunk in change.hunks for line in hunk.lines]
        assert (change.added, change.removed) == (kinds.count(LineKind.ADDED), kinds.count(LineKind.REMOVED))
        assert 0 <= change.moved <= change.added
        if change.is_text:
            assert change.code_added in {0, change.added}
            assert change.code_removed in {0, change.removed}


@given(trees, trees)
def test_the_other_way_round_added_and_removed_change_places(old, new):
    forth = compared(old, new)
    back = compared(new, old)
    same = {ChangeStatus.ADDED: ChangeStatus.REMOVED, ChangeStatus.REMOVED: ChangeStatus.ADDED}
    assert {(change.path, change.status, change.added) for change in forth.changes if change.status in same} == {
        (change.path, same[change.status], change.removed) for change in back.changes if change.status in same
    }
