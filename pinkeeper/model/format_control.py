"""Which kinds of distribution file may be used for a package (pip's ``--only-binary`` and ``--no-binary``)."""

from __future__ import annotations

from msgspec import Struct
from packaging.utils import NormalizedName, canonicalize_name

__all__ = ["FormatControl"]

_ALL = ":all:"
_NONE = ":none:"


class FormatControl(Struct, frozen=True, kw_only=True):
    """Two sets of names; ``:all:`` stands for every name that the other set does not hold."""

    only_binary: frozenset[str] = frozenset()
    no_binary: frozenset[str] = frozenset()

    def with_only_binary(self, value: str) -> FormatControl:
        """Apply one ``--only-binary`` value (comma separated; the last of two options wins, as in pip)."""
        only, no = _apply(value, self.only_binary, self.no_binary)
        return FormatControl(only_binary=only, no_binary=no)

    def with_no_binary(self, value: str) -> FormatControl:
        """Apply one ``--no-binary`` value."""
        no, only = _apply(value, self.no_binary, self.only_binary)
        return FormatControl(only_binary=only, no_binary=no)

    def merged(self, later: FormatControl) -> FormatControl:
        """This control, then a later one laid over it."""
        result = self
        if later.only_binary:
            result = result.with_only_binary(",".join(sorted(later.only_binary)))
        if later.no_binary:
            result = result.with_no_binary(",".join(sorted(later.no_binary)))
        return result

    def allows_wheels(self, name: NormalizedName) -> bool:
        """False where only sdists may be used for the package."""
        if name in self.only_binary:
            return True
        return name not in self.no_binary and (_ALL not in self.no_binary)

    def allows_sdists(self, name: NormalizedName) -> bool:
        """False where only wheels may be used for the package."""
        if name in self.no_binary:
            return True
        return name not in self.only_binary and (_ALL not in self.only_binary)


def _apply(value: str, into: frozenset[str], other: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Pip's rule for one value: ``:all:`` clears the other set, ``:none:`` clears this one, a name moves over."""
    for item in filter(None, (part.strip() for part in value.split(","))):
        if item == _ALL:
            into, other = frozenset({_ALL}), frozenset()
        elif item == _NONE:
            into = frozenset()
        else:
            name = canonicalize_name(item)
            into, other = into | {name}, other - {name}
    return into, other
