"""Ledgers, imports and configurations that are not what they claim to be: told with their place, nothing approved."""

from __future__ import annotations

import hashlib

import pytest

from pinkeeper.ledger.document import EMPTY, read_ledger
from pinkeeper.ledger.entry_text import entry_line
from tests.ledger.entries import exemption, files_of, review, sha256, violation
from tests.support.command_line import CommandLine

LEDGER = "supply-chain/ledger.toml"
CONFIG = "supply-chain/config.toml"
PINS = "supply-chain/imports.lock"
COPY = "supply-chain/imports/others.toml"
APPROVAL = review("alpha", "1.0")
LINE = entry_line(APPROVAL)


def plus(more: str, line: str = LINE) -> str:
    """An entry's line with another end."""
    return line.removesuffix(" },") + more


def ledger(*lines: str, section: str = "reviews") -> str:
    return EMPTY.replace(f"{section} = [\n", f"{section} = [\n" + "".join(f"{line}\n" for line in lines))


@pytest.fixture
def project(cli: CommandLine) -> CommandLine:
    """A lock of one release, which its ledger covers."""
    ((_, digest),) = files_of("alpha", "1.0")
    cli.write("requirements.txt", f"alpha==1.0 --hash=sha256:{digest}\n")
    cli.write(LEDGER, ledger(LINE))
    return cli


def said(project: CommandLine) -> str:
    """What the gate says of a ledger that it refuses."""
    done = project("check", "--reviewed")
    assert done.status == 2, done.stdout
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "defect" not in done.stderr
    assert all(line.isprintable() for line in done.stderr.splitlines())
    assert len(done.stderr) < 5000
    assert project("check", "--reviewed", "--format", "json").status == 2
    return done.stderr


def test_the_ledger_of_these_tests_is_good(project):
    assert project("check", "--reviewed").status == 0


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (ledger(plus(", approved = true },")), f"{LEDGER}:8: there is no such key: 'approved'"),
        (ledger(LINE, entry_line(review("alpha", "1.0", notes="x"))), f"{LEDGER}:9: line 8 says otherwise about"),
        (ledger(LINE.replace('"1.0"', '"1.0\x1b[2J"')), f"{LEDGER}:8: expected one entry on one line"),
        (ledger(LINE.replace("Ada", "\\u001b]0;owned\\u0007")), f"{LEDGER}:8: who: it has a character"),
        (ledger(plus(f', notes = "{"n" * 20_000}" }},')), f"{LEDGER}:8: notes: it has 20,000 characters"),
        (ledger(plus(f', notes = "{"n" * 2**20}" }},')), f"{LEDGER}:8: the line has 1,04"),
        (ledger(LINE, entry_line(review("alpha", "1.0", who="M", files=((APPROVAL.files[0][0], sha256("x")),)))),
         f"{LEDGER}:9: alpha-1.0-py3-none-any.whl has another SHA-256 here than on line 8"),
        ("", f"{LEDGER}:1: a line schema = 1 is missing"),
        (b"\xff\xfe", f"{LEDGER}:1: it is not UTF-8 text"),
        (b"schema = 1\n\x00", f"{LEDGER}:2: expected schema = 1"),
        ("schema = 99999999999999999999\n", f"{LEDGER}:1: it has the schema 999999999"),
        ("<<<<<<< ours\n" + ledger(LINE), f"{LEDGER}:1: expected schema = 1 or one of the arrays"),
        (ledger("<<<<<<< HEAD", LINE, "=======", LINE, ">>>>>>> other"), f"{LEDGER}:8: expected one entry on one line"),
        (ledger(entry_line(violation("alpha", ">9")).replace('">9"', '"not a range"'), section="violations"),
         "versions: not a version specifier: 'not a range'"),
        (ledger(entry_line(exemption("alpha", "1.0")).replace("2027-02-24", "9999-99-99"), section="exemptions"),
         "expected one entry on one line"),
        (ledger('  { id = "0123456789abcdef", rules = ["startup-hook"] },', section="rule-sets"),
         "id: these rules have the id"),
    ],
)  # fmt: skip
def test_a_ledger_that_is_none_is_refused_with_its_place(project, content, problem):
    project.write(LEDGER, content)
    assert problem in said(project)


def test_a_ledger_of_many_mistakes_tells_some_of_them(project):
    project.write(LEDGER, ledger(*[f"  {{ package = {number} }}," for number in range(3000)]))
    assert said(project).count("error: ") == 20


def test_a_forged_hash_covers_nothing(project):
    project.write(LEDGER, ledger(LINE.replace(APPROVAL.files[0][1], sha256("forged"))))
    done = project("check", "--reviewed")
    assert (done.status, done.stderr) == (1, "")
    assert "alpha 1.0: unreviewed: nobody has reviewed it" in done.stdout


def test_what_stands_in_a_string_is_no_entry(project):
    quoted = LINE.replace("\\", "\\\\").replace('"', '\\"')
    other = plus(f', notes = "{quoted}" }},', entry_line(review("beta", "1.0")))
    project.write(LEDGER, ledger(other))
    assert project("check", "--reviewed").status == 1
    assert read_ledger(project.read(LEDGER), path=LEDGER).ledger.reviews[0].notes == LINE


def test_text_of_a_ledger_cannot_steer_a_terminal(project):
    project.write(LEDGER, ledger(entry_line(violation("alpha", reason="first\nsecond\tthird")), section="violations"))
    done = project("check", "--reviewed")
    assert done.status == 1
    assert "first\\x0asecond third" in done.stdout


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('needed = ["safe-to-depoly"]\n', f"{CONFIG}:1: needed: nobody defined the criterion safe-to-depoly"),
        ("needed = []\n", f"{CONFIG}:1: needed: a lock without criteria would be covered by nothing"),
        ("[locks]\ndev = []\n", f"{CONFIG}:2: locks.dev: a lock without criteria would be covered by nothing"),
        ("[criteria.safe-to-deploy]\nimplies = []\n", "it is built in, and cannot be made to mean something else"),
        ('[criteria.audited]\nimplies = ["nothing"]\n', "audited.implies: nobody defined the criterion nothing"),
        ("[imports.others]\n", f"{CONFIG}:1: imports.others: source is missing"),
        ('[imports."../evil"]\nsource = "x"\n', "its name is that of a file"),
        ('need = ["safe-to-run"]\n', f"{CONFIG}:1: need: there is no such key; did you mean needed?"),
        ("needed = \n", f"{CONFIG}:1: not TOML"),
        ('[imports.others]\nsource = "others.toml"\n', f"{PINS}: nothing was taken from the import others yet"),
    ],
)  # fmt: skip
def test_a_configuration_that_makes_no_sense_is_refused(project, content, problem):
    project.write(CONFIG, content)
    assert problem in said(project)


@pytest.fixture
def importing(project: CommandLine) -> CommandLine:
    """The same, covered by what another team says alone."""
    copy = project.read(LEDGER)
    project.write(LEDGER, "schema = 1\n")
    project.write(CONFIG, '[imports.others]\nsource = "others.toml"\n')
    project.write(COPY, copy)
    digest = hashlib.sha256(copy.encode()).hexdigest()
    project.write(PINS, f'[imports.others]\nsource = "others.toml"\nsha256 = "{digest}"\ntaken = 2026-11-26\n')
    assert project("check", "--reviewed").status == 0
    return project


def test_an_import_that_changes_under_its_hash_is_refused(importing):
    importing.write(COPY, importing.read(COPY) + "# more\n")
    text = said(importing)
    assert f"{COPY}: it is not the copy that was taken" in text
    assert "remedy: look at what changed, and take it: pinkeeper review import others" in text


def test_an_import_from_elsewhere_is_refused(importing):
    importing.write(CONFIG, '[imports.others]\nsource = "evil.toml"\n')
    assert "was taken from others.toml, and is configured to come from evil.toml" in said(importing)


def test_an_import_that_is_no_ledger_is_refused_with_its_place(importing):
    copy = ledger(plus(", evil = 1 },"))
    importing.write(COPY, copy)
    importing.write(PINS, importing.read(PINS).replace(importing.read(PINS).split('"')[3],
                                                       hashlib.sha256(copy.encode()).hexdigest()))  # fmt: skip
    assert f"{COPY}:8: there is no such key: 'evil'" in said(importing)


def test_an_import_that_vanished_is_refused(importing):
    (importing.directory / COPY).unlink()
    assert f"{COPY}: there is no such file" in said(importing)


def test_what_others_exempt_or_import_does_not_count_here(importing):
    copy = ledger(entry_line(exemption("alpha", "1.0")), section="exemptions")
    importing.write(COPY, copy)
    importing.write(PINS, importing.read(PINS).replace(importing.read(PINS).split('"')[3],
                                                       hashlib.sha256(copy.encode()).hexdigest()))  # fmt: skip
    assert importing("check", "--reviewed").status == 1


def test_taking_a_ledger_that_is_none_changes_nothing(project):
    project.write("evil.toml", ledger(plus(", evil = 1 },")))
    before = {path: path.read_bytes() for path in project.directory.rglob("*") if path.is_file()}
    done = project("review", "import", "others", "evil.toml")
    assert done.status == 2
    assert "evil.toml:8: there is no such key: 'evil'" in done.stderr
    assert {path: path.read_bytes() for path in project.directory.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["../up", "x.toml"], "an import cannot be called '../up'"),
        (["others", "https://user:secret@ledgers.example/x.toml"], "the source holds a secret"),
        (["others", "missing.toml"], "missing.toml: there is no such file"),
        (["others"], "there is no import named others"),
    ],
)
def test_an_import_that_cannot_be_is_told(project, words, problem):
    done = project("review", "import", *words)
    assert done.status == 2
    assert problem in done.stderr
    assert "secret@" not in done.stderr
    assert not (project.directory / CONFIG).exists()


def test_without_a_ledger_nothing_is_covered(project):
    (project.directory / LEDGER).unlink()
    assert f"{LEDGER}: there is no ledger here\n  remedy: begin one: pinkeeper review init" in said(project)
