"""Runs of a tool on a set: what must be there is made first, and a run that met what is not recorded does not count."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.measuring import RunFailedError, Usage, measured_run
from tests.benchmarks.scenarios import Scenario
from tests.benchmarks.served import ServedIndex, Traffic
from tests.benchmarks.sets import BenchmarkSet
from tests.benchmarks.tools import Job, Tool

__all__ = ["Run", "Runner"]

_TRIES = 6
_TOLD = 3
_FRESH_SECONDS = 300
_SETTINGS = ("PIP_", "UV_", "PDM_", "POETRY_", "PINKEEPER_")
_UNWANTED = frozenset({"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "CONDA_PREFIX"})
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy"})
_TRUST = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run that counts. traffic: None on a live index."""

    usage: Usage
    traffic: Traffic | None


class _MissedError(Exception):
    """A run asked for paths that are not recorded."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        super().__init__()
        self.paths = paths


class Runner:
    """Runs one tool on one set in a folder of its own. index: the URL of a live one. Raises RunFailedError."""

    def __init__(
        self,
        tool: Tool,
        chosen: BenchmarkSet,
        *,
        folder: Path,
        index: ServedIndex | str,
        latency_ms: float,
        limit: float,
    ) -> None:
        self.tool = tool
        self._upgrade = chosen.upgrade
        self._served = index if isinstance(index, ServedIndex) else None
        self._latency_ms = latency_ms
        self._limit = limit
        folder.mkdir(parents=True)
        self._job = Job(
            folder=folder,
            requirements=chosen.requirements,
            index_url=index.url if isinstance(index, ServedIndex) else index,
        )
        self._filled: dict[str, float] = {}
        self._older: Path | None = None

    def rehearse(self, scenario: Scenario) -> None:
        """Record what the scenario asks for, until a run asks for nothing new; then the tool's files are warm too."""
        if self._served is None:
            self._attempt(scenario, recording=False)
            return
        for _ in range(_TRIES):
            if not self._recorded(scenario):
                break
        if not self.tool.long:
            self.run(scenario)

    def run(self, scenario: Scenario) -> Run:
        """Run once so that it counts."""
        for _ in range(_TRIES):
            try:
                return self._attempt(scenario, recording=False)
            except _MissedError as error:
                missed = error.paths
            listed = ", ".join(path.rpartition("/")[2] or path for path in missed[:_TOLD])
            sys.stderr.write(
                f"!! {self.tool.name} {scenario}: {len(missed)} things asked for that are not recorded ({listed}); "
                "the run does not count\n"
            )
            self._recorded(scenario)
            with contextlib.suppress(_MissedError):
                self._attempt(scenario, recording=False)  # pages that changed are written anew, for no run to wait
        raise RunFailedError("every run asks for things that are not recorded")

    def pins(self) -> dict[str, str]:
        """The versions of the last lock."""
        return self.tool.pins(self._job)

    def _recorded(self, scenario: Scenario) -> int:
        """Record what is missing; give how many things were.

        Caches from before are not used, nor this one afterwards: pages differ in what they tell of metadata.
        """
        self._filled.clear()
        traffic = self._attempt(scenario, recording=True).traffic
        self._filled.clear()
        assert traffic is not None
        return traffic.recorded

    def _attempt(self, scenario: Scenario, *, recording: bool) -> Run:
        match scenario:
            case Scenario.COLD:
                return self._cold(self._job, recording=recording)
            case Scenario.UNIVERSAL_COLD:
                return self._cold(self._universal, recording=recording)
            case Scenario.WARM:
                return self._warm(self._job, recording=recording)
            case Scenario.UNIVERSAL_WARM:
                return self._warm(self._universal, recording=recording)
            case Scenario.STALE:
                return self._warm(replace(self._job, cache="cache-stale"), recording=recording, max_age=0)
            case Scenario.NO_CHANGE:
                self._fill(self._job, recording=recording)
                return self._execute(self._job, recording=recording)
            case Scenario.UPGRADE:
                return self._upgraded(recording=recording)

    @property
    def _universal(self) -> Job:
        return replace(self._job, cache="cache-universal", universal=True)

    def _cold(self, job: Job, *, recording: bool, max_age: int = 600) -> Run:
        shutil.rmtree(job.folder / job.cache, ignore_errors=True)
        self.tool.output(job).unlink(missing_ok=True)
        run = self._execute(job, recording=recording, max_age=max_age)
        self._filled[job.cache] = time.monotonic()
        return run

    def _warm(self, job: Job, *, recording: bool, max_age: int = 600) -> Run:
        self._fill(job, recording=recording, max_age=max_age)
        self.tool.output(job).unlink(missing_ok=True)
        return self._execute(job, recording=recording, max_age=max_age)

    def _upgraded(self, *, recording: bool) -> Run:
        self._fill(self._job, recording=recording)
        output = self.tool.output(self._job)
        if self._older is None:
            version = self.pins()[self._upgrade]
            output.unlink()
            self._execute(replace(self._job, constraints=(f"{self._upgrade}<{version}",)), recording=True)
            self._older = output.with_name(f"older-{output.name}")
            shutil.copyfile(output, self._older)
        shutil.copyfile(self._older, output)
        return self._execute(replace(self._job, upgrade=self._upgrade), recording=recording)

    def _fill(self, job: Job, *, recording: bool = False, max_age: int = 600) -> None:
        """Make sure that the cache is fresh and the output is there."""
        filled = self._filled.get(job.cache)
        if filled is None or time.monotonic() - filled > _FRESH_SECONDS:
            self._cold(job, recording=recording, max_age=max_age)
        elif not self.tool.output(job).exists():
            self._execute(job, recording=recording, max_age=max_age)

    def _execute(self, job: Job, *, recording: bool, max_age: int = 600) -> Run:
        if self._served:
            self._served.begin(latency_ms=0 if recording else self._latency_ms, max_age=max_age, recording=recording)
        try:
            usage = measured_run(
                self.tool.command(job),
                folder=job.folder,
                environ={**self._environ(job), **self.tool.environ(job)},
                limit=self._limit,
            )
        except RunFailedError:
            self._traffic(recording=recording)  # what is not recorded may be the reason
            raise
        return Run(usage=usage, traffic=self._traffic(recording=recording))

    def _traffic(self, *, recording: bool) -> Traffic | None:
        """What the run asked for. Raises _MissedError."""
        traffic = self._served.end() if self._served else None
        if traffic and traffic.missed and not recording:
            raise _MissedError(traffic.missed)
        return traffic

    def _environ(self, job: Job) -> dict[str, str]:
        """The environment of a tool: nothing that speaks to it, and a home of its own.

        PYTHONDONTWRITEBYTECODE would make each run of a Python program compile it anew. What certificates to trust, and
        proxies where the index is live, may be needed to reach it.
        """
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in _TRUST or (name not in _UNWANTED and not name.startswith(_SETTINGS))
        }
        if self._served:
            kept = {name: value for name, value in kept.items() if name.lower() not in _PROXIES}
            if self._served.certificate:
                kept.pop("SSL_CERT_DIR", None)
                kept |= dict.fromkeys(_TRUST, str(self._served.certificate))
        return {
            **kept,
            "PIP_CONFIG_FILE": os.devnull,
            "HOME": str(job.folder),
            "XDG_CACHE_HOME": str(job.folder / "xdg-cache"),
            "XDG_CONFIG_HOME": str(job.folder / "xdg-config"),
            "XDG_DATA_HOME": str(job.folder / "xdg-data"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "NO_COLOR": "1",
        }
