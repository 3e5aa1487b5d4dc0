from __future__ import annotations

import argparse
import ast
import dataclasses
import enum
import inspect
import logging
import pathlib
import typing
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.api.skeleton import same_interface, without_bodies


@pytest.mark.parametrize(
    ("source", "skeleton"),
    [
        ("def f(a):\n    return a\nx = 1\n", "def f(a):\n pass\nx = 1\n"),
        ("def f(): return 1\nx = 1", "def f(): return 1\nx = 1"),
        ("def f():  # why\n    x = 1\n\n    y = 2\nz = 3", "def f():  # why\n pass\n\n\nz = 3"),
        (
            "class A:\n    def f(self):\n        if a:\n            b\n    c = 1",
            "class A:\n    def f(self):\n     pass\n\n    c = 1",
        ),
        ("def f(\n    a=(1,\n       2),\n):\n    return a\n", "def f(\n    a=(1,\n       2),\n):\n pass\n"),
        ("async def f(a=')', b='('):\n    await a\nx = 1", "async def f(a=')', b='('):\n pass\nx = 1"),
        ("def f() -> A[\n    B\n]:\n    pass\nx = 1", "def f() -> A[\n    B\n]:\n pass\nx = 1"),
        ("def f():\n    def g():\n        pass\n    return g\nx = 1", "def f():\n pass\n\n\nx = 1"),
        ("if a:\n    def f():\n        b\nelse:\n    c = 1", "if a:\n    def f():\n     pass\nelse:\n    c = 1"),
        ("def f():\n    a\n# comment\n    b\nx = 1", "def f():\n pass\n\n\nx = 1"),
        (
            "class A:\n    def __init__(self):\n        self.a = 1",
            "class A:\n    def __init__(self):\n        self.a = 1",
        ),
        ("def f():\r\n    a\r\nx = 1", "def f():\n pass\nx = 1"),
        ("default = 1\nx = 2", "default = 1\nx = 2"),
    ],
)
def test_bodies_are_taken_out_and_lines_stay_where_they_are(source, skeleton):
    assert without_bodies(source.encode()) == skeleton.encode()
    assert ast.dump(ast.parse(skeleton))


def test_texts_with_code_in_them_are_no_code():
    source = b'"""Text.\n\ndef f():\n    a\n"""\n\ndef g():\n    """\nlow\n"""\n    b\nx = 1\n'

    tree = ast.parse(without_bodies(source))

    assert [(type(node).__name__, node.lineno) for node in tree.body] == [
        ("Expr", 1),
        ("FunctionDef", 7),
        ("Assign", 12),
    ]


@pytest.mark.parametrize("module", [argparse, ast, dataclasses, enum, inspect, logging, pathlib, typing])
def test_real_modules_keep_their_definitions_and_where_they_are(module: ModuleType):
    source = pathlib.Path(module.__file__ or "").read_bytes()

    whole, cut = ast.parse(source), None
    try:
        cut = ast.parse(without_bodies(source))
    except SyntaxError:
        assert module is ast  # which has three quotes in a row outside of a text; such a file is read whole
        return

    assert list(_definitions(cut)) == list(_definitions(whole))


def _definitions(tree: ast.Module):
    pending: list[ast.AST] = [tree]
    while pending:
        for child in ast.iter_child_nodes(pending.pop(0)):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield child.name, child.lineno, ast.dump(child.args)
            elif isinstance(child, ast.stmt):
                if isinstance(child, ast.ClassDef):
                    yield child.name, child.lineno, [ast.dump(base) for base in child.bases]
                pending.append(child)


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("def f(a):\n    return 1\n", "\n\ndef f(a):\n    return 2\n    return 3\n", True),
        ("x = 1\n# one\n", "# another\nx = 1\n", True),
        ('def f():\n    """Text."""\n', 'def f():\n    """Text\n    on lines."""\n', True),
        ("def f(a): return 1\n", "def f(b): return 1\n", False),
        ("x = 1\n", "x = 2\n", False),
        ("__version__ = '1.0'\n", "__version__ = '1.1.dev0'\n", True),
        ("__version__ = '1.0'\n", "", False),
        ("__version__ = '1.0'\n", "__version__ = given()\n", False),
        ("class A:\n    x = 1\n", "class A:\n    y = 1\n", False),
        (
            "class A:\n    def __init__(self):\n        self.a = 1",
            "class A:\n    def __init__(self):\n        self.b = 1",
            False,
        ),
    ],
)
def test_what_is_inside_of_functions_makes_no_difference(old, new, same):
    assert same_interface(without_bodies(old.encode()), without_bodies(new.encode())) is same


@given(st.binary(max_size=300), st.text(alphabet="def ():,\"'#\\\n\t x", max_size=300))
def test_any_bytes_keep_their_number_of_lines(noise, text):
    for source in (noise, text.encode(), noise + text.encode()):
        plain = source.replace(b"\r\n", b"\n")
        assert without_bodies(source).count(b"\n") == plain.count(b"\n")


@pytest.mark.parametrize(
    "source",
    [
        b'"' * 1_000_000,
        b"'''" * 300_001,
        b"def f(\n" * 100_000,
        b"def f():\n" * 100_000,
        b"\\\n" * 500_000,
        b"(" * 1_000_000,
    ],
    ids=range(6),
)
def test_hostile_bytes_take_no_longer_than_others(source):
    assert without_bodies(source).count(b"\n") == source.count(b"\n")
