from __future__ import annotations

import email.parser
import email.policy
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.artifacts.core_metadata import (
    HEADER_LIMIT,
    ParsedMetadata,
    check_identity,
    parse_core_metadata,
    to_core_metadata,
)
from pinkeeper.errors import ArtifactError
from pinkeeper.model.metadata import MetadataSource

HEAD = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"


def parse(content: bytes) -> ParsedMetadata:
    return parse_core_metadata(content, subject="demo 1.0", source=MetadataSource.WHEEL)


def test_fields_that_resolving_needs_are_read():
    parsed = parse(
        b"Metadata-Version: 2.4\nName: Demo.Project\nVersion: 1.0.post1\nSummary: Requires-Dist: nothing\n"
        b"Requires-Python: >=3.9, <4\nRequires-Dist: b>=1\nRequires-Dist: a; extra == 'x'\nProvides-Extra: X_Y\n"
        b"Dynamic: License-File\n\nRequires-Dist: not-a-field\n"
    )
    assert parsed == ParsedMetadata(
        name=canonicalize_name("demo-project"),
        version="1.0.post1",
        metadata_version="2.4",
        requires=("b>=1", "a; extra == 'x'"),
        requires_python=">=3.9, <4",
        provides_extras=frozenset({canonicalize_name("x-y")}),
        dynamic=frozenset({"license-file"}),
        source=MetadataSource.WHEEL,
    )


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_is_read_and_the_description_is_not(end):
    lines = [b"Name: demo", b"Version: 1.0", b"Requires-Dist: a", b"", b"Requires-Dist: b", b""]
    assert parse(end.join(lines)).requires == ("a",)


def test_folded_fields_are_unfolded():
    parsed = parse(
        HEAD + b"License: MIT\n        |\n        Requires-Dist: x\nRequires-Dist: a\n  ; os_name\n\t== 'nt'\n"
    )
    assert parsed.requires == ("a ; os_name == 'nt'",)


def test_field_names_have_no_case_and_a_byte_order_mark_is_passed_over():
    assert parse(b"\xef\xbb\xbfNAME: demo\nversion: 1.0\nrequires-dist:a\n").requires == ("a",)


def test_requires_of_metadata_1_1_is_not_a_dependency():
    parsed = parse(b"Metadata-Version: 1.1\nName: demo\nVersion: 1.0\nRequires: os_module\nProvides: demo\n")
    assert (parsed.requires, parsed.metadata_version_numbers) == ((), (1, 1))


def test_bytes_that_are_not_utf_8_harm_no_other_field():
    parsed = parse(HEAD + b"Author: J\xf6rg\nRequires-Dist: a\nProvides-Extra: \xff\n")
    assert parsed.requires == ("a",)
    assert parsed.provides_extras == {"�"}


def test_an_empty_requires_python_is_none():
    assert parse(HEAD + b"Requires-Python:\n").requires_python is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no Name"),
        (b"\nName: demo\nVersion: 1\n", "no Name"),
        (b"Name:\nVersion: 1\n", "no Name"),
        (b"Name: demo\n", "no Version"),
        (b"Name: demo\nName: demo\nVersion: 1\n", "Name twice"),
        (b"Name: demo\nVersion: 1\nVERSION: 2\n", "Version twice"),
        (HEAD + b"Requires-Python: >3\nRequires-Python: <3\n", "Requires-Python twice"),
        (b"Name: ../x\nVersion: 1\n", "no project name"),
        (b"Metadata-Version: 3.0\nName: demo\nVersion: 1\n", "has the version '3.0'"),
        (b"Metadata-Version: 2\nName: demo\nVersion: 1\n", "has the version '2'"),
        (HEAD + b"Requires-Dist: a\\b\n", "a character that no requirement has"),
        (HEAD + b"Requires-Dist: a\x1b[31m\n", "a character that no requirement has"),
        (HEAD + b"Requires-Dist: a\x00\n", "a character that no requirement has"),
        (HEAD + b"Requires-Dist: a; " + b"(" * 1000 + b"\n", "too deeply nested"),
        (HEAD + b"Requires-Dist: a>=" + b"1" * 5000 + b"\n", "too long"),
        (HEAD + b"Requires-Dist: a\n" * 10_001, "more than 10000 Requires-Dist"),
        (HEAD + b"Summary: " + b"x" * HEADER_LIMIT + b"\n\n", "a header of more than"),
        (HEAD + b"Summary: " + b"x" * HEADER_LIMIT, "a header of more than"),
        (b"\x00" * 100, "no Name"),
    ],
)
def test_metadata_that_cannot_be_used_is_refused(content, message):
    with pytest.raises(ArtifactError, match=re.escape(message)) as caught:
        parse(content)
    assert caught.value.where == "demo 1.0"
    assert str(caught.value).isprintable() or "\n" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_description_of_any_length_is_accepted():
    assert parse(HEAD + b"\n" + b"x" * (HEADER_LIMIT + 1)).version == "1.0"


def test_core_metadata_parts_requirements_by_extra():
    metadata = to_core_metadata(parse(HEAD + b"Requires-Dist: a\nRequires-Dist: b ; extra == 'x'\nProvides-Extra: x\n"))
    assert metadata.requires == ("a",)
    assert metadata.requires_by_extra == {"x": ("b ; extra == 'x'",)}
    assert metadata.provides_extras == {"x"}
    assert metadata.source is MetadataSource.WHEEL


@pytest.mark.parametrize("version", ["1.0", "1", "v1.0.0"])
def test_identity_is_compared_normalized(version):
    parsed = parse(b"Name: De_mo\nVersion: %s\n" % version.encode())
    check_identity(parsed, name=canonicalize_name("de-mo"), version=Version("1.0"), subject="demo 1.0")


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        (b"other", b"1.0", "another project: it says 'other', not 'demo'"),
        (b"demo", b"1.1", "another version: it says '1.1', not '1.0'"),
        (b"demo", b"1.0+local", "another version"),
        (b"demo", b"banana", "another version"),
        (b"demo", b"9" * 5000, "another version"),
    ],
)
def test_metadata_of_another_release_is_refused(name, version, message):
    parsed = parse(b"Name: %s\nVersion: %s\n" % (name, version))
    with pytest.raises(ArtifactError, match=message):
        check_identity(parsed, name=canonicalize_name("demo"), version=Version("1.0"), subject="demo 1.0")


LINES = st.one_of(
    st.sampled_from(
        [
            b"Name: demo",
            b"Version: 1",
            b"Requires-Dist: a",
            b"requires-dist:b",
            b" folded",
            b"\tc",
            b"",
            b" ",
            b":",
            b"From x",
        ]
    ),
    st.sampled_from(
        [b"no field", b"Requires-Dist : a", b"Requires-Dist", b"X: y", b"From : z", b"\xff: x", b"X\xff: x"]
    ),
    st.binary(max_size=6),
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=12))
@settings(deadline=None)
def test_fields_are_those_that_installers_see(lines):
    """Installers read with `email`; a field that only one of us saw would be a hole."""
    content = HEAD + b"".join(line + end for line, end in lines)
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(content)
    expected = [re.sub(r"\s+", " ", str(value)).strip() for value in message.get_all("Requires-Dist") or ()]
    try:
        parsed = parse(content)
    except ArtifactError as error:
        duplicated = any(len(message.get_all(field) or ()) != 1 for field in ("Name", "Version"))
        assert duplicated or "character" in error.what  # noqa: PT017 - the kind of refusal is the point
    else:
        assert [re.sub(r"\s+", " ", text) for text in parsed.requires] == expected


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_give_metadata_or_an_artifact_error(content):
    try:
        parse(content)
        parse(HEAD + content)
    except ArtifactError:
        pass
