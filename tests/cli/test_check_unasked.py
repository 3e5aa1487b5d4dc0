"""What a lock has that nobody asked for in that way: places, markers of one machine, nothing at all."""

from __future__ import annotations

import re

import pytest

from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex

TARGETS = ("--python-version", "3.12", "--platform", "linux_x86_64", "--platform", "windows_amd64")
OUTPUTS = ("requirements.txt", "pylock.toml")


@pytest.fixture
def elsewhere(index_factory) -> LoopbackIndex:
    """An index that nobody names, with a beta of the same version and other content."""
    other = index_factory()
    other.add_release("beta", "1.0", files={"beta.py": "other = 1\n"})
    return other


@pytest.fixture
def locked(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    """alpha wants beta; both formats are written."""
    index.add_release("alpha", "1.0", requires=["beta"], sdist=True)
    index.add_release("beta", "1.0", sdist=True)
    cli.write("requirements.in", "alpha\n")
    done = cli("lock", "-i", index.url, *TARGETS, *(word for output in OUTPUTS for word in ("-o", output)))
    assert done.status == 0, done.stderr
    return cli


def of_another(text: str) -> str:
    """The text as another tool would have written it: without comments, environments and what is ours alone."""
    text = re.sub(r"(?m)^#.*\n", "", text.partition("[tool.pinkeeper]")[0])
    return re.sub(r"(?m)^environments = \[(?:.*\]\n|\n(?: .*\n)*\]\n)", "", text)


def sha256(index: LoopbackIndex, name: str) -> str:
    return next(file.hashes["sha256"] for file in index.catalogue.files(name) or () if file.filename.endswith(".whl"))


def moved(text: str, path: str, *, url: str, digest: str) -> str:
    """The text with beta taken from a URL."""
    if path == "requirements.txt":
        return re.sub(r"beta==1.0 \\\n    --hash=\S+", f"beta @ {url} \\\\\n    --hash=sha256:{digest}", text)
    entry = f'[[packages]]\nname = "beta"\narchive = {{ url = "{url}", hashes = {{ sha256 = "{digest}" }} }}\n\n'
    return re.sub(r'\[\[packages\]\]\nname = "beta"\n(?:(?!\[).*\n)*', entry, text)


@pytest.mark.parametrize("path", OUTPUTS)
@pytest.mark.parametrize("host", ["that of the index", "another"])
def test_a_package_that_a_url_gives_and_nobody_asked_for_by_it(locked, index, elsewhere, path, host):
    source = index if host == "that of the index" else elsewhere
    url = f"{source.origin}/files/beta/beta-1.0-py3-none-any.whl"
    text = locked.read(path)
    locked.write(path, moved(text, path, url=url, digest=sha256(source, "beta")))
    assert locked.read(path) != text
    for options in ((), ("--offline",)):
        done = locked("check", path, "-i", index.url, *options)
        assert done.status == 1, done.stdout + done.stderr
        assert f"beta 1.0 is locked from {url}, which nobody asked for" in done.stdout


@pytest.mark.parametrize("path", OUTPUTS)
def test_a_url_that_was_asked_for_is_that_one(locked, index, elsewhere, path):
    ours, theirs = (f"{each.origin}/files/beta/beta-1.0-py3-none-any.whl" for each in (index, elsewhere))
    locked.write("requirements.in", f"alpha\nbeta @ {ours}\n")
    assert locked("lock", "-i", index.url, *TARGETS, "-o", path).status == 0
    assert locked("check", path, "-i", index.url).status == 0
    locked.write(
        path, locked.read(path).replace(ours, theirs).replace(sha256(index, "beta"), sha256(elsewhere, "beta"))
    )
    done = locked("check", path, "-i", index.url)
    assert done.status == 1
    assert theirs in done.stdout


@pytest.mark.parametrize("path", OUTPUTS)
@pytest.mark.parametrize("kind", ["--constraint", "--override"])
def test_a_url_may_be_asked_for_by_a_constraint_or_an_override(locked, index, path, kind):
    locked.write("more.txt", f"beta @ {index.origin}/files/beta/beta-1.0-py3-none-any.whl\n")
    done = locked("lock", "-i", index.url, *TARGETS, "-o", path, kind, "more.txt")
    assert done.status == 0, done.stderr
    done = locked("check", path, "-i", index.url)
    assert done.status == 0, done.stdout


@pytest.mark.parametrize("path", OUTPUTS)
def test_where_nobody_says_what_was_asked_a_url_is_told(locked, index, path):
    url = f"{index.origin}/files/beta/beta-1.0-py3-none-any.whl"
    (locked.directory / "requirements.in").unlink()
    text = moved(locked.read(path), path, url=url, digest=sha256(index, "beta"))
    name = {"requirements.txt": "other.txt", "pylock.toml": "pylock.other.toml"}[path]
    locked.write(name, of_another(text))
    done = locked("check", name, "-i", index.url)
    assert done.status == 0, done.stdout + done.stderr
    assert f"not checked: whether anybody asked for beta 1.0 from {url}" in done.stdout


@pytest.mark.parametrize(
    "marker",
    [
        'platform_release != "6.1.0"',
        'platform_version != "#1 SMP"',
        'python_full_version < "3.12.1"',
        'python_full_version == "3.12.0"',
        'implementation_version < "3.12.7"',
        'sys_platform == "linux" and platform_release == "" or sys_platform == "win32"',
    ],
)
def test_a_marker_that_tells_machines_of_one_target_apart(locked, index, marker):
    locked.write("requirements.txt", locked.read("requirements.txt").replace("beta==1.0", f"beta==1.0 ; {marker}"))
    text = locked.read("pylock.toml").replace(
        'name = "beta"\nversion = "1.0"\n', f'name = "beta"\nversion = "1.0"\nmarker = \'{marker}\'\n'
    )
    locked.write("pylock.toml", text)
    assert marker in text
    for path in OUTPUTS:
        done = locked("check", path, "-i", index.url)
        assert done.status == 1, done.stdout
        assert "beta 1.0: its marker does not hold alike on all machines of a target" in done.stdout


def test_a_target_that_names_a_micro_version_may_be_told_by_it(cli, index):
    index.add_release("alpha", "1.0", requires=['beta ; python_full_version >= "3.12.4"'])
    index.add_release("beta", "1.0")
    cli.write("requirements.in", "alpha\n")
    versions = ("--python-version", "3.12.3", "--python-version", "3.12.4", "--platform", "linux_x86_64")
    assert cli("lock", "-i", index.url, *versions, "-o", "requirements.txt", "-o", "pylock.toml").status == 0
    assert "python_full_version" in cli.read("requirements.txt")
    done = cli("check", "-i", index.url)
    assert done.status == 0, done.stdout


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "--index-url INDEX\n"])
def test_a_lock_that_pins_nothing_and_says_nothing(locked, index, text):
    locked.write("other.txt", text.replace("INDEX", index.url))
    done = locked("check", "other.txt", "-i", index.url)
    assert done.status == 1, done.stdout
    assert "it pins nothing, and nothing says what it was made from" in done.stdout


def test_a_pylock_without_packages(locked, index):
    locked.write("pylock.other.toml", 'lock-version = "1.0"\ncreated-by = "hand"\npackages = []\n')
    done = locked("check", "pylock.other.toml", "-i", index.url)
    assert done.status == 1, done.stdout
    assert "it pins nothing" in done.stdout


def test_a_lock_that_needs_nothing_is_right(cli, index):
    cli.write("requirements.in", "# nothing yet\n")
    assert cli("lock", "-i", index.url, *TARGETS).status == 0
    assert cli("check", "-i", index.url).status == 0


@pytest.mark.parametrize("path", OUTPUTS)
@pytest.mark.parametrize("options", [(), ("--offline",)], ids=["online", "offline"])
@pytest.mark.parametrize("lacking", ["", "beta"])
def test_a_lock_of_which_nothing_is_known_but_its_pins(locked, index, path, options, lacking):
    """Its roots are the packages that none other wants."""
    text = re.sub(r"(?m)^\s*#.*\n", "", of_another(locked.read(path)))
    if lacking:
        text = re.sub(r"(?m)^beta.*\n(?: .*\n)*", "", text)
        text = re.sub(r'\[\[packages\]\]\nname = "beta"\n(?:(?!\[\[).*\n)*', "", text)
    name = {"requirements.txt": "other.txt", "pylock.toml": "pylock.other.toml"}[path]
    locked.write(name, text)
    done = locked("check", name, "-i", index.url, *options)
    assert done.status == (1 if lacking else 0), done.stdout + done.stderr
    assert ("alpha 1.0 requires beta, which is not pinned" in done.stdout) == bool(lacking)


def test_comments_alone_say_what_is_required_where_nothing_else_does(locked, index):
    done = locked("check", "requirements.txt", "-i", index.url, "--offline", "--cache-dir", "empty")
    assert done.status == 0, done.stdout + done.stderr
    assert "comments do not say it" in done.stdout
