from __future__ import annotations

import bz2
import hashlib
import io
import lzma
import stat
import struct
import zipfile
import zlib

import pytest

from pinkeeper.artifacts.contents import AnomalyKind, open_contents
from pinkeeper.errors import ArtifactError
from tests.artifacts.archives import WHEEL
from tests.artifacts.opening import ZIPPED_SDIST, all_read, kinds, kinds_of_archive, opened
from tests.artifacts.raw_zip import RawMember, deflated, extra_field, raw_zip
from tests.support.distributions import make_sdist, make_wheel

CONTENT = b"print('hello')\n" * 20
GOOD = RawMember(name=b"demo-1.0/a.py", content=CONTENT)
LAST = RawMember(name=b"demo-1.0/z.py", content=b"last")
ONES = 0xFFFFFFFF
DESCRIBED = 8


def of(*members: RawMember, **options):
    return opened(raw_zip(members, **options), ZIPPED_SDIST)


def member(**fields) -> RawMember:
    return RawMember(**{"name": b"demo-1.0/b.py", "content": CONTENT, **fields})


def described(layout: str = "<4s3L", *, name: bytes = b"demo-1.0/b.py", packed: bytes | None = None, **fields):
    """A member whose sizes stand behind it alone."""
    data = CONTENT if packed is None else packed
    values = (b"PK\x07\x08", zlib.crc32(CONTENT), len(data), len(CONTENT))
    behind = struct.pack(layout, *values[0 if "s" in layout else 1 :])
    blank = {"crc": 0, "packed": 0, "size": 0}
    return RawMember(
        **{
            "name": name,
            "content": CONTENT,
            "flags": DESCRIBED,
            "local": blank,
            "behind": behind,
            "data": packed,
            **fields,
        }
    )


class Unseekable(io.RawIOBase):
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.parts.append(bytes(data))
        return len(data)


def streamed(method: int, *, force_zip64: bool = False) -> bytes:
    target = Unseekable()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name in ("demo-1.0/a.py", "demo-1.0/ü.py"):
            with archive.open(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), "w", force_zip64=force_zip64) as file:
                file.write(CONTENT)
    return b"".join(target.parts)


def test_a_wheel_is_read_whole():
    built = make_wheel(
        "demo", "1.0", files={"demo/__init__.py": "x = 1\n", "demo/data.bin": b"\0" * 5000}, compress=True
    )
    file = io.BytesIO(built.content)
    contents = open_contents(file, filename=built.filename)
    assert contents.anomalies == ()
    assert contents.unread == ()
    assert (contents.is_wheel, contents.filename, contents.size) == (True, built.filename, len(built.content))
    assert contents.sha256 == built.sha256
    read = all_read(contents)
    assert read["demo/__init__.py"] == b"x = 1\n"
    assert contents.entries["demo/data.bin"].size == 5000
    contents.close()
    assert file.closed
    with pytest.raises(ArtifactError, match="cannot be read"):
        contents.read("demo/data.bin")


def test_an_sdist_is_read_below_its_folder():
    contents = opened(make_sdist("demo", "1.0", setup_py="pass", format="zip").content, ZIPPED_SDIST)
    assert kinds(contents) == []
    assert not contents.is_wheel
    assert sorted(all_read(contents)) == ["PKG-INFO", "demo/__init__.py", "setup.py"]


def test_what_is_executable_is_told():
    contents = of(GOOD, member(mode=0o100755))
    assert {path: entry.executable for path, entry in contents.entries.items()} == {"a.py": False, "b.py": True}


@pytest.mark.parametrize(
    "content",
    [
        raw_zip([GOOD, described(), LAST]),
        raw_zip([GOOD, described("<3L"), LAST]),
        raw_zip([GOOD, described("<4sL2Q"), LAST]),
        raw_zip([GOOD, described("<L2Q")]),
        raw_zip([GOOD, described(packed=deflated(CONTENT), method=8), LAST]),
        raw_zip([GOOD, described(local={}), LAST]),
        raw_zip([GOOD, member(flags=DESCRIBED, local={"flags": 0}), LAST]),
        raw_zip(
            [member(local_extra=extra_field(0x5455, b"\3" + b"t" * 8), entry_extra=extra_field(0x5455, b"\3tttt"))]
        ),
        raw_zip(
            [member(local={"packed": ONES, "size": ONES}, local_extra=extra_field(1, struct.pack("<2Q", 300, 300)))]
        ),
        raw_zip(
            [
                member(
                    size=ONES,
                    packed=ONES,
                    entry_extra=extra_field(1, struct.pack("<2Q", 300, 300)),
                    local={"packed": 300, "size": 300},
                )
            ]
        ),
        raw_zip([member(flags=0x0800), LAST]),
        raw_zip([member(flags=0x0800, local={"flags": 0}), LAST]),
        raw_zip([member(flags=2, local={"flags": 0}), LAST]),
        raw_zip([RawMember(name=b"demo-1.0/", mode=0o40755), GOOD]),
        raw_zip([RawMember(name=b"demo-1.0/", mode=0), RawMember(name=b"demo-1.0/empty/", mode=0o40755), GOOD]),
        raw_zip([RawMember(name=b"demo-1.0/", method=8, data=deflated(b""), mode=0o40755), GOOD]),
        raw_zip([RawMember(name="demo-1.0/grün.py".encode(), flags=0x0800, content=CONTENT)]),
        raw_zip(
            [
                member(
                    entry_extra=extra_field(
                        0x7075, b"\1" + struct.pack("<L", zlib.crc32(b"demo-1.0/b.py")) + b"demo-1.0/b.py"
                    )
                )
            ]
        ),
        raw_zip([member(mode=0)]),
        raw_zip([member(local_extra=b"\0" * 6, entry_extra=b"\0\0")]),
        raw_zip([GOOD], comment=b"made by a tool"),
        raw_zip([GOOD], comment=b"c" * 0xFFFF),
        raw_zip([member(content=raw_zip([LAST])), GOOD]),
        raw_zip([GOOD, member(content=raw_zip([LAST]))]),
        raw_zip([]),
        streamed(zipfile.ZIP_STORED),
        streamed(zipfile.ZIP_DEFLATED),
        streamed(zipfile.ZIP_DEFLATED, force_zip64=True),
    ],
)
def test_what_builders_write_is_no_anomaly(content):
    contents = opened(content, ZIPPED_SDIST)
    assert contents.anomalies == ()
    assert contents.unread == ()
    assert all_read(contents).keys() == {
        name.removeprefix("demo-1.0/") for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name[-1] != "/"
    }


def test_more_members_than_sixteen_bits_count_are_no_anomaly():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(65_600):
            archive.writestr(zipfile.ZipInfo(f"d/{number}"), b"")
    contents = opened(buffer.getvalue(), ZIPPED_SDIST)
    assert contents.anomalies == ()
    assert len(contents.entries) == 65_600


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (
            raw_zip([GOOD, member(local={"name": b"demo-1.0/c.py"})]),
            AnomalyKind.HEADER_MISMATCH,
            "name 'demo-1.0/c.py'",
        ),
        (raw_zip([GOOD, member(local={"size": 7})]), AnomalyKind.HEADER_MISMATCH, "size 7, not 300"),
        (raw_zip([GOOD, member(local={"packed": 7})]), AnomalyKind.HEADER_MISMATCH, "packed size 7, not 300"),
        (raw_zip([GOOD, member(local={"crc": 7})]), AnomalyKind.HEADER_MISMATCH, "checksum 7"),
        (raw_zip([GOOD, member(local={"method": 8})]), AnomalyKind.HEADER_MISMATCH, "method 8, not 0"),
        (raw_zip([GOOD, member(local={"flags": 1})]), AnomalyKind.HEADER_MISMATCH, "flags 0x0001"),
        (raw_zip([GOOD, member(local={"packed": ONES, "size": ONES})]), AnomalyKind.HEADER_MISMATCH, "packed size"),
        (
            raw_zip([member(local={"size": ONES}, local_extra=extra_field(1, struct.pack("<2Q", 9, 300)))]),
            AnomalyKind.HEADER_MISMATCH,
            "size 9, not 300",
        ),
        (raw_zip([described(local={"crc": 1, "packed": 0, "size": 0})]), AnomalyKind.HEADER_MISMATCH, "checksum 1"),
        (raw_zip([described(behind=b"")]), AnomalyKind.HEADER_MISMATCH, "behind its data says another thing"),
        (raw_zip([described(behind=b"x" * 16)]), AnomalyKind.HEADER_MISMATCH, "behind its data says another thing"),
        (raw_zip([GOOD, member()], count=1), AnomalyKind.HEADER_MISMATCH, "end record says 1 members"),
        (raw_zip([GOOD, member()], count=3), AnomalyKind.HEADER_MISMATCH, "end record says 3 members"),
        (raw_zip([GOOD, member()], disk=1), AnomalyKind.HEADER_MISMATCH, "split archive"),
        (raw_zip([GOOD, member()], directory_tail=b"odd"), AnomalyKind.HEADER_MISMATCH, "3 bytes at the end of its"),
        (raw_zip([GOOD, member()], comment_size=4), AnomalyKind.HEADER_MISMATCH, "comment is cut"),
        (
            raw_zip([member(entry_extra=extra_field(0x7075, b"\1cccc" + b"demo-1.0/evil.py"))]),
            AnomalyKind.HEADER_MISMATCH,
            "another name",
        ),
        (raw_zip([member(entry_extra=b"\x99\x00\xff\x00a")]), AnomalyKind.HEADER_MISMATCH, "extra fields are cut"),
        (raw_zip([GOOD, member(mode=stat.S_IFDIR | 0o755)]), AnomalyKind.HEADER_MISMATCH, "a folder by its mode"),
        (raw_zip([GOOD, member()], prefix=b"#!/bin/sh\n"), AnomalyKind.HIDDEN_DATA, "10 bytes stand before its first"),
        (raw_zip([GOOD, member()], prefix=b"#!", shifted=True), AnomalyKind.HIDDEN_DATA, "2 bytes stand before the"),
        (raw_zip([GOOD, member()], behind=b"more"), AnomalyKind.HIDDEN_DATA, "4 bytes stand behind its end"),
        (raw_zip([GOOD, member()], before_end=b"more"), AnomalyKind.HIDDEN_DATA, "4 bytes stand between its directory"),
        (raw_zip([GOOD, member(before=b"hidden")]), AnomalyKind.HIDDEN_DATA, "6 bytes that belong to no member"),
        (raw_zip([GOOD, member(behind=b"hidden")]), AnomalyKind.HIDDEN_DATA, "6 bytes that belong to no member"),
        (raw_zip([GOOD, described(behind=b"h" * 40), LAST]), AnomalyKind.HIDDEN_DATA, "16 bytes that belong to no"),
        (
            raw_zip([GOOD, RawMember(name=b"demo-1.0/unlisted.py", without_entry=True), member()]),
            AnomalyKind.HIDDEN_DATA,
            "bytes that belong to no member",
        ),
        (raw_zip([GOOD, RawMember(name=b"demo-1.0/f/", content=b"x = 1")]), AnomalyKind.HIDDEN_DATA, "has content"),
        (
            raw_zip([member(method=8, data=deflated(CONTENT) + b"tail")]),
            AnomalyKind.HIDDEN_DATA,
            "4 bytes stand between its data",
        ),
        (
            raw_zip([member(method=8, data=deflated(CONTENT + b"evil()"))]),
            AnomalyKind.HIDDEN_DATA,
            "more than the 300 bytes announced",
        ),
        (raw_zip([GOOD, member(needed=64)]), AnomalyKind.ODD_MEMBER, "zipfile does not know"),
        (raw_zip([GOOD, member(flags=0x20)]), AnomalyKind.ODD_MEMBER, "zipfile does not know"),
        (raw_zip([GOOD, member(mode=stat.S_IFLNK | 0o777)]), AnomalyKind.LINK, "symbolic link"),
        (raw_zip([GOOD, member(mode=stat.S_IFIFO | 0o777)]), AnomalyKind.DEVICE, "a device, a pipe"),
        (raw_zip([GOOD, member(mode=stat.S_IFCHR | 0o777)]), AnomalyKind.DEVICE, "a device, a pipe"),
        (raw_zip([GOOD, member(name="demo-1.0/ü.py".encode())]), AnomalyKind.ODD_NAME, "not marked as UTF-8"),
        (raw_zip([GOOD, member(name=b"demo-1.0/\xff.py")]), AnomalyKind.ODD_NAME, "not marked as UTF-8"),
        (raw_zip([GOOD, member(name=b"demo-1.0/./b.py")]), AnomalyKind.ODD_NAME, "empty or '.' parts"),
        (raw_zip([GOOD, member(name=b"demo-1.0//b.py")]), AnomalyKind.ODD_NAME, "empty or '.' parts"),
        (raw_zip([GOOD, member(name=b"demo-1.0/a\\b.py")]), AnomalyKind.ODD_NAME, "backslash"),
        (raw_zip([GOOD, member(name=b"other/b.py")]), AnomalyKind.MISPLACED, "outside of the top-level"),
    ],
)
def test_what_is_wrong_with_an_archive_is_told_and_the_member_read(content, kind, said):
    contents = opened(content, ZIPPED_SDIST)
    assert [one for one in contents.anomalies if one.kind is kind and said in one.detail], contents.anomalies
    assert contents.unread == ()
    read = all_read(contents)
    assert CONTENT in read.values()
    assert len(set(kinds(contents))) <= 2


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (member(flags=1), AnomalyKind.ENCRYPTED),
        (member(flags=0x2001), AnomalyKind.ENCRYPTED),
        (member(crc=1), AnomalyKind.DAMAGED_MEMBER),
        (member(method=8, data=b"\xff" * 40), AnomalyKind.DAMAGED_MEMBER),
        (member(method=8, data=deflated(CONTENT)[:-5]), AnomalyKind.DAMAGED_MEMBER),
        (member(method=93, data=b"zstandard"), AnomalyKind.ODD_MEMBER),
        (member(method=99, data=b"?"), AnomalyKind.ODD_MEMBER),
        (member(method=14, data=b"\x09\x04\x05\x00\x5d\xff\xff\xff\xff" + b"x" * 9), AnomalyKind.DAMAGED_MEMBER),
        (member(method=14, data=b"\x09"), AnomalyKind.DAMAGED_MEMBER),
        (member(without_local=True, offset=5), AnomalyKind.HEADER_MISMATCH),
        (member(without_local=True, offset=1_000_000), AnomalyKind.HEADER_MISMATCH),
        (member(name=b"demo-1.0/../../evil.py"), AnomalyKind.UNSAFE_PATH),
        (member(name=b"/etc/evil.py"), AnomalyKind.UNSAFE_PATH),
        (member(name=b"C:/evil.py"), AnomalyKind.UNSAFE_PATH),
        (member(name=b"..\\evil.py"), AnomalyKind.UNSAFE_PATH),
        (member(name=b"demo-1.0/evil.py\0.txt"), AnomalyKind.UNSAFE_PATH),
        (member(name=b""), AnomalyKind.UNSAFE_PATH),
        (member(name=b"."), AnomalyKind.UNSAFE_PATH),
        (member(name=b"demo-1.0/" + b"n" * 256), AnomalyKind.UNSAFE_PATH),
        (member(name=b"demo-1.0/" + b"n/" * 2100 + b"n"), AnomalyKind.UNSAFE_PATH),
        (member(size=200 * 1024 * 1024), AnomalyKind.BOMB),
    ],
)
def test_a_member_that_cannot_be_read_is_left_out_and_told(bad, kind):
    contents = of(GOOD, bad, LAST)
    assert kind in kinds(contents)
    assert all_read(contents) == {"a.py": CONTENT, "z.py": b"last"}
    (unread,) = contents.unread
    assert unread.path.isprintable()
    assert unread.path in {anomaly.path for anomaly in contents.anomalies if anomaly.kind is kind}


@pytest.mark.parametrize(
    ("method", "data"),
    [
        (12, bz2.compress(CONTENT)),
        (
            14,
            b"\x09\x04\x05\x00\x5d\x00\x00\x10\x00"
            + lzma.compress(
                CONTENT,
                format=lzma.FORMAT_RAW,
                filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, "lc": 3, "lp": 0, "pb": 2}],
            ),
        ),
    ],
)
def test_a_compression_that_zipfile_knows_is_read_and_told(method, data):
    contents = of(GOOD, member(method=method, data=data))
    assert kinds(contents) == [AnomalyKind.ODD_MEMBER]
    assert all_read(contents)["b.py"] == CONTENT
    assert zipfile.ZipFile(io.BytesIO(raw_zip([member(method=method, data=data)]))).read("demo-1.0/b.py") == CONTENT


def test_of_two_members_with_one_name_the_last_counts_as_for_zipfile():
    content = raw_zip([member(content=b"first"), GOOD, member(content=b"second")])
    contents = opened(content, ZIPPED_SDIST)
    (anomaly,) = contents.anomalies
    assert (anomaly.kind, anomaly.path) == (AnomalyKind.DUPLICATE_NAME, "demo-1.0/b.py")
    assert "different contents" in anomaly.detail
    assert all_read(contents)["b.py"] == zipfile.ZipFile(io.BytesIO(content)).read("demo-1.0/b.py") == b"second"


def test_two_members_with_one_name_and_content_are_told_as_such():
    (anomaly,) = of(GOOD, GOOD).anomalies
    assert "the same content" in anomaly.detail


def test_names_that_become_one_path_are_duplicates():
    contents = of(member(content=b"first"), member(name=b"demo-1.0/./b.py", content=b"second"))
    assert set(kinds(contents)) == {AnomalyKind.DUPLICATE_NAME, AnomalyKind.ODD_NAME}
    assert all_read(contents) == {"b.py": b"second"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("demo-1.0/Mod.py", "demo-1.0/mod.py"),
        ("demo-1.0/PKG/a.py", "demo-1.0/pkg/a.py"),
        ("demo-1.0/caf\u00e9.py", "demo-1.0/cafe\u0301.py"),
        ("demo-1.0/CAF\u00c9.py", "demo-1.0/cafe\u0301.py"),
    ],
)
def test_names_that_are_one_on_another_file_system_are_told(one, other):
    contents = of(member(name=one.encode(), flags=0x0800), member(name=other.encode(), flags=0x0800))
    assert kinds(contents) == [AnomalyKind.CASE_COLLISION]
    assert len(all_read(contents)) == 2


@pytest.mark.parametrize("other", [b"demo-1.0/b.py/c.py", b"demo-1.0/b.py/"])
def test_a_file_that_is_a_folder_too_is_told(other):
    contents = of(member(), RawMember(name=other))
    assert kinds(contents) == [AnomalyKind.DUPLICATE_NAME]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"demo-1.0/\x1b[2Jb.py", r"\x1b[2Jb.py"),
        (b"demo-1.0/a\nb.py", r"a\nb.py"),
        ("demo-1.0/\u202egnp.py".encode(), r"\u202egnp.py"),
        ("demo-1.0/zero\u200bwidth.py".encode(), r"zero\u200bwidth.py"),
        ("demo-1.0/\u3164.py".encode(), r"\u3164.py"),
        (b"demo-1.0/\xff.py", r"\xff.py"),
    ],
)
def test_characters_that_cannot_be_seen_are_told_and_written_out(name, shown):
    contents = of(GOOD, member(name=name, flags=0x0800))
    assert kinds(contents) == [AnomalyKind.ODD_NAME]
    assert contents.anomalies[0].path == f"demo-1.0/{shown}"
    assert all_read(contents)[shown] == CONTENT


@pytest.mark.parametrize("name", [b"pkg/mod.py:stream", b"pkg/mod.py.", b"pkg /mod.py", b"pkg/what?.py"])
def test_a_name_that_is_another_on_windows_is_odd_in_a_wheel_alone(name):
    assert kinds_of_archive(opened(raw_zip([member(name=name)]), WHEEL)) == [AnomalyKind.ODD_NAME]
    assert kinds(opened(raw_zip([member(name=b"demo-1.0/" + name)]), ZIPPED_SDIST)) == []


def test_an_archive_without_a_directory_at_its_end_is_no_archive():
    content = raw_zip([GOOD, member()])
    for wrong in (
        b"",
        b"PK",
        content[:-1],
        content[:100],
        b"x" * 100_000,
        content.replace(b"PK\x01\x02", b"PK\x01\x03"),
    ):
        with pytest.raises(ArtifactError, match=r"demo-1\.0\.zip: the archive cannot be read"):
            opened(wrong, ZIPPED_SDIST)


def test_a_name_of_no_known_kind_is_refused():
    with pytest.raises(ArtifactError, match="not the name of a wheel or an sdist"):
        opened(raw_zip([GOOD]), "demo-1.0.egg")


def test_two_directories_of_which_readers_choose_differently_are_told():
    hidden = raw_zip([RawMember(name=b"demo-1.0/evil.py", content=b"evil()")])
    contents = opened(raw_zip([GOOD], prefix=hidden, shifted=True), ZIPPED_SDIST)
    assert AnomalyKind.HIDDEN_DATA in kinds(contents)
    assert all_read(contents) == {"a.py": CONTENT}


def test_an_archive_in_the_comment_of_another_is_read_as_zipfile_does_and_told():
    content = raw_zip([GOOD, member()], comment=raw_zip([LAST]))
    contents = opened(content, ZIPPED_SDIST)
    assert [one for one in contents.anomalies if "another end record" in one.detail]
    assert all_read(contents) == {"z.py": b"last"}
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["demo-1.0/z.py"]


def test_a_file_that_changes_while_it_is_open_is_not_given():
    content = bytearray(raw_zip([GOOD]))
    file = io.BytesIO(content)
    contents = open_contents(file, filename=ZIPPED_SDIST)
    with file.getbuffer() as view:
        view[60] ^= 1
    with pytest.raises(ArtifactError, match="not what it was"):
        contents.read("a.py")
    with pytest.raises(ArtifactError, match="has no member"):
        contents.read("b.py")


def test_a_large_member_is_hashed_but_not_given(monkeypatch):
    monkeypatch.setattr("pinkeeper.artifacts.zip_contents.GIVEN_LIMIT", 100)
    contents = of(GOOD, LAST)
    (unread,) = contents.unread
    assert (unread.path, unread.size, unread.sha256) == ("a.py", 300, hashlib.sha256(CONTENT).hexdigest())
    assert all_read(contents) == {"z.py": b"last"}
    assert contents.anomalies == ()
