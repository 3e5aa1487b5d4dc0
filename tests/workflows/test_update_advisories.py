"""Advisories from a file, a folder and a zip archive; and what is none."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import InputError
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.update_advisories import read_advisories

ALPHA = NormalizedName("alpha")
RECORD = {
    "id": "OSV-1",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Alpha"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
        }
    ],
}
OTHER = {"id": "OSV-2", "affected": [{"package": {"ecosystem": "PyPI", "name": "beta"}, "versions": ["1.0"]}]}


@pytest.fixture
def here(tmp_path: Path) -> Surroundings:
    return Surroundings(
        environ={}, directory=tmp_path, now=datetime(2026, 1, 1, tzinfo=UTC), stdin=bytes, cache_directory=None
    )


def ids(here: Surroundings, place: str, name: str = "alpha") -> list[str]:
    found = read_advisories(place, frozenset({NormalizedName(name)}), here)
    return [advisory.id for advisory in found.affecting(NormalizedName(name), Version("1.0"))]


def test_a_file_of_one_and_a_file_of_many(here):
    (here.directory / "one.json").write_text(json.dumps(RECORD))
    (here.directory / "many.json").write_text(json.dumps([RECORD, OTHER]))
    assert ids(here, "one.json") == ["OSV-1"]
    assert ids(here, "many.json") == ["OSV-1"]
    assert ids(here, "many.json", "beta") == ["OSV-2"]


def test_a_folder_and_an_archive(here):
    (here.directory / "osv" / "deep").mkdir(parents=True)
    (here.directory / "osv" / "a.json").write_text(json.dumps(RECORD))
    (here.directory / "osv" / "deep" / "b.json").write_text(json.dumps(OTHER))
    (here.directory / "osv" / "README").write_text("no record")
    with zipfile.ZipFile(here.directory / "osv.zip", "w") as archive:
        archive.writestr("a.json", json.dumps(RECORD))
        archive.writestr("b.json", json.dumps(OTHER))
    for place in ("osv", "osv.zip"):
        assert ids(here, place) == ["OSV-1"]
        assert ids(here, place, "beta") == ["OSV-2"]


def test_what_is_about_others_need_not_even_be_a_record(here):
    (here.directory / "osv").mkdir()
    (here.directory / "osv" / "a.json").write_text(json.dumps(RECORD))
    (here.directory / "osv" / "broken.json").write_text("{ not about us")
    assert ids(here, "osv") == ["OSV-1"]


def test_what_is_no_record_is_told_with_its_place(here):
    (here.directory / "osv").mkdir()
    (here.directory / "osv" / "bad.json").write_text('{"id": "x", "affected": "alpha"}')
    with pytest.raises(InputError) as caught:
        ids(here, "osv")
    assert "osv/bad.json" in str(caught.value)


def test_what_is_not_there_is_told(here):
    with pytest.raises(InputError) as caught:
        ids(here, "gone.zip")
    assert "there is no such file" in str(caught.value)


def test_a_record_without_end_is_refused(here):
    with zipfile.ZipFile(here.directory / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("alpha.json", b" " * (2**23 + 1))
    with pytest.raises(InputError) as caught:
        ids(here, "bomb.zip")
    assert "more than" in str(caught.value)
