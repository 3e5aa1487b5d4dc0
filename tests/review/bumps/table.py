"""The bumps as a table, and their rates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

from tests.review.bumps.judging import Judged

__all__ = ["table"]


def table(judged: Sequence[Judged]) -> str:
    """One line a bump, its grave findings below it; counts, rates and times in the end."""
    lines = [f"{'package':<20} {'old':>12} {'new':>12} {'verdict':<9} {'s':>6} {'MB':>5}  C/H/M/L"]
    for one in sorted(judged, key=lambda one: one.key):
        counts = "/".join(str(one.counts.get(severity, 0)) for severity in ("critical", "high", "medium", "low"))
        lines.append(
            f"{one.package:<20} {one.old:>12} {one.new:>12} {one.verdict or 'FAILED':<9} {one.seconds:>6.2f} "
            f"{one.megabytes:>5.0f}  {counts}"
        )
        if one.problem:
            lines.append(f"    {one.problem}")
        lines += [
            f"    {grave.severity} {grave.rule} {grave.path or '-'}:{grave.line or '-'} {grave.summary}"
            for grave in one.grave
        ]
    return "\n".join([*lines, "", *_rates(judged)]) + "\n"


def _rates(judged: Sequence[Judged]) -> list[str]:
    done = [one for one in judged if not one.problem]
    if not done:
        return ["nothing was compared"]
    critical = sum(one.counts.get("critical", 0) > 0 for one in done)
    high = sum(bool(one.grave) for one in done)
    seconds = sorted(one.seconds for one in done)
    rules = Counter(f"{grave.severity} {grave.rule}" for one in done for grave in one.grave)
    return [
        f"{len(done)} bumps of {len({one.package for one in done})} packages; {len(judged) - len(done)} failed",
        f"with a critical finding: {critical} ({critical / len(done):.1%})",
        f"with a high or critical finding: {high} ({high / len(done):.1%})",
        f"seconds: median {median(seconds):.2f}, most {seconds[-1]:.2f}",
        f"MB: most {max(one.megabytes for one in done):.0f}",
        *(f"{count:>5} {rule}" for rule, count in rules.most_common()),
    ]
