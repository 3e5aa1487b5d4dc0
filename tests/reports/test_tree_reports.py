"""Trees and paths, as people, machines and pictures get them."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pinkeeper.errors import ConfigurationError
from pinkeeper.lockfile.dependency_graph import dependency_graph
from pinkeeper.lockfile.dependency_paths import dependency_paths
from pinkeeper.model.origin import Origin
from pinkeeper.model.tree_result import TreeResult, WhyResult
from pinkeeper.reports import tree_json as tree_json_module
from pinkeeper.reports.tree_graphviz import tree_graphviz
from pinkeeper.reports.tree_json import tree_json, why_json
from pinkeeper.reports.tree_mermaid import tree_mermaid
from pinkeeper.reports.tree_text import tree_text
from pinkeeper.reports.why_text import why_text
from tests.support.dependency_graphs import graphs
from tests.support.pinned import lock_of, pin

WINDOWS = "sys_platform == 'win32'"
GRAPH = dependency_graph(
    lock_of(
        pin("anyio 4.4.0", "idna>=2.8", "sniffio"),
        pin("click 8.1", "colorama; sys_platform == 'win32'"),
        pin("colorama 0.4", marker=WINDOWS),
        pin("httpx 0.27", "anyio", "idna<4,>=2", "numpy<2; python_version < '3.12'", "numpy>=2", extras=["http2"]),
        pin("idna 3.7"),
        pin("loop-a 1", "loop-b~=1.0"),
        pin("loop-b 1", "loop-a", "sniffio!=1.0"),
        pin("numpy 1.26", marker="python_version < '3.12'"),
        pin("numpy 2.1", marker="python_version >= '3.12'"),
        pin("sniffio 1.3"),
        pin("stray 1.0", url="https://me:secret@files.example/stray-1.0.whl"),
        roots=["httpx[http2]>=0.20", "click", "idna", "loop-a; python_version >= '3.9'"],
    )
)


def whole(**changes):
    starts = tuple(root.package for root in GRAPH.roots)
    return replace(TreeResult(lock="pylock.toml", target=None, graph=GRAPH, starts=starts), **changes)


def at(name):
    return GRAPH.named(name)


def test_the_tree():
    assert (
        tree_text(whole())
        == """\
click 8.1 (any)
└── colorama 0.4 where sys_platform == 'win32' (any; sys_platform == "win32")
httpx[http2] 0.27 (>=0.20)
├── anyio 4.4.0 (any)
│   ├── idna 3.7 (>=2.8)
│   └── sniffio 1.3 (any)
├── idna 3.7 (<4,>=2)
├── numpy 1.26 where python_version < '3.12' (<2; python_version < "3.12")
└── numpy 2.1 where python_version >= '3.12' (>=2)
idna 3.7 (any)
loop-a 1 (any; python_version >= "3.9")
└── loop-b 1 (~=1.0)
    ├── loop-a 1 (any) (cycle)
    └── sniffio 1.3 (!=1.0)
stray 1.0 (unknown origin)
"""
    )


def test_the_tree_in_ascii_on_one_target():
    assert (
        tree_text(whole(target="Python 3.12 on windows_amd64", starts=at("click")), is_ascii=True)
        == "click 8.1 (any)\n`-- colorama 0.4 (any)\n"
    )


def test_the_tree_upside_down():
    assert (
        tree_text(whole(starts=at("sniffio"), inverted=True), is_ascii=True)
        == """\
sniffio 1.3
|-- anyio 4.4.0 (asks for sniffio)
|   `-- httpx[http2] 0.27 (asks for anyio) (wanted: >=0.20)
`-- loop-b 1 (asks for sniffio!=1.0)
    `-- loop-a 1 (asks for loop-b~=1.0) (wanted: any; python_version >= "3.9")
        `-- loop-b 1 (asks for loop-a) (cycle)
"""
    )


DIAMOND = dependency_graph(
    lock_of(
        pin("a 1", "b", "c"),
        pin("b 1", "d"),
        pin("c 1", "d[x]>1"),
        pin("d 2", "e", extras=["x"]),
        pin("e 1"),
        roots=["a"],
    )
)
FROM_A = TreeResult(lock="pylock.toml", target=None, graph=DIAMOND, starts=(0,))


def test_what_was_shown_is_not_shown_again():
    assert (
        tree_text(FROM_A, is_ascii=True)
        == """\
a 1 (any)
|-- b 1 (any)
|   `-- d 2 (any)
|       `-- e 1 (any)
`-- c 1 (any)
    `-- d[x] 2 (>1) (*)
(*) what it asks for is shown above
"""
    )


def test_unless_it_is_asked_for():
    assert tree_text(FROM_A, is_ascii=True, is_expanded=True).endswith("    `-- d[x] 2 (>1)\n        `-- e 1 (any)\n")


@pytest.mark.parametrize(
    ("depth", "shown"),
    [
        (0, "a 1 (any) ...\n"),
        (1, "a 1 (any)\n|-- b 1 (any) ...\n`-- c 1 (any) ...\n"),
        (2, "a 1 (any)\n|-- b 1 (any)\n|   `-- d 2 (any) ...\n`-- c 1 (any)\n    `-- d[x] 2 (>1) ...\n"),
    ],
)
def test_what_the_depth_leaves_out_is_marked(depth, shown):
    assert tree_text(replace(FROM_A, depth=depth), is_ascii=True) == shown


def test_what_was_cut_before_is_shown_where_there_is_room():
    graph = dependency_graph(lock_of(pin("a 1", "b", "c"), pin("b 1", "c"), pin("c 1", "d"), pin("d 1"), roots=["a"]))
    assert (
        tree_text(TreeResult(lock="-", target=None, graph=graph, starts=(0,), depth=2), is_ascii=True)
        == """\
a 1 (any)
|-- b 1 (any)
|   `-- c 1 (any) ...
`-- c 1 (any)
    `-- d 1 (any)
"""
    )


@given(graphs(), st.booleans())
def test_every_package_and_every_edge_is_shown_once(graph, inverted):
    starts = tuple(range(len(graph.packages))) if inverted else tuple(root.package for root in graph.roots)
    result = TreeResult(lock="pylock.toml", target=None, graph=graph, starts=starts, inverted=inverted)
    lines = [line for line in tree_text(result, is_ascii=True).splitlines() if not line.startswith("(*)")]
    assert len(lines) == len(starts) + len(graph.dependencies)
    assert {re.search(r"p\d", line)[0] for line in lines} == {package.name for package in graph.packages}


@given(graphs(), st.integers(0, 4))
def test_no_line_is_deeper_than_the_depth(graph, depth):
    starts = tuple(root.package for root in graph.roots)
    result = TreeResult(lock="pylock.toml", target=None, graph=graph, starts=starts, depth=depth)
    levels = [line.index("p") // 4 for line in tree_text(result, is_ascii=True).splitlines() if "p" in line]
    assert max(levels) <= depth
    document = json.loads(tree_json(result))
    near = set(starts)
    for _ in range(depth):
        near |= {edge.child for edge in graph.dependencies if edge.parent in near}
    assert [package["id"] for package in document["packages"]] == sorted(near)


REQUIREMENTS = dependency_graph(
    lock_of(
        pin("app 1", via=[Origin(path="requirements.in"), Origin(path="dev.in")]),
        pin("lib 2", via=["app"], extras=["fast"], marker=WINDOWS),
    )
)


def test_what_a_requirements_file_does_not_say_is_not_shown():
    result = TreeResult(lock="requirements.txt", target=None, graph=REQUIREMENTS, starts=(0,))
    assert (
        tree_text(result, is_ascii=True)
        == "app 1 (from -r dev.in, -r requirements.in)\n`-- lib[fast] 2 where sys_platform == 'win32'\n"
    )


def test_an_empty_lock_has_an_empty_tree():
    result = TreeResult(lock="pylock.toml", target=None, graph=dependency_graph(lock_of()), starts=())
    assert tree_text(result) == ""
    assert tree_graphviz(result) == "digraph pinkeeper {\n  rankdir=LR;\n  node [shape=box];\n}\n"
    assert tree_mermaid(result) == "flowchart LR\n"
    assert json.loads(tree_json(result))["packages"] == []


def test_trees_that_nobody_can_read_are_refused():
    rungs = (pin(f"r{n} 1", f"r{n}a", f"r{n}b") for n in range(30))
    sides = (pin(f"r{n}{side} 1", f"r{n + 1}") for n in range(30) for side in "ab")
    graph = dependency_graph(lock_of(*rungs, *sides, pin("r30 1"), roots=["r0"]))
    result = TreeResult(lock="pylock.toml", target=None, graph=graph, starts=graph.named("r0"))
    assert tree_text(result).count("\n") == 122
    with pytest.raises(ConfigurationError, match="more than 100000 lines"):
        tree_text(result, is_expanded=True)


def test_a_chain_beyond_all_depth_is_cut():
    chain = (pin(f"p{n:04} 1", f"p{n + 1:04}") for n in range(2000))
    graph = dependency_graph(lock_of(*chain, pin("p2000 1"), roots=["p0000"]))
    text = tree_text(TreeResult(lock="pylock.toml", target=None, graph=graph, starts=(0,)))
    assert text.splitlines()[-1].endswith("p0500 1 (any) ...")


def test_the_json():
    result = whole(starts=at("httpx"), depth=1, notes=("a note",))
    document = json.loads(tree_json(result))
    assert {key: value for key, value in document.items() if key not in {"packages", "dependencies"}} == {
        "schema": "pinkeeper.tree/1",
        "lock": "pylock.toml",
        "target": None,
        "inverted": False,
        "depth": 1,
        "starts": [3],
        "cut": [0],
        "missing": [],
        "notes": ["a note"],
    }
    assert document["packages"][1] == {
        "id": 3,
        "name": "httpx",
        "version": "0.27",
        "extras": ["http2"],
        "marker": None,
        "url": None,
        "root": {"asks": [{"extras": ["http2"], "specifier": ">=0.20", "marker": None, "url": None}], "by": []},
    }
    assert [package["name"] for package in document["packages"]] == ["anyio", "httpx", "idna", "numpy", "numpy"]
    assert document["packages"][0]["root"] is None
    assert document["packages"][3]["marker"] == "python_version < '3.12'"
    assert document["dependencies"] == [
        {"parent": 3, "child": 0, "asks": [{"extras": [], "specifier": "", "marker": None, "url": None}]},
        {"parent": 3, "child": 4, "asks": [{"extras": [], "specifier": "<4,>=2", "marker": None, "url": None}]},
        {
            "parent": 3,
            "child": 7,
            "asks": [{"extras": [], "specifier": "<2", "marker": 'python_version < "3.12"', "url": None}],
        },
        {"parent": 3, "child": 8, "asks": [{"extras": [], "specifier": ">=2", "marker": None, "url": None}]},
    ]


def test_the_json_of_an_unknown_origin_hides_credentials():
    (stray,) = json.loads(tree_json(whole(starts=at("stray"))))["packages"]
    assert stray["root"] == {"asks": [], "by": []}
    assert stray["url"] == "https://files.example/stray-1.0.whl"


def test_the_json_upside_down_has_the_same_arrows():
    document = json.loads(tree_json(whole(starts=at("colorama"), inverted=True)))
    assert [(edge["parent"], edge["child"]) for edge in document["dependencies"]] == [(1, 2)]
    assert document["starts"] == [2]


def test_the_json_keeps_what_is_missing():
    graph = dependency_graph(lock_of(pin("a 1", "gone>1"), roots=["a", "lost"]))
    missing = json.loads(tree_json(TreeResult(lock="x", target=None, graph=graph, starts=(0,))))["missing"]
    assert [(entry["parent"], entry["name"]) for entry in missing] == [(None, "lost"), (0, "gone")]


@pytest.mark.parametrize("schema", ["pinkeeper.tree/1", "pinkeeper.why/1"])
def test_the_documented_keys_are_those_of_the_json(schema):
    document = json.loads(tree_json(whole()) if schema == "pinkeeper.tree/1" else why_json(paths_to("idna")))
    described = re.search(rf"Schema ``{schema}``: (.*?)\n\n", tree_json_module.__doc__, flags=re.DOTALL)[1]
    words = set(re.findall(r"``(\w+)``", described))
    nested = [key for key in ("packages", "dependencies", "found") if document.get(key)]
    assert set(document) - {"schema"} <= words
    assert {key for name in nested for key in document[name][0]} <= words
    assert document["schema"] == schema


def test_graphviz():
    assert (
        tree_graphviz(whole(starts=(*at("click"), *at("loop-a"), *at("stray")), depth=1))
        == """\
digraph pinkeeper {
  rankdir=LR;
  node [shape=box];
  lock [label="pylock.toml", shape=note];
  p1 [label="click 8.1"];
  p2 [label="colorama 0.4 where sys_platform == 'win32'"];
  p5 [label="loop-a 1"];
  p6 [label="loop-b 1", style=dashed];
  p10 [label="stray 1.0"];
  lock -> p1 [label="any"];
  lock -> p5 [label="any; python_version >= \\"3.9\\""];
  lock -> p10 [label="unknown origin", style=dashed];
  p1 -> p2 [label="any; sys_platform == \\"win32\\""];
  p5 -> p6 [label="~=1.0"];
}
"""
    )


def test_mermaid():
    assert (
        tree_mermaid(whole(starts=(*at("click"), *at("loop-a"), *at("stray")), depth=1))
        == """\
flowchart LR
  lock[/"pylock.toml"/]
  p1["click 8.1"]
  p2["colorama 0.4 where sys_platform == #39;win32#39;"]
  p5["loop-a 1"]
  p6(["loop-b 1"])
  p10["stray 1.0"]
  lock -->|"any"| p1
  lock -->|"any#59; python_version #62;= #34;3.9#34;"| p5
  lock -.->|"unknown origin"| p10
  p1 -->|"any#59; sys_platform == #34;win32#34;"| p2
  p5 -->|"~=1.0"| p6
"""
    )


def test_pictures_of_a_requirements_file_have_bare_arrows():
    result = TreeResult(lock="requirements.txt", target=None, graph=REQUIREMENTS, starts=(0,))
    assert "\n  p0 -> p1;\n" in tree_graphviz(result)
    assert "\n  p0 --> p1\n" in tree_mermaid(result)


def paths_to(name, *, graph=GRAPH, limit=20):
    found = graph.named(name)
    paths, more = dependency_paths(graph, found, extras=frozenset(), limit=limit)
    return WhyResult(
        lock="pylock.toml",
        target=None,
        graph=graph,
        name=name,
        extras=frozenset(),
        found=found,
        paths=paths,
        more=more,
    )


def test_why():
    assert (
        why_text(paths_to("idna"))
        == """\
idna 3.7: 3 paths
  idna 3.7 (any)
  httpx[http2] 0.27 (>=0.20) -> idna 3.7 (<4,>=2)
  httpx[http2] 0.27 (>=0.20) -> anyio 4.4.0 (any) -> idna 3.7 (>=2.8)
"""
    )


def test_why_a_fork():
    assert (
        why_text(paths_to("numpy", limit=1))
        == """\
numpy 1.26 where python_version < '3.12', numpy 2.1 where python_version >= '3.12': 2 paths
  httpx[http2] 0.27 (>=0.20) -> numpy 1.26 where python_version < '3.12' (<2; python_version < "3.12")
  and 1 more; --limit shows more of them
"""
    )


def test_why_what_nobody_wants():
    assert why_text(paths_to("stray")) == "stray 1.0: 1 path\n  stray 1.0 (unknown origin)\n"


def test_why_without_a_count():
    assert why_text(replace(paths_to("idna", limit=1), more=None)).splitlines() == [
        "idna 3.7: more than 1 path",
        "  idna 3.7 (any)",
        "  and more; --limit shows more of them",
    ]


def test_why_as_json():
    document = json.loads(why_json(replace(paths_to("idna", limit=2), extras=frozenset({"b", "a"}), notes=("said",))))
    paths = document.pop("paths")
    assert document == {
        "schema": "pinkeeper.why/1",
        "lock": "pylock.toml",
        "target": None,
        "name": "idna",
        "extras": ["a", "b"],
        "found": [{"name": "idna", "version": "3.7", "extras": [], "marker": None, "url": None}],
        "more": 1,
        "notes": ["said"],
    }
    assert [[step["name"] for step in path] for path in paths] == [["idna"], ["httpx", "idna"]]
    assert paths[1][0]["by"] == []
    assert paths[1][1] == {
        "name": "idna",
        "version": "3.7",
        "extras": [],
        "marker": None,
        "url": None,
        "asks": [{"extras": [], "specifier": "<4,>=2", "marker": None, "url": None}],
    }


HOSTILE = dependency_graph(
    lock_of(
        pin(
            "evil 1",
            'lib===1"]\x1b[31m; python_version > "\u202e`</script>#x;&lt;"',
            "far @ https://me:secret@files.example/far.whl",
            marker="sys_platform == '\x07\\N\"'",
        ),
        pin("far 1"),
        pin("lib 1"),
        roots=["evil"],
    )
)


def hostile(report):
    return report(TreeResult(lock='x"\n\x1b.toml', target=None, graph=HOSTILE, starts=(0,)))


@pytest.mark.parametrize("report", [tree_text, tree_json, tree_graphviz, tree_mermaid])
def test_foreign_text_is_harmless_and_secrets_are_kept(report):
    text = hostile(report)
    assert "secret" not in text
    assert "https" in text
    assert not set(text) & set("\x1b\x07\u202e\r\x00")
    assert text.count("\n") == len(text.splitlines())


def test_foreign_text_stays_in_its_quotes_in_graphviz():
    lines = hostile(tree_graphviz).splitlines()[3:-1]
    assert len(lines) == 7
    statement = r'  \w+( -> \w+)? \[label="(?:[^"\\]|\\\\|\\")*"(, \w+=\w+)?\];'
    assert [line for line in lines if not re.fullmatch(statement, line)] == []
    assert "&lt;" not in hostile(tree_graphviz)


def test_foreign_text_stays_in_its_quotes_in_mermaid():
    lines = hostile(tree_mermaid).splitlines()[1:]
    statement = r"""  \w+(?: -->\|"TEXT"\| \w+|\[/?"TEXT"/?\])""".replace(
        "TEXT", r"(?:[A-Za-z0-9 ._,=!~()\[\]+*/@-]|#\d+;)*"
    )
    assert len(lines) == 7
    assert [line for line in lines if not re.fullmatch(statement, line)] == []


def test_foreign_text_in_why():
    text = why_text(paths_to("far", graph=HOSTILE))
    assert "secret" not in text
    assert "\x07" not in text
    assert "(@ https://files.example/far.whl)" in text
