"""What is new: not what moved, not another argument; what runs earlier than it did."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pinkeeper.model.finding import When
from pinkeeper.review.capabilities.demand import package_code
from pinkeeper.review.capabilities.package import PackageCode
from pinkeeper.review.capabilities.python_file import summarise
from pinkeeper.review.capabilities.summary import Capability, OddityKind
from pinkeeper.review.comparison.compare import FileComparison, compare_contents
from pinkeeper.review.material import NewFact, Novelty
from pinkeeper.review.novelty import is_test, new_facts, new_literals, new_oddities
from tests.review.contents_in_memory import ContentsInMemory

Files = Mapping[str, str]


def _contents(files: Files) -> ContentsInMemory:
    return ContentsInMemory({path: text.encode() for path, text in files.items()})


def _code(files: Files) -> PackageCode:
    return package_code(
        files.keys(),
        lambda path: files[path].encode(),
        lambda paths: {path: summarise(files[path].encode()) for path in paths},
        files.keys(),
        is_wheel=True,
        summarise=summarise,
    )


def _compared(old: Files, new: Files) -> tuple[PackageCode, PackageCode, FileComparison]:
    compared = compare_contents(_contents(old), _contents(new), code_lines=lambda *_: ())
    return _code(old), _code(new), compared


def _facts(old: Files, new: Files) -> tuple[NewFact, ...]:
    before, after, compared = _compared(old, new)
    return new_facts(before, after, compared.changes, compared.origins)


_RUN = "import subprocess\n\n\ndef show(path):\n    '''Show a file.'''\n    subprocess.run(['less', path])\n"


def test_a_new_call_in_an_old_function_is_told():
    (found,) = _facts(
        {"p/__init__.py": "def show(path):\n    return path\n"},
        {"p/__init__.py": "import subprocess\ndef show(path):\n    subprocess.run(['less', path])\n    return path\n"},
    )
    assert found.fact.capability is Capability.PROCESS
    assert found.fact.callee == "subprocess.run"
    assert (found.path, found.when, found.novelty) == ("p/__init__.py", When.CALL, Novelty.OLD_SCOPE)


def test_a_new_function_and_a_new_file_are_told_as_such():
    old = {"p/__init__.py": "x = 1\n", "p/a.py": "y = 2\n"}
    new = {**old, "p/a.py": f"y = 2\n{_RUN}", "p/b.py": _RUN}
    assert {(found.path, found.novelty) for found in _facts(old, new)} == {
        ("p/a.py", Novelty.NEW_SCOPE),
        ("p/b.py", Novelty.NEW_FILE),
    }


@pytest.mark.parametrize(
    "new",
    [
        {"p/__init__.py": "", "p/b.py": _RUN},
        {"p/__init__.py": "", "p/b.py": f"import os\nfrom typing import Any\n{_RUN}\nLIMIT = 7\n"},
        {"p/__init__.py": "", "p/a.py": _RUN.replace("'''Show a file.'''", "'''Show it.'''"), "p/c.py": "z = 1\n"},
        {"p/__init__.py": "", "p/a.py": _RUN.replace("def show", "\n# moved down\n\ndef show")},
    ],
    ids=["renamed file", "other file with more in it", "docstring", "position"],
)
def test_what_moved_word_for_word_is_not_new(new):
    assert _facts({"p/__init__.py": "", "p/a.py": _RUN}, new) == ()


def test_a_call_with_the_same_arguments_that_another_function_lost_is_not_new():
    old = {"p/a.py": "import subprocess\ndef f():\n    return subprocess.run(['git', 'status'])\n", "p/b.py": "w = 1\n"}
    new = {
        "p/a.py": "def f():\n    return None\n",
        "p/b.py": "import subprocess\nw = 1\ndef status(quiet):\n    done = subprocess.run(['git', 'status'])\n"
        "    return done if not quiet else None\n",
    }
    assert _facts(old, new) == ()


def test_another_argument_of_a_call_that_was_there_is_no_new_power():
    old = {"p/a.py": "import subprocess\ndef f():\n    subprocess.run(['git', 'status'])\n"}
    new = {"p/a.py": "import subprocess\ndef f():\n    subprocess.run(['git', 'log'])\n"}
    assert _facts(old, new) == ()


def test_a_call_whose_argument_is_decoded_now_is_new():
    old = {"p/a.py": "def f(text):\n    exec(text)\n"}
    new = {"p/a.py": "import base64\ndef f(text):\n    exec(base64.b64decode('cGFzcw=='))\n"}
    assert [found.fact.callee for found in _facts(old, new) if found.fact.capability is Capability.DYNAMIC_CODE]


def test_code_that_was_there_and_runs_at_import_now_is_told():
    old = {"p/__init__.py": "from p.a import show\n", "p/a.py": _RUN}
    new = {"p/__init__.py": "from p.a import show\nshow('x')\n", "p/a.py": _RUN}
    (found,) = _facts(old, new)
    assert (found.path, found.fact.callee, found.when, found.novelty) == (
        "p/a.py",
        "subprocess.run",
        When.IMPORT,
        Novelty.OLD_SCOPE,
    )


def test_a_function_that_moved_and_runs_earlier_is_told():
    old = {"p/__init__.py": "", "p/a.py": _RUN}
    new = {"p/__init__.py": "", "p/b.py": f"import os\n{_RUN}\nshow('x')\n"}
    assert [(found.path, found.when) for found in _facts(old, new)] == [("p/b.py", When.IMPORT)]


@pytest.mark.parametrize("path", ["p/tests/test_a.py", "tests/conftest.py", "p/test_a.py", "p/a_test.py"])
def test_what_only_tests_import_is_left_out(path):
    assert is_test(path)
    assert _facts({"p/__init__.py": ""}, {"p/__init__.py": "", path: f"{_RUN}show('x')\n"}) == ()


def test_a_test_module_that_the_package_imports_is_not_left_out():
    new = {
        "p/__init__.py": "from p.tests import test_a\n",
        "p/tests/__init__.py": "",
        "p/tests/test_a.py": f"{_RUN}show(1)\n",
    }
    assert [found.when for found in _facts({"p/__init__.py": ""}, new)] == [When.IMPORT]


def test_texts_and_oddities_that_the_old_release_has_are_not_new():
    old = {"p/a.py": "URL = 'https://one.example/x'\n", "p/b.py": "y = 1\n"}
    new = {
        "p/a.py": "",
        "p/b.py": "y = 1\nURL = 'https://one.example/x'\nTWO = 'https://two.example/'\nn\u0430me = 1\n",
    }
    before, after, compared = _compared(old, new)
    literals = new_literals(before, after, compared.changes, compared.origins)
    assert [each.literal.value for each in literals] == ["https://two.example/"]
    (oddity,) = new_oddities(before, after, compared.changes, compared.origins)
    assert (oddity.oddity.kind, oddity.oddity.line) == (OddityKind.MIXED_SCRIPT, 4)


@pytest.mark.parametrize(
    ("importing", "is_told"),
    [
        ("from .tests import tool\n", True),
        ("from .tests.tool import show\n", True),
        ("import p.tests.tool\n", True),
        ("import tool\n", True),
        ("from distutils.tool import show\n", False),
        ("import p.tool_of_another_name\n", False),
        ("import other.tool\n", False),
    ],
)
def test_a_module_of_tests_counts_where_other_code_imports_it(importing, is_told):
    old = {"p/__init__.py": importing, "p/tests/tool.py": "x = 1\n"}
    assert bool(_facts(old, {**old, "p/tests/tool.py": f"x = 1\n{_RUN}"})) == is_told


def test_a_module_of_tests_named_like_one_of_the_standard_library_is_not_taken_for_it():
    old = {"p/__init__.py": "import random\n", "p/tests/random.py": "x = 1\n"}
    assert _facts(old, {**old, "p/tests/random.py": f"x = 1\n{_RUN}"}) == ()
