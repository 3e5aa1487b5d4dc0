"""Writes a lock as ``pylock.toml`` (PEP 751), one line for each distribution file.

The lock is for one use: extras and groups were chosen when it was made, so it declares none. What the standard has no
place for stands under ``tool.pinkeeper``: of the whole lock, its targets, its roots, the command and the fingerprint;
of a package, who asked for it, its extras, its needs with specifiers, and which file was published by whom; of an
archive whose name does not tell its version, that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urldefrag

from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.errors import ConfigurationError
from pinkeeper.lockfile.url_versions import version_in_url
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.requirement import Requirement
from pinkeeper.model.url import redact

__all__ = ["PylockOptions", "render_pylock", "sayable"]

_Value = str | int | datetime | Mapping[str, "_Value"] | tuple["_Value", ...]

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_DELETE = 0x7F
_OF_URLS = "%:/?#[]@!$&'()*+,;="


class PylockOptions(Struct, frozen=True, kw_only=True):
    """What the text says besides the lock. command: without secrets; None where it is not to be said.

    fingerprint: hexadecimal. left_out: what is installed besides, a sentence each.
    """

    command: str | None = None
    fingerprint: str | None = None
    left_out: tuple[str, ...] = ()


def sayable(lock: Lock) -> Lock:
    """A lock without what the standard has no place for: of several sdists of a release, all but one.

    Raises ConfigurationError for a file whose name is none of PEP 427 or PEP 625, so that installers would refuse the
    whole lock for it, and for a package that has neither files nor a direct reference with hashes.
    """
    return replace(lock, packages=tuple(map(_sayable, lock.packages)))


def _sayable(package: LockedPackage) -> LockedPackage:
    if package.url is not None:
        if not package.hashes:
            raise _unsayable(package, "has no hash", package.url)
        return package
    wheels = [file for file in package.files if file.is_wheel]
    sdists = [file for file in package.files if not file.is_wheel]
    named = [file for file in sdists if version_in_url(file.filename, name=package.name) == package.version]
    chosen = sorted(named, key=lambda file: (not file.filename.endswith(".tar.gz"), file.filename))[:1]
    for file in (*wheels, *(chosen or sdists)):
        if version_in_url(file.filename, name=package.name) != package.version:
            raise _unsayable(package, "has a file whose name is not as the standard has it", file.filename)
    if not package.files:
        raise _unsayable(package, "is known by its hashes alone", ", ".join(sorted(map(str, package.hashes))))
    if len(sdists) == len(chosen):
        return package
    files = tuple(file for file in package.files if file.is_wheel or file in chosen)
    return replace(
        package,
        files=files,
        hashes=package.hashes & frozenset(digest for file in files for digest in file.digests),
    )


def _unsayable(package: LockedPackage, why: str, detail: str) -> ConfigurationError:
    return ConfigurationError(
        f"{package.name} {package.version} {why}, which pylock.toml cannot say",
        details=(detail,),
        remedy="write requirements.txt",
    )


def render_pylock(lock: Lock, *, options: PylockOptions) -> str:
    """The whole text, ending with a newline. Raises ConfigurationError for what `sayable` does.

    Each package has `files`, with a URL or a path relative to the lock, of which those digests are written that are
    among its `hashes`.
    """
    return "".join(f"{line}\n" for line in _lines(sayable(lock), options))


def _lines(lock: Lock, options: PylockOptions) -> Iterator[str]:
    yield from (f"# {' '.join(text.split())}" for text in options.left_out)
    yield 'lock-version = "1.0"'
    if lock.environments:
        yield from _assigned("environments", lock.environments)
    if lock.requires_python is not None:
        yield from _assigned("requires-python", lock.requires_python)
    yield from ("extras = []", "dependency-groups = []", "default-groups = []")
    yield 'created-by = "pinkeeper"'
    entries: dict[NormalizedName, list[LockedPackage]] = {}
    for package in lock.packages:
        entries.setdefault(package.name, []).append(package)
    if not lock.packages:
        yield "packages = []"
    for package in sorted(lock.packages, key=lambda package: (package.name, package.version, package.marker or "")):
        yield ""
        yield "[[packages]]"
        yield from _package(package, entries)
    yield ""
    yield "[tool.pinkeeper]"
    if options.command is not None:
        yield from _assigned("command", options.command)
    if options.fingerprint is not None:
        yield from _assigned("fingerprint", options.fingerprint)
    yield from _assigned("targets", tuple(" ".join(target) for target in lock.targets))
    yield from _assigned("roots", tuple(redact(str(root)) for root in lock.roots))


def _package(package: LockedPackage, entries: Mapping[NormalizedName, list[LockedPackage]]) -> Iterator[str]:
    yield from _assigned("name", package.name)
    knows_version = package.url is None or version_in_url(package.url, name=package.name) == package.version
    if knows_version:
        yield from _assigned("version", str(package.version))
    if package.marker is not None:
        yield from _assigned("marker", package.marker)
    if package.requires_python is not None and _is_specifier(package.requires_python):
        yield from _assigned("requires-python", package.requires_python)
    if package.needs:
        yield from _assigned("dependencies", tuple(_dependencies(package.needs, entries)))
    if package.url is not None:
        yield f"archive = {_inline(_archive(package))}"
    else:
        if package.index is not None:
            yield from _assigned("index", package.index)
        yield from (f"sdist = {_inline(_file(file, package))}" for file in package.files if not file.is_wheel)
        if wheels := tuple(_file(file, package) for file in package.files if file.is_wheel):
            yield from _assigned("wheels", wheels)
    if package.publishers:
        identities = sorted({identity for _, identity in package.publishers})
        yield from _assigned("attestation-identities", tuple(map(_identity, identities)))
    yield from _own(package, knows_version=knows_version)


def _identity(text: str) -> dict[str, _Value]:
    """An identity as a table (PEP 751, ``packages.attestation-identities``)."""
    kind, *said = text.split(" ")
    return {"kind": kind, **dict(each.split("=", 1) for each in said)}


def _own(package: LockedPackage, *, knows_version: bool) -> Iterator[str]:
    """The table of what the standard has no place for, where there is any."""
    said: dict[str, _Value] = {
        "version": () if knows_version else str(package.version),
        "reference": redact(package.reference or ""),
        "extras": tuple(sorted(package.extras)),
        "needs": tuple(redact(str(need)) for need in package.needs),
        "requested-by": tuple(sorted({origin.via() for origin in package.requested_by})),
        "publishers": tuple(f"{sha256} {identity}" for sha256, identity in package.publishers),
    }
    if any(said.values()):
        yield "[packages.tool.pinkeeper]"
        for key, value in said.items():
            if value:
                yield from _assigned(key, value)


def _dependencies(
    needs: Iterable[Requirement], entries: Mapping[NormalizedName, list[LockedPackage]]
) -> Iterator[Mapping[str, _Value]]:
    """Tables that tell the entries apart (PEP 751, ``packages.dependencies``): by name alone where that suffices."""
    for name in sorted({need.name for need in needs}):
        found = entries.get(name, [])
        if len(found) == 1:
            yield {"name": name}
        elif len({package.version for package in found}) == len(found):
            yield from ({"name": name, "version": str(package.version)} for package in found)
        else:
            for package in found:
                marker = {} if package.marker is None else {"marker": package.marker}
                yield {"name": name, "version": str(package.version), **marker}


def _archive(package: LockedPackage) -> dict[str, _Value]:
    url, fragment = urldefrag(package.url or "")
    subdirectory = dict(part.split("=", 1) for part in fragment.split("&") if "=" in part).get("subdirectory")
    size = next((file.size for file in package.files if file.size is not None), None)
    return {
        **_location(url),
        **({} if size is None else {"size": size}),
        "hashes": _hashes(package.hashes),
        **({} if subdirectory is None else {"subdirectory": unquote(subdirectory)}),
    }


def _file(file: DistributionFile, package: LockedPackage) -> dict[str, _Value]:
    return {
        "name": file.filename,
        **({} if file.upload_time is None else {"upload-time": file.upload_time}),
        **_location(file.url),
        **({} if file.size is None else {"size": file.size}),
        "hashes": _hashes(digest for digest in file.digests if digest in package.hashes),
    }


def _location(url: str) -> dict[str, _Value]:
    """A URL without credentials, what RFC 3986 does not let stand in it encoded; or a path."""
    return {"url": quote(redact(url), safe=_OF_URLS)} if "://" in url else {"path": url}


def _hashes(digests: Iterable[Digest]) -> dict[str, _Value]:
    return {digest.algorithm: digest.value for digest in sorted(digests)}


def _is_specifier(text: str) -> bool:
    """Old releases have a ``requires-python`` that is none, and that installers pass over."""
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return False
    return True


def _assigned(key: str, value: _Value) -> Iterator[str]:
    """``key = value``; an array with each of its items on a line."""
    if isinstance(value, tuple) and value:
        yield f"{key} = ["
        yield from (f"    {_inline(item)}," for item in value)
        yield "]"
    else:
        yield f"{key} = {_inline(value)}"


def _inline(value: _Value) -> str:
    """A TOML 1.0 value on one line."""
    match value:
        case str():
            return _string(value)
        case int():
            return str(value)
        case datetime():
            moment = value.astimezone(UTC)
            return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")
        case tuple():
            return f"[{', '.join(map(_inline, value))}]"
        case _:
            return f"{{ {', '.join(f'{key} = {_inline(item)}' for key, item in value.items())} }}"


def _string(text: str) -> str:
    """A literal string where that spares escapes, as markers do, else a basic one."""
    if '"' in text and "'" not in text and all(" " <= character < "\x7f" for character in text):
        return f"'{text}'"
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\u{ord(character):04x}" if character < " " or ord(character) == _DELETE else character
