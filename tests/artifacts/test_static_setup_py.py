from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.artifacts.declared import Declared, NotStatic, core_metadata_of
from pinkeeper.artifacts.static_setup_py import declared_in_setup_py
from pinkeeper.model.metadata import CoreMetadata, MetadataSource


def declared(script: str | bytes) -> Declared | NotStatic:
    return declared_in_setup_py(textwrap.dedent(script).encode() if isinstance(script, str) else script)


def call(arguments: str, *, before: str = "") -> str:
    return f"from setuptools import setup\n{before}\nsetup(name='demo', {arguments})\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (call(""), None),
        (call("install_requires=None"), None),
        (call("install_requires=[]"), ()),
        (call("install_requires=['a>=1', 'b']"), ("a>=1", "b")),
        (call("install_requires=('a',)"), ("a",)),
        (call("install_requires='''\n  a\n\n  # no\n  b>=2  # yes\n'''"), ("a", "b>=2")),
        (call("install_requires=['a\\nb']"), ("a", "b")),
        (call("install_requires=['a' '>=' '1']"), ("a>=1",)),
        (call("install_requires=['a>=' + '1'] + ['b']"), ("a>=1", "b")),
        (call("install_requires=['a', *BASE]", before="BASE = ['b']"), ("a", "b")),
        (call("install_requires=REQUIRES", before="REQUIRES = ['a']"), ("a",)),
        (call("install_requires=REQUIRES", before="REQUIRES: list[str] = ['a']"), ("a",)),
        (call("install_requires=A + C", before="A = ['a']\nB = ['b']\nC = B + ['c']"), ("a", "b", "c")),
        (call("install_requires=A, tests_require=A", before="A = ['a']"), ("a",)),
        (call("install_requires=['a'], cmdclass={'build': Build()}, setup_requires=['x'] + more()"), ("a",)),
        (call("version=read_version(), long_description=open('README').read(), install_requires=['a']"), ("a",)),
        ("import setuptools\nsetuptools.setup(install_requires=['a'])", ("a",)),
        ("import setuptools as s\ns.setup(install_requires=['a'])", ("a",)),
        ("from setuptools import setup as s\ns(install_requires=['a'])", ("a",)),
        ("from setuptools import *\nsetup(install_requires=['a'])", ("a",)),
        ("from distutils.core import setup\nsetup(install_requires=['a'])", ("a",)),
        ("import distutils.core\ndistutils.core.setup(install_requires=['a'])", ("a",)),
        (
            """\
            try:
                from setuptools import setup
            except ImportError:
                from distutils.core import setup
            import os, sys
            here = os.path.dirname(__file__)
            about = {}
            with open(os.path.join(here, 'about.py')) as f:
                exec(f.read(), about)
            if sys.version_info < (3, 6):
                sys.exit('too old')
            def read(name):
                with open(name) as f:
                    return f.read()
            if __name__ == '__main__':
                setup(version=about['version'], install_requires=['a'])
            """,
            ("a",),
        ),
        (
            "# -*- coding: latin-1 -*-\nfrom setuptools import setup\nsetup(author='J\xf6', install_requires=['a'])",
            ("a",),
        ),
        (b"\xef\xbb\xbffrom setuptools import setup\r\nsetup(install_requires=['a'])\r\n", ("a",)),
        (b"# coding=latin-1\nfrom setuptools import setup\nsetup(author='J\xf6', install_requires=['a'])", ("a",)),
        ("from setuptools import setup\nsetup(license='\\d', install_requires=['a'])", ("a",)),
    ],
)
def test_literal_requirements_are_read(script, expected):
    found = declared(script)
    assert isinstance(found, Declared), found
    assert found.dependencies == expected


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("print 'Python 2'", "setup.py:1: "),
        ("def broken(:", "it is not Python 3"),
        (b"\0", "setup.py: it"),
        ("x = \u202e", "setup.py:1: it is not Python 3: 'invalid non-printable character U+202E'"),
        (b"# coding: utf-7\n", "cannot be parsed"),
        (b"\xff\xfe", "cannot be parsed"),
        ("x = 1", "there is no call of setuptools.setup()"),
        ("from elsewhere import setup\nsetup()", "there is no call of setuptools.setup()"),
        ("from skbuild import setup\nsetup(install_requires=[])", "there is no call"),
        ("from setuptools import setup\ndef main():\n    setup()\nmain()", "setup.py:3: setup() is not called plainly"),
        ("from setuptools import setup\nif x:\n    setup()", "setup.py:3: setup() is not called plainly"),
        ("from setuptools import setup\ntry:\n    setup()\nexcept E:\n    pass", "not called plainly"),
        ("from setuptools import setup\nfor x in y:\n    setup()", "not called plainly"),
        ("from setuptools import setup\nsetup()\nsetup()", "setup.py:3: setup is used more than once"),
        ("from setuptools import setup\nif x:\n    setup()\nelse:\n    setup()", "setup is used more than once"),
        ("from setuptools import setup\nwrap(setup)\nsetup()", "setup is used more than once"),
        ("from setuptools import setup\nrun(setup)", "not called plainly"),
        ("from setuptools import setup\nsetup = wrap\nsetup()", "setup.py:2: setup is bound again"),
        ("from setuptools import setup\ndef setup(**k): pass\nsetup()", "setup is bound again"),
        ("import setuptools\nsetuptools.setup = x\nsetuptools.setup()", "setup.py:2: setuptools.setup is patched"),
        ("import distutils.core as c\nc.Distribution = x\nfrom setuptools import setup\nsetup()", "is patched"),
        ("from setuptools import setup\nfrom x import *\nsetup()", "setup.py:2: an import of *"),
        (call("", before="exec(open('version.py').read())"), "setup.py:2: exec can change any name"),
        (call("", before="exec(code, globals())"), "can change any name"),
        (call("", before="globals()['x'] = 1"), "globals can change any name"),
        (call("version=locals()['v']"), "locals can change any name"),
        (call("**arguments"), "setup() is given **arguments"),
        ("from setuptools import setup\nsetup('demo')", "positional arguments"),
        ("from setuptools import setup\nsetup(*x)", "positional arguments"),
        (call("pbr=True"), "setup.py:3: setup() is given pbr, which may change dependencies"),
        (call("distclass=X"), "setup() is given distclass"),
        (call("install_requires=read('requirements.txt')"), "install_requires is not a literal: a call of 'read'"),
        (call("install_requires=open('r').read().split()"), "install_requires is not a literal: a call of"),
        (call("install_requires=['a'] if x else []"), "a conditional expression"),
        (call("install_requires=[x for x in y]"), "a comprehension"),
        (call("install_requires=[f'a=={v}']"), "an f-string"),
        (call("install_requires=['a==%s' % v]"), "install_requires is not a literal: a BinOp"),
        (call("install_requires=['a==' + v]"), "v is bound nowhere"),
        (call("install_requires=list(x)"), "a call of 'list'"),
        (call("install_requires={'a'}"), "a Set expression"),
        (call("install_requires={'a': 'b'}"), "neither a text nor a list of texts"),
        (call("install_requires=[['a']]"), "neither a text nor a list of texts"),
        (call("install_requires=[1]"), "not a literal"),
        (call("install_requires=[b'a']"), "not a literal"),
        (call("install_requires=['a'] + ('b',)"), "a sum of different kinds"),
        (call("install_requires=['a >= \\\\\\n 1']"), "continued on the next line"),
        (call("install_requires=R", before="R = ['a']\nif x:\n    R.append('b')"), "setup.py:4: R is used in a way"),
        (call("install_requires=R", before="R = ['a']\nR += ['b']"), "setup.py:3: R is bound more than once"),
        (call("install_requires=R", before="R = ['a']\nR = ['b']"), "R is bound more than once"),
        (call("install_requires=R", before="R = ['a']\nR[0] = 'b'"), "R is used in a way"),
        (call("install_requires=R", before="R = ['a']\nR[:] = x"), "R is used in a way"),
        (call("install_requires=R", before="R = ['a']\nS = R\nS.append('b')"), "R is used in a way"),
        (call("install_requires=R", before="R = ['a']\nchange(R)"), "R is used in a way"),
        (
            call("install_requires=R", before="R = ['a']\ndef f():\n    global R\n    R = x"),
            "R is bound more than once",
        ),
        (call("install_requires=R", before="if x:\n    R = ['a']"), "R is not a plain assignment"),
        (call("install_requires=R", before="if x:\n    R = []\nelse:\n    R = ['a']"), "R is bound more than once"),
        (call("install_requires=R", before="R, S = [], []"), "R is not a plain assignment"),
        (call("install_requires=R", before="R = S = []"), "R is not a plain assignment"),
        (call("install_requires=R", before="from x import R"), "R is not a plain assignment"),
        (call("install_requires=R", before="with x as R: pass"), "R is not a plain assignment"),
        (call("install_requires=R", before="for R in x: pass"), "R is not a plain assignment"),
        (call("install_requires=R", before="def R(): pass"), "R is not a plain assignment"),
        (call("install_requires=R", before="match x:\n    case R: pass"), "R is not a plain assignment"),
        (call("install_requires=R", before="R: list"), "R is not a plain assignment"),
        (call("install_requires=R", before="R = R + []"), "R is used before it is assigned"),
        (call("install_requires=R") + "R = ['a']\n", "R is used before it is assigned"),
        (call("install_requires=R, version=(R := [])", before="R = []"), "R is bound more than once"),
        (call("install_requires=R, version=str(R)", before="R = []"), "R is used in a way"),
        (call("install_requires=R", before="R = ['a']\ndel R"), "R is bound more than once"),
        (call("extras_require=['a']"), "extras_require is not a dict"),
        (call("extras_require={'x': ['a'], **more}"), "a key that is not a text"),
        (call("extras_require={x: ['a']}"), "x is bound nowhere"),
        (call("extras_require={1: ['a']}"), "not a literal"),
        (call("extras_require=E", before="E = {}\nE['all'] = ['a']"), "E is used in a way"),
        (call("extras_require={'x': 'a'.split()}"), "extras_require is not a literal"),
        (call("python_requires=['>=3']"), "python_requires is not a text"),
        (call("python_requires=P"), "P is bound nowhere"),
    ],
)
def test_a_script_in_doubt_is_not_static(script, message):
    found = declared(script)
    assert isinstance(found, NotStatic), found
    assert message in found.reason


def test_extras_and_their_markers_are_read_as_setuptools_reads_them():
    found = declared(
        call(
            "python_requires=' >=3.7 ', extras_require={'X': ['a', 'b; os_name==\"nt\"'], 'y': 'c', 'none': [],"
            " 'x:python_version<\"3\" or os_name==\"nt\"': ['d'], ':sys_platform==\"win32\"': ['e>=1']}"
        )
    )
    assert isinstance(found, Declared)
    metadata = core_metadata_of(found, source=MetadataSource.SETUP_LITERALS, place="setup.py")
    assert metadata == CoreMetadata(
        requires=('e>=1; sys_platform == "win32"',),
        requires_by_extra={
            "x": (
                'a; extra == "x"',
                'b; os_name == "nt" and extra == "x"',
                'd; (python_version < "3" or os_name == "nt") and extra == "x"',
            ),
            "y": ('c; extra == "y"',),
        },
        requires_python=">=3.7",
        provides_extras=frozenset({"x", "y", "none"}),
        source=MetadataSource.SETUP_LITERALS,
    )


@pytest.mark.parametrize("key", ["", ":", "a b", "x:", "x:nonsense", "x:os_name=='\\\\0'", "x:" + "(" * 1000])
def test_an_extra_that_is_none_is_not_static(key):
    found = declared(call(f"extras_require={{{key!r}: ['a']}}"))
    assert isinstance(found, Declared)
    metadata = core_metadata_of(found, source=MetadataSource.SETUP_LITERALS, place="setup.py")
    assert isinstance(metadata, NotStatic)
    assert metadata.reason.startswith("setup.py: a requirement cannot be read")


def test_nothing_of_the_script_is_executed(tmp_path):
    trace = tmp_path / "trace"
    touch = f"open({str(trace)!r}, 'w').close()"
    found = declared(
        f"""\
        # coding: utf-8
        {touch}
        import pathlib, setuptools
        class Meta(type):
            {touch}
        setuptools.setup(version={touch}, install_requires=['a'])
        {touch}
        """
    )
    assert isinstance(found, Declared)
    assert found.dependencies == ("a",)
    assert not trace.exists()


@pytest.mark.parametrize(
    "value",
    [
        "(" * 5000 + ")" * 5000,
        "[" * 5000 + "]" * 5000,
        "-" * 50_000 + "1",
        "'a'" + " + 'a'" * 50_000,
        "a" + ".b" * 50_000,
        "x" + "()" * 50_000,
        "[*" * 50 + "R" + "]" * 50,
        "not " * 50_000 + "x",
    ],
)
def test_absurd_nesting_is_not_static(value):
    assert isinstance(declared(call(f"install_requires={value}")), NotStatic)


def test_sums_that_double_are_given_up():
    names = "\n".join(f"A{number} = A{number - 1} + A{number - 1}" for number in range(1, 60))
    for first in ("A0 = ['a']", "A0 = 'a'"):
        found = declared(call("install_requires=A59", before=f"{first}\n{names}"))
        assert isinstance(found, NotStatic)
        assert "too long" in found.reason
    found = declared(call("install_requires=A59", before=f"A0 = []\n{names}"))
    assert isinstance(found, Declared)
    assert found.dependencies == ()


STATEMENTS = [
    "from setuptools import setup\n",
    "import setuptools\n",
    "R = ['a']\n",
    "class R: pass",
    "if x:",
    "def f():",
]
CALLS = [
    "setup(",
    "setuptools.setup(",
    ")",
    "install_requires=",
    "extras_require=",
    "['a']",
    "{'a': ['b']}",
    "R",
    "R.x",
]
SIGNS = ["lambda R: R", "exec", "\n", "    ", "+", "*", "**k", ",", ":=", "\\", "'", "\0", "\xff"]
PIECES = st.sampled_from([*STATEMENTS, *CALLS, *SIGNS])


@given(st.lists(PIECES, max_size=15).map("".join))
@settings(deadline=None)
def test_any_script_is_declared_or_not_static(script):
    assert isinstance(declared(script.encode()), Declared | NotStatic)


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_declared_or_not_static(content):
    assert isinstance(declared(content), Declared | NotStatic)
