"""The whole lock of a real AI gateway, on what an index said of it when it was recorded (see record_snapshot)."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from packaging.version import Version

from tests.support.command_line import CommandLine, CommandResult
from tests.support.index import LoopbackIndex
from tests.support.snapshot import SNAPSHOTS, ProjectFacts, read_snapshot, serve_snapshot
from tests.support.soundness import LINUX_312, faults_of, read_lock

REQUIREMENT = "litellm[proxy]"
ROOTS = {"-r requirements.in": [REQUIREMENT]}
TARGET = ("--python-version", "3.12", "--platform", "linux_x86_64", "--cooldown", "0")

NAMED_BUT_NOT_RECORDED = ("backports-zstd",)
"""Projects that only candidates require which are given up; the index lists them, with nothing to install."""


@pytest.fixture(scope="module")
def projects() -> list[ProjectFacts]:
    return list(read_snapshot(SNAPSHOTS / "gateway"))


@pytest.fixture
def gateway_index(index_factory: Callable[..., LoopbackIndex]) -> Callable[..., LoopbackIndex]:
    """Starts an index that holds the snapshot; takes what `LoopbackIndex` takes."""

    def start(**manners: object) -> LoopbackIndex:
        index = index_factory(relative_urls=True, html_upload_times=True, **manners)
        serve_snapshot(index, SNAPSHOTS / "gateway")
        for name in NAMED_BUT_NOT_RECORDED:
            index.add_project(name)
        return index

    return start


def lock(cli: CommandLine, index: LoopbackIndex, *options: str) -> CommandResult:
    cli.write("requirements.in", f"{REQUIREMENT}\n")
    done = cli("lock", *TARGET, *options, environ={"PIP_INDEX_URL": index.url})
    assert (done.status, done.stdout) == (0, ""), done.stderr
    return done


def test_the_gateway_is_locked_as_it_was_on_the_live_index(cli, gateway_index, projects):
    index = gateway_index()
    done = lock(cli, index)
    assert "Locked 117 packages" in done.stderr
    pins = read_lock(cli.read("requirements.txt"))
    listed = "".join(f"{pin.name}=={pin.version}\n" for pin in pins.values())
    assert listed == (SNAPSHOTS / "gateway.pins.txt").read_text(encoding="utf-8")
    assert faults_of(pins.values(), roots=ROOTS, projects=projects, targets=[LINUX_312]) == []


def test_no_sdist_is_in_the_lock_where_a_wheel_is(cli, gateway_index, projects):
    lock(cli, gateway_index())
    pins = read_lock(cli.read("requirements.txt"))
    releases = [project.releases[str(pins[project.name].version)] for project in projects]
    names = {file.sha256: file.filename for release in releases for file in release.files}
    written = [names[digest] for pin in pins.values() for digest in pin.hashes]
    assert len(written) == len(set(written)) >= 117
    assert [name for name in written if not name.endswith(".whl")] == []


def test_the_newest_releases_of_the_gateway_are_given_up_for_the_newest_that_fits(cli, gateway_index, projects):
    index = gateway_index()
    lock(cli, index)
    releases = next(project.releases for project in projects if project.name == "litellm")
    chosen = read_lock(cli.read("requirements.txt"))["litellm"].version
    newer = [version for version in releases if Version(version) > chosen]
    assert len(newer) > 20
    assert {version: index.count(f"/litellm-{version}-") for version in newer} == dict.fromkeys(newer, 1)


def test_all_hashes_are_those_of_every_file_of_each_release(cli, gateway_index, projects):
    lock(cli, gateway_index(), "--hashes", "all")
    pins = read_lock(cli.read("requirements.txt"))
    assert faults_of(pins.values(), roots=ROOTS, projects=projects, targets=[LINUX_312], all_files=True) == []


def test_with_a_fresh_cache_the_index_is_asked_nothing_and_the_bytes_are_the_same(cli, gateway_index):
    index = gateway_index()
    lock(cli, index)
    first = cli.read("requirements.txt")
    index.clear()
    lock(cli, index)
    assert cli.read("requirements.txt") == first
    assert index.requests == []


def test_resolving_anew_with_a_fresh_cache_asks_for_no_page_and_gives_the_same_bytes(cli, gateway_index):
    index = gateway_index()
    lock(cli, index)
    first = cli.read("requirements.txt")
    (cli.directory / "requirements.txt").unlink()
    index.clear()
    lock(cli, index)
    assert cli.read("requirements.txt") == first
    # Metadata may be asked for, for what is fetched ahead of need depends on timing; and names that nobody lists.
    assert [asked.path for asked in index.requests if "/simple/" in asked.path and asked.status == 200] == []


@pytest.mark.parametrize(
    "manners",
    [
        {"style": "html"},
        {"style": "html", "ignores_accept": True, "core_metadata": "data-dist-info-metadata", "gzip": True},
        {"style": "json", "metadata_hash": False, "cache_control": None, "etag": False},
        {"style": "json", "latency": 0.002},
    ],
    ids=["html", "plain-file-server", "bare-json", "slow-json"],
)
def test_the_same_facts_in_any_spelling_give_the_same_bytes(cli, gateway_index, manners):
    lock(cli, gateway_index())
    first = cli.read("requirements.txt")
    (cli.directory / "requirements.txt").unlink()
    shutil.rmtree(cli.cache)
    lock(cli, gateway_index(**manners))
    assert cli.read("requirements.txt") == first


def test_moving_one_pin_leaves_the_others_where_they_are(cli, gateway_index, projects):
    index = gateway_index()
    lock(cli, index)
    first = read_lock(cli.read("requirements.txt"))
    releases = next(project.releases for project in projects if project.name == "certifi")
    lock(cli, index, "-P", f"certifi=={next(iter(releases))}")
    second = read_lock(cli.read("requirements.txt"))
    assert [name for name in first if first[name].version != second[name].version] == ["certifi"]
    assert faults_of(second.values(), roots=ROOTS, projects=projects, targets=[LINUX_312]) == []


def test_a_snapshot_names_no_host():
    texts = [path.read_text(encoding="utf-8") for path in SNAPSHOTS.rglob("*") if path.is_file()]
    assert [text for text in texts if "://" in text or "@ " in text] == []
    assert sum(map(len, texts)) < 1_500_000
