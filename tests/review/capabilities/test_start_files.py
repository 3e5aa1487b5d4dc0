"""Start-up files are read as the site module reads them, in whichever Python."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.capabilities.package import HookKind, StartLine, StartLineKind
from pinkeeper.review.capabilities.start_files import added_folders, start_lines, which_hook
from pinkeeper.review.capabilities.summary import ModuleSummary

BLANK, PATH, IMPORT = StartLineKind.BLANK, StartLineKind.PATH, StartLineKind.IMPORT
EXECUTABLE, ENTRY_POINT = StartLineKind.EXECUTABLE, StartLineKind.ENTRY_POINT


def _summary(source: bytes) -> ModuleSummary:
    """One that shows what was summarised."""
    return ModuleSummary(names=(source.decode("utf-8", "surrogatepass"),))


def _lines(content: bytes, path: str = "x.pth") -> tuple[StartLine, ...]:
    return start_lines(content, path=path, summarise=_summary)


def _code(line: StartLine) -> str | None:
    return None if line.summary is None else line.summary.names[0]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("", BLANK),
        ("   \t", BLANK),
        ("# import os", BLANK),
        ("#import os", BLANK),
        (" # import os", PATH),
        ("import os", IMPORT),
        ("import\tos", IMPORT),
        ("import os.path as p , sys", IMPORT),
        ("import os;", IMPORT),
        ("import os; import sys", IMPORT),
        ("import os  # why", IMPORT),
        ("import a; from b import c", EXECUTABLE),
        ("import os; os.system('x')", EXECUTABLE),
        ("import os, sys; exec(x)", EXECUTABLE),
        ("import os\\", EXECUTABLE),
        ("import (os)", EXECUTABLE),
        ("import os as if", EXECUTABLE),
        ("import 1", EXECUTABLE),
        ("import ", EXECUTABLE),
        ("import os # '\\x00", IMPORT),
        ("import os\0", EXECUTABLE),
        (" import os", PATH),
        ("import", PATH),
        ("imports", PATH),
        ("import(os)", PATH),
        ("from os import path", PATH),
        ("Import os", PATH),
        ("exec('x')", PATH),
        ("../other", PATH),
        ("/opt/elsewhere", PATH),
        ("import " + "a" * 20_000, EXECUTABLE),
    ],
)
def test_a_line_of_a_pth_file(line: str, kind: StartLineKind) -> None:
    (found,) = _lines(f"{line}\n".encode())
    assert found.kind is kind
    assert found.line == 1
    assert _code(found) == (line if kind in {IMPORT, EXECUTABLE} else None)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("pkg.mod:start", ENTRY_POINT),
        ("  pkg:Class.start\t", ENTRY_POINT),
        ("pkg.mod", BLANK),
        ("pkg.mod:", BLANK),
        (":start", BLANK),
        ("pkg.mod:start [extra]", BLANK),
        ("pkg.mod:start()", BLANK),
        ("1pkg:start", BLANK),
        ("import os; os.system('x')", BLANK),
        ("# pkg:start", BLANK),
        ("", BLANK),
    ],
)
def test_a_line_of_a_start_file(line: str, kind: StartLineKind) -> None:
    (found,) = _lines(f"{line}\n".encode(), "x.start")
    assert found.kind is kind
    assert (found.summary is not None) == (kind is ENTRY_POINT)


def test_an_entry_point_imports_its_module_and_calls_its_function() -> None:
    (line,) = _lines(b"pkg.mod:Class.start", "x.start")
    assert _code(line) == "import pkg.mod; pkg.mod.Class.start()"


def test_lines_are_numbered_as_in_an_editor() -> None:
    found = [(line.line, line.text) for line in _lines(b"a\r\nb\rc\n\nd")]
    assert found == [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")]


def test_a_byte_order_mark_does_not_hide_the_first_line() -> None:
    assert [line.kind for line in _lines(b"\xef\xbb\xbfimport os; x()\n")] == [EXECUTABLE]


def test_what_is_no_utf_8_is_read_all_the_same() -> None:
    found = _lines(b"# \xe9\nimport os; x('\xff')\n")
    assert [line.kind for line in found] == [BLANK, EXECUTABLE]
    assert _code(found[1]) == "import os; x('\xff')"


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_lines_end_where_newer_pythons_end_them(separator: str) -> None:
    found = _lines(f"# harmless{separator}import os; x()\n".encode())
    assert [(line.kind, line.line) for line in found] == [(BLANK, 1), (EXECUTABLE, 1)]


def test_lines_end_where_older_pythons_end_them() -> None:
    found = _lines(b"import a; \x0cb()\n")
    assert [(line.kind, _code(line)) for line in found] == [
        (EXECUTABLE, "import a; \x0cb()"),
        (IMPORT, "import a; "),
        (PATH, None),
    ]


@given(st.lists(st.sampled_from(["import os", "import a; b()", "x", "", "# c", "\0", "é"]), max_size=8))
def test_every_line_that_site_executes_is_told(lines: list[str]) -> None:
    content = "\n".join(lines)
    executed = [line for line in content.splitlines() if line.startswith(("import ", "import\t"))]
    assert [_code(line) for line in _lines(content.encode()) if line.summary is not None] == executed


@given(st.text(alphabet="import osa.,;# \tas\\'()", max_size=30))
def test_a_bare_import_is_nothing_else(text: str) -> None:
    (line,) = _lines(f"import {text}".encode())
    if line.kind is IMPORT:
        statements = ast.parse(f"import {text}").body
        assert all(isinstance(statement, ast.Import) for statement in statements)


@given(st.binary(max_size=200), st.sampled_from(["x.pth", "x.start"]))
def test_any_bytes_are_read(content: bytes, path: str) -> None:
    for line in _lines(content, path):
        assert 1 <= line.line <= content.count(b"\n") + content.count(b"\r") + 1


def test_thousands_of_lines_of_code_are_read_and_told_as_one() -> None:
    found = _lines(b"import a\n" * 200_000 + b"import b; evil()\n")
    assert len(found) < 20_000
    assert found[-1].kind is EXECUTABLE
    assert "evil()" in str(_code(found[-1]))
    assert found[-1].line == len(found)


def test_code_behind_a_million_blank_lines_is_told_with_its_line() -> None:
    found = _lines(b"\n" * 1_000_000 + b"import b; evil()\nrest\n")
    assert found[-1].line == 1_000_001
    assert (found[-1].text, _code(found[-1])) == ("import b; evil()", "import b; evil()")


def test_an_entry_point_behind_many_lines_is_told() -> None:
    found = _lines(b"#\n" * 50_000 + b" p.q:f \n", "x.start")
    assert (found[-1].line, found[-1].kind, _code(found[-1])) == (50_001, ENTRY_POINT, "import p.q; p.q.f()")


def test_paths_behind_many_lines_are_told_as_one() -> None:
    found = _lines(b"#\n" * 50_000 + b"one\ntwo\n")
    assert [(line.line, line.kind, line.text) for line in found[-1:]] == [(50_001, PATH, "one")]


def test_a_file_of_comments_ends_without_a_word() -> None:
    assert {line.kind for line in _lines(b"#\n" * 50_000)} == {BLANK}


def test_a_long_line_is_cut_where_it_is_shown_but_not_where_it_is_read() -> None:
    (line,) = _lines(b"import a;" + b" " * 100_000 + b"evil()")
    assert len(line.text) < 10_000
    assert str(_code(line)).endswith("evil()")


WHEEL_HOOKS = {
    "x.pth": HookKind.PTH,
    ".x.pth": HookKind.PTH,
    "x.PTH": None,
    "p/x.pth": None,
    "x.pth/y.py": None,
    "x.start": HookKind.START,
    "p/x.start": None,
    "p-1.data/purelib/x.pth": HookKind.PTH,
    "p-1.data/platlib/x.start": HookKind.START,
    "p-1.data/purelib/p/x.pth": None,
    "p-1.data/data/lib/python3.12/site-packages/x.pth": HookKind.PTH,
    "p-1.data/data/lib/python3.13t/site-packages/x.pth": HookKind.PTH,
    "p-1.data/data/lib64/python3.9/site-packages/x.pth": HookKind.PTH,
    "p-1.data/data/Lib/site-packages/x.pth": HookKind.PTH,
    "p-1.data/data/lib/python3/dist-packages/x.pth": HookKind.PTH,
    "p-1.data/data/lib/python3.12/site-packages/p/x.pth": None,
    "p-1.data/data/x.pth": HookKind.PTH,
    "p-1.data/data/share/x.pth": None,
    "p-1.data/data/lib/python3.12/x.pth": None,
    "p-1.data/data/lib/python3.12/sitecustomize.py": HookKind.SITECUSTOMIZE,
    "p-1.data/data/sitecustomize.py": None,
    "p-1.data/scripts/x.pth": None,
    "p-1.data/scripts/sitecustomize.py": None,
    "p-1.data/headers/x.pth": None,
    "sitecustomize.py": HookKind.SITECUSTOMIZE,
    "sitecustomize.pyc": HookKind.SITECUSTOMIZE,
    "sitecustomize.cpython-312-x86_64-linux-gnu.so": HookKind.SITECUSTOMIZE,
    "sitecustomize.pyd": HookKind.SITECUSTOMIZE,
    "sitecustomize/__init__.py": HookKind.SITECUSTOMIZE,
    "sitecustomize/a.py": None,
    "Sitecustomize.py": None,
    "usercustomize.py": HookKind.USERCUSTOMIZE,
    "usercustomize/__init__.abi3.so": HookKind.USERCUSTOMIZE,
    "p-1.data/purelib/usercustomize.py": HookKind.USERCUSTOMIZE,
    "p/sitecustomize.py": None,
    "sitecustomize.pyi": None,
    "sitecustomize.py.txt": None,
    "setup.py": None,
    "p/__init__.py": None,
}


@pytest.mark.parametrize("path", WHEEL_HOOKS)
def test_hooks_of_a_wheel_by_their_place(path: str) -> None:
    assert which_hook(path, is_wheel=True) is WHEEL_HOOKS[path]


SDIST_HOOKS = {
    "setup.py": HookKind.BUILD,
    "pdm_build.py": HookKind.BUILD,
    "hatch_build.py": HookKind.BUILD,
    "build.rs": HookKind.BUILD,
    "p/setup.py": None,
    "setup.cfg": None,
    "x.pth": HookKind.PTH,
    "src/x.pth": HookKind.PTH,
    "src/sitecustomize.py": HookKind.SITECUSTOMIZE,
    "tests/x.pth": None,
    "tests/sitecustomize.py": None,
    "conftest.py": None,
}


@pytest.mark.parametrize("path", SDIST_HOOKS)
def test_hooks_of_an_sdist_by_their_place(path: str) -> None:
    assert which_hook(path, is_wheel=False) is SDIST_HOOKS[path]


@pytest.mark.parametrize(
    ("path", "text", "folders"),
    [
        ("x.pth", "vendored", ("vendored",)),
        ("x.pth", "./vendored/deep/", ("vendored/deep",)),
        ("x.pth", "vendored\\deep", ("vendored/deep",)),
        ("x.pth", "..", ()),
        ("x.pth", "../other", ()),
        ("x.pth", "/opt", ()),
        ("x.pth", ".", ()),
        ("x.pth", "import a", ()),
        ("x.pth", "# vendored", ()),
        ("p-1.data/purelib/x.pth", "vendored", ("p-1.data/purelib/vendored", "vendored")),
        ("p-1.data/scripts/x.pth", "vendored", ()),
    ],
)
def test_folders_that_path_lines_add(path: str, text: str, folders: tuple[str, ...]) -> None:
    assert added_folders(path, _lines(text.encode())) == folders


def test_a_customizing_module_in_an_added_folder_is_a_hook() -> None:
    assert which_hook("v/sitecustomize.py", is_wheel=True, roots=["v"]) is HookKind.SITECUSTOMIZE
    assert which_hook("v/x.pth", is_wheel=True, roots=["v"]) is None
    assert which_hook("w/sitecustomize.py", is_wheel=True, roots=["v"]) is None
