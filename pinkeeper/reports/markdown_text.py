"""Foreign text made harmless for Markdown as forges read it.

A forge finds more in a comment than Markdown does: mentions, references to issues, merge requests, labels and commits,
addresses, emoji names, commands at the start of a line. Most of that is looked for after backslashes and entities are
gone, so neither helps. None of it is looked for in code. So foreign text stands in code spans and fences, but for plain
words and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pinkeeper.reports.plain import printable

__all__ = ["code", "fence", "sentence"]

_LONGEST_LINE = 1000
_BACKTICKS = re.compile("`+")
_OPENING, _CLOSING = "(\"'", ".,;:?)\"'"

# Letters, with hyphens and apostrophes inside; or up to six digits. No hash of a commit is as short, or has no digit
# unless it looks like `_LIKE_A_HASH`.
_PLAIN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d{1,6}")
_LIKE_A_HASH = re.compile(r"[0-9a-fA-F]{7,}")


def code(text: str) -> str:
    """A code span that shows the text on one line, whatever is in it; never empty."""
    shown = _shown(text)
    if not shown.strip(" "):
        shown = f"(blank: {len(shown)})" if shown else "(empty)"
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def sentence(text: str) -> str:
    """The text with every word that could be more than a word in a code span; on one line."""
    return " ".join(_word(word, is_first=place == 0) for place, word in enumerate(_cut(text).split())) or "(empty)"


def fence(lines: Iterable[str], language: str = "") -> str:
    """A fenced block around the lines, with a fence longer than any run of backticks in them.

    Lines that begin with a slash get a space before it: a forge may read commands there, even in code.
    """
    shown = [_shown(line) for line in lines]
    shown = [f" {line}" if line.startswith("/") else line for line in shown]
    ticks = "`" * max([3, *(_longest_run(line) + 1 for line in shown)])
    return "\n".join([f"{ticks}{language}", *shown, ticks])


def _word(word: str, *, is_first: bool) -> str:
    core = word.lstrip(_OPENING).rstrip(_CLOSING)
    start = word.index(core)
    before, after = word[:start], word[start + len(core) :]
    if not core or len(before) + len(after) > len(_OPENING):
        return code(word)
    if not _PLAIN.fullmatch(core) or _LIKE_A_HASH.fullmatch(core) or printable(core) != core:
        return f"{before}{code(core)}{after}"
    is_list = is_first and core.isdecimal() and after[:1] in {".", ")"}
    return code(word) if is_list else word


def _shown(text: str) -> str:
    return printable(_cut(text).expandtabs(4))


def _cut(text: str) -> str:
    if len(text) > _LONGEST_LINE:
        return f"{text[:_LONGEST_LINE]} [+{len(text) - _LONGEST_LINE:,} characters]"
    return text


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
