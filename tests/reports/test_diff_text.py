"""A comparison on a terminal."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import settings as examples
from msgspec.structs import replace
from packaging.version import Version

from pinkeeper.cli.printer import _COLOURS
from pinkeeper.errors import InputError
from pinkeeper.model.comparison import ComparedRelease, DiffResult, FieldChange, NotAnalysed, ReleaseNotes
from pinkeeper.model.finding import Finding, Severity, Verdict
from pinkeeper.reports.diff_text import diff_text
from pinkeeper.reports.hunk_text import cut, flat, hunk_lines, window, wrapped
from tests.support.compared import change, comparison, hunks, many_files
from tests.support.planted import hostile_texts, planted

RESULT = comparison()
STEERING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def text_of(result: DiffResult, **options: object) -> str:
    return "\n".join(text for text, _ in diff_text(result, **options))


def empty() -> DiffResult:
    return DiffResult(
        name="quiet",
        old=ComparedRelease(version=Version("1"), files=()),
        new=ComparedRelease(version=Version("2"), files=()),
        verdict=Verdict.ROUTINE,
        findings=(),
        changes=(),
    )


def test_a_comparison_fits_two_screens_of_eighty_columns():
    lines = diff_text(RESULT)

    assert len(lines) <= 48
    assert all(len(text) <= 80 for text, _ in lines[2:])


def test_much_of_everything_still_fits_and_says_how_much_is_hidden():
    findings = tuple(replace(RESULT.findings[1], fingerprint=str(number)) for number in range(40))
    much = replace(
        RESULT,
        findings=findings,
        unasked=RESULT.unasked * 20,
        fields=RESULT.fields * 20,
        api=RESULT.api * 20,
        not_analysed=RESULT.not_analysed * 20,
    )
    lines = diff_text(much)

    assert len(lines) <= 64  # two screens, and the few rows that two grave findings may take
    text = text_of(much)
    shown = text.count("CRITICAL import-time-process")
    assert shown >= 3
    assert f"and {40 - shown} more ({40 - shown} critical): --full" in text
    assert "and 37 more: --full" in text  # of what runs unasked
    assert "and 78 more: --full" in text  # of the fields
    assert text.count("and 38 more: --full") == 2  # API, not analysed


def test_the_gravest_findings_show_their_hunks_before_all_else():
    text = text_of(RESULT)

    assert "1 + import os, base64; exec(base64.b64decode('cHJpbnQoMSk='))" in text
    assert re.search(r"27 \+ subprocess\.Popen\(.*collector\.invalid/s \|", text)
    assert "24           return urllib.request" in text


def test_the_line_that_a_finding_is_about_gets_more_than_one_row():
    line = "import os; " + "x = 1; " * 20 + "os.system('planted')"
    hook = change("a.pth", None, f"{line}\n")
    found = Finding(
        rule="startup-hook", severity=Severity.CRITICAL, path="a.pth", line=1, summary="Look.", hunk=hook.hunks[0]
    )

    assert "planted" in text_of(replace(empty(), findings=(found,), changes=(hook,)))


def test_full_leaves_nothing_out():
    text = text_of(RESULT, full=True)

    assert "--full" not in text
    for told in (
        "+ entry point: console_scripts",
        "No crash on an empty answer.",
        "1.4.1",
        "new-host",
        "R gatelib-1.4",
    ):
        assert told in text
    for shown in RESULT.changes:
        assert sum(f"{line.kind} {flat(line.text)[:50]}".rstrip() in text for h in shown.hunks for line in h.lines) == (
            sum(len(h.lines) for h in shown.hunks)
        )


def test_room_that_findings_leave_is_taken_by_the_lists():
    calm = replace(RESULT, findings=(), unasked=())

    text = text_of(calm)
    assert "--full" not in text
    assert "+ entry point: console_scripts: gate = gatelib.cli:main" in text
    assert "- No crash on an empty answer." in text


def test_nothing_to_tell_is_told():
    assert text_of(empty()).splitlines() == [
        "quiet 1 -> 2: ROUTINE",
        "no finding: nothing was found that must be read before saying yes",
        "  files      all the same",
        "  code       no executable line",
        "  fields     all the same",
        "  wheel tags all the same",
        "  API        no break seen",
        "  read",
        "Nothing new runs without being called.",
        "No release notes were found.",
    ]


@pytest.mark.parametrize("full", [True, False])
def test_every_style_is_one_that_a_printer_knows(full):
    assert {style for _, style in diff_text(RESULT, full=full)} <= {*_COLOURS, None}


@pytest.mark.parametrize("asked", ["gatelib/client.py", "client.py", "/client.py"])
def test_one_file_can_be_asked_for_by_its_path_or_its_end(asked):
    text = text_of(RESULT, file=asked)

    assert text.startswith("M gatelib/client.py\n")
    assert "runs on import: gatelib/client.py:27" in text
    assert "HIGH gained-capability" in text
    assert "startup-hook" not in text
    assert "@@ -1,20 +1,27 @@" in text


def test_a_renamed_file_is_found_under_its_old_path():
    assert "90% alike" in text_of(RESULT, file="gatelib-1.4.0.dist-info/METADATA")


def test_a_file_without_lines_says_so():
    text = text_of(RESULT, file="table.bin")

    assert "not text" in text
    assert "nothing -> 8.2 kB" in text
    assert "not analysed: no text" in text


def test_a_file_that_did_not_change_is_an_error_with_a_remedy():
    with pytest.raises(InputError, match=r"no file called nowhere\.py changed") as caught:
        diff_text(RESULT, file="nowhere.py")

    assert caught.value.remedy == "look for its path with --full"


def test_an_end_that_several_files_have_is_an_error_that_names_them():
    result = replace(RESULT, changes=(change("a/x.py", None, "1\n"), change("b/x.py", None, "1\n")))

    with pytest.raises(InputError, match=r"2 changed files are called x\.py") as caught:
        diff_text(result, file="x.py")

    assert caught.value.details == ("a/x.py", "b/x.py")


def test_room_that_pushes_code_out_of_sight_is_told():
    (hunk,) = hunks("", f"x = 1{' ' * 300};import os\n")

    (line,) = hunk_lines(hunk.lines, width=80, is_whole=False)
    assert line[0].endswith("x = 1 [300 spaces] ;import os")


def test_a_line_without_end_is_cut_with_its_length_told():
    (hunk,) = hunks("", "a" * 1_000_000)
    rows = list(hunk_lines(hunk.lines, width=80, is_whole=True))

    assert len(rows) < 70
    assert rows[-1][0].endswith(f"[+{1_000_000 - 3987:,}]")


@given(hostile_texts())
@examples(max_examples=40)
def test_no_text_of_a_package_steers_a_terminal(text):
    result = planted(text)
    for lines in (diff_text(result), diff_text(result, full=True), diff_text(result, file=text)):
        for line, _ in lines:
            assert STEERING.isdisjoint(map(unicodedata.category, line)), line


@given(hostile_texts())
def test_sentences_are_wrapped_to_the_width_without_loss(text):
    rows = list(wrapped(text, width=40, indent=4))

    assert all(len(row) <= 40 for row in rows)
    assert "".join("".join(rows).split()) == "".join(flat(" ".join(text.split())).split())


def test_a_cut_says_how_much_is_missing():
    assert cut("abcdefghijklmnopqr", 12) == "abcdef [+12]"
    assert cut("abc", 3) == "abc"


def test_a_window_lies_around_the_line():
    (hunk,) = hunks("", "".join(f"{number}\n" for number in range(1, 101)))

    assert [line.new for line in window(hunk, 50, most=12)] == list(range(46, 58))
    assert [line.new for line in window(hunk, 100, most=12)] == list(range(89, 101))
    assert len(window(hunk, None, most=12)) == 12
    assert window(hunk, 5, most=200) == hunk.lines


def test_hundreds_of_files_are_counted_and_listed_in_full():
    result = replace(empty(), changes=many_files(300), fields=(FieldChange(field="wheel tag", new=("py3-none-any",)),))

    assert "60 added, 60 removed, 180 changed" in text_of(result)
    assert sum(text.startswith(("A ", "D ", "M ")) for text, _ in diff_text(result, full=True)) == 300


def test_what_was_not_analysed_is_told_without_credentials():
    entry = NotAnalysed(path="x.whl", reason="https://me:secret@index.example/ said 500")

    assert "x.whl: https://index.example/ said 500" in text_of(replace(empty(), not_analysed=(entry,)))


def test_areas_that_no_note_mentions_are_counted():
    notes = ReleaseNotes(unmentioned=tuple((f"area{number}", number) for number in range(1, 15)))

    assert "area9 (9 lines), area10 (10 lines) and 4 more" in " ".join(text_of(replace(empty(), notes=notes)).split())
