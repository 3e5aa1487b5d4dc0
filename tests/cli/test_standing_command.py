"""The command in a lock's header, read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.cli.standing_command import options_of
from pinkeeper.errors import ConfigurationError
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL
from pinkeeper.resolver.policy import Strategy
from pinkeeper.workflows.lock_command import command_line
from pinkeeper.workflows.lock_options import HashChoice, LockOptions
from pinkeeper.workflows.surroundings import Surroundings

HERE = Surroundings(
    environ={},
    directory=Path("/nowhere"),
    now=None,  # type: ignore[arg-type]
    stdin=bytes,
    cache_directory=None,
)
words = st.text("abcdefgh-_. '\"$", min_size=1, max_size=8).filter(lambda text: text.strip() == text and text[0] != "-")
names = st.sampled_from(["alpha", "beta", "a-b"])


@given(
    st.builds(
        LockOptions,
        sources=st.lists(words.map(lambda word: f"{word}.in"), max_size=2).map(tuple),
        outputs=st.lists(words, max_size=2, unique=True).map(tuple),
        extras=st.lists(names, max_size=2, unique=True).map(tuple),
        all_extras=st.booleans(),
        groups=st.lists(names, max_size=2, unique=True).map(tuple),
        constraints=st.lists(words, max_size=2).map(tuple),
        overrides=st.lists(words, max_size=1).map(tuple),
        pre=st.booleans(),
        formats=st.sampled_from([FormatControl(), FormatControl().with_only_binary("alpha").with_no_binary("beta")]),
        allow_build=st.frozensets(names, max_size=2),
        resolution=st.sampled_from([None, *Strategy]),
        pythons=st.lists(st.sampled_from(["3.11", "3.12"]), unique=True).map(tuple),
        platforms=st.lists(st.sampled_from(["linux_x86_64", "macos_arm64"]), unique=True).map(tuple),
        universal=st.booleans(),
        index=st.sampled_from(
            [
                IndexOptions(),
                IndexOptions(
                    index_url=IndexURL.parse("https://h.example/simple"),
                    named=(IndexURL.parse("https://n.example/simple", name="n"),),
                    trusted_hosts=("h.example",),
                ),
            ]
        ),
        hashes=st.sampled_from([None, *HashChoice]),
        header=st.sampled_from([None, False]),
        annotate=st.sampled_from([None, False]),
        annotation_style=st.sampled_from([None, "line"]),
    )
)
def test_what_a_header_says_is_read_as_it_was_said(options):
    read, bound = options_of(command_line(options, HERE), over=LockOptions())
    assert read == options
    assert bound is None


def test_a_bound_on_the_age_of_releases_was_about_its_day():
    read, bound = options_of("pinkeeper lock --exclude-newer=2026-08-01 --cooldown=0 a.in", over=LockOptions())
    assert read.exclude_newer is None
    assert bound == "2026-08-01"
    assert read.cooldown is not None


def test_what_is_said_now_counts_for_what_was_said_then():
    over = LockOptions(index=IndexOptions(index_url=IndexURL.parse("https://now.example/simple")))
    read, _ = options_of("pinkeeper lock --index-url=https://then.example/simple --group=dev", over=over)
    assert read.index == over.index
    assert read.groups == ("dev",)


@pytest.mark.parametrize("command", [None, "", "pip-compile x.in", "pinkeeper", "pinkeeper 'lock"])
def test_commands_of_others_say_nothing(command):
    over = LockOptions(pre=True)
    assert options_of(command, over=over) == (over, None)


def test_words_that_lock_does_not_know_are_told():
    with pytest.raises(ConfigurationError) as caught:
        options_of("pinkeeper lock --frobnicate", over=LockOptions())
    assert "--frobnicate" in str(caught.value)
    assert "make the lock anew" in str(caught.value)
