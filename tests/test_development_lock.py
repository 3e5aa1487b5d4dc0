"""The lock of the development tools is what pyproject.toml asks for; CI installs from it with --require-hashes."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pinkeeper.lockfile.requirements_reader import read_requirements_lock
from tests.support.command_line import CommandLine

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / ".ci" / "requirements.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TARGET = {
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "sys_platform": "linux",
    "platform_machine": "x86_64",
}


def asked() -> list[Requirement]:
    texts = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    return [
        requirement
        for requirement in map(Requirement, texts)
        if not requirement.marker or requirement.marker.evaluate(TARGET)
    ]


def test_every_requirement_is_pinned_to_a_version_that_satisfies_it():
    pins = {package.name: package for package in read_requirements_lock(LOCK.read_text(), path="lock").packages}
    missing = [
        str(requirement)
        for requirement in asked()
        if (pin := pins.get(canonicalize_name(requirement.name))) is None or pin.version not in requirement.specifier
    ]
    assert missing == [], "the lock is stale: see the command at its head"
    assert all(pin.hashes for pin in pins.values())


def test_nothing_is_pinned_for_the_project_that_it_does_not_ask_for():
    names = {canonicalize_name(requirement.name) for requirement in asked()}
    direct, current = set(), ""
    for line in LOCK.read_text().splitlines():
        if line[:1].isalnum():
            current = line.partition("==")[0].partition("[")[0]
        elif "pinkeeper (pyproject.toml)" in line:
            direct.add(current)
    assert direct == names, "the lock is stale: see the command at its head"


def test_it_is_what_would_be_locked_now():
    """Its fingerprint is that of pyproject.toml as it stands, and of its own text; no index is asked."""
    command = next(line for line in LOCK.read_text().splitlines() if "pinkeeper lock" in line).lstrip("# ")
    done = CommandLine(directory=ROOT, cache=ROOT / "nowhere")(*shlex.split(command)[1:], "--check", "--offline")
    assert done.status == 0, done.stderr
    assert not (ROOT / "nowhere").exists()
