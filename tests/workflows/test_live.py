"""Real projects on the index that this machine uses, judged by uv. Run by hand: ``pytest -m live tests/workflows``."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.support.command_line import CommandLine
from tests.support.record_snapshot import read_pins

pytestmark = pytest.mark.live

PROJECTS = {
    "gateway": "litellm[proxy]",
    "notebook": "jupyter",
    "agents": "langchain langgraph openai anthropic chromadb tiktoken",
    "web": "fastapi[standard] celery[redis] boto3 sqlalchemy[asyncio]",
    "science": "scipy pandas scikit-learn matplotlib polars",
}
PLATFORM = "x86_64-manylinux_2_28"  # what linux_x86_64 means here, as uv spells it


@pytest.fixture(scope="module")
def uv() -> tuple[str, ...]:
    """The command that is uv."""
    if (path := shutil.which("uv")) is not None:
        return (path,)
    if importlib.util.find_spec("uv") is not None:
        return (sys.executable, "-m", "uv")
    pytest.skip("uv is the judge here, and it is neither on PATH nor installed beside pytest")


@pytest.mark.parametrize("requirements", PROJECTS.values(), ids=PROJECTS)
def test_uv_arrives_at_the_same_set_and_accepts_the_hashes(cli, uv, requirements):
    cli.write("requirements.in", "".join(f"{requirement}\n" for requirement in requirements.split()))
    done = cli(*("lock", "--python-version", "3.12", "--platform", "linux_x86_64", "--cooldown", "0"), timeout=300)
    assert done.status == 0, done.stderr
    ours = read_pins(cli.read("requirements.txt"))
    cli.write("ours.txt", "".join(f"{name}=={version}\n" for name, version in ours.items()))
    options = ("--python-version", "3.12", "--python-platform", PLATFORM)

    compiled = run(cli, *uv, "pip", "compile", "requirements.in", "-c", "ours.txt", *options, "-o", "theirs.txt")
    assert compiled.returncode == 0, compiled.stderr
    assert read_pins(cli.read("theirs.txt")) == ours

    free = run(cli, *uv, "pip", "compile", "requirements.in", *options, "-o", "free.txt")
    assert free.returncode == 0, free.stderr
    own = read_pins(cli.read("free.txt"))
    same = sum(own.get(name) == version for name, version in ours.items())
    print(f"\n{requirements}: {len(ours)} packages, {same} pins equal to uv's own choice")  # noqa: T201 - for `-s`

    accepted = run(
        cli,
        *(*uv, "pip", "install", "--dry-run", "--require-hashes", "--only-binary", ":all:"),
        *("--target", "site", *options, "-r", "requirements.txt"),
    )
    assert accepted.returncode == 0, accepted.stderr
    installed = re.findall(r"^ \+ (\S+?)==(\S+)$", accepted.stderr, re.MULTILINE)
    assert {canonicalize_name(name) for name, _ in installed} == ours.keys()


UNIVERSAL = {
    "gateway": "litellm[proxy]",
    "torch": "torch numpy transformers",
    "notebook": "jupyter",
    "frames": "polars pandas pyarrow",
    "forks": "scipy pandas scikit-learn xgboost ipython",  # Python 3.11 takes older releases
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
UV_PLATFORMS = {
    "linux_x86_64": "x86_64-manylinux_2_28",
    "linux_aarch64": "aarch64-manylinux_2_28",
    "musllinux_x86_64": "x86_64-unknown-linux-musl",
    "macos_arm64": "aarch64-apple-darwin",
    "macos_x86_64": "x86_64-apple-darwin",
    "windows_amd64": "x86_64-pc-windows-msvc",
}


@pytest.mark.parametrize("requirements", UNIVERSAL.values(), ids=UNIVERSAL)
def test_uv_accepts_a_universal_lock_on_every_target_that_it_serves(cli, uv, requirements):
    cli.write("requirements.in", "".join(f"{requirement}\n" for requirement in requirements.split()))
    targets = [argument for python in PYTHONS for argument in ("--python-version", python)]
    targets += [argument for platform in UV_PLATFORMS for argument in ("--platform", platform)]
    outputs = ("-o", "requirements.txt", "-o", "pylock.toml")
    done = cli("lock", *targets, "--cooldown", "0", *outputs, "--format", "json", timeout=300)
    (lock,) = json.loads(done.stdout)["locks"]
    unserved = {failed["target"] for failed in lock["unserved"]}
    assert done.status == bool(unserved), done.stderr
    print(f"\n{requirements}: {lock['packages']} packages, {len(lock['targets'])} targets, not {sorted(unserved)}")  # noqa: T201
    checked = cli("check", timeout=300)
    assert checked.status == 0, checked.stdout
    for python in PYTHONS:
        for platform, spelled in UV_PLATFORMS.items():
            if f"Python {python} on {platform}" in unserved:
                continue
            accepted = subprocess.run(
                [
                    *(*uv, "pip", "install", "--dry-run", "--require-hashes", "--target", "site"),
                    *("--python-version", python, "--python-platform", spelled, "-r", "requirements.txt"),
                ],
                cwd=cli.directory,
                env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": "13.0"},
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            assert accepted.returncode == 0, f"{python} {platform}\n{accepted.stderr}"


def run(cli: CommandLine, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], cwd=cli.directory, capture_output=True, text=True, timeout=600, check=False
    )
