# ruff: noqa: E501, RUF001 - lines and letters of what is looked at are as they are

from __future__ import annotations

import base64
import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.capabilities.oddities import oddities
from pinkeeper.review.capabilities.summary import MODULE, Oddity, OddityKind


def seen(source: str) -> tuple[Oddity, ...]:
    parsed = parse(source.encode("utf-8", "surrogatepass"))
    return oddities(parsed.text, parsed.tree, problem=parsed.problem, newer=parsed.newer)


def kinds(source: str) -> list[OddityKind]:
    return [oddity.kind for oddity in seen(source)]


def noise(size: int) -> bytes:
    return b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(size // 32 + 1))[:size]


PACKED = base64.b64encode(noise(1500)).decode()
SCRIPT = base64.b64encode(
    ("import os\nfor name in os.listdir('.'):\n    print(name, os.stat(name))\n" * 20).encode()
).decode()
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + noise(2000) + b"\0\0\0\0IEND\xaeB`\x82").decode()
WOFF = base64.b64encode(b"wOF2\0\1\0\0" + (2012).to_bytes(4, "big") + noise(2000)).decode()
CERTIFICATE = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(noise(1500)).decode()}-----END CERTIFICATE-----\n"
BITS = "".join(f"{byte:08b}" for byte in b"import os").replace("0", " ").replace("1", "\t")

EVERYDAY = {
    "plain code": "import os\n\n\ndef f():\n    return os.name\n",
    "a foreign word that looks like no name here": "\u0441\u043e\u0440\u0443 = copied = 1\n",
    "accents": "# café – naïve\nname = 'Zoë'\n",
    "one script": "имя = 1\nπερίοδος = имя\n変数 = 2\nقيمة = 3\n",
    "Greek beside Latin": "Δx = 1\nσ_max = μ0 + ρ_air * dφ\nν = λν\n",
    "a foreign word joined to a Latin one": "get_данные = 1\nданные2 = 1\nDataДанные = 2\n",
    "subscripts": "xᵢ = 1\na_ₙ = 2\nhᵀ = 3\nℓ = 4\nℝ = float\n",
    "an accent of its own": "cafe\u0301 = 1\n",
    "identifier tables": "LETTERS = 'аbсdеfɡһіј \uff45\uff58\uff45\uff43 \U0001d41e'\n",
    "an emoji joiner": "FAMILY = '\U0001f468\u200d\U0001f469\u200d\U0001f467'  # \U0001f3f3\ufe0f\u200d\U0001f308\n",
    "many emoji": "ALL = '" + "\u2764\ufe0f\u2600\ufe0f" * 30 + "'\n",
    "a flag of tags": "FLAG = '\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f'\n",
    "Persian and Hindi": "# می\u200cخواهم\nTEXT = 'नमस्\u200dते می\u200cخواهم'\n",
    "a byte order mark in a text": "BOM = '\ufeff'\n",
    "pasted documentation": '"""Zero\u200bwidth and soft\u00adhyphen\u2060."""\n# and\u200b here\n',
    "characters to strip": "STRIP = '\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'\n",
    "directions to strip": "STRIP = '[\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069]'\n",
    "a direction that ends": "TEXT = 'a \u202bشكرا\u202c b \u2067שלום\u2069 c'\n",
    "Japanese variants": "NAMES = '葛\U000e0100城 辻\U000e0100'\n",
    "icons of a font": "ICONS = {'git': '\ue0a0', 'lock': '\uf023', 'dirs': '\uf07b\uf07c\uf115'}\n",
    "a long table": "TABLE = [" + ", ".join(map(str, range(900))) + "]\n",
    "a long text": f"TEXT = {'a word ' * 500!r}; f(1)\n".replace("; f(1)", ""),
    "an aligned comment": "x = f(1)" + " " * 150 + "# why f(2)\n",
    "an aligned backslash": "x = 1 + " + " " * 150 + "\\\n    f(2)\n",
    "blanks at the end": "x = f(1)" + " " * 200 + "\ny = g(2)\n",
    "an aligned bracket": "x = f(1,\n" + " " * 150 + ")\n",
    "a wide text": f"TEXT = f('{' ' * 300}', 2) % (3)\n",
    "a wide text over lines": f"TEXT = '''a\n{' ' * 300}b\n'''; f(1)\n",
    "aligned to the line before": "x = " + "a" * 140 + "(1,\n" + " " * 145 + "f(2))\n",
    "a column of a table": "x = ['a'," + " " * 120 + "'b']\n",
    "digests": "D = [" + ",\n".join(f"'{hashlib.sha256(bytes([n])).hexdigest()}'" for n in range(80)) + "]\n",
    "digests in base64": "D = ["
    + ",\n".join(f"'{base64.b64encode(hashlib.sha256(bytes([n])).digest()).decode()}'" for n in range(80))
    + "]\n",
    "a certificate": f"CA = '''{CERTIFICATE}'''\n",
    "a picture": f"ICON = 'data:image/png;base64,{PNG}'\n",
    "a font": f"FONT = b'{WOFF}'\n",
    "a short token": f"TOKEN = '{PACKED[:400]}'\n",
    "a modulus": f"N = '{noise(512).hex()}'\n",
    "a list of words": "WORDS = [" + ", ".join(f"'{word}'" for word in dir(str) * 30) + "]\n",
    "a text without spaces": f"URL = 'https://host.example/{'path-to/some-thing/' * 80}'\n",
    "an alphabet many times": f"RULER = '{'abcdefghijklmnopqrstuvwxyz0123456789' * 3}{'-' * 900}'\n",
    "a descriptor": "D = b'" + "\\n\\x1fsome_name.proto\\x12\\x0bpackage.v1\\x08\\x01\\x10\\x02" * 40 + "'\n",
    "a table of characters": "T = '" + "".join(f"\\u{code:04x}" for code in range(0x300, 0x700)) + "'\n",
    "a small table of bytes": "T = b'" + "".join(f"\\x{byte:02x}" for byte in range(256)) + "'\n",
    "minified JavaScript": "JS = '" + "function(e,t){var n=e[t]||{};return n.x=1,n.y=!0,n}," * 60 + "'\n",
}

_SELECTORS = "".join(chr(0xE0100 + byte) for byte in b"import os")
_SPREAD = "".join(f"{letter}{chr(0xE0100 + byte)}" for letter, byte in zip("readable!", b"import os", strict=True))

ODD = {
    "a comment that turns": ("x = 1  # \u202e } if admin: \u2066 f()\n", OddityKind.BIDI),
    "a docstring that turns": ('def f():\n    """Not here \u2067"""; return\n', OddityKind.BIDI),
    "a text that turns": ('if level != "user\u202e \u2066# only admins\u2069 \u2066":\n    f()\n', OddityKind.BIDI),
    "an isolate closed as an embedding": ("x = 'a \u2067 b \u202c c'\n", OddityKind.BIDI),
    "a direction in code": ("x = 1 \u202e\n", OddityKind.BIDI),
    "a selector in a name": ("a\ufe01 = 1\n", OddityKind.INVISIBLE),
    "a filler as a name": ("def f(\u3164=None):\n    return \u3164\n", OddityKind.INVISIBLE),
    "a half-width filler as a name": ("\uffa0 = 1\n", OddityKind.INVISIBLE),
    "a joiner in a name": ("a\u200db = 1\n", OddityKind.INVISIBLE),
    "selectors that carry data": (f"MARK = '\u2713{_SELECTORS}'\n", OddityKind.INVISIBLE),
    "selectors behind each letter": (f"MARK = '{_SPREAD}'\n", OddityKind.INVISIBLE),
    "tags that carry data": (
        "MARK = 'x" + "".join(chr(0xE0000 + byte) for byte in b"import os") + "'\n",
        OddityKind.INVISIBLE,
    ),
    "tags behind a flag": (
        "MARK = '\U0001f3f4" + "".join(chr(0xE0000 + byte) for byte in b"print(1) and more") + "'\n",
        OddityKind.INVISIBLE,
    ),
    "zero-width bits": ("MARK = 'ok" + "\u200b\u200c\u200c\u200b" * 8 + "'\n", OddityKind.INVISIBLE),
    "fillers in a comment": ("# ok" + "\u3164\uffa0\uffa0\u3164" * 8 + "\n", OddityKind.INVISIBLE),
    "private use": (
        "MARK = '" + "".join(chr(0xE000 + byte) for byte in b"import os; os.system('id')") + "'\n",
        OddityKind.INVISIBLE,
    ),
    "a word cut in two": ("if 'wea\u200bther' in kinds:\n    f()\n", OddityKind.INVISIBLE),
    "bits of blanks": (f"RULER = '''{BITS}'''\n", OddityKind.INVISIBLE),
    "Cyrillic within Latin": ("def h\u0430sh_ok(): pass\n", OddityKind.MIXED_SCRIPT),
    "Greek within Latin": ("C\u03bfnfig = 1\n", OddityKind.MIXED_SCRIPT),
    "Cherokee within Latin": ("\u13a1vent = 1\n", OddityKind.MIXED_SCRIPT),
    "Armenian within Latin": ("c\u0585py = 1\n", OddityKind.MIXED_SCRIPT),
    "a whole word of another script": ("copy = 1\n\u0441\u043e\u0440\u0443 = 2\n", OddityKind.MIXED_SCRIPT),
    "a builtin in another script": ("def \u0440\u0430\u0455\u0455(): return 1\n", OddityKind.MIXED_SCRIPT),
    "a builtin with a dotless letter": ("pr\u0131nt(1)\n", OddityKind.MIXED_SCRIPT),
    "full-width letters": ("\uff45\uff58\uff45\uff43('1')\n", OddityKind.MIXED_SCRIPT),
    "one full-width letter": ("os.s\uff59stem('1')\n", OddityKind.MIXED_SCRIPT),
    "mathematical letters": (
        "os." + "".join(chr(0x1D41A + ord(letter) - 97) for letter in "system") + "('1')\n",
        OddityKind.MIXED_SCRIPT,
    ),
    "statements on a long line": ("x = 1;" + " " * 20 + f"y = {'1 + ' * 200}1; f(2)\n", OddityKind.LONG_LINE),
    "many statements on a line": ("_q0 = 1;" + ";".join(f"_q{n} = _q{n - 1} * 31" for n in range(1, 99)) + "\n", OddityKind.LONG_LINE),
    "a statement behind a gap": ("x = 1" + " " * 150 + "; f(2)\n", OddityKind.OFF_SCREEN),
    "a statement behind tabs": ("x = 1;" + "\t" * 20 + "f(2)\n", OddityKind.OFF_SCREEN),
    "a statement behind tabs and spaces": ("x = 1;" + "   \t" * 20 + "f(2)\n", OddityKind.OFF_SCREEN),
    "a statement behind a closing bracket": ("x = f(1" + " " * 150 + "); g(2)\n", OddityKind.OFF_SCREEN),
    "a gap in a continued line": ("x = 1 + \\\n" + " " * 250 + "f(2)\n", OddityKind.OFF_SCREEN),
    "a gap within brackets": ("x = [1,\n" + " " * 250 + "f(2)]\n", OddityKind.OFF_SCREEN),
    "a gap in a text before a statement": (f"TEXT = 'a{' ' * 300}'; f(1)\n", OddityKind.OFF_SCREEN),
    "a gap in a docstring before a statement": (f'"""A.\n\nB.{" " * 300}"""; f(1)\n', OddityKind.OFF_SCREEN),
    "a gap in a text before a condition": (f"'a{' ' * 300}' and f(1)\n", OddityKind.OFF_SCREEN),
    "base64": (f"DATA = '{PACKED}'\n", OddityKind.BLOB),
    "base64 of a script": (f"DATA = '{SCRIPT}'\n", OddityKind.BLOB),
    "base64 over lines": (f"DATA = '''\n    {'    '.join(base64.encodebytes(noise(1500)).decode().splitlines(keepends=True))}'''\n", OddityKind.BLOB),
    "base64 in pieces": ("DATA = (\n" + "".join(f"    '{PACKED[at : at + 70]}'\n" for at in range(0, 1900, 70)) + ")\n", OddityKind.BLOB),
    "base64 in a list": ("DATA = [\n" + "".join(f"    b'{PACKED[at : at + 70]}',\n" for at in range(0, 1900, 70)) + "]\n", OddityKind.BLOB),
    "base64 that is added": ("DATA = ''" + "".join(f" + \\\n    '{PACKED[at : at + 70]}'" for at in range(0, 1900, 70)) + "\n", OddityKind.BLOB),
    "something behind the beginning of a picture": (f"ICON = '{PNG[:16]}{PACKED}'\n", OddityKind.BLOB),
    "base85": (f"DATA = {base64.b85encode(noise(1500)).decode()!r}\n", OddityKind.BLOB),
    "hexadecimal": (f"DATA = '{noise(2000).hex()}'\n", OddityKind.BLOB),
    "escaped bytes": (f"DATA = b'{''.join(f'{chr(92)}x{byte:02x}' for byte in noise(1500))}'\n", OddityKind.BLOB),
    "compressed bytes": (f"DATA = {zlib.compress(noise(1500))!r}\n", OddityKind.BLOB),
    "a blob in a file that does not parse": (f"print 'a'\nDATA = '{PACKED}'\n", OddityKind.BLOB),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday_sources_are_not_odd(name):
    assert seen(EVERYDAY[name]) == ()


@pytest.mark.parametrize("name", ODD)
def test_odd_sources_are_told(name):
    source, kind = ODD[name]
    assert kind in kinds(source), seen(source)


def test_an_oddity_has_its_line_scope_and_words():
    source = f"import os\n\n\nclass C:\n    @property\n    def m(self):\n        def inner():\n            x = '{PACKED}'\n            return x\n        return 1; {'1;' * 300}f(1)\n"
    assert seen(source) == (
        Oddity(kind=OddityKind.BLOB, line=8, scope="C.m.<locals>.inner", detail="2,000 characters of base64"),
        Oddity(kind=OddityKind.LONG_LINE, line=10, scope="C.m", detail="59 statements begin beyond column 500 of 622"),
    )


def test_what_does_not_parse_is_told_with_its_line():
    assert seen("import os\nprint 'a'\n") == (
        Oddity(
            kind=OddityKind.NOT_PARSED,
            line=2,
            scope=MODULE,
            detail="Missing parentheses in call to 'print'. Did you mean print(...)?",
        ),
    )


def test_newer_grammar_is_told():
    assert oddities("x", parse(b"x").tree, newer="t-strings (PEP 750)") == (
        Oddity(kind=OddityKind.NEWER_GRAMMAR, line=1, detail="t-strings (PEP 750)"),
    )


def test_no_more_than_twenty_of_a_kind_are_told():
    source = "".join(f"x{number} = '\u202ea {number}'\n" for number in range(1000))
    assert [oddity.line for oddity in seen(source)] == list(range(1, 21))


@given(st.text(max_size=200))
def test_no_text_raises(text):
    oddities(text, None)


@given(st.text(alphabet="\u202e\u2066\u2069\u202c\u200b\ufe0f\U000e0100\u3164\ue000аa\uff41'\"#\n \t\\;(", max_size=60))
def test_no_odd_text_raises(text):
    oddities(text, parse(text.encode()).tree)


@pytest.mark.parametrize(
    "piece", ["'", '"""', "\\", "a ", "\t ", "\u202e", "'\u200b", "é", "аa ", "x" * 61 + " ", "'ab\\x00'", "\n"]
)
def test_large_sources_are_looked_at_in_little_time(piece):
    text = (piece * (1_000_000 // len(piece)))[:1_000_000]
    assert len(oddities(text, None)) < 100
