"""Who a decision is by: as git would sign a commit."""

from __future__ import annotations

import subprocess

from pinkeeper.errors import ConfigurationError
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["who_decides"]

_LONGEST = 200


def who_decides(surroundings: Surroundings) -> str:
    """``NAME <EMAIL>`` of git's configuration. Raises ConfigurationError where that says nobody."""
    name, email = (_configured(key, surroundings) for key in ("user.name", "user.email"))
    if not name or not email:
        raise ConfigurationError(
            "git does not know who you are, and a decision is somebody's",
            remedy='git config user.name "Your Name" && git config user.email you@team.example',
        )
    who = f"{name} <{email}>"
    if not who.isprintable() or len(who) > _LONGEST:
        raise ConfigurationError("git's user.name or user.email cannot be written on a line", remedy="set them anew")
    return who


def _configured(key: str, surroundings: Surroundings) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            ["git", "config", "--get", key],  # noqa: S607 - the git that the user uses
            cwd=surroundings.directory,
            env=dict(surroundings.environ),
            capture_output=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
