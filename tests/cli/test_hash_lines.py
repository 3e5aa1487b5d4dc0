"""Hashes on the user's own lines: what he demands is what may be installed."""

from __future__ import annotations

from tests.support.distributions import make_sdist, make_wheel

WHEEL = make_wheel("demo", "1.0")
OTHER = make_wheel("demo", "1.0", build="1")
SDIST = make_sdist("demo", "1.0")


def hashes(text: str) -> list[str]:
    return [part.removeprefix("--hash=sha256:") for part in text.split() if part.startswith("--hash=")]


def test_only_files_with_a_demanded_hash_are_locked(cli, index):
    index.add(WHEEL)
    index.add(OTHER)
    cli.write("requirements.in", f"demo==1.0 --hash=sha256:{OTHER.sha256} --hash=sha256:{'0' * 64}\n")
    done = cli("lock", "-i", index.url)
    assert done.status == 0, done.stderr
    assert hashes(cli.read("requirements.txt")) == [OTHER.sha256]


def test_without_demands_all_wheels_of_the_target_are_locked(cli, index):
    index.add(WHEEL)
    index.add(OTHER)
    index.add(SDIST)
    cli.write("requirements.in", "demo\n")
    assert cli("lock", "-i", index.url).status == 0
    assert hashes(cli.read("requirements.txt")) == sorted([WHEEL.sha256, OTHER.sha256])


def test_a_demanded_hash_that_no_file_has_is_an_error(cli, index):
    index.add(WHEEL)
    cli.write("requirements.in", f"demo==1.0 --hash=sha256:{'0' * 64}\n")
    done = cli("lock", "-i", index.url)
    assert done.status == 2
    assert f"expected sha256:{'0' * 64}" in done.stderr
    assert f"got      sha256:{WHEEL.sha256}" in done.stderr
    assert not (cli.directory / "requirements.txt").exists()
