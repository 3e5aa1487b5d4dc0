"""Targets from what a user names: a Python version and a platform (PEP 425, 508, 600, 656)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

from msgspec import Struct
from packaging import markers, tags
from packaging.version import Version

from pinkeeper.errors import ConfigurationError
from pinkeeper.model.target import Target

__all__ = ["PLATFORMS", "UNIVERSAL_PLATFORMS", "running_target", "target"]

_NEWEST_GLIBC_MINOR = 50  # glibc 2.x has gone up by two minors a year since 2.26


class _Platform(Struct, frozen=True, kw_only=True):
    """What markers and tags say on one kind of machine.

    tag: the newest platform tag that it installs.
    """

    tag: str
    machine: str
    system: str
    sys_platform: str
    os_name: str = "posix"


# The names that a user types, with the oldest systems that a lock for them must serve.
PLATFORMS = {
    "linux_x86_64": _Platform(tag="manylinux_2_28_x86_64", machine="x86_64", system="Linux", sys_platform="linux"),
    "linux_aarch64": _Platform(tag="manylinux_2_28_aarch64", machine="aarch64", system="Linux", sys_platform="linux"),
    "musllinux_x86_64": _Platform(tag="musllinux_1_2_x86_64", machine="x86_64", system="Linux", sys_platform="linux"),
    "macos_arm64": _Platform(tag="macosx_13_0_arm64", machine="arm64", system="Darwin", sys_platform="darwin"),
    "macos_x86_64": _Platform(tag="macosx_13_0_x86_64", machine="x86_64", system="Darwin", sys_platform="darwin"),
    "windows_amd64": _Platform(tag="win_amd64", machine="AMD64", system="Windows", sys_platform="win32", os_name="nt"),
}
UNIVERSAL_PLATFORMS = tuple(name for name in PLATFORMS if not name.startswith("musllinux"))
# Numbers are short: tags are made for every version below them.
_PYTHON = re.compile(r"3\.[0-9]{1,2}(?:\.[0-9]{1,3})?(?:(?:a|b|rc)[0-9]{1,3})?")
_LEVELLED_TAG = re.compile(r"(manylinux|musllinux|macosx)_([0-9]{1,2})_([0-9]{1,2})_([A-Za-z0-9_]+)")
_PLAIN_LINUX_TAG = re.compile(r"(?:linux|manylinux1|manylinux2010|manylinux2014)_([A-Za-z0-9_]+)")
_LEGACY_MANYLINUX = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}


def running_target() -> Target:
    """The environment that this process runs in."""
    environment = {key: str(value) for key, value in markers.default_environment().items()}
    known = tuple(tags.sys_tags())
    return Target(
        name=f"Python {environment['python_version']} on this machine",
        spelling=(environment["python_full_version"].rstrip("+"), _exact_platform(tag.platform for tag in known)),
        python=Version(environment["python_full_version"].rstrip("+")),
        environment=tuple(sorted(environment.items())),
        tags=known,
    )


def target(*, python: str | None, platform: str | None) -> Target:
    """The CPython of a version on a platform; what is None is taken from the environment that this process runs in.

    python: ``3.12`` (meaning 3.12.0, as for pip and uv) or ``3.12.4``. platform: a key of `PLATFORMS` or an exact wheel
    platform tag. Raises ConfigurationError.
    """
    if platform is None and python is None:
        return running_target()
    version = _python_version(python or ".".join(map(str, sys.version_info[:3])))
    if platform is None:
        here = running_target()
        environment = {**dict(here.environment), **_python_markers(version)}
        platforms = tuple(dict.fromkeys(tag.platform for tag in here.tags if tag.platform != "any"))
        name, platform = "this machine", _exact_platform(platforms)
    else:
        described = PLATFORMS.get(platform) or _platform_of_tag(platform)
        environment = {**_platform_markers(described), **_python_markers(version)}
        platforms = tuple(_platform_tags(described))
        name = platform
    return Target(
        name=f"Python {python or version} on {name}",
        spelling=(python or str(version), platform),
        python=version,
        environment=tuple(sorted(environment.items())),
        tags=tuple(_tags(version, platforms)),
    )


def _exact_platform(platforms: Iterable[str]) -> str:
    """The tag that names a platform best: ``linux_x86_64`` alone would not say how new its C library is."""
    listed = list(platforms)
    return next((tag for tag in listed if tag.startswith(("manylinux_", "musllinux_"))), listed[0])


def _python_version(text: str) -> Version:
    if not _PYTHON.fullmatch(text):
        raise ConfigurationError(
            f"not a Python version: {text}", where="--python-version", remedy="write it as 3.12 or 3.12.4"
        )
    version = Version(text)
    return Version(f"{version.major}.{version.minor}.{version.micro}")


def _python_markers(version: Version) -> dict[str, str]:
    full = str(version)
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "platform_python_implementation": "CPython",
        "python_full_version": full,
        "python_version": f"{version.major}.{version.minor}",
    }


def _platform_markers(platform: _Platform) -> dict[str, str]:
    """Release and version of the system are not known and are empty, as in uv's and pip's cross-environment modes."""
    return {
        "os_name": platform.os_name,
        "platform_machine": platform.machine,
        "platform_release": "",
        "platform_system": platform.system,
        "platform_version": "",
        "sys_platform": platform.sys_platform,
    }


def _platform_of_tag(tag: str) -> _Platform:
    """Read an exact platform tag, such as ``manylinux_2_17_aarch64``, ``manylinux2014_x86_64`` or ``win32``."""
    if plain := _PLAIN_LINUX_TAG.fullmatch(tag):
        return _Platform(tag=tag, machine=plain[1], system="Linux", sys_platform="linux")
    if levelled := _LEVELLED_TAG.fullmatch(tag):
        is_mac = levelled[1] == "macosx"
        system, sys_platform = ("Darwin", "darwin") if is_mac else ("Linux", "linux")
        return _Platform(tag=tag, machine=levelled[4], system=system, sys_platform=sys_platform)
    match tag:
        case "win_amd64":
            return PLATFORMS["windows_amd64"]
        case "win_arm64":
            return _Platform(tag=tag, machine="ARM64", system="Windows", sys_platform="win32", os_name="nt")
        case "win32":
            return _Platform(tag=tag, machine="x86", system="Windows", sys_platform="win32", os_name="nt")
        case _:
            raise ConfigurationError(
                f"not a platform: {tag}",
                where="--platform",
                details=(f"known: {', '.join(PLATFORMS)}",),
                remedy="use one of these, or an exact wheel platform tag such as manylinux_2_17_x86_64",
            )


def _platform_tags(platform: _Platform) -> Iterator[str]:
    """All tags that a platform installs, the newest first."""
    tag, machine = platform.tag, platform.machine
    if platform.sys_platform == "darwin":
        _, major, minor, arch = tag.split("_", 3)
        yield from tags.mac_platforms((int(major), int(minor)), arch)
    elif tag.startswith("musllinux_"):
        _, major, minor, _ = tag.split("_", 3)
        yield from (f"musllinux_{major}_{level}_{machine}" for level in range(int(minor), -1, -1))
        yield f"linux_{machine}"
    elif tag.startswith("manylinux"):
        newest = next((level[1] for level, alias in _LEGACY_MANYLINUX.items() if tag.startswith(f"{alias}_")), None)
        highest = int(tag.split("_")[2]) if newest is None else newest
        oldest = 5 if machine in {"x86_64", "i686"} else 17
        for level in range(min(highest, _NEWEST_GLIBC_MINOR), oldest - 1, -1):
            yield f"manylinux_2_{level}_{machine}"
            if (alias := _LEGACY_MANYLINUX.get((2, level))) is not None:
                yield f"{alias}_{machine}"
        yield f"linux_{machine}"
    else:
        yield tag


def _tags(version: Version, platforms: Iterable[str]) -> Iterator[tags.Tag]:
    listed = list(platforms)
    python = (version.major, version.minor)
    yield from tags.cpython_tags(python, [f"cp{version.major}{version.minor}"], listed)
    yield from tags.compatible_tags(python, f"cp{version.major}{version.minor}", listed)
