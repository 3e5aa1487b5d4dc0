"""Lines of code with their syntax coloured, for HTML.

The text is hostile. The language is taken from the name of the file, never guessed; lexers are named here and no plugin
is asked for; what they are given is bounded, since some of their expressions take time by the square of its length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import Protocol

from markupsafe import Markup

from pinkeeper.reports.html_text import marked

__all__ = ["Colouring"]

_LANGUAGES = {
    ".bash": "shell",
    ".bat": "batch",
    ".cfg": "ini",
    ".cjs": "javascript",
    ".cmd": "batch",
    ".ini": "ini",
    ".js": "javascript",
    ".json": "json",
    ".mjs": "javascript",
    ".ps1": "powershell",
    ".pth": "python",
    ".py": "python",
    ".pyi": "python",
    ".pyw": "python",
    ".sh": "shell",
    ".start": "python",
    ".toml": "toml",
    ".ts": "javascript",
    ".yaml": "yaml",
    ".yml": "yaml",
}

_LEXERS = {
    "batch": ("shell", "BatchLexer"),
    "ini": ("configs", "IniLexer"),
    "javascript": ("javascript", "JavascriptLexer"),
    "json": ("data", "JsonLexer"),
    "powershell": ("shell", "PowerShellLexer"),
    "python": ("python", "PythonLexer"),
    "shell": ("shell", "BashLexer"),
    "toml": ("configs", "TOMLLexer"),
    "yaml": ("data", "YamlLexer"),
}

_LONGEST_LINE = 1000  # longer ones are not coloured
_LONGEST_SHOWN = 2000
_LONGEST_AT_LAST = 200  # once `_MOST_SHOWN` characters are on the page
_MOST_SHOWN = 3_000_000
_PIECE = 4000  # characters that a lexer is given at a time
_MOST = 400_000  # characters that are coloured on a page


# The first that fits is taken.
_STYLES = (
    ("Literal.String.Doc", "c"),
    ("Comment", "c"),
    ("Keyword", "k"),
    ("Operator.Word", "k"),
    ("Name.Function", "f"),
    ("Name.Class", "f"),
    ("Name.Builtin.Pseudo", ""),
    ("Name.Builtin", "b"),
    ("Name.Exception", "b"),
    ("Name.Decorator", "d"),
    ("Name.Attribute", "d"),
    ("Name.Tag", "d"),
    ("Literal.String", "s"),
    ("Literal.Number", "n"),
)


class _Lexer(Protocol):
    """What is used of a lexer of Pygments."""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, object, str]]:
        """(place, kind, text) of each token; the texts joined are the text."""


class Colouring:
    """Colours the lines of one page, until there were too many of them."""

    def __init__(self) -> None:
        self._left = _MOST
        self._shown = 0

    def lines(self, texts: Sequence[str], path: str) -> list[Markup]:
        """Each line of a consecutive piece of a file as HTML without anything active. path: of the file."""
        language = _LANGUAGES.get(PurePosixPath(path).suffix.lower())
        shown: list[Markup] = []
        for piece in _pieces(texts):
            length = sum(map(len, piece))
            self._shown += length
            longest = _LONGEST_SHOWN if self._shown <= _MOST_SHOWN else _LONGEST_AT_LAST
            if language is None or length > self._left:
                shown += (_plain(text, longest) for text in piece)
            else:
                self._left -= length
                shown += _coloured(piece, _lexer(language))
        return shown


def _pieces(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = length = 0
    for place, text in enumerate(texts):
        length += min(len(text), _LONGEST_LINE)
        if length > _PIECE:
            yield texts[start : place + 1]
            start, length = place + 1, 0
    if start < len(texts):
        yield texts[start:]


def _coloured(texts: Sequence[str], lexer: _Lexer) -> list[Markup]:
    # Blank lines say nothing to a lexer, but with spaces in them they are what it is slowest with.
    given = "\n".join("" if len(text) > _LONGEST_LINE or not text.strip() else text for text in texts)
    rows: list[list[tuple[str, str]]] = [[]]
    for _, kind, value in lexer.get_tokens_unprocessed(given):
        style = _style(kind)
        for place, part in enumerate(value.split("\n")):
            if place:
                rows.append([])
            if part and rows[-1] and rows[-1][-1][0] == style:
                rows[-1][-1] = (style, rows[-1][-1][1] + part)
            elif part:
                rows[-1].append((style, part))
    if len(rows) != len(texts):
        return [_plain(text) for text in texts]
    return [
        _row(row) if "".join(part for _, part in row) == text else _plain(text)
        for row, text in zip(rows, texts, strict=True)
    ]


def _row(parts: list[tuple[str, str]]) -> Markup:
    shown = []
    for place, (style, text) in enumerate(parts):
        inside = marked(text, is_line_start=place == 0)
        shown.append(f'<span class="{style}">{inside}</span>' if style else inside)
    return Markup("".join(shown))  # noqa: S704 - `marked` escapes


def _plain(text: str, longest: int = _LONGEST_SHOWN) -> Markup:
    if len(text) <= longest:
        return marked(text, is_line_start=True)
    more = Markup('<span class="x">[{} more characters]</span>').format(f"{len(text) - longest:,}")
    return marked(text[:longest], is_line_start=True) + more


@cache
def _style(kind: object) -> str:
    """The class of a kind of token, whose text is such as ``Token.Literal.String``; empty for what has no colour."""
    name = f"{kind}."
    return next((style for prefix, style in _STYLES if name.startswith(f"Token.{prefix}.")), "")


@cache
def _lexer(language: str) -> _Lexer:
    module, name = _LEXERS[language]
    found: _Lexer = getattr(import_module(f"pygments.lexers.{module}"), name)()
    return found
