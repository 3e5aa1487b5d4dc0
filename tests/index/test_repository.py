"""Pages of one index: fetched, remembered, asked for again."""

from __future__ import annotations

import time
from types import SimpleNamespace

import msgspec
import pytest
from packaging.utils import NormalizedName

from pinkeeper.errors import IndexPageError, NetworkError
from pinkeeper.index import repository as repository_module
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.page import Listing
from pinkeeper.index.repository import ABSENT, Repository
from pinkeeper.model.url import IndexURL

THING = NormalizedName("thing")
PAGE = "/simple/thing/"
HEAD_KIND = "pages"


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def client():
    made = Client(ClientOptions(retries=0))
    yield made
    made.close()


@pytest.fixture
def open_repository(index, client, cache):
    """Gives a repository as each run makes a new one; the cache is what they share."""
    return lambda **options: Repository(IndexURL.parse(options.pop("url", index.url)), client, cache, **options)


@pytest.fixture
def parsed(monkeypatch):
    """The names of pages that were parsed."""
    names = []
    parse_page = repository_module.parse_page

    def counting(body, **rest):
        names.append(rest["name"])
        return parse_page(body, **rest)

    monkeypatch.setattr(repository_module, "parse_page", counting)
    return names


@pytest.fixture
def clock(monkeypatch):
    """Moves the time that freshness is judged by."""
    moved = [0.0]
    monkeypatch.setattr(repository_module, "time", SimpleNamespace(time=lambda: time.time() + moved[0]))

    def advance(seconds):
        moved[0] += seconds

    return advance


def entries(cache, kind):
    return sorted((cache.directory / "v1" / kind).rglob("thing*"))


def versions(found):
    assert isinstance(found, Listing)
    return found.versions


def statuses(index):
    return [request.status for request in index.requests]


def test_a_page_becomes_a_listing(index, open_repository):
    index.add_release("thing", "1.0")
    index.add_release("thing", "2.0", sdist=True)
    found = open_repository().fetch(THING)
    assert versions(found) == ("2.0", "1.0")
    assert found.index == index.url
    assert found.filenames("2.0") == ("thing-2.0-py3-none-any.whl", "thing-2.0.tar.gz")
    assert "application/vnd.pypi.simple.v1+json" in index.requests[0].headers["accept"]


@pytest.mark.parametrize("style", ["json", "html"])
def test_a_fresh_page_needs_no_request_and_no_parsing(index, open_repository, parsed, style):
    index.behaviour.style = style
    index.add_release("thing", "1.0")
    first = open_repository().fetch(THING)
    second = open_repository().remembered(THING)
    assert second.files("1.0") == first.files("1.0")
    assert index.count(PAGE) == 1
    assert parsed == [THING]


def test_what_nobody_asked_for_before_is_not_remembered(index, open_repository):
    index.add_release("thing", "1.0")
    assert open_repository().remembered(THING) is None
    assert index.requests == []


def test_a_page_of_one_index_is_not_taken_for_that_of_another(index, index_factory, open_repository):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    assert open_repository(url=index_factory().url).remembered(THING) is None


def test_credentials_do_not_change_what_is_remembered_nor_enter_the_cache(index, open_repository, cache):
    index.add_release("thing", "1.0")
    open_repository(url=index.url_as("user", "secret")).fetch(THING)
    assert versions(open_repository().remembered(THING)) == ("1.0",)
    for kind in (HEAD_KIND, "parsed"):
        [entry] = entries(cache, kind)
        assert b"secret" not in entry.read_bytes()


def test_a_page_that_went_stale_is_asked_for_with_its_validator(index, open_repository, parsed, clock):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    clock(601)
    assert open_repository().remembered(THING) is None
    assert versions(open_repository().fetch(THING)) == ("1.0",)
    assert statuses(index) == [200, 304]
    assert parsed == [THING]
    assert versions(open_repository().remembered(THING)) == ("1.0",), "an answer of 304 makes it fresh again"


def test_a_page_without_an_etag_is_asked_for_by_its_time(index, open_repository):
    index.behaviour.etag = False
    when = "Mon, 01 Jan 2024 00:00:00 GMT"
    body = b'{"meta":{"api-version":"1.1"},"name":"thing","files":[]}'
    index.garbage(
        PAGE, body, "application/vnd.pypi.simple.v1+json", headers={"Last-Modified": when, "Cache-Control": "no-cache"}
    )
    open_repository().fetch(THING)
    index.mend()
    index.fail(PAGE, 304)
    assert versions(open_repository().fetch(THING)) == ()
    assert index.requests[1].headers["if-modified-since"] == when
    assert "if-none-match" not in index.requests[1].headers


def test_without_validators_an_unchanged_page_is_fetched_but_not_parsed_again(index, open_repository, parsed, cache):
    index.behaviour.etag, index.behaviour.cache_control = False, None
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    before = [(path, path.stat().st_mtime_ns) for kind in (HEAD_KIND, "parsed") for path in entries(cache, kind)]
    assert open_repository().remembered(THING) is None, "without a lifetime nothing is taken as fresh"
    assert versions(open_repository().fetch(THING)) == ("1.0",)
    assert statuses(index) == [200, 200]
    assert parsed == [THING]
    after = [(path, path.stat().st_mtime_ns) for kind in (HEAD_KIND, "parsed") for path in entries(cache, kind)]
    assert after == before, "nothing new is to be written"


def test_a_changed_page_takes_the_place_of_the_old_one(index, open_repository, clock, cache):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    index.add_release("thing", "2.0")
    clock(601)
    assert versions(open_repository().fetch(THING)) == ("2.0", "1.0")
    assert versions(open_repository().remembered(THING)) == ("2.0", "1.0")
    assert len(entries(cache, "parsed")) == 1, "the old page is not kept for ever"


def test_what_may_not_be_stored_is_not(index, open_repository, cache):
    index.behaviour.cache_control = "no-store"
    index.add_release("thing", "1.0")
    assert versions(open_repository().fetch(THING)) == ("1.0",)
    assert open_repository(offline=True).remembered(THING) is None
    assert cache.usage().entries == 0


def test_a_page_that_breaks_off_leaves_the_remembered_one_alone(index, open_repository, clock):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    clock(601)
    index.add_release("thing", "2.0")
    index.truncate(PAGE, keep=40, times=1)
    with pytest.raises(IndexPageError):
        open_repository().fetch(THING)
    assert versions(open_repository(offline=True).remembered(THING)) == ("1.0",)
    assert versions(open_repository().fetch(THING)) == ("2.0", "1.0")


@pytest.mark.parametrize("status", [404, 410])
def test_a_name_that_is_not_listed_is_remembered_while_that_is_fresh(index, open_repository, clock, status):
    index.fail(PAGE, status, headers={"Cache-Control": "max-age=60"})
    assert open_repository().fetch(THING) is ABSENT
    assert open_repository().remembered(THING) is ABSENT
    clock(61)
    assert open_repository().remembered(THING) is None
    index.mend()
    index.add_release("thing", "1.0")
    assert versions(open_repository().fetch(THING)) == ("1.0",)


def test_a_name_that_is_not_listed_is_asked_for_again_where_the_index_says_no_lifetime(index, open_repository):
    assert open_repository().fetch(THING) is ABSENT
    assert open_repository().remembered(THING) is None
    assert open_repository(offline=True).remembered(THING) is ABSENT
    assert statuses(index) == [404]


def test_a_name_that_is_no_longer_listed_is_forgotten(index, open_repository, clock, cache):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    clock(601)
    index.fail(PAGE, 404)
    assert open_repository().fetch(THING) is ABSENT
    assert open_repository(offline=True).remembered(THING) is ABSENT
    assert entries(cache, "parsed") == []


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_refusal_is_not_taken_for_absence(index, open_repository, status, cache):
    index.fail(PAGE, status)
    with pytest.raises(NetworkError) as caught:
        open_repository().fetch(THING)
    assert caught.value.status == status
    assert cache.usage().entries == 0


def flip(path):
    content = bytearray(path.read_bytes())
    content[20] ^= 0xFF
    path.write_bytes(content)


def flip_a_release(path):
    content = bytearray(path.read_bytes())
    content[-20] ^= 0xFF
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-3])


@pytest.mark.parametrize("damage", [flip, cut, lambda path: path.write_bytes(b"")], ids=["flip", "cut", "empty"])
@pytest.mark.parametrize("kind", [HEAD_KIND, "parsed"])
def test_a_damaged_entry_is_fetched_again_without_a_condition(index, open_repository, cache, kind, damage):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    [entry] = entries(cache, kind)
    damage(entry)
    assert open_repository().remembered(THING) is None
    assert versions(open_repository().fetch(THING)) == ("1.0",)
    assert statuses(index) == [200, 200]
    assert versions(open_repository().remembered(THING)) == ("1.0",)


@pytest.mark.parametrize("damage", [flip_a_release, lambda path: path.write_bytes(b"")], ids=["flipped", "emptied"])
def test_a_release_that_is_damaged_or_gone_in_the_cache_comes_from_the_index(index, open_repository, cache, damage):
    for version in ("1.0", "1.1"):
        index.add_release("thing", version, tags=[f"py3-none-any_{number}" for number in range(200)])
    open_repository().fetch(THING)
    found = open_repository().remembered(THING)
    [entry] = entries(cache, "parsed")
    assert entry.stat().st_size > 65_536, "the oldest release lies beyond what is read at first"
    damage(entry)
    assert len(found.files("1.0")) == 200
    assert len(found.files("1.1")) == 200
    assert statuses(index) == [200, 200]
    assert open_repository().remembered(THING) is None, "the damaged entry is dropped"


def test_a_damaged_release_offline(index, open_repository, cache):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    [entry] = entries(cache, "parsed")
    flip_a_release(entry)
    found = open_repository(offline=True).remembered(THING)
    with pytest.raises(NetworkError, match="the page of thing is not in the cache, and --offline forbids"):
        found.files("1.0")


def test_a_damaged_release_of_a_page_that_changed_since(index, open_repository, cache):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    [entry] = entries(cache, "parsed")
    flip_a_release(entry)
    found = open_repository().remembered(THING)
    index.add_release("thing", "2.0")
    with pytest.raises(IndexPageError, match="its page in the cache is damaged, and the index has another one by now"):
        found.files("1.0")


@pytest.mark.parametrize("payload", [b"\xc1", msgspec.msgpack.encode(["an", "older", "layout"])], ids=["odd", "other"])
@pytest.mark.parametrize("kind", [HEAD_KIND, "parsed"])
def test_an_entry_that_says_something_else_is_fetched_again(index, open_repository, cache, kind, payload):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    [entry] = entries(cache, kind)
    cache.write(str(entry.parent.relative_to(cache.directory / "v1")), entry.name, payload)
    assert open_repository().remembered(THING) is None
    assert versions(open_repository().fetch(THING)) == ("1.0",)
    assert statuses(index) == [200, 200]


def test_files_of_a_page_that_moved_are_found_from_where_it_is_now(index, index_factory, open_repository):
    new = index_factory(relative_urls=True)
    new.add_release("thing", "1.0")
    index.redirect(PAGE, f"{new.origin}{PAGE}")
    for found in (open_repository().fetch(THING), open_repository().remembered(THING)):
        [file] = found.files("1.0")
        assert file.url == f"{new.origin}/files/thing/thing-1.0-py3-none-any.whl"
        assert found.index == index.url, "the index that was asked owns the name"


def test_the_same_page_at_another_address_is_parsed_anew(index, index_factory, open_repository, clock):
    places = [index_factory(relative_urls=True, etag=False) for _ in range(2)]
    for place in places:
        place.add_release("thing", "1.0")
        index.redirect(PAGE, f"{place.origin}{PAGE}", times=1)
    found = []
    for _ in places:
        found.append(open_repository().fetch(THING).files("1.0")[0].url)
        clock(601)
    assert found == [f"{place.origin}/files/thing/thing-1.0-py3-none-any.whl" for place in places]


def test_offline_a_stale_page_does(index, open_repository, clock):
    index.add_release("thing", "1.0")
    open_repository().fetch(THING)
    clock(10_000_000)
    assert versions(open_repository(offline=True).remembered(THING)) == ("1.0",)
    assert index.count(PAGE) == 1


def test_offline_a_page_that_is_not_remembered_is_an_error_with_a_remedy(index, open_repository):
    offline = open_repository(offline=True)
    assert offline.remembered(THING) is None
    with pytest.raises(NetworkError, match="the page of thing is not in the cache") as caught:
        offline.fetch(THING)
    assert caught.value.remedy == "run once without --offline"
    assert offline.project_list() is None
    assert index.requests == []


def test_without_a_cache_every_run_asks(index, client):
    index.add_release("thing", "1.0")
    for _ in range(2):
        repository = Repository(IndexURL.parse(index.url), client, Cache(None))
        assert repository.remembered(THING) is None
        assert versions(repository.fetch(THING)) == ("1.0",)
    assert statuses(index) == [200, 200]


def test_an_index_in_a_folder_is_read(tmp_path, client, cache):
    page = tmp_path / "my index" / "thing" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<!DOCTYPE html><a href="thing-1.0.tar.gz#sha256=' + "ab" * 32 + '">thing-1.0.tar.gz</a>')
    repository = Repository(IndexURL.parse(page.parents[1].as_uri()), client, cache)
    found = repository.fetch(THING)
    assert found.files("1.0")[0].url == (page.parent / "thing-1.0.tar.gz").as_uri()
    assert repository.fetch(NormalizedName("other")) is ABSENT


@pytest.mark.parametrize(
    "lifetime",
    [{"Cache-Control": "max-age=" + "9" * 5000}, {"Expires": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}],
    ids=["max-age", "expires"],
)
def test_a_lifetime_beyond_all_bounds_does_no_harm(index, open_repository, lifetime):
    body = b'{"meta":{"api-version":"1.1"},"name":"thing","files":[]}'
    index.garbage(PAGE, body, "application/vnd.pypi.simple.v1+json", headers=lifetime)
    assert versions(open_repository().fetch(THING)) == ()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("file:///dev/zero", "an address on this machine"),
        ("//[broken/thing-1.0.tar.gz", "an address that is none"),
    ],
)
def test_a_page_cannot_lead_to_files_of_this_machine_nor_break_the_run(index, open_repository, address, sentence):
    body = (
        '{"meta":{"api-version":"1.1"},"name":"thing",'
        f'"files":[{{"filename":"thing-1.0.tar.gz","url":"{address}","hashes":{{}}}}]}}'
    )
    index.garbage(PAGE, body.encode(), "application/vnd.pypi.simple.v1+json")
    with pytest.raises(IndexPageError, match=sentence):
        open_repository().fetch(THING).files("1.0")


def test_a_page_nested_without_end_is_no_page(index, open_repository):
    index.garbage(PAGE, b'{"files":' + b"[" * 1_000_000, "application/vnd.pypi.simple.v1+json")
    with pytest.raises(IndexPageError, match="not a JSON page of a simple repository"):
        open_repository().fetch(THING)


def test_a_base_that_is_no_address_is_told(index, open_repository):
    index.garbage(PAGE, b'<!DOCTYPE html><base href="//[x"><a href="thing-1.0.tar.gz">thing</a>')
    with pytest.raises(IndexPageError, match="a base that is no address"):
        open_repository().fetch(THING)
