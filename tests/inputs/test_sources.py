from __future__ import annotations

import subprocess
import sys

import pytest
from packaging.specifiers import SpecifierSet

from pinkeeper.errors import InputError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.near import nearest
from pinkeeper.inputs.sources import check_sections, read_source
from pinkeeper.inputs.toml_document import load_toml
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL
from tests.inputs.files import Files, read, shown

FILES = Files(
    {
        "app/pyproject.toml": "[project]\nname = 'demo'\ndependencies = ['a']\noptional-dependencies.x = ['b']",
        "requirements.in": "c @ https://h.example/${NAME}.zip",
        "-": "d",
        "app/setup.cfg": "[options]\ninstall_requires = e\n[options.extras_require]\nx = f",
        "tool.py": '# /// script\n# dependencies = ["g"]\n# ///\n',
    }
)


def source(path: str, **asked) -> list[str]:
    return shown(read_source(path, read=FILES, environ={"NAME": "c"}, **asked))


def test_a_source_is_read_by_its_name():
    assert source("app/pyproject.toml") == ["a"]
    assert source("app/pyproject.toml", extras=["x"]) == ["a", "b"]
    assert source("requirements.in", extras=["x"]) == ["c @ https://h.example/c.zip"]
    assert source("-") == ["d"]
    assert source("app/setup.cfg", extras=["x"]) == ["e", "f"]
    assert source("tool.py", extras=["x"]) == ["g"]


@pytest.mark.parametrize("name", ["setup.py", "app/setup.py"])
def test_sources_that_would_have_to_be_run(name):
    with pytest.raises(InputError) as caught:
        source(name)
    assert str(caught.value) == (
        f"{name}: it cannot be read without running the project's build\n"
        "  remedy: write what it needs in a pyproject.toml (PEP 621) or a requirements.in, and lock that"
    )


def test_extras_and_groups_need_a_project():
    check_sections(["requirements.in"])
    check_sections(["requirements.in", "app/pyproject.toml"], extras=["x"], all_extras=True, groups=["dev"])
    check_sections(["setup.cfg"], extras=["x"], all_extras=True)
    with pytest.raises(InputError, match="--group dev was asked for"):
        check_sections(["setup.cfg"], extras=["x"], groups=["dev"])
    for asked, option in (
        ({"extras": ["x"]}, "--extra x"),
        ({"all_extras": True}, "--all-extras"),
        ({"groups": ["dev"]}, "--group dev"),
    ):
        with pytest.raises(InputError) as caught:
            check_sections(["requirements.in", "-"], **asked)
        assert str(caught.value) == (
            f"{option} was asked for, and no source is a pyproject.toml\n"
            "  sources: requirements.in, -\n"
            "  remedy: add the pyproject.toml to the sources, or leave the option out"
        )


def test_inputs_are_merged_in_order():
    first = read("a\n--index-url https://h.example\n--no-binary x", path="first.in")
    second = read(
        "b\n--index-url https://i.example\n--pre\n--only-binary x\n-c bounds.txt", others={"bounds.txt": "a<2"}
    )
    merged = first.merged(second)
    assert shown(merged) == ["a", "b"]
    assert [str(each.requirement) for each in merged.constraints] == ["a<2"]
    assert merged.index == IndexOptions(index_url=IndexURL(url="https://h.example"))
    assert merged.formats == FormatControl(only_binary=frozenset({"x"}))
    assert merged.pre
    assert merged.files == ("first.in", "requirements.in", "bounds.txt")


def test_merged_inputs_need_a_python_that_suits_all():
    lower, upper = (Inputs(requires_python=SpecifierSet(text)) for text in (">=3.11", "<3.13"))
    assert lower.merged(upper).requires_python == SpecifierSet(">=3.11,<3.13")
    assert lower.merged(Inputs()).requires_python == Inputs().merged(lower).requires_python == SpecifierSet(">=3.11")
    assert Inputs().merged(Inputs()) == Inputs()


def test_the_nearest_word():
    assert nearest("cooldwon", ["cooldown", "cert"]) == "cooldown"
    assert nearest("zzz", ["cooldown", "cert"]) is None


@pytest.mark.parametrize(
    ("keys", "value", "place"),
    [
        (("a",), None, "x.toml:1"),
        (("a", "b"), None, "x.toml:1"),
        (("t",), None, "x.toml:2"),
        (("t", "list"), None, "x.toml:3"),
        (("t", "list", 1), "two", "x.toml:5"),
        (("t", "list", 7), "none of it", "x.toml:3"),
        (("t", "u v", "k"), None, "x.toml:8"),
        (("many", 1, "k"), None, "x.toml:12"),
        (("many", 1, "missing"), None, "x.toml:11"),
        (("nowhere",), None, "x.toml"),
    ],
)
def test_the_lines_of_a_toml_document(keys, value, place):
    text = "a.b = 1\n[t]\nlist = [\n  'one',\n  \"two\",\n]\n[t.'u v'] # c\nk = 1\n[[many]]\nk = 1\n[[ many ]]\nk = 2\n"
    assert load_toml("x.toml", text.encode()).place(*keys, value=value) == place


def test_reading_a_requirement_file_loads_nothing_heavy():
    code = (
        "import sys; from pinkeeper.inputs.sources import read_source\n"
        "read_source('r', read=lambda path: b'a==1 --hash=sha256:' + b'0' * 64, environ={})\n"
        "heavy = {'tomllib', 'configparser', 'json', 'difflib', 'shlex', 'email', 'httpx', 'rich'}\n"
        "own = {'pyproject', 'script', 'setup_cfg', 'local_reference', 'local_projects', 'settings'}\n"
        "print(*sorted((heavy | {f'pinkeeper.inputs.{name}' for name in own}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
