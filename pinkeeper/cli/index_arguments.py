"""Words of the command line about indexes and packages, decoded into values."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from pinkeeper.errors import ConfigurationError
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL

__all__ = ["index_options", "named_index", "package_name"]


def index_options(
    *,
    index_url: str | None,
    extra_index_urls: Sequence[str] | None,
    indexes: Sequence[str] | None,
    find_links: Sequence[str] | None,
    no_index: bool,
    trusted_hosts: Sequence[str] | None,
) -> IndexOptions:
    """The index options of one command line. Raises ConfigurationError."""
    return IndexOptions(
        index_url=None if index_url is None else IndexURL.parse(index_url),
        extra_index_urls=tuple(map(IndexURL.parse, extra_index_urls or ())),
        named=tuple(map(named_index, indexes or ())),
        find_links=tuple(map(IndexURL.parse_location, find_links or ())),
        no_index=no_index,
        trusted_hosts=tuple(trusted_hosts or ()),
    )


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
