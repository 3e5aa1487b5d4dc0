"""The files of a ledger: opened together, checked together, and written whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.errors import InputError
from pinkeeper.ledger.criteria import built_in, mapped
from pinkeeper.ledger.document import LedgerText, read_ledger
from pinkeeper.model.ledger import Import, Ledger, LedgerConfig, PinnedImport
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.unfinished import refuse_unfinished

__all__ = [
    "ATTRIBUTES",
    "CONFIG",
    "FOLDER",
    "LEDGER",
    "PINS",
    "OpenLedger",
    "decode_text",
    "has_ledger",
    "imported",
    "open_ledger",
    "path_of_import",
    "taken_from",
]

FOLDER = "supply-chain"
LEDGER = f"{FOLDER}/ledger.toml"
CONFIG = f"{FOLDER}/config.toml"
PINS = f"{FOLDER}/imports.lock"
ATTRIBUTES = f"{FOLDER}/.gitattributes"


class OpenLedger(Struct, frozen=True, kw_only=True):
    """A project's ledger with what it imports. own: as it stands in its file. imports: what counts of each, by name."""

    config: LedgerConfig
    own: LedgerText
    pins: Mapping[str, PinnedImport] = {}
    imports: Mapping[str, Ledger] = {}

    @property
    def ledger(self) -> Ledger:
        """All that counts here."""
        found = self.own.ledger
        for other in self.imports.values():
            found = found.joined(other)
        return found

    @property
    def entries(self) -> int:
        """How many decisions count."""
        every = (self.own.ledger, *self.imports.values())
        return sum(
            len(each.reviews) + len(each.violations) + len(each.trusted) + len(each.exemptions) for each in every
        )


def has_ledger(surroundings: Surroundings) -> bool:
    """Whether the project has a ledger."""
    return surroundings.exists(LEDGER)


def open_ledger(surroundings: Surroundings) -> OpenLedger:
    """Read the ledger, its configuration, and the copies of what it imports.

    Raises InputError, ConfigurationError or CollectedError where any of them is not what it claims to be, and
    OutputError where they, or the locks, were written half-way; then nothing counts as approved.
    """
    refuse_unfinished(surroundings.directory)
    if not has_ledger(surroundings):
        raise InputError("there is no ledger here", where=LEDGER, remedy="begin one: pinkeeper review init")
    own = read_ledger(decode_text(surroundings.read(LEDGER), path=LEDGER), path=LEDGER)
    if not surroundings.exists(CONFIG):
        return OpenLedger(config=LedgerConfig(criteria=built_in()), own=own)
    from pinkeeper.workflows.ledger_config import read_config, read_pins  # noqa: PLC0415 - it may not be there

    config = read_config(CONFIG, surroundings.read(CONFIG))
    if not config.imports:
        return OpenLedger(config=config, own=own)
    pins = read_pins(PINS, surroundings.read(PINS)) if surroundings.exists(PINS) else {}
    return OpenLedger(
        config=config,
        own=own,
        pins=pins,
        imports={source.name: _taken(source, pins.get(source.name), surroundings) for source in config.imports},
    )


def path_of_import(name: str) -> str:
    """Where the copy of an import lies."""
    return f"{FOLDER}/imports/{name}.toml"


def _taken(source: Import, pin: PinnedImport | None, surroundings: Surroundings) -> Ledger:
    path, remedy = (
        path_of_import(source.name),
        f"look at what changed, and take it: pinkeeper review import {source.name}",
    )
    if pin is None:
        raise InputError(f"nothing was taken from the import {source.name} yet", where=PINS, remedy=remedy)
    if pin.source != source.source:
        raise InputError(
            f"the import {source.name} was taken from {pin.source}, and is configured to come from {source.source}",
            where=PINS,
            remedy=remedy,
        )
    content = surroundings.read(path)
    actual = hashlib.sha256(content).hexdigest()
    if actual != pin.sha256:
        raise InputError(
            f"it is not the copy that was taken: {PINS} says sha256:{pin.sha256}, and it has sha256:{actual}",
            where=path,
            remedy=remedy,
        )
    return imported(read_ledger(decode_text(content, path=path), path=path).ledger, source)


def imported(theirs: Ledger, source: Import) -> Ledger:
    """What counts of another team's ledger: what they read themselves, and whatever they say nobody may use.

    Their exemptions and trusted publishers are their own affair, and what they import is not theirs.
    """
    reviews = (
        replace(review, criteria=mapped(review.criteria, source), origin=source.name) for review in theirs.reviews
    )
    return Ledger(
        reviews=tuple(review for review in reviews if review.criteria),
        violations=tuple(replace(violation, origin=source.name) for violation in theirs.violations),
        rule_sets=theirs.rule_sets,
    )


def taken_from(theirs: Ledger) -> Ledger:
    """What a ledger gives to others: its own reviews and violations, with the rules that were known."""
    used = {review.rules for review in theirs.reviews}
    return Ledger(
        reviews=theirs.reviews,
        violations=theirs.violations,
        rule_sets=tuple(each for each in theirs.rule_sets if each.id in used),
    )


def decode_text(content: bytes, *, path: str) -> str:
    """The text of a ledger. Raises InputError where it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"it is not UTF-8 text ({error.reason})", where=f"{path}:{line}") from error
