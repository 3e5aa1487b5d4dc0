"""Constant expressions give what Python gives, or nothing; and never cost much."""
# ruff: noqa: E501 - one line a case

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import gzip
import lzma
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.review.capabilities.summary import LiteralKind
from tests.review.capabilities.python.facts_of import facts, summary_of, told

TEXT = "https://a.example/x"
KEY = 0x5A
SHIFTED = [ord(character) ^ KEY for character in TEXT]


def folded(expression: str, before: str = "") -> str:
    """What an expression is folded to, as `os.system` is seen to be given it."""
    found = [
        fact
        for fact in facts(
            f"import os, base64, binascii, zlib, gzip, bz2, lzma, codecs, struct\n{before}\nos.system({expression})"
        )
        if fact.callee == "os.system"
    ]
    assert found
    return found[0].arguments[0] if found[0].arguments else ""


CASES = [
    "'https://' + 'a.example' + '/x'",
    "'https://a' '.example/x'",
    "f'https://{\"a.example\"}/{\"x\"}'",
    "'%s://%s/%s' % ('https', 'a.example', 'x')",
    "'%(s)s://a.example/x' % {'s': 'https'}",
    "'{}://{}/{}'.format('https', 'a.example', 'x')",
    "'{1}://{0}/x'.format('a.example', 'https')",
    "'{s}://a.example/x'.format(s='https')",
    "'://'.join(['https', 'a.example/x'])",
    "''.join(('https', '://', 'a.example/x'))",
    "''.join(['h', 't', 't', 'p', 's']) + '://a.example/x'",
    "'x/elpmaxe.a//:sptth'[::-1]",
    "'.hxtxtxpxsx:x/x/xax.xexxxaxmxpxlxex/xxx'[1::2]",
    "''.join(reversed('x/elpmaxe.a//:sptth'))",
    "'HTTPS://A.EXAMPLE/X'.lower()",
    "'  https://a.example/x '.strip()",
    "'httpz://a.ezample/z'.replace('z://', 's://').replace('ez', 'ex').replace('/z', '/x')",
    "'https|a.example/x'.split('|')[0] + '://' + 'https|a.example/x'.split('|')[1]",
    "'://'.join('https a.example/x'.split())",
    f"bytes({list(TEXT.encode())}).decode()",
    f"bytearray({list(TEXT.encode())}).decode('utf-8')",
    f"''.join(chr(c) for c in {list(TEXT.encode())})",
    f"''.join([chr(c) for c in {list(TEXT.encode())}])",
    f"''.join(map(chr, {list(TEXT.encode())}))",
    f"''.join(chr(c ^ {KEY}) for c in {SHIFTED})",
    f"''.join(chr(c ^ k) for c, k in zip({SHIFTED}, [{KEY}] * {len(SHIFTED)}))",
    f"bytes(c ^ {KEY} for c in {SHIFTED}).decode()",
    f"bytes([c ^ {KEY} for c in bytes({SHIFTED})]).decode()",
    f"''.join(chr(c - 3) for c in {[ord(c) + 3 for c in TEXT]})",
    f"''.join(chr(int(c, 16)) for c in {[hex(ord(c)) for c in TEXT]})",
    f"''.join(chr(int(x[i:i + 2], 16)) for i in range(0, len(x), 2))@@x = {TEXT.encode().hex()!r}",
    f"bytes.fromhex({TEXT.encode().hex()!r}).decode()",
    f"bytearray.fromhex({TEXT.encode().hex()!r}).decode()",
    f"binascii.unhexlify({TEXT.encode().hex()!r}).decode()",
    f"codecs.decode({TEXT.encode().hex()!r}, 'hex').decode()",
    f"codecs.decode({codecs.encode(TEXT, 'rot13')!r}, 'rot13')",
    f"codecs.decode({codecs.encode(TEXT, 'rot13')!r}, 'rot_13')",
    f"base64.b64decode({base64.b64encode(TEXT.encode())!r}).decode()",
    f"base64.b64decode({base64.b64encode(TEXT.encode()).decode()!r}).decode('ascii')",
    f"base64.urlsafe_b64decode({base64.urlsafe_b64encode(TEXT.encode())!r}).decode()",
    f"base64.b32decode({base64.b32encode(TEXT.encode())!r}).decode()",
    f"base64.b16decode({base64.b16encode(TEXT.encode())!r}).decode()",
    f"base64.b85decode({base64.b85encode(TEXT.encode())!r}).decode()",
    f"base64.a85decode({base64.a85encode(TEXT.encode())!r}).decode()",
    f"binascii.a2b_base64({binascii.b2a_base64(TEXT.encode())!r}).decode()",
    f"zlib.decompress({zlib.compress(TEXT.encode())!r}).decode()",
    f"gzip.decompress({gzip.compress(TEXT.encode(), mtime=0)!r}).decode()",
    f"bz2.decompress({bz2.compress(TEXT.encode())!r}).decode()",
    f"lzma.decompress({lzma.compress(TEXT.encode())!r}).decode()",
    f"zlib.decompress(base64.b64decode({base64.b64encode(zlib.compress(TEXT.encode()))!r})).decode()",
    f"base64.b64decode({base64.b64encode(TEXT.encode())[::-1]!r}[::-1]).decode()",
    f"base64.b64decode(''.join([{base64.b64encode(TEXT.encode()).decode()[:9]!r}, {base64.b64encode(TEXT.encode()).decode()[9:]!r}])).decode()",
    f"({int.from_bytes(TEXT.encode(), 'big')}).to_bytes({len(TEXT)}, 'big').decode()",
    f"struct.pack('{len(TEXT)}B', *{list(TEXT.encode())}).decode()",
    "'a.example/x'.join(['https://', ''])",
    "{'a': 'https://', 'b': 'a.example/x'}['a'] + {'a': 'https://', 'b': 'a.example/x'}.get('b')",
    "['https://', 'a.example/x'][0] + ['https://', 'a.example/x'][-1]",
    "('https' if 1 else 'http') + '://a.example/x'@@",
    "A + B@@A = 'https://'\nB = 'a.example/x'",
    "C.a + C.b@@class C:\n    a = 'https://'\n    b = 'a.example/x'",
    "x@@x = 'https:'\nx += '//'\nx += 'a.example/x'",
    f"x@@x = ''\nfor c in {SHIFTED}:\n    x += chr(c ^ {KEY})",
    f"x.decode()@@x = bytearray()\nfor c in {SHIFTED}:\n    x.append(c ^ {KEY})",
    f"''.join(x)@@x = []\nfor c in {SHIFTED}:\n    x.append(chr(c ^ {KEY}))",
    f"d({SHIFTED})@@def d(x):\n    return ''.join(chr(c ^ {KEY}) for c in x)",
    f"d({SHIFTED}, {KEY})@@def d(x, k):\n    r = []\n    for c in x:\n        r.append(chr(c ^ k))\n    return ''.join(r)",
    f"d({SHIFTED})@@def d(x, k={KEY}):\n    r = ''\n    i = 0\n    while i < len(x):\n        r += chr(x[i] ^ k)\n        i += 1\n    return r",
    f"d({SHIFTED})@@d = lambda x: ''.join(chr(c ^ {KEY}) for c in x)",
    f"d({SHIFTED})@@K = {KEY}\ndef d(x):\n    return e(x)\ndef e(x):\n    return bytes(c ^ K for c in x).decode()",
    f"C.d({SHIFTED})@@class C:\n    @staticmethod\n    def d(x):\n        return bytes(c ^ {KEY} for c in x).decode()",
    "x[0] + x[1]@@x = ['https://', 'a.example/x']",
    "x + y@@x, y = 'https://', 'a.example/x'",
    "(x := 'https://') + 'a.example/x'",
    "'zttps://a.ezample/z'.translate(str.maketrans('z', 'h', '')).replace('ehample/h', 'example/x')",
    "'https://a.example/x'.encode().decode()",
    "str(b'https://a.example/x', 'utf-8')",
    "''.join(c for c in 'h1t2t3p4s5://a.example/x' if not c.isdigit())",
    "''.join(sorted('//:', reverse=True)) and 'https://a.example/x'@@",
    "eval('\"https://\" + \"a.example/x\"')",
    "__import__('base64').b64decode('aHR0cHM6Ly9hLmV4YW1wbGUveA==').decode()",
    "getattr(base64, 'b64' + 'decode')('aHR0cHM6Ly9hLmV4YW1wbGUveA==').decode()",
    "__import__('codecs').decode('uggcf://n.rknzcyr/k', 'rot13')",
]  # fmt: skip

SKIPPED = {
    "'  https://a.example/x '.strip()",
    "('https' if 1 else 'http') + '://a.example/x'@@",
    "''.join(sorted('//:', reverse=True)) and 'https://a.example/x'@@",
}


@pytest.mark.parametrize("case", [case for case in CASES if case not in SKIPPED])
def test_a_text_that_was_put_together_is_read(case):
    expression, _, before = case.partition("@@")
    assert folded(expression, before) == TEXT


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in CASES
        if "'https" not in case
        and '"https' not in case
        and "a.example" not in case
        and "example/x'" not in case
        and case not in SKIPPED
    ],
)
def test_a_text_that_was_hidden_is_kept_as_such(case):
    expression, _, before = case.partition("@@")
    source = f"import os, base64, binascii, zlib, gzip, bz2, lzma, codecs, struct\n{before}\nx_ = {expression}"
    urls = {
        literal.value: literal.decoded for literal in summary_of(source).literals if literal.kind is LiteralKind.URL
    }
    assert urls[TEXT] is True, urls


COSTLY = [
    "'a' * 10**9",
    "'a' * 10**6 * 10**6",
    "[0] * 10**9",
    "9**9**9",
    "2**(2**40)",
    "1 << 10**9",
    "'%1000000000d' % 1",
    "'%*d' % (10**9, 1)",
    "'{:1000000000}'.format(1)",
    "'{:{}}'.format(1, 10**9)",
    "f'{1:1000000000}'",
    "'a'.ljust(10**9)",
    "'a'.center(10**9)",
    "'1'.zfill(10**9)",
    "'\\t'.expandtabs(10**9)",
    "bytes(10**10)",
    "bytearray(10**10)",
    "(1).to_bytes(10**10, 'big')",
    "list(range(10**12))",
    "[0 for _ in range(10**9)]",
    "''.join('a' for _ in range(10**9))",
    "sum(range(10**12))",
    "'a'.replace('', 'b' * 1000).replace('', 'b' * 1000).replace('', 'b' * 1000)",
    "('a' * 1000).join(['b' * 1000] * 10000)",
    "str([[[['a'] * 1000] * 1000] * 1000])",
    "repr([[0] * 60000] * 60000)",
    "'a'.translate({97: 'b' * 10**6}) * 3",
    "__import__('struct').pack('999999999x')",
    f"zlib.decompress({zlib.compress(bytes(50_000_000))!r})",
    f"bz2.decompress({bz2.compress(bytes(50_000_000))!r})",
    f"lzma.decompress({lzma.compress(bytes(50_000_000))!r})",
    "[x for x in range(1000) for y in range(1000) for z in range(1000)]",
    "(lambda f: f(f))(lambda f: f(f))",
    "d(1)@@def d(x):\n    while True:\n        x += 1\n    return x",
    "d(1)@@def d(x):\n    return d(x + 1)",
    "d(30)@@def d(x):\n    return d(x - 1) + d(x - 2) if x > 1 else 1",
    "x@@x = ['a' * 1000]\nfor i in range(1000):\n    x.extend(x)",
    "x@@x = 'ab'\nfor i in range(100000):\n    x = x + x",
    "x@@x = 2\nfor i in range(100000):\n    x = x * x",
    "pow(3, 10**9)",
    "eval('(' * 90 + '1' + ')' * 90)",
    "eval('eval(' * 30 + '1' + ')' * 30)",
    "int('9' * 100000)",
    "'{0.__class__.__init__}'.format(1)",
]  # fmt: skip


@pytest.mark.parametrize("case", COSTLY)
def test_what_would_cost_much_is_left_alone(case):
    expression, _, before = case.partition("@@")
    source = f"import os, zlib, bz2, lzma\n{before}\nos.system({expression})"
    summary = summary_of(source)
    assert summary.problem is None
    (fact,) = [fact for fact in summary.facts if fact.callee == "os.system"]
    assert all(len(argument) <= 200 for argument in fact.arguments), told(summary.facts)


_short = st.text(alphabet="abcXYZ019 _-/.%{}é\N{SNOWMAN}", max_size=8)
_number = st.integers(-300, 300)


def _binary(operators: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from(operators.split()), inner)


_numbers = st.recursive(
    _number.map(lambda number: f"({number})"),
    lambda inner: st.one_of(
        _binary("+ - * // % ^ & | << >> **", inner),
        st.builds("(-{})".format, inner),
        st.builds("len(str({}))".format, inner),
        st.builds("ord(chr({} % 5000))".format, inner),
        st.builds("int(hex({}), 16)".format, inner),
        st.builds("max({}, {})".format, inner, inner),
        st.builds("sum([{}, {}])".format, inner, inner),
    ),
    max_leaves=6,
)
_texts = st.recursive(
    _short.map(repr),
    lambda inner: st.one_of(
        _binary("+", inner),
        st.builds("({} * ({} % 5))".format, inner, _numbers),
        st.builds("{}[::-1]".format, inner),
        st.builds("{}[{}:{}]".format, inner, st.integers(-5, 5), st.integers(-5, 5)),
        st.builds("{}.replace({}, {})".format, inner, inner, inner),
        st.builds("{}.upper()".format, inner),
        st.builds("{}.swapcase()".format, inner),
        st.builds("{}.strip({})".format, inner, inner),
        st.builds("{}.join([{}, {}])".format, inner, inner, inner),
        st.builds("{}.join({}.split())".format, inner, inner),
        st.builds("''.join(chr(ord(c) ^ {}) for c in {})".format, st.integers(0, 31), inner),
        st.builds("''.join(reversed({}))".format, inner),
        st.builds("''.join(sorted({}))".format, inner),
        st.builds("''.join(c for c in {} if c not in {})".format, inner, inner),
        st.builds("{}.encode().decode()".format, inner),
        st.builds("bytes.fromhex({}.encode().hex()).decode()".format, inner),
        st.builds("base64.b64decode(base64.b64encode({}.encode())).decode()".format, inner),
        st.builds("codecs.decode(codecs.encode({}, 'rot13'), 'rot13')".format, inner),
        st.builds('f"{{{}}}!"'.format, st.sampled_from(["'a'", "1", "1.5", "'x' * 3", "None", "[1, 'a']"])),
        st.builds("('%s-%s' % ({}, {}))".format, inner, _numbers),
        st.builds("'{{}}:{{}}'.format({}, {})".format, inner, _numbers),
        st.builds("[{}, {}][{}]".format, inner, inner, st.integers(-2, 1)),
        st.builds("{{'k': {}}}['k']".format, inner),
        st.builds("({} if {} > 3 else {})".format, inner, _numbers, inner),
        st.builds("str({})".format, _numbers),
        st.builds("repr({})".format, inner),
        st.builds("{}.zfill({})".format, inner, st.integers(0, 9)),
        st.builds("{}.partition({} or 'a')[2]".format, inner, inner),
        st.builds("(lambda x: x + x)({})".format, inner),
        st.builds("''.join(map(lambda c: c * 2, {}))".format, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(_texts)
def test_what_is_folded_is_what_python_gives(expression):
    try:
        # The expression is our own, of the operations listed above.
        expected = eval(expression, {"base64": base64, "codecs": codecs})
    except (ValueError, TypeError, LookupError, ArithmeticError):
        expected = None
    except (OverflowError, MemoryError):
        return
    found = folded(expression)
    if found and "…" not in found:
        assert expected is not None
        assert found == expected[:200]


@settings(max_examples=80)
@given(st.binary(min_size=1, max_size=40), st.integers(1, 255))
def test_xor_is_undone_however_long_its_key(data, key):
    hidden = bytes(each ^ key for each in data)
    source = f"import os\nos.system(bytes(c ^ {key} for c in {hidden!r}))"
    (fact,) = [fact for fact in facts(source) if fact.callee == "os.system" and fact.capability.value == "process"]
    shown = data.decode("latin-1")
    assert fact.arguments == ((shown,) if shown.strip(" …") else ()) or shown.isspace()
