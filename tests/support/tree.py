"""Trees of releases as data files write them, put on a loopback index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.support.index import LoopbackIndex

__all__ = ["load_tree"]

_KEYS = frozenset({"requires", "requires_python", "extras", "tags", "sdist", "upload_time", "yanked", "core_metadata"})


def load_tree(index: LoopbackIndex, tree: Mapping[str, Mapping[str, Any]]) -> None:
    """List every release of ``{name: {version: facts}}``.

    facts: a list of requirements, or a mapping with any of ``requires``, ``requires_python``, ``extras``, ``tags``
    (wheels to build; ``[]`` for none), ``sdist``, ``upload_time`` (RFC 3339 text, None for unknown), ``yanked`` (true
    or a reason) and ``core_metadata``. A name without releases gets an empty page. Raises ValueError for other keys.
    """
    for name, releases in tree.items():
        index.add_project(name)
        for version, facts in releases.items():
            options = dict(facts) if isinstance(facts, Mapping) else {"requires": facts}
            if unknown := sorted(options.keys() - _KEYS):
                raise ValueError(f"{name} {version}: unknown {', '.join(unknown)}")
            if isinstance(time := options.get("upload_time"), str):
                options["upload_time"] = datetime.fromisoformat(time)
            index.add_release(name, version, **options)
