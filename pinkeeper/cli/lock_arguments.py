"""The words of a ``lock`` command line, decoded once into values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.durations import parse_duration, parse_moment
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL
from pinkeeper.resolver.policy import Strategy
from pinkeeper.workflows.lock_options import AnnotationStyle, HashChoice, LockOptions

__all__ = ["Said", "decode", "named_index", "package_name"]

_Value = TypeVar("_Value")


class Said(Struct, frozen=True, kw_only=True):
    """What stood on the command line, word by word."""

    sources: Sequence[str]
    locks: Sequence[str]
    preferences: Sequence[str]
    outputs: Sequence[str]
    extras: Sequence[str]
    all_extras: bool
    groups: Sequence[str]
    constraints: Sequence[str]
    overrides: Sequence[str]
    upgrade: bool
    upgrade_packages: Sequence[str]
    pre: bool
    only_binary: Sequence[str]
    no_binary: Sequence[str]
    allow_build: Sequence[str]
    resolution: str | None
    exclude_newer: str | None
    cooldown: str | None
    pythons: Sequence[str]
    platforms: Sequence[str]
    universal: bool
    index_url: str | None
    extra_index_urls: Sequence[str]
    indexes: Sequence[str]
    find_links: Sequence[str]
    no_index: bool
    trusted_hosts: Sequence[str]
    cert: str | None
    client_cert: str | None
    offline: bool
    hashes: str | None
    refresh_hashes: bool
    check: bool
    no_header: bool
    no_annotate: bool
    annotation_style: AnnotationStyle | None


def decode(said: Said) -> LockOptions:
    """Turn words into values. Raises ConfigurationError."""
    return LockOptions(
        sources=tuple(said.sources),
        locks=tuple(dict.fromkeys(said.locks)),
        preferences=tuple(said.preferences),
        outputs=tuple(dict.fromkeys(said.outputs)),
        extras=tuple(dict.fromkeys(said.extras)),
        all_extras=said.all_extras,
        groups=tuple(dict.fromkeys(said.groups)),
        constraints=tuple(said.constraints),
        overrides=tuple(said.overrides),
        upgrade=said.upgrade,
        upgrade_packages=tuple(said.upgrade_packages),
        pre=said.pre,
        formats=_formats(said),
        allow_build=frozenset(package_name(text, "--allow-build") for text in said.allow_build),
        resolution=None if said.resolution is None else Strategy(said.resolution),
        exclude_newer=_read(parse_moment, said.exclude_newer, "--exclude-newer"),
        exclude_newer_text=said.exclude_newer,
        cooldown=_read(parse_duration, said.cooldown, "--cooldown"),
        cooldown_text=said.cooldown,
        pythons=tuple(dict.fromkeys(said.pythons)),
        platforms=tuple(dict.fromkeys(said.platforms)),
        universal=said.universal,
        index=IndexOptions(
            index_url=None if said.index_url is None else IndexURL.parse(said.index_url),
            extra_index_urls=tuple(map(IndexURL.parse, said.extra_index_urls)),
            named=tuple(map(named_index, said.indexes)),
            find_links=tuple(map(IndexURL.parse_location, said.find_links)),
            no_index=said.no_index,
            trusted_hosts=tuple(said.trusted_hosts),
        ),
        offline=said.offline,
        hashes=None if said.hashes is None else HashChoice(said.hashes),
        refresh_hashes=said.refresh_hashes,
        check=said.check,
        header=False if said.no_header else None,
        annotate=False if said.no_annotate else None,
        annotation_style=said.annotation_style,
        cert=said.cert,
        client_cert=said.client_cert,
    )


def _formats(said: Said) -> FormatControl:
    formats = FormatControl()
    for value in said.only_binary:
        formats = formats.with_only_binary(value)
    for value in said.no_binary:
        formats = formats.with_no_binary(value)
    return formats


def _read(reader: Callable[[str], _Value], text: str | None, option: str) -> _Value | None:
    """Read a value, if there is one; an error says which option it was given to."""
    if text is None:
        return None
    try:
        return reader(text)
    except ConfigurationError as error:
        raise ConfigurationError(error.what, where=option, remedy=error.remedy, details=error.details) from error


def named_index(text: str) -> IndexURL:
    """Read ``NAME=URL``. Raises ConfigurationError."""
    name, separator, url = text.partition("=")
    if not separator or not name or "://" in name or not url:
        shown = text.rpartition("@")[2]  # a misspelled URL may hold a password where none is expected
        raise ConfigurationError("--index wants NAME=URL", where=f"--index {shown}")
    return IndexURL.parse(url, name=name)


def package_name(text: str, option: str) -> NormalizedName:
    """Read the name of a package that was given to an option. Raises ConfigurationError."""
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise ConfigurationError(f"not a package name: {text}", where=option) from error
