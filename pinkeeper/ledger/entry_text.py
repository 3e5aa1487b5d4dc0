"""An entry as one line of TOML: git merges files by lines, and so a line is a whole decision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import assert_never

from pinkeeper.model.ledger import (
    Entry,
    Exemption,
    Files,
    Reopening,
    Review,
    RuleSet,
    SeenFinding,
    TrustedPublisher,
    Violation,
)

__all__ = ["entry_line", "quoted"]

_DELETE = "\x7f"


def entry_line(entry: Entry) -> str:
    """The line of an entry, an inline table in an array, with its comma and without its end."""
    return f"  {{ {', '.join(_pairs(entry))} }},"


def quoted(text: str) -> str:
    """A basic string of TOML, which is one of JSON but for U+007F."""
    return json.dumps(text, ensure_ascii=False).replace(_DELETE, "\\u007f")


def _pairs(entry: Entry) -> Iterator[str]:
    match entry:
        case Review():
            yield from _review(entry)
        case Exemption():
            yield from (_text("package", entry.package), _text("version", str(entry.version)))
            yield from (_texts("criteria", entry.criteria), _files("files", entry.files), f"until = {entry.until}")
            yield from (_text("who", entry.who), f"when = {entry.when}")
            yield from _if_said("notes", entry.notes)
        case Violation():
            yield from (_text("package", entry.package), _text("versions", str(entry.versions)))
            yield from (_text("reason", entry.reason), _text("who", entry.who), f"when = {entry.when}")
        case TrustedPublisher():
            yield from (_text("package", entry.package), _text("identity", entry.identity))
            yield from (_texts("criteria", entry.criteria), f"start = {entry.start}", f"end = {entry.end}")
            yield from (_text("who", entry.who), f"when = {entry.when}")
            yield from _if_said("notes", entry.notes)
        case Reopening():
            yield from (_text("package", entry.package), *_releases(entry), _text("rule", entry.rule))
            yield from (_text("fingerprint", entry.fingerprint), f"when = {entry.when}")
        case RuleSet():
            yield from (_text("id", entry.id), _texts("rules", entry.rules))
        case _:
            assert_never(entry)


def _review(entry: Review) -> Iterator[str]:
    yield from (_text("package", entry.package), *_releases(entry), _texts("criteria", entry.criteria))
    if entry.base is not None:
        yield _files("from-files", entry.base_files)
    yield _files("files", entry.files)
    if entry.listed:
        yield _texts("listed", entry.listed)
    yield from (_text("who", entry.who), f"when = {entry.when}", _text("thoroughness", entry.thoroughness))
    if entry.findings:
        yield f"findings = [{', '.join(map(_finding, entry.findings))}]"
    yield from _if_said("notes", entry.notes)
    yield from _if_said("rules", entry.rules)


def _releases(entry: Review | Reopening) -> Iterator[str]:
    if entry.base is None:
        yield _text("version", str(entry.version))
    else:
        yield _text("from", str(entry.base))
        yield _text("to", str(entry.version))


def _finding(finding: SeenFinding) -> str:
    reason = f", {_text('reason', finding.reason)}" if finding.reason else ""
    return f"{{ {_text('rule', finding.rule)}, {_text('fingerprint', finding.fingerprint)}{reason} }}"


def _text(key: str, value: str) -> str:
    return f"{key} = {quoted(value)}"


def _texts(key: str, values: Iterable[str]) -> str:
    return f"{key} = [{', '.join(map(quoted, values))}]"


def _files(key: str, files: Files) -> str:
    return f"{key} = {{ {', '.join(f'{quoted(name)} = {quoted(sha256)}' for name, sha256 in files)} }}"


def _if_said(key: str, value: str) -> Iterator[str]:
    if value:
        yield _text(key, value)
