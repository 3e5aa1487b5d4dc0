"""Runs of tools, and what is made of them."""

from __future__ import annotations

import os
import sys

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.figures import Cell, growth_table, set_table, summary
from tests.benchmarks.measuring import RunFailedError, Usage, measured_run
from tests.benchmarks.programs import Programs
from tests.benchmarks.runner import Run, Runner
from tests.benchmarks.scenarios import Scenario
from tests.benchmarks.served import ServedIndex, Traffic
from tests.benchmarks.sets import BenchmarkSet
from tests.benchmarks.tools import Pinkeeper

_TWO = BenchmarkSet(name="two", requirements=("app",), upgrade="lib")


@pytest.fixture
def upstream(index):
    index.add_release("app", "1", requires=["lib>=1"])
    index.add_release("lib", "1")
    index.add_release("lib", "2")
    return index


@pytest.fixture
def runner(tmp_path, upstream):
    with ServedIndex(tmp_path / "recordings", upstream=upstream.url) as served:
        tool = Pinkeeper(Programs(tmp_path / "programs"))
        yield Runner(tool, _TWO, folder=tmp_path / "work", index=served, latency_ms=0, limit=60)


def test_a_rehearsed_run_asks_the_recorded_index_for_nothing(runner, upstream):
    runner.rehearse(Scenario.COLD)
    upstream.clear()
    run = runner.run(Scenario.COLD)
    assert runner.pins() == {"app": "1", "lib": "2"}
    assert (run.traffic.pages, run.traffic.metadata, run.traffic.missed) == (2, 2, ())
    assert run.usage.cpu > 0
    assert run.usage.peak_bytes > 2**20
    assert upstream.requests == []


def test_warm_runs_and_runs_without_change_need_no_index(runner):
    assert runner.run(Scenario.WARM).traffic.requests == 0
    assert runner.run(Scenario.NO_CHANGE).traffic.requests == 0


def test_a_stale_cache_is_revalidated(runner):
    runner.rehearse(Scenario.STALE)
    traffic = runner.run(Scenario.STALE).traffic
    assert (traffic.requests, traffic.not_modified) == (2, 2)


def test_an_upgrade_begins_with_an_older_release_of_the_package(runner, tmp_path):
    runner.rehearse(Scenario.COLD)
    runner.rehearse(Scenario.UPGRADE)
    runner.run(Scenario.UPGRADE)
    assert "lib==1" in (tmp_path / "work" / "older-out.txt").read_text()
    assert runner.pins() == {"app": "1", "lib": "2"}


def test_a_run_that_meets_what_is_not_recorded_is_told_and_repeated(runner, capsys):
    run = runner.run(Scenario.COLD)
    assert run.traffic.missed == ()
    said = capsys.readouterr().err
    assert said.startswith("!! pinkeeper cold: ")
    assert "things asked for that are not recorded (/simple/app/" in said
    assert said.endswith("; the run does not count\n")


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path):
    with pytest.raises(RunFailedError, match=r"^no such luck$"):
        measured_run(
            [sys.executable, "-c", "import sys; sys.exit('no such luck')"],
            folder=tmp_path,
            environ=os.environ,
            limit=60,
        )


def test_a_command_that_does_not_end_is_ended(tmp_path):
    with pytest.raises(RunFailedError, match=r"^not done in 1 s$"):
        measured_run(
            [sys.executable, "-c", "import time; time.sleep(600)"], folder=tmp_path, environ=os.environ, limit=1
        )


def _cell(*walls: float, sent: int = 0, peak: int = 10_000_000) -> Cell:
    traffic = Traffic(
        requests=5,
        pages=2,
        metadata=3,
        not_modified=0,
        sent_bytes=sent,
        connections=1,
        recorded=0,
        server_cpu=0.1,
        missed=(),
    )
    return Cell(runs=tuple(Run(usage=Usage(wall=wall, cpu=1.0, peak_bytes=peak), traffic=traffic) for wall in walls))


def test_the_summary_gives_the_median_over_sets_beside_its_limit():
    by_set = {
        name: {Scenario.COLD: {"pinkeeper": _cell(ours, 9, ours), "uv": _cell(1.0, 1.0)}}
        for name, ours in {"a": 1.0, "b": 1.1, "c": 4.0}.items()
    }
    lines = list(summary(by_set, kinds=dict.fromkeys(by_set, "usual"), live=False, latency_ms=20))
    assert lines[0] == "usual sets (a, b, c): median over sets of ours/theirs"
    assert " ".join(lines[1].split()) == "cold wall, uv 1.100 limit 1.2: reached (3 of 3 sets, 1 to 4)"


def test_a_limit_that_is_not_reached_is_told():
    by_set = {"a": {Scenario.WARM: {"pinkeeper": _cell(0.5), "uv": _cell(0.1)}}}
    said = "\n".join(summary(by_set, kinds={"a": "usual"}, live=False, latency_ms=20))
    assert "limit 3.5: NOT REACHED" in said
    assert "limit 0.25: NOT REACHED" in said


def test_limits_are_for_the_latency_they_were_set_for():
    by_set = {"a": {Scenario.WARM: {"pinkeeper": _cell(0.5), "uv": _cell(0.1)}}}
    assert "limit" not in "\n".join(summary(by_set, kinds={"a": "usual"}, live=False, latency_ms=0))


def test_a_tool_that_failed_is_shown_with_its_reason_and_gives_no_ratio():
    failed = Cell(runs=(), failure="no answer")
    figures = {Scenario.COLD: {"pinkeeper": _cell(1.0), "uv": failed}}
    assert any("uv" in line and line.endswith("no answer") for line in set_table(figures))
    assert list(summary({"a": figures}, kinds={"a": "usual"}, live=False, latency_ms=20))[1].split()[-1] == "-"


def test_growth_is_shown_by_size_with_the_time_of_a_megabyte():
    by_set = {
        "large": {Scenario.COLD: {"pinkeeper": _cell(2.0, sent=20_000_000)}},
        "small": {Scenario.COLD: {"pinkeeper": _cell(0.5, sent=4_000_000)}},
    }
    rows = [line.split() for line in growth_table(by_set, sizes={"large": 100, "small": 20})]
    assert rows[1] == ["20", "cold", "pinkeeper", "0.500", "1.00", "4.00", "25.0", "125.0"]
    assert rows[2] == ["100", "cold", "pinkeeper", "2.000", "1.00", "20.00", "20.0", "100.0"]


def test_the_command_measures_and_writes_its_figures(tmp_path, upstream, monkeypatch, capsys):
    monkeypatch.setattr("tests.benchmarks.__main__.SETS", {"two": _TWO})
    recordings, figures = tmp_path / "recordings", tmp_path / "figures.json"
    common = ["--recordings", str(recordings), "--upstream", upstream.url, "--work", str(tmp_path)]
    status = main([*common, "--tool", "pinkeeper", "--runs", "2", "--latency", "0", "--json", str(figures)])
    assert status == 0
    assert "pinkeeper: 2 packages" in capsys.readouterr().out
    assert '"packages": 2' in figures.read_text()
