"""The words of a ``lock`` command line, decoded once into values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import Struct

from pinkeeper.cli.index_arguments import index_options, package_name
from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.durations import parse_duration, parse_moment
from pinkeeper.model.format_control import FormatControl
from pinkeeper.resolver.policy import Strategy
from pinkeeper.workflows.lock_options import AnnotationStyle, HashChoice, LockOptions

__all__ = ["Said", "decode"]

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
        index=index_options(
            index_url=said.index_url,
            extra_index_urls=said.extra_index_urls,
            indexes=said.indexes,
            find_links=said.find_links,
            no_index=said.no_index,
            trusted_hosts=said.trusted_hosts,
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
