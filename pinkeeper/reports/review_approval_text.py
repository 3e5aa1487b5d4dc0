"""What a reviewer is shown before a yes is taken: criteria, findings, and the bytes that the yes is bound to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pinkeeper.model.finding import Finding, Severity
from pinkeeper.model.ledger import Criteria, Review
from pinkeeper.model.review_backlog import Material, OpenRelease

__all__ = ["approval_text", "material_heading", "release_heading"]

Line = tuple[str, str | None]

_GRAVE_STYLE = {Severity.CRITICAL: "removed", Severity.HIGH: "warning"}


def release_heading(release: OpenRelease) -> Iterator[Line]:
    """What the ledger says of a release before it is read."""
    yield (
        f"{release.package} {release.version}: {release.state}{f': {release.message}' if release.message else ''}",
        "strong",
    )
    yield f"  for {' and '.join(release.needed)}, in {', '.join(release.locks)}", "quiet"
    for violation in release.violations:
        by = f"{violation.origin}: {violation.who}" if violation.origin else violation.who
        yield (
            f"  violation {violation.versions or 'of all versions'}: {violation.reason} ({by}, {violation.when})",
            "removed",
        )


def material_heading(material: Material) -> str:
    """What was compared, in a line."""
    if material.base is None:
        return f"{material.package} {material.version}, all of it"
    return f"{material.package} {material.base} -> {material.version}"


def approval_text(
    review: Review, material: Material, criteria: Mapping[str, Criteria], findings: Sequence[Finding]
) -> Iterator[Line]:
    """(text, style) lines of an approval before it is made. findings: those at high or above."""
    yield f"You approve {material_heading(material)}", "strong"
    for name in review.criteria:
        described = criteria[name]
        implied = f" (implies {', '.join(described.implies)})" if described.implies else ""
        yield f"  as {name}{implied}{f': {described.description}' if described.description else ''}", None
    yield f"  as {review.who}, having read: {review.thoroughness}", None
    rest = len(material.result.findings) - len(findings)
    if findings:
        yield "  with these findings accepted:", None
    reasons = {finding.fingerprint: finding.reason for finding in review.findings}
    for finding in findings:
        what = f"{finding.severity} {finding.rule} {finding.fingerprint}"
        yield f"    {what} {finding.path or 'the release'}: {finding.summary}", _GRAVE_STYLE.get(finding.severity)
        if reasons.get(finding.fingerprint):
            yield f"      reason: {reasons[finding.fingerprint]}", None
    if rest:
        yield f"  and {rest} lesser finding{'' if rest == 1 else 's'} seen", "quiet"
    if not material.result.findings:
        yield "  without any finding", "quiet"
    yield "  bound to these files:", None
    for name, sha256 in review.files:
        how = " (its directory alone was looked at)" if name in review.listed else ""
        yield f"    {name} sha256:{sha256}{how}", None
    if review.base_files:
        yield f"  as they differ from {material.base}:", None
        yield from ((f"    {name} sha256:{sha256}", "quiet") for name, sha256 in review.base_files)
    for name, reason in material.left:
        yield f"  not covered by this: {name}: {reason}", "warning"
