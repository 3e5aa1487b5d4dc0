"""What a lock is measured by: what it was made from, the targets it serves, where its packages come from.

Each is taken from the first that says it: the options of ``check``, what the lock records, the project's settings.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.index.pip_configuration import configured_places
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.named_locks import NamedLock
from pinkeeper.inputs.settings import Settings
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.lock import Lock, TargetSpelling
from pinkeeper.model.origin import OriginKind
from pinkeeper.model.target import Target
from pinkeeper.resolver.targets import running_target, target
from pinkeeper.workflows.check_command import RecordedCommand, Tool, read_command
from pinkeeper.workflows.check_direct import located_inputs
from pinkeeper.workflows.check_lines import header_python
from pinkeeper.workflows.check_options import CheckOptions
from pinkeeper.workflows.lock_inputs import gather, gather_settings
from pinkeeper.workflows.lock_options import HashChoice, LockOptions
from pinkeeper.workflows.lock_source import Places, choose_places, settings_index
from pinkeeper.workflows.lock_targets import declare_targets
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["Ground", "default_locks", "lay_ground"]

_USUAL_OUTPUTS = ("requirements.txt", "pylock.toml")


class Ground(Struct, frozen=True, kw_only=True):
    """All that one lock is measured by.

    inputs: None where nothing says what the lock was made from. hashes: which of a release's files stand in the lock;
    None where it is not ours, so that any may that the targets need. options: for opening the places. configured:
    (option, value) of further places that may stand in it. not_checked: what cannot be looked at for want of it.
    """

    command: RecordedCommand
    options: LockOptions
    settings: Settings
    inputs: Inputs | None
    roots_from: str
    targets: tuple[Target, ...]
    targets_from: str
    targets_are_recorded: bool
    places: Places
    configured: tuple[tuple[str, str], ...]
    index_from: str
    hashes: HashChoice | None
    not_checked: tuple[str, ...]


def default_locks(options: CheckOptions, surroundings: Surroundings) -> tuple[str, ...]:
    """The outputs that ``lock`` would write here; where settings name none, those of the usual names that are here.

    Raises InputError where there is none, and where one that settings name is missing.
    """
    settings = gather_settings(LockOptions(sources=options.sources), surroundings)
    outputs = _outputs(settings)
    found = tuple(output for output in outputs or _USUAL_OUTPUTS if surroundings.exists(output))
    missing = [output for output in outputs if output not in found] if found else list(outputs or _USUAL_OUTPUTS)
    if missing:
        raise InputError(
            f"there is no lock here: {', '.join(missing)}",
            remedy="make it with pinkeeper lock, or name what to check: pinkeeper check FILE",
        )
    return found


def _outputs(settings: Settings) -> tuple[str, ...]:
    """What settings say: the outputs of named locks, where there are some, else those of the only lock."""
    named = [output for lock in settings.locks for output in lock.written]
    return tuple(dict.fromkeys(named or settings.outputs))


def lay_ground(path: str, text: str, lock: Lock, options: CheckOptions, surroundings: Surroundings) -> Ground:
    """Find out all of it. Raises InputError and ConfigurationError for inputs and settings that cannot be read."""
    said = lock.command
    command = RecordedCommand() if said is None else read_command(said)
    if lock.targets:  # only ours records them
        command = replace(command, tool=Tool.PINKEEPER)
    finding = _Finding(path, text, lock, command=command, options=options, surroundings=surroundings)
    return finding.ground()


class _Finding:
    """The search for what one lock is measured by."""

    def __init__(
        self,
        path: str,
        text: str,
        lock: Lock,
        *,
        command: RecordedCommand,
        options: CheckOptions,
        surroundings: Surroundings,
    ) -> None:
        self._path = path
        self._text = text
        self._lock = lock
        self._command = command
        self._options = options
        self._surroundings = surroundings
        self._folder = posixpath.dirname(path.replace("\\", "/"))
        self._not_checked: list[str] = []

    def ground(self) -> Ground:
        command, options = self._command, self._options
        self._not_checked += [
            f"what {word} in the header means for the lock"
            for word in (command.unknown if command.tool is not Tool.OTHER else ())
        ]
        if command.tool is Tool.OTHER and command.unknown:
            self._not_checked.append(f"what the lock's own command says, which is not understood: {command.unknown[0]}")
        sources, roots_from = self._sources()
        settings = gather_settings(LockOptions(sources=sources), self._surroundings)
        named = self._named(settings)
        if named is not None:
            settings = _overlaid(settings, named)
            if not sources and named.inputs:
                sources, roots_from = named.inputs, f"[tool.pinkeeper.locks.{named.name}]"
        if command.tool is not Tool.PINKEEPER and not options.sources:
            settings = replace(settings, extras=(), all_extras=False, groups=(), constraints=(), overrides=())
        if not sources and self._is_default(settings):
            roots_from = "the project's default source"
        inputs = self._inputs(sources, settings, wanted=bool(roots_from))
        if inputs is None:
            roots_from = ""
            self._not_checked.append(
                "whether what is asked for is pinned, and whether everything pinned is asked for: "
                "nothing says what the lock was made from (name it: --source FILE)"
            )
        index = options.index if options.index != IndexOptions() else command.index
        lock_options = LockOptions(
            sources=sources,
            index=index,
            formats=command.formats,
            allow_build=options.allow_build | command.allow_build,
            offline=options.offline,
            cert=options.cert,
            client_cert=options.client_cert,
        )
        hashes = self._hashes(settings)
        if hashes is None:
            self._not_checked.append(
                "whether the lock admits more files of a release than it should: who made it does not say which"
            )
        places = choose_places(lock_options, settings, inputs or Inputs(), self._surroundings)
        self._tell_of_places(settings, inputs or Inputs())
        targets, targets_from = self._targets(settings, named, inputs or Inputs())
        if targets_from != "the command line":
            targets = self._served(targets)
        return Ground(
            command=command,
            options=lock_options,
            settings=settings,
            inputs=inputs,
            roots_from=roots_from,
            targets=targets,
            targets_from=targets_from,
            targets_are_recorded=targets_from != "the command line",
            places=places,
            configured=self._configured(),
            index_from=self._index_from(places),
            hashes=hashes,
            not_checked=tuple(dict.fromkeys(self._not_checked)),
        )

    def _sources(self) -> tuple[tuple[str, ...], str]:
        """What the lock was made from, and who says so; nothing where nobody does."""
        if self._options.sources:
            return self._options.sources, "the command line"
        recorded = self._command.sources
        if recorded:
            found = tuple(place for source in recorded if (place := self._place(source)) is not None)
            missing = [source for source in recorded if self._place(source) is None]
            if not missing:
                return found, "the lock's header"
            self._not_checked.append(f"{', '.join(missing)}, which the header names: there is no such file here")
            return (), ""
        if self._command.tool is Tool.PINKEEPER:
            return (), "the project's default source"
        said = dict.fromkeys(
            place
            for package in self._lock.packages
            for origin in package.requested_by
            if origin.kind in {OriginKind.REQUIREMENTS, OriginKind.PYPROJECT}
            if (place := self._place(origin.path)) is not None
        )
        return tuple(said), "the comments of the lock" if said else ""

    def _place(self, source: str) -> str | None:
        """A source relative to where the command runs, or else to where the lock lies; None where it is not there."""
        candidates = (source, posixpath.normpath(posixpath.join(self._folder, source)))
        return next((place for place in candidates if self._surroundings.exists(place)), None)

    def _named(self, settings: Settings) -> NamedLock | None:
        """The settings of the lock that is written to this path, or else of the one that its header names."""
        path = posixpath.normpath(self._surroundings.relative(self._path))
        # Where a lock stands says more than what stands in it.
        for named in settings.locks:
            usual = f"pylock.{named.name}.toml"
            if path in {*map(posixpath.normpath, named.written), *(() if named.outputs else (usual,))}:
                return named
        for named in settings.locks:
            if self._command.lock == named.name:
                return named
        if self._command.lock is not None:
            raise ConfigurationError(
                f"its header says that it is the lock named {self._command.lock}, which the settings do not have",
                where=self._path,
                remedy="name what it was made from: --source FILE",
            )
        return None

    def _is_default(self, settings: Settings) -> bool:
        path = posixpath.normpath(self._surroundings.relative(self._path))
        return self._command.tool is Tool.PINKEEPER or path in map(
            posixpath.normpath, _outputs(settings) or _USUAL_OUTPUTS
        )

    def _inputs(self, sources: Sequence[str], settings: Settings, *, wanted: bool) -> Inputs | None:
        if not wanted:
            return None
        command, options = self._command, self._options
        from_command = not options.sources
        lock_options = LockOptions(
            sources=tuple(sources),
            extras=options.extras or (command.extras if from_command else ()),
            all_extras=options.all_extras or (command.all_extras and from_command),
            groups=options.groups or (command.groups if from_command else ()),
            constraints=tuple(self._required(options.constraints, command.constraints if from_command else ())),
            overrides=tuple(self._required(options.overrides, command.overrides if from_command else ())),
        )
        try:
            return located_inputs(gather(lock_options, settings, self._surroundings), self._surroundings)
        except InputError:
            if sources or command.tool is Tool.PINKEEPER:
                raise
            return None  # there is no default source

    def _required(self, said: Sequence[str], recorded: Sequence[str]) -> Iterator[str]:
        """Constraint and override files; one that is recorded and not there is an error where it is read."""
        yield from said
        if not said:
            yield from (self._place(path) or path for path in recorded)

    def _targets(self, settings: Settings, named: NamedLock | None, inputs: Inputs) -> tuple[tuple[Target, ...], str]:
        options, command = self._options, self._command
        requires_python = inputs.requires_python
        if options.universal or options.pythons or options.platforms:
            said = (options.pythons, options.platforms, options.universal)
            return _declared(said, settings, requires_python), "the command line"
        if self._lock.targets:
            return _spelled(self._lock.targets), "the lock"
        if command.tool is Tool.PINKEEPER and named is not None and named.targets:
            return _spelled(named.targets), f"[tool.pinkeeper.locks.{named.name}]"
        recorded = (command.pythons, command.platforms, command.universal)
        if command.tool is not Tool.PINKEEPER:
            settings = Settings()
        if command.universal and command.tool is Tool.UV:
            # uv's universal answer holds from the named Python upwards, or from the one that it ran with.
            python = command.pythons[0] if command.pythons else dict(running_target().environment)["python_version"]
            least = SpecifierSet(f">={python}")
            requires_python = least if requires_python is None else least & requires_python
            recorded = ((), command.platforms, True)
        if any(recorded):
            return _declared(recorded, settings, requires_python), "the lock's header"
        if settings.python or settings.platforms or settings.universal:
            return _declared(recorded, settings, requires_python), "[tool.pinkeeper]"
        return self._running()

    def _served(self, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        """The targets without those that the lock itself says it does not serve."""
        served = tuple(target for target in targets if target.spelling not in self._lock.unserved)
        if left := [target.name for target in targets if target not in served]:
            self._not_checked.append(f"{', '.join(left)}, which the lock says it does not serve")
        return served

    def _configured(self) -> tuple[tuple[str, str], ...]:
        """The further places that pip's configuration names here: pip-compile writes them into what it makes."""
        if self._command.tool is not Tool.PIP_COMPILE:
            return ()
        return configured_places(environ=self._surroundings.environ, read=self._surroundings.read_configuration)

    def _running(self) -> tuple[tuple[Target, ...], str]:
        """The running environment, with the Python that the header names where that is another."""
        python = header_python(self._text)
        here = running_target()
        if python is None or python == dict(here.environment)["python_version"]:
            return (here,), "the running environment"
        return (target(python=python, platform=None),), "the running environment, with the Python of the lock's header"

    def _hashes(self, settings: Settings) -> HashChoice | None:
        match self._command.tool:
            case Tool.PINKEEPER:
                said = self._command.hashes or settings.hashes
                try:
                    return HashChoice(said or HashChoice.TARGETS)
                except ValueError:
                    raise InputError(f"its header says --hashes={said}, which is no choice", where=self._path) from None
            case Tool.PIP_COMPILE:
                return HashChoice.ALL
            case Tool.UV | Tool.OTHER:
                return None

    def _tell_of_places(self, settings: Settings, inputs: Inputs) -> None:
        """Say so where only the lock itself says where its packages come from: whoever can write it can write that."""
        if self._options.index != IndexOptions():
            return
        project, recorded = settings_index(settings).over(inputs.index), self._command.index
        known = {index.url for index in (project.index_url, *project.extra_index_urls, *project.named) if index}
        said = [index for index in (recorded.index_url, *recorded.extra_index_urls, *recorded.named) if index]
        if unknown := [index.url for index in said if index.url not in known]:
            self._not_checked.append(
                f"whether packages may come from {' and '.join(unknown)}, which only the lock's own header says "
                "(say it in [tool.pinkeeper], or with --index-url)"
            )

    def _index_from(self, places: Places) -> str:
        if self._options.index != IndexOptions():
            return "the command line"
        if self._command.index != IndexOptions():
            return "the lock's header"
        return "pip's configuration" if places.asked.index_url is None else "the project"


def _spelled(spellings: Sequence[TargetSpelling]) -> tuple[Target, ...]:
    return tuple(target(python=python, platform=platform) for python, platform in spellings)


def _declared(
    said: tuple[tuple[str, ...], tuple[str, ...], bool], settings: Settings, requires_python: SpecifierSet | None
) -> tuple[Target, ...]:
    """As ``lock`` takes them: what is said over what settings say."""
    pythons, platforms, universal = said
    options = LockOptions(pythons=pythons, platforms=platforms, universal=universal)
    return declare_targets(options, settings, requires_python).targets


def _overlaid(settings: Settings, named: NamedLock) -> Settings:
    """The project's settings with those of one of its locks over them."""
    return replace(
        settings,
        extras=named.extras or settings.extras,
        all_extras=settings.all_extras if named.all_extras is None else named.all_extras,
        groups=named.groups or settings.groups,
        python=named.python or settings.python,
        platforms=named.platforms or settings.platforms,
        universal=settings.universal if named.universal is None else named.universal,
        outputs=named.outputs or settings.outputs,
        constraints=(*settings.constraints, *named.constraints),
        hashes=named.hashes or settings.hashes,
    )
