"""Refusals that a function made and makes no more, or in fewer cases: told where little else of it changed."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changed_functions import AnyFunction

__all__ = ["Dropped", "dropped", "refuses", "words_of"]

_MOST_LINES = 8
_SHORT = 3
_GUARDING = lazy_pattern(
    r"auth(?!or\b|ors\b)|token(?!iz)|expire[sd]|signature|signed\b|digest|sha\d|checksum|\broles?\b|permission|permitted|"
    r"admin|verif|forbid|denied|allowed|is_private|loopback|link_local|secret|passw|csrf|nonce|replay|timestamp|"
    r"rate_?limit|limiter|quota|blocked|trusted|credential|privileg|tenant|owner\b",
    re.IGNORECASE,
)
_GUARD_NAME = lazy_pattern(
    r"auth(?!or\b|ors\b)|token(?!iz)|verif|permission|permitted|allow|admin|master|limiter|rate_?limit|moderat|guard|signature|"
    r"login|passw|has_access|can_access|check_access|forbid|saniti|trusted|is_safe|is_public|is_private|is_valid|"
    r"credential|roles?$|blocked",
    re.IGNORECASE,
)
_CHECKS = lazy_pattern(
    r"_?(?:check|verify|require|ensure|assert|validate|authenticate|authori[sz]e|enforce)(?:_\w+)?", re.IGNORECASE
)
_OF_GUARDS = lazy_pattern(
    r"auth(?!or\b|ors\b)|token(?!iz)|role\b|permission|admin|signature|csrf|access|login|\buser|owner|credential|secret|"
    r"origin|rate_?limit|quota|digest|checksum|certificate|hostname|(?:validate|check|verify|ensure|assert)_(?:safe_)?path\(",
    re.IGNORECASE,
)
_DECORATES = lazy_pattern(
    r"(?:login|auth|permission|role|admin|token|csrf|staff|superuser)\w*|\w*(?:_required|require[sd]?_\w+|protected)",
    re.IGNORECASE,
)
_REFUSAL = lazy_pattern(
    r"40[134]|429|abort|forbid|unauthori[sz]ed|den(?:y|ied)|reject|error|fail|not[ _]found", re.IGNORECASE
)
_MISTAKES = frozenset(
    {
        *("ValueError", "TypeError", "AttributeError", "NotImplementedError", "ImportError", "KeyError", "IndexError"),
        *("UserWarning", "DeprecationWarning", "ImproperlyConfigured", "ConfigurationError", "UsageError"),
    }
)
_OF_DIGESTS = lazy_pattern(r"digest|sha\d|checksum|signature|verif", re.IGNORECASE)
_TELLS_ONLY = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})


class Dropped(NamedTuple):
    """A refusal that is gone, with a line of the new function. what: in words, after the function's name."""

    line: int
    what: str


class _Guard(NamedTuple):
    test: ast.expr
    node: ast.If


def dropped(name: str, old: AnyFunction, new: AnyFunction, *, elsewhere: set[str]) -> Iterator[Dropped]:
    """What a function refused. elsewhere: words of all other code that is new, to which a check may have moved."""
    if not _is_small(old, new):
        return
    words = words_of(new)
    short = name.rpartition(".")[2]
    is_named = _GUARD_NAME.search(short) is not None
    yield from _guards(old, new, words | elsewhere, is_guarding=is_named or _GUARDING.search(short) is not None)
    yield from _calls(old, new, words | elsewhere)
    yield from _swallowed(old, new)
    if is_named:
        yield from _admissions(old, new)
        yield from _returned(old, new)


def refuses(statement: ast.stmt) -> bool:
    """Whether a statement of a condition's body turns away."""
    match statement:
        case ast.Raise() | ast.Return(value=None | ast.Constant(value=None | False)):
            return True
        case ast.Return(value=ast.expr() as value):
            return _REFUSAL.search(ast.unparse(value)) is not None
        case ast.Expr(value=ast.Call() as call):
            return _last(call.func) not in _TELLS_ONLY and _REFUSAL.search(ast.unparse(call)[:200]) is not None
        case _:
            return False


def words_of(node: ast.AST) -> set[str]:
    """Names, attributes, keywords and short texts."""
    found: set[str] = set()
    for each in ast.walk(node):
        match each:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word):
                found.add(word)
            case ast.keyword(arg=str(word)):
                found.add(word)
            case ast.Constant(value=str(word)) if len(word) <= 40:  # noqa: PLR2004 - a key or a name, not a sentence
                found.add(word)
            case _:
                pass
    return found


def _is_small(old: AnyFunction, new: AnyFunction) -> bool:
    before, after = (Counter(ast.unparse(each).split("\n")) for each in (old, new))
    return (before - after).total() <= _MOST_LINES and (after - before).total() <= _MOST_LINES


def _guards_of(function: AnyFunction) -> list[_Guard]:
    return [_Guard(node.test, node) for node in ast.walk(function) if isinstance(node, ast.If)]


def _guards(old: AnyFunction, new: AnyFunction, words: Collection[str], *, is_guarding: bool) -> Iterator[Dropped]:
    given = _given(old)
    after: dict[str, _Guard] = {}
    for each in _guards_of(new):
        key = ast.dump(each.test)
        if key not in after or any(map(refuses, each.node.body)):
            after[key] = each
    fresh = [each for key, each in after.items() if key not in {ast.dump(one.test) for one in _guards_of(old)}]
    for guard in _guards_of(old):
        refusal = next(filter(refuses, guard.node.body), None)
        text = ast.unparse(guard.test)
        if refusal is None or not _turns_away(refusal, text) or not words_of(guard.test) & given:
            continue
        if not is_guarding and _GUARDING.search(f"{text} {ast.unparse(guard.node.body[0])[:200]}") is None:
            continue
        same = after.get(ast.dump(guard.test))
        if same is not None:
            if not any(map(refuses, same.node.body)) and not any(map(refuses, same.node.orelse)):
                yield Dropped(same.node.lineno, f"goes on where it refused: {text[:80]}")
            continue
        narrowed = next((what for each in fresh if (what := _narrower(guard.test, each.test)) is not None), None)
        if narrowed is not None:
            yield Dropped(fresh[0].node.lineno, f"{narrowed}, where it refuses: {ast.unparse(fresh[0].test)[:80]}")
        elif not words_of(guard.test) <= set(words) and not fresh:
            yield Dropped(new.lineno, f"refuses no more where {text[:80]}")


def _given(function: AnyFunction) -> set[str]:
    """Names of a function's own: parameters, and what it puts its findings into."""
    return {
        node.arg if isinstance(node, ast.arg) else node.id
        for node in ast.walk(function)
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


def _turns_away(refusal: ast.stmt, test: str) -> bool:
    """Whether a refusal is meant for somebody, not for a mistake in calling or for what is not there."""
    match refusal:
        case ast.Return(value=None | ast.Constant(value=None)):
            return False
        case ast.Raise(exc=ast.Call(func=raised)) | ast.Raise(exc=ast.expr() as raised):
            return _last(raised) not in _MISTAKES or _OF_DIGESTS.search(test) is not None
        case _:
            return True


def _narrower(old: ast.expr, new: ast.expr) -> str | None:
    """In how far a refusal holds in fewer cases."""
    before, after = _terms(old, ast.Or), _terms(new, ast.Or)
    if len(after) < len(before) and after.keys() <= before.keys():
        return "looks at less"
    before, after = _terms(old, ast.And), _terms(new, ast.And)
    more = [after[key] for key in after.keys() - before.keys()]
    if more and before.keys() <= after.keys() and not any("isinstance" in ast.unparse(each) for each in more):
        return "asks for more before it refuses"
    match old, new:
        case (
            ast.Compare(left=left, ops=[op], comparators=[right]),
            ast.Compare(left=left_now, ops=[op_now], comparators=[ast.Constant()]),
        ) if type(op) is type(op_now) and ast.dump(left) == ast.dump(left_now) and not isinstance(right, ast.Constant):
            return "compares with something fixed"
        case _:
            return None


def _terms(test: ast.expr, operator: type[ast.boolop]) -> dict[str, ast.expr]:
    values = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, operator) else [test]
    return {ast.dump(each): each for each in values}


def _calls(old: AnyFunction, new: AnyFunction, words: Collection[str]) -> Iterator[Dropped]:
    """Checks that were called, and decorators that guarded."""
    for node in ast.walk(old):
        if not isinstance(node, (ast.Expr, ast.Assign)):
            continue
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call):
            called = _last(call.func)
            if called not in words and _CHECKS.fullmatch(called) and _OF_GUARDS.search(ast.unparse(call)[:200]):
                yield Dropped(new.lineno, f"does without {called}, which nothing else has in its place")
    for decorator in old.decorator_list:
        called = _last(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if _DECORATES.fullmatch(called) and not any(called.startswith(word) for word in words if len(word) > _SHORT):
            yield Dropped(new.lineno, f"is not under {called} any more")


def _swallowed(old: AnyFunction, new: AnyFunction) -> Iterator[Dropped]:
    """Checks that may fail now without a consequence."""
    before = {ast.dump(node) for node in ast.walk(old) if isinstance(node, (ast.Expr, ast.Assign, ast.If))}
    tried = {ast.dump(each) for node in ast.walk(old) if isinstance(node, ast.Try) for each in node.body}
    for node in ast.walk(new):
        if not isinstance(node, ast.Try):
            continue
        passed = [
            each
            for each in node.handlers
            if not any(isinstance(one, (ast.Raise, ast.Return)) for one in ast.walk(each))
        ]
        for each in node.body if passed else ():
            key = ast.dump(each)
            if key in before and key not in tried and _is_check(each):
                yield Dropped(
                    passed[0].lineno, f"goes on where a check fails: {ast.unparse(each).splitlines()[0][:80]}"
                )


def _is_check(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call)):
            return _CHECKS.fullmatch(_last(call.func)) is not None
        case ast.If(test=test, body=body):
            return any(isinstance(each, ast.Raise) for each in body) and _GUARDING.search(ast.unparse(test)) is not None
        case _:
            return False


def _admissions(old: AnyFunction, new: AnyFunction) -> Iterator[Dropped]:
    """New conditions that let in whoever gives a text that stands in the code, or whom an old one turned away."""
    before = {ast.dump(each.test) for each in _guards_of(old)}
    turned_away = {
        key
        for each in _guards_of(old)
        if any(map(refuses, each.node.body))
        for key in (*_terms(each.test, ast.Or), ast.dump(each.test))
    }
    for guard in _guards_of(new):
        last = guard.node.body[-1]
        if not isinstance(last, ast.Return) or refuses(last) or any(map(refuses, guard.node.body)):
            continue
        if ast.dump(guard.test) not in before and any(map(_compares_a_text, ast.walk(guard.test))):
            yield Dropped(
                guard.node.lineno, f"lets in by a text that stands in the code: {ast.unparse(guard.test)[:80]}"
            )
        elif ast.dump(guard.test) in turned_away and _is_true(last.value):
            yield Dropped(guard.node.lineno, f"lets in whom it turned away: {ast.unparse(guard.test)[:80]}")


def _compares_a_text(node: ast.AST) -> bool:
    match node:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.In()], comparators=[right]):
            sides = [left, right]
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith" | "compare_digest"), args=args):
            sides = list(args)
        case _:
            return False
    texts = [each.value for each in sides if isinstance(each, ast.Constant) and isinstance(each.value, (str, bytes))]
    return any(map(_is_given, texts))


def _is_given(text: str | bytes) -> bool:
    """Whether a text may be somebody's secret or address, not a word that code has: ``default``, ``*``, ``not in``."""
    shown = text if isinstance(text, str) else text.decode("latin-1")
    if not shown.isascii():
        return True
    return any(map(str.isalnum, shown)) and any(each.isdigit() or each in "-@.:/+" for each in shown)


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _returned(old: AnyFunction, new: AnyFunction) -> Iterator[Dropped]:
    """What was found out and given back: fewer things have to hold, or nothing."""
    before = [node for node in ast.walk(old) if isinstance(node, ast.Return) and node.value is not None]
    known = {ast.dump(node) for node in before}
    fresh = [node for node in ast.walk(new) if isinstance(node, ast.Return) and ast.dump(node) not in known]
    has = {ast.dump(node) for node in ast.walk(new) if isinstance(node, ast.Return)}
    gone = [node.value for node in before if ast.dump(node) not in has and node.value is not None]
    for node in fresh:
        if _is_true(node.value) and any(not isinstance(each, ast.Constant) for each in gone):
            if all(_is_true(each.value) or refuses(each) for each in ast.walk(new) if isinstance(each, ast.Return)):
                yield Dropped(node.lineno, "says yes without looking")
            continue
        for value in gone:
            if node.value is not None and (what := _fewer(value, node.value)) is not None:
                yield Dropped(node.lineno, f"{what}: {ast.unparse(node.value)[:80]}")
                return


def _fewer(old: ast.expr, new: ast.expr) -> str | None:
    operator: type[ast.boolop] = ast.And
    while isinstance(old, ast.UnaryOp) and isinstance(new, ast.UnaryOp) and isinstance(old.op, ast.Not):
        old, new, operator = old.operand, new.operand, ast.Or
    before, after = _terms(old, operator), _terms(new, operator)
    is_less = len(after) < len(before) and after.keys() <= before.keys()
    return "looks at less before it says yes" if is_less else None


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
