"""``python -m tests.benchmarks``: lock real projects with pinkeeper and other tools in turn, on an index served here.

Pages and metadata that a set needs are recorded once, from the index that pip would use, into a folder that is not
committed; then they are served on loopback with a chosen latency, so that runs can be compared and repeated. Times on a
shared machine vary: the ratios of one run are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.campaign import Campaign
from tests.benchmarks.default_index import pip_index
from tests.benchmarks.figures import OURS, Figures, growth_table, set_table, summary
from tests.benchmarks.programs import Programs
from tests.benchmarks.python_tools import Nab, Pdm, PipCompile, Poetry
from tests.benchmarks.runner import Runner
from tests.benchmarks.scenarios import Scenario
from tests.benchmarks.served import ServedIndex
from tests.benchmarks.sets import SETS, BenchmarkSet
from tests.benchmarks.tools import Pinkeeper, Tool, UvLock, UvNoBuild, UvPipCompile

__all__ = ["main"]

_FOLDER = Path(__file__).resolve().parents[2] / ".benchmarks"
_TOOLS: dict[str, type[Tool]] = {
    tool.name: tool for tool in (Pinkeeper, UvPipCompile, UvNoBuild, UvLock, PipCompile, Nab, Pdm, Poetry)
}
_DEFAULT_SCENARIOS = (Scenario.COLD, Scenario.WARM, Scenario.NO_CHANGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; give the exit status."""
    options = _parser().parse_args(arguments)
    programs = Programs(options.recordings / "programs")
    if options.install:
        for name in programs.names():
            programs.install(name)
        return 0
    chosen = _sets(options)
    tools = [kind(programs) for name, kind in _TOOLS.items() if _wanted(name, kind, options)]
    scenarios = options.scenario or _DEFAULT_SCENARIOS
    by_set: dict[str, Figures] = {}
    sizes: dict[str, int] = {}
    with ExitStack() as stack:
        index: ServedIndex | str = (options.upstream or pip_index()).rstrip("/")
        if not options.live:
            index = stack.enter_context(ServedIndex(options.recordings, upstream=options.upstream, tls=options.tls))
        for entry in chosen:
            with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.work) as work:
                runners = [
                    Runner(
                        tool,
                        entry,
                        folder=Path(work) / tool.name,
                        index=index,
                        latency_ms=options.latency,
                        limit=options.limit,
                    )
                    for tool in tools
                ]
                _say(f"{entry.name}: {' '.join(entry.requirements)}")
                campaign = Campaign(runners, scenarios)
                by_set[entry.name] = campaign.run(runs=options.runs, long_runs=options.long_runs)
            _show(by_set[entry.name], campaign.pins)
            sizes[entry.name] = len(campaign.pins.get(OURS) or max(campaign.pins.values(), key=len, default=()))
    if options.growth:
        _print(["growth", *growth_table(by_set, sizes=sizes)])
    kinds = {entry.name: entry.kind for entry in chosen}
    _print(["", *summary(by_set, kinds=kinds, live=options.live, latency_ms=options.latency)])
    _print([f"note: {tool.name}: {tool.note}" for tool in tools if tool.note])
    if options.json:
        options.json.write_text(_as_json(by_set, sizes, options) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="measure only these (default: the usual ones)")
    parser.add_argument("--kind", action="append", choices=("usual", "hard", "growth"), help="measure sets of a kind")
    parser.add_argument("--growth", action="store_true", help="measure trees of growing size; show time by size")
    parser.add_argument("--tool", action="append", choices=_TOOLS, help="compare only these (default: all quick ones)")
    parser.add_argument("--all", action="store_true", help="compare PDM, Poetry and uv without builds too")
    parser.add_argument(
        "--scenario",
        action="append",
        type=Scenario,
        choices=list(Scenario),
        metavar="NAME",
        help=f"one of {', '.join(Scenario)} (default: {', '.join(_DEFAULT_SCENARIOS)})",
    )
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="interleaved runs of each (default: 3)")
    parser.add_argument("--long-runs", type=int, default=1, metavar="N", help="runs of slow tools (default: 1)")
    parser.add_argument("--latency", type=float, default=20, metavar="MS", help="before each answer (default: 20)")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS: pip caches nothing else")
    parser.add_argument("--live", action="store_true", help="measure on the index itself; nothing is recorded")
    parser.add_argument("--upstream", metavar="URL", help="the index that is recorded (default: pip's)")
    parser.add_argument("--recordings", type=Path, default=_FOLDER, metavar="DIR", help="(default: .benchmarks)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="where tools work (default: the temporary folder)")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="end longer runs (default: 600)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--install", action="store_true", help="install the tools that are missing, and end")
    return parser


def _sets(options: argparse.Namespace) -> list[BenchmarkSet]:
    if options.set:
        return [SETS[name] for name in options.set]
    kinds = options.kind or (["growth"] if options.growth else ["usual"])
    return [entry for entry in SETS.values() if entry.kind in kinds]


def _wanted(name: str, kind: type[Tool], options: argparse.Namespace) -> bool:
    return name in options.tool if options.tool else options.all or not kind.optional


def _show(figures: Figures, pins: dict[str, dict[str, str]]) -> None:
    ours = pins.get(OURS, {})
    for tool, theirs in pins.items():
        same = sum(ours.get(name) == version for name, version in theirs.items())
        _say(f"  {tool}: {len(theirs)} packages" + (f", {same} as ours" if tool != OURS and ours else ""))
    _print(set_table(figures))


def _as_json(by_set: dict[str, Figures], sizes: dict[str, int], options: argparse.Namespace) -> str:
    return json.dumps(
        {
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
            "index": "live" if options.live else "served over TLS" if options.tls else "served",
            "latency_ms": None if options.live else options.latency,
            "sets": {
                name: {
                    "packages": sizes[name],
                    "scenarios": {
                        scenario: {tool: cell.as_json() for tool, cell in cells.items()}
                        for scenario, cells in figures.items()
                    },
                }
                for name, figures in by_set.items()
            },
        },
        indent=2,
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        _say(line)


if __name__ == "__main__":
    sys.exit(main())
