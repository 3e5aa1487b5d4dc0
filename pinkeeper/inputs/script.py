"""Scripts that declare what they need in a comment block (PEP 723, inline script metadata)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pinkeeper.errors import InputError, PinkeeperError
from pinkeeper.inputs.collected import FileReader, Inputs, raise_problems
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.relative_paths import with_slashes
from pinkeeper.inputs.requirement_text import decode_text, parse_user_requirement
from pinkeeper.inputs.toml_document import TomlDocument, kind_of, load_toml, written
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement

__all__ = ["load_script", "read_script"]

_HEAD = re.compile(r"# /// ([a-zA-Z0-9-]+)")
_END = "# ///"
_KEYS = ("dependencies", "requires-python", "tool")


def read_script(path: str, *, read: FileReader) -> Inputs:
    """Read what a script needs. Raises InputError, or CollectedError with all independent ones."""
    document = load_script(path, read(path))
    problems: list[PinkeeperError] = []
    for key in document.data:
        if key not in _KEYS:
            what = f"there is no such key in the metadata of a script: {key}{or_nearest(key, _KEYS)}"
            problems.append(InputError(what, where=document.place(key)))
    requirements = tuple(_requirements(document, problems))
    requires_python = _requires_python(document, problems)
    raise_problems(problems)
    return Inputs(requirements=requirements, requires_python=requires_python, files=(document.path,))


def load_script(path: str, content: bytes) -> TomlDocument:
    """The metadata of a script, with the lines on which it stands. Raises InputError."""
    shown = with_slashes(path)
    lines = decode_text(content, path=shown).replace("\r\n", "\n").split("\n")
    blocks = [*_blocks(lines)]
    closed = [block for block in blocks if block.end is not None]
    if not closed:
        raise _no_block(shown, lines, [block.start for block in blocks])
    block, *others = closed
    if others:
        raise InputError(
            f"this is a second script block; the first begins on line {block.start + 1}",
            where=f"{shown}:{others[0].start + 1}",
            remedy="join the two",
        )
    # Empty lines stand for those before the block, so that its lines have the numbers of the script's.
    inside = [line[2:] for line in lines[block.start + 1 : block.end]]
    return load_toml(shown, "\n".join([*[""] * (block.start + 1), *inside]).encode())


class _Block(Struct, frozen=True):
    """Indexes of its first and its last line; end is None where it is not closed."""

    start: int
    end: int | None


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """The blocks of type ``script``; those of other types are passed over with all that they hold.

    A block ends at the last ``# ///`` of the comment lines that follow its head.
    """
    number = 0
    while number < len(lines):
        head = _HEAD.fullmatch(lines[number])
        if head is None:
            number += 1
            continue
        start, end = number, None
        number += 1
        while number < len(lines) and (lines[number] == "#" or lines[number].startswith("# ")):
            if lines[number] == _END:
                end = number
            number += 1
        if head[1] == "script":
            yield _Block(start, end)
        if end is not None:
            number = end + 1


def _no_block(path: str, lines: Sequence[str], unclosed: Sequence[int]) -> InputError:
    if unclosed:
        return InputError(
            "the script block that begins here is not closed",
            where=f"{path}:{unclosed[0] + 1}",
            remedy=f'end it with the line "{_END}"; until then, each line begins with "# "',
        )
    for number, line in enumerate(lines, start=1):
        if "".join(line.split()).lower() == "#///script":
            return InputError(
                f"the first line of a script block is misspelled: {line.strip()!r}",
                where=f"{path}:{number}",
                remedy='write exactly "# /// script"',
            )
    return InputError(
        "there is no script block (PEP 723), which would say what the script needs",
        where=path,
        remedy='write it at the top: the lines "# /// script", "# dependencies = [...]" and "# ///"',
    )


def _requirements(document: TomlDocument, problems: list[PinkeeperError]) -> Iterator[InputRequirement]:
    texts = document.data.get("dependencies", [])
    if not isinstance(texts, list):
        problems.append(_expected(document, "an array of strings", texts, "dependencies"))
        return
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            problems.append(_expected(document, "a string", text, "dependencies", number))
            continue
        line = document.line("dependencies", value=text)
        try:
            requirement = parse_user_requirement(text)
        except InputError as error:
            what = f"{written('dependencies', number)} is {error.what}"
            problems.append(InputError(what, where=f"{document.path}:{line}", details=error.details))
        else:
            origin = Origin(path=document.path, line=line, kind=OriginKind.PYPROJECT)
            yield InputRequirement(requirement=requirement, origin=origin)


def _requires_python(document: TomlDocument, problems: list[PinkeeperError]) -> SpecifierSet | None:
    text = document.data.get("requires-python")
    if text is None:
        return None
    if not isinstance(text, str):
        problems.append(_expected(document, "a version specifier", text, "requires-python"))
        return None
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        what = f"requires-python is not a version specifier: {text!r}"
        problems.append(InputError(what, where=document.place("requires-python")))
        return None


def _expected(document: TomlDocument, expected: str, value: object, *keys: str | int) -> InputError:
    return InputError(f"{written(*keys)}: expected {expected}, not {kind_of(value)}", where=document.place(*keys))
