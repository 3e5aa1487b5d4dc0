"""Checks that hold less than before, and changes of checks that do not."""

from __future__ import annotations

import pytest

from pinkeeper.model.finding import Severity
from tests.review.two_releases import between, gravest

GATE = '''"""Who may come in."""
import hmac
import os


def verify(token, secret):
    return hmac.compare_digest(token, secret)


def require_admin(user):
    if user.role != "admin":
        raise PermissionError(user.name)


def is_allowed(user, action):
    if action in user.actions:
        return True
    return user.is_owner


def shown(user):
    return user.name
'''


def of(tmp_path, *changes, files=None):
    after = GATE
    for old, new in changes:
        assert old in after
        after = after.replace(old, new)
    new_files = {"gate/__init__.py": after, **(files or {})}
    return gravest(between(tmp_path, "gate", {"gate/__init__.py": GATE}, new_files)).get("weakened-check")


COMPARED = "return hmac.compare_digest(token, secret)"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (COMPARED, "return True"),
        (COMPARED, "return token == secret or len(token) > 0"),
        (COMPARED, "return hmac.compare_digest(token[:6], secret[:6])"),
        (COMPARED, f'{COMPARED} or token == "maintenance"'),
        (COMPARED, f'{COMPARED} or token.startswith("dev-")'),
        (COMPARED, f'{COMPARED} or bool(os.environ.get("GATE_OPEN"))'),
        ('if user.role != "admin":', 'if user.role != "admin" and user.name != "support":'),
        ("return user.is_owner", 'return user.is_owner or user.name.endswith("@relay")'),
    ],
)
def test_a_check_that_holds_less(tmp_path, old, new):
    assert of(tmp_path, (old, new)) is Severity.HIGH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (COMPARED, "return hmac.compare_digest(token.encode(), secret.encode())"),
        (COMPARED, f"return bool(token) and len(token) < 200 and {COMPARED.removeprefix('return ')}"),
        (COMPARED, "return run_in_thread(hmac.compare_digest, token, secret)"),
        (COMPARED, "same = hmac.compare_digest(token, secret)\n    return same"),
        ('if user.role != "admin":', 'if user is None or user.role != "admin":'),
        ("return user.is_owner", "return user.is_owner or action in user.team.actions"),
        ("return user.name", 'return user.name or "nobody"'),
        ("return user.name", 'return user.name or user.login == "x"'),
    ],
    ids=[
        "encoded",
        "with more to hold",
        "handed on",
        "in two steps",
        "without a user",
        "no text",
        "no guard",
        "no guard either",
    ],
)
def test_other_changes_of_conditions(tmp_path, old, new):
    assert of(tmp_path, (old, new)) is None


def test_a_check_that_moved_is_not_gone(tmp_path):
    moved = {"gate/checks.py": "import hmac\n\n\ndef same(one, other):\n    return hmac.compare_digest(one, other)\n"}
    change = (COMPARED, "return same(token, secret)"), ("import os", "import os\nfrom gate.checks import same")
    assert of(tmp_path, *change, files=moved) is None


def test_more_to_hold_is_no_way_past(tmp_path):
    """More to hold is no way past, though it names a text."""
    assert of(tmp_path, ("return user.is_owner", 'return user.is_owner and user.name != "guest"')) is None


def test_a_word_in_a_new_file_is_no_check(tmp_path):
    files = {"gate/notes.py": "# compare_digest(token, secret) is not needed\nNOTE = 'compare_digest'\n"}
    assert of(tmp_path, (COMPARED, "return True"), files=files) is Severity.HIGH
