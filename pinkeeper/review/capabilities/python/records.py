"""What is known of the functions, the classes and the scopes of a file."""

from __future__ import annotations

from typing import Any

from pinkeeper.review.capabilities.python.value import Value
from pinkeeper.review.capabilities.summary import Capability

__all__ = ["ClassRecord", "Record", "Scope"]


class Record:
    """A function, a lambda, or one of the scopes of a module.

    name: the scope that its facts are told under. arguments: of all calls within the file, by parameter. wants: bits
    of the parameters on which something that matters depends. wants_names: bits of those that something is called on.
    """

    __slots__ = (
        "annotations",
        "arguments",
        "calls",
        "context",
        "defaults",
        "due",
        "facts",
        "key",
        "kind",
        "name",
        "node",
        "own_marks",
        "owner",
        "parameters",
        "passes",
        "returns",
        "rounds",
        "running",
        "scope",
        "seen",
        "wants",
        "wants_names",
    )

    def __init__(self, name: str, key: str, node: Any, scope: Scope | None, owner: ClassRecord | None) -> None:
        self.name = name
        self.key = key
        self.node = node
        self.scope = scope
        self.owner = owner
        self.kind = ""
        self.context = 0
        self.facts: dict[tuple[Capability, str, int, int, tuple[str, ...]], int] = {}
        self.calls: dict[str, int] = {}
        self.parameters: list[str] = []
        self.arguments: dict[int, Value] = {}
        self.defaults: dict[int, Value] = {}
        self.annotations: dict[int, Value] = {}
        self.passes: list[tuple[int, Record, int]] = []
        self.returns: Value | None = None
        self.rounds = 0
        self.due = True
        self.running = False
        self.seen = False
        self.wants = 0
        self.wants_names = 0
        self.own_marks = 0


class ClassRecord:
    """A class of the file.

    bases, metaclass: names, as in `Value.refs`. attributes: of the class and of its instances.
    """

    __slots__ = ("attributes", "bases", "key", "metaclass", "name")

    def __init__(self, name: str, key: str) -> None:
        self.name = name
        self.key = key
        self.bases: list[str] = []
        self.metaclass: tuple[str, ...] = ()
        self.attributes: dict[str, Value] = {}


class Scope:
    """Names and what they are bound to. parent: where a name is looked for next."""

    __slots__ = ("global_names", "names", "parent", "prefix", "record")

    def __init__(self, record: Record, parent: Scope | None, prefix: str) -> None:
        self.record = record
        self.parent = parent
        self.prefix = prefix
        self.names: dict[str, Value] = {}
        self.global_names: set[str] = set()
