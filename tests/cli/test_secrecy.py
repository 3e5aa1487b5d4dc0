"""Credentials reach the host that they are for, and nothing else: no stream, no file, no other host."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.command_line import CommandLine, CommandResult
from tests.support.index import LoopbackIndex
from tests.support.pages import JSON_TYPE, project_json

_USER = "robot-7f3a"
_SECRET = "pa$$/w@rd:Zq9#xyzzy"
_TOKEN = "tok-Qm4Yx8Lr2"
_AUTHORIZATION = "Basic " + base64.b64encode(f"{_USER}:{_SECRET}".encode()).decode()
_FORBIDDEN = (
    _SECRET,
    quote(_SECRET, safe=""),
    quote(_SECRET),
    _AUTHORIZATION.removeprefix("Basic "),
    base64.b64encode(_SECRET.encode()).decode(),
    base64.urlsafe_b64encode(_SECRET.encode()).decode(),
    "xyzzy",
    _USER,
)


@dataclass
class Way:
    """One way in which a user gives credentials: what it adds to the command line, environment and files."""

    arguments: list[str] = field(default_factory=list)
    environ: dict[str, str | None] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def _by_option(index: LoopbackIndex) -> Way:
    return Way(arguments=["--index-url", index.url_as(_USER, _SECRET)])


def _by_extra_index(index: LoopbackIndex) -> Way:
    return Way(arguments=["--index-url", f"{index.origin}/none", "--extra-index-url", index.url_as(_USER, _SECRET)])


def _by_named_index(index: LoopbackIndex) -> Way:
    return Way(arguments=["--index-url", f"{index.origin}/none", "--index", f"corp={index.url_as(_USER, _SECRET)}"])


def _by_pip_variable(index: LoopbackIndex) -> Way:
    return Way(environ={"PIP_INDEX_URL": index.url_as(_USER, _SECRET)})


def _by_variables_in_a_file(index: LoopbackIndex) -> Way:
    url = index.url.replace("://", "://${CORP_USER}:${CORP_SECRET}@")
    return Way(
        environ={"CORP_USER": _USER, "CORP_SECRET": quote(_SECRET, safe="")},
        files={"requirements.in": f"--index-url {url}\nalpha\n"},
    )


def _by_setting(index: LoopbackIndex) -> Way:
    return Way(files={"pyproject.toml": f'[tool.pinkeeper]\nindex-url = "{index.url_as(_USER, _SECRET)}"\n'})


def _by_netrc(index: LoopbackIndex) -> Way:
    return Way(
        arguments=["--index-url", index.url],
        environ={"HOME": "home"},
        files={"home/.netrc": f"machine 127.0.0.1 login {_USER} password {_SECRET}\n"},
    )


def _by_find_links(index: LoopbackIndex) -> Way:
    page = index.links_url.replace("://", f"://{quote(_USER)}:{quote(_SECRET, safe='')}@")
    return Way(arguments=["--no-index", "--find-links", page])


_WAYS = [
    _by_option,
    _by_extra_index,
    _by_named_index,
    _by_pip_variable,
    _by_variables_in_a_file,
    _by_setting,
    _by_netrc,
    _by_find_links,
]
_FAILURES: dict[str, Callable[[LoopbackIndex], None]] = {
    "401": lambda index: index.fail("/(simple|links)/", 401),
    "403": lambda index: index.fail("/(simple|links)/", 403),
    "500": lambda index: index.fail("/(simple|links)/", 500),
    "closed": LoopbackIndex.close,
    "garbage": lambda index: index.garbage("/(simple|links)/", b"[]", JSON_TYPE),
    "metadata": lambda index: index.fail("/files/", 403),
}


@pytest.fixture
def index(index_factory: Callable[..., LoopbackIndex]) -> LoopbackIndex:
    """An index that gives pages and files to one user alone."""
    index = index_factory(requires_auth=(_USER, _SECRET), files_require_auth=True, html_upload_times=True)
    index.add_release("alpha", "1.0", requires=["beta"])
    index.add_release("beta", "1.0")
    index.fail("/none/", 404)
    return index


def _run(cli: CommandLine, way: Way, *arguments: str) -> CommandResult:
    cli.write("requirements.in", "alpha\n")
    for path, text in way.files.items():
        cli.write(path, text)
    environ = dict(way.environ)
    if "HOME" in environ:
        environ["HOME"] = str(cli.directory / "home")
    return cli("lock", *way.arguments, "requirements.in", "-v", "-v", *arguments, environ=environ)


def _written(cli: CommandLine, way: Way) -> Iterator[tuple[Path, bytes]]:
    """Everything that the run left behind, what the test wrote itself aside."""
    own = {cli.directory / path for path in (*way.files, "requirements.in")}
    for root in (cli.directory, cli.cache):
        for path in root.rglob("*"):
            if path.is_file() and path not in own:
                yield path, path.read_bytes()


def _assert_secret(cli: CommandLine, way: Way, result: CommandResult, *, forbidden: tuple[str, ...] = _FORBIDDEN):
    for words in forbidden:
        assert words not in result.stdout
        assert words not in result.stderr
        for path, content in _written(cli, way):
            assert words not in str(path)
            assert words.encode() not in content, path
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("give", _WAYS)
def test_success(index, cli, give):
    way = give(index)
    result = _run(cli, way)
    assert result.status == 0, result.stderr
    _assert_secret(cli, way, result)
    assert "alpha==1.0" in cli.read("requirements.txt")
    wanted = [r for r in index.requests if r.path.startswith(("/simple/alpha/", "/files/", "/links/"))]
    assert wanted != []
    assert {request.headers.get("authorization") for request in wanted} == {_AUTHORIZATION}
    again = _run(cli, way, "-U", "--format", "json")
    assert again.status == 0, again.stderr
    _assert_secret(cli, way, again)


@pytest.mark.parametrize("failure", _FAILURES)
def test_failures(index, cli, failure):
    """One after the other in one folder: ways of giving credentials meet the failure."""
    _FAILURES[failure](index)
    for give in _WAYS if failure == "403" else _WAYS[:2]:
        way = give(index)
        result = _run(cli, way, "--no-cache")
        assert result.status == 2, result.stderr
        assert "error: " in result.stderr
        _assert_secret(cli, way, result)
        for path in way.files:
            (cli.directory / path).unlink()


def test_error_as_json(index, cli):
    index.fail("/simple/", 403)
    way = _by_option(index)
    result = _run(cli, way, "--format", "json")
    assert result.status == 2
    assert '"schema": "pinkeeper.error/1"' in result.stdout
    _assert_secret(cli, way, result)


def test_check_of_a_stale_lock(index, cli):
    way = _by_option(index)
    cli.write("requirements.txt", "alpha==0.9\n")
    result = _run(cli, way, "--check")
    assert result.status == 1
    _assert_secret(cli, way, result)


def test_wrong_credentials(index, cli):
    index.behaviour.requires_auth = ("somebody", "else")
    way = _by_option(index)
    result = _run(cli, way)
    assert result.status == 2
    assert "it asks for credentials (401 Unauthorized)" in result.stderr
    _assert_secret(cli, way, result)


@pytest.mark.parametrize(
    "url",
    [
        "http://{user}:{secret}@127.0.0.1:99999/simple",
        "ftp://{user}:{secret}@127.0.0.1/simple",
        "http://{user}:{secret}@[::1/simple",
        "http://{user}:xy/zzy@127.0.0.1:9/simple",
        "http://{user}:{secret}@index.invalid/simple",
        "{user}:{secret}@127.0.0.1/simple",
    ],
    ids=["port", "scheme", "bracket", "unescaped", "plain-http", "no-scheme"],
)
@pytest.mark.parametrize("option", ["--index-url={}", "--index={}"])
def test_addresses_that_cannot_be_used(cli, url, option):
    secret = quote(_SECRET, safe="")
    way = Way(arguments=[option.format(url.format(user=_USER, secret=secret))])
    result = _run(cli, way)
    assert result.status == 2, result.stderr
    _assert_secret(cli, way, result, forbidden=(_SECRET, secret, "xyzzy", "xy/zzy", "zzy@"))


@pytest.mark.parametrize("line", ["--index-url {}", "alpha @ {}/alpha-1.0.tar.gz", "-f {}", "-e git+{}"])
def test_lines_of_a_file_that_are_refused(cli, line):
    url = f"http://{_USER}:{quote(_SECRET, safe='')}@127.0.0.1:9/simple"
    way = Way(files={"requirements.in": f"alpha\n{line.format(url)}\n"})
    result = _run(cli, way)
    assert result.status == 2
    _assert_secret(cli, way, result, forbidden=(_SECRET, quote(_SECRET, safe=""), "xyzzy"))


def test_broken_netrc(index, cli):
    way = _by_netrc(index)
    way.files["home/.netrc"] = f"machine 127.0.0.1 login {_USER} passwort {_SECRET}\n"
    result = _run(cli, way)
    assert result.status == 2
    assert ".netrc:1: the netrc file cannot be parsed" in result.stderr
    _assert_secret(cli, way, result)


# Other hosts


@pytest.fixture
def elsewhere(index_factory: Callable[..., LoopbackIndex]) -> LoopbackIndex:
    """Another origin, which serves whatever the index has, to anybody."""
    other = index_factory()
    other.add_release("alpha", "1.0", requires=["beta"])
    other.add_release("beta", "1.0")
    return other


@pytest.mark.parametrize("give", [_by_option, _by_pip_variable])
def test_a_redirect_to_another_origin_takes_no_credentials_along(index, elsewhere, cli, give):
    index.redirect("/simple/(.*)", rf"{elsewhere.origin}/simple/\1")
    result = _run(cli, give(index))
    assert result.status == 0, result.stderr
    assert elsewhere.requests != []
    assert all("authorization" not in request.headers for request in elsewhere.requests)
    _assert_secret(cli, Way(), result)


def test_files_on_another_origin_get_no_credentials(index, elsewhere, cli):
    for name in ("alpha", "beta"):
        index.garbage(f"/simple/{name}/", _page_of(elsewhere, name), JSON_TYPE)
    result = _run(cli, _by_option(index))
    assert result.status == 0, result.stderr
    assert elsewhere.count("/files/alpha/") == 1
    assert all("authorization" not in request.headers for request in elsewhere.requests)


def _page_of(elsewhere: LoopbackIndex, name: str) -> bytes:
    files = elsewhere.catalogue.files(name)
    assert files is not None
    return project_json(name, files, elsewhere.behaviour, origin=elsewhere.origin)


def test_credentials_in_a_page_are_neither_shown_nor_kept(elsewhere, cli):
    page = _page_of(elsewhere, "alpha").replace(b"http://", f"http://{_USER}:xyzzy@".encode())
    elsewhere.garbage("/simple/alpha/", page, JSON_TYPE)
    result = _run(cli, Way(arguments=["-i", elsewhere.url]))
    assert result.status == 0, result.stderr
    _assert_secret(cli, Way(), result)


# Proxies


def _through_proxy(proxy: LoopbackIndex) -> dict[str, str | None]:
    credentials = f"{_USER}:{quote(_SECRET, safe='')}"
    return {"HTTP_PROXY": proxy.origin.replace("://", f"://{credentials}@"), "NO_PROXY": None}


def test_a_proxy_gets_its_credentials_and_nobody_sees_them(elsewhere, cli):
    cli.write("requirements.in", "alpha\n")
    arguments = ["lock", "-i", "http://index.invalid/simple", "--trusted-host", "index.invalid", "-v", "-v"]
    result = cli(*arguments, environ=_through_proxy(elsewhere))
    assert result.status == 0, result.stderr
    assert {request.headers.get("proxy-authorization") for request in elsewhere.requests} == {_AUTHORIZATION}
    assert all("authorization" not in request.headers for request in elsewhere.requests)
    _assert_secret(cli, Way(), result)


@pytest.mark.parametrize("failure", ["403", "407", "closed"])
def test_a_proxy_that_fails(elsewhere, cli, failure):
    if failure == "closed":
        elsewhere.close()
    else:
        elsewhere.fail("/", int(failure))
    cli.write("requirements.in", "alpha\n")
    for scheme in ("http", "https"):
        environ = _through_proxy(elsewhere)
        environ["HTTPS_PROXY"] = environ["HTTP_PROXY"]
        arguments = ["lock", "-i", f"{scheme}://index.invalid/simple", "--trusted-host", "index.invalid", "-v", "-v"]
        result = cli(*arguments, environ=environ)
        assert result.status == 2, result.stderr
        _assert_secret(cli, Way(), result)


@pytest.mark.parametrize("proxy", ["http://{}@127.0.0.1:port", "gopher://{}@127.0.0.1:9", "socks5://{}@127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used(cli, proxy):
    cli.write("requirements.in", "alpha\n")
    url = proxy.format(f"{_USER}:{quote(_SECRET, safe='')}")
    arguments = ["lock", "-i", "http://index.invalid/simple", "--trusted-host", "index.invalid", "-v", "-v"]
    result = cli(*arguments, environ={"HTTP_PROXY": url})
    assert result.status == 2, result.stderr
    assert "defect of its own" not in result.stderr
    _assert_secret(cli, Way(), result)
