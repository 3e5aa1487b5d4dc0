"""Several files written together, cut off at every step."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path

import pytest

from pinkeeper.errors import OutputError
from pinkeeper.workflows.unfinished import JOURNAL
from pinkeeper.workflows.write_together import finish_writing, write_together

OLD = {"a.txt": "old a\n", "locks/b.txt": "old b\n", "c.txt": "old c\n"}
NEW = {"a.txt": "new a\n", "locks/b.txt": "new b\n", "c.txt": "new c\n"}


class CutOffError(BaseException):
    """The process ends here: nothing of it may catch this."""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "locks").mkdir()
    for path, text in OLD.items():
        (tmp_path / path).write_text(text)
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    return {path: (folder / path).read_text() for path in OLD}


def strangers(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and str(path.relative_to(folder)) not in OLD
    )


def test_all_are_written(folder):
    (folder / "a.txt").chmod(0o640)
    write_together(NEW, folder)
    assert texts(folder) == NEW
    assert strangers(folder) == []
    assert stat.S_IMODE((folder / "a.txt").stat().st_mode) == 0o640


def test_where_one_cannot_be_none_is(folder):
    with pytest.raises(OutputError) as caught:
        write_together({**NEW, "gone/d.txt": "x"}, folder)
    assert "gone/d.txt" in str(caught.value)
    assert texts(folder) == OLD
    assert strangers(folder) == []


@pytest.mark.parametrize("step", range(12))
def test_cut_off_at_any_rename_the_next_run_ends_it_or_nothing_happened(folder, monkeypatch, step):
    left = [step]
    replace, fsync, unlink = Path.replace, os.fsync, Path.unlink

    def counted(function):
        def call(*arguments, **options):
            if left[0] == 0:
                raise CutOffError
            left[0] -= 1
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", counted(replace))
        patched.setattr(os, "fsync", counted(fsync))
        patched.setattr(Path, "unlink", counted(unlink))
        try:
            write_together(NEW, folder)
            ended = True
        except CutOffError:
            ended = False
    journal_stood = (folder / JOURNAL).exists()
    assert finish_writing(folder) is journal_stood
    assert texts(folder) in ((NEW,) if ended or journal_stood else (OLD, NEW))
    assert not (folder / JOURNAL).exists()


@pytest.mark.parametrize(
    "journal",
    ["not json", "[]", '{"a.txt": "../secret"}', '{"a.txt": "other.txt"}', '{"a.txt": 3}'],
)
def test_a_journal_that_is_none_of_ours_is_refused(folder, journal):
    (folder / JOURNAL).write_text(journal)
    with pytest.raises(OutputError) as caught:
        finish_writing(folder)
    assert JOURNAL in str(caught.value)
    assert texts(folder) == OLD


def test_a_journal_whose_files_are_in_place_is_removed(folder):
    (folder / JOURNAL).write_text(json.dumps({"a.txt": ".pinkeeper-x.staged"}))
    assert finish_writing(folder)
    assert texts(folder) == OLD
    assert not (folder / JOURNAL).exists()


def test_what_was_begun_is_ended_before_anything_else_is_written(folder):
    (folder / ".pinkeeper-x.staged").write_text("begun\n")
    (folder / JOURNAL).write_text(json.dumps({"a.txt": ".pinkeeper-x.staged"}))
    with pytest.raises(OutputError) as caught:
        write_together(NEW, folder)
    assert JOURNAL in str(caught.value)
    assert finish_writing(folder)
    assert texts(folder) == {**OLD, "a.txt": "begun\n"}
    write_together(NEW, folder)
    assert texts(folder) == NEW


def test_what_a_killed_run_staged_is_removed_by_a_later_one_and_not_what_another_is_staging(folder):
    old, new = folder / ".pinkeeper-old.staged", folder / "locks" / ".pinkeeper-new.staged"
    for path in (old, new):
        path.write_text("staged\n")
    an_hour_ago = time.time() - 3700
    os.utime(old, (an_hour_ago, an_hour_ago))
    write_together(NEW, folder)
    assert strangers(folder) == ["locks/.pinkeeper-new.staged"]
