from __future__ import annotations

import tarfile

import pytest

from pinkeeper.artifacts.unpack import unpack_sdist
from pinkeeper.errors import ArtifactError
from tests.artifacts.archives import link_to, tar_of, zip_of

FILES = {"demo-1.0/setup.py": b"setup", "demo-1.0/demo/__init__.py": b"", "demo-1.0/data/x": b"\0\1"}


@pytest.fixture
def into(tmp_path):
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def unpack(tmp_path, into, content, filename="demo-1.0.tar.gz"):
    path = tmp_path / filename
    path.write_bytes(content)
    return unpack_sdist(path, into)


@pytest.mark.parametrize(("filename", "content"), [("demo-1.0.tar.gz", tar_of(FILES)), ("demo-1.0.zip", zip_of(FILES))])
def test_the_files_are_written_below_the_one_folder(tmp_path, into, filename, content):
    project = unpack(tmp_path, into, content, filename)
    assert project == into / "demo-1.0"
    written = {path.relative_to(into).as_posix(): path.read_bytes() for path in into.rglob("*") if path.is_file()}
    assert written == FILES


def test_links_to_files_of_the_archive_become_copies(tmp_path, into):
    links = {
        "demo-1.0/demo/copy.py": link_to("../setup.py"),
        "demo-1.0/hard.py": link_to("demo-1.0/setup.py", tarfile.LNKTYPE),
    }
    project = unpack(tmp_path, into, tar_of({**links, **FILES}))
    for path in (project / "demo" / "copy.py", project / "hard.py"):
        assert path.read_bytes() == b"setup"
        assert not path.is_symlink()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"demo-1.0/a": link_to("/etc/passwd")}, "leads to no file of the archive"),
        ({"demo-1.0/a": link_to("../../outside")}, "leads to no file of the archive"),
        ({"demo-1.0/a": link_to("a")}, "leads to no file of the archive"),
        ({"demo-1.0/a": link_to("../outside", tarfile.LNKTYPE)}, "leads to no file of the archive"),
        ({"demo-1.0/a": link_to("", tarfile.CHRTYPE)}, "not a regular file"),
        ({"demo-1.0/a": link_to("", tarfile.FIFOTYPE)}, "not a regular file"),
        ({"../outside": b""}, "leaves the archive"),
        ({"/outside": b""}, "leaves the archive"),
        ([("demo-1.0/a", b"1"), ("demo-1.0/a", b"2")], "two members named"),
        ([("demo-1.0/a", b"1"), ("demo-1.0/./a", b"2")], "two members named"),
        ([("demo-1.0/a", b"1"), ("demo-1.0/a/b", b"2")], "cannot be unpacked"),
        ({"demo-1.0/" + "x" * 300: b""}, "cannot be unpacked"),
        ({"demo-1.0/a": b"", "demo-2.0/a": b""}, "2 top-level folders"),
        ({"a": b""}, "no top-level folders"),
    ],
)
def test_what_could_do_harm_is_refused(tmp_path, into, members, message):
    with pytest.raises(ArtifactError, match=message):
        unpack(tmp_path, into, tar_of(members))
    assert {path.name for path in tmp_path.iterdir()} == {"into", "demo-1.0.tar.gz"}


def test_a_link_cannot_be_written_through(tmp_path, into):
    members = [("demo-1.0/out", link_to(str(tmp_path))), ("demo-1.0/out/evil", b"x")]
    with pytest.raises(ArtifactError):
        unpack(tmp_path, into, tar_of(members))
    assert not (tmp_path / "evil").exists()


def test_other_formats_are_refused(tmp_path, into):
    with pytest.raises(ArtifactError, match="not the name of an sdist"):
        unpack(tmp_path, into, tar_of(FILES), "demo-1.0.egg")
