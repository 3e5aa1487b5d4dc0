"""Whatever a file holds: no crash, no hang, no exception, and as much as is safe is told."""
# ruff: noqa: E501 - one line a case

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.review.capabilities.python.catalogue import _TABLE
from pinkeeper.review.capabilities.python.codecs_known import FUNCTIONS
from pinkeeper.review.capabilities.python.effects import _EFFECTS
from pinkeeper.review.capabilities.python.runners import RUNNERS
from pinkeeper.review.capabilities.python_file import DEFECT, summarise
from pinkeeper.review.capabilities.summary import LiteralKind, ModuleSummary
from tests.review.capabilities.python.facts_of import has

SYSTEM = "os.system('x')"
DEEP = [
    ("a long sum", "x = " + " + ".join(["1"] * 2000) + f" + {SYSTEM}"),
    ("a long chain of methods", "x = y" + ".a()" * 300 + f".b({SYSTEM})"),
    ("a long chain of attributes", "x = y" + ".a" * 300 + f"\n{SYSTEM}"),
    ("nested lists", "x = " + "[" * 90 + SYSTEM + "]" * 90),
    ("nested calls", "x = " + "f(" * 90 + SYSTEM + ")" * 90),
    ("nested unary operators", "x = " + "-" * 300 + SYSTEM),
    ("nested lambdas", "x = " + "lambda: " * 90 + SYSTEM),
    ("nested conditions", "x = " + "a if b else " * 90 + SYSTEM),
    ("nested comprehensions", "x = " + "[a for a in " * 60 + SYSTEM + "]" * 60),
    ("nested dictionaries", "x = " + "{1: " * 90 + SYSTEM + "}" * 90),
    ("nested subscripts", "x = " + "a[" * 90 + SYSTEM + "]" * 90),
    ("many branches", "if a:\n    pass\n" + "".join(f"elif a{at}:\n    pass\n" for at in range(1500)) + f"else:\n    {SYSTEM}\n"),
    ("nested functions", "".join("    " * at + f"def f{at}():\n" for at in range(60)) + "    " * 60 + SYSTEM),
    ("nested classes", "".join("    " * at + f"class C{at}:\n" for at in range(60)) + "    " * 60 + SYSTEM),
    ("nested blocks", "".join("    " * at + "if a:\n" for at in range(90)) + "    " * 90 + SYSTEM),
    ("nested tries", "".join(" " * at + "try:\n" for at in range(18)) + " " * 18 + SYSTEM + "\n" + "".join(" " * at + "finally:\n" + " " * at + " pass\n" for at in reversed(range(18)))),
    ("a long chain of calls of functions", "".join(f"def f{at}(x):\n    return f{at + 1}(x)\n" for at in range(400)) + f"def f400(x):\n    {SYSTEM}\nf0(1)"),
    ("functions that call each other", f"def f(x):\n    return g(x)\ndef g(x):\n    {SYSTEM}\n    return f(x)\nf(1)"),
    ("classes that inherit from each other", f"class A: pass\nclass B(A): pass\nclass A(B): pass\nA().x.y\n{SYSTEM}"),
    ("a class that inherits from itself", f"class A: pass\nclass A(A): pass\nA().x\n{SYSTEM}"),
    ("one name again and again", "".join(f"def f(): return {at}\n" for at in range(500)) + SYSTEM),
    ("many arguments", "f(" + ", ".join(f"a{at}={at}" for at in range(3000)) + f", b={SYSTEM})"),
    ("many parameters", "def f(" + ", ".join(f"a{at}" for at in range(500)) + f"):\n    {SYSTEM}\nf(*[1] * 500)"),
    ("code in code in code", "x = " + repr("x = " + repr("x = " + repr(f"import os\n{SYSTEM}") + "\nexec(x)") + "\nexec(x)") + f"\nexec(x)\n{SYSTEM}"),
    ("code that runs itself", f"x = 'exec(x)'\nexec(x)\n{SYSTEM}"),
    ("a container in itself", f"x = []\nx.append(x)\nx[0][0][0]\ny = {{}}\ny['a'] = y\ny['a']['a']\n{SYSTEM}"),
    ("a value that doubles", "x = ['a']\n" + "x = x + x\n" * 60 + SYSTEM),
    ("a text that doubles", "x = 'a'\n" + "x = f'{x}{x}'\n" * 60 + SYSTEM),
    ("a tuple that doubles", "x = (y, y)\n" + "x = (x, x)\n" * 60 + SYSTEM),
    ("a tuple that doubles and is shown", "x = (y, y)\n" + "x = (x, x)\n" * 60 + "os.system(x)\nopen(x)\nos.environ[x]"),
    ("a constant that doubles and is hashed", "x = (1, 1)\n" + "x = (x, x)\n" * 60 + f"y = {{x: 1}}\ny[x]\nx == x\nx in [x]\nz = {{1: 2}}[x]\n{SYSTEM}"),
    ("a constant that doubles by zip", "x = [1, 1]\n" + "x = list(zip(x, x))\n" * 60 + f"x == [x]\nsorted(x)\n{SYSTEM}"),
    ("a constant that doubles in a function", f"def d(n):\n    x = [1]\n    for i in range(60):\n        x = [x, x]\n    return str(x)\nd(1)\n{SYSTEM}"),
    ("a command that is slow to search", "os.system('" + "curl " * 4000 + "')\nos.system('" + "schtasks " * 3000 + "')\nos.system('curl" + " -k" * 3000 + "z')"),
    ("many commands that are slow to search", "\n".join(f"os.system('{'curl ' * 300}{at}')" for at in range(1500))),
    ("a text that is slow to search", f"x = '{'http://' * 3000}'\ny = '{'1.' * 9000}'\nz = '{'/a' * 9000}'\nw = '{'~/.' * 6000}'\n{SYSTEM}"),
    ("choices that multiply", "a = 'x' if b else 'y'\n" + "a = a + ('x' if b else 'y')\n" * 60 + SYSTEM),
    ("partials of partials", "import functools\nx = print\n" + "x = functools.partial(x, 1)\n" * 200 + f"x()\n{SYSTEM}"),
    ("a NUL in a text", f"x = 'a\\0b'\nopen(x)\n{SYSTEM}"),
    ("half a surrogate pair", f"x = '\\ud800https://a.example/\\udfff'\nopen(x)\nos.environ[x]\n{SYSTEM}"),
    ("huge numbers", f"x = {'9' * 4000}\nopen(x)\ny = 0x{'f' * 100000}\nos.kill(y)\n{SYSTEM}"),
    ("odd names", f"import \N{MATHEMATICAL BOLD SMALL O}s as q\nq.x()\n{SYSTEM}"),
    ("many globals", "\n".join(f"def f{at}():\n    global g{at}\n    g{at} = g{at - 1}" for at in range(300)) + f"\n{SYSTEM}"),
    ("many facts", "\n".join(f"os.system('{at}')" for at in range(5000))),
    ("many texts", "\n".join(f"x = 'https://a{at}.example/'" for at in range(3000)) + f"\n{SYSTEM}"),
    ("recursion by parameters", f"def f(g):\n    g(f)\n    f(g)\nf(f)\n{SYSTEM}"),
    ("a decorator that gives itself", f"def d(f):\n    return d\n@d\n@d\ndef g(): pass\ng(g)(g)\n{SYSTEM}"),
    ("properties that ask for each other", f"class A:\n    @property\n    def a(self):\n        return self.b\n    @property\n    def b(self):\n        return self.a\nA().a\n{SYSTEM}"),
]  # fmt: skip


@pytest.mark.parametrize("source", [case[1] for case in DEEP], ids=[case[0] for case in DEEP])
def test_what_is_deep_or_large_is_looked_at_all_the_same(source):
    summary = summarise(("import os\n" + source).encode("utf-8", "surrogatepass"))
    assert summary.problem is not None or has(summary.facts, "process | os.system")
    _is_sound(summary)


def _is_sound(summary: ModuleSummary) -> None:
    assert DEFECT not in (summary.problem or "")
    assert len(summary.facts) <= 5000
    assert len(summary.literals) <= 1000
    assert all(len(argument) <= 200 for fact in summary.facts for argument in fact.arguments)
    assert all(len(literal.value) <= 500 for literal in summary.literals)
    for fact in summary.facts:
        "".join(fact.arguments).encode()
    for literal in summary.literals:
        literal.value.encode()


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbfimport os",
        b"# -*- coding: no-such -*-\nimport os",
        b"# -*- coding: utf-16 -*-\nimport os",
        b"# -*- coding: rot13 -*-\nvzcbeg bf",
        b"print 'x'",
        b"def",
        b"(" * 1000,
        b"(" * 100_000,
        b"x = " + b"-" * 100_000 + b"1",
        b"x" * 1_000_000,
        b"'" + b"a" * 3_000_000 + b"'",
        b"x = [" + b"1," * 200_000 + b"]",
        b"\n" * 500_000,
        b"\\\n" * 1000,
        b"x = 1\r" * 100,
        "\N{RIGHT-TO-LEFT OVERRIDE}".encode(),
    ],
)
def test_any_bytes_give_a_summary(source):
    _is_sound(summarise(source))


# Constants of every kind, and things that are none: what a call is given may be anything.
_GIVEN = (
    *(
        "None",
        "True",
        "-1",
        "10**40",
        "1.5",
        "1j",
        "...",
        "''",
        "'x'",
        "b''",
        "b'\\xff'",
        "()",
        "([1],)",
        "[]",
        "[[1], {}]",
    ),
    *("{}", "{'a': [1]}", "{1, 2}", "lambda x: x", "unknown", "*[[1]]", "**{'a': {}}", "__import__", "f'{unknown}'"),
)


@pytest.mark.parametrize("given", _GIVEN)
def test_what_is_known_by_name_takes_anything(given):
    names = sorted({*_TABLE, *_EFFECTS, *RUNNERS, *FUNCTIONS})
    for start in range(0, len(names), 150):
        source = "\n".join(_calls(name, given) for name in names[start : start + 150])
        assert summarise(source.encode()).problem is None


def _calls(name: str, given: str) -> str:
    module, call = name.partition(".")[0], name.removeprefix("builtins.").replace("()", "")
    lines = [f"import {module}", "def f(d, unknown):", f"    {call}({given})", f"    {call}(unknown, {given})"]
    if not given.startswith("*"):
        lines.append(f"    {call}({given}, {given}, {given}, {given}, data={given}, env={given}, context={given})")
        lines.append(
            f"    x = {{}}; x[{given}] = {call}; x[{given}, 1] = x; x[{given}]({given}); x.y.get({given}, {given})"
        )
        lines.append(
            f"    ({given}).decode({given}); ({given}).join({given}); ({given})[{given}]; ({given})[1:{given}]"
        )
        lines.append(f"    ({given}) + ({given}); ({given}) % ({given}); ({given}) * ({given}); [a for a in ({given})]")
    return "\n".join(lines)


def test_texts_of_a_file_that_does_not_parse_are_kept():
    summary = summarise(b"def (\nurl = 'https://a.example/x'\n")
    assert summary.problem is not None
    assert [(each.kind, each.value, each.line) for each in summary.literals] == [
        (LiteralKind.URL, "https://a.example/x", 2)
    ]


def test_the_same_bytes_give_the_same_summary():
    source = "\n".join(case[1] for case in DEEP[:12]).encode()
    assert summarise(source) == summarise(source)


_WORDS = [
    "os",
    "system",
    "exec",
    "eval",
    "import",
    "from",
    "as",
    "def",
    "class",
    "lambda",
    "if",
    "else",
    "for",
    "in",
    "while",
    "return",
    "yield",
    "await",
    "async",
    "with",
    "try",
    "except",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".",
    "=",
    "==",
    "+",
    "-",
    "*",
    "**",
    "%",
    "@",
    ":=",
    "->",
    "'a'",
    '"b"',
    "b'c'",
    "f'{x}'",
    "1",
    "2.5",
    "None",
    "x",
    "y",
    "self",
    "getattr",
    "__import__",
    "open",
    "requests.get",
    "base64.b64decode",
    "'https://a.example'",
    "not",
    "and",
    "or",
    "is",
    "\n",
    "\n",
    "\n",
]


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_any_row_of_words_gives_a_summary(rng: random.Random, count: int):
    _is_sound(summarise(" ".join(rng.choice(_WORDS) for _ in range(count)).encode()))


_atoms = st.sampled_from(
    [
        "os",
        "x",
        "exec",
        "eval",
        "open",
        "getattr",
        "__import__",
        "'os'",
        "'system'",
        "b'x'",
        "(1)",
        "None",
        "os.environ",
        "os.system",
        "globals()",
        "[]",
        "{}",
        "()",
        "base64.b64decode",
        "subprocess.Popen",
        "f",
    ]
)
_expressions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds("{}({})".format, inner, inner),
        st.builds("{}({}, {})".format, inner, inner, inner),
        st.builds("{}(*{}, **{})".format, inner, inner, inner),
        st.builds("{}.x".format, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}[::{}]".format, inner, inner),
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} % {})".format, inner, inner),
        st.builds("({} / {})".format, inner, inner),
        st.builds("[{}, *{}]".format, inner, inner),
        st.builds("{{{}: {}, **{}}}".format, inner, inner, inner),
        st.builds("[{} for x in {}]".format, inner, inner),
        st.builds("(lambda f, x=None: {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(x := {})".format, inner),
        st.builds("{}.join({})".format, inner, inner),
        st.builds("{}.get({})".format, inner, inner),
        st.builds("{}.append({})".format, inner, inner),
        st.builds("{}.format({})".format, inner, inner),
        st.builds("getattr({}, {})".format, inner, inner),
        st.builds("list(map({}, {}))".format, inner, inner),
        st.builds("functools.partial({}, {})".format, inner, inner),
        st.builds("operator.attrgetter({})({})".format, inner, inner),
    ),
    max_leaves=12,
)
_statements = st.one_of(
    _expressions,
    st.builds("x = {}".format, _expressions),
    st.builds("x, *y = {}".format, _expressions),
    st.builds("x.y = {}".format, _expressions),
    st.builds("x[{}] = {}".format, _expressions, _expressions),
    st.builds("x += {}".format, _expressions),
    st.builds("for x in {}: f({})".format, _expressions, _expressions),
    st.builds("with {} as x: {}".format, _expressions, _expressions),
    st.builds("if {}: {}".format, _expressions, _expressions),
    st.builds("def f(x, *a, y={}, **k): return {}".format, _expressions, _expressions),
    st.builds(
        "class A({}):\n    x = {}\n    def f(self): self.x = {}; return self.f(self.x)".format,
        _atoms,
        _expressions,
        _expressions,
    ),
    st.builds("@{}\ndef f(x): x({})".format, _expressions, _expressions),
    st.builds("while {}: x = {}".format, _expressions, _expressions),
    st.builds(
        "match {}:\n    case [x, *y]: {}\n    case {{'a': x, **y}}: {}".format, _expressions, _expressions, _expressions
    ),
)


@settings(max_examples=150)
@given(st.lists(_statements, min_size=1, max_size=6))
def test_any_code_gives_a_summary(statements):
    source = "import os, base64, subprocess, functools, operator\n" + "\n".join(statements)
    summary = summarise(source.encode())
    assert summary.problem is None, source
    _is_sound(summary)
