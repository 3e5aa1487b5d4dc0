"""Any set of requirements, however it is laid out, is read back as it was meant."""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import PinkeeperError
from pinkeeper.model.digest import Digest
from pinkeeper.model.requirement import InputRequirement, Requirement, parse_requirement
from tests.inputs.files import read
from tests.inputs.repeatable import repeatable

NAMES = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,8}[a-zA-Z0-9])?", fullmatch=True)
VERSIONS = st.builds(
    "{}{}".format,
    st.lists(st.integers(0, 30), min_size=2, max_size=3).map(lambda parts: ".".join(map(str, parts))),
    st.sampled_from(["", "a1", "rc2", ".post1", ".dev3"]),
)
SPECIFIERS = st.builds("{}{}".format, st.sampled_from(["==", "!=", "<=", ">=", "<", ">", "~="]), VERSIONS)
MARKERS = st.sampled_from(
    [
        "python_version < '3.12'",
        'sys_platform == "win32" and os_name != "a#b c"',
        "(extra == 'x' or platform_machine in 'arm64 aarch64')",
    ]
)
DIGESTS = st.one_of(
    st.binary(min_size=32, max_size=32).map(lambda value: Digest("sha256", value.hex())),
    st.binary(min_size=64, max_size=64).map(lambda value: Digest("sha512", value.hex())),
)
COMMENTS = st.text(
    st.characters(codec="latin-1", exclude_categories=["Cc", "Cf", "Zl", "Zp"], exclude_characters="\\"), max_size=20
)
BREAKS = st.sampled_from([" ", "  ", " \\\n", " \\\n    ", "\\\n \\\n "])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-le", "latin-1"])
MARKS = {"utf-16-be": codecs.BOM_UTF16_BE, "utf-32-le": codecs.BOM_UTF32_LE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A requirement as words, between which a line may be broken."""

    words: tuple[str, ...]
    hashes: frozenset[Digest]

    @property
    def requirement(self) -> Requirement:
        return parse_requirement(" ".join(self.words))


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    name = draw(NAMES)
    extras = draw(st.lists(NAMES, max_size=2))
    words = [name + (f"[{','.join(extras)}]" if extras else "")]
    if specifiers := draw(st.lists(SPECIFIERS, max_size=3)):
        words += [f"{specifier}," for specifier in specifiers[:-1]] + [specifiers[-1]]
    if draw(st.booleans()):
        words += [";", draw(MARKERS)]
    return Asked(words=tuple(words), hashes=draw(st.frozensets(DIGESTS, max_size=3)))


@st.composite
def laid_out(draw: st.DrawFn, requirements: Sequence[Asked]) -> tuple[bytes, list[int]]:
    """A file with the requirements, and the lines on which they begin."""
    encoding = draw(ENCODINGS)
    text = "# -*- coding: latin-1 -*-\n" if encoding == "latin-1" else ""
    lines = []
    for requirement in requirements:
        for _ in range(draw(st.integers(0, 2))):
            # A comment line is not continued, though it ends in a backslash.
            text += draw(st.sampled_from(["\n", "   \n", f"# {draw(COMMENTS)}\n", f"  #{draw(COMMENTS)}\\\n"]))
        lines.append(text.count("\n") + 1)
        options = [
            f"--hash{draw(st.sampled_from(['=', ' ']))}{digest}"
            for digest in draw(st.permutations([*requirement.hashes]))
        ]
        text += draw(st.sampled_from(["", "  ", "\t"]))
        text += "".join(itertools.chain.from_iterable((word, draw(BREAKS)) for word in (*requirement.words, *options)))
        text += draw(st.sampled_from(["\n", " \n", f" # {draw(COMMENTS)}\n"]))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return MARKS.get(encoding, b"") + text.encode(encoding), lines


def rendered(requirements: Sequence[InputRequirement]) -> str:
    return "".join(
        f"{each.requirement}{''.join(sorted(f' --hash={digest}' for digest in each.hashes))}\n" for each in requirements
    )


@repeatable
@given(st.data(), st.lists(asked(), max_size=6))
def test_requirements_survive_any_layout_and_encoding(data, requirements):
    content, lines = data.draw(laid_out(requirements))
    found = read(content).requirements
    assert [(each.requirement, each.hashes) for each in found] == [
        (each.requirement, each.hashes) for each in requirements
    ]
    assert [each.origin.line for each in found] == lines


@repeatable
@given(st.data(), st.lists(asked(), max_size=6))
def test_parse_render_parse(data, requirements):
    content, _ = data.draw(laid_out(requirements))
    first = read(content).requirements
    text = rendered(first)
    second = read(text).requirements
    assert [(each.requirement, each.hashes) for each in second] == [(each.requirement, each.hashes) for each in first]
    assert rendered(second) == text


@repeatable
@given(
    st.one_of(
        st.binary(),
        st.text(),
        st.lists(
            st.sampled_from(
                [*"abz019 .-=<>;@[]()'\"\\/#:$,\t\n", "--hash", "-e ", "-c ", "-r ", "https://", ".whl", "${A}"]
            )
        ).map("".join),
    )
)
def test_no_file_is_met_with_anything_but_an_input_or_an_expected_error(content):
    try:
        read(content, environ={"A": "value"})
    except PinkeeperError as error:
        assert str(error)  # noqa: PT017 - most files are wrong, and none has to be
