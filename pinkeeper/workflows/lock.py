"""Lock a project: read what is asked for, resolve it for the target, write it down with hashes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from packaging.utils import NormalizedName

from pinkeeper.errors import HashMismatchError, PinkeeperError, StaleLockError
from pinkeeper.inputs.settings import Settings
from pinkeeper.lockfile.compare import compare_locks
from pinkeeper.lockfile.requirements_reader import read_requirements_lock
from pinkeeper.lockfile.requirements_txt import RenderOptions, render_requirements
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.lock_result import LockResult, WrittenLock
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.resolver.resolution import Pin, Problem, Resolution, resolve
from pinkeeper.workflows.atomic_write import replace_text
from pinkeeper.workflows.lock_command import command_line, index_lines
from pinkeeper.workflows.lock_inputs import gather, gather_settings
from pinkeeper.workflows.lock_options import HashChoice, LockOptions
from pinkeeper.workflows.lock_problem import Decisions, decide, pose, previous_lock
from pinkeeper.workflows.lock_source import Places, choose_places, open_source
from pinkeeper.workflows.lock_warnings import held_back, warnings_for
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["lock"]


def lock(options: LockOptions, surroundings: Surroundings) -> LockResult:
    """Make the lock and write its outputs.

    Raises InputError and ConfigurationError for what was asked, NoSolutionError with an explanation,
    UnknownPackageError, MetadataUnavailableError, HashMismatchError, NetworkError, OutputError; StaleLockError under
    ``check``. Nothing is written unless everything went well.
    """
    began = time.monotonic()
    settings = gather_settings(options, surroundings)
    inputs = gather(options, settings, surroundings)
    decisions = decide(options, settings, inputs)
    previous = previous_lock(decisions.outputs[0], surroundings)
    problem = pose(options, settings, inputs, decisions=decisions, previous=previous, now=surroundings.now)
    places = choose_places(options, settings, inputs, surroundings)
    with open_source(places, options, settings, surroundings) as opened:
        surroundings.progress.started(opened.counters)
        try:
            resolution = resolve(problem, opened.source, progress=surroundings.progress)
            made = _made(resolution, problem, decisions.hashes, opened.source.sha256s)
        finally:
            surroundings.progress.finished()
        requests, bytes_read = opened.counters()
    texts = _rendered(made, places, options, settings, decisions=decisions, surroundings=surroundings)
    outputs = _compared(texts, surroundings) if options.check else _written(texts, surroundings)
    return LockResult(
        target=decisions.target.name,
        packages=len(made.packages),
        previous=previous is not None,
        outputs=outputs,
        changes=compare_locks(previous or Lock(), made),
        held_back=held_back(resolution, cooldown=decisions.cooldown),
        warnings=warnings_for(resolution, problem, previous=previous, made=made, settings=settings),
        elapsed=time.monotonic() - began,
        requests=requests,
        bytes_read=bytes_read,
    )


def _made(
    resolution: Resolution,
    problem: Problem,
    hashes: HashChoice,
    sha256s: Callable[[Iterable[DistributionFile]], Mapping[str, str]],
) -> Lock:
    """Pins with the hashes that may be installed; hashes that no index gives are computed from the files.

    Where the user's own line of a package has hashes, only files with one of these. Raises HashMismatchError where no
    file has.
    """
    demanded = _demanded(problem.requirements)
    files = {pin.release.name: _files(resolution, pin, hashes) for pin in resolution.pins}
    unknown = [file for chosen in files.values() for file in chosen if file.sha256 is None]
    computed = sha256s(unknown) if unknown else {}
    return Lock(
        packages=tuple(
            LockedPackage(
                name=pin.release.name,
                version=pin.release.version,
                hashes=_admitted(
                    pin,
                    frozenset(Digest("sha256", file.sha256 or computed[file.url]) for file in files[pin.release.name]),
                    demanded.get(pin.release.name),
                ),
                extras=pin.extras,
                requested_by=tuple(origin for origin, _ in pin.requested_by if _is_shown(origin)),
                required_by=tuple(name for name, _ in pin.asked_by),
            )
            for pin in resolution.pins
        )
    )


def _demanded(requirements: Iterable[InputRequirement]) -> dict[NormalizedName, frozenset[Digest]]:
    """SHA-256 hashes that the user's own lines give, by package."""
    demanded: dict[NormalizedName, frozenset[Digest]] = {}
    for asked in requirements:
        hashes = frozenset(digest for digest in asked.hashes if digest.algorithm == "sha256")
        if hashes:
            name = asked.requirement.name
            demanded[name] = demanded.get(name, hashes) & hashes
    return demanded


def _admitted(pin: Pin, found: frozenset[Digest], demanded: frozenset[Digest] | None) -> frozenset[Digest]:
    if demanded is None:
        return found
    if not found & demanded:
        raise HashMismatchError(
            f"{pin.release.name} {pin.release.version}",
            expected=" or ".join(sorted(map(str, demanded))),
            actual=", ".join(sorted(map(str, found))),
            where=pin.requested_by[0][0].place() if pin.requested_by else None,
        )
    return found & demanded


def _files(resolution: Resolution, pin: Pin, hashes: HashChoice) -> tuple[DistributionFile, ...]:
    """The files of a pin that a lock admits.

    Where the target has a wheel, only wheels: without the hash of an sdist no installer can run a ``setup.py``.
    """
    release = pin.release
    match hashes:
        case HashChoice.ALL:
            return resolution.selector.admitted_files(release.listing, str(release.version))
        case HashChoice.TARGETS:
            standing = [file for file in release.files if release.yanked is not None or file.yanked is None]
            wheels = tuple(file for file in standing if file.is_wheel)
            return wheels or tuple(standing)


def _is_shown(origin: Origin) -> bool:
    return origin.kind is not OriginKind.COMMAND_LINE


def _rendered(
    made: Lock,
    places: Places,
    options: LockOptions,
    settings: Settings,
    *,
    decisions: Decisions,
    surroundings: Surroundings,
) -> dict[str, str]:
    """The text of each output. It is parsed back first: a lock that cannot be read is not written."""
    texts = {}
    with_header = settings.header is not False if options.header is None else options.header
    for output in decisions.outputs:
        text = render_requirements(
            made,
            options=RenderOptions(
                command=command_line(options, surroundings) if with_header else None,
                python=".".join(str(decisions.target.python).split(".")[:2]),
                index_lines=index_lines(places, output=output),
                annotate=settings.annotate is not False if options.annotate is None else options.annotate,
                annotation_style=options.annotation_style or settings.annotation_style or "split",
            ),
        )
        again = read_requirements_lock(text, path=output)
        if {(pin.name, pin.version, pin.hashes) for pin in again.packages} != {
            (pin.name, pin.version, pin.hashes) for pin in made.packages
        }:
            raise PinkeeperError("the lock does not read back as it was made; this is a defect of pinkeeper")
        texts[output] = text
    return texts


def _written(texts: Mapping[str, str], surroundings: Surroundings) -> tuple[WrittenLock, ...]:
    written = []
    for output, text in texts.items():
        changed = output == "-" or _stands(output, surroundings) != text
        if changed and output != "-":  # the command line prints what goes to stdout
            replace_text(surroundings.directory / output, text, shown=output)
        written.append(WrittenLock(path=output, text=text, changed=changed))
    return tuple(written)


def _compared(texts: Mapping[str, str], surroundings: Surroundings) -> tuple[WrittenLock, ...]:
    """Raises StaleLockError with the difference where an output would change."""
    import difflib  # noqa: PLC0415 - only under --check

    for output, text in texts.items():
        stands = _stands(output, surroundings) or ""
        if stands != text:
            lines = difflib.unified_diff(
                stands.splitlines(),
                text.splitlines(),
                f"{output} (as it is)",
                f"{output} (as it would be)",
                "",
                "",
                1,
                "",
            )
            raise StaleLockError(
                "the lock is not up to date",
                where=output,
                details=tuple(lines),
                remedy="run the same command without --check",
            )
    return tuple(WrittenLock(path=output, text=text, changed=False) for output, text in texts.items())


def _stands(output: str, surroundings: Surroundings) -> str | None:
    if output == "-" or not surroundings.exists(output):
        return None
    return surroundings.read(output).decode("utf-8", errors="replace")
