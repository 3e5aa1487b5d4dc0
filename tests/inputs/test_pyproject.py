from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import CollectedError, InputError, PinkeeperError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.pyproject import read_pyproject
from pinkeeper.model.origin import Origin, OriginKind
from tests.inputs.files import Files, shown
from tests.inputs.repeatable import repeatable

PROJECT = """
[project]
name = "Demo_App"
version = "1.0"
requires-python = ">=3.11,<4"
dependencies = [
    "Alpha>=1",
    "beta[x]; os_name == 'nt'",
]

[project.optional-dependencies]
web = ["gamma"]
Data_Base = ["delta"]
all = ["demo-app[web,data.base]", "epsilon"]

[dependency-groups]
test = ["pytest>=8"]
Dev_Tools = [{ include-group = "Test" }, "ruff"]
"""


def read(text: str, *, path: str = "pyproject.toml", **asked) -> Inputs:
    return read_pyproject(path, read=Files({path: text}), **asked)


def failure(text: str, **asked) -> str:
    with pytest.raises(PinkeeperError) as caught:
        read(text, **asked)
    return str(caught.value)


def project(*lines: str) -> str:
    return "\n".join(["[project]", 'name = "demo"', 'version = "1"', *lines])


# Dependencies


def test_the_dependencies_of_a_project():
    inputs = read(PROJECT, path="apps/pyproject.toml")
    assert shown(inputs) == ["alpha>=1", 'beta[x]; os_name == "nt"']
    assert inputs.requires_python == ">=3.11,<4"
    assert inputs.files == ("apps/pyproject.toml",)
    origin = inputs.requirements[0].origin
    assert origin == Origin(path="apps/pyproject.toml", kind=OriginKind.PYPROJECT, project="Demo_App")
    assert origin.via() == "Demo_App (apps/pyproject.toml)"


def test_a_project_without_dependencies_needs_nothing():
    inputs = read(project())
    assert inputs == Inputs(projects=frozenset({"demo"}), files=("pyproject.toml",))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"extras": ["WEB"]}, [("gamma", "extra:web")]),
        ({"extras": ["data-base", "web"]}, [("delta", "extra:data-base"), ("gamma", "extra:web")]),
        (
            {"all_extras": True},
            [("gamma", "extra:web"), ("delta", "extra:data-base"), ("epsilon", "extra:all")],
        ),
        ({"groups": ["test"]}, [("pytest>=8", "group:test")]),
        ({"groups": ["dev-tools"]}, [("pytest>=8", "group:dev-tools"), ("ruff", "group:dev-tools")]),
        ({"extras": ["web"], "groups": ["test"]}, [("gamma", "extra:web"), ("pytest>=8", "group:test")]),
    ],
)
def test_extras_and_groups_add_to_the_dependencies(asked, expected):
    added = read(PROJECT, **asked).requirements[2:]
    assert [(str(each.requirement), each.origin.section) for each in added] == expected


# The project's own extras


def test_an_extra_that_asks_for_others_is_expanded_in_place():
    added = read(PROJECT, extras=["all"]).requirements[2:]
    assert [(str(each.requirement), each.origin.section) for each in added] == [
        ("delta", "extra:data-base"),
        ("gamma", "extra:web"),
        ("epsilon", "extra:all"),
    ]


def test_own_extras_stand_anywhere_and_their_markers_hold_for_what_they_list():
    inputs = read(
        """
        [project]
        name = "demo"
        dependencies = ["first", "Demo[x] ; os_name == 'nt'", "demo", "last"]
        optional-dependencies = { x = ["inner ; python_version < '4' or os_name == 'b'"] }
        [dependency-groups]
        dev = ["demo[x]"]
        """,
        groups=["dev"],
    )
    assert shown(inputs) == [
        "first",
        'inner; os_name == "nt" and (python_version < "4" or os_name == "b")',
        "last",
        'inner; python_version < "4" or os_name == "b"',
    ]


def test_extras_that_ask_for_each_other_end():
    text = project(
        "[project.optional-dependencies]", 'a = ["demo[b,a]", "one"]', 'b = ["demo[a] ; os_name == \'nt\'", "two"]'
    )
    assert shown(read(text, extras=["a"])) == ["two", "one"]
    assert shown(read(text, extras=["b"])) == ['one; os_name == "nt"', "two"]
    assert shown(read(text, all_extras=True)) == ["two", "one", 'one; os_name == "nt"']


def test_extras_that_ask_for_others_however_deep():
    extras = [f'x{number} = ["demo[x{number + 1}]"]' for number in range(2000)]
    text = project("[project.optional-dependencies]", *extras, 'x2000 = ["last"]')
    inputs = read(text, extras=["x0"])
    assert shown(inputs) == ["last"]
    assert len(inputs.sections) == 2001


def test_extras_stand_where_they_are_first_asked_for():
    text = project(
        'dependencies = ["demo[a,b]"]',
        "[project.optional-dependencies]",
        'a = ["one", "demo[b]", "two"]',
        'b = ["three"]',
    )
    assert shown(read(text)) == ["one", "three", "two"]


def test_an_own_extra_that_does_not_exist():
    text = project('dependencies = ["demo[wep]"]', "[project.optional-dependencies]", 'web = ["x"]')
    assert failure(text) == (
        "pyproject.toml:5: project.dependencies asks for demo[wep], and there is no such extra; did you mean web?\n"
        "  extras: web"
    )


# What is not there


def test_an_unknown_extra_names_the_nearest_and_all():
    assert failure(PROJECT, extras=["wep"]) == (
        "pyproject.toml:11: Demo_App has no extra wep; did you mean web?\n  extras: all, data-base, web"
    )
    assert failure(project(), extras=["web"]) == "pyproject.toml:1: demo has no extra web\n  extras: none"


def test_an_unknown_group_names_the_nearest_and_all():
    assert failure(PROJECT, groups=["tests"]) == (
        "pyproject.toml:16: there is no dependency group tests; did you mean test?\n"
        "  dependency groups: dev-tools, test"
    )
    assert failure(project(), groups=["dev"]) == (
        "pyproject.toml: there is no dependency group dev\n  dependency groups: none"
    )


def test_without_a_project_table():
    text = '[dependency-groups]\ndev = ["ruff"]\ntest = []'
    inputs = read(text, groups=["dev"])
    assert shown(inputs) == ["ruff"]
    assert inputs.requirements[0].origin.via() == "pyproject.toml"
    assert failure(text) == (
        "pyproject.toml: there is no [project] table\n  remedy: ask for a dependency group: --group dev --group test"
    )
    assert failure(text, groups=["dev"], all_extras=True).startswith("pyproject.toml: there is no [project] table")
    assert failure("[tool.other]") == (
        "pyproject.toml: there is no [project] table\n"
        "  remedy: list what is needed in [project] dependencies (PEP 621), or in a requirements.in, and lock that"
    )


def test_dynamic_dependencies_cannot_be_read():
    assert failure(project('dynamic = ["dependencies"]')) == (
        "pyproject.toml:4: project.dependencies is dynamic: it cannot be read without running the project's build\n"
        "  remedy: write the dependencies down in [project], or in a requirements.in, and lock that"
    )


@pytest.mark.parametrize("file", ['"requirements.in"', '["requirements.in"]'])
def test_dynamic_dependencies_that_setuptools_reads_from_a_file(file):
    text = project('dynamic = ["dependencies"]', "[tool.setuptools.dynamic]", f"dependencies = {{ file = {file} }}")
    assert "remedy: lock the file it is read from: pinkeeper lock requirements.in" in failure(text)
    with pytest.raises(InputError) as caught:
        read(text, path="app/pyproject.toml")
    assert caught.value.remedy == "lock the file it is read from: pinkeeper lock app/requirements.in"


def test_dynamic_extras_matter_where_extras_are_asked_for():
    text = project('dynamic = ["version", "optional-dependencies"]', 'dependencies = ["a"]')
    assert shown(read(text)) == ["a"]
    for asked in ({"extras": ["x"]}, {"all_extras": True}):
        assert failure(text, **asked) == (
            "pyproject.toml:4: project.optional-dependencies is dynamic: "
            "it cannot be read without running the project's build\n"
            "  remedy: write the extras down in [project.optional-dependencies]"
        )


# Wrong values


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (['dependencies = "a"'], "4: project.dependencies: expected an array of strings, not a string"),
        (["dependencies = [", '"a",', "1]"], "4: project.dependencies[1]: expected a string, not an integer"),
        (
            ["dependencies = [", '  "a",', '  "b c",', "]"],
            (
                "6: project.dependencies[1] is not a requirement: "
                "expected semicolon (after name with no version specifier) or end\n"
                "  b c\n"
                "    ^"
            ),
        ),
        (["optional-dependencies = []"], "4: project.optional-dependencies: expected a table, not an array"),
        (
            ["[project.optional-dependencies]", "x = {}"],
            "5: project.optional-dependencies.x: expected an array of strings, not a table",
        ),
        (
            ["[project.optional-dependencies]", "a_b = []", "A-b = []"],
            "6: project.optional-dependencies has the extra a-b twice (PEP 685)",
        ),
        (
            ["optional-dependencies.'a b' = []"],
            "4: project.optional-dependencies has an extra with an impossible name: 'a b'",
        ),
        (["requires-python = 3.11"], "4: project.requires-python: expected a version specifier, not a float"),
        (["requires-python = '3'"], "4: project.requires-python is not a version specifier: '3'"),
        (["dynamic = true"], "4: project.dynamic: expected an array of strings, not a boolean"),
    ],
)
def test_a_wrong_value_is_told_with_its_key_and_line(lines, error):
    assert failure(project(*lines)) == f"pyproject.toml:{error}"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("project = 1", "pyproject.toml:1: project: expected a table, not an integer"),
        ("[project]\nversion = '1'", "pyproject.toml:1: project.name is missing"),
        ("[project]\nname = 'a b'", "pyproject.toml:2: project.name is not a package name: a b"),
        ("[project\n", "pyproject.toml:1: not TOML: expected ']' at the end of a table declaration"),
        ("[project]\nname = \n", "pyproject.toml:2: not TOML: invalid value"),
        ("a = [\n1,\n", "pyproject.toml:2: not TOML: invalid value"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole(text, error):
    assert error in failure(text).splitlines()


def test_a_file_that_is_not_utf_8():
    with pytest.raises(InputError) as caught:
        read_pyproject("pyproject.toml", read=lambda _path: b"[project]\n# \xff", extras=())
    assert str(caught.value) == "pyproject.toml:2: not TOML: it is not UTF-8 text (invalid start byte)"


def test_credentials_in_a_wrong_requirement_are_not_shown():
    told = failure(project('dependencies = ["a @ https://me:secret@h.example/a b"]'))
    assert "https://h.example/a b" in told
    assert "secret" not in told


def test_independent_mistakes_are_told_together():
    text = project('dependencies = ["a b", 1]', "requires-python = 'x'", "[dependency-groups]", "dev = [2]")
    with pytest.raises(CollectedError) as caught:
        read(text, extras=["x"], groups=["dev", "doc"])
    assert [error.where for error in caught.value.errors] == [
        "pyproject.toml:1",
        "pyproject.toml:4",
        "pyproject.toml:4",
        "pyproject.toml:5",
        "pyproject.toml:6",
        "pyproject.toml:7",
    ]


# Groups


@pytest.mark.parametrize(
    ("group", "error"),
    [
        (
            "dev = [{ include-group = 'tets' }]\ntest = []",
            (
                "pyproject.toml:1: dependency-groups.dev includes tets, which does not exist; did you mean test?\n"
                "  dependency groups: dev, test"
            ),
        ),
        (
            "dev = [{ include-group = 'test' }]\ntest = [{ include-group = 'dev' }]",
            (
                "pyproject.toml:2: dependency-groups: cyclic dependency group include while resolving dev: "
                "dev -> test, test -> dev"
            ),
        ),
        ("dev = [1]", "pyproject.toml:2: dependency-groups: invalid dependency group item: 1"),
        (
            "dev = 'x'",
            "pyproject.toml:2: dependency-groups: dependency group 'dev' contained a string rather than a list.",
        ),
        (
            "dev = ['a @ https://me:secret@h.example/ b']",
            (
                "pyproject.toml:2: dependency-groups: expected semicolon (after URL and whitespace) or end\n"
                "  a @ https://h.example/ b\n"
                "      ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~^"
            ),
        ),
    ],
)
def test_a_wrong_group_is_told(group, error):
    assert failure(f"[dependency-groups]\n{group}", groups=["dev"]) == error


def test_two_groups_of_one_name_are_told():
    told = failure("[dependency-groups]\na_b = []\na-b = []", groups=["a-b"])
    assert told == "pyproject.toml:3: dependency-groups: duplicate dependency group names: a-b (a_b, a-b)"


TOML_VALUES = st.recursive(
    st.sampled_from(["1", "1.5", "true", "2026-01-01", '"a"', '"a>=1"', '"demo[x]"', '"a b"', "'\\'", '""']),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda item: f"{{ x = {item}, include-group = {item} }}"),
    ),
    max_leaves=5,
)


@repeatable
@given(
    st.fixed_dictionaries(
        dict.fromkeys(
            ("project.dependencies", "project.optional-dependencies.x", "project.name", "dependency-groups.x"),
            TOML_VALUES,
        )
    )
)
def test_no_value_is_met_with_anything_but_inputs_or_an_expected_error(values):
    text = "\n".join(f"{key} = {value}" for key, value in values.items())
    try:
        read(text, extras=["x"], groups=["x"])
    except PinkeeperError as error:
        assert str(error)  # noqa: PT017 - most values are wrong, and none has to be
