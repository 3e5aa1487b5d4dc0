"""Requests by methods of objects that are not known: a client that came as an argument, or from an attribute."""

from __future__ import annotations

import re
from typing import Final

from pinkeeper.review.capabilities.python.use import all_texts
from pinkeeper.review.capabilities.python.value import BIT, UNKNOWN, Value
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Mark

__all__ = ["SENDING", "sends"]

SENDING: Final = word_set("get post put patch delete request send stream fetch urlopen ws_connect websocket_connect")
"""Names of methods that clients of the network have, and other things too."""

_URL: Final = re.compile(r"(?:https?|wss?|ftp)://", re.IGNORECASE)
_PARTS: Final = ("headers", "json", "data", "params", "content", "files", "cookies")


def sends(arguments: list[Value], keywords: dict[str, Value]) -> bool:
    """Whether what a method is given is a request: to a URL that is written there, or with secrets in a part of it."""
    for value in (*arguments[:2], keywords.get("url", UNKNOWN)):
        if any(_URL.match(text) for text in all_texts(value)):
            return True
    return any(keywords[name].marks & BIT[Mark.SECRET] for name in _PARTS if name in keywords)
