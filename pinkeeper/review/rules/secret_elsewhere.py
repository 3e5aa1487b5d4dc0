"""Secrets that a function had, and that go where they did not: another field, a log, a file, an address."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changed_functions import ChangedLines
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_STRONG = (
    r"api_?key|secret_?key|access_?token|auth_?token|passw(?:or)?d|authorization|private_?key|master_?key|client_secret"
)
_SECRET = lazy_pattern(rf"(?:\w*_)?(?:{_STRONG}|bearer|secret|token|credentials?)", re.IGNORECASE)
_SURE = lazy_pattern(rf"(?:\w*_)?(?:{_STRONG})", re.IGNORECASE)
_HELD = lazy_pattern(
    r"""Bearer \{(?:self\.)?(\w+)|Bearer ["'] ?\+ ?(?:self\.)?(\w+)|"""
    r"""(?:x-api-key|Authorization)["']\]? ?[:=] ?(?:self\.)?(\w+)"""
)
_GATE = lazy_pattern(
    rf"{_STRONG}|bearer|\\.host\\b|secret|token|credential|key\b|base_?url|api_?base|endpoint|environ|"
    r"request\.headers",
    re.IGNORECASE,
)

# Fields of requests that are no place for a secret.
_FIELD = lazy_pattern(
    r"x-(?!.*(?:key|auth|token|secret|signature|amz-)).*|user-agent|referer|cookie|via|from|origin|accept[\w-]*|trace[\w-]*|"
    r"baggage|if-[\w-]+|user|metadata|session(?:_?id)?|client(?:_?(?:id|info|name|version))?|agent|tags?|context|extra|debug|"
    r"request_?id|correlation[\w-]*|device[\w-]*|fingerprint|version|note|comment|label|safety_identifier|prompt_cache_key",
    re.IGNORECASE,
)
_BASIC = lazy_pattern(r"[Bb]asic\b|basic_auth|[Bb]asicAuth")  # RFC 7617 has it so
_ENCODES = frozenset(
    {"hex", "hexlify", "b64encode", "urlsafe_b64encode", "standard_b64encode", "b32encode", "b85encode", "a85encode"}
)
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_LOGGER = lazy_pattern(r"_?(?:log|logger|logging|verbose_\w*logger|audit_log|LOG|LOGGER|_logger)")
_WRITES = frozenset({"dump", "write", "write_text", "write_bytes", "writelines"})
_REQUESTS = frozenset(
    {
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "request",
        "urlopen",
        "Request",
        "stream",
        "fetch",
        "send",
        "getaddrinfo",
        "gethostbyname",
    }
)
_TELLS = lazy_pattern(
    r"track|capture(?:_\w+)?|set_attributes?|set_tags?|add_event|add_breadcrumb|record(?:_\w+)?|report|telemetry(?:_\w+)?|"
    r"send_event|log_event|emit|increment|identify|set_user|set_context|set_extra",
    re.IGNORECASE,
)
_RECEIVER_TELLS = lazy_pattern(
    r"telemetry|analytics|metrics|tracer|span|statsd|sentry|posthog|segment|beacon", re.IGNORECASE
)
_DESTINATION = lazy_pattern(
    r"_?(?:base_?url|api_?base|host|endpoint|api_?url|server_?url|upstream|proxy|proxies|api_?host|azure_endpoint)",
    re.IGNORECASE,
)
_GIVEN = lazy_pattern(r"\b(?:headers|response|resp|request|payload|body|reply|answer)\b")
_READS = lazy_pattern(r"(?:environ|getenv)\b.*(?:KEY|TOKEN|SECRET|PASSWORD)")
_ANSWERS = lazy_pattern(r"\w*Response|jsonify|make_response|dumps|render(?:_\w+)?|send_json|write")


class _Place(NamedTuple):
    kind: str
    what: str
    line: int


def _look(material: Material) -> Iterable[Sighting]:
    for file in material.changed_functions.files(_is_wanted):
        held = _held(file.source)
        for function in file.functions:
            new = function.new if _is_wanted(function.lines) else None
            if new is None:
                continue
            old, told = function.old, set[str]()
            had = set() if old is None else {(place.kind, place.what) for place in _places(old, held)}
            for place in _places(new, held):
                if (place.kind, place.what) in had or place.kind in told or (old is None and place.kind != "shown"):
                    continue
                told.add(place.kind)
                yield _sighting(file.path, function.name, place)
        for statement in file.after(_none):
            shown = (place for place in _places(statement, held) if place.kind == "shown")
            yield from (_sighting(file.path, "", place) for place in islice(shown, 1))


def _sighting(path: str, name: str, place: _Place) -> Sighting:
    return Sighting(
        severity=Severity.LOW if is_test(path) else Severity.HIGH,
        summary=f"{name or 'the module'} {place.what}",
        path=path,
        line=place.line,
        scope=name,
        subject=f"secret {place.kind} {name}",
    )


def _none(_text: str) -> bool:
    return False


def _is_wanted(lines: ChangedLines) -> bool:
    return _GATE.search(lines.added) is not None


def _held(source: str) -> frozenset[str]:
    """Names of what is sent as a secret somewhere in a file, whatever they are."""
    found = {name for names in _HELD.findall(source) for name in names if name}
    return frozenset(name for name in found if not name.isupper())


def _places(function: ast.AST, held: frozenset[str]) -> Iterator[_Place]:
    held |= frozenset(_read_from_environment(function))
    is_basic = _BASIC.search(ast.unparse(function)) is not None
    for node in ast.walk(function):
        match node:
            case ast.Call():
                yield from (place for place in _of_call(node, held) if place.kind != "encoded" or not is_basic)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield from _of_field(key.value, value, held)
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str(key)))], value=value):
                yield from _of_field(key, value, held)
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
                if _DESTINATION.fullmatch(name) and _is_given(value):
                    yield _steered(name, value)
            case _:
                pass


def _read_from_environment(function: ast.AST) -> Iterator[str]:
    """Names of variables that are given a secret of the environment."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if _READS.search(
                ast.unparse(value)
            ):
                yield name
            case _:
                pass


def _of_field(key: str, value: ast.expr, held: Collection[str]) -> Iterator[_Place]:
    if _FIELD.fullmatch(key) and (secret := _secret_in(value, held)):
        yield _Place("field", f"puts {secret} into {key}", value.lineno)


def _of_call(call: ast.Call, held: Collection[str]) -> Iterator[_Place]:
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    use = _use_of(call, arguments)
    if use is not None:
        kind, words, parts, look = use
        secret = next((found for each in parts if (found := look(each, held))), "")
        if secret:
            yield _Place(kind, words.format(secret), call.lineno)
    if _ANSWERS.fullmatch(_last(call.func)) and any(map(_is_environment, arguments)):
        yield _Place("shown", f"hands out the whole environment: {ast.unparse(call)[:60]}", call.lineno)
    for keyword in call.keywords:
        if keyword.arg is not None and _DESTINATION.fullmatch(keyword.arg) and _is_given(keyword.value):
            yield _steered(keyword.arg, keyword.value)


def _use_of(
    call: ast.Call, arguments: Sequence[ast.expr]
) -> tuple[str, str, Sequence[ast.expr], Callable[[ast.expr, Collection[str]], str]] | None:
    """What becomes of the secrets in a call: its kind, in words, the parts of the call to look at, and how."""
    name, receiver = _last(call.func), ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if name in _ENCODES:
        return ("encoded", f"writes {{}} in other letters: {name}", [call], _secret_in)
    if (name in _LOGS and _LOGGER.fullmatch(receiver.rpartition(".")[2])) or name == "print":
        return ("logged", "writes {} into the log", arguments, _bare)
    if name in _WRITES:
        return ("written", "writes {} into a file", arguments, _bare)
    if name == "set" and "cookie" in receiver:
        return ("told", "puts {} into a cookie", arguments, _plain)
    if name not in _LOGS and (_TELLS.fullmatch(name) or _RECEIVER_TELLS.search(receiver)):
        return ("told", f"tells {{}} to {ast.unparse(call.func)[:40]}", arguments, _bare)
    if name in _REQUESTS:
        urls = [*(keyword.value for keyword in call.keywords if keyword.arg == "url"), *call.args[:1]]
        return ("url", "puts {} into an address", [each for each in urls if _is_made(each)], _secret_in)
    return None


def _is_made(url: ast.expr) -> bool:
    return isinstance(url, (ast.JoinedStr, ast.BinOp))


def _steered(name: str, value: ast.expr) -> _Place:
    return _Place("steered", f"lets somebody else say where it goes: {name} is {ast.unparse(value)[:60]}", value.lineno)


def _is_given(value: ast.expr) -> bool:
    """Whether a value is looked up in what a peer has sent."""
    for node in ast.walk(value):
        match node:
            case ast.Subscript(value=looked, slice=ast.Constant(value=str())):
                pass
            case ast.Call(func=ast.Attribute(value=looked, attr="get"), args=[ast.Constant(value=str()), *_]):
                pass
            case _:
                continue
        if _GIVEN.search(ast.unparse(looked)):
            return True
    return False


def _is_environment(value: ast.expr) -> bool:
    """``os.environ`` as a whole, also in ``dict(...)`` and ``{**...}``."""
    match value:
        case ast.Attribute(attr="environ"):
            return True
        case ast.Call(func=ast.Name(id="dict"), args=[inner]) | ast.Call(func=ast.Attribute(value=inner, attr="copy")):
            return _is_environment(inner)
        case ast.Dict(keys=keys, values=values):
            return any(key is None and _is_environment(each) for key, each in zip(keys, values, strict=True))
        case ast.Call(args=[inner]):
            return _is_environment(inner)
        case _:
            return False


def _secret_in(value: ast.AST, held: Collection[str]) -> str:
    """The name of a secret in an expression; empty where there is none."""
    return next((name for node in ast.walk(value) if (name := _name_of_secret(node, held, _SECRET))), "")


def _plain(value: ast.expr, held: Collection[str]) -> str:
    return _name_of_secret(value, held, _SECRET)


def _bare(value: ast.expr, held: Collection[str]) -> str:
    """A secret as it is, or in a text: not what a function makes of it, such as a mask or a length."""
    match value:
        case ast.JoinedStr(values=values):
            parts = [each.value for each in values if isinstance(each, ast.FormattedValue)]
        case ast.BinOp(op=ast.Add() | ast.Mod(), left=left, right=right):
            parts = [left, right]
        case ast.Tuple(elts=parts) | ast.Dict(values=parts):
            pass
        case _:
            return _name_of_secret(value, held, _SURE)
    return next((name for each in parts if (name := _bare(each, held))), "")


def _name_of_secret(node: ast.AST, held: Collection[str], pattern: re.Pattern[str]) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            pass
        case ast.Subscript(value=ast.Subscript(slice=ast.Constant(value=str(name)))):
            pass
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            pass
        case ast.Call(
            func=ast.Name(id="dict"), args=[ast.Attribute(attr="headers", value=ast.Attribute(attr="request"))]
        ):
            return "the headers of a request"
        case _:
            return ""
    return name if name in held or pattern.fullmatch(name) else ""


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


RULE = Rule(
    id="secret-elsewhere",
    severity=Severity.HIGH,
    title="a secret goes where it did not",
    means=(
        "A function that was there puts a key, a token or a password into another field of a request, into an address, "
        "a log, a file or a report, or writes it in other letters; it lets what a peer sends say where requests with "
        "keys go; or something hands out the whole environment."
    ),
    attack="A client that sent its key a second time, in hexadecimal digits as the name of a session.",
    judge="Who reads the field, the log or the file? A key belongs into one header and nowhere else.",
    look=_look,
)
