"""One dependency group (PEP 735) with all that it includes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from packaging.utils import NormalizedName, canonicalize_name

from pinkeeper.errors import InputError, PinkeeperError
from pinkeeper.inputs.collected import raise_problems
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.toml_document import TomlDocument
from pinkeeper.model.requirement import Requirement, parse_requirement
from pinkeeper.model.url import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_group"]


def read_group(
    document: TomlDocument, table: Mapping[str, object], group: NormalizedName
) -> tuple[tuple[Requirement, ...], tuple[NormalizedName, ...]]:
    """The requirements of a group, those of included groups in place; and the group with all groups included.

    table: ``[dependency-groups]``. Raises InputError, or CollectedError with all independent ones.
    """
    from packaging.dependency_groups import DependencyGroupResolver  # noqa: PLC0415 - only where groups are asked for

    known = {canonicalize_name(name): name for name in table}
    if group not in known:
        raise _unknown(document, known, f"there is no dependency group {group}", group)
    reached, unknown = _includes(document, table, known, group)
    raise_problems(unknown)
    try:
        groups = cast("Mapping[str, Sequence[str | Mapping[str, str]]]", table)
        requirements = DependencyGroupResolver(groups).resolve(group)
    except ExceptionGroup as errors:
        where = document.place("dependency-groups", known[group])
        raise_problems([_problem(error, where) for error in _leaves(errors)])
        raise  # a group of errors has at least one
    return tuple(parse_requirement(str(requirement)) for requirement in requirements), reached


def _problem(error: Exception, where: str) -> InputError:
    reason, *picture = redact(str(error)).splitlines() or [""]
    return InputError(
        f"dependency-groups: {reason[:1].lower()}{reason[1:]}",
        where=where,
        details=[line.removeprefix("    ").rstrip() for line in picture],
    )


def _leaves(errors: ExceptionGroup) -> Iterator[Exception]:
    for error in errors.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _includes(
    document: TomlDocument, table: Mapping[str, object], known: Mapping[NormalizedName, str], group: NormalizedName
) -> tuple[tuple[NormalizedName, ...], list[PinkeeperError]]:
    """All groups that one reaches, itself first; and includes of groups that do not exist.

    Each of these is told with the group that includes it, which packaging does not say.
    """
    reached, problems = [group], list[PinkeeperError]()
    for current in reached:
        items = table[known[current]]
        for item in items if isinstance(items, list) else ():
            include = item.get("include-group") if isinstance(item, dict) else None
            if not isinstance(include, str):
                continue
            name = canonicalize_name(include)
            if name not in known:
                what = f"dependency-groups.{current} includes {include}, which does not exist"
                problems.append(_unknown(document, known, what, name))
            elif name not in reached:
                reached.append(name)
    return tuple(reached), problems


def _unknown(
    document: TomlDocument, known: Mapping[NormalizedName, str], what: str, name: NormalizedName
) -> InputError:
    return InputError(
        f"{what}{or_nearest(name, known)}",
        where=document.place("dependency-groups"),
        details=[f"dependency groups: {', '.join(sorted(known)) or 'none'}"],
    )
