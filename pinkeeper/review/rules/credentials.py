"""Credentials: places where secrets lie, the environment as a whole, and secrets on their way out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Capability, Fact, Mark
from pinkeeper.review.changed_functions import AnyFunction
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.circumstances import all_facts, at_the_time, by_path, calls_what_connects, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

# Stores of browsers, wallets and shells, other processes' variables, keys that open a machine: a client that was told
# to may read a cloud's or a registry's credentials, and nobody tells a library to read these.
_NOBODYS = lazy_pattern(
    r"Login Data|Local State|Web Data|Cookies\b|cookies\.sqlite|logins\.json|key[34]\.db|google-chrome|firefox|"
    r"Keychains|leveldb|wallet|Exodus|\.electrum|\.bitcoin|\.ethereum|\.config[/\\]solana|"
    r"nkbihfbeogaeaoehlefnkodbefgpgknn|_history\b|/etc/(?:shadow|master\.passwd)|/proc/[^/]+/environ|"
    r"\bid_(?:rsa|dsa|ecdsa|ed25519)\b|\.gnupg|\.password-store"
)
_SECRET_NAME = lazy_pattern(r"_?(?:api_?)?(?:token|secret|passw(?:or)?d?|key|credentials?|auth)s?_?", re.IGNORECASE)
_MASK = lazy_pattern(r"\*{2,}|.*(?:redact|hidden|mask|censor|filtered).*", re.IGNORECASE)
_MASKS = lazy_pattern(r"mask|redact|saniti|scrub|hide|censor|safe|strip|clean|remove|drop|exclude", re.IGNORECASE)
_FEWEST_NAMES = 2
_WAYS_OUT = {Capability.NETWORK, Capability.PROCESS}


def _look(material: Material) -> Iterable[Sighting]:
    for facts in by_path(all_facts(material)).values():
        leaves = any(new.fact.capability in _WAYS_OUT for new in facts)
        for new in facts:
            fact = new.fact
            if fact.capability in _WAYS_OUT and Mark.SECRET in fact.marks:
                yield sighting(
                    new,
                    Severity.CRITICAL if new.when.is_unasked else Severity.HIGH,
                    f"secrets leave the machine {at_the_time(new.when)}: {shown_call(new)}",
                )
            elif fact.capability is Capability.CREDENTIALS:
                yield sighting(
                    new,
                    Severity.HIGH
                    if leaves or new.when.is_unasked or _is_nobodys(fact) or calls_what_connects(material, new)
                    else Severity.MEDIUM,
                    f"it looks where secrets lie {at_the_time(new.when)}: {shown_call(new)}",
                )
            elif fact.capability is Capability.NETWORK and Mark.SURVEYED in fact.marks:
                yield sighting(
                    new,
                    Severity.HIGH if new.when.is_unasked else Severity.MEDIUM,
                    f"who and where this machine is, is told to somebody: {shown_call(new)}",
                )
    yield from _gathered(material)


def _is_nobodys(fact: Fact) -> bool:
    """Whether it looks where no library has its own things."""
    return fact.callee.endswith("secret_for_all_namespaces") or any(_NOBODYS.search(text) for text in fact.arguments)


def _gathered(material: Material) -> Iterator[Sighting]:
    """Functions that go through the environment for whatever is named as secrets are."""
    for file in material.changed_functions.files(lambda lines: "environ" in lines.added):
        for function in file.functions:
            name, new = function.name, function.new if "environ" in function.lines.added else None
            if new is None or not _searches(new) or _MASKS.search(name):
                continue
            if function.old is None or not _searches(function.old):
                yield Sighting(
                    severity=Severity.LOW if is_test(file.path) else Severity.HIGH,
                    summary=f"{name} goes through the environment for all that is named as secrets are",
                    path=file.path,
                    line=new.lineno,
                    scope=name,
                    subject=f"gathered {name}",
                )


def _searches(function: AnyFunction) -> bool:
    nodes = list(ast.walk(function))
    if not any(isinstance(node, ast.Attribute) and node.attr == "environ" for node in nodes):
        return False
    if not any(isinstance(node, ast.Attribute) and node.attr in {"items", "keys", "copy"} for node in nodes):
        return False
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    names = {text.upper() for text in texts if _SECRET_NAME.fullmatch(text)}
    return len(names) >= _FEWEST_NAMES and not any(map(_MASK.fullmatch, texts))


RULE = Rule(
    id="credentials",
    severity=Severity.CRITICAL,
    title="secrets are looked for, or leave the machine",
    means=(
        "The code reads files where tools keep keys, keyrings, variables of other providers or the environment as a "
        "whole; or what came from there is handed to a connection or a program."
    ),
    attack="LiteLLM 1.82.8: keys of clouds, SSH, Kubernetes and every variable were gathered and sent off.",
    judge="A client reads its own key and sends it to its own host. Whoever reads the keys of others has another aim.",
    look=_look,
)
