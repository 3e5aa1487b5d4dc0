"""``python -m tests.review.corpus``: how much of the corpus is found, family by family.

Of the attacks that are held back only numbers are told, unless they are asked for: rules are not to be tuned on them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from pinkeeper.model.finding import Finding, Severity
from tests.review.corpus.attack import Attack, Family
from tests.review.corpus.bases import BASES
from tests.review.corpus.catalogue import ATTACKS, BENIGN, HELD_BACK, attacked
from tests.review.corpus.judge import judge
from tests.review.corpus.place import grave, is_at, told
from tests.review.corpus.writing import written

__all__ = ["main"]


class _Outcome(Struct, frozen=True, kw_only=True):
    """What came of one attack. is_found: at high or above; is_placed: where it stands; is_critical: as it should be."""

    attack: Attack
    is_found: bool
    is_placed: bool
    is_critical: bool
    said: str

    @property
    def is_held_back(self) -> bool:
        return self.attack.id in HELD_BACK


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge all, print; 1 where something is missed or a harmless bump is taken for harm."""
    parser = argparse.ArgumentParser("python -m tests.review.corpus", description=__doc__)
    parser.add_argument("--family", type=Family, choices=list(Family), help="no other family")
    parser.add_argument("--held-back", action="store_true", help="tell what was missed of those held back, too")
    parser.add_argument("--all", action="store_true", help="tell what was found, too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="corpus-") as name:
        folder = Path(name)
        outcomes = _outcomes(folder, options.family)
        alarms = [] if options.family else _alarms(folder)
    for one in outcomes:
        if one.is_held_back and not options.held_back:
            continue
        if options.all or not one.is_placed:
            mark = "found" if one.is_placed else "MISPLACED" if one.is_found else "MISSED"
            sys.stdout.write(f"{mark:<9} {one.attack.id}{' (evasive)' * one.attack.evasive}: {one.said}\n")
        elif one.attack.unasked and not one.is_critical:
            sys.stdout.write(f"not critical {one.attack.id}: {one.said}\n")
    sys.stdout.writelines(f"ALARM     {alarm}\n" for alarm in alarms)
    sys.stdout.write(_table(outcomes))
    if not options.family:
        sys.stdout.write(f"harmless bumps: {len(alarms)} of {len(BENIGN)} taken for harm\n")
    return int(bool(alarms) or not all(one.is_placed for one in outcomes))


def _outcomes(folder: Path, family: Family | None) -> list[_Outcome]:
    old = {base: written(make(), folder / "old" / base) for base, (make, _) in BASES.items()}
    found = []
    for attack in ATTACKS:
        if family is None or attack.family is family:
            new = written(attacked(attack), folder / "new" / attack.id)
            try:
                findings: Sequence[Finding] = judge(old[attack.base], new).findings
            except Exception as error:  # noqa: BLE001 - one that fails is missed; the others go on
                found.append(_missed(attack, f"{type(error).__name__}: {error}"))
                continue
            found.append(
                _Outcome(
                    attack=attack,
                    is_found=bool(grave(findings)),
                    is_placed=is_at(attack.where, grave(findings)),
                    is_critical=any(finding.severity is Severity.CRITICAL for finding in findings),
                    said=told(grave(findings) or findings),
                )
            )
    return found


def _missed(attack: Attack, said: str) -> _Outcome:
    return _Outcome(attack=attack, is_found=False, is_placed=False, is_critical=False, said=said)


def _alarms(folder: Path) -> list[str]:
    alarms = []
    for bump in BENIGN:
        old, new = bump.drafts()
        place = folder / "benign" / bump.id
        try:
            findings = judge(written(old, place / "old"), written(new, place / "new")).findings
        except Exception as error:  # noqa: BLE001 - as above
            alarms.append(f"{bump.id}: {type(error).__name__}: {error}")
            continue
        if grave(findings):
            alarms.append(f"{bump.id}: {told(grave(findings))}")
    return alarms


def _table(outcomes: Sequence[_Outcome]) -> str:
    lines = [f"{'family':<16} {'found':>9} {'evasive':>9} {'held back':>9} {'critical':>9}"]
    families = [family for family in Family if any(one.attack.family is family for one in outcomes)]
    for family in (*families, None):
        of = [one for one in outcomes if family is None or one.attack.family is family]
        unasked = [one for one in of if one.attack.unasked]
        cells = (
            _share(of),
            _share([one for one in of if one.attack.evasive]),
            _share([one for one in of if one.is_held_back]),
            f"{sum(one.is_critical for one in unasked)}/{len(unasked)}",
        )
        lines.append(f"{family or 'all':<16} " + " ".join(f"{cell:>9}" for cell in cells))
    return "\n".join(lines) + "\n"


def _share(outcomes: Sequence[_Outcome]) -> str:
    return f"{sum(one.is_placed for one in outcomes)}/{len(outcomes)}"


if __name__ == "__main__":
    sys.exit(main())
