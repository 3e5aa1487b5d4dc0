"""All tools on one set, in turn: whatever else the machine does meets them alike."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.figures import Cell, Figures
from tests.benchmarks.measuring import RunFailedError
from tests.benchmarks.programs import NotInstalledError
from tests.benchmarks.runner import Run, Runner
from tests.benchmarks.scenarios import Scenario

__all__ = ["Campaign"]


class Campaign:
    """Runs of several tools on one set. What a tool cannot do is kept as a failure, and not tried again."""

    def __init__(self, runners: Sequence[Runner], scenarios: Sequence[Scenario]) -> None:
        self._runners = runners
        self._scenarios = scenarios
        self._counted: dict[tuple[Scenario, str], list[Run]] = {}
        self._failures: dict[tuple[Scenario, str], str] = {}
        self.pins: dict[str, dict[str, str]] = {}

    def run(self, *, runs: int, long_runs: int) -> Figures:
        """Rehearse each scenario with each tool, then measure them. long_runs: of tools that take long."""
        for scenario in self._scenarios:
            for runner in self._runners:
                self._attempt(runner, scenario, counts=False)
        for turn in range(max(runs, long_runs)):
            first = turn % len(self._runners)
            for runner in (*self._runners[first:], *self._runners[:first]):
                for scenario in self._scenarios:
                    if turn < (long_runs if runner.tool.long else runs):
                        self._attempt(runner, scenario, counts=True)
        return self._figures()

    def _attempt(self, runner: Runner, scenario: Scenario, *, counts: bool) -> None:
        key = (scenario, runner.tool.name)
        if scenario not in runner.tool.scenarios or key in self._failures:
            return
        try:
            if counts:
                self._counted.setdefault(key, []).append(runner.run(scenario))
            else:
                runner.rehearse(scenario)
            if not scenario.universal:
                self.pins[runner.tool.name] = runner.pins()
        except (RunFailedError, NotInstalledError) as error:
            self._failures[key] = str(error)

    def _figures(self) -> Figures:
        figures: dict[Scenario, dict[str, Cell]] = {}
        for scenario in self._scenarios:
            for runner in self._runners:
                key = (scenario, runner.tool.name)
                if key in self._failures or key in self._counted:
                    cell = Cell(runs=tuple(self._counted.get(key, ())), failure=self._failures.get(key))
                    figures.setdefault(scenario, {})[runner.tool.name] = cell
        return figures
