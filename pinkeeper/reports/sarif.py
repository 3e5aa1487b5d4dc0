"""What all our SARIF 2.1.0 (OASIS) documents share: one run, the tool, places."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from pinkeeper import __version__
from pinkeeper.reports.plain import printable

__all__ = ["rule_name", "sarif_document", "sarif_location"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_document(
    *,
    rules: Sequence[dict[str, Any]],
    results: Sequence[dict[str, Any]],
    notifications: Sequence[dict[str, Any]],
    **more: Any,
) -> str:
    """One successful run of pinkeeper as text, ending with a newline. more: further properties of the run."""
    run = {
        "tool": {"driver": {"name": "pinkeeper", "semanticVersion": __version__, "rules": list(rules)}},
        "columnKind": "unicodeCodePoints",
        **more,
        "results": list(results),
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": list(notifications)}],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def sarif_location(path: str, line: int, *, base: str | None = None, snippet: str = "") -> dict[str, Any]:
    """A line of a file. base: the name in ``originalUriBaseIds`` of what the path is relative to."""
    artifact = {"uri": quote(printable(path.replace("\\", "/")))}
    if base is not None:
        artifact["uriBaseId"] = base
    region: dict[str, Any] = {"startLine": line}
    if snippet:
        region["snippet"] = {"text": snippet}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def rule_name(identifier: str) -> str:
    """``new-host`` as SARIF likes to name a rule: ``NewHost``."""
    return "".join(word.capitalize() for word in identifier.split("-"))
