from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.review.changelog.version_titles import is_unreleased_title, read_version_title, version_in_file_name

NAME = NormalizedName("frost-kit")


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("V 1.2.3", "1.2.3"),
        ("[1.2.3]", "1.2.3"),
        ("[1.2.3] - 2026-01-31", "1.2.3"),
        ("[v1.2.3](https://forge.example/frost/compare/v1.2.2...v1.2.3) (2026-01-31)", "1.2.3"),
        ("[1.2.3][] / 2026-01-31", "1.2.3"),
        ("[[1.2.3]](https://forge.example/1.2.2)", "1.2.3"),
        ("1.2.3 (2026-01-31)", "1.2.3"),
        ("1.2.3 (31 January 2026)", "1.2.3"),
        ("1.2.3 (January 31st, 2026)", "1.2.3"),
        ("1.2.3, released on Sat Jan 31 2026", "1.2.3"),
        ("1.2.3 (31.01.2026)", "1.2.3"),
        ("1.2.3 (20260131)", "1.2.3"),
        ("1.2.3 (2026-??-??)", "1.2.3"),
        ("1.2.3 \u2013 2026-01-31", "1.2.3"),
        ("1.2.3 -- 31/01/2026 12:30", "1.2.3"),
        ("2026-01-31 1.2.3", "1.2.3"),
        ("2026-01-31: Version 1.2.3", "1.2.3"),
        ("Version 1.2.3", "1.2.3"),
        ("Release v1.2.3", "1.2.3"),
        ("release-1.2.3", "1.2.3"),
        ("Release notes for 1.2.3", "1.2.3"),
        ("Frost Kit 1.2.3 Release Notes", "1.2.3"),
        ("frost_kit 1.2.3 (2026-01-31)", "1.2.3"),
        ("frost-kit==1.2.3", "1.2.3"),
        ("frost-kit@1.2.3", "1.2.3"),
        ("frost-kit-v1.2.3", "1.2.3"),
        ("FrostKit 1.2.3", "1.2.3"),
        ("What's new in 1.2.3 (January 31, 2026)", "1.2.3"),
        ("What\u2019s new in Frost Kit 1.2", "1.2"),
        ("**1.2.3**", "1.2.3"),
        ("``1.2.3``", "1.2.3"),
        ("`1.2.3 <https://forge.example/v9.9.9>`__", "1.2.3"),
        (":version:`1.2.3`", "1.2.3"),
        ('<a name="v1.2.3"></a>1.2.3', "1.2.3"),
        ("1.2.3 {#v1-2-3}", "1.2.3"),
        ("1.2.3 \U0001f389", "1.2.3"),
        ("1.2.3rc1", "1.2.3rc1"),
        ("1.2.3-beta.2", "1.2.3b2"),
        ("1.2.3.post1", "1.2.3.post1"),
        ("1.2.3.dev0 (unreleased)", "1.2.3.dev0"),
        ("01.02.03", "1.2.3"),
        ("2026.1.31", "2026.1.31"),
        ("2026.1.31 (2026-01-31)", "2026.1.31"),
        ("Version 7", "7"),
        ("v7", "7"),
        ("1.2.3 [YANKED]", "1.2.3"),
        ("frost-kit (1.2.3-1) unstable; urgency=low", "1.2.3.post1"),
    ],
)
def test_a_title_is_plain_where_all_around_its_version_says_nothing(title, version):
    read = read_version_title(title, NAME)

    assert read is not None
    assert read.versions == (Version(version),)
    assert read.is_plain
    assert not read.owner


@pytest.mark.parametrize(
    "title",
    [
        "Changed",
        "Added in January 2026",
        "2026-01-31",
        "31.01.2026",
        "Python 3.13 support",
        "Removed in 3.0",
        "Deprecations before 2.0",
        "Upgrading to 2.0",
        "Changes since 1.2.2",
        "Breaking changes in 2.0",
        "7",
        "7 bugs",
        "1.2.3 or earlier",
        "1." + "9" * 40,
        "x" * 400 + " 1.2.3",
        "1.2.not",
        "",
    ],
)
def test_a_title_about_something_else_is_that_of_no_version(title):
    assert read_version_title(title, NAME) is None


def test_words_before_a_version_name_another_project():
    read = read_version_title("glacier-tools 1.2.3", NAME)

    assert read is not None
    assert read.owner == "glacier-tools"
    assert not read.is_plain


def test_words_after_a_version_make_a_title_more_than_plain():
    read = read_version_title("1.2.3 Thaw", NAME)

    assert read is not None
    assert (read.owner, read.is_plain) == ("", False)


def test_a_title_can_be_about_several_versions():
    read = read_version_title("1.2.3, 1.2.4 (2026-01-31)", NAME)

    assert read is not None
    assert read.versions == (Version("1.2.3"), Version("1.2.4"))


@pytest.mark.parametrize("title", ["1.2.x", "Version 1.2.*", "v1.2.x (2026)"])
def test_a_title_can_be_about_a_line_of_releases(title):
    read = read_version_title(title, NAME)

    assert read is not None
    assert (read.versions, read.is_series) == ((Version("1.2"),), True)


@pytest.mark.parametrize(
    "title", ["Unreleased", "[Unreleased] - 2026-??-??", "Upcoming release", "In development", "main"]
)
def test_changes_without_a_release_are_known_by_their_title(title):
    assert is_unreleased_title(title)


@pytest.mark.parametrize("title", ["Changed", "Development setup", "1.2.3", "", "Unreleased ideas about music"])
def test_other_titles_are_not_those_of_changes_without_a_release(title):
    assert not is_unreleased_title(title)


@pytest.mark.parametrize(
    ("stem", "version"),
    [
        ("1.2", "1.2"),
        ("v1.2.3", "1.2.3"),
        ("1.2.3-notes", "1.2.3"),
        ("release-1.2.3", "1.2.3"),
        ("release_1.2", "1.2"),
        ("1_2_3", "1.2.3"),
        ("v1_2_3", "1.2.3"),
        ("frost-kit-1.2.3", "1.2.3"),
        ("version-1.2", "1.2"),
    ],
)
def test_a_file_name_can_be_that_of_a_version(stem, version):
    read = version_in_file_name(stem, NAME)

    assert read is not None
    assert read.versions == (Version(version),)


@pytest.mark.parametrize("stem", ["index", "python-3.13-guide", "upgrade-2.0", "2026", "glacier-1.2"])
def test_other_file_names_are_not_those_of_a_version(stem):
    assert version_in_file_name(stem, NAME) is None


@given(st.text(max_size=400))
def test_any_text_at_all_can_be_asked(title):
    read = read_version_title(title, NAME)

    assert read is None or read.versions
    assert is_unreleased_title(title) in (True, False)


@given(
    st.tuples(st.integers(0, 2030), st.integers(0, 99), st.integers(0, 99)),
    st.sampled_from(["{}", "v{}", "[{}] - 2026-02-03", "{} (2026-02-03)", "{} / 2026-02-03", "Release {}", "## {} ##"]),
)
def test_a_version_is_found_in_whatever_title_it_has(numbers, form):
    version = ".".join(map(str, numbers))

    read = read_version_title(form.format(version), NAME)

    assert read is not None
    assert read.versions == (Version(version),)
