"""Any single edit of a lock that changes what would be installed on some target is found."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings

from pinkeeper.errors import PinkeeperError
from tests.support.index import LoopbackIndex
from tests.support.sound_targets import sound_target
from tests.workflows.check_bench import Bench
from tests.workflows.installed import from_pylock, from_requirements
from tests.workflows.lock_edits import Edit, edits

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
VERSIONS = ("1.0", "2.0", "2.0.0", "2", "1.5", "v2.0", "2.0.post1", "2.0+local", "2.*", "2.0,>=1", "02.0")
MARKERS = (
    'sys_platform == "win32"',
    'sys_platform == "linux"',
    'sys_platform != "win32"',
    'sys_platform == "win32" or python_version < "3.12"',
    'sys_platform == "win32" and python_version < "3.12"',
    'python_version < "3.12"',
    'python_version <= "3.12"',
    'python_full_version < "3.12"',
    'python_version < "3.12" and extra == "x"',
    'os_name == "nt"',
    'platform_machine == "AMD64"',
    'platform_release == ""',
    'extra == "x"',
    '"3.12" > python_version',
)
NAMES = ("alpha", "beta", "Beta", "be-ta", "echo", "gamma", "old", "only-win", "only_win", "spare", "twig", "nobody")
REQUIREMENT_PARTS = {
    "name": r"^[a-z-]+(?=\[|==)",
    "extras": r"\[[a-z,]*\](?===)|(?===[0-9])",
    "version": r"(?<===)[0-9][^ ]*(?= )",
    "marker": r" ; [^\\]*?(?= \\)|(?<=\.0) (?=\\)",
    "hash": r"(?<=sha256:)[0-9a-f]{64}",
    "algorithm": r"sha256(?=:[0-9a-f]{64}( \\)?$)",
    "block": r"^[a-z-]+(?:\[[a-z]*\])?==(?:[^\n]|\n )*\n",
    "option": r"^--.*\n",
    "header": r"(?<= )--[a-z-]+=\S+(?= )",
    "line end": r"\n",
}


@pytest.fixture(scope="module")
def server():
    """Forks by both, an extra, wheels by platform, files to swap; spare is required by nobody."""
    with LoopbackIndex() as index:
        for version in ("1.0", "2.0"):
            index.add_release(
                "alpha",
                version,
                requires=[
                    "beta>=1",
                    'only-win ; sys_platform == "win32"',
                    "echo[x]",
                    'old ; python_version < "3.12"',
                    'twig<2 ; python_version < "3.12"',
                    'twig>=2 ; python_version >= "3.12"',
                ],
                extras=["fast"],
                sdist=True,
            )
            index.add_release("beta", version, sdist=True)
            index.add_release("only-win", version)
            index.add_release("old", version)
            index.add_release("twig", version)
            index.add_release("echo", version, extras=["x"], requires=['gamma ; extra == "x"'])
            index.add_release("spare", version)
        index.add_release("gamma", "1.0", tags=[*NATIVE, "cp310-cp310-win_amd64"], sdist=True)
        yield index


@pytest.fixture(scope="module")
def bench(server, tmp_path_factory):
    """A project on that index, with a lock for two Pythons on two platforms."""
    directory = tmp_path_factory.mktemp("mutation") / "work"
    directory.mkdir()
    bench = Bench(directory=directory, url=server.url)
    bench.write("requirements.in", "alpha\n")
    return bench


@pytest.fixture(scope="module")
def digests(server):
    """The hashes of all files of the index, by file name."""
    return {file.filename: file.hashes["sha256"] for file in server.catalogue.all_files()}


def is_found(bench, text, path):
    try:
        return not bench.check_text(text, path).is_good
    except PinkeeperError:
        return True


@pytest.fixture(scope="module")
def requirements(bench):
    text = bench.lock("requirements.in", pythons=PYTHONS, platforms=PLATFORMS)
    assert not bench.check().findings
    return text


REQUIREMENT_MATERIALS = {
    "name": NAMES,
    "extras": ("", "[x]", "[X]", "[fast]", "[x,fast]", "[]", "[nobody]"),
    "version": VERSIONS,
    "marker": (" ", *(f" ; {marker} " for marker in MARKERS)),
    "hash": (
        *("{spare-1.0-py3-none-any.whl}", "{beta-1.0-py3-none-any.whl}", "{beta-2.0.tar.gz}", "{gamma-1.0.tar.gz}"),
        *("{alpha-2.0.tar.gz}", "{gamma-1.0-cp310-cp310-win_amd64.whl}", "{twig-1.0-py3-none-any.whl}", "0" * 64),
    ),
    "algorithm": ("sha512", "md5", "SHA256", "sha384"),
    "block": ("spare==2.0 \\\n    --hash=sha256:{spare-2.0-py3-none-any.whl}\n", "spare==2.0\n", "spare\n"),
    "option": (
        *("--pre\n", "--index-url https://host.example/simple\n", "--extra-index-url https://host.example/simple\n"),
        *("--no-binary :all:\n", "-r more.txt\n", "-e .\n", "--trusted-host host.example\n", "--no-index\n"),
    ),
    "header": (
        *("--index-url=https://host.example/simple", "--python-version=3.13", "--platform=linux_x86_64", "--pre"),
        *("--universal", "--constraint=more.txt", "--hashes=all", "--extra=fast", "--unknown=1", "--no-binary=:all:"),
    ),
    "line end": ("\n\n", " ", " \\\n", "\\\n", "\r\n", "\r", "\n#", "\n    ", " # \\\n", "\x0b", "\u2028"),
}


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(edit=edits(REQUIREMENT_MATERIALS))
@example(edit=Edit("duplicate", "line", 0.28125, 0.125, ""))  # the header's command is not found any more
def test_an_edit_of_a_requirements_lock_that_changes_what_is_installed_is_found(bench, requirements, digests, edit):
    text = edit.filled(digests).apply(requirements, REQUIREMENT_PARTS)
    before, after = from_requirements(requirements, ENVIRONMENTS), from_requirements(text, ENVIRONMENTS)
    if before != after:
        assert is_found(bench, text, "requirements.txt"), text


PYLOCK_PARTS = {
    "value": r"""(?<== )(?:"[^"\n]*"|'[^'\n]*')""",
    "item": r"""^    (?:"[^"\n]*"|'[^'\n]*'),\n""",
    "key": r"^[a-z-]+(?= = )",
    "hash": r"(?<=sha256 = \")[0-9a-f]{64}",
    "file": r"^    \{ name = .*\n",
    "url": r"(?<=url = \")[^\"]*",
    "package": r"^\[\[packages\]\]\n(?:.+\n)*",
    "table": r"^\[.*\n",
}
PYLOCK_MATERIALS = {
    "value": (
        *('"1.0"', '"2.0"', '"spare"', '"beta"', '"https://host.example/simple"', '">=3.12"', '"<3"', "true", "[]"),
        *(f"'{marker}'" for marker in MARKERS),
    ),
    "item": (
        '    "3.13 linux_x86_64",\n',
        '    "spare>=1",\n',
        "    'python_version == \"3.11\"',\n",
        '    { name = "beta" },\n',
    ),
    "key": (
        "marker",
        "sdist",
        "wheels",
        "index",
        "archive",
        "requires-python",
        "environments",
        "targets",
        "roots",
        "needs",
    ),
    "hash": REQUIREMENT_MATERIALS["hash"],
    "file": ("", "    {},\n"),
    "url": ("https://host.example/alpha-2.0-py3-none-any.whl", "../alpha-2.0-py3-none-any.whl", ""),
    "package": ('[[packages]]\nname = "spare"\nversion = "2.0"\ndirectory = { path = "spare" }\n', "[[packages]]\n"),
    "table": ("[[packages]]\n", "[tool.pinkeeper]\n", "[tool.other]\n", "[packages.tool.pinkeeper]\n"),
}
TARGETS = {f"{python} {platform}": sound_target(python, platform) for python in PYTHONS for platform in PLATFORMS}


@pytest.fixture(scope="module")
def pylock(server, tmp_path_factory):
    directory = tmp_path_factory.mktemp("mutation-pylock") / "work"
    directory.mkdir()
    bench = Bench(directory=directory, url=server.url)
    bench.write("requirements.in", "alpha\n")
    text = bench.lock("requirements.in", pythons=PYTHONS, platforms=PLATFORMS, outputs=("pylock.toml",))
    assert not bench.check("pylock.toml").findings
    return bench, text


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(edit=edits(PYLOCK_MATERIALS))
def test_an_edit_of_a_pylock_that_changes_what_is_installed_is_found(pylock, digests, edit):
    bench, before = pylock
    text = edit.filled(digests).apply(before, PYLOCK_PARTS)
    if from_pylock(before, TARGETS) != from_pylock(text, TARGETS):
        assert is_found(bench, text, "pylock.toml"), text
