from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from tests.support.distributions import make_sdist, make_wheel
from tests.support.pages import HTML_TYPE, JSON_TYPE
from tests.support.recorded_page import ACCEPT, listed_files
from tests.support.tree import load_tree

PIP_ACCEPT = f"{JSON_TYPE}, {HTML_TYPE}; q=0.1, text/html; q=0.01"


def page(client, index, name, accept=ACCEPT):
    response = client.get(f"{index.url}/{name}/", headers={"Accept": accept})
    assert response.status_code == 200
    return listed_files(response.content, url=str(response.url), content_type=response.headers["content-type"])


@pytest.mark.parametrize(
    ("style", "accept", "expected"),
    [
        ("json", PIP_ACCEPT, JSON_TYPE),
        ("json", "application/vnd.pypi.simple.latest+json", JSON_TYPE),
        ("json", f"{JSON_TYPE};q=0.1, text/html;q=0.2", "text/html"),
        ("json", HTML_TYPE, HTML_TYPE),
        ("json", "text/html", "text/html"),
        ("json", "*/*", "text/html"),
        ("html", PIP_ACCEPT, HTML_TYPE),
        ("html", "text/html", "text/html"),
    ],
)
def test_the_format_is_negotiated(index, client, style, accept, expected):
    index.behaviour.style = style
    index.add_release("thing", "1")
    for url in (f"{index.url}/", f"{index.url}/thing/"):
        response = client.get(url, headers={"Accept": accept})
        assert (response.status_code, response.headers["content-type"]) == (200, expected)


def test_a_format_that_is_not_served_is_not_acceptable(index, client):
    index.behaviour.style = "html"
    index.add_release("thing", "1")
    for accept in (JSON_TYPE, "text/html;q=0"):
        assert client.get(f"{index.url}/thing/", headers={"Accept": accept}).status_code == 406


@pytest.mark.parametrize(("style", "expected"), [("json", JSON_TYPE), ("html", "text/html; charset=utf-8")])
def test_a_server_may_not_care_what_is_accepted(index, client, style, expected):
    index.behaviour.style, index.behaviour.ignores_accept = style, True
    response = client.get(f"{index.url}/", headers={"Accept": "image/png"})
    assert response.headers["content-type"] == expected


@pytest.mark.parametrize("style", ["json", "html"])
@pytest.mark.parametrize("relative_urls", [False, True])
def test_a_page_tells_all_that_was_added(index, client, style, relative_urls):
    index.behaviour.style, index.behaviour.relative_urls = style, relative_urls
    index.behaviour.html_upload_times = True
    time = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
    wheel = make_wheel("thing", "1+x", requires_python=">=3.8,<4")
    sdist = make_sdist("thing", "2")
    index.add(wheel, upload_time=time, yanked='broke "it" & more')
    index.add(sdist, upload_time=None, yanked=True)
    first, second = page(client, index, "thing")
    assert (first.filename, first.sha256, first.upload_time) == (wheel.filename, wheel.sha256, time)
    assert (first.requires_python, first.yanked, first.has_metadata) == (">=3.8,<4", 'broke "it" & more', True)
    assert (second.filename, second.upload_time, second.yanked, second.has_metadata) == (
        sdist.filename,
        None,
        "",
        False,
    )
    assert first.size == (len(wheel.content) if style == "json" else None)
    assert client.get(first.url).content == wheel.content
    assert client.get(f"{first.url}.metadata").content == wheel.metadata
    assert client.get(second.url).content == sdist.content
    assert client.get(f"{second.url}.metadata").status_code == 404


@pytest.mark.parametrize(
    ("key", "html_key"),
    [
        ("core-metadata", "data-core-metadata"),
        ("dist-info-metadata", "data-dist-info-metadata"),
        ("data-dist-info-metadata", "data-dist-info-metadata"),
    ],
)
def test_core_metadata_is_advertised_under_the_key_that_was_asked_for(index, client, key, html_key):
    index.behaviour.core_metadata = key
    (file,) = index.add_release("thing", "1")
    url = f"{index.url}/thing/"
    assert client.get(url, headers={"Accept": JSON_TYPE}).json()["files"][0][key] == {"sha256": file.metadata_sha256}
    assert f' {html_key}="sha256={file.metadata_sha256}"' in client.get(url).text
    index.behaviour.metadata_hash = False
    assert client.get(url, headers={"Accept": JSON_TYPE}).json()["files"][0][key] is True
    assert f' {html_key}="true"' in client.get(url).text


def test_an_index_without_core_metadata_neither_advertises_nor_serves_it(index, client):
    index.behaviour.core_metadata = None
    (file,) = index.add_release("thing", "1")
    assert "metadata" not in client.get(f"{index.url}/thing/", headers={"Accept": JSON_TYPE}).text
    assert client.get(f"{index.origin}{file.path}.metadata").status_code == 404


def test_core_metadata_may_differ_from_the_wheel(index, client):
    file = index.add(make_wheel("thing", "1"), metadata=b"Metadata-Version: 2.1\n")
    assert client.get(f"{index.origin}{file.path}.metadata").content == b"Metadata-Version: 2.1\n"


def test_lies_are_hashes_of_the_right_shape(index, client):
    wheel = make_wheel("thing", "1")
    file = index.add(wheel)
    index.behaviour.file_hash_lies = index.behaviour.metadata_hash_lies = True
    entry = client.get(f"{index.url}/thing/", headers={"Accept": JSON_TYPE}).json()["files"][0]
    for told, true in ((entry["hashes"], wheel.sha256), (entry["core-metadata"], file.metadata_sha256)):
        assert len(told["sha256"]) == 64
        assert told["sha256"] != true


def test_one_file_may_have_a_wrong_hash_or_another_or_none(index, client):
    wrong, none, old = (make_wheel("thing", version) for version in "123")
    index.add(wrong, wrong_hash=True)
    index.add(none, no_hash=True)
    index.add(old, hash_algorithm="md5")
    files = client.get(f"{index.url}/thing/", headers={"Accept": JSON_TYPE}).json()["files"]
    assert files[0]["hashes"]["sha256"] != wrong.sha256
    assert files[1]["hashes"] == {}
    assert [*files[2]["hashes"]] == ["md5"]
    assert "#md5=" in client.get(f"{index.url}/thing/").text


def test_a_page_says_its_version_and_leaves_out_what_it_is_told_to(index, client):
    index.behaviour.api_version = "2.0"
    index.behaviour.upload_times = index.behaviour.sizes = False
    index.add(make_wheel("thing", "1", requires_python=">=3.8"), requires_python=None)
    entry = client.get(f"{index.url}/thing/", headers={"Accept": JSON_TYPE}).json()
    assert entry["meta"] == {"api-version": "2.0"}
    assert {*entry["files"][0]} == {"filename", "url", "hashes", "core-metadata"}
    assert 'name="pypi:repository-version" content="2.0"' in client.get(f"{index.url}/thing/").text


def test_other_spellings_of_a_name_lead_to_the_normalized_one(index, client):
    index.add_release("Some.Name", "1")
    for path in ("/simple/Some.Name/", "/simple/some-name", "/simple/SOME_name"):
        response = client.get(f"{index.origin}{path}")
        assert (response.status_code, response.headers["location"]) == (301, "/simple/some-name/")
    assert client.get(index.url).headers["location"] == "/simple/"


def test_the_root_lists_all_projects(index, client):
    index.add_release("b", "1")
    index.add_project("A.a")
    response = client.get(f"{index.url}/", headers={"Accept": JSON_TYPE})
    assert response.json()["projects"] == [{"name": "a-a"}, {"name": "b"}]
    assert '<a href="/simple/a-a/">a-a</a>' in client.get(f"{index.url}/").text
    assert page(client, index, "a-a") == []


def test_what_is_not_there_is_404(index, client):
    file = index.add(make_wheel("thing", "1"))
    index.remove(file.filename)
    for path in ("/simple/nothing/", "/files/thing/nothing.whl", file.path, "/", "/simple/thing/more/"):
        assert client.get(f"{index.origin}{path}").status_code == 404


@pytest.mark.parametrize("relative_urls", [False, True])
def test_the_links_page_has_every_file(index, client, relative_urls):
    index.behaviour.relative_urls = relative_urls
    index.add_release("a", "1", sdist=True)
    index.add_release("b", "2")
    response = client.get(index.links_url)
    files = listed_files(response.content, url=index.links_url, content_type=response.headers["content-type"])
    assert [file.filename for file in files] == ["a-1-py3-none-any.whl", "a-1.tar.gz", "b-2-py3-none-any.whl"]
    assert all(client.get(urljoin(index.links_url, file.url)).status_code == 200 for file in files)


def test_a_tree_is_loaded_from_data(index, client):
    load_tree(
        index,
        {
            "a": {
                "1": ["b>=1"],
                "2": {"requires": ["c"], "upload_time": "2025-01-02T03:04:05Z", "yanked": "bad", "sdist": True},
            },
            "b": {"1": {"tags": [], "sdist": True, "requires_python": ">=3.9"}},
            "c": {},
        },
    )
    first, second, sdist = page(client, index, "a")
    assert b"Requires-Dist: b>=1\n" in client.get(f"{first.url}.metadata").content
    assert (second.yanked, sdist.yanked) == ("bad", "bad")
    assert second.upload_time == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert [file.requires_python for file in page(client, index, "b")] == [">=3.9"]
    assert page(client, index, "c") == []
    with pytest.raises(ValueError, match="a 1: unknown require"):
        load_tree(index, {"a": {"1": {"require": []}}})
