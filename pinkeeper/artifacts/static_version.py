"""The version that the files of an sdist, or of a forge's archive of a commit, say without being run."""

from __future__ import annotations

import configparser

from packaging.version import InvalidVersion, Version

from pinkeeper.artifacts.core_metadata import parse_core_metadata
from pinkeeper.artifacts.declared import NotStatic
from pinkeeper.artifacts.sdist import SdistFiles
from pinkeeper.artifacts.static_pyproject import load_pyproject
from pinkeeper.model.metadata import MetadataSource

__all__ = ["static_version"]

_COMPUTED = ("attr:", "file:")


def static_version(files: SdistFiles, *, subject: str) -> Version | None:
    """The version in PKG-INFO, else in ``[project]`` (PEP 621), else in ``setup.cfg``; None where a build decides it.

    Raises ArtifactError for a PKG-INFO that cannot be read.
    """
    if files.pkg_info is not None:
        parsed = parse_core_metadata(files.pkg_info, subject=f"{subject} (PKG-INFO)", source=MetadataSource.SDIST)
        return _version(parsed.version)
    if files.pyproject is not None:
        pyproject = load_pyproject(files.pyproject)
        project = None if isinstance(pyproject, NotStatic) else pyproject.get("project")
        if isinstance(project, dict):
            written = project.get("version")
            return _version(written) if isinstance(written, str) else None
    return None if files.setup_cfg is None else _in_setup_cfg(files.setup_cfg)


def _in_setup_cfg(content: bytes) -> Version | None:
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(content.decode("utf-8-sig"))
    except (configparser.Error, ValueError):
        return None  # whoever reads what it requires tells of it
    written = parser.get("metadata", "version", fallback="").strip()
    return None if written.startswith(_COMPUTED) or "%" in written else _version(written)


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
