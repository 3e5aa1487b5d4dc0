"""pylock.toml: its exact text, that it is valid, that it reads back, and what other tools write."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from packaging.markers import Marker
from packaging.pylock import Pylock
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.lockfile.lock_formats import is_pylock, read_lock
from pinkeeper.lockfile.pylock_reader import read_pylock
from pinkeeper.lockfile.pylock_writer import PylockOptions, render_pylock, sayable
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import parse_requirement

A, B, C = (Digest("sha256", character * 64) for character in "abc")
UPLOADED = datetime(2024, 5, 6, 7, 8, 9, 120000, tzinfo=UTC)


def wheel(name: str, version: str, digest: Digest, tags: str = "py3-none-any", **fields: object) -> DistributionFile:
    filename = f"{name}-{version}-{tags}.whl"
    return DistributionFile(
        filename=filename,
        url=f"https://files.example/{filename}",
        digests=(digest,),
        wheel_tags=tags,
        **fields,  # type: ignore[arg-type]
    )


def pin(name: str, version: str, *files: DistributionFile, **fields: object) -> LockedPackage:
    return LockedPackage(
        name=canonicalize_name(name),
        version=Version(version),
        hashes=frozenset(digest for file in files for digest in file.digests),
        files=files,
        index="https://index.example/simple",
        **fields,  # type: ignore[arg-type]
    )


APP = pin(
    "app",
    "1.0",
    wheel("app", "1.0", A, size=10, upload_time=UPLOADED),
    needs=(parse_requirement("beta[fast]>=1"), parse_requirement('gamma; sys_platform == "win32"')),
    requested_by=(Origin(path="requirements.in"),),
    requires_python=">=3.9",
)
LOCK = Lock(
    packages=(
        APP,
        pin("beta", "1.0", wheel("beta", "1.0", B), marker='python_version < "3.12"', extras=frozenset({"fast"})),
        pin("beta", "2.0", wheel("beta", "2.0", C), marker='python_version >= "3.12"', extras=frozenset({"fast"})),
        pin(
            "gamma",
            "1.0",
            DistributionFile(filename="gamma-1.0.tar.gz", url="https://files.example/gamma-1.0.tar.gz", digests=(A,)),
            marker='sys_platform == "win32"',
        ),
    ),
    roots=(parse_requirement("app>=1"),),
    targets=(("3.11", "linux_x86_64"), ("3.12", "windows_amd64")),
    environments=('python_version == "3.11" and sys_platform == "linux"', 'python_version == "3.12"'),
    requires_python=">=3.11",
)
TEXT = f"""\
# ./local is not pinned: it is a folder
lock-version = "1.0"
environments = [
    'python_version == "3.11" and sys_platform == "linux"',
    'python_version == "3.12"',
]
requires-python = ">=3.11"
extras = []
dependency-groups = []
default-groups = []
created-by = "pinkeeper"

[[packages]]
name = "app"
version = "1.0"
requires-python = ">=3.9"
dependencies = [
    {{ name = "beta", version = "1.0" }},
    {{ name = "beta", version = "2.0" }},
    {{ name = "gamma" }},
]
index = "https://index.example/simple"
wheels = [
    {{ name = "app-1.0-py3-none-any.whl", upload-time = 2024-05-06T07:08:09.120000Z, \
url = "https://files.example/app-1.0-py3-none-any.whl", size = 10, hashes = {{ sha256 = "{A.value}" }} }},
]
[packages.tool.pinkeeper]
needs = [
    "beta[fast]>=1",
    'gamma; sys_platform == "win32"',
]
requested-by = [
    "-r requirements.in",
]

[[packages]]
name = "beta"
version = "1.0"
marker = 'python_version < "3.12"'
index = "https://index.example/simple"
wheels = [
    {{ name = "beta-1.0-py3-none-any.whl", url = "https://files.example/beta-1.0-py3-none-any.whl", \
hashes = {{ sha256 = "{B.value}" }} }},
]
[packages.tool.pinkeeper]
extras = [
    "fast",
]

[[packages]]
name = "beta"
version = "2.0"
marker = 'python_version >= "3.12"'
index = "https://index.example/simple"
wheels = [
    {{ name = "beta-2.0-py3-none-any.whl", url = "https://files.example/beta-2.0-py3-none-any.whl", \
hashes = {{ sha256 = "{C.value}" }} }},
]
[packages.tool.pinkeeper]
extras = [
    "fast",
]

[[packages]]
name = "gamma"
version = "1.0"
marker = 'sys_platform == "win32"'
index = "https://index.example/simple"
sdist = {{ name = "gamma-1.0.tar.gz", url = "https://files.example/gamma-1.0.tar.gz", \
hashes = {{ sha256 = "{A.value}" }} }}

[tool.pinkeeper]
command = "pinkeeper lock -o pylock.toml"
fingerprint = "{"d" * 64}"
targets = [
    "3.11 linux_x86_64",
    "3.12 windows_amd64",
]
roots = [
    "app>=1",
]
"""
OPTIONS = PylockOptions(
    command="pinkeeper lock -o pylock.toml",
    fingerprint="d" * 64,
    left_out=("./local is not pinned: it is a folder",),
)


def test_the_exact_text():
    assert render_pylock(LOCK, options=OPTIONS) == TEXT


def test_it_reads_back():
    read = read_pylock(TEXT, path="pylock.toml")
    assert [(package.name, package.required_by) for package in read.packages] == [
        ("app", ()),
        ("beta", ("app",)),
        ("beta", ("app",)),
        ("gamma", ("app",)),
    ]
    assert (read.command, read.fingerprint) == (OPTIONS.command, OPTIONS.fingerprint)
    assert render_pylock(read, options=OPTIONS) == TEXT
    assert read.packages[1].line == TEXT[: TEXT.index('\nname = "beta"') + 1].count("\n")


def test_it_is_valid_and_selects():
    pylock = Pylock.from_dict(tomllib.loads(TEXT))
    linux = {"python_version": "3.11", "python_full_version": "3.11.5", "sys_platform": "linux"}
    chosen = {package.name: str(package.version) for package, _ in pylock.select(environment=linux)}
    assert chosen == {"app": "1.0", "beta": "1.0"}


def test_an_empty_lock_is_valid():
    text = render_pylock(Lock(), options=PylockOptions())
    assert Pylock.from_dict(tomllib.loads(text)).packages == []
    assert read_pylock(text, path="pylock.toml") == Lock()


def test_a_direct_reference_is_an_archive():
    package = LockedPackage(
        name=canonicalize_name("tool"),
        version=Version("1.2"),
        hashes=frozenset({A}),
        url="https://forge.example/o/tool/archive/abc.tar.gz#subdirectory=python",
    )
    text = render_pylock(Lock(packages=(package,)), options=PylockOptions())
    entry = Pylock.from_dict(tomllib.loads(text)).packages[0]
    assert entry.archive is not None
    assert entry.archive.url == "https://forge.example/o/tool/archive/abc.tar.gz"
    assert entry.archive.subdirectory == "python"
    assert entry.version is None, "a source tree may say another one tomorrow, for all that the standard knows"
    (read,) = read_pylock(text, path="pylock.toml").packages
    assert (read.url, read.version, read.hashes) == (package.url, package.version, package.hashes)


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("https://files.example/tool-1.2-py3-none-any.whl", "1.2"),
        ("https://files.example/tool-1.2%2Bcpu.tar.gz", "1.2+cpu"),
        ("https://forge.example/o/tool/archive/v1-2.tar.gz", "1.2"),
    ],
)
def test_a_direct_reference_reads_back(url, version):
    package = LockedPackage(
        name=canonicalize_name("tool"), version=Version(version), hashes=frozenset({A}), url=url, extras=frozenset("x")
    )
    text = render_pylock(Lock(packages=(package,)), options=PylockOptions())
    assert read_pylock(text, path="pylock.toml").packages == (package,)


def test_no_secret_of_a_requirement_is_written():
    asks = parse_requirement("tool @ https://user:sesame@files.example/tool-1-py3-none-any.whl")
    package = LockedPackage(name=asks.name, version=Version("1"), hashes=frozenset({A}), url=asks.url, needs=(asks,))
    text = render_pylock(Lock(packages=(package,), roots=(asks,)), options=PylockOptions())
    assert "sesame" not in text
    assert text.count("https://files.example/tool-1-py3-none-any.whl") == 3


def test_a_url_is_encoded_where_the_index_did_not():
    file = replace(wheel("a", "1", A), url="https://files.example/my files/a-1%2B-[py3].whl?x={1}")
    text = render_pylock(Lock(packages=(pin("a", "1", file),)), options=PylockOptions())
    (read,) = read_pylock(text, path="pylock.toml").packages
    assert read.files[0].url == "https://files.example/my%20files/a-1%2B-[py3].whl?x=%7B1%7D"


# What the standard has no place for


def sdist(filename: str, digest: Digest) -> DistributionFile:
    return DistributionFile(filename=filename, url=f"https://files.example/{filename}", digests=(digest,))


def test_of_several_sdists_one_is_written():
    package = pin("a", "1", wheel("a", "1", A), sdist("a-1.zip", B), sdist("a-1.tar.gz", C), sdist("a-1.tar.bz2", B))
    said = sayable(Lock(packages=(package,))).packages[0]
    assert [file.filename for file in said.files] == ["a-1-py3-none-any.whl", "a-1.tar.gz"]
    assert said.hashes == {A, C}
    text = render_pylock(Lock(packages=(package,)), options=PylockOptions())
    assert read_pylock(text, path="pylock.toml").packages == (said,)


@pytest.mark.parametrize(
    ("package", "detail"),
    [
        pytest.param(pin("a", "1", sdist("a-1.tar.bz2", A)), "a-1.tar.bz2", id="an old kind of sdist"),
        pytest.param(pin("a", "1rc1", sdist("a-1-rc1.tar.gz", A)), "a-1-rc1.tar.gz", id="a dash in the version"),
        pytest.param(
            pin("a", "1", wheel("a", "1", A, "x1-py3-none-any")), "a-1-x1-py3-none-any.whl", id="a build tag of letters"
        ),
        pytest.param(replace(pin("a", "1"), hashes=frozenset({A})), str(A), id="hashes without files"),
        pytest.param(replace(pin("a", "1"), url="https://files.example/a-1.zip"), "a-1.zip", id="a URL without hashes"),
    ],
)
def test_what_cannot_be_said_is_refused(package, detail):
    with pytest.raises(ConfigurationError, match="cannot say") as caught:
        render_pylock(Lock(packages=(package,)), options=PylockOptions())
    assert detail in str(caught.value)


# What others write


def entry(body: str) -> str:
    return f'lock-version = "1.0"\ncreated-by = "other"\n[[packages]]\nname = "a"\n{body}\n'


WHEEL = (
    f'wheels = [{{ url = "https://u:secret@files.example/a-1-py3-none-any.whl", hashes = {{ sha256 = "{A.value}" }} }}]'
)


def test_another_tool_s_lock():
    text = entry(
        f'version = "1"\nindex = "https://u:secret@index.example/simple"\n{WHEEL}\n'
        'dependencies = [{ name = "b" }, { name = "b", version = "2" }]'
    )
    (package,) = read_pylock(text, path="pylock.toml").packages
    assert (package.name, str(package.version), package.line) == ("a", "1", 3)
    assert package.index == "https://index.example/simple"
    assert [(file.filename, file.url) for file in package.files] == [
        ("a-1-py3-none-any.whl", "https://files.example/a-1-py3-none-any.whl")
    ]
    assert [str(need) for need in package.needs] == ["b"]


def test_hashes_of_algorithms_that_are_not_ours_are_passed_over():
    text = entry(WHEEL.replace("hashes = {", f'hashes = {{ blake2b = "{"b" * 128}", '))
    assert read_pylock(text, path="pylock.toml").packages[0].hashes == {A}


def test_upload_times_are_in_utc():
    for written in ("2024-05-06T09:08:09.120000+02:00", "2024-05-06T07:08:09.120000"):
        text = entry(WHEEL.replace("hashes", f"upload-time = {written}, hashes"))
        assert read_pylock(text, path="pylock.toml").packages[0].files[0].upload_time == UPLOADED


def test_a_version_that_only_the_file_tells():
    assert [str(package.version) for package in read_pylock(entry(WHEEL), path="pylock.toml").packages] == ["1"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('directory = { path = "." }', "a: a directory"),
        ('vcs = { type = "git", url = "https://forge.example/a", commit-id = "abc" }', "a: version control"),
        (
            f'archive = {{ url = "https://files.example/main.zip", hashes = {{ sha256 = "{A.value}" }} }}',
            "a: an archive that does not tell its version",
        ),
    ],
)
def test_what_no_hash_pins_is_set_apart(body, said):
    lock = read_pylock(entry(body), path="pylock.toml")
    assert (lock.packages, lock.unpinned) == ((), (said,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("x = [", ("pylock.toml", "not TOML"), id="no TOML"),
        pytest.param("x = " + "[" * 5000, ("pylock.toml", "not TOML"), id="nested without end"),
        pytest.param('created-by = "x"\npackages = []', ("lock-version",), id="no version"),
        pytest.param('lock-version = "2.0"\ncreated-by = "x"\npackages = []', ("version 2.0",), id="a later format"),
        pytest.param(entry('version = "one"'), ("packages[0]",), id="no version of a package"),
        pytest.param(entry('version = "1"'), ("packages[0]",), id="nothing to install"),
        pytest.param(entry(f'version = "2"\n{WHEEL}'), ("not consistent",), id="a file of another version"),
        pytest.param(
            entry(f'version = "1"\n{WHEEL.replace(A.value, "zz")}'),
            ("not a hash",),
            id="no hash",
        ),
        pytest.param(
            entry(f'version = "1"\n{WHEEL}\ntool.pinkeeper.needs = ["=="]'), ("not a requirement",), id="needs"
        ),
        pytest.param(entry(f'version = "1"\n{WHEEL}\ntool.pinkeeper.extras = "x"'), ("not an array",), id="extras"),
        pytest.param(
            entry(f'{WHEEL}\ntool.pinkeeper.requested-by = ["a.in\\nevil==1"]'),
            ("pylock.toml:3", "a.in\\nevil==1"),
            id="a comment that goes on in the next line",
        ),
        pytest.param(entry(f'{WHEEL}\ntool.pinkeeper.extras = ["x] --evil"]'), ("not a name",), id="an extra"),
        pytest.param(
            entry(f"{WHEEL}\nmarker = \"os_name == 'a\\u2028b'\""), ("none to print",), id="a marker of two lines"
        ),
        pytest.param(
            entry(f'{WHEEL}\nindex = "https://index.example/ --evil"'), ("not a URL",), id="an index and more"
        ),
        pytest.param(entry(WHEEL.replace("/a-1-", "/${HOME}/a-1-")), ("not a URL",), id="a URL with a variable"),
        pytest.param(
            entry(f'archive = {{ url = "https://[x/a-1.zip", hashes = {{ sha256 = "{A.value}" }} }}'),
            ("not a URL",),
            id="no host",
        ),
        pytest.param(
            entry(f'archive = {{ url = "https://x/a.zip", hashes = {{ sha256 = "{A.value}" }} }}')
            + 'tool.pinkeeper.version = "one"',
            ("not a version",),
            id="the version of an archive",
        ),
        pytest.param(
            entry(WHEEL.replace("hashes", "upload-time = 0001-01-01T00:00:00+09:00, hashes")),
            ("not a time",),
            id="before time began",
        ),
        pytest.param(
            'lock-version = "1.0"\ncreated-by = "x"\npackages = []\ntool.pinkeeper.targets = ["linux"]',
            ("not a target",),
            id="targets",
        ),
    ],
)
def test_what_is_none(text, words):
    with pytest.raises(InputError) as caught:
        read_lock(text, path="pylock.toml")
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pylock.toml", True),
        ("locks/pylock.dev.toml", True),
        ("pylock.a.b.toml", False),
        ("pylock..toml", False),
        ("my-pylock.toml", False),
        ("pylock.txt", False),
    ],
)
def test_names_of_pylocks(path, expected):
    assert is_pylock(path) is expected


# Properties

names = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda value: Digest("sha256", value))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def packages(draw: st.DrawFn) -> LockedPackage:
    name, version = draw(names), draw(st.sampled_from(["1", "2.0rc1", "1!3.post1", "4+cpu"]))
    file = wheel(
        name.replace("-", "_"),
        version,
        draw(digests),
        size=draw(st.none() | st.integers(0, 2**40)),
        upload_time=draw(st.none() | st.datetimes(timezones=st.just(UTC))),
    )
    return pin(
        name,
        version,
        file,
        needs=tuple(map(parse_requirement, sorted(draw(st.sets(names, max_size=3))))),
        extras=frozenset(draw(st.sets(names.map(canonicalize_name), max_size=2))),
        marker=draw(st.sampled_from([None, 'sys_platform == "linux"', "python_version < '3.13'"]).map(_as_written)),
        requested_by=tuple(Origin(path=path) for path in sorted(draw(st.sets(st.sampled_from(["a.in", "b.in"]))))),
    )


def _as_written(marker: str | None) -> str | None:
    return marker and str(Marker(marker))


@given(pins=st.lists(packages(), max_size=4, unique_by=lambda package: package.name), command=texts)
def test_what_is_rendered_is_read_back(pins, command):
    lock = Lock(packages=tuple(sorted(pins, key=lambda package: package.name)), targets=(("3.12", "linux_x86_64"),))
    text = render_pylock(lock, options=PylockOptions(command=command))
    read = read_pylock(text, path="pylock.toml")
    assert read.command == command
    assert render_pylock(read, options=PylockOptions(command=command)) == text
    assert [
        (each.name, each.version, each.hashes, each.extras, each.marker, each.needs, each.requested_by, each.files)
        for each in read.packages
    ] == [
        (each.name, each.version, each.hashes, each.extras, each.marker, each.needs, each.requested_by, each.files)
        for each in lock.packages
    ]
