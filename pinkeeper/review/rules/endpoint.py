"""New endpoints: hosts and addresses that the old release did not name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.hosts import Endpoint, endpoints_in, hosts_in
from pinkeeper.review.material import Material, NewLiteral
from pinkeeper.review.rules.circumstances import by_path
from pinkeeper.review.rules.endpoint_kinds import kind_of_endpoint
from pinkeeper.review.rules.near_miss import is_near_miss, site
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_HTTP_PORTS = frozenset({None, 80, 443, 8000, 8080, 8443})
_METADATA_SERVICES = frozenset({"169.254.169.254", "169.254.170.2", "fd00:ec2::254", "metadata.google.internal"})
_EXAMPLE_PARTS = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "::"})  # noqa: S104 - nothing is bound here


def _look(material: Material) -> Iterable[Sighting]:
    connecting = {
        path: {new.fact.capability for new in facts} & {Capability.NETWORK, Capability.PROCESS}
        for path, facts in by_path((*material.facts, *material.build_facts)).items()
    }
    own = _own_hosts(material)
    told: set[tuple[str, str]] = set()
    for new in material.literals:
        if new.literal.in_docstring:
            continue
        for endpoint in endpoints_in(new.literal):
            if (new.path, endpoint.host) in told or endpoint.host in _EXAMPLE_PARTS:
                continue
            told.add((new.path, endpoint.host))
            connects = "so is what connects or starts programs here" if connecting.get(new.path) else ""
            if not connects and _is_called(material, new.path, endpoint.host):
                connects = "a call that was there goes to it"
            yield _judged(new, endpoint, own, connects=connects)


def _is_called(material: Material, path: str, host: str) -> bool:
    """Whether a file connects to a host, as far as its calls say where they go."""
    module = material.new.code.modules.get(path)
    return module is not None and any(
        host in argument.lower()
        for fact in module.facts
        if fact.capability is Capability.NETWORK
        for argument in fact.arguments
    )


def _judged(new: NewLiteral, endpoint: Endpoint, own: frozenset[str], *, connects: str) -> Sighting:
    """connects: in words, what does so in the file; empty for nothing."""
    kind = kind_of_endpoint(endpoint.host, endpoint.text)
    address = _address(endpoint.host)
    near = next((host for host in sorted(own) if is_near_miss(site(endpoint.host), site(host))), None)
    if endpoint.host in _METADATA_SERVICES:
        severity, what = Severity.HIGH, f"{endpoint.host} is where a cloud hands out credentials"
    elif not endpoint.host.isascii() or "xn--" in endpoint.host:
        severity, what = Severity.HIGH, f"{endpoint.host} has letters that may be taken for others"
    elif near is not None:
        severity, what = Severity.HIGH, f"{endpoint.host} looks like {near}, a host of the project, and is another"
    elif kind is not None and kind.is_hidden_way:
        severity, what = Severity.HIGH, f"{endpoint.host} is {kind.what}"
    elif address is not None and not address:
        severity, what = Severity.LOW, f"the private address {endpoint.host} is new"
    elif address:
        severity, what = Severity.HIGH if connects else Severity.MEDIUM, f"the bare address {endpoint.host} is new"
    elif new.literal.decoded:
        severity, what = Severity.HIGH, f"{endpoint.host} is new, and stands there in another form"
    elif connects:
        odd = "" if endpoint.port in _HTTP_PORTS else f", on the odd port {endpoint.port},"
        severity, what = Severity.HIGH, f"{endpoint.host}{odd} is new, and {connects}"
    elif kind is not None:
        severity, what = Severity.MEDIUM, f"{endpoint.host} is {kind.what}"
    else:
        severity, what = Severity.LOW, f"the host {endpoint.host} is new"
    return Sighting(
        severity=severity,
        summary=what,
        path=new.path,
        line=new.literal.line,
        scope=new.literal.scope,
        when=new.when,
        subject=endpoint.host,
    )


def _address(host: str) -> bool | None:
    """True for an address that the whole world reaches, False for a private one, None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    # Addresses for documentation are not private to anybody: they are judged as any other.
    return not (address.is_loopback or address.is_link_local or address.is_unspecified or _is_site_local(host))


def _is_site_local(host: str) -> bool:
    return host.startswith(("10.", "192.168.", "fc", "fd")) or re.match(r"172\.(1[6-9]|2\d|3[01])\.", host) is not None


def _own_hosts(material: Material) -> frozenset[str]:
    """Hosts that the old release names in its code."""
    return frozenset(
        host
        for module in material.old.code.modules.values()
        for literal in module.literals
        for host in hosts_in(literal)
        if "." in host
    )


RULE = Rule(
    id="endpoint",
    severity=Severity.HIGH,
    title="a new host or address",
    means=(
        "The code names a host that the old release did not name. It is high where something new connects or starts "
        "programs in the same file, where a call that was there goes to it, where the host is a bare address, a way "
        "that hides the receiver (bots of messengers, tunnels, paste and drop sites), where a cloud hands out "
        "credentials, or where it looks like the project's own."
    ),
    attack="LiteLLM 1.82.7: secrets went to a host that looked like the project's own and was not.",
    judge="Who owns the host, since when, and do the project's pages name it?",
    look=_look,
)
