from __future__ import annotations

from pinkeeper.review.comparison.moved import MovedCode

FUNCTION = [
    b"def fetch(address):",
    b"    session = connect(address)",
    b"    session.greet()",
    b"    return session.read()",
]


def counted(old: list[bytes], added: list[bytes], *, old_group: str = "code", new_group: str = "code") -> int:
    moved = MovedCode()
    moved.stood(old, group=old_group)
    moved.was_added("new.py", added, 0, len(added), group=new_group)
    return moved.count("new.py")


def test_four_lines_that_stood_elsewhere_were_moved():
    assert counted([b"import this_module", *FUNCTION, b"other = fetch"], FUNCTION) == 4


def test_indentation_blank_lines_and_brackets_do_not_matter():
    added = [b"class Client:", b""]
    for line in FUNCTION:
        added += [b"    " + line, b"", b"    )"]
    assert counted(FUNCTION, added) == 4


def test_three_lines_are_no_move():
    assert counted(FUNCTION[:3], FUNCTION[:3]) == 0


def test_a_line_put_into_moved_code_is_new():
    added = [*FUNCTION, b"send(session.read(), elsewhere)", *FUNCTION]
    assert counted(FUNCTION, added) == 8


def test_what_was_data_is_new_as_code():
    assert counted(FUNCTION, FUNCTION, old_group="script") == 0


def test_lines_that_say_nothing_never_count():
    trivial = [b"else:", b"    pass", b"", b")", b"try:"] * 5
    assert counted(trivial, trivial) == 0


def test_blocks_that_were_added_apart_are_not_taken_as_one():
    moved = MovedCode()
    moved.stood(FUNCTION, group="code")
    moved.was_added("new.py", FUNCTION, 0, 2, group="code")
    moved.was_added("new.py", FUNCTION, 2, 4, group="code")
    assert moved.count("new.py") == 0
