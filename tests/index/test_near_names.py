"""Names that a person may have meant."""

from __future__ import annotations

import json

import pytest
from packaging.utils import NormalizedName

from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.near_names import near_names
from pinkeeper.index.repository import Repository
from pinkeeper.model.url import IndexURL

JSON = "application/vnd.pypi.simple.v1+json"
ROOT = "/simple/$"


@pytest.fixture
def client():
    made = Client(ClientOptions(retries=0))
    yield made
    made.close()


@pytest.fixture
def near(client):
    def ask(name, *indexes, **options):
        repositories = [Repository(IndexURL.parse(at.url), client, Cache(None), **options) for at in indexes]
        return near_names(NormalizedName(name), repositories)

    return ask


@pytest.mark.parametrize("style", ["json", "html"])
def test_the_nearest_names_are_given_best_first(index, near, style):
    index.behaviour.style = style
    for name in ("requests", "requests-oauth", "request", "numpy", "requestx", "requestz"):
        index.add_project(name)
    assert near("reqests", index) == ("requests", "request", "requestz")
    assert near("scipy-stack", index) == ()


def test_names_are_normalized(index, near):
    index.garbage(ROOT, b'<a class="x" href="/simple/my.thing/">\n My_Thing \n</a><a href="/">..</a>')
    assert near("my-thingy", index) == ("my-thing",)


def test_all_indexes_are_asked(index, index_factory, near):
    other = index_factory()
    index.add_project("thing-a")
    other.add_project("thing-b")
    assert near("thing-c", index, other) == ("thing-b", "thing-a")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>no names", "text/html"),
        (b"\xff\xfe\x00", "text/html"),
        (b"{", JSON),
        (b"[]", JSON),
        (b'{"projects": [{"name": null}]}', JSON),
        (b'{"projects": [{"name": "\xff"}]}', JSON),
        (b'{"other": ' + b"[" * 1_000_000, JSON),
        (json.dumps({"projects": [{"name": "x" * 5_000_000}]}).encode(), JSON),
    ],
    ids=["no names", "no text", "cut", "list", "null", "no utf-8", "nested", "long"],
)
def test_an_index_that_gives_no_usable_list_is_passed_over(index, index_factory, near, body, content_type):
    index.garbage(ROOT, body, content_type)
    other = index_factory()
    other.add_project("thing")
    assert near("thing1", index, other) == ("thing",)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_index_that_refuses_its_list_is_passed_over(index, near, status):
    index.fail(ROOT, status)
    assert near("thing", index) == ()


def test_offline_nothing_is_asked(index, near):
    index.add_project("thing")
    assert near("thing1", index, offline=True) == ()
    assert index.requests == []
