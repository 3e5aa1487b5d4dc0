"""Environments that locks are judged for, written down apart from the program's own.

PEP 508 for marker variables, PEP 425, 600 and 656 for wheel tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging import tags
from packaging.version import Version

__all__ = ["LINUX_312", "SoundTarget", "sound_target"]

_NAMED = {
    "linux_x86_64": "manylinux_2_28_x86_64",
    "linux_aarch64": "manylinux_2_28_aarch64",
    "musllinux_x86_64": "musllinux_1_2_x86_64",
    "macos_arm64": "macosx_13_0_arm64",
    "macos_x86_64": "macosx_13_0_x86_64",
    "windows_amd64": "win_amd64",
}
_EXACT = re.compile(r"(manylinux_2|musllinux_1|macosx_\d+)_(\d+)_(\w+)|win_(amd64|arm64)")
_SYSTEMS = {
    "linux": {"os_name": "posix", "platform_system": "Linux", "sys_platform": "linux"},
    "darwin": {"os_name": "posix", "platform_system": "Darwin", "sys_platform": "darwin"},
    "win32": {"os_name": "nt", "platform_system": "Windows", "sys_platform": "win32"},
}


@dataclass(frozen=True, kw_only=True)
class SoundTarget:
    """What a lock is for: the interpreter, marker variables by name, and wheel tags, 0 for the most preferred."""

    name: str
    python: Version
    environment: Mapping[str, str]
    ranks: Mapping[tags.Tag, int]


def sound_target(python: str, platform: str) -> SoundTarget:
    """CPython of a version (``3.12`` is 3.12.0) on a platform, a name or an exact wheel platform tag."""
    match = _EXACT.fullmatch(_NAMED.get(platform, platform))
    assert match is not None, platform
    family, level, machine = (match[1] or "").partition("_")[0], match[2], match[3]
    if family == "macosx":
        system, platforms = "darwin", list(tags.mac_platforms((int(match[1].split("_")[1]), int(level)), machine))
    elif family == "musllinux":
        system, platforms = "linux", [f"musllinux_1_{minor}_{machine}" for minor in range(int(level), -1, -1)]
    elif family == "manylinux":
        system, platforms = "linux", list(_glibc(int(level), machine))
    else:
        system, platforms, machine = "win32", [match[0]], match[4].upper()
    version = Version(f"{python}.0" if python.count(".") == 1 else python)
    minor = (version.major, version.minor)
    interpreter = f"cp{version.major}{version.minor}"
    known = [
        *tags.cpython_tags(minor, [interpreter], platforms),
        *tags.compatible_tags(minor, interpreter, platforms),
    ]
    return SoundTarget(
        name=f"Python {python} on {platform}",
        python=version,
        environment={
            **_SYSTEMS[system],
            "implementation_name": "cpython",
            "implementation_version": str(version),
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_version": "",
            "python_full_version": str(version),
            "python_version": f"{version.major}.{version.minor}",
        },
        ranks={tag: rank for rank, tag in reversed(list(enumerate(known)))},
    )


def _glibc(newest: int, machine: str) -> Iterator[str]:
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    for level in range(newest, 4 if machine == "x86_64" else 16, -1):
        yield f"manylinux_2_{level}_{machine}"
        if level in legacy:
            yield f"{legacy[level]}_{machine}"
    yield f"linux_{machine}"


LINUX_312 = sound_target("3.12", "linux_x86_64")
