from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from pinkeeper.errors import OutputError
from pinkeeper.workflows.atomic_write import replace_text


def write(path: Path, text: str) -> None:
    replace_text(path, text, shown=path.name)


def test_a_new_file_gets_usual_permissions(tmp_path):
    write(tmp_path / "lock.txt", "text\n")
    assert (tmp_path / "lock.txt").read_bytes() == b"text\n"
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "lock.txt").stat().st_mode) == 0o666 & ~mask


def test_an_old_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "lock.txt"
    path.write_text("old")
    path.chmod(0o640)
    write(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "lock.txt").symlink_to("real.txt")
    write(tmp_path / "lock.txt", "new")
    assert (tmp_path / "lock.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_read_only_file_is_left_alone(tmp_path):
    path = tmp_path / "lock.txt"
    path.write_text("old")
    path.chmod(0o444)
    with pytest.raises(OutputError, match="read-only"):
        write(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock.txt"]


@pytest.mark.parametrize("failing", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_whatever_fails_the_old_text_stands_and_nothing_else(tmp_path, monkeypatch, failing, error):
    path = tmp_path / "lock.txt"
    path.write_text("old")

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(os if failing == "fsync" else Path, failing, fail)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt):
        write(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["lock.txt"]


@pytest.mark.parametrize("where", ["missing/lock.txt", "."])
def test_a_place_that_cannot_be_written_is_told(tmp_path, where):
    with pytest.raises(OutputError, match="cannot be written"):
        replace_text(tmp_path / where, "text", shown=where)


def test_a_pipe_is_written_not_replaced(tmp_path):
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(fifo, "text")
        assert os.read(reader, 100) == b"text"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_what_a_killed_run_left_beside_it_is_removed_an_hour_later(tmp_path):
    names = (".lock.txt.old.new", ".lock.txt.fresh.new", ".other.txt.old.new")
    for name in names:
        (tmp_path / name).write_text("left")
        if "old" in name:
            os.utime(tmp_path / name, (time.time() - 3700,) * 2)
    write(tmp_path / "lock.txt", "text\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock.txt.fresh.new", ".other.txt.old.new", "lock.txt"]
