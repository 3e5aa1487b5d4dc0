"""Names in code that look like other names (Unicode TR39, as far as names of programs are concerned).

Names of one script are everyday, in whichever language; so are Greek letters beside Latin ones, as in formulas, and a
foreign word joined to a Latin one by ``_``. Odd are words in which Latin letters stand beside letters of another script
that look the same, whole names that look like another name of the file or like a builtin, and names in letters for
display that Python reads as plain ones (PEP 3131: NFKC).
"""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterator

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.source_spans import Span, code_between

__all__ = ["lookalike_names"]

_NAME = lazy_pattern(r"[^\W\d]\w*")
_WORD = lazy_pattern(r"[^\W\d_]+")

# Letters that in usual fonts cannot be told from the Latin ones above them.
_CYRILLIC = str.maketrans(
    "\u0430\u0441\u0501\u0435\u04bb\u0456\u0458\u04cf\u043e\u0440\u051b\u0455\u0443\u0445\u051d\u0475"
    "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405\u0422\u0425\u04ae\u051c",
    "acdehijlopqsyxwvABCEHIJKMOPSTXYW",
)
_GREEK = str.maketrans(
    "\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7", "oABEZHIKMNOPTYX"
)
_ARMENIAN = str.maketrans("\u0585\u057d\u0570\u0581\u0578\u0566", "ouhgnq")
_CHEROKEE = str.maketrans(
    "\u13aa\u13d2\u13bb\u13a1\u13e6\u13de\u13b7\u13e2\u13a2\u13d4\u13d9\u13da\u13bc\u13c3", "AREDKLMPiWVSHZ"
)
_LATIN = str.maketrans("\u0131\u0251\u0261\u0269\u0280\u01c0\u0237", "iagirlj")
_ALIKE = {**_CYRILLIC, **_GREEK, **_ARMENIAN, **_CHEROKEE, **_LATIN}
_FOREIGN = frozenset(map(chr, {**_CYRILLIC, **_GREEK, **_ARMENIAN, **_CHEROKEE}))

_KNOWN = frozenset(dir(builtins)) | frozenset(keyword.kwlist)
_DISPLAY = lazy_pattern("[\u2100-\u214f\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff\u2160-\u217f]")
_DISPLAY_WITHIN = lazy_pattern(
    f"{_DISPLAY.pattern}{{2}}|[A-Za-z]{_DISPLAY.pattern}[A-Za-z]|[A-Za-z]{{2}}{_DISPLAY.pattern}|{_DISPLAY.pattern}[A-Za-z]{{2}}"
)


def lookalike_names(text: str, spans: list[Span]) -> Iterator[tuple[int, str]]:
    """The offset of the first use of each such name, in characters, and a few words."""
    foreign: dict[str, int] = {}
    plain: set[str] = set()
    codes = list(code_between(text, spans))
    if all(code.isascii() for _, code in codes):
        return
    for start, code in codes:
        for found in _NAME.finditer(code):
            if found[0].isascii():
                plain.add(found[0])
            else:
                foreign.setdefault(found[0], start + found.start())
    for name, offset in foreign.items():
        detail = _oddity(name, plain)
        if detail is not None:
            yield offset, detail


def _oddity(name: str, plain: set[str]) -> str | None:
    read = unicodedata.normalize("NFKC", name)
    if read.isascii():
        if read in _KNOWN or _DISPLAY_WITHIN.search(name):
            return f"a name in letters for display, which Python reads as {read}"
        return None
    seen = read.translate(_ALIKE)
    if len(seen) > 1 and seen.isascii() and (seen in plain or seen in _KNOWN):
        return f"a name that looks like {seen}"
    for word in _WORD.findall(read):
        odd = [letter for letter in word if not letter.isascii()]
        if len(word) > 2 and 0 < len(odd) < len(word) and all(letter in _FOREIGN for letter in odd):  # noqa: PLR2004 - too short for a word
            scripts = sorted({unicodedata.name(letter).split()[0].capitalize() for letter in odd})
            return f"a name with letters that are {' and '.join(scripts)} and look Latin, like {word.translate(_ALIKE)}"
    return None
