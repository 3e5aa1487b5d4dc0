"""The projects that are locked for measuring: direct requirements of real kinds of services."""

from __future__ import annotations

__all__ = ["SETS"]

SETS: dict[str, tuple[str, ...]] = {
    "gateway": ("litellm[proxy]",),
    "jupyter": ("jupyter",),
    "agents": ("langchain", "langgraph", "openai", "anthropic", "chromadb", "tiktoken"),
    "service": ("fastapi[standard]", "celery[redis]", "boto3", "sqlalchemy[asyncio]"),
    "science": ("scipy", "pandas", "scikit-learn", "matplotlib", "polars"),
}
