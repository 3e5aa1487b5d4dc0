"""Monkeypatching: parts of another package, of the standard library or of builtins are replaced."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from pinkeeper.model.finding import Severity, When
from pinkeeper.review.capabilities.python.patching import DESTINATIONS
from pinkeeper.review.capabilities.summary import Capability, Mark
from pinkeeper.review.material import Material, NewFact
from pinkeeper.review.rules.circumstances import all_facts, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

# What everything that is sent, started, opened or imported goes through.
_JUNCTIONS = (
    *("builtins.", "socket.", "ssl.", "http.client.", "urllib.request.", "subprocess.", "os.", "importlib."),
    *("sys.meta_path", "sys.path_hooks", "sys.modules", "hashlib.", "hmac.", "getpass.", "io.", "pathlib."),
    *("codecs.register", "logging.set", "multiprocessing.set_executable"),
    *("requests.", "urllib3.", "httpx.", "aiohttp.", "httpcore.", "keyring.", "cryptography."),
)


def _look(material: Material) -> Iterable[Sighting]:
    first = Capability.PATCHING not in material.old.can
    for new in all_facts(material):
        if new.fact.capability is Capability.PATCHING:
            yield sighting(new, _severity(new, first=first), f"it replaces a part of something else: {shown_call(new)}")


def _severity(new: NewFact, *, first: bool) -> Severity:
    callee = new.fact.callee
    at_junction = callee.startswith(_JUNCTIONS)
    if first and new.when in {When.START, When.IMPORT} and callee.partition(".")[0] in sys.stdlib_module_names:
        return Severity.HIGH
    if callee.rpartition(".")[2] in DESTINATIONS and new.when.is_unasked:
        return Severity.HIGH
    if new.fact.marks & {Mark.DECODED, Mark.COMPUTED}:
        return Severity.HIGH
    if at_junction:
        return Severity.HIGH if first or new.when.is_unasked else Severity.MEDIUM
    return Severity.MEDIUM if first or new.when.is_unasked else Severity.LOW


RULE = Rule(
    id="patching",
    severity=Severity.HIGH,
    title="a part of something else is replaced",
    means=(
        "An attribute of another package, of the standard library or of builtins is set: whoever uses that from now on "
        "uses this code, which sees what goes through it."
    ),
    attack="requests.Session.send wrapped so that every request of the process also went to somebody else.",
    judge=(
        "Instrumentation and compatibility layers patch, and say so. What does the new function do with its arguments?"
    ),
    look=_look,
)
