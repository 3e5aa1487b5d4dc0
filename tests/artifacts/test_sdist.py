from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tracemalloc
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.artifacts.sdist import SdistFiles, read_sdist_files
from pinkeeper.errors import ArtifactError, NetworkError
from tests.artifacts.archives import SDIST, link_to, tar_of, zip_of

FILES = {
    "demo-1.0/PKG-INFO": b"info",
    "demo-1.0/demo/PKG-INFO": b"not this one",
    "demo-1.0/demo.egg-info/PKG-INFO": b"nor this one",
    "demo-1.0/pyproject.toml": b"toml",
    "demo-1.0/setup.cfg": b"cfg",
    "demo-1.0/setup.py": b"py",
}
READ = SdistFiles(pkg_info=b"info", pyproject=b"toml", setup_cfg=b"cfg", setup_py=b"py")
MIB = 1024 * 1024


def read(content: bytes, filename: str = SDIST) -> SdistFiles:
    return read_sdist_files(io.BytesIO(content), filename=filename)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".tar.gz", tar_of(FILES)),
        (".tgz", tar_of(FILES)),
        (".tar.bz2", tar_of(FILES, mode="w:bz2")),
        (".tar.xz", tar_of(FILES, mode="w:xz")),
        (".zip", zip_of(FILES)),
        (".zip", zip_of(FILES, method=zipfile.ZIP_STORED)),
    ],
)
def test_the_four_files_are_read_from_every_format(suffix, content):
    assert read(content, f"demo-1.0{suffix}") == READ


@pytest.mark.parametrize("tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_tar_format_is_read(tar_format):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tar_format) as archive:
        for name in ("demo-1.0", "demo-1.0/sub"):
            folder = tarfile.TarInfo(name)
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
        for name, content in (("x" * 99, b"x" * 9999), ("ü" * 40, b"u"), ("PKG-INFO", b"info")):
            info = tarfile.TarInfo(f"demo-1.0/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert read(buffer.getvalue()) == SdistFiles(pkg_info=b"info")


def test_names_may_begin_with_a_dot_folder():
    assert read(tar_of({f"./{name}": content for name, content in FILES.items()})) == READ


def test_an_sdist_without_any_of_the_files_is_read():
    assert read(tar_of({"demo-1.0/README": b""})) == SdistFiles()


def test_reading_stops_when_all_is_found():
    noise = b"".join(hashlib.sha256(bytes([a, b])).digest() for a in range(100) for b in range(100))
    cut = tar_of({**FILES, "demo-1.0/noise": noise})[:-1000]
    assert read(cut) == READ
    with pytest.raises(ArtifactError, match="cannot be read safely"):
        read(tar_of({"demo-1.0/PKG-INFO": b"info", "demo-1.0/noise": noise})[:-1000])


def test_links_and_devices_elsewhere_are_passed_over():
    others = {
        "demo-1.0/a": link_to("/etc/passwd"),
        "demo-1.0/b": link_to("../../x", tarfile.LNKTYPE),
        "demo-1.0/c": link_to("", tarfile.CHRTYPE),
        "demo-1.0/d": link_to("", tarfile.FIFOTYPE),
    }
    assert read(tar_of({**others, **FILES})) == READ


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read safely"),
        (b"garbage", "cannot be read safely"),
        (gzip.compress(b""), "cannot be read safely"),
        (gzip.compress(b"garbage" * 1000), "cannot be read safely"),
        (tar_of(FILES)[:60], "cannot be read safely"),
        (tar_of({"../PKG-INFO": b""}), "leaves the archive: '../PKG-INFO'"),
        (tar_of({"demo-1.0/../PKG-INFO": b""}), "leaves the archive"),
        (tar_of({"/demo-1.0/PKG-INFO": b""}), "leaves the archive"),
        (tar_of({"c:/demo-1.0": b""}), "leaves the archive"),
        (tar_of({"demo-1.0/PKG-INFO": link_to("/etc/passwd")}), "not a regular file"),
        (tar_of({"demo-1.0/setup.py": link_to("demo-1.0/a", tarfile.LNKTYPE)}), "not a regular file"),
        (tar_of({"demo-1.0/setup.cfg": link_to("", tarfile.FIFOTYPE)}), "not a regular file"),
        (tar_of([("demo-1.0/PKG-INFO", b"a"), ("demo-1.0/PKG-INFO", b"b")]), "more than one PKG-INFO"),
        (tar_of({"demo-1.0/PKG-INFO": b"a", "demo-2.0/PKG-INFO": b"b"}), "more than one PKG-INFO"),
        (tar_of({"demo-1.0/PKG-INFO": b"a", "demo-2.0/setup.py": b"b"}), "more than one top-level folder"),
        (tar_of({"demo-1.0/setup.py": b"#" * (MIB + 1)}), "larger than 1048576 bytes"),
        (tar_of({"demo-1.0/PKG-INFO": b"#" * (4 * MIB + 1)}), "larger than 4194304 bytes"),
    ],
)
def test_an_unsound_sdist_is_refused(content, message):
    with pytest.raises(ArtifactError, match=message) as caught:
        read(content)
    assert caught.value.where == SDIST


@pytest.mark.parametrize("suffix", [".tar.bz2", ".tar.xz", ".zip"])
def test_garbage_is_refused_in_every_format(suffix):
    for content in (b"", b"garbage" * 100, tar_of(FILES)):
        with pytest.raises(ArtifactError, match="cannot be read safely"):
            read(content, f"demo-1.0{suffix}")


def test_a_zipped_sdist_with_a_link_is_refused():
    info = zipfile.ZipInfo("demo-1.0/PKG-INFO")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ArtifactError, match="is a link"):
        read(buffer.getvalue(), "demo-1.0.zip")


@pytest.mark.parametrize("filename", ["demo-1.0.egg", "demo-1.0.tar", "demo-1.0.tar.gz.exe"])
def test_other_formats_are_refused(filename):
    with pytest.raises(ArtifactError, match="not the name of an sdist"):
        read(tar_of(FILES), filename)


def test_a_tar_bomb_is_given_up():
    with pytest.raises(ArtifactError, match="unpacks to more than"):
        read(tar_of({"demo-1.0/zeros": bytes(80 * MIB), **FILES}))


def test_members_without_end_are_given_up(monkeypatch):
    monkeypatch.setattr("pinkeeper.artifacts.tar_archive._MEMBER_COUNT_LIMIT", 1000)
    many = {f"demo-1.0/{number}": b"" for number in range(1001)}
    with pytest.raises(ArtifactError, match="more than 1000 members"):
        read(tar_of(many))


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_an_extended_header_of_absurd_length_is_not_read(kind):
    header = tarfile.TarInfo("long")
    header.type = kind
    header.size = 8 * 1024**3
    content = gzip.compress(header.tobuf(tarfile.GNU_FORMAT) + bytes(40 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(ArtifactError, match="absurd length"):
            read(content)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


def test_a_chain_of_extended_headers_is_given_up():
    header = tarfile.TarInfo("long")
    header.type = tarfile.GNUTYPE_LONGNAME
    header.size = 5
    block = header.tobuf(tarfile.GNU_FORMAT) + b"name\0".ljust(512, b"\0")
    with pytest.raises(ArtifactError, match="cannot be read safely"):
        read(gzip.compress(block * 20_000))


def test_a_nul_in_a_name_is_refused():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("demo-1.0/x")
        info.pax_headers = {"path": "demo-1.0/PKG-INFO\0x"}
        archive.addfile(info)
    with pytest.raises(ArtifactError, match="leaves the archive"):
        read(buffer.getvalue())


def test_a_sparse_file_is_refused():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("demo-1.0/PKG-INFO")
        info.pax_headers = {"GNU.sparse.size": "1000", "GNU.sparse.map": "0,1"}
        archive.addfile(info)
    with pytest.raises(ArtifactError, match="not a regular file"):
        read(buffer.getvalue())


def test_errors_of_the_file_itself_pass_through():
    class Broken(io.BytesIO):
        def read(self, *_):
            raise NetworkError("the connection broke", url="https://files.example/demo.tar.gz")

    for suffix in (".tar.gz", ".tar.bz2", ".tar.xz", ".zip"):
        with pytest.raises(NetworkError, match="the connection broke"):
            read_sdist_files(Broken(tar_of(FILES)), filename=f"demo-1.0{suffix}")


SOUND_TAR = tar_of(FILES, mode="w:").rstrip(b"\0") + bytes(1024)


@given(st.lists(st.tuples(st.integers(0, len(SOUND_TAR) - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(deadline=None)
def test_a_damaged_tar_is_read_or_refused(changes):
    content = bytearray(SOUND_TAR)
    for at, value in changes:
        content[at] = value
    with suppress(ArtifactError):
        assert isinstance(read(gzip.compress(bytes(content), 1)), SdistFiles)


@given(st.binary(max_size=300), st.integers(0, 200), st.sampled_from([".tar.gz", ".tar.bz2", ".tar.xz", ".zip"]))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(content, keep, suffix):
    sound = {".tar.gz": tar_of(FILES), ".zip": zip_of(FILES)}.get(suffix, b"")
    for candidate in (content, sound[:keep] + content, sound[:keep] + content + sound[keep + len(content) :]):
        with suppress(ArtifactError):
            assert isinstance(read(candidate, f"demo-1.0{suffix}"), SdistFiles)
