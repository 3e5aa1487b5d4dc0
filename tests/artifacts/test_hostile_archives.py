"""Archives made to crash, hang or fill a reader."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import struct
import tarfile
import tracemalloc
import zlib

import pytest

from pinkeeper.artifacts.archive_limits import MEMBER_COUNT_LIMIT
from pinkeeper.artifacts.contents import AnomalyKind, Contents, open_contents
from pinkeeper.errors import ArtifactError
from tests.artifacts.archives import SDIST, WHEEL, tar_of, zip_of
from tests.artifacts.opening import ZIPPED_SDIST, all_read, kinds, opened
from tests.artifacts.raw_zip import RawMember, deflated, raw_zip
from tests.support.distributions import make_sdist, make_wheel

MIB = 1024 * 1024
FILENAMES = [WHEEL, ZIPPED_SDIST, SDIST, "demo-1.0.tar.bz2", "demo-1.0.tar.xz"]


def opened_within(content: bytes, filename: str, *, peak: int) -> Contents:
    tracemalloc.start()
    try:
        contents = opened(content, filename)
        assert tracemalloc.get_traced_memory()[1] < peak
    finally:
        tracemalloc.stop()
    return contents


def deflated_zeros(size: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return b"".join([compressor.compress(bytes(MIB)) for _ in range(size // MIB)]) + compressor.flush()


def zeros(true_size: int, *, size: int) -> RawMember:
    data = deflated_zeros(true_size)
    return RawMember(name=b"demo-1.0/zeros", method=8, data=data, size=size, crc=zlib.crc32(bytes(size)))


def test_a_bomb_is_not_unpacked():
    member = RawMember(
        name=b"demo-1.0/zeros",
        method=8,
        data=deflated_zeros(256 * MIB),
        size=256 * MIB,
        crc=zlib.crc32(bytes(256 * MIB)),
    )
    contents = opened_within(raw_zip([member]), ZIPPED_SDIST, peak=8 * MIB)
    assert kinds(contents) == [AnomalyKind.BOMB]
    assert "unpacks from" in contents.anomalies[0].detail
    assert contents.unread[0].path == "demo-1.0/zeros"


def test_a_bomb_that_says_it_is_small_is_unpacked_no_further_than_it_says():
    member = RawMember(
        name=b"demo-1.0/zeros", method=8, data=deflated_zeros(256 * MIB), size=10, crc=zlib.crc32(bytes(10))
    )
    contents = opened_within(raw_zip([member]), ZIPPED_SDIST, peak=8 * MIB)
    assert AnomalyKind.HIDDEN_DATA in kinds(contents)
    assert all_read(contents) == {"zeros": bytes(10)}


def test_many_members_that_unpack_to_too_much_together_are_read_until_it_is_too_much():
    data, size = deflated_zeros(16 * MIB), 16 * MIB
    one = {"method": 8, "data": data, "size": size, "crc": zlib.crc32(bytes(size))}
    contents = opened_within(
        raw_zip([RawMember(name=f"demo-1.0/{number}".encode(), **one) for number in range(8)]),
        ZIPPED_SDIST,
        peak=8 * MIB,
    )
    assert kinds(contents) == [AnomalyKind.BOMB] * 4
    assert list(contents.entries) == ["0", "1", "2", "3"]


def test_members_that_share_their_data_are_not_read_for_ever():
    shared = [RawMember(name=b"demo-1.0/a", content=b"x" * 1000)]
    shared += [RawMember(name=b"demo-1.0/a", content=b"x" * 1000, without_local=True, offset=0) for _ in range(500)]
    contents = opened(raw_zip(shared), ZIPPED_SDIST)
    assert {AnomalyKind.BOMB, AnomalyKind.DUPLICATE_NAME} <= set(kinds(contents))


def test_overlapping_members_are_told():
    inner = raw_zip([RawMember(name=b"demo-1.0/b", content=b"inner")])
    inner = inner[: inner.index(b"PK\x01\x02")]
    outer = RawMember(name=b"demo-1.0/a", content=inner)
    within = RawMember(name=b"demo-1.0/b", content=b"inner", without_local=True, offset=30 + len(outer.name))
    contents = opened(raw_zip([outer, within]), ZIPPED_SDIST)
    assert kinds(contents) == [AnomalyKind.HEADER_MISMATCH]
    assert "runs into what follows" in contents.anomalies[0].detail
    assert all_read(contents) == {"a": inner, "b": b"inner"}


def test_a_million_entries_are_cut():
    good = raw_zip([RawMember(name=b"d/a", mode=0)])
    at = good.index(b"PK\x01\x02")
    entry = good[at:-22]
    count = 1_000_000
    directory = entry * count
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), at)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    contents = opened(good[:at] + directory + end64 + locator + end, ZIPPED_SDIST)
    assert contents.anomalies[0].kind is AnomalyKind.BOMB
    assert f"only the first {MEMBER_COUNT_LIMIT}" in contents.anomalies[0].detail
    assert len(contents.anomalies) < 300
    assert len(contents.unread) < 1100
    assert [one for one in contents.unread if "900000 of its members are beyond the limit" in one.reason]


def test_a_tar_of_a_million_members_is_cut():
    info = tarfile.TarInfo("demo-1.0/a")
    block = info.tobuf(tarfile.USTAR_FORMAT)
    content = gzip.compress(block * (MEMBER_COUNT_LIMIT + 1000), 1)
    contents = opened(content, SDIST)
    assert AnomalyKind.BOMB in kinds(contents)
    assert len(contents.anomalies) < 300
    assert list(contents.entries) == ["a"]


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_tar_of_zeros_ends(suffix, pack):
    contents = opened_within(pack(bytes(68 * MIB)), f"demo-1.0.tar.{suffix}", peak=250 * MIB)
    assert kinds(contents) == [AnomalyKind.BOMB]
    assert contents.entries == {}


def test_a_tar_whose_member_is_a_bomb_is_not_kept():
    info = tarfile.TarInfo("demo-1.0/zeros")
    info.size = 100 * MIB
    content = gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(info.size + 1024))
    contents = opened_within(content, SDIST, peak=20 * MIB)
    assert AnomalyKind.BOMB in kinds(contents)
    assert contents.entries == {}


def test_a_tar_member_that_says_it_is_larger_than_all_disks_ends():
    info = tarfile.TarInfo("demo-1.0/huge")
    info.size = 2**60
    contents = opened(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(MIB)), SDIST)
    assert AnomalyKind.BOMB in kinds(contents)
    assert contents.entries == {}


def test_many_empty_packed_streams_end():
    contents = opened(gzip.compress(tarfile.TarInfo("demo-1.0/a").tobuf()) + gzip.compress(b"", mtime=0) * 5000, SDIST)
    assert set(kinds(contents)) == {AnomalyKind.HIDDEN_DATA}
    assert list(contents.entries) == ["a"]


def test_an_xz_that_asks_for_much_memory_is_refused():
    packed = lzma.compress(b"x" * 100, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}])
    with pytest.raises(ArtifactError, match="the archive cannot be read"):
        opened(packed, "demo-1.0.tar.xz")


def test_an_archive_in_itself_is_a_file():
    inner = zip_of({"demo-1.0/a": b"x"})
    for _ in range(30):
        inner = zip_of({"demo-1.0/a": inner}, method=0)
    assert opened(inner, ZIPPED_SDIST).anomalies == ()


def test_deep_and_long_names_do_not_hang():
    names = [("a/" * 2000 + f"{number}").encode() for number in range(500)]
    contents = opened(raw_zip([RawMember(name=b"d/" + name) for name in names]), ZIPPED_SDIST)
    assert len(contents.entries) == 500
    assert contents.anomalies == ()


def test_members_that_share_a_long_header_are_not_read_for_ever():
    long = RawMember(name=b"d/a", content=b"x", local={"size": 2}, local_extra=struct.pack("<2H", 7, 0) * 16_000)
    again = RawMember(name=b"d/a", content=b"x", without_local=True, offset=0)
    contents = opened(raw_zip([long, *[again] * 20_000]), ZIPPED_SDIST)
    assert AnomalyKind.BOMB in kinds(contents)


def test_extended_headers_of_very_many_records_end():
    record = b"5 a=\n"
    info = tarfile.TarInfo("pax")
    info.type, info.size = b"x", 1_000_000 // 512 * 512
    header = info.tobuf() + (record * 200_000)[: info.size // 5 * 5].ljust(info.size, b"\0")
    good = tarfile.TarInfo("demo-1.0/a").tobuf()
    contents = opened(gzip.compress(good + (header + good) * 20, 1), SDIST)
    assert AnomalyKind.DAMAGED_MEMBER in kinds(contents)
    assert "absurd number" in contents.anomalies[-1].detail


def test_names_of_many_combining_characters_do_not_hang():
    name = "demo-1.0/" + "/".join("a" + "\u0301\u0323" * 120 for _ in range(10))
    members = [RawMember(name=f"{name}/{number}".encode(), flags=0x0800) for number in range(300)]
    assert len(opened(raw_zip(members), ZIPPED_SDIST).entries) == 300


@pytest.mark.parametrize("filename", FILENAMES)
def test_random_bytes_are_refused(filename):
    random_bytes = random.Random(5).randbytes
    for size in (0, 1, 22, 600, 70_000):
        for magic in (b"", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0"):
            with pytest.raises(ArtifactError):
                opened(magic + random_bytes(size), filename)


def test_a_wheel_cut_anywhere_is_refused():
    content = make_wheel("demo", "1.0", compress=True).content
    for size in range(len(content)):
        with pytest.raises(ArtifactError):
            opened(content[:size], WHEEL)


@pytest.mark.parametrize("mode", ["gz", "bz2", "xz"])
def test_an_sdist_cut_anywhere_is_refused_or_told(mode):
    content = tar_of({"demo-1.0/PKG-INFO": b"x" * 600, "demo-1.0/a.py": b"y" * 30}, mode=f"w:{mode}")
    results = set()
    for size in range(len(content)):
        try:
            contents = opened(content[:size], f"demo-1.0.tar.{mode}")
        except ArtifactError:
            results.add("refused")
        else:
            assert AnomalyKind.DAMAGED_MEMBER in kinds(contents)
            all_read(contents)
            results.add("told")
    assert results <= {"refused", "told"}
    assert "refused" in results


def test_a_stored_sdist_cut_at_every_block_gives_what_is_whole():
    content = make_sdist("demo", "1.0", files={"demo/a.py": b"x" * 5000, "demo/b.py": b"y" * 5000}).content
    seen = set()
    for size in range(600, len(content), 97):
        contents = opened(content[:size], SDIST)
        assert AnomalyKind.DAMAGED_MEMBER in kinds(contents)
        assert set(all_read(contents)) <= {"PKG-INFO", "demo/a.py", "demo/b.py"}
        seen |= contents.entries.keys()
    assert "demo/a.py" in seen


def test_a_file_that_fails_is_an_artifact_error():
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("the disk is gone")

    for filename in FILENAMES:
        with pytest.raises(ArtifactError, match="the disk is gone"):
            open_contents(Broken(b"x"), filename=filename)


def test_a_member_that_unpacks_to_less_than_announced_has_its_own_size():
    contents = opened(
        raw_zip([RawMember(name=b"d/a", content=b"abc", method=8, data=deflated(b"abc"), size=5)]), ZIPPED_SDIST
    )
    assert kinds(contents) == [AnomalyKind.HEADER_MISMATCH]
    assert contents.entries["a"].size == 3
