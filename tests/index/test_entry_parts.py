from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.index.cache import Cache
from pinkeeper.index.entry_parts import Parts, opened, spelled


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "entry"


def read(path: Path) -> Parts | None:
    with path.open("rb", buffering=0) as file:
        return opened(file, str(path))


def write(path: Path, head: bytes, parts: list[bytes]) -> None:
    path.write_bytes(b"".join(spelled(head, parts)))


@given(head=st.binary(max_size=100), parts=st.lists(st.binary(max_size=50), max_size=20))
def test_what_is_written_is_read_back(tmp_path_factory, head, parts):
    path = tmp_path_factory.getbasetemp() / "entry"
    write(path, head, parts)
    found = read(path)
    assert found is not None
    assert found.head == head
    assert [found.part(number) for number in range(len(parts))] == parts


def test_parts_and_heads_beyond_the_first_read(path):
    parts = [bytes([number]) * 20_000 for number in range(10)]
    for head in (b"head", b"head" * 20_000):
        write(path, head, parts)
        found = read(path)
        assert found is not None
        assert found.head == head
        assert [found.part(number) for number in (9, 0, 5)] == [parts[9], parts[0], parts[5]]


@given(data=st.data())
def test_no_damage_goes_unseen(tmp_path_factory, data):
    """Of every byte that is changed, left out or put in, either the entry or the part with it tells."""
    path = tmp_path_factory.getbasetemp() / "entry"
    parts = [b"first part", b"", b"third"]
    write(path, b"the head", parts)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["change", "cut", "leave out", "put in"])):
        case "change":
            content[at] ^= data.draw(st.integers(1, 255))
        case "cut":
            del content[at:]
        case "leave out":
            del content[at]
        case _:
            content.insert(at, data.draw(st.integers(0, 255)))
    path.write_bytes(content)
    found = read(path)
    if found is not None:
        assert found.head == b"the head"
        assert [found.part(0), found.part(1), found.part(2)] != parts


def test_a_file_that_goes_away_between_head_and_part(path):
    write(path, b"head", [b"near", b"far" * 20_000])
    found = read(path)
    assert found is not None
    path.unlink()
    assert found.part(0) == b"near"
    assert found.part(1) is None


def test_an_entry_of_another_kind_is_dropped(tmp_path):
    cache = Cache(tmp_path / "cache")
    cache.write("kind", "key", b"a payload that is no entry in parts, however long it may be")
    assert cache.read_parts("kind", "key") is None
    assert cache.read("kind", "key") is None
    cache.write_parts("kind", "key", b"head", [b"part"])
    assert cache.read("kind", "key") is None
    assert cache.read_parts("kind", "key") is None
