"""Simple repository pages: PEP 503, 592, 629, 658, 691, 700, 714."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from pinkeeper.errors import IndexPageError
from pinkeeper.index.page import Listing, parse_page
from pinkeeper.model.digest import Digest

URL = "https://index.example/simple/demo/"
JSON = "application/vnd.pypi.simple.v1+json"
HEX = "ab" * 32


def listing(body: str | bytes, content_type: str = "text/html", name: str = "demo") -> Listing:
    content = body.encode() if isinstance(body, str) else body
    normalized = canonicalize_name(name)
    record = parse_page(content, content_type=content_type, url=URL, name=normalized)
    return Listing(normalized, record, index="https://index.example/simple")


def page(*anchors: str) -> str:
    return "<!DOCTYPE html><html><body>\n" + "<br/>\n".join(anchors) + "\n</body></html>"


def json_page(*files: dict[str, object], version: str = "1.1") -> str:
    return json.dumps({"meta": {"api-version": version}, "name": "demo", "files": files})


def test_an_html_anchor_says_everything():
    [file] = listing(
        page(
            f'<a href="../../files/demo-1.0-py3-none-any.whl#sha256={HEX}" data-requires-python="&gt;=3.8"'
            f' data-yanked="bad &amp; broken" data-core-metadata="sha256={HEX}"'
            ' data-upload-time="2026-01-02T03:04:05.5Z">demo-1.0-py3-none-any.whl</a>'
        )
    ).files("1.0")
    assert file.filename == "demo-1.0-py3-none-any.whl"
    assert file.url == "https://index.example/files/demo-1.0-py3-none-any.whl"
    assert file.digests == (Digest("sha256", HEX),)
    assert file.requires_python == ">=3.8"
    assert file.yanked == "bad & broken"
    assert file.core_metadata == (Digest("sha256", HEX),)
    assert file.upload_time == datetime(2026, 1, 2, 3, 4, 5, 500000, tzinfo=UTC)
    assert file.wheel_tags == "py3-none-any"


def test_a_json_file_says_everything():
    [file] = listing(
        json_page(
            {
                "filename": "demo-1.0.tar.gz",
                "url": "/files/demo-1.0.tar.gz",
                "hashes": {"sha256": HEX},
                "requires-python": ">=3.8",
                "yanked": "broken",
                "core-metadata": {"sha256": HEX},
                "size": 123,
                "upload-time": "2026-01-02T03:04:05Z",
            }
        ),
        JSON,
    ).files("1.0")
    assert file.url == "https://index.example/files/demo-1.0.tar.gz"
    assert file.size == 123
    assert file.yanked == "broken"
    assert file.core_metadata == (Digest("sha256", HEX),)
    assert file.upload_time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert not file.is_wheel


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ({}, None),
        ({"core-metadata": True}, ()),
        ({"core-metadata": False, "data-dist-info-metadata": True}, None),
        ({"data-dist-info-metadata": {"sha256": HEX}}, (Digest("sha256", HEX),)),
        ({"dist-info-metadata": True}, ()),
    ],
)
def test_core_metadata_keys(said, understood):
    [file] = listing(json_page({"filename": "demo-1.tar.gz", "url": "x", "hashes": {}, **said}), JSON).files("1")
    assert file.core_metadata == understood


@pytest.mark.parametrize(
    ("attribute", "understood"),
    [
        ("", None),
        ('data-core-metadata="true"', ()),
        ('data-dist-info-metadata="true"', ()),
        (f'data-dist-info-metadata="sha256={HEX}"', (Digest("sha256", HEX),)),
        ('data-core-metadata="false"', None),
    ],
)
def test_core_metadata_attributes(attribute, understood):
    [file] = listing(page(f'<a href="demo-1.tar.gz" {attribute}>demo-1.tar.gz</a>')).files("1")
    assert file.core_metadata == understood


def test_releases_are_newest_first_and_equal_versions_are_one():
    found = listing(
        page(
            '<a href="demo-1.0.tar.gz">x</a>',
            '<a href="demo-1.10-py3-none-any.whl">x</a>',
            '<a href="demo-1.9-py3-none-any.whl">x</a>',
            '<a href="demo-1.0.0-py3-none-any.whl">x</a>',
        )
    )
    assert found.versions == ("1.10", "1.9", "1.0")
    assert [file.filename for file in found.files("1.0")] == ["demo-1.0.0-py3-none-any.whl", "demo-1.0.tar.gz"]


@pytest.mark.parametrize(
    "anchor",
    [
        "<a href='demo-1.0.tar.gz' data-yanked=''>demo-1.0.tar.gz</a>",
        '<A HREF="demo-1.0.tar.gz" DATA-YANKED="">demo-1.0.tar.gz</A>',
        '<a rel="x" href="demo-1.0.tar.gz" data-yanked>demo-1.0.tar.gz</a>',
        "<a href=demo-1.0.tar.gz data-yanked=''>demo-1.0.tar.gz",
        '<a\n  href="demo-1.0.tar.gz"\n  data-yanked=""><b>demo</b>-1.0.tar.gz</a>',
        '<!-- <a href="demo-2.0.tar.gz">no</a> --><a href="demo-1.0.tar.gz" data-yanked="">x</a>',
    ],
)
def test_any_html_is_understood(anchor):
    found = listing(page(anchor))
    assert found.versions == ("1.0",)
    assert found.files("1.0")[0].yanked == ""
    assert found.files("1.0")[0].url == URL + "demo-1.0.tar.gz"


def test_a_base_element_moves_the_addresses():
    found = listing('<base href="/elsewhere/"><a href="demo-1.0.tar.gz">x</a>')
    assert found.files("1.0")[0].url == "https://index.example/elsewhere/demo-1.0.tar.gz"


def test_an_unescaped_specifier_is_understood():
    [file] = listing(page('<a href="demo-1.tar.gz" data-requires-python=">=3.6,<4">demo-1.tar.gz</a>')).files("1")
    assert file.requires_python == ">=3.6,<4"


def test_credentials_in_a_file_address_are_taken_off():
    [file] = listing(page('<a href="https://me:secret@files.example/demo-1.tar.gz">x</a>')).files("1")
    assert file.url == "https://files.example/demo-1.tar.gz"


@pytest.mark.parametrize(
    ("name", "filename", "version"),
    [
        ("demo", "demo-1.0-py3-none-any.whl", "1.0"),
        ("demo", "Demo-1.0.tar.gz", "1.0"),
        ("two-words", "two_words-1.0-1-py3-none-any.whl", "1.0"),
        ("two-words", "two-words-1.0.zip", "1.0"),
        ("two-words", "Two.Words-1.0.tar.bz2", "1.0"),
        ("demo", "demo-1.0-rc1.tar.gz", "1.0rc1"),
    ],
)
def test_file_names_of_all_ages(name, filename, version):
    assert listing(page(f'<a href="{filename}">x</a>'), name=name).versions == (version,)


@pytest.mark.parametrize(
    "filename", ["other-1.0.tar.gz", "demo-1.0.exe", "demo-1.0-py2.7.egg", "demo-latest.tar.gz", "demo-1.0.whl", "demo"]
)
def test_files_that_are_no_release_are_passed_over(filename):
    assert listing(page(f'<a href="{filename}">x</a>')).versions == ()


def test_a_page_without_files_is_a_page():
    assert listing(page()).versions == ()
    assert listing(json_page(), JSON).versions == ()


@pytest.mark.parametrize("charset", ["klingon", "undefined", "idna", "hex", "utf-8\0", "\N{SNOWMAN}"])
def test_a_charset_that_cannot_be_used_is_taken_for_utf_8(charset):
    body = page('<a href="demo-1.0-py3-none-any.whl">demo-1.0-py3-none-any.whl</a>')
    assert listing(body, f"text/html; charset={charset}").versions == ("1.0",)


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        ("gate closed", "text/html", "no HTML in it"),
        ('{"meta": {"api-version": "1.0"}, "files": [{', JSON, "not a JSON page"),
        ('{"files": []}', JSON, "not a JSON page"),
        ('{"meta": {"api-version": "1.0"}, "files": [{"url": "x"}]}', JSON, "not a JSON page"),
        ('{"meta": {"api-version": "2.0"}, "files": []}', JSON, "version 2.0 of the simple API"),
        ('<meta name="pypi:repository-version" content="2.1"><a href="x">x</a>', "text/html", "speaks version 2"),
        ("{}", "application/json", "answered with application/json"),
        (b"\xff\xfe\x00", JSON, "not a JSON page"),
    ],
)
def test_what_is_no_page_is_told(body, content_type, words):
    with pytest.raises(IndexPageError, match=words) as caught:
        listing(body, content_type)
    assert caught.value.where == URL


def test_a_file_that_is_described_wrongly_is_told_when_it_is_looked_at():
    found = listing(json_page({"filename": "demo-1.tar.gz", "url": "x", "hashes": "none"}), JSON)
    with pytest.raises(IndexPageError, match="describes a file in an unknown way"):
        found.files("1")


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)


@given(yanked=TEXT, python=TEXT, query=st.text("abc&=%", max_size=6), plain=st.booleans())
def test_the_quick_and_the_thorough_reader_agree(yanked, python, query, plain):
    quote = '"' if plain else "'"
    anchor = (
        f'<a href="demo-1.0.tar.gz?{escape(query)}#sha256={HEX}" data-requires-python="{escape(python)}"'
        f" data-yanked={quote}{escape(yanked)}{quote}>demo-1.0.tar.gz</a>"
    )
    [file] = listing(page(anchor)).files("1.0")
    assert file.yanked == yanked
    assert file.requires_python == (python or None)
    assert file.sha256 == HEX
