"""What an sdist's ``pyproject.toml`` says: its static ``[project]`` table (PEP 621) and its build backend (PEP 517)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.artifacts.declared import Declared, NotStatic
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.model.toml_text import parse_toml

__all__ = ["build_backend", "declared_in_project", "load_pyproject"]

_DEFAULT_BACKEND = "setuptools.build_meta"
_NEEDED = ("dependencies", "optional-dependencies", "requires-python")


def load_pyproject(content: bytes) -> Mapping[str, Any] | NotStatic:
    """Decode the file."""
    try:
        return parse_toml(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        return NotStatic(reason=f"pyproject.toml cannot be read: {shown(str(error))}")


def build_backend(pyproject: Mapping[str, Any]) -> str | None:
    """The backend's object reference, setuptools' where none is named; None for one that lies in the sdist itself."""
    table = pyproject.get("build-system", {})
    if not isinstance(table, dict) or "backend-path" in table:
        return None
    backend = table.get("build-backend", _DEFAULT_BACKEND)
    return backend if isinstance(backend, str) else None


def declared_in_project(
    pyproject: Mapping[str, Any], *, name: NormalizedName, version: Version
) -> Declared | NotStatic | None:
    """The dependencies in ``[project]``; None where there is no such table.

    A field that is neither there nor in ``dynamic`` is empty: PEP 621 forbids backends to add to it. name, version:
    of the release; a table that says another one is not believed.
    """
    project = pyproject.get("project")
    if project is None:
        return None
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        return _not_static("[project] has no name")
    if canonicalize_name(project["name"]) != name:
        return _not_static(f"[project] is of another project, {shown(project['name'])}")
    written = project.get("version")
    if written is not None and not _is_version(written, version):
        return _not_static(f"[project] is of another version, {shown(str(written))}")
    dynamic = project.get("dynamic", [])
    if not _is_texts(dynamic):
        return _not_static("project.dynamic is not a list of field names")
    if fields := [field for field in _NEEDED if field in dynamic]:
        return _not_static(f"project.{fields[0]} is dynamic")
    dependencies = project.get("dependencies", [])
    optional = project.get("optional-dependencies", {})
    requires_python = project.get("requires-python")
    if not _is_texts(dependencies):
        return _not_static("project.dependencies is not a list of requirements")
    if not isinstance(optional, dict) or not all(
        ":" not in key and _is_texts(texts) for key, texts in optional.items()
    ):
        return _not_static("project.optional-dependencies is not a table of lists of requirements")
    if not isinstance(requires_python, str | None):
        return _not_static("project.requires-python is not a text")
    return Declared(
        dependencies=tuple(dependencies),
        optional={key: tuple(texts) for key, texts in optional.items()},
        requires_python=requires_python,
    )


def _is_version(written: object, version: Version) -> bool:
    try:
        return isinstance(written, str) and Version(written) == version
    except ValueError:
        return False


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _not_static(what: str) -> NotStatic:
    return NotStatic(reason=f"pyproject.toml: {what}")
