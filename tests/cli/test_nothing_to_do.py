"""A second ``pinkeeper lock``: answered from digests while all that the first looked at is as it was, else run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pinkeeper.index.cache import Cache
from pinkeeper.workflows.trace import Trace, TracedEnvironment
from pinkeeper.workflows.unchanged import SECONDS_OF_TRUST, Known, recall, remember
from tests.support.command_line import CommandLine, CommandResult
from tests.support.index import LoopbackIndex

LINUX = ("--python-version", "3.12", "--platform", "linux_x86_64")
NOW = 1_800_000_000.0


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    index.add_release("alpha", "1.0", requires=["beta"])
    index.add_release("beta", "1.0")
    index.add_release("gamma", "1.0")
    cli.write("pyproject.toml", '[tool.pinkeeper]\ncooldown = "0"\n')
    cli.write("requirements.in", "-r more.in\nalpha\n")
    cli.write("more.in", "-c bounds.txt\n")
    cli.write("bounds.txt", "beta<2\n")
    return cli


def lock(project: CommandLine, index: LoopbackIndex, *arguments: str, **options: object) -> CommandResult:
    done = project("lock", "requirements.in", "-i", index.url, *LINUX, *arguments, **options)
    assert done.status == 0, done.stderr
    return done


def is_answered(done: CommandResult) -> bool:
    return ", like all that it was made from at" in done.stderr


def test_the_second_run_asks_and_writes_nothing(index, project):
    lock(project, index)
    before = (project.directory / "requirements.txt").stat()
    index.clear()
    done = lock(project, index)
    assert re.fullmatch(
        r"Unchanged: requirements\.txt, like all that it was made from at \d{4}-\d\d-\d\d \d\d:\d\d UTC "
        r"\(2 packages for Python 3\.12 on linux_x86_64\)\n",
        done.stderr,
    )
    assert done.stdout == ""
    assert index.requests == []
    assert (project.directory / "requirements.txt").stat().st_mtime_ns == before.st_mtime_ns


def test_it_imports_next_to_nothing(index, project):
    """Importing is most of what such a run would cost."""
    lock(project, index)
    done = lock(project, index, environ={"PYTHONPROFILEIMPORTTIME": "1"})
    lines = done.stderr.splitlines()
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines if line.startswith("import time")}
    assert "pinkeeper" in imported
    assert is_answered(done)
    heavy = {"httpx", "httpcore", "rich", "typer", "resolvelib", "packaging", "tomlkit", "ssl", "asyncio"}
    assert not heavy & imported


@pytest.mark.parametrize(
    "change",
    [
        lambda project: project.write("requirements.in", "-r more.in\nalpha\ngamma\n"),
        lambda project: project.write("more.in", "gamma\n"),
        lambda project: project.write("bounds.txt", "beta<3\n"),
        lambda project: project.write("pyproject.toml", '[tool.pinkeeper]\ncooldown = "0"\npre = true\n'),
        lambda project: (project.directory / "pyproject.toml").unlink(),
        lambda project: project.write("requirements.txt", project.read("requirements.txt") + "gamma==1.0\n"),
        lambda project: (project.directory / "requirements.txt").unlink(),
        lambda project: (project.directory / "bounds.txt").write_bytes(b"beta<2"),
    ],
    ids=[
        *(
            "a requirement more",
            "a nested file",
            "a constraint",
            "a setting",
            "no settings any more",
            "the lock itself",
        ),
        *("no lock any more", "bytes that change nothing"),
    ],
)
def test_whatever_changed_is_seen(index, project, change: Callable[[CommandLine], object]):
    lock(project, index)
    change(project)
    assert not is_answered(lock(project, index))
    assert is_answered(lock(project, index))
    assert "alpha==1.0" in project.read("requirements.txt")


def test_a_file_that_appears_where_one_was_looked_for(index, project):
    (project.directory / "pyproject.toml").unlink()
    lock(project, index, "--cooldown", "0")
    project.write("pyproject.toml", "[tool.pinkeeper]\npre = true\n")
    assert not is_answered(lock(project, index, "--cooldown", "0"))
    assert is_answered(lock(project, index, "--cooldown", "0"))


def test_variables_and_configuration_of_pip_count_where_they_were_looked_at(index, project, clean_environment):
    def run(**environ: str | None) -> bool:
        done = project("lock", "requirements.in", *LINUX, environ=environ)
        assert done.status == 0, done.stderr
        return is_answered(done)

    assert not run(PIP_INDEX_URL=index.url)
    assert run(PIP_INDEX_URL=index.url)
    assert run(PIP_INDEX_URL=index.url, UNRELATED="1")
    assert not run(PIP_INDEX_URL=f"{index.url}/")
    configuration = clean_environment / "pip.conf"
    configuration.write_text(f"[global]\nindex-url = {index.url}\n")
    named = {"PIP_INDEX_URL": None, "PIP_CONFIG_FILE": str(configuration)}
    assert not run(**named)
    assert run(**named)
    configuration.write_text(f"[global]\nindex-url = {index.url}/\n")
    assert not run(**named)


def test_an_altered_lock_is_no_answer_even_with_a_new_fingerprint(index, project):
    """Whoever writes a wrong hash and the fingerprint for it cannot write what this machine remembers."""
    lock(project, index)
    good = project.read("requirements.txt")
    sha256 = re.search("--hash=sha256:([0-9a-f]{64})", good)
    assert sha256 is not None
    project.write("requirements.txt", good.replace(sha256[1], "0" * 64))
    done = lock(project, index)
    assert not is_answered(done)
    assert "0" * 64 not in project.read("requirements.txt") or "not what the index has" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("-U",), ("-P", "beta"), ("--refresh-hashes",), ("--no-cache",), ("--format", "json"), ("-o", "-")],
    ids=" ".join,
)
def test_what_is_run_each_time(index, project, arguments):
    lock(project, index, *arguments)
    index.clear()
    done = lock(project, index, *arguments)
    assert not is_answered(done)
    assert "Locked 2 packages" in done.stderr or '"packages": 2' in done.stdout


def test_places_on_this_machine_may_change_without_a_trace(index, project):
    project.write("files/readme.txt", "no distributions")
    for _ in range(2):
        assert not is_answered(lock(project, index, "--find-links", "files"))


def test_input_from_stdin_leaves_no_trace(index, project):
    for _ in range(2):
        done = project("lock", "-", "-i", index.url, *LINUX, stdin="alpha\n")
        assert done.status == 0, done.stderr
        assert not is_answered(done)


def test_a_failure_is_not_remembered(index, project):
    project.write("requirements.in", "alpha\nbeta>2\n")
    for _ in range(2):
        assert project("lock", "requirements.in", "-i", index.url, *LINUX).status == 1


def test_warnings_are_told_again_and_quiet_stays_quiet(index, project):
    index.add_release("delta", "1.0", tags=[], sdist=True)
    project.write("requirements.in", "delta\n")
    first = lock(project, index)
    again = lock(project, index)
    assert is_answered(again)
    warnings = [line for line in first.stderr.splitlines() if line.startswith("warning")]
    assert warnings
    assert [line for line in again.stderr.splitlines() if line.startswith("warning")] == warnings
    assert lock(project, index, "-q").stderr == lock(project, index, "-q").stderr == ""


def test_secrets_in_variables_are_not_kept(index, project):
    project.write("requirements.in", f"--index-url http://user:${{TOKEN}}@{index.url.removeprefix('http://')}\nalpha\n")
    for _ in range(2):
        done = project("lock", "requirements.in", *LINUX, environ={"TOKEN": "hunter2-hunter2"})
        assert done.status == 0, done.stderr
    assert is_answered(done)
    assert not is_answered(project("lock", "requirements.in", *LINUX, environ={"TOKEN": "other"}))
    kept = [path.read_bytes() for path in project.cache.rglob("*") if path.is_file()]
    assert kept
    assert not [content for content in kept if b"hunter2" in content]


class TestRecord:
    """The record itself, with a clock of its own."""

    @pytest.fixture
    def cache(self, tmp_path: Path) -> Cache:
        return Cache(tmp_path / "cache")

    @staticmethod
    def keep(cache: Cache, trace: Trace) -> None:
        remember(cache, ["lock"], trace, wrote={}, known=Known(told=(("done", "good"),), color="auto"), now=NOW)

    @staticmethod
    def known(cache: Cache, *, now: float = NOW, environ: dict[str, str] | None = None) -> Known | None:
        return recall(cache, ["lock"], environ=environ or {}, now=now)

    def test_holds_for_a_day_and_not_before_it_was_made(self, cache):
        self.keep(cache, Trace())
        assert self.known(cache) == Known(told=[("done", "good")], color="auto")
        assert self.known(cache, now=NOW + SECONDS_OF_TRUST - 1) is not None
        assert self.known(cache, now=NOW + SECONDS_OF_TRUST) is None
        assert self.known(cache, now=NOW - 1) is None

    def test_nothing_is_kept_of_a_trace_that_is_not_complete(self, cache):
        trace = Trace()
        trace.lost()
        self.keep(cache, trace)
        assert self.known(cache) is None

    def test_variables_that_were_not_set(self, cache):
        trace = Trace()
        environ = TracedEnvironment({"SET": "1", "OTHER": "2"}, trace)
        assert (environ.get("SET"), environ.get("UNSET")) == ("1", None)
        self.keep(cache, trace)
        assert self.known(cache, environ={"SET": "1"}) is not None
        assert self.known(cache, environ={"SET": "1", "UNSET": ""}) is None
        assert self.known(cache, environ={"SET": "2"}) is None

    def test_a_folder_where_a_file_was(self, cache, tmp_path):
        path = tmp_path / "file"
        path.write_text("text")
        trace = Trace()
        trace.saw(str(path), b"text")
        self.keep(cache, trace)
        assert self.known(cache) is not None
        path.unlink()
        path.mkdir()
        assert self.known(cache) is None

    def test_only_whether_a_file_is_there_was_asked(self, cache, tmp_path):
        trace = Trace()
        trace.saw_whether(str(tmp_path / "a"), exists=True)
        trace.saw_whether(str(tmp_path / "b"), exists=False)
        (tmp_path / "a").write_text("1")
        self.keep(cache, trace)
        assert self.known(cache) is not None
        (tmp_path / "a").write_text("2")
        assert self.known(cache) is not None
        (tmp_path / "b").write_text("2")
        assert self.known(cache) is None
