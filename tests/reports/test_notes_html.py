"""Release notes on the page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from pinkeeper.reports.notes_html import notes_html
from tests.support.html_elements import elements, unclosed
from tests.support.planted import hostile_texts


def test_markdown_is_read():
    html = notes_html("# Added\n\n- a **b** `c`\n\n| x |\n|---|\n| y |\n\n~~old~~\n", "markdown")

    for part in ("<h4>Added</h4>", "<li>a <strong>b</strong> <code>c</code></li>", "<td>y</td>", "<s>old</s>"):
        assert part in html


def test_a_plain_address_is_a_link_that_says_where_it_leads():
    assert (
        '<a href="https://forge.example/p/1?a=b" rel="noopener noreferrer nofollow">#1</a>'
        '<span class="host"> [forge.example]</span>'
    ) in notes_html("[#1](https://forge.example/p/1?a=b)", "markdown")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//leads.example/x",
        "/x",
        "x",
        "#finding-1",
        "mailto:a@leads.example",
        "ftp://leads.example/",
        "https://good.example@leads.example/",
        "https://good.example%5C@leads.example/",
        "https:leads.example",
        "https://",
        "https://-.example-/",
        "https://[::1]/",
    ],
)
def test_any_other_address_is_no_link(address):
    html = notes_html(f"[text]({address})", "markdown")

    assert "<a" not in html
    assert "text" in html


def test_a_host_in_another_script_is_told_as_it_is_asked_for():
    assert "[xn--exmple-cua.example]" in notes_html("[a](https://ex\u00e4mple.example/)", "markdown")


def test_an_image_is_its_text():
    html = notes_html("![a badge](https://leads.example/b.png)", "markdown")

    assert "[image: a badge]" in html
    assert "leads.example" not in html


def test_html_of_the_project_is_shown_as_text():
    html = notes_html('<script>alert(1)</script>\n\n<img src="x">\n\na <b onclick="x">c</b>', "markdown")

    assert {element.tag for element in elements(html)} == {"div", "p"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize("text", ["&#8238;abc", "\u202eabc", "`\u202eabc`", "```\n\u202eabc\n```", "[\u202eabc](x)"])
def test_what_turns_the_reading_direction_is_an_escape(text):
    assert "\\u202eabc" in notes_html(text, "markdown")


@pytest.mark.parametrize("markup", ["rst", "plain"])
def test_other_markup_is_shown_as_it_is_written(markup):
    assert notes_html("Added\n-----\n<b>*x*\t\x1b", markup) == (
        '<pre class="notes">Added\n-----\n&lt;b&gt;*x*  \\x1b</pre>'
    )


def test_very_long_markdown_is_shown_as_it_is_written():
    assert notes_html("*a* " * 10_000, "markdown").startswith('<pre class="notes">*a* *a*')


@given(hostile_texts())
def test_nothing_in_notes_is_active(text):
    html = notes_html(text, "markdown")

    assert unclosed(html) == []
    for element in elements(html):
        assert element.tag not in {"script", "style", "img", "iframe", "form", "input", "details", "h1", "h2", "h3"}
        assert set(element.attributes) <= {"class", "href", "rel", "start"}
        assert element.attributes.get("class") in {None, "notes", "host"}
        if "href" in element.attributes:
            assert re.fullmatch(r"https?://[!-~]+", element.attributes["href"] or "")


def test_headings_go_down_step_by_step_whatever_their_levels_are():
    told = notes_html("### a\n# b\n### c\n###### d\n## e\n", "markdown")
    deep = notes_html("# a\n## b\n### c\n#### d\n", "markdown", above=4)

    assert re.findall(r"<h(\d)>(\w)", told) == [("4", "a"), ("4", "b"), ("5", "c"), ("6", "d"), ("5", "e")]
    assert re.findall(r"<h(\d)>(\w)", deep) == [("5", "a"), ("6", "b"), ("6", "c"), ("6", "d")]
