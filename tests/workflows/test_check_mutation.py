"""Any single edit of a lock that changes what would be installed on some target is found."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinkeeper.errors import PinkeeperError
from tests.support.index import LoopbackIndex
from tests.workflows.check_bench import Bench
from tests.workflows.installed import from_requirements

PYTHONS = ("3.11", "3.12")
PLATFORMS = ("linux_x86_64", "windows_amd64")
_NAMES = ("os_name", "platform_machine", "platform_system", "sys_platform")
_SYSTEMS = {
    "linux_x86_64": dict(zip(_NAMES, ("posix", "x86_64", "Linux", "linux"), strict=True)),
    "windows_amd64": dict(zip(_NAMES, ("nt", "AMD64", "Windows", "win32"), strict=True)),
}
ENVIRONMENTS = {
    f"{python} {platform}": {
        **_SYSTEMS[platform],
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
    }
    for python in PYTHONS
    for platform in PLATFORMS
}
NATIVE = [
    f"cp3{minor}-cp3{minor}-{platform}" for minor in (11, 12) for platform in ("manylinux_2_17_x86_64", "win_amd64")
]
# What an edit puts in: characters with a meaning somewhere, and whole words of locks.
CHARACTERS = "0123456789abcdefz.=<>!~;#\\-_[],'\" \t\n@/:$"
WORDS = [
    "beta", "alpha", "spare", "1.0", "2.0", "==", "===", ">=", "~=", "!=", ";", "#", "\\", "--hash", "-r", "-e",
    "--pre", "and", "or", "not", "in", "python_version", "sys_platform", "os_name", "extra",
    "--index-url", "--extra-index-url", "--find-links", "--no-binary", ":all:", "[fast]", "@", "https://host.example/",
    "spare==1.0", "-e .", '"win32"', '"linux"', '"3.12"', "\n", "\r", "\u2028", "\x0c",
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A lock for two Pythons on two platforms: forks by both, an extra, wheels by platform, files to swap."""
    with LoopbackIndex() as index:
        for version in ("1.0", "2.0"):
            index.add_release(
                "alpha",
                version,
                requires=["beta>=1", 'only-win ; sys_platform == "win32"', "echo[x]", 'old ; python_version < "3.12"'],
                extras=["fast"],
                sdist=True,
            )
            index.add_release("beta", version, sdist=True)
            index.add_release("only-win", version)
            index.add_release("old", version)
            index.add_release("echo", version, extras=["x"], requires=['gamma ; extra == "x"'])
            index.add_release("spare", version)
        index.add_release("gamma", "1.0", tags=[*NATIVE, "cp310-cp310-win_amd64"], sdist=True)
        directory = tmp_path_factory.mktemp("mutation") / "work"
        directory.mkdir()
        bench = Bench(directory=directory, url=index.url)
        bench.write("requirements.in", "alpha\n")
        yield bench


@pytest.fixture(scope="module")
def requirements(bench):
    text = bench.lock("requirements.in", pythons=PYTHONS, platforms=PLATFORMS)
    assert not bench.check().findings
    return text


@st.composite
def edits(draw):
    """(what to do, where as a part of the text, what with): one edit, of a character, a word or a line."""
    kind = draw(st.sampled_from(["replace", "delete", "insert", "duplicate", "swap"]))
    unit = draw(st.sampled_from(["character", "word", "line"]))
    material = {
        "character": st.sampled_from(CHARACTERS) | st.characters(codec="utf-8"),
        "word": st.sampled_from(WORDS),
        "line": st.sampled_from(WORDS).map(lambda word: f"{word}\n") | st.just(""),
    }
    return (
        kind,
        unit,
        draw(st.floats(0, 1, exclude_max=True)),
        draw(material[unit]),
        draw(st.floats(0, 1, exclude_max=True)),
    )


def units(text, unit):
    match unit:
        case "character":
            return list(text)
        case "word":
            return re.findall(r"\w+|[^\w\s]+|\s+", text)
        case _:
            return text.splitlines(keepends=True)


def apply(text, edit):
    kind, unit, at, material, other = edit
    parts = units(text, unit)
    here, there = int(at * len(parts)), int(other * len(parts))
    match kind:
        case "replace":
            parts[here] = material
        case "delete":
            del parts[here]
        case "insert":
            parts.insert(here, material)
        case "duplicate":
            parts.insert(there, parts[here])
        case "swap":
            parts[here], parts[there] = parts[there], parts[here]
    return "".join(parts)


def is_found(bench, text, path):
    try:
        return not bench.check_text(text, path).is_good
    except PinkeeperError:
        return True


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(edit=edits())
def test_an_edit_of_a_requirements_lock_that_changes_what_is_installed_is_found(bench, requirements, edit):
    text = apply(requirements, edit)
    before, after = from_requirements(requirements, ENVIRONMENTS), from_requirements(text, ENVIRONMENTS)
    if before != after:
        assert is_found(bench, text, "requirements.txt"), text
