"""A guard that keeps the sockets of this process on loopback.

Subprocesses are out of its reach; they are kept in by the environment they are given (see `environment.py`).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

__all__ = ["OutsideConnectionError", "keep_inside"]


class OutsideConnectionError(RuntimeError):
    """A test tried to reach the outside. Not an OSError: no retry and no `except` for bad networks may swallow it."""


def keep_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets connect, and names resolve, to loopback only.

    Names under ``.invalid`` fail to resolve as they do everywhere (RFC 6761), so that errors of names can be tested.
    """
    monkeypatch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode("ascii") if isinstance(host, bytes) else host
        if name and name.rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if name and not _is_loopback(name):
            raise OutsideConnectionError(f"a test looked up {name}; only loopback is open, or mark the test live")
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            raise OutsideConnectionError(f"a test connected to {address[0]}; only loopback is open, or mark it live")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
