"""Our lock beside the one that pip-compile writes of the same files and the same index, and pip's word on both.

Below the header the two are the same bytes, with `--hashes all` here and `--generate-hashes --no-strip-extras
--allow-unsafe` there. What differs on purpose is in the tests named so, with the reason, and nowhere else.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex
from tests.support.tree import load_tree


@dataclass(frozen=True, kw_only=True)
class Case:
    """Releases as `load_tree` takes them, files by path, arguments for both, and pins that prove the point."""

    tree: Mapping[str, Mapping[str, Any]]
    files: Mapping[str, str]
    arguments: Sequence[str] = ()
    expected: Sequence[str]


CASES = {
    "several parents and wheels": Case(
        tree={
            "app": {"1.0": {"requires": ["left", "right>=1", "leaf"], "sdist": True}},
            "left": {"1.0": ["leaf>=1"], "0.9": []},
            "right": {"1.0": ["leaf<3", "left"]},
            "leaf": {
                "2.0": {
                    "tags": ["py3-none-any", "cp311-cp311-win_amd64", "cp39-abi3-macosx_11_0_arm64"],
                    "sdist": True,
                },
                "3.0": [],
            },
        },
        files={"requirements.in": "app\n"},
        expected=["app==1.0", "left==1.0", "leaf==2.0"],
    ),
    "extras, their own and those of others": Case(
        tree={
            "app": {
                "1.0": {
                    "requires": [
                        'app[fast]; extra == "all"',
                        'app[big]; extra == "all"',
                        'quick[c]; extra == "fast"',
                        'large; extra == "big"',
                        'never; extra == "other"',
                    ],
                    "extras": ["all", "fast", "big", "other"],
                }
            },
            "quick": {"2.0": {"requires": ['native; extra == "c"'], "extras": ["c"]}},
            "native": {"1": []},
            "large": {"1.5": ["quick"]},
        },
        files={"requirements.in": "app[all]\n"},
        expected=["quick[c]==2.0", "native==1", "large==1.5"],
    ),
    "markers of requirements below": Case(
        tree={
            "app": {
                "1": [
                    "here; python_version >= '3.8'",
                    "old; python_version < '3'",
                    "elsewhere; sys_platform == 'nowhere'",
                    "both; python_version >= '3.8' and sys_platform != 'nowhere'",
                ]
            },
            "here": {"1": []},
            "both": {"1": []},
        },
        files={"requirements.in": "app\nold; python_version < '3'\n"},
        expected=["here==1", "both==1"],
    ),
    "constraints": Case(
        tree={
            "app": {"1": ["leaf", "twig"]},
            "leaf": {"1.0": [], "2.0": [], "3.0": []},
            "twig": {"1": ["leaf>=1"]},
        },
        files={
            "requirements.in": "-c limits/constraints.txt\napp\n",
            "limits/constraints.txt": "leaf<3\nunused==9\n-c more.txt\n",
            "limits/more.txt": "twig==1\n",
        },
        expected=["leaf==2.0", "-c limits/constraints.txt"],
    ),
    "constraints by option": Case(
        tree={"app": {"1": ["leaf"]}, "leaf": {"1.0": [], "2.0": []}},
        files={"requirements.in": "app\n", "bounds.txt": "leaf==1.0\n"},
        arguments=["-c", "bounds.txt", "requirements.in"],
        expected=["leaf==1.0"],
    ),
    "included files": Case(
        tree={"app": {"1": ["leaf"]}, "tool": {"2": ["leaf"]}, "leaf": {"1.0": []}},
        files={
            "requirements.in": "-r parts/tools.in\napp\n",
            "parts/tools.in": "# tools\ntool>=1  # with a comment\n-r deeper.in\n",
            "parts/deeper.in": "leaf\n",
        },
        expected=["tool==2", "-r parts/tools.in", "-r parts/deeper.in"],
    ),
    "two files at once": Case(
        tree={"app": {"1": [], "2": []}, "tool": {"2": ["app<2"]}},
        files={"one.in": "app\n", "two.in": "tool\napp>=1\n"},
        arguments=["one.in", "two.in"],
        expected=["app==1", "tool==2"],
    ),
    "a project with extras": Case(
        tree={"app": {"1": []}, "web": {"3": ["app"]}, "docs": {"1": []}},
        files={
            "pyproject.toml": '[project]\nname = "service"\nversion = "1"\ndependencies = ["app"]\n\n'
            '[project.optional-dependencies]\nweb = ["web>2"]\ndocs = ["docs"]\n',
        },
        arguments=["--extra", "web", "pyproject.toml"],
        expected=["app==1", "web==3", "# via service (pyproject.toml)"],
    ),
    "pre-releases": Case(
        tree={
            "stable": {"1.0": [], "2.0b1": []},
            "unborn": {"1.0a1": [], "1.0a2": []},
            "asked": {"1.0": [], "2.0rc1": [], "2.0.dev3": []},
            "below": {"1.0": [], "1.1rc1": []},
            "app": {"1": ["below>=1.1rc0"]},
        },
        files={"requirements.in": "stable\nunborn\nasked>=2.0b1\napp\n"},
        expected=["stable==1.0", "unborn==1.0a2", "asked==2.0rc1", "below==1.1rc1"],
    ),
    "pre-releases for all": Case(
        tree={"app": {"1": ["leaf"], "2a1": ["leaf"]}, "leaf": {"1": [], "1.1.dev1": []}},
        files={"requirements.in": "app\n"},
        arguments=["--pre"],
        expected=["app==2a1", "leaf==1.1.dev1"],
    ),
    "yanked releases": Case(
        tree={
            "broken": {"1.0": [], "1.1": {"yanked": "wrong"}},
            "pinned": {"1.0": {"yanked": True}, "0.9": []},
        },
        files={"requirements.in": "broken\npinned==1.0\n"},
        expected=["broken==1.0", "pinned==1.0"],
    ),
    "names in many spellings": Case(
        tree={
            "Zope.Interface": {"5.0": ["My_Package"]},
            "my-package": {"1.0.post1": ["ZOPE-interface", "Flask_Like[Async_Io]"]},
            "flask.like": {"2": {"requires": ['waiter; extra == "async-io"'], "extras": ["async-io"]}},
            "waiter": {"1": []},
        },
        files={"requirements.in": "zope_interface\nMy.Package\n"},
        expected=["zope-interface==5.0", "my-package==1.0.post1", "waiter==1"],
    ),
    "going back to an older release": Case(
        tree={
            "app": {"3": ["leaf>=3", "twig"], "2": ["leaf<3", "twig"], "1": []},
            "other": {"1": ["leaf<3"]},
            "leaf": {"1": [], "2": [], "3": []},
            "twig": {"1": ["leaf!=2"]},
        },
        files={"requirements.in": "app\nother\n"},
        expected=["app==2", "leaf==1"],
    ),
    "another Python's releases": Case(
        tree={"app": {"1": {"requires_python": ">=3.8"}, "2": {"requires_python": ">=99"}}},
        files={"requirements.in": "app\n"},
        expected=["app==1"],
    ),
    "versions and epochs": Case(
        tree={
            "epoch": {"1!1.0": [], "2024.1": []},
            "local": {"1.0": [], "1.0+linux.2": []},
            "post": {"1.0": [], "1.0.post2": []},
            "calendar": {"2024.10.1": [], "2024.9.30": []},
        },
        files={"requirements.in": "epoch\nlocal\npost~=1.0\ncalendar==2024.*\n"},
        expected=["epoch==1!1.0", "local==1.0+linux.2", "post==1.0.post2", "calendar==2024.10.1"],
    ),
    "a cycle": Case(
        tree={"app": {"1": ["leaf"]}, "leaf": {"1": ["twig"]}, "twig": {"1": ["app", "leaf"]}},
        files={"requirements.in": "app\n"},
        expected=["app==1", "leaf==1", "twig==1"],
    ),
    "no annotations": Case(
        tree={"app": {"1": ["leaf"]}, "leaf": {"1": []}},
        files={"requirements.in": "app\n"},
        arguments=["--no-annotate"],
        expected=["app==1", "leaf==1"],
    ),
    "annotations in a line": Case(
        tree={"app": {"1": ["leaf", "twig"]}, "leaf": {"1": []}, "twig": {"1": ["leaf"]}},
        files={"requirements.in": "app\n"},
        arguments=["--annotation-style", "line"],
        expected=["# via app, twig"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_below_the_header_the_bytes_are_those_of_pip_compile(cli, index, case):
    load_tree(index, case.tree)
    for path, text in case.files.items():
        cli.write(path, text)
    ours, theirs = lock(cli, index, *case.arguments), pip_compile(cli, index, *case.arguments)
    assert body(ours) == body(theirs)
    assert f"--index-url {index.url}\n\n" in ours
    assert [text for text in case.expected if text not in ours] == []
    assert pip_accepts(cli, "ours.txt") == pins(ours)


def test_headers_differ_in_the_tool_and_its_spelling_alone(cli, index):
    load_tree(index, {"app": {"1": []}})
    cli.write("requirements.in", "app\n")
    ours, theirs = lock(cli, index), pip_compile(cli, index)
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for text, tool in ((ours, "pinkeeper lock"), (theirs, "pip-compile")):
        header = text.splitlines()[:6]
        assert header[0] == header[3] == header[5] == "#"
        assert header[1] == f"# This file is autogenerated by {tool.partition(' ')[0]} with Python {python}"
        assert header[2] == "# by the following command:"
        assert header[4].startswith(f"#    {tool} ")
        assert f"--index-url={index.url}" in header[4]


def test_a_lock_of_wheels_alone_is_accepted_by_pip_too(cli, index):
    load_tree(index, {"app": {"1": {"requires": ["leaf"], "sdist": True}}, "leaf": {"1": {"sdist": True}}})
    cli.write("requirements.in", "app\n")
    every, wheels = lock(cli, index), lock(cli, index, hashes="targets")
    assert (every.count("--hash="), wheels.count("--hash=")) == (4, 2)
    assert pip_accepts(cli, "ours.txt") == ["app==1", "leaf==1"]


def test_pip_refuses_a_file_that_changed_after_the_lock(cli, index):
    load_tree(index, {"app": {"1": []}})
    cli.write("requirements.in", "app\n")
    lock(cli, index)
    index.remove("app-1-py3-none-any.whl")
    index.add_release("app", "1", files={"app.py": "changed = True\n"})
    done = pip_install(cli, "ours.txt")
    assert done.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stdout + done.stderr


def test_on_purpose_markers_of_direct_requirements_are_not_repeated(cli, index):
    """A lock serves a stated target, for which they hold.

    pip-compile repeats them for what was asked for directly and not for what is below, which makes a lock look fit for
    other targets that is not.
    """
    load_tree(index, {"app": {"1": ["leaf; python_version >= '3'"]}, "leaf": {"1": []}})
    cli.write("requirements.in", 'app ; python_version >= "3"\n')
    ours, theirs = lock(cli, index), pip_compile(cli, index)
    assert body(theirs).count(' ; python_version >= "3" \\\n') == 1
    assert body(ours) == body(theirs).replace(' ; python_version >= "3"', "")
    assert pip_accepts(cli, "ours.txt") == pip_accepts(cli, "theirs.txt") == pins(ours)


def test_on_purpose_setuptools_and_its_like_stand_among_the_others(cli, index):
    """pip-compile sets pip, setuptools and a few apart as unsafe; with hashes nothing is, and one order is easier."""
    load_tree(index, {"zebra": {"1": []}, "setuptools": {"80.0": []}})
    cli.write("requirements.in", "zebra\nsetuptools\n")
    ours, theirs = lock(cli, index), pip_compile(cli, index)
    apart = "\n# The following packages are considered to be unsafe in a requirements file:\n"
    assert apart in theirs
    assert apart not in ours
    assert pins(theirs) == ["zebra==1", "setuptools==80.0"]
    assert pins(ours) == ["setuptools==80.0", "zebra==1"]
    assert sorted(body(ours).splitlines()) == sorted(body(theirs).replace(apart, "").splitlines())


def test_on_purpose_the_first_index_that_lists_a_name_owns_it(cli, index, index_factory):
    """pip-compile takes the highest version of any index, so that whoever can upload a name anywhere wins it."""
    public = index_factory()
    load_tree(index, {"app": {"1": []}})
    load_tree(public, {"app": {"99": []}, "other": {"1": []}})
    cli.write("requirements.in", "app\nother\n")
    options = ("--extra-index-url", public.url)
    ours, theirs = lock(cli, index, *options), pip_compile(cli, index, *options)
    head = f"--index-url {index.url}\n--extra-index-url {public.url}\n\n"
    assert head in ours
    assert head in theirs
    assert pins(theirs) == ["app==99", "other==1"]
    assert pins(ours) == ["app==1", "other==1"]
    assert pip_accepts(cli, "ours.txt") == pins(ours)


def lock(cli: CommandLine, index: LoopbackIndex, *arguments: str, hashes: str = "all") -> str:
    done = cli("lock", "-o", "ours.txt", "--hashes", hashes, "--index-url", index.url, *arguments)
    assert done.status == 0, done.stderr
    return cli.read("ours.txt")


def pip_compile(cli: CommandLine, index: LoopbackIndex, *arguments: str) -> str:
    options = (
        "--quiet",
        "--generate-hashes",
        "--no-strip-extras",
        "--allow-unsafe",
        "--cache-dir",
        str(cli.cache / "pip-tools"),
    )
    done = run(cli, "piptools", "compile", *options, "--index-url", index.url, "-o", "theirs.txt", *arguments)
    assert done.returncode == 0, done.stderr
    return cli.read("theirs.txt")


def pip_install(cli: CommandLine, requirements: str, *more: str) -> subprocess.CompletedProcess[str]:
    options = ("--dry-run", "--ignore-installed", "--no-cache-dir", "--require-hashes")
    return run(cli, "pip", "--disable-pip-version-check", "install", *options, *more, "-r", requirements)


def pip_accepts(cli: CommandLine, requirements: str) -> list[str]:
    """What pip would install, ``name==version``, sorted."""
    done = pip_install(cli, requirements, "--quiet", "--report", "report.json")
    assert done.returncode == 0, done.stderr
    installed = [one["metadata"] for one in json.loads(cli.read("report.json"))["install"]]
    return sorted(f"{canonicalize_name(one['name'])}=={one['version']}" for one in installed)


def run(cli: CommandLine, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cli.directory, capture_output=True, text=True, timeout=120, check=False
    )


def body(text: str) -> str:
    """What stands below the header."""
    return text[text.index("#\n--index-url") :]


def pins(text: str) -> list[str]:
    """The pins in their order, without extras."""
    return [re.sub(r"\[[^\]]*\]", "", line.split()[0]) for line in text.splitlines() if line[:1].isalnum()]
