"""Which forge, which project, which API; and which token goes where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import ConfigurationError
from pinkeeper.forge.address import origin_of, parse_remote
from pinkeeper.forge.links import file_link, project_of
from pinkeeper.forge.place import ForgeKind, find_place
from pinkeeper.forge.tokens import missing_token, tokens_of

_ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://ghe.corp.example",
    "GITHUB_API_URL": "https://ghe.corp.example/api/v3",
    "GITHUB_REPOSITORY": "team/app",
}
_JOB = {
    "GITLAB_CI": "true",
    "CI_SERVER_URL": "https://code.corp.example/gitlab",
    "CI_API_V4_URL": "https://code.corp.example/gitlab/api/v4",
    "CI_PROJECT_PATH": "team/sub/app",
}


@pytest.mark.parametrize(
    ("remote", "environ", "expected"),
    [
        ("https://github.com/o/n.git", {}, ("github", "https://api.github.com", "o/n")),
        ("https://user:secret@github.com/o/n", {}, ("github", "https://api.github.com", "o/n")),
        ("git@github.com:o/n.git", {}, ("github", "https://api.github.com", "o/n")),
        ("ssh://git@ssh.github.com:443/o/n.git", {}, ("github", "https://api.github.com", "o/n")),
        ("https://tenant.ghe.com/o/n", {}, ("github", "https://api.tenant.ghe.com", "o/n")),
        ("git@github.corp.example:o/n.git", {}, ("github", "https://github.corp.example/api/v3", "o/n")),
        ("git@gitlab.com:g/s/n.git", {}, ("gitlab", "https://gitlab.com/api/v4", "g/s/n")),
        ("https://gitlab.corp.example:8443/g/n", {}, ("gitlab", "https://gitlab.corp.example:8443/api/v4", "g/n")),
        ("ssh://git@gitlab.corp.example:2222/g/n", {}, ("gitlab", "https://gitlab.corp.example/api/v4", "g/n")),
        ("https://git.corp.example/o/n", {}, ("other", "", "")),
        ("/srv/git/n.git", {}, ("other", "", "")),
        ("C:\\git\\n", {}, ("other", "", "")),
        ("git@ghe.corp.example:team/app", _ACTIONS, ("github", "https://ghe.corp.example/api/v3", "team/app")),
        ("/srv/git/n.git", _ACTIONS, ("github", "https://ghe.corp.example/api/v3", "team/app")),
        ("https://github.com/o/n", _ACTIONS, ("github", "https://api.github.com", "o/n")),
        ("https://gitlab.com/o/n", _ACTIONS, ("gitlab", "https://gitlab.com/api/v4", "o/n")),
        ("https://git.corp.example/o/n", {**_ACTIONS, "GITEA_ACTIONS": "true"}, ("other", "", "")),
        (
            "https://code.corp.example/gitlab/team/sub/app.git",
            _JOB,
            ("gitlab", "https://code.corp.example/gitlab/api/v4", "team/sub/app"),
        ),
        ("git@code.corp.example:team/sub/app.git", _JOB, ("gitlab", _JOB["CI_API_V4_URL"], "team/sub/app")),
    ],
)
def test_the_remote_and_the_environment_say_where(remote, environ, expected):
    place = find_place(remote, environ)
    assert (place.kind.value, place.api, place.project) == expected


@pytest.mark.parametrize(
    ("kind", "url", "api"),
    [
        ("github", "https://code.example", "https://code.example/api/v3"),
        ("github", "https://code.example/api/v3/", "https://code.example/api/v3"),
        ("github", "https://api.github.com", "https://api.github.com"),
        ("gitlab", "https://code.example/gitlab", "https://code.example/gitlab/api/v4"),
        ("gitlab", "https://code.example/api/v4", "https://code.example/api/v4"),
    ],
)
def test_what_is_set_comes_first(kind, url, api):
    place = find_place("https://github.com/o/n", _JOB, kind=ForgeKind(kind), url=url, project="own/project")
    assert (place.kind.value, place.api, place.project) == (kind, api, "own/project")


@pytest.mark.parametrize(
    "url", ["http://code.example", "https://u:p@code.example", "ftp://x.example", "code", "https://"]
)
def test_an_address_to_which_no_token_must_go_is_refused(url):
    with pytest.raises(ConfigurationError, match="must be an https URL without credentials") as caught:
        find_place("https://github.com/o/n", {}, kind=ForgeKind.GITHUB, url=url)
    assert "u:p" not in str(caught.value)


def test_a_project_that_nobody_names_is_asked_for():
    with pytest.raises(ConfigurationError, match=r"the project on https://github\.com is not known"):
        find_place("/srv/git/n.git", {}, kind=ForgeKind.GITHUB)


@given(st.text(max_size=80))
def test_no_remote_makes_it_stumble(text):
    address = parse_remote(text)
    if address is not None:
        assert len(address.path) >= 2
        assert origin_of(address.origin) == address.origin
    origin_of(text)
    project_of(text, {})
    file_link(f"https://github.com/{text}", {})


@given(
    st.from_regex(r"(https|ssh)://[a-z]{1,5}:[a-zA-Z0-9]{12}@[a-z]{2,9}\.example/[a-z]{1,5}/[a-z]{1,5}", fullmatch=True)
)
def test_credentials_of_a_remote_go_no_further(url):
    address = parse_remote(url)
    assert address is not None
    assert url.partition("@")[0].rpartition(":")[2] not in repr(address)


def test_each_token_is_for_its_own_host():
    environ = {"GITHUB_TOKEN": "hub", "GITLAB_TOKEN": "lab", "PINKEEPER_FORGE_TOKEN": "own"}
    assert {origin: token.secret for origin, token in tokens_of(environ).items()} == {
        "https://api.github.com": "hub",
        "https://gitlab.com": "lab",
    }
    place = find_place("https://gitlab.corp.example/g/n", environ)
    assert {origin: token.secret for origin, token in tokens_of(environ, place=place).items()} == {
        "https://gitlab.corp.example": "own",
        "https://api.github.com": "hub",
        "https://gitlab.com": "lab",
    }


def test_a_forge_that_only_a_setting_names_gets_no_token_of_another():
    environ = {"GITHUB_TOKEN": "hub", "GH_TOKEN": "hub", "GITLAB_TOKEN": "lab"}
    place = find_place("https://github.com/o/n", environ, kind=ForgeKind.GITHUB, url="https://evil.example")
    assert "https://evil.example" not in tokens_of(environ, place=place)
    assert "set PINKEEPER_FORGE_TOKEN" in str(missing_token(place, environ))


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({**_ACTIONS, "GITHUB_TOKEN": "t"}, "https://ghe.corp.example"),
        ({**_JOB, "GITLAB_TOKEN": "t"}, "https://code.corp.example"),
        ({"GITLAB_HOST": "code.example", "GITLAB_TOKEN": "t"}, "https://code.example"),
        ({"GITLAB_HOST": "https://code.example", "GITLAB_TOKEN": "t"}, "https://code.example"),
        ({"GH_HOST": "ghe.example", "GH_ENTERPRISE_TOKEN": "t"}, "https://ghe.example"),
    ],
)
def test_the_environment_says_whose_its_tokens_are(environ, origin):
    assert list(tokens_of(environ)) == [origin]


def test_a_token_that_cannot_be_one_is_told_and_not_shown():
    with pytest.raises(ConfigurationError, match="it has spaces or odd characters") as caught:
        tokens_of({"GITHUB_TOKEN": "sec ret"})
    assert "sec" not in str(caught.value)
    assert "GITHUB_TOKEN" in str(caught.value)


def test_a_token_shows_itself_to_nobody():
    (token,) = tokens_of({"GITHUB_TOKEN": "secret"}).values()
    assert "secret" not in f"{token!r} {token}"


@pytest.mark.parametrize(
    ("url", "project"),
    [
        ("https://github.com/x/y", "x/y"),
        ("http://www.github.com/x/y.git", "x/y"),
        ("git+https://github.com/x/y.git@main#egg=y", "x/y"),
        ("https://github.com/x/y/tree/main/sub?tab=readme#top", "x/y"),
        ("git@github.com:x/y.git", "x/y"),
        ("https://gitlab.com/g/s/y/-/tree/main", "g/s/y"),
        ("https://gitlab.com/g/y/blob/main/x.md", "g/y"),
        ("https://x.readthedocs.example/", None),
        ("https://github.com/x", None),
        ("https://github.com/../y", None),
        ("nonsense", None),
    ],
)
def test_a_link_leads_into_a_project(url, project):
    place = project_of(url, {})
    assert (place.project if place else None) == project


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (
            "https://github.com/x/y/blob/main/docs/CHANGES one.md#v1",
            "https://api.github.com/repos/x/y/contents/docs/CHANGES%20one.md?ref=main",
        ),
        ("https://raw.githubusercontent.com/x/y/v1/C.md", "https://api.github.com/repos/x/y/contents/C.md?ref=v1"),
        (
            "https://gitlab.com/g/s/y/-/blob/main/docs/C.rst",
            "https://gitlab.com/api/v4/projects/g%2Fs%2Fy/repository/files/docs%2FC.rst/raw?ref=main",
        ),
        ("https://github.com/x/y/releases", None),
        ("https://github.com/x/y/blob/main/../../../z", None),
        ("https://github.com/x/y/tree/main/docs", None),
        ("https://docs.example/x/y/blob/main/C.md", None),
    ],
)
def test_a_link_to_a_file_becomes_a_question_to_the_api(url, asked):
    link = file_link(url, {})
    assert (link.url if link else None) == asked
