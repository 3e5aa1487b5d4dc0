"""Every line of a requirements lock, accounted for as pip reads it.

The lock's reader looks for pins; this looks for everything else. What pip, uv or an editor might read in another way
is a finding, whatever it would come to.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.errors import InputError
from pinkeeper.inputs.requirement_options import cut_line
from pinkeeper.inputs.requirement_text import expand_variables
from pinkeeper.lockfile.url_versions import name_in_url
from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.digest import Digest
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.logical_lines import logical_lines
from pinkeeper.model.url import redact

__all__ = ["ReadLines", "decode_lock", "header_python", "read_lines"]

_CODING = re.compile(rb"coding[:=]\s*([-\w.]+)")
_UTF8 = frozenset({b"utf-8", b"utf8", b"ascii", b"us-ascii"})
_HASH = re.compile(r"--hash[= ](sha256:[0-9a-fA-F]{64}|sha384:[0-9a-fA-F]{96}|sha512:[0-9a-fA-F]{128})")
_HEADER_PYTHON = re.compile(r"with Python (3\.\d+)\s*\Z")
_EDITABLE_OR_INCLUDE = ("--requirement", "--constraint")
_FILE = re.compile(r"(\./[A-Za-z0-9_./+!~-]+)(\[[A-Za-z0-9_., -]*\])?( +;.*)?")
_LONGEST_SHOWN = 80


class ReadLines(Struct, frozen=True, kw_only=True):
    """options: (line, name, value) of option lines. findings: about lines. lock: with the line of each package."""

    lock: Lock
    options: tuple[tuple[int, str, str], ...] = ()
    findings: tuple[CheckFinding, ...] = ()


def decode_lock(content: bytes, *, path: str) -> str:
    """The text of a lock, which is UTF-8 however pip would decode it. Raises InputError."""
    for number, line in enumerate(content.split(b"\n", 2)[:2], start=1):
        found = _CODING.search(line) if line.startswith(b"#") else None
        if found is not None and found[1].lower() not in _UTF8:
            raise InputError(
                "a comment makes pip read the lock in another encoding than UTF-8",
                where=f"{path}:{number}",
                remedy="take the comment out; locks are UTF-8",
            )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_number = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"it is not UTF-8 text ({error.reason})", where=f"{path}:{line_number}") from error


def header_python(text: str) -> str | None:
    """The Python version, ``3.12``, that the header of a lock names; None where it names none, or several."""
    found = (_HEADER_PYTHON.search(line) for line in text.splitlines() if line.startswith("#"))
    return next((match[1] for match in found if match), None)


def read_lines(text: str, lock: Lock, *, path: str, environ: Mapping[str, str]) -> ReadLines:
    """Look at every line. lock: what the reader made of the text, which must agree."""
    reading = _Reading(path, environ)
    reading.characters(text)
    for line, content in logical_lines(text):
        reading.line(line, content)
    reading.agrees(lock)
    return ReadLines(
        lock=replace(lock, packages=tuple(map(reading.numbered, lock.packages))),
        options=tuple(reading.options),
        findings=tuple(reading.findings),
    )


_Pin = tuple[NormalizedName, str, frozenset[Digest]]


class _Reading:
    """One run through a text."""

    def __init__(self, path: str, environ: Mapping[str, str]) -> None:
        self._path = path
        self._environ = environ
        self._seen: Counter[_Pin] = Counter()
        self._lines: dict[_Pin, list[int]] = {}
        self.options: list[tuple[int, str, str]] = []
        self.findings: list[CheckFinding] = []

    def characters(self, text: str) -> None:
        """Find characters at which some tools begin a line and others do not, or that hide what stands there."""
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
            code, _, _ = line.partition("#")
            odd = next(_odd(line, code), None)
            if odd is not None:
                self._add(
                    "malformed-line",
                    f"it has a character that tools read differently or do not show (U+{ord(odd):04X})",
                    number,
                )

    def line(self, line: int, content: str) -> None:
        """Account for one logical line."""
        if content.startswith("-"):
            self._option(line, content)
        else:
            self._requirement(line, content)

    def agrees(self, lock: Lock) -> None:
        """Find pins that the lock's reader saw and this did not, or the other way about."""
        read = Counter(
            _key(package.name, package.version, package.hashes) for package in lock.packages if package.url is None
        )
        for name, version, _ in sorted((self._seen - read) + (read - self._seen), key=str):
            self._add("malformed-line", f"{name} {version}: its lines can be read in more than one way", None, name)

    def numbered(self, package: LockedPackage) -> LockedPackage:
        """A package with the line where it stands."""
        lines = self._lines.get(_key(package.name, package.url or package.version, package.hashes))
        return replace(package, line=lines.pop(0)) if package.line is None and lines else package

    def _option(self, line: int, content: str) -> None:
        expanded, _ = expand_variables(content, self._environ)
        try:
            cut = cut_line(expanded)
        except InputError as error:
            self._add("malformed-line", f"{error.what}: {_shown(content)}", line)
            return
        if cut.editable or cut.requirement:
            self._add("foreign-line", f"it installs what no hash vouches for: {_shown(content)}", line)
            return
        for name, value in cut.options:
            if name in _EDITABLE_OR_INCLUDE:
                self._add("foreign-line", f"it reads another file: {_shown(content)}", line)
            else:
                self.options.append((line, name, value))

    def _requirement(self, line: int, content: str) -> None:
        words = content.split(" ")
        first = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
        text, options = " ".join(words[:first]).strip(), " ".join(words[first:]).strip()
        hashes = _HASH.findall(options)
        if _HASH.sub("", options).strip() or " ".join(options.split()).count("--hash") != len(hashes):
            self._add("malformed-line", f"beside a pin stands something else than hashes: {_shown(options)}", line)
        try:
            requirement = Requirement(_with_name(text))
        except InvalidRequirement:
            kind = "foreign-line" if "/" in text or text.startswith(".") else "malformed-line"
            self._add(kind, f"it is no pin: {_shown(text)}", line)
            return
        name = canonicalize_name(requirement.name)
        version = _pinned_version(requirement)
        if version is None:
            self._add("foreign-line", f"it pins nothing: {_shown(text)}", line, name)
            return
        key = _key(name, version, frozenset(map(Digest.parse, hashes)))
        self._lines.setdefault(key, []).append(line)
        if requirement.url is None:
            self._seen[key] += 1

    def _add(self, kind: str, message: str, line: int | None, package: NormalizedName | None = None) -> None:
        self.findings.append(
            CheckFinding(
                kind=kind, severity=Severity.ERROR, message=message, path=self._path, line=line, package=package
            )
        )


def _odd(line: str, code: str) -> Iterator[str]:
    if "\t" in code:
        yield "\t"
    for character in line:
        if not character.isprintable() and character != "\t" and unicodedata.category(character) != "Zs":
            yield character
    yield from (character for character in code if not character.isascii())


def _with_name(text: str) -> str:
    """A path to a wheel or sdist, which pip takes without a name, with the name that its file tells."""
    found = _FILE.fullmatch(text)
    name = None if found is None else name_in_url(found[1])
    return text if found is None or name is None else f"{name}{found[2] or ''} @ {found[1]}{found[3] or ''}"


def _pinned_version(requirement: Requirement) -> str | None:
    """The version that a requirement pins; for a direct reference the URL. ``===`` compares texts, and is no pin."""
    if requirement.url is not None:
        return requirement.url
    parts = list(requirement.specifier)
    if len(parts) != 1 or parts[0].operator != "==" or parts[0].version.endswith(".*"):
        return None
    return parts[0].version


def _key(name: NormalizedName, version: Version | str, hashes: frozenset[Digest]) -> _Pin:
    """What one pin is told by: a direct reference by its URL."""
    return (name, version if isinstance(version, str) and "/" in version else str(Version(str(version))), hashes)


def _shown(text: str) -> str:
    text = redact(text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
