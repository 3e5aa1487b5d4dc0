"""What went wrong, where, and the remedy to type.

Every error that a user can cause or meet is a `PinkeeperError`. It says *what* happened, *where* (a file and line, a
package, a URL without its credentials) and, when there is one, a *remedy*. Only ``cli`` turns errors into exit
statuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

__all__ = [
    "ArtifactError",
    "CacheError",
    "CollectedError",
    "ConfigurationError",
    "ForgeError",
    "GitError",
    "HashMismatchError",
    "IndexPageError",
    "InputError",
    "MetadataUnavailableError",
    "NetworkError",
    "NoSolutionError",
    "NotLockedError",
    "OutputError",
    "PinkeeperError",
    "PublishingError",
    "RateLimitError",
    "StaleLockError",
    "UnknownPackageError",
]


class PinkeeperError(Exception):
    """Base of all expected failures.

    what: one sentence without a final full stop; where: a place such as ``requirements.in:3``; remedy: what to type or
    change; details: further lines, printed indented under the sentence.
    """

    def __init__(
        self, what: str, *, where: str | None = None, remedy: str | None = None, details: Sequence[str] = ()
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.details = tuple(details)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        lines = [head, *(f"  {line}" for line in self.details)]
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return "\n".join(lines)


class InputError(PinkeeperError):
    """A requirement file, a ``pyproject.toml`` or a command-line value that cannot be used."""


class ConfigurationError(PinkeeperError):
    """A ``[tool.pinkeeper]`` key or value, or a combination of options, that makes no sense."""


class NetworkError(PinkeeperError):
    """An index or file host that could not be reached, or that answered with a failure, after all tries."""

    def __init__(self, what: str, *, url: str, status: int | None = None, remedy: str | None = None) -> None:
        super().__init__(what, where=url, remedy=remedy)
        self.url = url
        self.status = status


class IndexPageError(PinkeeperError):
    """An index page that is not what PEP 503 or PEP 691 describes, or that is too large to be one."""


class UnknownPackageError(PinkeeperError):
    """No index lists the project.

    near: finds names that may be meant. Only `advised` asks it: a resolution meets names that nobody lists on ways that
    it does not take, and the list of all names of an index is long.
    """

    def __init__(
        self,
        name: str,
        *,
        where: str | None,
        remedy: str | None = None,
        details: Sequence[str] = (),
        near: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        super().__init__(f"no index lists a project named {name}", where=where, remedy=remedy, details=details)
        self.name = name
        self.near = near

    def advised(self, *, where: str | None, details: Sequence[str]) -> UnknownPackageError:
        """The error as it is told: at its place, with names that may be meant. The index may be asked for them."""
        names = () if self.near is None else self.near()
        remedy = f"did you mean {' or '.join(names)}?" if names else "check the spelling, and --index-url"
        return UnknownPackageError(self.name, where=where, remedy=self.remedy or remedy, details=details)


class HashMismatchError(PinkeeperError):
    """Bytes whose digest is not the one that the index, the lock or the user gave."""

    def __init__(self, subject: str, *, expected: str, actual: str, where: str | None = None) -> None:
        super().__init__(
            f"{subject} does not have the hash that was announced",
            where=where,
            details=(f"expected {expected}", f"got      {actual}"),
            remedy="do not install it; ask the index's owner, or retry with --no-cache if a proxy may have cut it",
        )
        self.expected = expected
        self.actual = actual


class MetadataUnavailableError(PinkeeperError):
    """A release whose core metadata cannot be known without running its code."""


class ArtifactError(PinkeeperError):
    """A wheel or sdist that cannot be read safely."""


class NoSolutionError(PinkeeperError):
    """The requirements contradict each other, or nothing on the indexes satisfies them. The answer is no.

    lacks_files: releases that would do are there, but have no file for the target. core: the user's lines that cannot
    be had together, as few as can be; remedies: changes with which there is a solution, as
    `pinkeeper.resolver.remedies` has them; both empty where they are not known.
    """

    def __init__(
        self,
        what: str,
        *,
        remedy: str | None = None,
        details: Sequence[str] = (),
        lacks_files: bool = False,
        core: Sequence[object] = (),
        remedies: Sequence[object] = (),
    ) -> None:
        super().__init__(what, remedy=remedy, details=details)
        self.lacks_files = lacks_files
        self.core = tuple(core)
        self.remedies = tuple(remedies)


class StaleLockError(PinkeeperError):
    """A lock that would change if it were made now. The answer is no."""


class NotLockedError(PinkeeperError):
    """A package that was asked about is not in the lock. The answer is no. near: locked names that may be meant."""

    def __init__(self, name: str, *, where: str, near: Sequence[str] = ()) -> None:
        super().__init__(
            f"{name} is not in the lock", where=where, details=(f"near: {', '.join(near)}",) if near else ()
        )
        self.name = name
        self.near = tuple(near)


class OutputError(PinkeeperError):
    """A lock that could not be written; what stood there before is untouched."""


class CacheError(PinkeeperError):
    """A cache directory that cannot be used."""


class GitError(PinkeeperError):
    """The user's git, or the repository that it speaks to, refused or failed."""


class ForgeError(PinkeeperError):
    """A forge (GitHub, GitLab) that could not be reached, refused, or failed. status: of its answer, if any."""

    def __init__(
        self, what: str, *, url: str, status: int | None = None, remedy: str | None = None, details: Sequence[str] = ()
    ) -> None:
        super().__init__(what, where=url, remedy=remedy, details=details)
        self.url = url
        self.status = status


class RateLimitError(ForgeError):
    """A forge that answers no more for a while. until: POSIX seconds, where it says so."""

    def __init__(self, what: str, *, url: str, status: int | None, until: float | None, remedy: str) -> None:
        super().__init__(what, url=url, status=status, remedy=remedy)
        self.until = until


class CollectedError(PinkeeperError):
    """Independent failures told together, in order of their text, numbers in it by value."""

    def __init__(self, errors: Sequence[PinkeeperError]) -> None:
        self.errors = tuple(sorted(errors, key=_by_value))
        super().__init__(f"{len(self.errors)} problems")

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class PublishingError(CollectedError):
    """Change requests that could not be sent. outcomes: a `RequestOutcome` for each, those that went well too."""

    def __init__(self, errors: Sequence[PinkeeperError], *, outcomes: Sequence[object]) -> None:
        super().__init__(errors)
        self.outcomes = tuple(outcomes)


def _by_value(error: PinkeeperError) -> list[tuple[str, int]]:
    return [(words, int(digits or 0)) for words, digits in re.findall(r"(\D*)(\d*)", str(error))]
