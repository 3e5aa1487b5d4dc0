"""Words that changelogs use, by what they say of a title or of a place."""

from __future__ import annotations

__all__ = [
    "DATE_WORDS",
    "EMPTY_WORDS",
    "GENERAL_WORDS",
    "INNER_FOLDERS",
    "NAMESPACES",
    "OTHER_FOLDERS",
    "OTHER_SUBJECTS",
    "UNRELEASED_WORDS",
]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DATE_WORDS = _set("""
    january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    utc gmt am pm st nd rd th date dated
""")

EMPTY_WORDS = _set("""
    a an and announcement bug bugfix bugfixes candidate change changelog changes current final fix fixes for high
    history hotfix in latest log low lts maintenance major medium minor new news note notes of on only patch pre
    prerelease post release released releases s security stable the unstable update urgency v ver version what whats
    what's yanked
""")
"""Words of a section's title that do not make it one about something else than a version."""

UNRELEASED_WORDS = _set("""
    unreleased upcoming next development dev develop master main head trunk tbd tba pending planned future nightly
    unpublished wip forthcoming
""")

OTHER_SUBJECTS = (
    *("migrat", "upgrad", "deprecat", "remov", "break", "support", "compat", "drop", "requir", "depend"),
    *("since", "until", "before", "after", "earlier", "older", "prior", "below", "above"),
)
"""Beginnings of words that make a title with a version in it one about something else."""

OTHER_FOLDERS = _set("""
    test tests testing example examples benchmarks templates _templates static _static locale locales fragments
    vendor _vendor vendored bundled extern external third_party thirdparty third-party node_modules site-packages
    subprojects deps newsfragments newsfragment changelog.d changes.d news.d
""")
"""Folders whose changelogs are not the project's, or are not yet of a release."""

NAMESPACES = _set("google cloud azure zope airflow providers opentelemetry jaraco backports sphinxcontrib")
"""Top-level folders that several projects share, and folders within those."""

INNER_FOLDERS = _set("_internal internal _vendor vendor vendored core _core impl _impl")
"""Folders that hold most of a package, so that their name says nothing."""

GENERAL_WORDS = INNER_FOLDERS | _set("""
    internals common _common lib libs utils util py main init base types helpers misc tools
    the and for with from that this not all are was has have new add added use used fix fixed change changed remove
    removed support code file files test tests class method function module package version release update updated get
    set run python data name value type error list self none true false return import def
""")
"""Words that say too little for one text to mention what another is called."""
