from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import CollectedError, PinkeeperError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.setup_cfg import read_setup_cfg
from tests.inputs.files import Files, shown
from tests.inputs.repeatable import repeatable

SETUP = """[metadata]
name = Demo_App
version = attr: demo.__version__

[options]
python_requires = >=3.11
install_requires =
    Alpha>=1
    # a comment
    beta[x]; os_name == 'nt'   # and another

[options.extras_require]
web = gamma; delta
Data_Base =
    epsilon ; python_version < '4'
all =
    demo-app[web,data.base]
    zeta
"""


def read(text: str, *, path: str = "setup.cfg", **asked) -> Inputs:
    return read_setup_cfg(path, read=Files({path: text}), **asked)


def failure(text: str, **asked) -> str:
    with pytest.raises(PinkeeperError) as caught:
        read(text, **asked)
    return str(caught.value)


def options(*lines: str) -> str:
    return "\n".join(["[options]", *lines])


def test_the_dependencies_of_a_project():
    inputs = read(SETUP, path="apps/setup.cfg")
    assert shown(inputs) == ["alpha>=1", 'beta[x]; os_name == "nt"']
    assert inputs.requires_python == ">=3.11"
    assert inputs.files == ("apps/setup.cfg",)
    assert inputs.projects == {"demo-app"}
    assert inputs.requirements[0].origin.via() == "Demo_App (apps/setup.cfg)"


@pytest.mark.parametrize(
    ("asked", "expected", "sections"),
    [
        ({"extras": ["WEB"]}, ["gamma", "delta"], {"extra:web"}),
        ({"extras": ["data-base"]}, ['epsilon; python_version < "4"'], {"extra:data-base"}),
        (
            {"extras": ["all"]},
            ['epsilon; python_version < "4"', "gamma", "delta", "zeta"],
            {"extra:all", "extra:web", "extra:data-base"},
        ),
        (
            {"all_extras": True},
            ["gamma", "delta", 'epsilon; python_version < "4"', "zeta"],
            {"extra:all", "extra:web", "extra:data-base"},
        ),
    ],
)
def test_extras_add_to_the_dependencies(asked, expected, sections):
    inputs = read(SETUP, **asked)
    assert list(dict.fromkeys(shown(inputs)[2:])) == expected
    assert inputs.sections == sections


def test_a_project_that_needs_nothing_says_so():
    assert shown(read(options("install_requires ="))) == []


def test_keys_are_spelled_as_setuptools_reads_them():
    assert shown(read(options("Install-Requires = a"))) == ["a"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            options("install_requires = file: base.txt, more.txt"),
            (
                "2: install_requires is read from another file\n"
                "  remedy: lock what it is read from: pinkeeper lock base.txt more.txt"
            ),
        ),
        (
            options("install_requires = attr: demo.REQUIRES"),
            "2: install_requires is computed by code\n  remedy: write the value down; code is not run to learn it",
        ),
        (
            options("install_requires =", "  a", "  b%(x)s"),
            "2: install_requires has a %, which setuptools interpolates\n  remedy: write the value down without %",
        ),
        (
            options("packages = find:"),
            (
                "1: there is no install_requires in [options]\n"
                "  remedy: write it there, empty if nothing is needed; what a setup.py computes is not read"
            ),
        ),
        (
            options("install_requires =", "  a", "", "  b c"),
            (
                "5: install_requires: not a requirement: "
                "expected semicolon (after name with no version specifier) or end\n  b c\n    ^"
            ),
        ),
        (options("install_requires = a", "python_requires = 3"), "3: python_requires is not a version specifier: '3'"),
        (
            options("install_requires = a", "install-requires = b"),
            "3: [options] has install_requires twice",
        ),
        (
            options("install_requires = a", "[options.extras_require]", "a_b = x", "A-b = y"),
            "5: [options.extras_require] has the extra a-b twice (PEP 685)",
        ),
        (
            options("install_requires = a", "[options.extras_require]", "a b = x"),
            "4: [options.extras_require] has an impossible name: 'a b'",
        ),
        (
            options("install_requires = a", "[options.extras_require]", "x = file: x.txt"),
            "4: x is read from another file\n  remedy: lock what it is read from: pinkeeper lock x.txt",
        ),
        (
            "[metadata]\nname = a b\n" + options("install_requires = a"),
            "2: [metadata] has an impossible name: 'a b'",
        ),
        (
            "[metadata]\nname = demo\n"
            + options("install_requires = demo[wep]", "[options.extras_require]", "web = x"),
            "5: demo asks for its own extra wep, and there is none; did you mean web?\n  extras: web",
        ),
        ("x = 1", "1: not a configuration file: a line stands before the first [section]"),
        ("[options]\nno key", "2: not a configuration file: a line is neither a [section] nor key = value"),
        ("[options]\n[options]", "2: not a configuration file: [options] stands in it twice"),
        ("[options]\nx = 1\nx = 2", "3: not a configuration file: [options] has x twice"),
    ],
)
def test_a_mistake_is_told_with_its_line(text, error):
    assert failure(text) == f"setup.cfg:{error}"


def test_files_to_lock_instead_are_named_from_where_the_command_runs():
    with pytest.raises(PinkeeperError) as caught:
        read(options("install_requires = file: ../base.txt"), path="app/setup.cfg")
    assert caught.value.remedy == "lock what it is read from: pinkeeper lock base.txt"


def test_an_unknown_extra_names_the_nearest_and_all():
    assert failure(SETUP, extras=["wep"]) == (
        "setup.cfg:12: there is no extra wep; did you mean web?\n  extras: all, data-base, web"
    )
    assert failure(options("install_requires = a"), extras=["x"]) == "setup.cfg: there is no extra x\n  extras: none"


def test_a_file_without_options():
    assert failure("[flake8]\nmax-line-length = 100") == (
        "setup.cfg: there is no install_requires in [options]\n"
        "  remedy: write it there, empty if nothing is needed; what a setup.py computes is not read"
    )


def test_independent_mistakes_are_told_together():
    text = options("install_requires =", "  a b", "  c d", "python_requires = x")
    with pytest.raises(CollectedError) as caught:
        read(text, extras=["x"])
    assert [error.where for error in caught.value.errors] == ["setup.cfg:3", "setup.cfg:4", "setup.cfg:5", "setup.cfg"]


def test_credentials_in_a_wrong_requirement_are_not_shown():
    told = failure(options("install_requires =", "  a @ https://me:secret@h.example/a b"))
    assert "https://h.example/a b" in told
    assert "secret" not in told


LINES = st.lists(
    st.sampled_from(
        [
            "[options]",
            "[metadata]",
            "[options.extras_require]",
            "install_requires =",
            "install_requires = a; b",
            "name = demo",
            "x = demo[x]",
            "  a>=1 ; os_name == 'nt'",
            "  file: x",
            "  b c",
            "python_requires = >3",
            "",
            "# c",
            "\x0b",
            "= y",
        ]
    )
)


@repeatable
@given(st.one_of(LINES.map("\n".join), st.text()), st.booleans())
def test_no_file_is_met_with_anything_but_inputs_or_an_expected_error(text, all_extras):
    try:
        read(text, all_extras=all_extras)
    except PinkeeperError as error:
        assert str(error)  # noqa: PT017 - most files are wrong, and none has to be
