from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

import pytest

from pinkeeper.artifacts.contents import open_contents
from pinkeeper.artifacts.listed_members import Listed, listed_members
from pinkeeper.review.comparison.against_listing import beyond_wheel
from tests.review.contents_in_memory import ContentsInMemory
from tests.support.distributions import make_wheel

OTHER = "demo-1.0-cp311-cp311-win_amd64.whl"
CODE = b"import os\nrun()\n"


def listed(files: Mapping[str, bytes]) -> tuple[Listed, ...]:
    return tuple(
        Listed(path=path, size=len(content), crc32=zlib.crc32(content), compressed_size=len(content))
        for path, content in sorted(files.items())
    )


def beyond(wheel: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[tuple[str, str]]:
    found = beyond_wheel(
        ContentsInMemory(wheel, filename="demo-1.0-cp311-cp311-linux_x86_64.whl"), {OTHER: listed(other)}
    )
    assert {filename for filename, _, _ in found} <= {OTHER}
    return [(path, what) for _, path, what in found]


@pytest.mark.parametrize("content", [CODE, CODE.replace(b"\n", b"\r\n")], ids=["the same", "with line ends of Windows"])
def test_the_same_code_is_passed_over(content):
    assert beyond({"demo/core.py": CODE}, {"demo/core.py": content}) == []
    assert beyond({"demo/core.py": content}, {"demo/core.py": CODE}) == []


def test_other_code_is_named():
    assert beyond({"demo/core.py": CODE}, {"demo/core.py": CODE + b"more()\n"}) == [("demo/core.py", "another content")]
    same_size = CODE.replace(b"run", b"ran")
    assert beyond({"demo/core.py": CODE}, {"demo/core.py": same_size}) == [("demo/core.py", "another content")]


def test_code_that_only_the_other_has_is_named():
    other = {"demo/more.py": CODE, "demo.pth": b"import demo\n", "demo/run.ps1": b"x", "demo/empty.py": b""}
    assert beyond({}, other) == [
        ("demo.pth", "a start-up file"),
        ("demo/more.py", "a Python file"),
        ("demo/run.ps1", "a script"),
    ]


def test_what_platforms_differ_in_is_passed_over():
    wheel = {
        "demo/_core.cpython-311-x86_64-linux-gnu.so": b"1",
        "demo-1.0.dist-info/WHEEL": b"1",
        "demo/__config__.py": b"1",
        "demo/logo.png": b"1",
    }
    other = {
        "demo/_core.cp311-win_amd64.pyd": b"2",
        "demo.libs/x.dll": b"2",
        "demo-1.0.dist-info/WHEEL": b"2",
        "demo/__config__.py": b"2",
        "demo/logo.png": b"2",
    }
    assert beyond(wheel, other) == []


def test_files_of_the_read_wheel_alone_are_nothing_here():
    assert beyond({"demo/core.py": CODE}, {}) == []


def test_a_file_is_read_once_for_all_listings():
    wheel = ContentsInMemory({"demo/core.py": CODE, "demo/side.py": CODE}, filename="demo-1.0-py3-none-any.whl")
    others = {f"demo-1.0-{number}-py3-none-any.whl": listed({"demo/core.py": b"x"}) for number in range(3)}
    assert len(beyond_wheel(wheel, others)) == 3
    assert wheel.reads == ["demo/core.py"]


def test_more_than_anybody_reads_is_counted():
    found = beyond({}, {f"demo/m{number:03}.py": CODE for number in range(80)})
    assert len(found) == 51
    assert found[-1] == ("", "30 more files")


def test_two_real_wheels_are_held_against_each_other():
    one = make_wheel("demo", "1.0", files={"demo/core.py": CODE}, tag="cp311-cp311-linux_x86_64")
    other = make_wheel(
        "demo", "1.0", files={"demo/core.py": CODE, "demo.pth": "import x\n"}, tag="cp311-cp311-win_amd64"
    )
    contents = open_contents(io.BytesIO(one.content), filename=one.filename)
    listing = listed_members(io.BytesIO(other.content), filename=other.filename)
    assert beyond_wheel(contents, {other.filename: listing}) == ((other.filename, "demo.pth", "a start-up file"),)
