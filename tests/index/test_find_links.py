"""``--find-links``: folders and pages."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from packaging.utils import NormalizedName

from pinkeeper.errors import InputError, NetworkError
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.find_links import FindLinks
from pinkeeper.index.page import Listing
from pinkeeper.index.repository import ABSENT
from pinkeeper.model.digest import Digest
from pinkeeper.model.url import IndexURL
from tests.support.distributions import make_sdist, make_wheel

THING = NormalizedName("thing")
OTHER = NormalizedName("other")


@pytest.fixture
def client():
    made = Client(ClientOptions(retries=0))
    yield made
    made.close()


@pytest.fixture
def find(client):
    return lambda location, **options: FindLinks(IndexURL.parse_location(str(location)), client, **options)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "wheels & more #1 ü"
    made.mkdir()
    for built in (make_wheel("thing", "1.0"), make_wheel("thing", "2.0", build="1"), make_sdist("thing", "2.0")):
        (made / built.filename).write_bytes(built.content)
    (made / "README.txt").write_text("not a distribution")
    (made / "other-1.0-py3-none-any.whl").mkdir()
    return made


@pytest.mark.parametrize("spelled", [str, lambda path: path.as_uri(), lambda path: f"{path.as_uri()}/"])
def test_a_folder_lists_what_lies_in_it(folder, find, spelled):
    found = find(spelled(folder)).fetch(THING)
    assert found.versions == ("2.0", "1.0")
    assert found.filenames("2.0") == ("thing-2.0-1-py3-none-any.whl", "thing-2.0.tar.gz")
    [file] = found.files("1.0")
    assert file.url == (folder / "thing-1.0-py3-none-any.whl").resolve().as_uri()
    assert file.local
    assert file.digests == ()
    assert file.upload_time is None


def test_a_name_without_files_in_a_folder_is_not_listed(folder, find):
    assert find(folder).fetch(OTHER) is ABSENT, "folders within it are not distributions"


def test_a_folder_is_read_once(folder, find):
    location = find(folder)
    assert location.remembered(THING) is None
    location.fetch(OTHER)
    late = make_wheel("thing", "3.0")
    (folder / late.filename).write_bytes(late.content)
    assert location.remembered(THING).versions == ("2.0", "1.0")
    assert location.fetch(THING).versions == ("2.0", "1.0")
    assert location.remembered(OTHER) is ABSENT


def test_a_folder_that_is_not_there_is_an_error_naming_it(tmp_path, find):
    with pytest.raises(InputError, match="the --find-links folder cannot be read: No such file") as caught:
        find(tmp_path / "gone").fetch(THING)
    assert caught.value.where == str(tmp_path / "gone")


def test_a_file_that_is_neither_folder_nor_page_is_an_error(folder, find):
    with pytest.raises(InputError, match="cannot be read: Not a directory"):
        find(folder / "README.txt").fetch(THING)


def test_a_page_lists_what_it_links_to(index, find):
    index.add_release("thing", "1.0", sdist=True, yanked="broken", requires_python=">=3.9")
    index.add_release("other", "5")
    location = find(index.links_url)
    found = location.fetch(THING)
    assert isinstance(found, Listing)
    assert found.versions == ("1.0",)
    wheel = found.file("1.0", "thing-1.0-py3-none-any.whl")
    [stored, _] = index.catalogue.files("thing")
    assert wheel.url == f"{index.origin}{stored.path}"
    assert wheel.digests == (Digest("sha256", hashlib.sha256(stored.content).hexdigest()),)
    assert (wheel.yanked, wheel.requires_python, wheel.local) == ("broken", ">=3.9", False)
    assert location.fetch(OTHER).versions == ("5",)
    assert location.fetch(NormalizedName("third")) is ABSENT
    assert index.count("/links/") == 1


def test_relative_links_of_a_page_start_where_it_is_after_redirects(index, index_factory, find):
    new = index_factory(relative_urls=True)
    new.add_release("thing", "1.0")
    index.redirect("/links/", new.links_url)
    [file] = find(index.links_url).fetch(THING).files("1.0")
    assert file.url == f"{new.origin}/files/thing/thing-1.0-py3-none-any.whl"


def test_many_threads_read_a_page_once(index, find):
    index.add_release("thing", "1.0")
    index.behaviour.latency = 0.05
    location, barrier = find(index.links_url), threading.Barrier(8)

    def ask(_):
        barrier.wait(10)
        return location.fetch(THING).versions

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {("1.0",)}
    assert index.count("/links/") == 1


def test_a_page_that_is_not_there_is_an_error_and_asked_for_again(index, find):
    index.fail("/links/", 404, times=1)
    location = find(index.links_url)
    with pytest.raises(NetworkError) as caught:
        location.fetch(THING)
    assert caught.value.status == 404
    assert location.fetch(THING) is ABSENT


@pytest.mark.parametrize("spelled", [str, lambda path: path.as_uri()], ids=["path", "url"])
def test_a_page_on_this_machine_lists_what_it_links_to(folder, find, spelled):
    page = folder / "links.html"
    page.write_text('<!DOCTYPE html><a href="./thing-1.0-py3-none-any.whl">thing</a>')
    found = find(spelled(page)).fetch(THING)
    assert found.versions == ("1.0",)
    assert found.files("1.0")[0].url == (folder / "thing-1.0-py3-none-any.whl").as_uri()


def test_offline_folders_are_read_and_pages_are_not_asked_for(folder, index, find):
    assert find(folder, offline=True).fetch(THING).versions == ("2.0", "1.0")
    with pytest.raises(NetworkError, match="--offline forbids to ask for this --find-links page"):
        find(index.links_url, offline=True).fetch(THING)
    assert index.requests == []


def test_no_error_shows_credentials(index, find):
    index.fail("/links/", 403)
    with pytest.raises(NetworkError) as caught:
        find(index.links_url.replace("://", "://user:secret@")).fetch(THING)
    assert "secret" not in str(caught.value)
