from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.comparison.edits import Block, _Comparison, changed_blocks

few = st.lists(st.integers(0, 3), max_size=40)
many = st.lists(st.integers(0, 200), max_size=40)
either = few | many


def replayed(old: list[int], new: list[int], blocks: list[Block]) -> list[int]:
    """The new sequence, made of the old one and of what the blocks bring."""
    made: list[int] = []
    at = 0
    for old_start, old_end, new_start, new_end in blocks:
        made += old[at:old_start]
        made += new[new_start:new_end]
        at = old_end
    return made + old[at:]


def longest_common(old: list[int], new: list[int]) -> int:
    lengths = [0] * (len(new) + 1)
    for left in old:
        previous = 0
        for at, right in enumerate(new, 1):
            previous, lengths[at] = (
                lengths[at],
                previous + 1 if left == right else max(lengths[at], lengths[at - 1]),
            )
    return lengths[-1]


@given(either, either)
def test_blocks_make_the_new_sequence_of_the_old_one(old, new):
    assert replayed(old, new, changed_blocks(old, new)) == new


@given(either, either)
def test_blocks_are_in_order_and_do_not_touch(old, new):
    blocks = changed_blocks(old, new)
    for before, after in itertools.pairwise(blocks):
        assert before[1] < after[0]
        assert before[3] < after[2]


@given(many)
def test_equal_sequences_have_no_blocks(sequence):
    assert changed_blocks(sequence, list(sequence)) == []


@given(few, few)
def test_without_anchors_as_much_as_possible_is_kept(old, new):
    blocks = _Comparison(old, new)._by_myers((0, len(old), 0, len(new)))
    assert replayed(old, new, blocks) == new
    kept = len(old) - sum(end - start for start, end, _, _ in blocks)
    assert kept == longest_common(old, new)


def test_an_insertion_into_a_long_sequence_is_found_as_such():
    old = list(range(10_000))
    new = [*old[:5000], -1, -2, *old[5000:]]
    assert changed_blocks(old, new) == [(5000, 5000, 5000, 5002)]


@pytest.mark.parametrize("kinds", [1, 2, 50])
def test_sequences_made_to_be_slow_get_a_coarser_answer_that_is_true(kinds):
    random_source = random.Random(kinds)
    old = [random_source.randrange(kinds) for _ in range(60_000)]
    new = [random_source.randrange(kinds) for _ in range(50_000)]
    assert replayed(old, new, changed_blocks(old, new)) == new


def test_a_shuffled_sequence_is_compared_all_the_same():
    old = list(range(50_000))
    new = random.Random(5).sample(old, len(old))
    assert replayed(old, new, changed_blocks(old, new)) == new
