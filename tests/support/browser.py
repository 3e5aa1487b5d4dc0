"""A page in Chromium, and all that it said and asked for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

__all__ = ["CHROMIUM", "MAY_RUN", "Opened"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

MAY_RUN = CHROMIUM is not None or os.environ.get("BROWSER_TESTS") == "required"


class Opened:
    """A page of a file, and all that it said and asked for."""

    def __init__(self, context: BrowserContext, path: Path) -> None:
        self.uri = path.as_uri()
        self.said: list[str] = []
        self.requests: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        context.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(self.uri)

    def check_quiet(self) -> None:
        """Nothing was said, nothing asked for but the page, no other page opened."""
        assert self.said == []
        assert [url.partition("#")[0] for url in self.requests] == [self.uri]
        assert len(self.page.context.pages) == 1

    def shown_files(self) -> list[str]:
        """The names of the files that a filter leaves."""
        names: list[str] = self.page.eval_on_selector_all(
            "details.file", "files => files.filter(f => f.checkVisibility()).map(f => f.dataset.name)"
        )
        return names

    def focused(self) -> Any:
        """The id of the finding or file that has the focus."""
        return self.page.evaluate("document.activeElement.closest('[data-item]')?.id ?? ''")
