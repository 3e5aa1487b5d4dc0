"""Projects: the static ``[project]`` table (PEP 621) and dependency groups (PEP 735) of a ``pyproject.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from pinkeeper.errors import InputError, PinkeeperError
from pinkeeper.inputs.collected import FileReader, Inputs, raise_problems
from pinkeeper.inputs.dependency_groups import read_group
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.own_extras import Asked, with_own_extras
from pinkeeper.inputs.relative_paths import beside, with_slashes
from pinkeeper.inputs.requirement_text import parse_user_requirement
from pinkeeper.inputs.toml_document import Key, TomlDocument, kind_of, load_toml, written
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, Requirement

__all__ = ["describes_project", "read_pyproject"]


def read_pyproject(
    path: str,
    *,
    read: FileReader,
    extras: Sequence[str] = (),
    all_extras: bool = False,
    groups: Sequence[str] = (),
) -> Inputs:
    """Read what a project depends on.

    ``dependencies`` are always part of it, where there is a ``[project]`` table; extras and groups add to them, and a
    file without that table serves for its groups. A requirement on the project itself (``demo[x]``) stands for what
    that extra lists. A ``requires-python`` that only a build would tell is not known. Raises InputError, or
    CollectedError with all independent ones.
    """
    shown = with_slashes(path)
    document = load_toml(shown, read(path))
    reading = _Reading(document)
    asked: list[Asked] = []
    if "project" in document.data:
        reading.project()
        asked += reading.dependencies()
        asked += reading.extras(extras, all_extras=all_extras)
    elif extras or all_extras or not groups:
        raise _no_project(document)
    asked += reading.groups(groups)
    raise_problems(reading.problems)
    expanded = reading.expanded(asked)
    raise_problems(reading.problems)
    return Inputs(
        requirements=tuple(
            InputRequirement(
                requirement=requirement,
                origin=Origin(path=shown, kind=OriginKind.PYPROJECT, project=reading.name, section=section),
            )
            for requirement, section in expanded
        ),
        requires_python=reading.requires_python,
        sections=frozenset(reading.sections),
        projects=frozenset([canonicalize_name(reading.name)] if reading.name else []),
        files=(shown,),
    )


def describes_project(path: str, content: bytes) -> bool:
    """Whether the file has a ``[project]`` table. Raises InputError where it is not TOML."""
    return "project" in load_toml(path, content).data


def _no_project(document: TomlDocument) -> InputError:
    groups = document.data.get("dependency-groups")
    remedy = "list what is needed in [project] dependencies (PEP 621), or in a requirements.in, and lock that"
    if isinstance(groups, Mapping) and groups:
        remedy = "ask for a dependency group: " + " ".join(f"--group {name}" for name in sorted(groups))
    return InputError("there is no [project] table", where=document.path, remedy=remedy)


class _Reading:
    """One document, checked key by key; what is wrong is collected in `problems`."""

    def __init__(self, document: TomlDocument) -> None:
        self.problems: list[PinkeeperError] = []
        self.name: str | None = None
        self.requires_python: SpecifierSet | None = None
        self.sections: set[str] = set()
        self._document = document
        self._project: Mapping[str, object] = {}
        self._dynamic: frozenset[str] = frozenset()
        self._extras: dict[NormalizedName, list[Requirement]] = {}

    def project(self) -> None:
        """Read the ``[project]`` table but for its requirements, and all extras."""
        self._project = self._table(self._document.data["project"], "project")
        self._dynamic = frozenset(
            text for _, text in self._texts(self._project.get("dynamic", []), "project", "dynamic")
        )
        name = self._project.get("name")
        if isinstance(name, str) and _is_name(name):
            self.name = name
        elif name is None:
            self._wrong("project.name is missing", "project")
        else:
            self._wrong(f"project.name is not a package name: {name}", "project", "name")
        self._read_requires_python()
        self._read_extras()

    def dependencies(self) -> list[Asked]:
        """``project.dependencies``."""
        if "dependencies" in self._dynamic:
            self._wrong(
                "project.dependencies is dynamic: it cannot be read without running the project's build",
                "project",
                "dynamic",
                remedy=self._static_remedy(),
            )
            return []
        keys = ("project", "dependencies")
        return [(requirement, None) for requirement in self._requirements(self._project.get("dependencies", []), *keys)]

    def extras(self, asked: Sequence[str], *, all_extras: bool) -> list[Asked]:
        """The requirements of extras."""
        if "optional-dependencies" in self._dynamic:
            if asked or all_extras:
                self._wrong(
                    "project.optional-dependencies is dynamic: it cannot be read without running the project's build",
                    "project",
                    "dynamic",
                    remedy="write the extras down in [project.optional-dependencies]",
                )
            return []
        wanted = [*self._extras] if all_extras else []
        for extra in asked:
            name = canonicalize_name(extra)
            if name in self._extras:
                wanted.append(name)
            else:
                self.problems.append(self._unknown_extra(f"{self.name or 'the project'} has no extra {extra}", name))
        self.sections.update(f"extra:{extra}" for extra in wanted)
        return [
            (requirement, f"extra:{extra}") for extra in dict.fromkeys(wanted) for requirement in self._extras[extra]
        ]

    def groups(self, asked: Sequence[str]) -> list[Asked]:
        """The requirements of dependency groups, those that they include in place."""
        if not asked:
            return []
        table = self._table(self._document.data.get("dependency-groups", {}), "dependency-groups")
        found: list[Asked] = []
        for group in dict.fromkeys(map(canonicalize_name, asked)):
            try:
                requirements, included = read_group(self._document, table, group)
            except PinkeeperError as error:
                self.problems.append(error)
            else:
                found += [(requirement, f"group:{group}") for requirement in requirements]
                self.sections.update(f"group:{name}" for name in included)
        return found

    def expanded(self, asked: Iterable[Asked]) -> tuple[Asked, ...]:
        """Requirements in order, those on the project itself replaced by what the extras list."""
        own = canonicalize_name(self.name) if self.name else None
        expanded = with_own_extras(asked, own=own, extras=self._extras)
        for section, extra in expanded.unknown:
            what = f"{self._key_of(section)} asks for {own}[{extra}], and there is no such extra"
            self.problems.append(self._unknown_extra(what, extra))
        self.sections.update(f"extra:{extra}" for extra in expanded.extras)
        return expanded.asked

    def _read_requires_python(self) -> None:
        text = self._project.get("requires-python")
        if text is None:
            return
        if not isinstance(text, str):
            self._expected("a version specifier", text, "project", "requires-python")
            return
        try:
            self.requires_python = SpecifierSet(text)
        except InvalidSpecifier:
            self._wrong(f"project.requires-python is not a version specifier: {text!r}", "project", "requires-python")

    def _read_extras(self) -> None:
        keys = ("project", "optional-dependencies")
        for extra, texts in self._table(self._project.get("optional-dependencies", {}), *keys).items():
            name = canonicalize_name(extra)
            if not _is_name(extra):
                self._wrong(f"{written(*keys)} has an extra with an impossible name: {extra!r}", *keys, extra)
            elif name in self._extras:
                self._wrong(f"{written(*keys)} has the extra {name} twice (PEP 685)", *keys, extra)
            else:
                self._extras[name] = list(self._requirements(texts, *keys, extra))

    def _requirements(self, value: object, *keys: Key) -> Iterator[Requirement]:
        for number, text in self._texts(value, *keys):
            try:
                yield parse_user_requirement(text)
            except InputError as error:
                what = f"{written(*keys, number)} is {error.what}"
                self._wrong(what, *keys, value=text, details=error.details)

    def _texts(self, value: object, *keys: Key) -> Iterator[tuple[int, str]]:
        """The strings of an array with their numbers."""
        if not isinstance(value, list):
            self._expected("an array of strings", value, *keys)
            return
        for number, item in enumerate(value):
            if isinstance(item, str):
                yield number, item
            else:
                self._expected("a string", item, *keys, number)

    def _table(self, value: object, *keys: Key) -> Mapping[str, object]:
        if isinstance(value, dict):
            return value
        self._expected("a table", value, *keys)
        return {}

    def _expected(self, expected: str, value: object, *keys: Key) -> None:
        self._wrong(f"{written(*keys)}: expected {expected}, not {kind_of(value)}", *keys)

    def _wrong(
        self, what: str, *keys: Key, value: str | None = None, remedy: str | None = None, details: Sequence[str] = ()
    ) -> None:
        where = self._document.place(*keys, value=value)
        self.problems.append(InputError(what, where=where, remedy=remedy, details=details))

    def _unknown_extra(self, what: str, extra: str) -> InputError:
        return InputError(
            f"{what}{or_nearest(extra, self._extras)}",
            where=self._document.place("project", "optional-dependencies"),
            details=[f"extras: {', '.join(sorted(self._extras)) or 'none'}"],
        )

    def _key_of(self, section: str | None) -> str:
        kind, _, name = (section or "").partition(":")
        match kind:
            case "extra":
                return f"project.optional-dependencies.{name}"
            case "group":
                return f"dependency-groups.{name}"
            case _:
                return "project.dependencies"

    def _static_remedy(self) -> str:
        """With setuptools, the dependencies may lie in a requirement file, which can be locked as it is."""
        value: object = self._document.data
        for key in ("tool", "setuptools", "dynamic", "dependencies", "file"):
            value = value.get(key) if isinstance(value, Mapping) else None
        files = [value] if isinstance(value, str) else value
        if isinstance(files, list) and files and all(isinstance(file, str) for file in files):
            paths = " ".join(beside(self._document.path, file) for file in files)
            return f"lock the file it is read from: pinkeeper lock {paths}"
        return "write the dependencies down in [project], or in a requirements.in, and lock that"


def _is_name(text: str) -> bool:
    try:
        canonicalize_name(text, validate=True)
    except InvalidName:
        return False
    return True
