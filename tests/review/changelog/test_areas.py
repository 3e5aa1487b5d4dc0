from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind, NoteSection, ReleaseNotes
from pinkeeper.model.hunk import DiffLine, Hunk, LineKind
from pinkeeper.review.changelog import unmentioned
from pinkeeper.review.changelog.areas import LEAST_LINES


def _notes(*texts: str, cut: int = 0) -> ReleaseNotes:
    sections = tuple(NoteSection(version=f"1.{at}", text=text) for at, text in enumerate(texts))
    return ReleaseNotes(source="CHANGES.md in kit-2.0.tar.gz", sections=sections, cut=cut)


def _change(
    path: str, *, added: int = 30, removed: int = 0, kind: FileKind = FileKind.PYTHON, lines: str = "", around: str = ""
):
    shown = [DiffLine(LineKind.SAME, at, at, text) for at, text in enumerate(around.splitlines(), start=1)]
    shown += [DiffLine(LineKind.ADDED, None, at, text) for at, text in enumerate(lines.splitlines(), start=50)]
    return FileChange(
        status=ChangeStatus.CHANGED,
        kind=kind,
        old_path=path,
        new_path=path,
        is_text=True,
        code_added=added,
        code_removed=removed,
        hunks=(Hunk(lines=tuple(shown)),) if shown else (),
    )


def test_an_area_that_changed_and_that_no_note_mentions_is_told():
    changes = [_change("kit/glacier.py", added=20, removed=5), _change("kit/river/flow.py", added=40)]

    assert unmentioned(changes, _notes("- The river is faster.")) == (("kit.glacier", 25),)


def test_the_lines_of_an_area_are_taken_together_and_the_most_come_first():
    changes = [
        _change("kit/ice/a.py", added=12),
        _change("kit/ice/sub/b.py", added=9),
        _change("kit/snow.py", added=30),
        _change("kit/rain.py", added=19),
    ]

    assert unmentioned(changes, _notes("- Nothing much.")) == (("kit.snow", 30), ("kit.ice", 21))


@pytest.mark.parametrize(
    "note",
    [
        "The glacier melts.",
        "Glaciers melt.",
        "`kit.glacier` melts",
        "See kit/glacier.py",
        "GlacierView is new",
        "`melt_rate` is right now",
        "melt_rate() is right now",
        "A `Moraine` may be empty",
        "Use ``snowline``",
    ],
)
def test_any_word_of_an_area_is_a_mention(note):
    change = _change(
        "kit/glacier.py", lines="    rate = melt_rate(self)\n    snowline = 3\n", around="class Moraine:\n    pass\n"
    )

    assert unmentioned([change], _notes("- Other things.", f"- {note}")) == ()


@pytest.mark.parametrize(
    "note", ["Fixes.", "The kit changed.", "The rate is right now.", "`self` and `print` are used"]
)
def test_words_that_stand_anywhere_are_no_mention(note):
    change = _change("kit/glacier.py", lines="    rate = print(self, kit)\n")

    assert unmentioned([change], _notes(note)) == (("kit.glacier", 30),)


def test_a_name_that_is_in_many_areas_is_a_mention_of_none():
    changes = [_change(f"kit/{name}.py", lines="    open_session()\n") for name in ("ice", "snow", "rain", "hail")]

    assert len(unmentioned(changes, _notes("- `open_session` closes."))) == 4
    assert unmentioned(changes[:1], _notes("- `open_session` closes.")) == ()


def test_nothing_is_told_without_notes_or_where_they_were_cut():
    changes = [_change("kit/glacier.py")]

    assert unmentioned(changes, ReleaseNotes()) == ()
    assert unmentioned(changes, _notes("- a", cut=7)) == ()


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind is not FileKind.PYTHON])
def test_only_python_files_count(kind):
    assert unmentioned([_change("kit/glacier.py", kind=kind)], _notes("- a")) == ()


def test_small_changes_do_not_count():
    assert unmentioned([_change("kit/glacier.py", added=LEAST_LINES - 1)], _notes("- a")) == ()
    assert unmentioned([_change("kit/glacier.py", added=LEAST_LINES)], _notes("- a")) != ()


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("glacier.py", "glacier"),
        ("src/kit/glacier.py", "kit.glacier"),
        ("kit-2.0.data/purelib/kit/glacier.py", "kit.glacier"),
        ("kit/glacier/deep/down.py", "kit.glacier"),
        ("kit/_internal/glacier/x.py", "kit._internal.glacier"),
        ("google/cloud/glacier/ice.py", "google.cloud.glacier.ice"),
        ("kit/glacier.pyi", "kit.glacier"),
    ],
)
def test_an_area_is_what_stands_right_below_a_package(path, area):
    assert unmentioned([_change(path)], _notes("- a")) == ((area, 30),)


def test_what_stands_at_the_very_top_of_a_package_is_no_area():
    assert unmentioned([_change("kit/__init__.py")], _notes("- a")) == ()


def test_an_area_whose_name_says_little_is_mentioned_by_that_name():
    assert unmentioned([_change("kit/version.py")], _notes("- Each version counts.")) == ()


@given(
    st.lists(
        st.tuples(st.text("abc_/.", min_size=1, max_size=12), st.integers(0, 60), st.text(max_size=40)), max_size=6
    ),
    st.text(max_size=200),
)
def test_whatever_is_told_changed_enough_and_is_told_once(made, note):
    changes = [_change(f"{path}.py", added=added, lines=lines) for path, added, lines in made]

    told = unmentioned(changes, _notes(note))

    assert all(lines >= LEAST_LINES for _, lines in told)
    assert len({area for area, _ in told}) == len(told)
    assert sum(lines for _, lines in told) <= sum(added for _, added, _ in made)
