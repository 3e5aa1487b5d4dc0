"""Checks that hold less than before: a comparison of secrets that is gone or cut short, a condition with a way past."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from pinkeeper.model.comparison import FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.changed_functions import (
    LARGEST,
    AnyFunction,
    ChangedFunction,
    ChangedLines,
    Functions,
    functions_of,
)
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.refusals import Words, dropped, is_small, refuses
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

# What compares secrets, signatures and passwords, by the last part of its name.
_STRONG = frozenset(
    {
        *(
            "compare_digest",
            "constant_time_compare",
            "verify_signature",
            "check_password",
            "checkpw",
            "verify_password",
        ),
        *("verify_hash", "match_hostname", "verify_oauth2_token", "verify_id_token"),
        # Of paths, and of templates.
        *("is_relative_to", "commonpath", "safe_join", "secure_filename", "is_within_directory"),
        *("SandboxedEnvironment", "ImmutableSandboxedEnvironment"),
    }
)
_STRONG_TEXT = lazy_pattern("|".join(sorted(_STRONG)))
_GUARDING = lazy_pattern(
    r"admin|superuser|auth(?:or|en|z|_|$)|permission|privileg|allowed|verif|signature|is_valid|trusted|credential|"
    r"\b(?:may|can)_|\bowner\b",
    re.IGNORECASE,
)
# What may have turned away, and what may let in.
_REFUSES = lazy_pattern(
    r"\b(?:raise|abort|assert)\b|return (?:False|None)|\bif\b|@|return not|return .+ and |40[134]|"
    r"(?:check|verify|require|ensure|validate|enforce|authenticate|authori[sz]e)\w*\("
)
_ADMITS = lazy_pattern(r"return|\bif\b|\btry\b|\bpass\b")
_ANY_GUARD = lazy_pattern(
    r"auth|token|verif|permi|allow|admin|limit|moderat|guard|signature|login|passw|access|check|role|may_|can_|expired|mask|redact",
    re.IGNORECASE,
)
# Beside a text: what is looked for is a way past a condition for whoever gives that.
_JOINED = lazy_pattern(r"\b(?:or|and)\b[^\n]*[\"']|[\"'][^\n]*\b(?:or|and)\b")


def _look(material: Material) -> Iterable[Sighting]:
    files = list(material.changed_functions.files(_is_wanted))
    had = sum(len(_mentions(node)) for file in files for node in file.before(_STRONG_TEXT.search))
    has = sum(len(_mentions(node)) for file in files for node in file.after(_STRONG_TEXT.search))
    has += _added_elsewhere(material) if had else 0
    fresh = Words(function.lines.added for file in files for function in file.functions)
    for file in files:
        for function in file.functions:
            for line, what in _told(function, fresh, fewer=has < had) if _is_wanted(function.lines) else ():
                yield Sighting(
                    severity=Severity.LOW if is_test(file.path) else Severity.HIGH,
                    summary=what,
                    path=file.path,
                    line=line,
                    scope=function.name,
                    subject=f"check {function.name}",
                )


def _told(function: ChangedFunction, fresh: Words, *, fewer: bool) -> Iterator[tuple[int, str]]:
    lines = function.lines
    is_weakened = _STRONG_TEXT.search(function.before) or _JOINED.search(lines.added)
    if not function.before or not (is_weakened or is_small(lines)):
        return
    old, new = function.old, function.new
    if old is None or new is None:
        return
    found = dict(_weakened(function.name, old, new, fewer=fewer))
    yield from found.items()
    for line, what in dropped(function.name, old, new, lines, fresh=fresh) if not found and is_small(lines) else ():
        yield line, f"{function.name} {what}"


def _is_wanted(lines: ChangedLines) -> bool:
    if _STRONG_TEXT.search(lines.removed) is not None or _STRONG_TEXT.search(lines.added) is not None:
        return True
    if _REFUSES.search(lines.removed) is not None or (_ADMITS.search(lines.added) and _ANY_GUARD.search(lines.about)):
        return True
    joined = [line for line in lines.added.split("\n") if _JOINED.search(line) is not None]
    return bool(joined) and any(_GUARDING.search(text) is not None for text in (*joined, *lines.around))


def _added_elsewhere(material: Material) -> int:
    """Mentions of strong checks in functions of files that are new: a check that moved there is not gone."""
    contents = material.new.main
    found = 0
    for change in material.changes:
        path = change.new_path
        if change.old_path is not None or path is None or change.kind is not FileKind.PYTHON:
            continue
        if contents.entries[path].size <= LARGEST and _STRONG_TEXT.search(
            (content := contents.read(path)).decode(errors="replace")
        ):
            tree = parse(content).tree
            found += 0 if tree is None else _count(functions_of(tree))
    return found


def _mentions(function: ast.AST) -> list[str]:
    """Strong checks that a function calls, or hands on to what calls them."""
    names = (
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(function)
        if isinstance(node, (ast.Name, ast.Attribute))
    )
    return [name for name in names if name in _STRONG]


def _count(functions: Functions) -> int:
    return sum(len(_mentions(function)) for function in functions.values())


def _checks(function: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            func = node.func
            name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
            if name in _STRONG:
                yield name, node


def _weakened(name: str, old: AnyFunction, new: AnyFunction, *, fewer: bool) -> Iterator[tuple[int, str]]:
    before, after = list(_checks(old)), list(_checks(new))
    if before and not _mentions(new) and fewer:
        yield new.lineno, f"{name} does without {before[0][0]}, which nothing else has in its place"
    known = {ast.dump(call) for _, call in before}
    if before and not any(map(_is_cut, (call for _, call in before))):
        for check, call in after:
            if ast.dump(call) not in known and _is_cut(call):
                yield call.lineno, f"{name} looks at a part of what it compares: {check}"
    conditions = {ast.dump(each): each for each, _ in _conditions(old)}
    for each, wider in _conditions(new):
        escape = _escape(each, wider, conditions)
        if escape is not None and (_GUARDING.search(name) or _GUARDING.search(ast.unparse(each))):
            yield each.lineno, f"{name} has a way past its condition: {ast.unparse(escape)[:80]}"


def _is_cut(call: ast.Call) -> bool:
    return any(isinstance(each, ast.Subscript) and isinstance(each.slice, ast.Slice) for each in call.args)


def _conditions(function: ast.AST) -> Iterator[tuple[ast.expr, type[ast.boolop]]]:
    """Conditions, each with how one is joined to it that lets more pass: *or* to what admits, *and* to what refuses."""
    for node in ast.walk(function):
        match node:
            case ast.Return(value=ast.expr() as value):
                yield value, ast.Or
            case ast.Assert(test=test):
                yield test, ast.Or
            case ast.If(test=test, body=body):
                yield test, ast.And if any(map(refuses, body)) else ast.Or
            case _:
                pass


def _escape(condition: ast.expr, wider: type[ast.boolop], before: Mapping[str, ast.expr]) -> ast.expr | None:
    """What lets pass who did not before: beside the whole of an old condition, a text that stands in the code."""
    if not isinstance(condition, ast.BoolOp) or not isinstance(condition.op, wider) or ast.dump(condition) in before:
        return None
    values = {ast.dump(each): each for each in condition.values}
    for key, old in before.items():
        is_same = isinstance(old, ast.BoolOp) and isinstance(old.op, wider)
        terms = {ast.dump(each) for each in old.values} if is_same and isinstance(old, ast.BoolOp) else {key}
        if terms < values.keys():
            return next((each for term, each in values.items() if term not in terms and _names_a_text(each)), None)
    return None


def _names_a_text(condition: ast.expr) -> bool:
    """``user == "maintenance"``, ``token.startswith("dev-")``, ``os.environ.get("SKIP")``."""
    if not isinstance(condition, (ast.Compare, ast.Call, ast.UnaryOp)):
        return False
    return any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value)
        for node in ast.walk(condition)
    )


RULE = Rule(
    id="weakened-check",
    severity=Severity.HIGH,
    title="a check holds less than before",
    means=(
        "A function that compares secrets, signatures or passwords does so no more, or looks at a part of them; a "
        "condition that guards something is the old one with a way past it, for whoever gives a text that stands in "
        "the code; or a function of which little else changed does not refuse any more, or in fewer cases, what it "
        "refused: it looks at less, goes on, lets in, or has lost the check that it called."
    ),
    attack="A gateway that let in whoever sent one fixed token, by half a line in the function that compared them.",
    judge="Who gets in now who did not? A check that moved to a library is told in release notes.",
    look=_look,
)
