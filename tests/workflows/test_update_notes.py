"""Release notes from every source, and from no address that a package makes up."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ForgeError
from pinkeeper.forge.answers import Answer
from pinkeeper.model.comparison import NoteSection, ReleaseNotes
from pinkeeper.workflows.update_notes import Patient, gather_notes
from tests.support.compared import comparison

NAME = NormalizedName("alpha")
OLD, NEW = Version("1.0"), Version("1.2")
IN_FILES = ReleaseNotes(source="CHANGELOG.md in alpha-1.2.tar.gz", sections=(NoteSection(version="1.2", text="Fix."),))
RELEASES = [
    {
        "tag_name": "v1.2",
        "body": "Second.",
        "draft": False,
        "prerelease": False,
        "published_at": "2026-01-02T00:00:00Z",
    },
    {"tag_name": "v1.1", "body": "First.", "draft": False, "prerelease": False, "published_at": "2026-01-01T00:00:00Z"},
    {"tag_name": "v1.0", "body": "Old.", "draft": False, "prerelease": False, "published_at": "2025-01-01T00:00:00Z"},
]


class Forges:
    """Answers for GitHub; remembers what it was asked. is_there: whether anything can be reached."""

    def __init__(self, *, is_there: bool = True) -> None:
        self.environ: dict[str, str] = {}
        self.asked: list[str] = []
        self._is_there = is_there

    def get(self, url, doing, **_):
        self.asked.append(url)
        if not self._is_there:
            raise ForgeError(f"cannot {doing}: it cannot be reached", url=url)
        if "/releases" in url:
            return Answer(url=url, status=200, headers={}, body=json.dumps(RELEASES).encode())
        raise ForgeError(f"cannot {doing}: not found", url=url, status=404)


def compared(*links: tuple[str, str], notes: ReleaseNotes = ReleaseNotes()):  # noqa: B008 - frozen
    return replace(comparison(), notes=notes, links=links)


def test_the_files_come_first_and_the_forge_after_them():
    forges = Forges()
    found = compared(("Source", "https://github.com/some/alpha"), notes=IN_FILES)
    notes, missing = gather_notes(NAME, OLD, NEW, found, forges)
    assert notes[0] == IN_FILES
    assert [section.version for section in notes[1].sections] == ["1.2", "1.1"]
    assert "github.com/some/alpha" in notes[1].source
    assert missing == ()


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/changelog",
        "https://leads.example/changelog.md",
        "file:///etc/passwd",
        "https://github.com.leads.example/some/alpha",
        "https://github.com@leads.example/some/alpha",
        "//github.com/some",
        "javascript:alert(1)",
        "\x00",
        "",
    ],
)
@pytest.mark.parametrize("label", ["Changelog", "Homepage", "Source"])
def test_no_other_address_is_ever_asked(label, url):
    forges = Forges()
    notes, _ = gather_notes(NAME, OLD, NEW, compared((label, url)), forges)
    assert forges.asked == []
    assert notes == ()


def test_a_changelog_elsewhere_is_told_and_not_read():
    _, missing = gather_notes(NAME, OLD, NEW, compared(("Change Log", "https://u:p@docs.example/log")), Forges())
    assert missing == ("its changelog is said to be at https://docs.example/log, which was not read",)


def test_where_nothing_may_be_asked_links_are_told():
    _, missing = gather_notes(NAME, OLD, NEW, compared(("What's New?", "https://github.com/some/alpha/releases")), None)
    assert missing == ("its changelog is said to be at https://github.com/some/alpha/releases, which was not read",)


def test_what_cannot_be_had_is_told_once_and_fails_nothing():
    links = (("Source", "https://github.com/some/alpha"), ("Homepage", "https://github.com/some/alpha"))
    notes, missing = gather_notes(NAME, OLD, NEW, compared(*links), Forges(is_there=False))
    assert notes == ()
    assert len(missing) == 1
    assert "cannot be reached" in missing[0]


def test_of_what_is_new_the_notes_of_its_own_version_count():
    notes, _ = gather_notes(NAME, None, NEW, compared(("Source", "https://github.com/some/alpha")), Forges())
    assert [section.version for section in notes[0].sections] == ["1.2"]


def test_a_forge_that_cannot_be_reached_is_asked_once():
    forges = Forges(is_there=False)
    patient = Patient(forges)

    def ask(number: int) -> str:
        with pytest.raises(ForgeError) as caught:
            patient.get(f"https://api.github.com/repos/some/{number}", "look")
        return caught.value.what

    with ThreadPoolExecutor(8) as pool:
        told = set(pool.map(ask, range(40)))
    assert told == {"cannot look: it cannot be reached"}
    assert len(forges.asked) == 1


def test_a_forge_that_answers_no_is_asked_again():
    forges = Forges()
    patient = Patient(forges)
    for number in range(3):
        with pytest.raises(ForgeError):
            patient.get(f"https://api.github.com/repos/some/{number}", "look")
    assert len(forges.asked) == 3
