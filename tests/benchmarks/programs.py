"""Where the compared programs are: on PATH, beside this Python, or in virtual environments made for them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["NotInstalledError", "Programs"]

_PACKAGES = {"uv": "uv", "pip-compile": "pip-tools", "nab": "nab", "pdm": "pdm[locked]", "poetry": "poetry"}


class NotInstalledError(Exception):
    """A program is nowhere to be found."""


class Programs:
    """Finds and installs programs. folder: holds a virtual environment for each that is installed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, name: str) -> str:
        """The path of a program. Raises NotInstalledError."""
        found = (
            shutil.which(name, path=str(self._folder / name / "bin"))
            or shutil.which(name, path=str(Path(sys.executable).parent))
            or shutil.which(name)
        )
        if found is None:
            raise NotInstalledError(f"{name} is not installed; run: python -m tests.benchmarks --install")
        return found

    def install(self, name: str) -> None:
        """Install a program where it is missing, from the index that pip uses. Raises CalledProcessError."""
        try:
            self.find(name)
        except NotInstalledError:
            place = self._folder / name
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            subprocess.run([str(place / "bin" / "pip"), "install", "-q", _PACKAGES[name]], check=True)

    @staticmethod
    def names() -> tuple[str, ...]:
        """All programs that are compared with."""
        return tuple(_PACKAGES)
