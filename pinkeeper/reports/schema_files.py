"""The JSON Schemas (draft 2020-12) of what is written for machines, as they lie beside the reports."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

__all__ = ["schema_of"]


def schema_of(name: str) -> dict[str, Any]:
    """The schema in a file, by its name without ``.schema.json``, such as ``reviewed-1``."""
    text = files("pinkeeper.reports").joinpath("schemas", f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
