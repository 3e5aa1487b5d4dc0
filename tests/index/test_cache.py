from __future__ import annotations

import errno
import multiprocessing
import os
from pathlib import Path

import pytest

from pinkeeper.errors import CacheError
from pinkeeper.index.cache import Cache


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def entry(cache: Cache) -> Path:
    [path] = [path for path in cache.directory.rglob("key") if path.is_file()]
    return path


def test_what_is_written_is_read(cache):
    assert cache.read("kind/deep", "key") is None
    cache.write("kind/deep", "key", b"payload")
    assert cache.read("kind/deep", "key") == b"payload"
    assert Cache(cache.directory).read("kind/deep", "key") == b"payload"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: content[:9] + bytes([content[9] ^ 1]) + content[10:],
        lambda content: content[:0],
        lambda content: b"\0" * len(content),
    ],
    ids=["cut", "longer", "one bit", "empty", "zeros"],
)
def test_a_damaged_entry_is_dropped(cache, damage):
    cache.write("kind", "key", b"payload")
    path = entry(cache)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.read("kind", "key") is None
    assert not path.exists()
    cache.write("kind", "key", b"again")
    assert cache.read("kind", "key") == b"again"


def test_no_directory_means_no_cache():
    cache = Cache(None)
    cache.write("kind", "key", b"payload")
    assert cache.read("kind", "key") is None
    assert cache.usage().entries == 0


def test_a_directory_in_the_place_of_an_entry_is_told_and_passed_over(cache):
    told = []
    cache = Cache(cache.directory, log=told.append)
    cache.write("kind", "key", b"payload")
    path = entry(cache)
    path.unlink()
    path.mkdir()
    assert cache.read("kind", "key") is None
    assert len(told) == 1


def test_a_full_disk_is_told_once_and_leaves_nothing_half_written(cache, monkeypatch):
    told = []
    cache = Cache(cache.directory, log=told.append)
    cache.write("kind", "first", b"payload")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    cache.write("kind", "key", b"payload")
    cache.write("kind", "other", b"payload")
    assert told == [
        f"the cache {cache.directory} cannot be written (No space left on device); nothing more is kept in it"
    ]
    assert sorted(path.name for path in (cache.directory / "v1" / "kind").iterdir()) == ["first"]


def test_usage_and_clear(cache):
    cache.write("kind", "key", b"payload")
    cache.write("kind", "other", b"payload")
    assert cache.usage().entries == 2
    assert cache.usage().size == 30
    stranger = cache.directory / "mine.txt"
    stranger.write_text("not an entry")
    assert cache.clear().entries == 2
    assert cache.usage().entries == 0
    assert stranger.exists()
    assert cache.clear().entries == 0


def test_a_folder_that_is_no_cache_is_not_cleared(tmp_path):
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "thesis.tex").write_text("years of work")
    with pytest.raises(CacheError, match="does not look like a pinkeeper cache"):
        Cache(tmp_path).clear()
    assert (tmp_path / "v1" / "thesis.tex").exists()


def _write_many(directory: str, mark: int) -> None:
    cache = Cache(Path(directory))
    for _ in range(200):
        cache.write("kind", "key", bytes([mark]) * 5000)
        payload = cache.read("kind", "key")
        assert payload is not None
        assert len(set(payload)) == 1
        assert len(payload) == 5000


def test_processes_share_it(cache):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_write_many, args=(str(cache.directory), mark)) for mark in (1, 2, 3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert cache.usage().entries == 1
