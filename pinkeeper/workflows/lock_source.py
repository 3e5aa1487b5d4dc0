"""Opens the places that packages come from: which ones, in which order, with what to reach them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import NormalizedName

from pinkeeper.errors import ConfigurationError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.metadata import MetadataReader
from pinkeeper.index.pip_configuration import default_index_url
from pinkeeper.index.repository import Repository
from pinkeeper.index.source import IndexSource
from pinkeeper.index.workers import Workers
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.settings import Settings
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.surroundings import Surroundings

if TYPE_CHECKING:
    from pinkeeper.index.direct import DirectReader
    from pinkeeper.index.files import FileReader
    from pinkeeper.index.find_links import FindLinks

__all__ = ["OpenSource", "Places", "Sources", "choose_places", "open_source", "settings_index"]

# Enough to keep a hundred small requests in flight while pages, which are bound by the processor, queue.
_THREADS = 24

# What a build that the user allowed may see: enough to find compilers and the index, and no key of any provider.
_BUILD_VARIABLES = frozenset(
    {
        *("PATH", "HOME", "USERPROFILE", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "PIP_INDEX_URL", "PIP_CONFIG_FILE"),
        *("CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "PKG_CONFIG_PATH"),
    }
)


class Places(Struct, frozen=True, kw_only=True):
    """Where packages may come from. asked: what the user said, without the default; index: the default one, if used."""

    asked: IndexOptions
    index: IndexURL | None

    def indexes(self) -> tuple[IndexURL, ...]:
        """All indexes in the order in which they are asked."""
        first = () if self.index is None else (self.index,)
        return (*first, *self.asked.extra_index_urls, *self.asked.named)


class OpenSource(Struct, frozen=True, kw_only=True):
    """A source in use.

    direct: makes what follows direct references; files: what opens whole distribution files. publishers: who published
    files, by their SHA-256; nobody, offline. cache: what they and the source keep things in. counters: requests made
    and bytes read so far.
    """

    source: IndexSource
    direct: Callable[[], DirectReader]
    files: Callable[[], FileReader]
    publishers: Callable[[Iterable[DistributionFile]], Mapping[str, tuple[str, ...]]]
    cache: Cache
    counters: Callable[[], tuple[int, int]]


def choose_places(options: LockOptions, settings: Settings, inputs: Inputs, surroundings: Surroundings) -> Places:
    """Command line over settings over requirement files over pip's own default. Raises ConfigurationError."""
    asked = options.index.over(settings_index(settings)).over(inputs.index)
    known = {index.name for index in asked.named}
    for package, name in asked.sources:
        if name not in known:
            raise ConfigurationError(
                f"the source of {package} is an index named {name}, and there is none",
                where="pyproject.toml: tool.pinkeeper.sources",
                remedy=f"name it: --index {name}=URL",
            )
    if asked.no_index:
        return Places(asked=asked, index=None)
    return Places(
        asked=asked,
        index=asked.index_url or default_index_url(environ=surroundings.environ, read=surroundings.read_configuration),
    )


def settings_index(settings: Settings) -> IndexOptions:
    """The index options that settings hold."""
    return IndexOptions(
        index_url=settings.index_url,
        extra_index_urls=settings.extra_index_urls,
        named=settings.indexes,
        sources=settings.sources,
        find_links=settings.find_links,
        no_index=settings.no_index,
        trusted_hosts=settings.trusted_hosts,
    )


class Sources(Protocol):
    """What opens the places that packages come from: a new source each time, or one that several locks share."""

    def __call__(
        self,
        places: Places,
        options: LockOptions,
        settings: Settings,
        surroundings: Surroundings,
        *,
        direct: Iterable[str] = (),
    ) -> AbstractContextManager[OpenSource]:
        """A source, closed by whoever made it."""
        ...


@contextmanager
def open_source(
    places: Places,
    options: LockOptions,
    settings: Settings,
    surroundings: Surroundings,
    *,
    direct: Iterable[str] = (),
) -> Iterator[OpenSource]:
    """Make the source, and close its connections in the end.

    direct: URLs of direct references, which may carry credentials for their hosts.
    """
    allow_build = options.allow_build | settings.allow_build
    find_links = tuple(_absolute(location, surroundings) for location in places.asked.find_links)
    client = Client(
        ClientOptions(
            credentials=(*places.indexes(), *find_links, *map(IndexURL.parse_location, direct)),
            trusted_hosts=places.asked.trusted_hosts,
            ca_bundle=_ca_bundle(options, settings, surroundings),
            client_cert=options.client_cert or settings.client_cert,
            use_keyring=options.keyring is not False and settings.keyring is not False,
            netrc=_netrc(surroundings),
        ),
        log=surroundings.log,
    )
    cache = Cache(surroundings.cache_directory, log=surroundings.log)
    repositories = [Repository(index, client, cache, offline=options.offline) for index in places.indexes()]
    by_name = {repository.index.name: repository for repository in repositories if repository.index.name}
    metadata = MetadataReader(
        client,
        cache,
        allow_build=allow_build,
        build_environment=_build_environment(surroundings) if allow_build else {},
        offline=options.offline,
    )
    folders_and_pages = _folders_and_pages(find_links, client, offline=options.offline)
    source = IndexSource(
        (*folders_and_pages, *([] if places.asked.no_index else repositories)),
        pinned=[(NormalizedName(package), by_name[name]) for package, name in places.asked.sources],
        metadata=metadata,
        workers=Workers(_THREADS),
    )
    try:
        yield OpenSource(
            source=source,
            direct=partial(_direct_reader, client, metadata, offline=options.offline),
            files=partial(_file_reader, client, cache, offline=options.offline),
            publishers=partial(_publishers, client, offline=options.offline),
            cache=cache,
            counters=lambda: (client.requests, client.bytes_read),
        )
    finally:
        cache.close()
        client.close()


def _folders_and_pages(locations: Iterable[IndexURL], client: Client, *, offline: bool) -> list[FindLinks]:
    if not locations:
        return []
    from pinkeeper.index.find_links import FindLinks  # noqa: PLC0415 - few runs have any

    return [FindLinks(location, client, offline=offline) for location in locations]


def _direct_reader(client: Client, metadata: MetadataReader, *, offline: bool) -> DirectReader:
    from pinkeeper.index.direct import DirectReader  # noqa: PLC0415 - few inputs have a direct reference

    return DirectReader(client, metadata, offline=offline)


def _file_reader(client: Client, cache: Cache, *, offline: bool) -> FileReader:
    from pinkeeper.index.files import FileReader  # noqa: PLC0415 - locking reads no whole files this way

    return FileReader(client, cache, offline=offline)


def _publishers(client: Client, files: Iterable[DistributionFile], *, offline: bool) -> Mapping[str, tuple[str, ...]]:
    if offline:
        return {}
    from pinkeeper.index.provenance import publishers  # noqa: PLC0415 - only where a ledger trusts somebody

    return publishers(files, client)


def _build_environment(surroundings: Surroundings) -> dict[str, str]:
    return {name: value for name, value in surroundings.environ.items() if name.upper() in _BUILD_VARIABLES}


def _netrc(surroundings: Surroundings) -> Path | None:
    """The file that NETRC names, else the one in the home folder."""
    if named := surroundings.environ.get("NETRC"):
        return Path(named).expanduser()
    home = surroundings.environ.get("HOME") or surroundings.environ.get("USERPROFILE")
    candidates = [] if home is None else [Path(home) / ".netrc", Path(home) / "_netrc"]
    return next((path for path in candidates if path.is_file()), None)


def _absolute(location: IndexURL, surroundings: Surroundings) -> IndexURL:
    if location.url.startswith(("http://", "https://", "file:")):
        return location
    return replace(location, url=str((surroundings.directory / Path(location.url).expanduser()).resolve()))


def _ca_bundle(options: LockOptions, settings: Settings, surroundings: Surroundings) -> str | None:
    """The first that is said; SSL_CERT_FILE and SSL_CERT_DIR, which the HTTP client reads, count after PIP_CERT."""
    environ = surroundings.environ
    said = options.cert or settings.cert or environ.get("PIP_CERT")
    if said or environ.get("SSL_CERT_FILE") or environ.get("SSL_CERT_DIR"):
        return said
    return environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE")
