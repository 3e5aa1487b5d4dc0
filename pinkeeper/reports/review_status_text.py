"""What a ledger covers and leaves open, as lines for a terminal, each with a style."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from pinkeeper.model.review_backlog import OpenRelease, StatusResult, Way
from pinkeeper.model.review_result import State

__all__ = ["review_status_text", "show_command", "way_text"]

Line = tuple[str, str | None]

_SHOWN_EXEMPTIONS = 5


def review_status_text(result: StatusResult, *, full: bool = False) -> Iterator[Line]:
    """(text, style) lines; styles as a printer knows them. full: every exemption too."""
    for release, ways in result.open:
        style = "removed" if release.state is State.VIOLATION else "warning"
        yield f"{release.package} {release.version}: {release.state}: {release.message}", style
        yield f"  for {' and '.join(release.needed)}, in {', '.join(release.locks)}", "quiet"
        for way in ways:
            yield f"  {way_text(way)}", None
        yield f"  {show_command(release, ways)}", None
    yield from _exemptions(result, full=full)
    for hint in result.hints:
        yield f"hint: {hint}", None
    if result.unused_trust:
        yield f"note: {result.unused_trust}", None
    if result.outdated:
        yield (
            f"note: {_count(result.outdated, 'review')} from before some rules of today: pinkeeper review recheck",
            None,
        )
    yield from _verdict(result)


def way_text(way: Way) -> str:
    """A way to cover a release, with how much there is to read."""
    what = "all of it" if way.base is None else f"what changed since {way.base}"
    if way.measured is None:
        return f"{what}: not measured"
    measured = way.measured
    lines = _count(measured.lines, "executable line")
    findings = _count(measured.findings, "finding")
    gravest = f", the gravest {measured.gravest}" if measured.gravest is not None else ""
    return f"{what}: {lines}, {findings}{gravest}"


def show_command(release: OpenRelease, ways: Sequence[Way] = ()) -> str:
    """What to type to read a release, the cheapest way."""
    words = ["pinkeeper", "review", "show", release.package, "--to", str(release.version)]
    if ways and ways[0].base is not None and ways[0].measured is not None:
        words += ["--from", str(ways[0].base)]
    if release.names:
        words += ["--lock", release.names[0]]
    return shlex.join(words)


def _exemptions(result: StatusResult, *, full: bool) -> Iterator[Line]:
    if not result.exempted:
        return
    count = len(result.exempted)
    yield f"{count} release{' is' if count == 1 else 's are'} exempted, not reviewed; the first to end:", "quiet"
    shown = result.exempted if full else result.exempted[:_SHOWN_EXEMPTIONS]
    for package, version, until in shown:
        yield f"  {package} {version} until {until}", "quiet"
    if len(shown) < count:
        yield f"  and {count - len(shown)} more (--full)", "quiet"


def _verdict(result: StatusResult) -> Iterator[Line]:
    head = f"{result.covered} of {_count(result.releases, 'release')} covered by {_count(result.entries, 'decision')}"
    if not result.open:
        yield head, "good"
        return
    yield f"{head}; {len(result.open)} open", "warning"
    measured = len(result.open) - result.unmeasured
    if measured:
        yield f"to read: {_count(result.lines, 'executable line')} in {_count(measured, 'release')}", None
    if result.unmeasured:
        yield f"not measured: {_count(result.unmeasured, 'release')} (pinkeeper review status --measure)", None


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
