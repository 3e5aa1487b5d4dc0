"""The hashes of a pin, against the files of its release: those that are wrong, too many, missing, new or gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.resolver.selection import Rejection
from pinkeeper.workflows.check_pins import Pin, Serving
from pinkeeper.workflows.lock_options import HashChoice

__all__ = ["judge_files", "shown_digest", "where_served"]

_SHOWN_HEX = 16
# The files of a release are seldom uploaded at one moment; what comes this much later was added to it.
_ONE_UPLOAD = timedelta(hours=1)
_REFUSALS = {
    Rejection.PYTHON: "its requires-python does not admit that Python",
    Rejection.TAGS: "it has no wheel for that, and no sdist that may be used",
    Rejection.FORMAT: "--only-binary or --no-binary leave no file",
    Rejection.NO_FILES: "the release has no files",
}


def judge_files(
    pin: Pin,
    *,
    choice: HashChoice | None,
    demanded: frozenset[Digest] | None,
    is_pinned_by_user: bool,
    targets: int,
    path: str,
) -> Iterator[CheckFinding]:
    """Everything that is wrong with the files that a pin admits.

    choice: which files the lock should admit; None where any may be admitted as long as each target has one. demanded:
    the only hashes that the user's own lines admit. is_pinned_by_user: these ask for this very release. targets: how
    many the lock serves.
    """
    judge = _Judge(pin, path)
    if not pin.package.hashes:
        yield judge.error("unhashed-pin", f"{pin} has no hashes")
    if not pin.files:
        yield judge.unlisted()
        return
    strangers = tuple(judge.strangers())
    yield from strangers
    if pin.package.url is None:
        yield from judge.recorded_files()
        yield from judge.yanked(is_pinned_by_user=is_pinned_by_user)
        if demanded is not None:
            yield from judge.undemanded(demanded)
        match choice:
            case HashChoice.TARGETS:
                yield from judge.of_targets(demanded)
            case HashChoice.ALL:
                yield from judge.of_all(demanded)
            case None:
                yield from judge.absent()
    if pin.package.hashes and not strangers:
        yield from judge.uninstallable(targets)


def where_served(names: Iterable[str], total: int) -> str:
    """`` on Python 3.12 on linux_x86_64``, nothing where all targets are meant, a count where they are many."""
    listed = list(dict.fromkeys(names))
    if len(listed) == total:
        return ""
    shown = 2
    more = f" and {len(listed) - shown} more" if len(listed) > shown else ""
    return f" on {', '.join(listed[:shown])}{more}"


def shown_digest(digest: Digest) -> str:
    """Enough of a digest to find it."""
    return f"{digest.algorithm}:{digest.value[:_SHOWN_HEX]}..."


class _Judge:
    """Looks at one pin."""

    def __init__(self, pin: Pin, path: str) -> None:
        self._pin = pin
        self._path = path
        self._locked = tuple(file for file in pin.files if pin.admits(file))

    def error(self, kind: str, message: str) -> CheckFinding:
        return self._finding(kind, Severity.ERROR, message)

    def _note(self, kind: str, message: str) -> CheckFinding:
        return self._finding(kind, Severity.NOTE, message)

    def _finding(self, kind: str, severity: Severity, message: str) -> CheckFinding:
        package = self._pin.package
        return CheckFinding(
            kind=kind, severity=severity, message=message, path=self._path, line=package.line, package=package.name
        )

    def unlisted(self) -> CheckFinding:
        """The finding for a package or release that the index does not list."""
        pin = self._pin
        if pin.listing is None:
            return self.error("unknown-package", f"no index lists a project named {pin.package.name}")
        others = _releases_of(pin, pin.package.hashes)
        if others and set(others) == set(pin.package.hashes):
            return self._edited(others)
        return self.error("unknown-release", f"{pin.listing.index} does not list {pin}")

    def strangers(self) -> Iterator[CheckFinding]:
        """Hashes that belong to no file of the release."""
        pin = self._pin
        known = frozenset(digest for digests in pin.digests.values() for digest in digests)
        strange = sorted(pin.package.hashes - known)
        if not strange:
            return
        others = _releases_of(pin, strange)
        if len(strange) == len(pin.package.hashes) == len(others):
            yield self._edited(others)
            return
        comparable = {digest.algorithm for digest in known}
        index = "" if pin.listing is None else pin.listing.index
        for digest in strange:
            shown = shown_digest(digest)
            if digest in others:
                version, filename = others[digest]
                yield self.error("unknown-hash", f"{pin}: {shown} is of {filename}, a file of {version}")
            elif digest.algorithm not in comparable:
                yield self.error("unverifiable-hash", f"{pin}: {index} gives no {digest.algorithm} to compare {shown}")
            else:
                yield self.error("unknown-hash", f"{pin}: {shown} belongs to no file that {index} lists")

    def _edited(self, others: Mapping[Digest, tuple[str, str]]) -> CheckFinding:
        versions = sorted({version for version, _ in others.values()})
        return self.error("edited-pin", f"{self._pin}: its hashes are those of {', '.join(versions)}")

    def recorded_files(self) -> Iterator[CheckFinding]:
        """What a pylock says of each file, against what the index says of the file of that name."""
        listed = {file.filename: file for file in self._pin.files}
        for file in self._pin.package.files:
            known = listed.get(file.filename)
            if known is None:
                yield self.error("vanished-file", f"{self._pin}: the index does not list {file.filename}")
                continue
            for what, said, true in _differences(file, known, self._pin.digests[known.url]):
                yield self.error("wrong-file", f"{file.filename}: its {what} is {true} on the index, not {said}")

    def yanked(self, *, is_pinned_by_user: bool) -> Iterator[CheckFinding]:
        """Locked files that are yanked (PEP 592); one finding, a note where the user pins the release."""
        yanked = [file for file in self._locked if file.yanked is not None]
        if not yanked:
            return
        subject = str(self._pin) if len(yanked) == len(self._locked) else ", ".join(file.filename for file in yanked)
        reason = next((file.yanked for file in yanked if file.yanked), "")
        severity = Severity.NOTE if is_pinned_by_user else Severity.ERROR
        why = f": {' '.join(reason.split())}" if reason else ""
        yield self._finding("yanked", severity, f"{subject} was yanked{why}")

    def undemanded(self, demanded: frozenset[Digest]) -> Iterator[CheckFinding]:
        """Files beside those whose hashes the user's own lines give."""
        for file in self._locked:
            if self._pin.digests[file.url].isdisjoint(demanded):
                yield self.error("unexpected-file", f"{file.filename} has none of the hashes that the inputs demand")

    def of_targets(self, demanded: frozenset[Digest] | None) -> Iterator[CheckFinding]:
        """Compare with the files that ``lock`` takes for the targets: wheels where there are some, else the sdist."""
        due: dict[str, DistributionFile] = {}
        absent: dict[str, DistributionFile] = {}
        for serving in self._pin.servings:
            files = self._due(serving, demanded)
            due |= {file.url: file for file in files}
            missing = [file for file in files if not self._pin.admits(file)]
            admitted = [file for file in files if self._pin.admits(file)]
            if admitted or not serving.locked:
                absent |= {file.url: file for file in missing}
                yield from self._dropped(missing, admitted)
            elif _is_later(missing, serving.locked):
                due |= {file.url: file for file in _preferred(serving.locked)}
                absent |= {file.url: file for file in missing}
        for file in self._locked:
            if file.url not in due:
                reason = "no declared target should install it" if file.is_wheel else "it is an sdist beside wheels"
                yield self.error("unexpected-file", f"{self._pin}: a hash admits {file.filename}, and {reason}")
        yield from self._new(absent.values())

    def of_all(self, demanded: frozenset[Digest] | None) -> Iterator[CheckFinding]:
        """Compare with every file of the release that is not yanked."""
        standing = tuple(file for file in self._pin.files if file.yanked is None) or self._pin.files
        absent = [file for file in self._within(standing, demanded) if not self._pin.admits(file)]
        yield from self._dropped(absent, self._locked)
        yield from self._new(absent)

    def absent(self) -> Iterator[CheckFinding]:
        """Tell files that came later than all that the lock admits; which of the others it should is for its maker."""
        newest = _newest(self._locked)
        yield from self._told(
            [
                file
                for file in self._pin.files
                if not self._pin.admits(file)
                and file.yanked is None
                and (newest is None or file.upload_time is None or file.upload_time > newest + _ONE_UPLOAD)
            ]
        )

    def _due(self, serving: Serving, demanded: frozenset[Digest] | None) -> tuple[DistributionFile, ...]:
        everything_is_yanked = all(file.yanked is not None for file in serving.files)
        standing = tuple(file for file in serving.files if everything_is_yanked or file.yanked is None)
        return self._within(_preferred(standing), demanded)

    def _within(
        self, files: tuple[DistributionFile, ...], demanded: frozenset[Digest] | None
    ) -> tuple[DistributionFile, ...]:
        if demanded is None:
            return files
        return tuple(file for file in files if not self._pin.digests[file.url].isdisjoint(demanded))

    def _dropped(
        self, missing: Iterable[DistributionFile], admitted: Iterable[DistributionFile]
    ) -> Iterator[CheckFinding]:
        """Files that were there when the lock was made: an admitted one came as late, or later."""
        newest = _newest(admitted)
        for file in missing:
            if newest is not None and file.upload_time is not None and file.upload_time <= newest:
                yield self.error("missing-hash", f"{self._pin}: the hash of {file.filename} is missing")

    def _new(self, files: Iterable[DistributionFile]) -> Iterator[CheckFinding]:
        """Files that may have come since the lock was made."""
        newest = _newest(self._locked)
        yield from self._told(
            [file for file in files if not (newest and file.upload_time and file.upload_time <= newest)]
        )

    def _told(self, files: Collection[DistributionFile]) -> Iterator[CheckFinding]:
        """One note, however many files there are."""
        names = sorted(file.filename for file in files)
        if names and self._locked:
            shown = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
            yield self._note("added-file", f"{self._pin}: the lock does not admit {shown}, which the index lists")

    def uninstallable(self, targets: int) -> Iterator[CheckFinding]:
        """Targets that can install none of the locked files."""
        reasons: dict[str, list[str]] = {}
        for serving in self._pin.servings:
            if serving.locked:
                continue
            refusal = None if serving.refusal is None else _REFUSALS.get(serving.refusal.reason)
            reason = refusal or "none of its locked files is for it"
            reasons.setdefault(reason, []).append(serving.view.target.name)
        for reason, names in reasons.items():
            yield self.error("no-file", f"{self._pin} cannot be installed{where_served(names, targets)}: {reason}")


def _preferred(files: tuple[DistributionFile, ...]) -> tuple[DistributionFile, ...]:
    """Only wheels, where there are some."""
    return tuple(file for file in files if file.is_wheel) or files


def _is_later(files: Iterable[DistributionFile], than: Iterable[DistributionFile]) -> bool:
    """Whether all files certainly came after others."""
    newest = _newest(than)
    return newest is not None and all(file.upload_time is not None and file.upload_time > newest for file in files)


def _newest(files: Iterable[DistributionFile]) -> datetime | None:
    return max((file.upload_time for file in files if file.upload_time is not None), default=None)


def _releases_of(pin: Pin, digests: Iterable[Digest]) -> dict[Digest, tuple[str, str]]:
    """The release and file of other versions of the project that hashes belong to."""
    wanted = frozenset(digests)
    found: dict[Digest, tuple[str, str]] = {}
    if pin.listing is None or pin.package.url is not None:
        return found
    for version in pin.listing.versions:
        if version != pin.release:
            for file in pin.listing.files(version):
                found |= dict.fromkeys(wanted.intersection(file.digests), (version, file.filename))
    return found


def _is_time(said: datetime, true: datetime) -> bool:
    """Whether a lock has a time, in full or cut to whole seconds as some tools write it."""
    return said in {true, true.replace(microsecond=0)}


def _differences(
    said: DistributionFile, true: DistributionFile, digests: frozenset[Digest]
) -> Iterator[tuple[str, str, str]]:
    """(what, as the lock says it, as the index says it) of one file."""
    if said.url and said.url != true.url:
        yield "URL", said.url, true.url
    if said.size is not None and true.size is not None and said.size != true.size:
        yield "size", str(said.size), str(true.size)
    if (
        said.upload_time is not None
        and true.upload_time is not None
        and not _is_time(said.upload_time, true.upload_time)
    ):
        yield "upload time", said.upload_time.isoformat(), true.upload_time.isoformat()
    by_algorithm = {digest.algorithm: digest for digest in sorted(digests)}
    for digest in said.digests:
        known = by_algorithm.get(digest.algorithm)
        if known is not None and known != digest:
            yield digest.algorithm, shown_digest(digest), shown_digest(known)
