"""What all HTML pages share: templates, and a policy that admits one style and one script.

The policy (Content Security Policy Level 3) names both by their hashes; what a browser would load, send or run besides
is refused. The pages can be read without their scripts.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from pinkeeper import __version__
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import counted, size
from pinkeeper.reports.html_text import finalized

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["page"]


def page(template: str, *, styles: tuple[str, ...], script: str, **values: object) -> str:
    """A page. template, styles, script: names of files beside this one; values: what the template shows."""
    style, code = "".join(map(_asset, styles)), _asset(script)
    return (
        _environment()
        .get_template(template)
        .render(
            policy=_policy(style, code),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(code),  # noqa: S704 - our own file
            version=__version__,
            counted=counted,
            redact=redact,
            size=size,
            **values,
        )
    )


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _asset(name: str) -> str:
    return files("pinkeeper.reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - only for a page

    return Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
