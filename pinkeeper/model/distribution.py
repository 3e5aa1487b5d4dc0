"""What an index says of a distribution file."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from pinkeeper.model.digest import Digest

__all__ = ["DistributionFile"]


class DistributionFile(Struct, frozen=True, kw_only=True):
    """One wheel or sdist on an index (PEP 503 anchors, PEP 691 ``files``, PEP 700 times and sizes).

    url: absolute, without credentials and fragment. digests: sorted. size: bytes. upload_time: UTC, None where the
    index does not give one. requires_python: the specifier as written. yanked: the reason (perhaps empty), None when
    not yanked (PEP 592). core_metadata: the digests of its ``.metadata`` file, empty where that exists without one,
    None where it does not exist (PEP 658, PEP 714). wheel_tags: the compressed tag triple of a wheel's name
    (``py3-none-any``), None for an sdist. local: the file lies in a folder the user named with ``--find-links``.
    provenance: where the index says who published the file (PEP 740), None where it does not.
    """

    filename: str
    url: str
    digests: tuple[Digest, ...] = ()
    size: int | None = None
    upload_time: datetime | None = None
    requires_python: str | None = None
    yanked: str | None = None
    core_metadata: tuple[Digest, ...] | None = None
    wheel_tags: str | None = None
    local: bool = False
    direct: str | None = None
    provenance: str | None = None

    @property
    def is_wheel(self) -> bool:
        """True for a wheel, False for an sdist."""
        return self.wheel_tags is not None

    @property
    def sha256(self) -> str | None:
        """The SHA-256 digest in hexadecimal, None where the index gave another algorithm or none."""
        return next((digest.value for digest in self.digests if digest.algorithm == "sha256"), None)
