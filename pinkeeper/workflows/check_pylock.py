"""What only a pylock says (PEP 751): where it may be used, for which Pythons, with which extras and groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from pinkeeper.lockfile.pylock_writer import PylockOptions, render_pylock
from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.target import Target
from pinkeeper.resolver.dependencies import UnusableRequirementError
from pinkeeper.workflows.check_files import where_served
from pinkeeper.workflows.check_pins import Pin

__all__ = ["PylockMarkers", "Tables", "judge_environments", "judge_pylock_pin", "read_tables"]

_COMMENT = re.compile(r"#[^\n]*\n")


class Tables(Struct, frozen=True, kw_only=True):
    """What was seen in a pylock beside its packages.

    groups: those that are installed where nobody asks for any. optional: the extras and groups that can be chosen
    besides, for messages.
    """

    groups: frozenset[str] = frozenset()
    optional: tuple[str, ...] = ()
    findings: tuple[CheckFinding, ...] = ()


class PylockMarkers:
    """Judges the markers of a pylock as an installer does that is told of no extras and groups."""

    def __init__(self, tables: Tables) -> None:
        self._selected = {"extras": frozenset[str](), "dependency_groups": tables.groups}
        self._parsed: dict[str, tuple[Marker, tuple[str, ...]]] = {}
        self._judged: dict[tuple[str, ...], bool] = {}

    def holds(self, text: str, target: Target) -> bool:
        """Whether a marker holds on a target. Raises InvalidMarker, UnusableRequirementError."""
        parsed = self._parsed.get(text)
        if parsed is None:
            parsed = self._parsed[text] = Marker(text), tuple(name for name in target.markers if name in text)
        marker, names = parsed
        key = (text, *(target.markers[name] for name in names))
        known = self._judged.get(key)
        if known is None:
            environment: dict[str, Any] = {**target.markers, **self._selected}
            try:
                known = self._judged[key] = marker.evaluate(environment, context="lock_file")
            except (UndefinedComparison, UndefinedEnvironmentName) as error:
                raise UnusableRequirementError(f"the marker {text} cannot be judged: {error}") from None
        return known


class _Teller(Struct, frozen=True, kw_only=True):
    path: str

    def error(self, kind: str, message: str, package: LockedPackage | None = None) -> CheckFinding:
        return CheckFinding(
            kind=kind,
            severity=Severity.ERROR,
            message=message,
            path=self.path,
            line=None if package is None else package.line,
            package=None if package is None else package.name,
        )


def judge_environments(
    lock: Lock, targets: Sequence[Target], *, project: SpecifierSet | None, is_ours: bool, path: str
) -> Iterator[CheckFinding]:
    """Whether an installer would take the lock on each target, and in a lock of ours on no others.

    project: the Python requirement of what the lock was made from.
    """
    tell = _Teller(path=path)
    environments = [Marker(text) for text in lock.environments]
    try:
        served = {
            target: [place for place, marker in enumerate(environments) if marker.evaluate(dict(target.markers))]
            for target in targets
        }
    except (UndefinedComparison, UndefinedEnvironmentName) as error:
        yield tell.error("environment", f"one of its environments cannot be judged: {error}")
        return
    refused = [target.name for target in targets if environments and not served[target]]
    if refused:
        where = where_served(refused, len(targets)).removeprefix(" on") or " any target"
        yield tell.error("environment", f"none of its environments is{where}")
    if is_ours:
        used = {place for places in served.values() for place in places}
        for place, marker in enumerate(environments):
            if place not in used:
                yield tell.error("environment", f"no declared target is such an environment: {marker}")
    said = _specifier(lock.requires_python)
    refused = [
        target.name for target in targets if said is not None and not said.contains(target.python, prereleases=True)
    ]
    if refused:
        where = where_served(refused, len(targets))
        yield tell.error("requires-python", f"it is for Python {said} alone, and cannot be installed{where}")
    if is_ours and (said or None) != (project or None):
        yield tell.error("requires-python", f"it says Python {said or 'of any kind'}, its project {project or 'any'}")


def judge_pylock_pin(pin: Pin, *, is_ours: bool, targets: int, path: str) -> Iterator[CheckFinding]:
    """What an entry says of Pythons and of its index."""
    tell, package = _Teller(path=path), pin.package
    said = _specifier(package.requires_python)
    refused = [
        serving.view.target.name
        for serving in pin.servings
        if said is not None and not said.contains(serving.view.target.python, prereleases=True)
    ]
    if refused:
        where = where_served(refused, targets)
        yield tell.error("requires-python", f"{pin} is locked for Python {said} alone, and installed{where}", package)
    if pin.listing is None or package.url is not None or not is_ours:
        return
    known = [each for file in pin.files if pin.admits(file) and (each := _specifier(file.requires_python)) is not None]
    if known and not refused and said not in known:
        yield tell.error(
            "requires-python", f"{pin} requires Python {known[0]}, and the lock says {said or 'nothing of it'}", package
        )
    if package.index is None and pin.listing.index.startswith(("http://", "https://")):
        text = f"{pin} does not say that it comes from {pin.listing.index}"
        yield tell.error("wrong-index", text, package)


def read_tables(text: str, lock: Lock, *, is_ours: bool, path: str) -> Tables:
    """Look at what the lock's reader passes over: a lock of ours says nothing that nobody looked at."""
    tell = _Teller(path=path)
    findings = [tell.error("foreign-line", f"it installs what no hash vouches for: {each}") for each in lock.unpinned]
    rendered = render_pylock(lock, options=PylockOptions(command=lock.command, fingerprint=lock.fingerprint))
    if _without_comments(text) == rendered:
        return Tables(findings=tuple(findings))
    import tomllib  # noqa: PLC0415 - locks that are as they were written have no need of it

    data = tomllib.loads(text)
    if is_ours:
        findings += _unread(data, tomllib.loads(rendered), lock, tell)
    default = frozenset(data.get("default-groups", ()))
    optional = [f"the extra {name}" for name in data.get("extras", ())]
    optional += [f"the group {name}" for name in data.get("dependency-groups", ()) if name not in default]
    return Tables(groups=default, optional=tuple(optional), findings=tuple(findings))


def _unread(data: Mapping[str, Any], due: Mapping[str, Any], lock: Lock, tell: _Teller) -> Iterator[CheckFinding]:
    if not lock.unpinned:
        for package, found, expected in zip(lock.packages, _in_order(data), _in_order(due), strict=True):
            pin = f"{package.name} {package.version}"
            if found.get("dependencies", []) != expected.get("dependencies", []):
                yield tell.error("wrong-dependencies", f"{pin}: its dependencies are not what it needs", package)
            told = {**found, "dependencies": [], **_without_size(found)}
            for text in _beyond(told, {**expected, "dependencies": []}, ""):
                yield tell.error("malformed-line", f"{pin} has {text}", package)
    for text in _beyond({**data, "packages": []}, {**due, "packages": []}, ""):
        yield tell.error("malformed-line", f"it has {text}")


def _without_size(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The archive of an entry without its size, which no value of ours has a place for; its hashes say more."""
    if "archive" not in entry:
        return {}
    return {"archive": {key: value for key, value in entry["archive"].items() if key != "size"}}


def _in_order(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries, in the order that `Lock.packages` has."""

    def key(entry: Mapping[str, Any]) -> tuple[str, Version, str]:
        marker = str(Marker(entry["marker"])) if "marker" in entry else ""
        return entry["name"], Version(entry.get("version", "0")), marker

    return sorted(data["packages"], key=key)


def _beyond(found: object, due: object, at: str) -> Iterator[str]:
    """The keys and items that are found and not due."""
    if isinstance(found, Mapping) and isinstance(due, Mapping):
        for key, value in found.items():
            place = f"{at}.{key}" if at else str(key)
            if key in due:
                yield from _beyond(value, due[key], place)
            else:
                yield f"{place}, which pinkeeper does not write"
    elif isinstance(found, list) and isinstance(due, list):
        if len(found) != len(due):
            yield f"{len(found)} items of {at}, where {len(due)} are due"
        for number, (item, expected) in enumerate(zip(found, due, strict=False)):
            yield from _beyond(item, expected, f"{at}[{number}]")


def _without_comments(text: str) -> str:
    """Without the comment lines at the top, where projects that are left out are named."""
    at = 0
    while (comment := _COMMENT.match(text, at)) is not None:
        at = comment.end()
    return text[at:]


def _specifier(text: str | None) -> SpecifierSet | None:
    """None also for what is no specifier, as installers have it."""
    try:
        return SpecifierSet(text) if text else None
    except InvalidSpecifier:
        return None
