"""Where facts stand, what calls what, and what a file defines."""
# ruff: noqa: E501 - one line a case

from __future__ import annotations

import pytest

from pinkeeper.review.capabilities.summary import MAIN, MODULE, Class, Import
from tests.review.capabilities.python.facts_of import summary_of

SCOPES = [
    ("import os\nos.system('x')", MODULE),
    ("import os\ndef f():\n    os.system('x')", "f"),
    ("import os\nasync def f():\n    os.system('x')", "f"),
    ("import os\nclass A:\n    os.system('x')", MODULE),
    ("import os\nclass A:\n    def f(self):\n        os.system('x')", "A.f"),
    ("import os\nclass A:\n    class B:\n        def f(self):\n            os.system('x')", "A.B.f"),
    ("import os\ndef f():\n    def g():\n        os.system('x')", "f.<locals>.g"),
    ("import os\ndef f():\n    class A:\n        def g(self):\n            os.system('x')", "f.<locals>.A.g"),
    ("import os\ndef f():\n    class A:\n        os.system('x')", "f"),
    ("import os\nf = lambda: os.system('x')", MODULE),
    ("import os\ndef g():\n    return lambda: os.system('x')", "g"),
    ("import os\ndef f(a=os.system('x')): pass", MODULE),
    ("import os\n@os.system('x')\ndef f(): pass", MODULE),
    ("import os\n@os.system('x')\nclass A: pass", MODULE),
    ("import os\nclass A(os.system('x')): pass", MODULE),
    ("import os\nclass A:\n    @os.system('x')\n    def f(self): pass", MODULE),
    ("import os\nif __name__ == '__main__':\n    os.system('x')", MAIN),
    ("import os\nif '__main__' == __name__:\n    os.system('x')", MAIN),
    ("import os, sys\nif sys.argv and __name__ == '__main__':\n    os.system('x')", MAIN),
    ("import os\nif __name__ == '__main__':\n    pass\nelse:\n    os.system('x')", MODULE),
    ("import os\nif __name__ != '__main__':\n    os.system('x')", MODULE),
    ("import os\ntry:\n    os.system('x')\nexcept E:\n    pass", MODULE),
    ("import os\nx = [os.system('x') for i in y]", MODULE),
    ("import os\nif x:\n    def f(): pass\nelse:\n    def f():\n        os.system('x')", "f"),
]  # fmt: skip

CALLS = [
    ("def f(): pass\nf()", MODULE, "f"),
    ("import json\njson.loads('1')", MODULE, "json.loads"),
    ("from json import loads as l\nl('1')", MODULE, "json.loads"),
    ("from .util import helper\nhelper()", MODULE, ".util.helper"),
    ("from . import util\nutil.helper()", MODULE, ".util.helper"),
    ("from ..a import b\nb.c()", MODULE, "..a.b.c"),
    ("from .m import C\nc = C()\nc.run()", MODULE, ".m.C.run"),
    ("import pkg.mod\npkg.mod.f()", MODULE, "pkg.mod.f"),
    ("class A:\n    def f(self): pass\nA().f()", MODULE, "A.f"),
    ("class A: pass\nA()", MODULE, "A"),
    ("class A:\n    def f(self):\n        self.g()\n    def g(self): pass", "A.f", "A.g"),
    ("class A:\n    def g(self): pass\nclass B(A):\n    def f(self):\n        self.g()", "B.f", "A.g"),
    ("from .base import Base\nclass B(Base):\n    def f(self):\n        self.g()", "B.f", ".base.Base.g"),
    ("class A:\n    def f(self): pass\nclass B(A):\n    def f(self):\n        super().f()", "B.f", "A.f"),
    ("class A:\n    @classmethod\n    def f(cls):\n        cls.g()\n    @staticmethod\n    def g(): pass", "A.f", "A.g"),
    ("class A:\n    def __call__(self): pass\nA()()", MODULE, "A.__call__"),
    ("class A:\n    def __enter__(self): pass\n    def __exit__(self, *a): pass\nwith A(): pass", MODULE, "A.__enter__"),
    ("class A:\n    def __enter__(self): pass\n    def __exit__(self, *a): pass\nwith A(): pass", MODULE, "A.__exit__"),
    ("class A:\n    def __iter__(self): pass\nfor x in A(): pass", MODULE, "A.__iter__"),
    ("class A:\n    def __del__(self): pass\nA()", MODULE, "A.__del__"),
    ("class A:\n    @property\n    def p(self): pass\nA().p", MODULE, "A.p"),
    ("class A:\n    def __init_subclass__(cls): pass\nclass B(A): pass", MODULE, "A.__init_subclass__"),
    ("class M(type): pass\nclass A(metaclass=M): pass", MODULE, "M"),
    ("class A:\n    a = 1\n    def f(self): pass\na = A()\ndef g():\n    a.f()", "g", "A.f"),
    ("def f(): pass\nimport threading\nthreading.Thread(target=f).start()", MODULE, "f"),
    ("def f(): pass\nimport threading\nthreading.Timer(5, f).start()", MODULE, "f"),
    ("def f(): pass\nimport atexit\natexit.register(f)", MODULE, "f"),
    ("import atexit\n@atexit.register\ndef f(): pass", MODULE, "f"),
    ("def f(): pass\nimport signal\nsignal.signal(signal.SIGTERM, f)", MODULE, "f"),
    ("def f(): pass\nimport weakref\nweakref.finalize(o, f)", MODULE, "f"),
    ("def f(): pass\nimport sys\nsys.excepthook = f", MODULE, "f"),
    ("def f(): pass\nimport sys\nsys.settrace(f)", MODULE, "f"),
    ("def f(): pass\nimport sys\nsys.addaudithook(f)", MODULE, "f"),
    ("def f(x): pass\nlist(map(f, [1]))", MODULE, "f"),
    ("def f(x): pass\nsorted([1], key=f)", MODULE, "f"),
    ("def f(a, b): pass\nimport functools\nfunctools.reduce(f, [1])", MODULE, "f"),
    ("def f(): pass\nimport multiprocessing\nmultiprocessing.Process(target=f)", MODULE, "f"),
    ("def f(): pass\nimport concurrent.futures as c\nwith c.ThreadPoolExecutor() as e:\n    e.submit(f)", MODULE, "f"),
    ("def f(): pass\npool.submit(f)", MODULE, "f"),
    ("def f(): pass\nloop.call_soon(f)", MODULE, "f"),
    ("async def f(): pass\nimport asyncio\nasyncio.run(f())", MODULE, "f"),
    ("async def f(): pass\nimport asyncio\nasyncio.create_task(f())", MODULE, "f"),
    ("def d(f): return f\n@d\ndef g(): pass", MODULE, "d"),
    ("def d(n):\n    def e(f): return f\n    return e\n@d(1)\ndef g(): pass", MODULE, "d.<locals>.e"),
    ("def d(f): return f\n@d\nclass A: pass", MODULE, "d"),
    ("def f(): pass\nd = {'a': f}\nd['a']()", MODULE, "f"),
    ("def f(): pass\n(lambda: f())()", MODULE, "f"),
    ("def f(): pass\nx = lambda: f()", MODULE, "f"),
    ("def f(): pass\ndef g():\n    f()\nif __name__ == '__main__':\n    g()", MAIN, "g"),
    ("def f(): pass\nclass A:\n    f()", MODULE, "f"),
    ("def f(): pass\ndef g(a=f()): pass", MODULE, "f"),
    ("def outer():\n    def inner(): pass\n    inner()", "outer", "outer.<locals>.inner"),
    ("def f(): pass\ndef g(h):\n    h()\ng(f)", "g", "f"),
    ("import functools\ndef f(): pass\nfunctools.partial(f)()", MODULE, "f"),
    ("def f(): pass\ngetattr(__import__('sys').modules[__name__], 'f')", MODULE, "sys.modules.get"),
    ("def f(): pass\nglobals()['f']()", MODULE, "f"),
    ("import importlib\nimportlib.import_module('.x', __name__)", MODULE, "importlib.import_module"),
    ("from setuptools import setup\nfrom setuptools.command.install import install\nclass I(install):\n    def run(self): pass\nsetup(cmdclass={'install': I})", MODULE, "I.run"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "scope"), SCOPES)
def test_a_fact_is_told_in_the_scope_that_runs_it(source, scope):
    summary = summary_of(source)
    assert {fact.scope for fact in summary.facts} == {scope}
    assert scope in {function.name for function in summary.functions}


@pytest.mark.parametrize(("source", "scope", "target"), [case for case in CALLS if case[2] != "sys.modules.get"])
def test_a_call_is_told_by_the_name_of_what_is_called(source, scope, target):
    calls = {function.name: {call.target for call in function.calls} for function in summary_of(source).functions}
    assert target in calls[scope], calls


def test_functions_are_listed_with_their_lines_the_module_first():
    summary = summary_of("x = 1\n\n@d\n@e\ndef f():\n    pass\n\nclass A:\n    async def g(self):\n        pass\n")
    listed = [(function.name, function.line, function.end_line) for function in summary.functions]
    assert listed == [(MODULE, 1, 10), ("f", 3, 6), ("A.g", 9, 10)]


def test_functions_with_a_fact_are_told_by_a_digest():
    summary = summary_of("import os\nos.system('a')\ndef f():\n    os.system('b')\ndef g():\n    return 1\n")
    assert [bool(function.digest) for function in summary.functions] == [False, True, False]


def test_a_function_whose_lambda_has_a_fact_has_a_digest():
    summary = summary_of("import os\ndef f():\n    return lambda: os.system('b')\n")
    assert [bool(function.digest) for function in summary.functions] == [False, True]


def test_functions_of_one_name_are_all_listed():
    summary = summary_of(
        "import os\nif x:\n    def f():\n        os.system('a')\nelse:\n    def f():\n        os.system('b')\n"
    )
    assert [function.name for function in summary.functions] == [MODULE, "f", "f"]
    assert len({function.digest for function in summary.functions}) == 3


def test_the_program_has_its_own_lines():
    summary = summary_of("x = 1\nif __name__ == '__main__':\n    f()\n    g()\n")
    main = next(function for function in summary.functions if function.name == MAIN)
    assert (main.line, main.end_line) == (3, 4)


def test_imports_are_dotted_and_know_their_scope():
    summary = summary_of(
        "import a.b as c\nfrom .d import e as f\nfrom .. import g\ndef h():\n    import i\nfrom j import *\n__import__('k')\n"
    )
    assert set(summary.imports) == {
        Import("a.b", 1, MODULE, "c"),
        Import(".d.e", 2, MODULE, "f"),
        Import("..g", 3, MODULE),
        Import("i", 5, "h"),
        Import("j.*", 6, MODULE),
        Import("k", 7, MODULE),
    }  # fmt: skip


def test_classes_are_listed_with_what_they_inherit():
    summary = summary_of("""
        from .x import Base
        import abc
        class A(Base): pass
        class B(A, abc.ABC, metaclass=M): pass
        def f():
            class C(make()): pass
        class D:
            class E(A): pass
        class M(type): pass
        class G(metaclass=M): pass
    """)
    assert set(summary.classes) == {
        Class("A", (".x.Base",)),
        Class("B", ("A", "abc.ABC")),
        Class("f.<locals>.C", ()),
        Class("D", ()),
        Class("D.E", ("A",)),
        Class("M", ("builtins.type",)),
        Class("G", ("M",)),
    }


def test_top_level_names_are_listed():
    summary = summary_of("import a\nb = 1\nc, d = 1, 2\ndef e(): f = 1\nclass G: h = 1\nif x:\n    i = 1\n")
    assert summary.names == ("a", "b", "c", "d", "e", "G", "i")


def test_what_never_runs_is_not_imported():
    summary = summary_of("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nelse:\n    import b\n")
    assert [each.target for each in summary.imports] == ["typing.TYPE_CHECKING", "b"]


def test_facts_have_their_lines():
    (fact,) = summary_of("import os\n\nos.system(\n    'x'\n)\n").facts
    assert (fact.line, fact.end_line) == (3, 5)


def test_arguments_are_folded_and_cut():
    (fact,) = summary_of("import os\nos.system('a' * 100 + 'b' * 300)").facts
    assert fact.arguments == ("a" * 100 + "b" * 100,)


def test_lists_of_arguments_are_one_command_line():
    (fact,) = summary_of("import subprocess\nsubprocess.run(['git', 'clone', url])").facts
    assert fact.arguments == ("git clone …",)
