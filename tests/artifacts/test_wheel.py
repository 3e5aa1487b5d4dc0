from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.artifacts.wheel import METADATA_LIMIT, wheel_metadata
from pinkeeper.errors import ArtifactError, NetworkError
from tests.artifacts.archives import METADATA, WHEEL, wheel_of, zip_of

PATH = "demo-1.0.dist-info/METADATA"


def read(content: bytes, filename: str = WHEEL) -> bytes:
    return wheel_metadata(io.BytesIO(content), filename=filename)


def patched(content: bytes, at: int, layout: str, *values: int) -> bytes:
    changed = bytearray(content)
    struct.pack_into(layout, changed, at, *values)
    return bytes(changed)


def entry_at(content: bytes, name: str = PATH) -> int:
    """Where the directory's entry of a member begins."""
    return content.rindex(name.encode()) - 46


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_metadata_is_read(method):
    assert read(zip_of({"demo.py": b"x" * 50, PATH: METADATA}, method=method)) == METADATA


@pytest.mark.parametrize("comment", [b"c", b"c" * 76, b"c" * 97, b"c" * 0xFFFF])
def test_a_comment_of_any_length_is_passed_over(comment):
    assert read(zip_of({PATH: METADATA}, comment=comment)) == METADATA


@pytest.mark.parametrize(
    ("folder", "filename"),
    [
        ("demo-1.0.dist-info", "demo-1.0-1-py3-none-any.whl"),
        ("Demo.Project-1.0.dist-info", "demo_project-1.0-py3-none-any.whl"),
        ("demo-project-1.0.dist-info", "Demo_Project-1.0-py3-none-any.whl"),
        ("demo-1.0.0.dist-info", "demo-1.0-py3-none-any.whl"),
        ("demo-1.0+cu12_1.dist-info", "demo-1.0+cu12.1-py3-none-any.whl"),
        ("demo-1!1.0rc1.dist-info", "demo-1!1.0rc1-py3-none-any.whl"),
    ],
)
def test_the_dist_info_folder_is_compared_normalized(folder, filename):
    assert read(wheel_of(folder=folder), filename) == METADATA


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no ZIP archive"),
        (b"not a zip at all" * 100, "no ZIP archive"),
        (wheel_of()[:-30], "no ZIP archive"),
        (wheel_of() + b"more", "end record is not at its end"),
        (b"#!/bin/sh\n" + wheel_of(), "directory is not where"),
        (wheel_of(folder="other-1.0.dist-info"), "another release: 'other-1.0.dist-info'"),
        (wheel_of(folder="demo-1.1.dist-info"), "another release: 'demo-1.1.dist-info'"),
        (wheel_of(folder="demo.dist-info"), "another release"),
        (wheel_of(folder="demo-x.dist-info"), "another release"),
        (wheel_of(**{"demo-2.0.dist-info/METADATA": METADATA}), "exactly one .dist-info folder"),
        (wheel_of(**{"other-1.0.dist-info/x": b""}), "exactly one .dist-info folder"),
        (zip_of({"demo.py": b""}), "exactly one .dist-info folder: none"),
        (zip_of({f"deep/{PATH}": METADATA}), "exactly one .dist-info folder: none"),
        (zip_of({"demo-1.0.dist-info/RECORD": b""}), "no members named"),
        (wheel_of(**{"../evil": b""}), "leaves the archive: '../evil'"),
        (wheel_of(**{"a/../../evil": b""}), "leaves the archive"),
        (wheel_of(**{"a/..": b""}), "leaves the archive"),
        (wheel_of(**{"..\\evil": b""}), "leaves the archive"),
        (wheel_of(**{"/etc/passwd": b""}), "leaves the archive"),
        (wheel_of(**{"C:\\evil": b""}), "leaves the archive"),
        (wheel_of(b"x" * (METADATA_LIMIT + 1)), "larger than"),
        (zip_of({PATH: METADATA}, method=zipfile.ZIP_BZIP2), "compression method 12"),
        (zip_of({PATH: METADATA}, method=zipfile.ZIP_LZMA), "compression method 14"),
    ],
)
def test_an_unsound_wheel_is_refused(content, message):
    with pytest.raises(ArtifactError, match=message) as caught:
        read(content)
    assert caught.value.where == WHEEL


def test_two_members_of_the_same_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zip_of([(PATH, METADATA), (PATH, METADATA.replace(b"other", b"evil"))])
    with pytest.raises(ArtifactError, match="2 members named"):
        read(content)


def test_a_nul_in_a_name_is_refused():
    content = wheel_of(demo_nul=b"").replace(b"demo_nul", b"demo\x00nul")
    with pytest.raises(ArtifactError, match=r"leaves the archive: 'demo\\x00nul'"):
        read(content)


def test_names_that_are_not_utf_8_harm_nothing():
    assert read(wheel_of(demo_raw=b"").replace(b"demo_raw", b"demo\xffraw")) == METADATA


def test_a_link_in_place_of_metadata_is_refused():
    info = zipfile.ZipInfo(PATH)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ArtifactError, match="is a link"):
        read(buffer.getvalue())


def test_an_encrypted_member_is_refused():
    content = wheel_of()
    with pytest.raises(ArtifactError, match="is encrypted"):
        read(patched(content, entry_at(content) + 8, "<H", 1))


def test_a_bomb_that_announces_a_small_size_is_not_inflated():
    bomb = wheel_of(b"\0" * (METADATA_LIMIT * 5))
    content = patched(bomb, entry_at(bomb) + 24, "<L", 100)
    tracemalloc.start()
    try:
        with pytest.raises(ArtifactError, match="not the size"):
            read(content)
        assert tracemalloc.get_traced_memory()[1] < METADATA_LIMIT
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("offset", "layout", "value", "message"),
    [
        (16, "<L", 1, "size or checksum"),
        (20, "<L", 3, "not the size|cannot be decompressed"),
        (24, "<L", 5, "not the size"),
        (10, "<H", 0, "not what the directory says"),
        (42, "<L", 7, "not what the directory says"),
        (42, "<L", 0xFFFFFFF0, "not where the directory says"),
        (42, "<L", 0xFFFFFFFF, "without its ZIP64 sizes"),
        (20, "<L", 0xFFFFFFF0, "larger than"),
    ],
)
def test_an_entry_that_lies_is_refused(offset, layout, value, message):
    content = wheel_of()
    with pytest.raises(ArtifactError, match=message):
        read(patched(content, entry_at(content) + offset, layout, value))


def test_counts_of_the_end_record_must_be_right():
    content = wheel_of()
    for wrong in (0, 2, 4, 9):
        with pytest.raises(ArtifactError, match="directory is damaged"):
            read(patched(content, len(content) - 14, "<HH", wrong, wrong))
    with pytest.raises(ArtifactError, match="split archive"):
        read(patched(content, len(content) - 14, "<HH", 3, 4))


def test_an_archive_with_zip64_records_is_read():
    content = wheel_of()
    body, end = content[:-22], struct.unpack("<4s4H2LH", content[-22:])
    count, size, offset = end[4], end[5], end[6]
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body), 1)
    short = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert read(body + end64 + locator + short) == METADATA
    with pytest.raises(ArtifactError, match="ZIP64 end record"):
        read(body + end64 + locator[:8] + b"\x01" + locator[9:] + short)
    with pytest.raises(ArtifactError, match="ZIP64 end record"):
        read(body + b"PK\x06\x00" + end64[4:] + locator + short)


def test_two_hundred_thousand_members_are_refused_unread():
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 9, 1, *[0] * 6) + b"a"
    directory = entry * 200_000
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 200_000, 200_000, len(directory), 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with pytest.raises(ArtifactError, match="more than 100000 members"):
        read(directory + end64 + locator + end)


@pytest.mark.parametrize("filename", ["demo.whl", "demo-1.0.tar.gz", "demo-x-py3-none-any.whl", "demo-\x1b-a-b-c.whl"])
def test_a_name_that_no_wheel_has_is_refused(filename):
    with pytest.raises(ArtifactError, match="not the name of a wheel"):
        read(wheel_of(), filename)


class FailingFile(io.BytesIO):
    """A file whose reads fail with a given error."""

    def __init__(self, error: Exception) -> None:
        super().__init__(wheel_of())
        self.error = error

    def read(self, _size=-1, /):
        raise self.error


class CountedFile(io.BytesIO):
    """Counts the bytes and the reads, as each would be a range request."""

    reads = 0
    total = 0

    def read(self, size=-1, /):
        content = super().read(size)
        self.reads += 1
        self.total += len(content)
        return content


def test_little_is_read_of_a_large_wheel():
    members = {f"demo/{number}.py": bytes(range(256)) * 64 for number in range(200)}
    file = CountedFile(zip_of({**members, PATH: METADATA}, method=zipfile.ZIP_STORED))
    assert wheel_metadata(file, filename=WHEEL) == METADATA
    assert file.reads == 3
    assert file.total < 20_000


def test_errors_of_the_file_itself_pass_through():
    error = NetworkError("the connection broke", url="https://files.example/demo.whl")
    with pytest.raises(NetworkError, match="the connection broke"):
        wheel_metadata(FailingFile(error), filename=WHEEL)


def test_an_operating_system_error_becomes_an_artifact_error():
    with pytest.raises(ArtifactError, match="Input/output error"):
        wheel_metadata(FailingFile(OSError(5, "Input/output error")), filename=WHEEL)


def test_a_file_that_gives_little_at_a_time_is_read():
    class Slow(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 7))

    assert wheel_metadata(Slow(wheel_of()), filename=WHEEL) == METADATA


SOUND = wheel_of()


@st.composite
def mutated(draw):
    content = bytearray(SOUND)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content) - 1))
        match draw(st.sampled_from(["set", "cut", "insert", "copy"])):
            case "set":
                content[at] = draw(st.integers(0, 255))
            case "cut":
                del content[at : at + draw(st.integers(1, 8))]
            case "insert":
                content[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "copy":
                content[at:at] = content[: draw(st.integers(1, 60))]
        if not content:
            break
    return bytes(content)


@given(mutated())
@settings(deadline=None)
def test_a_damaged_wheel_is_refused_or_read_as_zipfile_reads_it(content):
    try:
        metadata = read(content)
    except ArtifactError:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.read(PATH) == metadata
    except (zipfile.BadZipFile, NotImplementedError):
        # zipfile also judges fields that do not matter here (versions needed to extract, dates).
        assert zlib.crc32(metadata) == zlib.crc32(METADATA)


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_give_an_artifact_error(content):
    with pytest.raises(ArtifactError):
        read(content)
    with pytest.raises(ArtifactError):
        read(content + SOUND[-22:])
