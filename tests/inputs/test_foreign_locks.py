from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import InputError
from pinkeeper.inputs.foreign_locks import read_foreign_lock
from tests.inputs.repeatable import repeatable

WINDOWS, OTHERS = "sys_platform == 'win32'", "sys_platform != 'win32'"

UV = f"""
version = 1
revision = 5
requires-python = ">=3.11"
resolution-markers = ["{WINDOWS}", "{OTHERS}"]

[[package]]
name = "colours"
version = "0.4.5"
source = {{ registry = "https://h.example/simple" }}
resolution-markers = ["{WINDOWS}"]
sdist = {{ url = "https://h.example/files/colours-0.4.5.tar.gz", hash = "sha256:{"0" * 64}" }}

[[package]]
name = "colours"
version = "0.4.6"
source = {{ registry = "https://h.example/simple" }}
resolution-markers = ["{OTHERS} and python_full_version < '3.12'", "{OTHERS}"]

[[package]]
name = "alone"
version = "2!1.0rc1"
source = {{ registry = "../wheels" }}
resolution-markers = ["{WINDOWS}"]

[[package]]
name = "demo"
source = {{ editable = "." }}
dependencies = [{{ name = "colours", version = "0.4.5", marker = "{WINDOWS}" }}]

[[package]]
name = "forked"
version = "1.0"
source = {{ git = "https://h.example/forked.git?rev=main#0123" }}
"""

POETRY = f"""
[[package]]
name = "Colours"
version = "0.4.5"
description = ""
optional = false
python-versions = ">=3.8"
groups = ["main", "dev"]
markers = {{main = "{WINDOWS} and extra == \\"x\\"", dev = "{WINDOWS}"}}
files = []

[[package]]
name = "colours"
version = "0.4.6"
optional = false
python-versions = ">=3.8"
groups = ["main"]
markers = "{OTHERS}"
files = []

[[package]]
name = "alone"
version = "1.0"
optional = true
python-versions = "*"
groups = ["main"]
markers = "extra == 'x'"
files = []
[package.source]
type = "legacy"
url = "https://h.example/simple"
reference = "corp"

[[package]]
name = "forked"
version = "1.0"
optional = false
python-versions = "*"
[package.source]
type = "git"
url = "https://h.example/forked.git"

[metadata]
lock-version = "2.1"
python-versions = ">=3.11"
content-hash = "0"
"""

PDM = f"""
[metadata]
groups = ["default", "dev"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:0"
[[metadata.targets]]
requires_python = ">=3.11"

[[package]]
name = "colours"
version = "0.4.5"
groups = ["default"]
marker = "{WINDOWS}"
files = [{{file = "colours-0.4.5.tar.gz", hash = "sha256:0"}}]

[[package]]
name = "colours"
version = "0.4.6"
groups = ["default"]
marker = "{OTHERS}"

[[package]]
name = "alone"
version = "1.0"
marker = "{WINDOWS}"

[[package]]
name = "alone"
version = "1.0"
extras = ["x"]
dependencies = ["alone==1.0"]

[[package]]
name = "demo"
version = "0.1"
path = "."
editable = true
"""

PIPFILE = json.dumps(
    {
        "_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6, "requires": {}, "sources": []},
        "default": {
            "alone": {"hashes": [], "index": "corp", "markers": WINDOWS, "version": "==1.0"},
            "colours": {"markers": WINDOWS, "version": "==0.4.5"},
            "forked": {"git": "https://h.example/forked.git", "ref": "0123"},
            "demo": {"editable": True, "path": "."},
        },
        "develop": {"Colours": {"markers": OTHERS, "version": "==0.4.6"}, "alone": {"version": "==1.0"}},
        "docs": {},
    }
)
LOCKS = {"uv.lock": UV, "poetry.lock": POETRY, "pdm.lock": PDM, "Pipfile.lock": PIPFILE}


def pins(path: str, text: str | bytes) -> list[tuple[str, str, str | None]]:
    content = text if isinstance(text, bytes) else text.encode()
    return [(pin.name, str(pin.version), pin.marker) for pin in read_foreign_lock(path, content)]


def failure(path: str, text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        pins(path, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "uv.lock",
            [
                ("alone", "2!1.0rc1", None),
                ("colours", "0.4.5", WINDOWS),
                ("colours", "0.4.6", f"({OTHERS} and python_full_version < '3.12') or ({OTHERS})"),
            ],
        ),
        (
            "poetry.lock",
            [
                ("alone", "1.0", None),
                ("colours", "0.4.5", f'({WINDOWS}) or ({WINDOWS} and extra == "x")'),
                ("colours", "0.4.6", OTHERS),
            ],
        ),
        ("pdm.lock", [("alone", "1.0", None), ("colours", "0.4.5", WINDOWS), ("colours", "0.4.6", OTHERS)]),
        ("Pipfile.lock", [("alone", "1.0", None), ("colours", "0.4.5", WINDOWS), ("colours", "0.4.6", OTHERS)]),
    ],
)
def test_pins_on_indexes_with_markers_where_a_name_has_several(path, expected):
    assert pins(path, LOCKS[path]) == expected


@pytest.mark.parametrize("path", LOCKS)
def test_the_content_says_what_a_lock_is(path):
    assert pins("old/renamed.lock", LOCKS[path]) == pins(path, LOCKS[path])


def test_a_group_of_poetry_without_a_marker_needs_the_package_everywhere():
    table = "markers = {main = \"os_name == 'nt'\"}"
    text = "\n".join(
        f'[[package]]\nname = "a"\nversion = "{version}"\ngroups = ["main", "dev"]\n{markers}'
        for version, markers in (("1", table), ("2", ""))
    )
    assert pins("poetry.lock", f'{text}\n[metadata]\nlock-version = "2.1"') == [("a", "1", None), ("a", "2", None)]


@pytest.mark.parametrize(
    "metadata",
    ['lock-version = "1.1"\ncontent-hash = "0"\n[metadata.files]\na = []', 'content-hash = "0"\n[metadata.hashes]'],
)
def test_older_formats_of_poetry(metadata):
    entry = '[[package]]\nname = "a"\nversion = "1.0"\ncategory = "main"\nmarker = "os_name == \'nt\'"\n'
    assert pins("poetry.lock", f"{entry}\n[metadata]\n{metadata}") == [("a", "1.0", None)]


def test_a_lock_without_packages():
    assert pins("poetry.lock", 'package = []\n[metadata]\nlock-version = "2.0"') == []
    assert pins("pdm.lock", '[metadata]\nlock_version = "4.4.1"') == []


@pytest.mark.parametrize(
    ("path", "text", "error"),
    [
        (
            "poetry.lock",
            '[metadata]\nlock-version = "3.0"',
            "poetry.lock:2: version 3.0 of the format of poetry.lock is not known; 1 and 2 are",
        ),
        (
            "pdm.lock",
            '[metadata]\nlock_version = "3.1"',
            (
                "pdm.lock:2: version 3.1 of the format of pdm.lock is not known; 4 is\n"
                "  remedy: write it anew with a newer pdm: pdm lock --update-reuse"
            ),
        ),
        (
            "uv.lock",
            "version = 2\n[[package]]\nname = 'a'",
            "uv.lock:1: version 2 of the format of uv.lock is not known; 1 is",
        ),
        (
            "Pipfile.lock",
            '{"_meta": {"pipfile-spec": 7}}',
            "Pipfile.lock: version 7 of the format of Pipfile.lock is not known; 6 is",
        ),
        ("Pipfile.lock", '{"_meta": []}', "Pipfile.lock: version None of the format"),
        ("poetry.lock", "[[package]\n", "poetry.lock:1: not TOML: "),
        ("Pipfile.lock", '{\n"_meta": x}', "Pipfile.lock:2: not JSON: expecting value"),
        ("Pipfile.lock", b'{"\xff"', "Pipfile.lock: not JSON: "),
        ("Pipfile.lock", '{"a":' * 100_000, "Pipfile.lock: not JSON: "),
        (
            "pdm.lock",
            "x = 1",
            (
                "pdm.lock: it is no lock whose pins can be read\n"
                "  remedy: give a poetry.lock, pdm.lock, uv.lock, Pipfile.lock, pylock.toml or requirements.txt"
            ),
        ),
        ("Pipfile.lock", "[]", "Pipfile.lock: it is no lock whose pins can be read"),
        ("Cargo.lock", "version = 4", "Cargo.lock: it is no lock whose pins can be read"),
        ("pylock.toml", 'lock-version = "1.0"', "pylock.toml: it is no lock whose pins can be read"),
        (
            "pdm.lock",
            '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "a"\n[[package]]\nname = "b"\nversion = 1',
            "pdm.lock:3: package[0]: version is missing",
        ),
        (
            "pdm.lock",
            '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "a"\nversion = 1',
            "pdm.lock:5: package[0].version: expected a string, not an integer",
        ),
        (
            "pdm.lock",
            '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "a b"\nversion = "1"',
            "pdm.lock:3: package[0]: not a name: 'a b'",
        ),
        (
            "pdm.lock",
            '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "a"\nversion = "one"',
            "pdm.lock:3: package[0]: not a version: 'one'",
        ),
        (
            "pdm.lock",
            '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "a"\nversion = "1"\nmarker = "on mondays"',
            "pdm.lock:3: package[0]: not a marker: 'on mondays'",
        ),
        (
            "pdm.lock",
            'package = 1\n[metadata]\nlock_version = "4.5"',
            "pdm.lock:1: package: expected an array of tables, not an integer",
        ),
        (
            "pdm.lock",
            'package = [1]\n[metadata]\nlock_version = "4.5"',
            "pdm.lock:1: package[0]: expected a table, not an integer",
        ),
        (
            "uv.lock",
            'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = "x"',
            "uv.lock:5: package[0].source: expected a table, not a string",
        ),
        (
            "uv.lock",
            'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = {registry = "x"}\nresolution-markers = [1]',
            "uv.lock:6: package[0].resolution-markers: expected an array of strings",
        ),
        (
            "Pipfile.lock",
            '{"_meta": {"pipfile-spec": 6}, "default": []}',
            "Pipfile.lock: default: expected a table, not an array",
        ),
        (
            "Pipfile.lock",
            '{"_meta": {"pipfile-spec": 6}, "default": {"a": {"version": "*"}}}',
            "Pipfile.lock: default.a: not a version: '*'",
        ),
    ],
)
def test_a_lock_that_cannot_be_read(path, text, error):
    assert failure(path, text).startswith(error)


def test_credentials_in_a_wrong_value_are_not_shown():
    told = failure(
        "Pipfile.lock", '{"_meta": {"pipfile-spec": 6}, "a": {"b": {"version": "https://me:secret@h.example"}}}'
    )
    assert "https://h.example" in told
    assert "secret" not in told


ANYTHING = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from(["==1.0", "a", OTHERS, "legacy"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "version", "markers", "source", "type", "registry", "groups", "main"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=8,
)


@repeatable
@given(
    st.sampled_from([{"_meta": {"pipfile-spec": 6}}, {"metadata": {"lock-version": "2.1"}}, {"version": 1}]),
    ANYTHING,
)
def test_no_lock_is_met_with_anything_but_pins_or_an_expected_error(head, value):
    content = json.dumps({**head, "package": value})
    try:
        found = pins("any.lock", content)
    except InputError as error:
        assert str(error)  # noqa: PT017 - most locks are wrong, and none has to be
    else:
        assert found == sorted(found, key=lambda pin: pin[0])


@repeatable
@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_no_bytes_are_met_with_anything_but_an_expected_error(content):
    assert failure("poetry.lock", content)
