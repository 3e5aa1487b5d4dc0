"""A small pure client of a messaging service: dataclasses, retries, an HTTP library; hatchling, flat layout."""

from __future__ import annotations

from tests.review.corpus.draft import Draft, source

__all__ = ["new", "old"]

_INIT = source(
    '''
    """A client for the Harborline messaging API."""

    from harborline._client import Client, Options
    from harborline._errors import APIError, HarborlineError, RateLimited
    from harborline._models import Message, Page
    from harborline._version import __version__

    __all__ = ["APIError", "Client", "HarborlineError", "Message", "Options", "Page", "RateLimited", "__version__"]
    '''
)

_CLIENT = source(
    '''
    """The client itself."""

    from __future__ import annotations

    import os
    import platform
    from dataclasses import dataclass, field
    from typing import Any, Mapping

    import httpx

    from harborline._errors import APIError, RateLimited
    from harborline._retry import RetryPolicy, call_with_retries
    from harborline._version import __version__
    from harborline.resources.accounts import Accounts
    from harborline.resources.messages import Messages

    DEFAULT_BASE_URL = "https://api.harborline.example/v2"
    DEFAULT_TIMEOUT = 30.0


    @dataclass
    class Options:
        """How to reach the service."""

        api_key: str | None = None
        base_url: str = DEFAULT_BASE_URL
        timeout: float = DEFAULT_TIMEOUT
        retries: RetryPolicy = field(default_factory=RetryPolicy)
        headers: Mapping[str, str] = field(default_factory=dict)


    class Client:
        """Talks to the service. Use it as a context manager, or close it."""

        def __init__(self, options: Options | None = None, **overrides: Any) -> None:
            options = options or Options(**overrides)
            self.api_key = options.api_key or os.environ.get("HARBORLINE_API_KEY")
            if not self.api_key:
                raise ValueError("no API key: pass api_key or set HARBORLINE_API_KEY")
            self._options = options
            self._http = httpx.Client(base_url=options.base_url, timeout=options.timeout, headers=self._headers())
            self.messages = Messages(self)
            self.accounts = Accounts(self)

        def _headers(self) -> dict[str, str]:
            agent = f"harborline-python/{__version__} ({platform.system()}; {platform.python_version()})"
            return {
                "authorization": f"Bearer {self.api_key}",
                "user-agent": agent,
                **self._options.headers,
            }

        def request(self, method: str, path: str, *, json: Any = None, params: Any = None) -> Any:
            """Send one request and give the decoded answer."""

            def send() -> httpx.Response:
                response = self._http.request(method, path, json=json, params=params)
                if response.status_code == 429:
                    raise RateLimited.from_response(response)
                return response

            response = call_with_retries(send, self._options.retries)
            if response.status_code >= 400:
                raise APIError.from_response(response)
            return response.json() if response.content else None

        def close(self) -> None:
            self._http.close()

        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_exc: object) -> None:
            self.close()
    '''
)

_ERRORS = source(
    '''
    """What can go wrong."""

    from __future__ import annotations


    class HarborlineError(Exception):
        """Anything that this package raises."""


    class APIError(HarborlineError):
        def __init__(self, status: int, message: str) -> None:
            super().__init__(f"{status}: {message}")
            self.status = status
            self.message = message

        @classmethod
        def from_response(cls, response):
            try:
                message = response.json().get("error", "")
            except ValueError:
                message = response.text[:200]
            return cls(response.status_code, message)


    class RateLimited(APIError):
        @property
        def is_retryable(self) -> bool:
            return True
    '''
)

_MODELS = source(
    '''
    """Values that the service sends."""

    from __future__ import annotations

    from dataclasses import dataclass, field
    from datetime import datetime
    from typing import Any, Generic, TypeVar

    T = TypeVar("T")


    @dataclass(frozen=True)
    class Message:
        id: str
        to: str
        body: str
        sent_at: datetime | None = None
        tags: tuple[str, ...] = ()

        @classmethod
        def from_json(cls, data: dict[str, Any]) -> Message:
            sent = data.get("sent_at")
            return cls(
                id=data["id"],
                to=data["to"],
                body=data.get("body", ""),
                sent_at=datetime.fromisoformat(sent) if sent else None,
                tags=tuple(data.get("tags", ())),
            )


    @dataclass(frozen=True)
    class Page(Generic[T]):
        items: list[T] = field(default_factory=list)
        cursor: str | None = None
    '''
)

_RETRY = source(
    '''
    """Trying again."""

    from __future__ import annotations

    import random
    import time
    from dataclasses import dataclass
    from typing import Callable, TypeVar

    from harborline._errors import RateLimited

    T = TypeVar("T")


    @dataclass(frozen=True)
    class RetryPolicy:
        attempts: int = 3
        base: float = 0.5
        ceiling: float = 8.0


    def backoff(attempt: int, policy: RetryPolicy) -> float:
        """Seconds to wait before a further try."""
        return min(policy.ceiling, policy.base * 2**attempt) * (0.5 + random.random() / 2)


    def call_with_retries(send: Callable[[], T], policy: RetryPolicy) -> T:
        for attempt in range(policy.attempts):
            try:
                return send()
            except RateLimited:
                if attempt + 1 == policy.attempts:
                    raise
                time.sleep(backoff(attempt, policy))
        raise AssertionError("unreachable")
    '''
)

_MESSAGES = source(
    '''
    """Sending and reading messages."""

    from __future__ import annotations

    from typing import TYPE_CHECKING, Iterator

    from harborline._models import Message, Page

    if TYPE_CHECKING:
        from harborline._client import Client


    class Messages:
        def __init__(self, client: Client) -> None:
            self._client = client

        def send(self, to: str, body: str, *, tags: tuple[str, ...] = ()) -> Message:
            data = self._client.request("POST", "/messages", json={"to": to, "body": body, "tags": list(tags)})
            return Message.from_json(data)

        def get(self, id: str) -> Message:
            return Message.from_json(self._client.request("GET", f"/messages/{id}"))

        def list(self, *, cursor: str | None = None, limit: int = 50) -> Page[Message]:
            data = self._client.request("GET", "/messages", params={"cursor": cursor, "limit": limit})
            return Page([Message.from_json(item) for item in data["items"]], data.get("cursor"))

        def all(self) -> Iterator[Message]:
            cursor = None
            while True:
                page = self.list(cursor=cursor)
                yield from page.items
                cursor = page.cursor
                if cursor is None:
                    return
    '''
)

_ACCOUNTS = source(
    '''
    """Accounts and their balances."""

    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from harborline._client import Client


    class Accounts:
        def __init__(self, client: Client) -> None:
            self._client = client

        def me(self) -> dict:
            return self._client.request("GET", "/account")

        def balance(self) -> float:
            return float(self.me()["balance"])
    '''
)

_PYPROJECT = source(
    """
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "harborline"
    version = "2.4.0"
    description = "A client for the Harborline messaging API"
    requires-python = ">=3.9"
    dependencies = ["httpx>=0.25", "typing-extensions>=4.5"]

    [project.optional-dependencies]
    cli = ["rich>=13"]
    """
)

_TEST = source(
    """
    import httpx
    import pytest

    from harborline import Client, RateLimited


    def test_a_key_is_needed(monkeypatch):
        monkeypatch.delenv("HARBORLINE_API_KEY", raising=False)
        with pytest.raises(ValueError):
            Client()


    def test_messages_are_sent(respx_mock):
        respx_mock.post("https://api.harborline.example/v2/messages").mock(
            return_value=httpx.Response(200, json={"id": "m1", "to": "+15550100", "body": "hi"})
        )
        with Client(api_key="k") as client:
            assert client.messages.send("+15550100", "hi").id == "m1"
    """
)

_CHANGELOG = source(
    """
    # Changelog

    ## 2.4.0

    - Pages can be walked with `messages.all()`.
    """
)

_WEBHOOKS = source(
    '''
    """Checking that a webhook came from the service."""

    from __future__ import annotations

    import base64
    import hashlib
    import hmac
    import time

    from harborline._errors import HarborlineError

    TOLERANCE = 300


    class InvalidSignature(HarborlineError):
        """The signature does not fit the body, or is too old."""


    def verify(body: bytes, *, signature: str, timestamp: str, secret: str, now: float | None = None) -> None:
        """Raise InvalidSignature unless `signature` is the service's own."""
        if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE:
            raise InvalidSignature("too old")
        key = base64.b64decode(secret)
        expected = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).digest()
        if not hmac.compare_digest(base64.b64decode(signature), expected):
            raise InvalidSignature("it does not fit")
    '''
)


def old() -> Draft:
    """The release that is in use."""
    return Draft(
        name="harborline",
        version="2.4.0",
        summary="A client for the Harborline messaging API",
        lines=[
            "Author-email: Harborline <sdk@harborline.example>",
            "Project-URL: Homepage, https://harborline.example",
            "Project-URL: Source, https://code.example/harborline/harborline-python",
            "Classifier: Development Status :: 5 - Production/Stable",
        ],
        requires=["httpx>=0.25", "typing-extensions>=4.5", 'rich>=13; extra == "cli"'],
        extras=["cli"],
        installed={
            path: text.encode()
            for path, text in {
                "harborline/__init__.py": _INIT,
                "harborline/_client.py": _CLIENT,
                "harborline/_errors.py": _ERRORS,
                "harborline/_models.py": _MODELS,
                "harborline/_retry.py": _RETRY,
                "harborline/_version.py": '__version__ = "2.4.0"\n',
                "harborline/py.typed": "",
                "harborline/resources/__init__.py": "",
                "harborline/resources/messages.py": _MESSAGES,
                "harborline/resources/accounts.py": _ACCOUNTS,
            }.items()
        },
        around={
            path: text.encode()
            for path, text in {
                "pyproject.toml": _PYPROJECT,
                "README.md": "# harborline\n\nA client for the Harborline messaging API.\n",
                "CHANGELOG.md": _CHANGELOG,
                "tests/test_client.py": _TEST,
            }.items()
        },
    )


def new() -> Draft:
    """The next minor release: signatures of webhooks, streamed sending, a moved function, another way to wait."""
    draft = old()
    draft.version = "2.5.0"
    draft.put("harborline/_version.py", '__version__ = "2.5.0"\n')
    draft.put("harborline/webhooks.py", _WEBHOOKS)
    draft.replace(
        "harborline/__init__.py", '"RateLimited", "__version__"]', '"RateLimited", "__version__", "webhooks"]'
    )
    draft.after("harborline/__init__.py", "from harborline._version", "from harborline import webhooks\n")
    # backoff moves, and learns what the service says about waiting
    draft.replace(
        "harborline/_retry.py",
        source(
            '''
            def backoff(attempt: int, policy: RetryPolicy) -> float:
                """Seconds to wait before a further try."""
                return min(policy.ceiling, policy.base * 2**attempt) * (0.5 + random.random() / 2)


            '''
        ),
        "",
    )
    draft.append(
        "harborline/_retry.py",
        '''


        def backoff(attempt: int, policy: RetryPolicy, hint: float | None = None) -> float:
            """Seconds to wait before a further try; hint: what the service asked for."""
            if hint is not None:
                return min(policy.ceiling, hint)
            return min(policy.ceiling, policy.base * 2**attempt) * (0.5 + random.random() / 2)
        ''',
    )
    draft.replace("harborline/_retry.py", "    attempts: int = 3\n", "    attempts: int = 4\n")
    draft.after(
        "harborline/resources/messages.py",
        "return Message.from_json(data)",
        '''

        def send_many(self, to: list[str], body: str) -> list[Message]:
            """Send the same text to several."""
            data = self._client.request("POST", "/messages/batch", json={"to": to, "body": body})
            return [Message.from_json(item) for item in data["items"]]
        ''',
        indent=4,
    )
    draft.after(
        "harborline/_client.py",
        "DEFAULT_TIMEOUT = 30.0",
        'SANDBOX_BASE_URL = "https://sandbox.harborline.example/v2"\n',
    )
    draft.replace(
        "harborline/_client.py",
        'options.api_key or os.environ.get("HARBORLINE_API_KEY")',
        'options.api_key or os.environ.get("HARBORLINE_API_KEY") or os.environ.get("HARBORLINE_TOKEN")',
    )
    draft.replace("pyproject.toml", 'version = "2.4.0"', 'version = "2.5.0"')
    draft.replace("pyproject.toml", '"httpx>=0.25"', '"httpx>=0.27"')
    draft.requires[0] = "httpx>=0.27"
    draft.replace(
        "CHANGELOG.md",
        "## 2.4.0\n",
        source(
            """
            ## 2.5.0

            - `harborline.webhooks.verify` checks signatures.
            - `messages.send_many` sends to several at once.
            - Four attempts instead of three; the sandbox has a constant.

            ## 2.4.0
            """
        ),
    )
    draft.append(
        "tests/test_client.py",
        """


        def test_an_old_signature_is_refused():
            from harborline import webhooks

            with pytest.raises(webhooks.InvalidSignature):
                webhooks.verify(b"{}", signature="AAAA", timestamp="0", secret="AAAA", now=1000.0)
        """,
    )
    return draft
