"""A publisher who is trusted for some time: what the index says of files, in the lock, and at the gate."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from packaging.pylock import Pylock

from tests.support.command_line import CommandLine
from tests.support.distributions import make_wheel
from tests.support.index import LoopbackIndex
from tests.support.provenance import provenance_of
from tests.support.reviewers import sign_as

LEDGER = "supply-chain/ledger.toml"
LOCK = "pylock.toml"
PUBLISHER = {"kind": "GitHub", "repository": "team/alpha", "workflow": "release.yml", "environment": None}
IDENTITY = "GitHub repository=team/alpha workflow=release.yml"
UPLOADED = datetime(2026, 3, 5, 12, tzinfo=UTC)
ARGUMENTS = ("--python-version", "3.12", "--platform", "linux_x86_64", "--cooldown", "0", "-o", LOCK)


def add(index: LoopbackIndex, version: str, *, tag: str = "py3-none-any", provenance: bytes | None = None) -> bytes:
    """A wheel of alpha on the index; gives its bytes."""
    built = make_wheel("alpha", version, tag=tag)
    index.add(built, upload_time=UPLOADED, provenance=provenance)
    return built.content


def attested(version: str, *, tag: str = "py3-none-any", **publisher: Any) -> bytes:
    built = make_wheel("alpha", version, tag=tag)
    return provenance_of(built.content, {**PUBLISHER, **publisher}, filename=built.filename)


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex, clean_environment: Path) -> CommandLine:
    """alpha 1.0, exempted, in a lock."""
    sign_as(clean_environment)
    add(index, "1.0")
    cli.write("requirements.in", "alpha\n")
    cli.write("pyproject.toml", f'[tool.pinkeeper]\nindex-url = "{index.url}"\noutputs = ["{LOCK}"]\n')
    lock(cli)
    assert cli("review", "init").status == 0
    return cli


def lock(project: CommandLine, *arguments: str) -> dict[str, Any]:
    """Lock the newest; give the entry of alpha."""
    assert project("cache", "clear").status == 0
    done = project("lock", "requirements.in", *ARGUMENTS, "-U", *arguments)
    assert done.status == 0, done.stderr
    (package,) = tomllib.loads(project.read(LOCK))["packages"]
    return dict(package)


def trust(
    project: CommandLine, *, identity: str = IDENTITY, start: str = "2026-01-01", end: str = "2026-12-31"
) -> None:
    line = (
        f'  {{ package = "alpha", identity = "{identity}", criteria = ["safe-to-deploy"], '
        f'start = {start}, end = {end}, who = "Ada <ada@team.example>", when = 2026-01-01 }},'
    )
    project.write(LEDGER, project.read(LEDGER).replace("trusted = [\n", f"trusted = [\n{line}\n"))


def test_what_a_trusted_publisher_uploaded_needs_no_review(project, index):
    add(index, "1.1", provenance=attested("1.1"))
    lock(project)
    assert project("check", "--reviewed").status == 1
    trust(project)
    package = lock(project)
    assert package["attestation-identities"] == [
        {"kind": "GitHub", "repository": "team/alpha", "workflow": "release.yml"}
    ]
    assert Pylock.from_dict(tomllib.loads(project.read(LOCK))).packages[0].attestation_identities
    done = project("check", "--reviewed")
    assert done.status == 0, done.stdout
    assert "cover" not in project("review", "status").stdout.partition("trusted publisher")[2]


@pytest.mark.parametrize(
    "how",
    [
        {"identity": "GitHub repository=other/alpha workflow=release.yml"},
        {"start": "2026-03-06"},
        {"end": "2026-03-04"},
    ],
    ids=["somebody else", "too early", "too late"],
)
def test_who_is_not_trusted_then(project, index, how):
    add(index, "1.1", provenance=attested("1.1"))
    trust(project, **how)
    lock(project)
    assert project("check", "--reviewed").status == 1


def test_a_file_that_somebody_else_added_is_not_covered(project, index):
    linux = "cp312-cp312-manylinux_2_17_x86_64"
    add(index, "1.1", provenance=attested("1.1"))
    add(index, "1.1", tag=linux)
    trust(project)
    lock(project)
    done = project("check", "--reviewed")
    assert done.status == 1
    assert f"alpha-1.1-{linux}.whl" in done.stdout


@pytest.mark.parametrize(
    "provenance",
    [
        provenance_of(b"other bytes", PUBLISHER),
        provenance_of(
            make_wheel("alpha", "1.1").content, PUBLISHER, predicate_type="https://index.example/attestations/built/v1"
        ),
        attested("1.1", repository="team/alpha workflow=release.yml"),
        attested("1.1", kind=None),
        attested("1.1", **{'x="1",y': "z"}),
        attested("1.1", **{"a.b": "c"}),
        b'{"version": 2, "attestation_bundles": []}',
        b'{"version": 1, "attestation_bundles": []}',
    ],
    ids=[
        "about other bytes",
        "another statement",
        "a forged text",
        "no kind",
        "a key that is two",
        "a key of a table in it",
        "a later form",
        "nothing",
    ],
)
def test_what_says_nothing_of_the_file(project, index, provenance):
    add(index, "1.1", provenance=provenance)
    trust(project)
    assert "attestation-identities" not in lock(project)
    assert project("check", "--reviewed").status == 1


def test_an_answer_that_is_none_is_an_error_with_its_place(project, index):
    add(index, "1.1", provenance=b"<html>")
    trust(project)
    assert project("cache", "clear").status == 0
    done = project("lock", "requirements.in", *ARGUMENTS, "-U")
    assert done.status == 2
    assert "no provenance object" in done.stderr
    assert "alpha-1.1-py3-none-any.whl.provenance" in done.stderr


def test_nobody_is_asked_where_nobody_is_trusted(project, index):
    add(index, "1.1", provenance=attested("1.1"))
    index.clear()
    assert "attestation-identities" not in lock(project)
    assert not [each for each in index.requests if each.path.endswith(".provenance")]


def test_without_the_index_what_was_said_of_the_same_files_stays(project, index):
    add(index, "1.1", provenance=attested("1.1"))
    trust(project)
    before = lock(project)
    done = project("lock", "requirements.in", *ARGUMENTS, "--offline", "--upgrade-package", "alpha")
    assert done.status == 0, done.stderr
    (after,) = tomllib.loads(project.read(LOCK))["packages"]
    assert after == before


def test_trust_that_no_lock_can_tell_of_is_named(project, index):
    add(index, "1.1")
    trust(project)
    lock(project)
    assert "1 trusted publisher covers nothing: no lock says of a file of alpha" in project("review", "status").stdout


def test_a_lock_whose_publishers_are_damaged_is_refused(project, index):
    add(index, "1.1", provenance=attested("1.1"))
    trust(project)
    lock(project)
    text = project.read(LOCK)
    for damaged in ("", " GitHub", " GitHub repository", ' GitHub x=\\"1\\",y=z w'):
        project.write(LOCK, text.replace(f" {IDENTITY}", damaged))
        for command in (("check", "--reviewed"), ("lock", "requirements.in", *ARGUMENTS, "--offline")):
            done = project(*command)
            assert done.status == 2, damaged
            assert "publishers: not a SHA-256 and an identity" in done.stderr


def test_a_ledger_that_cannot_be_read_loses_no_publisher(project, index):
    add(index, "1.1", provenance=attested("1.1"))
    trust(project)
    lock(project)
    before = project.read(LOCK)
    project.write(LEDGER, project.read(LEDGER).replace("start = 2026", "start = soon, begin = 2026"))
    done = project("lock", "requirements.in", *ARGUMENTS, "-U")
    assert done.status == 2
    assert LEDGER in done.stderr
    assert project.read(LOCK) == before


def test_check_asks_the_index_whether_it_is_so(project, index):
    content = add(index, "1.1", provenance=attested("1.1"))
    trust(project)
    lock(project)
    assert project("check").status == 0
    project.write(LOCK, project.read(LOCK).replace(IDENTITY, IDENTITY.replace("team/", "other/")))
    done = project("check")
    assert done.status == 1
    assert (
        "the index does not say that alpha-1.1-py3-none-any.whl was published by GitHub repository=other" in done.stdout
    )
    index.remove("alpha-1.1-py3-none-any.whl")
    assert project("cache", "clear").status == 0
    assert f"the file sha256:{hashlib.sha256(content).hexdigest()[:16]}... was published by" in project("check").stdout
