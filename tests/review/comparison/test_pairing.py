from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.artifacts.contents import Contents, Entry
from pinkeeper.model.comparison import FileKind
from pinkeeper.review.comparison.kinds import HEAD_SIZE, file_kind
from pinkeeper.review.comparison.pairing import Pair, pair_files
from tests.review.contents_in_memory import ContentsInMemory

Files = Mapping[str, str | bytes]
CODE = "".join(f"value_{number} = compute('{number}')\n" for number in range(30))


def kind_of(contents: Contents, entry: Entry) -> FileKind:
    return file_kind(entry.path, contents.read(entry.path)[:HEAD_SIZE])


def pairs(old: Files, new: Files) -> tuple[Pair, ...]:
    return pair_files(ContentsInMemory(old), ContentsInMemory(new), kind_of=kind_of)


def paths(old: Files, new: Files) -> list[tuple[str | None, str | None, float | None]]:
    return [(pair.old and pair.old.path, pair.new and pair.new.path, pair.similarity) for pair in pairs(old, new)]


def test_equal_paths_are_one_file_whatever_is_in_it():
    (pair,) = pairs({"a.py": "x"}, {"a.py": "y"})
    assert (pair.is_same, pair.is_renamed) == (False, False)


def test_a_versioned_folder_is_no_rename():
    old = {"demo-1.0.dist-info/METADATA": "Version: 1.0", "demo-1.0.dist-info/LICENSE": "Use it."}
    new = {"demo-1.1.dist-info/METADATA": "Version: 1.1", "demo-1.1.dist-info/LICENSE": "Use it."}
    assert [(pair.is_same, pair.is_renamed) for pair in pairs(old, new)] == [(True, False), (False, False)]


def test_a_namespace_hook_with_another_version_is_the_same_file():
    (pair,) = pairs({"demo-1.0-py3.9-nspkg.pth": "import sys"}, {"demo-1.1-py3.11-nspkg.pth": "import sys"})
    assert pair.is_same


def test_a_start_up_file_that_was_changed_on_the_way_is_not_the_same():
    (pair,) = pairs({"demo-1.0-nspkg.pth": "import sys"}, {"demo-1.1-nspkg.pth": "import sys, demo"})
    assert (pair.is_same, pair.is_renamed) == (False, False)


def test_equal_content_elsewhere_is_a_rename():
    assert paths({"a/core.py": CODE}, {"b/kernel.py": CODE}) == [("a/core.py", "b/kernel.py", 1.0)]


def test_among_equal_files_the_nearest_path_is_taken():
    old = {"pkg/a/x.py": CODE, "pkg/b/x.py": CODE}
    new = {"pkg/new/b/x.py": CODE, "pkg/new/a/x.py": CODE}
    assert paths(old, new) == [("pkg/a/x.py", "pkg/new/a/x.py", 1.0), ("pkg/b/x.py", "pkg/new/b/x.py", 1.0)]


def test_similar_content_elsewhere_is_a_rename():
    ((old, new, similarity),) = paths({"a/core.py": CODE}, {"b/core.py": CODE + "more = 1\n"})
    assert (old, new) == ("a/core.py", "b/core.py")
    assert similarity is not None
    assert 0.9 < similarity < 1


def test_empty_files_are_never_renamed():
    assert paths({"a/__init__.py": ""}, {"b/__init__.py": ""}) == [
        ("a/__init__.py", None, None),
        (None, "b/__init__.py", None),
    ]


def test_what_becomes_code_or_leaves_the_tests_is_new():
    for old, new in [("a/x.txt", "a/x.py"), ("tests/x.py", "demo/x.py"), ("demo/x.py", "demo/x.sh")]:
        assert paths({old: CODE}, {new: CODE}) == sorted(
            [(old, None, None), (None, new, None)], key=lambda item: item[0] or item[1]
        )


def test_assets_of_one_name_are_told_apart_by_their_content():
    def asset(mark: str, number: int) -> str:
        return "".join(f"function {mark}_{at}(x) {{ return x + {at}; }}\n" for at in range(40)) + f"v{number}"

    old = {"out/Index-AAbbCC11.js": asset("one", 1), "out/Index-DDeeFF22.js": asset("two", 1)}
    new = {"out/Index-00GGhhII.js": asset("two", 2), "out/Index-ZZkkLL33.js": asset("one", 2)}
    assert paths(old, new) == [
        ("out/Index-DDeeFF22.js", "out/Index-00GGhhII.js", None),
        ("out/Index-AAbbCC11.js", "out/Index-ZZkkLL33.js", None),
    ]


def test_a_bundled_library_with_another_hash_is_changed():
    old = {"demo.libs/libx-aaaa1111.so.1.2": b"\x7fELF\0old"}
    new = {"demo.libs/libx-bbbb2222.so.1.3": b"\x7fELF\0new"}
    assert paths(old, new) == [("demo.libs/libx-aaaa1111.so.1.2", "demo.libs/libx-bbbb2222.so.1.3", None)]


contents = st.sampled_from(["", "a\n", CODE, CODE + "b = 2\n", CODE + "c = 3\n", "#!/bin/sh\n" + CODE])
names = st.sampled_from(
    [
        "__init__.py",
        "core.py",
        "tool.sh",
        "demo-1.0.pth",
        "demo-2.0.pth",
        "main.4f3a2b.js",
        "main.99c0de.js",
        "data.json",
    ]
)
folders = st.sampled_from(["", "demo/", "tests/", "demo/inner/", "demo-1.0.dist-info/", "demo-2.0.dist-info/"])
trees = st.dictionaries(st.builds(str.__add__, folders, names), contents, max_size=25)


@given(trees, trees)
def test_every_file_of_either_side_is_accounted_for_once(old, new):
    found = pairs(old, new)
    assert Counter(pair.old.path for pair in found if pair.old) == Counter(old.keys())
    assert Counter(pair.new.path for pair in found if pair.new) == Counter(new.keys())
    assert all(pair.old or pair.new for pair in found)


@given(trees, trees)
def test_files_at_the_same_place_are_always_a_pair(old, new):
    together = {pair.new.path for pair in pairs(old, new) if pair.new and pair.old and pair.new.path == pair.old.path}
    assert together == old.keys() & new.keys()


@given(trees)
def test_a_release_has_nothing_new_against_itself(tree):
    assert all(pair.is_same for pair in pairs(tree, tree))


@given(trees, trees)
def test_the_answer_does_not_depend_on_the_order_of_files(old, new):
    def reversed_order(files: Files) -> dict[str, str | bytes]:
        return dict(reversed(list(files.items())))

    assert paths(old, new) == paths(reversed_order(old), reversed_order(new))


def test_thousands_of_renamed_files_are_all_found():
    old = {f"before/m{number}.py": f"{CODE}number = {number}\n" for number in range(3000)}
    new = {f"after/m{number}.py": f"{CODE}number = {number}\n" for number in range(3000)}
    found = paths(old, new)
    assert len(found) == 3000
    assert all(one and other and one.rpartition("/")[2] == other.rpartition("/")[2] for one, other, _ in found)


def test_thousands_of_equal_files_are_paired_by_their_names():
    old = {f"before/m{number}.py": CODE for number in range(3000)}
    new = {f"after/m{number}.py": CODE for number in range(3000)}
    assert all(one and other and one[7:] == other[6:] for one, other, _ in paths(old, new))
