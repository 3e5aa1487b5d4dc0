from __future__ import annotations

import ast

import pytest

from pinkeeper.review.capabilities.code_lines import code_lines


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", ()),
        ("x = 1\n\n# why\ny = 2\n", (1, 4)),
        ('"""Text."""\nimport os\n"""Of an attribute."""\n', (2,)),
        ("def f():\n    '''Text.'''\n    return (\n        1\n    )\n", (1, 3)),
        ("@d\nclass C:\n    '''Text.'''\n    x: int\n    def f(self) -> None: ...\n", (2, 4, 5)),
        ("class E(Exception):\n    pass\n", (1,)),
        ("if a:\n    b\nelif c:\n    d\nelse:\n    e\n", (1, 2, 3, 4, 6)),
        ("try:\n    a\nexcept E:\n    b\nelse:\n    c\nfinally:\n    d\n", (1, 2, 4, 6, 8)),
        ("for a in b:\n    c\nelse:\n    d\nwhile a:\n    b\n", (1, 2, 4, 5, 6)),
        ("with a as b, \\\n     c:\n    d\n", (1, 3)),
        ("match a:\n    case 1:\n        b\n    case _:\n        c\n", (1, 3, 5)),
        ("async def f():\n    async for a in b:\n        await c\n", (1, 2, 3)),
        ("a; b; c\nd\n", (1, 2)),
        ("x = [\n    1,\n    2,\n]\n", (1,)),
        ("x = f'{a}'\nf'{g()}'\n", (1, 2)),
        ("b'bytes'\n1\n", (1, 2)),
    ],
)
def test_lines_that_begin_something_executable_are_counted(source, lines):
    assert code_lines(ast.parse(source)) == lines


def test_a_long_chain_of_branches_is_walked():
    source = "if a: b\n" + "elif a: b\n" * 500
    assert code_lines(ast.parse(source)) == tuple(range(1, 502))
