from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.artifacts.contents import Contents, open_contents
from pinkeeper.model.comparison import FieldChange
from pinkeeper.review.comparison.metadata import compare_fields, metadata_path, top_level_names
from tests.review.contents_in_memory import ContentsInMemory
from tests.support.distributions import make_sdist, make_wheel

Fields = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]


def wheel(version: str = "1.0", *, metadata: str | bytes = "", **files: str | bytes) -> ContentsInMemory:
    """A wheel of the metadata lines and of files in its dist-info folder (``entry_points_txt``)."""
    folder = f"demo-{version}.dist-info"
    inner = {f"{folder}/{name.replace('_txt', '.txt')}": content for name, content in files.items()}
    return ContentsInMemory({f"{folder}/METADATA": metadata, **inner}, filename=f"demo-{version}-py3-none-any.whl")


def of_files(*paths: str) -> ContentsInMemory:
    return ContentsInMemory(dict.fromkeys(paths, "x"), filename="demo-1.0-py3-none-any.whl")


def fields(old: Contents, new: Contents, **options: Sequence[str]) -> Fields:
    return {change.field: (change.old, change.new) for change in compare_fields(old, new, **options)}


def head(*lines: str) -> str:
    return "".join(f"{line}\n" for line in ("Metadata-Version: 2.1", "Name: demo", *lines))


def test_dependencies_are_compared_however_they_are_written():
    old = wheel(metadata=head("Requires-Dist: Foo_Bar (>=1.0,<2)", "Requires-Dist: gone", "Requires-Dist: moved>=1"))
    after = ("moved>=2", "foo-bar<2,>=1.0", "came; extra == 'x'")
    new = wheel(metadata=head(*(f"Requires-Dist: {text}" for text in after)))
    assert fields(old, new) == {"Requires-Dist": (("gone", "moved>=1"), ('came; extra == "x"', "moved>=2"))}


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("Requires-Python", ">=3.8", ">=3.9, <4"),
        ("Provides-Extra", "a", "b"),
        ("Author", "Ann", "Bob"),
        ("Author-email", "ann@demo.example", "bob@demo.example"),
        ("Maintainer", "Ann", "Bob"),
        ("Maintainer-email", "ann@demo.example", "bob@demo.example"),
        ("Home-page", "https://demo.example", "https://dem0.example"),
        ("Project-URL", "Source, https://demo.example/src", "Source, https://other.example/src"),
        ("License", "MIT", "BSD"),
        ("License-Expression", "MIT", "BSD-3-Clause"),
        ("Classifier", "Development Status :: 5 - Production/Stable", "Development Status :: 7 - Inactive"),
        ("Classifier", "License :: OSI Approved :: MIT License", "License :: Other/Proprietary License"),
    ],
)
def test_a_field_that_matters_is_compared(field, old, new):
    found = fields(wheel(metadata=head(f"{field}: {old}")), wheel(metadata=head(f"{field}: {new}")))
    assert list(found) == [field]
    assert [len(values) for values in found[field]] == [1, 1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Summary: good", "Summary: better"),
        ("Version: 1.0", "Version: 1.1"),
        ("Classifier: Topic :: Security", "Classifier: Topic :: Internet"),
        ("Requires-Python: >=3.8,<4", "Requires-Python: <4, >=3.8"),
        ("Provides-Extra: A_B", "Provides-Extra: a-b"),
        ("Project-URL: Source,https://demo.example", "Project-URL: Source, https://demo.example"),
        ("License: MIT\n  or so", "License: MIT or so"),
    ],
)
def test_what_says_the_same_or_nothing_is_left_out(old, new):
    assert fields(wheel(metadata=head(old)), wheel(metadata=head(new))) == {}


def test_entry_points_of_every_group_are_compared():
    old = wheel(entry_points_txt="[console_scripts]\nserve = demo.cli:main\n\n[plug.ins]\na=demo.a\n")
    new = wheel(
        "1.1", entry_points_txt="# of 1.1\n[plug.ins]\na = demo.a\n[console_scripts]\nserve=demo.cli:run [fast]\n"
    )
    assert fields(old, new) == {
        "entry point": (
            ("console_scripts: serve = demo.cli:main",),
            ("console_scripts: serve = demo.cli:run [fast]",),
        )
    }


def test_hostile_entry_points_are_compared_as_they_are():
    new = wheel(entry_points_txt=b"no group\n[twice]\na = b\n[twice]\na = c\n= \xff\n[open\n")
    assert fields(wheel(), new)["entry point"][1] == (
        ": no group",
        "twice:  = \ufffd",
        "twice: [open",
        "twice: a = b",
        "twice: a = c",
    )


def test_scripts_and_top_level_names_come_from_the_files():
    old = of_files("demo/__init__.py", "demo-1.0.dist-info/METADATA")
    new = of_files(
        "demo/__init__.py",
        "other.py",
        "_speed.cpython-311-x86_64-linux-gnu.so",
        "space/part/core.py",
        "demo-1.0.data/purelib/hidden/core.py",
        "demo-1.0.data/scripts/serve",
        "demo-1.0.data/data/share/x.py",
        "demo.libs/libx.so",
        "words/list.txt",
        "demo-1.0.dist-info/METADATA",
    )
    assert fields(old, new) == {
        "script": ((), ("serve",)),
        "top-level name": ((), ("_speed", "hidden", "other", "space")),
    }
    assert top_level_names(old) == {"demo"}


def test_tags_of_the_wheel_are_compared():
    old = wheel(WHEEL="Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    new = wheel(WHEEL="Wheel-Version: 1.0\nRoot-Is-Purelib: False\nTag: cp311-abi3-linux_x86_64\n")
    assert fields(old, new) == {
        "wheel tag": (("py3-none-any",), ("cp311-abi3-linux_x86_64",)),
        "Root-Is-Purelib": (("true",), ("false",)),
    }


def test_files_that_are_offered_are_compared_without_their_versions():
    found = fields(
        wheel(),
        wheel("1.1"),
        old_files=["demo-1.0.tar.gz", "demo-1.0-py3-none-any.whl"],
        new_files=["demo-1.1-py3-none-any.whl", "demo-1.1-1-py3-none-win_amd64.whl"],
    )
    assert found == {"file offered": (("sdist (.tar.gz)",), ("1-py3-none-win_amd64",))}


def test_files_are_not_compared_where_one_side_does_not_know_them():
    assert fields(wheel(), wheel("1.1"), new_files=["demo-1.1.tar.gz"]) == {}


def test_an_sdist_without_egg_info_says_nothing_of_entry_points():
    old = ContentsInMemory(
        {"PKG-INFO": head(), "demo.egg-info/PKG-INFO": head(), "demo.egg-info/entry_points.txt": "[a]\nb=c\n"}
    )
    new = ContentsInMemory({"PKG-INFO": head("Author: Ann")})
    assert fields(old, new) == {"Author": ((), ("Ann",))}


def test_the_metadata_is_that_of_the_own_folder():
    found = ContentsInMemory(
        {"aaa-1.0.dist-info/METADATA": "", "demo_kit-1.0.dist-info/METADATA": "", "x/b-1.dist-info/METADATA": ""},
        filename="demo_kit-1.0-py3-none-any.whl",
    )
    assert metadata_path(found) == "demo_kit-1.0.dist-info/METADATA"


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({"PKG-INFO": "", "demo.egg-info/PKG-INFO": ""}, "PKG-INFO"),
        ({"src/demo.egg-info/PKG-INFO": ""}, "src/demo.egg-info/PKG-INFO"),
        ({"deep/in/demo.egg-info/PKG-INFO": ""}, None),
    ],
)
def test_the_metadata_of_an_sdist_is_found(files, path):
    assert metadata_path(ContentsInMemory(files)) == path


def test_metadata_that_cannot_be_read_is_compared_as_it_is_written():
    new = wheel(
        metadata=head(
            "Requires-Dist: not a requirement \x1b[31m", f"Requires-Python: >={'9' * 5000}", "Provides-Extra: -"
        )
    )
    found = fields(wheel(metadata=head()), new)
    assert found["Requires-Dist"] == ((), ("not a requirement \x1b[31m",))
    assert found["Requires-Python"][1][0].startswith(">=9999")
    assert found["Provides-Extra"] == ((), ("-",))


def test_long_values_are_cut():
    found = fields(wheel(metadata=head()), wheel(metadata=head("License: " + "a " * 10_000)))
    assert len(found["License"][1][0]) == 303


def test_a_header_without_end_is_compared_in_its_first_part():
    new = wheel(metadata=head("Author: Ann") + "X-Filler: a\n" * 500_000)
    assert fields(wheel(metadata=head()), new) == {"Author": ((), ("Ann",))}


def test_real_distributions_are_compared():
    old = make_wheel("demo", "1.0", requires=["a"])
    new = make_wheel("demo", "1.1", requires=["a", "b @ https://demo.example/b.whl"], tag="cp311-abi3-linux_x86_64")
    found = fields(*(open_contents(io.BytesIO(built.content), filename=built.filename) for built in (old, new)))
    assert found["Requires-Dist"] == ((), ("b @ https://demo.example/b.whl",))
    assert found["wheel tag"] == (("py3-none-any",), ("cp311-abi3-linux_x86_64",))


def test_a_wheel_and_an_sdist_are_compared_in_what_both_can_say():
    old, new = make_wheel("demo", "1.0", requires=["a"]), make_sdist("demo", "1.1", requires=["b"])
    found = fields(*(open_contents(io.BytesIO(built.content), filename=built.filename) for built in (old, new)))
    assert found == {"Requires-Dist": (("a",), ("b",))}


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=100))
def test_any_bytes_give_an_answer_and_none_against_themselves(metadata, points, tags):
    hostile = wheel(metadata=b"Requires-Dist: " + metadata, entry_points_txt=points, WHEEL=b"Tag: " + tags)
    assert compare_fields(hostile, hostile) == ()
    assert all(isinstance(change, FieldChange) for change in compare_fields(wheel(), hostile))
