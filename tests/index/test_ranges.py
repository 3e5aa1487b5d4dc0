"""A remote file read piecewise (RFC 9110, section 14)."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.errors import NetworkError
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.ranges import RangeFile, RangesRefusedError
from tests.support.distributions import Built
from tests.support.index import LoopbackIndex

KIB = 1024
CONTENT = random.Random(0).randbytes(100 * KIB)
FILENAME = "thing-1.0-py3-none-any.whl"


@pytest.fixture
def client():
    made = Client(ClientOptions(retries=0))
    yield made
    made.close()


@pytest.fixture
def url(index):
    return f"{index.origin}{index.add(Built(filename=FILENAME, content=CONTENT)).path}"


def asked(index):
    return [request.headers["range"] for request in index.requests]


def test_the_tail_comes_first_by_a_suffix_where_the_size_is_not_known(index, client, url):
    file = RangeFile(client, url, size=None)
    assert file.seek(0, io.SEEK_END) == len(CONTENT)
    file.seek(-100, io.SEEK_END)
    assert file.read() == CONTENT[-100:]
    assert asked(index) == ["bytes=-16384"]


def test_the_tail_comes_first_by_its_place_where_the_size_is_known(index, client, url):
    file = RangeFile(client, url, size=len(CONTENT))
    file.seek(-16 * KIB, io.SEEK_END)
    assert file.read() == CONTENT[-16 * KIB :]
    assert asked(index) == [f"bytes={84 * KIB}-{100 * KIB - 1}"]


def test_servers_that_know_no_suffixes_are_read_where_the_size_is_known(index, client, url):
    index.behaviour.ranges = "no-suffix"
    file = RangeFile(client, url, size=len(CONTENT))
    file.seek(10)
    assert file.read(5) == CONTENT[10:15]


def test_a_longer_tail_may_be_asked_for_but_not_without_bounds(index, client, url):
    RangeFile(client, url, size=None, tail=50 * KIB)
    RangeFile(client, url, size=None, tail=10**9)
    RangeFile(client, url, size=None, tail=5)
    assert asked(index) == [f"bytes=-{50 * KIB}", f"bytes=-{KIB * KIB}", "bytes=-16384"]


def test_small_reads_that_follow_one_another_share_a_request(index, client, url):
    file = RangeFile(client, url, size=None)
    file.seek(1000)
    assert b"".join(file.read(30) for _ in range(100)) == CONTENT[1000:4000]
    assert asked(index) == ["bytes=-16384", "bytes=1000-17383"]


def test_a_long_read_is_one_request(index, client, url):
    file = RangeFile(client, url, size=None)
    file.seek(0)
    assert file.read(60 * KIB) == CONTENT[: 60 * KIB]
    assert file.tell() == 60 * KIB
    assert len(asked(index)) == 2


def test_reach_says_how_far_from_the_end_reading_went(client, url):
    file = RangeFile(client, url, size=None)
    assert file.reach == 16 * KIB
    file.seek(-40 * KIB, io.SEEK_END)
    file.read(10)
    assert file.reach == 40 * KIB


def test_a_file_shorter_than_a_tail_comes_whole(index, client):
    url = f"{index.origin}{index.add(Built(filename=FILENAME, content=b'short')).path}"
    for size in (None, 5):
        file = RangeFile(client, url, size=size)
        assert file.read() == b"short"
        assert file.read() == b""
        assert file.reach == 5
    assert len(asked(index)) == 2


@pytest.mark.parametrize("said", [90 * KIB, 110 * KIB], ids=["too small", "too large"])
def test_the_size_that_the_server_says_counts_over_that_of_the_page(client, url, said):
    file = RangeFile(client, url, size=said)
    assert file.seek(0, io.SEEK_END) == len(CONTENT)
    file.seek(-200, io.SEEK_END)
    assert file.read() == CONTENT[-200:]


@pytest.mark.parametrize("said", [10**7, 0, -5])
def test_a_size_that_cannot_be_leads_to_the_whole_file(client, url, said):
    with pytest.raises(RangesRefusedError):
        RangeFile(client, url, size=said)


def test_a_server_that_ignores_ranges_is_left_after_its_headers(index, client, url):
    index.behaviour.ranges = "none"
    with pytest.raises(RangesRefusedError):
        RangeFile(client, url, size=None)
    assert len(asked(index)) == 1
    assert client.bytes_read < len(CONTENT), "the file is not taken twice"


@pytest.mark.parametrize("status", [400, 405, 416, 501])
def test_servers_refuse_ranges_in_several_ways(index, client, url, status):
    index.fail("/files/", status)
    with pytest.raises(RangesRefusedError):
        RangeFile(client, url, size=None)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_other_failures_are_failures(index, client, url, status):
    index.fail("/files/", status)
    with pytest.raises(NetworkError) as caught:
        RangeFile(client, url, size=None)
    assert caught.value.status == status


@pytest.mark.parametrize(
    "content_range",
    [None, "bytes */5", "bytes 0-4/*", "bytes 0-9/10", "items 0-4/5", "bytes 0-4/5 and more", "bytes -4/5"],
)
def test_an_answer_that_does_not_say_which_part_it_is_is_not_used(index, client, url, content_range):
    headers = {} if content_range is None else {"Content-Range": content_range}
    index.fail("/files/", 206, headers=headers, body=b"short")
    with pytest.raises(RangesRefusedError):
        RangeFile(client, url, size=None)


def test_another_part_than_the_one_asked_for_is_not_taken_for_it(index, client, url):
    file = RangeFile(client, url, size=None)
    index.fail("/files/", 206, headers={"Content-Range": f"bytes 50-54/{len(CONTENT)}"}, body=b"other")
    file.seek(0)
    with pytest.raises(RangesRefusedError):
        file.read(5)


def test_it_is_a_file_that_zipfile_reads(index, client):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("first", CONTENT)
        archive.writestr("last", b"words")
    url = f"{index.origin}{index.add(Built(filename=FILENAME, content=buffer.getvalue())).path}"
    file = RangeFile(client, url, size=None)
    assert (file.readable(), file.seekable(), file.writable()) == (True, True, False)
    with zipfile.ZipFile(file) as archive:
        assert archive.read("last") == b"words"
        assert len(asked(index)) == 1
        assert archive.read("first") == CONTENT


@pytest.fixture(scope="module")
def served():
    """An index and a client for many examples."""
    with LoopbackIndex() as index:
        made = Client(ClientOptions(retries=0))
        yield made, f"{index.origin}{index.add(Built(filename=FILENAME, content=CONTENT)).path}"
        made.close()


_MOVES = st.one_of(
    st.tuples(st.just("read"), st.integers(-1, 30 * KIB)),
    st.tuples(st.just("set"), st.integers(0, 110 * KIB)),
    st.tuples(st.just("forth"), st.integers(0, 10 * KIB)),
    st.tuples(st.just("end"), st.integers(-100 * KIB, 100)),
)


@settings(max_examples=50, deadline=None)
@given(moves=st.lists(_MOVES, max_size=8), is_size_known=st.booleans())
def test_it_reads_as_a_local_file_does(served, moves, is_size_known):
    client, url = served
    file, local = RangeFile(client, url, size=len(CONTENT) if is_size_known else None), io.BytesIO(CONTENT)
    for move, amount in moves:
        if move == "read":
            assert file.read(amount) == local.read(amount)
        else:
            whence = {"set": io.SEEK_SET, "forth": io.SEEK_CUR, "end": io.SEEK_END}[move]
            assert file.seek(amount, whence) == local.seek(amount, whence)
        assert file.tell() == local.tell()
