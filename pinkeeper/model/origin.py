"""Where a requirement was written, so that errors and ``# via`` lines can say it."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

__all__ = ["Origin", "OriginKind"]


class OriginKind(Enum):
    """The ways in which a user can ask for a package."""

    REQUIREMENTS = "requirements"  # a line of a requirement file
    CONSTRAINTS = "constraints"  # a line of a constraint file
    OVERRIDES = "overrides"  # a line of an override file
    PYPROJECT = "pyproject"  # a [project] table, a dependency group, a setup.cfg, or the metadata of a script
    COMMAND_LINE = "command line"


class Origin(Struct, frozen=True, kw_only=True, order=True):
    """One place in the user's inputs.

    path: as the user named it, relative where the user's was relative, always with ``/``; ``-`` is stdin.
    line: 1-based, None where a place has no line. project: the ``[project]`` name for pyproject inputs.
    section: an extra or group within the project, None for ``dependencies``.
    """

    path: str
    line: int | None = None
    kind: OriginKind = OriginKind.REQUIREMENTS
    project: str | None = None
    section: str | None = None

    def place(self) -> str:
        """``requirements.in:3``, ready to stand at the head of an error."""
        if self.kind is OriginKind.COMMAND_LINE:
            return self.path or "command line"
        if self.line is None:
            return f"{self.path} ({self.section})" if self.section else self.path
        return f"{self.path}:{self.line}"

    def via(self) -> str:
        """The text of a ``# via`` line, spelled as pip-compile spells it."""
        match self.kind:
            case OriginKind.CONSTRAINTS:
                return f"-c {self.path}"
            case OriginKind.OVERRIDES:
                return f"--override {self.path}"
            case OriginKind.PYPROJECT:
                return f"{self.project} ({self.path})" if self.project else self.path
            case OriginKind.COMMAND_LINE:
                return "command line"
            case OriginKind.REQUIREMENTS:
                return f"-r {self.path}"
