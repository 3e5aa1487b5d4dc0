"""Environment variables as tests should find them: nothing of the machine that they run on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["NOWHERE", "clean"]

NOWHERE = "http://127.0.0.1:9/simple"
"""An index that refuses connections. pip's default for tests, so that one that forgets its index stays inside."""

_PREFIXES = ("PIP_", "UV_", "PINKEEPER_", "XDG_", "SSL_", "NETRC", "GIT_", "GITHUB_", "GH_", "GITLAB_", "CI_")
_SUFFIXES = ("_PROXY", "_CA_BUNDLE")
_NAMES = frozenset({"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "SSLKEYLOGFILE"})


def clean(monkeypatch: pytest.MonkeyPatch, *, home: Path) -> None:
    """Drop what steers installers, TLS, proxies, git, forges and colours; make an empty `home` the user's own.

    pip's configuration files are shut off (``PIP_CONFIG_FILE``) and its index is `NOWHERE`.
    """
    for name in tuple(os.environ):
        upper = name.upper()
        if upper.startswith(_PREFIXES) or upper.endswith(_SUFFIXES) or upper in _NAMES:
            monkeypatch.delenv(name)
    home.mkdir()
    for name, folder in {
        "HOME": ".",
        "USERPROFILE": ".",
        "XDG_CACHE_HOME": ".cache",
        "XDG_CONFIG_DIRS": ".config-of-all",
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
    }.items():
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", NOWHERE)
