"""The cache: shared by processes, mended where it is damaged, and enough by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    """A small tree, with one wheel whose metadata must be read from inside it and one sdist."""
    index.add_release("alpha", "1.0", requires=["beta", "gamma", "delta"])
    index.add_release("beta", "1.0", requires=["gamma"])
    index.add_release("gamma", "1.0", tags=["py3-none-any"], core_metadata=False)
    index.add_release("delta", "1.0", tags=[], sdist=True)
    cli.write("requirements.in", "alpha\n")
    return cli


def _lock(project: CommandLine, index: LoopbackIndex, *arguments: str) -> str:
    """Lock from nothing; give the text."""
    result = project("lock", "-i", index.url, "--no-header", "-o", "-", *arguments)
    assert result.status == 0, result.stderr
    assert "the cache" not in result.stderr
    return result.stdout


def _entries(project: CommandLine) -> list[Path]:
    return sorted(path for path in project.cache.rglob("*") if path.is_file() and path.name != "CACHEDIR.TAG")


def test_locks_at_once_on_one_cold_cache(index, project):
    index.behaviour.latency = 0.02
    with ThreadPoolExecutor(5) as pool:
        texts = list(pool.map(lambda _: _lock(project, index), range(5)))
    assert len(set(texts)) == 1
    assert texts[0].count("--hash=") == 4
    assert [path for path in _entries(project) if path.name.startswith(".new-")] == []
    index.clear()
    assert _lock(project, index) == texts[0]
    assert index.requests == []


def test_locks_at_once_into_one_file(index, project):
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: project("lock", "-i", index.url), range(3)))
    assert [result.status for result in results] == [0, 0, 0], results
    assert project.read("requirements.txt").count("--hash=") == 4
    assert {path.name for path in project.directory.iterdir()} == {"requirements.in", "requirements.txt"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content[:0],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: bytes(len(content)),
        lambda content: content + b"more",
    ],
    ids=["cut", "empty", "one-bit", "zeros", "longer"],
)
def test_damaged_entries_are_fetched_again(index, project, damage):
    text = _lock(project, index)
    entries = _entries(project)
    assert len(entries) >= 8
    for path in entries:
        path.write_bytes(damage(path.read_bytes()))
    index.clear()
    assert _lock(project, index) == text
    assert index.requests != []
    index.clear()
    assert _lock(project, index) == text
    assert index.requests == []


def test_entries_that_are_folders_do_not_stop_a_lock(index, project):
    text = _lock(project, index)
    for path in _entries(project):
        path.unlink()
        path.mkdir()
    assert _lock(project, index) == text


def test_a_fresh_cache_asks_nobody(index, project):
    text = _lock(project, index)
    index.clear()
    result = project("lock", "-i", index.url, "--no-header", "-o", "-")
    assert result.stdout == text
    assert index.requests == []
    assert "no network" in result.stderr


def test_a_stale_cache_asks_whether_anything_changed(index, project):
    index.behaviour.cache_control = "max-age=0"
    text = _lock(project, index)
    index.clear()
    assert _lock(project, index) == text
    asked = {request.path: request.status for request in index.requests}
    assert asked == {f"/simple/{name}/": 304 for name in ("alpha", "beta", "gamma", "delta")}


def test_a_stale_cache_sees_what_changed(index, project):
    index.behaviour.cache_control = "no-cache"
    assert "beta==1.0" in _lock(project, index)
    index.add_release("beta", "2.0")
    assert "beta==2.0" in _lock(project, index)


def test_no_cache_keeps_nothing(index, project):
    text = _lock(project, index, "--no-cache")
    assert not project.cache.exists()
    assert text == _lock(project, index)
    index.clear()
    _lock(project, index, "--no-cache")
    assert index.count("/simple/alpha/") == 1


def test_offline_lives_from_the_cache_even_a_stale_one(index, project):
    index.behaviour.cache_control = "max-age=0"
    text = _lock(project, index)
    index.close()
    assert _lock(project, index, "--offline") == text


@pytest.mark.parametrize("arguments", [[], ["--no-cache"]], ids=["cold", "no-cache"])
def test_offline_without_a_cache_says_what_is_missing(index, project, arguments):
    result = project("lock", "-i", index.url, "--offline", *arguments)
    assert result.status == 2
    assert "the page of alpha is not in the cache" in result.stderr
    assert "remedy: run once without --offline" in result.stderr
    assert index.requests == []
    assert not (project.directory / "requirements.txt").exists()


def test_two_indexes_do_not_share_entries(index, index_factory, project):
    other = index_factory()
    other.add_release("alpha", "7.0")
    assert "alpha==1.0" in _lock(project, index)
    assert "alpha==7.0" in _lock(project, other)
    assert "alpha==1.0" in _lock(project, index)


def test_cache_dir_info_and_clear(index, project):
    assert project("cache", "dir").stdout == f"{project.cache}\n"
    assert project("cache", "info").stdout == f"directory: {project.cache}\nentries: 0\nsize: 0 bytes\n"
    text = _lock(project, index)
    entries = _entries(project)
    size = sum(path.stat().st_size for path in entries)
    assert project("cache", "info").stdout == (
        f"directory: {project.cache}\nentries: {len(entries)}\nsize: {size} bytes\n"
    )
    cleared = project("cache", "clear")
    assert (cleared.status, cleared.stdout) == (0, "")
    assert cleared.stderr == f"Removed {len(entries)} entries, {size} bytes, from {project.cache}\n"
    assert _entries(project) == []
    assert _lock(project, index) == text


def test_clear_refuses_a_folder_that_is_no_cache(project):
    kept = project.write("precious/v1/data.txt", "keep me")
    result = project("cache", "clear", "--cache-dir", project.directory / "precious")
    assert result.status == 2
    assert "does not look like a pinkeeper cache" in result.stderr
    assert kept.read_text() == "keep me"


def test_cache_dir_option_wins_over_the_environment(index, project):
    elsewhere = project.directory / "own-cache"
    _lock(project, index, "--cache-dir", str(elsewhere))
    assert elsewhere.is_dir()
    assert not project.cache.exists()
    assert project("cache", "dir", "--cache-dir", "own-cache").stdout == f"{elsewhere}\n"
