"""What a ledger covers, case by case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.ledger.coverage import Bar, covered, packages_of
from pinkeeper.ledger.criteria import built_in
from pinkeeper.ledger.entry_values import rule_set
from pinkeeper.ledger.paths import PackageLedger
from pinkeeper.model.ledger import Criteria, Reopening, SeenFinding, TrustedPublisher
from pinkeeper.model.review_result import LockedRelease, ReleaseCoverage, State
from tests.ledger.entries import TODAY, exemption, files_of, ledger_of, locked, review, sha256, violation

AUDITED = Criteria(name="audited", implies=("safe-to-deploy",))
WHEEL, OTHER = "py3-none-any", "cp311-cp311-linux_x86_64"


def measured(
    release: LockedRelease, *entries: object, needed: tuple[str, ...] = ("safe-to-deploy",), today: date = TODAY
) -> ReleaseCoverage:
    known = packages_of(ledger_of(*entries)).get(release.package, PackageLedger())
    return covered(release, known, Bar(needed=needed, criteria={**built_in(), "audited": AUDITED}, today=today))


def test_what_nobody_looked_at_is_not_covered():
    found = measured(locked("alpha", "1.0"))
    assert (found.state, found.message) == (State.UNREVIEWED, "nobody has reviewed it")
    assert found.missing == ("safe-to-deploy",)


def test_a_full_review_covers_its_files():
    assert measured(locked("alpha", "1.0"), review("alpha", "1.0")).is_covered


def test_a_review_of_another_release_covers_nothing():
    assert measured(locked("alpha", "1.1"), review("alpha", "1.0")).state is State.UNREVIEWED


def test_a_chain_of_deltas_covers_its_end_and_tells_its_links():
    links = review("alpha", "1.0"), review("alpha", "1.1", "1.0"), review("alpha", "2.0", "1.1")
    found = measured(locked("alpha", "2.0"), *links)
    assert found.is_covered
    assert found.reviews == links


def test_a_delta_from_what_nobody_reviewed_covers_nothing():
    assert measured(locked("alpha", "1.1"), review("alpha", "1.1", "1.0")).state is State.UNREVIEWED


def test_deltas_in_a_circle_cover_nothing():
    circle = review("alpha", "1.1", "1.0"), review("alpha", "1.0", "1.1")
    assert not measured(locked("alpha", "1.1"), *circle).is_covered


def test_a_delta_may_go_back():
    assert measured(locked("alpha", "1.0"), review("alpha", "1.1"), review("alpha", "1.0", "1.1")).is_covered


def test_a_delta_from_other_bytes_of_the_same_release_covers_nothing():
    base = review("alpha", "1.0")
    forged = (("alpha-1.0-py3-none-any.whl", sha256("something else")),)
    found = measured(locked("alpha", "1.1"), base, review("alpha", "1.1", "1.0", base_files=forged))
    assert found.state is State.UNREVIEWED


def test_a_file_that_came_later_is_not_covered_and_is_named():
    found = measured(locked("alpha", "1.0", WHEEL, OTHER), review("alpha", "1.0"))
    assert found.state is State.UNREVIEWED_FILE
    assert found.uncovered == (sha256(f"alpha-1.0-{OTHER}.whl"),)
    assert found.message == f"of its files nobody has reviewed alpha-1.0-{OTHER}.whl"


def test_files_may_be_covered_by_several_reviews():
    parts = review("alpha", "1.0"), review("alpha", "1.0", files=files_of("alpha", "1.0", OTHER))
    assert measured(locked("alpha", "1.0", WHEEL, OTHER), *parts).is_covered


def test_other_bytes_under_a_known_name_are_not_covered():
    release = locked("alpha", "1.0", hashes=frozenset({sha256("forged")}), names=())
    assert measured(release, review("alpha", "1.0")).state is State.UNREVIEWED


def test_a_weaker_review_is_told_as_such():
    found = measured(locked("alpha", "1.0"), review("alpha", "1.0", criteria=("safe-to-run",)))
    assert (found.state, found.message) == (State.CRITERIA, "it is not known to be safe-to-deploy")


@pytest.mark.parametrize("criterion", ["safe-to-deploy", "audited"])
def test_criteria_carry_what_they_imply(criterion):
    stronger = review("alpha", "1.0", criteria=(criterion,))
    assert measured(locked("alpha", "1.0"), stronger, needed=("safe-to-run",)).is_covered


def test_criteria_that_nobody_defined_carry_nothing():
    assert not measured(locked("alpha", "1.0"), review("alpha", "1.0", criteria=("audited-by-them",))).is_covered


def test_a_chain_is_as_strong_as_its_weakest_link():
    links = review("alpha", "1.0"), review("alpha", "1.1", "1.0", criteria=("safe-to-run",))
    assert measured(locked("alpha", "1.1"), *links).state is State.CRITERIA
    assert measured(locked("alpha", "1.1"), *links, needed=("safe-to-run",)).is_covered


def test_a_violation_beats_everything():
    found = measured(locked("alpha", "1.0"), review("alpha", "1.0"), violation("alpha", ">=1,<2"))
    assert found.state is State.VIOLATION
    assert found.message == "nobody may use <2,>=1: it steals keys (Ada <ada@team.example>, 2026-11-26)"


def test_a_violation_of_other_releases_is_nothing_to_this_one():
    assert measured(locked("alpha", "2.0"), review("alpha", "2.0"), violation("alpha", ">=1,<2")).is_covered


def test_a_range_has_its_pre_releases():
    assert (
        measured(locked("alpha", "2.0rc1"), review("alpha", "2.0rc1"), violation("alpha", ">=1")).state
        is State.VIOLATION
    )


def test_an_exemption_counts_on_its_last_day_and_not_after():
    entry = exemption("alpha", "1.0", until=TODAY)
    assert measured(locked("alpha", "1.0"), entry).is_covered
    found = measured(locked("alpha", "1.0"), entry, today=TODAY + timedelta(days=1))
    assert (found.state, found.message) == (State.EXEMPTION_ENDED, "its exemption has ended (1.0 until 2026-11-26)")


def test_what_was_built_on_an_exemption_ends_with_it():
    way = exemption("alpha", "1.0", until=TODAY), review("alpha", "1.1", "1.0")
    assert measured(locked("alpha", "1.1"), *way).is_covered
    found = measured(locked("alpha", "1.1"), *way, today=TODAY + timedelta(days=1))
    assert found.state is State.EXEMPTION_ENDED


def test_a_release_without_hashes_cannot_be_covered():
    assert not measured(locked("alpha", "1.0", hashes=frozenset(), names=()), review("alpha", "1.0")).is_covered
    assert not measured(locked("alpha", "1.0", unknown=1), review("alpha", "1.0")).is_covered


OLD_RULES, NEW_RULES = rule_set(["startup-hook"]), rule_set(["startup-hook", "new-endpoint"])
FIRED = Reopening(
    package=canonicalize_name("alpha"),
    version=Version("1.1"),
    base=Version("1.0"),
    rule="new-endpoint",
    fingerprint="0123456789abcdef",
    when=TODAY,
)


def _delta(**fields: object):
    return review("alpha", "1.0"), review("alpha", "1.1", "1.0", **fields), OLD_RULES, NEW_RULES, FIRED


def test_a_new_rule_that_fired_reopens_what_was_approved_before_it():
    found = measured(locked("alpha", "1.1"), *_delta(rules=OLD_RULES.id))
    assert (found.state, found.message) == (State.REOPENED, "new-endpoint fired on what was approved before it")


def test_a_new_rule_reopens_only_the_delta_that_it_fired_on():
    assert measured(locked("alpha", "1.0"), *_delta(rules=OLD_RULES.id)).is_covered


def test_who_had_the_rule_is_not_asked_again():
    assert measured(locked("alpha", "1.1"), *_delta(rules=NEW_RULES.id)).is_covered


def test_who_accepted_the_finding_is_not_asked_again():
    seen = (SeenFinding(rule="new-endpoint", fingerprint=FIRED.fingerprint),)
    assert measured(locked("alpha", "1.1"), *_delta(rules=OLD_RULES.id, findings=seen)).is_covered


def test_a_review_of_unknown_rules_is_asked_again():
    assert measured(locked("alpha", "1.1"), *_delta()).state is State.REOPENED


TRUST = TrustedPublisher(
    package=canonicalize_name("alpha"),
    identity="forge.example/alpha/alpha release.yml",
    criteria=("safe-to-deploy",),
    start=date(2026, 1, 1),
    end=date(2026, 12, 31),
    who="Ada <ada@team.example>",
    when=TODAY,
)


@pytest.mark.parametrize(
    ("identity", "uploaded", "is_covered"),
    [
        (TRUST.identity, "2026-06-01", True),
        (TRUST.identity, "2026-12-31", True),
        (TRUST.identity, "2025-12-31", False),
        (TRUST.identity, "2027-01-01", False),
        ("forge.example/mallory/alpha release.yml", "2026-06-01", False),
    ],
)
def test_a_trusted_publisher_covers_what_it_uploaded_within_its_days(identity, uploaded, is_covered):
    release = locked("alpha", "1.0")
    attested = tuple((digest, identity, uploaded) for digest in release.hashes)
    assert measured(locked("alpha", "1.0", publishers=attested), TRUST).is_covered is is_covered


def test_trust_covers_nothing_where_nobody_knows_who_published():
    assert not measured(locked("alpha", "1.0"), TRUST).is_covered
