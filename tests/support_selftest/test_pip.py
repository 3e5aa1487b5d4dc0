from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.distributions import make_wheel


def pip(*arguments: str | Path, succeeds: bool = True) -> str:
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode == 0) == succeeds, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("manners", [{"style": "json"}, {"style": "html"}, {"ignores_accept": True, "style": "html"}])
def test_pip_downloads_from_the_index(tmp_path, index_factory, manners):
    index = index_factory(relative_urls=True, gzip=True, **manners)
    wheel = make_wheel("thing", "1.0", requires=["nothing-of-that-name"])
    index.add(wheel)
    index.add(make_wheel("thing", "2.0"), yanked="broken")
    index.add(make_wheel("thing", "3.0", requires_python=">=99"))
    pip("download", "--no-deps", "--no-cache-dir", "--index-url", index.url, "-d", tmp_path, "thing")
    assert [path.name for path in tmp_path.iterdir()] == [wheel.filename]
    assert (tmp_path / wheel.filename).read_bytes() == wheel.content
    assert len([request for request in index.requests if request.path.endswith(".whl")]) == 1


def test_pip_resolves_with_the_core_metadata_alone(index):
    index.add_release("thing", "1.0", requires=["other"])
    index.add_release("other", "2.0")
    output = pip("install", "--dry-run", "--no-cache-dir", "--ignore-installed", "--index-url", index.url, "thing")
    assert "Would install other-2.0 thing-1.0" in output
    assert index.count(".whl.metadata") == 2


def test_pip_installs_a_wheel_and_finds_its_record_right(tmp_path, index):
    index.add(make_wheel("thing", "1.0", files={"thing.py": "x = 1\n"}))
    pip(
        "install",
        "--no-cache-dir",
        "--no-compile",
        "--target",
        tmp_path,
        "--find-links",
        index.links_url,
        "--no-index",
        "thing",
    )
    assert (tmp_path / "thing.py").read_text() == "x = 1\n"


@pytest.mark.parametrize("lie", [{"file_hash_lies": True}, {"metadata_hash_lies": True}])
def test_pip_catches_a_lying_index(index_factory, tmp_path, lie):
    index = index_factory(**lie)
    index.add(make_wheel("thing", "1.0"))
    options = ("--no-cache-dir", "--index-url", index.url, "-d", tmp_path)
    assert "DO NOT MATCH THE HASHES" in pip("download", *options, "thing", succeeds=False)
