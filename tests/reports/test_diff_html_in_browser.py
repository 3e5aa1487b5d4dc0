"""The page of a comparison in Chromium, headless: what it does, and that it does nothing else.

Left out where there is no Chromium; with ``BROWSER_TESTS=required`` in the environment, as CI has it, they fail then.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from msgspec.structs import replace

from pinkeeper.model.comparison import NoteSection, ReleaseNotes
from pinkeeper.reports.diff_html import diff_html
from tests.reports.golden import RULES
from tests.support.browser import MAY_RUN, Opened
from tests.support.compared import comparison, many_files
from tests.support.planted import _FRAGMENTS, planted

pytestmark = pytest.mark.skipif(not MAY_RUN, reason="there is no Chromium on this machine")

RESULT = comparison()
HOSTILE = "".join(fragment for fragment in _FRAGMENTS if fragment != "\ud800")


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a comparison; afterwards the page must have been quiet."""
    contexts = []
    pages = []

    def open_page(result=RESULT, **options):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        path = tmp_path / f"page{len(pages)}.html"
        path.write_text(diff_html(result, RULES), encoding="utf-8")
        pages.append(Opened(context, path))
        return pages[-1]

    yield open_page
    for page in pages:
        page.check_quiet()
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_quietly_and_fits_its_width(opened, scheme, width):
    seen = opened(color_scheme=scheme)
    seen.page.set_viewport_size({"width": width, "height": 844})

    assert seen.page.title() == "danger: gatelib 1.4.0 → 1.5.0"
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.page.locator(".rail").is_visible() == (width == 1280)


@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_planted_text_is_inert_wherever_it_stands(opened, markup):
    seen = opened(planted(HOSTILE, markup=markup))
    seen.page.keyboard.press("x")
    seen.page.keyboard.press("s")

    assert seen.page.title().startswith("danger: ")
    assert seen.page.locator("script").count() == 1
    assert seen.page.locator("main img, main iframe, main object, main form[action], main [onerror]").count() == 0
    assert seen.page.locator("h1").is_visible()
    assert "<script>alert(1)</script>" in seen.page.locator("article.finding .why").first.inner_text()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_policy_stops_a_script_that_gets_into_the_page(browser, tmp_path):
    html = diff_html(RESULT, RULES).replace(
        "</main>",
        "<script>document.title = 'taken'</script><img src='https://leads.invalid/x.png' onerror='x()'></main>",
    )
    context = browser.new_context()
    refused = []
    context.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    path = tmp_path / "page.html"
    path.write_text(html, encoding="utf-8")
    seen = Opened(context, path)

    assert seen.page.title() == "danger: gatelib 1.4.0 → 1.5.0"
    assert sum("Content Security Policy" in said for said in seen.said) >= 2
    assert refused == [("https://leads.invalid/x.png", "csp")]
    context.close()


def test_text_filters_the_files_and_the_rail(opened):
    seen = opened()
    seen.page.keyboard.press("/")
    assert seen.page.evaluate("document.activeElement.id") == "filter"
    seen.page.keyboard.type("GATELIB client")

    assert seen.shown_files() == ["gatelib/client.py"]
    assert seen.page.locator("#shown").inner_text() == "1 of 7"
    assert seen.page.locator("#rail-files li:visible").count() == 1
    seen.page.keyboard.press("Escape")
    assert len(seen.shown_files()) == 7
    assert seen.page.evaluate("document.activeElement.id") != "filter"


def test_kinds_statuses_and_severities_filter_the_files(opened):
    seen = opened()
    box = seen.page.get_by_role
    box("checkbox", name="python").check(force=True)
    assert seen.shown_files() == ["gatelib/client.py", "gatelib/helpers.py", "gatelib/legacy.py"]
    box("checkbox", name="start-up hook").check(force=True)
    box("checkbox", name="added").check(force=True)
    assert seen.shown_files() == ["gatelib_init.pth"]
    box("checkbox", name="critical").check(force=True)
    assert seen.shown_files() == ["gatelib_init.pth"]
    box("checkbox", name="start-up hook").uncheck(force=True)
    assert seen.shown_files() == []
    assert seen.page.locator("#nothing").is_visible()


def test_a_filter_works_from_the_keyboard(opened):
    seen = opened()
    seen.page.locator("#unfold").focus()
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Space")

    assert seen.page.locator("#shown").inner_text() == "3 of 7"
    outline = "getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert seen.page.evaluate(outline) == "solid"


def test_keys_go_through_findings_and_files(opened):
    seen = opened()
    visited = []
    for _ in range(13):
        seen.page.keyboard.press("j")
        visited.append(seen.focused())
    assert visited == [*(f"finding-{n}" for n in range(1, 6)), *(f"f{n}" for n in range(1, 8)), "f7"]

    seen.page.keyboard.press("k")
    assert seen.focused() == "f6"
    seen.page.keyboard.press("p")
    assert seen.focused() == "finding-5"
    seen.page.keyboard.press("n")
    assert seen.focused() == "finding-5"
    assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_keys_pass_over_files_that_are_filtered_away(opened):
    seen = opened()
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("helpers")
    seen.page.locator("#finding-5").focus()
    seen.page.keyboard.press("j")

    assert seen.focused() == "f4"


def test_letters_in_the_filter_are_text(opened):
    seen = opened()
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("jks?x/")

    assert seen.page.locator("#filter").input_value() == "jks?x/"
    assert not seen.page.locator("#help").is_visible()


def test_enter_opens_a_file_and_leads_from_a_finding_to_its_line(opened):
    seen = opened()
    seen.page.locator("#f4 summary").focus()
    seen.page.keyboard.press("Enter")
    assert seen.page.locator("#f4").get_attribute("open") is not None

    seen.page.locator("#f2").evaluate("file => file.open = false")
    seen.page.locator("#finding-2").focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector("#f2-n27.lit")
    assert seen.page.locator("#f2").get_attribute("open") is not None
    assert seen.page.locator("#f2-n27").is_visible()
    assert "subprocess.Popen" in seen.page.locator("#f2-n27").inner_text()


def test_a_link_shows_a_line_that_a_filter_hides(opened):
    seen = opened()
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("helpers")
    seen.page.locator(".unasked a").last.click()
    seen.page.wait_for_selector("#f2-n27.lit")

    assert seen.page.locator("#f2-n27").is_visible()
    assert seen.page.locator("#filter").input_value() == ""


def test_a_remark_at_a_line_leads_to_its_finding(opened):
    seen = opened()
    seen.page.locator("#f2 tr.m a").last.click()
    seen.page.wait_for_function("document.activeElement.id === 'finding-2'")


def test_side_by_side_shows_each_line_on_its_side(opened):
    seen = opened()
    button = seen.page.locator("#split")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()

    assert button.get_attribute("aria-pressed") == "true"
    assert not seen.page.locator("#f2 table.one").is_visible()
    pairs = seen.page.eval_on_selector_all(
        "#f2 table.two tr",
        "rows => rows.filter(r => r.cells.length === 4).map(r => [...r.cells].map(c => c.dataset.l ?? c.textContent))",
    )
    assert ["6", "TIMEOUT = 10  # seconds", "8", "TIMEOUT = 30  # seconds"] in pairs
    assert ["", "", "4", "import os"] in pairs
    assert ["3", "import json", "3", "import json"] in pairs
    assert ["", "", "17", "        self.retries = retries"] in pairs
    seen.page.keyboard.press("s")
    assert seen.page.locator("#f2 table.one").is_visible()
    assert not seen.page.locator("#f2 table.two").is_visible()


def test_side_by_side_a_file_is_made_when_it_is_opened_and_links_lead_into_it(opened):
    seen = opened()
    seen.page.keyboard.press("s")
    assert seen.page.locator("#f4 table.two").count() == 0
    seen.page.locator("#f4 summary").click()
    seen.page.wait_for_selector("#f4 table.two")

    seen.page.locator(".unasked a").last.click()
    seen.page.wait_for_selector("#f2 table.two tr.lit")
    assert "subprocess.Popen" in seen.page.locator("#f2 table.two tr.lit").inner_text()


def test_an_address_with_a_line_shows_it_at_once(opened):
    seen = opened()
    seen.page.goto(f"{seen.uri}#f4-o5")
    seen.requests[1:] = []
    seen.page.wait_for_selector("#f4-o5.lit")

    assert seen.page.locator("#f4-o5").is_visible()


def test_help_opens_and_closes_with_keys(opened):
    seen = opened()
    seen.page.keyboard.press("?")
    assert seen.page.locator("#help").is_visible()
    seen.page.keyboard.press("j")
    assert not seen.focused()
    seen.page.keyboard.press("Escape")
    assert not seen.page.locator("#help").is_visible()


def test_the_first_tab_stops_lead_past_the_head(opened):
    seen = opened()
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_function("location.hash === '#findings'")


def test_landmarks_headings_and_names_are_there(opened):
    seen = opened()
    assert seen.page.get_by_role("main").count() == 1
    assert seen.page.get_by_role("banner").count() == 1
    assert seen.page.get_by_role("navigation").count() == 3
    assert seen.page.get_by_role("search", name="Filter the files").count() == 1
    levels = seen.page.eval_on_selector_all(
        "main h1, main h2, main h3, main h4, main h5", "all => all.map(h => Number(h.localName[1]))"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    unnamed = seen.page.eval_on_selector_all(
        "button, a, input, summary", "all => all.filter(e => !e.textContent.trim() && !(e.labels?.length)).length"
    )
    assert unnamed == 0


def test_the_page_can_be_read_without_its_script(opened):
    seen = opened(java_script_enabled=False)

    assert seen.page.locator("#f2 table.one").is_visible()
    assert not seen.page.locator("form.filter").is_visible()
    assert not seen.page.locator("#split").is_visible()
    seen.page.locator("#f4 summary").click()
    assert seen.page.locator("#f4-n1").is_visible()
    seen.page.locator("article .where a").first.click()


def test_links_of_notes_say_where_they_lead_and_give_nothing_away(opened):
    notes = ReleaseNotes(
        source="CHANGES.md",
        markup="markdown",
        sections=(
            NoteSection(version="1.5.0", text="[harmless](https://leads.invalid/x) ![b](https://leads.invalid/b)"),
        ),
    )
    seen = opened(replace(RESULT, notes=notes))
    link = seen.page.get_by_role("link", name="harmless")

    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert "[leads.invalid]" in seen.page.locator(".release").inner_text()
    link.hover()


def test_three_hundred_files_are_filtered_opened_and_split(opened):
    seen = opened(replace(RESULT, changes=(*RESULT.changes, *many_files(300))))
    assert seen.page.locator("#shown").inner_text() == "307 of 307"
    seen.page.keyboard.press("s")
    seen.page.keyboard.press("x")
    assert seen.page.locator("details.file[open]").count() == 307
    seen.page.wait_for_function("document.querySelectorAll('details.file table.two').length === 306")
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("part3 module1")
    names = seen.shown_files()
    assert names
    assert all(name.startswith("big/part3/module1") for name in names)
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("x")
    assert seen.page.locator("details.file[open]").count() == 0


def test_printed_the_page_is_the_report_alone(opened):
    seen = opened()
    seen.page.emulate_media(media="print")

    assert not seen.page.locator(".rail").is_visible()
    assert not seen.page.locator("form.filter").is_visible()
    assert seen.page.locator("#finding-1").is_visible()
