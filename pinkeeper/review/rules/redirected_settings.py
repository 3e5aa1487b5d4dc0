"""Where settings and tables send things: to another host than before, or an entry that was there to one of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from pinkeeper.model.hunk import Hunk, LineKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.model.toml_text import parse_toml
from pinkeeper.review.rules.near_miss import site

__all__ = ["SETTINGS", "Redirection", "changed_servers", "redirected", "sent_elsewhere", "switched"]

SETTINGS = frozenset({".json", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".conf", ".env", ".properties"})
"""Suffixes of files that hold settings, or tables."""

_LINE = 2000
_LARGEST = 4 * 2**20  # characters of a table that is read as one
_DEEPEST = 12
_LOCAL = lazy_pattern(r"^(?:localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|example\.|.*\.example(?:\.\w+)?$)")
_KEY = (
    r"[\w.-]*(?:api|base|endpoint|server|proxy|registry|index|mirror|webhook|dsn|upload|download|telemetry|callback|"
    r"gateway|upstream)[\w.-]*"
)
_DESTINATION = lazy_pattern(
    rf"(?P<key>{_KEY})[\"']?\s*[:=]\s*[\"']?(?P<url>(?:https?|wss?)://[^\s\"',}}\]]+)", re.IGNORECASE
)
_SWITCH = lazy_pattern(
    r"\s*[\"']?(?P<key>[\w-]+)[\"']?\s*[:=]\s*[\"']?(?P<value>true|false|yes|no|on|off)[\"']?\s*,?\s*$", re.IGNORECASE
)
_IS_KEY = lazy_pattern(rf"{_KEY}$", re.IGNORECASE)
_IDENTITIES = ("name", "id", "model_name", "model", "slug", "key")
_TABLES: Mapping[str, Callable[[str], Any]] = {".json": msgspec.json.decode, ".toml": parse_toml}


_SERVERS = frozenset({"mcpServers", "mcp_servers", "servers"})
_OF_SERVERS = ("command", "args", "url", "serverUrl", "env", "headers")


class Redirection(Struct, frozen=True, kw_only=True):
    """A setting that names a host. before: what it named, empty where it named none. line: of the new file."""

    key: str
    before: str
    host: str
    line: int | None


def redirected(hunks: Iterable[Hunk]) -> Iterator[Redirection]:
    """Settings of any form that name another host than before."""
    for hunk in hunks:
        before: dict[str, str] = {}
        after: dict[str, tuple[str, int | None]] = {}
        for line in hunk.lines:
            for found in _DESTINATION.finditer(line.text[:_LINE]):
                host = _host(found["url"])
                if host is not None and line.kind is LineKind.REMOVED:
                    before[found["key"]] = host
                elif host is not None and line.kind is LineKind.ADDED:
                    after[found["key"]] = (host, line.new)
        for key, (host, number) in after.items():
            old = before.get(key)
            if old is not None and _is_elsewhere(old, host):
                yield Redirection(key=key, before=old, host=host, line=number)


def switched(hunks: Iterable[Hunk]) -> Iterator[tuple[str, bool, int | None]]:
    """Switches that were the other way round: name, what it is now, line."""
    for hunk in hunks:
        before: dict[str, bool] = {}
        for line in hunk.lines:
            found = _SWITCH.match(line.text[:_LINE])
            if found is None or line.kind is LineKind.SAME:
                continue
            name, value = found["key"], found["value"].lower() in {"true", "yes", "on", "1"}
            if line.kind is LineKind.REMOVED:
                before[name] = value
            elif before.get(name, value) is not value:
                yield name, value, line.new


def sent_elsewhere(suffix: str, old: str, new: str, added: Iterable[tuple[int, str]]) -> Iterator[Redirection]:
    """Entries of a table that were there, and that name a host where they named none or another.

    suffix: of the file; only JSON and TOML are read as tables. added: numbers and texts of the lines that are new.
    """
    parse = _TABLES.get(suffix)
    lines = [(number, line) for number, line in added if "://" in line]
    if parse is None or not lines or max(len(old), len(new)) > _LARGEST:
        return
    try:
        tables = parse(old), parse(new)
    except (ValueError, RecursionError):  # what is no table is nothing that code reads as one
        return
    for key, before, url in _destinations(*tables, depth=0):
        host, had = _host(url), _host(before) or ""
        if host is not None and _is_elsewhere(had, host):
            line = next((number for number, text in lines if url in text and key in text), None)
            yield Redirection(key=key, before=had, host=host, line=line)


def changed_servers(suffix: str, old: str, new: str) -> Iterator[tuple[str, str]]:
    """Name and text of servers for models (MCP) that are new to a table, or are started or reached otherwise.

    suffix: of the file.
    """
    parse = _TABLES.get(suffix)
    if parse is None or max(len(old), len(new)) > _LARGEST or not any(f'"{key}"' in new for key in _SERVERS):
        return
    try:
        before, after = _servers(parse(old) if old else {}), _servers(parse(new))
    except (ValueError, RecursionError):
        return
    for name, server in after.items():
        said = {key: server[key] for key in _OF_SERVERS if key in server}
        had = before.get(name, {})
        if said and said != {key: had[key] for key in _OF_SERVERS if key in had}:
            yield name, ", ".join(str(value) for value in said.values())


def _servers(table: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for key in _SERVERS:
        servers = table.get(key) if isinstance(table, dict) else None
        if isinstance(servers, dict):
            found.update({str(name): server for name, server in servers.items() if isinstance(server, dict)})
    return {name: server for name, server in found.items() if {"command", "url", "serverUrl"} & server.keys()}


def _destinations(old: Any, new: Any, *, depth: int) -> Iterator[tuple[str, str, str]]:
    """Key, old text and new text of destinations that differ, in entries that are on both sides."""
    if depth > _DEEPEST:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            before = old.get(key)
            if value == before:
                continue
            if not isinstance(value, str):
                yield from _destinations(before, value, depth=depth + 1)
            elif depth and _IS_KEY.match(str(key)):
                yield str(key), before if isinstance(before, str) else "", value
    elif isinstance(old, list) and isinstance(new, list):
        for before, value in _paired(old, new):
            yield from _destinations(before, value, depth=depth + 1)


def _paired(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Entries of lists by what names them, or by their place where as many are there as were."""
    for identity in _IDENTITIES:
        if all(isinstance(each, dict) and isinstance(each.get(identity), str) for each in (*old, *new)):
            named = {each[identity]: each for each in old}
            yield from ((named[each[identity]], each) for each in new if each[identity] in named)
            return
    if len(old) == len(new):
        yield from zip(old, new, strict=True)


def _is_elsewhere(old: str, host: str) -> bool:
    return site(old) != site(host) and not _LOCAL.match(host)


def _host(url: str) -> str | None:
    """The host of an absolute URL; None for one that is put together, and for what is no URL."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host if host and "." in host and not set("{}$%<>*") & set(host) else None
