"""The lock of the development tools is what pyproject.toml asks for; CI installs from it with --require-hashes."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pinkeeper.lockfile.requirements_reader import read_requirements_lock

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
