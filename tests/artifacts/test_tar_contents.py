from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
from collections.abc import Callable

import pytest

from pinkeeper.artifacts.contents import AnomalyKind, open_contents
from pinkeeper.errors import ArtifactError
from tests.artifacts.archives import SDIST, link_to
from tests.artifacts.opening import all_read, kinds, opened
from tests.support.distributions import make_sdist

CONTENT = b"print('hello')\n" * 20
ZEROS = bytes(1024)


def header(name: bytes | str = b"demo-1.0/b.py", **fields) -> bytes:
    """One block, its checksum right whatever is in it. Fields by name; ``raw`` replaces bytes from an offset."""
    raw = fields.pop("raw", {})
    info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name)
    for key, value in fields.items():
        setattr(info, key, value)
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")[-512:])
    for at, value in raw.items():
        block[at : at + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def member(name: bytes | str = b"demo-1.0/b.py", content: bytes = CONTENT, **fields) -> bytes:
    return header(name, **{"size": len(content), **fields}) + padded(content)


def records(**said: str) -> bytes:
    found = b""
    for key, value in said.items():
        rest = f" {key.replace('__', '.')}={value}\n".encode("utf-8", "surrogateescape")
        size = len(rest) + 1
        while size != len(rest) + len(str(size)):
            size += 1
        found += str(size).encode() + rest
    return found


def pax(kind: bytes = b"x", **said: str) -> bytes:
    return member("pax", records(**said), type=kind)


def long_name(name: bytes, kind: bytes = b"L") -> bytes:
    return member("././@LongLink", name + b"\0", type=kind)


GOOD = member(b"demo-1.0/a.py")
LAST = member(b"demo-1.0/z.py", b"last")


def of(*parts: bytes, end: bytes = ZEROS):
    return opened(gzip.compress(b"".join(parts) + end, mtime=0), SDIST)


def as_tarfile_reads(*parts: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(b"".join(parts) + ZEROS), errorlevel=2) as archive:
        for info in archive:
            file = archive.extractfile(info) if not info.issym() and not info.islnk() else None
            if file is not None:
                found[info.name.removeprefix("demo-1.0/")] = file.read()
    return found


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [
        (".tar.gz", gzip.compress),
        (".tgz", gzip.compress),
        (".tar.bz2", bz2.compress),
        (".tar.xz", lzma.compress),
    ],
)
def test_every_packing_is_read(suffix: str, pack: Callable[[bytes], bytes]):
    content = pack(member(b"demo-1.0/PKG-INFO") + member(b"demo-1.0/bin/run", b"#!", mode=0o755) + ZEROS)
    file = io.BytesIO(content)
    contents = open_contents(file, filename=f"demo-1.0{suffix}")
    assert contents.anomalies == ()
    assert contents.unread == ()
    assert not contents.is_wheel
    assert (contents.sha256, contents.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert all_read(contents) == {"PKG-INFO": CONTENT, "bin/run": b"#!"}
    assert [entry.executable for entry in contents.entries.values()] == [False, True]
    contents.close()
    assert file.closed
    with pytest.raises(ArtifactError):
        contents.read("PKG-INFO")


def test_an_sdist_is_read_whole():
    built = make_sdist("demo", "1.0", setup_py="pass", files={"demo/__init__.py": b"x" * 3_000_000})
    contents = opened(built.content, built.filename)
    assert contents.anomalies == ()
    assert sorted(all_read(contents)) == ["PKG-INFO", "demo/__init__.py", "setup.py"]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_what_builders_write_is_no_anomaly(form):
    names = ["demo-1.0/a.py", "demo-1.0/" + "folder/" * 12 + "long" * 8 + ".py", "demo-1.0/grün/ß.py"]
    if form != tarfile.USTAR_FORMAT:
        names.append("demo-1.0/" + "very" * 60 + ".py")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=form, pax_headers={"comment": "0123456789abcdef"}) as archive:
        folder = tarfile.TarInfo("demo-1.0")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        for number, name in enumerate(names):
            info = tarfile.TarInfo(name)
            info.size, info.uid, info.mtime, info.uname = len(CONTENT), 2**31 * number, 1.5 * number, "müller"
            if form == tarfile.USTAR_FORMAT:
                info.uid = info.mtime = 0
            archive.addfile(info, io.BytesIO(CONTENT))
    contents = opened(buffer.getvalue(), SDIST)
    assert contents.anomalies == ()
    assert all_read(contents).keys() == {name.removeprefix("demo-1.0/") for name in names}


@pytest.mark.parametrize(
    "parts",
    [
        (GOOD, LAST),
        (header("./", type=b"5"), header("./demo-1.0/", type=b"5"), member("./demo-1.0/a.py")),
        (header(".", type=b"5"), GOOD),
        (pax(b"g", comment="0123"), GOOD),
        (pax(path="demo-1.0/grün.py", mtime="1.5"), GOOD),
        (pax(size="300"), GOOD),
        (long_name(b"demo-1.0/" + b"n" * 200), GOOD),
        (member(type=b"\0"),),
        (member(type=b"7"),),
        (header("demo-1.0/old/", type=b"\0"), GOOD),
        (header("demo-1.0/b.py", size=300, raw={124: b"\x80" + bytes(9) + b"\x01\x2c"}) + padded(CONTENT),),
        (header("demo-1.0/b.py", size=300, raw={124: b"       454 \0"}) + padded(CONTENT),),
        (header("demo-1.0/b.py", size=300, raw={136: b"\xff" * 12}) + padded(CONTENT),),
    ],
)
def test_sound_headers_are_read_as_tarfile_reads_them(parts):
    contents = of(*parts)
    assert contents.anomalies == ()
    assert contents.unread == ()
    expected = {name.removeprefix("./demo-1.0/"): content for name, content in as_tarfile_reads(*parts).items()}
    assert all_read(contents) == expected


@pytest.mark.parametrize(
    ("parts", "kind", "said"),
    [
        ((pax(size="4"), GOOD), AnomalyKind.HEADER_MISMATCH, "300 bytes by its header and 4 by another"),
        ((pax(path="demo-1.0/b"), long_name(b"demo-1.0/c"), GOOD), AnomalyKind.HEADER_MISMATCH, "two extended headers"),
        ((long_name(b"demo-1.0/c"), pax(path="demo-1.0/b"), GOOD), AnomalyKind.HEADER_MISMATCH, "two extended headers"),
        ((pax(path="demo-1.0/b"), pax(path="demo-1.0/c"), GOOD), AnomalyKind.HEADER_MISMATCH, "two extended headers"),
        (
            (member("pax", records(path="demo-1.0/b") + records(path="demo-1.0/c"), type=b"x"), GOOD),
            AnomalyKind.HEADER_MISMATCH,
            "says its path twice",
        ),
        ((pax(b"g", path="demo-1.0/all"), GOOD), AnomalyKind.HEADER_MISMATCH, "names or measures all"),
        (
            (header("demo-1.0/d", type=b"5", size=512), GOOD),
            AnomalyKind.HEADER_MISMATCH,
            "is no file and has 512 bytes",
        ),
        (
            (header("demo-1.0/b.py", size=300, raw={257: b"\0" * 8, 345: b"pre"}) + padded(CONTENT), GOOD),
            AnomalyKind.HEADER_MISMATCH,
            "for some readers alone",
        ),
        ((GOOD, member(type=b"Z")), AnomalyKind.ODD_MEMBER, "of the kind 'Z'"),
        ((GOOD, member("other/b.py")), AnomalyKind.MISPLACED, "outside of the top-level folder 'demo-1.0'"),
        ((GOOD, member("setup.py")), AnomalyKind.MISPLACED, "outside of the top-level folder 'demo-1.0'"),
        ((GOOD, member("demo-1.0/A.py")), AnomalyKind.CASE_COLLISION, "the same file as"),
        ((GOOD, member("demo-1.0/a.py/c.py")), AnomalyKind.DUPLICATE_NAME, "a file and a folder"),
        ((GOOD, member("demo-1.0//b.py")), AnomalyKind.ODD_NAME, "empty or '.' parts"),
        ((GOOD, member("demo-1.0/b.py/")), AnomalyKind.ODD_NAME, "empty or '.' parts"),
        ((GOOD, member(b"demo-1.0/\xff.py")), AnomalyKind.ODD_NAME, "cannot be seen or decoded"),
        ((GOOD, member(b"demo-1.0/\x1b[2J.py")), AnomalyKind.ODD_NAME, "cannot be seen or decoded"),
        ((GOOD, pax(path="demo-1.0/zero\u200bwidth.py"), LAST), AnomalyKind.ODD_NAME, "cannot be seen or decoded"),
    ],
)
def test_what_is_wrong_is_told_and_the_members_read(parts, kind, said):
    contents = of(*parts)
    assert [one for one in contents.anomalies if one.kind is kind and said in one.detail], contents.anomalies
    assert contents.unread == ()
    assert sorted(map(len, all_read(contents).values())) == sorted(map(len, as_tarfile_reads(*parts).values()))


@pytest.mark.parametrize(
    ("last", "kind", "said"),
    [
        (header("demo-1.0/b.py", raw={136: b"not a time  "}), AnomalyKind.HEADER_MISMATCH, "some readers end"),
        (pax(path="demo-1.0/lost.py"), AnomalyKind.DAMAGED_MEMBER, "has no member behind it"),
        (pax(b"g", comment="0123"), AnomalyKind.DAMAGED_MEMBER, "has no member behind it"),
    ],
)
def test_what_tarfile_does_not_come_to_the_end_of_is_told(last, kind, said):
    contents = of(GOOD, last)
    (anomaly,) = contents.anomalies
    assert anomaly.kind is kind
    assert said in anomaly.detail
    assert all_read(contents)["a.py"] == CONTENT


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((header("demo-1.0/link", type=b"2", linkname="../../etc/passwd"),), AnomalyKind.LINK),
        ((header("demo-1.0/link", type=b"1", linkname="demo-1.0/a.py"),), AnomalyKind.LINK),
        ((header("demo-1.0/null", type=b"3", devmajor=1, devminor=3),), AnomalyKind.DEVICE),
        ((header("demo-1.0/disk", type=b"4"),), AnomalyKind.DEVICE),
        ((header("demo-1.0/pipe", type=b"6"),), AnomalyKind.DEVICE),
        ((member("demo-1.0/sparse", type=b"S"),), AnomalyKind.ODD_MEMBER),
        ((member("demo-1.0/sparse", type=b"S", raw={482: b"\1"})[:512] + ZEROS[:512] + padded(CONTENT),),
         AnomalyKind.ODD_MEMBER),
        ((pax(GNU__sparse__major="1", GNU__sparse__minor="0"), member()), AnomalyKind.ODD_MEMBER),
        ((member("../evil.py"),), AnomalyKind.UNSAFE_PATH),
        ((member("/etc/evil.py"),), AnomalyKind.UNSAFE_PATH),
        ((member("demo-1.0/../../evil.py"),), AnomalyKind.UNSAFE_PATH),
        ((member(""),), AnomalyKind.UNSAFE_PATH),
        ((pax(path="demo-1.0/evil.py\0.txt"), member()), AnomalyKind.UNSAFE_PATH),
        ((pax(path="demo-1.0/" + "n" * 5000), member()), AnomalyKind.UNSAFE_PATH),
    ],
)  # fmt: skip
def test_a_member_that_must_not_be_read_is_left_out_and_told(parts, kind):
    contents = of(GOOD, *parts, LAST)
    assert set(kinds(contents)) == {kind}
    assert all_read(contents) == {"a.py": CONTENT, "z.py": b"last"}
    (unread,) = contents.unread
    assert unread.path.isprintable()


def test_where_a_link_leads_is_told():
    contents = of(
        GOOD,
        header("demo-1.0/sub/one", type=b"2", linkname="../a.py"),
        header("demo-1.0/two", type=b"2", linkname="/etc/passwd"),
        header("demo-1.0/three", type=b"1", linkname="demo-1.0/a.py"),
        header("demo-1.0/\x1b", type=b"2", linkname="\x1b[2J"),
    )
    details = [anomaly.detail for anomaly in contents.anomalies if anomaly.kind is AnomalyKind.LINK]
    assert details == [
        "it is a link to '../a.py', a file of the archive",
        "it is a link to '/etc/passwd', no file of the archive",
        "it is a link to 'demo-1.0/a.py', a file of the archive",
        r"it is a link to '\x1b[2J', no file of the archive",
    ]


def test_a_file_that_is_written_through_a_link_is_told():
    contents = of(GOOD, header("demo-1.0/out", type=b"2", linkname="/tmp"), member("demo-1.0/out/b.py"))
    assert set(kinds(contents)) == {AnomalyKind.LINK, AnomalyKind.DUPLICATE_NAME}


def test_of_two_members_with_one_name_the_last_counts():
    contents = of(member(content=b"first"), GOOD, member(content=b"second"))
    assert kinds(contents) == [AnomalyKind.DUPLICATE_NAME]
    assert all_read(contents) == {"a.py": CONTENT, "b.py": b"second"}


@pytest.mark.parametrize(
    "behind",
    [
        ZEROS[:512] + GOOD,
        ZEROS + GOOD,
        ZEROS + bytes(100_000) + b"x",
    ],
)
def test_bytes_behind_the_first_block_of_zeros_are_hidden(behind):
    contents = of(LAST, end=behind)
    assert kinds(contents) == [AnomalyKind.HIDDEN_DATA]
    assert all_read(contents) == {"z.py": b"last"}


@pytest.mark.parametrize("end", [b"", ZEROS[:512], ZEROS, bytes(10240)])
def test_an_archive_may_end_with_any_number_of_zeros(end):
    assert of(GOOD, end=end).anomalies == ()


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_what_stands_behind_the_packed_data_is_hidden(suffix, pack):
    packed = pack(GOOD + ZEROS)
    filename = f"demo-1.0.tar.{suffix}"
    for behind in (b"x", b"\0\0\0\0x", b"x" * 1_000_000):
        assert kinds(opened(packed + behind, filename)) == [AnomalyKind.HIDDEN_DATA]
    assert opened(packed + bytes(300_000), filename).anomalies == ()
    contents = opened(pack(GOOD) + bytes(4) + pack(LAST) + pack(ZEROS), filename)
    assert kinds(contents) == [AnomalyKind.HIDDEN_DATA]
    assert sorted(all_read(contents)) == ["a.py", "z.py"]


def test_a_damaged_header_ends_what_is_read_and_is_told():
    damaged = bytearray(member())
    damaged[3] ^= 1
    contents = of(GOOD, bytes(damaged), LAST)
    assert kinds(contents) == [AnomalyKind.DAMAGED_MEMBER]
    assert all_read(contents) == {"a.py": CONTENT}
    assert contents.unread[0].path == SDIST


@pytest.mark.parametrize(
    "bad",
    [
        pax(size="many") + GOOD,
        pax(size="9" * 5000) + GOOD,
        member("pax", b"99 path=x\n", type=b"x") + GOOD,
        member("pax", b"path=x\n", type=b"x") + GOOD,
        member("pax", b"9 path=xy", type=b"x") + GOOD,
        member("pax", b"0 path=xy", type=b"x") + GOOD,
        pax(comment="x" * 2_000_000) + GOOD,
        pax(comment="x") * 50 + GOOD,
        header("pax", type=b"x", size=2**40),
        header("long", type=b"L", size=100),
        header(raw={124: b"not a number"}),
        header(raw={124: b"\xff" * 12}),
        GOOD[:300],
    ],
)
def test_headers_that_cannot_be_read_end_the_archive(bad):
    contents = of(GOOD, bad, end=b"")
    assert kinds(contents) == [AnomalyKind.DAMAGED_MEMBER]
    assert all_read(contents) == {"a.py": CONTENT}


def test_what_cannot_be_an_archive_is_refused():
    good = gzip.compress(GOOD + ZEROS)
    for wrong in (
        b"",
        b"\x1f\x8b",
        good[:20],
        b"x" * 10_000,
        GOOD + ZEROS,
        gzip.compress(b""),
        gzip.compress(b"x" * 5000),
        gzip.compress(GOOD[:100]),
        bz2.compress(GOOD),
        good[:12] + b"\xff" * 40 + good[52:],
    ):
        with pytest.raises(ArtifactError, match=r"demo-1\.0\.tar\.gz: the archive cannot be read"):
            opened(wrong, SDIST)


def test_a_cut_archive_gives_what_stands_before_the_cut():
    contents = of(GOOD, LAST[:514], end=b"")
    assert kinds(contents) == [AnomalyKind.DAMAGED_MEMBER]
    assert all_read(contents) == {"a.py": CONTENT}
    assert [unread.path for unread in contents.unread] == ["demo-1.0/z.py"]


def test_an_archive_that_is_cut_behind_a_content_is_told():
    contents = of(GOOD, LAST[:600], end=b"")
    assert kinds(contents) == [AnomalyKind.DAMAGED_MEMBER]
    assert all_read(contents) == {"a.py": CONTENT, "z.py": b"last"}
    assert contents.unread == ()


def test_contents_beyond_what_is_kept_are_hashed_alone(monkeypatch):
    monkeypatch.setattr("pinkeeper.artifacts.tar_contents.KEPT_TOTAL_LIMIT", 310)
    contents = of(GOOD, member(), LAST)
    assert contents.anomalies == ()
    assert sorted(all_read(contents)) == ["a.py", "z.py"]
    (unread,) = contents.unread
    assert (unread.path, unread.size, unread.sha256) == ("b.py", 300, hashlib.sha256(CONTENT).hexdigest())


def test_the_folder_of_pkg_info_is_the_top_level_one():
    contents = of(member("demo-1.0/PKG-INFO"), *(member(f"other/{number}") for number in range(3)))
    assert sorted(all_read(contents)) == ["PKG-INFO", "other/0", "other/1", "other/2"]
    assert kinds(contents) == [AnomalyKind.MISPLACED] * 3


def test_a_file_beside_the_folder_takes_the_place_of_one_in_it_as_for_pip():
    contents = of(member("demo-1.0/PKG-INFO"), member("demo-1.0/setup.py", b"benign"), member("setup.py", b"evil"))
    assert all_read(contents) == {"PKG-INFO": CONTENT, "demo-1.0/setup.py": b"benign", "setup.py": b"evil"}
    assert [(one.kind, one.path) for one in contents.anomalies] == [(AnomalyKind.MISPLACED, "setup.py")]


def test_of_three_files_for_two_places_one_is_left_out_and_told():
    parts = [member(name) for name in ("demo-1.0/PKG-INFO", "demo-1.0/s", "demo-1.0/demo-1.0/s", "s")]
    contents = of(*parts)
    assert sorted(all_read(contents)) == ["PKG-INFO", "demo-1.0/s", "s"]
    assert [unread.path for unread in contents.unread] == ["s"]
    assert kinds(contents) == [AnomalyKind.MISPLACED]


def test_an_sdist_without_a_folder_is_told():
    contents = of(member("PKG-INFO"), member("setup.py"))
    assert kinds(contents) == [AnomalyKind.MISPLACED]
    assert sorted(all_read(contents)) == ["PKG-INFO", "setup.py"]


def test_links_made_by_tarfile_are_links():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = link_to("target")
        info.name = "demo-1.0/link"
        archive.addfile(info)
    assert kinds(opened(buffer.getvalue(), SDIST)) == [AnomalyKind.LINK]
