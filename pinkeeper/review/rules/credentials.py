"""Credentials: places where secrets lie, the environment as a whole, and secrets on their way out."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Capability, Fact, Mark
from pinkeeper.review.material import Material
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


def _is_nobodys(fact: Fact) -> bool:
    """Whether it looks where no library has its own things."""
    return fact.callee.endswith("secret_for_all_namespaces") or any(_NOBODYS.search(text) for text in fact.arguments)


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
