"""The projects that are locked for measuring: direct requirements of real kinds of services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

__all__ = ["SETS", "BenchmarkSet", "Kind"]

Kind = Literal["usual", "hard", "growth"]


@dataclass(frozen=True, kw_only=True)
class BenchmarkSet:
    """Direct requirements. upgrade: the package that moves alone in the scenario of that name."""

    name: str
    requirements: tuple[str, ...]
    upgrade: str
    kind: Kind = "usual"


_USUAL = (
    ("gateway", "litellm[proxy]", "openai"),
    ("jupyter", "jupyter", "jupyterlab"),
    ("agents", "langchain langgraph openai anthropic chromadb tiktoken", "langchain"),
    ("service", "fastapi[standard] celery[redis] boto3 sqlalchemy[asyncio]", "fastapi"),
    ("science", "scipy pandas scikit-learn matplotlib polars", "scikit-learn"),
    ("airflow", "apache-airflow[postgres,celery]", "sqlalchemy"),
)

# Where the newest releases do not go together, and a resolver must find out which older ones do. Each is of a kind that
# people met: hundreds of releases with narrow ranges of one another (aws, s3fs, training), an upper bound that leaves
# few releases of something else (web, tracing, docs, cloud), a large old application under new libraries (composer).
_HARD = (
    ("aws", "boto3 awscli s3fs aiobotocore", "fsspec"),
    ("s3fs", "boto3 s3fs[boto3]", "fsspec"),
    ("training", "sagemaker<2.200 s3fs boto3", "pandas"),
    ("web", "starlette<=0.36.0 fastapi<=0.115.2", "anyio"),
    ("tracing", "opentelemetry-sdk<1.20 opentelemetry-instrumentation-fastapi opentelemetry-exporter-otlp", "requests"),
    ("docs", "sphinx<8 sphinx-rtd-theme myst-parser sphinx-autodoc-typehints", "babel"),
    ("cloud", "google-cloud-aiplatform google-cloud-bigquery google-cloud-storage<2 protobuf<5", "requests"),
    ("composer", "apache-airflow-providers-google apache-airflow<2.9", "requests"),
)

# What each step adds to the steps before it; the number is about the packages of the whole tree.
_GROWTH = (
    (25, ("flask requests pandas httpx rich",)),
    (50, ("sqlalchemy pytest celery[redis] boto3 alembic gunicorn",)),
    (100, ("fastapi[standard] scikit-learn matplotlib pydantic-settings psycopg[binary]",)),
    (200, ("jupyter sphinx black",)),
    (
        400,
        (
            "openai anthropic langchain tiktoken chromadb streamlit scrapy mypy pre-commit polars seaborn statsmodels",
            "dask[complete] mlflow google-cloud-storage google-cloud-bigquery google-cloud-pubsub azure-storage-blob",
            "azure-identity azure-keyvault-secrets django djangorestframework django-filter transformers datasets",
            "accelerate sentry-sdk twilio stripe slack-sdk aiokafka tox nox",
        ),
    ),
)


def _all() -> Iterator[BenchmarkSet]:
    for name, requirements, upgrade in _USUAL:
        yield BenchmarkSet(name=name, requirements=tuple(requirements.split()), upgrade=upgrade)
    for name, requirements, upgrade in _HARD:
        yield BenchmarkSet(name=name, requirements=tuple(requirements.split()), upgrade=upgrade, kind="hard")
    grown = accumulate(tuple(" ".join(added).split()) for _, added in _GROWTH)
    for (size, _), tree in zip(_GROWTH, grown, strict=True):
        yield BenchmarkSet(name=f"scale-{size}", requirements=tree, upgrade="requests", kind="growth")


SETS = {entry.name: entry for entry in _all()}
