"""What is one change is told once: the first binaries of a package, and a name that many have long known."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.finding import Severity
from tests.review.corpus.elf import make_shared_object
from tests.review.two_releases import between

CLIENT = {"harbour/__init__.py": "def tide():\n    return 3\n"}


def told(result: DiffResult, rule: str) -> dict[str, Severity]:
    return {finding.path or finding.summary: finding.severity for finding in result.findings if finding.rule == rule}


def binaries(**imports: tuple[str, ...]) -> dict[str, bytes | str]:
    return {f"harbour/{name}.so": make_shared_object(imports=names) for name, names in imports.items()}


def test_of_the_first_binaries_the_most_powerful_is_high_and_the_others_are_further_ones(tmp_path: Path):
    added = binaries(a=("malloc",), b=("connect", "system"), c=("connect",))
    seen = told(between(tmp_path, "harbour", CLIENT, {**CLIENT, **added}), "native-binary")
    assert seen == {
        "harbour/a.so": Severity.MEDIUM,
        "harbour/b.so": Severity.HIGH,
        "harbour/c.so": Severity.MEDIUM,
    }


def test_a_power_that_only_another_of_the_first_binaries_has_is_high_too(tmp_path: Path):
    added = binaries(a=("connect", "dlopen"), b=("system",))
    seen = told(between(tmp_path, "harbour", CLIENT, {**CLIENT, **added}), "native-binary")
    assert seen == {"harbour/a.so": Severity.HIGH, "harbour/b.so": Severity.HIGH}


@pytest.mark.parametrize(
    ("name", "severity"),
    [("futures", Severity.MEDIUM), ("futur", Severity.HIGH), ("bpython", Severity.MEDIUM), ("bopython", Severity.HIGH)],
)
def test_a_name_near_a_widely_used_one_is_high_unless_many_install_it_too(tmp_path: Path, name, severity):
    result = between(tmp_path, "harbour", CLIENT, CLIENT, requires=(name,))
    assert list(told(result, "dependency").values()) == [severity]
