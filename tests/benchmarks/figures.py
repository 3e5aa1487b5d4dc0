"""What was measured: runs to medians, medians to ratios, ratios to tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.runner import Run
from tests.benchmarks.scenarios import Scenario

__all__ = ["OURS", "Cell", "Figures", "growth_table", "set_table", "summary"]

OURS = "pinkeeper"
_MEGABYTE = 1e6

_LIMITS: dict[tuple[str, Scenario, str, bool], float] = {
    ("usual", Scenario.COLD, "uv", True): 1.0,
    ("usual", Scenario.WARM, "uv", True): 0.7,
    ("usual", Scenario.COLD, "uv", False): 1.2,
    ("usual", Scenario.WARM, "uv", False): 3.5,
    ("usual", Scenario.UNIVERSAL_WARM, "uv-lock", False): 3.0,
    ("usual", Scenario.COLD, "pip-compile", False): 1 / 30,
    ("usual", Scenario.WARM, "pip-compile", False): 1 / 15,
    ("usual", Scenario.COLD, "nab", False): 1 / 3,
    ("usual", Scenario.WARM, "nab", False): 1 / 3,
    ("hard", Scenario.COLD, "uv", False): 1.5,
    ("hard", Scenario.WARM, "uv", False): 4.0,
}
"""The most that our time may be of another's, by kind of set, scenario, tool and whether the index is live."""
_SECONDS = {("usual", Scenario.WARM): 0.25, ("usual", Scenario.NO_CHANGE): 0.12}
_MEMORY = 1.5
"""The most that our peak memory may be of uv's."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The runs of one tool in one scenario on one set. failure: what stopped it, None when nothing did."""

    runs: tuple[Run, ...]
    failure: str | None = None

    def median(self, what: str) -> float | None:
        """The median of ``wall``, ``cpu``, ``peak_bytes``, ``requests``, ``sent_bytes`` ..., None without runs."""
        values = [value for run in self.runs if (value := _value(run, what)) is not None]
        return statistics.median(values) if values else None

    def as_json(self) -> dict[str, Any]:
        """Medians, and the runs beneath."""
        names = ("wall", "cpu", "peak_bytes", "requests", "not_modified", "sent_bytes", "server_cpu")
        return {
            "failure": self.failure,
            "median": {name: self.median(name) for name in names},
            "runs": [{name: _value(run, name) for name in names} for run in self.runs],
        }


Figures = Mapping[Scenario, Mapping[str, Cell]]
"""By scenario and tool, for one set."""


def set_table(figures: Figures) -> Iterable[str]:
    """Lines for one set."""
    yield (
        f"  {'scenario':15}{'tool':13}{'runs':>4} {'wall s':>8}{'cpu s':>8}{'peak MB':>9}{'requests':>9}"
        f"{'304':>5}{'MB':>8}   ours/theirs: wall  peak"
    )
    for scenario, cells in figures.items():
        ours = cells.get(OURS)
        for tool, cell in cells.items():
            if cell.failure:
                yield f"  {scenario:15}{tool:13} {cell.failure[:140]}"
                continue
            ratios = ""
            if tool != OURS and ours:
                ratios = (
                    f"{_number(_ratio(ours, cell, 'wall'), 2):>21}{_number(_ratio(ours, cell, 'peak_bytes'), 2):>6}"
                )
            yield (
                f"  {scenario:15}{tool:13}{len(cell.runs):>4} {_number(cell.median('wall'), 3):>8}"
                f"{_number(cell.median('cpu'), 2):>8}{_number(cell.median('peak_bytes'), 0, _MEGABYTE):>9}"
                f"{_number(cell.median('requests'), 0):>9}{_number(cell.median('not_modified'), 0):>5}"
                f"{_number(cell.median('sent_bytes'), 2, _MEGABYTE):>8}   {ratios}"
            )


def summary(by_set: Mapping[str, Figures], *, kinds: Mapping[str, str], live: bool, latency_ms: float) -> Iterable[str]:
    """One line a scenario and tool: the median over the sets of our ratio to it, beside its limit.

    The limits for a served index are those at a latency of 20 ms.
    """
    judged = live or latency_ms == 20
    for kind in sorted({kinds[name] for name in by_set}, reverse=True):
        sets = {name: figures for name, figures in by_set.items() if kinds[name] == kind}
        yield f"{kind} sets ({', '.join(sets)}): median over sets of ours/theirs"
        for scenario in Scenario:
            cells = [figures[scenario] for figures in sets.values() if scenario in figures]
            for tool in dict.fromkeys(tool for entry in cells for tool in entry if tool != OURS):
                pairs = [(entry[OURS], entry[tool]) for entry in cells if OURS in entry and tool in entry]
                limit = _LIMITS.get((kind, scenario, tool, live)) if judged else None
                yield _ratio_line(f"{scenario} wall, {tool}", pairs, "wall", limit)
                if scenario in {Scenario.COLD, Scenario.WARM}:
                    limit = _MEMORY if tool == "uv" and judged else None
                    yield _ratio_line(f"{scenario} peak memory, {tool}", pairs, "peak_bytes", limit)
            own = [wall for entry in cells if OURS in entry and (wall := entry[OURS].median("wall")) is not None]
            if own:
                bound = _SECONDS.get((kind, scenario)) if judged and not live else None
                yield _line(f"{scenario} wall, seconds", statistics.median(own), bound, f"{len(own)} sets")


def growth_table(by_set: Mapping[str, Figures], *, sizes: Mapping[str, int]) -> Iterable[str]:
    """Size of the tree, time and bytes, and time per megabyte, which should not grow."""
    heads = f"{'wall s':>8}{'cpu s':>8}{'MB':>9}{'ms/package':>12}{'ms/MB':>8}"
    yield f"  {'packages':>8} {'scenario':10}{'tool':13}{heads}"
    for name, size in sorted(sizes.items(), key=lambda entry: entry[1]):
        for scenario, cells in by_set[name].items():
            for tool, cell in cells.items():
                wall, sent = cell.median("wall"), cell.median("sent_bytes")
                if wall is None:
                    yield f"  {size:>8} {scenario:10}{tool:13} {(cell.failure or '')[:100]}"
                    continue
                per_megabyte = wall * 1000 / (sent / _MEGABYTE) if sent and sent > _MEGABYTE else None
                yield (
                    f"  {size:>8} {scenario:10}{tool:13}{_number(wall, 3):>8}{_number(cell.median('cpu'), 2):>8}"
                    f"{_number(sent, 2, _MEGABYTE):>9}{_number(wall * 1000 / size, 1):>12}{_number(per_megabyte, 1):>8}"
                )


def _ratio_line(label: str, pairs: Sequence[tuple[Cell, Cell]], what: str, limit: float | None) -> str:
    ratios = [ratio for ours, theirs in pairs if (ratio := _ratio(ours, theirs, what)) is not None]
    if not ratios:
        return f"  {label:38} -"
    spread = f"{len(ratios)} of {len(pairs)} sets, {min(ratios):.3g} to {max(ratios):.3g}"
    return _line(label, statistics.median(ratios), limit, spread)


def _line(label: str, value: float, limit: float | None, remark: str) -> str:
    verdict = "" if limit is None else f"limit {limit:.3g}: {'reached' if value <= limit else 'NOT REACHED'}"
    return f"  {label:38} {value:>7.3f}  {verdict:26} ({remark})"


def _ratio(ours: Cell, theirs: Cell, what: str) -> float | None:
    mine, other = ours.median(what), theirs.median(what)
    return mine / other if mine is not None and other else None


def _value(run: Run, what: str) -> float | None:
    if hasattr(run.usage, what):
        return float(getattr(run.usage, what))
    return None if run.traffic is None else float(getattr(run.traffic, what))


def _number(value: float | None, digits: int, unit: float = 1.0) -> str:
    return "-" if value is None else f"{value / unit:.{digits}f}"
