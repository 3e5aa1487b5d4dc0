"""The dependency tree of a lock, from the lock alone."""

from __future__ import annotations

from msgspec import Struct, field
from packaging.utils import NormalizedName

from pinkeeper.lockfile.dependency_graph import fewest_starts
from pinkeeper.model.tree_result import TreeResult
from pinkeeper.workflows.lock_graph import LockChoice, lock_graph
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["TreeOptions", "tree"]


class TreeOptions(Struct, frozen=True, kw_only=True):
    """The command line of ``tree``, decoded. package: where to start, None at the roots. depth: levels below that."""

    lock: LockChoice = field(default_factory=LockChoice)
    package: NormalizedName | None = None
    inverted: bool = False
    depth: int | None = None


def tree(options: TreeOptions, surroundings: Surroundings) -> TreeResult:
    """The tree; inverted, it starts at the packages that want nothing.

    Raises InputError and ConfigurationError for what was asked, NotLockedError for a package that the lock lacks.
    """
    read = lock_graph(options.lock, surroundings)
    if options.package is not None:
        starts = read.places(options.package)
    elif options.inverted:
        starts = fewest_starts([[dependency.parent for dependency in above] for above in read.graph.above])
    else:
        starts = tuple(root.package for root in read.graph.roots)
    return TreeResult(
        lock=read.path,
        target=read.target,
        graph=read.graph,
        starts=starts,
        inverted=options.inverted,
        depth=options.depth,
        notes=read.notes,
    )
