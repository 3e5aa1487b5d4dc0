"""The index that benchmarks serve: recorded on a miss, then answered from the folder alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.benchmarks.served import ServedIndex
from tests.support.index import LoopbackIndex

_JSON = "application/vnd.pypi.simple.v1+json"

Serve = Callable[[], ServedIndex]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def served(folder: Path, index: LoopbackIndex) -> Iterator[ServedIndex]:
    index.add_release("app", "1", requires=["lib>=1"], sdist=True)
    index.add_release("app", "2", requires=["lib>=2"])
    index.behaviour.core_metadata = None  # as some mirrors: metadata must be read from wheels
    with ServedIndex(folder, upstream=index.url) as running:
        yield running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(headers={"Accept": _JSON}) as session:
        yield session


def _page(client: httpx.Client, served: ServedIndex, name: str = "app") -> dict[str, dict]:
    page = client.get(f"{served.url}/{name}/").json()
    return {file["filename"]: file for file in page["files"]}


def _recorded(client: httpx.Client, served: ServedIndex) -> None:
    """Record the page, and the metadata of one of the two wheels."""
    served.begin(recording=True)
    assert client.get(_page(client, served)["app-2-py3-none-any.whl"]["url"] + ".metadata").is_success
    served.begin()


def test_what_is_recorded_is_answered_without_the_index_it_came_from(served, client, index):
    _recorded(client, served)
    index.clear()
    files = _page(client, served)
    metadata = client.get(files["app-2-py3-none-any.whl"]["url"] + ".metadata")
    assert "Requires-Dist: lib>=2" in metadata.text
    assert index.requests == []


def test_a_page_tells_the_digest_of_metadata_that_the_recorded_index_did_not_announce(served, client):
    _recorded(client, served)
    files = _page(client, served)
    content = client.get(files["app-2-py3-none-any.whl"]["url"] + ".metadata").content
    assert files["app-2-py3-none-any.whl"]["core-metadata"] == {"sha256": hashlib.sha256(content).hexdigest()}
    assert files["app-1.tar.gz"]["core-metadata"] is False


def test_while_recording_metadata_are_announced_without_a_digest(served, client):
    served.begin(recording=True)
    assert _page(client, served)["app-1-py3-none-any.whl"]["core-metadata"] is True


def test_a_page_keeps_hashes_sizes_and_times(served, client, index):
    _recorded(client, served)
    stored = index.catalogue.find("app", "app-1.tar.gz")
    file = _page(client, served)["app-1.tar.gz"]
    assert file["hashes"] == dict(stored.hashes)
    assert file["size"] == stored.size
    assert file["upload-time"] == "2024-01-01T00:00:00.000000Z"


def test_in_a_measured_run_what_is_not_recorded_is_missed_and_not_fetched(served, client, index):
    _recorded(client, served)
    index.clear()
    url = _page(client, served)["app-1-py3-none-any.whl"]["url"]
    assert client.get(url + ".metadata").status_code == httpx.codes.NOT_FOUND
    assert client.get(f"{served.url}/lib/").status_code == httpx.codes.NOT_FOUND
    assert [path.rpartition("/")[2] or path for path in served.end().missed] == [
        "app-1-py3-none-any.whl.metadata",
        "/simple/lib/",
    ]
    assert index.requests == []


def test_that_the_index_does_not_know_a_project_is_recorded_too(served, client):
    served.begin(recording=True)
    client.get(f"{served.url}/lib/")
    served.begin()
    assert client.get(f"{served.url}/lib/").status_code == httpx.codes.NOT_FOUND
    assert served.end().missed == ()


def test_requests_and_bytes_of_one_run_are_counted(served, client):
    _recorded(client, served)
    served.begin()
    page = client.get(f"{served.url}/app/", headers={"Accept-Encoding": "identity"})
    metadata = client.get(_page(client, served)["app-2-py3-none-any.whl"]["url"] + ".metadata")
    traffic = served.end()
    assert (traffic.requests, traffic.pages, traffic.metadata, traffic.connections) == (3, 2, 1, 2)
    assert (
        len(page.content) + len(metadata.content) < traffic.sent_bytes < 2 * len(page.content) + len(metadata.content)
    )
    served.begin()
    assert served.end().requests == 0


def test_pages_are_compressed_kept_and_revalidated_as_by_a_real_index(served, client):
    _recorded(client, served)
    page = client.get(f"{served.url}/app/")
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["cache-control"] == "max-age=600, public"
    again = client.get(f"{served.url}/app/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (httpx.codes.NOT_MODIFIED, b"")
    assert served.end().not_modified == 1
    served.begin(max_age=0)
    assert client.get(f"{served.url}/app/").headers["cache-control"] == "max-age=0, public"


def test_html_is_for_those_who_do_not_ask_for_json(served, client):
    _recorded(client, served)
    page = client.get(f"{served.url}/app/", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert page.text.count("data-core-metadata=") == 2
    assert page.text.count("<a ") == 3


def test_other_spellings_of_a_name_lead_to_its_page(served, client):
    _recorded(client, served)
    answer = client.get(f"{served.url}/App")
    assert answer.headers["location"] == "/simple/app/"


def test_a_part_of_a_file_is_given(served, client):
    served.begin(recording=True)
    url = _page(client, served)["app-1.tar.gz"]["url"]
    whole = client.get(url).content
    part = client.get(url, headers={"Range": "bytes=-10"})
    assert (part.status_code, part.content) == (httpx.codes.PARTIAL_CONTENT, whole[-10:])
    assert part.headers["content-range"] == f"bytes {len(whole) - 10}-{len(whole) - 1}/{len(whole)}"


def test_hashes_are_given_in_the_shape_that_pip_compile_asks_for(served, client):
    _recorded(client, served)
    releases = json.loads(client.get(f"{served.url.removesuffix('/simple')}/app/json").content)["releases"]
    assert sorted(file["packagetype"] for file in releases["1"]) == ["bdist_wheel", "sdist"]
    assert all(len(file["digests"]["sha256"]) == 64 for files in releases.values() for file in files)
