from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pinkeeper.errors import CollectedError, ConfigurationError, InputError, PinkeeperError
from pinkeeper.inputs.conflicts import Section
from pinkeeper.inputs.named_locks import NamedLock
from pinkeeper.inputs.settings import _KEYS, CooldownExemption, Settings, read_settings
from pinkeeper.inputs.update_settings import UpdateSettings
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.url import Credentials, IndexURL
from tests.inputs.repeatable import repeatable

ALL = """
[tool.pinkeeper]
index-url = "https://me:secret@h.example/simple/"
extra-index-url = ["https://i.example/simple"]
find-links = ["wheels", "https://h.example/links"]
no-index = true
trusted-host = ["h.example"]
cert = "ca.pem"
client-cert = "me.pem"
keyring = false
cooldown = "5 days"
exclude-newer = "2026-08-01"
allow-build = ["Old_Package"]
only-binary = ":all:"
no-binary = ["Lib_X"]
pre = true
resolution = "lowest-direct"
extras = ["Web_UI"]
all-extras = true
groups = ["dev"]
constraints = ["a<2"]
overrides = ["b>=1 ; os_name == 'nt'"]
excludes = ["Never_Here"]
conflicts = [["extra:CPU", "extra:gpu"], [{ group = "old" }, { group = "new" }, "extra:gpu"]]
python = ["3.12"]
platforms = ["linux_x86_64"]
universal = true
outputs = ["requirements.txt"]
hashes = "all"
annotate = false
annotation-style = "line"
header = false

[tool.pinkeeper.indexes]
corp = "https://u:p@j.example/simple"

[tool.pinkeeper.sources]
Our_Lib = "corp"
Torch = "gpu"

[[tool.pinkeeper.cooldown-exemptions]]
package = "Fix_Me"
version = "1.0.1"
reason = "fixes a hole that is used"
until = 2026-09-01

[tool.pinkeeper.locks.gateway]
inputs = ["gateway.in"]

[tool.pinkeeper.update]
level = "minor"
"""


def read(text: str) -> Settings:
    return read_settings("pyproject.toml", text.encode())


def one(line: str) -> Settings:
    return read(f"[tool.pinkeeper]\n{line}")


def failure(text: str) -> str:
    with pytest.raises(PinkeeperError) as caught:
        read(text)
    return str(caught.value)


def test_every_setting():
    assert read(ALL) == Settings(
        index_url=IndexURL(url="https://h.example/simple", credentials=Credentials(username="me", password="secret")),
        extra_index_urls=(IndexURL(url="https://i.example/simple"),),
        indexes=(
            IndexURL(url="https://j.example/simple", credentials=Credentials(username="u", password="p"), name="corp"),
        ),
        sources=(("our-lib", "corp"), ("torch", "gpu")),
        find_links=(IndexURL(url="wheels"), IndexURL(url="https://h.example/links")),
        no_index=True,
        trusted_hosts=("h.example",),
        cert="ca.pem",
        client_cert="me.pem",
        keyring=False,
        cooldown=timedelta(days=5),
        cooldown_exemptions=(
            CooldownExemption(
                package="fix-me", version=Version("1.0.1"), reason="fixes a hole that is used", until=date(2026, 9, 1)
            ),
        ),
        exclude_newer=datetime(2026, 8, 2, tzinfo=UTC),
        allow_build=frozenset({"old-package"}),
        formats=FormatControl(only_binary=frozenset({":all:"}), no_binary=frozenset({"lib-x"})),
        pre=True,
        resolution="lowest-direct",
        extras=("Web_UI",),
        all_extras=True,
        groups=("dev",),
        constraints=("a<2",),
        overrides=("b>=1 ; os_name == 'nt'",),
        excludes=frozenset({"never-here"}),
        conflicts=(
            (Section("extra", "cpu"), Section("extra", "gpu")),
            (Section("group", "old"), Section("group", "new"), Section("extra", "gpu")),
        ),
        python=("3.12",),
        platforms=("linux_x86_64",),
        universal=True,
        outputs=("requirements.txt",),
        hashes="all",
        annotate=False,
        annotation_style="line",
        header=False,
        locks=(NamedLock(name="gateway", inputs=("gateway.in",)),),
        update=UpdateSettings(level="minor"),
    )


def test_every_key_is_in_the_example_and_every_field_has_a_key():
    assert set(tomllib.loads(ALL)["tool"]["pinkeeper"]) == set(_KEYS)
    said = read(ALL)
    unsaid = Settings()
    for field in Settings.__struct_fields__:
        assert getattr(said, field) != getattr(unsaid, field), field


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1", "[tool.pinkeeper]"])
def test_nothing_said(text):
    assert read(text) == Settings()


def test_a_decoded_file_is_read_as_its_bytes_are():
    assert read_settings("pyproject.toml", tomllib.loads(ALL)) == read(ALL)
    with pytest.raises(ConfigurationError) as caught:
        read_settings("pyproject.toml", {"tool": {"pinkeeper": {"pre": 1}}})
    assert str(caught.value) == "pyproject.toml: tool.pinkeeper.pre: expected true or false, not an integer"


def test_one_string_stands_for_an_array_of_it():
    assert one('python = "3.12"').python == ("3.12",)
    assert one('extra-index-url = "https://h.example"').extra_index_urls == (IndexURL(url="https://h.example"),)


def test_find_links_are_relative_to_the_file():
    found = read_settings("app/pyproject.toml", b"tool.pinkeeper.find-links = ['./wheels', '/srv/wheels']").find_links
    assert [location.url for location in found] == ["app/wheels", "/srv/wheels"]


@pytest.mark.parametrize("value", ["0", '"0"', '"0 days"'])
def test_the_cooldown_can_be_turned_off(value):
    assert one(f"cooldown = {value}").cooldown == timedelta(0)


@pytest.mark.parametrize("value", ["2026-08-01", '"2026-08-01"', "2026-08-02T02:00:00+02:00", '"2026-08-02T00:00:00Z"'])
def test_a_moment_is_a_string_or_what_toml_has_for_it(value):
    assert one(f"exclude-newer = {value}").exclude_newer == datetime(2026, 8, 2, tzinfo=UTC)


def test_format_control_does_not_depend_on_the_order_of_the_keys():
    expected = FormatControl(only_binary=frozenset({"a"}), no_binary=frozenset({":all:"}))
    assert one("only-binary = ['a']\nno-binary = [':all:']").formats == expected
    assert one("no-binary = ':all:'\nonly-binary = 'a'").formats == expected


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("cooldwon = '3 days'", "2: tool.pinkeeper.cooldwon: there is no such key; did you mean cooldown?"),
        ("index_url = 'x'", "2: tool.pinkeeper.index_url: there is no such key; did you mean index-url?"),
        ("zzz = 1", "2: tool.pinkeeper.zzz: there is no such key"),
        ("pre = 'yes'", "2: tool.pinkeeper.pre: expected true or false, not a string"),
        ("cert = []", "2: tool.pinkeeper.cert: expected a string, not an array"),
        ("cert = ' '", "2: tool.pinkeeper.cert: expected a string that is not empty"),
        ("groups = {}", "2: tool.pinkeeper.groups: expected an array of strings, not a table"),
        ("groups = ['a', 'b c']", "2: tool.pinkeeper.groups[1]: not a name: 'b c'"),
        (
            "python = 3.12",
            "2: tool.pinkeeper.python: expected an array of strings, not a float\n  remedy: put it in quotes",
        ),
        (
            "python = [3.12]",
            "2: tool.pinkeeper.python[0]: expected a string, not a float\n  remedy: put it in quotes",
        ),
        ("hashes = 'some'", "2: tool.pinkeeper.hashes: expected targets or all, not some"),
        (
            "index-url = 'me:secret@h.example'",
            "2: tool.pinkeeper.index-url: expected a URL that begins with its scheme, such as https:",
        ),
        ("indexes = ['x']", "2: tool.pinkeeper.indexes: expected a table of index URLs by name, not an array"),
        ("sources = 'x'", "2: tool.pinkeeper.sources: expected a table of index names by package, not a string"),
        (
            "[tool.pinkeeper.sources]\na_b = 'x'\nA-B = 'y'",
            "4: tool.pinkeeper.sources.A-B: a-b has another source already, x",
        ),
        (
            "cooldown = 3",
            '2: tool.pinkeeper.cooldown: expected a duration such as "3 days", not an integer',
        ),
        (
            "cooldown = 'soon'",
            (
                "2: tool.pinkeeper.cooldown: not a duration: 'soon'\n"
                '  remedy: write "3 days", "72 hours", "2 weeks", "P3D" or "0"'
            ),
        ),
        (
            "exclude-newer = 2026-08-01T00:00:00",
            "2: tool.pinkeeper.exclude-newer: expected a time with its offset from UTC, such as 2026-08-01T12:00:00Z",
        ),
        (
            "exclude-newer = 12:00:00",
            '2: tool.pinkeeper.exclude-newer: expected a date or time such as "2026-08-01", not a time of day',
        ),
        ("exclude-newer = 9999-12-31", "2: tool.pinkeeper.exclude-newer: there is no such time"),
        (
            "constraints = [\n  'a<1',\n  'b c',\n]",
            (
                "4: tool.pinkeeper.constraints[1]: not a requirement: "
                "expected semicolon (after name with no version specifier) or end"
            ),
        ),
        ("only-binary = ['a']\nno-binary = ['A']", "3: tool.pinkeeper.no-binary: a stands in only-binary too"),
        (
            "only-binary = ':all:'\nno-binary = ':all:'",
            "3: tool.pinkeeper.no-binary: :all: stands in only-binary too",
        ),
        (
            "cooldown-exemptions = 'x'",
            (
                "2: tool.pinkeeper.cooldown-exemptions: "
                "expected an array of tables, [[tool.pinkeeper.cooldown-exemptions]], not a string"
            ),
        ),
        ("cooldown-exemptions = ['x']", "2: tool.pinkeeper.cooldown-exemptions[0]: expected a table, not a string"),
        (
            "[[tool.pinkeeper.cooldown-exemptions]]\npackage = 'x'\nversion = '1'\nreason = 'y'",
            "2: tool.pinkeeper.cooldown-exemptions[0]: until is missing",
        ),
        (
            (
                "[[tool.pinkeeper.cooldown-exemptions]]\n"
                "package = 'x'\nversion = '1'\nreason = 'y'\nuntil = 2026-01-01\nwhy = 1"
            ),
            "7: tool.pinkeeper.cooldown-exemptions[0].why: there is no such key",
        ),
        (
            "[[tool.pinkeeper.cooldown-exemptions]]\npackage = 'x'\nversion = '1x'\nreason = 'y'\nuntil = 2026-01-01",
            "4: tool.pinkeeper.cooldown-exemptions[0].version: not a version: '1x'",
        ),
        (
            "[[tool.pinkeeper.cooldown-exemptions]]\npackage = 'x'\nversion = '1'\nreason = 'y'\nuntil = 'soon'",
            "6: tool.pinkeeper.cooldown-exemptions[0].until: expected a date such as 2026-08-01, not 'soon'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_key_and_line(lines, error):
    assert failure(f"[tool.pinkeeper]\n{lines}") == f"pyproject.toml:{error}"


def test_a_table_that_is_none():
    assert failure("[tool]\npinkeeper = 1") == "pyproject.toml:2: tool.pinkeeper: expected a table, not an integer"


def test_the_second_table_of_an_array_has_its_own_lines():
    exemption = (
        "[[tool.pinkeeper.cooldown-exemptions]]\npackage = 'x'\nversion = '1'\nreason = 'y'\nuntil = 2026-01-01\n"
    )
    assert failure(exemption + exemption.replace("'x'", "'x y'")) == (
        "pyproject.toml:7: tool.pinkeeper.cooldown-exemptions[1].package: not a name: 'x y'"
    )


def test_independent_mistakes_are_told_together():
    with pytest.raises(CollectedError) as caught:
        read("[tool.pinkeeper]\npre = 1\nextras = ['a', 2, 'b c']\nheadr = true\ncooldown = '-1 day'")
    assert [(error.where, error.what.partition(":")[0]) for error in caught.value.errors] == [
        ("pyproject.toml:2", "tool.pinkeeper.pre"),
        ("pyproject.toml:3", "tool.pinkeeper.extras[1]"),
        ("pyproject.toml:3", "tool.pinkeeper.extras[2]"),
        ("pyproject.toml:4", "tool.pinkeeper.headr"),
        ("pyproject.toml:5", "tool.pinkeeper.cooldown"),
    ]
    assert all(isinstance(error, ConfigurationError) for error in caught.value.errors)


def test_what_is_not_toml_is_an_input_error():
    with pytest.raises(InputError) as caught:
        read("[tool.pinkeeper]\npre = yes")
    assert str(caught.value) == "pyproject.toml:2: not TOML: invalid value"


@pytest.mark.parametrize("text", ["x = " + "9" * 5000, "x = " + "[" * 3000])
def test_toml_beyond_all_measure_is_an_input_error(text):
    assert failure(text).startswith("pyproject.toml: not TOML: ")


def test_credentials_stand_in_no_representation():
    assert "secret" not in repr(read(ALL))


ANYTHING = st.recursive(
    st.one_of(
        st.none().map(lambda _: date(2026, 1, 1)),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.datetimes(),
        st.times(),
        st.sampled_from(["a", "1.0", ":all:", "https://h.example", "3 days", "2026-01-01", "all"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["package", "version", "x y"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@repeatable
@given(st.dictionaries(st.sampled_from([*_KEYS, "other"]), ANYTHING, max_size=5))
def test_no_value_is_met_with_anything_but_settings_or_an_expected_error(table):
    try:
        read_settings("pyproject.toml", {"tool": {"pinkeeper": table}})
    except PinkeeperError as error:
        assert str(error)  # noqa: PT017 - most values are wrong, and none has to be
