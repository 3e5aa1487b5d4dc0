"""All places together: one owner for each name, everything asked once."""

from __future__ import annotations

import hashlib
import threading

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, HashMismatchError, InputError, NetworkError, UnknownPackageError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.find_links import FindLinks
from pinkeeper.index.metadata import MetadataReader
from pinkeeper.index.repository import Repository
from pinkeeper.index.source import IndexSource
from pinkeeper.index.workers import Workers
from pinkeeper.model.url import IndexURL
from tests.support.distributions import make_wheel

THING = NormalizedName("thing")
ONE = Version("1.0")
SECONDS = 10


@pytest.fixture
def client():
    made = Client(ClientOptions(retries=0))
    yield made
    made.close()


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def at(client, cache):
    """A place: an index, or a folder."""

    def place(where, **options):
        if hasattr(where, "url"):
            return Repository(IndexURL.parse(where.url), client, cache, **options)
        return FindLinks(IndexURL.parse_location(str(where)), client)

    return place


@pytest.fixture
def open_source(client, cache):
    def make(*places, pinned=(), workers=4, offline=False):
        metadata = MetadataReader(client, cache, offline=offline)
        return IndexSource(places, pinned=pinned, metadata=metadata, workers=Workers(workers))

    return make


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "folder"
    made.mkdir()
    return made


def put(folder, name, version):
    built = make_wheel(name, version)
    (folder / built.filename).write_bytes(built.content)


def listed(source, name=THING):
    return source.listing(NormalizedName(name)).result(SECONDS)


# Who owns a name


def test_the_first_place_that_lists_a_name_owns_it(index_factory, folder, at, open_source):
    main, extra, named = index_factory(), index_factory(), index_factory()
    put(folder, "in-all", "1")
    for place, version in ((main, "2"), (extra, "3"), (named, "99")):
        place.add_release("in-all", version)
    for place, version in ((main, "2"), (extra, "3"), (named, "99")):
        place.add_release("in-indexes", version)
    for place, version in ((extra, "3"), (named, "99")):
        place.add_release("in-later", version)
    named.add_release("in-last", "99")
    source = open_source(at(folder), at(main), at(extra), at(named))
    owners = {name: listed(source, name) for name in ("in-all", "in-indexes", "in-later", "in-last")}
    assert {name: found.versions for name, found in owners.items()} == {
        "in-all": ("1",),
        "in-indexes": ("2",),
        "in-later": ("3",),
        "in-last": ("99",),
    }
    assert [found.index for found in owners.values()] == [str(folder), main.url, extra.url, named.url]
    assert main.count("in-all") == extra.count("in-indexes") == named.count("in-later") == 0, "others hear no name"


def test_a_listed_name_without_files_is_owned_all_the_same(index_factory, at, open_source):
    private, public = index_factory(), index_factory()
    private.add_project("thing")
    public.add_release("thing", "99")
    assert listed(open_source(at(private), at(public))).versions == ()
    assert public.requests == []


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_index_that_refuses_does_not_hand_its_names_to_the_next(index_factory, at, open_source, status):
    private, public = index_factory(), index_factory()
    private.fail("/simple/thing/", status)
    public.add_release("thing", "99")
    with pytest.raises(NetworkError) as caught:
        listed(open_source(at(private), at(public)))
    assert caught.value.status == status
    assert public.requests == []


def test_an_index_that_is_down_does_not_hand_its_names_to_the_next(index_factory, at, open_source):
    private, public = index_factory(), index_factory()
    public.add_release("thing", "99")
    place = at(private)
    private.close()
    with pytest.raises(NetworkError, match="cannot be reached"):
        listed(open_source(place, at(public)))
    assert public.requests == []


def test_a_name_goes_to_the_next_where_it_is_not_listed(index_factory, at, open_source):
    private, public = index_factory(), index_factory()
    public.add_release("thing", "1.0")
    found = listed(open_source(at(private), at(public)))
    assert (found.versions, found.index) == (("1.0",), public.url)
    assert [request.status for request in private.requests] == [404]


def test_a_pinned_name_is_asked_for_at_its_index_alone(index_factory, folder, at, open_source):
    main, named = index_factory(), index_factory()
    put(folder, "thing", "1")
    main.add_release("thing", "2")
    named.add_release("thing", "3")
    named.add_release("other", "3")
    main.add_release("other", "2")
    pinned = at(named)
    source = open_source(at(folder), at(main), pinned, pinned=[(THING, pinned)])
    assert listed(source).versions == ("3",)
    assert listed(source, "other").versions == ("2",)
    assert main.count("thing") == 0


def test_a_pinned_name_that_its_index_does_not_list_is_unknown(index_factory, at, open_source):
    main, named = index_factory(), index_factory()
    main.add_release("thing", "2")
    pinned = at(named)
    with pytest.raises(UnknownPackageError) as caught:
        listed(open_source(at(main), pinned, pinned=[(THING, pinned)]))
    assert caught.value.details == (f"asked: {named.url}",)
    assert main.requests == []


def test_a_folder_that_is_not_there_stops_the_search(index, tmp_path, at, open_source):
    index.add_release("thing", "1.0")
    with pytest.raises(InputError, match="--find-links folder"):
        listed(open_source(at(tmp_path / "gone"), at(index)))


# Unknown names


def test_a_name_that_nobody_lists_is_told_with_near_ones_and_who_was_asked(index_factory, folder, at, open_source):
    main, extra = index_factory(), index_factory()
    main.add_project("thing-tools")
    extra.add_project("thingy")
    with pytest.raises(UnknownPackageError, match="no index lists a project named thing") as caught:
        listed(open_source(at(folder), at(main), at(extra)))
    assert caught.value.name == "thing"
    assert caught.value.details == (f"asked: {folder}, {main.url}, {extra.url}",)
    assert main.count("/simple/") == extra.count("/simple/") == 1  # the lists of all names are long: nobody asked yet
    told = caught.value.advised(where="requirements.in:1", details=caught.value.details)
    assert told.remedy == "did you mean thingy?"
    assert told.where == "requirements.in:1"


def test_where_no_name_is_near_the_spelling_is_to_be_checked(index, at, open_source):
    index.add_project("numpy")
    with pytest.raises(UnknownPackageError) as caught:
        listed(open_source(at(index)))
    assert caught.value.advised(where=None, details=()).remedy == "check the spelling, and --index-url"


def test_credentials_are_not_among_who_was_asked(index, client, cache, open_source):
    place = Repository(IndexURL.parse(index.url_as("user", "secret")), client, cache)
    with pytest.raises(UnknownPackageError) as caught:
        listed(open_source(place))
    assert "secret" not in str(caught.value)
    assert "secret" not in str(caught.value.advised(where=None, details=caught.value.details))


def test_without_any_place_the_options_are_to_blame(open_source):
    with pytest.raises(ConfigurationError, match="--no-index without --find-links"):
        listed(open_source())


def test_without_an_index_folders_do(folder, at, open_source):
    put(folder, "thing", "1.0")
    assert listed(open_source(at(folder))).versions == ("1.0",)


# Once, and ahead of need


def test_equal_questions_share_a_future(index, at, open_source):
    index.add_release("thing", "1.0", requires=["dep"])
    source = open_source(at(index))
    first, second = source.listing(THING), source.listing(THING)
    assert first is second
    [file] = first.result(SECONDS).files("1.0")
    one, other = source.metadata(THING, ONE, file), source.metadata(THING, ONE, file)
    assert one is other
    assert one.result(SECONDS).requires == ("dep",)
    assert len(index.requests) == 2


def test_an_error_is_shared_too(index, at, open_source):
    index.fail("/simple/thing/", 500, times=1)
    source = open_source(at(index))
    errors = [source.listing(THING).exception(SECONDS) for _ in range(2)]
    assert isinstance(errors[0], NetworkError)
    assert errors[0] is errors[1]
    assert len(index.requests) == 1


def test_threads_that_ask_together_ask_once(index, at, open_source):
    index.add_release("thing", "1.0")
    source, barrier, futures = open_source(at(index)), threading.Barrier(8), []

    def ask():
        barrier.wait(SECONDS)
        futures.append(source.listing(THING))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert len(futures) == 8
    assert len(set(map(id, futures))) == 1
    assert futures[0].result(SECONDS).versions == ("1.0",)
    assert index.count("/simple/thing/") == 1


def test_asking_does_not_wait_for_the_answer(index, at, open_source):
    for name in ("a", "b", "c"):
        index.add_release(name, "1.0")
    index.hang("/simple/a/", 600)
    source = open_source(at(index))
    slow = source.listing(NormalizedName("a"))
    assert listed(source, "b").versions == listed(source, "c").versions == ("1.0",)
    assert not slow.done()


def test_what_is_fresh_in_the_cache_is_there_at_once(index, at, open_source):
    index.add_release("thing", "1.0", requires=["dep"])
    first = open_source(at(index))
    [file] = listed(first).files("1.0")
    first.metadata(THING, ONE, file).result(SECONDS)
    index.clear()
    source = open_source(at(index), workers=0)
    listing = source.listing(THING)
    assert listing.done()
    metadata = source.metadata(THING, ONE, listing.result().files("1.0")[0])
    assert metadata.done()
    assert metadata.result().requires == ("dep",)
    assert index.requests == []


def test_a_fresh_absence_leads_to_what_the_next_is_remembered_to_have(index_factory, at, open_source):
    private, public = index_factory(), index_factory()
    private.fail("/simple/thing/", 404, headers={"Cache-Control": "max-age=600"})
    public.add_release("thing", "1.0")
    listed(open_source(at(private), at(public)))
    future = open_source(at(private), at(public), workers=0).listing(THING)
    assert future.done()
    assert future.result().index == public.url


def test_a_stale_absence_is_asked_about_before_a_fresh_page_of_the_next(index_factory, at, open_source):
    private, public = index_factory(), index_factory()
    public.add_release("thing", "99")
    assert listed(open_source(at(private), at(public))).versions == ("99",)
    private.add_release("thing", "1.0")
    assert listed(open_source(at(private), at(public))).versions == ("1.0",)


def test_offline_the_cache_alone_answers(index, at, open_source):
    index.add_release("thing", "1.0")
    listed(open_source(at(index)))
    index.clear()
    source = open_source(at(index, offline=True), offline=True)
    assert listed(source).versions == ("1.0",)
    with pytest.raises(NetworkError, match="the page of other is not in the cache"):
        listed(source, "other")
    assert index.requests == []


def test_a_cache_that_fails_while_it_is_asked_leaves_nobody_waiting(index, at, open_source, monkeypatch):
    place = at(index)
    source = open_source(place)

    def fail(name):
        raise MemoryError(name)

    monkeypatch.setattr(place, "remembered", fail)
    with pytest.raises(MemoryError):
        source.listing(THING)
    assert isinstance(source.listing(THING).exception(SECONDS), MemoryError)


# Hashes


def test_hashes_are_given_by_url_and_computed_where_the_page_has_none(index, at, open_source):
    given, computed = index.add_release("a", "1.0"), index.add_release("b", "1.0", no_hash=True)
    source = open_source(at(index))
    files = [file for name in ("a", "b") for file in listed(source, name).files("1.0")]
    index.clear()
    assert source.sha256s(files) == {
        f"{index.origin}{stored.path}": hashlib.sha256(stored.content).hexdigest() for stored in (*given, *computed)
    }
    assert [request.path for request in index.requests] == [computed[0].path]


def test_a_hash_that_does_not_fit_is_an_error(index, at, open_source):
    index.add_release("thing", "1.0", hash_algorithm="sha1", wrong_hash=True)
    source = open_source(at(index))
    with pytest.raises(HashMismatchError):
        source.sha256s(listed(source).files("1.0"))
