from __future__ import annotations

import ast

import pytest

from pinkeeper.review.comparison.inert_code import is_inert


@pytest.mark.parametrize(
    "source",
    [
        "",
        "'''Words.'''\n__version__ = '1.2.3'\nversion_tuple = (1, 2, 3)\n",
        "from typing import Tuple\nVERSION: Tuple[int, ...] = (1, 2)\n",
        "if TYPE_CHECKING:\n    from typing import Union\n    V = Union[int, str]\nelse:\n    V = object\n",
        "import json\ntext = '{}'\ndef get_versions():\n    return json.loads(text)\n",
        "full = 'a' + 'b'\n",
        "def version() -> str:\n    '''Give it.'''\n    return f'{major}.{minor}'\n",
        "commit = None\nrelease = not commit\n",
        "from .core import *\n__doc__ = core.__doc__\nif hasattr(core, '__all__'):\n    __all__ = core.__all__\n",
    ],
)
def test_written_down_values_are_inert(source):
    assert is_inert(ast.parse(source).body)


@pytest.mark.parametrize(
    "source",
    [
        "import os\n",
        "import core\n",
        "from os import environ\n",
        "__version__ = read('VERSION')\n",
        "value = (lambda: 1)()\n",
        "x = __import__('os')\n",
        "@register\ndef f():\n    return 1\n",
        "class A:\n    pass\n",
        "for i in x:\n    pass\n",
        "def f(a=run()):\n    return a\n",
        "x = json.loads.__globals__['x'](1)\n",
        "x = [y for y in z]\n",
        f"packed = '{'a' * 2000}'\n",
        "try:\n    pass\nexcept E:\n    pass\n",
        "global_call().attribute = 1\n",
    ],
)
def test_whatever_may_do_something_is_not(source):
    assert not is_inert(ast.parse(source).body)


def test_too_many_nodes_are_not_looked_through():
    assert not is_inert(ast.parse("x = 1\n" * 20_000).body)


def test_a_deep_expression_is_no_trouble():
    assert is_inert(ast.parse("x = " + "-" * 80 + "1\n").body)
