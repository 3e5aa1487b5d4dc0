from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import CollectedError, ConfigurationError, PinkeeperError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.script import load_script, read_script
from pinkeeper.inputs.settings import read_settings
from tests.inputs.files import Files, shown
from tests.inputs.repeatable import repeatable

SCRIPT = """#!/usr/bin/env python3
# a tool

# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "Alpha>=1",
#
#   "beta[x]; os_name == 'nt'",
# ]
#
# [tool.pinkeeper]
# python = ["3.12"]
# ///

import alpha
"""


def read(text: str | bytes, *, path: str = "tools/report.py") -> Inputs:
    return read_script(path, read=Files({path: text}))


def failure(text: str) -> str:
    with pytest.raises(PinkeeperError) as caught:
        read(text)
    return str(caught.value)


def block(*lines: str) -> str:
    return "".join(f"{line}\n" for line in ("# /// script", *(f"# {line}".rstrip() for line in lines), "# ///"))


def test_a_script_says_what_it_needs():
    inputs = read(SCRIPT)
    assert shown(inputs) == ["alpha>=1", 'beta[x]; os_name == "nt"']
    assert inputs.requires_python == ">=3.11"
    assert inputs.files == ("tools/report.py",)
    assert [each.origin.place() for each in inputs.requirements] == ["tools/report.py:7", "tools/report.py:9"]
    assert inputs.requirements[0].origin.via() == "tools/report.py"


def test_a_script_that_needs_nothing():
    assert read(block()) == read(block("dependencies = []")) == Inputs(files=("tools/report.py",))


@pytest.mark.parametrize("content", [SCRIPT.replace("\n", "\r\n"), b"\xef\xbb\xbf" + SCRIPT.encode()])
def test_line_ends_and_byte_order_marks_change_nothing(content):
    assert shown(read(content)) == ["alpha>=1", 'beta[x]; os_name == "nt"']


def test_a_script_in_another_encoding():
    text = "# -*- coding: latin-1 -*-\n# für\n" + block('dependencies = ["a"]')
    assert shown(read(text.encode("latin-1"))) == ["a"]
    assert failure(text.replace("# -*- coding: latin-1 -*-\n", "").encode("latin-1")).startswith(
        "tools/report.py:1: it is not utf-8 text"
    )


def test_blocks_of_other_types_hold_what_they_hold():
    other = "# /// example\n# # /// script\n# x\n# ///\n"
    assert shown(read(other + "\n" + block('dependencies = ["a"]') + "\n" + other)) == ["a"]


def test_a_block_ends_at_the_last_end_of_its_comment_lines():
    told = failure("# /// script\n# ///\n# dependencies = []\n# ///\n")
    assert told == "tools/report.py:2: not TOML: invalid statement"


def test_a_block_that_is_not_closed_is_none_where_another_is():
    assert shown(read("# /// script\n# x\n\n" + block('dependencies = ["a"]'))) == ["a"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "import os\n",
            (
                ": there is no script block (PEP 723), which would say what the script needs\n"
                '  remedy: write it at the top: the lines "# /// script", "# dependencies = [...]" and "# ///"'
            ),
        ),
        (
            "\n# /// script\n# dependencies = []\nimport os\n",
            (
                ":2: the script block that begins here is not closed\n"
                '  remedy: end it with the line "# ///"; until then, each line begins with "# "'
            ),
        ),
        (
            "# /// script\n#dependencies = []\n# ///\n",
            (
                ":1: the script block that begins here is not closed\n"
                '  remedy: end it with the line "# ///"; until then, each line begins with "# "'
            ),
        ),
        (
            "#/// Script\n# dependencies = []\n# ///\n",
            (
                ":1: the first line of a script block is misspelled: '#/// Script'\n"
                '  remedy: write exactly "# /// script"'
            ),
        ),
        (
            block() + "x = 1\n" + block(),
            ":4: this is a second script block; the first begins on line 1\n  remedy: join the two",
        ),
        (block("dependencies = ["), ":2: not TOML: invalid value"),
        (block("dependencies = 'a'"), ":2: dependencies: expected an array of strings, not a string"),
        (block("dependencies = [", "  'a',", "  1]"), ":2: dependencies[1]: expected a string, not an integer"),
        (
            block("dependencies = [", "  'a',", "  'b c',", "]"),
            (
                ":4: dependencies[1] is not a requirement: "
                "expected semicolon (after name with no version specifier) or end\n  b c\n    ^"
            ),
        ),
        (block("requires-python = 3.11"), ":2: requires-python: expected a version specifier, not a float"),
        (block("requires-python = '3'"), ":2: requires-python is not a version specifier: '3'"),
        (
            block("dependencys = []"),
            ":2: there is no such key in the metadata of a script: dependencys; did you mean dependencies?",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(text, error):
    assert failure(text) == f"tools/report.py{error}"


def test_independent_mistakes_are_told_together():
    with pytest.raises(CollectedError) as caught:
        read(block("dependencies = ['a b', 2]", "requires-python = 1", "name = 'x'"))
    assert [error.where for error in caught.value.errors] == [
        "tools/report.py:2",
        "tools/report.py:2",
        "tools/report.py:3",
        "tools/report.py:4",
    ]


def test_a_script_has_settings_of_its_own():
    assert read_settings("tools/report.py", SCRIPT.encode()).python == ("3.12",)
    with pytest.raises(ConfigurationError) as caught:
        read_settings("report.py", block("[tool.pinkeeper]", "pytohn = '3.12'").encode())
    assert str(caught.value) == "report.py:3: tool.pinkeeper.pytohn: there is no such key; did you mean python?"


LINES = st.lists(
    st.sampled_from(
        ["# /// script", "# ///", "# /// other", "#", "# dependencies = ['a']", "# x", "", "import x", "#x", "# [tool]"]
    )
)


@repeatable
@given(LINES)
def test_no_layout_of_comments_is_met_with_anything_but_a_table_or_an_expected_error(lines):
    try:
        document = load_script("x.py", "\n".join(lines).encode())
    except PinkeeperError as error:
        assert str(error)  # noqa: PT017 - most layouts are wrong, and none has to be
    else:
        assert lines.count("# /// script") >= 1
        assert "# ///" in lines
        assert set(document.data) <= {"dependencies", "tool"}
