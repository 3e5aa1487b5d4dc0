"""The sections of a changelog that are about versions in a range."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.review.changelog.headings import WEAK, Heading, find_headings
from pinkeeper.review.changelog.version_titles import VersionTitle, is_unreleased_title, read_version_title

__all__ = ["Found", "Section", "sections_between", "text_below"]

_LINE_PARTS = 2  # of a version that stands for all its patch releases
_LONGEST_OWNER = 3  # words in the name of another project


class Section(Struct, frozen=True, kw_only=True):
    """What stands below one heading, up to the next. text: without blank lines around it."""

    version: Version
    text: str


class Found(Struct, frozen=True, kw_only=True):
    """sections: with a text, the newest first, one a version. has_unreleased: there is a part for what is to come.

    versions: of all headings that were taken for those of a version, in the range or not.
    """

    sections: tuple[Section, ...] = ()
    has_unreleased: bool = False
    versions: frozenset[Version] = frozenset()


class _Titled(Struct, frozen=True):
    heading: Heading
    title: VersionTitle


def sections_between(
    text: str, *, markup: str, name: NormalizedName, old: Version, new: Version, below: Sequence[str] = ()
) -> Found:
    """The sections of versions after `old` up to and including `new`.

    below: words of which one must stand in a heading; then only what is below that heading counts.
    """
    lines = text.splitlines()
    headings = find_headings(lines, markup=markup)
    firm = [heading for heading in headings if heading.level < WEAK]
    if below:
        firm = headings = _below(firm, below)
    best = Found()
    for candidates in (firm, headings):
        titled = _of_project(_titled(_own_part(candidates, name), name))
        found = _cut_out(lines, candidates, titled, old=old, new=new)
        if len(found.sections) > len(best.sections) or not best.versions:
            best = found
        if best.sections and candidates is firm:
            break
    return best


def text_below(text: str, *, markup: str, words: Sequence[str]) -> str:
    """What stands below the first heading with one of `words` in it, up to the next one as high."""
    lines = text.splitlines()
    firm = [heading for heading in find_headings(lines, markup=markup) if heading.level < WEAK]
    for at, heading in enumerate(firm):
        if any(word in heading.title.lower() for word in words):
            after = (other.start for other in firm[at + 1 :] if other.level <= heading.level)
            return _trimmed(lines[heading.end : next(after, len(lines))])
    return ""


def _titled(headings: Iterable[Heading], name: NormalizedName) -> list[_Titled]:
    """Headings that are those of a version.

    One that says more than a version counts only beside plain ones of its level: a subsection may begin with a number.
    """
    read = [
        _Titled(heading, title)
        for heading in headings
        if (title := read_version_title(heading.title, name)) is not None and (heading.level < WEAK or title.is_plain)
    ]
    levels = {item.heading.level for item in read if item.title.is_plain or item.title.owner}
    if not levels:
        levels = {min((item.heading.level for item in read), default=0)}
    return [item for item in read if item.title.is_plain or item.heading.level in levels]


def _of_project(titled: Sequence[_Titled]) -> list[_Titled]:
    """Those that name no other project; where all name one and the same, that is the project by another name."""
    own = [item for item in titled if not item.title.owner]
    if own or not titled:
        return own
    owners = Counter(item.title.owner for item in titled)
    (owner, _), *others = owners.most_common()
    return [] if others or len(owner.split()) > _LONGEST_OWNER else list(titled)


def _own_part(headings: Sequence[Heading], name: NormalizedName) -> Sequence[Heading]:
    """Of a file about several projects, each below a heading with its name, the part about this one."""
    for at, heading in enumerate(headings):
        if heading.level >= WEAK or canonicalize_name(heading.title.strip("`* ")) != name:
            continue
        end = next((i for i in range(at + 1, len(headings)) if headings[i].level <= heading.level), len(headings))
        if any(item.level == heading.level for item in headings[:at]) or end < len(headings):
            inside = headings[at + 1 : end]
            if any(read_version_title(item.title, name) for item in inside):
                return inside
    return headings


def _below(headings: Sequence[Heading], words: Sequence[str]) -> list[Heading]:
    for at, heading in enumerate(headings):
        if any(word in heading.title.lower() for word in words):
            end = next((i for i in range(at + 1, len(headings)) if headings[i].level <= heading.level), len(headings))
            if end > at + 1:
                return list(headings[at + 1 : end])
    return []


def _cut_out(
    lines: Sequence[str], headings: Sequence[Heading], titled: Sequence[_Titled], *, old: Version, new: Version
) -> Found:
    all_versions = [version for item in titled for version in item.title.versions]
    by_line = _is_by_line(all_versions)
    unreleased = {heading.start for heading in headings if is_unreleased_title(heading.title)}
    starts = {item.heading.start for item in titled}
    ends = _ends(headings, starts | unreleased, line_count=len(lines))
    texts: dict[Version, list[str]] = {}
    for item in titled:
        version = _wanted(item.title, old=old, new=new, by_line=by_line)
        if version is None:
            continue
        narrow, wide = ends[item.heading.start]
        text = _trimmed(lines[item.heading.end : narrow]) or _trimmed(lines[item.heading.end : wide])
        if text:
            texts.setdefault(version, []).append(text)
    return Found(
        sections=tuple(
            Section(version=version, text="\n\n".join(dict.fromkeys(texts[version])))
            for version in sorted(texts, reverse=True)
        ),
        has_unreleased=bool(unreleased),
        versions=frozenset(all_versions),
    )


def _ends(headings: Sequence[Heading], starts: set[int], *, line_count: int) -> dict[int, tuple[int, int]]:
    """Where the section of each heading in `starts` ends: at the next heading as high, and at the next in `starts`."""
    ends: dict[int, tuple[int, int]] = {}
    next_start = line_count
    next_of_level: list[Heading] = []  # those after this one that are higher than all between, the nearest last
    for heading in reversed(headings):
        while next_of_level and next_of_level[-1].level > heading.level:
            next_of_level.pop()
        if heading.start in starts:
            as_high = next_of_level[-1].start if next_of_level and heading.level < WEAK else line_count
            ends[heading.start] = (min(next_start, as_high), next_start)
            next_start = heading.start
        if heading.level < WEAK:
            next_of_level.append(heading)
    return ends


def _is_by_line(versions: Sequence[Version]) -> bool:
    """Whether a project writes one section for ``1.2`` and all its patch releases."""
    return bool(versions) and all(len(version.release) <= _LINE_PARTS for version in versions)


def _wanted(title: VersionTitle, *, old: Version, new: Version, by_line: bool) -> Version | None:
    """The version of a title that is in the range; of several the newest."""
    wanted = [version for version in title.versions if old < version <= new]
    if wanted:
        return max(wanted)
    for version in title.versions:
        covers = title.is_series or (by_line and len(version.release) == _LINE_PARTS and len(new.release) > _LINE_PARTS)
        if covers and new.release[: len(version.release)] == version.release:
            return version
    return None


def _trimmed(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip("\n")
