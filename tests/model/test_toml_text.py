"""TOML from strangers: what is small to read is small to parse."""

from __future__ import annotations

import tomllib

import pytest

from pinkeeper.model.toml_text import parse_toml

PARTS = ["a", '"a"', "'a'", '"a\\"b"', '"a.b"', "a-1"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("dot", [".", " . ", "\t."])
@pytest.mark.parametrize("frame", ["{} = 1\n", "[{}]\n", "[[{}]]\n", "x = {{ {} = 1 }}\n", "x = 1\n  {} = 1\n"])
def test_a_key_may_have_64_parts_and_no_more(part, dot, frame):
    longest = frame.format(dot.join([part] * 64))
    assert parse_toml(longest) == tomllib.loads(longest)
    with pytest.raises(ValueError, match="a key of more than 64 parts"):
        parse_toml(frame.format(dot.join([part] * 65)))


@pytest.mark.parametrize(
    "text",
    [
        f"{'a.' * 200_000}b = 1\n",
        f"[{'a.' * 50_000}b]\n" + "x = 1\n" * 10,
        "x = " + '"\\"' * 100_000,
        'x = "' + '\\"' * 200_000 + '"',
        "x = '" + '"' * 200_000 + "'",
        "x = '" + "a.b. " * 100_000 + "'",
        f"x = '{'word ' * 60_000}{'.' * 64}'",
        f"x = '{'a' * 300_000}{'.' * 64}'",
    ],
    ids=range(8),
)
def test_a_text_of_some_hundred_thousand_characters_comes_to_an_end(text):
    try:
        assert parse_toml(text) == tomllib.loads(text)
    except ValueError:
        assert "." in text or '"\\"' in text


@pytest.mark.parametrize("value", ["'''{}'''", '"{}"'])
def test_dots_in_prose_are_no_key(value):
    text = f"x = {value.format('It is so. That is all... ' * 100)}\nversion = '1.2.3.4'\n"
    assert parse_toml(text) == tomllib.loads(text)
