"""What goes wrong is told once, in words, with a remedy; what stood in the output file is still there."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, CommandResult
from tests.support.distributions import make_sdist
from tests.support.environment import NOWHERE
from tests.support.index import LoopbackIndex

_BEFORE = "alpha==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n"
_JSON = "application/vnd.pypi.simple.v1+json"

Lock = Callable[..., CommandResult]


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    """A folder that wants alpha, which wants beta, and a lock that was made there before."""
    for version in ("1.0", "2.0"):
        index.add_release("alpha", version, requires=[f"beta>={version}"])
        index.add_release("beta", version)
    cli.write("requirements.in", "alpha\n")
    cli.write("requirements.txt", _BEFORE)
    return cli


@pytest.fixture
def refused(project: CommandLine, index: LoopbackIndex) -> Lock:
    """Run a lock that must fail cleanly."""

    def run(*arguments: str | Path, status: int = 2, says: tuple[str, ...] = (), url: str | None = None) -> str:
        return _refused(project, project("lock", "-i", url or index.url, *arguments), status=status, says=says)

    return run


def _refused(project: CommandLine, result: CommandResult, *, status: int = 2, says: tuple[str, ...] = ()) -> str:
    assert result.status == status, result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("error: ") == 1
    assert "Traceback" not in result.stderr
    assert "defect of its own" not in result.stderr
    for words in says:
        assert words in result.stderr
    assert project.read("requirements.txt") == _BEFORE
    assert _names(project) - {"requirements.in", "requirements.txt"} <= {"pyproject.toml", "requirements.d", "old.txt"}
    return result.stderr


def _names(project: CommandLine) -> set[str]:
    return {path.name for path in project.directory.iterdir()}


# What was asked for


def test_missing_file(refused):
    refused("no.in", says=("no.in: there is no such file",))


def test_nothing_to_lock(project, refused):
    (project.directory / "requirements.in").unlink()
    refused(says=("neither a pyproject.toml", "remedy: name what to lock"))


def test_syntax_error_names_file_and_line(project, refused):
    project.write("requirements.in", "# comment\nalpha\nbeta>=>1\n")
    refused(says=("requirements.in:3: not a requirement", "beta>=>1"))


def test_syntax_error_in_an_included_file_names_that_file(project, refused):
    project.write("requirements.in", "-r requirements.d/more.in\n")
    project.write("requirements.d/more.in", "alpha\n\n???\n")
    refused(says=("requirements.d/more.in:3: not a requirement",))


def test_missing_included_file_names_the_line_that_includes_it(project, refused):
    project.write("requirements.in", "alpha\n-c gone.txt\n")
    refused(says=("gone.txt", "there is no such file"))


def test_variable_that_is_not_set_stays_as_it_stands(project):
    project.write("requirements.in", "--index-url http://127.0.0.1:9/${NOT_SET_ANYWHERE}\nalpha\n")
    _refused(project, project("lock"), says=("127.0.0.1:9",))


def test_broken_toml_names_the_line(project, refused):
    project.write("pyproject.toml", "[project]\nname = 'x'\nversion = \n")
    refused("pyproject.toml", says=("pyproject.toml:3: not TOML",))


def test_requirement_in_pyproject_that_is_none(project, refused):
    project.write("pyproject.toml", "[project]\nname = 'x'\nversion = '1'\ndependencies = [\n  'alpha',\n  '!!',\n]\n")
    refused("pyproject.toml", says=("pyproject.toml:", "not a requirement", "!!"))


def test_unknown_setting_names_the_nearest(project, refused):
    project.write("pyproject.toml", "[project]\nname = 'x'\nversion = '1'\n[tool.pinkeeper]\nindexurl = 'x'\n")
    refused("pyproject.toml", says=("pyproject.toml:5: tool.pinkeeper.indexurl", "did you mean index-url?"))


@pytest.mark.parametrize("line", ["-r /dev/zero", "-c /dev/zero"])
def test_included_file_without_end(project, refused, line):
    project.write("requirements.in", f"alpha\n{line}\n")
    refused(says=("requirements.in:2: /dev/zero cannot be included: it has more than 67,108,864 bytes",))


def test_input_without_end(refused):
    refused("/dev/zero", says=("/dev/zero: it has more than 67,108,864 bytes",))


def test_pipe_without_end(index, project):
    with Path("/dev/zero").open("rb") as endless:
        done = subprocess.run(
            [sys.executable, "-m", "pinkeeper", "lock", "-i", index.url, "-", "-o", "out.txt"],
            cwd=project.directory,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
            stdin=endless,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "error: -: it has more than 67,108,864 bytes\n")


def test_key_without_end(project, refused):
    project.write("pyproject.toml", "a." * 50_000 + "b = 1\n")
    refused("pyproject.toml", says=("pyproject.toml: not TOML: it has a key of more than 64 parts",))


def test_binary_requirement_file(project, refused):
    project.write("requirements.in", bytes(range(256)))
    refused(says=("requirements.in",))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--python-version", "three"], ("three", "3.12")),
        (["--python-version", "2.7"], ("2.7",)),
        (["--platform", "amiga"], ("amiga", "linux_x86_64")),
        (["--cooldown", "soon"], ("--cooldown", "soon", "3 days")),
        (["--cooldown", "-3 days"], ("--cooldown",)),
        (["--exclude-newer", "yesterday"], ("--exclude-newer", "yesterday", "2026-08-01")),
        (["--index", "corp"], ("--index wants NAME=URL",)),
        (["--index", "https://corp.example/simple"], ("--index wants NAME=URL",)),
        (["--hashes", "md5"], ("--hashes", "md5", "'targets', 'all'")),
        (["--allow-build", "!"], ("--allow-build", "not a package name")),
        (["-P", "alpha=="], ("--upgrade-package alpha==", "name==1.2")),
        (["--nonsense"], ("--nonsense", "pinkeeper lock --help")),
        (["-o", "-", "--check", "--cooldown", "x"], ("--cooldown",)),
        (["--extra", "none"], ("extra",)),
    ],
    ids=" ".join,
)
def test_option_that_cannot_be_used(refused, arguments, says):
    refused(*arguments, says=says)


# What the index has


def test_unknown_package_offers_near_names(project, refused):
    project.write("requirements.in", "alpha\n\nbetta\n")
    refused(says=("requirements.in:3: no index lists a project named betta", "did you mean beta?"))


def test_unknown_package_where_the_index_does_not_list_its_names(index, project, refused):
    index.fail(r"/simple/\Z", 404)
    project.write("requirements.in", "betta\n")
    refused(says=("requirements.in:1: no index lists a project named betta", "check the spelling"))


def test_unknown_package_that_a_package_wants_names_the_package(index, project, refused):
    index.add_release("gamma", "1.0", requires=["nobody-has-this"])
    project.write("requirements.in", "gamma\n")
    refused(says=("nobody-has-this", "gamma 1.0", "requirements.in:1"))


def test_no_release_that_matches(project, refused):
    project.write("requirements.in", "alpha>5\n")
    refused(status=1, says=("requirements.in:1 asks for alpha>5", "releases run from 1.0 to 2.0", "remedy: "))


def test_requirements_that_collide_name_who_asked_for_what(project, refused):
    project.write("requirements.in", "alpha>1\nbeta<2\n")
    refused(
        status=1,
        says=("requirements.in:2 asks for beta<2", "alpha 2.0 needs beta>=2.0", "requirements.in:1 asks for alpha>1"),
    )


def test_constraint_that_collides_is_named(project, refused):
    project.write("requirements.in", "alpha>1\n-c requirements.d/bounds.txt\n")
    project.write("requirements.d/bounds.txt", "# why\nbeta<2\n")
    refused(status=1, says=("requirements.d/bounds.txt:2", "alpha 2.0"))


def test_only_an_sdist_whose_needs_only_code_knows(index, project, refused):
    index.add(make_sdist("gamma", "1.0", with_pkg_info=False, setup_py="import setuptools\nsetuptools.setup(**f())\n"))
    project.write("requirements.in", "gamma\n")
    refused(says=("gamma 1.0", "gamma-1.0.tar.gz", 'allow-build = ["gamma"]'))


def test_no_wheel_for_the_target_and_no_sdist(index, project, refused):
    index.add_release("gamma", "1.0", tags=["cp312-cp312-win_amd64"])
    project.write("requirements.in", "gamma\n")
    refused("--platform", "linux_x86_64", status=1, says=("gamma 1.0", "no wheel for", "--platform"))


# Lies


def test_core_metadata_whose_hash_is_wrong(index, refused):
    index.behaviour.metadata_hash_lies = True
    refused("-U", says=("alpha-2.0-py3-none-any.whl does not have the hash", "expected sha256:", "got      sha256:"))


def test_whole_wheel_whose_hash_is_wrong(index, refused):
    index.behaviour.core_metadata = None
    index.behaviour.ranges = "none"
    index.behaviour.file_hash_lies = True
    refused("-U", says=("alpha-2.0-py3-none-any.whl does not have the hash", "expected sha256:", "do not install it"))


def test_hash_that_the_user_demands_and_nobody_has(project, refused):
    project.write("requirements.in", f"alpha==2.0 --hash=sha256:{'1' * 64}\n")
    refused(says=("requirements.in:1", "alpha 2.0 does not have the hash", "1" * 64))


def test_wheel_that_is_no_archive(index, refused):
    index.behaviour.core_metadata = None
    index.garbage(r"\.whl", b"not a zip at all", "application/octet-stream")
    refused("-U", says=("alpha-2.0-py3-none-any.whl",))


# The network


def test_nobody_listens(refused):
    refused(url=NOWHERE, says=("127.0.0.1:9", "it cannot be reached", "4 tries", "remedy: check the index URL"))


def test_host_that_has_no_address(refused):
    refused(url="https://index.invalid/simple", says=("index.invalid", "it cannot be reached"))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, ("it asks for credentials (401 Unauthorized)", "netrc")),
        (403, ("it refuses to answer (403 Forbidden)", "remedy: ")),
        (500, ("it answered 500 Internal Server Error (4 tries)", "try again later")),
    ],
)
def test_failure_status(index, refused, status, says):
    index.fail("/simple/alpha/", status)
    refused(says=("/simple/alpha/", *says))
    assert index.count("/simple/alpha/") == (4 if status == 500 else 1)


def test_failure_that_passes_is_not_told(index, project):
    index.fail("/simple/alpha/", 503, times=2)
    result = project("lock", "-i", index.url)
    assert result.status == 0
    assert "503" not in result.stderr


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (
            b"<html><body><h1>Please log in</h1><form></form></body></html>",
            "text/html",
            "not a page of a simple repository",
        ),
        (b"<html><body><p>Down for maintenance.</p></body></html>", "text/html", "not a page of a simple repository"),
        (b"\x00\xff<<<<>>&&&", "text/html", "not a page of a simple repository"),
        (b"%PDF-1.7", "application/pdf", "application/pdf"),
        (b"", "", "no content type"),
        (b"[]", _JSON, "not a JSON page"),
        (b"\xff\xfe{", _JSON, "not a JSON page"),
        (b'{"files": 3}', _JSON, "not a JSON page"),
    ],
    ids=["login", "notice", "html-bytes", "pdf", "untyped", "json-list", "json-bytes", "json-shape"],
)
def test_garbage_instead_of_a_page(index, refused, body, content_type, says):
    index.garbage("/simple/alpha/", body, content_type)
    refused(says=("/simple/alpha/", says, "remedy: "))


def test_truncated_json(index, refused):
    index.truncate("/simple/alpha/")
    refused(says=("/simple/alpha/", "not a JSON page", "truncated"))


def test_connection_that_always_breaks(index, refused):
    index.break_connection("/simple/alpha/")
    refused(says=("/simple/alpha/", "the connection broke", "4 tries"))


def test_page_of_two_gigabytes_announced(index, refused):
    index.announce("/simple/alpha/")
    refused(says=("/simple/alpha/", "announces 2,147,483,648 bytes"))


def test_page_without_end(index, refused):
    index.flood("/simple/alpha/", size=2**32)
    refused(says=("/simple/alpha/", "goes on", "are not taken"))


def test_redirects_in_a_circle(index, refused):
    index.redirect("/simple/alpha/", index.url + "/alpha/")
    refused(says=("redirects",))


# TLS


@pytest.fixture
def tls_index(index_factory) -> LoopbackIndex:
    index = index_factory(tls=True)
    index.add_release("alpha", "1.0")
    return index


def test_certificate_that_nobody_vouches_for(tls_index, refused):
    host = tls_index.origin.removeprefix("https://")
    refused(url=tls_index.url, says=("certificate is not trusted", "--cert FILE", f"--trusted-host {host}"))


@pytest.mark.parametrize("way", ["--cert", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_certificate_of_a_known_authority(tls_index, project, way):
    said = [way, tls_index.ca_file] if way.startswith("-") else []
    environ = {} if said else {way: str(tls_index.ca_file)}
    assert project("lock", "-i", tls_index.url, *said, environ=environ).status == 0


def test_certificates_that_cannot_be_read(tls_index, project, refused):
    refused("--cert", "gone.pem", url=tls_index.url, says=("gone.pem", "cannot be read"))
    project.write("old.txt", "no certificate")
    refused("--cert", "old.txt", url=tls_index.url, says=("old.txt", "cannot be read"))
    refused("--cert", tls_index.ca_file, "--client-cert", "gone.pem", url=tls_index.url, says=("gone.pem",))


def test_plain_http_to_a_host_that_is_not_this_machine(refused):
    refused(url="http://index.invalid/simple", says=("plain HTTP", "--trusted-host index.invalid"))


# The disk


def test_read_only_output(project, refused):
    (project.directory / "requirements.txt").chmod(0o444)
    refused(says=("requirements.txt: the file cannot be written", "read-only", "untouched"))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_read_only_folder(project, refused):
    project.directory.chmod(0o555)
    try:
        refused(says=("requirements.txt: the file cannot be written", "Permission denied"))
    finally:
        project.directory.chmod(0o755)


def test_output_in_a_folder_that_is_not_there(refused):
    refused("-o", "gone/lock.txt", says=("gone/lock.txt: the file cannot be written", "No such file or directory"))


def test_output_that_is_a_folder(project, refused):
    (project.directory / "requirements.d").mkdir()
    refused("-o", "requirements.d", says=("requirements.d: the file cannot be written", "directory"))
    assert list((project.directory / "requirements.d").iterdir()) == []


def test_existing_output_that_is_no_text(project, refused):
    garbage = bytes(range(256))
    project.write("old.txt", garbage)
    refused("-o", "old.txt", says=("old.txt: the existing output is not UTF-8 text", "remedy: move it away"))
    assert (project.directory / "old.txt").read_bytes() == garbage


def test_existing_output_with_a_line_that_no_tool_writes(project, refused):
    project.write("old.txt", "alpha==1.0\n<<<<<<< HEAD\n")
    refused("-o", "old.txt", says=("old.txt:2: ",))
    assert project.read("old.txt") == "alpha==1.0\n<<<<<<< HEAD\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_full_disk_under_the_output(refused):
    refused("-o", "/dev/full", says=("/dev/full: the file cannot be written: No space left on device",))


def _limited(project: CommandLine, index: LoopbackIndex, *arguments: str, limit: int) -> CommandResult:
    """Lock in a process that may write no file longer than so many bytes."""

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        project._command(("lock", "-v", "-i", index.url, *arguments)),
        cwd=project.directory,
        env=project._environment({"PYTHONDONTWRITEBYTECODE": "1"}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=limit_files,
        check=False,
    )
    return CommandResult(status=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())


def test_full_disk_in_the_middle_of_the_output(index, project):
    result = _limited(project, index, limit=32)
    assert result.status == 2
    assert "error: requirements.txt: the file cannot be written: File too large" in result.stderr
    assert "Traceback" not in result.stderr
    assert project.read("requirements.txt") == _BEFORE
    assert _names(project) == {"requirements.in", "requirements.txt"}


def test_full_disk_under_the_cache_does_not_stop_a_lock(index, project):
    long = [f"beta>={number / 1000}" for number in range(1000)]
    index.add_release("alpha", "3.0", requires=[*long, "beta>=2.0"])
    result = _limited(project, index, "-U", limit=4096)
    assert result.status == 0, result.stderr
    assert "cannot be written (File too large); nothing more is kept" in result.stderr
    assert "alpha==3.0" in project.read("requirements.txt")


def test_cache_that_is_a_file_does_not_stop_a_lock(index, project):
    project.cache.write_text("not a folder")
    result = project("lock", "-i", index.url)
    assert result.status == 0, result.stderr
    assert project.cache.read_text() == "not a folder"


def test_reader_that_goes_away_is_no_traceback(index, project):
    process = project.start("lock", "-i", index.url, "-o", "-")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read().decode()
    process.stderr.close()
    process.wait(30)
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert project.read("requirements.txt") == _BEFORE
