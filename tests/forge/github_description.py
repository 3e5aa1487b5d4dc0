"""GitHub's own description of its API (OpenAPI), cut to what we call, and a proxy that holds both sides to it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["TOOLS", "cut", "description", "examples", "proxied"]

_REPO = "/repos/{owner}/{repo}"
_USED = {
    f"{_REPO}/pulls": ("get", "post"),
    f"{_REPO}/pulls/{{pull_number}}": ("patch",),
    f"{_REPO}/pulls/{{pull_number}}/requested_reviewers": ("post",),
    f"{_REPO}/issues/{{issue_number}}/labels": ("post",),
    f"{_REPO}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{_REPO}/releases": ("get",),
}
_START_SECONDS = 60.0


def _tools() -> Path | None:
    """Where the test tools are installed; None where they are not."""
    repository = Path(__file__).resolve().parents[2]
    for place in (os.environ.get("FORGE_TOOLS", ""), str(repository / ".ci/forge")):
        if place and (Path(place) / "node_modules/@octokit/openapi").is_dir() and shutil.which("node"):
            return Path(place)
    return None


TOOLS = _tools()


def description(tools: Path) -> dict[str, Any]:
    """The whole description, as its publisher ships it."""
    path = tools / "node_modules/@octokit/openapi/generated/api.github.com.json"
    return json.loads(path.read_text(encoding="utf-8"))


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """The paths that we use and all that they refer to; what is sent may have no field that is not described."""
    shared = {"parameters"}
    paths = {
        path: {name: value for name, value in whole["paths"][path].items() if name in {*methods, *shared}}
        for path, methods in _USED.items()
    }
    for operations in paths.values():
        for operation in operations.values():
            operation.pop("x-octokit", None)
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for schema in (media["schema"], *media["schema"].get("oneOf", ())):
                    if schema.get("type") == "object":
                        schema["additionalProperties"] = False
    kept: dict[str, dict[str, Any]] = {}
    waiting = list(_references(paths))
    while waiting:
        kind, name = waiting.pop()
        if name not in kept.setdefault(kind, {}):
            kept[kind][name] = whole["components"][kind][name]
            waiting += _references(kept[kind][name])
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": kept}


def examples(whole: dict[str, Any]) -> dict[str, Any]:
    """What answers look like, by the name of their schema, from the description's own examples."""
    found = whole["components"]["examples"]
    without_teams: dict[str, Any] = {"requested_teams": []}  # those of the examples lack a field that they must have
    return {
        "pull-request": found["pull-request"]["value"] | without_teams,
        "pull-request-simple": found["pull-request-simple-items"]["value"][0] | without_teams,
        "issue-comment": found["issue-comment"]["value"],
        "label": found["label-items"]["value"][0],
        "release": found["release-items"]["value"][0],
    }


@contextlib.contextmanager
def proxied(tools: Path, document: Path, upstream: str) -> Iterator[str]:
    """A proxy before `upstream`: what breaks the description, on either side, is answered with an error. Its origin."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = tools / "node_modules/@stoplight/prism-cli/dist/index.js"
    log = document.with_suffix(".log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["node", program, "proxy", document, upstream, "--errors", "--host", "127.0.0.1", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "SCARF_ANALYTICS": "false", "NO_COLOR": "1"},
        )
        try:
            _wait(process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing-here", timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the proxy did not start: {log.read_text(errors='replace')[-2000:]}")


def _references(value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case {"$ref": str(target)}:
            match = re.fullmatch(r"#/components/([^/]+)/([^/]+)", target)
            assert match is not None, target
            yield match[1], match[2]
        case dict():
            for each in value.values():
                yield from _references(each)
        case list():
            for each in value:
                yield from _references(each)
