"""Functions told by lines are those that the parser finds."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from pathlib import Path

import pytest

from pinkeeper.review.changed_functions import functions_of
from pinkeeper.review.source_blocks import blocks_of, parsed_block

SOURCES = {
    "plain": "def f(a,\n      b):\n    return a\n\n\nx = f(1, 2)\n",
    "class": "class A:\n    @property\n    def f(self):\n        return 1\n\n    class B:\n        def g(self): pass\n",
    "text": 'def f():\n    """One\n\ndef g():\n    no function\n"""\n    return 2\n\n\ndef h():\n    return 3\n',
    "comment": '# """\ndef f():\n    return 1\n\n\n# """\ndef g():\n    return 2\n',
    "mark in a text": 'a = \'"""\'\n\n\ndef f():\n    return 1\n\n\nb = \'"""\'\n',
    "text at the margin": 'def f():\n    x = """\nabc\n"""\n    return x\n',
    "closed at the margin": "def f():\n    x = [\n        1,\n]\n    return x\n\n\ndef g():\n    return 2\n",
    "continued": "def f():\n    x = 1 + \\\n2\n    return x\n",
    "comments at the margin": "def f():\n    x = 1\n# here\n    return x\n",
    "inside": "def f():\n    def g():\n        return 1\n    return g\n",
    "tabs": "class A:\n\tdef f(self):\n\t\treturn 1\n",
    "async": "class A:\n    @a\n    @b(1)\n    async def f(self):\n        await x\n",
    "long head": "def f(\n    a: str = ')',  # (\n    b: dict[str, int] = {},\n) -> None:\n    return None\n",
}


def found(source: str) -> dict[str, str]:
    blocks = blocks_of(source)
    assert blocks is not None
    ast.parse(blocks.rest)
    assert blocks.rest.count("\n") == source.count("\n")
    nodes = {block.name: parsed_block(block) for block in blocks.functions.values()}
    assert None not in nodes.values()
    return {name: ast.dump(node, include_attributes=True) for name, node in nodes.items() if node is not None}


def lines(dumped: dict[str, str]) -> dict[str, str]:
    return dict(sorted(dumped.items()))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_blocks_are_what_the_parser_finds(name):
    source = SOURCES[name]
    expected = {name: ast.dump(node, include_attributes=True) for name, node in functions_of(ast.parse(source)).items()}
    assert lines(found(source)) == lines(expected)


@pytest.mark.parametrize("module", [ast, inspect, json.decoder, textwrap])
def test_modules_that_people_wrote(module):
    source = Path(inspect.getsourcefile(module) or "").read_text(encoding="utf-8")
    expected = functions_of(ast.parse(source))
    assert expected.items()
    told = found(source)
    for name, node in expected.items():
        assert told[name] == ast.dump(node, include_attributes=True)


def test_a_head_without_an_end_is_not_told():
    assert blocks_of("def f(" + "\n" * 1000) is None
