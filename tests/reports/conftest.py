"""What the tests of pages in a browser share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - few tests need it

    from tests.support.browser import CHROMIUM  # noqa: PLC0415

    assert CHROMIUM is not None, "these tests need Chromium, and the environment requires them"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()
