"""The exact text of each report of one comparison; `tests.reports.golden` writes the files anew."""

from __future__ import annotations

import pytest

from tests.reports.golden import FOLDER, FORMATS
from tests.support.compared import comparison


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_what_its_golden_file_shows(name):
    assert FORMATS[name](comparison()) == (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_depends_on_how_long_it_took_or_shows_credentials(name):
    text = FORMATS[name](comparison())

    assert "0.314" not in text
    assert "secret@" not in text
