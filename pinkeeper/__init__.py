"""Lock a Python project's whole dependency tree to exact versions and file hashes."""

__all__ = ["__version__"]

__version__ = "0.1.0"
