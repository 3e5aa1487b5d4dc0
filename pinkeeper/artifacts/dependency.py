"""One dependency as an archive states it: PEP 508 under limits, since the text is not trusted."""

from __future__ import annotations

from pinkeeper.model.requirement import InvalidRequirement, Requirement, parse_requirement

__all__ = ["InvalidRequirement", "check_dependency_text", "parse_dependency"]

# Below the 4300 digits from which Python refuses to make a number of a text.
_LENGTH_LIMIT = 4096
_NESTING_LIMIT = 50


def check_dependency_text(text: str) -> None:
    """Raise `InvalidRequirement` for what no requirement has and what could harm a parser or a terminal.

    That is control characters, backslashes (which the grammar of PEP 508 has not, and which the parser would evaluate
    as escapes), and length or nesting beyond all reason. Whatever passes can be given to `parse_requirement`.
    """
    if "\\" in text or not text.isprintable():
        raise InvalidRequirement("it has a character that no requirement has")
    if len(text) > _LENGTH_LIMIT or text.count("(") > _NESTING_LIMIT:
        raise InvalidRequirement("it is too long or too deeply nested")


def parse_dependency(text: str) -> Requirement:
    """Parse one PEP 508 string from a package. Raises `InvalidRequirement`."""
    text = text.replace("\t", " ")
    check_dependency_text(text)
    return parse_requirement(text)
