"""When scopes run: releases as tables of files, and what is expected of scopes in them."""

# ruff: noqa: E501 - a file of a release is one cell of a table

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from pinkeeper.model.finding import When
from pinkeeper.review.capabilities import python_file
from pinkeeper.review.capabilities.demand import package_code
from pinkeeper.review.capabilities.layout import wheel_layout
from pinkeeper.review.capabilities.reach import Roots, reach
from pinkeeper.review.capabilities.summary import MAIN, MODULE, Call, Function, Import, ModuleSummary
from tests.review.capabilities.plain_summaries import Asked, reader, summarise

START, BUILD, IMPORT, CALL = When.START, When.BUILD, When.IMPORT, When.CALL

_HELPER = "def f():\n    pass\ndef g():\n    pass\n"


def _is_as_expected(
    files: Mapping[str, str],
    expected: Mapping[str, When],
    *,
    how: Callable[[bytes], ModuleSummary],
    is_wheel: bool = True,
) -> None:
    focus = [path for path in files if path.endswith(".py")]
    code = package_code(files, reader(files), Asked(files, how), focus, is_wheel=is_wheel, summarise=how)
    found = {}
    for key in expected:
        path, _, scope = key.partition(" ")
        known = {function.name for function in code.modules[path].functions} if path in code.modules else set()
        assert path.endswith((".pth", ".start")) or (scope or MODULE) in known, f"no scope {key}"
        found[key] = code.runs(path, scope or MODULE)
    assert found == expected


WHEELS: dict[str, tuple[dict[str, str], dict[str, When]]] = {
    "modules run when they are imported, functions when they are called": (
        {"p/__init__.py": _HELPER, "p/a.py": "x = 1\n"},
        {"p/__init__.py": IMPORT, "p/a.py": IMPORT, "p/__init__.py f": CALL},
    ),
    "a helper called at module level runs at import": (
        {"p/__init__.py": "def f():\n    g()\ndef g():\n    pass\ndef h():\n    pass\nf()\n"},
        {"p/__init__.py f": IMPORT, "p/__init__.py g": IMPORT, "p/__init__.py h": CALL},
    ),
    "a function that is defined in a function runs when it is called there": (
        {"p.py": "def f():\n    def a():\n        pass\n    def b():\n        pass\n    a()\nf()\n"},
        {"p.py f": IMPORT, "p.py f.<locals>.a": IMPORT, "p.py f.<locals>.b": CALL},
    ),
    "thread targets are called": (
        {"p.py": "import threading\ndef f():\n    pass\nthreading.Thread(target=f).start()\n"},
        {"p.py f": IMPORT},
    ),
    "decorators run at import, what they decorate does not": (
        {"p.py": "def d(f):\n    return f\n@d\ndef f():\n    pass\n"},
        {"p.py d": IMPORT, "p.py f": CALL},
    ),
    "an absolute import": (
        {"p/__init__.py": "", "p/h.py": _HELPER, "p/a.py": "import p.h\np.h.f()\n"},
        {"p/h.py f": IMPORT},
    ),
    "an absolute import under another name": (
        {"p/__init__.py": "", "p/h.py": _HELPER, "p/a.py": "import p.h as m\nm.f()\n"},
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "a relative import": (
        {"p/__init__.py": "", "p/h.py": _HELPER, "p/a.py": "from .h import f\nf()\n"},
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "a relative import of a module": (
        {"p/__init__.py": "", "p/h.py": _HELPER, "p/a.py": "from . import h\nh.f()\n"},
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "a relative import from two levels up": (
        {"p/__init__.py": "", "p/h.py": _HELPER, "p/q/__init__.py": "", "p/q/a.py": "from ..h import f as k\nk()\n"},
        {"p/h.py f": IMPORT},
    ),
    "a relative import beyond the top means nothing": (
        {"p/__init__.py": "", "h.py": _HELPER, "p/a.py": "from ...h import f\nf()\n"},
        {"h.py f": CALL},
    ),
    "a name that a package passes on": (
        {"p/__init__.py": "from .h import f\n", "p/h.py": _HELPER, "a.py": "from p import f\nf()\n"},
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "a name that a package passes on as another": (
        {"p/__init__.py": "from .h import f as k\n", "p/h.py": _HELPER, "a.py": "import p\np.k()\n"},
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "a module that a package passes on as another": (
        {"p/__init__.py": "from . import h as k\n", "p/h.py": _HELPER, "a.py": "import p\np.k.f()\n"},
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "a name that goes through two star imports": (
        {
            "p/__init__.py": "from .m import *\n",
            "p/m.py": "from .h import *\n",
            "p/h.py": _HELPER,
            "a.py": "import p\np.f()\n",
        },
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "a star import into the file that calls": (
        {"p/__init__.py": "", "p/h.py": _HELPER, "p/a.py": "from .h import *\nf()\n"},
        {"p/h.py f": IMPORT, "p/h.py g": CALL},
    ),
    "names passed on in a circle": (
        {"p/__init__.py": "from .a import f\n", "p/a.py": "from .b import f\n", "p/b.py": "from .a import f\nf()\n"},
        {"p/a.py": IMPORT},
    ),
    "a folder without __init__.py is a package": (
        {"n/p/__init__.py": "", "n/p/h.py": _HELPER, "n/q.py": "from n.p import h\nh.f()\n"},
        {"n/p/h.py f": IMPORT},
    ),
    "making an instance runs what makes one": (
        {
            "p.py": "class C:\n    def __new__(cls):\n        pass\n    def __init__(self):\n        self.m()\n"
            "    def m(self):\n        pass\n    def n(self):\n        pass\n    def __del__(self):\n        pass\nC()\n"
        },
        {
            "p.py C.__new__": IMPORT,
            "p.py C.__init__": IMPORT,
            "p.py C.m": IMPORT,
            "p.py C.n": CALL,
            "p.py C.__del__": IMPORT,
        },
    ),
    "an instance of a dataclass": (
        {"p.py": "class C:\n    x: int\n    def __post_init__(self):\n        pass\nC()\n"},
        {"p.py C.__post_init__": IMPORT},
    ),
    "what makes an instance is inherited from another module": (
        {
            "p/__init__.py": "",
            "p/b.py": "class B:\n    def __init__(self):\n        self.m()\n    def m(self):\n        pass\n",
            "p/a.py": "from .b import B\nclass C(B):\n    pass\nC()\n",
        },
        {"p/b.py B.__init__": IMPORT, "p/b.py B.m": IMPORT},
    ),
    "a method that is inherited": (
        {
            "p/__init__.py": "",
            "p/b.py": "class B:\n    def m(self):\n        pass\n",
            "p/a.py": "from . import b\nclass C(b.B):\n    def n(self):\n        self.m()\nC.n(None)\n",
        },
        {"p/b.py B.m": IMPORT, "p/a.py C.n": IMPORT},
    ),
    "classes that inherit in a circle": (
        {"p.py": "from p import B\nclass A(B):\n    pass\nclass B(A):\n    def __init__(self):\n        pass\nA()\n"},
        {"p.py B.__init__": IMPORT},
    ),
    "a subclass runs __init_subclass__ of its base": (
        {
            "p/__init__.py": "",
            "p/b.py": "class B:\n    def __init_subclass__(cls):\n        pass\n    def __init__(self):\n        pass\n",
            "p/a.py": "from .b import B\nclass C(B):\n    pass\n",
        },
        {"p/b.py B.__init_subclass__": IMPORT, "p/b.py B.__init__": CALL},
    ),
    "__init_subclass__ does not run without a subclass": (
        {"p.py": "class B:\n    def __init_subclass__(cls):\n        pass\n"},
        {"p.py B.__init_subclass__": CALL},
    ),
    "a class that is made in a function runs __init_subclass__ when that runs": (
        {"p.py": "class B:\n    def __init_subclass__(cls):\n        pass\ndef f():\n    class C(B):\n        pass\n"},
        {"p.py B.__init_subclass__": CALL, "p.py f": CALL},
    ),
    "a metaclass runs when its class is defined": (
        {
            "p.py": "class M(type):\n    def __new__(cls, *a):\n        pass\n    def __call__(cls):\n        pass\n"
            "class C(metaclass=M):\n    pass\n"
        },
        {"p.py M.__new__": IMPORT, "p.py M.__call__": CALL},
    ),
    "the metaclass of a base runs too, and its __call__ when an instance is made": (
        {
            "p.py": "class M(type):\n    def __init__(cls, *a):\n        pass\n    def __call__(cls):\n        pass\n"
            "class B(metaclass=M):\n    pass\nclass C(B):\n    pass\nC()\n"
        },
        {"p.py M.__init__": IMPORT, "p.py M.__call__": IMPORT},
    ),
    "a metaclass may be a function": (
        {"p.py": "def m(*a):\n    pass\nclass C(metaclass=m):\n    pass\n"},
        {"p.py m": IMPORT},
    ),
    "a descriptor in the body of a class is told its name": (
        {
            "p.py": "class D:\n    def __set_name__(self, o, n):\n        pass\n    def __get__(self, *a):\n        pass\n"
            "class C:\n    d = D()\n"
        },
        {"p.py D.__set_name__": IMPORT, "p.py D.__get__": CALL},
    ),
    "a name that a module has not got runs its __getattr__": (
        {"p/__init__.py": "def __getattr__(name):\n    pass\nx = 1\n", "a.py": "from p import y\n"},
        {"p/__init__.py __getattr__": IMPORT},
    ),
    "an attribute that a module has not got runs its __getattr__": (
        {"p/__init__.py": "def __getattr__(name):\n    pass\n", "a.py": "import p\np.y.z()\n"},
        {"p/__init__.py __getattr__": IMPORT},
    ),
    "names that a module has got do not run its __getattr__": (
        {
            "p/__init__.py": "from .h import f\ndef __getattr__(name):\n    print(name)\nx = 1\n",
            "p/h.py": _HELPER,
            "a.py": "from p import x, f, h\nimport p\np.f()\np.h.g()\np.x.append(1)\n",
        },
        {"p/__init__.py __getattr__": CALL, "p/h.py g": IMPORT},
    ),
    "a module that is imported by its name as a text": (
        {
            "p/__init__.py": "",
            "p/h.py": "",
            "x.pth": "import p.a\n",
            "p/a.py": "import importlib\nimportlib.import_module('p.h')\n",
        },
        {"p/h.py": START, "p/__init__.py": START},
    ),
    "a file that is run when a module is": (
        {"p/__init__.py": "def f():\n    pass\nif __name__ == '__main__':\n    f()\n"},
        {"p/__init__.py": IMPORT, f"p/__init__.py {MAIN}": CALL, "p/__init__.py f": CALL},
    ),
    "__main__.py runs when it is called": (
        {"p/__init__.py": "", "p/__main__.py": _HELPER + "f()\n"},
        {"p/__main__.py": CALL, "p/__main__.py f": CALL},
    ),
    "a module of the release that is started as a program": (
        {
            "p/__init__.py": "import subprocess, sys\nsubprocess.Popen([sys.executable, '-m', 'p.w'])\n",
            "p/w.py": "def f():\n    pass\nif __name__ == '__main__':\n    f()\n",
        },
        {f"p/w.py {MAIN}": IMPORT, "p/w.py f": IMPORT},
    ),
    "a package that is started as a program": (
        {
            "p/__init__.py": "import runpy\nrunpy.run_module('q')\n",
            "q/__init__.py": "",
            "q/__main__.py": _HELPER + "f()\n",
        },
        {"q/__main__.py": IMPORT, "q/__main__.py f": IMPORT},
    ),
    "a file of the release that is started by its path, in a command line": (
        {
            "p/__init__.py": "import os, subprocess\nsubprocess.run('python start.py --fast', shell=True)\n",
            "p/start.py": "def f():\n    pass\nif __name__ == '__main__':\n    f()\n",
        },
        {f"p/start.py {MAIN}": IMPORT, "p/start.py f": IMPORT},
    ),
    "an abstract base class is no metaclass": (
        {
            "p.py": "import abc\nclass B(metaclass=abc.ABCMeta):\n    def __init__(self):\n        pass\n    def __call__(self):\n        pass\n"
            "class C(B):\n    pass\n"
        },
        {"p.py B.__init__": CALL, "p.py B.__call__": CALL},
    ),
    "a file of the release that is started by its path": (
        {
            "p/__init__.py": "import subprocess\nsubprocess.Popen(['python', 'r/start.py'])\n",
            "p/r/start.py": _HELPER + "if __name__ == '__main__':\n    f()\n",
            "q/start.py": "if __name__ == '__main__':\n    pass\n",
        },
        {f"p/r/start.py {MAIN}": IMPORT, "p/r/start.py f": IMPORT, f"q/start.py {MAIN}": CALL},
    ),
    "a start-up line lifts what it imports, and the packages around": (
        {
            "x.pth": "import p.a\n",
            "p/__init__.py": "",
            "p/a.py": "from . import h\nh.f()\n",
            "p/h.py": _HELPER,
            "p/b.py": "",
        },
        {
            "x.pth": START,
            "p/__init__.py": START,
            "p/a.py": START,
            "p/h.py": START,
            "p/h.py f": START,
            "p/h.py g": CALL,
            "p/b.py": IMPORT,
        },
    ),
    "a start-up line calls a function": (
        {"x.pth": "import p; p.f()\n", "p.py": _HELPER},
        {"p.py": START, "p.py f": START, "p.py g": CALL},
    ),
    "an import within a function that a start-up line calls": (
        {
            "x.pth": "import p; p.f()\n",
            "p.py": "def f():\n    import q\ndef g():\n    import r\n",
            "q.py": "",
            "r.py": "",
        },
        {"q.py": START, "r.py": IMPORT},
    ),
    "an entry point of a start-up file": (
        {
            "x.start": "# ours\np.q:C.m\n",
            "p/__init__.py": "",
            "p/q.py": "class C:\n    def m(self=None):\n        pass\n    def n(self):\n        pass\n",
        },
        {"x.start": START, "p/q.py": START, "p/q.py C.m": START, "p/q.py C.n": CALL, "p/__init__.py": START},
    ),
    "a folder below is no place for start-up files": (
        {"p/x.pth": "import p.a\n", "p/__init__.py": "", "p/a.py": ""},
        {"p/a.py": IMPORT},
    ),
    "sitecustomize runs at start, with what it imports": (
        {"sitecustomize.py": "import p\n", "p.py": ""},
        {"sitecustomize.py": START, "p.py": START},
    ),
    "a package may be a usercustomize": (
        {"usercustomize/__init__.py": "from . import a\n", "usercustomize/a.py": "", "usercustomize/b.py": ""},
        {"usercustomize/__init__.py": START, "usercustomize/a.py": START, "usercustomize/b.py": IMPORT},
    ),
    "sitecustomize in a folder that a path line adds": (
        {"x.pth": "p/_v\n", "p/__init__.py": "", "p/_v/sitecustomize.py": "import h\n", "p/_v/h.py": ""},
        {"p/_v/sitecustomize.py": START, "p/_v/h.py": START, "p/__init__.py": IMPORT},
    ),
    "modules in folders of .data": (
        {
            "p-1.data/purelib/q/__init__.py": _HELPER,
            "p-1.data/platlib/r.py": "import q\nq.f()\n",
            "p-1.data/data/lib/python3.12/site-packages/s.py": "",
            "p-1.data/data/share/t.py": "",
            "p-1.data/scripts/u.py": _HELPER + "f()\n",
        },
        {
            "p-1.data/purelib/q/__init__.py f": IMPORT,
            "p-1.data/purelib/q/__init__.py g": CALL,
            "p-1.data/data/lib/python3.12/site-packages/s.py": IMPORT,
            "p-1.data/data/share/t.py": CALL,
            "p-1.data/scripts/u.py": CALL,
            "p-1.data/scripts/u.py f": CALL,
        },
    ),
    "whoever calls a function has its module imported": (
        {"x.pth": "import a; a.go()\n", "a.py": "from b import f as go\n", "b.py": _HELPER + "g()\n"},
        {"b.py f": START, "b.py": START, "b.py g": START},
    ),
    "both of two definitions of one name": (
        {
            "p.py": "if x:\n    def f():\n        a()\nelse:\n    def f():\n        b()\ndef a():\n    pass\ndef b():\n    pass\nf()\n"
        },
        {"p.py a": IMPORT, "p.py b": IMPORT},
    ),
}


# The summary of one file has no calls of names that it gets from a star import of a module it does not know.
_BEYOND_ONE_FILE = {"a star import into the file that calls"}


@pytest.mark.parametrize(
    ("case", "how"),
    [(case, summarise) for case in WHEELS]
    + [(case, python_file.summarise) for case in WHEELS if case not in _BEYOND_ONE_FILE],
    ids=lambda value: value if isinstance(value, str) else value.__module__.rpartition(".")[2],
)
def test_of_a_wheel(case: str, how: Callable[[bytes], ModuleSummary]) -> None:
    files, expected = WHEELS[case]
    _is_as_expected(files, expected, how=how)


_SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'

SDISTS: dict[str, tuple[dict[str, str], dict[str, When]]] = {
    "setup.py runs as a program, with what it imports": (
        {
            "setup.py": "import _helper\n_helper.f()\ndef go():\n    pass\nif __name__ == '__main__':\n    go()\n",
            "_helper.py": _HELPER,
            "src/p/__init__.py": "",
        },
        {
            "setup.py": BUILD,
            f"setup.py {MAIN}": BUILD,
            "setup.py go": BUILD,
            "_helper.py f": BUILD,
            "src/p/__init__.py": IMPORT,
        },
    ),
    "methods of commands run, also of those that come from elsewhere": (
        {
            "setup.py": "from build_tools.cmd import Install\nclass Build:\n    def run(self):\n        f()\ndef f():\n    pass\n",
            "build_tools/cmd.py": "class Install:\n    def run(self):\n        pass\nclass Other:\n    def run(self):\n        pass\n",
        },
        {
            "setup.py Build.run": BUILD,
            "setup.py f": BUILD,
            "build_tools/cmd.py Install.run": BUILD,
            "build_tools/cmd.py Other.run": CALL,
        },
    ),
    "a backend in the tree": (
        {
            "pyproject.toml": '[build-system]\nbuild-backend = "backend"\nbackend-path = ["_build"]\n',
            "_build/backend.py": "from setuptools.build_meta import *\nimport extra\ndef build_wheel(*a):\n    extra.f()\ndef other():\n    pass\n",
            "_build/extra.py": _HELPER,
            "p.py": "",
        },
        {
            "_build/backend.py": BUILD,
            "_build/backend.py build_wheel": BUILD,
            "_build/backend.py other": CALL,
            "_build/extra.py f": BUILD,
            "p.py": IMPORT,
        },
    ),
    "a value of the metadata that has to be imported": (
        {
            "pyproject.toml": _SETUPTOOLS + '[tool.setuptools.dynamic]\nversion = {attr = "p.v.VERSION"}\n',
            "src/p/__init__.py": "from . import h\n",
            "src/p/h.py": "",
            "src/p/v.py": "def make():\n    pass\nVERSION = make()\n",
            "src/p/w.py": "",
        },
        {
            "src/p/v.py": BUILD,
            "src/p/v.py make": BUILD,
            "src/p/__init__.py": BUILD,
            "src/p/h.py": BUILD,
            "src/p/w.py": IMPORT,
        },
    ),
    "a value of the metadata that can be read": (
        {
            "pyproject.toml": _SETUPTOOLS + '[tool.setuptools.dynamic]\nversion = {attr = "p.__version__"}\n',
            "src/p/__init__.py": "__version__ = '1.0'\n",
        },
        {"src/p/__init__.py": IMPORT},
    ),
    "a hook of hatchling": (
        {
            "pyproject.toml": '[tool.hatch.build.targets.wheel.hooks.custom]\npath = "tools/hook.py"\n',
            "tools/hook.py": "class H:\n    def initialize(self, v, d):\n        pass\ndef get_build_hook():\n    pass\ndef f():\n    pass\n",
        },
        {
            "tools/hook.py": BUILD,
            "tools/hook.py H.initialize": BUILD,
            "tools/hook.py get_build_hook": BUILD,
            "tools/hook.py f": CALL,
        },
    ),
    "a command that settings name": (
        {
            "setup.cfg": "[options]\ncmdclass =\n    sdist = extra.cmd.Sdist\n",
            "extra/__init__.py": "",
            "extra/cmd.py": "class Sdist:\n    def run(self):\n        pass\nclass Other:\n    def run(self):\n        pass\n",
        },
        {"extra/cmd.py": BUILD, "extra/cmd.py Sdist.run": BUILD},
    ),
    "tests and examples run when somebody runs them": (
        {
            "p/__init__.py": "",
            "tests/__init__.py": _HELPER,
            "tests/test_p.py": "import tests\ntests.f()\n",
            "examples/json.py": "",
            "conftest.py": "",
            "setup.py": "import json\n",
        },
        {
            "tests/__init__.py f": CALL,
            "tests/test_p.py": CALL,
            "examples/json.py": CALL,
            "conftest.py": CALL,
            "p/__init__.py": IMPORT,
        },
    ),
    "what stands beside setup.py hides the standard library": (
        {"setup.py": "import json\n", "json.py": ""},
        {"json.py": BUILD},
    ),
    "lib and src are no packages": (
        {"lib/p/__init__.py": "from p import a\na.f()\n", "lib/p/a.py": _HELPER, "src/q.py": ""},
        {"lib/p/a.py f": IMPORT, "src/q.py": IMPORT},
    ),
    "start-up files where they are installed from": (
        {"src/p.pth": "import p; p.f()\n", "src/p/__init__.py": _HELPER, "tests/x.pth": "import p; p.g()\n"},
        {"src/p.pth": START, "src/p/__init__.py f": START, "src/p/__init__.py g": CALL},
    ),
    "start comes before build": (
        {"sitecustomize.py": "import p\n", "setup.py": "import p\n", "p.py": ""},
        {"p.py": START, "setup.py": BUILD},
    ),
}


@pytest.mark.parametrize("case", SDISTS)
@pytest.mark.parametrize("how", [summarise, python_file.summarise], ids=["plain", "real"])
def test_of_an_sdist(case: str, how: Callable[[bytes], ModuleSummary]) -> None:
    files, expected = SDISTS[case]
    _is_as_expected(files, expected, how=how, is_wheel=False)


def test_a_file_that_could_not_be_parsed_runs_and_leads_nowhere() -> None:
    modules = {"p.py": ModuleSummary(problem="line 1: no")}
    assert reach(modules, layout=wheel_layout(["p.py", "q.py"]), roots=Roots()) == {
        ("p.py", MODULE): IMPORT,
        ("q.py", MODULE): IMPORT,
    }


def test_without_installed_modules_only_hooks_count() -> None:
    modules = {"p.py": ModuleSummary(functions=(Function(name=MODULE, line=1, end_line=1),))}
    assert reach(modules, layout=wheel_layout(["p.py"]), roots=Roots(is_installed=False)) == {}


def test_thousands_of_modules_that_import_each_other_in_a_circle() -> None:
    count = 3_000
    paths = [f"p/m{number}.py" for number in range(count)]
    modules = {
        path: ModuleSummary(
            functions=(
                Function(name=MODULE, line=1, end_line=1, calls=(Call(f".m{(number + 1) % count}.f", 2),)),
                Function(name="f", line=3, end_line=3, calls=(Call(f".m{(number + 2) % count}.f", 3),)),
            ),
            imports=(Import(f".m{(number + 1) % count}", 1, MODULE), Import(f".m{(number + 2) % count}", 1, MODULE)),
        )
        for number, path in enumerate(paths)
    }
    starts = Roots(hooks={})
    when = reach(modules, layout=wheel_layout([*paths, "p/__init__.py"]), roots=starts)
    assert set(when.values()) == {IMPORT}
    assert len(when) == 2 * count + 1


@pytest.mark.parametrize(
    "target",
    [
        "." * 5_000 + "x",
        "x." * 5_000 + "y",
        "",
        ".",
        "*",
        ".*",
        "..",
        "p.*",
        "p..f",
        "\0",
        "p.\ud800",
        "p." + "f" * 100_000,
    ],
)
def test_odd_names_mean_nothing_and_hurt_nobody(target: str) -> None:
    function = Function(name=MODULE, line=1, end_line=1, calls=(Call(target, 1),))
    summary = ModuleSummary(functions=(function,), imports=(Import(target, 1, MODULE),))
    when = reach({"p/__init__.py": summary}, layout=wheel_layout(["p/__init__.py"]), roots=Roots())
    assert when == {("p/__init__.py", MODULE): IMPORT}


def test_a_maze_of_star_imports_is_left_in_time() -> None:
    count = 300
    stars = tuple(Import(f".m{number}.*", 1, MODULE) for number in range(count))
    modules = {f"p/m{number}.py": ModuleSummary(imports=stars) for number in range(count)}
    calls = tuple(Call(f"name{number}", 1) for number in range(400))
    modules["p/a.py"] = ModuleSummary(
        functions=(Function(name=MODULE, line=1, end_line=1, calls=calls),), imports=stars
    )
    when = reach(modules, layout=wheel_layout(list(modules)), roots=Roots())
    assert set(when) == {(path, MODULE) for path in modules}
