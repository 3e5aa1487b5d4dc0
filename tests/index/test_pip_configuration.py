from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pinkeeper.errors import ConfigurationError
from pinkeeper.index.pip_configuration import default_index_url

ONE, TWO, THREE = (f"https://{name}.example/simple" for name in ("one", "two", "three"))


def read_text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def ours() -> str:
    """The index by this process's environment and disk."""
    return default_index_url(environ=os.environ, read=read_text).url


def pips() -> str:
    """The index that ``pip install`` would use, by pip itself."""
    from pip._internal.commands import create_command  # noqa: PLC0415 - slow, and only an oracle

    options, _ = create_command("install").parse_args([])
    return options.index_url.strip().rstrip("/")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Folders for every kind of configuration file, none of them the machine's; writes files by kind."""
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.delenv("PIP_CONFIG_FILE")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", f"{tmp_path / 'first'}{os.pathsep}{tmp_path / 'second'}")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    files = {
        "first of all users": tmp_path / "first" / "pip" / "pip.conf",
        "second of all users": tmp_path / "second" / "pip" / "pip.conf",
        "old of the user": tmp_path / "home" / ".pip" / "pip.conf",
        "user": tmp_path / "user" / "pip" / "pip.conf",
        "site": tmp_path / "prefix" / "pip.conf",
        "named": tmp_path / "named.conf",
    }

    def write(**texts):
        for kind, text in texts.items():
            path = files[kind.replace("_", " ")]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return files

    return write


def globally(url: str) -> str:
    return f"[global]\nindex-url = {url}\n"


needs_posix = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="files lie elsewhere there")

SETUPS = {
    "one file of all users": {"first_of_all_users": globally(ONE)},
    "a later file of all users": {"first_of_all_users": globally(ONE), "second_of_all_users": globally(TWO)},
    "the user over all users": {"second_of_all_users": globally(ONE), "user": globally(TWO)},
    "the user's old file": {"old_of_the_user": globally(ONE)},
    "the user's new file over the old one": {"old_of_the_user": globally(ONE), "user": globally(TWO)},
    "the environment over the user": {"user": globally(ONE), "site": globally(TWO)},
    "a command over the rest": {"user": f"[install]\nindex-url = {ONE}\n", "site": globally(TWO)},
    "another command": {"user": f"[download]\nindex-url = {ONE}\n{globally(TWO)}"},
    "underscores": {"user": f"[global]\nindex_url = {ONE}\n"},
    "capitals and dashes": {"user": f"[global]\n--Index-URL: {ONE}\n"},
    "a final slash": {"user": globally(f"{ONE}/")},
    "on the next line": {"user": f"[global]\nindex-url =\n    {ONE}\n"},
    "a per cent sign": {"user": globally(f"{ONE}/%41")},
    "an empty value": {"user": globally(ONE), "site": "[global]\nindex-url =\n"},
    "an empty value of the command": {"user": f"[install]\nindex-url =\n{globally(ONE)}"},
    "defaults of a file": {"user": f"[DEFAULT]\nindex-url = {ONE}\n[global]\ntimeout = 5\n"},
    "other keys only": {"user": "[global]\nextra-index-url = https://more.example/simple\n"},
}


@needs_posix
@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_the_files_are_read_as_pip_reads_them(places, setup):
    places(**setup)
    assert ours() == pips()


@needs_posix
def test_the_setups_differ(places):
    """The comparison above would prove nothing if both sides never looked at a file."""
    places(**SETUPS["the environment over the user"])
    assert ours() == TWO


@needs_posix
@pytest.mark.parametrize("value", ["", "named.conf", "none.conf", os.devnull])
def test_a_named_file_counts_as_it_does_for_pip(places, monkeypatch, tmp_path, value):
    places(user=globally(ONE), named=f"[global]\ntimeout = 5\n{'index-url = ' + TWO if value else ''}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / value) if value.endswith(".conf") else value)
    expected = {"": ONE, "named.conf": TWO, "none.conf": ONE}
    assert ours() == pips() == expected.get(value, pips())


@needs_posix
def test_a_named_file_without_an_index_hides_the_users_but_no_other(places, monkeypatch):
    files = places(user=globally(ONE), named="[global]\ntimeout = 5\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(files["named"]))
    assert ours() == pips() != ONE
    places(site=globally(THREE))
    assert ours() == pips() == THREE


@needs_posix
@pytest.mark.parametrize("value", [TWO, f" {TWO}/ ", ""])
def test_the_environment_variable_counts_first(places, monkeypatch, value):
    places(site=f"[install]\nindex-url = {ONE}\n")
    monkeypatch.setenv("PIP_INDEX_URL", value)
    assert ours() == (TWO if value else ONE)
    assert ours() == pips()


def test_credentials_are_taken_off():
    environ = {"PIP_INDEX_URL": "https://user:secret@one.example/simple"}
    index = default_index_url(environ=environ, read=lambda _: None)
    assert (index.url, index.credentials.password) == (ONE, "secret")
    assert "secret" not in repr(index)


def test_where_nothing_is_said_it_is_pips_own():
    from pip._internal.models.index import PyPI  # noqa: PLC0415

    index = default_index_url(environ={"HOME": "/nowhere"}, read=lambda _: None)
    assert index.url == PyPI.simple_url.rstrip("/")
    assert index.credentials is None


def test_no_file_is_read_when_pip_is_told_to_read_none():
    read = []
    default_index_url(environ={"PIP_CONFIG_FILE": os.devnull, "HOME": "/nowhere"}, read=read.append)
    assert read == []


def test_a_pip_that_does_not_tell_its_default_is_no_defect_of_ours(monkeypatch):
    monkeypatch.setitem(sys.modules, "pip._internal.models.index", None)
    with pytest.raises(ConfigurationError) as caught:
        default_index_url(environ={"HOME": "/nowhere"}, read=lambda _: None)
    assert caught.value.remedy == "name an index: --index-url URL"


@pytest.mark.parametrize(
    "text",
    [
        "index-url = https://user:secret@one.example/simple\n",
        "[global]\nindex-url = https://user:secret@one.example\nindex-url = https://user:secret@two.example\n",
        "[global]\nindex-url\n",
        "[global]\nindex-url = x\n[global]\n",
    ],
    ids=["no section", "twice", "no value", "section twice"],
)
def test_a_broken_file_is_told_by_name_and_without_its_words(text):
    environ = {"PIP_CONFIG_FILE": "/home/of/pip.conf", "HOME": "/nowhere"}
    with pytest.raises(ConfigurationError, match="pip's configuration cannot be read") as caught:
        default_index_url(environ=environ, read=lambda path: text if path.name == "pip.conf" else None)
    assert caught.value.where.endswith("pip.conf")
    assert "secret" not in str(caught.value)


def test_a_broken_file_without_an_index_does_not_matter():
    environ = {"PIP_CONFIG_FILE": "/broken", "HOME": "/nowhere"}
    texts = {"/broken": "timeout = 5\n"}
    assert default_index_url(environ=environ, read=lambda path: texts.get(str(path))).url


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        (
            "linux",
            {"HOME": "/home/user"},
            ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", "/home/user/.pip/pip.conf", "/home/user/.config/pip/pip.conf"],
        ),
        (
            "darwin",
            {"HOME": "/Users/user", "XDG_CONFIG_HOME": "/not/there"},
            [
                "/Library/Application Support/pip/pip.conf",
                "/Users/user/.pip/pip.conf",
                "/Users/user/.config/pip/pip.conf",
            ],
        ),
        (
            "win32",
            {"USERPROFILE": "C:/Users/user", "APPDATA": "C:/Users/user/Roaming", "PROGRAMDATA": "D:/Data"},
            ["D:/Data/pip/pip.ini", "C:/Users/user/pip/pip.ini", "C:/Users/user/Roaming/pip/pip.ini"],
        ),
    ],
)
def test_the_files_lie_where_pip_documents_them(monkeypatch, platform, environ, expected):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys, "prefix", "/prefix")
    read = []
    default_index_url(environ=environ, read=lambda path: read.append(path.as_posix()))
    assert read == [*expected, f"/prefix/{expected[0].rpartition('/')[2]}"]


def test_a_mac_keeps_the_users_file_in_application_support_where_that_is(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "darwin")
    folder = tmp_path / "Library" / "Application Support" / "pip"
    folder.mkdir(parents=True)
    found = default_index_url(
        environ={"HOME": str(tmp_path)}, read=lambda path: globally(ONE) if path.parent == folder else None
    )
    assert found.url == ONE


def test_pips_machinery_is_not_loaded():
    script = (
        "import sys\n"
        "from pinkeeper.index.pip_configuration import default_index_url\n"
        "default_index_url(environ={'HOME': '/nowhere'}, read=lambda _: None)\n"
        "print('pip._internal.configuration' in sys.modules, 'configparser' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == "False False\n"
