"""Which packages may move, and how far."""

from __future__ import annotations

from datetime import date

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.inputs.update_settings import IgnoredReleases, UpdateSettings
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.origin import Origin
from pinkeeper.model.proposal import HolderKind
from pinkeeper.updates.policy import but, expired, level_bound, matches, moving, policy_holder, refusals

TODAY = date(2026, 11, 1)
IGNORED = IgnoredReleases(
    package=NormalizedName("beta"), versions=SpecifierSet("==2.*"), reason="loses data", until=date(2026, 11, 1)
)
LOCK = Lock(
    packages=(
        LockedPackage(
            name=NormalizedName("alpha"), version=Version("1.2.3"), requested_by=(Origin(path="requirements.in"),)
        ),
        LockedPackage(name=NormalizedName("beta"), version=Version("1.0"), required_by=(NormalizedName("alpha"),)),
        LockedPackage(name=NormalizedName("boto3"), version=Version("1.0"), required_by=(NormalizedName("alpha"),)),
        LockedPackage(name=NormalizedName("here"), version=Version("1.0"), url="https://h.example/here-1.0.tar.gz"),
    )
)


def free(settings: UpdateSettings, **asked: object) -> set[str]:
    return set(moving([LOCK], settings, **asked))


def test_all_but_direct_references_may_move():
    assert free(UpdateSettings()) == {"alpha", "beta", "boto3"}


def test_settings_choose_by_patterns():
    assert free(UpdateSettings(packages=("bo*", "ALPHA"), exclude=("alpha",))) == {"boto3"}


def test_only_what_the_inputs_name():
    assert free(UpdateSettings(direct=True)) == {"alpha"}


def test_names_of_the_command_line_count_for_all_that_settings_choose():
    assert free(UpdateSettings(packages=("alpha",)), names=frozenset({NormalizedName("beta")})) == {"beta"}


def test_only_what_an_advisory_is_about():
    assert free(UpdateSettings(), affected=frozenset({NormalizedName("beta")})) == {"beta"}
    assert free(UpdateSettings(), affected=frozenset()) == set()


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [("boto*", True), ("Boto_*", False), ("bot?3", True), ("boto", False), ("*", True), ("BOTO3", True)],
)
def test_patterns_are_written_as_names_are(pattern, matched):
    assert matches(canonicalize_name("boto3"), [pattern]) is matched


@pytest.mark.parametrize(
    ("level", "version", "beyond", "within"),
    [
        ("minor", "1.2.3", ("2.0", "2.0a1", "2.0.dev1", "1!0"), ("1.2.3", "1.9", "1.99.post1")),
        ("patch", "1.2.3", ("1.3", "1.3a1", "2.0"), ("1.2.9", "1.2.3.post1")),
        ("patch", "1!2.3", ("1!2.4", "2!0"), ("1!2.3.1",)),
    ],
)
def test_levels(level, version, beyond, within):
    bound = level_bound(Version(version), level)
    assert bound is not None
    assert all(bound.contains(each, prereleases=True) for each in beyond)
    assert not any(bound.contains(each, prereleases=True) for each in within)


def test_a_level_of_its_own():
    settings = UpdateSettings(level="patch", levels=((NormalizedName("beta"), "major"),))
    found = refusals([LOCK], settings, TODAY)
    assert "beta" not in found
    assert found["alpha"][0].contains("1.3")


def test_releases_are_ignored_through_the_last_day():
    settings = UpdateSettings(ignore=(IGNORED,))
    assert refusals([LOCK], settings, date(2026, 11, 1))["beta"] == (SpecifierSet("==2.*"),)
    assert refusals([LOCK], settings, date(2026, 11, 2)) == {}
    assert expired(settings, date(2026, 11, 1)) == ()
    assert expired(settings, date(2026, 11, 2)) == (IGNORED,)


def test_what_holds_a_release_is_told():
    settings = UpdateSettings(ignore=(IGNORED,), level="minor")

    def holder(text: str):
        return policy_holder(NormalizedName("beta"), Version(text), locks=[LOCK], settings=settings, today=TODAY)

    assert holder("2.1").kind is HolderKind.IGNORED
    assert holder("2.1").text == "beta==2.* is ignored until 2026-11-01: loses data"
    assert holder("3.0").text == "the policy takes beta no further than to another minor release of 1.0"
    assert holder("1.5") is None


def test_every_version_but_some():
    others = but([Version("1.0"), Version("2.0")])
    assert [others.contains(text, prereleases=True) for text in ("1.0", "2.0", "1.5", "3.0a1")] == [
        False,
        False,
        True,
        True,
    ]
