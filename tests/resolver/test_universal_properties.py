"""Whatever the tree, a lock for several targets is right on each, and none means that some target has no answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.version import Version

from pinkeeper.errors import PinkeeperError
from tests.resolver.scenario_answer import answer, hashes_of
from tests.resolver.scenario_files import NOW, ScenarioFile, files_of, targets_of
from tests.resolver.universal_soundness import faults_of_scenario, pins_by_target
from tests.support.sound_targets import SoundTarget, sound_target

NAMES = ("a", "b", "c")
VERSIONS = ("1", "2", "3")
MARKERS = (
    "",
    "",
    "; sys_platform == 'win32'",
    "; sys_platform != 'win32'",
    "; python_version < '3.12'",
    "; python_version >= '3.12'",
    "; os_name == 'nt' or python_version < '3.12'",
    "; platform_system == 'Linux' and python_full_version >= '3.12.0'",
    "; implementation_name == 'pypy'",
    "; extra == 'x'",
    "; extra == 'x' and sys_platform == 'win32'",
)
WHEELS = (
    ["py3-none-any"],
    ["py3-none-any"],
    ["py3-none-manylinux_2_17_x86_64", "py3-none-win_amd64"],
    ["py3-none-manylinux_2_17_x86_64", "py3-none-musllinux_1_1_x86_64", "py3-none-macosx_11_0_arm64"],
    ["cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-win_amd64", "cp312-cp312-macosx_14_0_arm64"],
    ["cp311-abi3-win_amd64", "cp311-abi3-musllinux_1_2_x86_64", "cp312-abi3-manylinux_2_28_x86_64"],
)

projects = st.builds("{}{}".format, st.sampled_from(NAMES), st.sampled_from(["", "", "", "[x]"]))
specifiers = st.sampled_from(["", "", "", "==1", "==2", "<2", "<3", ">=2", ">=3", "!=2"])
needs = st.builds("{}{}{}".format, projects, specifiers, st.sampled_from(MARKERS))
asked = st.builds(
    "{}{}{}".format, projects, specifiers, st.sampled_from([text for text in MARKERS if "extra" not in text])
)
wheels = st.one_of(
    st.sampled_from(WHEELS),
    st.lists(needs, min_size=1, max_size=1).map(
        lambda requires: [
            {"tag": "py3-none-manylinux_2_17_x86_64", "requires": requires},
            "py3-none-any",
        ]
    ),
)
releases = st.dictionaries(
    st.sampled_from(VERSIONS),
    st.fixed_dictionaries(
        {
            "requires": st.lists(needs, max_size=2),
            "wheels": wheels,
            "sdist": st.sampled_from([False, False, True]),
        },
        optional={"requires-python": st.sampled_from([">=3.12", "<3.12", ">=3.8"])},
    ),
    min_size=1,
    max_size=3,
)
scenarios = st.fixed_dictionaries(
    {
        "targets": st.fixed_dictionaries(
            {
                "python": st.just(["3.11", "3.12"]),
                "platforms": st.sampled_from(
                    [
                        ["linux_x86_64", "macos_arm64", "windows_amd64"],
                        ["linux_x86_64", "musllinux_x86_64", "windows_amd64"],
                    ]
                ),
            }
        ),
        "requirements": st.lists(asked, min_size=1, max_size=3),
        "packages": st.fixed_dictionaries(dict.fromkeys(NAMES, releases)),
    }
)


def has_answer(scenario: Mapping[str, Any], group: list[SoundTarget], named: Mapping[str, str] = {}) -> bool:
    """Brute force: every set of versions, for targets that no marker tells apart. named: versions that must stay."""
    every = (
        dict(zip(NAMES, choice, strict=True)) for choice in product(*(scenario["packages"][name] for name in NAMES))
    )
    return any(
        all(fits(versions, scenario, target, group) for target in group)
        for versions in every
        if versions.items() >= named.items()
    )


def fits(
    versions: Mapping[str, str], scenario: Mapping[str, Any], target: SoundTarget, group: list[SoundTarget]
) -> bool:
    """Whether versions give all that is reached from the roots; a release that is reached serves the whole group."""
    environment = dict(target.environment)
    todo = [(Requirement(text), "") for text in scenario["requirements"]]
    seen = set()
    for requirement, extra in todo:  # grows while it is walked
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = requirement.name
        if not requirement.specifier.contains(Version(versions[name])):
            return False
        best = [best_file(name, versions[name], scenario, each) for each in group]
        if None in best:
            return False
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                for file in best:
                    todo += [(Requirement(text), wanted) for text in file.requires]
    return True


def best_file(name: str, version: str, scenario: Mapping[str, Any], target: SoundTarget) -> ScenarioFile | None:
    def ranked() -> Iterator[tuple[int, str, ScenarioFile]]:
        for file in files_of(name, version, scenario["packages"][name][version]):
            if file.requires_python and not SpecifierSet(file.requires_python).contains(target.python):
                continue
            ranks = [len(target.ranks)] if file.tag is None else [target.ranks.get(tag) for tag in parse_tag(file.tag)]
            yield from ((rank, file.filename, file) for rank in ranks if rank is not None)

    found = min(ranked(), default=None)
    return found[2] if found else None


@settings(max_examples=150, deadline=None)
@given(scenario=scenarios)
def test_sound_on_every_target_and_complete(scenario):
    targets = {spelling: sound_target(*spelling) for spelling in targets_of(scenario)}
    answerable = [spelling for spelling, target in targets.items() if has_answer(scenario, [target])]
    try:
        text, unserved = answer(scenario)
    except PinkeeperError:
        assert len(answerable) < len(targets)
        return
    served = [spelling for spelling in targets if spelling not in unserved]
    faults = faults_of_scenario(scenario, text, targets=served, hashes=hashes_of(scenario), now=NOW)
    assert faults == [], text
    pins = pins_by_target(text, served)
    for spelling in unserved:
        together = [other for other in served if targets[other].environment == targets[spelling].environment]
        if together:
            installed = {name.partition("[")[0]: version for name, version in pins[" ".join(together[0])].items()}
            named = {name: installed[name] for name in named_on(scenario, targets[spelling])}
            group = [targets[other] for other in (*together, spelling)]
            assert not has_answer(scenario, group, named), text
        else:
            assert spelling not in answerable, text
    assert answer(scenario, kept=text) == (text, unserved)


def named_on(scenario: Mapping[str, Any], target: SoundTarget) -> set[str]:
    """What the user asks for on a target, by name."""
    asked = [Requirement(text) for text in scenario["requirements"]]
    environment = {**target.environment, "extra": ""}
    return {each.name for each in asked if each.marker is None or each.marker.evaluate(environment)}
