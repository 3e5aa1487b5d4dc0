"""What a forge's refusal means: what to say, and what the user can do. Its own words are shown short and plain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
from msgspec import Struct

from pinkeeper.errors import ForgeError
from pinkeeper.index.failures import retry_after

__all__ = ["Answer", "asked_wait", "moment", "refusal"]

_SHOWN = 300  # characters of a forge's message
_MOST_MESSAGES = 5
_SECONDARY_WAIT = 60.0  # where GitHub asks to slow down and does not say for how long, its documentation has a minute
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u024f]+")


class Answer(Struct, frozen=True, kw_only=True):
    """A whole answer. url: after redirects. headers: lower-case names."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded. Raises ForgeError for what is no JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ForgeError("the forge's answer is not JSON", url=self.url, status=self.status) from error


def asked_wait(answer: Answer, *, now: float) -> float | None:
    """Seconds until a rate limit ends; None for an answer that is about something else.

    GitHub answers 403 or 429, GitLab 429. Both send ``Retry-After``, or when the limit is reset, in POSIX seconds.
    """
    if answer.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
        return None
    headers = answer.headers
    wait = retry_after(headers.get("retry-after"), now=now)
    if wait is not None:
        return wait
    for prefix in ("x-ratelimit-", "ratelimit-"):
        reset = headers.get(f"{prefix}reset", "").strip()
        if headers.get(f"{prefix}remaining", "").strip() == "0" and reset.isdecimal():
            return max(0.0, float(reset[:12]) - now)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or b"rate limit" in answer.body[:4096].lower():
        return _SECONDARY_WAIT
    return None


def moment(posix: float) -> str:
    """A time as it is told: ``2026-01-31 12:00:00 UTC``."""
    try:
        return f"{datetime.fromtimestamp(posix, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return "an unknown time"


def refusal(answer: Answer, doing: str, *, has_token: bool) -> ForgeError:
    """The error for an answer that was not wanted. doing: what was tried, as ``open a request for x``."""
    status = answer.status
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    remedy = None
    match status:
        case HTTPStatus.UNAUTHORIZED:
            reason = "the token is not accepted" if has_token else "it asks for a token"
            remedy = "make a new token, and see that it has not expired" if has_token else "set a token"
        case HTTPStatus.FORBIDDEN if b"not permitted to create" in answer.body:
            reason = "the repository does not let Actions open pull requests"
            remedy = "Settings > Actions > General > Workflow permissions: allow GitHub Actions to create pull requests"
        case HTTPStatus.FORBIDDEN:
            reason = "the token does not allow it" if has_token else "it is not allowed without a token"
            remedy = "see what the token may do: pull requests and contents, read and write (GitLab: scope api)"
        case HTTPStatus.NOT_FOUND:
            reason = "there is no such thing, or the token may not see it"
            remedy = "check the project's name, and that the token is for this repository"
        case HTTPStatus.CONFLICT:
            reason = "it changed in the meantime"
            remedy = "run again"
        case HTTPStatus.UNPROCESSABLE_ENTITY | HTTPStatus.BAD_REQUEST:
            reason = "the forge does not take what was sent"
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            reason = "the forge failed"
            remedy = "run again later; what was done already is found and kept"
        case _:
            reason = "the forge answered something else"
    return ForgeError(
        f"cannot {doing}: {reason} ({phrase})",
        url=answer.url.partition("?")[0],
        status=status,
        remedy=remedy,
        details=_messages(answer),
    )


def _messages(answer: Answer) -> tuple[str, ...]:
    """What the forge says itself: ``message`` and ``errors`` of GitHub, ``message`` or ``error`` of GitLab."""
    try:
        content = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    said: list[str] = []
    if isinstance(content, dict):
        _collect(content.get("message"), said, depth=3)
        _collect(content.get("error_description") or content.get("error"), said, depth=3)
        _collect(content.get("errors"), said, depth=3)
    return tuple(dict.fromkeys(f"it says: {text}" for text in said[:_MOST_MESSAGES] if text))


def _collect(value: Any, said: list[str], *, depth: int) -> None:
    if len(said) >= _MOST_MESSAGES or depth == 0:
        return
    match value:
        case str():
            said.append(_UNPRINTABLE.sub(" ", value)[:_SHOWN].strip())
        case list():
            for each in value[:_MOST_MESSAGES]:
                _collect(each, said, depth=depth - 1)
        case {"message": str(text)}:
            _collect(text, said, depth=depth)
        case {"code": str(code)}:
            parts = (value.get("resource"), value.get("field"), code)
            _collect(" ".join(part for part in parts if isinstance(part, str)), said, depth=depth)
        case dict():
            for name, each in list(value.items())[:_MOST_MESSAGES]:
                inner: list[str] = []
                _collect(each, inner, depth=depth - 1)
                said.extend(f"{_UNPRINTABLE.sub(' ', str(name))[:60]}: {text}" for text in inner)
