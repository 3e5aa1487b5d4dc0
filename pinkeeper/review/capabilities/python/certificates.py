"""Connections that look at no certificate: by an option of a call, or by a setting of a context or client."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.value import BIT, UNKNOWN, Value
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["note_unverified", "unverified"]

_SWITCHES: Final = ("verify", "ssl", "verify_ssl", "check_hostname", "assert_hostname")
_CONTEXTS: Final = ("context", "ssl", "ssl_context", "verify")
_INSECURE: Final = BIT[Mark.INSECURE]


def unverified(keywords: Mapping[str, Value]) -> int:
    """The mark of a call that is told not to look, 0 for others."""
    if any(_is_false(keywords.get(name, UNKNOWN)) for name in _SWITCHES):
        return _INSECURE
    if any("unverified" in ref for name in _CONTEXTS for ref in keywords.get(name, UNKNOWN).refs):
        return _INSECURE
    return _INSECURE if _is_none(keywords.get("cert_reqs", UNKNOWN)) else 0


def note_unverified(a: Analysis, name: str, value: Value, node: ast.expr) -> None:
    """``context.verify_mode = ssl.CERT_NONE`` and its like, where nothing decides whether it is done.

    Under a condition it is an option of a client, as every client has one.
    """
    if a.branch:
        return
    if (name == "verify_mode" and _is_none(value)) or (name in {"check_hostname", "verify"} and _is_false(value)):
        a.fact(Capability.NETWORK, f"ssl.{name}", node, (), _INSECURE)


def _is_false(value: Value) -> bool:
    return any(each is False for each in value.constants)


def _is_none(value: Value) -> bool:
    """Whether it is ``ssl.CERT_NONE``, by whatever name."""
    return value.const == "CERT_NONE" or any(ref.endswith("CERT_NONE") for ref in value.refs) or value.const == 0
