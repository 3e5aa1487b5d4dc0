"""How a commit of ours is known again, and that nobody has touched it since.

The message ends with two trailers: which branch it is for, and a digest of all that we put there: the branch, the
commit that it stands on, the rest of the message, and each file with its bytes. Whoever adds a commit, amends one, or
moves it elsewhere, on purpose or not, breaks the seal; the branch then belongs to that person. It is no signature:
somebody who wants to make a seal can. What it protects is people's work, not us from people.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

__all__ = ["seal_of", "sealed", "unsealed"]

_BRANCH = "Pinkeeper-Branch"
_SEAL = "Pinkeeper-Seal"
_TRAILERS = re.compile(rf"\n\n{_BRANCH}: ([^\s]{{1,400}})\n{_SEAL}: ([0-9a-f]{{64}})\n*\Z")


def sealed(message: str, branch: str, *, parent: str, files: Mapping[str, bytes]) -> str:
    """A commit message with its trailers."""
    body = _normal(message)
    seal = seal_of(body, branch, parent=parent, files=files)
    return f"{body}\n\n{_BRANCH}: {branch}\n{_SEAL}: {seal}\n"


def unsealed(message: str) -> tuple[str, str, str] | None:
    """The message without trailers, the branch and the seal; None where it is none of ours."""
    match = _TRAILERS.search(message)
    return None if match is None else (message[: match.start()], match[1], match[2])


def seal_of(body: str, branch: str, *, parent: str, files: Mapping[str, bytes]) -> str:
    """The digest, SHA-256 in hexadecimal, of parts that cannot run into each other."""
    digest = hashlib.sha256()
    parts = [b"pinkeeper seal 1", branch.encode(), parent.encode(), body.encode("utf-8", "surrogateescape")]
    for path in sorted(files):
        parts += [path.encode("utf-8", "surrogateescape"), files[path]]
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


def _normal(message: str) -> str:
    """A text that git keeps as it is: no half characters, no spaces at the ends of lines, no empty lines around."""
    whole = message.encode("utf-8", "replace").decode()
    lines = [line.rstrip() for line in whole.replace("\0", "").replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n") or "Update locks"
