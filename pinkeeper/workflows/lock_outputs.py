"""The texts of a lock, one for each output: made, read back, compared with what stands, written."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import PurePath, PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.errors import ConfigurationError, PinkeeperError, StaleLockError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.settings import Settings
from pinkeeper.lockfile.lock_formats import is_pylock, read_lock
from pinkeeper.lockfile.requirements_txt import RenderOptions, render_requirements
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.lock_result import WrittenLock
from pinkeeper.model.target import Target
from pinkeeper.model.url import path_of_file_url
from pinkeeper.resolver.universal import Answers
from pinkeeper.workflows.atomic_write import replace_text
from pinkeeper.workflows.lock_command import command_line, index_lines
from pinkeeper.workflows.lock_fingerprint import fingerprinted, is_fresh, without_fingerprint
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_problem import Decisions
from pinkeeper.workflows.lock_source import Places
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["Outputs", "compared", "described", "fresh", "located", "rendered", "written"]


class Outputs(Struct, frozen=True, kw_only=True):
    """What the texts of a lock are made by. said: the user's own command; options: what it comes to for this lock."""

    said: LockOptions
    options: LockOptions
    settings: Settings
    inputs: Inputs
    decisions: Decisions
    places: Places

    @property
    def with_header(self) -> bool:
        """Whether a requirements file says which command made it."""
        return self.settings.header is not False if self.options.header is None else self.options.header


def described(made: Lock, answers: Answers, outputs: Outputs, *, previous: Lock | None) -> Lock:
    """A lock with what it says of itself: its targets, where the user named them, and their environments.

    What an index does not say today of a file that it did say before, its size or upload time, stays as it was.
    """
    served = [target for answer in answers.served for target in answer.targets]
    requires_python = outputs.inputs.requires_python
    return replace(
        made,
        packages=made.packages if previous is None else _remembered(made.packages, previous),
        targets=tuple(target.spelling for target in served) if outputs.decisions.targets.declared else (),
        unserved=tuple(failed.target.spelling for failed in answers.unserved),
        environments=tuple(dict.fromkeys(map(_environment, served))),
        requires_python=str(requires_python) if requires_python else None,
    )


def _remembered(packages: Iterable[LockedPackage], previous: Lock) -> tuple[LockedPackage, ...]:
    before = {(file.filename, file.sha256): file for known in previous.packages for file in known.files}
    return tuple(
        replace(package, files=tuple(_filled(file, before.get((file.filename, file.sha256))) for file in package.files))
        for package in packages
    )


def _filled(file: DistributionFile, before: DistributionFile | None) -> DistributionFile:
    if before is None:
        return file
    size = before.size if file.size is None else file.size
    return replace(file, size=size, upload_time=file.upload_time or before.upload_time)


def _environment(target: Target) -> str:
    """The marker of one target, by what tells environments apart in practice."""
    names = ("implementation_name", "python_version", "sys_platform", "platform_machine")
    return " and ".join(f'{name} == "{target.markers[name]}"' for name in names)


def rendered(made: Lock, outputs: Outputs, surroundings: Surroundings, *, whole: bool) -> dict[str, str]:
    """The text of each output. It is parsed back first: a lock that cannot be read is not written.

    whole: whether it serves what was asked for; one that does not gets no fingerprint, so that it is made anew each
    time, and the failure told. What was made for the running environment stands as another machine wrote it.
    """
    texts = {}
    for output in outputs.decisions.outputs:
        render = partial(_text, made, output, outputs, surroundings)
        text = (
            fingerprinted(
                render,
                outputs.inputs,
                options=outputs.options,
                settings=outputs.settings,
                decisions=outputs.decisions,
                places=outputs.places,
                surroundings=surroundings,
            )
            if whole
            else render(None)
        )
        if not outputs.decisions.targets.declared:
            stands = _stands(output, surroundings)
            if stands is not None and without_fingerprint(stands) == without_fingerprint(text):
                text = stands
        if _content(read_lock(text, path=output)) != _content(_sayable(made, output)):
            raise PinkeeperError("the lock does not read back as it was made; this is a defect of pinkeeper")
        texts[output] = text
    return texts


def _sayable(made: Lock, output: str) -> Lock:
    """A lock as far as the format of an output can say it. Raises ConfigurationError."""
    if not is_pylock(output):
        return made
    from pinkeeper.lockfile.pylock_writer import sayable  # noqa: PLC0415 - few locks are one

    return sayable(made)


def located(lock: Lock, output: str, surroundings: Surroundings) -> Lock:
    """A lock whose files in folders of this machine have paths relative to the output. Raises ConfigurationError."""
    return replace(
        lock,
        packages=tuple(
            replace(
                package,
                url=package.url if package.url is None or "://" in package.url else _beside(package.url, output),
                index=None if package.index is not None and _is_here(package.index) else package.index,
                files=tuple(
                    replace(file, url=_relative(package, file, output, surroundings))
                    if file.local or _is_here(file.url)
                    else file
                    for file in package.files
                ),
            )
            for package in lock.packages
        ),
    )


def _is_here(url: str) -> bool:
    """Whether a URL is a path of this machine, as those of an index in a folder are."""
    return url.startswith("file:") or "://" not in url


def _relative(package: LockedPackage, file: DistributionFile, output: str, surroundings: Surroundings) -> str:
    path = surroundings.relative(path_of_file_url(file.url) if file.url.startswith("file:") else file.url)
    if PurePath(path).is_absolute() or path.startswith(".."):
        raise ConfigurationError(
            f"{package.name} {package.version} lies in a folder outside of the project, which pylock.toml cannot name",
            where=output,
            details=(file.filename,),
            remedy="put the folder into the project, or write requirements.txt",
        )
    return _beside(path, output)


def _beside(path: str, output: str) -> str:
    """A path as it is from the folder of an output."""
    folder = PurePosixPath("." if output == "-" else output.replace(os.sep, "/")).parent
    return posixpath.relpath(path.replace(os.sep, "/"), str(folder))


def _content(lock: Lock) -> dict[tuple[object, ...], frozenset[object]]:
    """What an installer takes from a lock: releases and hashes."""
    content: dict[tuple[object, ...], frozenset[object]] = {}
    for package in lock.packages:
        key = (package.name, package.version)
        content[key] = content.get(key, frozenset()) | package.hashes
    return content


def _text(made: Lock, output: str, outputs: Outputs, surroundings: Surroundings, fingerprint: str | None) -> str:
    options, settings = outputs.options, outputs.settings
    command = command_line(outputs.said, surroundings) if outputs.with_header else None
    left_out = tuple(f"{left.requirement} is not pinned: {left.reason}" for left in outputs.inputs.left_out)
    if is_pylock(output):
        from pinkeeper.lockfile.pylock_writer import PylockOptions, render_pylock  # noqa: PLC0415 - few locks are one

        return render_pylock(
            located(made, output, surroundings),
            options=PylockOptions(command=command, fingerprint=fingerprint, left_out=left_out),
        )
    return render_requirements(
        made,
        options=RenderOptions(
            command=command,
            python=_pythons(outputs),
            index_lines=index_lines(outputs.places, output=output),
            annotate=settings.annotate is not False if options.annotate is None else options.annotate,
            annotation_style=options.annotation_style or settings.annotation_style or "split",
            fingerprint=fingerprint,
            left_out=left_out,
        ),
    )


def _pythons(outputs: Outputs) -> str:
    """The Python of the targets, as ``3.12`` or ``3.11, 3.12``."""
    minors = sorted({target.python.release[:2] for target in outputs.decisions.targets.targets})
    return ", ".join(".".join(map(str, minor)) for minor in minors)


def written(texts: Mapping[str, str], surroundings: Surroundings) -> tuple[WrittenLock, ...]:
    """Write each output that differs from what stands there. Raises OutputError."""
    done = []
    for output, text in texts.items():
        changed = output == "-" or _stands(output, surroundings) != text
        if changed and output != "-":  # the command line prints what goes to stdout
            replace_text(surroundings.directory / output, text, shown=output)
        done.append(WrittenLock(path=output, text=text, changed=changed))
    return tuple(done)


def fresh(outputs: Outputs, surroundings: Surroundings) -> tuple[WrittenLock, ...] | None:
    """The outputs where each still has the fingerprint of itself and of what it would be made from; else None."""
    options = outputs.options
    if options.upgrade or options.upgrade_packages or options.refresh_hashes:
        return None
    standing = []
    for output in outputs.decisions.outputs:
        text = _stands(output, surroundings)
        if text is None or not is_fresh(
            text,
            outputs.inputs,
            options=options,
            settings=outputs.settings,
            decisions=outputs.decisions,
            places=outputs.places,
            surroundings=surroundings,
        ):
            return None
        standing.append(WrittenLock(path=output, text=text, changed=False))
    return tuple(standing)


def compared(texts: Mapping[str, str], surroundings: Surroundings) -> tuple[WrittenLock, ...]:
    """Raise StaleLockError with the difference where an output would change."""
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
