"""Code that is nested deeper than walking by recursion goes: rules that look at trees come to an end all the same."""

from __future__ import annotations

import ast

import pytest

from pinkeeper.model.finding import Severity
from pinkeeper.review.shallow import DEEPEST, made_shallow
from tests.review.two_releases import between, gravest

DEEP = {
    "sums": "+".join(["a"] * 900),
    "signs": "-" * 1000 + "a",
    "items": "a" + "[0]" * 1500,
    "attributes": "a" + ".b" * 60,
    "conditions": "'x' if a else " * 900 + "0",
    "brackets": "[" * 90 + "]" * 90,
    "comparisons": "a" + " == a" * 1500,
    "alternatives": " or ".join(["a"] * 1500),
}
BEFORE = "def check_token(token, secret):\n    if token != secret:\n        raise Forbidden(token)\n    return True\n"


def after(deep: str) -> str:
    return (
        "import os\n\n\ndef check_token(token, secret):\n"
        f"    if token != secret and verify({deep}):\n        raise Forbidden(token)\n"
        f"    logger.info({deep}, token)\n    requests.get({deep})\n    x = {{'user': {deep}, 'verify': {deep}}}\n"
        f"    os.environ.get({deep}, 'abcdefghijklmnop')\n    return {deep}\n"
    )


@pytest.mark.parametrize("name", sorted(DEEP))
def test_rules_come_to_an_end_and_see_what_stands_above(tmp_path, name):
    found = gravest(between(tmp_path, "gw", {"gw/auth.py": BEFORE}, {"gw/auth.py": after(DEEP[name])}))
    assert found["weakened-check"] is Severity.HIGH


def test_long_chains_of_conditions_come_to_an_end(tmp_path):
    chain = "def check_token(token):\n    if token == 0:\n        raise Forbidden(token)\n"
    chain += "".join(f"    elif token == {number}:\n        return {number}\n" for number in range(1, 800))
    assert between(tmp_path, "gw", {"gw/auth.py": BEFORE}, {"gw/auth.py": chain}).verdict


@pytest.mark.parametrize(
    "source",
    [
        *DEEP.values(),
        "match a:\n    case " + "[" * 90 + "]" * 90 + ":\n        pass\n",
        "".join(f"{'if' if not number else 'elif'} a:\n    b\n" for number in range(700)),
    ],
)
def test_what_is_made_shallow_can_be_written_and_says_the_same_above(source):
    tree = ast.parse(source)
    made_shallow(tree)
    assert ast.dump(tree)
    assert ast.parse(ast.unparse(tree))


def test_code_that_people_write_is_left_as_it_is():
    tree = ast.parse(after("a(b[c.d(e=[f for f in g if h])])"))
    before = ast.dump(tree)
    made_shallow(tree)
    assert ast.dump(tree) == before
    assert DEEPEST > 40
