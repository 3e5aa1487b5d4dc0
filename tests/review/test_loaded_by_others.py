"""What other programs load of their own accord, told where it is new."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinkeeper.model.finding import Severity, Verdict
from tests.review.corpus.judge import judge
from tests.support.distributions import make_wheel

CODE = "def add(a, b):\n    return a + b\n"
RULE = "loaded-by-others"


def wheel(folder: Path, version: str, files: dict[str, str]) -> list[Path]:
    """A wheel of ``sums``; entry points are among the files."""
    named = {path.replace("VERSION", version): text for path, text in files.items()}
    built = make_wheel("sums", version, files={"sums/__init__.py": CODE, **named})
    folder.mkdir(exist_ok=True)
    path = folder / built.filename
    path.write_bytes(built.content)
    return [path]


def findings(tmp_path: Path, old: dict[str, str], new: dict[str, str]):
    result = judge(wheel(tmp_path / "old", "1.0", old), wheel(tmp_path / "new", "1.1", new))
    return result.verdict, [finding for finding in result.findings if finding.rule == RULE]


def entry_points(*lines: str) -> dict[str, str]:
    return {"sums-VERSION.dist-info/entry_points.txt": "\n".join(lines) + "\n"}


@pytest.mark.parametrize(
    "group",
    [
        "pytest11",
        "setuptools.finalize_distribution_options",
        "keyring.backends",
        "torch.backends",
        "vllm.general_plugins",
    ],
)
def test_a_plug_in_that_is_loaded_for_being_there(tmp_path, group):
    verdict, found = findings(tmp_path, {}, entry_points(f"[{group}]", "sums = sums.plugin"))
    assert verdict is Verdict.REVIEW
    assert [finding.severity for finding in found] == [Severity.HIGH]


def test_one_more_plug_in_of_a_package_that_has_some_is_no_news(tmp_path):
    before = entry_points("[pytest11]", "sums = sums.plugin")
    after = entry_points("[pytest11]", "sums = sums.plugin", "more = sums.more")
    verdict, found = findings(tmp_path, before, after)
    assert verdict is Verdict.ROUTINE
    assert [finding.severity for finding in found] == [Severity.MEDIUM]


@pytest.mark.parametrize("lines", [("[console_scripts]", "sums = sums:main"), ("[sums.backends]", "x = sums.x")])
def test_entry_points_that_somebody_asks_for(tmp_path, lines):
    verdict, found = findings(tmp_path, {}, entry_points(*lines))
    assert (verdict, found) == (Verdict.ROUTINE, [])


@pytest.mark.parametrize(
    "path",
    [
        "etc/profile.d/sums.sh",
        "etc/jupyter/jupyter_server_config.d/sums.json",
        "etc/cron.d/sums",
        "lib/systemd/user/sums.service",
        "share/autostart/sums.desktop",
        "etc/ipython/startup/00-sums.py",
        "pip.conf",
        "etc/ld.so.conf.d/sums.conf",
        "share/git-core/templates/hooks/post-checkout",
    ],
)
def test_a_file_in_a_place_that_somebody_looks_into(tmp_path, path):
    verdict, found = findings(tmp_path, {}, {f"sums-VERSION.data/data/{path}": "x\n"})
    assert verdict is not Verdict.ROUTINE
    assert [finding.severity for finding in found] == [Severity.HIGH]


@pytest.mark.parametrize(
    "path",
    ["share/bash-completion/completions/sums", "share/man/man1/sums.1", "share/doc/sums/pip.conf", "etc/sums.toml"],
)
def test_files_that_nobody_reads_unasked(tmp_path, path):
    verdict, found = findings(tmp_path, {}, {f"sums-VERSION.data/data/{path}": "x\n"})
    assert (verdict, found) == (Verdict.ROUTINE, [])


def test_a_place_that_the_package_had_before(tmp_path):
    place = "sums-VERSION.data/data/etc/jupyter/jupyter_server_config.d/{}.json"
    verdict, found = findings(
        tmp_path, {place.format("a"): "{}\n"}, {place.format("a"): "{}\n", place.format("b"): "{}\n"}
    )
    assert verdict is Verdict.ROUTINE
    assert {finding.severity for finding in found} == {Severity.MEDIUM}
