"""Bounds leave out no version that a specifier admits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pinkeeper.resolver.version_bounds import within_bounds

_RELEASES = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
_ENDS = st.sampled_from(["", "", "", "a1", "rc2", ".dev1", ".post1", "rc1.dev2", "+local.1", ".post1+x"])
_VERSIONS = st.tuples(_RELEASES, _ENDS).map("".join)


def _clause(operator: str, release: str, end: str) -> str:
    if operator == "==.*":
        return f"=={release}.*"
    if operator == "~=":
        return f"~={release}.1"
    return f"{operator}{release}{end.partition('+')[0]}"


_CLAUSES = st.builds(_clause, st.sampled_from([">=", ">", "<=", "<", "==.*", "~=", "!=", "=="]), _RELEASES, _ENDS)


@given(st.sets(_VERSIONS, max_size=30), st.lists(_CLAUSES, max_size=3))
def test_every_admitted_version_is_among_them(texts, clauses):
    ordered = [str(version) for version in sorted({Version(text) for text in texts}, reverse=True)]
    specifier = SpecifierSet(",".join(clauses))
    found = within_bounds(ordered, specifier)
    assert [text for text in ordered if specifier.contains(text, prereleases=True)] == [
        text for text in found if specifier.contains(text, prereleases=True)
    ]


def test_what_lies_outside_is_left_out():
    ordered = [f"1.{minor}" for minor in range(50, 0, -1)]
    assert within_bounds(ordered, SpecifierSet(">=1.10,<1.12")) == ("1.12", "1.11", "1.10")
    assert within_bounds(ordered, SpecifierSet(">=2")) == ()
    assert within_bounds(ordered, SpecifierSet("<1")) == ()
