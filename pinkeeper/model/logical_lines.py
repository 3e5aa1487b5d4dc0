"""Physical lines joined into logical ones, as pip's requirement file format has it.

The rules (pip user guide, "Requirements File Format"): a backslash at a line's end joins the next line, except that a
comment line is not continued and ends a continuation; ``#`` begins a comment at the line's start or after white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["logical_lines"]

_COMMENT = re.compile(r"(^|\s+)#.*$")


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Give (1-based number of its first physical line, text without comment and outer white space), never empty."""
    pending: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not pending:
            first = number
        is_comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            pending.append(line[:-1])
            continue
        # A comment line inside a continuation ends it; the blank keeps its "#" a comment for the pattern above.
        pending.append(" " + line if is_comment else line)
        if joined := _COMMENT.sub("", "".join(pending)).strip():
            yield first, joined
        pending = []
    if pending and (joined := _COMMENT.sub("", "".join(pending)).strip()):
        yield first, joined
