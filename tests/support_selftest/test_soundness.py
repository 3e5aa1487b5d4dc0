from __future__ import annotations

import pytest

from tests.support.snapshot import FileFacts, MetadataFacts, ProjectFacts, ReleaseFacts
from tests.support.soundness import LINUX_312, faults_of, read_lock


def project(name: str, *requires: str, requires_python: str | None = None) -> ProjectFacts:
    files = (
        FileFacts(filename=f"{name}-1-py3-none-any.whl", sha256=name[0] * 64),
        FileFacts(filename=f"{name}-1-cp311-cp311-win_amd64.whl", sha256="e" * 64),
        FileFacts(filename=f"{name}-1.tar.gz", sha256="f" * 64),
    )
    metadata = MetadataFacts(requires_dist=requires, requires_python=requires_python)
    return ProjectFacts(name=name, releases={"1": ReleaseFacts(metadata=metadata, files=files)})


PROJECTS = [
    project("a", 'b[x]>=1; python_version >= "3"', 'c; sys_platform == "win32"'),
    project("b", 'c; extra == "x"', 'b[x]; extra == "y"'),
    project("c", "a"),
    project("d", requires_python="<3.12"),
]
GOOD = f"""\
a==1 \\
    --hash=sha256:{"a" * 64}
    # via
    #   -r requirements.in
    #   c
b[x]==1 \\
    --hash=sha256:{"b" * 64}
    # via a
c==1 \\
    --hash=sha256:{"c" * 64}
    # via b
"""


def judge(text: str, *roots: str) -> list[str]:
    return faults_of(read_lock(text), roots={"-r requirements.in": roots or ["a"]}, projects=PROJECTS, target=LINUX_312)


def test_a_right_lock_has_no_faults():
    assert judge(f"# a header\n\n{GOOD}") == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (f"c==1 \\\n    --hash=sha256:{'c' * 64}\n    # via b\n", "", "b wants c"),
        ("b[x]==1", "b==1", "b: extras"),
        ("b[x]==1", "b[x]==2", "b 2: not on the index"),
        ("    # via b\n", "    # via a\n", "c: via"),
        ("a" * 64, "d" * 64, "a: the hashes"),
        (f":{'c' * 64}\n", f":{'c' * 64} \\\n    --hash=sha256:{'f' * 64}\n", "c: the hashes"),
    ],
    ids=["missing", "extra lost", "unknown", "wrong parent", "wrong hash", "sdist beside a wheel"],
)
def test_a_wrong_lock_has_its_fault_told(old, new, fault):
    assert old in GOOD
    faults = judge(GOOD.replace(old, new))
    assert [text for text in faults if text.startswith(fault)] != []


def test_a_pin_that_nothing_wants_is_a_fault():
    faults = judge(f"{GOOD}d==1 \\\n    --hash=sha256:{'d' * 64}\n")
    assert "d: pinned, and nothing wants it" in faults
    assert "d: not for Python 3.12.0" in faults


def test_a_pin_outside_what_is_wanted_is_a_fault():
    assert "-r requirements.in wants a>1, and 1 is pinned" in judge(GOOD, "a>1")


def test_a_line_that_is_no_pin_is_not_passed_over():
    with pytest.raises(ValueError, match="not read"):
        read_lock(f"{GOOD}e>=1\n")
