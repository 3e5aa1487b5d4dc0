"""Which changed files may have another interface than before? Found by their lines, before anything is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from pinkeeper.artifacts.contents import Contents
from pinkeeper.errors import ArtifactError
from pinkeeper.model.comparison import FileChange, FileKind
from pinkeeper.review.api.skeleton import same_interface, without_bodies

__all__ = ["ChangedInterfaces", "changed_interfaces"]

_SIZE_LIMIT = 3 * 1024 * 1024  # bytes of a file whose interface is looked at


class ChangedInterfaces(Struct, frozen=True, eq=False):
    """Files of Python that differ in more than the bodies of functions.

    skeletons: what `without_bodies` gave for some of them, by path and SHA-256, so that it is not made again.
    """

    changes: Sequence[FileChange]
    skeletons: Mapping[tuple[str, str], bytes]


def changed_interfaces(old: Contents, new: Contents, changed: Iterable[FileChange]) -> ChangedInterfaces:
    """Those of the files that differ whose interface may be another one; all others have the same."""
    skeletons: dict[tuple[str, str], bytes] = {}
    python = (change for change in changed if change.kind is FileKind.PYTHON)
    return ChangedInterfaces([change for change in python if _may_matter(old, new, change, skeletons)], skeletons)


def _may_matter(old: Contents, new: Contents, change: FileChange, skeletons: dict[tuple[str, str], bytes]) -> bool:
    path = change.old_path
    if path is None or change.new_path != path:
        return True
    before, after = old.entries[path], new.entries[path]
    if max(before.size, after.size) > _SIZE_LIMIT:
        return True
    try:
        one, other = without_bodies(old.read(path)), without_bodies(new.read(path))
    except ArtifactError:
        return True  # told when it is read again
    if same_interface(one, other):
        return False
    skeletons[path, before.sha256], skeletons[path, after.sha256] = one, other
    return True
