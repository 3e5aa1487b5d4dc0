"""The files of two distribution files, compared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.artifacts.contents import Contents, Entry
from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind, NotAnalysed
from pinkeeper.model.hunk import Hunk
from pinkeeper.review.comparison.kinds import HEAD_SIZE, file_kind
from pinkeeper.review.comparison.lines import LINE_LIMIT, LineChanges, compare_lines, hunks_of, text_lines
from pinkeeper.review.comparison.moved import MovedCode
from pinkeeper.review.comparison.pairing import Pair, pair_files

__all__ = ["TEXT_LIMIT", "CodeLines", "FileComparison", "compare_contents"]

TEXT_LIMIT = 2 * 1024 * 1024
"""Bytes of a file beyond which its lines are not compared."""

CodeLines = Callable[[Contents, str], Collection[int]]
"""The 1-based numbers of the lines of a Python file on which an executable statement begins."""

_CODE = frozenset({FileKind.PYTHON, FileKind.STARTUP, FileKind.BUILD})
_SHOWN_IN_ANY_CASE = _CODE | {FileKind.METADATA}
"""Kinds whose long lines are cut in hunks; of others a file with such lines is a packed one and not shown."""
_MOVING = _CODE | {FileKind.SCRIPT}
_OPAQUE = frozenset({FileKind.NATIVE, FileKind.BYTECODE, FileKind.ARCHIVE})
_READABLE = frozenset(FileKind) - _OPAQUE - {FileKind.DATA}

_LISTINGS = frozenset({"RECORD", "SOURCES.txt"})
"""Metadata that lists all files; what it would show is what the comparison tells, and RECORD is checked elsewhere."""

_LINES_OF_CODE_FILE, _LINES_OF_FILE = 5000, 1000
_LINES_OF_CODE, _LINES_OF_OTHERS = 200_000, 40_000
"""Lines of hunks, of one file and of all; code has its own budget, so that others cannot use it up."""
_COMPARED_LINES = 4_000_000

_TOO_LARGE = "its lines were not compared: it has more than 2 MB"
_NO_TEXT = "its lines were not compared: it is no text"
_TOO_MANY = "its lines were not compared: the releases have too many lines that changed"
_LONG_LINES = "its lines are not shown: some have more than 5,000 characters"
_CUT_LINES = "lines of more than 5,000 characters are cut"
_CUT = "not all lines that changed are shown: there are too many"


class FileComparison(Struct, frozen=True, kw_only=True, eq=False):
    """What became of the files.

    changes: by path; files that are as they were are left out. not_analysed: by path. origins: the old path of each new
    file that was there before, also of those that did not change, by its new path.
    """

    changes: tuple[FileChange, ...]
    not_analysed: tuple[NotAnalysed, ...]
    origins: Mapping[str, str]


def compare_contents(old: Contents, new: Contents, *, code_lines: CodeLines) -> FileComparison:
    """Pair the files of two distribution files and compare those whose content differs.

    code_lines: asked for the Python files whose lines changed, tests and documentation left out. Contents are read one
    after the other and let go. Raises ArtifactError where they cannot be read any more.
    """
    kinds = _Kinds()
    pairs = pair_files(old, new, kind_of=kinds.of)
    comparer = _Comparer(old, new, kinds, code_lines)
    changes = [comparer.change(pair) for pair in pairs if not pair.is_same]
    unread = [NotAnalysed(path=item.path, reason=item.reason) for item in new.unread]
    unread += [NotAnalysed(path=item.path, reason=f"in the old release: {item.reason}") for item in old.unread]
    return FileComparison(
        changes=tuple(
            sorted(
                (replace(change, moved=comparer.moved.count(change.path)) for change in changes),
                key=lambda change: (change.path, change.status),
            )
        ),
        not_analysed=tuple(sorted((*comparer.not_analysed, *unread), key=lambda item: (item.path, item.reason))),
        origins={pair.new.path: pair.old.path for pair in pairs if pair.old is not None and pair.new is not None},
    )


class _Kinds:
    """The kind of each file that somebody asked for; its first bytes are read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], FileKind] = {}

    def of(self, contents: Contents, entry: Entry) -> FileKind:
        known = self._known.get((entry.sha256, entry.path))
        return known or self.of_content(entry, contents.read(entry.path))

    def of_content(self, entry: Entry, content: bytes) -> FileKind:
        """The same, of a file that is read anyway."""
        key = (entry.sha256, entry.path)
        if key not in self._known:
            self._known[key] = file_kind(entry.path, content[:HEAD_SIZE])
        return self._known[key]


class _Side(Struct, frozen=True, kw_only=True):
    """One side of a pair. content: empty where it is missing, no text, or too large."""

    kind: FileKind | None = None
    content: bytes = b""
    is_text: bool = True
    is_too_large: bool = False


class _Comparer:
    """Compares one pair after the other, within what is left of the budgets."""

    def __init__(self, old: Contents, new: Contents, kinds: _Kinds, code_lines: CodeLines) -> None:
        self._old, self._new, self._kinds, self._code_lines = old, new, kinds, code_lines
        self._room = {True: _LINES_OF_CODE, False: _LINES_OF_OTHERS}
        self._compared = _COMPARED_LINES
        self.moved = MovedCode()
        self.not_analysed: list[NotAnalysed] = []

    def change(self, pair: Pair) -> FileChange:
        """What became of a file that is not as it was."""
        if pair.similarity == 1:  # elsewhere, and the same: nothing in it needs to be looked at
            before, after = self._unread(self._old, pair.old), self._unread(self._new, pair.new)
        else:
            before, after = self._side(self._old, pair.old), self._side(self._new, pair.new)
        kind = after.kind or before.kind
        assert kind is not None
        one, other = pair.old, pair.new
        change = FileChange(
            status=_status(pair),
            kind=kind,
            old_path=None if one is None else one.path,
            new_path=None if other is None else other.path,
            old_size=None if one is None else one.size,
            new_size=None if other is None else other.size,
            old_sha256=None if one is None else one.sha256,
            new_sha256=None if other is None else other.sha256,
            similarity=pair.similarity,
            old_kind=before.kind if after.kind and before.kind is not after.kind else None,
            is_text=before.is_text and after.is_text,
        )
        if change.old_sha256 == change.new_sha256 or {before.kind, after.kind} & _OPAQUE:
            return change
        return self._with_lines(change, before, after)

    def _unread(self, contents: Contents, entry: Entry | None) -> _Side:
        return _Side() if entry is None else _Side(kind=self._kinds.of(contents, entry), is_text=False)

    def _side(self, contents: Contents, entry: Entry | None) -> _Side:
        if entry is None:
            return _Side()
        content = contents.read(entry.path)
        kind = self._kinds.of_content(entry, content)
        is_too_large = len(content) > TEXT_LIMIT
        is_text = kind not in _OPAQUE and b"\0" not in (content[:TEXT_LIMIT] if is_too_large else content)
        return _Side(
            kind=kind,
            content=content if is_text and not is_too_large else b"",
            is_text=is_text and not is_too_large,
            is_too_large=is_too_large and is_text,
        )

    def _with_lines(self, change: FileChange, before: _Side, after: _Side) -> FileChange:
        if before.is_too_large or after.is_too_large:
            return self._without_lines(change, _TOO_LARGE)
        if not change.is_text:
            return self._without_lines(change, _NO_TEXT) if change.kind in _READABLE else change
        if self._compared <= 0:
            return self._without_lines(replace(change, is_text=False), _TOO_MANY)
        changes = compare_lines(text_lines(before.content), text_lines(after.content))
        self._compared -= len(changes.old) + len(changes.new)
        self._learn_moves(change, changes)
        code_added, code_removed = self._code_changes(change, changes)
        return replace(
            change,
            added=changes.added,
            removed=changes.removed,
            code_added=code_added,
            code_removed=code_removed,
            hunks=self._hunks(change, changes),
        )

    def _without_lines(self, change: FileChange, reason: str) -> FileChange:
        """A file whose lines are not compared; as a whole it is added or removed all the same."""
        self.not_analysed.append(NotAnalysed(path=change.path, reason=reason))
        added = self._executable(self._new, change.new_path, change.kind) if change.old_path is None else ()
        removed = self._executable(self._old, change.old_path, change.kind) if change.new_path is None else ()
        return replace(change, code_added=len(added), code_removed=len(removed))

    def _learn_moves(self, change: FileChange, changes: LineChanges) -> None:
        old_kind = change.old_kind or change.kind
        if change.old_path is not None and old_kind in _MOVING:
            self.moved.stood(changes.old, group=old_kind is FileKind.SCRIPT)
        if change.kind in _MOVING:
            for _, _, start, end in changes.blocks:
                self.moved.was_added(change.path, changes.new, start, end, group=change.kind is FileKind.SCRIPT)

    def _code_changes(self, change: FileChange, changes: LineChanges) -> tuple[int, int]:
        """Executable lines that were added and removed."""
        if not changes.blocks:
            return 0, 0
        after = self._executable(self._new, change.new_path, change.kind)
        before = self._executable(self._old, change.old_path, change.old_kind or change.kind)
        return (
            sum(after_line in after for block in changes.blocks for after_line in range(block[2] + 1, block[3] + 1)),
            sum(before_line in before for block in changes.blocks for before_line in range(block[0] + 1, block[1] + 1)),
        )

    def _executable(self, contents: Contents, path: str | None, kind: FileKind) -> frozenset[int]:
        if path is None or kind not in _CODE or not _may_be_python(path, kind):
            return frozenset()
        return frozenset(self._code_lines(contents, path))

    def _hunks(self, change: FileChange, changes: LineChanges) -> tuple[Hunk, ...]:
        if change.kind is FileKind.METADATA and change.path.rpartition("/")[2] in _LISTINGS:
            return ()
        has_long = any(max(map(len, lines), default=0) > LINE_LIMIT for lines in (changes.old, changes.new))
        if has_long and change.kind not in _SHOWN_IN_ANY_CASE:
            if changes.blocks:
                self.not_analysed.append(NotAnalysed(path=change.path, reason=_LONG_LINES))
            return ()
        is_code = change.kind in _CODE
        room = self._room[is_code]
        hunks, is_whole = hunks_of(changes, limit=min(_LINES_OF_CODE_FILE if is_code else _LINES_OF_FILE, room))
        self._room[is_code] = room - sum(len(hunk.lines) for hunk in hunks)
        if not is_whole:
            self.not_analysed.append(NotAnalysed(path=change.path, reason=_CUT))
        if has_long and hunks:
            self.not_analysed.append(NotAnalysed(path=change.path, reason=_CUT_LINES))
        return hunks


def _status(pair: Pair) -> ChangeStatus:
    if pair.old is None:
        return ChangeStatus.ADDED
    if pair.new is None:
        return ChangeStatus.REMOVED
    return ChangeStatus.RENAMED if pair.is_renamed else ChangeStatus.CHANGED


def _may_be_python(path: str, kind: FileKind) -> bool:
    """Whether a file of a kind that Python files have may have executable lines; type stubs have none."""
    return (kind is FileKind.PYTHON and not path.endswith(".pyi")) or path.endswith(".py")
