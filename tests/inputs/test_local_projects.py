from __future__ import annotations

import posixpath
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import CollectedError, PinkeeperError
from pinkeeper.inputs.collected import Inputs, LeftOut
from pinkeeper.inputs.local_projects import settle_local_projects
from pinkeeper.inputs.sources import read_source
from tests.inputs.files import Files, shown
from tests.inputs.repeatable import repeatable

CORE = """
[project]
name = "Core"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["alpha>=1"]
[project.optional-dependencies]
web = ["beta", "gamma ; os_name == 'nt'"]
"""
OLD = "[metadata]\nname = old\n[options]\ninstall_requires = delta\n[options.extras_require]\nx = epsilon\n"
FILES = {"libs/core/pyproject.toml": CORE, "libs/old/setup.cfg": OLD}


def project(name: str, *dependencies: str, **extras: list[str]) -> str:
    lines = ["[project]", f'name = "{name}"', 'version = "1"', f"dependencies = {[*dependencies]}"]
    return "\n".join(
        [*lines, "[project.optional-dependencies]", *(f"{key} = {value}" for key, value in extras.items())]
    )


def relative(path: str) -> str:
    return posixpath.relpath(path, "/work") if path.startswith("/") else path


def source(path: str, others: Mapping[str, str], **asked) -> Inputs:
    return read_source(path, read=Files(others), environ={"ROOT": "/work"}, relative=relative, **asked)


def lines(*texts: str, others: Mapping[str, str] = FILES) -> Inputs:
    return source("requirements.in", {"requirements.in": "\n".join(texts), **others})


def failure(*texts: str, others: Mapping[str, str] = FILES) -> str:
    with pytest.raises(PinkeeperError) as caught:
        lines(*texts, others=others)
    return str(caught.value)


def settled(inputs: Inputs, others: Mapping[str, str] = FILES) -> Inputs:
    return settle_local_projects(inputs, read=Files(others), relative=relative)


# Where a project is named


@pytest.mark.parametrize(
    "line",
    [
        "./libs/core",
        "libs/core",
        "libs/core/",
        "-e ./libs/core",
        "--editable=libs/core",
        '-e "libs/core"',
        "file:libs/core",
        "file:///work/libs/core",
        "file://localhost/work/libs/core",
        "file:///work/libs/co%72e",
        "file:///${ROOT}/libs/core",
        "-e file:///work/libs/core",
        "-e file:///work/libs/core#egg=core",
        "core @ file:///work/libs/core",
        "CORE @ file:libs/core",
        "core @ ./libs/core",
        "-e core @ file:///work/libs/core",
        "./other/../libs/core",
    ],
)
def test_what_a_local_project_needs_takes_its_place(line):
    inputs = lines("first", line, "last")
    assert shown(inputs) == ["first", "alpha>=1", "last"]
    assert [each.origin.via() for each in inputs.requirements] == [
        "-r requirements.in",
        "Core (libs/core/pyproject.toml)",
        "-r requirements.in",
    ]
    assert inputs.requires_python == ">=3.11"
    assert inputs.files == ("requirements.in", "libs/core/pyproject.toml")
    [left_out] = inputs.left_out
    assert left_out == LeftOut(
        requirement=left_out.requirement,
        path="libs/core",
        name="core",
        origin=left_out.origin,
        reason="a folder has no hash",
    )
    assert left_out.origin.place() == "requirements.in:2"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-e ./libs/core", "-e ./libs/core"),
        ("./libs/core  # why", "./libs/core"),
        ("--editable=./libs/core[web]", "-e ./libs/core[web]"),
        ("file:///${ROOT}/libs/core", "file:///${ROOT}/libs/core"),
        ("-e ./libs/core ; os_name == 'nt'", "-e ./libs/core ; os_name == 'nt'"),
    ],
)
def test_a_project_left_out_is_told_as_written(line, expected):
    assert [each.requirement for each in lines(line).left_out] == [expected]


def test_the_project_in_the_folder_where_the_command_runs():
    for line in (".", "-e .", "-e ./"):
        inputs = lines(line, others={"pyproject.toml": CORE})
        assert shown(inputs) == ["alpha>=1"]
        assert inputs.left_out[0].path == "."
        assert inputs.files == ("requirements.in", "pyproject.toml")


def test_a_path_is_relative_to_where_the_command_runs_as_for_pip():
    inputs = source("deep/requirements.in", {"deep/requirements.in": "./libs/core", **FILES})
    assert shown(inputs) == ["alpha>=1"]


@pytest.mark.parametrize(
    "line", ["-e ./libs/core[WEB]", "core[web] @ file:libs/core", "-e file:libs/core#egg=core[web]"]
)
def test_extras_add_to_what_a_project_needs(line):
    inputs = lines(line)
    assert shown(inputs) == ["alpha>=1", "beta", 'gamma; os_name == "nt"']
    assert [each.origin.section for each in inputs.requirements] == [None, "extra:web", "extra:web"]
    assert inputs.sections == frozenset()


def test_a_marker_holds_for_all_that_a_project_needs():
    inputs = lines("./libs/core[web] ; python_version < '3.12'")
    assert shown(inputs) == [
        'alpha>=1; python_version < "3.12"',
        'beta; python_version < "3.12"',
        'gamma; python_version < "3.12" and os_name == "nt"',
    ]
    assert inputs.requires_python is None


def test_a_project_with_a_setup_cfg():
    inputs = lines("-e ./libs/old[x]")
    assert shown(inputs) == ["delta", "epsilon"]
    assert inputs.requirements[0].origin.via() == "old (libs/old/setup.cfg)"
    assert [each.name for each in inputs.left_out] == ["old"]


def test_a_pyproject_without_a_project_table_leaves_it_to_setup_cfg():
    others = {"libs/old/pyproject.toml": "[build-system]\nrequires = []", **FILES}
    assert shown(lines("libs/old", others=others)) == ["delta"]


def test_a_project_may_have_no_name():
    others = {"x/setup.cfg": "[options]\ninstall_requires = a"}
    assert lines("./x", others=others).left_out[0].name is None
    assert lines("named @ file:x", others=others).left_out[0].name == "named"


def test_files_are_not_folders():
    inputs = lines("./libs/core-1.0-py3-none-any.whl", "file:///srv/core-1.0.tar.gz")
    assert [each.requirement.url for each in inputs.requirements] == [
        "./libs/core-1.0-py3-none-any.whl",
        "file:///srv/core-1.0.tar.gz",
    ]
    assert inputs.left_out == ()


# Projects that need other projects


def test_folders_in_a_project_are_beside_its_file():
    others = {
        "pyproject.toml": project("app", "first", "core[web] @ file:libs/core ; os_name == 'nt'", "last"),
        **FILES,
    }
    inputs = source("pyproject.toml", others)
    assert shown(inputs) == [
        "first",
        'alpha>=1; os_name == "nt"',
        'beta; os_name == "nt"',
        'gamma; os_name == "nt" and os_name == "nt"',
        "last",
    ]
    assert inputs.projects == {"app"}
    assert [(each.name, each.path, each.origin.place()) for each in inputs.left_out] == [
        ("core", "libs/core", "pyproject.toml")
    ]


def test_a_local_project_may_need_others():
    others = {
        "libs/app/pyproject.toml": project("app", "core @ file:../core", "old @ file:../old"),
        **FILES,
    }
    inputs = lines("-e ./libs/app", others=others)
    assert shown(inputs) == ["alpha>=1", "delta"]
    assert [(each.name, each.origin.place()) for each in inputs.left_out] == [
        ("app", "requirements.in:1"),
        ("core", "libs/app/pyproject.toml"),
        ("old", "libs/app/pyproject.toml"),
    ]
    assert inputs.files == (
        "requirements.in",
        "libs/app/pyproject.toml",
        "libs/core/pyproject.toml",
        "libs/old/setup.cfg",
    )


def test_a_script_may_need_a_project():
    script = '# /// script\n# dependencies = ["core @ file:../libs/core"]\n# ///\n'
    inputs = source("tools/x.py", {"tools/x.py": script, **FILES})
    assert shown(inputs) == ["alpha>=1"]
    assert inputs.left_out[0].origin.place() == "tools/x.py:2"


def test_projects_that_need_each_other_are_read_once():
    others = {
        "a/pyproject.toml": project("a", "one", "b @ file:../b ; os_name == 'nt'"),
        "b/pyproject.toml": project("b", "two", "a @ file:../a ; os_name == 'posix'"),
    }
    inputs = lines("./a", others=others)
    assert shown(inputs) == ["one", 'two; os_name == "nt"']
    assert [each.name for each in inputs.left_out] == ["a", "b", "a"]


def test_many_ways_to_one_project_are_walked_once():
    others = {
        f"p{number}/pyproject.toml": project(
            f"p{number}", f"own-{number}", *(f"p{later} @ file:../p{later}" for later in range(number + 1, 24))
        )
        for number in range(24)
    }
    assert len(lines("./p0", others=others).requirements) == 24


def test_projects_that_are_nested_beyond_all_measure():
    others = {
        f"p{number}/pyproject.toml": project(f"p{number}", f"p{number + 1} @ file:../p{number + 1}")
        for number in range(500)
    }
    assert failure("./p0", others=others) == (
        "p100/pyproject.toml: local projects need each other more than 100 deep\n  p101 @ file:../p101"
    )


# Requirements on the names of local projects


def test_a_requirement_on_the_name_of_a_local_project_is_satisfied_by_it():
    others = {"app/pyproject.toml": project("app", "Core>=2", "other"), **FILES}
    inputs = settled(lines("./libs/core", "./app", others=others), others)
    assert shown(inputs) == ["alpha>=1", "other"]
    assert [each.name for each in inputs.left_out] == ["core", "app"]


def test_extras_that_are_asked_for_by_name_are_part_of_the_inputs():
    others = {"app/pyproject.toml": project("app", "core[web] ; python_version < '4'"), **FILES}
    inputs = settled(lines("./app", "./libs/core", others=others), others)
    assert shown(inputs) == [
        'beta; python_version < "4"',
        'gamma; python_version < "4" and os_name == "nt"',
        "alpha>=1",
    ]
    assert [each.name for each in inputs.left_out] == ["app", "core"]


def test_sources_are_settled_together():
    others = {"app/pyproject.toml": project("app", "core[web]", "core"), **FILES}
    inputs = lines("./libs/core").merged(source("app/pyproject.toml", others))
    assert shown(settled(inputs)) == ["alpha>=1", "beta", 'gamma; os_name == "nt"']


def test_extras_of_projects_that_ask_for_each_other_by_name_end():
    others = {
        "a/pyproject.toml": project("a", "b[y]", x=["b[y]", "one"]),
        "b/pyproject.toml": project("b", y=["a[x]", "two"]),
    }
    assert shown(settled(lines("./a", "./b", others=others), others)) == ["one", "two"]


def test_inputs_without_local_projects_are_settled():
    inputs = lines("core", "core")
    assert settled(inputs) is inputs


def test_a_name_in_two_places():
    others = {**FILES, "copy/pyproject.toml": CORE}
    with pytest.raises(PinkeeperError) as caught:
        settled(lines("./libs/core", "./copy", others=others), others)
    assert str(caught.value) == (
        "requirements.in:2: the project core is asked for from two folders, libs/core and copy\n"
        "  requirements.in:1 asks for ./libs/core"
    )
    with pytest.raises(PinkeeperError) as caught:
        settled(lines("-e ./libs/core", "core @ https://h.example/core-1.0.zip"))
    assert str(caught.value) == (
        "requirements.in:2: core is asked for from a URL, and is the local project libs/core too\n"
        "  requirements.in:1 asks for -e ./libs/core"
    )


# What cannot be read


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "-e ./libs/cor",
            (
                "there is no project in libs/cor that says what it needs\n"
                "  libs/cor/pyproject.toml: there is no such file\n"
                "  libs/cor/setup.cfg: there is no such file\n"
                "  remedy: correct the path, or give the project a static [project] table in a pyproject.toml (PEP 621)"
            ),
        ),
        ("other @ file:libs/core", "libs/core is the project core, not other\n  other @ file:libs/core"),
        ("./libs/core --hash=sha256:" + "0" * 64, "a folder has no hash\n  remedy: leave out the --hash"),
        (
            "requirements/base.txt",
            "requirements/base.txt is no requirement\n  remedy: to include a file, write: -r requirements/base.txt",
        ),
        ("-e core", "-e wants a URL or a path, not core"),
        (
            "-e ./core-1.0-py3-none-any.whl",
            (
                "-e wants the folder of a project, and ./core-1.0-py3-none-any.whl is an archive\n"
                "  remedy: leave out the -e"
            ),
        ),
        (
            "-e core @ file:///srv/core-1.0.zip",
            "-e wants the folder of a project, and file:///srv/core-1.0.zip is an archive\n  remedy: leave out the -e",
        ),
        (
            "file://h.example/share/core",
            (
                "file://h.example/share/core names no folder of this machine\n"
                "  remedy: write file:///FOLDER, or a path such as ./FOLDER"
            ),
        ),
        ("file:", "file: names no folder of this machine\n  remedy: write file:///FOLDER, or a path such as ./FOLDER"),
        (
            "file:libs#subdirectory=core",
            "#subdirectory= means nothing for a folder\n  remedy: name the folder itself",
        ),
        ("a @ file:libs/core#egg=b", "a is called b in its URL\n  remedy: leave out the #egg="),
        ("-e .[", "there is no project in .[ that says what it needs"),
    ],
)
def test_a_folder_that_cannot_be_read_says_what_to_do(line, error):
    assert failure(line).startswith(f"requirements.in:1: {error}")


def test_mistakes_in_a_local_project_have_its_places():
    others = {"x/pyproject.toml": '[project]\nname = "x"\ndynamic = ["dependencies"]', **FILES}
    assert failure("./x", others=others).startswith("x/pyproject.toml:3: project.dependencies is dynamic: ")
    assert failure("./libs/core[wep]") == (
        "libs/core/pyproject.toml:7: Core has no extra wep; did you mean web?\n  extras: web"
    )


def test_mistakes_are_told_together():
    others = {"x/pyproject.toml": '[project]\nname = "x"\ndependencies = ["a b", "c d"]', **FILES}
    with pytest.raises(CollectedError) as caught:
        lines("./x", "./y", "a b", others=others)
    assert [error.where for error in caught.value.errors] == [
        "requirements.in:2",
        "requirements.in:3",
        "x/pyproject.toml:3",
        "x/pyproject.toml:3",
    ]


def test_a_folder_in_a_project_that_is_not_there():
    with pytest.raises(PinkeeperError) as caught:
        source(
            "app/pyproject.toml", {"app/pyproject.toml": project("app", "core @ file:core", "b @ file://h.example/b")}
        )
    assert [(error.where, error.what) for error in caught.value.errors] == [
        ("app/pyproject.toml", "file://h.example/b names no folder of this machine"),
        ("app/pyproject.toml", "there is no project in app/core that says what it needs"),
    ]


def test_constraints_and_overrides_name_no_folders():
    told = failure("-c bounds.txt", others={"bounds.txt": "-e ./libs/core", **FILES})
    assert told == "bounds.txt:1: a constraint cannot be editable\n  remedy: write it as a requirement"


PIECES = [
    "-e^",
    "./",
    "libs/core",
    "libs/old",
    "[web]",
    "[",
    "]",
    "^;^os_name=='nt'",
    ";",
    "file:",
    "//",
    "core^@^",
    "#egg=core",
    "#",
    "&",
    "=",
    "%",
    "C:\\",
    "~",
    "^",
    ".zip",
    ".txt",
    "..",
    "git+",
]
REFERENCES = st.lists(st.sampled_from(PIECES), max_size=6).map(lambda pieces: "".join(pieces).replace("^", " "))


@repeatable
@given(st.lists(REFERENCES, max_size=3))
def test_no_reference_is_met_with_anything_but_inputs_or_an_expected_error(references):
    try:
        settled(lines(*references))
    except PinkeeperError as error:
        assert str(error)  # noqa: PT017 - most references are wrong, and none has to be
