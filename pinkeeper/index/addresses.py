"""Addresses of hosts, looked up once in a run.

Every thread has connections of its own, and each would ask the resolver for the same host at the same moment. Some of
those questions get lost: then everybody waits five seconds, which is when a resolver asks again.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

import httpcore

from pinkeeper.index.http_library import httpx

__all__ = ["Addresses", "share_lookups"]


class Addresses:
    """Looks hosts up; asked by several threads for the same one, it asks once. A failure is not remembered.

    look_up: gives the addresses of a host, the preferred first; raises OSError.
    """

    def __init__(self, look_up: Callable[[str], list[str]] | None = None) -> None:
        self._look_up = look_up or _resolved
        self._lock = threading.Lock()
        self._known: dict[str, Future[list[str]]] = {}

    def of(self, host: str) -> list[str]:
        """The addresses of a host, the preferred first. Raises OSError."""
        with self._lock:
            future = self._known.get(host)
            is_ours = future is None
            if future is None:
                future = self._known[host] = Future()
        if is_ours:
            try:
                future.set_result(self._look_up(host))
            except BaseException as error:
                with self._lock:
                    del self._known[host]
                future.set_exception(error)
                raise
        return future.result()


def _resolved(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def share_lookups(client: httpx.Client, addresses: Addresses) -> None:
    """Let a client connect to addresses that were looked up; one that goes through a proxy is left as it is."""
    # httpcore takes a network backend, and httpx has no parameter to hand one on.
    client._transport._pool._network_backend = _Backend(addresses)  # type: ignore[attr-defined] # noqa: SLF001


class _Backend(httpcore.SyncBackend):
    """Connects to the first address of a host that answers."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect; raises what the backend raises."""
        try:
            found = self._addresses.of(host)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        for address in found[:-1]:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return super().connect_tcp(found[-1], port, timeout, local_address, socket_options)
