"""Planted attacks are found where they stand, and bumps that do no harm are routine."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinkeeper.model.finding import Verdict
from tests.review.corpus.attack import Attack, Family
from tests.review.corpus.bases import BASES
from tests.review.corpus.benign import Benign
from tests.review.corpus.catalogue import ATTACKS, BENIGN, HELD_BACK, attacked
from tests.review.corpus.judge import judge
from tests.review.corpus.place import grave, is_at, told
from tests.review.corpus.writing import written


@pytest.fixture(scope="module")
def old_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """The old release of each base, on disk."""
    return {base: written(make(), tmp_path_factory.mktemp(base)) for base, (make, _) in BASES.items()}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.id}{'~' * (attack.id in HELD_BACK)}")
def test_an_attack_is_found_where_it_stands(attack: Attack, old_files: dict[str, list[Path]], tmp_path: Path) -> None:
    result = judge(old_files[attack.base], written(attacked(attack), tmp_path))
    found = grave(result.findings)
    assert found, f"nothing grave among: {told(result.findings)}"
    assert is_at(attack.where, found), f"not at {attack.where}: {told(found)}"
    assert result.verdict is not Verdict.ROUTINE


@pytest.mark.parametrize("bump", BENIGN, ids=lambda bump: bump.id)
def test_a_bump_that_does_no_harm_is_routine(bump: Benign, tmp_path: Path) -> None:
    old, new = bump.drafts()
    result = judge(written(old, tmp_path / "old"), written(new, tmp_path / "new"))
    assert not grave(result.findings), told(grave(result.findings))
    assert result.verdict is Verdict.ROUTINE


@pytest.mark.parametrize("family", Family)
def test_a_family_has_six_shapes_two_of_them_evasive_and_a_third_held_back(family: Family) -> None:
    shapes = [attack for attack in ATTACKS if attack.family is family]
    held_back = [attack for attack in shapes if attack.id in HELD_BACK]
    assert len(shapes) >= 6
    assert sum(attack.evasive for attack in shapes) >= 2
    assert abs(3 * len(held_back) - len(shapes)) <= 2
    assert any(attack.evasive for attack in held_back)


def test_no_two_attacks_are_called_the_same() -> None:
    assert len({attack.id for attack in ATTACKS}) == len(ATTACKS)
