"""pylock.toml from the command line: written, installed by pip, locked again, turned into requirements."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from packaging.pylock import Pylock
from packaging.tags import parse_tag

from tests.support.command_line import CommandLine
from tests.support.distributions import make_sdist, make_wheel
from tests.support.index import LoopbackIndex
from tests.support.lock_text import read_pins

TARGETS = (
    *("--python-version", "3.11", "--python-version", "3.13"),
    *("--platform", "linux_x86_64", "--platform", "windows_amd64"),
)


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    index.add_release("app", "1.0", requires=["beta[fast]>=1", "only-win; sys_platform == 'win32'"])
    index.add_release("beta", "1.0", extras=["fast"], requires=["gamma; extra == 'fast'"])
    index.add_release(
        "beta", "2.0", extras=["fast"], requires=["gamma; extra == 'fast'"], requires_python=">=3.12", sdist=True
    )
    index.add_release("gamma", "1.0")
    index.add_release("only-win", "1.0", tags=["py3-none-win_amd64"])
    cli.write("requirements.in", "app\n")
    return cli


def locked(project: CommandLine, index: LoopbackIndex, *arguments: str) -> str:
    done = project("lock", "-i", index.url, *TARGETS, "-o", "pylock.toml", *arguments)
    assert done.status == 0, done.stderr
    return project.read("pylock.toml")


def test_it_is_valid_and_says_where_everything_is(project, index):
    pylock = Pylock.from_dict(tomllib.loads(locked(project, index)))
    assert [(package.name, str(package.version), str(package.marker or "")) for package in pylock.packages] == [
        ("app", "1.0", ""),
        ("beta", "1.0", 'python_version < "3.13"'),
        ("beta", "2.0", 'python_version >= "3.13"'),
        ("gamma", "1.0", ""),
        ("only-win", "1.0", 'sys_platform == "win32"'),
    ]
    for package in pylock.packages:
        assert package.index == index.url
        assert package.sdist is None
        for wheel in package.wheels or ():
            listed = index.catalogue.find(package.name, wheel.filename)
            assert listed is not None
            assert (wheel.hashes, wheel.size, wheel.upload_time) == (listed.hashes, listed.size, listed.upload_time)
            assert wheel.url is not None
            assert wheel.url.endswith(wheel.filename)
    assert len(pylock.environments or ()) == 4
    assert (pylock.tool or {})["pinkeeper"]["targets"] == [
        "3.11 linux_x86_64",
        "3.11 windows_amd64",
        "3.13 linux_x86_64",
        "3.13 windows_amd64",
    ]


def test_the_project_s_python_and_what_stays_out(project, index):
    project.write(
        "pyproject.toml",
        '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["app"]\n',
    )
    pylock = Pylock.from_dict(tomllib.loads(locked(project, index, "pyproject.toml")))
    assert str(pylock.requires_python) == ">=3.11"
    assert (pylock.extras, pylock.dependency_groups, pylock.default_groups) == ([], [], [])
    assert "demo" not in [package.name for package in pylock.packages]


def test_pip_installs_from_it(project, index):
    locked(project, index, "--python-version", f"{sys.version_info.major}.{sys.version_info.minor}")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "-r", "pylock.toml"],
        cwd=project.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Would install app-1.0 beta-" in done.stdout


def test_locked_again_not_a_byte_changes(project, index):
    text = locked(project, index)
    index.clear()
    assert locked(project, index, "--no-cache") == text
    done = project("lock", "-i", index.url, *TARGETS, "-o", "pylock.toml", "--check", "--no-cache")
    assert done.status == 0, done.stderr


def test_its_pins_and_files_stay(project, index):
    text = locked(project, index)
    index.add_release("gamma", "2.0")
    index.add(make_wheel("beta", "1.0", tag="py311-none-any"))
    assert locked(project, index, "--no-cache") == text
    assert 'version = "2.0"\n' in locked(project, index, "--no-cache", "-P", "gamma").partition('name = "gamma"')[2]


def test_two_outputs_say_the_same(project, index):
    done = project("lock", "-i", index.url, *TARGETS, "-o", "requirements.txt", "-o", "pylock.toml")
    assert done.status == 0, done.stderr
    pylock = Pylock.from_dict(tomllib.loads(project.read("pylock.toml")))
    assert [(pin.name, pin.version, pin.marker) for pin in read_pins(project.read("requirements.txt"))] == [
        (package.name, package.version, None if package.marker is None else str(package.marker))
        for package in pylock.packages
    ]


def test_no_credential_is_written(project, index_factory):
    private = index_factory()
    private.add_release("app", "1.0")
    private.behaviour.requires_auth = ("user", "open-sesame")
    done = project("lock", "-i", private.url_as("user", "open-sesame"), *TARGETS, "-o", "pylock.toml")
    assert done.status == 0, done.stderr
    assert "sesame" not in project.read("pylock.toml") + done.stdout + done.stderr


def test_files_of_a_folder_have_paths_relative_to_the_lock(project):
    built = make_wheel("app", "1.0")
    project.write(f"wheels/{built.filename}", built.content)
    project.write("locks/README", "")
    done = project(
        "lock", "--no-index", "--find-links", "wheels", *TARGETS, "-o", "locks/pylock.toml", "--cooldown", "0"
    )
    assert done.status == 0, done.stderr
    text = project.read("locks/pylock.toml")
    assert f'path = "../wheels/{built.filename}"' in text
    assert str(project.directory) not in text


def test_files_of_a_folder_elsewhere_are_refused(project, tmp_path):
    built = make_wheel("app", "1.0")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / built.filename).write_bytes(built.content)
    done = project("lock", "--no-index", "--find-links", tmp_path / "elsewhere", *TARGETS, "-o", "pylock.toml")
    assert done.status == 2
    assert "which pylock.toml cannot name" in done.stderr
    assert not (project.directory / "pylock.toml").exists()


def test_one_that_is_broken_is_not_replaced(project, index):
    project.write("pylock.toml", 'lock-version = "1.0"\n')
    done = project("lock", "-i", index.url, *TARGETS, "-o", "pylock.toml")
    assert done.status == 2
    assert "pylock.toml: not a valid lock (PEP 751)" in done.stderr
    assert project.read("pylock.toml") == 'lock-version = "1.0"\n'


def test_an_index_in_a_folder_is_no_url(project):
    built = make_wheel("app", "1.0")
    project.write(f"index/app/{built.filename}", built.content)
    project.write("index/app/index.html", f'<a href="{built.filename}#sha256={built.sha256}">{built.filename}</a>')
    url = (project.directory / "index").as_uri()
    done = project("lock", "-i", url, *TARGETS, "-o", "pylock.toml", "--cooldown", "0")
    assert done.status == 0, done.stderr
    entry = Pylock.from_dict(tomllib.loads(project.read("pylock.toml"))).packages[0]
    assert entry.index is None
    assert [wheel.path for wheel in entry.wheels or ()] == [f"index/app/{built.filename}"]


def test_all_files_but_one_sdist(project, index):
    index.add_release("gamma", "3.0", sdist=True)
    zipped = make_sdist("gamma", "3.0", format="zip")
    index.add(zipped)
    outputs = ("-o", "requirements.txt", "-o", "pylock.toml", "--hashes", "all")
    done = project("lock", "-i", index.url, *TARGETS, *outputs)
    assert done.status == 0, done.stderr
    assert zipped.sha256 in project.read("requirements.txt")
    assert zipped.sha256 not in project.read("pylock.toml")
    before = project.read("pylock.toml")
    assert project("lock", "-i", index.url, *TARGETS, *outputs).status == 0
    assert project.read("pylock.toml") == before


@pytest.mark.parametrize(
    ("python", "system", "machine"), [("3.11", "linux", "x86_64"), ("3.13", "win32", "AMD64")], ids=str
)
def test_files_that_want_different_pythons(project, index, python, system, machine):
    index.add_release("gamma", "3.0", tags=["cp311-none-any"], requires_python=">=3.9")
    index.add_release("gamma", "3.0", tags=["cp313-none-any"], requires_python=">=3.13")
    environment = {
        "implementation_name": "cpython",
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": system,
        "platform_machine": machine,
    }
    tags = [*parse_tag(f"cp{python.replace('.', '')}-none-any"), *parse_tag("py3-none-any.win_amd64")]
    newest_first = ("--python-version", "3.13", "--python-version", "3.11", *TARGETS[4:])
    done = project("lock", "-i", index.url, *newest_first, "-o", "pylock.toml")
    assert done.status == 0, done.stderr
    pylock = Pylock.from_dict(tomllib.loads(project.read("pylock.toml")))
    chosen = {package.name: str(package.version) for package, _ in pylock.select(environment=environment, tags=tags)}
    assert chosen["gamma"] == "3.0"
