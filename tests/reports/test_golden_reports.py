"""The exact text of each report of one comparison, and of one update; `tests.reports.golden` writes the files anew."""

from __future__ import annotations

import pytest

from tests.reports.golden import FOLDER, FORMATS, UPDATE_FORMATS
from tests.support.compared import comparison
from tests.support.proposals import update_result


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_what_its_golden_file_shows(name):
    assert FORMATS[name](comparison()) == (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_depends_on_how_long_it_took_or_shows_credentials(name):
    text = FORMATS[name](comparison())

    assert "0.314" not in text
    assert "secret@" not in text


@pytest.mark.parametrize("name", UPDATE_FORMATS)
def test_a_report_of_an_update_is_what_its_golden_file_shows(name):
    assert UPDATE_FORMATS[name](update_result()) == (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", UPDATE_FORMATS)
def test_no_report_of_an_update_depends_on_how_long_it_took_or_shows_credentials(name):
    text = UPDATE_FORMATS[name](update_result())

    assert "0.314" not in text
    assert "secret" not in text
