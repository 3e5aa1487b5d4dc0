"""A pin of a foreign lock, and the table that it is read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from packaging.markers import InvalidMarker, Marker
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.errors import InputError
from pinkeeper.inputs.toml_document import Key, TomlDocument, kind_of, written
from pinkeeper.model.url import redact

__all__ = ["Entry", "ForeignPin", "any_of", "entries"]


class ForeignPin(Struct, frozen=True, kw_only=True):
    """A release that a foreign lock pins.

    marker: a PEP 508 marker that tells pins of one name apart; None where it holds everywhere, and where the lock has
    no other pin of the name.
    """

    name: NormalizedName
    version: Version
    marker: str | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """A table of a decoded lock, and where it stands. All methods raise InputError for what is wrong."""

    document: TomlDocument
    keys: tuple[Key, ...]
    table: Mapping[str, object]

    def text(self, key: str) -> str:
        """A string that must be there."""
        value = self.optional_text(key)
        if value is None:
            raise self._wrong(f"{key} is missing")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string that may be there."""
        value = self.table.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong(f"expected a string, not {kind_of(value)}", key)

    def texts(self, key: str) -> tuple[str, ...]:
        """An array of strings that may be there."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong("expected an array of strings", key)
        return tuple(value)

    def inner(self, key: str) -> Entry | None:
        """A table that may be there."""
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(f"expected a table, not {kind_of(value)}", key)
        return Entry(document=self.document, keys=(*self.keys, key), table=value)

    def pin(self, *, name: str, version: str, marker: str | None) -> ForeignPin:
        """A pin of these texts."""
        try:
            if marker:
                Marker(marker)
            return ForeignPin(
                name=canonicalize_name(name, validate=True), version=Version(version), marker=marker or None
            )
        except InvalidName as error:
            raise self._wrong(f"not a name: {name!r}") from error
        except InvalidVersion as error:
            raise self._wrong(f"not a version: {version!r}") from error
        except (InvalidMarker, RecursionError) as error:
            raise self._wrong(f"not a marker: {marker!r}") from error

    def _wrong(self, what: str, *keys: Key) -> InputError:
        place = (*self.keys, *keys)
        return InputError(f"{written(*place)}: {redact(what)}", where=self.document.place(*place))


def entries(document: TomlDocument, key: str) -> Iterator[Entry]:
    """The tables of an array of tables that may be there. Raises InputError."""
    tables = document.data.get(key, [])
    if not isinstance(tables, list):
        raise InputError(f"{key}: expected an array of tables, not {kind_of(tables)}", where=document.place(key))
    for number, table in enumerate(tables):
        if not isinstance(table, dict):
            raise InputError(
                f"{written(key, number)}: expected a table, not {kind_of(table)}", where=document.place(key)
            )
        yield Entry(document=document, keys=(key, number), table=table)


def any_of(markers: tuple[str, ...]) -> str | None:
    """The marker that holds where one of several does; None without any."""
    distinct = tuple(dict.fromkeys(markers))
    return " or ".join(f"({marker})" for marker in distinct) if len(distinct) > 1 else next(iter(distinct), None)
