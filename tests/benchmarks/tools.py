"""The tools that are compared: how each is told to make the same lock."""

from __future__ import annotations

import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.benchmarks.programs import Programs
from tests.benchmarks.projects import write_project, write_requirements
from tests.benchmarks.scenarios import Scenario

__all__ = ["PYTHON", "Job", "Pinkeeper", "Tool", "UvLock", "UvNoBuild", "UvPipCompile", "common_options", "name_of"]

PYTHON = "3.12"
_REPOSITORY = Path(__file__).resolve().parents[2]
_PLATFORM = "x86_64-manylinux_2_28"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a tool is to do in a folder of its own.

    index_url: without a final slash. upgrade: the package that may move. constraints: versions to keep below,
    as requirements. cache: a folder beside the input.
    """

    folder: Path
    requirements: tuple[str, ...]
    index_url: str
    cache: str = "cache"
    universal: bool = False
    upgrade: str | None = None
    constraints: tuple[str, ...] = ()


class Tool(ABC):
    """One program.

    long: its runs take so long that few are made. optional: not run unless asked for. note: where it cannot do the
    same as others.
    """

    name: ClassVar[str]
    scenarios: ClassVar[frozenset[Scenario]]
    long: ClassVar[bool] = False
    note: ClassVar[str] = ""
    optional: ClassVar[bool] = False

    def __init__(self, programs: Programs) -> None:
        self.programs = programs

    @abstractmethod
    def output(self, job: Job) -> Path:
        """The lock that it writes."""

    @abstractmethod
    def command(self, job: Job) -> list[str]:
        """Write what it reads into the folder; give its command line."""

    def environ(self, job: Job) -> Mapping[str, str]:
        """What it must be told by the environment."""
        del job
        return {}

    def pins(self, job: Job) -> dict[str, str]:
        """The versions in its lock by normalized name."""
        return {
            name_of(name): version
            for name, version in re.findall(
                r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", self.output(job).read_text(), re.MULTILINE
            )
        }


class Pinkeeper(Tool):
    """The program under test, as its console script runs it."""

    name = "pinkeeper"
    scenarios = frozenset(Scenario)

    def output(self, job: Job) -> Path:
        return job.folder / ("universal.txt" if job.universal else "out.txt")

    def command(self, job: Job) -> list[str]:
        targets = ["--universal"] if job.universal else ["--python-version", PYTHON, "--platform", "linux_x86_64"]
        return [
            *(sys.executable, "-m", "pinkeeper", "lock", _write_input(job), "-o", self.output(job).name, "-q"),
            *("--cooldown", "0", "--cache-dir", job.cache, *targets),
            *("--index-url", job.index_url),
            *common_options(job),
        ]

    def environ(self, job: Job) -> Mapping[str, str]:
        """Where the program is: it need not be installed."""
        del job
        return {"PYTHONPATH": str(_REPOSITORY)}


class UvPipCompile(Tool):
    """``uv pip compile``, universal with ``--universal``."""

    name = "uv"
    scenarios = frozenset(Scenario)
    note = "builds sdists that have no static metadata, where its search meets them"

    def output(self, job: Job) -> Path:
        return job.folder / ("universal.txt" if job.universal else "out.txt")

    def command(self, job: Job) -> list[str]:
        targets = ["--universal"] if job.universal else ["--python-version", PYTHON, "--python-platform", _PLATFORM]
        return [
            *(self.programs.find("uv"), "pip", "compile", _write_input(job), "-o", self.output(job).name, "-q"),
            *("--generate-hashes", "--no-strip-extras", "--no-config", "--cache-dir", job.cache, *targets),
            # Else it looks for the Python on this machine, through shims that may be slow, or on the network.
            *("--python", sys.executable, "--no-python-downloads"),
            *("--index-url", job.index_url),
            *common_options(job),
        ]


class UvNoBuild(UvPipCompile):
    """``uv pip compile`` that runs no code of packages, as pinkeeper does: it passes over what must be built."""

    name = "uv-no-build"
    note = ""
    optional = True

    def command(self, job: Job) -> list[str]:
        return [*super().command(job), "--no-build"]


class UvLock(Tool):
    """``uv lock``, which always locks for every environment that the project admits."""

    name = "uv-lock"
    scenarios = frozenset({Scenario.UNIVERSAL_COLD, Scenario.UNIVERSAL_WARM})

    def output(self, job: Job) -> Path:
        return job.folder / "uv.lock"

    def command(self, job: Job) -> list[str]:
        write_project(job.folder, job.requirements)
        return [
            *(self.programs.find("uv"), "lock", "-q", "--no-config", "--cache-dir", job.cache),
            *("--python", sys.executable, "--no-python-downloads"),
            *("--default-index", job.index_url),
        ]

    def pins(self, job: Job) -> dict[str, str]:
        found = re.findall(r'^name = "([^"]+)"\nversion = "([^"]+)"', self.output(job).read_text(), re.MULTILINE)
        return {name: version for name, version in found if name != "project"}


def name_of(text: str) -> str:
    """A project's name, normalized (PEP 503)."""
    return re.sub(r"[-_.]+", "-", text).lower()


def common_options(job: Job) -> list[str]:
    """Options that pinkeeper, uv and pip-compile spell alike."""
    options = []
    if job.upgrade:
        options += ["--upgrade-package", job.upgrade]
    if job.constraints:
        (job.folder / "constraints.txt").write_text("".join(f"{line}\n" for line in job.constraints))
        options += ["-c", "constraints.txt"]
    return options


def _write_input(job: Job) -> str:
    if job.universal:
        return write_project(job.folder, job.requirements)
    return write_requirements(job.folder, job.requirements)
