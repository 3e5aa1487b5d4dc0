"""Regular expressions that are compiled when they are first asked."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

__all__ = ["lazy_pattern"]


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, to be searched with by its methods; an error in it shows when one is first called.

    There are hundreds, of which one run asks a part: to compile all of them takes longer than to read a small package.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern:
    def __init__(self, text: Any, flags: int) -> None:
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Asked for what is not there yet; from then on it stands in the instance, and each call costs what it costs.
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found
