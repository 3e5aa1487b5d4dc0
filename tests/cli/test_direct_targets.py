"""Direct references with markers, several targets, and what else is asked of the projects they name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.command_line import CommandLine, CommandResult
from tests.support.distributions import Built, make_sdist, make_wheel
from tests.support.forge import Forge
from tests.support.index import LoopbackIndex

LINUX = ("--python-version", "3.12", "--platform", "linux_x86_64")
BOTH = (*LINUX, "--platform", "windows_amd64")


@pytest.fixture
def forge() -> Iterator[Forge]:
    with Forge() as running:
        yield running


@pytest.fixture
def serve(forge: Forge):
    """Puts a file under a folder of the forge; gives its URL."""

    def at(folder: str, built: Built) -> str:
        forge.files[f"/{folder}/{built.filename}"] = built.content
        return f"{forge.origin}/{folder}/{built.filename}"

    return at


@pytest.fixture
def lock(cli: CommandLine, index: LoopbackIndex):
    """Writes requirements.in, and locks it."""

    def run(text: str | None, *arguments: str) -> CommandResult:
        if text is not None:
            cli.write("requirements.in", text)
        return cli("lock", "-i", index.url, "--no-cache", *arguments)

    return run


def pins(cli: CommandLine) -> list[str]:
    """The lines that pin, without hashes."""
    return [
        line.removesuffix(" \\") for line in cli.read("requirements.txt").splitlines() if line and line[0] not in "#- "
    ]


def test_a_url_on_one_platform_and_the_index_on_others(cli, index, serve, lock):
    index.add_release("tool", "9.0")
    index.add_release("tool", "1.4")
    url = serve("files", make_wheel("tool", "1.5+cpu", tag="cp312-cp312-manylinux_2_17_x86_64"))
    done = lock(f"tool @ {url} ; sys_platform == 'linux'\ntool<9 ; sys_platform != 'linux'\n", *BOTH)
    assert done.status == 0, done.stderr
    assert pins(cli) == ['tool==1.4 ; sys_platform == "win32"', f'tool @ {url} ; sys_platform == "linux"']


def test_where_its_marker_does_not_hold_a_url_is_not_fetched(cli, index, forge, lock):
    index.add_release("alpha", "1.0")
    done = lock(f"alpha\ntool @ {forge.origin}/gone/tool-1.0.tar.gz ; sys_platform == 'win32'\n", *LINUX)
    assert done.status == 0, done.stderr
    assert pins(cli) == ["alpha==1.0"]
    assert forge.requests == []


@pytest.mark.parametrize("make", [make_sdist, make_wheel])
def test_one_release_from_two_urls_told_apart_by_markers(cli, serve, lock, make):
    one, other = (serve(folder, make("tool", "1.5", files={"tool.py": folder})) for folder in ("a", "b"))
    done = lock(f"tool @ {one} ; sys_platform == 'linux'\ntool @ {other} ; sys_platform == 'win32'\n", *BOTH)
    assert done.status == 0, done.stderr
    assert pins(cli) == [f'tool @ {one} ; sys_platform == "linux"', f'tool @ {other} ; sys_platform == "win32"']


def test_the_marker_decides_not_the_wheel_tag(cli, serve, lock):
    one = serve("files", make_wheel("tool", "1.5"))
    other = serve("files", make_wheel("tool", "1.5", tag="cp312-cp312-manylinux_2_17_x86_64"))
    done = lock(f"tool @ {one} ; sys_platform == 'linux'\ntool @ {other} ; sys_platform == 'win32'\n", *LINUX)
    assert done.status == 0, done.stderr
    assert pins(cli) == [f"tool @ {one}"]


@pytest.mark.parametrize(
    "others", [make_wheel("tool", "2.0"), make_wheel("tool", "1.5", files={"x.py": ""}), make_sdist("tool", "1.5")]
)
def test_two_urls_for_one_project(cli, serve, lock, others):
    one, other = serve("a", make_wheel("tool", "1.5")), serve("b", others)
    cli.write("more.txt", f"tool @ {other}\n")
    done = lock(f"tool @ {one}\n-r more.txt\n", *LINUX)
    assert done.status == 2, done.stderr
    assert "tool is asked for from two places" in done.stderr
    assert f"requirements.in:1 asks for {one}" in done.stderr
    assert f"more.txt:1 asks for {other}" in done.stderr


def test_the_same_url_from_several_places_is_one(cli, serve, lock):
    built = make_wheel("tool", "1.5", extras=["fast"])
    url = serve("files", built)
    cli.write("c.txt", f"tool @ {url}\n")
    done = lock(f"tool @ {url}\ntool[fast] @ {url}#sha256={built.sha256}\n-c c.txt\n", *LINUX)
    assert done.status == 0, done.stderr
    assert pins(cli) == [f"tool[fast] @ {url}"]


def test_a_constraint_says_where_a_project_is_from(cli, index, serve, lock):
    index.add_release("app", "1.0", requires=["tool"])
    index.add_release("tool", "9.0")
    url = serve("files", make_wheel("tool", "1.5"))
    cli.write("c.txt", f"tool @ {url}\n")
    assert lock("app\n-c c.txt\n", *LINUX).status == 0
    assert pins(cli) == ["app==1.0", f"tool @ {url}"]


def test_an_override_says_where_a_project_is_from(cli, index, serve, lock):
    index.add_release("app", "1.0", requires=["tool>=7"])
    index.add_release("tool", "9.0")
    url = serve("files", make_wheel("tool", "1.5"))
    cli.write("o.txt", f"tool @ {url}\n")
    done = lock("app\n", "--override", "o.txt", *LINUX)
    assert done.status == 0, done.stderr
    assert pins(cli) == ["app==1.0", f"tool @ {url}"]


def test_an_override_takes_the_place_of_a_url(cli, index, forge, lock):
    index.add_release("tool", "9.0")
    cli.write("o.txt", "tool==9.0\n")
    done = lock(f"tool @ {forge.origin}/gone/tool-1.5-py3-none-any.whl\n", "--override", "o.txt", *LINUX)
    assert done.status == 0, done.stderr
    assert pins(cli) == ["tool==9.0"]


def test_several_projects_of_one_archive(cli, index, forge, lock):
    index.add_release("alpha", "1.0")
    index.add_release("beta", "1.0")
    projects = {
        f"{name}/pyproject.toml": f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = ["{need}"]\n'
        for name, version, need in (("one", "1.0", "alpha"), ("two", "2.0", "beta"))
    }
    forge.files["/mono.tar.gz"] = make_sdist("mono", "0", with_pkg_info=False, files=projects).content
    url = f"{forge.origin}/mono.tar.gz"
    for arguments in ((), ()):  # the second time with what the lock says
        done = lock(f"one @ {url}#subdirectory=one\ntwo @ {url}#subdirectory=two\n", *LINUX, *arguments)
        assert done.status == 0, done.stderr
        assert pins(cli) == [
            "alpha==1.0", "beta==1.0", f"one @ {url}#subdirectory=one", f"two @ {url}#subdirectory=two"
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("built", "says"),
    [
        (
            make_wheel("tool", "1.5", tag="cp312-cp312-manylinux_2_17_x86_64"),
            "no wheel for Python 3.12 on windows_amd64",
        ),
        (make_sdist("tool", "1.5", requires_python="<3.12"), "needs Python <3.12, the target has 3.12"),
    ],
)
def test_a_target_that_cannot_have_it_is_named(cli, serve, lock, built, says):
    url = serve("files", built)
    arguments = (*BOTH, "--python-version", "3.11") if built.filename.endswith("gz") else BOTH
    done = lock(f"tool @ {url}\n", *arguments)
    assert done.status == 1, done.stderr
    assert says in done.stdout + done.stderr
    assert f"tool @ {url}" in "\n".join(pins(cli))


def test_the_cooldown_does_not_hold_it_back(cli, serve, lock):
    url = serve("files", make_wheel("tool", "1.5"))
    done = lock(f"tool @ {url}\n", *LINUX, "--cooldown", "3 days", "--exclude-newer", "2020-01-01")
    assert done.status == 0, done.stderr
    assert pins(cli) == [f"tool @ {url}"]


def test_a_pre_release_that_is_named_is_taken(cli, serve, lock):
    url = serve("files", make_wheel("tool", "2.0rc1"))
    done = lock(f"tool @ {url}\ntool>=1\n", *LINUX)
    assert done.status == 0, done.stderr
    assert pins(cli) == [f"tool @ {url}"]


def test_a_url_that_a_url_brings_along(cli, index, serve, lock):
    inner = serve("files", make_wheel("inner", "1.0"))
    outer = serve("files", make_wheel("outer", "1.0", requires=[f"inner @ {inner}"]))
    done = lock(f"outer @ {outer}\n", *LINUX)
    assert done.status == 1
    assert f"outer 1.0: it wants inner from {inner}" in done.stderr
    assert f"inner @ {inner}" in done.stderr.partition("remedy:")[2]
    done = lock(f"outer @ {outer}\ninner @ {inner}\n", *LINUX)
    assert done.status == 0, done.stderr
    assert pins(cli) == [f"inner @ {inner}", f"outer @ {outer}"]
    done = cli("check", "-i", index.url, "--no-cache")
    assert done.status == 0, done.stdout + done.stderr


def test_a_package_wants_a_project_from_elsewhere_than_the_user(index, serve, lock):
    mine, theirs = serve("a", make_wheel("tool", "1.5")), serve("b", make_wheel("tool", "1.5"))
    index.add_release("app", "1.0", requires=[f"tool @ {theirs}"])
    done = lock(f"app\ntool @ {mine}\n", *LINUX)
    assert done.status == 1
    assert f"it wants tool from {theirs}" in done.stderr


@pytest.mark.parametrize("path", ["requirements.txt", "pylock.toml"])
def test_check_and_a_second_run_find_nothing_to_say(cli, index, forge, serve, lock, path):
    """Each kind of reference in one lock, told apart by markers from releases of the index."""
    index.add_release("tool", "1.4")
    index.add_release("alpha", "1.0", tags=["cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-win_amd64"])
    built = make_wheel("idle", "1.0")
    cli.write(f"dist/{built.filename}", built.content)
    commit = "c" * 40
    forge.add_repository("/o/repo", {"refs/heads/main": commit})
    forge.files[f"/o/repo/archive/{commit}.tar.gz"] = make_sdist(
        "repo",
        "0",
        with_pkg_info=False,
        files={
            "one/pyproject.toml": '[project]\nname = "one"\nversion = "1.0"\nrequires-python = ">=3.8"\n',
            "two/setup.py": "from setuptools import setup\nsetup(name='two', version='2', install_requires='alpha')\n",
        },
    ).content
    url = serve("files", make_wheel("tool", "1.4", tag="cp312-cp312-manylinux_2_17_x86_64", extras=["fast"]))
    lines = [
        f"tool[fast] @ {url} ; sys_platform == 'linux'",
        "tool ; sys_platform != 'linux'",
        f"./dist/{built.filename} ; sys_platform == 'win32'",
        f"one @ git+{forge.origin}/o/repo@main#subdirectory=one",
        f"two @ git+{forge.origin}/o/repo@main#subdirectory=two",
    ]
    arguments = (*BOTH, "-o", "requirements.txt", "-o", "pylock.toml")
    done = lock("\n".join([*lines, ""]), *arguments)
    assert done.status == 0, done.stderr
    made = [cli.read("requirements.txt"), cli.read("pylock.toml")]
    assert pins(cli) == [
        "alpha==1.0",
        f'./dist/{built.filename} ; sys_platform == "win32"',
        f"one @ {forge.origin}/o/repo/archive/{commit}.tar.gz#subdirectory=one",
        f'tool[fast] @ {url} ; sys_platform == "linux"',
        'tool==1.4 ; sys_platform == "win32"',
        f"two @ {forge.origin}/o/repo/archive/{commit}.tar.gz#subdirectory=two",
    ]
    for again in ((), ("--check",)):
        done = lock(None, *arguments, *again)
        assert done.status == 0, done.stderr
        assert [cli.read("requirements.txt"), cli.read("pylock.toml")] == made
    done = cli("check", path, "-i", index.url, "--no-cache")
    assert done.status == 0, done.stdout + done.stderr
