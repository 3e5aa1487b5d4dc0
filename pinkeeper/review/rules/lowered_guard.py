"""Protections that are switched off: unsafe settings, refusals that became answers, looser comparisons."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changed_functions import AnyFunction, ChangedFile, ChangedLines
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.lowered_settings import lowered_in_function, lowered_statements
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_OF_SETTINGS = (
    r"resolve_entities|no_network|load_dtd|autoescape|fully_trusted|verify_signature|shell\s*=\s*True|chmod|"
    r"[\"']none[\"']|digest\(|check_hostname|CERT_NONE|\bsecrets\s*=|as secrets\b"
)
_SETTINGS = lazy_pattern(_OF_SETTINGS, re.IGNORECASE)
_PARTS_OF_HOSTS = r"(?:netloc|hostname|host|origin|referer|domain|url|uri)"
_SIGNS = lazy_pattern(rf"{_OF_SETTINGS}|SSLError|CertVerif|CertificateError", re.IGNORECASE)
_HOSTS = lazy_pattern(
    rf"\bin\b[^\n]*{_PARTS_OF_HOSTS}\b|{_PARTS_OF_HOSTS}\S*\.(?:startswith|find|count)\(", re.IGNORECASE
)
_GONE = lazy_pattern(
    r"TLSv1_|sha\d|blake2|scrypt|filter *= *.(?:data|tar)|(?i:rounds|iterations)|fullmatch|\bsecrets\b|urandom|SystemRandom|https://"
)
_WHOSE = lazy_pattern(r"user|tenant|org|team|owner|account|customer|session|caller|api_key")
_KEY_OF_CACHE = lazy_pattern(r"key|cache|fingerprint", re.IGNORECASE)
_WEAKER = lazy_pattern(
    r"(?:verify|ssl|secure|httponly|sandbox|safe|weights_only|csrf|require|auth|enforce|redact|mask|block)\w*[\"']?\s*[:=]|"
    r"(?:debug|insecure|skip|trust|allow|disable|unsafe|follow_redirects)\w*[\"']?(?:: *bool)?\s*[:=]|\b0o\d|"
    r"digest\(\)\[|token_\w+\(|execute|allow_origin|getenv|environ|http://",
    re.IGNORECASE,
)
_GUARDING = lazy_pattern(
    r"admin|superuser|auth(?:or|en|z|_|\b)|permission|privileg|allowed|verif|signature|is_valid|trusted|credential|"
    r"denied|forbidden|unauthori[sz]ed|guard|access",
    re.IGNORECASE,
)
_OF_HOSTS = lazy_pattern(r"netloc|host|origin|referer|domain|redirect|\burl\b|\buri\b", re.IGNORECASE)
_PLACE = lazy_pattern(
    r"(?:netloc|hostname|host|origin|referer|domain|url|uri)(?:\(\))?(?: or .{1,6})?\)?$", re.IGNORECASE
)
_CHECKS_HOSTS = lazy_pattern(r"redirect|origin|host|cors|trust|allow|valid|check|same|safe|permit", re.IGNORECASE)

_UNSAFE = {
    ("resolve_entities", True): "external entities of XML are read",
    ("load_dtd", True): "document types of XML are loaded",
    ("no_network", False): "a parser of XML may reach the network",
    ("autoescape", False): "a template no more escapes what it is given",
    ("filter", "fully_trusted"): "members of an archive go wherever they say",
}
_ALGORITHM = lazy_pattern(r"(?:RS|HS|ES|PS)(?:256|384|512)|EdDSA")
_HEX = lazy_pattern(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})", re.IGNORECASE
)
_WORLD = 0o002
_CERTIFICATE_ERRORS = frozenset({"SSLCertVerificationError", "CertificateError", "SSLError"})
_CONNECTING = frozenset(
    {
        *("wrap_socket", "urlopen", "get", "post", "put", "request", "send", "connect", "open_connection"),
        *("create_connection", "create_default_context", "_create_unverified_context", "fetch"),
    }
)


class _Sight(NamedTuple):
    line: int
    what: str


def _look(material: Material) -> Iterable[Sighting]:
    had: set[str] = set()
    found: list[tuple[str, ast.AST | None, _Sight]] = []
    for file in material.changed_functions.files(_is_wanted):
        statements = file.before(_is_telling), file.after(_is_telling)
        before = list(_settings(statements[0]))
        had.update(ast.dump(node) for node, _ in before)
        # As many as there were, in other words: a format that became another one.
        kinds = Counter(what.partition(":")[0] for _, what in before)
        for setting, what in _settings(statements[1]):
            kind = what.partition(":")[0]
            kinds[kind] -= 1
            if kinds[kind] < 0:
                found.append((file.path, setting, _Sight(setting.lineno, what)))
        found += ((file.path, None, sight) for sight in _of_functions(file))
        found += ((file.path, None, _Sight(*each)) for each in lowered_statements(*statements))
    for path, node, (line, what) in found:
        if node is None or ast.dump(node) not in had:
            yield Sighting(
                severity=Severity.LOW if is_test(path) else Severity.HIGH,
                summary=what,
                path=path,
                line=line,
                subject=f"guard {what}",
            )


def _is_telling(text: str) -> bool:
    return _SIGNS.search(text) is not None or _WEAKER.search(text) is not None or "https://" in text


def _is_wanted(lines: ChangedLines) -> bool:
    if _SIGNS.search(lines.added) is not None:
        return True
    if _SETTINGS.search(lines.removed) is not None or _GONE.search(lines.removed) is not None:
        return True
    if _HOSTS.search(lines.added) is not None and any(map(_CHECKS_HOSTS.search, lines.around)):
        return True
    if _WEAKER.search(lines.added) is not None:
        return True
    if _WHOSE.search(lines.removed) is not None and any(map(_KEY_OF_CACHE.search, lines.around)):
        return True
    # A refusal that is none any more.
    return "raise" in lines.removed and any(map(_GUARDING.search, (lines.path, *lines.around)))


# Settings -------------------------------------------------------------------------------------------------------------


def _settings(statements: Sequence[ast.stmt]) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What switches a protection off, wherever it stands."""
    digests = frozenset(chain.from_iterable(map(_names_of_digest, statements)))
    for statement in statements:
        if isinstance(statement, AnyFunction):
            yield from _unverified(statement.body)
    for node in chain.from_iterable(map(ast.walk, statements)):
        what = None
        match node:
            case ast.Call():
                what = _unsafe_call(node)
            case ast.Dict():
                what = _unsafe_options(node)
            case ast.List() | ast.Tuple() | ast.Set():
                what = _unsafe_algorithms(node)
            case ast.Compare():
                what = _known_digest(node, digests)
            case ast.Assign() | ast.Import():
                what = _in_place_of_secrets(node)
            case _:
                continue
        if what is not None:
            yield node, what


def _unsafe_call(call: ast.Call) -> str | None:
    for keyword in call.keywords:
        value = keyword.value
        if isinstance(value, ast.Constant):
            found = _UNSAFE.get((keyword.arg or "", value.value)) if isinstance(value.value, (bool, str)) else None
            if found is not None:
                return f"{found}: {keyword.arg}={value.value!r}"
            if keyword.arg == "shell" and value.value is True and call.args and _is_composed(call.args[0]):
                return f"a shell runs a text that is put together: {ast.unparse(call.args[0])[:80]}"
    if _last(call.func) == "chmod" and any(_is_for_everybody(each) for each in call.args):
        return f"everybody may write there: {ast.unparse(call)[:80]}"
    return None


def _is_composed(node: ast.expr) -> bool:
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(each, ast.FormattedValue) for each in values)
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return True
        case ast.Call(func=ast.Attribute(attr="format")):
            return True
        case _:
            return False


def _is_for_everybody(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and bool(node.value & _WORLD)


def _unsafe_options(options: ast.Dict) -> str | None:
    for key, value in zip(options.keys, options.values, strict=True):
        match key, value:
            case ast.Constant(value="verify_signature"), ast.Constant(value=False):
                return "a token is taken whoever signed it: verify_signature is False"
            case _:
                pass
    return None


def _unsafe_algorithms(names: ast.List | ast.Tuple | ast.Set) -> str | None:
    texts = [each.value for each in names.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if any(text.lower() == "none" for text in texts) and any(map(_ALGORITHM.fullmatch, texts)):
        return "an algorithm that signs nothing is among those that are taken: none"
    return None


def _in_place_of_secrets(node: ast.Assign | ast.Import) -> str | None:
    """``secrets = random.Random(...)``, ``import random as secrets``."""
    match node:
        case ast.Assign(targets=[ast.Name(id="secrets")]):
            is_other = "random" in {_last(each) for each in ast.walk(node.value)}
        case ast.Import(names=names):
            is_other = any(each.asname == "secrets" and each.name != "secrets" for each in names)
        case _:
            is_other = False
    return "what is called secrets gives numbers that can be guessed" if is_other else None


def _unverified(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Certificates that are not looked at, but where a condition says so."""
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Attribute(attr="check_hostname")], value=ast.Constant(value=False)):
                yield node, "certificates of another host are taken: check_hostname is False"
            case ast.Assign(targets=[ast.Attribute(attr="verify_mode")], value=value) if _last(value) == "CERT_NONE":
                yield node, "any certificate is taken: verify_mode is CERT_NONE"
            case ast.For() | ast.AsyncFor() | ast.While() | ast.With() | ast.AsyncWith():
                yield from _unverified(node.body)
            case ast.Try():
                for part in (node.body, *(each.body for each in node.handlers), node.orelse, node.finalbody):
                    yield from _unverified(part)
            case _:
                pass


def _names_of_digest(statement: ast.stmt) -> Iterator[str]:
    """A name that is given to the digest of something."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))) if _HEX.fullmatch(text):
            yield name
        case _:
            pass


def _known_digest(compare: ast.Compare, digests: Collection[str]) -> str | None:
    """digests: names of some."""
    if not isinstance(compare.ops[0], (ast.Eq, ast.In)):
        return None
    sides = [compare.left, *compare.comparators]
    is_digest = any(isinstance(each, ast.Call) and _last(each.func) == "hexdigest" for each in sides)
    is_known = any(
        (isinstance(node, ast.Constant) and isinstance(node.value, str) and _HEX.fullmatch(node.value) is not None)
        or _last(node) in digests
        for each in sides
        for node in ast.walk(each)
    )
    return "something holds for whoever knows what has one digest" if is_digest and is_known else None


# Functions ------------------------------------------------------------------------------------------------------------


def _of_functions(file: ChangedFile) -> Iterator[_Sight]:
    for function in file.functions:
        name, new = function.name, function.new if _is_wanted(function.lines) else None
        if new is None:
            continue
        old = function.old
        if old is None:
            yield from _certificates_passed_over(new, ())
        else:
            yield from _certificates_passed_over(new, _handlers(old))
            if _GUARDING.search(f"{file.path} {name}"):
                yield from _answers(name, old, new)
            if _CHECKS_HOSTS.search(name):
                yield from _looser(name, old, new)
            yield from (_Sight(*each) for each in lowered_in_function(name, old, new))


def _handlers(function: AnyFunction) -> list[ast.ExceptHandler]:
    return [node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler)]


def _certificates_passed_over(new: AnyFunction, before: Iterable[ast.ExceptHandler]) -> Iterator[_Sight]:
    """Handlers that connect once more where a certificate was not right."""
    known = {ast.dump(each) for each in before}
    for handler in _handlers(new):
        if handler.type is None or ast.dump(handler) in known or _raises(handler):
            continue
        named = {_last(node) for node in ast.walk(handler.type) if isinstance(node, (ast.Name, ast.Attribute))}
        calls = {_last(node.func) for node in ast.walk(handler) if isinstance(node, ast.Call)}
        if named & _CERTIFICATE_ERRORS and calls & _CONNECTING:
            yield _Sight(handler.lineno, "it connects all the same where a certificate is not right")


def _answers(name: str, old: AnyFunction, new: AnyFunction) -> Iterator[_Sight]:
    """Handlers that refused, and now give something or go on."""
    before = [each for each in _handlers(old) if _raises(each) or _gives_nothing(each)]
    refused = {ast.dump(each.type): each for each in before if each.type is not None}
    known = {ast.dump(each) for each in _handlers(old)}
    for handler in _handlers(new):
        if handler.type is None or ast.dump(handler) in known or _raises(handler):
            continue
        old_handler = refused.get(ast.dump(handler.type))
        if old_handler is None:
            continue
        last = handler.body[-1]
        gives = isinstance(last, ast.Return) and not _gives_nothing(handler)
        goes_on = isinstance(last, (ast.Pass, ast.Expr, ast.Assign)) and _raises(old_handler)
        if gives or goes_on:
            yield _Sight(handler.lineno, f"{name} lets pass what it refused where something goes wrong")


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def _gives_nothing(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Return) and (
        last.value is None or (isinstance(last.value, ast.Constant) and not last.value.value)
    )


def _looser(name: str, old: AnyFunction, new: AnyFunction) -> Iterator[_Sight]:
    """A host, or a whole text, had to be one of some; now a part of it is enough."""
    if not any(_is_exact(node) for node in ast.walk(old)):
        return
    known = {ast.dump(node) for node in ast.walk(old) if isinstance(node, (ast.Compare, ast.Call))}
    for node in ast.walk(new):
        if isinstance(node, (ast.Compare, ast.Call)) and _is_partial(node) and ast.dump(node) not in known:
            yield _Sight(node.lineno, f"{name} looks for a part where all had to be the same: {ast.unparse(node)[:80]}")
            return


def _is_exact(node: ast.AST) -> bool:
    match node:
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() | ast.Eq() | ast.NotEq()]):
            return not isinstance(left, ast.Constant) and _OF_HOSTS.search(ast.unparse(left)) is not None
        case _:
            return False


def _is_partial(node: ast.Compare | ast.Call) -> bool:
    match node:
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[ast.Tuple() | ast.List() | ast.Set()]):
            return False
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[where]):
            text = ast.unparse(where)
            return not isinstance(left, ast.Constant) and _PLACE.search(text) is not None
        case ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Constant(value=str(text))]) if "." not in text:
            return False  # a scheme, not a host
        case ast.Call(func=ast.Attribute(value=value, attr="startswith" | "find" | "count")):
            return _PLACE.search(ast.unparse(value)) is not None
        case _:
            return False


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


RULE = Rule(
    id="lowered-guard",
    severity=Severity.HIGH,
    title="a protection is switched off",
    means=(
        "Code that was there, or stands beside it, now reads external entities of XML, escapes no templates, unpacks "
        "archives wherever they say, lets everybody write, gives a shell a text that is put together, takes tokens "
        "that nobody signed, goes on where a certificate is not right or a check has failed, looks for a part of a "
        "host, lets in whoever knows what has a certain digest, or takes guessable numbers for secrets; or a setting "
        "that was safe is not: certificates, debugging, cookies, modes of files, the length of a token, the key of a "
        "cache, a query with values beside it, https."
    ),
    attack="A proxy that let everybody in as soon as the service that knew the keys did not answer in time.",
    judge="Who gives the text, the file or the host that is taken now, and was it refused before for a reason?",
    look=_look,
)
