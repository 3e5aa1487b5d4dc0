"""Requirement, constraint and override files, as pip reads them (pip user guide, "Requirements File Format")."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.errors import CollectedError, InputError, PinkeeperError
from pinkeeper.inputs.collected import FileReader, Inputs, raise_problems
from pinkeeper.inputs.direct_reference import editable_requirement, is_reference, referred_requirement
from pinkeeper.inputs.relative_paths import beside, find_links_beside, is_url, with_slashes
from pinkeeper.inputs.requirement_options import Line, cut_line
from pinkeeper.inputs.requirement_text import decode_text, expand_variables, parse_user_requirement
from pinkeeper.model.digest import Digest
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.logical_lines import logical_lines
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, Requirement
from pinkeeper.model.url import IndexURL, redact

__all__ = ["read_requirements"]

# Those that pip takes in --hash.
_STRONG_HASHES = ("sha256", "sha384", "sha512")
# A value of fewer characters is no secret, and taking it out of a sentence could hide what the sentence says.
_SHORTEST_SECRET = 4
# Nobody nests files deeper by hand; it keeps far from the recursion limit.
_DEEPEST = 50


def read_requirements(
    path: str,
    *,
    read: FileReader,
    environ: Mapping[str, str],
    kind: OriginKind = OriginKind.REQUIREMENTS,
    relative: Callable[[str], str] = str,
) -> Inputs:
    """Read a requirement file and all files that it includes.

    kind: what its lines are; CONSTRAINTS and OVERRIDES make every requirement in it one, in files included with
    ``-r`` too; those included with ``-c`` are constraints always. environ: the values of ``${NAME}``. relative: gives
    a path as it is written into files. Options without a meaning for a lock (``--prefer-binary``,
    ``--require-hashes``, ``--use-feature``, ``--config-settings``, ``--global-option``) are accepted. The folder of a
    project stands for what the project needs. Raises InputError, or CollectedError with all independent ones.
    """
    reading = _Reading(read, environ, relative)
    reading.file(with_slashes(path), kind=kind, inside=())
    return reading.inputs()


class _Place(Struct, frozen=True, kw_only=True):
    """The line being read.

    written: its text before variables are put in. inside: the normalised paths of the files that include its file, and
    its own.
    """

    path: str
    line: int
    kind: OriginKind
    written: str
    inside: tuple[str, ...]

    @property
    def origin(self) -> Origin:
        return Origin(path=self.path, line=self.line, kind=self.kind)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class _Reading:
    """One run through a file and those it includes: index options are a single stream, as for pip."""

    def __init__(self, read: FileReader, environ: Mapping[str, str], relative: Callable[[str], str]) -> None:
        self._read = read
        self._environ = environ
        self._relative = relative
        self._problems: list[PinkeeperError] = []
        self._texts: dict[str, str] = {}
        self._finished: set[tuple[str, OriginKind]] = set()
        self._collected: dict[OriginKind, list[InputRequirement]] = {kind: [] for kind in OriginKind}
        self._index = IndexOptions()
        self._formats = FormatControl()
        self._pre = False
        self._projects = Inputs()

    def inputs(self) -> Inputs:
        raise_problems(self._problems)
        return Inputs(
            requirements=tuple(self._collected[OriginKind.REQUIREMENTS]),
            constraints=tuple(self._collected[OriginKind.CONSTRAINTS]),
            overrides=tuple(self._collected[OriginKind.OVERRIDES]),
            index=self._index,
            formats=self._formats,
            pre=self._pre,
            requires_python=self._projects.requires_python,
            left_out=self._projects.left_out,
            files=tuple(dict.fromkeys((*self._texts, *self._projects.files))),
        )

    def file(self, path: str, *, kind: OriginKind, inside: tuple[str, ...]) -> None:
        """Read one file; a file that was read before, in the same role, has nothing to add. Raises InputError."""
        key = posixpath.normpath(path)
        if (key, kind) in self._finished:
            return
        for number, text in logical_lines(self._text(path)):
            place = _Place(path=path, line=number, kind=kind, written=text, inside=(*inside, key))
            expanded, used = expand_variables(text, self._environ)
            try:
                self._line(cut_line(expanded), place)
            except InputError as error:
                self._problems.append(_told(error, place, written=text, used=used))
            except CollectedError as error:  # the mistakes of a local project, which have their places
                self._problems += error.errors
        self._finished.add((key, kind))

    def _text(self, path: str) -> str:
        """The text of a file, which is read once: stdin can be. Raises InputError."""
        if path not in self._texts:
            self._texts[path] = decode_text(self._read(path), path=path)
        return self._texts[path]

    def _line(self, line: Line, place: _Place) -> None:
        if line.requirement:
            if place.kind is not OriginKind.REQUIREMENTS or not self._is_local_project(line, place):
                self._collected[place.kind].append(_requirement(line, place))
            return
        for name, value in line.options:
            self._option(name, value, place)

    def _is_local_project(self, line: Line, place: _Place) -> bool:
        """Whether a line names the folder of a project; if so, what that needs is collected. Raises InputError."""
        bare = is_reference(line.requirement)
        if not (bare or line.editable or "@" in line.requirement):
            return False
        from pinkeeper.inputs.local_reference import folder_of_line  # noqa: PLC0415 - few lines name a folder

        reference = folder_of_line(line.requirement, editable=line.editable, bare=bare)
        if reference is None:
            return False
        if any(name == "--hash" for name, _ in line.options):
            raise InputError("a folder has no hash", remedy="leave out the --hash")
        from pinkeeper.inputs.local_projects import read_local_project  # noqa: PLC0415 - same

        written = cut_line(place.written)
        text = f"-e {written.requirement}" if line.editable else written.requirement
        found = read_local_project(
            replace(reference, text=redact(text)), place.origin, read=self._read, relative=self._relative
        )
        self._collected[place.kind] += found.requirements
        self._projects = self._projects.merged(replace(found, requirements=()))
        return True

    def _option(self, name: str, value: str, place: _Place) -> None:
        match name:
            case "--requirement":
                self._include(value, place, kind=place.kind)
            case "--constraint":
                self._include(value, place, kind=OriginKind.CONSTRAINTS)
            case "--only-binary":
                self._formats = self._formats.with_only_binary(value)
            case "--no-binary":
                self._formats = self._formats.with_no_binary(value)
            case "--pre":
                self._pre = True
            case _:
                self._index = _with_option(self._index, name, value, path=place.path)

    def _include(self, relative: str, place: _Place, *, kind: OriginKind) -> None:
        """Read a file that a line names. Raises InputError."""
        if is_url(relative):
            raise InputError(
                f"{redact(relative)}: files that lie at a URL are not included",
                remedy="download it, look at it, and include the copy",
            )
        path = beside(place.path, with_slashes(relative))
        if path in place.inside:
            raise _cycle(path, place)
        if len(place.inside) == _DEEPEST:
            raise InputError(f"{path} is included by {_DEEPEST} files, each in the next; that is too deep")
        try:
            self._text(path)
        except InputError as error:
            raise InputError(f"{path} cannot be included: {error.what}", remedy=error.remedy) from error
        self.file(path, kind=kind, inside=place.inside)


def _with_option(index: IndexOptions, name: str, value: str, *, path: str) -> IndexOptions:
    """Index options after one more option; those without a meaning for a lock change nothing."""
    match name:
        case "--index-url":
            return replace(index, index_url=IndexURL.parse(value))
        case "--extra-index-url":
            return replace(index, extra_index_urls=(*index.extra_index_urls, IndexURL.parse(value)))
        case "--find-links":
            location = IndexURL.parse_location(find_links_beside(path, value))
            return replace(index, find_links=(*index.find_links, location))
        case "--no-index":
            return replace(index, no_index=True)
        case "--trusted-host":
            return replace(index, trusted_hosts=(*index.trusted_hosts, value))
        case _:
            return index


def _cycle(path: str, place: _Place) -> InputError:
    """The error of a line that includes a file which includes its own."""
    *between, last = place.inside[place.inside.index(path) :]
    if not between:
        return InputError(f"{path} includes itself")
    return InputError(f"{last} and {path} include each other", details=[" -> ".join((*between, last, path))])


def _requirement(line: Line, place: _Place) -> InputRequirement:
    """The requirement of a line. Raises InputError without a place."""
    bare = is_reference(line.requirement)
    if place.kind is not OriginKind.REQUIREMENTS:
        what = "a constraint" if place.kind is OriginKind.CONSTRAINTS else "an override"
        if line.editable:
            raise InputError(f"{what} cannot be editable", remedy="write it as a requirement")
        if bare:
            raise InputError(f"{what} must have a name", remedy=f"name it: NAME @ {line.requirement}")
    requirement = _parsed(line, bare=bare)
    if place.kind is OriginKind.CONSTRAINTS and requirement.extras:
        raise InputError(
            "a constraint cannot have extras",
            remedy=f"write {replace(requirement, extras=frozenset())}, and ask for the extras in a requirement",
        )
    return InputRequirement(
        requirement=requirement,
        origin=place.origin,
        hashes=frozenset(_digest(value) for name, value in line.options if name == "--hash"),
        editable=line.editable,
    )


def _parsed(line: Line, *, bare: bool) -> Requirement:
    if line.editable:
        return editable_requirement(line.requirement)
    return referred_requirement(line.requirement) if bare else parse_user_requirement(line.requirement)


def _digest(value: str) -> Digest:
    try:
        digest = Digest.parse(value)
    except ValueError as error:
        raise InputError(
            f"not a hash: --hash={value}", remedy="write --hash=sha256: and 64 hexadecimal characters"
        ) from error
    if digest.algorithm not in _STRONG_HASHES:
        raise InputError(f"--hash takes {', '.join(_STRONG_HASHES)}, not {digest.algorithm}")
    return digest


def _told(error: InputError, place: _Place, *, written: str, used: Mapping[str, str]) -> InputError:
    """An error about a line, with its place and without secrets: those in URLs, and the values of variables."""

    def hidden(text: str) -> str:
        for name, value in used.items():
            if len(value) >= _SHORTEST_SECRET:
                text = text.replace(value, f"${{{name}}}")
        return redact(text)

    return InputError(
        hidden(error.what),
        where=error.where or str(place),
        details=[redact(written)] if used else [redact(line) for line in error.details],
        remedy=hidden(error.remedy) if error.remedy else None,
    )
