from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import tarfile
import zipfile

import pytest
from packaging.metadata import Metadata
from packaging.tags import Tag
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from tests.support.distributions import Built, make_sdist, make_wheel


def read_zip(built: Built) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(built.content))


def read_tar(built: Built) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(built.content))


def test_a_wheel_is_named_as_packaging_reads_it():
    built = make_wheel("Some.Name", "1.0.post1+local.1", tag="cp311.cp312-abi3-any", build="7x")
    name, version, build, tags = parse_wheel_filename(built.filename)
    assert (name, version, build) == ("some-name", Version("1.0.post1+local.1"), (7, "x"))
    assert tags == {Tag("cp311", "abi3", "any"), Tag("cp312", "abi3", "any")}


def test_a_wheels_metadata_is_valid_and_inside_it():
    built = make_wheel(
        "Thing",
        "2",
        requires=["other>=1", 'third; extra == "more"'],
        requires_python=">=3.9",
        extras=["more"],
        extra_metadata=["Summary: a thing"],
    )
    assert built.metadata is not None
    metadata = Metadata.from_email(built.metadata)
    assert [str(requirement) for requirement in metadata.requires_dist or ()] == [
        "other>=1",
        'third; extra == "more"',
    ]
    assert metadata.provides_extra == ["more"]
    assert str(metadata.requires_python) == built.requires_python == ">=3.9"
    assert metadata.summary == "a thing"
    with read_zip(built) as archive:
        assert archive.read("thing-2.dist-info/METADATA") == built.metadata


@pytest.mark.parametrize("compress", [False, True])
def test_the_record_of_a_wheel_lists_every_member_with_its_hash_and_size(compress):
    files = {"thing/data.bin": b"\x00" * 5000, "thing-1.dist-info/entry_points.txt": "[console_scripts]\n"}
    with read_zip(make_wheel("thing", "1", files=files, compress=compress)) as archive:
        rows = list(csv.reader(archive.read("thing-1.dist-info/RECORD").decode().splitlines()))
        assert [row[0] for row in rows] == archive.namelist()
        assert rows[-1] == ["thing-1.dist-info/RECORD", "", ""]
        for path, digest, size in rows[:-1]:
            content = archive.read(path)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={expected}", str(len(content)))


def test_the_metadata_of_a_wheel_is_among_its_last_members():
    with read_zip(make_wheel("thing", "1", files={"zzz.py": "", "aaa.py": ""})) as archive:
        assert archive.namelist() == [
            "aaa.py",
            "zzz.py",
            "thing-1.dist-info/METADATA",
            "thing-1.dist-info/WHEEL",
            "thing-1.dist-info/RECORD",
        ]


def test_a_wheel_does_not_let_files_stand_in_for_its_own():
    with pytest.raises(ValueError, match="METADATA"):
        make_wheel("thing", "1", files={"thing-1.dist-info/METADATA": ""})


@pytest.mark.parametrize("build", [make_wheel, make_sdist])
def test_a_distribution_is_the_same_bytes_whatever_the_order_of_its_files(build):
    one = build("thing", "1", files={"a.py": "1", "b.py": "2"})
    other = build("thing", "1", files={"b.py": "2", "a.py": "1"})
    assert one.content == other.content
    assert one.sha256 == hashlib.sha256(one.content).hexdigest()


def test_known_bytes_do_not_change_with_python_or_zlib():
    # Golden locks hold such hashes; a change here means to make them all anew.
    assert make_wheel("thing", "1").sha256 == "2dd5ad4c9bfa9581ba5d400faf0d7a9e060f96557a7fbc8a2a3660eb85735c40"
    assert make_sdist("thing", "1").sha256 == "94ae69815b29a8bf7c4d22bad22bdfccf205b257777a999439c3869e56ae6c5f"


def test_an_sdist_holds_its_project_files_in_one_folder():
    built = make_sdist("Some.Name", "1.0", pyproject="[project]\n", setup_py="x\n", setup_cfg="y\n", files={"m.py": ""})
    assert parse_sdist_filename(built.filename) == ("some-name", Version("1.0"))
    with read_tar(built) as archive:
        assert archive.getnames() == [
            f"some_name-1.0/{path}" for path in ("PKG-INFO", "m.py", "pyproject.toml", "setup.cfg", "setup.py")
        ]
        assert {member.mtime for member in archive} == {1_577_836_800}


def test_an_sdist_says_what_is_dynamic():
    built = make_sdist("thing", "1", dynamic=["Requires-Dist"], requires_python=">=3.8")
    assert built.metadata is not None
    metadata = Metadata.from_email(built.metadata)
    assert metadata.metadata_version == "2.2"
    assert metadata.dynamic == ["requires-dist"]


def test_an_sdist_may_lack_pkg_info():
    built = make_sdist("thing", "1", with_pkg_info=False, format="zip", files={"m.py": ""})
    assert built.metadata is None
    with read_zip(built) as archive:
        assert archive.namelist() == ["thing-1/m.py"]


def test_an_sdist_of_many_blocks_unpacks():
    content = bytes(range(256)) * 1000
    built = make_sdist("thing", "1", files={"big.bin": content})
    assert built.content[:2] == b"\x1f\x8b"
    assert len(gzip.decompress(built.content)) > len(content)
    with read_tar(built) as archive:
        member = archive.extractfile("thing-1/big.bin")
        assert member is not None
        assert member.read() == content
