"""``python -m tests.benchmarks``: lock real projects with pinkeeper and others in turn; print medians and ratios.

Runs against the index that each tool uses by default, and leaves nothing behind. Times on a shared machine and a live
index vary: the ratios of one run are what counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.sets import SETS
from tests.benchmarks.tools import TOOLS, Measured, Tool, pins_of


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, help="measure only these")
    parser.add_argument("--tool", action="append", choices=TOOLS, help="compare only these")
    parser.add_argument("--runs", type=int, default=3, help="interleaved runs of each, cold and warm")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()
    tools = [TOOLS[name] for name in arguments.tool or TOOLS]
    figures = {}
    for name in arguments.set or SETS:
        figures[name] = _measure(name, tools, runs=arguments.runs)
        _show(name, figures[name])
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


def _measure(name: str, tools: list[Tool], *, runs: int) -> dict[str, dict[str, object]]:
    with tempfile.TemporaryDirectory(prefix="pinkeeper-benchmark-") as folder:
        directory = Path(folder)
        (directory / "in.txt").write_text("".join(f"{requirement}\n" for requirement in SETS[name]))
        cold: dict[str, list[Measured]] = {tool.name: [] for tool in tools}
        warm: dict[str, list[Measured]] = {tool.name: [] for tool in tools}
        for run in range(runs):
            for tool in tools:
                if tool.cold_only and run:
                    continue
                tool.forget(directory)
                cold[tool.name].append(tool.run(directory))
            for tool in tools:
                if not tool.cold_only:
                    warm[tool.name].append(tool.run(directory))
        pins = {tool.name: pins_of((directory / f"{tool.name}.txt").read_text()) for tool in tools}
    mine = pins.get("pinkeeper", {})
    return {
        tool.name: {
            "packages": len(pins[tool.name]),
            "pins_equal": sum(mine.get(package) == version for package, version in pins[tool.name].items()),
            "cold_wall": _median(cold[tool.name], "wall"),
            "cold_cpu": _median(cold[tool.name], "cpu"),
            "warm_wall": _median(warm[tool.name], "wall"),
            "warm_cpu": _median(warm[tool.name], "cpu"),
        }
        for tool in tools
    }


def _median(measured: list[Measured], what: str) -> float | None:
    return round(statistics.median(getattr(entry, what) for entry in measured), 3) if measured else None


def _show(name: str, figures: dict[str, dict[str, object]]) -> None:
    sys.stdout.write(f"{name}\n")
    mine = figures.get("pinkeeper", {})
    for tool, entry in figures.items():
        ratios = []
        for phase in ("cold_wall", "warm_wall"):
            theirs, ours = entry[phase], mine.get(phase)
            if tool != "pinkeeper" and isinstance(theirs, float) and isinstance(ours, float):
                ratios.append(f"{phase[:4]} ratio {ours / theirs:.2f}")
        sys.stdout.write(
            f"  {tool:12} {entry['packages']:>4} packages, {entry['pins_equal']:>4} pins as ours; "
            f"cold {entry['cold_wall']} s (cpu {entry['cold_cpu']}), warm {entry['warm_wall']} s "
            f"(cpu {entry['warm_cpu']}) {', '.join(ratios)}\n"
        )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
