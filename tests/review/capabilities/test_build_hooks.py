"""What runs when an sdist is built, by the settings of each backend."""

# ruff: noqa: E501 - a case is one line of a table

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.capabilities.build_hooks import BuildHooks, build_files, build_hooks
from tests.review.capabilities.plain_summaries import reader


def _hooks(files: Mapping[str, str | bytes]) -> BuildHooks:
    return build_hooks(files, reader(files))


_PACKAGE = {"src/p/__init__.py": "", "p/__init__.py": "", "tests/conftest.py": "", "conftest.py": "", "noxfile.py": ""}

CASES: dict[str, tuple[dict[str, str], set[str]]] = {
    "nothing": ({}, set()),
    "setup.py": ({"setup.py": ""}, {"setup.py"}),
    "setup.py below the top": ({"vendor/setup.py": ""}, set()),
    "settings alone": ({"pyproject.toml": "[project]\nname = 'p'\n", "setup.cfg": "[metadata]\nname = p\n"}, set()),
    "backend in the tree": (
        {
            "pyproject.toml": '[build-system]\nbuild-backend = "b.api:make"\nbackend-path = ["build/x"]\n',
            "build/x/b/api.py": "",
            "build/x/b/__init__.py": "",
        },
        {"build/x/b/api.py"},
    ),
    "backend beside the settings": (
        {"pyproject.toml": '[build-system]\nbuild-backend = "b"\nbackend-path = ["."]\n', "b.py": ""},
        {"b.py"},
    ),
    "backend from elsewhere": ({"pyproject.toml": '[build-system]\nbuild-backend = "b"\n', "b.py": ""}, set()),
    "attr of setup.cfg": (
        {"setup.cfg": "[metadata]\nversion = attr: p.v.number\n[options]\npackage_dir =\n    = src\n", "src/p/v.py": "number = f()\n"},
        {"src/p/v.py"},
    ),
    "attr that is a literal": ({"setup.cfg": "[metadata]\nversion = attr: q.number\n", "q.py": 'number: str = "1.0"  # now\n'}, set()),
    "attr that is a tuple": ({"setup.cfg": "[metadata]\nversion = attr: q.number\n", "q.py": "number = (1, 2, 0)\n"}, set()),
    "attr that is indented": ({"setup.cfg": "[metadata]\nversion = attr: q.number\n", "q.py": "if x:\n    number = '1'\n"}, {"q.py"}),
    "file: is only read": ({"setup.cfg": "[metadata]\nversion = file: q.py\n", "q.py": ""}, set()),
    "attr of pyproject.toml": (
        {"pyproject.toml": '[tool.setuptools.dynamic]\nversion = {attr = "q.w.V"}\n', "q/w.py": "V = get()\n"},
        {"q/w.py"},
    ),
    "cmdclass of setup.cfg": ({"setup.cfg": "[options]\ncmdclass =\n  sdist = q.c.S\n", "q/c.py": ""}, {"q/c.py"}),
    "cmdclass of pyproject.toml": ({"pyproject.toml": '[tool.setuptools.cmdclass]\nsdist = "q.c.S"\n', "q/c.py": ""}, {"q/c.py"}),
    "setup hooks": ({"setup.cfg": "[global]\nsetup_hooks = q.hook\n", "q.py": ""}, {"q.py"}),
    "hatchling hook": ({"pyproject.toml": "[tool.hatch.build.hooks.custom]\n", "hatch_build.py": ""}, {"hatch_build.py"}),
    "hatchling hook elsewhere": ({"pyproject.toml": '[tool.hatch.build.hooks.custom]\npath = "x/h.py"\n', "x/h.py": ""}, {"x/h.py"}),
    "hatchling hook of one target": ({"pyproject.toml": "[tool.hatch.build.targets.sdist.hooks.custom]\n", "hatch_build.py": ""}, {"hatch_build.py"}),
    "hatchling metadata hook": ({"pyproject.toml": '[tool.hatch.metadata.hooks.custom]\npath = "m.py"\n', "m.py": ""}, {"m.py"}),
    "hatchling builder": ({"pyproject.toml": '[tool.hatch.build.targets.custom]\npath = "m.py"\n', "m.py": ""}, {"m.py"}),
    "hatchling settings of their own": ({"hatch.toml": '[build.hooks.custom]\npath = "m.py"\n', "m.py": ""}, {"m.py"}),
    "hatchling version by code": ({"pyproject.toml": '[tool.hatch.version]\nsource = "code"\npath = "p/v.py"\n', "p/v.py": ""}, {"p/v.py"}),
    "hatchling version by pattern": ({"pyproject.toml": '[tool.hatch.version]\npath = "p/v.py"\n', "p/v.py": ""}, set()),
    "hatchling file without a setting": ({"pyproject.toml": "[tool.hatch]\n", "hatch_build.py": ""}, set()),
    "poetry script": ({"pyproject.toml": '[tool.poetry.build]\nscript = "build.py"\n', "build.py": ""}, {"build.py"}),
    "poetry script of old": ({"pyproject.toml": '[tool.poetry]\nbuild = "make.py"\n', "make.py": ""}, {"make.py"}),
    "build.py without a setting": ({"pyproject.toml": "[tool.poetry]\n", "build.py": ""}, set()),
    "pdm hook": ({"pdm_build.py": ""}, {"pdm_build.py"}),
    "pdm hook elsewhere": ({"pyproject.toml": '[tool.pdm.build]\ncustom-hook = "x.py"\n', "x.py": ""}, {"x.py"}),
    "pdm setup script": ({"pyproject.toml": '[tool.pdm.build]\nsetup-script = "x.py"\nrun-setuptools = true\n', "x.py": ""}, {"x.py"}),
    "pdm version by call": ({"pyproject.toml": '[tool.pdm.version]\nsource = "call"\ngetter = "q.v:get()"\n', "q/v.py": ""}, {"q/v.py"}),
    "flit with a version to be read": (
        {"pyproject.toml": '[build-system]\nbuild-backend = "flit_core.buildapi"\n[project]\nname = "q"\ndynamic = ["version"]\n', "q.py": '"""Q."""\n__version__ = "1"\n'},
        set(),
    ),
    "flit with a version to be imported": (
        {"pyproject.toml": '[build-system]\nbuild-backend = "flit_core.buildapi"\n[project]\nname = "q"\ndynamic = ["version"]\n', "q.py": "from z import __version__\n"},
        {"q.py"},
    ),
    "scikit-build provider": (
        {"pyproject.toml": '[tool.scikit-build.metadata.version]\nprovider = "prov"\nprovider-path = "x"\n', "x/prov.py": ""},
        {"x/prov.py"},
    ),
    "CMake that starts programs": ({"CMakeLists.txt": "EXECUTE_PROCESS(COMMAND python ${CMAKE_SOURCE_DIR}/x/gen.py)\n", "x/gen.py": ""}, {"CMakeLists.txt", "x/gen.py"}),
    "CMake that fetches": ({"cmake/x.cmake": "file(DOWNLOAD https://h.example/a b)\n"}, {"cmake/x.cmake"}),
    "CMake that compiles": ({"CMakeLists.txt": "add_library(x a.c)\n", "a.py": ""}, set()),
    "meson that starts programs": (
        {"meson.build": "v = run_command('python', 'tools/v.py')\n", "tools/v.py": "", "x/meson.build": "find_program('./gen.sh')\n", "x/gen.sh": ""},
        {"meson.build", "tools/v.py", "x/meson.build", "x/gen.sh"},
    ),
    "meson that compiles": ({"meson.build": "py.install_sources('a.py')\n", "a.py": ""}, set()),
    "cargo": ({"rust/Cargo.toml": "[package]\n", "rust/build.rs": "", "build.rs": ""}, {"rust/build.rs"}),
    "cargo with another script": ({"Cargo.toml": '[package]\nbuild = "b/x.rs"\n', "b/x.rs": "", "build.rs": ""}, {"b/x.rs"}),
    "paths that leave the tree": ({"pyproject.toml": '[tool.poetry]\nbuild = "../../x.py"\n', "x.py": ""}, set()),
    "paths with a detour": ({"pyproject.toml": '[tool.poetry]\nbuild = "./a/../x.py"\n', "x.py": ""}, {"x.py"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_files_that_run(case: str) -> None:
    files, expected = CASES[case]
    files = _PACKAGE | files
    found = build_files(files, reader(files))
    assert set(found) == expected
    assert all(found.values())


def test_what_runs_as_a_program_is_told_from_what_is_imported() -> None:
    files = {
        "setup.py": "",
        "pyproject.toml": '[tool.poetry.build]\nscript = "make.py"\n[tool.pdm.build]\ncustom-hook = "hook.py"\n',
        "make.py": "",
        "hook.py": "",
    }
    assert _hooks(files).scripts == {"setup.py", "make.py"}


def test_folders_that_settings_name() -> None:
    files = {
        "pyproject.toml": """
[build-system]
build-backend = "b"
backend-path = ["_b", "./_c/"]
[tool.setuptools]
package-dir = {"" = "lib/python"}
[tool.setuptools.packages.find]
where = ["source"]
[tool.maturin]
python-source = "python"
[tool.poetry]
packages = [{include = "p", from = "py"}]
""",
        "setup.cfg": "[options]\npackage_dir =\n    = cfg\n[options.packages.find]\nwhere = found\n",
    }
    hooks = _hooks(files)
    assert hooks.build_roots == ("_b", "_c")
    assert set(hooks.roots) == {"lib/python", "source", "python", "py", "cfg", "found"}


def test_names_that_a_build_calls() -> None:
    files = {
        "setup.cfg": "[options]\ncmdclass =\n  a = q.c.A\n  b = q.c.B\n[global]\nsetup-hooks = q.h.go\n",
        "pyproject.toml": '[tool.pdm.version]\nsource = "call"\ngetter = "q.v:get(1)"\n',
    }
    assert _hooks(files).called == ("q.c.A", "q.c.B", "q.h.go", "q.v.get")


_ODD = [
    b"",
    b"\xff\xfe",
    b"[",
    b"[tool]\nhatch = 1\nsetuptools = []\npoetry = 'x'\npdm = 3.5\nscikit-build = true\n",
    b"[build-system]\nbackend-path = 'x'\nbuild-backend = 7\n",
    b"[build-system]\nbackend-path = [1, {}, ['x']]\nbuild-backend = ['x']\n",
    b"[tool.setuptools]\ndynamic = {version = {attr = 1}, readme = 'x'}\ncmdclass = {a = 1}\npackages = 'x'\npackage-dir = {a = 1}\n",
    b"[tool.hatch.build]\ntargets = {wheel = 1, custom = {path = []}}\nhooks = {custom = {path = {}}}\n[tool.hatch.version]\nsource = 'code'\npath = 1\nsearch-paths = [1]\n",
    b"[tool.poetry]\nbuild = {script = 1}\npackages = [1, {from = 2}]\n",
    b"[tool.pdm.build]\ncustom-hook = []\n[tool.pdm.version]\nsource = 'call'\ngetter = 1\n",
    b"[project]\nname = 1\ndynamic = 'version'\n[build-system]\nbuild-backend = 'flit_core.buildapi'\n",
    b"[tool.scikit-build.metadata]\nversion = {provider-path = '..', provider = []}\nx = 1\n",
    b"x = " + b"[" * 50_000,
    b"[metadata]\nversion\n[metadata]\nversion = attr:\n[options]\ncmdclass = %(x)s\n",
    b"[metadata]\nversion = attr: \x00..\n\x00\n  [[\n",
    b"no section\n",
    b"run_command(" + b"'" * 1000,
    b'[tool.poetry]\nbuild = "\\u0000"\n',
]


@pytest.mark.parametrize("content", _ODD, ids=range(len(_ODD)))
@pytest.mark.parametrize(
    "path", ["pyproject.toml", "setup.cfg", "hatch.toml", "meson.build", "CMakeLists.txt", "Cargo.toml"]
)
def test_broken_settings_say_nothing(path: str, content: bytes) -> None:
    files: dict[str, str | bytes] = {path: content, "setup.py": "", "a/__init__.py": ""}
    assert set(_hooks(files).files) - {path} == {"setup.py"}


def test_what_stands_before_a_fault_in_an_ini_file_counts() -> None:
    files = {"setup.cfg": "[options]\ncmdclass =\n  a = q.A\n[broken\n", "q.py": ""}
    assert "q.py" in _hooks(files).files


@given(st.binary(max_size=100), st.sampled_from(["pyproject.toml", "setup.cfg", "meson.build", "Cargo.toml"]))
def test_any_bytes_are_read(content: bytes, path: str) -> None:
    assert set(_hooks({path: content}).files) <= {path}


@pytest.mark.parametrize("path", ["meson.build", "CMakeLists.txt", "Cargo.toml", "setup.cfg", "pyproject.toml"])
@pytest.mark.parametrize("unit", [b"a", b"/", b"\n", b"'", b" ", b"a.py", b"(", b"build = ", b"x = 1\n", b"[a]\n"])
def test_long_settings_are_read_in_time(path: str, unit: bytes) -> None:
    head = b"run_command(execute_process("
    assert "setup.py" in _hooks({path: head + unit * 60_000, "setup.py": ""}).files
