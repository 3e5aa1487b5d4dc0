"""Real projects on the index that this machine uses, judged by uv. Run by hand: ``pytest -m live tests/workflows``."""

from __future__ import annotations

import importlib.util
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


def run(cli: CommandLine, *command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, command)], cwd=cli.directory, capture_output=True, text=True, timeout=600, check=False
    )
