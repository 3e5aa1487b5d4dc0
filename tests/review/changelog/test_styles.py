from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.comparison import ReleaseNotes
from pinkeeper.review.changelog import note_sources, release_notes
from tests.review.changelog.styles import STYLES
from tests.review.contents_in_memory import ContentsInMemory

NAME = NormalizedName("kit")

_numbers = st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 12))
_ends = st.sampled_from(["", "", "", "rc1", "b2", ".post1"])


@st.composite
def _histories(draw):
    """Versions in order, at least three, and the positions of an old and a new one."""
    made = draw(st.lists(st.tuples(_numbers, _ends), min_size=3, max_size=12, unique_by=lambda part: part))
    versions = sorted(Version(".".join(map(str, numbers)) + end) for numbers, end in made)
    old = draw(st.integers(0, len(versions) - 2))
    new = draw(st.integers(old + 1, len(versions) - 1))
    return versions, old, new


def _notes(path: str, text: str, *, old: Version, new: Version) -> ReleaseNotes:
    sources = note_sources(ContentsInMemory({path: text}), name=NAME, old=old, new=new)
    return release_notes(old, new, sources, name=NAME)


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=30)
@given(history=_histories(), newest_first=st.booleans())
def test_exactly_the_sections_of_the_range_come_back(style, history, newest_first):
    versions, old, new = history
    path, make = STYLES[style]
    ordered = list(reversed(versions)) if newest_first else versions
    text = make([(str(version), f"entry about {version}.") for version in ordered])

    notes = _notes(path, text, old=versions[old], new=versions[new])

    wanted = list(reversed(versions[old + 1 : new + 1]))
    assert [section.version for section in notes.sections] == [str(version) for version in wanted]
    for section, version in zip(notes.sections, wanted, strict=True):
        assert f"entry about {version}." in section.text
        assert section.text.count("entry about") == 1
        assert "Not yet out" not in section.text
    assert notes.source == f"{path} in kit-2.0.tar.gz"
    assert notes.cut == 0
    assert not notes.remark


@pytest.mark.parametrize("form", ["{}", "v{}", "{}-notes", "release-{}"])
@settings(max_examples=30)
@given(history=_histories())
def test_files_for_single_versions_are_read_together(form, history):
    versions, old, new = history
    files = {
        f"docs/releases/{form.format(version)}.rst": f"Kit {version}\n{'=' * 20}\n\nText about {version}.\n"
        for version in versions
    }
    sources = note_sources(ContentsInMemory(files), name=NAME, old=versions[old], new=versions[new])

    notes = release_notes(versions[old], versions[new], sources, name=NAME)

    wanted = list(reversed(versions[old + 1 : new + 1]))
    assert [(section.version, section.text) for section in notes.sections] == [
        (str(version), f"Text about {version}.") for version in wanted
    ]
