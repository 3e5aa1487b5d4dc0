"""What differs between two releases, as reports show it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.finding import Finding, Severity, Verdict, When
from pinkeeper.model.hunk import Hunk

__all__ = [
    "ApiChange",
    "ChangeStatus",
    "ComparedRelease",
    "DiffResult",
    "FieldChange",
    "FileChange",
    "FileKind",
    "NotAnalysed",
    "NoteSection",
    "ReleaseFile",
    "ReleaseNotes",
    "Treatment",
    "Unasked",
]


class FileKind(StrEnum):
    """What a file of a release is for."""

    PYTHON = "python"
    NATIVE = "native"  # a shared library, an executable, an object file
    BYTECODE = "bytecode"  # compiled code for a virtual machine, as opaque as a native one: .pyc, .class, WebAssembly
    SCRIPT = "script"  # a shell, batch, PowerShell, JavaScript or other program that no interpreter of ours imports
    STARTUP = "start-up hook"  # .pth, .start, sitecustomize, usercustomize
    BUILD = "build file"  # setup.py, setup.cfg, pyproject.toml, a backend in the tree
    METADATA = "metadata"  # what lies in .dist-info and .egg-info
    TEST = "test"
    DOCUMENTATION = "documentation"
    ARCHIVE = "archive"
    DATA = "data"


class ChangeStatus(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"  # elsewhere, the same or nearly the same content


class FileChange(Struct, frozen=True, kw_only=True):
    """One file that is not as it was.

    old_path, new_path: as they stand in the archives, None on the side where there is no such file. sizes: bytes.
    is_text: it was compared by lines. added, removed: lines. code_added, code_removed: executable lines of Python,
    none for tests, documentation and data. moved: of the added lines those that stood elsewhere in the old release.
    similarity: 0 to 1, for renamed files. old_kind: what the old file was, None where it was of the same kind or where
    there is none; an image that became a program is a new program. hunks: empty where the file is no text, or
    too large (see `NotAnalysed`).
    """

    status: ChangeStatus
    kind: FileKind
    old_path: str | None = None
    new_path: str | None = None
    old_size: int | None = None
    new_size: int | None = None
    old_sha256: str | None = None
    new_sha256: str | None = None
    is_text: bool = False
    added: int = 0
    removed: int = 0
    code_added: int = 0
    code_removed: int = 0
    moved: int = 0
    similarity: float | None = None
    old_kind: FileKind | None = None
    hunks: tuple[Hunk, ...] = ()

    @property
    def path(self) -> str:
        """Where the file is, or was."""
        path = self.new_path or self.old_path
        assert path is not None
        return path


class Treatment(StrEnum):
    """What was done with a distribution file."""

    READ = "read"
    LISTED = "listed"  # the names and sizes of its members alone
    NOT_READ = "not read"


class ReleaseFile(Struct, frozen=True, kw_only=True):
    """One distribution file of a release. sha256: None where neither index nor bytes were there to say it."""

    filename: str
    sha256: str | None
    size: int | None = None
    treatment: Treatment = Treatment.READ
    reason: str = ""


class ComparedRelease(Struct, frozen=True, kw_only=True):
    """One side of a comparison. files: those that were read first."""

    version: Version
    files: tuple[ReleaseFile, ...]


class FieldChange(Struct, frozen=True, kw_only=True):
    """A field of the core metadata, an entry point, a wheel tag or a top-level name that is not as it was.

    field: such as ``Requires-Dist``, ``entry point``, ``wheel tag``, ``top-level name``. old, new: values that only one
    side has, sorted.
    """

    field: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


class Unasked(Struct, frozen=True, kw_only=True):
    """Something new that runs without being called. what: one sentence."""

    when: When
    path: str
    line: int | None
    what: str


class ApiChange(Struct, frozen=True, kw_only=True):
    """A public name that is gone or that must be used differently. what: one sentence."""

    path: str
    line: int | None
    name: str
    what: str


class NoteSection(Struct, frozen=True, kw_only=True):
    """The notes of one version. text: as the project wrote it, with its markup."""

    version: str
    text: str


class ReleaseNotes(Struct, frozen=True, kw_only=True):
    """What the project says about the releases after the old one up to the new one, the newest first.

    source: where it stands, such as ``CHANGELOG.md in x-1.0.tar.gz``; empty where nothing was found. markup:
    ``markdown``, ``rst`` or ``plain``. cut: characters that were left out for their number. unmentioned: areas of code
    that changed and that no note mentions, each with the executable lines changed there. remark: what is missing from
    the notes, such as a section for the new version; empty where nothing is.
    """

    source: str = ""
    markup: str = "plain"
    sections: tuple[NoteSection, ...] = ()
    cut: int = 0
    unmentioned: tuple[tuple[str, int], ...] = ()
    remark: str = ""


class NotAnalysed(Struct, frozen=True, kw_only=True):
    """Something that was not looked at, and why."""

    path: str
    reason: str


class DiffResult(Struct, frozen=True, kw_only=True):
    """All that ``pinkeeper diff`` tells.

    findings: the gravest first. changes: by path. unasked: what runs without being called. links: (label, URL) of the
    new release's core metadata, as written. elapsed: seconds.
    """

    name: NormalizedName
    old: ComparedRelease
    new: ComparedRelease
    verdict: Verdict
    findings: tuple[Finding, ...]
    changes: tuple[FileChange, ...]
    fields: tuple[FieldChange, ...] = ()
    unasked: tuple[Unasked, ...] = ()
    api: tuple[ApiChange, ...] = ()
    notes: ReleaseNotes = ReleaseNotes()
    not_analysed: tuple[NotAnalysed, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    elapsed: float = 0.0

    @property
    def gravest(self) -> Severity | None:
        """The gravest severity of all findings, None where there is none."""
        return min((finding.severity for finding in self.findings), key=lambda severity: severity.rank, default=None)
