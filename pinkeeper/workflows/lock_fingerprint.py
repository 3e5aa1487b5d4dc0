"""The fingerprint of a lock: one digest of all that it was made from and of its own text.

Where it is still right, neither the inputs nor the lock were touched since, and ``lock --check`` needs no index. It
proves nothing against somebody who writes a new one: that is what ``pinkeeper check`` is for.

Targets count as the user named them; the running environment as its Python minor, platform and machine, so that a lock
made for it is the same on machines of one kind.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.settings import Settings
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.model.url import redact
from pinkeeper.resolver.policy import Strategy
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_problem import Decisions
from pinkeeper.workflows.lock_source import Places
from pinkeeper.workflows.lock_targets import DeclaredTargets
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["fingerprinted", "is_fresh", "without_fingerprint"]

# The line that holds it, in a requirements file and in a pylock.
_LINE = re.compile(r'^(?:# lock: sha256:[0-9a-f]{64}\n#|fingerprint = "[0-9a-f]{64}")\n', re.MULTILINE)


def fingerprinted(
    render: Callable[[str | None], str],
    inputs: Inputs,
    *,
    options: LockOptions,
    settings: Settings,
    decisions: Decisions,
    places: Places,
    surroundings: Surroundings,
) -> str:
    """The text of a lock with its fingerprint. render: gives the text with a fingerprint, or with none."""
    made_from = _made_from(
        inputs, options=options, settings=settings, decisions=decisions, places=places, surroundings=surroundings
    )
    return render(_digest(render(None), made_from))


def is_fresh(
    text: str,
    inputs: Inputs,
    *,
    options: LockOptions,
    settings: Settings,
    decisions: Decisions,
    places: Places,
    surroundings: Surroundings,
) -> bool:
    """Whether the text of a lock has the fingerprint of these inputs and of itself."""
    found = _LINE.findall(text)
    if len(found) != 1:
        return False
    made_from = _made_from(
        inputs, options=options, settings=settings, decisions=decisions, places=places, surroundings=surroundings
    )
    return _digest(without_fingerprint(text), made_from) in found[0]


def without_fingerprint(text: str) -> str:
    """The text of a lock as its fingerprint sees it."""
    return _LINE.sub("", text)


def _digest(text: str, made_from: str) -> str:
    return hashlib.sha256(f"{made_from}\n{text}".encode()).hexdigest()


def _made_from(
    inputs: Inputs,
    *,
    options: LockOptions,
    settings: Settings,
    decisions: Decisions,
    places: Places,
    surroundings: Surroundings,
) -> str:
    """Everything but the index that decides what a lock says, as one text; nothing of it is secret."""
    asked = places.asked
    formats = settings.formats.merged(inputs.formats).merged(options.formats)
    return json.dumps(
        {
            "requirements": _texts(inputs.requirements),
            "constraints": _texts(inputs.constraints),
            "overrides": _texts(inputs.overrides),
            "archives": _archives(inputs, surroundings),
            "excludes": sorted(settings.excludes | inputs.projects),
            "left out": [left.requirement for left in inputs.left_out],
            "requires-python": str(inputs.requires_python or ""),
            "targets": _targets(decisions.targets),
            "hashes": decisions.hashes,
            "cooldown": decisions.cooldown.total_seconds(),
            "exempt": [
                f"{exemption.package} {exemption.version} {exemption.until}"
                for exemption in settings.cooldown_exemptions
            ],
            "exclude newer": str(options.exclude_newer or settings.exclude_newer or ""),
            "formats": [sorted(formats.only_binary), sorted(formats.no_binary)],
            "pre": options.pre or settings.pre or inputs.pre,
            "resolution": options.resolution or settings.resolution or Strategy.HIGHEST,
            "allow build": sorted(options.allow_build | settings.allow_build),
            "index": [
                str(asked.index_url or ""),
                list(map(str, asked.extra_index_urls)),
                [f"{index.name}={index}" for index in asked.named],
                [f"{package}={name}" for package, name in asked.sources],
                list(map(str, asked.find_links)),
                asked.no_index,
                list(asked.trusted_hosts),
            ],
        },
        sort_keys=True,
    )


def _targets(asked: DeclaredTargets) -> list[str]:
    if asked.declared:
        return [" ".join(target.spelling) for target in asked.targets]
    names = ("implementation_name", "python_version", "sys_platform", "platform_machine")
    return ["running", *(target.markers[name] for target in asked.targets for name in names)]


def _texts(requirements: tuple[InputRequirement, ...]) -> list[str]:
    return [
        f"{redact(str(asked.requirement))} {asked.origin.via()} {' '.join(sorted(map(str, asked.hashes)))}"
        for asked in requirements
    ]


def _archives(inputs: Inputs, surroundings: Surroundings) -> list[str]:
    """What lies in the local files that the inputs name."""
    if not inputs.direct:
        return []
    from pinkeeper.inputs.local_archives import is_local_archive  # noqa: PLC0415 - few inputs have any

    paths = {(asked.requirement.url or "").partition("#")[0] for asked in inputs.direct if is_local_archive(asked)}
    return [f"{path} {surroundings.sha256(path)}" for path in sorted(paths)]
