"""RECORD, the list of a wheel's files with their hashes (recording installed projects; binary distribution format)."""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
from collections.abc import Callable, Mapping

from msgspec import Struct
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.contents import AnomalyKind, Entry
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.member_names import printable
from pinkeeper.errors import ArtifactError

__all__ = ["RecordRow", "check_record", "parse_record"]

_DIST_INFO = ".dist-info"
# 100 000 rows of some three hundred bytes.
_RECORD_LIMIT = 32 * 1024 * 1024
_ROW_LIMIT = 200_000
_MOST_FIELDS = 3
_STRONG = frozenset({"sha384", "sha512"})
# What signs RECORD, or is RECORD, cannot be listed in it with a hash.
_UNHASHED = ("RECORD", "RECORD.jws", "RECORD.p7s")


class RecordRow(Struct, frozen=True, gc=False):
    """path: as written. algorithm: empty where there is no hash. digest: hexadecimal. size: None where not given."""

    path: str
    algorithm: str
    digest: str
    size: int | None


def parse_record(content: bytes) -> tuple[RecordRow, ...]:
    """The rows. Raises ValueError with the reason where it is no table of paths, hashes and sizes."""
    if len(content) > _RECORD_LIMIT:
        raise ValueError(f"it has more than {_RECORD_LIMIT} bytes")
    text = content.decode("utf-8")
    rows = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if number > _ROW_LIMIT:
                raise ValueError(f"it has more than {_ROW_LIMIT} rows")
            if not row:
                continue
            if len(row) > _MOST_FIELDS:
                raise ValueError(f"its row {number} has {len(row)} fields")
            path, written, size = (*row, "", "")[:_MOST_FIELDS]
            algorithm, digest = _hash(written, number)
            rows.append(RecordRow(path, algorithm, digest, _size(size, number)))
    except csv.Error as error:
        raise ValueError(str(error)) from error
    return tuple(rows)


def check_record(entries: Mapping[str, Entry], read: Callable[[str], bytes], *, filename: str, log: AnomalyLog) -> None:
    """Hold a wheel's RECORD against its content; unread members that it lists are not missed."""
    folder = _dist_info_folder(entries, filename, log)
    path = f"{folder}/RECORD"
    if folder is None or path not in entries:
        log.add(AnomalyKind.RECORD_MISSING, None, "it has no RECORD")
        return
    try:
        rows = parse_record(read(path))
    except (ArtifactError, ValueError) as error:
        log.add(AnomalyKind.RECORD_MISMATCH, path, f"it cannot be read: {shown(str(error))}")
        return
    unhashed = {f"{folder}/{name}" for name in _UNHASHED}
    listed = _listed(rows, log)
    not_missed = unhashed | {one.path for one in log.unread}
    for listed_path, row in listed.items():
        entry = entries.get(listed_path)
        if entry is not None:
            _check_row(row, entry, read, log, needs_hash=listed_path not in unhashed)
        elif listed_path not in not_missed:
            log.add(AnomalyKind.RECORD_ABSENT, listed_path, "RECORD lists it, but it is not there")
    for member in entries:
        if member not in listed and member not in unhashed:
            log.add(AnomalyKind.RECORD_UNLISTED, member, "RECORD does not list it")


def _listed(rows: tuple[RecordRow, ...], log: AnomalyLog) -> dict[str, RecordRow]:
    """Rows of files, by the path that `Contents` gives to a member."""
    listed: dict[str, RecordRow] = {}
    for row in rows:
        if row.path.endswith("/"):
            continue
        path = _normal(row.path)
        before = listed.setdefault(path, row)
        if (before.algorithm, before.digest, before.size) != (row.algorithm, row.digest, row.size):
            log.add(AnomalyKind.RECORD_MISMATCH, path, "RECORD lists it twice, not alike")
    return listed


def _dist_info_folder(entries: Mapping[str, Entry], filename: str, log: AnomalyLog) -> str | None:
    """That of the file's own name, else the only one; a second one is told."""
    folders = sorted({top for path in entries for top, _, rest in [path.partition("/")] if rest and _is_info(top)})
    try:
        project = str(parse_wheel_filename(filename)[0])
    except (InvalidWheelFilename, ValueError):
        project = ""
    own = [
        folder for folder in folders if canonicalize_name(folder.removesuffix(_DIST_INFO).rpartition("-")[0]) == project
    ]
    chosen = next(iter([*own, *folders]), None)
    for folder in folders:
        if folder != chosen:
            log.add(AnomalyKind.MISPLACED, folder, f"it is a .dist-info folder beside {shown(str(chosen))}")
    return chosen


def _is_info(folder: str) -> bool:
    return folder.endswith(_DIST_INFO)


def _check_row(
    row: RecordRow, entry: Entry, read: Callable[[str], bytes], log: AnomalyLog, *, needs_hash: bool
) -> None:
    if row.size is not None and row.size != entry.size:
        detail = f"RECORD says {row.size} bytes, it has {entry.size}"
    elif not row.algorithm:
        if not needs_hash:
            return
        detail = "RECORD has no hash of it"
    elif row.algorithm == "sha256":
        if row.digest == entry.sha256:
            return
        detail = "its content does not have the hash that RECORD says"
    elif row.algorithm in _STRONG:
        try:
            if hashlib.new(row.algorithm, read(entry.path)).hexdigest() == row.digest:
                return
            detail = "its content does not have the hash that RECORD says"
        except ArtifactError as error:
            detail = f"its content could not be read again: {error.what}"
    else:
        detail = f"RECORD has a hash of it that the format does not allow: {shown(row.algorithm)}"
    log.add(AnomalyKind.RECORD_MISMATCH, entry.path, detail)


def _hash(written: str, number: int) -> tuple[str, str]:
    if not written:
        return "", ""
    algorithm, _, encoded = written.partition("=")
    try:
        digest = base64.urlsafe_b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4))
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"its row {number} has no hash that can be read") from error
    return algorithm.lower(), digest.hex()


def _size(written: str, number: int) -> int | None:
    if not written:
        return None
    # Twenty digits are more than any file has; int() of a very long number takes its time.
    if not (written.isascii() and written.isdigit() and len(written) <= 20):  # noqa: PLR2004
        raise ValueError(f"its row {number} has no size that can be read")
    return int(written)


def _normal(path: str) -> str:
    """As members are named in `Contents`."""
    if "\\" in path or "./" in path or "//" in path or path.startswith("/"):
        path = "/".join(part for part in path.split("/") if part not in {"", "."})
    return printable(path)
