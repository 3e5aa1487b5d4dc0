"""The tools that are compared, each as a whole process with a cache of its own."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["TOOLS", "Measured", "Tool", "pins_of"]

PYTHON = "3.12"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run. wall and cpu: seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A command line that locks ``in.txt`` to ``NAME.txt`` with hashes. ``{cache}`` is its cache.

    cold_only: one run of it is long, and its warm runs say little.
    """

    name: str
    command: tuple[str, ...]
    cold_only: bool = False

    def run(self, directory: Path) -> Measured:
        """Run once in a folder that has the input. Raises CalledProcessError with what the tool said."""
        cache = directory / f"{self.name}-cache"
        output = directory / f"{self.name}.txt"
        output.unlink(missing_ok=True)
        command = [part.format(cache=cache, output=output.name) for part in self.command]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        done = subprocess.run(command, cwd=directory, env=os.environ, capture_output=True, text=True, check=False)
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.stderr.write(done.stderr[-2000:])
            done.check_returncode()
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Measured(wall=wall, cpu=cpu)

    def forget(self, directory: Path) -> None:
        """Empty its cache."""
        shutil.rmtree(directory / f"{self.name}-cache", ignore_errors=True)


def pins_of(text: str) -> dict[str, str]:
    """Names and versions of a lock, extras left out."""
    pins = {}
    for line in text.splitlines():
        if line[:1].isalnum() and "==" in line:
            name, _, rest = line.partition("==")
            pins[name.partition("[")[0].strip()] = rest.split()[0].rstrip("\\;")
    return pins


def _uv() -> tuple[str, ...]:
    found = shutil.which("uv")
    return (found,) if found else (sys.executable, "-m", "uv")


_pinkeeper = Tool(
    name="pinkeeper",
    command=(
        *(sys.executable, "-m", "pinkeeper", "lock", "in.txt", "-o", "{output}", "-q", "--cooldown", "0"),
        *("--python-version", PYTHON, "--platform", "linux_x86_64", "--cache-dir", "{cache}"),
    ),
)
_uv_tool = Tool(
    name="uv",
    command=(
        *(*_uv(), "pip", "compile", "in.txt", "-o", "{output}", "-q", "--generate-hashes", "--no-strip-extras"),
        *("--python-version", PYTHON, "--python-platform", "x86_64-manylinux_2_28", "--cache-dir", "{cache}"),
    ),
)
_pip_compile = Tool(
    name="pip-compile",
    command=(
        *(sys.executable, "-m", "piptools", "compile", "in.txt", "-o", "{output}", "-q", "--generate-hashes"),
        *("--no-strip-extras", "--allow-unsafe", "--cache-dir", "{cache}"),
        *(
            "--pip-args",
            f"--python-version {PYTHON} --platform manylinux_2_28_x86_64 --only-binary :all: --cache-dir {{cache}}",
        ),
    ),
    cold_only=True,
)
TOOLS = {tool.name: tool for tool in (_pinkeeper, _uv_tool, _pip_compile)}
