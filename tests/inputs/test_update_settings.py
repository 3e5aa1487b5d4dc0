"""``[tool.pinkeeper.update]``, read and refused."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from packaging.specifiers import SpecifierSet

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.settings import read_settings
from pinkeeper.inputs.update_settings import (
    _KEYS,
    IgnoredReleases,
    RequestSettings,
    UpdateGroup,
    UpdateSettings,
)

ALL = """
[tool.pinkeeper.update]
packages = ["boto*", "httpx"]
exclude = ["botocore"]
direct = true
security = true
level = "minor"
levels = { Django = "patch" }
groups = { aws = ["boto*", "aiobotocore"] }
advisories = "osv.zip"
notes = "files"

[[tool.pinkeeper.update.ignore]]
package = "HTTPX"
versions = ">=1,<2"
reason = "drops a transport that we need"
until = 2027-01-31

[tool.pinkeeper.update.pull-requests]
forge = "gitlab"
forge-url = "https://git.example/api/v4"
remote = "upstream"
base = "trunk"
branch-prefix = "bumps/"
labels = ["dependencies"]
reviewers = ["ada"]
draft = false
most-open = 5
"""


def read(text: str) -> UpdateSettings:
    return read_settings("pyproject.toml", text.encode()).update


def test_all_that_can_be_said():
    assert read(ALL) == UpdateSettings(
        packages=("boto*", "httpx"),
        exclude=("botocore",),
        direct=True,
        security=True,
        level="minor",
        levels=(("django", "patch"),),
        ignore=(
            IgnoredReleases(
                package="httpx",
                versions=SpecifierSet("<2,>=1"),
                reason="drops a transport that we need",
                until=date(2027, 1, 31),
            ),
        ),
        groups=(UpdateGroup(name="aws", patterns=("boto*", "aiobotocore")),),
        advisories="osv.zip",
        notes="files",
        requests=RequestSettings(
            forge="gitlab",
            forge_url="https://git.example/api/v4",
            remote="upstream",
            base="trunk",
            branch_prefix="bumps/",
            labels=("dependencies",),
            reviewers=("ada",),
            draft=False,
            most_open=5,
        ),
    )


def test_every_key_is_in_the_example_and_every_field_has_a_key():
    assert set(tomllib.loads(ALL)["tool"]["pinkeeper"]["update"]) == set(_KEYS)
    said, unsaid = read(ALL), UpdateSettings()
    for field in UpdateSettings.__struct_fields__:
        assert getattr(said, field) != getattr(unsaid, field), field
    for field in RequestSettings.__struct_fields__:
        assert getattr(said.requests, field) != getattr(unsaid.requests, field), field


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('level = "huge"', "update.level: expected patch or minor or major, not huge"),
        ('levels = { django = "all" }', "update.levels.django: expected patch or minor or major, not all"),
        ('levels = ["django"]', "update.levels: expected a table of levels by package, not an array"),
        ('groups = { "a b" = ["x"] }', "update.groups.a b: its name stands in that of a branch"),
        ('ignore = [{ package = "x", versions = "new", reason = "r", until = 2027-01-01 }]', "not a version specifier"),
        ('ignore = [{ package = "x", versions = "==1", reason = "r" }]', "until is missing"),
        ("pull-requests = { most-open = 0 }", "update.pull-requests.most-open: expected a number from 1 to 100"),
        ("pull-requests = { token = 'x' }", "update.pull-requests.token: there is no such key"),
        ("securty = true", "update.securty: there is no such key; did you mean security?"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(line, what):
    with pytest.raises(ConfigurationError) as caught:
        read(f"[tool.pinkeeper.update]\n{line}")
    assert what in str(caught.value)
    assert str(caught.value).startswith("pyproject.toml:")
