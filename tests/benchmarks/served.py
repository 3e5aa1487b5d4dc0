"""The served index as the benchmark holds it: a process, its URL, and what the last run took of it."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["ServedIndex", "Traffic"]


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What one run asked for. sent_bytes: of bodies, as sent. missed: paths that are not recorded."""

    requests: int
    pages: int
    metadata: int
    not_modified: int
    sent_bytes: int
    connections: int
    recorded: int
    server_cpu: float
    missed: tuple[str, ...]


class ServedIndex:
    """An index server in a process of its own, in use as a context manager.

    upstream: what it records. certificate: of the authority that clients must trust, None on plain HTTP.
    """

    def __init__(self, recordings: Path, *, upstream: str | None = None, tls: bool = False) -> None:
        further = [*(("--upstream", upstream) if upstream else ()), *(("--tls",) if tls else ())]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.server", str(recordings), *further],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_with_import_path(os.environ),
        )
        assert self._process.stdout is not None
        self._origin, _, certificate = self._process.stdout.readline().strip().partition(" ")
        self.certificate = Path(certificate) if certificate else None
        if not self._origin:
            raise RuntimeError("the index server did not start")
        self._cpu = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    @property
    def url(self) -> str:
        """Of its Simple API."""
        return f"{self._origin}/simple"

    def begin(self, *, latency_ms: float = 0, max_age: int = 600, recording: bool = False) -> None:
        """Count from zero, and behave so from now on."""
        self._ask(f"/-/begin?latency_ms={latency_ms}&max_age={max_age}&recording={int(recording)}")
        self._cpu = json.loads(self._ask("/-/end"))["server_cpu"]

    def end(self) -> Traffic:
        """What was asked for since `begin`."""
        counted = json.loads(self._ask("/-/end"))
        cpu = counted.pop("server_cpu") - self._cpu
        return Traffic(**{**counted, "missed": tuple(counted["missed"]), "server_cpu": cpu})

    def _ask(self, path: str) -> bytes:
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if self.certificate:
            context = ssl.create_default_context(cafile=self.certificate)
            handlers.append(urllib.request.HTTPSHandler(context=context))
        opener = urllib.request.build_opener(*handlers)
        with opener.open(f"{self._origin}{path}", timeout=60) as response:
            return bytes(response.read())


def _with_import_path(environ: Mapping[str, str]) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {**environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, environ.get("PYTHONPATH", ""))))}
