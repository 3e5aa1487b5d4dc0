"""What a project says about the releases between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.comparison import NoteSection, ReleaseNotes
from pinkeeper.review.changelog.sections import Found, Section, sections_between, text_below
from pinkeeper.review.changelog.source import NoteSource

__all__ = ["SECTION_LIMIT", "TOTAL_LIMIT", "release_notes"]

SECTION_LIMIT = 20_000
"""Characters of one version's notes."""

TOTAL_LIMIT = 200_000
"""Characters of all notes together."""

_CHANGELOG_WORDS = ("changelog", "change log", "changes", "history", "release", "news", "what's new", "whats new")
_THIS_RELEASE_WORDS = ("release information", "this release", "latest changes", "latest release")


class _Yield(Struct, frozen=True, kw_only=True):
    """What the sources of one place gave."""

    source: NoteSource
    file_count: int
    found: Found
    left_out: int


def release_notes(
    old: Version,
    new: Version,
    sources: Iterable[NoteSource],
    *,
    name: NormalizedName,
    section_limit: int = SECTION_LIMIT,
    total_limit: int = TOTAL_LIMIT,
) -> ReleaseNotes:
    """The notes of versions after `old` up to and including `new`, from the place that knows most of them.

    Of places that know as many, one that knows `new` itself wins, then one where people look first, then the longest
    text. Limits are in characters; what goes over them is counted in `cut`, and marked in the text.
    """
    yields = [_read(list(group), name=name, old=old, new=new) for group in _grouped(sources)]
    if not yields:
        return ReleaseNotes()
    best = max(yields, key=lambda item: _worth(item, new))
    remark = _remark(best, new)
    if not best.found.sections:
        return ReleaseNotes(remark=remark)
    sections, cut = _within_limits(best.found.sections, section_limit=section_limit, total_limit=total_limit)
    source = best.source.name if best.file_count == 1 else best.source.place
    return ReleaseNotes(source=source, markup=best.source.markup, sections=sections, cut=cut, remark=remark)


def _grouped(sources: Iterable[NoteSource]) -> Iterable[Iterable[NoteSource]]:
    ordered = sorted(sources, key=lambda source: (source.place, source.name))
    return (group for _, group in groupby(ordered, key=lambda source: source.place))


def _read(sources: Sequence[NoteSource], *, name: NormalizedName, old: Version, new: Version) -> _Yield:
    """Read the sources of one place together."""
    texts: dict[Version, list[str]] = {}
    versions: set[Version] = set()
    has_unreleased = False
    giving = []
    for source in sources:
        found = _found_in(source, name=name, old=old, new=new)
        versions |= found.versions
        has_unreleased |= found.has_unreleased
        if found.sections:
            giving.append(source)
        for section in found.sections:
            texts.setdefault(section.version, []).append(section.text)
    if any(old < version <= new for version in texts):
        # A file about a whole line of releases says nothing more where others are about single ones.
        texts = {version: parts for version, parts in texts.items() if old < version <= new}
    sections = tuple(
        Section(version=version, text="\n\n".join(texts[version])) for version in sorted(texts, reverse=True)
    )
    return _Yield(
        source=(giving or sources)[0],
        file_count=len(giving or sources),
        found=Found(sections=sections, has_unreleased=has_unreleased, versions=frozenset(versions)),
        left_out=sum(source.left_out for source in sources),
    )


def _found_in(source: NoteSource, *, name: NormalizedName, old: Version, new: Version) -> Found:
    found = sections_between(source.text, markup=source.markup, name=name, old=old, new=new)
    if source.is_description:
        below = sections_between(source.text, markup=source.markup, name=name, old=old, new=new, below=_CHANGELOG_WORDS)
        found = below if below.sections else found
        if not found.sections and (text := text_below(source.text, markup=source.markup, words=_THIS_RELEASE_WORDS)):
            return Found(sections=(Section(version=new, text=text),), versions=frozenset({new}))
    elif source.version is not None and not found.sections and source.text.strip():
        known = source.version in found.versions
        if not known and old < source.version <= new:
            section = Section(version=source.version, text=source.text.strip("\n"))
            return Found(sections=(section,), has_unreleased=found.has_unreleased, versions=frozenset({source.version}))
    return found


def _worth(item: _Yield, new: Version) -> tuple[int, bool, int, int, str]:
    sections = item.found.sections
    return (
        len(sections),
        any(section.version == new for section in sections),
        -item.source.rank,
        sum(len(section.text) for section in sections),
        item.source.place,
    )


def _remark(item: _Yield, new: Version) -> str:
    remarks = []
    if not any(section.version == new for section in item.found.sections):
        if item.found.has_unreleased:
            remarks.append(f"there is no section for {new}; one for unreleased changes was left out")
        elif item.found.sections:
            remarks.append(f"there is no section for {new}")
    if item.left_out:
        remarks.append(f"{item.left_out} bytes of the file were not read")
    return "; ".join(remarks)


def _within_limits(
    sections: Sequence[Section], *, section_limit: int, total_limit: int
) -> tuple[tuple[NoteSection, ...], int]:
    kept = []
    cut = 0
    for section in sections:
        limit = min(section_limit, total_limit)
        text = section.text
        if len(text) > limit:
            end = text.rfind("\n", 0, limit)
            text = text[: end if end > limit // 2 else limit].rstrip()
            rest = len(section.text) - len(text)
            cut += rest
            text += f"\n\n[{rest} more characters]" if text else f"[{rest} characters]"
        total_limit = max(total_limit - len(text), 0)
        kept.append(NoteSection(version=str(section.version), text=text))
    return tuple(kept), cut
