"""Core metadata by the cheapest way that an index offers."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.artifacts import build as build_module
from pinkeeper.errors import ArtifactError, HashMismatchError, MetadataUnavailableError, NetworkError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.find_links import FindLinks
from pinkeeper.index.metadata import MetadataReader
from pinkeeper.index.repository import Repository
from pinkeeper.model.metadata import MetadataSource
from pinkeeper.model.url import IndexURL
from tests.support.distributions import Built, make_sdist, make_wheel

THING = NormalizedName("thing")
ONE = Version("1.0")
DYNAMIC = {
    "dynamic": ["Requires-Dist"],
    "pyproject": '[project]\nname = "thing"\ndynamic = ["version", "dependencies"]\n',
}


@pytest.fixture
def client():
    made = Client(ClientOptions(retries=0))
    yield made
    made.close()


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def reader(client, cache):
    return MetadataReader(client, cache)


@pytest.fixture
def only_file(index, client):
    """The one file of a release, as the page gives it; what the page cost is not counted."""

    def ask(version="1.0", name="thing"):
        listing = Repository(IndexURL.parse(index.url), client, Cache(None)).fetch(NormalizedName(name))
        [file] = listing.files(version)
        index.clear()
        return file

    return ask


def asked(index):
    return [(request.path.rpartition("/")[2], request.status) for request in index.requests]


# Wheels


@pytest.mark.parametrize("style", ["json", "html"])
@pytest.mark.parametrize(
    "manners",
    [
        {"core_metadata": "core-metadata"},
        {"core_metadata": "dist-info-metadata"},
        {"core_metadata": "data-dist-info-metadata"},
        {"metadata_hash": False},
    ],
    ids=str,
)
def test_the_file_beside_a_wheel_is_enough(index_factory, client, reader, style, manners):
    index = index_factory(style=style, **manners)
    requires = ["dep>=2", "more ; extra == 'All_of-it'"]
    index.add_release("thing", "1.0", requires=requires, extras=["All_of-it"], requires_python=">=3.9")
    [file] = Repository(IndexURL.parse(index.url), client, Cache(None)).fetch(THING).files("1.0")
    index.clear()
    found = reader.fetch(THING, ONE, file)
    assert found.requires == ("dep>=2",)
    assert found.requires_by_extra == {"all-of-it": ("more ; extra == 'All_of-it'",)}
    assert found.provides_extras == {"all-of-it"}
    assert found.requires_python == ">=3.9"
    assert found.source is MetadataSource.INDEX
    assert asked(index) == [("thing-1.0-py3-none-any.whl.metadata", 200)]


def test_a_file_beside_a_wheel_with_another_hash_is_refused(index, reader, only_file, cache):
    index.behaviour.metadata_hash_lies = True
    [stored] = index.add_release("thing", "1.0")
    with pytest.raises(HashMismatchError) as caught:
        reader.fetch(THING, ONE, only_file())
    assert "the metadata of thing-1.0-py3-none-any.whl" in str(caught.value)
    assert caught.value.actual == f"sha256:{stored.metadata_sha256}"
    assert len(index.requests) == 1, "what is wrong is told, not gone around"
    assert cache.usage().entries == 0


def test_a_file_beside_a_wheel_that_is_announced_but_absent_is_gone_around(index, reader, only_file):
    index.add_release("thing", "1.0", requires=["dep"])
    index.fail(r"\.metadata$", 404)
    found = reader.fetch(THING, ONE, only_file())
    assert (found.requires, found.source) == (("dep",), MetadataSource.WHEEL_RANGE)
    assert asked(index) == [("thing-1.0-py3-none-any.whl.metadata", 404), ("thing-1.0-py3-none-any.whl", 206)]


def test_a_file_beside_a_wheel_that_is_refused_is_an_error(index, reader, only_file):
    index.add_release("thing", "1.0")
    index.fail(r"\.metadata$", 403)
    with pytest.raises(NetworkError) as caught:
        reader.fetch(THING, ONE, only_file())
    assert caught.value.status == 403


@pytest.mark.parametrize("sizes", [True, False])
def test_without_a_file_beside_it_a_small_wheel_is_one_request(index, reader, only_file, sizes):
    index.behaviour.core_metadata, index.behaviour.sizes = None, sizes
    index.add_release("thing", "1.0", requires=["dep"], files={"thing/data.bin": bytes(500_000)})
    found = reader.fetch(THING, ONE, only_file())
    assert (found.requires, found.source) == (("dep",), MetadataSource.WHEEL_RANGE)
    assert asked(index) == [("thing-1.0-py3-none-any.whl", 206)]


@pytest.mark.parametrize("status", [400, 405, 416, 501])
def test_where_suffix_ranges_are_refused_the_wheel_is_taken_whole(index, reader, only_file, status):
    index.behaviour.core_metadata, index.behaviour.sizes = None, False
    index.behaviour.ranges, index.behaviour.suffix_status = "no-suffix", status
    index.add_release("thing", "1.0", requires=["dep"])
    found = reader.fetch(THING, ONE, only_file())
    assert (found.requires, found.source) == (("dep",), MetadataSource.WHEEL)
    assert asked(index) == [("thing-1.0-py3-none-any.whl", status), ("thing-1.0-py3-none-any.whl", 200)]


def test_where_suffix_ranges_are_refused_the_size_on_the_page_helps(index, reader, only_file):
    index.behaviour.core_metadata, index.behaviour.ranges = None, "no-suffix"
    index.add_release("thing", "1.0", files={"thing/data.bin": bytes(500_000)})
    assert reader.fetch(THING, ONE, only_file()).source is MetadataSource.WHEEL_RANGE
    assert len(index.requests) == 1


def test_where_ranges_are_ignored_the_wheel_is_taken_whole_and_its_hash_checked(index, reader, only_file, cache):
    index.behaviour.core_metadata, index.behaviour.ranges = None, "none"
    index.add_release("thing", "1.0", requires=["dep"])
    found = reader.fetch(THING, ONE, only_file())
    assert (found.requires, found.source) == (("dep",), MetadataSource.WHEEL)
    index.behaviour.file_hash_lies = True
    index.add_release("thing", "2.0")
    entries = cache.usage().entries
    with pytest.raises(HashMismatchError, match=r"thing-2\.0-py3-none-any\.whl does not have the hash"):
        reader.fetch(THING, Version("2.0"), only_file("2.0"))
    assert cache.usage().entries == entries


def large_wheel(version, *, members=1500, description=60_000):
    """A wheel with a long directory and a METADATA that does not shrink, each over the first tail of 16 KiB."""
    words = random.Random(version).randbytes(description // 2).hex()
    return make_wheel(
        "thing",
        version,
        requires=["dep"],
        files={f"thing/module_with_a_name_{number:05}.py": "x = 1\n" * 20 for number in range(members)},
        extra_metadata=[f"Description: {words}"],
    )


@pytest.mark.parametrize("sizes", [True, False])
def test_a_large_directory_and_long_metadata_take_few_requests_and_the_next_version_one(
    index, reader, only_file, sizes
):
    index.behaviour.core_metadata, index.behaviour.sizes = None, sizes
    for version in ("1.0", "2.0"):
        index.add(large_wheel(version))
    assert reader.fetch(THING, ONE, only_file("1.0")).requires == ("dep",)
    assert len(index.requests) <= 3
    assert {request.status for request in index.requests} == {206}
    assert reader.fetch(THING, Version("2.0"), only_file("2.0")).requires == ("dep",)
    assert len(index.requests) == 1


def test_what_one_project_needed_is_not_asked_for_another(index, reader, only_file):
    index.behaviour.core_metadata = None
    index.add(large_wheel("1.0"))
    index.add_release("other", "1.0", files={"other/data.bin": bytes(500_000)})
    reader.fetch(THING, ONE, only_file())
    reader.fetch(NormalizedName("other"), ONE, only_file(name="other"))
    [request] = index.requests
    first, last = request.headers["range"].removeprefix("bytes=").split("-")
    assert int(last) - int(first) + 1 == 16 * 1024


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        (b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n", "another project"),
        (b"Metadata-Version: 2.1\nName: thing\nVersion: 1.1\n", "1.1"),
        (b"Metadata-Version: 2.1\nVersion: 1.0\n", "Name"),
        (b"\x00\xff", "metadata"),
    ],
    ids=["name", "version", "no name", "garbage"],
)
@pytest.mark.parametrize("beside", [True, False])
def test_metadata_of_something_else_is_refused(index, reader, only_file, *, beside, metadata, sentence):
    good = make_wheel("thing", "1.0")
    if beside:
        index.add(good, metadata=metadata)
    else:
        index.behaviour.core_metadata = None
        index.add(Built(filename=good.filename, content=with_metadata(metadata)))
    file = only_file()
    with pytest.raises(ArtifactError, match=sentence) as caught:
        reader.fetch(THING, ONE, file)
    assert "thing-1.0-py3-none-any.whl" in str(caught.value)
    assert reader.remembered(THING, file) is None


def with_metadata(metadata):
    """A wheel that holds this METADATA."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("thing-1.0.dist-info/METADATA", metadata)
    return buffer.getvalue()


@pytest.mark.parametrize("ranges", ["full", "none"])
def test_a_wheel_that_is_no_archive_is_an_error_of_that_file(index, reader, only_file, ranges):
    index.behaviour.core_metadata, index.behaviour.ranges = None, ranges
    index.add(Built(filename="thing-1.0-py3-none-any.whl", content=b"<html>sorry</html>" * 10))
    with pytest.raises(ArtifactError) as caught:
        reader.fetch(THING, ONE, only_file())
    assert "thing-1.0-py3-none-any.whl" in str(caught.value)


def test_a_wheel_that_is_not_there_is_an_error(index, reader, only_file):
    index.behaviour.core_metadata = None
    index.add_release("thing", "1.0")
    file = only_file()
    index.remove(file.filename)
    with pytest.raises(NetworkError) as caught:
        reader.fetch(THING, ONE, file)
    assert caught.value.status == 404


# The cache


def test_what_was_read_is_kept_under_the_hash_of_the_file(index, reader, only_file, client, cache):
    index.add_release("thing", "1.0", requires=["dep>=2", "more; extra == 'x'"], extras=["x"], requires_python=">=3.9")
    file = only_file()
    assert reader.remembered(THING, file) is None
    found = reader.fetch(THING, ONE, file)
    index.clear()
    second = MetadataReader(client, cache, offline=True)
    assert second.remembered(THING, file) == found
    assert index.requests == []


@pytest.mark.parametrize("payload", [b"\xc1", b"\x93\x01\x02\x03", b""], ids=["odd", "other", "empty"])
def test_an_entry_that_says_something_else_is_dropped_and_read_again(index, reader, only_file, cache, payload):
    index.add_release("thing", "1.0", requires=["dep"])
    file = only_file()
    found = reader.fetch(THING, ONE, file)
    shelf = f"metadata/{file.sha256[:2]}"
    cache.write(shelf, file.sha256, payload)
    assert reader.remembered(THING, file) is None
    assert cache.read(shelf, file.sha256) is None
    assert reader.fetch(THING, ONE, file) == found == reader.remembered(THING, file)


def test_what_has_no_sha256_is_not_kept(index, reader, only_file, cache):
    index.add_release("thing", "1.0", hash_algorithm="md5")
    file = only_file()
    reader.fetch(THING, ONE, file)
    assert reader.remembered(THING, file) is None
    assert cache.usage().entries == 0


def test_offline_what_is_not_kept_is_an_error_with_a_remedy(index, client, cache, only_file):
    index.add_release("thing", "1.0")
    file = only_file()
    with pytest.raises(NetworkError, match="is not in the cache") as caught:
        MetadataReader(client, cache, offline=True).fetch(THING, ONE, file)
    assert caught.value.remedy == "run once without --offline"
    assert index.requests == []


# Hashes that no index gives


@pytest.mark.parametrize("said", [{"no_hash": True}, {"hash_algorithm": "md5"}], ids=["none", "weak"])
def test_a_hash_that_the_page_does_not_give_is_computed(index, reader, only_file, said):
    [stored] = index.add_release("thing", "1.0", **said)
    assert reader.sha256(only_file()) == hashlib.sha256(stored.content).hexdigest()
    assert asked(index) == [("thing-1.0-py3-none-any.whl", 200)]


def test_a_hash_that_the_page_gives_costs_nothing(index, reader, only_file):
    [stored] = index.add_release("thing", "1.0")
    assert reader.sha256(only_file()) == stored.hashes["sha256"]
    assert index.requests == []


def test_a_weak_hash_is_checked_all_the_same(index, reader, only_file):
    index.add_release("thing", "1.0", hash_algorithm="md5", wrong_hash=True)
    with pytest.raises(HashMismatchError) as caught:
        reader.sha256(only_file())
    assert caught.value.expected.startswith("md5:")


# Sdists


def test_an_sdist_with_static_metadata_is_read(index, reader, only_file):
    index.add(make_sdist("thing", "1.0", requires=["dep"], requires_python=">=3.9"))
    found = reader.fetch(THING, ONE, only_file())
    assert (found.requires, found.requires_python, found.source) == (("dep",), ">=3.9", MetadataSource.SDIST)
    assert asked(index) == [("thing-1.0.tar.gz", 200)]


def test_a_static_file_beside_an_sdist_is_enough(index, reader, only_file):
    index.add(make_sdist("thing", "1.0", requires=["dep"]), core_metadata=True)
    found = reader.fetch(THING, ONE, only_file())
    assert (found.requires, found.source) == (("dep",), MetadataSource.INDEX)
    assert asked(index) == [("thing-1.0.tar.gz.metadata", 200)]


@pytest.mark.parametrize("said", [{"dynamic": ["Requires-Dist"]}, {"metadata_version": "2.1"}], ids=["dynamic", "old"])
def test_a_file_beside_an_sdist_that_binds_nothing_is_not_believed(index, reader, only_file, said):
    pyproject = '[project]\nname = "thing"\nversion = "1.0"\ndependencies = ["true-dep"]\n'
    index.add(make_sdist("thing", "1.0", requires=["dep"], pyproject=pyproject, **said), core_metadata=True)
    found = reader.fetch(THING, ONE, only_file())
    assert (found.requires, found.source) == (("true-dep",), MetadataSource.PYPROJECT)
    assert asked(index) == [("thing-1.0.tar.gz.metadata", 200), ("thing-1.0.tar.gz", 200)]


def test_an_sdist_with_another_hash_is_refused(index, reader, only_file):
    index.add(make_sdist("thing", "1.0"), wrong_hash=True)
    with pytest.raises(HashMismatchError):
        reader.fetch(THING, ONE, only_file())


def test_an_sdist_that_would_have_to_run_is_an_error_with_the_setting(index, reader, only_file, cache):
    index.add(make_sdist("thing", "1.0", **DYNAMIC))
    with pytest.raises(MetadataUnavailableError) as caught:
        reader.fetch(THING, ONE, only_file())
    assert 'allow-build = ["thing"]' in caught.value.remedy
    assert "--allow-build thing" in caught.value.remedy
    assert caught.value.where == "thing-1.0.tar.gz"
    assert "dependencies" in caught.value.details[0]
    assert cache.usage().entries == 0


@pytest.fixture
def builds(monkeypatch):
    """What was to be built: file name, bytes, environment. Gives a thing that needs `built-dep`."""
    seen = []

    def build_metadata(sdist, *, work_dir, environ, subdirectory):
        assert work_dir.is_dir()
        assert not subdirectory
        seen.append((sdist.name, sdist.read_bytes(), dict(environ)))
        return b"Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nRequires-Dist: built-dep\n"

    monkeypatch.setattr(build_module, "build_metadata", build_metadata)
    return seen


def test_a_build_that_is_allowed_by_name_is_asked_and_kept(index, client, cache, only_file, builds):
    sdist = make_sdist("thing", "1.0", **DYNAMIC)
    index.add(sdist)
    reader = MetadataReader(client, cache, allow_build=frozenset({THING}), build_environment={"PATH": "/bin"})
    file = only_file()
    found = reader.fetch(THING, ONE, file)
    assert (found.requires, found.source) == (("built-dep",), MetadataSource.BUILD)
    assert builds == [("thing-1.0.tar.gz", sdist.content, {"PATH": "/bin"})]
    assert reader.remembered(THING, file) == found
    assert MetadataReader(client, cache).remembered(THING, file) is None  # where building is not allowed, nor is this


def test_a_build_that_is_allowed_for_another_name_is_not_asked(index, client, cache, only_file, builds):
    index.add(make_sdist("thing", "1.0", **DYNAMIC))
    with pytest.raises(MetadataUnavailableError):
        MetadataReader(client, cache, allow_build=frozenset({NormalizedName("other")})).fetch(THING, ONE, only_file())
    assert builds == []


def test_what_is_static_is_not_built_though_it_may_be(index, client, cache, only_file, builds):
    index.add(make_sdist("thing", "1.0", requires=["dep"]))
    reader = MetadataReader(client, cache, allow_build=frozenset({THING}))
    assert reader.fetch(THING, ONE, only_file()).requires == ("dep",)
    assert builds == []


def test_a_build_that_gives_another_release_is_refused(index, client, cache, only_file, builds):
    index.add(make_sdist("thing", "2.0", **DYNAMIC))
    reader = MetadataReader(client, cache, allow_build=frozenset({THING}))
    with pytest.raises(ArtifactError):
        reader.fetch(THING, Version("2.0"), only_file("2.0"))
    assert len(builds) == 1


# Files of this machine


def test_files_in_a_folder_are_read_where_they_lie(tmp_path, client, cache):
    wheel, sdist = make_wheel("thing", "1.0", requires=["dep"]), make_sdist("thing", "2.0", requires=["more"])
    for built in (wheel, sdist):
        (tmp_path / built.filename).write_bytes(built.content)
    reader = MetadataReader(client, cache, offline=True)
    listing = FindLinks(IndexURL.parse_location(str(tmp_path)), client).fetch(THING)
    [local_wheel], [local_sdist] = listing.files("1.0"), listing.files("2.0")
    found = reader.fetch(THING, ONE, local_wheel)
    assert (found.requires, found.source) == (("dep",), MetadataSource.WHEEL)
    assert reader.fetch(THING, Version("2.0"), local_sdist).requires == ("more",)
    assert reader.sha256(local_wheel) == wheel.sha256
    assert client.requests == 0


def test_a_file_that_went_away_from_its_folder_is_an_error(tmp_path, client, reader):
    built = make_wheel("thing", "1.0")
    (tmp_path / built.filename).write_bytes(built.content)
    [file] = FindLinks(IndexURL.parse_location(str(tmp_path)), client).fetch(THING).files("1.0")
    (tmp_path / built.filename).unlink()
    with pytest.raises(NetworkError, match="there is no such file"):
        reader.fetch(THING, ONE, file)
