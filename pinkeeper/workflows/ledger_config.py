"""``supply-chain/config.toml`` and ``supply-chain/imports.lock``, read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pinkeeper.inputs import settings_shapes as shapes
from pinkeeper.inputs.collected import raise_problems
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.settings_shapes import Setting, Shape
from pinkeeper.inputs.toml_document import load_toml
from pinkeeper.ledger.criteria import built_in
from pinkeeper.model.ledger import BUILT_IN_CRITERIA, SAFE_TO_DEPLOY, Criteria, Import, LedgerConfig, PinnedImport

__all__ = ["is_import_name", "read_config", "read_pins"]

_IMPORT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")  # it is the name of a file
_CRITERION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST = 500


def read_config(path: str, content: bytes) -> LedgerConfig:
    """The configuration of a ledger.

    Raises InputError for what is not TOML, ConfigurationError for an unknown key, a wrong value or a criterion that
    nobody defined, CollectedError for several.
    """
    document = load_toml(path, content)
    setting = Setting(document, ())
    values: dict[str, Any] = shapes.record(document.data, setting, _KEYS)
    criteria = {**built_in(), **values.get("criteria", {})}
    config = LedgerConfig(
        criteria=criteria,
        needed=values.get("needed", (SAFE_TO_DEPLOY,)),
        locks=values.get("locks", {}),
        imports=values.get("imports", ()),
    )
    _check_names(config, setting)
    raise_problems(setting.problems)
    return config


def read_pins(path: str, content: bytes) -> Mapping[str, PinnedImport]:
    """What was taken of each import, by its name. Raises as `read_config`."""
    document = load_toml(path, content)
    setting = Setting(document, ())
    values: dict[str, Any] = shapes.record(document.data, setting, {"imports": _pins})
    raise_problems(setting.problems)
    return {pin.name: pin for pin in values.get("imports", ())}


def is_import_name(text: str) -> bool:
    """Whether an import may be called so: the name stands in that of a file."""
    return len(text) <= _LONGEST and _IMPORT.fullmatch(text) is not None


def _word(value: object, setting: Setting) -> str | None:
    text = shapes.text(value, setting)
    if text is None or (len(text) <= _LONGEST and _CRITERION.fullmatch(text)):
        return text
    setting.wrong("not the name of a criterion", remedy="use letters, digits and -")
    return None


def _words(value: object, setting: Setting) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        setting.expected("an array of criteria", value)
        return None
    found = [_word(item, setting.at(number)) for number, item in enumerate(value)]
    return tuple(sorted({word for word in found if word is not None}))


def _plain(value: object, setting: Setting) -> str | None:
    text = shapes.text(value, setting)
    if text is not None and (not text.isprintable() or len(text) > _LONGEST):
        setting.wrong(f"expected a line of at most {_LONGEST} characters, all to print")
        return None
    return text


def _table(value: object, setting: Setting, shown: str) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    setting.expected(shown, value)
    return {}


def _criteria(value: object, setting: Setting) -> Mapping[str, Criteria]:
    found = {}
    for name, table in _table(value, setting, "a table of criteria by name, [criteria.NAME]").items():
        place = setting.at(name)
        fields: dict[str, Any] = shapes.record(table, place, {"description": _plain, "implies": _words})
        if name in BUILT_IN_CRITERIA:
            place.wrong("it is built in, and cannot be made to mean something else", remedy="choose another name")
        elif _word(name, place) is not None:
            found[name] = Criteria(name=name, **fields)
    return found


def _locks(value: object, setting: Setting) -> Mapping[str, tuple[str, ...]]:
    found = {}
    for name, item in _table(value, setting, "a table of criteria by the name of the lock").items():
        words = _words(item, setting.at(name))
        if words is not None:
            found[name] = words
    return found


def _imports(value: object, setting: Setting) -> tuple[Import, ...]:
    found = []
    for name, table in _table(value, setting, "a table of imports by name, [imports.NAME]").items():
        place = setting.at(name)
        fields: dict[str, Any] = shapes.record(table, place, {"source": _plain, "criteria": _locks})
        if not is_import_name(name):
            place.wrong("its name is that of a file", remedy="use letters, digits, - and _")
        elif isinstance(table, dict) and "source" not in table:
            place.wrong("source is missing")
        elif "source" in fields:
            found.append(Import(name=name, **fields))
    return tuple(found)


def _sha256(value: object, setting: Setting) -> str | None:
    text = shapes.text(value, setting)
    if text is None or _SHA256.fullmatch(text):
        return text
    setting.wrong("not a SHA-256 in lower-case hexadecimal")
    return None


_PIN: Mapping[str, Shape[object]] = {"source": _plain, "sha256": _sha256, "taken": shapes.day}


def _pins(value: object, setting: Setting) -> tuple[PinnedImport, ...]:
    found = []
    for name, table in _table(value, setting, "a table of imports by name, [imports.NAME]").items():
        fields: dict[str, Any] = shapes.record(table, setting.at(name), _PIN, required=True)
        if len(fields) == len(_PIN):
            found.append(PinnedImport(name=name, **fields))
    return tuple(found)


_KEYS: Mapping[str, Shape[object]] = {"needed": _words, "locks": _locks, "criteria": _criteria, "imports": _imports}


def _check_names(config: LedgerConfig, setting: Setting) -> None:
    """Every criterion that is named must be defined: one that is misspelt would be one that nothing has."""
    named = [("needed",), *(("locks", name) for name in config.locks)]
    for keys in named:
        words = config.needed if keys == ("needed",) else config.locks[keys[1]]
        place = _inside(setting, keys)
        if not words:
            place.wrong(
                "a lock without criteria would be covered by nothing at all", remedy='name one: ["safe-to-run"]'
            )
        _check(words, config, place)
    for criterion in config.criteria.values():
        _check(criterion.implies, config, _inside(setting, ("criteria", criterion.name, "implies")))
    for source in config.imports:
        for theirs, ours in source.criteria.items():
            _check(ours, config, _inside(setting, ("imports", source.name, "criteria", theirs)))


def _check(words: tuple[str, ...], config: LedgerConfig, place: Setting) -> None:
    for word in words:
        if word not in config.criteria:
            place.wrong(f"nobody defined the criterion {word}{or_nearest(word, config.criteria)}", value=word)


def _inside(setting: Setting, keys: tuple[str, ...]) -> Setting:
    for key in keys:
        setting = setting.at(key)
    return setting
