"""The literal dependencies in a ``setup.cfg`` (setuptools' declarative configuration)."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from pinkeeper.errors import InputError, PinkeeperError
from pinkeeper.inputs.collected import FileReader, Inputs, raise_problems
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.own_extras import with_own_extras
from pinkeeper.inputs.relative_paths import beside, with_slashes
from pinkeeper.inputs.requirement_text import decode_text, parse_user_requirement
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, Requirement

__all__ = ["read_setup_cfg"]

_OPTIONS = "options"
_EXTRAS = "options.extras_require"
_SECTION = re.compile(r"\[([^\]]+)\]")
_KEY = re.compile(r"([^\s#;\[:=][^:=]*?)\s*[:=]")


def read_setup_cfg(path: str, *, read: FileReader, extras: Sequence[str] = (), all_extras: bool = False) -> Inputs:
    """Read ``install_requires`` and ``python_requires`` of ``[options]``, and ``[options.extras_require]``.

    A value that setuptools would read from elsewhere (``file:``, ``attr:``) or interpolate is an error, and so is a
    file without ``install_requires``: a ``setup.py`` may compute it. Raises InputError, or CollectedError with all
    independent ones.
    """
    shown = with_slashes(path)
    reading = _Reading(shown, decode_text(read(path), path=shown))
    name = reading.name()
    own = None if name is None else canonicalize_name(name)
    requires_python = reading.requires_python()
    asked: list[tuple[Requirement, str | None]] = [(requirement, None) for requirement in reading.dependencies()]
    known = reading.extras()
    wanted = reading.wanted(extras, known, all_extras=all_extras)
    asked += [(requirement, f"extra:{extra}") for extra in wanted for requirement in known[extra]]
    raise_problems(reading.problems)
    expanded = with_own_extras(asked, own=own, extras=known)
    for _, extra in expanded.unknown:
        reading.unknown_extra(f"{own} asks for its own extra {extra}, and there is none", extra, known)
    raise_problems(reading.problems)
    return Inputs(
        requirements=tuple(
            InputRequirement(
                requirement=requirement,
                origin=Origin(path=shown, kind=OriginKind.PYPROJECT, project=name, section=section),
            )
            for requirement, section in expanded.asked
        ),
        requires_python=requires_python,
        sections=frozenset(f"extra:{extra}" for extra in (*wanted, *expanded.extras)),
        projects=frozenset([own] if own else []),
        files=(shown,),
    )


class _Reading:
    """One file, checked option by option; what is wrong is collected in `problems`."""

    def __init__(self, path: str, text: str) -> None:
        self.problems: list[PinkeeperError] = []
        self._path = path
        self._lines = text.split("\n")
        self._parser = configparser.RawConfigParser()
        # setuptools keeps the case of keys, which matters for the names of extras.
        self._parser.optionxform = str  # type: ignore[assignment, method-assign]
        try:
            self._parser.read_string(text, source=path)
        except configparser.Error as error:
            raise _not_setup_cfg(error, path) from error

    def name(self) -> str | None:
        """``[metadata] name`` as written."""
        value = self._value("metadata", "name")
        return None if value is None or self._name(value.strip(), "metadata", "name") is None else value.strip()

    def requires_python(self) -> SpecifierSet | None:
        """``[options] python_requires``."""
        value = self._value(_OPTIONS, "python_requires")
        if value is None or not value.strip():
            return None
        try:
            return SpecifierSet(value.strip())
        except InvalidSpecifier:
            self._wrong(f"python_requires is not a version specifier: {value.strip()!r}", _OPTIONS, "python_requires")
            return None

    def dependencies(self) -> tuple[Requirement, ...]:
        """``[options] install_requires``."""
        if not any(option == "install_requires" for option, _, _ in self._section(_OPTIONS)):
            self._wrong(
                "there is no install_requires in [options]",
                _OPTIONS,
                remedy="write it there, empty if nothing is needed; what a setup.py computes is not read",
            )
            return ()
        return tuple(self._requirements(_OPTIONS, "install_requires"))

    def extras(self) -> dict[NormalizedName, tuple[Requirement, ...]]:
        """``[options.extras_require]``."""
        found: dict[NormalizedName, tuple[Requirement, ...]] = {}
        for _, written, _ in self._section(_EXTRAS):
            name = self._name(written, _EXTRAS, written)
            if name in found:
                self._wrong(f"[{_EXTRAS}] has the extra {name} twice (PEP 685)", _EXTRAS, written)
            elif name is not None:
                found[name] = tuple(self._requirements(_EXTRAS, written))
        return found

    def wanted(
        self, asked: Sequence[str], known: dict[NormalizedName, tuple[Requirement, ...]], *, all_extras: bool
    ) -> tuple[NormalizedName, ...]:
        """The extras that are asked for, each once."""
        wanted = [*known] if all_extras else []
        for extra in asked:
            name = canonicalize_name(extra)
            if name in known:
                wanted.append(name)
            else:
                self.unknown_extra(f"there is no extra {extra}", name, known)
        return tuple(dict.fromkeys(wanted))

    def unknown_extra(self, what: str, extra: str, known: dict[NormalizedName, tuple[Requirement, ...]]) -> None:
        """Tell that an extra does not exist."""
        details = [f"extras: {', '.join(sorted(known)) or 'none'}"]
        self._wrong(f"{what}{or_nearest(extra, known)}", _EXTRAS, details=details)

    def _section(self, section: str) -> Iterator[tuple[str, str, str]]:
        """Its options: spelled as setuptools normalizes them, as written, value."""
        for written, value in self._parser.items(section) if self._parser.has_section(section) else ():
            yield written.lower().replace("-", "_"), written, value

    def _value(self, section: str, option: str) -> str | None:
        """The literal value of an option; None where there is none, or it is wrong."""
        values = [(written, value) for found, written, value in self._section(section) if found == option]
        if len(values) > 1:
            self._wrong(f"[{section}] has {option} twice", section, values[1][0])
            return None
        return None if not values or not self._is_literal(section, *values[0]) else values[0][1]

    def _requirements(self, section: str, option: str) -> Iterator[Requirement]:
        if section == _EXTRAS:
            value: str | None = self._parser.get(section, option)
            value = value if self._is_literal(section, option, value or "") else None
        else:
            value = self._value(section, option)
        for text in _lines_of(value or ""):
            try:
                yield parse_user_requirement(text)
            except InputError as error:
                self._wrong(f"{option}: {error.what}", section, option, text=text, details=error.details)

    def _is_literal(self, section: str, option: str, value: str) -> bool:
        directive, colon, rest = value.strip().partition(":")
        if colon and directive == "file":
            files = [beside(self._path, file.strip()) for file in rest.split(",") if file.strip()]
            remedy = f"lock what it is read from: pinkeeper lock {' '.join(files)}"
            self._wrong(f"{option} is read from another file", section, option, remedy=remedy)
        elif colon and directive == "attr":
            remedy = "write the value down; code is not run to learn it"
            self._wrong(f"{option} is computed by code", section, option, remedy=remedy)
        elif "%" in value:
            remedy = "write the value down without %"
            self._wrong(f"{option} has a %, which setuptools interpolates", section, option, remedy=remedy)
        else:
            return True
        return False

    def _name(self, text: str, section: str, option: str) -> NormalizedName | None:
        try:
            return canonicalize_name(text, validate=True)
        except InvalidName:
            self._wrong(f"[{section}] has an impossible name: {text!r}", section, option)
            return None

    def _wrong(
        self,
        what: str,
        section: str,
        option: str | None = None,
        *,
        text: str | None = None,
        remedy: str | None = None,
        details: Sequence[str] = (),
    ) -> None:
        line = self._line(section, option, text)
        where = self._path if line is None else f"{self._path}:{line}"
        self.problems.append(InputError(what, where=where, remedy=remedy, details=details))

    def _line(self, section: str, option: str | None, text: str | None) -> int | None:
        """The line of a section, of an option in it, of a text in its value; the nearest of these that is found."""
        found, inside = None, False
        in_option = False
        for number, line in enumerate(self._lines, start=1):
            if header := _SECTION.match(line):
                inside, in_option = header[1] == section, False
                found = number if inside else found
            elif inside and (key := _KEY.match(line)):
                in_option = option is not None and key[1].lower().replace("-", "_") == option.lower().replace("-", "_")
                found = number if in_option else found
            if in_option and text is not None and text in line:
                return number
        return found


def _lines_of(value: str) -> Iterator[str]:
    """The requirements in a value: one a line; on a single line, as setuptools has it, parted by semicolons."""
    for line in value.splitlines() if "\n" in value else value.split(";"):
        text = line.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            yield text


def _not_setup_cfg(error: configparser.Error, path: str) -> InputError:
    line: int | None = None
    match error:
        case configparser.MissingSectionHeaderError():
            line, reason = error.lineno, "a line stands before the first [section]"
        case configparser.ParsingError():
            line, reason = error.errors[0][0], "a line is neither a [section] nor key = value"
        case configparser.DuplicateSectionError():
            line, reason = error.lineno, f"[{error.section}] stands in it twice"
        case configparser.DuplicateOptionError():
            line, reason = error.lineno, f"[{error.section}] has {error.option} twice"
        case _:
            reason = error.message.splitlines()[0]
    return InputError(f"not a configuration file: {reason}", where=path if line is None else f"{path}:{line}")
