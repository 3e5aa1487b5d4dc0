"""``python -m tests.review.bumps``: compare real, harmless bumps, and tell what was taken for harm.

Live, by hand: files come from the index that pip would use, into a folder outside of the repository. What was judged by
the same program already is not judged again.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import msgspec

from pinkeeper.errors import PinkeeperError
from tests.review.bumps.downloads import Downloads
from tests.review.bumps.judging import Judged, judge_bump, program_digest
from tests.review.bumps.packages import LATER, PACKAGES, Half, half_of
from tests.review.bumps.plan import Bump
from tests.review.bumps.table import table

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch, compare, tell; give the exit status."""
    options = _parser().parse_args(arguments)
    names = [name for name in (*PACKAGES, *LATER) if not options.half or half_of(name) == options.half]
    names = [name for name in names if not options.only or name in options.only]
    downloads = Downloads(options.folder, ca_bundle=os.environ.get("PIP_CERT"))
    try:
        bumps = _fetched(downloads, names)
    finally:
        downloads.close()
    if options.fetch_only:
        return 0
    place = options.json or options.folder / "results.json"
    program = program_digest()
    known = {} if options.again else {one.key: one for one in _read(place) if one.program == program}
    wanted = {(bump.package, bump.old, bump.new): bump for bump in bumps}
    todo = [bump for key, bump in wanted.items() if key not in known]
    for number, one in enumerate(_judged(todo, downloads, program=program, options=options), start=1):
        known[one.key] = one
        _write(place, known.values())
        sys.stderr.write(f"{number}/{len(todo)} {one.package} {one.old} {one.new}: {one.verdict or one.problem}\n")
    sys.stdout.write(table([known[key] for key in wanted if key in known]))
    return 0


def _fetched(downloads: Downloads, names: Iterable[str]) -> list[Bump]:
    """The bumps whose files are there in the end."""
    found: list[Bump] = []
    for name in names:
        try:
            bumps = downloads.plan(name)
        except PinkeeperError as error:
            sys.stderr.write(f"{name}: {error}\n")
            continue
        downloads.fetch(bumps)
        found += [bump for bump in bumps if downloads.has(bump)]
    return found


def _judged(
    todo: Sequence[Bump], downloads: Downloads, *, program: str, options: argparse.Namespace
) -> Iterable[Judged]:
    def judged(bump: Bump) -> Judged:
        old, new = ([downloads.place(bump.package, file) for file in side] for side in (bump.old_files, bump.new_files))
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            try:
                return alone.submit(
                    judge_bump, bump, old, new, program=program, jobs=options.processes, timeout=options.timeout
                ).result()
            except BrokenProcessPool:
                return Judged(
                    package=bump.package,
                    old=bump.old,
                    new=bump.new,
                    why=bump.why,
                    program=program,
                    problem="the process ended before it was done",
                )

    with ThreadPoolExecutor(options.jobs) as pool:
        yield from (future.result() for future in as_completed([pool.submit(judged, bump) for bump in todo]))


def _read(place: Path) -> tuple[Judged, ...]:
    return msgspec.json.decode(place.read_bytes(), type=tuple[Judged, ...]) if place.is_file() else ()


def _write(place: Path, judged: Iterable[Judged]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f"{place.name}.part")
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(sorted(judged, key=lambda one: one.key))))
    unfinished.replace(place)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.review.bumps", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "pinkeeper-bumps", help="plans, files, results"
    )
    parser.add_argument("--half", type=Half, choices=list(Half), help="to tune on, to judge by, or taken up later")
    parser.add_argument("--only", action="append", metavar="NAME", help="no other package; repeatable")
    parser.add_argument("--jobs", type=int, default=1, help="bumps at the same time")
    parser.add_argument("--processes", type=int, default=1, help="processes of each comparison")
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one bump")
    parser.add_argument("--again", action="store_true", help="judge again what the same program has judged")
    parser.add_argument("--fetch-only", action="store_true", help="compare nothing")
    parser.add_argument("--json", type=Path, help="where results are kept; FOLDER/results.json by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
