"""The code of one release as a whole: its files, what starts them, and when each part of it runs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from pinkeeper.model.finding import When
from pinkeeper.review.capabilities.summary import ModuleSummary

__all__ = ["HookKind", "PackageCode", "StartLine", "StartLineKind"]


class HookKind(StrEnum):
    """What makes an interpreter or an installer run something unasked."""

    PTH = ".pth file"
    START = ".start file"  # PEP 829
    SITECUSTOMIZE = "sitecustomize"
    USERCUSTOMIZE = "usercustomize"
    BUILD = "build hook"  # setup.py, a cmdclass, a backend in the tree, a hook file of a build backend


class StartLineKind(StrEnum):
    """What a line of a ``.pth`` or ``.start`` file does (site module; PEP 829)."""

    BLANK = "blank"  # nothing, or a comment
    PATH = "path"  # a folder for sys.path
    IMPORT = "import"  # imports a module and nothing else
    EXECUTABLE = "executable"  # runs a statement of its own
    ENTRY_POINT = "entry point"  # calls ``module:function``


class StartLine(Struct, frozen=True, kw_only=True):
    """One line. line: 1-based. text: as it stands. summary: of its code, where it has any."""

    kind: StartLineKind
    line: int
    text: str
    summary: ModuleSummary | None = None


class PackageCode(Struct, frozen=True, kw_only=True):
    """One side of a comparison.

    modules: of the files that were analysed, by their path in the archive. starts: lines of start-up files by path.
    hooks: files that run unasked, by path. when: when a scope runs, by (path, scope); a scope that is not there runs
    when it is called.
    """

    modules: Mapping[str, ModuleSummary]
    starts: Mapping[str, tuple[StartLine, ...]]
    hooks: Mapping[str, HookKind]
    when: Mapping[tuple[str, str], When]

    def runs(self, path: str, scope: str) -> When:
        """When a scope runs, at the earliest."""
        return self.when.get((path, scope), When.CALL)
