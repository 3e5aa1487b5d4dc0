"""Texts of parts that have so much room and no more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.reports.markdown_room import Branch, Leaf, fitted, length


def end(left_out):
    return f"(without {left_out})" if left_out else "(all)"


def leaf(text, rank=0, what="part", **options):
    return Leaf(text=text, rank=rank, what=what, **options)


def test_all_that_fits_is_there_in_its_order():
    root = Branch(children=(leaf("b", 2), Branch(opening="<", children=(leaf("a", 1), leaf("c")), closing=">")))

    assert fitted(root, limit=100, end=end) == "b\n\n<\n\na\n\nc\n\n>\n\n(all)\n"


def test_what_ranks_low_is_given_room_first_and_the_rest_is_counted():
    root = Branch(children=(leaf("x" * 40, 1, "note"), leaf("y" * 40, 0), leaf("z" * 40, 1, "note")))

    assert fitted(root, limit=75, end=end) == f"{'y' * 40}\n\n(without 2 notes)\n"


def test_a_branch_of_which_nothing_is_kept_leaves_no_trace():
    root = Branch(children=(leaf("a"), Branch(opening="<" * 10, children=(leaf("b" * 50, 1),), closing=">")))

    assert fitted(root, limit=60, end=end) == "a\n\n(without 1 part)\n"


def test_a_table_is_cut_between_rows_and_no_later_row_follows():
    rows = tuple(leaf(text, what="row of the table", is_row=True) for text in ("| 1 |", "| 2 |", "|" * 60, "| 4 |"))
    root = Branch(children=(Branch(opening="| h |\n| - |", children=rows),))

    assert fitted(root, limit=80, end=end) == "| h |\n| - |\n| 1 |\n| 2 |\n\n(without 2 rows of the table)\n"


def test_what_can_be_cut_is_cut_to_the_room():
    long = leaf("n" * 1000, shorter=lambda most: "n" * (3 * most))

    assert fitted(Branch(children=(long,)), limit=150, end=end) == f"{'n' * 96}\n\n(all)\n"


def test_without_room_for_the_end_there_is_nothing():
    assert fitted(Branch(children=(leaf("a"),)), limit=5, end=end) is None


def test_characters_beyond_the_first_plane_count_twice():
    assert (length("abc"), length("é\u4e2d"), length("\U0001f440!")) == (3, 2, 3)


def leaves():
    return st.builds(
        Leaf,
        text=st.text(st.sampled_from("ab \U0001f440"), min_size=1, max_size=60),
        rank=st.integers(0, 3),
        what=st.sampled_from(["", "part", "row of the table"]),
        is_row=st.booleans(),
    )


def branches():
    children = st.recursive(
        leaves(),
        lambda inner: st.builds(
            lambda children, edges: Branch(children=tuple(children), opening=edges[0], closing=edges[1]),
            st.lists(inner, min_size=1, max_size=4),
            st.sampled_from([("", ""), ("<open>", "</close>")]),
        ),
        max_leaves=12,
    )
    return st.builds(Branch, children=st.lists(children, min_size=1, max_size=5).map(tuple))


@given(branches(), st.integers(0, 600))
def test_no_text_is_longer_than_its_limit_and_what_is_opened_is_closed(root, limit):
    text = fitted(root, limit=limit, end=end)

    assert text is None or length(text) <= limit
    assert text is None or text.count("<open>") == text.count("</close>")
    assert text is not None or limit < 80
