from __future__ import annotations

import ast
import subprocess
import sys
import warnings

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pinkeeper.review.capabilities.grammar import SIZE_LIMIT, TOKEN_LIMIT, parse
from pinkeeper.review.capabilities.newer_grammar import respelled

PEP_695 = "type parameters (PEP 695)"
PEP_696 = "defaults of type parameters (PEP 696)"
PEP_701 = "f-strings of Python 3.12 (PEP 701)"
PEP_750 = "t-strings (PEP 750)"
PEP_758 = "exceptions without parentheses (PEP 758)"
PEP_798 = "unpacking in comprehensions (PEP 798)"
PEP_810 = "lazy imports (PEP 810)"

# Each with what an older Python would be given to do the same. Names that begin with n_ stand for all code of the text.
NEWER = [
    (PEP_701, "f'{n_a['b']}'", "f\"{n_a['b']}\""),
    (PEP_701, "f'a{n_a['b']!r:>{n_w}}c{{d}}'", "f'a{n_a[\"b\"]!r:>{n_w}}c{{d}}'"),
    (PEP_701, "f'{n_a!r }'", "f'{n_a!r}'"),
    (PEP_701, "f'{n_a['b'] = }'", "f'n_a[\\'b\\'] = {n_a[\"b\"]!r}'"),
    (PEP_701, "f'{n_a['b'] = :>3}'", "f'n_a[\\'b\\'] = {n_a[\"b\"]:>3}'"),
    (PEP_701, r"f'{'\t'.join(n_a)}\t\x41\N{EM DASH}{n_b}'", "f'{\"\t\".join(n_a)}\\t\\x41\\u2014{n_b}'"),
    (PEP_701, "f'{n_a # why\n}'", "f'{n_a}'"),
    (PEP_701, "f'''{\n# why\nn_a}'''", "f'{n_a}'"),
    (PEP_701, "f'{\nn_a\n}'", "f'{n_a}'"),
    (PEP_701, "f'{n_a['b'], n_b}'", "f'{(n_a[\"b\"], n_b)}'"),
    (PEP_701, "f'{n_a['b'],}'", "f'{(n_a[\"b\"],)}'"),
    (PEP_701, "f'{*n_a, *n_b['c']}'", "f'{(*n_a, *n_b[\"c\"])}'"),
    (PEP_701, "f'{f'{f'{n_a}'}'}'", 'f\'\'\'{f"""{f"{n_a}"}"""}\'\'\''),
    (PEP_701, "('a' # why\n f'{n_a['b']}'\n r'\\d')", "f'a{n_a[\"b\"]}\\\\d'"),
    (PEP_701, "f'\\{n_a['b']}'", "f'\\\\{n_a[\"b\"]}'"),
    (PEP_701, "rf'\\{n_a['b']}\\d'", "f'\\\\{n_a[\"b\"]}\\\\d'"),
    (PEP_701, 'f"""a"{n_a[f"""b"""]}\\""""', 'f\'a"{n_a[f"b"]}"\''),
    (PEP_701, "f'é{n_a['é']}é{n_b}'; n_c", "f'é{n_a[\"é\"]}é{n_b}'\nn_c"),
    (PEP_701, "def f():\n  return f'{yield n_a['b']}{n_c}'", "def f():\n  return f'{(yield n_a[\"b\"])}{n_c}'"),
    (PEP_701, "f'{n_a:{'>'}{n_w['w']}}'", 'f\'{n_a:{">"}{n_w["w"]}}\''),
    (PEP_701, "g(f'{n_a['b']}', n_k=f'{n_b}', *n_c)", "g(f'{n_a[\"b\"]}', n_k=f'{n_b}', *n_c)"),
    (PEP_701, "f'{(lambda q: n_a['b'])(1)}'", "f'{(lambda q: n_a[\"b\"])(1)}'"),
    (PEP_701, "f'{ {'a': n_a, '}': n_b}['a'] }'", 'f\'{ {"a": n_a, "}": n_b}["a"] }\''),
    (PEP_701, "f'{n_a != n_b['c']}'", "f'{n_a != n_b[\"c\"]}'"),
    (PEP_750, "t'a {n_a!r:>{n_w}} c'", "f'a {n_a!r:>{n_w}} c'"),
    (PEP_750, "rt'\\d{n_a}' tR'\\d'", "rf'\\d{n_a}\\d'"),
    (f"{PEP_701}, {PEP_750}", "T'{n_a['b']}'", "f'{n_a[\"b\"]}'"),
    (PEP_758, "try:\n  pass\nexcept n_a, n_b.c: n_d", "try:\n  pass\nexcept (n_a, n_b.c):\n  n_d"),
    (PEP_758, "try:\n  pass\nexcept* n_a, n_b, n_c,: n_d", "try:\n  pass\nexcept* (n_a, n_b, n_c):\n  n_d"),
    (PEP_758, "try: n_a\nexcept f(n_b, n_c), (n_d, n_e): 0", "try: n_a\nexcept (f(n_b, n_c), (n_d, n_e)): 0"),
    (PEP_798, "[*n_a for n_a in n_b]", "[n_a for n_a in n_b]"),
    (PEP_798, "{**n_a for n_a in n_b if n_c}", "{n_a for n_a in n_b if n_c}"),
    (PEP_798, "g(*n_a for n_a in n_b)", "g(n_a for n_a in n_b)"),
    (PEP_798, "async def f(): (*n_a async for n_a in n_b)", "async def f(): (n_a async for n_a in n_b)"),
    (PEP_810, "lazy import a.b as c, d", "import a.b as c, d"),
    (PEP_810, "if n_a:\n    lazy from . import a", "if n_a:\n    from . import a"),
    (PEP_810, "n_a; lazy from a import b", "n_a; from a import b"),
]

PARAMETERS = [
    (PEP_695, "def f[T](a: n_a) -> n_b: n_c"),
    (PEP_695, "async def f[T, *Ts, **P](): n_c"),
    (PEP_695, "@n_a\nclass C[T: n_b(1), U: (n_c, n_d)](n_e): n_f"),
    (f"{PEP_695}, {PEP_696}", "class C[T: n_a = n_b, *Ts = *n_c[int], **P = [n_d, n_e]]: n_f"),
    (PEP_695, "type X = n_a"),
    (PEP_695, "type X[T: n_a] = n_b[T]; n_c"),
    (PEP_695, "if 1:\n    type X[\n      T: n_a,\n    ] = n_b\n    type Y = n_c"),
    (PEP_695, "type \\\n  X = n_a"),
    (PEP_695, "def f[\n  T: n_a,  # why\n  U\n](b=n_c): n_d"),
    (PEP_695, "class C[T: (\n  n_a,\n\n  n_b)]: n_d"),
    (PEP_695, "class C[\n\n  T: n_a\n\n]: n_d"),
    (PEP_695, "class C[T: lambda: n_a]: n_d"),
    (f"{PEP_695}, {PEP_701}", "def f[T: n_a(f'{n_b['c']}')](d=f'{n_e['f']}'): n_g"),
]

OLD = [
    "type = 3",
    "type(x).y = type[0]",
    "x = type if y else z",
    "lazy = 1; lazy.x",
    "raise lazy from x",
    "f(*a, **b); [*a, *[c for c in d]]; {**a, 'b': {c for c in d}}",
    "try: pass\nexcept (A, B) as c: pass",
    "x[a, b:c] = f'{a!r:>{b}}' rf'\\d{c}'",
    "def f(a: b[c, d]): pass",
    "match type:\n    case type: pass",
]


def names(tree: ast.AST) -> dict[tuple[int, int], str]:
    return {
        (node.lineno, node.col_offset): node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id.startswith("n_")
    }


def written(source: str) -> dict[tuple[int, int], str]:
    """Where names that begin with n_ stand, of those that are not the names of keyword arguments."""
    found = {}
    for number, line in enumerate(source.split("\n"), 1):
        encoded = line.encode()
        at = -1
        while (at := encoded.find(b"n_", at + 1)) >= 0:
            if encoded[at + 3 : at + 4] != b"=":
                found[number, at] = encoded[at : at + 3].decode()
    return found


@pytest.mark.parametrize(("label", "newer", "older"), NEWER)
def test_newer_grammar_gives_the_tree_of_what_an_older_python_would_be_given(label, newer, older):
    spelled = respelled(newer, python=(3, 11))
    assert spelled is not None
    assert spelled.newer == label
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = spelled.restored(ast.parse(spelled.text), None)
    assert ast.unparse(tree) == ast.unparse(ast.parse(older))
    assert parse(newer.encode()).problem is None


@pytest.mark.parametrize("source", [source for _, source, _ in NEWER] + [source for _, source in PARAMETERS])
def test_all_code_in_newer_grammar_is_in_the_tree_at_its_place(source):
    tree = parse(source.encode()).tree
    assert tree is not None
    assert names(tree) == written(source)


@pytest.mark.parametrize(("label", "source"), PARAMETERS)
def test_expressions_of_type_parameters_are_statements_at_the_end(label, source):
    older = respelled(source, python=(3, 11))
    assert older is not None
    assert older.newer == label
    apart = ast.parse(older.apart) if older.apart else None
    tree = older.restored(ast.parse(older.text), apart)
    assert names(tree) == written(source)


@pytest.mark.parametrize("source", [source for _, source, _ in NEWER] + [source for _, source in PARAMETERS])
@pytest.mark.parametrize("python", [(3, 11), (3, 12), (3, 14)])
def test_a_respelled_text_has_as_many_bytes_in_each_line(source, python):
    older = respelled(source, python=python)
    if older is not None:
        sizes = [len(line) for line in source.encode().split(b"\n")]
        # Only where lines are joined that were empty, something has to stand there.
        assert [
            len(line.removesuffix(b"\\") if not size else line)
            for line, size in zip(older.text.encode().split(b"\n"), sizes, strict=True)
        ] == sizes


@pytest.mark.parametrize("source", OLD)
def test_grammar_that_every_python_has_is_left_alone(source):
    assert respelled(source, python=(3, 8)) is None
    assert parse(source.encode()).newer is None


def test_what_the_running_python_has_is_left_alone():
    sources = [source for _, source, _ in NEWER] + [source for _, source in PARAMETERS]
    assert [respelled(source, python=(3, 15)) for source in sources] == [None] * len(sources)


@pytest.mark.parametrize(
    "source",
    [
        "f'{a['b']}' b'c'",  # text and bytes
        "f'{a['b']}' '\\x'",  # no such escape
        "f'{a['b']",
        "f'{}'; f'{a['b']}'",
        "del f'{a['b']}'",
        "f'{a['b']}' = 1",
        "f'{a['b']!x}'",
        "print f'{a['b']}'",
        "class C[T(]): pass",
        "except A, B: pass",
        "try: pass\nexcept A, B as c: pass",
        "lazy \\\n  import a",
    ],
)
def test_what_no_python_reads_is_a_problem(source):
    parsed = parse(source.encode())
    if sys.version_info >= (3, 15) and "lazy" in source:
        pytest.skip("this Python reads it")
    assert parsed.tree is None
    assert parsed.problem
    assert parsed.problem.startswith("line ")
    assert parsed.text == source


def test_python_2_is_told_with_its_line():
    parsed = parse(b"import os\nprint 'a'\n")
    assert parsed.tree is None
    assert parsed.problem is not None
    assert parsed.problem.startswith("line 2: ")


def test_encodings_are_those_of_their_cookie_or_mark():
    cyrillic = "# coding: koi8-r\nx = 'привет'\n"
    assert parse(cyrillic.encode("koi8-r")).text == cyrillic
    marked = parse(b"\xef\xbb\xbfx = '\xc3\xa9'")
    assert marked.text == "x = 'é'"
    assert marked.tree is not None


@pytest.mark.parametrize(
    "source",
    [
        b"x = '\xff'",
        b"# coding: no-such\nx",
        b"\xef\xbb\xbf# coding: koi8-r\nx",
        b"# coding: rot13\nk",
        b"# coding: hex\n61",
    ],
)
def test_bytes_that_cannot_be_decoded_are_a_problem_and_can_still_be_looked_at(source):
    parsed = parse(source)
    assert parsed.problem is not None
    assert parsed.problem.startswith("it cannot be decoded: ")
    assert parsed.text == source.decode("latin-1")


def test_line_ends_are_newlines():
    parsed = parse(b"a\r\nb\rc\n")
    assert parsed.text == "a\nb\nc\n"
    assert [node.lineno for node in parsed.tree.body] == [1, 2, 3]


def test_warnings_of_the_parser_are_not_shown():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse(b"x = '\\d' is 1\ny = 1if 2else 3; f'{x['a']}' '\\d'").tree is not None


HOSTILE = {
    "open brackets": "'(' * 100_000",
    "signs": "'-' * 100_000 + '1'",
    "a sum": "'1' + '+1' * 100_000",
    "attributes": "'a' + '.b' * 100_000",
    "spaced attributes": "'a' + ' . b' * 100_000",
    "calls": "'a' + '()' * 100_000",
    "subscripts": "'a' + '[0]' * 100_000",
    "lambdas": "'lambda:' * 100_000 + '1'",
    "conditions": "'a if b else ' * 100_000 + '1'",
    "branches": "'if a: pass\\n' + 'elif a: pass\\n' * 50_000",
    "powers": "'1' + '**1' * 100_000",
    "an imported name": "'import a' + '.b' * 200_000",
    "fields": "'f\"{' * 100_000",
    "newer fields": '"f\'{" * 300 + "x[\'a\']" + "}\'" * 300',
    "specifications": "\"f'{a:\" + '{a:' * 1000",
    "blocks": "''.join(' ' * depth + 'if a:\\n' for depth in range(500))",
    "NUL": "'x = 1\\0'",
    "digits": "'1' * 100_000",
    "decorators": "'@a\\n' * 20_000 + 'def f(): pass'",
    "backslashes": "'\\\\\\n' * 100_000 + 'x'",
    "nothing": "''",
    "one long line": "'a' * 100_000_000",
    "too many tokens": "'a,' * 2_000_000",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_source_neither_crashes_nor_needs_much_memory(name):
    script = (
        "import resource\n"
        "from pinkeeper.review.capabilities.grammar import parse\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        f"parsed = parse(({HOSTILE[name]}).encode())\n"
        "print(parsed.tree is None, parsed.problem)\n"
        "del parsed\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr[-500:]
    is_unread = name not in {"decorators", "backslashes", "nothing"}
    assert ended.stdout.startswith(str(is_unread)), ended.stdout
    assert ("None" in ended.stdout) is not is_unread


def test_what_is_too_large_is_told():
    beyond = parse(b"#" * (SIZE_LIMIT + 1))
    assert beyond.problem == "too large to be parsed: 8,388,609 bytes"
    assert len(beyond.text) == SIZE_LIMIT
    many = parse(b"a," * TOKEN_LIMIT)
    assert many.problem is not None
    assert many.problem.startswith("too large to be parsed: about 800,00")


def test_words_in_docstrings_are_no_tokens():
    assert parse(b'"""' + b"a b " * TOKEN_LIMIT + b'"""').problem is None


_SIGNS = ["f'", "t'", "'", '"', "'''", '"""', *"{}x:=[](),*#\\\n\0", "!r", "é", "\ud800"]
_WORDS = ["type X", "def f", "class C", "except ", "try:pass\n", "lazy import ", " for x in y", "yield ", "lambda "]
_PIECES = st.sampled_from(_SIGNS + _WORDS)


@given(st.lists(_PIECES, max_size=30).map("".join))
@example("\ud800")
@example("f'{x:{y}")
def test_nothing_that_looks_like_newer_grammar_raises(source):
    parsed = parse(source.encode("utf-8", "surrogatepass"))
    assert (parsed.tree is None) == (parsed.problem is not None)


@given(st.binary(max_size=300))
def test_no_bytes_raise(source):
    parsed = parse(source)
    assert (parsed.tree is None) == (parsed.problem is not None)
