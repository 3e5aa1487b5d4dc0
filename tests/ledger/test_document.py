"""``ledger.toml``: read, written, merged by git, and refused with its line where it is not what it claims to be."""

from __future__ import annotations

import subprocess
import tomllib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.errors import PinkeeperError
from pinkeeper.ledger.document import EMPTY, LedgerText, read_ledger, section_of
from pinkeeper.ledger.entry_lines import read_entry
from pinkeeper.ledger.entry_text import entry_line
from pinkeeper.ledger.entry_values import EntryError, decode_entry
from pinkeeper.model.ledger import Entry
from tests.ledger.entries import entries, exemption, review, sha256, violation

PATH = "supply-chain/ledger.toml"


def read(text: str) -> LedgerText:
    return read_ledger(text, path=PATH)


def with_entries(*new: Entry) -> LedgerText:
    return read(EMPTY).added(new)


def held(ledger: LedgerText) -> set[Entry]:
    return {entry for entry, _ in ledger.places}


@given(entries)
def test_an_entry_is_what_its_line_says(entry):
    assert read_entry(section_of(entry), entry_line(entry))[0] == entry


@given(entries)
def test_a_line_is_toml_that_says_the_same(entry):
    section = section_of(entry)
    (table,) = tomllib.loads(f"{section} = [\n{entry_line(entry)}\n]")[section]
    assert decode_entry(section, table) == entry


_edits = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 3), st.text("\\\"'={}[],# -0aé\t\x1b\u202e", max_size=3)),
    min_size=1,
    max_size=2,
)


@settings(max_examples=200)
@given(entries, _edits)
def test_whatever_a_line_is_turned_into_it_is_read_as_toml_has_it_or_not_at_all(entry, edits):
    line, section = entry_line(entry), section_of(entry)
    for place, length, new in edits:
        at = place % len(line)
        line = line[:at] + new + line[at + length :]
    try:
        found = read_entry(section, line)[0]
    except EntryError:
        return
    (table,) = tomllib.loads(f"{section} = [\n{line}\n]")[section]
    assert found == decode_entry(section, table)


LINE = (
    '  { package = "a-thing", from = "1.0", to = "1.2.3rc1.post2.dev3", criteria = ["safe-to-run", "x.y"], '
    f'from-files = {{ "thing-0.9.whl" = "{"a" * 64}", "thing-0.9.tar.gz" = "{"a" * 64}" }}, '
    f'files = {{ "thing-1.0.whl" = "{"a" * 64}", "thing-1.0.tar.gz" = "{"b" * 64}" }}, '
    'listed = ["thing-1.0.whl", "thing-1.0.tar.gz"], who = "Ada", when = 2026-01-01, '
    'thoroughness = "findings", findings = [{ rule = "import-time", fingerprint = "0123456789abcdef", '
    'reason = "known" }, { rule = "endpoint", fingerprint = "0123456789abcdff" }], notes = "read", '
    'rules = "0123456789abcdef" },'
)


@pytest.mark.parametrize(
    ("is_there", "damaged"),
    [
        ('"x.y"]', '"x.y]'),
        ('"x.y"]', '"x."]'),
        ('"safe-to-run"', '"safe-to-"'),
        ('"safe-to-run"', '"safe-to-run'),
        ('"thing-1.0.tar.gz" =', '"thing-1.0.tar.gz ='),
        (f'"{"b" * 64}" }}', f'"{"b" * 64} }}'),
        ('notes = "read"', 'notes = "read'),
        ('abcdff" }]', 'abcdff"]'),
    ],
)
def test_a_line_that_is_damaged_is_no_entry(is_there, damaged):
    assert read_entry("reviews", LINE)[0].criteria == ("safe-to-run", "x.y")
    assert is_there in LINE
    with pytest.raises(EntryError):
        read_entry("reviews", LINE.replace(is_there, damaged))


@given(st.lists(entries, max_size=8))
def test_a_ledger_is_what_was_added_to_it_in_any_order(new):
    try:
        ledger = with_entries(*new)
    except PinkeeperError:  # two of them contradict each other
        return
    assert held(ledger) == set(new)
    assert with_entries(*reversed(new)).text == ledger.text
    assert read(ledger.text) == ledger
    assert tomllib.loads(ledger.text)["schema"] == 1


def test_entries_stand_by_package_and_release():
    ledger = with_entries(review("beta", "1.0"), review("alpha", "1.10"), review("alpha", "1.9"), exemption("b", "1"))
    said = [(entry.package, str(entry.version)) for entry, _ in ledger.places]
    assert said == [("alpha", "1.9"), ("alpha", "1.10"), ("beta", "1.0"), ("b", "1")]


def test_remarks_stay_where_they_are():
    text = with_entries(review("alpha", "1.0"), review("gamma", "1.0")).text
    marked = text.replace('  { package = "gamma"', '  # Ask Grace before this one.\n  { package = "gamma"')
    marked = marked.replace("schema = 1", "schema = 1  # ours").replace("\nviolations", "\n# Never again.\nviolations")
    ledger = read(marked).added([review("beta", "1.0"), violation("alpha")])
    assert ledger.text.count('# Ask Grace before this one.\n  { package = "gamma"') == 1
    assert '# Never again.\nviolations = [\n  { package = "alpha"' in ledger.text
    assert ledger.without(held(ledger) - held(read(marked))).text == marked


def test_adding_what_is_there_changes_nothing():
    ledger = with_entries(review("alpha", "1.0"))
    assert ledger.added([review("alpha", "1.0")]).text == ledger.text


def test_an_entry_is_replaced_on_its_line():
    ledger = with_entries(exemption("alpha", "1.0"), exemption("beta", "1.0"))
    later = exemption("alpha", "1.0", until=date(2027, 6, 1))
    changed = ledger.replaced({exemption("alpha", "1.0"): later})
    assert held(changed) == {later, exemption("beta", "1.0")}
    assert len(changed.lines) == len(ledger.lines)


def test_arrays_that_are_missing_or_written_on_one_line_are_made_where_they_are_needed():
    ledger = read("schema = 1\nreviews = []\n").added([review("alpha", "1.0"), violation("beta")])
    assert held(ledger) == {review("alpha", "1.0"), violation("beta")}


def test_lines_may_end_as_on_windows():
    text = with_entries(review("alpha", "1.0")).text
    assert held(read(text.replace("\n", "\r\n"))) == {review("alpha", "1.0")}


# Git


def merged(base: str, ours: str, theirs: str, tmp_path) -> str:
    files = []
    for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
        files.append(tmp_path / name)
        files[-1].write_text(text, encoding="utf-8")
    done = subprocess.run(["git", "merge-file", "-p", "--union", *files], capture_output=True, check=True)
    return done.stdout.decode()


@settings(max_examples=30)
@given(st.lists(entries, max_size=4), st.lists(entries, max_size=3), st.lists(entries, max_size=3))
def test_edits_of_two_branches_merge_to_the_union(tmp_path_factory, base, ours, theirs):
    try:
        start = with_entries(*base)
        union = start.added([*ours, *theirs])
    except PinkeeperError:  # two of them contradict each other
        return
    text = merged(start.text, start.added(ours).text, start.added(theirs).text, tmp_path_factory.mktemp("merge"))
    assert held(read(text)) == held(union)


def test_the_line_between_two_conflicts_is_repeated_by_git_and_still_one_entry(tmp_path):
    middle = review("m", "1.0")
    sides = [(review(f"a{side}", "1.0"), review(f"z{side}", "1.0")) for side in ("x", "y")]
    base = with_entries(middle)
    text = merged(base.text, *(base.added(side).text for side in sides), tmp_path)
    assert text.count(entry_line(middle)) == 2
    assert held(read(text)) == {middle, *sides[0], *sides[1]}
    assert len(read(text).ledger.reviews) == 5


# What is refused

GOOD = entry_line(review("alpha", "1.0"))


def _review_line(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def _and(more: str) -> str:
    return GOOD.removesuffix(" },") + more


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (_review_line("package =", "packge ="), "package is missing"),
        (_and(", approved = true },"), "there is no such key: 'approved'"),
        (_review_line('"alpha"', '"Alpha"'), "package: not a normalized name: 'Alpha'"),
        (_review_line('version = "1.0"', 'version = "one"'), "version: not a version: 'one'"),
        (_review_line('version = "1.0"', 'version = "1.0", from = "1.0", to = "1.1"'), "there is no such key: 'from'"),
        (
            _review_line(sha256("alpha-1.0-py3-none-any.whl"), "0" * 63),
            "files: not a SHA-256 in lower-case hexadecimal",
        ),
        (
            _review_line(sha256("alpha-1.0-py3-none-any.whl"), "A" * 64),
            "files: not a SHA-256 in lower-case hexadecimal",
        ),
        (_review_line('"alpha-1.0-py3', '"../alpha-1.0-py3'), "files: not the name of a distribution file"),
        (_review_line("when = 2026-11-26", 'when = "2026-11-26"'), "when: expected a date such as 2026-08-01"),
        (_review_line("when = 2026-11-26", "when = 2026-02-30"), "expected one entry on one line"),
        (_review_line('"findings"', '"total"'), "thoroughness: expected every-line, findings, overview, not 'total'"),
        (_review_line('["safe-to-deploy"]', "[]"), "criteria: expected an array of criterions"),
        (_review_line('["safe-to-deploy"]', '["a", "a"]'), "criteria: it says something twice"),
        (
            _and(f', notes = "{"n" * 10_001}" }},'),
            "notes: it has 10,001 characters, and may have 10,000",
        ),
        (_and(f', notes = "{"n" * 300_000}" }},'), "the line has 300,"),
        (_review_line("Ada", "\\u001b[2JAda"), "who: it has a character that is none to print"),
        (_review_line("Ada", "\\u202eadA"), "who: it has a character that is none to print"),
        (_and(', listed = ["other.whl"] },'), "listed: other.whl is not among its files"),
        (_and(" }"), "expected one entry on one line"),
        (f"{GOOD} {GOOD}", "expected one entry on one line"),
        ('  { package = """', "expected one entry on one line"),
        ("[[reviews]]", "expected one entry on one line"),
        (f"  {'[' * 5000}", "expected one entry on one line"),
        (f"  {{ {'a.' * 5000}a = 1 }},", "expected one entry on one line"),
    ],
)
def test_a_line_that_is_no_entry_is_told_with_its_place(line, problem):
    text = EMPTY.replace("reviews = [\n", f"reviews = [\n{line}\n")
    with pytest.raises(PinkeeperError) as caught:
        read(text)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"{PATH}:8: {problem}"), first
    assert first.isprintable()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", f"{PATH}:1: a line schema = 1 is missing"),
        ("schema = 2\n", f"{PATH}:1: it has the schema 2, and this pinkeeper knows 1 alone"),
        ("schema = 1\nschema = 1\n", f"{PATH}:2: schema = 1 stands once, before all arrays"),
        ("schema = 1\nreviews = [\n", f"{PATH}:2: reviews is not closed: a line ] is missing"),
        ("schema = 1\nreviews = [\n]\nreviews = []\n", f"{PATH}:4: reviews stands here a second time"),
        ("schema = 1\naudits = [\n]\n", f"{PATH}:2: expected schema = 1 or one of the arrays reviews,"),
        ("schema = 1\n[reviews]\n", f"{PATH}:2: expected schema = 1 or one of the arrays"),
        ("\ufeffschema = 1\n", f"{PATH}:1: expected schema = 1 or one of the arrays"),
        ("schema = 1\n# \x1b[2J\n", f"{PATH}:2: expected schema = 1 or one of the arrays"),
    ],
)
def test_a_file_that_is_no_ledger_is_told_with_its_place(text, problem):
    with pytest.raises(PinkeeperError) as caught:
        read(text)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (review("alpha", "1.0"), review("alpha", "1.0", notes="On second thoughts.")),
        (exemption("alpha", "1.0"), exemption("alpha", "1.0", until=date(2099, 1, 1))),
        (violation("alpha"), violation("alpha", reason="none")),
    ],
)
def test_two_entries_that_contradict_each_other_are_told_with_both_lines(one, other):
    with pytest.raises(PinkeeperError, match=r"ledger\.toml:\d+: line \d+ says otherwise about the same; keep one"):
        with_entries(one, other)


def test_two_hashes_of_one_file_are_told_with_both_lines():
    forged = review("alpha", "1.0", who="Mallory", files=(("alpha-1.0-py3-none-any.whl", sha256("forged")),))
    with pytest.raises(PinkeeperError, match=r"py3-none-any\.whl has another SHA-256 here than on line \d+"):
        with_entries(review("alpha", "1.0"), forged)


def test_all_problems_are_told_together():
    with pytest.raises(PinkeeperError) as caught:
        read(EMPTY.replace("reviews = [", "reviews = [\n{},").replace("exemptions = [", "exemptions = [\n{},"))
    assert str(caught.value).count("package is missing") == 2
