"""``python -m tests.benchmarks.ledger``: the gate and the status on a ledger as large as those of years of work.

The ratio that counts is to an interpreter that imports nothing: all else is the reading of decisions.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.ledger.document import EMPTY, read_ledger
from pinkeeper.ledger.entry_values import rule_set
from pinkeeper.model.ledger import Entry, Exemption, Files, Review, SeenFinding, Thoroughness
from tests.benchmarks.measuring import measured_run

__all__ = ["main"]

_REPOSITORY = Path(__file__).resolve().parents[2]
_WHO = "Ada <ada@team.example>"
_RULES = rule_set(["endpoint", "import-time", "startup-hook"])
_TAGS = ("py3-none-any", "cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp312-cp312-macosx_11_0_arm64")
_FOREVER = date(9999, 12, 31)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ledger", description=__doc__)
    parser.add_argument("--packages", type=int, default=400, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--releases", type=int, default=13, metavar="N", help="of each (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=11, metavar="N", help="interleaved (default: %(default)s)")
    options = parser.parse_args(arguments)
    commands = {
        "an empty interpreter": [sys.executable, "-c", ""],
        "check --reviewed": [sys.executable, "-m", "pinkeeper", "check", "--reviewed"],
        "review status": [sys.executable, "-m", "pinkeeper", "review", "status"],
    }
    with tempfile.TemporaryDirectory(prefix="ledger-") as name:
        folder = Path(name)
        _write(folder, packages=options.packages, releases=options.releases)
        walls: dict[str, list[float]] = {each: [] for each in commands}
        for run in range(options.runs + 1):
            for each, command in commands.items():
                environ = {**_kept(os.environ), "PYTHONPATH": str(_REPOSITORY), "NO_COLOR": "1"}
                usage = measured_run(command, folder=folder, environ=environ, limit=120)
                if run:  # the first one compiles what is imported
                    walls[each].append(usage.wall)
    least = statistics.median(walls["an empty interpreter"])
    sys.stdout.write(f"{options.packages * options.releases:,} decisions about {options.packages:,} packages\n")
    for each, seconds in walls.items():
        median = statistics.median(seconds)
        sys.stdout.write(
            f"  {each:<22} {median:6.3f} s ({min(seconds):.3f} to {max(seconds):.3f})  {median / least:5.1f}\n"
        )
    return 0


def _kept(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what would make each run compile the program anew."""
    return {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _write(folder: Path, *, packages: int, releases: int) -> None:
    """A project of whose packages each was exempted once and followed by deltas up to what is locked."""
    decisions: list[Entry] = [_RULES]
    pins = []
    for number in range(packages):
        package = f"package-number-{number:03}"
        tags = _TAGS[: 1 + number % len(_TAGS)]
        decisions += _history(package, tags, releases)
        hashes = "".join(f" \\\n    --hash=sha256:{digest}" for _, digest in _files(package, releases - 1, tags))
        pins.append(f"{package}=={_version(releases - 1)}{hashes}\n")
    (folder / "supply-chain").mkdir()
    text = read_ledger(EMPTY, path="ledger.toml").added(decisions).text
    (folder / "supply-chain" / "ledger.toml").write_text(text, encoding="utf-8")
    (folder / "requirements.txt").write_text("".join(pins), encoding="utf-8")


def _history(package: str, tags: Sequence[str], releases: int) -> Iterator[Entry]:
    name, criteria = canonicalize_name(package), ("safe-to-deploy",)
    yield Exemption(
        package=name,
        version=_version(0),
        criteria=criteria,
        files=_files(package, 0, tags),
        until=_FOREVER,
        who=_WHO,
        when=date(2026, 1, 1),
    )
    for release in range(1, releases):
        fingerprint = _sha256(f"{package} {release}")[:16]
        seen = SeenFinding(rule="endpoint", fingerprint=fingerprint, reason="the project's own documentation")
        yield Review(
            package=name,
            version=_version(release),
            base=_version(release - 1),
            criteria=criteria,
            files=_files(package, release, tags),
            base_files=_files(package, release - 1, tags),
            who=_WHO,
            when=date(2026, 1, 1 + release % 28),
            thoroughness=Thoroughness.EVERY_LINE,
            rules=_RULES.id,
            findings=() if release % 4 else (seen,),
            notes="" if release % 3 else "A new option of the client; the tests were read too.",
        )


def _version(release: int) -> Version:
    return Version(f"1.{release}.0")


def _files(package: str, release: int, tags: Sequence[str]) -> Files:
    names = sorted(f"{package.replace('-', '_')}-{_version(release)}-{tag}.whl" for tag in tags)
    return tuple((name, _sha256(name)) for name in names)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
