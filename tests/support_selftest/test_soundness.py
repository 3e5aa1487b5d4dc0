from __future__ import annotations

import pytest

from tests.support.snapshot import FileFacts, MetadataFacts, ProjectFacts, ReleaseFacts
from tests.support.soundness import LINUX_312, faults_of, read_lock, read_pins, sound_target

WINDOWS_312 = sound_target("3.12", "windows_amd64")
LINUX_311 = sound_target("3.11", "linux_x86_64")
MUSL_312 = sound_target("3.12", "musllinux_x86_64")


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
    return faults_of(
        read_pins(text), roots={"-r requirements.in": roots or ["a"]}, projects=PROJECTS, targets=[LINUX_312]
    )


def test_a_right_lock_has_no_faults():
    assert judge(f"# a header\n\n--index-url https://index.example/simple\n\n{GOOD}") == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (f"c==1 \\\n    --hash=sha256:{'c' * 64}\n    # via b\n", "", "b wants c"),
        ("b[x]==1", "b==1", "b==1 has the extras [], and these are wanted: ['x']"),
        ("b[x]==1", "b[x,y]==1", "b[x,y]==1 has the extras ['x', 'y'], and these are wanted: ['x']"),
        ("b[x]==1", "b[x]==2", "b 2: not on the index"),
        ("    # via b\n", "    # via a\n", "c==1: via ['a'], and it is wanted by ['b']"),
        ("a" * 64, "d" * 64, f"a==1: {'d' * 64} is the hash of no file of the release"),
        ("a" * 64, "d" * 64, "a==1: no file whose hash is listed can be installed"),
        (f":{'c' * 64}\n", f":{'c' * 64} \\\n    --hash=sha256:{'f' * 64}\n", "c==1: has hashes of ['c-1-py3"),
    ],
    ids=["missing", "extra lost", "extra added", "unknown", "wrong parent", "no such file", "nothing to install",
         "sdist beside a wheel"],
)  # fmt: skip
def test_a_wrong_lock_has_its_fault_told(old, new, fault):
    assert old in GOOD
    faults = judge(GOOD.replace(old, new))
    assert [text for text in faults if text.removeprefix(f"{LINUX_312.name}: ").startswith(fault)] != []


def test_a_pin_that_nothing_wants_is_a_fault():
    faults = judge(f"{GOOD}d==1 \\\n    --hash=sha256:{'d' * 64}\n")
    assert f"{LINUX_312.name}: d==1 is pinned, and nothing wants it" in faults
    assert f"{LINUX_312.name}: d==1: d-1-py3-none-any.whl is not for Python 3.12.0" in faults


def test_a_pin_outside_what_is_wanted_is_a_fault():
    assert f"{LINUX_312.name}: -r requirements.in wants a>1, and 1 is pinned" in judge(GOOD, "a>1")


def test_a_line_that_is_no_pin_is_not_passed_over():
    with pytest.raises(ValueError, match="not read"):
        read_pins(f"{GOOD}e>=1\n")


def test_a_lock_with_a_package_twice_is_not_read_as_one_for_a_single_target():
    with pytest.raises(ValueError, match="more than once"):
        read_lock(GOOD + GOOD)


# Many targets. p is at other releases on Windows and elsewhere; q is for Windows only, and so is p's extra.


def release(name: str, version: str, *requires: str, tags: tuple[str, ...] = ("py3-none-any",)) -> ReleaseFacts:
    return ReleaseFacts(
        metadata=MetadataFacts(requires_dist=requires),
        files=tuple(FileFacts(filename=f"{name}-{version}-{tag}.whl", sha256=sha(name, version, tag)) for tag in tags),
    )


def sha(name: str, version: str, tag: str = "py3-none-any") -> str:
    return f"{name}{version}{tag}".encode().hex().ljust(64, "0")[:64]


def line(pin: str, *hashes: str, via: str) -> str:
    return " \\\n".join([pin, *(f"    --hash=sha256:{digest}" for digest in hashes)]) + f"\n    # via {via}\n"


R = "-r requirements.in"
BINARY = ("cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-win_amd64")
FORKED = [
    ProjectFacts(name="p", releases={"1": release("p", "1", 'q; extra == "w"'), "2": release("p", "2")}),
    ProjectFacts(name="q", releases={"1": release("q", "1")}),
    ProjectFacts(name="s", releases={"1": release("s", "1", tags=BINARY)}),
]
ROOTS = ['p>=2; sys_platform != "win32"', 'p[w]<2; sys_platform == "win32"', "s"]
P2 = line('p==2 ; sys_platform != "win32"', sha("p", "2"), via=R)
P1 = line('p[w]==1 ; sys_platform == "win32"', sha("p", "1"), via=R)
Q = line('q==1 ; sys_platform == "win32"', sha("q", "1"), via="p")
S = line("s==1", *sorted(sha("s", "1", tag) for tag in BINARY), via=R)


def judge_fork(text: str, **facts) -> list[str]:
    return faults_of(
        read_pins(text),
        **{"roots": {R: ROOTS}, "projects": FORKED, "targets": [LINUX_312, WINDOWS_312], **facts},
    )


def test_a_right_fork_has_no_faults():
    assert judge_fork(P2 + P1 + Q + S) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (P2 + P1 + Q.replace(' ; sys_platform == "win32"', "") + S,
         "linux: q==1 is pinned, and nothing wants it"),
        (P2 + P1 + Q.replace("win32", "cygwin") + S,
         'windows: p wants q; extra == "w", and it is not pinned'),
        (P2 + P1 + Q.replace("win32", "cygwin") + S, 'q==1 ; sys_platform == "cygwin": holds on no target'),
        (P2.replace(' ; sys_platform != "win32"', "") + P1 + Q + S,
         "windows: p is pinned twice, to 2 and to 1"),
        (P2.replace("p==2", "p[w]==2") + P1 + Q + S,
         "linux: p[w]==2 ; sys_platform != \"win32\" has the extras ['w'], and these are wanted: []"),
        (P2.replace("sys_platform", "platform") + P1 + Q + S,
         'linux: the marker of p==2 ; platform != "win32" cannot be evaluated: InvalidMarker'),
        (P2 + P1 + Q.replace('sys_platform == "win32"', 'extra == "w"') + S,
         'windows: the marker of q==1 ; extra == "w" cannot be evaluated: UndefinedEnvironmentName'),
        (P2 + P1 + Q + line("s==1", sha("s", "1", BINARY[0]), via=R),
         "windows: s==1: no file whose hash is listed can be installed"),
        (P2 + P1 + Q.replace("via p", f"via {R}") + S,
         'q==1 ; sys_platform == "win32": via [\'-r requirements.in\'], and it is wanted by [\'p\']'),
    ],
    ids=["too wide", "too narrow", "nowhere", "twice", "extra of another target", "no marker", "marker of extras",
         "not for every target", "parent of another target"],
)  # fmt: skip
def test_a_wrong_fork_has_its_fault_told(text, fault):
    faults = [found.replace(LINUX_312.name, "linux").replace(WINDOWS_312.name, "windows") for found in judge_fork(text)]
    assert fault in faults


def test_the_file_that_is_installed_tells_what_is_required():
    windows_wheel = f"s-1-{BINARY[1]}.whl"
    faults = judge_fork(P2 + P1 + Q + S, metadata={windows_wheel: MetadataFacts(requires_dist=("q<1", "z"))})
    assert faults == [
        "Python 3.12 on windows_amd64: s wants z, and it is not pinned",
        "Python 3.12 on windows_amd64: s wants q<1, and 1 is pinned",
        "q==1 ; sys_platform == \"win32\": via ['p'], and it is wanted by ['p', 's']",
    ]
    assert judge_fork(P2 + P1 + Q + S, metadata={windows_wheel: None}) == [
        f"Python 3.12 on windows_amd64: s==1: what {windows_wheel} requires is not known"
    ]


def test_a_requirement_that_cannot_be_judged_is_a_fault():
    bad = MetadataFacts(requires_dist=("q >=", 'q; platform_release >= "1"'))
    faults = judge_fork(S, roots={R: ["s"]}, metadata={f"s-1-{tag}.whl": bad for tag in BINARY})
    assert "Python 3.12 on linux_x86_64: s==1 requires 'q >=': InvalidRequirement" in faults


def test_a_wheel_for_another_python_is_not_installable():
    faults = judge_fork(P2 + S, targets=[LINUX_311])
    assert "Python 3.11 on linux_x86_64: s==1: no file whose hash is listed can be installed" in faults


def test_a_file_whose_python_is_refused_is_not_installable():
    files = (FileFacts(filename="o-1-py3-none-any.whl", sha256=sha("o", "1"), requires_python=">=3.12"),)
    old = [ProjectFacts(name="o", releases={"1": ReleaseFacts(metadata=MetadataFacts(), files=files)})]
    text = line("o==1", sha("o", "1"), via=R)
    assert judge_fork(text, roots={R: ["o"]}, projects=old, targets=[LINUX_312]) == []
    assert judge_fork(text, roots={R: ["o"]}, projects=old, targets=[LINUX_312, LINUX_311]) == [
        "Python 3.11 on linux_x86_64: o==1: no file whose hash is listed can be installed"
    ]


def test_files_that_the_policy_leaves_out_are_not_to_be_listed():
    facts = {"roots": {R: ["s"]}, "targets": [LINUX_312], "projects": FORKED}
    faults = judge_fork(line("s==1", sha("s", "1", BINARY[0]), via=R), excluded=[f"s-1-{BINARY[0]}.whl"], **facts)
    assert f"s==1: {sha('s', '1', BINARY[0])} is the hash of no file of the release" in faults


def test_what_one_of_two_targets_needs_that_no_marker_tells_apart_stands_for_both():
    tags = ("cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-musllinux_1_1_x86_64")
    projects = [
        ProjectFacts(name="m", releases={"1": release("m", "1", tags=tags)}),
        ProjectFacts(name="q", releases={"1": release("q", "1")}),
    ]
    text = line("m==1", *sorted(sha("m", "1", tag) for tag in tags), via=R) + line("q==1", sha("q", "1"), via="m")
    facts = {"roots": {R: ["m"]}, "projects": projects, "targets": [LINUX_312, MUSL_312]}
    only_on_musl = {f"m-1-{tags[1]}.whl": MetadataFacts(requires_dist=("q",))}
    assert judge_fork(text, metadata=only_on_musl, **facts) == []
    assert judge_fork(text, **facts) != []
    assert judge_fork(text, metadata=only_on_musl, **{**facts, "targets": [LINUX_312]}) != []


def test_constraints_and_overrides_bind_where_their_markers_hold():
    roots = {R: ["p"]}
    everywhere = line("p==2", sha("p", "2"), via=R)
    bounded = {"-c constraints.txt": ['p<2; sys_platform == "win32"', "unused==1"]}
    assert (
        'Python 3.12 on windows_amd64: -c constraints.txt bounds p<2; sys_platform == "win32", and 2 is pinned'
        in judge_fork(everywhere, roots=roots, constraints=bounded)
    )
    assert judge_fork(everywhere, roots={R: ["p<2"]}, overrides=["p==2"]) == []
    assert judge_fork(everywhere, roots={R: ["p<2"]}, overrides=['p==2; sys_platform == "win32"']) == [
        "Python 3.12 on linux_x86_64: p==2 is pinned, and nothing wants it"
    ]
