"""The core metadata of an sdist as far as it is known without running anything."""

from __future__ import annotations

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.artifacts.core_metadata import ParsedMetadata, check_identity, parse_core_metadata, to_core_metadata
from pinkeeper.artifacts.declared import Declared, NotStatic, core_metadata_of
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.sdist import SdistFiles
from pinkeeper.model.metadata import CoreMetadata, MetadataSource

__all__ = ["NotStatic", "is_static", "static_sdist_metadata"]

_STATIC_SINCE = (2, 2)
_NEEDED = frozenset({"requires-dist", "provides-extra", "requires-python"})
_SETUPTOOLS_BACKENDS = ("setuptools.build_meta", "setuptools.build_meta:__legacy__")


def is_static(parsed: ParsedMetadata) -> bool:
    """Whether an sdist's metadata binds what is built from it, in the fields that resolving needs (PEP 643)."""
    return parsed.metadata_version_numbers >= _STATIC_SINCE and not _NEEDED & parsed.dynamic


def static_sdist_metadata(
    files: SdistFiles, *, name: NormalizedName, version: Version, subject: str
) -> CoreMetadata | NotStatic:
    """Give the metadata from the first source that is static, or the reason why none is.

    In order: PKG-INFO where PEP 643 makes the fields that resolving needs static, a static ``[project]`` table
    (PEP 621), and literal values in ``setup.cfg`` and ``setup.py`` (marked `MetadataSource.SETUP_LITERALS`).

    name, version: of the release, from the file's name. subject: what errors call the file. Raises `ArtifactError` for
    a PKG-INFO that cannot be read or that, where it counts, is of another release.
    """
    found = _from_pkg_info(files.pkg_info, name, version, subject)
    if isinstance(found, NotStatic) and files.pyproject is not None:
        found = _from_pyproject(files, files.pyproject, name, version)
    elif isinstance(found, NotStatic) and (files.setup_py is not None or files.setup_cfg is not None):
        found = _from_setup(files)
    return found


def _from_pkg_info(
    content: bytes | None, name: NormalizedName, version: Version, subject: str
) -> CoreMetadata | NotStatic:
    if content is None:
        return NotStatic(reason="it has no PKG-INFO, pyproject.toml, setup.cfg or setup.py")
    parsed = parse_core_metadata(content, subject=f"{subject} (PKG-INFO)", source=MetadataSource.SDIST)
    if not is_static(parsed):
        dynamic = ", ".join(sorted(_NEEDED & parsed.dynamic))
        why = (
            f"{dynamic} may change in a build" if dynamic else f"version {parsed.metadata_version} makes nothing static"
        )
        return NotStatic(reason=f"PKG-INFO: {why}")
    check_identity(parsed, name=name, version=version, subject=f"{subject} (PKG-INFO)")
    return to_core_metadata(parsed)


def _from_pyproject(
    files: SdistFiles, content: bytes, name: NormalizedName, version: Version
) -> CoreMetadata | NotStatic:
    # Imported where needed: most runs meet no sdist, or one whose PKG-INFO suffices.
    from pinkeeper.artifacts.static_pyproject import (  # noqa: PLC0415
        build_backend,
        declared_in_project,
        load_pyproject,
    )

    pyproject = load_pyproject(content)
    if isinstance(pyproject, NotStatic):
        return pyproject
    match declared_in_project(pyproject, name=name, version=version):
        case Declared() as declared:
            return core_metadata_of(declared, source=MetadataSource.PYPROJECT, place="pyproject.toml")
        case NotStatic() as not_static:
            return not_static
    backend = build_backend(pyproject)
    if backend not in _SETUPTOOLS_BACKENDS:
        what = f"the build backend {shown(backend)}" if backend else "a build backend of its own"
        return NotStatic(reason=f"pyproject.toml: no [project] table, and {what} decides the dependencies")
    return _from_setup(files)


def _from_setup(files: SdistFiles) -> CoreMetadata | NotStatic:
    """Setuptools reads both files; a field that both of them fill is left in doubt."""
    from pinkeeper.artifacts.static_setup_cfg import declared_in_setup_cfg  # noqa: PLC0415
    from pinkeeper.artifacts.static_setup_py import declared_in_setup_py  # noqa: PLC0415

    if files.setup_cfg is None and files.setup_py is None:
        return NotStatic(reason="pyproject.toml: no [project] table, and there is no setup.cfg or setup.py")
    script = declared_in_setup_py(files.setup_py) if files.setup_py is not None else Declared()
    config = declared_in_setup_cfg(files.setup_cfg) if files.setup_cfg is not None else Declared()
    if isinstance(script, NotStatic):
        return script
    if isinstance(config, NotStatic):
        return config
    for field, ours, theirs in (
        ("install_requires", script.dependencies, config.dependencies),
        ("extras_require", script.optional, config.optional),
        ("python_requires", script.requires_python, config.requires_python),
    ):
        if ours and theirs:
            return NotStatic(reason=f"setup.py and setup.cfg both have {field}")
    declared = Declared(
        dependencies=script.dependencies or config.dependencies,
        optional=script.optional or config.optional,
        requires_python=script.requires_python or config.requires_python,
    )
    return core_metadata_of(
        declared,
        source=MetadataSource.SETUP_LITERALS,
        place="setup.py" if files.setup_cfg is None else "setup.cfg or setup.py",
    )
