"""Templates that reach for the interpreter: code in what looks like text."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.model.hunk import LineKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_LONGEST = 20_000  # characters of a line that are looked at
_ESCAPE = lazy_pattern(
    r"(?:\{\{|\{%)[^{}]{0,400}?(?:__(?:globals|builtins|subclasses|mro|bases|import|code)__|"
    r"\|\s*attr\s*\(\s*[\"'](?:\\x5f|_)|\.popen\s*\(|\bos\.system\s*\()"
)


def _look(material: Material) -> Iterable[Sighting]:
    for change in (*material.changes, *material.build_changes):
        if change.new_path is None:
            continue
        found = next(
            (
                line
                for hunk in change.hunks
                for line in hunk.lines
                if line.kind is LineKind.ADDED and _ESCAPE.search(line.text[:_LONGEST])
            ),
            None,
        )
        if found is not None:
            yield Sighting(
                severity=Severity.LOW if is_test(change.new_path) else Severity.HIGH,
                summary=f"a template reaches for the interpreter: {found.text.strip()[:80]}",
                path=change.new_path,
                line=found.new,
                subject="template",
            )


RULE = Rule(
    id="template-escape",
    severity=Severity.HIGH,
    title="a template that runs code",
    means=(
        "A text between the brackets of Jinja and its kin goes from some object to its class, its module's globals, or "
        "a function that starts programs. Whoever renders it runs that."
    ),
    attack="A chat template in a model's settings that read the environment when the first message was rendered.",
    judge="Templates show data. Projects that defend against such texts have them as examples, in tests.",
    look=_look,
)
