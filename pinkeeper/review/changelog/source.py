"""Where release notes may stand: files of a release that look like a changelog, and its long description."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.artifacts.contents import Contents
from pinkeeper.errors import ArtifactError
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changelog.version_titles import version_in_file_name
from pinkeeper.review.changelog.vocabulary import OTHER_FOLDERS

__all__ = ["READ_LIMIT", "NoteSource", "note_sources"]

READ_LIMIT = 4 * 1024 * 1024
"""Bytes that are read of one file."""

_TOTAL_LIMIT = 16 * 1024 * 1024
_FILE_LIMIT = 200
_DEPTH_LIMIT = 6  # folders above a file
_ENDINGS = {".md": "markdown", ".markdown": "markdown", ".mdx": "markdown", ".mkd": "markdown", ".rst": "rst"}
_OTHER_ENDINGS = frozenset({"", ".txt", ".html", ".htm", ".adoc"})
_PAGES = frozenset({".html", ".htm"})  # mostly made from a file that is easier to read
_NOTES = lazy_pattern(
    r"(?:.{0,40}[-_. ])?(?:change[-_ ]?logs?|changes|history|news|release[-_ ]?(?:notes?|history)|releases|"
    r"version[-_ ]?history|what'?s?[-_ ]?(?:is[-_ ])?new)(?:[-_. ].{0,40})?"
)
_FOLDERS = lazy_pattern(
    r"change[-_]?logs?|changes|history|news|release[-_]?(?:notes?|history)?|releases|what'?s?[-_]?new|versions|updates"
)
_DOCS = frozenset({"doc", "docs", "documentation", "site", "website"})
_NUMBERS = lazy_pattern(r"[0-9]+")
_DESCRIPTION = "long description"


class NoteSource(Struct, frozen=True, kw_only=True):
    """A text that may hold release notes.

    name: for people, such as ``CHANGELOG.md in x-1.0.tar.gz``. place: files that continue each other (one a version)
    have the same. markup: ``markdown``, ``rst`` or ``plain``. version: the one that the file is about by its name.
    rank: 0 is where one looks first. left_out: bytes of the file that were not read.
    """

    name: str
    place: str
    text: str
    markup: str
    version: Version | None = None
    rank: int = 0
    is_description: bool = False
    left_out: int = 0


class _Candidate(Struct, frozen=True):
    rank: int
    path: str
    size: int
    place: str
    version: Version | None


def note_sources(contents: Contents, *, name: NormalizedName, old: Version, new: Version) -> tuple[NoteSource, ...]:
    """The texts in a distribution file that may hold notes of the versions after `old` up to `new`.

    The likeliest come first. A file that cannot be read is left out.
    """
    sources = []
    budget = _TOTAL_LIMIT
    candidates = sorted(_candidates(contents, name, old=old, new=new), key=lambda found: (found.rank, found.path))
    for candidate in candidates[:_FILE_LIMIT]:
        size = min(candidate.size, READ_LIMIT)
        if size > budget:
            continue
        try:
            content = contents.read(candidate.path)
        except ArtifactError:
            continue  # whoever compares the files tells it
        budget -= size
        ending = "." + candidate.path.rpartition(".")[2].lower()
        sources.append(
            NoteSource(
                name=f"{candidate.path} in {contents.filename}",
                place=f"{candidate.place} in {contents.filename}",
                text=_decoded(content[:READ_LIMIT]),
                markup=_ENDINGS.get(ending, "plain"),
                version=candidate.version,
                rank=candidate.rank,
                left_out=max(len(content) - READ_LIMIT, 0),
            )
        )
    description = _description(contents)
    return (*sources, description) if description is not None else tuple(sources)


def _candidates(contents: Contents, name: NormalizedName, *, old: Version, new: Version) -> Iterator[_Candidate]:
    for path, entry in contents.entries.items():
        *folders, file = path.lower().split("/")
        dot = file.rfind(".")
        stem, ending = (file[:dot], file[dot:]) if dot > 0 else (file, "")
        if ending not in _ENDINGS and ending not in _OTHER_ENDINGS:
            if not ending[1:].isdecimal():
                continue
            stem = file  # ``CHANGES-1.2``
        if len(folders) > _DEPTH_LIMIT or not OTHER_FOLDERS.isdisjoint(folders):
            continue
        rank = _rank(folders) + (ending in _PAGES)
        folder = path.rpartition("/")[0]
        if _NOTES.fullmatch(stem) is not None:
            series = _NUMBERS.sub("", stem)
            yield _Candidate(rank, path, entry.size, path if series == stem else f"{folder}/{series}{ending}", None)
        elif any(_FOLDERS.fullmatch(part) is not None for part in folders):
            title = version_in_file_name(stem, name)
            if title is not None and _is_near(title.versions[0], old=old, new=new):
                yield _Candidate(rank, path, entry.size, f"{folder}/", title.versions[0])


def _is_near(version: Version, *, old: Version, new: Version) -> bool:
    """Whether a file about a version may hold notes of the range: it may also be about all of its patch releases."""
    return old < version <= new or (
        old.release[: len(version.release)] <= version.release <= new.release[: len(version.release)]
        and len(version.release) < max(len(new.release), 3)
    )


def _rank(folders: list[str]) -> int:
    if not folders or folders[0].endswith((".dist-info", ".egg-info")):
        return 0
    return 1 if not _DOCS.isdisjoint(folders) else 2


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def _description(contents: Contents) -> NoteSource | None:
    """The body of the core metadata (or its Description field, as before Metadata 2.1), None where there is none."""
    paths = [
        path
        for path in contents.entries
        if path == "PKG-INFO" or (path.count("/") == 1 and path.endswith(".dist-info/METADATA"))
    ]
    if not paths:
        return None
    try:
        content = contents.read(paths[0])
    except ArtifactError:
        return None
    text = _decoded(content[:READ_LIMIT]).replace("\r\n", "\n")
    head, _, body = text.partition("\n\n")
    content_type, folded = "", []
    in_description = False
    for line in head.split("\n"):
        if line[:1] not in (" ", "\t"):
            field, _, value = line.partition(":")
            in_description = field.lower() == "description"
            if in_description:
                folded.append(value.strip())
            elif field.lower() == "description-content-type":
                content_type = value.strip().lower()
        elif in_description:
            folded.append(line.removeprefix("        ").removeprefix("       |"))
    body = body if body.strip() else "\n".join(folded)
    if not body.strip():
        return None
    markup = "markdown" if content_type.startswith("text/markdown") else "rst"
    return NoteSource(
        name=f"{_DESCRIPTION} of {contents.filename}",
        place=f"{_DESCRIPTION} of {contents.filename}",
        text=body,
        markup="plain" if content_type.startswith("text/plain") else markup,
        rank=4,
        is_description=True,
        left_out=max(len(content) - READ_LIMIT, 0),
    )
