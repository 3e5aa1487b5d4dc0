from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.artifacts.contents import open_contents
from pinkeeper.review.comparison.against_sdist import beyond_sdist
from tests.review.contents_in_memory import ContentsInMemory
from tests.support.distributions import make_sdist, make_wheel

Files = Mapping[str, str | bytes]
CODE = (
    "import os\n\n\nclass Client:\n    def send(self, data):\n        return post(self.url, data)\n\n\n"
    "def run():\n    go()\n"
)
HOOK = (
    "import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('space',));"
    "m = sys.modules.setdefault('space', types.ModuleType('space'));"
    "mp = (m or []) and m.__dict__.setdefault('__path__', []);(p not in mp) and mp.append(p)\n"
)


def beyond(wheel: Files, sdist: Files) -> tuple[tuple[str, str], ...]:
    return beyond_sdist(ContentsInMemory(wheel, filename="demo-1.0-py3-none-any.whl"), ContentsInMemory(sdist))


@pytest.mark.parametrize("place", ["demo/core.py", "src/demo/core.py", "python/lib/demo/core.py", "elsewhere/other.py"])
def test_the_same_file_may_lie_anywhere_in_the_sdist(place):
    assert beyond({"demo/core.py": CODE}, {place: CODE}) == ()


@pytest.mark.parametrize(
    "changed",
    [
        CODE.replace("\n", "\r\n"),
        "# Made by a build.\n" + CODE,
        CODE.replace("class Client:\n", "class Client:\n    '''One.'''\n\n"),
        "__version__ = '1.0'\n" + CODE,
        CODE + "__commit__ = None\nVERSION = (1, 0)\n",
        CODE + "def get_version():\n    return '1.0'\n",
    ],
)
def test_what_builds_do_to_a_file_is_passed_over(changed):
    assert beyond({"demo/core.py": changed}, {"src/demo/core.py": CODE}) == ()


def test_a_version_that_was_filled_in_is_passed_over():
    assert (
        beyond({"demo/__init__.py": "__version__ = '1.0'\n" + CODE}, {"demo/__init__.py": "__version__ = '0'\n" + CODE})
        == ()
    )


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (CODE + "def more():\n    go()\n", "more"),
        (CODE.replace("post(self.url, data)", "post(other, data)"), "another Client.send"),
        (CODE.replace("    def send", "    def extra(self):\n        go()\n\n    def send"), "Client.extra"),
        (CODE.replace("class Client:", "class Client(make()):"), "another Client"),
        (CODE.replace("class Client:\n", "class Client:\n    go()\n"), "a statement outside of functions"),
        (CODE + "run()\n", "a statement outside of functions"),
        ("import socket\n" + CODE + "run()\n", "statements outside of functions"),
        (CODE.replace("def run", "@wrapped\ndef run"), "another run"),
    ],
)
def test_code_that_only_the_wheel_has_is_named(changed, what):
    assert beyond({"demo/core.py": changed}, {"src/demo/core.py": CODE}) == (("demo/core.py", what),)


def test_of_many_functions_the_first_are_named():
    changed = CODE + "".join(f"def new{number}():\n    go()\n" for number in range(8))
    found = beyond({"demo/core.py": changed}, {"demo/core.py": CODE})
    assert [what for _, what in found] == ["new0", "new1", "new2", "new3", "new4", "more functions"]


def test_a_file_that_only_the_wheel_has_is_named():
    found = beyond({"demo/core.py": CODE, "demo/more.py": "import os\n" + CODE}, {"demo/core.py": CODE})
    assert found == (("demo/more.py", "a Python file"),)


def test_an_equal_name_in_another_package_is_no_source():
    assert beyond({"demo/a/core.py": CODE + "run()\n"}, {"demo/b/core.py": CODE}) == (
        ("demo/a/core.py", "a Python file"),
    )


@pytest.mark.parametrize("scheme", ["purelib", "platlib"])
def test_files_in_schemes_are_compared_by_their_place(scheme):
    path = f"demo-1.0.data/{scheme}/demo/core.py"
    assert beyond({path: "# x\n" + CODE}, {"demo/core.py": CODE}) == ()
    assert beyond({path: CODE + "run()\n"}, {"demo/core.py": CODE}) == ((path, "a statement outside of functions"),)


def test_scripts_are_compared_by_their_name():
    path = "demo-1.0.data/scripts/serve"
    assert beyond({path: "#!python\n" + CODE}, {"bin/serve": "#!/usr/bin/env python\n" + CODE}) == ()
    assert beyond({path: "#!python\n" + CODE + "run()\n"}, {"bin/serve": CODE}) != ()
    assert beyond({path: "#!/bin/sh\nls\n"}, {}) == ()


def test_a_start_up_file_that_only_the_wheel_has_is_named():
    wheel = {"demo/core.py": CODE, "demo.pth": "import demo\n"}
    assert beyond(wheel, {"demo/core.py": CODE}) == (("demo.pth", "a start-up file"),)
    assert beyond(wheel, {"demo/core.py": CODE, "src/demo.pth": "# words\nimport demo\n"}) == ()


def test_namespace_hooks_of_builds_are_passed_over():
    assert beyond({"demo-1.0-nspkg.pth": HOOK}, {}) == ()
    assert beyond({"demo-1.0-nspkg.pth": HOOK + "import demo\n"}, {}) == (("demo-1.0-nspkg.pth", "a start-up file"),)


def test_model_weights_are_no_start_up_files():
    assert beyond({"demo/weights.pth": b"\x80\x02\0\1"}, {}) == ()


def test_compiled_code_needs_its_source():
    wheel: Files = {
        "demo/core.py": CODE,
        "demo/__pycache__/core.cpython-311.pyc": b"\1",
        "demo/__pycache__/x.cpython-311.pyc": b"\2",
    }
    assert beyond(wheel, {"demo/core.py": CODE}) == (
        ("demo/__pycache__/x.cpython-311.pyc", "compiled Python code without its source"),
    )


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("demo/v1/service_pb2.py", "proto/service.proto"),
        ("demo/v1/service_pb2_grpc.py", "proto/service.proto"),
        ("demo/ui_main.py", "forms/main.ui"),
        ("demo/main_ui.py", "forms/main.ui"),
        ("demo/QueryParser.py", "grammar/Query.g4"),
    ],
)
def test_files_made_from_a_schema_are_passed_over(path, source):
    assert beyond({path: CODE}, {source: "x"}) == ()
    assert beyond({path: CODE}, {}) == ((path, "a Python file"),)


def test_a_file_made_from_a_template_is_passed_over_unless_it_has_more():
    template = CODE + "BUILD = find('@COMPILER@')\nHOST = find('@HOST@')\n"
    made = template.replace("@COMPILER@", "cc").replace("@HOST@", "linux")
    assert beyond({"demo/config.py": made}, {"demo/config.py.in": template}) == ()
    more = made + "".join(f"step({number})\n" for number in range(10))
    assert beyond({"demo/config.py": more}, {"demo/config.py.in": template}) == (("demo/config.py", "a Python file"),)


def test_a_version_file_that_only_the_wheel_has_is_passed_over_while_it_is_inert():
    inert = "TYPE_CHECKING = False\n__version__ = version = '1.0'\nversion_tuple = (1, 0)\n"
    assert beyond({"demo/_version.py": inert}, {}) == ()
    assert beyond({"demo/_version.py": inert + "run(version)\n"}, {}) == (("demo/_version.py", "a Python file"),)


def test_a_file_that_does_not_parse_is_compared_as_text():
    old = "print 'x'\n"
    assert beyond({"demo/old.py": old}, {"demo/old.py": "print   'x'"}) == ()
    assert beyond({"demo/old.py": old}, {"demo/old.py": "print 'y'\n"}) == (("demo/old.py", "a Python file"),)


def test_an_sdist_that_is_no_source_is_told_once_and_start_up_files_all_the_same():
    wheel = {f"demo/m{number}.py": f"{CODE}run({number})\n" for number in range(20)} | {"demo.pth": "import demo\n"}
    assert beyond(wheel, {"README.md": "x"}) == (("", "most of its Python files"), ("demo.pth", "a start-up file"))


def test_more_than_anybody_reads_is_counted():
    same = {f"demo/m{number:03}.py": CODE for number in range(150)}
    wheel = dict.fromkeys(same, CODE + "run()\n") | {"zzz.pth": "import demo\n"}
    found = beyond(wheel, {f"src/{path}": CODE for path in same})
    assert len(found) == 101
    assert ("zzz.pth", "a start-up file") in found
    assert found[-1] == ("", "more such parts")


def test_parsing_ends_with_the_budget(monkeypatch):
    monkeypatch.setattr("pinkeeper.review.comparison.against_sdist._PARSED_BYTES", 0)
    assert beyond({"demo/core.py": "# x\n" + CODE}, {"demo/core.py": CODE}) == (("demo/core.py", "a Python file"),)


def test_a_real_wheel_is_held_against_a_real_sdist():
    wheel = make_wheel("demo", "1.0", files={"demo/__init__.py": CODE, "demo_init.pth": "import demo\n"})
    sdist = make_sdist("demo", "1.0", files={"src/demo/__init__.py": "# x\n" + CODE})
    opened = [open_contents(io.BytesIO(built.content), filename=built.filename) for built in (wheel, sdist)]
    assert beyond_sdist(*opened) == (("demo_init.pth", "a start-up file"),)


sources = st.lists(st.sampled_from(["x = 1", "def f():\n    go()", "run()", "import os", "(", "\0"]), max_size=4)
trees = st.dictionaries(
    st.sampled_from(["demo/a.py", "demo/b.py", "src/demo/a.py", "demo.pth", "demo-1.0.data/scripts/a"]),
    st.builds("\n".join, sources),
    max_size=5,
)


@given(trees)
def test_nothing_is_beyond_itself(tree):
    assert beyond(tree, tree) == ()


@given(trees, trees)
def test_what_is_beyond_is_in_the_wheel(wheel, sdist):
    assert {path for path, _ in beyond(wheel, sdist)} <= wheel.keys()
