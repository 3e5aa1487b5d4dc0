"""The projects that are locked for measuring: direct requirements of real kinds of services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["SETS", "BenchmarkSet"]


@dataclass(frozen=True, kw_only=True)
class BenchmarkSet:
    """Direct requirements. upgrade: the package that moves alone in the scenario of that name."""

    name: str
    requirements: tuple[str, ...]
    upgrade: str
    kind: Literal["usual", "hard", "growth"] = "usual"


_ALL = (
    BenchmarkSet(name="gateway", requirements=("litellm[proxy]",), upgrade="openai"),
    BenchmarkSet(name="jupyter", requirements=("jupyter",), upgrade="jupyterlab"),
    BenchmarkSet(
        name="agents",
        requirements=("langchain", "langgraph", "openai", "anthropic", "chromadb", "tiktoken"),
        upgrade="langchain",
    ),
    BenchmarkSet(
        name="service",
        requirements=("fastapi[standard]", "celery[redis]", "boto3", "sqlalchemy[asyncio]"),
        upgrade="fastapi",
    ),
    BenchmarkSet(
        name="science", requirements=("scipy", "pandas", "scikit-learn", "matplotlib", "polars"), upgrade="scikit-learn"
    ),
    BenchmarkSet(name="airflow", requirements=("apache-airflow[postgres,celery]",), upgrade="sqlalchemy"),
)
SETS = {entry.name: entry for entry in _ALL}
