"""Which texts the old release has somewhere, in code or not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pinkeeper.artifacts.contents import Contents
from pinkeeper.errors import ArtifactError

__all__ = ["known_texts"]

_LARGEST = 16 * 2**20


def known_texts(contents: Contents, texts: Iterable[str]) -> frozenset[str]:
    """Those of some texts that stand in any file of a release. Files that are very large are left out."""
    wanted = {text.encode("utf-8", "surrogatepass"): text for text in texts if text}
    found: set[str] = set()
    for path, entry in contents.entries.items():
        if not wanted:
            break
        if entry.size > _LARGEST:
            continue
        try:
            content = contents.read(path)
        except ArtifactError:
            continue
        pattern = re.compile(b"|".join(map(re.escape, sorted(wanted, key=len, reverse=True))))
        for match in set(pattern.findall(content)):
            for known in [each for each in wanted if each in match]:
                found.add(wanted.pop(known))
    return frozenset(found)
