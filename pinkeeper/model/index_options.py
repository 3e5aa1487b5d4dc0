"""Where packages may come from, as the user asked."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import NormalizedName

from pinkeeper.model.url import IndexURL

__all__ = ["IndexOptions"]


class IndexOptions(Struct, frozen=True, kw_only=True):
    """The index options of one source (command line, settings or a requirement file).

    index_url: None where the source does not say. find_links: folders (absolute) or page URLs, without credentials.
    named: indexes that only packages listed in ``sources`` use. sources: package name to the name of an index.
    trusted_hosts: ``host`` or ``host:port`` for which plain HTTP and bad certificates are accepted.
    """

    index_url: IndexURL | None = None
    extra_index_urls: tuple[IndexURL, ...] = ()
    named: tuple[IndexURL, ...] = ()
    sources: tuple[tuple[NormalizedName, str], ...] = ()
    find_links: tuple[IndexURL, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()

    def over(self, lower: IndexOptions) -> IndexOptions:
        """These options laid over those of a source that counts less: scalars win, lists are joined, ours first."""
        return replace(
            self,
            index_url=self.index_url or lower.index_url,
            extra_index_urls=_joined(self.extra_index_urls, lower.extra_index_urls),
            named=_joined(self.named, lower.named),
            sources=tuple(sorted({**dict(lower.sources), **dict(self.sources)}.items())),
            find_links=_joined(self.find_links, lower.find_links),
            no_index=self.no_index or lower.no_index,
            trusted_hosts=tuple(dict.fromkeys((*self.trusted_hosts, *lower.trusted_hosts))),
        )


def _joined(first: tuple[IndexURL, ...], second: tuple[IndexURL, ...]) -> tuple[IndexURL, ...]:
    """Both tuples in order; of equal URLs the first stays."""
    by_url = {(index.url, index.name): index for index in (*second[::-1], *first[::-1])}
    return tuple(dict.fromkeys(by_url[index.url, index.name] for index in (*first, *second)))
