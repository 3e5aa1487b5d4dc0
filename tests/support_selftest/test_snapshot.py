from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from tests.support.distributions import make_sdist, make_wheel
from tests.support.index import LoopbackIndex
from tests.support.pages import JSON_TYPE
from tests.support.record_snapshot import main, read_pins
from tests.support.recorded_page import ACCEPT, listed_files
from tests.support.snapshot import (
    FileFacts,
    MetadataFacts,
    ProjectFacts,
    ReleaseFacts,
    read_snapshot,
    serve_snapshot,
    write_project,
)

PROJECT = ProjectFacts(
    name="thing",
    releases={
        "1.0": ReleaseFacts(files=(FileFacts(filename="thing-1.0.tar.gz", sha256="a" * 64, yanked=""),)),
        "2.0": ReleaseFacts(
            metadata=MetadataFacts(
                requires_python=">=3.8", requires_dist=("é>=1", 'b; extra == "x"'), provides_extra=("x",)
            ),
            files=(
                FileFacts(
                    filename="thing-2.0-py3-none-any.whl",
                    sha256="b" * 64,
                    size=12,
                    upload_time=datetime(2025, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
                    requires_python=">=3.8",
                ),
                FileFacts(filename="thing-2.0.tar.gz", sha256="c" * 64),
            ),
        ),
    },
)


def test_a_snapshot_reads_back_as_it_was_written(tmp_path):
    write_project(tmp_path, PROJECT)
    assert list(read_snapshot(tmp_path)) == [PROJECT]
    lines = (tmp_path / "thing.json").read_text(encoding="utf-8").splitlines()
    assert sum('"filename"' in line for line in lines) == 3
    assert all(line.count('"filename"') <= 1 for line in lines)


def test_a_folder_without_a_snapshot_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no snapshot"):
        list(read_snapshot(tmp_path))


def test_a_snapshot_is_served_without_files(tmp_path, index, client):
    write_project(tmp_path, PROJECT)
    serve_snapshot(index, tmp_path)
    old, wheel, sdist = client.get(f"{index.url}/thing/", headers={"Accept": JSON_TYPE}).json()["files"]
    assert (old["yanked"], old["hashes"]) == (True, {"sha256": "a" * 64})
    assert (wheel["size"], wheel["upload-time"]) == (12, "2025-01-02T03:04:05.000678Z")
    assert "core-metadata" not in old
    assert "core-metadata" not in sdist
    assert client.get(wheel["url"]).status_code == 404
    metadata = client.get(f"{wheel['url']}.metadata").content
    assert wheel["core-metadata"] == {"sha256": hashlib.sha256(metadata).hexdigest()}
    assert metadata.decode().splitlines() == [
        "Metadata-Version: 2.1",
        "Name: thing",
        "Version: 2.0",
        "Requires-Python: >=3.8",
        "Requires-Dist: é>=1",
        'Requires-Dist: b; extra == "x"',
        "Provides-Extra: x",
    ]


def test_pins_are_read_from_a_hashed_lock():
    text = "# comment\n-i http://index.invalid/simple\nSome.Name[x,y]==1.0 ; python_version > '3' \\\n"
    assert read_pins(text + "    --hash=sha256:00\nb==2.0+x \\\n    # via some-name\n").keys() == {"some-name", "b"}


def fill(index: LoopbackIndex) -> None:
    for minor in range(8):
        index.add(make_wheel("big", f"1.{minor}", requires=["small>=1"], files={"b.bin": bytes(300_000)}))
    index.add(make_wheel("big", "2.0rc1"))
    for tag in ("cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-win_amd64", "cp311-cp311-manylinux_2_17_x86_64"):
        index.add(make_wheel("small", "1.0", tag=tag, requires=['c; extra == "x"'], extras=["x"]), yanked="why")
    index.add(make_sdist("small", "1.0", requires=["other"]))
    index.add(make_sdist("only-source", "1", requires=["small"]))
    index.add(make_sdist("only-source", "2", metadata_version="2.1"))
    index.add(make_sdist("only-source", "3", dynamic=["Requires-Dist"]))
    index.add(make_sdist("only-source", "4", with_pkg_info=False, format="zip"))


@pytest.mark.parametrize(
    "manners",
    [
        {},
        {"style": "html", "html_upload_times": True, "core_metadata": None},
        {"core_metadata": None, "ranges": "none", "relative_urls": True},
        {"core_metadata": None, "ranges": "no-suffix"},
    ],
    ids=["core metadata", "html and ranges", "whole wheels", "no suffix ranges"],
)
def test_recording_keeps_the_releases_around_the_pins(tmp_path, index_factory, capsys, manners):
    index = index_factory(**manners)
    fill(index)
    lock, output = tmp_path / "requirements.txt", tmp_path / "snapshot"
    lock.write_text("big==1.3\nonly-source==2\nsmall==1.0 \\\n    --hash=sha256:00\n")
    options = ("--index-url", index.url, "-o", str(output), "--newer", "3")
    assert main(["--packages-from", str(lock), *options]) == 0
    assert (tmp_path / "snapshot.pins.txt").read_text() == "big==1.3\nonly-source==2\nsmall==1.0\n"
    big, only_source, small = read_snapshot(output)
    assert [*big.releases] == ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]
    assert big.releases["1.3"].metadata == MetadataFacts(requires_dist=("small>=1",))
    assert small.releases["1.0"].metadata == MetadataFacts(requires_dist=('c; extra == "x"',), provides_extra=("x",))
    assert [file.filename for file in small.releases["1.0"].files] == [
        "small-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "small-1.0.tar.gz",
    ]
    assert small.releases["1.0"].files[0].yanked == "why"
    assert small.releases["1.0"].files[0].upload_time == datetime(2024, 1, 1, tzinfo=UTC)
    assert only_source.releases["1"].metadata == MetadataFacts(requires_dist=("small",))
    assert [only_source.releases[version].metadata for version in "234"] == [None] * 3
    assert capsys.readouterr().err.splitlines() == [f"only-source {v}: no static metadata" for v in "234"]
    assert all("127.0.0.1" not in path.read_text() for path in output.iterdir())


def test_what_was_recorded_is_served_as_it_was(tmp_path, index_factory, client):
    original, served = index_factory(), index_factory()
    fill(original)
    (tmp_path / "lock").write_text("big==1.5\nsmall==1.0\n")
    main(["--packages-from", str(tmp_path / "lock"), "--index-url", original.url, "-o", str(tmp_path), "--older", "9"])
    serve_snapshot(served, tmp_path)
    for name in ("big", "small"):
        pages = []
        for index in (original, served):
            response = client.get(f"{index.url}/{name}/", headers={"Accept": ACCEPT})
            files = listed_files(response.content, url="", content_type=response.headers["content-type"])
            pages.append({file.filename: (file.sha256, file.size, file.upload_time, file.yanked) for file in files})
        assert pages[1].items() <= pages[0].items()
    metadata = [
        client.get(f"{index.origin}/files/big/big-1.5-py3-none-any.whl.metadata") for index in (original, served)
    ]
    assert metadata[0].content == metadata[1].content


def test_recording_a_pin_that_is_not_listed_stops(tmp_path, index):
    index.add_release("thing", "1")
    (tmp_path / "lock").write_text("thing==2\n")
    with pytest.raises(SystemExit, match="does not list thing 2"):
        main(["--packages-from", str(tmp_path / "lock"), "--index-url", index.url, "-o", str(tmp_path / "out")])


def test_a_requirement_with_a_url_is_not_recorded(tmp_path, index):
    index.add_release("thing", "1", requires=["b @ https://files.invalid/b-1-py3-none-any.whl"])
    (tmp_path / "lock").write_text("thing==1\n")
    with pytest.raises(SystemExit, match="may name no host"):
        main(["--packages-from", str(tmp_path / "lock"), "--index-url", index.url, "-o", str(tmp_path / "out")])
