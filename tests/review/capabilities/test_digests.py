from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.capabilities.digests import digest


def of(source: str) -> str:
    """The digest of the first statement."""
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return digest(node)


FUNCTION = "def f(a, b=1):\n    return g(a, 'x', b)[0] + 2\n"

SAME = {
    "layout": "def f(\n    a,\n    b = 1,\n):\n\n    return (g(a,\n 'x', b)[ 0 ]+2)\n",
    "quotes": 'def f(a, b=1):\n    return g(a, """x""", b)[0] + 2\n',
    "joined texts": "def f(a, b=1):\n    return g(a, '' 'x', b)[0] + 2\n",
    "a text with a u": "def f(a, b=1):\n    return g(a, u'x', b)[0] + 2\n",
    "escapes": "def f(a, b=1):\n    return g(a, '\\x78', b)[0] + 2\n",
    "comments": "def f(a, b=1):  # type: (int, int) -> int\n    # why\n    return g(a, 'x', b)[0] + 2\n",
    "a docstring": "def f(a, b=1):\n    '''What it gives.'''\n    return g(a, 'x', b)[0] + 2\n",
    "spelling of numbers": "def f(a, b=0x1):\n    return g(a, 'x', b)[0b0] + 0o2\n",
    "a semicolon": "def f(a, b=1): return g(a, 'x', b)[0] + 2;\n",
}

OTHER = {
    "a name": "def h(a, b=1):\n    return g(a, 'x', b)[0] + 2\n",
    "a parameter": "def f(a, *, b=1):\n    return g(a, 'x', b)[0] + 2\n",
    "a default": "def f(a, b=2):\n    return g(a, 'x', b)[0] + 2\n",
    "the kind of a number": "def f(a, b=1.0):\n    return g(a, 'x', b)[0] + 2\n",
    "a truth": "def f(a, b=True):\n    return g(a, 'x', b)[0] + 2\n",
    "a text": "def f(a, b=1):\n    return g(a, 'y', b)[0] + 2\n",
    "bytes": "def f(a, b=1):\n    return g(a, b'x', b)[0] + 2\n",
    "a name for a text": "def f(a, b=1):\n    return g(a, x, b)[0] + 2\n",
    "an operator": "def f(a, b=1):\n    return g(a, 'x', b)[0] - 2\n",
    "nesting": "def f(a, b=1):\n    return g(a, 'x', b)[0 + 2]\n",
    "order": "def f(a, b=1):\n    return g('x', a, b)[0] + 2\n",
    "a keyword": "def f(a, b=1):\n    return g(a, 'x', b=b)[0] + 2\n",
    "an annotation": "def f(a: int, b=1):\n    return g(a, 'x', b)[0] + 2\n",
    "a decorator": "@d\ndef f(a, b=1):\n    return g(a, 'x', b)[0] + 2\n",
    "a coroutine": "async def f(a, b=1):\n    return g(a, 'x', b)[0] + 2\n",
    "a statement more": "def f(a, b=1):\n    pass\n    return g(a, 'x', b)[0] + 2\n",
    "a text that is no docstring": "def f(a, b=1):\n    return g(a, 'x', b)[0] + 2\n    'x'\n",
    "an f-string": "def f(a, b=1):\n    return g(a, f'x', b)[0] + 2\n",
}


@pytest.mark.parametrize("name", SAME)
def test_what_runs_the_same_has_the_same_digest(name):
    assert of(SAME[name]) == of(FUNCTION)


@pytest.mark.parametrize("name", OTHER)
def test_what_runs_otherwise_has_another_digest(name):
    assert of(OTHER[name]) != of(FUNCTION)


def test_all_that_differs_has_different_digests():
    assert len({of(source) for source in OTHER.values()}) == len(OTHER)


def test_a_function_that_moved_has_the_same_digest():
    moved = ast.parse(f"import os\n\nclass C:\n    x = 1\n\n    {FUNCTION.replace(chr(10), chr(10) + '    ')}")
    assert isinstance(moved.body[1], ast.ClassDef)
    assert isinstance(moved.body[1].body[1], ast.FunctionDef)
    assert digest(moved.body[1].body[1]) == of(FUNCTION)


def test_docstrings_of_classes_and_of_what_is_in_them_are_left_out():
    assert of("class C:\n    'a'\n    def f(self):\n        'b'\n        g()") == of("class C:\n    def f(self): g()")


def test_whole_modules_have_digests():
    one, two, three = (ast.parse(source) for source in ("'''A.'''\nx = 1", "# B\nx = (1)", "x = 2"))
    assert digest(one) == digest(two) != digest(three)


def test_conversions_and_formats_of_fields_count():
    assert len({of(f"def f(): f'{{x{rest}}}'") for rest in ("", "!r", "!s", ":3", ":4", "!r:3")}) == 6


def test_empty_and_absent_differ_where_they_mean_different_things():
    bodies = [
        "return",
        "return None",
        "return ()",
        "return []",
        "yield",
        "lambda: 0",
        "x[:]",
        "x[::]",
        "x[0:]",
        "x[:0]",
    ]
    bodies += ["{**a, None: b}", "{None: a, **b}", "raise", "raise a", "raise a from b", "x: int", "x: int = 1"]
    assert len({of(f"def f(x):\n    {body}") for body in bodies}) == len(bodies) - 1  # x[:] and x[::] are the same


def test_texts_that_look_like_the_form_of_digests_do_not_mislead():
    assert of("def f(): g('a\\nb')") != of("def f(): g('a', 'b')")
    assert of('def f(): g("]\\n)")') != of("def f(): g(']', ')')")


def test_numbers_and_texts_of_any_size_have_digests():
    assert of(f"def f(): return 0x{'f' * 10_000}") != of(f"def f(): return 0x{'f' * 9_999}e")
    assert of("def f(): return '\\ud800'") != of("def f(): return '\\ud801'")


def test_deep_trees_have_digests():
    script = (
        "import ast, os\n"
        "from pinkeeper.review.capabilities.digests import digest\n"
        "tree = ast.parse('x = 1' + '+1' * 900)\n"
        "for _ in range(20_000): tree.body[0].value = ast.UnaryOp(ast.Not(), tree.body[0].value)\n"
        "print(digest(tree), flush=True)\n"
        "os._exit(0)\n"  # not every Python can free a tree as deep as this
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert len(ended.stdout.strip()) == 32


_NAMES = st.sampled_from(["a", "b", "self.x", "f", "print"])
_ATOMS = st.one_of(_NAMES, st.integers(0, 99).map(str), st.text(max_size=4).map(repr), st.binary(max_size=3).map(repr))
_EXPRESSIONS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "and", "==", "in", "if 1 else"]), inner).map(
            lambda it: f"({it[0]} {it[1]} {it[2]})"
        ),
        st.lists(inner, max_size=3).map(lambda items: f"g({', '.join(items)})"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda item: f"(lambda q: {item})"),
        inner.map(lambda item: f"[q for q in {item}]"),
    ),
    max_leaves=8,
)
_BODIES = st.lists(
    st.one_of(
        _EXPRESSIONS,
        _EXPRESSIONS.map(lambda value: f"x = {value}"),
        _EXPRESSIONS.map(lambda value: f"if {value}: return {value}\n    else: pass"),
        _EXPRESSIONS.map(lambda value: f"with {value} as y: raise y"),
    ),
    min_size=1,
    max_size=4,
).map(lambda statements: "def f(a, *b):\n    " + "\n    ".join(["c = 0", *statements]))


@given(_BODIES)
def test_formatting_anew_never_changes_a_digest(source):
    assert of(ast.unparse(ast.parse(source))) == of(source)


@given(_BODIES, _BODIES)
def test_digests_are_equal_only_where_trees_are(one, two):
    assert (of(one) == of(two)) == (ast.dump(ast.parse(one)) == ast.dump(ast.parse(two)))


@given(_BODIES, st.integers(0, 20), st.text(alphabet="ab\n\"'", max_size=9))
def test_place_and_docstring_never_change_a_digest(source, lines, docstring):
    head, _, body = source.partition("\n")
    moved = ast.parse("\n" * lines + f"{head}\n    {docstring!r}\n{body}").body[0]
    assert isinstance(moved, ast.FunctionDef)
    assert digest(moved) == of(source)
