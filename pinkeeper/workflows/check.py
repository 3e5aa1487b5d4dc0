"""Prove locks against the index, and fail closed: what is not found to be right is told."""

from __future__ import annotations

import time

from msgspec.structs import replace

from pinkeeper.lockfile.lock_formats import is_pylock, read_lock
from pinkeeper.model.check_result import CheckedLock, CheckFinding, CheckResult
from pinkeeper.workflows.check_command import Tool
from pinkeeper.workflows.check_direct import located_lock
from pinkeeper.workflows.check_ground import default_locks, lay_ground
from pinkeeper.workflows.check_job import CheckJob
from pinkeeper.workflows.check_lines import ReadLines, decode_lock, read_lines
from pinkeeper.workflows.check_options import CheckOptions
from pinkeeper.workflows.check_publishers import judge_publishers
from pinkeeper.workflows.check_pylock import PylockMarkers, read_tables
from pinkeeper.workflows.lock_source import open_source
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.unfinished import refuse_unfinished

__all__ = ["check"]


def check(options: CheckOptions, surroundings: Surroundings) -> CheckResult:
    """Check each lock; without any named, those that ``lock`` would write here.

    Raises InputError and ConfigurationError for locks, inputs and settings that cannot be read, OutputError where they
    were written half-way, and what stands against knowing what an index says: NetworkError, IndexPageError,
    HashMismatchError. Then nothing is claimed of any lock.
    """
    began = time.monotonic()
    refuse_unfinished(surroundings.directory)
    paths = options.locks or default_locks(options, surroundings)
    locks = []
    requests = bytes_read = 0
    for path in dict.fromkeys(paths):
        checked, (asked, read) = _checked(path, options, surroundings)
        locks.append(checked)
        requests, bytes_read = requests + asked, bytes_read + read
    return CheckResult(locks=tuple(locks), elapsed=time.monotonic() - began, requests=requests, bytes_read=bytes_read)


def _checked(path: str, options: CheckOptions, surroundings: Surroundings) -> tuple[CheckedLock, tuple[int, int]]:
    text = decode_lock(surroundings.read(path), path=path)
    lock = read_lock(text, path=path)
    ground = lay_ground(path, text, lock, options, surroundings)
    markers = None
    if is_pylock(path):
        tables = read_tables(text, lock, is_ours=ground.command.tool is Tool.PINKEEPER, path=path)
        lines, markers = ReadLines(lock=lock, findings=tables.findings), PylockMarkers(tables)
    else:
        lines = read_lines(text, lock, path=path, environ=surroundings.environ)
    lines = replace(lines, lock=located_lock(lines.lock, path, surroundings))
    with open_source(ground.places, ground.options, ground.settings, surroundings) as opened:
        surroundings.progress.started(opened.counters)
        try:
            job = CheckJob(path, lines, ground, markers=markers, source=opened.source, now=surroundings.now)
            findings = [*(job.offline() if options.offline else job.online())]
            if not options.offline:
                findings += judge_publishers(lock, opened, path)
        finally:
            surroundings.progress.finished()
        counters = opened.counters()
    checked = CheckedLock(
        path=path,
        packages=len({package.name for package in lock.packages}),
        hashes=sum(len(package.hashes) for package in lock.packages),
        targets=tuple(target.name for target in ground.targets),
        targets_from=ground.targets_from,
        roots_from=ground.roots_from,
        index_from=ground.index_from,
        indexes=tuple(index.url for index in ground.places.indexes()),
        findings=tuple(sorted(dict.fromkeys(findings), key=_order)),
        not_checked=(*ground.not_checked, *job.not_checked),
    )
    return checked, counters


def _order(finding: CheckFinding) -> tuple[int, str, str]:
    return (finding.line or 0, finding.kind, finding.message)
