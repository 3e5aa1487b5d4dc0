"""Ledgers given to other teams, and taken from them: by hash, as a copy that stands in the repository."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from msgspec import Struct

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.inputs.relative_paths import is_url
from pinkeeper.ledger.criteria import mapped
from pinkeeper.ledger.document import EMPTY, read_ledger
from pinkeeper.ledger.entry_text import quoted
from pinkeeper.model.ledger import Import, Ledger, PinnedImport
from pinkeeper.model.url import IndexURL, redact
from pinkeeper.workflows.ledger_config import is_import_name, read_config, read_pins
from pinkeeper.workflows.ledger_coverage import check_criteria
from pinkeeper.workflows.ledger_files import (
    CONFIG,
    FOLDER,
    LEDGER,
    PINS,
    decode_text,
    has_ledger,
    imported,
    path_of_import,
    taken_from,
)
from pinkeeper.workflows.surroundings import MOST_BYTES, Surroundings
from pinkeeper.workflows.write_together import finish_writing, write_together

__all__ = ["Taken", "export_ledger", "fetch_ledger", "take_imports"]

_PINS_HEAD = """\
# The copies that were taken of other teams' ledgers, by their hashes. pinkeeper review import writes it.
"""


class Taken(Struct, frozen=True, kw_only=True):
    """What came of taking one import. before: the hash of the copy that stood there. reviews, violations: that count.

    unmapped: their criteria that come to nothing here, sorted.
    """

    name: str
    source: str
    sha256: str
    before: str | None
    reviews: int
    violations: int
    unmapped: tuple[str, ...] = ()


def export_ledger(surroundings: Surroundings) -> str:
    """What the project's own people decided, as a ledger for others. Raises as `read_ledger` does."""
    if not has_ledger(surroundings):
        raise InputError("there is no ledger here", where=LEDGER, remedy="begin one: pinkeeper review init")
    own = read_ledger(decode_text(surroundings.read(LEDGER), path=LEDGER), path=LEDGER).ledger
    given = taken_from(own)
    return read_ledger(EMPTY, path=LEDGER).added((*given.reviews, *given.violations, *given.rule_sets)).text


def take_imports(
    surroundings: Surroundings,
    *,
    names: Sequence[str] = (),
    source: str | None = None,
    criteria: Mapping[str, tuple[str, ...]] | None = None,
    cert: str | None = None,
) -> tuple[Taken, ...]:
    """Take imports as they are now, or the first copy of one that is new; write configuration, pins and copies.

    names: none for all that are configured. source: where a new one comes from. Raises ConfigurationError, InputError,
    NetworkError; then nothing changed.
    """
    finish_writing(surroundings.directory)
    if not has_ledger(surroundings):
        raise InputError("there is no ledger here", where=LEDGER, remedy="begin one: pinkeeper review init")
    text = decode_text(surroundings.read(CONFIG), path=CONFIG) if surroundings.exists(CONFIG) else ""
    if source is not None:
        text = _configured(text, names[0], source, criteria or {})
    config = read_config(CONFIG, text.encode())
    for theirs in (criteria or {}).values():
        check_criteria(theirs, config)
    chosen = [each for each in config.imports if not names or each.name in names]
    for name in names:
        if all(each.name != name for each in chosen):
            raise ConfigurationError(
                f"there is no import named {name}",
                where=CONFIG,
                remedy=f"say where it is: pinkeeper review import {name} SOURCE",
            )
    pins = dict(read_pins(PINS, surroundings.read(PINS))) if surroundings.exists(PINS) else {}
    texts, taken = {CONFIG: text} if source is not None else {}, []
    for each in chosen:
        content = fetch_ledger(each.source, surroundings, cert=cert)
        theirs_text = decode_text(content, path=each.source)
        ledger = read_ledger(theirs_text, path=each.source).ledger
        sha256, before = hashlib.sha256(content).hexdigest(), pins.get(each.name)
        counted = imported(ledger, each)
        pins[each.name] = PinnedImport(
            name=each.name, source=each.source, sha256=sha256, taken=surroundings.now.astimezone(UTC).date()
        )
        if before is not None and before.sha256 == sha256 and before.source == each.source:
            pins[each.name] = before
        texts[path_of_import(each.name)] = theirs_text
        taken.append(
            Taken(
                name=each.name,
                source=each.source,
                sha256=sha256,
                before=None if before is None else before.sha256,
                reviews=len(counted.reviews),
                violations=len(counted.violations),
                unmapped=_unmapped(ledger, each),
            )
        )
    if taken:
        configured = {each.name for each in config.imports}
        texts[PINS] = _pins_text([pin for name, pin in sorted(pins.items()) if name in configured])
        (surroundings.directory / FOLDER / "imports").mkdir(exist_ok=True)
        write_together(texts, surroundings.directory)
    return tuple(taken)


def fetch_ledger(source: str, surroundings: Surroundings, *, cert: str | None = None) -> bytes:
    """The bytes of another team's ledger. Raises InputError, NetworkError."""
    if not is_url(source):
        return surroundings.read(source)
    from pinkeeper.index.client import Client, ClientOptions  # noqa: PLC0415 - files need none

    location = IndexURL.parse(source)
    client = Client(ClientOptions(credentials=(location,), ca_bundle=cert), log=surroundings.log)
    try:
        return client.get(location.url, max_bytes=MOST_BYTES).body
    finally:
        client.close()


def _configured(text: str, name: str, source: str, criteria: Mapping[str, tuple[str, ...]]) -> str:
    """A configuration with one more import; remarks stay."""
    import tomlkit  # noqa: PLC0415 - only to write
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - as above

    if not is_import_name(name):
        raise ConfigurationError(f"an import cannot be called {name!r}", remedy="use letters, digits, - and _")
    if not source.isprintable():
        raise ConfigurationError("the source has a character that is none to print")
    if redact(source) != source:
        raise ConfigurationError(
            "the source holds a secret, and would stand in the repository", remedy="keep it in a netrc file"
        )
    try:
        document: Any = tomlkit.parse(text)
    except TOMLKitError as error:
        raise InputError(f"not TOML: {error}", where=CONFIG) from error
    if "imports" not in document:
        document["imports"] = tomlkit.table(is_super_table=True)
    table = tomlkit.table()
    table["source"] = source
    if criteria:
        mapping = tomlkit.inline_table()
        for theirs, ours in sorted(criteria.items()):
            mapping[theirs] = list(ours)
        table["criteria"] = mapping
    document["imports"][name] = table
    return tomlkit.dumps(document)


def _pins_text(pins: Sequence[PinnedImport]) -> str:
    return _PINS_HEAD + "".join(
        f"\n[imports.{pin.name}]\nsource = {quoted(pin.source)}\nsha256 = {quoted(pin.sha256)}\ntaken = {pin.taken}\n"
        for pin in pins
    )


def _unmapped(ledger: Ledger, source: Import) -> tuple[str, ...]:
    names = {name for review in ledger.reviews for name in review.criteria}
    return tuple(sorted(name for name in names if not mapped((name,), source)))
