"""The projects whose bumps are looked at: trees of AI gateways above all; clients, tools, frameworks, also native."""

from __future__ import annotations

import hashlib
from enum import StrEnum

__all__ = ["PACKAGES", "Half", "half_of"]

PACKAGES = (
    # AI gateways, providers' clients and what comes with them
    "litellm",
    "openai",
    "anthropic",
    "mistralai",
    "cohere",
    "google-genai",
    "mcp",
    "langchain-core",
    "langsmith",
    "huggingface-hub",
    "tiktoken",
    "tokenizers",
    "fastuuid",
    "pydantic",
    "pydantic-core",
    # HTTP, servers, frameworks
    "httpx",
    "httpcore",
    "aiohttp",
    "requests",
    "urllib3",
    "anyio",
    "websockets",
    "uvicorn",
    "gunicorn",
    "starlette",
    "fastapi",
    "flask",
    "werkzeug",
    "django",
    "celery",
    "sqlalchemy",
    "redis",
    "sentry-sdk",
    # Clouds, keys, telemetry
    "boto3",
    "botocore",
    "azure-identity",
    "google-auth",
    "cryptography",
    "pyjwt",
    "opentelemetry-sdk",
    "prometheus-client",
    # Native
    "numpy",
    "orjson",
    "uvloop",
    "psutil",
    "pyyaml",
    "protobuf",
    "grpcio",
    "lxml",
    "pillow",
    "msgpack",
    "rpds-py",
    # Tools and what they stand on
    "pip",
    "setuptools",
    "virtualenv",
    "hatchling",
    "ruff",
    "black",
    "pytest",
    "coverage",
    "rich",
    "click",
    "tqdm",
    # Small and everywhere
    "jinja2",
    "attrs",
    "certifi",
    "charset-normalizer",
    "idna",
    "packaging",
    "python-dotenv",
    "tenacity",
    "jsonschema",
)


class Half(StrEnum):
    """Which part of the projects: the one that rules may be tuned on, or the one that only judges them."""

    TUNE = "tune"
    FINAL = "final"


def half_of(name: str) -> Half:
    """The half that a project belongs to, by its name alone."""
    return Half.FINAL if hashlib.sha256(name.encode()).digest()[0] % 2 else Half.TUNE
