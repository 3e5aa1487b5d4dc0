"""The bytes behind direct references: hashes, who holds to what, secrets, forges that are not helpful."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator

import pytest

from tests.support.command_line import CommandLine, CommandResult
from tests.support.distributions import make_sdist, make_wheel
from tests.support.forge import Forge
from tests.support.index import LoopbackIndex

COMMIT = "a" * 40
TOOL = make_wheel("tool", "1.5")
OTHER = make_wheel("tool", "1.5", files={"tool/more.py": ""})
TARGET = ("--python-version", "3.12", "--platform", "linux_x86_64")


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge() as running:
        running.files[f"/files/{TOOL.filename}"] = TOOL.content
        yield running


@pytest.fixture
def url(forge: Forge) -> str:
    return f"{forge.origin}/files/{TOOL.filename}"


@pytest.fixture
def lock(cli: CommandLine, index: LoopbackIndex):
    """Writes requirements.in, if it is given, and locks it."""

    def run(text: str | None, *arguments: str, environ: dict[str, str] | None = None) -> CommandResult:
        if text is not None:
            cli.write("requirements.in", text)
        return cli("lock", "-i", index.url, *TARGET, *arguments, environ=environ)

    return run


def project(name: str, version: str) -> str:
    return f'[project]\nname = "{name}"\nversion = "{version}"\n'


def snapshot(pyproject: str | None = None, **files: str) -> bytes:
    """An archive as a forge makes it of a commit."""
    return make_sdist("x", "0", with_pkg_info=False, pyproject=pyproject, files={"README": "", **files}).content


def digest(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


# Prepares metadata, and cannot build.
BACKEND = """
from pathlib import Path

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = Path(metadata_directory, "tool-2.0.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\\nName: tool\\nVersion: 2.0\\n")
    return folder.name

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    raise NotImplementedError
"""

# Hashes


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_of_several_hashes_on_a_line_it_must_have_one(cli, lock, url, algorithm):
    right, wrong, zero = digest(TOOL.content, algorithm), digest(b"", algorithm), digest(b"", "sha384")
    done = lock(f"tool @ {url} --hash={wrong} --hash={right} --hash={zero}\n")
    assert done.status == 0, done.stderr
    assert f"--hash={digest(TOOL.content)}\n" in cli.read("requirements.txt")
    done = lock(f"tool @ {url} --hash={wrong} --hash={zero}\n", "-U")
    assert done.status == 2
    assert "does not have the hash that was announced" in done.stderr
    assert "requirements.in:1" in done.stderr


def test_every_line_that_asks_for_it_must_be_content(cli, lock, url):
    cli.write("more.txt", f"tool @ {url} --hash={digest(b'', 'sha512')}\n")
    done = lock(f"tool @ {url} --hash={digest(TOOL.content)}\n-r more.txt\n")
    assert done.status == 2
    assert "requirements.in:1, more.txt:1" in done.stderr


def test_hashes_of_lines_for_different_targets(cli, index, lock):
    wheels = [
        make_wheel("demo", "1.0", tag=f"cp312-cp312-{tag}", build=build)
        for tag in ("manylinux_2_17_x86_64", "win_amd64")
        for build in ("1", "2")
    ]
    for built in wheels:
        index.add(built)
    linux, _, windows, _ = (digest(built.content) for built in wheels)
    lines = f"demo ; sys_platform == 'linux' --hash={linux}\ndemo ; sys_platform == 'win32' --hash={windows}\n"
    done = lock(lines, "--platform", "windows_amd64")
    assert done.status == 0, done.stderr
    assert [line.strip(" \\") for line in cli.read("requirements.txt").splitlines() if "--hash" in line] == sorted(
        [f"--hash={linux}", f"--hash={windows}"]
    )


def test_a_changed_file_says_how_to_take_it(forge, lock, url):
    assert lock(f"tool @ {url}\n").status == 0
    forge.files[f"/files/{TOOL.filename}"] = OTHER.content
    done = lock(None, "--no-cache")
    assert done.status == 2
    assert "remedy: find out why it is another file than was locked; to lock it all the same: -P tool" in done.stderr


def test_what_a_lock_says_of_the_version_is_not_believed(cli, forge, lock):
    forge.files["/snapshot.tar.gz"] = snapshot(project("tool", "1.5"))
    assert lock(f"tool @ {forge.origin}/snapshot.tar.gz\n").status == 0
    made = cli.read("requirements.txt")
    cli.write("requirements.txt", made.replace("# version 1.5", "# version 9.9"))
    assert lock(None).status == 0
    assert cli.read("requirements.txt") == made


# What an archive is


@pytest.mark.parametrize(
    "content",
    [
        snapshot(project("liar", "1.0")),
        snapshot(**{"setup.cfg": "[metadata]\nname = liar\nversion = 1.0\n"}),
        snapshot(**{"setup.py": "from setuptools import setup\nsetup(name='liar', version='1.0')\n"}),
        make_sdist("liar", "1.0", metadata_version="2.1", files={"setup.cfg": "[metadata]\nname = liar\n"}).content,
    ],
    ids=["pyproject", "setup.cfg", "setup.py", "PKG-INFO"],
)
def test_an_archive_of_another_project(forge, lock, content):
    forge.files["/files/tool-1.0.tar.gz"] = content
    done = lock(f"tool @ {forge.origin}/files/tool-1.0.tar.gz\n")
    assert done.status == 2
    assert "it holds another project: liar, not tool" in done.stderr


def test_known_bytes_are_of_another_project_too(forge, lock):
    content = forge.files["/snapshot.tar.gz"] = snapshot(project("tool", "1.5"))
    named = f"{forge.origin}/snapshot.tar.gz#sha256={hashlib.sha256(content).hexdigest()}"
    assert lock(f"tool @ {named}\n").status == 0
    done = lock(f"other @ {named}\n")
    assert done.status == 2
    assert "it holds another project: tool, not other" in done.stderr


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"setup.py": "from setuptools import setup\nV = '1.7'\nsetup(name='tool', version=V)\n"}, "1.7"),
        ({"setup.py": "import setuptools\nsetuptools.setup()\n", "setup.cfg": "[metadata]\nversion = 1.8\n"}, "1.8"),
        ({"pyproject.toml": "[build-system]\nrequires = []\n", "setup.cfg": "[metadata]\nversion = 1.9\n"}, "1.9"),
    ],
)
def test_the_version_is_what_a_build_would_say(cli, forge, lock, files, version):
    forge.files["/snapshot.tar.gz"] = snapshot(**files)
    done = lock(f"tool @ {forge.origin}/snapshot.tar.gz\n")
    assert done.status == 0, done.stderr
    assert f"# version {version}\n" in cli.read("requirements.txt")


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": "from setuptools import setup\nsetup(name='tool', version=open('V').read())\n"},
        {"setup.cfg": "[metadata]\nname = tool\nversion = attr: tool.__version__\n"},
        {"pyproject.toml": '[project]\nname = "tool"\ndynamic = ["version"]\n'},
        {"setup.py": "from setuptools import setup\nsetup(version='1')\n", "setup.cfg": "[metadata]\nversion = 2\n"},
    ],
)
def test_a_version_that_a_build_decides(forge, lock, files):
    forge.files["/snapshot.tar.gz"] = snapshot(**files)
    done = lock(f"tool @ {forge.origin}/snapshot.tar.gz\n")
    assert done.status == 2
    assert "does not say its version, which a build would decide" in done.stderr
    assert "--allow-build tool" in done.stderr


def test_a_bomb(forge, lock):
    zeros = tarfile.TarInfo("tool-1.0/zeros")
    zeros.size = 80 * 2**20
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=9) as archive:
        archive.addfile(zeros, io.BytesIO(bytes(zeros.size)))
    forge.files["/files/tool-1.0.tar.gz"] = packed.getvalue()
    done = lock(f"tool @ {forge.origin}/files/tool-1.0.tar.gz\n")
    assert done.status == 2
    assert "the archive cannot be read safely: it unpacks to more than" in done.stderr


# Files of the project


def test_a_file_that_was_built_anew_is_stale(cli, lock):
    cli.write(f"dist/{TOOL.filename}", TOOL.content)
    assert lock(f"./dist/{TOOL.filename}\n").status == 0
    assert lock(None, "--check").status == 0
    cli.write(f"dist/{TOOL.filename}", OTHER.content)
    assert lock(None, "--check").status != 0
    assert lock(None, "-P", "tool").status == 0
    assert OTHER.sha256 in cli.read("requirements.txt")


def test_where_the_project_lies_does_not_matter(cli, index, lock, tmp_path):
    cli.write(f"dist/{TOOL.filename}", TOOL.content)
    assert lock(f"tool @ file://{cli.directory}/dist/{TOOL.filename}\n").status == 0
    elsewhere = CommandLine(directory=cli.directory.rename(tmp_path / "elsewhere"), cache=cli.cache)
    elsewhere.write("requirements.in", f"tool @ file://{elsewhere.directory}/dist/{TOOL.filename}\n")
    done = elsewhere("lock", "-i", index.url, *TARGET, "--check")
    assert done.status == 0, done.stderr


def test_a_path_in_a_pyproject_counts_from_there(cli, index):
    cli.write(f"app/dist/{TOOL.filename}", TOOL.content)
    cli.write(
        "app/pyproject.toml",
        f'[project]\nname = "app"\nversion = "1"\ndependencies = ["tool @ file:dist/{TOOL.filename}"]\n',
    )
    done = cli("lock", "app/pyproject.toml", "-i", index.url, *TARGET)
    assert done.status == 0, done.stderr
    assert f"\n./app/dist/{TOOL.filename} \\\n" in cli.read("requirements.txt")


def test_without_a_network_files_of_the_project_are_locked(cli, lock):
    cli.write(f"dist/{TOOL.filename}", TOOL.content)
    done = lock(f"./dist/{TOOL.filename}\n", "--offline")
    assert done.status == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("tool @ file://server.example/share/tool-1.0.tar.gz", "names no folder of this machine"),
        ("tool @ ftp://server.example/tool-1.0.tar.gz", "only http, https and file addresses are read"),
        ("./dist/tool-1.0.tar.gz", "there is no such file"),
        ("./dist/snapshot.tar.gz", "does not say which package it is"),
        ("tool @ ./dist/other-1.0.tar.gz", "not named as a wheel or sdist of tool is"),
        (f"tool @ git+{'x' * 20}", "remedy:"),
        ("tool @ git+ssh://git:secret@forge.example/o/r", "no hash can stand for it"),
        ("git+https://forge.example/o/r", "does not say which package it is"),
    ],
)
def test_what_cannot_be_followed(lock, line, says):
    done = lock(f"{line}\n")
    assert done.status == 2, done.stderr
    assert says in done.stderr
    assert "requirements.in:1" in done.stderr
    assert "secret" not in done.stderr


# Secrets


def test_the_secret_of_a_repository_is_used_and_never_written(cli, forge, lock):
    forge.password = "open-sesame"
    forge.add_repository("/o/tool", {"refs/heads/main": COMMIT})
    forge.files[f"/o/tool/archive/{COMMIT}.tar.gz"] = snapshot(project("tool", "2.0"))
    origin = forge.origin.replace("http://", "http://user:${SECRET}@")
    command = ("-o", "requirements.txt", "-o", "pylock.toml", "-v")
    done = lock(f"tool @ git+{origin}/o/tool@main\n", *command, environ={"SECRET": "open-sesame"})
    assert done.status == 0, done.stderr
    assert f"# version 2.0, of git+{forge.origin}/o/tool@main\n" in cli.read("requirements.txt")
    assert "sesame" not in done.stderr + done.stdout + cli.read("requirements.txt") + cli.read("pylock.toml")
    kept = [path.read_bytes() for path in cli.cache.rglob("*") if path.is_file()]
    assert kept
    assert not any(b"sesame" in content for content in kept)
    done = lock(None, *command, environ={"SECRET": "wrong-word"})
    assert done.status == 0, "the lock has the commit and the hash, and the cache what is in it"


def test_whose_secret_it_is_does_not_make_a_lock_stale(forge, lock):
    forge.password = "open-sesame"
    line = f"tool @ {forge.origin}/files/{TOOL.filename}\n".replace("http://", "http://user:${SECRET}@")
    assert lock(line, environ={"SECRET": "open-sesame"}).status == 0
    asked = len(forge.requests)
    done = lock(None, "--check", environ={"SECRET": "another-one"})
    assert done.status == 0, done.stderr
    assert len(forge.requests) == asked


def test_a_refused_secret_is_not_told(forge, lock, url):
    forge.password = "open-sesame"
    done = lock(f"tool @ {url}\n".replace("http://", "http://user:wrong-word@"), "-v")
    assert done.status == 2
    assert "asks for credentials" in done.stderr
    assert "wrong-word" not in done.stderr


def test_a_redirect_gets_no_secret_of_another_host(cli, forge, lock):
    with Forge() as store:
        store.files["/blob"] = TOOL.content
        forge.password = "open-sesame"
        forge.redirects[f"/files/{TOOL.filename}"] = f"{store.origin}/blob"
        url = f"{forge.origin}/files/{TOOL.filename}"
        done = lock(f"tool @ {url}\n".replace("http://", "http://user:open-sesame@"))
        assert done.status == 0, done.stderr
        assert f"tool @ {url} \\\n" in cli.read("requirements.txt")
        assert [request.headers.get("authorization") for request in store.requests] == [None]


# Forges


def test_a_page_where_another_forge_has_its_archives(cli, forge, lock):
    """Some forges send whoever is not known to a page, with status 200."""
    forge.redirects[f"/o/tool/archive/{COMMIT}.tar.gz"] = "/sign-in"
    forge.files["/sign-in"] = b"<!doctype html><title>Sign in</title>"
    content = forge.files[f"/o/tool/-/archive/{COMMIT}/tool-{COMMIT}.tar.gz"] = snapshot(project("tool", "2.0"))
    done = lock(f"tool @ git+{forge.origin}/o/tool@{COMMIT}\n")
    assert done.status == 0, done.stderr
    assert f"/o/tool/-/archive/{COMMIT}/tool-{COMMIT}.tar.gz \\\n" in cli.read("requirements.txt")
    assert digest(content) in cli.read("requirements.txt")


def test_pages_alone_are_no_archive(forge, lock):
    for path in (f"archive/{COMMIT}.tar.gz", f"-/archive/{COMMIT}/tool-{COMMIT}.tar.gz", f"get/{COMMIT}.tar.gz"):
        forge.files[f"/o/tool/{path}"] = b"<!doctype html>"
    done = lock(f"tool @ git+{forge.origin}/o/tool@{COMMIT}\n")
    assert done.status == 2
    assert "the archive cannot be read safely" in done.stderr


def test_a_whole_commit_whose_archive_is_known_needs_no_network(cli, forge, lock):
    forge.files[f"/o/tool/archive/{COMMIT}.tar.gz"] = snapshot(project("tool", "2.0"))
    assert lock(f"tool @ git+{forge.origin}/o/tool@{COMMIT}\n").status == 0
    made = cli.read("requirements.txt")
    done = lock(None, "--offline")
    assert done.status == 0, done.stderr
    assert cli.read("requirements.txt") == made
    cli.write("requirements.txt", "")
    done = lock(None, "--offline", "--no-cache")
    assert done.status == 2
    assert "--offline forbids" in done.stderr


def test_pip_installs_a_commit_by_its_hash(cli, forge, lock):
    """The project lies below the top of its repository, and brings its own build backend."""
    forge.files[f"/o/mono/archive/{COMMIT}.tar.gz"] = snapshot(
        **{
            "python/pyproject.toml": project("tool", "2.0")
            + '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
            "python/backend.py": BACKEND,
        }
    )
    assert lock(f"tool @ git+{forge.origin}/o/mono@{COMMIT}#subdirectory=python\n").status == 0
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-cache-dir"]
    done = subprocess.run(
        [*command, "--require-hashes", "-r", "requirements.txt"],
        cwd=cli.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Would install tool-2.0" in done.stdout
