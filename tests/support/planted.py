"""Comparisons in which one text stands wherever a package could have put one."""

from __future__ import annotations

from enum import Enum
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.model.comparison import DiffResult
from tests.support.compared import comparison

__all__ = ["everywhere", "hostile_texts", "planted"]

_FRAGMENTS = (
    "<script>alert(1)</script>",
    "</script><script>document.title='taken'</script>",
    "</style><style>*{display:none}</style>",
    "<img src=x onerror=alert(1)>",
    "<!--",
    "-->",
    "<details><summary>",
    "</details>",
    '"><b onmouseover="alert(1)">',
    "' autofocus onfocus='alert(1)",
    "](javascript:alert(1))",
    "[a](https://leads.example/x)",
    "![a](https://leads.example/x.png)",
    "<https://leads.example/>",
    "https://leads.example/x",
    "https://user:secret@leads.example/x",
    "www.leads.example",
    "someone@leads.example",
    "@someone",
    "#12",
    "!12",
    "org/repo#12",
    "GH-12",
    "0123456789abcdef0123456789abcdef01234567",
    "deadbeef",
    ":tada:",
    "`",
    "``",
    "```",
    "````diff",
    "~~~",
    "**a**",
    "_a_",
    "~~a~~",
    "# a",
    "- [ ] a",
    "1. a",
    "> a",
    "| a | b |",
    "|---|",
    "***",
    "===",
    "/close",
    "\n",
    "\n\n",
    "\r",
    "\t",
    "    ",
    "\\",
    "&lt;b&gt;",
    "&#8238;",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "\x1b[31m",
    "\x1b]8;;https://leads.example/\x07",
    "\x9b2J",
    "\x00",
    "\x7f",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "\u3164",
    "\ufe0f",
    "\U000e0041",
    "\U000e0101",
    "\ud800",
    "\ufeff",
    "é",
    "\u05d0",
    " " * 300,
)


def hostile_texts() -> st.SearchStrategy[str]:
    """What means something to a terminal, a browser or a forge, in any order; never empty."""
    anything = st.text(st.characters(), min_size=1, max_size=20)
    return st.lists(st.sampled_from(_FRAGMENTS) | anything, min_size=1, max_size=8).map("".join)


def planted(text: str, *, markup: str = "plain") -> DiffResult:
    """The comparison made by hand with the text in the place of every other one."""
    result: DiffResult = everywhere(comparison(), text)
    return replace(result, notes=replace(result.notes, markup=markup))


def everywhere(value: Any, text: str) -> Any:
    """The value with the text in the place of every other one that is not empty, as deep as it goes."""
    match value:
        case Enum():
            return value
        case str():
            return text if value else value
        case tuple():
            return tuple(everywhere(entry, text) for entry in value)
        case Struct():
            fields = {name: everywhere(getattr(value, name), text) for name in value.__struct_fields__}
            return type(value)(*fields.values()) if value.__struct_config__.array_like else type(value)(**fields)
        case _:
            return value
