"""``pinkeeper update`` from the command to the proposals, the locks and the report."""

from __future__ import annotations

import json

import pytest

from tests.support.aging_project import HOOK, NAMES, ROUTINE, fill, publish_newer
from tests.support.command_line import CommandLine, CommandResult
from tests.support.index import LoopbackIndex
from tests.support.lock_text import read_lock

TARGET = ("--python-version", "3.12", "--platform", "linux_x86_64")


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    """A project that was locked when everything was at 1.0."""
    index.behaviour.cache_control = "no-cache"
    fill(index)
    cli.write("requirements.in", "".join(f"{name}\n" for name in NAMES if name != "capped"))
    done = cli("lock", "-i", index.url, *TARGET)
    assert done.status == 0, done.stderr
    return cli


def update(project: CommandLine, index: LoopbackIndex, *arguments: str) -> CommandResult:
    return project("update", "-i", index.url, *arguments)


def proposals(done: CommandResult) -> dict[str, dict]:
    result = json.loads(done.stdout)
    return {each["id"]: each for each in result["proposals"]}


def pins_of(text: str) -> dict[str, str]:
    return {name: str(pin.version) for name, pin in read_lock(text).items()}


def moved(proposal: dict) -> dict[str, tuple[str | None, str | None]]:
    return {bump["name"]: (bump["old"], bump["new"]) for bump in proposal["bumps"]}


def test_each_bump_stands_where_its_risk_puts_it(project, index):
    publish_newer(index)
    before = project.read("requirements.txt")
    done = update(project, index, "--format", "json")
    assert done.status == 1, done.stderr  # one came out dangerous
    result = json.loads(done.stdout)
    found = proposals(done)
    assert set(found) == {"routine", "importer", "apikit"}
    assert moved(found["routine"]) == dict.fromkeys((*ROUTINE, "capper"), ("1.0", "1.1"))
    assert moved(found["importer"]) == {"importer": ("1.0", "1.1")}
    assert moved(found["apikit"]) == {"apikit": ("1.0", "2.0")}
    assert [moved(each) for each in result["refused"]] == [{"hooked": ("1.0", "1.1")}]
    held = {each["name"]: (each["newest"], [holder["kind"] for holder in each["holders"]]) for each in result["held"]}
    assert held == {
        "capped": ("2.0", ["requirement"]),
        "hooked": ("1.1", ["conflict"]),
        "pulled": ("1.1", ["yanked"]),
        "young": ("1.1", ["cooldown"]),
    }
    assert project.read("requirements.txt") == before


def test_each_proposal_is_a_whole_lock(project, index):
    publish_newer(index)
    found = proposals(update(project, index, "--format", "json"))
    for proposal in found.values():
        (file,) = proposal["files"]
        assert file["path"] == "requirements.txt"
        pins = pins_of(file["text"])
        assert set(pins) == set(NAMES)
        for name in NAMES:
            assert pins[name] == moved(proposal).get(name, ("", "1.0"))[1]


def test_the_routine_proposal_is_written_and_fresh(project, index):
    publish_newer(index)
    done = update(project, index, "--write", "--format", "json", "--fail-on", "never")
    assert done.status == 0, done.stderr
    assert "Wrote requirements.txt" in done.stderr
    pins = pins_of(project.read("requirements.txt"))
    assert {name for name, version in pins.items() if version != "1.0"} == {*ROUTINE, "capper"}
    assert project("lock", "-i", index.url, *TARGET, "--check").status == 0


def test_a_flagged_proposal_is_written_by_its_name(project, index):
    publish_newer(index)
    done = update(project, index, "--write", "--format", "json", "--proposal", "importer", "--fail-on", "never")
    assert done.status == 0, done.stderr
    pins = pins_of(project.read("requirements.txt"))
    assert {name for name, version in pins.items() if version != "1.0"} == {"importer"}


def test_what_came_out_dangerous_cannot_be_written(project, index):
    publish_newer(index)
    before = project.read("requirements.txt")
    done = update(project, index, "--write", "--format", "json", "--proposal", "danger-hooked-1.1")
    assert done.status == 2
    assert "it came out dangerous" in done.stderr
    assert project.read("requirements.txt") == before


def test_an_older_release_is_proposed_where_the_newest_is_dangerous(project, index):
    index.add_release("hooked", "1.0.5", files={"hooked/__init__.py": "def greet(name): return name\n"})
    publish_newer(index)
    found = proposals(update(project, index, "--format", "json", "hooked"))
    assert {key: moved(each) for key, each in found.items()} == {"routine": {"hooked": ("1.0", "1.0.5")}}


def test_with_nothing_newer_there_is_nothing_to_propose(project, index):
    done = update(project, index, "--format", "json")
    assert done.status == 0, done.stderr
    assert json.loads(done.stdout)["proposals"] == []
    assert "Compared" not in done.stderr


def test_a_second_run_compares_nothing_again(project, index):
    publish_newer(index)
    first = update(project, index, "--format", "json")
    second = update(project, index, "--format", "json")
    assert first.stderr.startswith("Compared 18 releases, and knew 0 from before, in ")
    assert second.stderr.startswith("Compared 0 releases, and knew 18 from before, in ")
    for key in ("proposals", "refused"):
        assert json.loads(first.stdout)[key] == json.loads(second.stdout)[key]


def test_only_what_is_named_moves(project, index):
    publish_newer(index)
    found = proposals(update(project, index, "--format", "json", "plain01", "plain02"))
    assert {key: moved(each) for key, each in found.items()} == {
        "routine": {"plain01": ("1.0", "1.1"), "plain02": ("1.0", "1.1")}
    }


def test_a_level_holds_what_goes_further(project, index):
    publish_newer(index)
    done = update(project, index, "--format", "json", "--level", "minor", "apikit")
    result = json.loads(done.stdout)
    assert result["proposals"] == []
    (held,) = result["held"]
    assert (held["name"], held["holders"][0]["kind"]) == ("apikit", "policy")


def test_what_is_ignored_is_held_with_its_reason(project, index):
    publish_newer(index)
    project.write(
        "pyproject.toml",
        '[[tool.pinkeeper.update.ignore]]\npackage = "plain01"\nversions = "==1.1"\n'
        'reason = "greets too well"\nuntil = 2999-01-01\n',
    )
    result = json.loads(update(project, index, "--format", "json", "plain01").stdout)
    assert result["proposals"] == []
    (held,) = result["held"]
    assert "greets too well" in held["holders"][0]["text"]


def test_companions_come_along_and_nothing_else(project, index):
    index.add_release(
        "importer", "2.0", requires=["plain01>=1.1"], files={"importer/__init__.py": "import os\nos.system('id')\n"}
    )
    publish_newer(index)
    found = proposals(update(project, index, "--format", "json"))
    assert moved(found["importer"]) == {"importer": ("1.0", "2.0"), "plain01": ("1.0", "1.1")}
    (companion,) = [bump for bump in found["importer"]["bumps"] if bump["name"] == "plain01"]
    assert companion["needed_by"] == ["importer"]


def test_without_a_lock_there_is_nothing_to_update(cli, index):
    cli.write("requirements.in", "plain01\n")
    done = cli("update", "-i", index.url)
    assert done.status == 2
    assert "there is no lock to update" in done.stderr
    assert "pinkeeper lock" in done.stderr


def test_a_name_that_is_in_no_lock_is_told(project, index):
    done = update(project, index, "plain1")
    assert done.status == 2
    assert "plain1 is in none of the locks" in done.stderr


def test_only_what_an_advisory_is_about_moves_and_what_it_fixes_is_told(project, index):
    publish_newer(index)
    record = {
        "id": "OSV-7",
        "summary": "It leaks.",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "plain03"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
            }
        ],
    }
    project.write("osv/a.json", json.dumps(record))
    found = proposals(update(project, index, "--format", "json", "--security", "--advisories", "osv"))
    assert {key: moved(each) for key, each in found.items()} == {"routine": {"plain03": ("1.0", "1.1")}}
    (bump,) = found["routine"]["bumps"]
    assert bump["advisories"] == [{"id": "OSV-7", "aliases": [], "summary": "It leaks.", "url": None}]


def test_security_without_advisories_says_what_is_missing(project, index):
    done = update(project, index, "--security")
    assert done.status == 2
    assert "--advisories" in done.stderr


def test_without_a_ledger_nothing_is_said_of_reviews(project, index):
    publish_newer(index)
    found = proposals(update(project, index, "--format", "json", "plain01"))
    assert [bump["covered"] for bump in found["routine"]["bumps"]] == [None]


def test_a_report_leaves_no_page_of_an_earlier_one_and_touches_nothing_else(project, index):
    publish_newer(index)
    update(project, index, "--report", "out")
    folder = project.directory / "out"
    assert len(list(folder.glob("bump-*.html"))) > 1
    (folder / "bump-mine.html").write_text("<p>A page of somebody's own.</p>")
    (folder / "notes.txt").write_text("kept")
    update(project, index, "--report", "out", "plain01")
    pages = {path.name for path in folder.glob("bump-*.html")}
    assert pages == {"bump-mine.html", "bump-plain01_1.0_1.1.html"}
    assert (folder / "notes.txt").read_text() == "kept"


def test_with_a_ledger_each_bump_says_whether_it_is_reviewed(project, index):
    who = {f"GIT_CONFIG_{kind}_0": value for kind, value in (("KEY", "user.name"), ("VALUE", "Ada"))}
    who |= {"GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "ada@team.example"}
    who["PIP_INDEX_URL"] = index.url
    started = project("review", "init", environ=who)
    assert started.status == 0, started.stderr
    publish_newer(index)
    found = proposals(update(project, index, "--format", "json", "plain01"))
    assert [bump["covered"] for bump in found["routine"]["bumps"]] == [False]


def test_a_package_that_is_new_stands_with_what_brings_it_in(project, index):
    index.add_release("fresh", "1.0", files={"fresh/__init__.py": "def greet(): return 1\n"})
    code = "def greet(name):\n    return name\n\n\ndef count(words):\n    return len(words)\n"
    index.add_release("plain01", "1.2", files={"plain01/__init__.py": code}, requires=["fresh"])
    found = proposals(update(project, index, "--format", "json"))
    assert {key: moved(each) for key, each in found.items()} == {
        "plain01": {"plain01": ("1.0", "1.2"), "fresh": (None, "1.0")}
    }
    (fresh,) = [bump for bump in found["plain01"]["bumps"] if bump["name"] == "fresh"]
    assert (fresh["verdict"], fresh["flagged_for"]) == ("review", "it was not in the lock before")


def test_a_release_between_is_routine_where_the_newest_brings_a_new_package_in(project, index):
    publish_newer(index)
    index.add_release("fresh", "1.0", files={"fresh/__init__.py": "def greet(): return 1\n"})
    newer = "def greet(name):\n    return name\n\n\ndef count(words):\n    return len(words)\n"
    index.add_release("plain01", "1.2", files={"plain01/__init__.py": newer}, requires=["fresh", "plain02>=1.0"])
    found = proposals(update(project, index, "--format", "json"))
    assert set(found) == {"routine", "importer", "apikit", "plain01"}
    assert moved(found["routine"])["plain01"] == ("1.0", "1.1")
    assert moved(found["plain01"]) == {"plain01": ("1.0", "1.2"), "fresh": (None, "1.0")}


def test_what_is_dangerous_half_way_is_told_and_not_proposed(project, index):
    publish_newer(index)
    newer = "def greet(name):\n    return name\n\n\ndef count(words):\n    return len(words)\n"
    index.add_release("plain01", "1.2", files={"plain01/__init__.py": newer}, requires=["importer>=1.1"])
    index.add_release("plain01", "1.1.1", files={"plain01/__init__.py": newer, "plain01_init.pth": HOOK})
    done = update(project, index, "--format", "json")
    assert done.status == 1, done.stderr
    result = json.loads(done.stdout)
    assert moved(proposals(done)["routine"])["plain01"] == ("1.0", "1.1")
    assert {"plain01": ("1.0", "1.1.1")} in [moved(each) for each in result["refused"]]


def test_each_dangerous_release_has_an_id_of_its_own(project, index):
    index.add_release("hooked", "1.0.9", files={"hooked/__init__.py": "x = 1\n", "hooked_init.pth": HOOK})
    publish_newer(index)
    result = json.loads(update(project, index, "--format", "json", "hooked").stdout)
    assert [each["id"] for each in result["refused"]] == ["danger-hooked-1.0.9", "danger-hooked-1.1"]


def test_with_nothing_routine_write_says_what_there_is(project, index):
    publish_newer(index)
    before = project.read("requirements.txt")
    done = update(project, index, "--write", "importer")
    assert done.status == 0, done.stderr
    assert "there is no routine proposal to write; name another one: --proposal importer" in done.stderr
    assert project.read("requirements.txt") == before
