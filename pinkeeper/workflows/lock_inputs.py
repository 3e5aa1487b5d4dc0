"""Reads what is asked for: sources, constraints, overrides and settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pinkeeper.errors import InputError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.requirement_file import read_requirements
from pinkeeper.inputs.settings import Settings, read_settings
from pinkeeper.inputs.sources import check_sections, read_source
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, InvalidRequirement, parse_requirement
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["gather", "gather_settings"]

_PYPROJECT = "pyproject.toml"
_REQUIREMENTS = "requirements.in"


def gather_settings(options: LockOptions, surroundings: Surroundings) -> Settings:
    """``[tool.pinkeeper]`` of the first source, if it is TOML or a script; else of the nearest pyproject.toml above.

    The search ends where the command runs; without sources it begins and ends there. Raises ConfigurationError,
    InputError.
    """
    for path in _settings_files(options, surroundings):
        if surroundings.exists(path):
            content = surroundings.read(path)
            if b"tool.pinkeeper" in content or path in options.sources:
                return read_settings(path, content)
    return Settings()


def _settings_files(options: LockOptions, surroundings: Surroundings) -> Iterator[str]:
    source = next((source for source in options.sources if source != "-"), None)
    if source is None:
        yield _PYPROJECT
        return
    path = PurePosixPath(surroundings.relative(source))
    if path.suffix in {".toml", ".py"}:
        yield str(path)
        return
    for folder in path.parents:
        yield str(folder / _PYPROJECT)


def gather(options: LockOptions, settings: Settings, surroundings: Surroundings) -> Inputs:
    """All inputs of a run. Raises InputError.

    Paths are taken relative to where the command runs: they are written into the lock, which is the same everywhere.
    """
    inputs = Inputs()
    sources = tuple(map(surroundings.relative, options.sources)) or (_default_source(surroundings),)
    check_sections(sources, extras=options.extras, all_extras=options.all_extras, groups=options.groups)
    for source in sources:
        inputs = inputs.merged(
            read_source(
                source,
                read=surroundings.read,
                environ=surroundings.environ,
                extras=options.extras or settings.extras,
                all_extras=options.all_extras or settings.all_extras,
                groups=options.groups or settings.groups,
                relative=surroundings.relative,
            )
        )
    for path in map(surroundings.relative, options.constraints):
        inputs = inputs.merged(
            read_requirements(path, read=surroundings.read, environ=surroundings.environ, kind=OriginKind.CONSTRAINTS)
        )
    for path in map(surroundings.relative, options.overrides):
        inputs = inputs.merged(
            read_requirements(path, read=surroundings.read, environ=surroundings.environ, kind=OriginKind.OVERRIDES)
        )
    inputs = inputs.merged(
        Inputs(
            constraints=_from_settings(settings.constraints, "constraints", OriginKind.CONSTRAINTS),
            overrides=_from_settings(settings.overrides, "overrides", OriginKind.OVERRIDES),
        )
    )
    if inputs.direct:
        from pinkeeper.inputs.local_archives import with_relative_archives  # noqa: PLC0415 - few inputs have any

        inputs = with_relative_archives(inputs, relative=surroundings.relative)
    if not inputs.left_out:
        return inputs
    from pinkeeper.inputs.local_projects import settle_local_projects  # noqa: PLC0415 - few inputs have any

    return settle_local_projects(inputs, read=surroundings.read, relative=surroundings.relative)


def _default_source(surroundings: Surroundings) -> str:
    """A ``pyproject.toml`` that describes a project, else ``requirements.in``."""
    if surroundings.exists(_PYPROJECT) and _describes_project(surroundings.read(_PYPROJECT)):
        return _PYPROJECT
    if surroundings.exists(_REQUIREMENTS):
        return _REQUIREMENTS
    raise InputError(
        f"there is neither a {_PYPROJECT} with a [project] table nor a {_REQUIREMENTS} here",
        remedy="name what to lock: pinkeeper lock FILE",
    )


def _describes_project(content: bytes) -> bool:
    return any(line.strip().startswith((b"[project]", b"[dependency-groups]")) for line in content.splitlines())


def _from_settings(texts: Iterable[str], key: str, kind: OriginKind) -> tuple[InputRequirement, ...]:
    requirements = []
    for text in texts:
        try:
            requirement = parse_requirement(text)
        except InvalidRequirement as error:
            raise InputError(f"not a requirement: {error}", where=f"{_PYPROJECT}: tool.pinkeeper.{key}") from error
        requirements.append(
            InputRequirement(requirement=requirement, origin=Origin(path=_PYPROJECT, kind=kind, section=key))
        )
    return tuple(requirements)
