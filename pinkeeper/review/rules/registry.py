"""All rules, by id."""

from __future__ import annotations

from collections.abc import Mapping

from pinkeeper.review.rules import (
    addressed_reviewer,
    archive,
    beyond_sdist,
    build_hook,
    build_requirement,
    credentials,
    decoded_code,
    dependency,
    destruction,
    disguise,
    download_and_run,
    endpoint,
    evasion,
    first_of_kind,
    first_use,
    gained_capability,
    hidden_text,
    import_time,
    loaded_by_others,
    lowered_guard,
    namespace,
    native_binary,
    opaque_blob,
    other_sources,
    other_wheels,
    patching,
    people,
    persistence,
    reflection,
    shadowing,
    startup_hook,
    template_escape,
    unreadable,
    weakened_check,
)
from pinkeeper.review.rules.rule import Rule

__all__ = ["RULES"]

_MODULES = (
    startup_hook,
    import_time,
    loaded_by_others,
    build_hook,
    decoded_code,
    download_and_run,
    credentials,
    evasion,
    persistence,
    destruction,
    weakened_check,
    lowered_guard,
    reflection,
    endpoint,
    gained_capability,
    first_use,
    patching,
    hidden_text,
    addressed_reviewer,
    opaque_blob,
    disguise,
    first_of_kind,
    other_sources,
    template_escape,
    native_binary,
    beyond_sdist,
    other_wheels,
    archive,
    dependency,
    build_requirement,
    shadowing,
    namespace,
    unreadable,
    people,
)

RULES: Mapping[str, Rule] = {module.RULE.id: module.RULE for module in _MODULES}
