"""Source without the bodies of its functions, which make up most of it and say nothing about its API.

Parsing is most of what reading an API costs. Lines are looked at as they are, not as tokens, so the result may not be
Python any more where the source is unusual; then the source itself is parsed. Each line keeps its number.
"""

from __future__ import annotations

import re

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["same_interface", "without_bodies"]

_TEXT = lazy_pattern(
    rb"""\"{3}[^\\"]*+(?:\\.[^\\"]*+)*+(?:"(?!"")[^\\"]*+(?:\\.[^\\"]*+)*+)*"{3}|'{3}[^\\']*+(?:\\.[^\\']*+)*+(?:'(?!'')[^\\']*+(?:\\.[^\\']*+)*+)*'{3}""",
    re.DOTALL,
)
_FUNCTION = lazy_pattern(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_SHORT_TEXT = lazy_pattern(rb""""[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'""")
_VERSION = lazy_pattern(rb"(__version__|VERSION|version) *= *(?:\"[\w.+-]+\"|'[\w.+-]+')$")
_KEPT = frozenset({b"__init__"})  # attributes are made there
_LONGEST_SIGNATURE = 400  # lines


def without_bodies(source: bytes) -> bytes:
    """The source with ``pass`` for the body of each function, but of those that make attributes.

    Where a signature does not end, nothing is known of the rest, and all is left as it is.
    """
    source = source.replace(b"\r\n", b"\n")
    if b'"""' in source or b"'''" in source:
        source = _TEXT.sub(_emptied, source)
    lines = source.split(b"\n")
    kept: list[bytes] = []
    at = 0
    while at < len(lines):
        match = _FUNCTION.match(lines[at]) if b"def" in lines[at] else None
        if match is None or match[2] in _KEPT:
            kept.append(lines[at])
            at += 1
            continue
        end = _signature_end(lines, at)
        if end is None:
            return source
        kept += lines[at:end]
        at = end
        if lines[end - 1].partition(b"#")[0].rstrip().endswith(b":"):
            indent = match[1]
            first = at
            while at < len(lines) and (lines[at - 1].endswith(b"\\") or _is_inside(lines[at], len(indent))):
                at += 1
            if at > first:
                kept.append(indent + b" pass")
                kept += [b""] * (at - first - 1)
    return b"\n".join(kept)


def same_interface(old: bytes, new: bytes) -> bool:
    """Whether two sources differ only in comments, in where lines stand and in the version that they say they are.

    Both as `without_bodies` gives them.
    """
    return _lines(old) == _lines(new)


def _lines(source: bytes) -> list[bytes]:
    lines = (line.rstrip(b"\\ \t") for line in source.split(b"\n"))
    return [_unversioned(line) for line in lines if line and not line.lstrip().startswith(b"#")]


def _unversioned(line: bytes) -> bytes:
    return _VERSION.sub(rb"\1", line) if b"ersion" in line or b"VERSION" in line else line


def _emptied(match: re.Match[bytes]) -> bytes:
    """An empty text on as many lines."""
    return b'""' + b"\\\n" * match[0].count(b"\n")


def _signature_end(lines: list[bytes], start: int) -> int | None:
    """The index after the line on which the brackets of a signature are closed; None where that is nowhere near."""
    depth = 0
    for at in range(start, min(start + _LONGEST_SIGNATURE, len(lines))):
        line = lines[at]
        if b'"' in line or b"'" in line:
            line = _SHORT_TEXT.sub(b"", line)
        line = line.partition(b"#")[0]
        depth += sum(line.count(mark) for mark in (b"(", b"[", b"{"))
        depth -= sum(line.count(mark) for mark in (b")", b"]", b"}"))
        if depth <= 0 and not line.rstrip().endswith(b"\\"):
            return at + 1
    return None


def _is_inside(line: bytes, indent: int) -> bool:
    """Whether a line belongs to a block whose head has that indentation: it is empty, a comment, or further in."""
    bare = line.lstrip(b" \t\f")
    return not bare or bare[:1] == b"#" or len(line) - len(bare) > indent
