"""Help and README say what there is, and nothing else."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pinkeeper import __version__
from pinkeeper.ledger.document import EMPTY, read_ledger
from tests.support.command_line import CommandLine
from tests.support.distributions import make_wheel

_README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
_CONSOLE = [
    line
    for block in re.findall(r"```console\n(.*?)```", _README, flags=re.DOTALL)
    for line in block.splitlines()
    if "pinkeeper" in line
]
_LOCK_OPTIONS = """
    --extra --all-extras --group --constraint -c --override --upgrade -U --upgrade-package -P --pre --only-binary
    --no-binary --allow-build --resolution --exclude-newer --cooldown --python-version --platform --index-url -i
    --extra-index-url --index --find-links -f --no-index --offline --cache-dir --no-cache --hashes --check --no-header
    --no-annotate --annotation-style --trusted-host --cert --client-cert --output-file -o --format --color --quiet -q
    --verbose -v --help
""".split()  # noqa: SIM905 - a paragraph is easier to read than forty strings


def _options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+|-[a-zA-Z])(?![\w-])", text))


@pytest.fixture
def help_of(cli: CommandLine):
    def run(*command: str) -> str:
        result = cli(*command, "--help")
        assert result.status == 0
        assert result.stderr == ""
        return result.stdout

    return run


def test_help_of_lock_has_every_option_of_the_design(help_of):
    text = help_of("lock")
    assert set(_LOCK_OPTIONS) <= _options(text)
    for word in ("linux_x86_64", "musllinux_x86_64", "windows_amd64", "lowest-direct", "targets", "split", "json"):
        assert word in text


def test_help_lists_the_commands(help_of):
    text = help_of()
    assert "lock" in text
    assert "cache" in text
    assert "--version" in text
    assert set(re.findall(r"^  (dir|info|clear)\b", help_of("cache"), flags=re.MULTILINE)) == {"dir", "info", "clear"}


@pytest.mark.parametrize("command", ["dir", "info", "clear"])
def test_help_of_the_cache_commands(help_of, command):
    assert "--cache-dir" in help_of("cache", command)


@pytest.mark.parametrize("arguments", [[], ["cache"]], ids=["nothing", "cache"])
def test_asking_for_nothing_is_answered_with_help(cli, arguments):
    result = cli(*arguments)
    assert result.status == 2
    assert "Usage: pinkeeper" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["-V"]])
def test_version(cli, arguments):
    result = cli(*arguments)
    assert (result.status, result.stdout, result.stderr) == (0, f"pinkeeper {__version__}\n", "")


@pytest.mark.parametrize("word", ["lokc", "cache lokc"])
def test_unknown_command(cli, word):
    result = cli(*word.split())
    assert result.status == 2
    assert result.stdout == ""
    assert "lokc" in result.stderr
    assert result.stderr.count("error: ") == 1


_COMMANDS = ("lock", "check", "diff", "update", "init", "rules", "export", "tree", "why")


def test_readme_names_options_that_exist(help_of):
    known = {command: _options(help_of(command)) for command in _COMMANDS}
    shown = 0
    for line in _CONSOLE:
        for command in line.partition("#")[0].split("&&"):
            words = shlex.split(command)
            if words and Path(words[0]).name == "pinkeeper":
                options = {word.partition("=")[0] for word in words[2:] if word.startswith("-")}
                assert options <= known[words[1]], line
                shown += len(options)
    assert shown >= 10
    prose = re.sub(r"```.*?```|`pip [^`]*`", "", _README, flags=re.DOTALL)
    named = set(re.findall(r"`(?:lock )?(--[a-z][a-z-]+)", prose))
    assert named - {"--require-hashes"} <= frozenset().union(*known.values())


_ASKING = frozenset({"lock", "check", "diff", "update"})  # an index


@pytest.mark.parametrize("line", [line for line in _CONSOLE if line.startswith("pinkeeper ")])
def test_readme_commands_run(index, cli, line):
    index.add_release("fastapi", "1.0", tags=["py3-none-any"], requires=["idna"])
    index.add_release("idna", "1.0")
    cli.write("requirements.in", "fastapi\n")
    cli.write("poetry.lock", "")
    cli.write("locks/README", "")
    target = ("--python-version", "3.12", "--platform", "linux_x86_64")
    assert cli("lock", "-i", index.url, *target, "-o", "requirements.txt", "-o", "pylock.toml").status == 0
    words = shlex.split(line.partition("#")[0].partition(">")[0])[1:]
    for name, version in (("httpx", "0.28.0"), ("httpx", "0.28.1"), ("litellm", "1.82.5"), ("litellm", "1.82.6")):
        index.add_release(name, version)
    for version in ("1.0", "1.1"):
        built = make_wheel("sums", version)
        cli.write(built.filename, built.content)
    asks = ["-i", index.url, *(target if "--check" in words else ())] if words[0] in _ASKING else []
    if "--check" in words:
        assert cli("lock", "-i", index.url, *target).status == 0
    result = cli(*words, *asks)
    assert result.status == 0, result.stderr


_TRUSTED = "trusted = ["


def test_readme_settings_are_all_known(index, cli):
    index.add_release("alpha", "1.0", tags=["py3-none-any"])
    blocks = [block for block in _toml_blocks() if not block.startswith(_TRUSTED)]
    assert len(blocks) == 4
    cli.write(
        "pyproject.toml",
        '[project]\nname = "own"\nversion = "1"\ndependencies = ["alpha"]\n[project.optional-dependencies]\n'
        'proxy = ["alpha"]\n[dependency-groups]\ndev = ["alpha"]\n' + "\n".join(reversed(blocks)),
    )
    result = cli("lock", "pyproject.toml", "-i", index.url, "--index", f"corp={index.url}")
    assert result.status == 0, result.stderr


def test_readme_entry_of_a_ledger_is_one():
    (block,) = (block for block in _toml_blocks() if block.startswith(_TRUSTED))
    ledger = read_ledger(EMPTY.replace("trusted = [\n]\n", block), path="README.md").ledger
    assert [entry.package for entry in ledger.trusted] == ["httpx"]


def _toml_blocks() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", _README, flags=re.DOTALL)
