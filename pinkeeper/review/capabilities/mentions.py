"""Which files have a word in them: a cheap look at bytes, so that few files need be analysed."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["Mentions"]

_NOT_IN_WORDS = bytes(code for code in range(128) if not (chr(code).isalnum() or code == ord("_")))
_TO_SPACES = bytes.maketrans(_NOT_IN_WORDS, b" " * len(_NOT_IN_WORDS))
_GAP = rb"[ \t\f\\\r\n]"
# Each begins with a plain text, and looks back for the start of the word: what begins so is found many times faster.
_RELATIVE = lazy_pattern(rb"from(?<=\bfrom)" + _GAP + rb"*+\.[. \t\f\\\r\n]*+import\b")
_STAR = lazy_pattern(rb"import(?<=\bimport)" + _GAP + rb"*+\*")
_IMPORT = lazy_pattern(rb"import(?<=\bimport)\b(?:[ \t\f]*+\([^)]*+|[^\n;]*+)")
_CONTINUED = lazy_pattern(rb"\\\r?\n")
_ALIAS = lazy_pattern(rb"([\w\x80-\xff]++)" + _GAP + rb"++as" + _GAP + rb"++([\w\x80-\xff]++)")
_ALIAS_LINE = lazy_pattern(rb"\n[ \t]*+([\w\x80-\xff]++)[ \t]++as[ \t]++([\w\x80-\xff]++)(?=[ \t]*+[,)#\r\n])")
_PROGRAMS = tuple(map(re.compile, (rb"-m\b", rb"run_module", rb"run_path", rb"\.py\b")))
_COOKIE = lazy_pattern(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.MULTILINE)
_PLAIN = lazy_pattern(rb"utf-?8.*|u8|latin.?1|l1|iso-?8859-.*|us-ascii|ascii|cp125\d|windows-125\d", re.IGNORECASE)
_SIZE_LIMIT = 8 * 1024 * 1024  # bytes; a larger file is not parsed, so it calls nothing
_HEAD = 1_000
_WORD_LIMIT = 200  # bytes
_COUNT_LIMIT = 4_000_000  # words of all files together, repeated once a file


class Mentions:
    """The words of files.

    A word is what could be a name, wherever it stands: in code, in a text, in a comment. relative, stars, programs:
    files that import from a package by dots alone, that have a star import, and that may start a module as a program.
    opaque: files in which any word may be, as they have an encoding that hides words, or as there were too many.
    aliases: the words that imports of all files give to a word with ``as``, by that word.
    """

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes]) -> None:
        self._files: defaultdict[bytes, list[str]] = defaultdict(list)
        self.relative: set[str] = set()
        self.stars: set[str] = set()
        self.programs: set[str] = set()
        self.opaque: set[str] = set()
        self.aliases: dict[str, set[str]] = {}
        count = 0
        for path in paths:
            content = read(path)
            if len(content) > _SIZE_LIMIT:
                continue
            cookie = _COOKIE.search(content[:_HEAD])
            if count > _COUNT_LIMIT or (cookie is not None and not _PLAIN.fullmatch(cookie.group(1))):
                self.opaque.add(path)
                continue
            count += self._take_words(path, content)
            self._take_aliases(content)
            if _RELATIVE.search(content):
                self.relative.add(path)
            if _STAR.search(content):
                self.stars.add(path)
            if any(pattern.search(content) for pattern in _PROGRAMS):
                self.programs.add(path)

    def _take_words(self, path: str, content: bytes) -> int:
        """How many there were."""
        words = set(content.translate(_TO_SPACES).split())
        for word in words if content.isascii() else map(_normal, words):
            if len(word) <= _WORD_LIMIT:
                self._files[word].append(path)
        return len(words)

    def _take_aliases(self, content: bytes) -> None:
        imports = b"\n".join(_IMPORT.findall(_CONTINUED.sub(b"  ", content)))
        for word, alias in {*_ALIAS.findall(imports), *_ALIAS_LINE.findall(content)}:
            if len(word) <= _WORD_LIMIT and len(alias) <= _WORD_LIMIT and word != alias:
                self.aliases.setdefault(_text(word), set()).add(_text(alias))

    def of(self, words: Collection[str]) -> set[str]:
        """Files with any of these words, and those that may have any."""
        found = set(self.opaque)
        for word in words:
            encoded = unicodedata.normalize("NFKC", word).encode("utf-8", "surrogatepass")
            if len(encoded) > _WORD_LIMIT:
                encoded = b""
            found.update(self._files.get(encoded, ()))
        return found


def _text(word: bytes) -> str:
    return _normal(word).decode("utf-8", "surrogatepass")


def _normal(word: bytes) -> bytes:
    """A word as Python reads names (PEP 3131)."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFKC", word.decode("utf-8", "replace")).encode("utf-8", "surrogatepass")
