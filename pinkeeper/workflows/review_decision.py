"""A decision about a release, written into the ledger: an approval of what was read, or a violation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

from msgspec import Struct
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.errors import ConfigurationError
from pinkeeper.ledger.document import LedgerText
from pinkeeper.ledger.entry_values import LONGEST_NOTE, rule_set
from pinkeeper.model.finding import Finding, Severity
from pinkeeper.model.ledger import Entry, Review, SeenFinding, Thoroughness, Violation
from pinkeeper.model.review_backlog import Material
from pinkeeper.workflows.atomic_write import replace_text
from pinkeeper.workflows.ledger_coverage import check_criteria
from pinkeeper.workflows.ledger_files import LEDGER, OpenLedger
from pinkeeper.workflows.surroundings import Surroundings

__all__ = [
    "Approval",
    "approval_of",
    "approve",
    "check_text",
    "grave_findings",
    "reject",
    "violation_of",
    "write_ledger",
]


class Approval(Struct, frozen=True, kw_only=True):
    """What a reviewer says of some material. reasons: for findings, by their fingerprints."""

    criteria: tuple[str, ...]
    who: str
    thoroughness: Thoroughness = Thoroughness.FINDINGS
    notes: str = ""
    reasons: Mapping[str, str] = {}


def grave_findings(material: Material) -> tuple[Finding, ...]:
    """The findings at high or above: nobody accepts these in passing."""
    return tuple(finding for finding in material.result.findings if finding.severity.at_least(Severity.HIGH))


def approval_of(
    material: Material, approval: Approval, ledger: OpenLedger, surroundings: Surroundings, *, rules: Iterable[str]
) -> tuple[Entry, ...]:
    """The entries that say that material is approved. rules: those that the analyser has.

    Raises ConfigurationError for a criterion that nobody defined, for reasons given to what is no finding, for texts
    that cannot stand in a ledger, and where nothing was looked at that a lock pins.
    """
    check_criteria(approval.criteria, ledger.config)
    if not material.files:
        raise ConfigurationError(
            f"nobody has looked at any locked file of {material.package} {material.version}",
            remedy="; ".join(f"{name}: {reason}" for name, reason in material.left) or None,
        )
    if material.base is not None and not material.base_files:
        raise ConfigurationError(
            f"{material.package} {material.base} is not covered itself, and so nothing leads on from it",
            remedy="compare with a covered release, or read all of it: --whole",
        )
    known = {finding.fingerprint for finding in material.result.findings}
    for fingerprint in approval.reasons:
        if fingerprint not in known:
            raise ConfigurationError(f"no finding has the fingerprint {fingerprint[:80]!r}")
    for what, text in {"the notes": approval.notes, **approval.reasons}.items():
        check_text(text, what)
    known_rules = rule_set(rules)
    seen = {
        finding.fingerprint: SeenFinding(
            rule=finding.rule, fingerprint=finding.fingerprint, reason=approval.reasons.get(finding.fingerprint, "")
        )
        for finding in material.result.findings
    }
    review = Review(
        package=material.package,
        version=material.version,
        base=material.base,
        criteria=tuple(sorted(set(approval.criteria))),
        files=material.files,
        base_files=material.base_files,
        listed=material.listed,
        who=approval.who,
        when=surroundings.now.astimezone(UTC).date(),
        thoroughness=approval.thoroughness,
        findings=tuple(sorted(seen.values(), key=lambda finding: (finding.rule, finding.fingerprint))),
        notes=approval.notes.strip(),
        rules=known_rules.id,
    )
    return (review, known_rules)


def approve(entries: Sequence[Entry], ledger: LedgerText, surroundings: Surroundings) -> LedgerText:
    """Write an approval; an earlier one by the same person of the same bytes gives way. Raises OutputError."""
    news = [entry for entry in entries if isinstance(entry, Review)]
    before = [old for old in ledger.ledger.reviews for new in news if _is_same_decision(old, new)]
    changed = ledger.without(before).added(entries)
    write_ledger(changed, ledger, surroundings)
    return changed


def reject(violation: Violation, ledger: LedgerText, surroundings: Surroundings) -> LedgerText:
    """Write a violation; an earlier one by the same person of the same releases gives way. Raises OutputError."""
    before = [
        old
        for old in ledger.ledger.violations
        if (old.package, old.versions, old.who) == (violation.package, violation.versions, violation.who)
    ]
    changed = ledger.without(before).added([violation])
    write_ledger(changed, ledger, surroundings)
    return changed


def violation_of(
    package: NormalizedName, versions: SpecifierSet, reason: str, who: str, surroundings: Surroundings
) -> Violation:
    """Releases that nobody may use. Raises ConfigurationError for a reason that cannot stand in a ledger."""
    if not reason.strip():
        raise ConfigurationError("a violation says why", remedy='--reason "..."')
    check_text(reason, "the reason")
    return Violation(
        package=package,
        versions=versions,
        reason=reason.strip(),
        who=who,
        when=surroundings.now.astimezone(UTC).date(),
    )


def check_text(text: str, what: str) -> None:
    """Raises ConfigurationError for what the ledger's reader would refuse."""
    if len(text) > LONGEST_NOTE:
        raise ConfigurationError(f"{what}: {len(text):,} characters, and there may be {LONGEST_NOTE:,}")
    if not all(line.isprintable() for line in text.replace("\t", "\n").split("\n")):
        raise ConfigurationError(f"{what}: there is a character that is none to print")


def write_ledger(changed: LedgerText, before: LedgerText, surroundings: Surroundings) -> None:
    """Put a ledger in the place of the one that was read, whole or not at all. Raises OutputError."""
    if changed.text != before.text:
        replace_text(surroundings.directory / LEDGER, changed.text, shown=LEDGER)


def _is_same_decision(old: Review, new: Review) -> bool:
    return (old.package, old.version, old.base, old.who, old.criteria, old.files, old.base_files) == (
        new.package,
        new.version,
        new.base,
        new.who,
        new.criteria,
        new.files,
        new.base_files,
    )
