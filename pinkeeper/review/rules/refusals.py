"""Refusals that a function made and makes no more, or in fewer cases: told where little else of it changed."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changed_functions import AnyFunction, ChangedLines

__all__ = ["Dropped", "Words", "dropped", "is_small", "refuses", "words_in"]

_MOST_LINES = 8
_WORD = lazy_pattern(r"[^\W\d]\w*")
_GUARDING = lazy_pattern(
    r"auth(?!or\b|ors\b)|token(?!iz)|expire[sd]|signature|signed\b|digest|sha\d|checksum|\broles?\b|permission|permitted|"
    r"admin|verif|forbid|denied|allowed|is_private|loopback|link_local|secret|passw|csrf|nonce|replay|timestamp|"
    r"rate_?limit|limiter|quota|blocked|trusted|credential|privileg|tenant|owner\b",
    re.IGNORECASE,
)
_GUARD_NAME = lazy_pattern(
    r"auth(?!or\b|ors\b)|token(?!iz)|verif|permission|permitted|allow|admin|master|limiter|rate_?limit|moderat|guard|signature|"
    r"login|passw|has_access|can_access|check_access|forbid|saniti|trusted|is_safe|is_public|is_private|is_valid|"
    r"credential|roles?$|blocked|expired|revoked|^_?may_|^_?can_(?:see|edit|access|view|delete|manage|approve|invoke)",
    re.IGNORECASE,
)
_FOR_SOMEBODY = lazy_pattern(r"\b40[13]\b|Permission|Forbidden|Unauthori[sz]ed|Denied|NotAllowed")
_NEGATIVE = lazy_pattern(r"expired|revoked|blocked|denied|locked|banned|stale", re.IGNORECASE)
_HIDES = lazy_pattern(
    r"_?(?:masked|mask_(?:secret|key|token|password|value|email|pii|sensitive)\w*|redact\w*|scrub\w*|saniti[sz]e\w*)"
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
_REFUSES = lazy_pattern(
    r"_?(?:abort|forbid|den(?:y|ied)|reject|fail|raise|refuse|unauthori[sz]ed|send_error|http_error)", re.IGNORECASE
)


class Dropped(NamedTuple):
    """A refusal that is gone, with a line of the new function. what: in words, after the function's name."""

    line: int
    what: str


class _Known:
    """The words that a function has, and those that others have got."""

    def __init__(self, words: Collection[str], own: Collection[str], fresh: Words) -> None:
        self._words, self._own, self._fresh = words, own, fresh

    def __contains__(self, word: str) -> bool:
        return word in self._words or self._fresh.elsewhere(word, own=self._own)

    def have(self, name: str) -> bool:
        """Whether a word of any of them is a name, or most of it."""
        return any(len(word) * 2 > len(name) and name.startswith(word) for word in self._words) or self._fresh.have(
            name
        )


class _Code:
    """A function, walked through once. guards: its conditions by what they ask, those that refuse before others."""

    def __init__(self, function: AnyFunction) -> None:
        self.function = function
        self.nodes = list(ast.walk(function))
        self.guards: dict[str, ast.If] = {}
        for node in self.nodes:
            if isinstance(node, ast.If):
                key = ast.dump(node.test)
                if key not in self.guards or any(map(refuses, node.body)):
                    self.guards[key] = node

    @cached_property
    def given(self) -> set[str]:
        """Names of the function's own: parameters, and what it puts its findings into."""
        return {
            node.arg if isinstance(node, ast.arg) else node.id
            for node in self.nodes
            if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        }


class Words:
    """Words that functions have got, and how many functions: where a check is gone to is told by its words."""

    def __init__(self, added: Iterable[str]) -> None:
        self._counted = Counter(word for text in added for word in words_in(text))

    def elsewhere(self, word: str, *, own: Collection[str]) -> bool:
        """Whether a function has got a word, another one than that whose own new words are given."""
        return self._counted[word] > (word in own)

    def have(self, name: str) -> bool:
        """Whether a word is a name, or most of it."""
        return any(self._counted[name[:end]] for end in range(len(name) // 2 + 1, len(name) + 1))


def words_in(text: str) -> set[str]:
    """Names, keywords and words of texts."""
    return set(_WORD.findall(text))


def is_small(lines: ChangedLines) -> bool:
    """Whether so little changed that what is gone has not just moved about."""
    return max(lines.removed.count("\n"), lines.added.count("\n")) < _MOST_LINES


def dropped(name: str, old: AnyFunction, new: AnyFunction, lines: ChangedLines, *, fresh: Words) -> Iterator[Dropped]:
    """What a function refused, of which `is_small` holds. lines: in which it differs.

    fresh: words of all functions that differ, to one of which a check may have moved.
    """
    before, after = _Code(old), _Code(new)
    words = _Known(words_in(ast.unparse(new)), words_in(lines.added), fresh)
    moved = _Known(words_in(lines.added), words_in(lines.added), fresh)
    short = name.rpartition(".")[2]
    is_named = _GUARD_NAME.search(short) is not None
    yield from _guards(before, after, moved, is_guarding=is_named or _GUARDING.search(short) is not None)
    yield from _calls(before, after, words)
    yield from _swallowed(before, after)
    if is_named:
        yield from _admissions(before, after)
        yield from _returned(before, after, is_negative=_NEGATIVE.search(short) is not None)


def refuses(statement: ast.stmt) -> bool:
    """Whether a statement of a condition's body turns away."""
    match statement:
        case ast.Raise() | ast.Return(value=None | ast.Constant(value=None | False)):
            return True
        case ast.Return(value=ast.expr() as value):
            return _REFUSAL.search(ast.unparse(value)) is not None
        case ast.Expr(value=ast.Call() as call):
            return _REFUSES.match(_last(call.func)) is not None
        case _:
            return False


def _guards(old: _Code, new: _Code, moved: _Known, *, is_guarding: bool) -> Iterator[Dropped]:
    fresh = [each for key, each in new.guards.items() if key not in old.guards]
    for key, guard in old.guards.items():
        refusal = next(filter(refuses, guard.body), None)
        if refusal is None:
            continue
        text = ast.unparse(guard.test)
        if not _turns_away(refusal, text):
            continue
        if _FOR_SOMEBODY.search(ast.unparse(refusal)) is None:
            is_about = is_guarding or _GUARDING.search(f"{text} {ast.unparse(guard.body[0])[:200]}") is not None
            if not is_about or not words_in(text) & old.given:
                continue
        same = new.guards.get(key)
        if same is not None:
            if not any(map(refuses, (*same.body, *same.orelse))):
                yield Dropped(same.lineno, f"goes on where it refused: {text[:80]}")
            continue
        narrowed = next(((each, what) for each in fresh if (what := _narrower(guard.test, each.test))), None)
        if narrowed is not None:
            node, what = narrowed
            yield Dropped(node.lineno, f"{what}, where it refuses: {ast.unparse(node.test)[:80]}")
        elif not fresh and not all(each in moved for each in words_in(text)):
            yield Dropped(new.function.lineno, f"refuses no more where {text[:80]}")


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


def _calls(old: _Code, new: _Code, words: _Known) -> Iterator[Dropped]:
    """Checks that were called, and decorators that guarded."""
    for node in old.nodes:
        if not isinstance(node, (ast.Expr, ast.Assign)):
            continue
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(call, ast.Call):
            called = _last(call.func)
            if called not in words and _CHECKS.fullmatch(called) and _OF_GUARDS.search(ast.unparse(call)[:200]):
                yield Dropped(new.function.lineno, f"does without {called}, which nothing else has in its place")
    for node in old.nodes:
        if isinstance(node, ast.Call) and _HIDES.fullmatch(called := _last(node.func)) and called not in words:
            yield Dropped(new.function.lineno, f"hides nothing any more: {called} is gone")
            break
    for decorator in old.function.decorator_list:
        called = _last(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if _DECORATES.fullmatch(called) and not words.have(called):
            yield Dropped(new.function.lineno, f"is not under {called} any more")


def _swallowed(old: _Code, new: _Code) -> Iterator[Dropped]:
    """Checks that may fail now without a consequence."""
    tries = [node for node in new.nodes if isinstance(node, ast.Try)]
    if not tries:
        return
    before = {ast.dump(node) for node in old.nodes if isinstance(node, (ast.Expr, ast.If)) and _is_check(node)}
    before -= {ast.dump(each) for node in old.nodes if isinstance(node, ast.Try) for each in node.body}
    for node in tries:
        passed = next((each for each in node.handlers if not _ends(each)), None)
        for each in () if passed is None else node.body:
            if _is_check(each) and ast.dump(each) in before:
                line = ast.unparse(each).partition("\n")[0]
                yield Dropped(passed.lineno if passed else each.lineno, f"goes on where a check fails: {line[:80]}")


def _ends(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, (ast.Raise, ast.Return)) for node in ast.walk(handler))


def _is_check(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(value=ast.Call() as call)):
            return _CHECKS.fullmatch(_last(call.func)) is not None
        case ast.If(test=test, body=body):
            return any(isinstance(each, ast.Raise) for each in body) and _GUARDING.search(ast.unparse(test)) is not None
        case _:
            return False


def _admissions(old: _Code, new: _Code) -> Iterator[Dropped]:
    """New conditions that let in whoever gives a text that stands in the code, or whom an old one turned away."""
    turned_away = {
        part
        for key, guard in old.guards.items()
        if any(map(refuses, guard.body))
        for part in (key, *_terms(guard.test, ast.Or))
    }
    for key, guard in new.guards.items():
        last = guard.body[-1]
        if not isinstance(last, ast.Return) or any(map(refuses, guard.body)):
            continue
        text = ast.unparse(guard.test)[:80]
        if key not in old.guards and any(map(_compares_a_text, ast.walk(guard.test))):
            yield Dropped(guard.lineno, f"lets in by a text that stands in the code: {text}")
        elif key in turned_away and _is_true(last.value):
            yield Dropped(guard.lineno, f"lets in whom it turned away: {text}")


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


def _returned(old: _Code, new: _Code, *, is_negative: bool) -> Iterator[Dropped]:
    """What was found out and given back: fewer things have to hold, or nothing."""
    before = {ast.dump(node): node for node in old.nodes if isinstance(node, ast.Return)}
    after = {ast.dump(node): node for node in new.nodes if isinstance(node, ast.Return)}
    gone = [node.value for key, node in before.items() if key not in after and node.value is not None]
    for key, node in after.items():
        if key in before or node.value is None:
            continue
        if _is_true(node.value) and not is_negative:
            is_all = all(_is_true(each.value) or refuses(each) for each in after.values())
            if is_all and any(not isinstance(each, ast.Constant) for each in gone):
                yield Dropped(node.lineno, "says yes without looking")
            continue
        what = next((what for value in gone if (what := _fewer(value, node.value, is_negative=is_negative))), None)
        if what is not None:
            yield Dropped(node.lineno, f"{what}: {ast.unparse(node.value)[:80]}")
            return


def _fewer(old: ast.expr, new: ast.expr, *, is_negative: bool) -> str | None:
    operator: type[ast.boolop] = ast.And
    while isinstance(old, ast.UnaryOp) and isinstance(new, ast.UnaryOp) and isinstance(old.op, ast.Not):
        old, new, operator = old.operand, new.operand, ast.Or
    before, after = _terms(old, operator), _terms(new, operator)
    if is_negative:
        return "asks for more before it says so" if len(after) > len(before) and before.keys() <= after.keys() else None
    return "looks at less before it says yes" if len(after) < len(before) and after.keys() <= before.keys() else None


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
