"""Planted attacks are found where they stand, and bumps that do no harm are routine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from pinkeeper.model.finding import Finding, Severity, Verdict
from tests.review.corpus.attack import Attack
from tests.review.corpus.bases import BASES
from tests.review.corpus.benign import BENIGN, Benign
from tests.review.corpus.catalogue import ATTACKS, HELD_BACK, attacked
from tests.review.corpus.draft import Draft
from tests.review.corpus.judge import judge

pytest.importorskip("pinkeeper.workflows.diff", exc_type=ModuleNotFoundError)


@pytest.fixture(scope="module")
def old_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The old release of each base, on disk."""
    return {base: _written(make(), tmp_path_factory.mktemp(base)) for base, (make, _) in BASES.items()}


@pytest.mark.parametrize(
    "attack",
    [pytest.param(attack, id=f"{attack.id}{'~' if attack.id in HELD_BACK else ''}") for attack in ATTACKS],
)
def test_an_attack_is_found_where_it_stands(attack: Attack, old_files: dict[str, list[Path]], tmp_path: Path) -> None:
    result = judge(old_files[attack.base], _written(attacked(attack), tmp_path))
    grave = [finding for finding in result.findings if finding.severity.at_least(Severity.HIGH)]
    assert grave, f"nothing grave among: {_told(result.findings)}"
    assert _is_at(attack.where, grave), f"not at {attack.where}: {_told(grave)}"
    assert result.verdict is not Verdict.ROUTINE


@pytest.mark.parametrize("bump", BENIGN, ids=lambda bump: bump.id)
def test_a_bump_that_does_no_harm_is_routine(bump: Benign, tmp_path: Path) -> None:
    old, new = bump.drafts()
    result = judge(_written(old, tmp_path / "old"), _written(new, tmp_path / "new"))
    grave = [finding for finding in result.findings if finding.severity.at_least(Severity.HIGH)]
    assert not grave, _told(grave)
    assert result.verdict is Verdict.ROUTINE


def test_every_family_has_six_shapes_two_of_them_evasive_and_a_third_held_back() -> None:
    families = {attack.family for attack in ATTACKS}
    for family in families:
        shapes = [attack for attack in ATTACKS if attack.family is family]
        assert len(shapes) >= 6, family
        assert sum(attack.evasive for attack in shapes) >= 2, family
        held = [attack for attack in shapes if attack.id in HELD_BACK]
        assert abs(3 * len(held) - len(shapes)) <= 2, family
        assert any(attack.evasive for attack in held), family
    assert len(families) == 21
    assert len({attack.id for attack in ATTACKS}) == len(ATTACKS)


def _written(draft: Draft, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for built in (draft.wheel(), draft.sdist()):
        path = folder / built.filename
        path.write_bytes(built.content)
        paths.append(path)
    return paths


def _is_at(where: Sequence[str], findings: Sequence[Finding]) -> bool:
    """Whether one of the places is named by a finding or by what belongs to one."""
    if not where:
        return True
    named = {path for finding in findings for path in (finding.path, *(fact.path for fact in finding.related)) if path}
    return any(place in path for place in where for path in named)


def _told(findings: Sequence[Finding]) -> str:
    return "; ".join(f"{finding.severity} {finding.rule} {finding.path}: {finding.summary}" for finding in findings)
