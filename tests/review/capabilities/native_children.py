"""What a process that reads binaries could do instead: run by name in a process of its own."""

# ruff: noqa: ARG001 - the reader sets the signatures

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection

import msgspec

from pinkeeper.review.capabilities.native import NativeSummary

__all__ = ["answer_nonsense", "answer_without_end", "come_to_a_sudden_end", "crash_on_the_second", "never_answer"]


def come_to_a_sudden_end(connection: Connection, memory: int) -> None:
    connection.recv_bytes()
    os._exit(139)


def never_answer(connection: Connection, memory: int) -> None:
    connection.recv_bytes()
    time.sleep(600)


def answer_nonsense(connection: Connection, memory: int) -> None:
    connection.recv_bytes()
    connection.send_bytes(b"\x93nonsense")


def answer_without_end(connection: Connection, memory: int) -> None:
    connection.recv_bytes()
    connection.send_bytes(b"\0" * (17 << 20))


def crash_on_the_second(connection: Connection, memory: int) -> None:
    for text in ("first of its process", None):
        connection.recv_bytes()
        if text is None:
            os._exit(1)
        connection.send_bytes(msgspec.msgpack.encode(NativeSummary(texts=(text,))))
