"""Ctrl-C at any moment: a short word, no traceback, nothing half done."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time

import pytest

from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals are otherwise elsewhere")

_BEFORE = "# made before\nalpha==1.0\n"
_PATIENCE = 20.0  # far below the time that the index is silent


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    for number in range(20):
        index.add_release(f"part-{number}", "1.0", requires=[f"part-{number + 1}"] if number < 19 else [])
    cli.write("requirements.in", "part-0\n")
    cli.write("requirements.txt", _BEFORE)
    return cli


def _interrupt(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Interrupt, and give status and stderr. Fails where the process does not end though the index hangs."""
    process.send_signal(signal.SIGINT)
    try:
        stdout, stderr = process.communicate(timeout=_PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert stdout == b""
    return process.returncode, stderr.decode()


def _until_asked(index: LoopbackIndex, process: subprocess.Popen[bytes], path: str, *, seconds: float = 20.0) -> None:
    """Wait until the index has been asked for something before the path that hangs."""
    deadline = time.monotonic() + seconds
    while not index.count(path):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _assert_nothing_done(project: CommandLine) -> None:
    assert project.read("requirements.txt") == _BEFORE
    assert {path.name for path in project.directory.iterdir()} == {"requirements.in", "requirements.txt"}
    assert [path for path in project.cache.rglob(".new-*") if path.is_file()] == []


@pytest.mark.parametrize("path", [r"/simple/part-7/", r"/files/part-7/", r"/simple/part-1/"])
def test_while_the_index_hangs(index, project, path):
    index.hang(path, 300)
    process = project.start("lock", "-i", index.url)
    _until_asked(index, process, "/simple/part-0/")
    time.sleep(0.2)
    status, said = _interrupt(process)
    assert status == 2
    assert said == "\ninterrupted; nothing was written\n"
    _assert_nothing_done(project)


def test_while_it_waits_to_try_again(index, project):
    index.fail("/simple/part-0/", 503, headers={"Retry-After": "50"})
    process = project.start("lock", "-i", index.url)
    _until_asked(index, process, "/simple/part-0/")
    time.sleep(0.1)
    status, said = _interrupt(process)
    assert status == 2
    assert said == "\ninterrupted; nothing was written\n"
    _assert_nothing_done(project)


def test_with_json_summary(index, project):
    index.hang("/simple/part-3/", 300)
    process = project.start("lock", "-i", index.url, "--format", "json")
    _until_asked(index, process, "/simple/part-0/")
    status, said = _interrupt(process)
    assert status == 2
    assert "Traceback" not in said
    _assert_nothing_done(project)


def test_during_the_walk(index, project):
    index.behaviour.latency = 0.05
    for seen in (1, 5, 11):
        index.clear()
        process = project.start("lock", "-i", index.url, "--no-cache")
        _until_asked(index, process, f"/simple/part-{seen}/")
        status, said = _interrupt(process)
        assert (status, said) == (2, "\ninterrupted; nothing was written\n")
        _assert_nothing_done(project)


@pytest.mark.parametrize("delay", [0.02, 0.05, 0.08, 0.11, 0.14, 0.17, 0.2, 0.25, 0.3, 0.5])
def test_at_start_up(index, project, delay):
    """Before our own first line Python itself answers, with words of its own, or dies by the signal.

    CPython may also drop an interrupt that strikes while it finalizes some object; the next one counts.
    """
    index.hang("/simple/", 300)
    process = project.start("lock", "-i", index.url)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    said = stderr.decode()
    assert process.returncode in {2, -signal.SIGINT, 1}
    assert (process.returncode == 2) is (said == "\ninterrupted; nothing was written\n")
    _assert_nothing_done(project)


def test_twice(index, project):
    """An impatient second Ctrl-C changes nothing."""
    index.hang("/simple/part-0/", 300)
    process = project.start("lock", "-i", index.url)
    _until_asked_to_hang(process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    status, said = _interrupt(process)
    assert status in {2, -signal.SIGINT}
    assert "/pinkeeper/" not in said
    _assert_nothing_done(project)


def _until_asked_to_hang(process: subprocess.Popen[bytes]) -> None:
    """A request that hangs is noted only once it is answered; a second is enough for any machine to send it."""
    time.sleep(1)
    assert process.poll() is None
