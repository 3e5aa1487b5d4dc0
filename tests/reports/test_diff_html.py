"""The page of a comparison, as text: nothing active but its own script, everything linked, bounded, legible."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import settings as examples
from msgspec.structs import replace

from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind, NoteSection
from pinkeeper.model.finding import Finding, Severity
from pinkeeper.reports.diff_html import diff_html
from tests.reports.golden import RULES
from tests.support.compared import change, comparison, many_files
from tests.support.html_elements import check_inert, elements
from tests.support.planted import hostile_texts, planted

RESULT = comparison()
PAGE = diff_html(RESULT, RULES)
STYLE = files("pinkeeper.reports").joinpath("templates", "diff.css").read_text()


def test_the_page_is_well_formed_and_inert():
    check_inert(PAGE)


@cache
def harmless_count():
    return check_inert(diff_html(planted("x"), RULES))


@given(hostile_texts())
@examples(max_examples=40)
def test_no_text_of_a_package_adds_an_element(text):
    count = check_inert(diff_html(planted(text), RULES))

    assert {tag: number for tag, number in count.items() if tag != "span"} == {
        tag: number for tag, number in harmless_count().items() if tag != "span"
    }


@given(hostile_texts())
@examples(max_examples=40)
def test_notes_in_markdown_add_nothing_active(text):
    check_inert(diff_html(planted(text, markup="markdown"), RULES))


def test_the_policy_admits_the_one_style_and_the_one_script_and_nothing_else():
    found = elements(PAGE)
    (policy,) = (
        element.attributes["content"]
        for element in found
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    hashes = {
        element.tag: "sha256-" + base64.b64encode(hashlib.sha256("".join(element.text).encode()).digest()).decode()
        for element in found
        if element.tag in {"style", "script"}
    }

    assert policy == (
        f"default-src 'none'; style-src '{hashes['style']}'; script-src '{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_script_writes_no_markup_and_sends_nothing():
    script = files("pinkeeper.reports").joinpath("templates", "diff.js").read_text()

    for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "fetch", "XMLHttp", "import("):
        assert word not in script
    assert "</" not in script
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_findings_lead_to_their_lines_and_lines_back_to_their_findings():
    lines = {element.attributes.get("id"): element for element in elements(PAGE) if element.tag == "tr"}
    links = [element.attributes["href"] for element in elements(PAGE) if element.tag == "a"]

    assert "f2-n27" in lines
    assert links.count("#f2-n27") == 3  # what runs unasked, the finding, what another rule saw
    assert "#finding-2" in links


def test_a_line_that_the_page_does_not_have_leads_to_its_file():
    found = Finding(rule="r", severity=Severity.LOW, path="gatelib/client.py", line=9999, summary="s")
    page = diff_html(replace(RESULT, findings=(found,)), RULES)

    assert '<a class="at" href="#f2">gatelib/client.py:9999</a>' in page


def test_a_place_that_no_change_has_is_no_link():
    found = Finding(rule="r", severity=Severity.LOW, path="gatelib/same.py", line=1, summary="s")

    assert '<span class="at">gatelib/same.py:1</span>' in diff_html(replace(RESULT, findings=(found,)), RULES)


def test_lines_of_a_removed_file_are_those_of_the_old_release():
    found = Finding(rule="r", severity=Severity.HIGH, path="gatelib/legacy.py", line=3, summary="It is gone.")
    page = diff_html(replace(RESULT, findings=(found,)), RULES)

    assert 'href="#f5-o3"' in page
    assert re.search(r'id="f5-o3".*\n<tr class="m">.*It is gone\.', page)


def test_a_rule_that_is_known_is_explained():
    assert "Libraries have no such files." in PAGE
    assert "Libraries have no such files." not in diff_html(RESULT, {})


def test_a_long_file_is_cut_with_its_beginning_and_what_was_found_in_it():
    long = change("gatelib/long.py", None, "".join(f"x{number} = {number}\n" for number in range(1, 9001)))
    found = Finding(rule="r", severity=Severity.HIGH, path="gatelib/long.py", line=8000, summary="Look here.")
    page = diff_html(replace(RESULT, changes=(long,), findings=(found,)), RULES)
    shown = {element.attributes.get("id") for element in elements(page) if element.tag == "tr"}

    assert {"f1-n1", "f1-n1000", "f1-n7985", "f1-n8015"} <= shown
    assert not {"f1-n1001", "f1-n7984", "f1-n8016"} & shown
    assert "6,984 lines are left out here" in page
    assert "7,969 lines of this file are not on this page: pinkeeper diff --file gatelib/long.py tells" in page


def test_lines_are_shared_out_to_what_matters_first():
    bulk = tuple(
        change(f"bulk/m{number:02}.py", None, "".join(f"y{line} = 1\n" for line in range(1000))) for number in range(14)
    )
    hook = change("zz.pth", None, "import zz\n", kind=FileKind.STARTUP)
    page = diff_html(replace(RESULT, changes=(*bulk, hook), findings=()), RULES)

    assert page.count('class="t">') <= 12_000
    assert 'id="f15-n1"' in page
    assert "1,000 lines of this file are not on this page" in page


def test_thousands_of_files_and_findings_are_counted():
    changes = tuple(
        FileChange(status=ChangeStatus.ADDED, kind=FileKind.DATA, new_path=f"d/{number:05}.bin")
        for number in range(2500)
    )
    last = changes[-1].path
    findings = tuple(
        Finding(rule="r", severity=Severity.HIGH, path=last, line=None, summary=f"s{number}") for number in range(400)
    )
    page = diff_html(replace(RESULT, changes=changes, findings=findings), RULES)

    assert page.count('<details class="file"') == 2000
    assert f'data-name="{last}"' in page
    assert "500 more files changed and are not on this page" in page
    assert page.count('<article class="finding') == 300
    assert "100 more findings, none graver than these" in page


def test_what_all_files_share_is_no_filter():
    page = diff_html(replace(RESULT, findings=()), RULES)

    assert '<input type="checkbox" name="kind"' in page
    assert '<input type="checkbox" name="severity"' not in page


def test_long_lists_and_notes_are_cut_with_their_number():
    notes = replace(RESULT.notes, cut=5, sections=(NoteSection(version="2", text="word " * 60_000),) * 2)
    page = diff_html(
        replace(
            RESULT,
            unasked=RESULT.unasked * 400,
            api=RESULT.api * 400,
            fields=RESULT.fields * 200,
            not_analysed=RESULT.not_analysed * 350,
            notes=notes,
        ),
        RULES,
    )

    check_inert(page)
    for number in (300, 200):
        assert f"{number} more entries are not on this page" in page
    assert page.count("300 more entries") == 3
    assert "400,005 characters of the notes were left out" in page


def test_characters_of_long_lines_are_bounded():
    wide = tuple(change(f"w{number}.py", None, f"{'z' * 1900}\n" * 1000) for number in range(6))

    page = diff_html(replace(RESULT, changes=wide, findings=()), RULES)
    assert len(page) < 6_000_000
    assert "[1,700 more characters]" in page


def test_hundreds_of_files_make_one_page():
    page = diff_html(replace(RESULT, changes=many_files(300)), RULES)

    check_inert(page)
    assert page.count('<details class="file"') == 300


def test_what_is_not_there_is_said():
    nothing = replace(
        RESULT, findings=(), changes=(), fields=(), unasked=(), api=(), notes=type(RESULT.notes)(), not_analysed=()
    )
    page = diff_html(nothing, RULES)

    check_inert(page)
    for told in (
        "Nothing new runs without being called.",
        "Nothing was found that a reviewer should look at.",
        "No file is another than it was.",
        "No release notes were found.",
        "Nothing was left out.",
    ):
        assert told in page


def colours(scheme):
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in STYLE.split("@media", 2)[:2])
    return light if scheme == "light" else light | dark


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


CODE = ("ink", "code-k", "code-s", "code-c", "code-f", "code-b", "code-n", "code-d")
TEXT_ON = (
    *((text, ground) for text in ("ink", "quiet", "link") for ground in ("bg", "panel", "raised")),
    *((text, ground) for text in CODE for ground in ("raised", "added", "removed", "lit")),
    *((level, f"{level}-bg") for level in ("critical", "high", "medium", "low", "good")),
    *(
        (level, ground)
        for level in ("critical", "high", "medium", "low", "good")
        for ground in ("bg", "panel", "raised")
    ),
    ("quiet", "added"),
    ("quiet", "removed"),
    ("good", "added"),
    ("critical", "removed"),
    ("ink", "added-edge"),
    ("ink", "removed-edge"),
    ("bg", "ink"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_is_legible_as_wcag_aa_asks(scheme, text, ground):
    table = colours(scheme)

    assert contrast(table[text], table[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["bg", "panel", "raised"])
def test_the_focus_can_be_seen_as_wcag_aa_asks(scheme, ground):
    table = colours(scheme)

    assert contrast(table["focus"], table[ground]) >= 3
