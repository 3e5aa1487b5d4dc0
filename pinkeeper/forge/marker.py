"""What the body of a change request says to the next run, in an HTML comment at its end that no page shows."""

from __future__ import annotations

import hashlib
import re

import msgspec
from msgspec import Struct

from pinkeeper.model.change_request import ChangeRequest

__all__ = ["ROOM", "Marker", "asked_of", "decision_of", "marked", "read_marker", "same_text", "without_marker"]

ROOM = 1000
"""Characters that a marker may take of the room for a body."""

_MARKER = re.compile(r"\n*<!-- pinkeeper (\{[^<>\r\n]{2,900}\}) -->")
_COMMAND = re.compile(r"^([ \t>*+-]*)/(?=\w)", re.MULTILINE)
_DIGITS = 32  # of a SHA-256: nobody gains anything by a collision


class Marker(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is told to the next run.

    id: the proposal's. decision: a digest of what a person decides on. asked: a digest of the labels and reviewers that
    were asked for already; what a person takes away again stays away. superseded: closed by us, not by a person.
    """

    id: str
    decision: str
    asked: str = ""
    superseded: bool = False


def decision_of(request: ChangeRequest) -> str:
    """What a request is about, as a digest."""
    digest = hashlib.sha256()
    parts = [request.decision.encode("utf-8", "surrogatepass")]
    if not request.decision:
        for path, content in sorted(request.files):
            parts += [path.encode("utf-8", "surrogatepass"), content]
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()[:_DIGITS]


def asked_of(request: ChangeRequest) -> str:
    """The labels and reviewers of a request, as a digest; empty where there are none."""
    if not request.labels and not request.reviewers:
        return ""
    text = "\0".join([*request.labels, "\0", *request.reviewers])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def marked(body: str, marker: Marker, *, limit: int) -> str:
    """A body with a marker, without commands. One that is too long for the forge ends early, and says so.

    GitLab does what lines such as ``/merge`` and ``/approve`` in a description say, in the name of whose token it is;
    on other forges bots do. Lines that foreign notes bring along must not be taken for such.
    """
    comment = f"\n\n<!-- pinkeeper {msgspec.json.encode(marker).decode()} -->\n"
    text = _COMMAND.sub(r"\1\\/", without_marker(body))
    room = limit - len(comment)
    if len(text) > room:
        note = "\n\n*The rest has no room here: see the full report.*"
        end = text.rfind("\n", 0, room - len(note))
        text = text[: max(end, 0)].rstrip() + note
    return text + comment


def read_marker(body: str) -> Marker | None:
    """The last marker in a body; None where there is none."""
    found = _MARKER.findall(body)
    if not found:
        return None
    try:
        return msgspec.json.decode(found[-1], type=Marker)
    except msgspec.MsgspecError:
        return None


def without_marker(body: str) -> str:
    """What a body says to people."""
    return _MARKER.sub("", body.replace("\r\n", "\n")).rstrip()


def same_text(one: str, other: str) -> bool:
    """Whether two bodies are the same but for what forges do to line ends."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
