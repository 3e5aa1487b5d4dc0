"""Other lockers written in Python: pip-compile, nab, PDM and Poetry."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.projects import UNIVERSAL_PYTHONS, write_project, write_requirements
from tests.benchmarks.scenarios import Scenario
from tests.benchmarks.tools import PYTHON, Job, Tool, common_options, name_of

__all__ = ["Nab", "Pdm", "PipCompile", "Poetry"]

_ONE_PYTHON = f">={PYTHON},<3.13"
_RUNNING = f">={sys.version_info.major}.{sys.version_info.minor}"
_GLIBC_MINORS = range(28, 4, -1)


class PipCompile(Tool):
    """``pip-compile`` of pip-tools, which resolves with the pip beside it."""

    name = "pip-compile"
    scenarios = frozenset({Scenario.COLD, Scenario.WARM, Scenario.NO_CHANGE, Scenario.UPGRADE})
    long = True
    note = (
        f"reads wheels for {PYTHON} on Linux, but markers for the Python that runs it; takes wheels only; "
        "caches nothing from plain HTTP, so that its warm runs need --tls or --live"
    )

    def output(self, job: Job) -> Path:
        return job.folder / "out.txt"

    def command(self, job: Job) -> list[str]:
        write_requirements(job.folder, job.requirements)
        platforms = [f"manylinux_2_{minor}_x86_64" for minor in _GLIBC_MINORS]
        platforms += ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
        pip = ["--python-version", PYTHON, "--only-binary", ":all:", "--cache-dir", str(job.folder / job.cache)]
        return [
            *(self.programs.find("pip-compile"), "in.txt", "-o", self.output(job).name, "-q", "--generate-hashes"),
            *("--no-strip-extras", "--allow-unsafe", "--no-config", "--cache-dir", job.cache),
            *("--pip-args", " ".join([*pip, *(f"--platform {platform}" for platform in platforms)])),
            *("-i", job.index_url),
            *common_options(job),
        ]


class Nab(Tool):
    """``nab lock``, which writes pylock.toml for a matrix of Pythons and platforms."""

    name = "nab"
    scenarios = frozenset(Scenario) - {Scenario.UPGRADE}
    note = "does not keep pins of an earlier lock: it has no upgrade of one package"

    def output(self, job: Job) -> Path:
        return job.folder / "pylock.toml"

    def command(self, job: Job) -> list[str]:
        pythons = UNIVERSAL_PYTHONS if job.universal else _ONE_PYTHON
        platforms = ["linux_x86_64"]
        if job.universal:
            platforms += ["linux_aarch64", "macos_arm64", "macos_x86_64", "windows_amd64"]
        listed = ", ".join(f'"{platform}"' for platform in platforms)
        further = f'[tool.nab.matrix]\npython = "{pythons}"\nplatforms = [{listed}]\n'
        further += f'[[tool.nab.indexes]]\nname = "index"\nurl = "{job.index_url}/"\n'
        write_project(job.folder, job.requirements, pythons=pythons, further=further)
        return [self.programs.find("nab"), "lock", "-q", "--cache-dir", job.cache, "pyproject.toml"]

    def pins(self, job: Job) -> dict[str, str]:
        return _named_tables(self.output(job))


class Pdm(Tool):
    """``pdm lock``."""

    name = "pdm"
    scenarios = frozenset({Scenario.COLD, Scenario.WARM, Scenario.NO_CHANGE})
    long = True
    optional = True
    note = f"its lock is for {PYTHON} on Linux, asked for with --python and --platform"

    def output(self, job: Job) -> Path:
        return job.folder / "pdm.lock"

    def environ(self, job: Job) -> Mapping[str, str]:
        return {
            "PDM_CACHE_DIR": str(job.folder / job.cache),
            "PDM_CHECK_UPDATE": "0",
            "PDM_PYTHON": sys.executable,
            "PDM_NON_INTERACTIVE": "1",
        }

    def command(self, job: Job) -> list[str]:
        source = f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{job.index_url}"\nverify_ssl = false\n'
        write_project(job.folder, job.requirements, pythons=_RUNNING, further=source)
        targets = ["--python", f"=={PYTHON}.*", "--platform", "linux"]
        return [self.programs.find("pdm"), "lock", "-q", *targets]

    def pins(self, job: Job) -> dict[str, str]:
        return _named_tables(self.output(job))


class Poetry(Tool):
    """``poetry lock``."""

    name = "poetry"
    scenarios = frozenset({Scenario.COLD, Scenario.WARM, Scenario.NO_CHANGE})
    long = True
    optional = True
    note = "its lock is for every platform, and for all Pythons from the one that runs it to 3.12"

    def output(self, job: Job) -> Path:
        return job.folder / "poetry.lock"

    def environ(self, job: Job) -> Mapping[str, str]:
        return {
            "POETRY_CACHE_DIR": str(job.folder / job.cache),
            "POETRY_CONFIG_DIR": str(job.folder / "xdg-config"),
            "POETRY_VIRTUALENVS_CREATE": "false",
            "POETRY_KEYRING_ENABLED": "false",
        }

    def command(self, job: Job) -> list[str]:
        further = "[tool.poetry]\npackage-mode = false\n"
        further += f'[[tool.poetry.source]]\nname = "index"\nurl = "{job.index_url}/"\npriority = "primary"\n'
        write_project(job.folder, job.requirements, pythons=f"{_RUNNING},<3.13", further=further)
        return [self.programs.find("poetry"), "lock", "-q", "--no-interaction"]

    def pins(self, job: Job) -> dict[str, str]:
        return _named_tables(self.output(job))


def _named_tables(lock: Path) -> dict[str, str]:
    """The versions in a lock of TOML tables, each beginning with its name and its version."""
    found = re.findall(r'^name = "([^"]+)"\nversion = "([^"]+)"', lock.read_text(), re.MULTILINE)
    return {name_of(name): version for name, version in found if name != "project"}
