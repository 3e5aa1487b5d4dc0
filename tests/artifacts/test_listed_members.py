from __future__ import annotations

import io
import zlib

import pytest

from pinkeeper.artifacts.listed_members import Listed, listed_members
from pinkeeper.errors import ArtifactError, NetworkError
from tests.artifacts.archives import WHEEL, zip_of
from tests.artifacts.opening import opened
from tests.artifacts.raw_zip import RawMember, raw_zip
from tests.support.distributions import make_wheel


def listed(content: bytes) -> tuple[Listed, ...]:
    return listed_members(io.BytesIO(content), filename=WHEEL)


class CountedReads(io.BytesIO):
    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.reads: list[tuple[int, int]] = []

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads.append((self.tell(), size or 0))
        return super().read(size)


def test_files_are_listed_by_path_with_their_sizes_and_checksums():
    content = zip_of({"z.py": b"x = 1\n" * 100, "a/": b"", "a/b.py": b""})
    one, other = listed(content)
    assert one == Listed(path="a/b.py", size=0, crc32=0, compressed_size=2)
    assert (other.path, other.size, other.crc32) == ("z.py", 600, zlib.crc32(b"x = 1\n" * 100))
    assert 0 < other.compressed_size < 600


def test_a_listing_agrees_with_the_contents():
    built = make_wheel("demo", "1.0", files={f"demo/{number}.py": "x" * number for number in range(50)})
    contents = opened(built.content, built.filename)
    assert {one.path: one.size for one in listed(built.content)} == {
        path: entry.size for path, entry in contents.entries.items()
    }


@pytest.mark.parametrize("count", [1, 3000])
def test_only_the_end_of_the_file_is_read(count):
    content = zip_of({f"demo/module_{number}.py": b"x" * 200 for number in range(count)}, method=0)
    content = zip_of({"demo/large.bin": b"l" * 300_000, "demo/inner": content}, method=0)
    file = CountedReads(content)
    listed_members(file, filename=WHEEL)
    assert 1 <= len(file.reads) <= 2
    assert sum(size for _, size in file.reads) < 70_000


def test_a_directory_that_begins_before_the_end_is_one_more_read():
    file = CountedReads(zip_of({f"demo/module_{number}.py": b"" for number in range(3000)}))
    assert len(listed_members(file, filename=WHEEL)) == 3000
    assert len(file.reads) <= 3


def test_names_are_printable_and_of_two_alike_the_last_counts():
    content = raw_zip(
        [RawMember(name=b"a\x1b.py", content=b"1"), RawMember(name=b"a\x1b.py", content=b"22"), RawMember(name=b"f/")]
    )
    assert [(one.path, one.size) for one in listed(content)] == [(r"a\x1b.py", 2)]


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"x" * 100_000, zip_of({"a": b""})[:-1]])
def test_a_file_without_a_directory_is_refused(content):
    with pytest.raises(ArtifactError, match=r"demo-1\.0-py3-none-any\.whl: the archive cannot be read"):
        listed(content)


def test_what_the_file_raises_itself_passes_through():
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise NetworkError("it is gone", url="https://files.example/demo.whl")

    class Unreadable(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("no")

    with pytest.raises(NetworkError):
        listed_members(Broken(zip_of({"a": b""})), filename=WHEEL)
    with pytest.raises(ArtifactError, match="it cannot be read: no"):
        listed_members(Unreadable(zip_of({"a": b""})), filename=WHEEL)
