"""Whatever is done to a good archive: it opens or is refused, and without an anomaly other readers see the same."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.artifacts.contents import AnomalyKind, Contents
from pinkeeper.artifacts.listed_members import listed_members
from pinkeeper.artifacts.member_names import path_shown, printable
from pinkeeper.errors import ArtifactError
from tests.artifacts.archives import SDIST, WHEEL, tar_of, zip_of
from tests.artifacts.opening import RECORD_KINDS, ZIPPED_SDIST, all_read, kinds_of_archive, opened
from tests.artifacts.raw_zip import RawMember, deflated, raw_zip
from tests.support.distributions import make_sdist, make_wheel

FILES = {"demo/__init__.py": "x = 1\n" * 40, "demo/data.bin": bytes(range(256)) * 3, "demo/sub/b.py": ""}
GOOD_WHEEL = make_wheel("demo", "1.0", files=FILES, compress=True).content
STORED_WHEEL = make_wheel("demo", "1.0", files=FILES).content
GOOD_SDIST = make_sdist("demo", "1.0", files=FILES, setup_py="import setuptools\n").content
ZIP_SDIST = make_sdist("demo", "1.0", files=FILES, format="zip").content
PLAIN_TAR = gzip.decompress(GOOD_SDIST)
MEMBERS = {"demo-1.0/PKG-INFO": b"Name: demo", "demo-1.0/a.py": b"x = 1\n" * 50}
SAMPLES = [
    (GOOD_WHEEL, WHEEL),
    (STORED_WHEEL, WHEEL),
    (ZIP_SDIST, ZIPPED_SDIST),
    (GOOD_SDIST, SDIST),
    (gzip.compress(PLAIN_TAR, mtime=0), SDIST),
    (tar_of(MEMBERS, mode="w:bz2"), "demo-1.0.tar.bz2"),
    (tar_of(MEMBERS, mode="w:xz"), "demo-1.0.tar.xz"),
]

Mutation = Callable[[bytes], bytes]


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """Some bytes flipped, cut out, put in, or copied from elsewhere; mostly near the end, where a directory is."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        size = len(changed)
        at = draw(st.one_of(st.integers(0, size), st.integers(max(0, size - 400), size)))
        length = draw(st.sampled_from([1, 2, 4, 8, 30, 512]))
        match draw(st.sampled_from(["flip", "set", "cut", "put", "copy", "move"])):
            case "flip" if at < size:
                changed[at] ^= 1 << draw(st.integers(0, 7))
            case "set":
                changed[at : at + length] = draw(st.sampled_from([b"\0", b"\xff"])) * min(length, size - at)
            case "cut":
                del changed[at : at + length]
            case "put":
                changed[at:at] = draw(st.binary(max_size=40))
            case "copy":
                start = draw(st.integers(0, size))
                changed[at:at] = changed[start : start + draw(st.integers(0, 600))]
            case _:
                start = draw(st.integers(0, size))
                part = changed[start : start + length]
                changed[at : at + len(part)] = part
    return bytes(changed)


def opened_or_refused(content: bytes, filename: str) -> Contents | None:
    try:
        contents = opened(content, filename)
    except ArtifactError:
        return None
    all_read(contents)
    for anomaly in contents.anomalies:
        assert anomaly.detail.isprintable()
        assert anomaly.path is None or anomaly.path.isprintable()
    for unread in contents.unread:
        assert unread.path.isprintable()
        assert unread.reason.isprintable()
    return contents


@settings(max_examples=150)
@given(data=st.data())
def test_a_changed_archive_opens_or_is_refused(data):
    content, filename = data.draw(st.sampled_from(SAMPLES))
    opened_or_refused(data.draw(mutated(content)), filename)


def seen_by_zipfile(content: bytes) -> dict[str, bytes] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except Exception:  # noqa: BLE001 - what zipfile raises for bad bytes is no closed set
        return None


@settings(max_examples=150)
@given(data=st.data())
def test_without_an_anomaly_zipfile_sees_the_same(data):
    content, filename = data.draw(st.sampled_from([(GOOD_WHEEL, WHEEL), (STORED_WHEEL, WHEEL)]))
    changed = data.draw(mutated(content))
    contents = opened_or_refused(changed, filename)
    if contents is not None and not contents.anomalies:
        assert all_read(contents) == seen_by_zipfile(changed)
        listed = listed_members(io.BytesIO(changed), filename=filename)
        assert {one.path: one.size for one in listed} == {one.path: one.size for one in contents.entries.values()}


@settings(max_examples=150)
@given(data=st.data())
def test_what_zipfile_reads_is_read_as_the_same_or_told(data):
    """The content under each name is what zipfile gives, unless the member is told of."""
    changed = data.draw(mutated(data.draw(st.sampled_from([GOOD_WHEEL, STORED_WHEEL]))))
    theirs = seen_by_zipfile(changed)
    contents = opened_or_refused(changed, WHEEL)
    if theirs is not None and contents is not None:
        ours = all_read(contents)
        told = {anomaly.path for anomaly in contents.anomalies}
        for name, content in theirs.items():
            assert ours.get(printable(name)) == content or path_shown(name) in told


def seen_by_tarfile(content: bytes) -> dict[str, bytes] | None:
    found = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for info in archive:
                file = None if info.issym() or info.islnk() else archive.extractfile(info)
                if file is not None:
                    found[info.name.removeprefix("demo-1.0/")] = file.read()
    except Exception:  # noqa: BLE001 - what tarfile raises for bad bytes is no closed set
        return None
    return found


def below_their_folder(found: dict[str, bytes]) -> dict[str, bytes] | None:
    """Files below the one folder at the top, whatever it is called now; None where there are several."""
    tops = {name.partition("/")[0] for name in found}
    return {name.partition("/")[2]: content for name, content in found.items()} if len(tops) == 1 else None


def resummed(content: bytes) -> bytes:
    """With right checksums in all that may be headers, so that changes in them are met."""
    changed = bytearray(content)
    for at in range(0, len(changed) - 511, 512):
        block = changed[at : at + 512]
        if block[257:262] == b"ustar":
            block[148:156] = b" " * 8
            changed[at + 148 : at + 156] = b"%06o\0 " % sum(block)
    return bytes(changed)


@settings(max_examples=150)
@given(data=st.data())
def test_without_an_anomaly_tarfile_sees_the_same(data):
    changed = data.draw(mutated(PLAIN_TAR[: 512 * 12]))
    if data.draw(st.booleans()):
        changed = resummed(changed)
    contents = opened_or_refused(gzip.compress(changed, 1, mtime=0), SDIST)
    if contents is not None and not contents.anomalies:
        ours, theirs = all_read(contents), seen_by_tarfile(changed)
        assert ours == theirs or (theirs is not None and ours == below_their_folder(theirs))


SMALL = st.sampled_from([0, 1, 2, 8, 9, 12, 0x800, 0xFFFF])
EXTRAS = st.sampled_from([b"", b"\0", b"\1\0\x08\0" + bytes(8), b"\1\0\x10\0" + b"\3" * 16, b"up\x06\0\1....x"])


@st.composite
def odd_members(draw: st.DrawFn) -> RawMember:
    """A member with any of its fields wrong, or none."""
    content = draw(st.sampled_from([b"", b"x = 1\n", b"y = 2\n" * 9, raw_zip([RawMember(name=b"i", content=b"in")])]))
    packed = draw(st.booleans())
    local = draw(
        st.dictionaries(st.sampled_from(["flags", "method", "crc", "packed", "size"]), SMALL, max_size=2)
        | st.just({"name": b"demo/other.py"})
        | st.just({})
    )
    wrong = draw(st.dictionaries(st.sampled_from(["crc", "size", "packed", "offset", "flags"]), SMALL, max_size=1))
    member = RawMember(
        **{
            "name": draw(st.sampled_from([b"demo/a.py", b"demo/b.py", b"demo/c/", b"demo\\d.py", b"demo/\xc3\xbc.py"])),
            "content": content,
            "method": 8 if packed else 0,
            "data": deflated(content) + draw(st.sampled_from([b"", b"", b"tail"])) if packed else None,
            "flags": draw(st.sampled_from([0, 0, 2, 8, 0x800])),
            "local": local,
            "local_extra": draw(EXTRAS),
            "entry_extra": draw(EXTRAS),
            "before": draw(st.sampled_from([b"", b"", b"gap"])),
            "behind": draw(st.sampled_from([b"", b"", bytes(12), b"PK\x07\x08" + bytes(12)])),
            "without_local": draw(st.integers(0, 9)) == 0,
            "without_entry": draw(st.integers(0, 9)) == 0,
            **wrong,
        }
    )
    # zipfile takes a name that is not marked as UTF-8 for another one, which is told under the name that it is here.
    return member if member.name.isascii() else replace(member, flags=member.flags | 0x800)


@settings(max_examples=200)
@given(members=st.lists(odd_members(), max_size=5), prefix=st.sampled_from([b"", b"", b"#!"]), shifted=st.booleans())
def test_odd_archives_are_seen_as_by_zipfile_or_told(members, prefix, shifted):
    content = raw_zip(members, prefix=prefix, shifted=shifted)
    contents = opened_or_refused(content, WHEEL)
    theirs = seen_by_zipfile(content)
    if contents is None or theirs is None:
        return
    ours = all_read(contents)
    told = {anomaly.path for anomaly in contents.anomalies if anomaly.kind not in RECORD_KINDS}
    for name, seen in theirs.items():
        assert ours.get(printable(name)) == seen or path_shown(name) in told or None in told
    if not told or set(kinds_of_archive(contents)) == {AnomalyKind.DUPLICATE_NAME}:
        assert ours == theirs


def tar_header(name: str, kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")[-512:]


RECORDS = st.sampled_from(
    [
        b"20 path=demo-1.0/x.y\n",
        b"10 size=3\n",
        b"12 size=512\n",
        b"13 comment=x\n",
        b"9 path=\xff\n",
        b"7 a=b",
        b"",
        bytes(2),
    ]
)


@st.composite
def tar_parts(draw: st.DrawFn) -> bytes:
    """One member or extended header, its size right or wrong."""
    kind = draw(st.sampled_from([b"0", b"0", b"0", b"\0", b"7", b"Z", b"1", b"2", b"5", b"6", b"x", b"g", b"L", b"K"]))
    match kind:
        case b"x" | b"g":
            content = b"".join(draw(st.lists(RECORDS, min_size=1, max_size=2)))
        case b"L" | b"K":
            content = draw(st.sampled_from([b"demo-1.0/long\0", b"demo-1.0/long", b"\0"]))
        case b"1" | b"2" | b"5" | b"6":
            content = b""
        case _:
            content = draw(st.sampled_from([b"", b"abc", b"x" * 512, b"y" * 600]))
    size = draw(st.sampled_from([len(content)] * 8 + [0, 3, 512]))
    name = draw(st.sampled_from(["demo-1.0/a", "demo-1.0/b", "./demo-1.0/c", "demo-1.0/d/", "demo-1.0/PKG-INFO"]))
    return tar_header(name, kind, size) + content + bytes(-len(content) % 512)


@settings(max_examples=300)
@given(parts=st.lists(tar_parts(), min_size=1, max_size=6), end=st.sampled_from([b"", bytes(512), bytes(1024)]))
def test_odd_tars_are_seen_as_by_tarfile_or_told(parts, end):
    content = b"".join(parts) + end
    contents = opened_or_refused(gzip.compress(content, 1, mtime=0), SDIST)
    if contents is not None and not contents.anomalies:
        assert all_read(contents) == {
            name.removeprefix("./demo-1.0/"): seen for name, seen in (seen_by_tarfile(content) or {}).items()
        }
        assert seen_by_tarfile(content) is not None


NAMES = st.text(st.characters(codec="utf-8") | st.sampled_from("./\\:\0\x1b\u202e\u200b"), max_size=20)


@settings(max_examples=200)
@given(names=st.lists(NAMES, max_size=6), as_wheel=st.booleans())
def test_any_names_are_printable_paths_or_told(names, as_wheel):
    members = [RawMember(name=name.encode(), content=b"x", flags=0x0800) for name in names]
    contents = opened_or_refused(raw_zip(members), WHEEL if as_wheel else ZIPPED_SDIST)
    assert contents is not None
    for path in contents.entries:
        assert not path.startswith("/")
        assert {"..", ".", ""}.isdisjoint(path.split("/"))
    told = {anomaly.path for anomaly in contents.anomalies}
    for name in names:
        assert name in contents.entries or path_shown(name) in told or name[-1:] == "/" or not as_wheel


@pytest.mark.parametrize("content", [zip_of({"demo-1.0/a": b""}), raw_zip([])])
def test_opening_twice_gives_the_same(content):
    one, other = opened(content, ZIPPED_SDIST), opened(content, ZIPPED_SDIST)
    assert (one.entries, one.anomalies, one.unread, one.sha256) == (
        other.entries,
        other.anomalies,
        other.unread,
        other.sha256,
    )
