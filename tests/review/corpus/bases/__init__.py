"""The benign projects that attacks are planted into, each with two releases."""

from __future__ import annotations

from collections.abc import Callable

from tests.review.corpus.bases import client, command, framework, native
from tests.review.corpus.draft import Draft

__all__ = ["BASES"]

BASES: dict[str, tuple[Callable[[], Draft], Callable[[], Draft]]] = {
    "client": (client.old, client.new),
    "command": (command.old, command.new),
    "framework": (framework.old, framework.new),
    "native": (native.old, native.new),
}
"""The makers of the old and of the new release, by name."""
