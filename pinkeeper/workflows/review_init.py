"""A ledger begins: what is locked today is exempted for a while, so that from now on only changes must be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.ledger.criteria import built_in
from pinkeeper.ledger.document import EMPTY, read_ledger
from pinkeeper.model.ledger import SAFE_TO_DEPLOY, Exemption, LedgerConfig
from pinkeeper.model.review_result import LockedRelease
from pinkeeper.workflows.ledger_coverage import check_criteria
from pinkeeper.workflows.ledger_files import ATTRIBUTES, CONFIG, FOLDER, LEDGER, decode_text, has_ledger
from pinkeeper.workflows.ledger_locks import ReadLock, lock_settings, locks_of_project
from pinkeeper.workflows.review_desk import DeskOptions
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.write_together import finish_writing, write_together

__all__ = ["LONGEST_EXEMPTION", "InitResult", "begin_ledger", "end_day"]

LONGEST_EXEMPTION = 366
"""Days: whoever exempts for longer has stopped thinking of reviewing."""

_USUAL_DAYS = 90
_ATTRIBUTE = "ledger.toml merge=union"

_CONFIG = """\
# What the releases must be that this project locks; pinkeeper check --reviewed holds the locks to it.
# Criteria that are built in: safe-to-run, and safe-to-deploy, which implies it.
needed = ["safe-to-deploy"]

# A named lock of [tool.pinkeeper.locks] may need something else.
[locks]
{locks}
# [criteria.audited]
# description = "A person of the security team has read all of it."
# implies = ["safe-to-deploy"]

# [imports.other-team]
# source = "../other/supply-chain/ledger.toml"
# criteria = {{ audited = ["safe-to-deploy"] }}
"""


class InitResult(Struct, frozen=True, kw_only=True):
    """What was written. refused: releases that were not exempted, each with the reason."""

    exempted: int
    until: date
    locks: tuple[str, ...]
    written: tuple[str, ...]
    refused: tuple[str, ...] = ()


def begin_ledger(
    surroundings: Surroundings,
    *,
    who: str,
    until: date | None = None,
    criteria: Sequence[str] = (),
    desk: DeskOptions | None = None,
) -> InitResult:
    """Exempt what is locked today and write the files of the ledger.

    A requirements file says hashes without names: the index is asked for these, and what it does not list is not
    exempted. Raises InputError where there is a ledger already or no lock, ConfigurationError, NetworkError.
    """
    finish_writing(surroundings.directory)
    if has_ledger(surroundings):
        raise InputError("there is a ledger here", where=LEDGER, remedy="pinkeeper review status tells what it says")
    day = end_day(until, surroundings)
    check_criteria(criteria, LedgerConfig(criteria=built_in()))
    locks = locks_of_project(surroundings)
    names = _names(locks, desk or DeskOptions(), surroundings)
    exemptions, refused = [], []
    for release in _releases(locks):
        files = tuple(sorted((names[sha256], sha256) for sha256 in release.hashes if sha256 in names))
        if unknown := release.hashes - names.keys():
            refused.append(f"{release.package} {release.version}: no index lists a file with sha256:{min(unknown)}")
        elif not files or release.unknown:
            refused.append(f"{release.package} {release.version}: the lock does not pin each of its files by SHA-256")
        else:
            exemptions.append(
                Exemption(
                    package=release.package,
                    version=release.version,
                    criteria=tuple(sorted(set(criteria))) or (SAFE_TO_DEPLOY,),
                    files=files,
                    until=day,
                    who=who,
                    when=surroundings.now.astimezone(UTC).date(),
                )
            )
    text = read_ledger(EMPTY, path=LEDGER).added(exemptions).text
    written = {LEDGER: text, **_other_files(surroundings)}
    (surroundings.directory / FOLDER).mkdir(exist_ok=True)
    write_together(written, surroundings.directory)
    return InitResult(
        exempted=len(exemptions),
        until=day,
        locks=tuple(lock.path for lock in locks),
        written=tuple(written),
        refused=tuple(refused),
    )


def end_day(until: date | None, surroundings: Surroundings) -> date:
    """The last day of an exemption: that day, else the usual one. Raises ConfigurationError where it will not do."""
    today = surroundings.now.astimezone(UTC).date()
    if until is None:
        return today + timedelta(days=_USUAL_DAYS)
    if until < today:
        raise ConfigurationError(f"{until} is over", remedy="give a day that is to come")
    if (until - today).days > LONGEST_EXEMPTION:
        raise ConfigurationError(f"{until} is more than a year away", remedy="give an earlier day; it can be renewed")
    return until


def _releases(locks: Sequence[ReadLock]) -> Iterator[LockedRelease]:
    """The releases of all locks, each once, with the files of all of them."""
    found: dict[tuple[NormalizedName, Version], list[LockedRelease]] = {}
    for lock in locks:
        for release in lock.releases:
            found.setdefault((release.package, release.version), []).append(release)
    for (package, version), releases in sorted(found.items()):
        yield LockedRelease(
            package=package,
            version=version,
            hashes=frozenset(sha256 for release in releases for sha256 in release.hashes),
            unknown=max(release.unknown for release in releases),
        )


def _names(locks: Sequence[ReadLock], desk: DeskOptions, surroundings: Surroundings) -> dict[str, str]:
    """The name of each locked file by its SHA-256, as far as a lock or an index says it."""
    names = {sha256: name for lock in locks for release in lock.releases for name, sha256 in release.names}
    nameless = [release for release in _releases(locks) if release.hashes - names.keys()]
    if nameless:
        from pinkeeper.workflows.review_listings import names_on_index  # noqa: PLC0415 - a pylock says names itself

        names |= names_on_index(nameless, desk, surroundings)
    return names


def _other_files(surroundings: Surroundings) -> dict[str, str]:
    found = {}
    if not surroundings.exists(CONFIG):
        named = [lock.name for lock in lock_settings(surroundings).locks]
        found[CONFIG] = _CONFIG.format(locks="".join(f'# {name} = ["safe-to-run"]\n' for name in named or ["dev"]))
    attributes = ""
    if surroundings.exists(ATTRIBUTES):
        attributes = decode_text(surroundings.read(ATTRIBUTES), path=ATTRIBUTES)
    if _ATTRIBUTE not in attributes.splitlines():
        head = f"{attributes}\n" if attributes and not attributes.endswith("\n") else attributes
        found[ATTRIBUTES] = f"{head}{_ATTRIBUTE}\n"
    return found
