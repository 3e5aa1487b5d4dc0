"""Release notes from forges, and changelogs behind links."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.forge.api import Api, ApiOptions
from pinkeeper.forge.releases import changelog_file, releases_between
from pinkeeper.forge.tags import version_of_tag
from pinkeeper.review.changelog import release_notes
from pinkeeper.review.changelog.notes import SECTION_LIMIT
from tests.forge.api_server import ApiServer, Reply

_NAME = canonicalize_name("some-name")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("v1.2", ("1.2", False)),
        ("1.2.3", ("1.2.3", False)),
        ("V1.2rc1", ("1.2rc1", False)),
        ("release-1.2", ("1.2", False)),
        ("release/v1.2", ("1.2", False)),
        ("rel_1_2_3", ("1.2.3", False)),
        ("py-1.2", ("1.2", False)),
        ("v1.2.3-stable", ("1.2.3", False)),
        ("v1.2.3-stable.patch1", ("1.2.3", False)),
        ("some-name-1.2", ("1.2", True)),
        ("some_name-v1.2", ("1.2", True)),
        ("some-name==1.2", ("1.2", True)),
        ("some-name/v1.2", ("1.2", True)),
        ("some-name@1.2", ("1.2", True)),
        ("libs/some-name==1.2", ("1.2", True)),
        ("Some.Name_1.2.0", ("1.2.0", True)),
        ("other-1.2", None),
        ("some-name-core==1.2", None),
        ("@scope/other@1.2", None),
        ("nightly", None),
        ("", None),
        ("v", None),
        ("v1.2-" + "x" * 200, None),
        ("v99999999999.1", None),
    ],
)
def test_a_tag_is_read_for_its_version(tag, expected):
    found = version_of_tag(tag, _NAME)
    assert found == (None if expected is None else (Version(expected[0]), expected[1]))


def test_names_with_digits_are_no_versions():
    assert version_of_tag("h2-4.1.0", canonicalize_name("h2")) == (Version("4.1.0"), True)
    assert version_of_tag("sdk-2-1.2", canonicalize_name("sdk-2")) == (Version("1.2"), True)


@given(st.text(max_size=130))
def test_no_tag_makes_it_stumble(tag):
    version_of_tag(tag, _NAME)


class _Forge:
    """GitHub or GitLab with the releases of ``x/y``, 100 a page at most, and files."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.releases: list[tuple[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.fields: dict[str, object] = {}
        self.server = ApiServer(self._reply)

    def environ(self) -> dict[str, str]:
        names = ("GITHUB_SERVER_URL", "GITHUB_API_URL") if self.kind == "github" else ("CI_SERVER_URL", "CI_API_V4_URL")
        return {**os.environ, **dict.fromkeys(names, self.server.origin)}

    def _reply(self, asked) -> Reply:
        if asked.path in self.files:
            if self.kind == "github":
                assert asked.headers["accept"] == "application/vnd.github.raw+json"
            return Reply(raw=self.files[asked.path])
        project = "/repos/x/y" if self.kind == "github" else "/projects/x%2Fy"
        if asked.raw_path != f"{project}/releases":
            return Reply(status=404, content={"message": "Not Found"})
        assert set(asked.query) <= {"per_page", "page"}
        page, size = int(asked.query.get("page", "1")), int(asked.query["per_page"])
        body = "body" if self.kind == "github" else "description"
        shown = [{"tag_name": tag, body: text, **self.fields} for tag, text in self.releases]
        following = f'<{self.server.origin}{asked.raw_path}?per_page={size}&page={page + 1}>; rel="next"'
        link = {"Link": following} if page * size < len(shown) else {}
        return Reply(content=shown[(page - 1) * size : page * size], headers=link)


@pytest.fixture(params=["github", "gitlab"])
def forge(request):
    made = _Forge(request.param)
    with made.server:
        yield made


@pytest.fixture
def notes(forge):
    def ask(old: str | None, new: str, name: str = "some-name", url: str = ""):
        options = ApiOptions(environ=forge.environ(), retries=0, patience=0.0)
        with Api(options, sleep=lambda _: None) as api:
            before = None if old is None else Version(old)
            return releases_between(
                url or f"{forge.server.origin}/x/y", before, Version(new), canonicalize_name(name), api=api
            )

    return ask


def _shown(found):
    return [(section.version, section.text) for section in found.sections]


def test_each_release_in_the_range_has_its_own_section_the_newest_first(forge, notes):
    forge.releases = [("v1.3", "c"), ("v1.2", "b\r\nb"), ("v1.1", "a"), ("v1.0", "z")]
    found = notes("1.0", "1.2")
    assert _shown(found) == [("1.2", "b\nb"), ("1.1", "a")]
    assert found.source == f"releases of {forge.server.origin.removeprefix('http://')}/x/y"
    assert (found.markup, found.cut, found.remark) == ("markdown", 0, "")


def test_in_a_repository_of_many_projects_each_has_its_own(forge, notes):
    forge.releases = [("some-name==1.1", "own"), ("other==1.1", "of another"), ("v1.1", "of the repository")]
    assert _shown(notes("1.0", "1.1")) == [("1.1", "own")]
    assert _shown(notes("1.0", "1.1", "third")) == [("1.1", "of the repository")]


def test_for_an_added_package_there_are_the_notes_of_its_release_alone(forge, notes):
    forge.releases = [("v1.1", "a"), ("v1.0", "z")]
    assert _shown(notes(None, "1.1")) == [("1.1", "a")]


def test_versions_are_compared_as_versions(forge, notes):
    forge.releases = [("v1.2.0", "a"), ("1.10", "b"), ("v1.2rc1", "c")]
    assert [version for version, _ in _shown(notes("1.1", "1.2"))] == ["1.2.0", "1.2rc1"]


def test_what_is_missing_is_said(forge, notes):
    assert notes("1.0", "1.1").remark.endswith("/x/y has no releases")
    forge.releases = [("v0.9", "a"), ("v1.1", "  ")]
    assert "has no release with notes after 1.0 up to 1.1" in notes("1.0", "1.1").remark
    forge.releases = [("v1.1", "a")]
    assert notes("1.0", "1.2").remark == "there is no section for 1.2"


def test_no_more_than_three_pages_are_read_and_that_is_said(forge, notes):
    forge.releases = [(f"v2.{number}", "new") for number in range(500, 0, -1)]
    found = notes("1.0", "1.1")
    assert "only the newest 300 releases were looked at" in found.remark
    assert len(forge.server.asked) == 3
    found = notes("2.498", "2.500")
    assert len(found.sections) == 2
    assert found.remark == ""
    assert len(forge.server.asked) == 4


def test_drafts_and_releases_to_come_are_left_out(forge, notes):
    forge.releases = [("v1.1", "secret")]
    forge.fields = {"draft": True, "upcoming_release": True}
    assert notes("1.0", "1.1").sections == ()


def test_a_long_text_is_cut_and_the_cut_counted(forge, notes):
    forge.releases = [("v1.1", "line\n" * 10_000)]
    found = notes("1.0", "1.1")
    assert found.cut > 0
    assert found.sections[0].text.endswith(f"\n\n[{found.cut} more characters]")
    assert len(found.sections[0].text) < SECTION_LIMIT + 100


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=404, content={}), "the forge answered 404"),
        (Reply(status=500, content={}), "the forge answered 500"),
        (Reply(status=429, headers={"Retry-After": "3600"}), "the forge's rate limit is used up until"),
        (Reply(raw=b"<html>"), "could not be read"),
        (Reply(content={"message": "odd"}), "has no releases"),
        (Reply(content=[1, None, {"tag_name": 7}, {"tag_name": "v1.1", "body": ["x"]}]), "has no release with notes"),
    ],
)
def test_a_forge_that_does_not_answer_fails_nothing(forge, notes, reply, words):
    forge.server.before = lambda _: reply
    found = notes("1.0", "1.1")
    assert found.sections == ()
    assert words in found.remark


def test_other_places_are_not_asked(forge, notes):
    assert notes("1.0", "1.1", url="https://docs.example/x/y") is None
    assert forge.server.asked == []


def test_a_changelog_behind_a_link_is_read_through_the_api(forge):
    path = "/repos/x/y/contents/docs/CHANGES.md"
    if forge.kind == "gitlab":
        path = "/projects/x/y/repository/files/docs/CHANGES.md/raw"
    forge.files[path] = b"\xef\xbb\xbf# Changes\n\n## 1.1\n\nnew\n\n## 1.0\n\nold\n"
    between = "" if forge.kind == "github" else "-/"
    with Api(ApiOptions(environ=forge.environ())) as api:
        source = changelog_file(f"{forge.server.origin}/x/y/{between}blob/main/docs/CHANGES.md", api=api)
        absent = changelog_file(f"{forge.server.origin}/x/y/{between}blob/main/NEWS", api=api)
        assert changelog_file("https://docs.example/changes", api=api) is None
    assert source.markup == "markdown"
    found = release_notes(Version("1.0"), Version("1.1"), [source], name=_NAME)
    assert [(section.version, section.text.strip()) for section in found.sections] == [("1.1", "new")]
    assert found.source == f"docs/CHANGES.md of {forge.server.origin.removeprefix('http://')}/x/y at main"
    assert absent.endswith("could not be read: the forge answered 404")
