"""What a branch, a tag or HEAD of a git repository is at, asked over HTTP; no git runs.

The repository answers ``info/refs?service=git-upload-pack`` with all its references (gitprotocol-http, "Smart Clients";
gitprotocol-pack, "Reference Discovery", version 0).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pinkeeper.errors import InputError, NetworkError
from pinkeeper.index.client import Client

__all__ = ["commit_of", "read_refs", "repository_refs"]

_MAX_BYTES = 64 * 2**20
_LENGTH_BYTES = 4
_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def repository_refs(client: Client, url: str) -> Mapping[str, str]:
    """The object that each reference names. url: of the repository. Raises InputError."""
    try:
        answer = client.get(f"{url}/info/refs?service=git-upload-pack", max_bytes=_MAX_BYTES)
    except NetworkError as error:
        raise InputError(
            "the git repository does not say what its branches and tags are at",
            where=url,
            details=tuple(str(error).splitlines()),
            remedy="name a whole commit (40 hexadecimal digits), which needs no question",
        ) from error
    return read_refs(answer.body, url=url)


def read_refs(body: bytes, *, url: str) -> dict[str, str]:
    """Decode an advertisement of references. Raises InputError for anything else."""
    refs: dict[str, str] = {}
    try:
        for line in _packets(body):
            if not line.startswith(("# service=", "version ")):
                found, name = _reference(line)
                refs[name] = found
    except ValueError as error:
        raise InputError(
            "what answers there is no git repository",
            where=url,
            details=(str(error),),
            remedy="check the URL; git+https://HOST/OWNER/NAME is usual",
        ) from error
    return refs


def commit_of(refs: Mapping[str, str], revision: str | None) -> str | None:
    """The commit that a revision names, tags before branches as git has it; None where none is named so."""
    if revision is None:
        return refs.get("HEAD")
    names = (f"refs/tags/{revision}^{{}}", f"refs/tags/{revision}", f"refs/heads/{revision}", revision)
    return next((refs[name] for name in names if name in refs), None)


def _reference(line: str) -> tuple[str, str]:
    found, _, name = line.partition("\0")[0].rstrip("\n").partition(" ")
    if not name or not _OBJECT.fullmatch(found):
        raise ValueError("a line is no reference")
    return found, name


def _packets(body: bytes) -> Iterator[str]:
    """The packet lines of a stream; flush packets are passed over."""
    at = 0
    while at < len(body):
        length = int(body[at : at + _LENGTH_BYTES], 16)
        if length == 0:
            at += _LENGTH_BYTES
            continue
        if length <= _LENGTH_BYTES or at + length > len(body):
            raise ValueError("a packet has a wrong length")
        yield body[at + _LENGTH_BYTES : at + length].decode("utf-8", errors="replace")
        at += length
