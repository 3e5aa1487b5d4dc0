"""The option lines of a requirements lock, against the places that its packages are to come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.url import IndexURL
from pinkeeper.workflows.check_command import Tool
from pinkeeper.workflows.check_ground import Ground
from pinkeeper.workflows.check_lines import ReadLines
from pinkeeper.workflows.lock_command import index_lines

__all__ = ["judge_option_lines"]

# (option, value) of a line, the value being empty for a flag.
_Said = tuple[str, str]

_PLACES = frozenset({"--index-url", "--extra-index-url", "--find-links", "--trusted-host", "--no-index"})
# They change nothing that a lock leaves open: every pin is exact and hashed.
_HARMLESS = frozenset({"--require-hashes"})


def judge_option_lines(read: ReadLines, ground: Ground, *, path: str) -> Iterator[CheckFinding]:
    """Find lines that say what nobody asked for, and lines that are not there though the lock should have them.

    In a lock of ours the lines are those that ``lock`` writes, in that order. Other tools may leave them out, for an
    installer can be told otherwise.
    """
    expected = [_cut(line) for line in index_lines(ground.places, output=path)]
    found = [(line, (name, _plain(name, value))) for line, name, value in read.options]
    places = [(line, said) for line, said in found if said[0] in _PLACES]
    asked = Counter(expected if ground.command.tool is Tool.PINKEEPER else (*expected, *_implied(ground)))
    if ground.command.tool is Tool.PINKEEPER:
        yield from _missing(expected, [said for _, said in places], path=path)
    for line, said in places:
        if not asked[said]:
            yield _finding(f"nobody asked for {' '.join(said).strip()}", line, path=path)
        elif ground.command.tool is Tool.PINKEEPER:
            asked[said] -= 1
    if ground.command.tool is Tool.PINKEEPER and Counter(said for _, said in places) == Counter(expected):
        for (line, said), wanted in zip(places, expected, strict=True):
            if said != wanted:
                yield _finding(f"{' '.join(said)} stands where {' '.join(wanted)} belongs", line, path=path)
                break
    for line, (name, value) in found:
        if name not in _PLACES and name not in _HARMLESS and not _is_asked(name, value, ground):
            yield _finding(f"nobody asked for {f'{name} {value}'.strip()}", line, path=path)


def _missing(expected: list[_Said], found: list[_Said], *, path: str) -> Iterator[CheckFinding]:
    for name, value in (Counter(expected) - Counter(found)).elements():
        yield _finding(f"the line {f'{name} {value}'.strip()} is missing", None, path=path)


def _implied(ground: Ground) -> Iterator[_Said]:
    """What other tools write of the places: the default index, folders as they are spelled, pip's configuration."""
    if ground.places.index is not None:
        yield "--index-url", ground.places.index.url
    for location in ground.places.asked.find_links:
        yield "--find-links", _plain("--find-links", location.url)
    for name, value in ground.configured:
        yield name, _plain(name, value)


def _is_asked(name: str, value: str, ground: Ground) -> bool:
    """Whether the project or the lock's own command asks for an option that has nothing to do with places."""
    inputs = ground.inputs
    formats = ground.settings.formats
    if inputs is not None:
        formats = formats.merged(inputs.formats)
    formats = formats.merged(ground.command.formats)
    match name:
        case "--pre":
            return ground.command.pre or ground.settings.pre or (inputs is not None and inputs.pre)
        case "--only-binary":
            return FormatControl().with_only_binary(value).only_binary <= formats.only_binary
        case "--no-binary":
            return FormatControl().with_no_binary(value).no_binary <= formats.no_binary
        case _:
            return False


def _cut(line: str) -> _Said:
    name, _, value = line.partition(" ")
    return name, _plain(name, value)


def _plain(name: str, value: str) -> str:
    """A value without credentials, and an index without its final slash."""
    if name == "--find-links":
        return IndexURL.parse_location(value).url
    return IndexURL.parse(value).url if name in {"--index-url", "--extra-index-url"} else value


def _finding(message: str, line: int | None, *, path: str) -> CheckFinding:
    return CheckFinding(kind="index-line", severity=Severity.ERROR, message=message, path=path, line=line)
