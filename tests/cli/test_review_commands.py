"""The commands of ``pinkeeper review``, and what the gate says, one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pinkeeper.ledger.document import read_ledger
from pinkeeper.model.ledger import Ledger
from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex
from tests.support.reviewers import Prepared, prepared, sign_as

LEDGER = "supply-chain/ledger.toml"
CONFIG = "supply-chain/config.toml"
LOCK = "requirements.txt"
_TODAY = datetime.now(UTC).date()
_CODE = '"""Sums."""\n\n\ndef add(one, other):\n    return one + other\n'
_STARTS = _CODE + '\n\nimport subprocess\n\nsubprocess.run(["uname"], check=False)\n'


def _make(index: LoopbackIndex, cli: CommandLine) -> None:
    """A ledger that exempts alpha 1.0, and alpha 1.1, which starts a program, in the lock."""
    index.add_release("alpha", "1.0", files={"alpha/__init__.py": _CODE})
    cli.write("requirements.in", "alpha\n")
    cli.write("pyproject.toml", f'[tool.pinkeeper]\nindex-url = "{index.url}"\ncooldown = "0"\n')
    assert cli("lock", "requirements.in", "-o", LOCK).status == 0
    assert cli("review", "init").status == 0
    for name, version, code in (("alpha", "1.1", _STARTS), ("alpha", "0.9", _CODE), ("quiet", "1.0", _CODE)):
        index.add_release(name, version, files={f"{name}/__init__.py": code})
    assert cli("cache", "clear").status == 0
    done = cli("lock", "requirements.in", "-o", LOCK, "-U")
    assert done.status == 0, done.stderr
    assert "Left to review: 1 release: alpha 1.1 (pinkeeper review status)\n" in done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """The project, once."""
    with prepared(tmp_path_factory.mktemp("made"), _make) as ready:
        yield ready


@pytest.fixture
def project(made: Prepared, cli: CommandLine, clean_environment: Path) -> CommandLine:
    """A copy of it."""
    sign_as(clean_environment)
    return made.copy(cli)


def ledger_of(project: CommandLine) -> Ledger:
    return read_ledger(project.read(LEDGER), path=LEDGER).ledger


def _without_hashes(text: str) -> str:
    return re.sub(r"[0-9a-f]{64}", "SHA256", re.sub(r"\b[0-9a-f]{16}\b", "FINGERPRINT", text)).replace(
        str(_TODAY), "TODAY"
    )


# Approving


def test_what_is_shown_before_a_yes_and_what_comes_of_it(project):
    done = project("review", "approve", "alpha", "--notes", "Harmless.", stdin="yes\n")
    assert done.status == 0, done.stderr
    assert _without_hashes(done.stdout) == (
        "You approve alpha 1.0 -> 1.1\n"
        "  as safe-to-deploy (implies safe-to-run): It may run where secrets and the data of users are.\n"
        "  as Ada <ada@team.example>, having read: findings\n"
        "  with these findings accepted:\n"
        "    high import-time FINGERPRINT alpha/__init__.py: when it is imported it starts a program: "
        "subprocess.run('uname')\n"
        "  bound to these files:\n"
        "    alpha-1.1-py3-none-any.whl sha256:SHA256\n"
        "  as they differ from 1.0:\n"
        "    alpha-1.0-py3-none-any.whl sha256:SHA256\n"
        'Type "yes" to approve it:\n'
    )
    assert done.stderr == "Approved alpha 1.1 as safe-to-deploy\n"
    line = next(line for line in project.read(LEDGER).splitlines() if '"alpha", from' in line)
    assert _without_hashes(line) == (
        '  { package = "alpha", from = "1.0", to = "1.1", criteria = ["safe-to-deploy"], from-files = '
        '{ "alpha-1.0-py3-none-any.whl" = "SHA256" }, files = { "alpha-1.1-py3-none-any.whl" = "SHA256" }, '
        'who = "Ada <ada@team.example>", when = TODAY, thoroughness = "findings", findings = [{ rule = "import-time", '
        'fingerprint = "FINGERPRINT" }], notes = "Harmless.", rules = "FINGERPRINT" },'
    )


@pytest.mark.parametrize("answer", ["", "y\n", "YES\n", "yes please\n", "no\n", "\n"])
def test_nothing_but_a_typed_yes_approves(project, answer):
    before = project.read(LEDGER)
    done = project("review", "approve", "alpha", stdin=answer)
    assert (done.status, done.stderr) == (1, "Nothing was approved\n")
    assert project.read(LEDGER) == before


def test_yes_is_refused_until_each_grave_finding_is_named_with_a_reason(project):
    before = project.read(LEDGER)
    refused = project("review", "approve", "alpha", "--yes")
    assert refused.status == 2
    assert "error: --yes does not accept 1 finding at high or above\n" in refused.stderr
    assert project.read(LEDGER) == before
    found = re.search(r"--accept ([0-9a-f]{16})=REASON  \(import-time\)", refused.stderr)
    assert found is not None
    for reason in ("", " "):
        assert project("review", "approve", "alpha", "--yes", "--accept", f"{found[1]}={reason}").status == 2
    assert project("review", "approve", "alpha", "--yes", "--accept", "0123456789abcdef=It is harmless.").status == 2
    assert project.read(LEDGER) == before
    done = project("review", "approve", "alpha", "--yes", "--accept", f"{found[1]}=It tells the system's name.")
    assert done.status == 0, done.stderr
    (review,) = ledger_of(project).reviews
    assert [(each.rule, each.reason) for each in review.findings] == [("import-time", "It tells the system's name.")]


def test_approving_again_replaces_what_the_same_person_said_of_the_same_bytes(project):
    for notes in ("One.", "Two."):
        assert project("review", "approve", "alpha", "--notes", notes, stdin="yes\n").status == 0
    assert [review.notes for review in ledger_of(project).reviews] == ["Two."]


def test_all_of_a_release_may_be_read_and_approved(project):
    done = project("review", "approve", "alpha", "--whole", "--thoroughness", "every-line", stdin="yes\n")
    assert done.status == 0, done.stderr
    (review,) = ledger_of(project).reviews
    assert (review.base, review.base_files, review.thoroughness) == (None, (), "every-line")
    assert project("review", "prune").status == 0
    assert ledger_of(project).exemptions == ()
    assert project("check", "--reviewed").status == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--criteria", "safe-to-depoly"], "nobody defined the criterion safe-to-depoly; did you mean safe-to-deploy?"),
        (["--from", "0.8"], "the index lists no release 0.8 of alpha"),
        (["--from", "1.1"], "--from: 1.1 is the release itself"),
        (["--from", "one"], "--from: not a version: 'one'"),
        (["--from", "1.0", "--whole"], "--whole compares with nothing"),
        (["--to", "7"], "alpha 7 is not in the lock"),
        (["--notes", "\x1b[2J"], "the notes: there is a character that is none to print"),
        (["--notes", "n" * 10_001], "the notes: 10,001 characters, and there may be 10,000"),
        (["--accept", "0123"], "a finding is accepted with a reason: '0123'"),
        (["--lock", "gateway"], "there is no lock named gateway in [tool.pinkeeper.locks]"),
    ],
)
def test_what_makes_no_sense_is_told_and_approves_nothing(project, words, problem):
    before = project.read(LEDGER)
    done = project("review", "approve", "alpha", *words, stdin="yes\n")
    assert done.status in {1, 2}
    assert problem in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert project.read(LEDGER) == before


def test_a_base_that_is_not_covered_leads_nowhere(project):
    done = project("review", "approve", "alpha", "--from", "0.9", stdin="yes\n")
    assert done.status == 2
    assert "alpha 0.9 is not covered itself, and so nothing leads on from it" in done.stderr


def test_a_decision_is_somebodys(project, clean_environment):
    (clean_environment / ".gitconfig").unlink()
    for words in (["approve", "alpha"], ["reject", "alpha", "--reason", "Bad."], ["renew"]):
        done = project("review", *words, stdin="yes\n")
        assert done.status == 2
        assert "git does not know who you are" in done.stderr


def test_a_lock_whose_hashes_the_index_does_not_list_cannot_be_read(project):
    project.write(LOCK, re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", project.read(LOCK)))
    done = project("review", "show", "alpha")
    assert done.status == 2
    assert "the hashes in the lock belong to no file of alpha 1.1 that its index lists" in done.stderr


# Showing


def test_a_page_can_be_written(project):
    done = project("review", "show", "alpha", "--html", "page.html")
    assert done.status == 0, done.stderr
    assert done.stdout == ""
    assert "<!doctype html>" in project.read("page.html").lower()
    assert project("review", "show", "alpha", "--html", "-").stdout.lower().startswith("<!doctype html>")


def test_status_tells_the_cheapest_way_and_measures_where_it_is_asked_to(project):
    before = project("review", "status")
    assert before.status == 1
    assert before.stdout == (
        "alpha 1.1: unreviewed: nobody has reviewed it\n"
        "  for safe-to-deploy, in requirements.txt\n"
        "  what changed since 1.0: not measured\n"
        "  pinkeeper review show alpha --to 1.1\n"
        "0 of 1 release covered by 1 decision; 1 open\n"
        "not measured: 1 release (pinkeeper review status --measure)\n"
    )
    measured = project("review", "status", "--measure")
    assert "  what changed since 1.0: 2 executable lines, 1 finding, the gravest high\n" in measured.stdout
    assert "to read: 2 executable lines in 1 release\n" in measured.stdout
    assert "  pinkeeper review show alpha --to 1.1 --from 1.0\n" in measured.stdout
    assert project("review", "status").stdout == measured.stdout


# Rejecting, renewing, pruning


def test_a_violation_is_written_and_holds_against_an_approval(project):
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    done = project("review", "reject", "alpha", "--reason", "It calls home.")
    assert (done.status, done.stderr) == (0, "Nobody may use alpha ==1.1: It calls home.\n")
    gate = project("check", "--reviewed")
    assert gate.status == 1
    assert (
        _without_hashes(gate.stdout)
        .splitlines()[0]
        .endswith("alpha 1.1: violation: nobody may use ==1.1: It calls home. (Ada <ada@team.example>, TODAY)")
    )
    shown = project("review", "show", "alpha")
    assert shown.status == 1
    assert "violation ==1.1: It calls home." in shown.stderr
    assert project("review", "approve", "alpha", stdin="yes\n").status == 2


@pytest.mark.parametrize(("versions", "status"), [("<1.1", 0), ("", 1), (">=1", 1)])
def test_a_violation_may_be_of_a_range(project, versions, status):
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    assert project("review", "reject", "alpha", "--versions", versions, "--reason", "Bad.").status == 0
    # What was built on a release that may not be used stands nevertheless: it was read as it differs from it.
    assert project("check", "--reviewed").status == status


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--versions", "one", "--reason", "Bad."], "not a version specifier: 'one'"),
        (["--reason", " "], "a violation says why"),
        (["--reason", "\x1b]0;x\x07"], "the reason: there is a character that is none to print"),
    ],
)
def test_a_violation_that_says_nothing_is_not_written(project, words, problem):
    before = project.read(LEDGER)
    done = project("review", "reject", "alpha", *words)
    assert done.status == 2
    assert problem in done.stderr
    assert project.read(LEDGER) == before


def test_exemptions_are_renewed_for_a_year_at_most(project):
    for days, status in ((-1, 2), (400, 2), (200, 0)):
        until = _TODAY + timedelta(days=days)
        assert project("review", "renew", "--until", str(until)).status == status
    assert [exemption.until for exemption in ledger_of(project).exemptions] == [_TODAY + timedelta(days=200)]
    assert "beta is not exempted" in project("review", "renew", "beta").stderr


def test_what_carries_a_release_is_not_pruned(project):
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    before = project.read(LEDGER)
    done = project("review", "prune")
    assert (done.status, done.stderr) == (0, "Took away 0 entries\n")
    assert project.read(LEDGER) == before


def test_a_ledger_is_begun_once(project):
    before = project.read(LEDGER)
    done = project("review", "init")
    assert done.status == 2
    assert "there is a ledger here" in done.stderr
    assert project.read(LEDGER) == before


def test_what_no_index_lists_is_not_exempted(cli, index, clean_environment):
    sign_as(clean_environment)
    index.add_release("alpha", "1.0")
    cli.write(LOCK, f"alpha==1.0 --hash=sha256:{'0' * 64}\n")
    done = cli("review", "init", "-i", index.url)
    assert done.status == 1
    assert f"not exempted: alpha 1.0: no index lists a file with sha256:{'0' * 64}\n" in done.stderr
    assert cli("check", "--reviewed").status == 1


def test_what_begins_a_ledger_keeps_what_git_was_told_before(cli, index, clean_environment):
    sign_as(clean_environment)
    index.add_release("alpha", "1.0")
    cli.write("requirements.in", "alpha\n")
    assert cli("lock", "requirements.in", "-o", LOCK, "-i", index.url).status == 0
    cli.write("supply-chain/.gitattributes", "*.toml text")
    assert cli("review", "init", "-i", index.url).status == 0
    assert cli.read("supply-chain/.gitattributes") == "*.toml text\nledger.toml merge=union\n"


# Others


def test_what_is_exported_and_taken_again_changes_nothing(project):
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    before = project("check", "--reviewed", "--format", "json").stdout
    exported = project("review", "export")
    assert exported.status == 0
    project.write("ours.toml", exported.stdout)
    assert project("review", "import", "ourselves", "ours.toml").status == 0
    after = project("check", "--reviewed", "--format", "json").stdout
    assert json.loads(after)["locks"] == json.loads(before)["locks"]
    assert "exemptions = [\n]" in exported.stdout


def test_an_import_keeps_the_remarks_of_the_configuration_and_maps_criteria(project):
    project.write(CONFIG, '# Ask Grace.\nneeded = ["safe-to-deploy"]\n')
    assert project("review", "approve", "alpha", "--whole", stdin="yes\n").status == 0
    project.write("theirs.toml", project.read(LEDGER).replace('["safe-to-deploy"]', '["audited"]'))
    project.write(LEDGER, "schema = 1\n")
    taken = project("review", "import", "theirs", "theirs.toml")
    assert taken.status == 0, taken.stderr
    assert "criteria that come to nothing here: audited" in taken.stderr
    assert project.read(CONFIG).startswith('# Ask Grace.\nneeded = ["safe-to-deploy"]\n')
    assert project("check", "--reviewed").status == 1
    assert "the import theirs has reviews for audited, which comes to nothing" in project("review", "status").stdout
    mapped = project("review", "import", "theirs", "theirs.toml", "--map", "audited=safe-to-deploy")
    assert mapped.status == 0, mapped.stderr
    assert project("check", "--reviewed").status == 0


def test_an_import_over_the_network_is_a_copy_from_then_on(project, made):
    index = made.index
    assert project("review", "approve", "alpha", "--whole", stdin="yes\n").status == 0
    exported = project("review", "export").stdout
    project.write(LEDGER, "schema = 1\n")
    index.garbage("/ledger.toml", exported.encode(), "application/toml")
    taken = project("review", "import", "theirs", f"{index.origin}/ledger.toml")
    assert taken.status == 0, taken.stderr
    index.clear()
    assert project("check", "--reviewed").status == 0
    assert index.requests == []


def test_rules_of_today_reopen_what_they_fire_on_and_nothing_else(project):
    project.write("requirements.in", "alpha\nquiet\n")
    assert project("lock", "requirements.in", "-o", LOCK).status == 0
    for name in ("alpha", "quiet"):
        assert project("review", "approve", name, stdin="yes\n").status == 0
    text = project.read(LEDGER)
    assert project("review", "recheck").stderr == "Looked again at 0 reviews; 0 findings of new rules\n"
    # As if both had been reviewed before there was any rule.
    text = re.sub(r', rules = "[0-9a-f]{16}"', "", re.sub(r", findings = \[.*?\]", "", text))
    project.write(LEDGER, text)
    assert project("check", "--reviewed").status == 0
    assert "2 reviews from before some rules of today: pinkeeper review recheck" in project("review", "status").stdout
    done = project("review", "recheck")
    assert done.status == 1
    assert "reopened: alpha 1.1 since 1.0: import-time" in done.stderr
    gate = project("check", "--reviewed", "--format", "json")
    findings = json.loads(gate.stdout)["locks"][0]["findings"]
    assert ("alpha", "reopened") in [(finding["package"], finding["kind"]) for finding in findings]
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    left = json.loads(project("check", "--reviewed", "--format", "json").stdout)["locks"][0]["findings"]
    assert "alpha" not in [finding["package"] for finding in left]


# The gate


def test_the_gate_says_what_is_open_and_how_to_see_it(project):
    done = project("check", "--reviewed")
    assert (done.status, done.stderr) == (1, "")
    line = project.read(LOCK).splitlines().index("alpha==1.1 \\") + 1
    assert done.stdout == (
        f"requirements.txt:{line}: alpha 1.1: unreviewed: nobody has reviewed it\n"
        "  pinkeeper review show alpha --to 1.1\n"
        "requirements.txt: 1 release to be safe-to-deploy: 0 covered, 1 not\n"
    )


@pytest.mark.parametrize("words", [[], ["--format", "json"], ["--format=sarif"], ["-q"], ["--lock", "none"], [LOCK]])
def test_the_gate_says_the_same_however_it_is_asked(project, words):
    quick = project("check", "--reviewed", *words)
    whole = project("check", "--reviewed", "-v", *words)  # an option that the quick way leaves to typer
    assert (quick.status, quick.stdout, quick.stderr) == (whole.status, whole.stdout, whole.stderr)


def test_sarif_points_at_the_pin(project):
    run = json.loads(project("check", "--reviewed", "--format", "sarif").stdout)["runs"][0]
    (result,) = run["results"]
    assert result["ruleId"] == "unreviewed"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unreviewed"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == LOCK
    assert project.read(LOCK).splitlines()[place["region"]["startLine"] - 1].startswith("alpha==1.1")


def test_named_locks_need_what_the_configuration_says_of_each(project):
    project.write(
        "pyproject.toml",
        project.read("pyproject.toml")
        + '[tool.pinkeeper.locks.dev]\ninputs = ["requirements.in"]\noutputs = ["dev.txt"]\n'
        + '[tool.pinkeeper.locks.gateway]\ninputs = ["requirements.in"]\noutputs = ["gateway.txt"]\n',
    )
    assert project("lock").status == 0
    project.write(CONFIG, 'needed = ["safe-to-deploy"]\n[locks]\ndev = ["safe-to-run"]\n')
    done = project("review", "approve", "alpha", "--criteria", "safe-to-run", stdin="yes\n")
    assert done.status == 0, done.stderr
    assert project("check", "--reviewed", "--lock", "dev").status == 0
    gateway = project("check", "--reviewed", "--lock=gateway")
    assert gateway.status == 1
    assert "alpha 1.1: criteria-missing: it is not known to be safe-to-deploy" in gateway.stdout
    assert "  pinkeeper review show alpha --to 1.1 --lock gateway\n" in gateway.stdout
    both = json.loads(project("check", "--reviewed", "--format", "json").stdout)
    assert [(lock["name"], lock["good"]) for lock in both["locks"]] == [("dev", True), ("gateway", False)]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("evil @ git+https://git.example/evil", 1),
        ("https://files.example/evil-1.0.tar.gz", 1),
        ("-r more.txt", 1),
        ("-e git+https://git.example/evil", 1),
        ("-e .", 0),
        ("./sub ; python_version > '3'", 0),
        ("--pre", 0),
        ("# evil==1.0", 0),
    ],
)
def test_what_is_installed_without_a_pin_is_not_covered(project, line, status):
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    project.write(LOCK, f"{project.read(LOCK)}{line}\n")
    done = project("check", "--reviewed")
    assert done.status == status, done.stdout
    assert ("unpinned: no hash pins what would be installed" in done.stdout) is bool(status)


# A run that was cut off


@pytest.mark.parametrize(
    "command", ["check", "check --reviewed", "lock --check", "review status", "review approve alpha --yes"]
)
def test_nothing_is_said_of_files_that_were_written_half_way(project, command):
    project.write(".pinkeeper-writing.json", f'{{"{LOCK}": ".pinkeeper-x.staged"}}')
    before = project.read(LEDGER)
    done = project(*command.split())
    assert done.status == 2
    assert "an earlier run was cut off while it put several files in their places" in done.stderr
    assert project.read(LEDGER) == before


def test_whoever_writes_several_files_ends_what_was_begun(project):
    text = project.read(LOCK)
    project.write(".pinkeeper-writing.json", f'{{"{LOCK}": ".pinkeeper-x.staged"}}')
    project.write(".pinkeeper-x.staged", f"# begun\n{text}")
    assert project("review", "import", "nobody").status == 2
    assert project.read(LOCK) == f"# begun\n{text}"
    assert project("review", "status").status != 2
