"""Requests by what is not known to send any: methods of whatever came as an argument, and a package's own wrappers."""

from __future__ import annotations

import re
from typing import Any, Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.records import Record
from pinkeeper.review.capabilities.python.use import all_texts
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, UNKNOWN, Value
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["SENDING", "note_own_request", "note_request", "sends"]

SENDING: Final = word_set("get post put patch delete request send stream fetch urlopen ws_connect websocket_connect")
"""Names of methods that clients of the network have, and other things too."""

_URL: Final = lazy_pattern(r"(?:https?|wss?|ftp)://", re.IGNORECASE)
_PARTS: Final = ("headers", "json", "data", "params", "content", "files", "cookies")


def sends(arguments: list[Value], keywords: dict[str, Value]) -> bool:
    """Whether what a method is given is a request: to a URL that is written there, or with secrets in a part of it."""
    for value in (*arguments[:2], keywords.get("url", UNKNOWN)):
        if any(_URL.match(text) for text in all_texts(value)):
            return True
    return any(keywords[name].marks & BIT[Mark.SECRET] for name in _PARTS if name in keywords)


def note_own_request(
    a: Analysis, record: Record, node: Any, arguments: list[Value], keywords: dict[str, Value]
) -> None:
    """A function of the file that connects, or is named so, is given a request; it was looked at before."""
    connects = any(capability is Capability.NETWORK for capability, *_ in record.facts)
    if (connects and any(each.marks & BIT[Mark.SECRET] for each in (*arguments, *keywords.values()))) or (
        (connects or _last(record.key) in SENDING) and sends(arguments, keywords)
    ):
        _noted(a, _last(record.key), node, arguments, keywords)


def note_request(a: Analysis, name: str, node: Any, arguments: list[Value], keywords: dict[str, Value]) -> None:
    """A function from another file or package that nothing is known of, but its name."""
    if _last(name) in SENDING and sends(arguments, keywords):
        _noted(a, _last(name), node, arguments, keywords)


def _noted(a: Analysis, name: str, node: Any, arguments: list[Value], keywords: dict[str, Value]) -> None:
    values = (*arguments, *keywords.values())
    marks = 0
    for value in values:
        marks |= value.marks & FLOWING
    shown = (text for value in values for text in all_texts(value) if _URL.match(text))
    a.fact(Capability.NETWORK, f"….{name}", node, tuple(shown)[:1], marks)


def _last(name: str) -> str:
    return name.rpartition(".")[2].strip("_")
