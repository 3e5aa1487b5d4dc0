"""From the bytes of a requirement file to its text, and from a PEP 508 text that a user wrote to a requirement."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from pinkeeper.errors import InputError
from pinkeeper.model.requirement import Requirement, parse_requirement
from pinkeeper.model.url import redact

__all__ = ["decode_text", "expand_variables", "parse_user_requirement"]

# UTF-32 first: the mark of UTF-16 LE is a prefix of that of UTF-32 LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
# Far below the 4300 digits from which Python refuses to make a number of a text, and the parser's recursion limit.
_NESTING_LIMIT = 50
_LENGTH_LIMIT = 4096


def decode_text(content: bytes, *, path: str) -> str:
    """Decode by byte order mark, else by a PEP 263 comment in the first two lines, else as UTF-8. Raises InputError."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding, path=path)
    for line in content.split(b"\n", 2)[:2]:
        if line.startswith(b"#") and (coding := _CODING.search(line)):
            return _decoded(content, coding[1].decode("ascii", errors="replace"), path=path)
    return _decoded(content, "utf-8", path=path)


def _decoded(content: bytes, encoding: str, *, path: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError as error:
        raise InputError(f"its coding comment names {encoding}, which is no text encoding", where=path) from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"it is not {encoding} text ({error.reason})",
            where=f"{path}:{line}",
            remedy="save it as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-",
        ) from error
    except UnicodeError as error:
        raise InputError(f"it is not {encoding} text ({error})", where=path) from error


def expand_variables(text: str, environ: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Put in the values of ``${NAME}``, and say which ones; a variable that is unset or empty stays as written."""
    if "${" not in text:
        return text, {}
    used = {name: value for name in _VARIABLE.findall(text) if (value := environ.get(name))}
    return _VARIABLE.sub(lambda match: used.get(match[1], match[0]), text), used


def parse_user_requirement(text: str) -> Requirement:
    """Parse one PEP 508 string that a user wrote. Raises InputError without a place, which the caller knows."""
    text = text.strip().replace("\t", " ")
    # The grammar has neither backslashes nor control characters; the parser would take them for escapes.
    if "\\" in text or not text.isprintable():
        raise InputError(f"not a requirement: it has a character that none has: {redact(text)!r}")
    if len(text) > _LENGTH_LIMIT or text.count("(") > _NESTING_LIMIT:
        raise InputError("not a requirement: it is too long or too deeply nested")
    try:
        return parse_requirement(text)
    except ValueError as error:
        reason, *picture = str(error).splitlines() or [""]
        # The picture is the text and a line of carets under it, which would not fit once a secret is taken off.
        fits = redact(text) == text
        raise InputError(
            f"not a requirement: {reason[:1].lower()}{redact(reason[1:])}",
            details=[line.removeprefix("    ").rstrip() for line in picture] if fits else [redact(text)],
        ) from error
