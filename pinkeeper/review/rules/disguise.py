"""Files that are not what their names say: programs, archives and packed objects called pictures or texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.file_ends import bytes_behind
from pinkeeper.review.rules.pickled_calls import pickled_call
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_LARGEST = 32 * 2**20
_MOST_FILES = 3000
_LOOKED_AT = frozenset({FileKind.DATA, FileKind.ARCHIVE, FileKind.NATIVE, FileKind.BYTECODE, FileKind.DOCUMENTATION})

# How files of a suffix begin; a picture that begins otherwise is none.
_BEGINNINGS = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".gif": (b"GIF87a", b"GIF89a"),
    ".webp": (b"RIFF",),
    ".bmp": (b"BM",),
    ".ico": (b"\0\0\1\0", b"\0\0\2\0", b"\x89PNG"),
    ".wav": (b"RIFF", b"RIFX", b"RF64"),
    ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"),
    ".ogg": (b"OggS",),
    ".flac": (b"fLaC",),
    ".pdf": (b"%PDF",),
    ".ttf": (b"\0\1\0\0", b"true", b"OTTO", b"ttcf"),
    ".otf": (b"OTTO", b"\0\1\0\0"),
    ".woff": (b"wOFF",),
    ".woff2": (b"wOF2",),
}
_TEXTS = frozenset(
    {".txt", ".md", ".rst", ".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".csv", ".svg", ".html", ".css"}
)

# What can become code once somebody opens it.
_POWERS = (
    (re.compile(rb"PK\x03\x04|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\0|7z\xbc\xaf\x27\x1c|\x28\xb5\x2f\xfd"), "an archive"),
    (re.compile(rb"\x7fELF|MZ.{58}|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe|\0asm", re.DOTALL), "a program"),
    (re.compile(rb"\x80[\x02-\x05][\x95c}\]\(K]"), "pickled objects"),
    (re.compile(rb"..\r\n.{0,12}\xe3", re.DOTALL), "compiled Python"),
    (re.compile(rb"#!\s*/"), "a script"),
)
# What stands behind the end of a picture is read by nobody who looks at it.
_BEHIND = 64


def _look(material: Material) -> Iterable[Sighting]:
    seen = 0
    for change in material.changes:
        path = change.new_path
        if (
            path is None
            or change.status not in {ChangeStatus.ADDED, ChangeStatus.CHANGED}
            or change.kind not in _LOOKED_AT
        ):
            continue
        seen += 1
        if seen > _MOST_FILES:
            yield Sighting(
                severity=Severity.MEDIUM,
                summary=f"more than {_MOST_FILES:,} files of data are new: of the others nobody looked at the content",
                path=path,
                subject="not read",
            )
            return
        yield from _seen(change, path, _suffix(path), material)


def _seen(change: FileChange, path: str, suffix: str, material: Material) -> Iterator[Sighting]:
    entry = material.new.main.entries[path]
    if not entry.size or entry.size > _LARGEST:
        return
    content = material.new.main.read(path)
    grave = Severity.MEDIUM if is_test(path) else Severity.HIGH
    call = None if change.kind in {FileKind.NATIVE, FileKind.DOCUMENTATION} else pickled_call(content)
    if call is not None:
        yield Sighting(
            severity=grave,
            summary=f"packed objects that call {call} as soon as somebody opens them",
            path=path,
            subject=f"pickled {call}",
        )
        return
    if suffix not in _BEGINNINGS and suffix not in _TEXTS:
        return
    power = next((what for pattern, what in _POWERS if pattern.match(content)), None)
    beginnings = _BEGINNINGS.get(suffix, ())
    is_right = content.startswith(beginnings) if beginnings else power is None
    if not is_right and power is not None:
        yield Sighting(
            severity=grave,
            summary=f"it is called {suffix}, and is {power}",
            path=path,
            subject=f"disguise {suffix}",
        )
    elif not is_right and change.status is ChangeStatus.ADDED and _is_binary(content):
        yield Sighting(
            severity=Severity.MEDIUM,
            summary=f"it is called {suffix}, and does not begin as such a file does",
            path=path,
            subject=f"disguise {suffix}",
        )
    elif is_right and (behind := bytes_behind(content, suffix)) > _BEHIND:
        yield Sighting(
            severity=grave,
            summary=f"{behind:,} bytes stand behind the end of what is shown",
            path=path,
            subject=f"behind {suffix}",
        )


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:4096]


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    return f".{name.rpartition('.')[2]}" if "." in name.strip(".") else ""


RULE = Rule(
    id="disguise",
    severity=Severity.HIGH,
    title="a file that is not what it is called",
    means=(
        "A picture, a font or a text by its name, an archive, a program or packed objects by its content; a picture "
        "or a sound with something behind its end; or packed objects that call a program when they are opened. Whoever "
        "looks through the files passes over it, and code can still open it."
    ),
    attack="Payloads hidden in a logo.png or a .wav of a package (telnyx 4.87.1), taken out by a few lines of code.",
    judge="Which code opens the file, and what does it do with the bytes?",
    look=_look,
)
