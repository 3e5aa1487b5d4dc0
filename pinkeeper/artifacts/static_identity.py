"""Which release the files of an sdist, or of a forge's archive of a commit, say that they are, without being run."""

from __future__ import annotations

import configparser

from msgspec import Struct
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.artifacts.core_metadata import parse_core_metadata
from pinkeeper.artifacts.declared import NotStatic
from pinkeeper.artifacts.sdist import SdistFiles
from pinkeeper.model.metadata import MetadataSource

__all__ = ["StaticIdentity", "static_identity"]

_COMPUTED = ("attr:", "file:")


class StaticIdentity(Struct, frozen=True, kw_only=True):
    """The name and the version of a release, each None where a build decides it."""

    name: NormalizedName | None = None
    version: Version | None = None


def static_identity(files: SdistFiles, *, subject: str) -> StaticIdentity:
    """What PKG-INFO says, else ``[project]`` (PEP 621), else literals in ``setup.py`` and ``setup.cfg``.

    Raises ArtifactError for a PKG-INFO that cannot be read.
    """
    if files.pkg_info is not None:
        parsed = parse_core_metadata(files.pkg_info, subject=f"{subject} (PKG-INFO)", source=MetadataSource.SDIST)
        return StaticIdentity(name=parsed.name, version=_version(parsed.version))
    if files.pyproject is not None:
        from pinkeeper.artifacts.static_pyproject import load_pyproject  # noqa: PLC0415 - few runs meet one

        pyproject = load_pyproject(files.pyproject)
        project = None if isinstance(pyproject, NotStatic) else pyproject.get("project")
        if project is not None:
            return _identity(project.get("name"), project.get("version")) if isinstance(project, dict) else _UNKNOWN
    return _of_setuptools(files)


def _of_setuptools(files: SdistFiles) -> StaticIdentity:
    """What setuptools reads from its two files; a field that they fill differently is left in doubt."""
    from pinkeeper.artifacts.static_setup_py import identity_in_setup_py  # noqa: PLC0415 - few runs meet one

    script = (None, None) if files.setup_py is None else identity_in_setup_py(files.setup_py)
    if isinstance(script, NotStatic):
        return _UNKNOWN
    config = (None, None) if files.setup_cfg is None else _in_setup_cfg(files.setup_cfg)
    if any(ours and theirs and ours != theirs for ours, theirs in zip(script, config, strict=True)):
        return _UNKNOWN
    return _identity(script[0] or config[0], script[1] or config[1])


def _in_setup_cfg(content: bytes) -> tuple[str | None, str | None]:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(content.decode("utf-8-sig"))
    except (configparser.Error, ValueError):
        return None, None  # whoever reads what it requires tells of it
    name, version = (parser.get("metadata", field, fallback="").strip() for field in ("name", "version"))
    return _literal(name), _literal(version)


def _literal(text: str) -> str | None:
    return None if not text or text.startswith(_COMPUTED) or "%" in text else text


def _identity(name: object, version: object) -> StaticIdentity:
    return StaticIdentity(
        name=canonicalize_name(name) if isinstance(name, str) else None,
        version=_version(version) if isinstance(version, str) else None,
    )


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


_UNKNOWN = StaticIdentity()
