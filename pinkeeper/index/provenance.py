"""Who published a file, as its index says (PEP 740).

An index checks attestations when a file is uploaded and tells the identity that it checked them against. Here it is
seen that the statement is about the very bytes; its signature is not verified again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from pinkeeper.errors import IndexPageError
from pinkeeper.index.client import Client
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.publisher import is_identity

__all__ = ["ACCEPT", "identities_in", "publishers"]

ACCEPT = "application/vnd.pypi.integrity.v1+json"
_MOST_BYTES = 4 * 2**20
_VERSION = 1
_PUBLISHED = "/attestations/publish/v1"
"""The end of the predicate type of statements that a file was published; what else is attested does not say by whom."""


class _Envelope(msgspec.Struct, frozen=True):
    statement: str


class _Attestation(msgspec.Struct, frozen=True):
    version: int
    envelope: _Envelope


class _Bundle(msgspec.Struct, frozen=True):
    publisher: dict[str, Any]
    attestations: list[_Attestation]


class _Provenance(msgspec.Struct, frozen=True):
    version: int
    attestation_bundles: list[_Bundle]


class _Subject(msgspec.Struct, frozen=True):
    digest: dict[str, str]


class _Statement(msgspec.Struct, frozen=True):
    subject: list[_Subject]
    predicate_type: str = msgspec.field(name="predicateType")


_PROVENANCE = msgspec.json.Decoder(_Provenance)
_STATEMENT = msgspec.json.Decoder(_Statement)


def publishers(files: Iterable[DistributionFile], client: Client) -> Mapping[str, tuple[str, ...]]:
    """The identities by the SHA-256 of each file that has any, sorted. Raises NetworkError, IndexPageError."""
    found: dict[str, tuple[str, ...]] = {}
    for file in files:
        if file.provenance is None or file.sha256 is None:
            continue
        response = client.get(
            file.provenance,
            headers={"accept": ACCEPT},
            max_bytes=_MOST_BYTES,
            accept_statuses=frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND}),
        )
        if response.status == HTTPStatus.OK:
            identities = identities_in(response.body, sha256=file.sha256, url=file.provenance)
            if identities:
                found[file.sha256] = identities
    return found


def identities_in(body: bytes, *, sha256: str, url: str) -> tuple[str, ...]:
    """The identities that published the bytes with a digest, as a ledger spells them, sorted.

    Raises IndexPageError for what is no provenance object.
    """
    try:
        provenance = _PROVENANCE.decode(body)
        if provenance.version != _VERSION:
            return ()  # of a later form nothing is known, so that nothing is believed
        return tuple(
            sorted(
                {
                    identity
                    for bundle in provenance.attestation_bundles
                    if any(_is_about(attestation, sha256) for attestation in bundle.attestations)
                    for identity in _spelled(bundle.publisher)
                }
            )
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, binascii.Error, ValueError) as error:
        raise IndexPageError(f"the answer is no provenance object (PEP 740): {error}", where=url) from error


def _is_about(attestation: _Attestation, sha256: str) -> bool:
    statement = _STATEMENT.decode(base64.b64decode(attestation.envelope.statement, validate=True))
    return (
        attestation.version == _VERSION
        and statement.predicate_type.endswith(_PUBLISHED)
        and [subject.digest.get("sha256") for subject in statement.subject] == [sha256]
    )


def _spelled(publisher: Mapping[str, Any]) -> Iterator[str]:
    """``GitHub environment=release repository=team/project workflow=release.yml``: the kind, and all that is a text."""
    kind = publisher.get("kind")
    said = {name: value for name, value in publisher.items() if name != "kind" and isinstance(value, str) and value}
    text = " ".join([str(kind), *(f"{name}={value}" for name, value in sorted(said.items()))])
    if isinstance(kind, str) and is_identity(text) and text.count(" ") == len(said) and "=" not in "".join(said):
        yield text
