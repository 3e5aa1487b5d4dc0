from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.durations import parse_duration, parse_moment
from tests.inputs.repeatable import repeatable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 days", timedelta(days=3)),
        ("3d", timedelta(days=3)),
        ("1 day", timedelta(days=1)),
        (" 72 Hours ", timedelta(hours=72)),
        ("2 weeks", timedelta(weeks=2)),
        ("90 minutes", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
        ("1.5 days", timedelta(hours=36)),
        ("1 day, 12 hours", timedelta(hours=36)),
        ("1d12h", timedelta(hours=36)),
        ("0", timedelta(0)),
        ("0 days", timedelta(0)),
        ("P3D", timedelta(days=3)),
        ("P2W", timedelta(weeks=2)),
        ("PT36H", timedelta(hours=36)),
        ("p1dt2h3m4.5s", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("P0,5D", timedelta(hours=12)),
    ],
)
def test_durations(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "3", "-3 days", "days", "3 fortnights", "1 month", "P", "PT", "P1DT", "P1M", "P1Y", "-P1D", "1d 2d", "٣ days"],
)
def test_what_is_no_duration(text):
    with pytest.raises(ConfigurationError) as caught:
        parse_duration(text)
    assert str(caught.value) == (
        f'not a duration: {text!r}\n  remedy: write "3 days", "72 hours", "2 weeks", "P3D" or "0"'
    )


@pytest.mark.parametrize("text", ["9" * 400 + " days", "99999999999 weeks", f"P{'9' * 20}D"])
def test_a_duration_beyond_all_measure(text):
    with pytest.raises(ConfigurationError):
        parse_duration(text)


@repeatable
@given(st.integers(0, 10_000), st.sampled_from(["seconds", "minutes", "hours", "days", "weeks"]))
def test_every_unit_has_a_word_a_letter_and_an_iso_letter(amount, unit):
    expected = timedelta(**{unit: amount})
    letter = unit[0].upper()
    iso = f"P{amount}{letter}" if unit in {"days", "weeks"} else f"PT{amount}{letter}"
    assert parse_duration(f"{amount} {unit}") == parse_duration(f"{amount}{unit[0]}") == parse_duration(iso) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-01", datetime(2026, 8, 2, tzinfo=UTC)),
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-08-01T12:00:00Z", datetime(2026, 8, 1, 12, tzinfo=UTC)),
        ("2026-08-01t12:00:00z", datetime(2026, 8, 1, 12, tzinfo=UTC)),
        ("2026-08-01 12:00:00.5+02:00", datetime(2026, 8, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-08-01T23:30:00-01:00", datetime(2026, 8, 2, 0, 30, tzinfo=UTC)),
    ],
)
def test_moments(text, expected):
    found = parse_moment(text)
    assert found == expected
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not a time"),
        ("yesterday", "not a time"),
        ("3 days", "not a time"),
        ("2026-08-01T12:00:00", "not a time"),
        ("20260801", "not a time"),
        ("2026-W31-1", "not a time"),
        ("2026-02-30", "there is no such time"),
        ("2026-08-01T25:00:00Z", "there is no such time"),
        ("9999-12-31", "there is no such time"),
        ("0001-01-01T00:00:00+10:00", "there is no such time"),
    ],
)
def test_what_is_no_moment(text, what):
    with pytest.raises(ConfigurationError) as caught:
        parse_moment(text)
    assert str(caught.value) == f'{what}: {text!r}\n  remedy: write "2026-08-01" or "2026-08-01T12:00:00Z"'
