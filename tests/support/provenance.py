"""Provenance objects as an index serves them (PEP 740)."""

from __future__ import annotations

import base64
import hashlib
import json

__all__ = ["PUBLISHED", "provenance_of"]

PUBLISHED = "https://index.example/attestations/publish/v1"


def provenance_of(
    content: bytes, publisher: dict[str, object], *, filename: str = "x.whl", predicate_type: str = PUBLISHED
) -> bytes:
    """That a publisher published these bytes; the signature is none."""
    statement = {
        "_type": "https://in-toto.example/Statement/v1",
        "subject": [{"name": filename, "digest": {"sha256": hashlib.sha256(content).hexdigest()}}],
        "predicateType": predicate_type,
        "predicate": None,
    }
    envelope = {"statement": base64.b64encode(json.dumps(statement).encode()).decode(), "signature": "bm9uZQ=="}
    attestation = {"version": 1, "verification_material": {}, "envelope": envelope}
    return json.dumps(
        {"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": [attestation]}]}
    ).encode()
