"""Requirements on a URL, on a file of the project, and on version control, from the command line."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest
from packaging.pylock import Pylock

from tests.support.command_line import CommandLine, CommandResult
from tests.support.distributions import make_sdist, make_wheel
from tests.support.forge import Forge
from tests.support.index import LoopbackIndex

COMMIT, OTHER = "a" * 40, "b" * 40
TARGET = ("--python-version", "3.12", "--platform", "linux_x86_64")
OUTPUTS = ("-o", "requirements.txt", "-o", "pylock.toml")

TOOL = make_wheel("tool", "1.5", requires=["alpha>=1"], extras=["fast"])
PYPROJECT = '[project]\nname = "tool"\nversion = "{version}"\ndependencies = ["alpha"]\n'


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge() as running:
        yield running


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex, forge: Forge) -> CommandLine:
    index.add_release("alpha", "1.0")
    index.add_release("tool", "9.0")
    forge.files[f"/files/{TOOL.filename}"] = TOOL.content
    return cli


def lock(project: CommandLine, index: LoopbackIndex, *arguments: str) -> CommandResult:
    return project("lock", "-i", index.url, *TARGET, *OUTPUTS, "--no-cache", *arguments)


def archive(version: str = "2.0", *, below: str = "") -> bytes:
    """What a forge serves of a commit: no PKG-INFO."""
    pyproject = PYPROJECT.format(version=version)
    return make_sdist(
        "tool",
        version,
        with_pkg_info=False,
        files={f"{below}/pyproject.toml": pyproject} if below else {"README": ""},
        pyproject=None if below else pyproject,
    ).content


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# URLs


def test_a_url_is_pinned_with_its_hash_and_what_it_needs(project, index, forge):
    url = f"{forge.origin}/files/{TOOL.filename}"
    project.write("requirements.in", f"tool[fast] @ {url}\n")
    done = lock(project, index)
    assert done.status == 0, done.stderr
    assert f"\ntool[fast] @ {url} \\\n    --hash=sha256:{TOOL.sha256}\n    # via -r requirements.in\n" in project.read(
        "requirements.txt"
    )
    assert "alpha==1.0 \\\n" in project.read("requirements.txt")
    entry = Pylock.from_dict(tomllib.loads(project.read("pylock.toml"))).packages[1]
    assert entry.archive is not None
    assert (entry.name, str(entry.version), entry.archive.url) == ("tool", "1.5", url)
    assert entry.archive.hashes == {"sha256": TOOL.sha256}


def test_pip_accepts_it(project, index, forge):
    built = make_wheel("idle", "1.0")
    project.write(f"dist/{built.filename}", built.content)
    forge.files[f"/files/{TOOL.filename}"] = TOOL.content
    project.write("requirements.in", f"tool @ {forge.origin}/files/{TOOL.filename}\n./dist/{built.filename}\n")
    assert lock(project, index).status == 0
    for arguments in (["--require-hashes", "-r", "requirements.txt"], ["-r", "pylock.toml"]):
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-cache-dir", *arguments],
            cwd=project.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        if arguments[-1] == "requirements.txt" or sys.version_info[:2] == (3, 12):
            assert done.returncode == 0, done.stderr
            assert "Would install alpha-1.0 idle-1.0 tool-1.5" in done.stdout


def test_locked_again_it_is_not_fetched_and_not_a_byte_changes(project, index, forge):
    project.write("requirements.in", f"tool @ {forge.origin}/files/{TOOL.filename}\n")
    command = ("lock", "-i", index.url, *TARGET, *OUTPUTS)
    assert project(*command).status == 0
    before = [project.read(path) for path in ("requirements.txt", "pylock.toml")]
    asked = len(forge.requests)
    assert project(*command).status == 0
    assert [project.read(path) for path in ("requirements.txt", "pylock.toml")] == before
    assert len(forge.requests) == asked
    assert project(*command, "--check").status == 0


def test_other_bytes_behind_the_same_url(project, index, forge):
    project.write("requirements.in", f"tool @ {forge.origin}/files/{TOOL.filename}\n")
    assert lock(project, index).status == 0
    changed = make_wheel("tool", "1.5", requires=["alpha"], files={"tool/evil.py": ""})
    forge.files[f"/files/{TOOL.filename}"] = changed.content
    done = lock(project, index)
    assert done.status == 2
    assert "does not have the hash that was announced" in done.stderr
    assert TOOL.sha256 in project.read("requirements.txt")
    assert lock(project, index, "-P", "tool").status == 0
    assert changed.sha256 in project.read("requirements.txt")


def test_what_the_line_says_of_the_hash_binds(project, index, forge):
    url = f"{forge.origin}/files/{TOOL.filename}"
    for line in (f"tool @ {url}#sha256={'0' * 64}", f"tool @ {url} --hash=sha256:{'0' * 64}"):
        project.write("requirements.in", f"{line}\n")
        done = lock(project, index)
        assert done.status == 2
        assert "does not have the hash that was announced" in done.stderr
    project.write("requirements.in", f"tool @ {url}#sha256={TOOL.sha256}\n")
    assert lock(project, index).status == 0
    assert f"tool @ {url} \\\n" in project.read("requirements.txt")


def test_an_sdist_of_which_the_name_tells_nothing(project, index, forge):
    content = archive("3.1")
    forge.files["/files/snapshot.tar.gz"] = content
    project.write("requirements.in", f"tool @ {forge.origin}/files/snapshot.tar.gz\n")
    assert lock(project, index).status == 0
    assert f"snapshot.tar.gz \\\n    --hash=sha256:{sha(content)}\n    # version 3.1\n" in project.read(
        "requirements.txt"
    )


def test_one_url_for_each_platform(project, index, forge):
    wheels = [make_wheel("tool", "1.5", tag=f"cp312-cp312-{tag}") for tag in ("manylinux_2_17_x86_64", "win_amd64")]
    for built in wheels:
        forge.files[f"/files/{built.filename}"] = built.content
    linux, windows = (f"{forge.origin}/files/{built.filename}" for built in wheels)
    project.write(
        "requirements.in",
        f"tool @ {linux} ; sys_platform == 'linux'\ntool @ {windows} ; sys_platform == 'win32'\n",
    )
    done = lock(project, index, "--platform", "windows_amd64")
    assert done.status == 0, done.stderr
    text = project.read("requirements.txt")
    assert f'tool @ {linux} ; sys_platform == "linux" \\\n    --hash=sha256:{wheels[0].sha256}\n' in text
    assert f'tool @ {windows} ; sys_platform == "win32" \\\n    --hash=sha256:{wheels[1].sha256}\n' in text


def test_what_others_ask_of_it_must_fit(project, index, forge):
    index.add_release("app", "1.0", requires=["tool>=2"])
    project.write("requirements.in", f"app\ntool @ {forge.origin}/files/{TOOL.filename}\n")
    done = lock(project, index)
    assert done.status == 1
    assert "app 1.0 needs tool>=2" in done.stderr


def test_a_package_may_not_bring_in_a_url(project, index, forge):
    url = f"{forge.origin}/files/{TOOL.filename}"
    index.add_release("app", "1.0", requires=[f"tool @ {url}"])
    project.write("requirements.in", "app\n")
    done = lock(project, index)
    assert done.status == 1
    assert "followed only where you ask for it yourself" in done.stderr
    assert len(forge.requests) == 0
    project.write("requirements.in", f"app\ntool @ {url}\n")
    assert lock(project, index).status == 0
    assert f"tool @ {url} \\\n" in project.read("requirements.txt")


def test_credentials_are_used_and_never_written(project, index, forge):
    forge.password = "open-sesame"
    url = f"{forge.origin}/files/{TOOL.filename}".replace("http://", "http://user:open-sesame@")
    project.write("requirements.in", f"tool @ {url}\n")
    done = lock(project, index, "-v")
    assert done.status == 0, done.stderr
    assert "sesame" not in done.stderr + project.read("requirements.txt") + project.read("pylock.toml")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/files/gone-1.0.tar.gz", "404"),
        ("/files/page.html", "no wheel and no archive of a project"),
        ("/files/other-1.0-py3-none-any.whl", "is a wheel of other, not of tool"),
        ("/files/tool-1.0.tar.gz", "tool-1.0.tar.gz"),
        ("/files/tool-2.0.tar.gz", "it holds another project: liar, not tool"),
        ("/files/dynamic.tar.gz", "does not say its version"),
    ],
)
def test_what_cannot_be_followed(project, index, forge, path, says):
    forge.files["/files/tool-1.0.tar.gz"] = b"no archive"
    forge.files["/files/tool-2.0.tar.gz"] = make_sdist("liar", "2.0").content
    forge.files["/files/dynamic.tar.gz"] = make_sdist(
        "tool", "0", with_pkg_info=False, pyproject='[project]\nname = "tool"\ndynamic = ["version"]\n'
    ).content
    project.write("requirements.in", f"tool @ {forge.origin}{path}\n")
    done = lock(project, index)
    assert done.status == 2, done.stderr
    assert says in done.stderr
    assert "requirements.in:1" in done.stderr
    assert not (project.directory / "requirements.txt").exists()


def test_a_wheel_that_a_target_cannot_install(project, index, forge):
    built = make_wheel("tool", "1.5", tag="cp312-cp312-win_amd64")
    forge.files[f"/files/{built.filename}"] = built.content
    project.write("requirements.in", f"tool @ {forge.origin}/files/{built.filename}\n")
    done = lock(project, index)
    assert done.status == 1
    assert "no wheel for Python 3.12 on linux_x86_64" in done.stderr


# Files of the project


def test_a_file_of_the_project_is_named_relative_to_it(project, index):
    project.write(f"dist/{TOOL.filename}", TOOL.content)
    for line in (f"./dist/{TOOL.filename}", f"tool @ {(project.directory / 'dist' / TOOL.filename).as_uri()}"):
        project.write("requirements.in", f"{line}\n")
        done = lock(project, index)
        assert done.status == 0, done.stderr
        text = project.read("requirements.txt")
        assert f"\n./dist/{TOOL.filename} \\\n    --hash=sha256:{TOOL.sha256}\n" in text
        assert str(project.directory) not in text + project.read("pylock.toml")
        assert f'path = "dist/{TOOL.filename}"' in project.read("pylock.toml")


def test_a_file_outside_of_it(project, index, tmp_path):
    (tmp_path / TOOL.filename).write_bytes(TOOL.content)
    project.write("requirements.in", f"tool @ {(tmp_path / TOOL.filename).as_uri()}\n")
    done = lock(project, index)
    assert done.status == 2
    assert "lies outside of the project" in done.stderr


# Version control


@pytest.mark.parametrize(
    "layout", ["/o/tool/archive/{}.tar.gz", "/o/tool/-/archive/{0}/tool-{0}.tar.gz", "/o/tool/get/{}.tar.gz"]
)
def test_a_branch_is_pinned_to_the_archive_of_its_commit(project, index, forge, layout):
    forge.add_repository("/o/tool", {"HEAD": OTHER, "refs/heads/main": COMMIT})
    content = forge.files[layout.format(COMMIT)] = archive()
    project.write("requirements.in", f"tool @ git+{forge.origin}/o/tool.git@main\n")
    done = lock(project, index)
    assert done.status == 0, done.stderr
    assert (
        f"tool @ {forge.origin}{layout.format(COMMIT)} \\\n    --hash=sha256:{sha(content)}\n"
        f"    # version 2.0, of git+{forge.origin}/o/tool.git@main\n"
    ) in project.read("requirements.txt")
    assert "alpha==1.0" in project.read("requirements.txt")


def test_a_whole_commit_needs_no_question(project, index, forge):
    forge.files[f"/o/tool/archive/{COMMIT}.tar.gz"] = archive()
    project.write("requirements.in", f"tool @ git+{forge.origin}/o/tool@{COMMIT}\n")
    assert lock(project, index).status == 0
    assert [request.path for request in forge.requests] == [f"/o/tool/archive/{COMMIT}.tar.gz"]


def test_a_lock_stays_at_its_commit_until_it_may_move(project, index, forge):
    forge.add_repository("/o/tool", {"refs/heads/main": COMMIT, "refs/tags/v3": OTHER})
    forge.files[f"/o/tool/archive/{COMMIT}.tar.gz"] = archive("2.0")
    forge.files[f"/o/tool/archive/{OTHER}.tar.gz"] = archive("3.0")
    project.write("requirements.in", f"tool @ git+{forge.origin}/o/tool@main\n")
    assert lock(project, index).status == 0
    before = project.read("requirements.txt")
    forge.add_repository("/o/tool", {"refs/heads/main": OTHER, "refs/tags/v3": OTHER})
    assert lock(project, index).status == 0
    assert project.read("requirements.txt") == before
    assert lock(project, index, "-P", "tool").status == 0
    assert f"/archive/{OTHER}.tar.gz" in project.read("requirements.txt")
    assert "# version 3.0, of " in project.read("requirements.txt")


def test_another_revision_is_followed_at_once(project, index, forge):
    forge.add_repository("/o/tool", {"refs/heads/main": COMMIT, "refs/tags/v3": OTHER})
    forge.files[f"/o/tool/archive/{COMMIT}.tar.gz"] = archive("2.0")
    forge.files[f"/o/tool/archive/{OTHER}.tar.gz"] = archive("3.0")
    for revision, commit in (("main", COMMIT), ("v3", OTHER)):
        project.write("requirements.in", f"tool @ git+{forge.origin}/o/tool@{revision}\n")
        assert lock(project, index).status == 0
        assert f"/archive/{commit}.tar.gz" in project.read("requirements.txt")


def test_a_project_below_the_top_of_its_repository(project, index, forge):
    forge.files[f"/o/mono/archive/{COMMIT}.tar.gz"] = archive(below="python/tool")
    project.write("requirements.in", f"tool @ git+{forge.origin}/o/mono@{COMMIT}#subdirectory=python/tool\n")
    done = lock(project, index)
    assert done.status == 0, done.stderr
    assert f"/archive/{COMMIT}.tar.gz#subdirectory=python/tool \\\n" in project.read("requirements.txt")
    entry = Pylock.from_dict(tomllib.loads(project.read("pylock.toml"))).packages[1]
    assert entry.archive is not None
    assert entry.archive.subdirectory == "python/tool"


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("git+{}/o/tool@nowhere", "has no branch or tag named nowhere"),
        ("git+{}/o/tool@abcdef0", "write all 40 digits of the commit"),
        ("git+{}/o/gone@main", "does not say what its branches and tags are at"),
        ("git+{}/o/page@main", "no git repository"),
        (f"git+{{}}/o/tool@{OTHER}", f"the forge serves no archive of commit {OTHER}"),
        ("git+ssh://git@forge.example/o/tool@main", "serves no archive of a commit, so that no hash can stand for it"),
    ],
)
def test_version_control_that_cannot_be_followed(project, index, forge, reference, says):
    forge.add_repository("/o/tool", {"refs/heads/main": COMMIT})
    forge.files["/o/page/info/refs"] = b"<!doctype html>"
    project.write("requirements.in", f"tool @ {reference.format(forge.origin)}\n")
    done = lock(project, index)
    assert done.status == 2, done.stderr
    assert says in done.stderr
    assert "requirements.in:1" in done.stderr
    assert "remedy:" in done.stderr


# check


@pytest.fixture
def locked(project: CommandLine, index: LoopbackIndex, forge: Forge) -> CommandLine:
    """A lock with a URL, a file of the project, and a commit of a project below the top of its repository."""
    built = make_wheel("idle", "1.0")
    project.write(f"dist/{built.filename}", built.content)
    forge.add_repository("/o/mono", {"refs/heads/main": COMMIT})
    content = archive(below="python").replace(b"tool", b"loot")
    forge.files[f"/o/mono/archive/{COMMIT}.tar.gz"] = content
    project.write(
        "requirements.in",
        f"tool @ {forge.origin}/files/{TOOL.filename}\n./dist/{built.filename}\n"
        f"loot @ git+{forge.origin}/o/mono@main#subdirectory=python\n",
    )
    done = lock(project, index)
    assert done.status == 0, done.stderr
    return project


@pytest.mark.parametrize("path", ["requirements.txt", "pylock.toml"])
def test_check_finds_nothing(locked, index, path):
    done = locked("check", path, "-i", index.url, "--no-cache")
    assert done.status == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", ["requirements.txt", "pylock.toml"])
@pytest.mark.parametrize("edit", ["url", "file", "commit", "repository", "hash"])
def test_check_finds_what_was_moved(locked, index, forge, path, edit):
    text = locked.read(path)
    other = make_wheel("tool", "1.5", requires=["alpha"], files={"tool/evil.py": ""})
    forge.files[f"/evil/{TOOL.filename}"] = TOOL.content
    forge.files[f"/o/evil/archive/{COMMIT}.tar.gz"] = forge.files[f"/o/mono/archive/{COMMIT}.tar.gz"]
    locked.write("dist2/idle-1.0-py3-none-any.whl", make_wheel("idle", "1.0").content)
    edited = {
        "url": text.replace("/files/tool", "/evil/tool"),
        "file": text.replace("dist/idle", "dist2/idle"),
        "commit": text.replace(f"/archive/{COMMIT}", f"/archive/{OTHER}"),
        "repository": text.replace("/o/mono/archive", "/o/evil/archive"),
        "hash": text.replace(TOOL.sha256, other.sha256),
    }[edit]
    assert edited != text
    locked.write(path, edited)
    done = locked("check", path, "-i", index.url, "--no-cache")
    assert done.status != 0, done.stdout
    assert any(name in done.stdout + done.stderr for name in ("tool", "idle", "loot", "/o/mono/"))
