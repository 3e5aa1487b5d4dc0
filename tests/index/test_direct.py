"""References to version control: what they name, what a repository answers, where forges keep archives."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import InputError
from pinkeeper.index.direct import GitReference, commit_in_archive_url, git_reference
from pinkeeper.index.git_refs import commit_of, read_refs
from tests.support.forge import Forge

COMMIT, OTHER = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git+https://forge.example/o/r", GitReference(base="https://forge.example/o/r", revision=None)),
        ("git+https://forge.example/o/r.git@v1.0", GitReference(base="https://forge.example/o/r", revision="v1.0")),
        (
            "git+https://forge.example/group/sub/r.git@feature/x#egg=r&subdirectory=python/r",
            GitReference(base="https://forge.example/group/sub/r", revision="feature/x", subdirectory="python/r"),
        ),
        (
            f"git+https://forge.example:8443/o/r/@{COMMIT}",
            GitReference(base="https://forge.example:8443/o/r", revision=COMMIT),
        ),
        ("https://files.example/a-1.0.tar.gz", None),
        ("./dist/a-1.0.tar.gz", None),
    ],
)
def test_what_a_reference_names(url, expected):
    assert git_reference(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "git+ssh://git@forge.example/o/r",
        "git+file:///srv/r",
        "git+git://forge.example/o/r",
        "hg+https://forge.example/o/r",
        "svn+https://forge.example/o/r",
        "git+https://forge.example",
        "git+https://forge.example/o/r@",
        "git+--upload-pack=touch",
    ],
)
def test_what_no_archive_can_be_had_of(url):
    with pytest.raises(InputError):
        git_reference(url)


def test_archives_and_back():
    reference = GitReference(base="https://forge.example/o/r", revision="main")
    urls = reference.archives(COMMIT)
    assert urls == (
        f"https://forge.example/o/r/archive/{COMMIT}.tar.gz",
        f"https://forge.example/o/r/-/archive/{COMMIT}/r-{COMMIT}.tar.gz",
        f"https://forge.example/o/r/get/{COMMIT}.tar.gz",
    )
    assert [commit_in_archive_url(reference, url) for url in urls] == [COMMIT] * 3
    assert commit_in_archive_url(reference, f"{urls[0]}#subdirectory=x") == COMMIT
    assert commit_in_archive_url(reference, f"https://forge.example/o/other/archive/{COMMIT}.tar.gz") is None
    assert commit_in_archive_url(reference, "https://forge.example/o/r/archive/main.tar.gz") is None


REFS = {
    "HEAD": COMMIT,
    "refs/heads/main": COMMIT,
    "refs/heads/v1": COMMIT,
    "refs/tags/v1": "c" * 40,
    "refs/tags/v1^{}": OTHER,
    "refs/tags/light": OTHER,
    "refs/pull/7/head": OTHER,
}


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        (None, COMMIT),
        ("main", COMMIT),
        ("v1", OTHER),
        ("light", OTHER),
        ("refs/pull/7/head", OTHER),
        ("refs/heads/v1", COMMIT),
        ("mai", None),
        ("", None),
    ],
)
def test_the_commit_of_a_revision(revision, expected):
    assert commit_of(REFS, revision) == expected


def test_an_advertisement():
    with Forge() as forge:
        forge.add_repository("/o/r", REFS)
        assert read_refs(forge.files["/o/r/info/refs"], url="https://forge.example/o/r") == REFS


def test_an_empty_repository():
    assert read_refs(b"001e# service=git-upload-pack\n00000000", url="https://forge.example/o/r") == {}


@pytest.mark.parametrize("body", [b"<!doctype html>", b"ffff", b"0008zzzz", b"0003", b"0032" + b"x" * 20, b"-001"])
def test_what_is_no_repository(body):
    with pytest.raises(InputError, match="no git repository"):
        read_refs(body, url="https://forge.example/o/r")


@given(st.binary(max_size=200))
def test_any_answer_is_read_or_refused(body):
    with contextlib.suppress(InputError):
        assert all(map(str.isalnum, read_refs(body, url="https://forge.example/o/r").values()))
