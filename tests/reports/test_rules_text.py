"""The rules, as ``pinkeeper rules`` tells them."""

from __future__ import annotations

import pytest

from pinkeeper.errors import InputError
from pinkeeper.reports.rules_text import rule_text, rules_text
from pinkeeper.review.rules.registry import RULES as ALL
from tests.reports.golden import RULES


def test_rules_are_listed_by_how_grave_they_are():
    assert rules_text(dict(reversed(RULES.items()))) == (
        ("startup-hook    critical  A start-up hook is new or changed", "error"),
        ("new-dependency  medium    A dependency is new", "changed"),
    )


def test_no_rules_are_no_lines():
    assert rules_text({}) == ()


def test_one_rule_is_told_with_what_it_means_an_attack_and_how_to_judge():
    assert "\n".join(text for text, _ in rule_text(RULES, "startup-hook", width=60)) == (
        """\
startup-hook: A start-up hook is new or changed
severity: critical, or less

What it means:
  A file that every interpreter of the environment runs when
  it starts has new lines that run code.

A real attack:
  A gateway's release that differed from its repository by
  one .pth file.

How to judge:
  Libraries have no such files. Read the line, and what it
  imports."""
    )


@pytest.mark.parametrize(
    ("asked", "remedy"),
    [("startup-hok", "did you mean startup-hook?"), ("zzz", "pinkeeper rules lists them")],
)
def test_an_unknown_rule_is_an_error_with_a_remedy(asked, remedy):
    with pytest.raises(InputError, match=f"there is no rule {asked}") as caught:
        rule_text(RULES, asked)

    assert caught.value.remedy == remedy


@pytest.mark.parametrize("identifier", ALL)
def test_every_rule_of_the_registry_can_be_told(identifier):
    text = [line for line, _ in rule_text(ALL, identifier)]

    assert len(text) >= 11
    assert all(len(line) <= 80 for line in text[1:])
