"""Single edits of a lock: of characters, words and lines anywhere, and of the parts that mean something."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

__all__ = ["Edit", "edits"]

# What an edit puts in: characters with a meaning somewhere, and whole words of locks.
_CHARACTERS = "0123456789abcdefz.=<>!~;#\\-_[]{},'\" \t\n\r@/:$%"
_WORDS = (
    "beta", "alpha", "spare", "1.0", "2.0", "==", "===", ">=", "~=", "!=", ";", "#", "\\", "--hash", "-r", "-e", "-c",
    "--pre", "and", "or", "not", "in", "python_version", "sys_platform", "os_name", "extra", "extras", "url", "index",
    "--index-url", "--extra-index-url", "--find-links", "--no-binary", ":all:", "[fast]", "@", "https://host.example/",
    "spare==1.0", "-e .", '"win32"', '"linux"', '"3.12"', "\n", "\r", "\u2028", "\x0c", "${HOME}", "name", "version",
    "[[packages]]", "marker", "wheels", "sdist", "requires-python", "environments", "{}", "[]", "true",
)  # fmt: skip
_FRACTIONS = st.floats(0, 1, exclude_max=True)


@dataclass(frozen=True)
class Edit:
    """One edit. unit: of what; at, other: where, as a part of all such; material: what is put in."""

    kind: str
    unit: str
    at: float
    other: float
    material: str

    def filled(self, digests: Mapping[str, str]) -> Edit:
        """With the digest in the place of ``{FILE NAME}``."""
        name = re.search(r"\{([^{}]+\.(?:whl|tar\.gz))\}", self.material)
        return self if name is None else replace(self, material=self.material.replace(name[0], digests[name[1]]))

    def apply(self, text: str, parts: Mapping[str, str]) -> str:
        """The edited text. parts: patterns of what means something, by the name of the unit."""
        pieces, places = _split(text, self.unit, parts)
        if not places:
            return text
        here, there = places[int(self.at * len(places))], places[int(self.other * len(places))]
        match self.kind:
            case "replace":
                pieces[here] = self.material
            case "delete":
                del pieces[here]
            case "insert":
                pieces.insert(here, self.material)
            case "duplicate":
                pieces.insert(there, pieces[here])
            case "swap":
                pieces[here], pieces[there] = pieces[there], pieces[here]
            case "copy":
                pieces[here] = pieces[there]
            case "move":
                pieces.insert(there, pieces.pop(here))
        return "".join(pieces)


def _split(text: str, unit: str, parts: Mapping[str, str]) -> tuple[list[str], Sequence[int]]:
    """The text in pieces, and which of them are units."""
    match unit:
        case "character":
            pieces = list(text)
        case "word":
            pieces = re.findall(r"\w+|[^\w\s]+|\s+", text)
        case "line":
            pieces = text.splitlines(keepends=True)
        case _:
            pieces, end = [], 0
            for match in re.finditer(parts[unit], text, flags=re.MULTILINE):
                pieces += [text[end : match.start()], match[0]]
                end = match.end()
            return [*pieces, text[end:]], range(1, len(pieces), 2)
    return pieces, range(len(pieces))


def edits(materials: Mapping[str, Sequence[str]]) -> st.SearchStrategy[Edit]:
    """One edit. materials: what may stand in the place of a part, by the name of the unit."""
    texts = {
        "character": st.sampled_from(_CHARACTERS) | st.characters(codec="utf-8"),
        "word": st.sampled_from(_WORDS),
        "line": st.sampled_from(_WORDS).map(lambda word: f"{word}\n") | st.just(""),
        **{unit: st.sampled_from(words) for unit, words in materials.items()},
    }
    kinds = st.sampled_from(["replace", "delete", "insert", "duplicate", "swap", "copy", "move"])
    return st.one_of(
        [
            st.builds(Edit, kinds, st.just(unit), at=_FRACTIONS, other=_FRACTIONS, material=material)
            for unit, material in texts.items()
        ]
    )
