"""The pages of an update in Chromium, headless: what they do, that they do nothing else, and that all can use them.

Left out where there is no Chromium; with ``BROWSER_TESTS=required`` in the environment, as CI has it, they fail then.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe

from pinkeeper.reports.proposal_html import proposal_pages
from tests.reports.golden import RULES
from tests.support.browser import MAY_RUN, Opened
from tests.support.planted import _FRAGMENTS
from tests.support.proposals import many_bumps, planted_update, update_result

pytestmark = pytest.mark.skipif(not MAY_RUN, reason="there is no Chromium on this machine")

RESULT = update_result()
GATELIB = "bump-gatelib_1.4.0_1.5.0.html"
OLDERLIB = "bump-olderlib_2.0_1.9.html"
HOSTILE = "".join(fragment for fragment in _FRAGMENTS if fragment != "\ud800")
RULE_SETS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def opened(browser, tmp_path):
    """Writes all pages of an update and opens one; afterwards it must have been quiet and asked for these alone."""
    contexts = []
    pages = []

    def open_page(result=RESULT, *, name="index.html", width=1280, **options):
        for page, html in proposal_pages(result, RULES).items():
            (tmp_path / page).write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        pages.append(Opened(context, tmp_path / name))
        return pages[-1]

    yield open_page
    for page in pages:
        assert page.said == []
        assert all(url.startswith(f"{tmp_path.as_uri()}/") for url in page.requests)
        assert len(page.page.context.pages) == 1
    for context in contexts:
        context.close()


def shown_rows(seen):
    return seen.page.eval_on_selector_all(
        ".bumps tbody tr", "rows => rows.filter(r => r.checkVisibility()).map(r => r.cells[0].textContent.trim())"
    )


def check(seen, name):
    seen.page.get_by_role("checkbox", name=name).check(force=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 900, 420])
@pytest.mark.parametrize("name", ["index.html", GATELIB, OLDERLIB])
def test_every_page_opens_quietly_and_fits_its_width(opened, name, width, scheme):
    seen = opened(name=name, width=width, color_scheme=scheme)

    assert seen.page.locator("h1").is_visible()
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.requests == [seen.uri]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (420, "dark")])
@pytest.mark.parametrize("name", ["index.html", GATELIB, OLDERLIB])
def test_contrast_labels_and_structure_pass_axe(opened, name, width, scheme):
    seen = opened(name=name, width=width, color_scheme=scheme)
    seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    found = Axe().run(seen.page, options={"runOnly": RULE_SETS}).response["violations"]

    assert [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found] == []


@pytest.mark.parametrize("name", ["index.html", "page"])
@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_planted_text_is_inert_wherever_it_stands(opened, markup, name):
    result = planted_update(HOSTILE, markup=markup)
    page = next(iter(sorted(set(proposal_pages(result, {})) - {"index.html"}))) if name == "page" else name
    seen = opened(result, name=page)
    seen.page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")

    assert seen.page.locator("script").count() == 1
    assert seen.page.locator("main img, main iframe, main object, main form[action], main [onerror]").count() == 0
    assert seen.page.locator("h1").is_visible()
    assert "taken" not in seen.page.title().split("'")[0]
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_text_filters_rows_and_all_that_belongs_to_them(opened):
    seen = opened()
    seen.page.keyboard.press("/")
    assert seen.page.evaluate("document.activeElement.id") == "filter"
    seen.page.keyboard.type("WEBLIB 3.0")

    assert shown_rows(seen) == ["weblib"]
    assert seen.page.locator("#shown").inner_text() == "1 of 7"
    assert seen.page.locator("article.bump:visible").count() == 1
    assert seen.page.locator("details.file:visible").count() == 0
    seen.page.keyboard.press("Escape")
    assert len(shown_rows(seen)) == 7
    assert seen.page.evaluate("document.activeElement.id") != "filter"


@pytest.mark.parametrize("word", ["GHSA-xxxx-0001", "requirements.in:3", "1.0.2"])
def test_advisories_reasons_and_versions_are_found(opened, word):
    seen = opened()
    seen.page.locator("#filter").fill(word)

    assert shown_rows(seen) == ["plainlib"]


def test_verdicts_kinds_and_reasons_filter_the_bumps(opened):
    seen = opened()
    check(seen, "routine")
    assert shown_rows(seen) == ["addedlib", "certifi-like", "plainlib", "tinylib"]
    check(seen, "minor")
    check(seen, "patch")
    assert shown_rows(seen) == ["certifi-like", "plainlib"]
    check(seen, "direct")
    assert shown_rows(seen) == ["plainlib"]
    seen.page.get_by_role("checkbox", name="routine").uncheck(force=True)
    assert shown_rows(seen) == ["gatelib", "plainlib"]
    check(seen, "danger")
    check(seen, "pulled in")
    seen.page.locator("#filter").fill("plainlib")
    assert shown_rows(seen) == []
    assert seen.page.locator("#nothing").is_visible()


def test_a_filter_works_from_the_keyboard_and_shows_the_focus(opened):
    seen = opened()
    seen.page.locator("#filter").focus()
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Space")

    assert shown_rows(seen) == ["gatelib"]
    outline = "getComputedStyle(document.activeElement.nextElementSibling).outlineStyle"
    assert seen.page.evaluate(outline) == "solid"


def test_letters_in_the_filter_are_text(opened):
    seen = opened()
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("jknpx?/")

    assert seen.page.locator("#filter").input_value() == "jknpx?/"
    assert not seen.page.locator("#help").is_visible()


def test_keys_go_through_the_rows_that_are_shown(opened):
    seen = opened()
    check(seen, "routine")
    seen.page.evaluate("document.activeElement.blur()")
    visited = []
    for _ in range(5):
        seen.page.keyboard.press("j")
        visited.append(seen.page.evaluate("document.activeElement.textContent"))
    seen.page.keyboard.press("k")

    assert visited == ["addedlib", "certifi-like", "plainlib", "tinylib", "tinylib"]
    assert seen.page.evaluate("document.activeElement.textContent") == "plainlib"
    assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_keys_go_through_what_must_be_read(opened):
    seen = opened()
    visited = []
    for key in "nnnnp":
        seen.page.keyboard.press(key)
        visited.append(seen.page.evaluate("document.activeElement.id"))

    assert visited == ["b1", "b2", "b3", "b3", "b2"]


def test_enter_leads_to_the_page_of_a_bump_and_back(opened):
    seen = opened()
    seen.page.keyboard.press("j")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(f"**/{GATELIB}")
    assert seen.page.title() == "danger: gatelib 1.4.0 → 1.5.0"
    seen.page.get_by_role("link", name="All bumps").click()
    seen.page.wait_for_url("**/index.html")


def test_every_bump_of_the_table_has_its_page(opened):
    seen = opened()
    links = seen.page.eval_on_selector_all(".bumps tbody th a", "all => all.map(a => a.getAttribute('href'))")

    assert len(links) == 7
    for link in links:
        seen.page.goto(seen.uri.replace("index.html", link))
        assert seen.page.locator("h1").is_visible()


def test_a_verdict_leads_to_what_must_be_read_even_past_a_filter(opened):
    seen = opened()
    seen.page.get_by_role("link", name="review of weblib").click()
    seen.page.wait_for_function("document.activeElement.id === 'b3'")
    seen.page.locator("#filter").fill("plainlib")
    assert not seen.page.locator("#b3").is_visible()
    seen.page.evaluate("location.hash = '#b1'")
    seen.page.wait_for_function("document.activeElement.id === 'b1'")

    assert seen.page.locator("#filter").input_value() == ""
    assert seen.page.locator("#b1").is_visible()


def test_routine_bumps_are_folded_and_open_together(opened):
    seen = opened()
    assert seen.page.locator("details.file[open]").count() == 0
    seen.page.keyboard.press("x")
    assert seen.page.locator("details.file[open]").count() == 4
    seen.page.keyboard.press("x")
    assert seen.page.locator("details.file[open]").count() == 0


def test_help_opens_and_closes_with_keys(opened):
    seen = opened()
    seen.page.keyboard.press("?")
    assert seen.page.locator("#help").is_visible()
    seen.page.keyboard.press("Escape")
    assert not seen.page.locator("#help").is_visible()


def test_the_first_tab_stops_lead_past_the_head(opened):
    seen = opened()
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the bumps"


def test_headings_go_down_step_by_step(opened):
    seen = opened()
    levels = seen.page.eval_on_selector_all(
        "main h1, main h2, main h3, main h4, main h5", "all => all.map(h => Number(h.localName[1]))"
    )

    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ["index.html", GATELIB, OLDERLIB])
def test_a_page_can_be_read_without_its_script(opened, name):
    seen = opened(name=name, java_script_enabled=False)

    assert seen.page.locator("h1").is_visible()
    assert not seen.page.locator("form.filter").is_visible()
    assert not seen.page.locator("#keys").is_visible()


def test_a_key_leads_from_a_bump_that_was_not_compared_to_all(opened):
    seen = opened(name=OLDERLIB)
    seen.page.keyboard.press("u")
    seen.page.wait_for_url("**/index.html")


def test_three_hundred_bumps_are_filtered_while_somebody_types(opened):
    seen = opened(many_bumps(300))
    assert seen.page.locator("#shown").inner_text() == "300 of 300"
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("package-12")
    assert seen.page.locator("#shown").inner_text() == "10 of 300"
    check(seen, "review")
    assert shown_rows(seen) == ["package-120"]
    assert seen.page.locator("article.bump:visible").count() == 1


def test_printed_the_page_is_the_report_alone(opened):
    seen = opened()
    seen.page.emulate_media(media="print")

    assert not seen.page.locator("form.filter").is_visible()
    assert seen.page.locator("#b1").is_visible()
