"""Settings of a function that were safe: the same call, key or default says something weaker now."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changed_functions import AnyFunction

__all__ = ["Lowered", "is_lowered", "lowered_in_function", "lowered_statements"]

_PROTECTS = lazy_pattern(
    r"verify|verify_\w+|ssl_verify|tls_verify|check_hostname|secure|httponly|http_only|sandbox(?:ed)?|safe_mode|safe_load|"
    r"weights_only|csrf\w*|require_\w*(?:auth|token|hash|sign)\w*|auth_required|auth_enabled|enforce_\w+|redact\w*|mask\w*|"
    r"block_\w*(?:private|internal|local)\w*|\w*cookie_(?:secure|httponly)",
    re.IGNORECASE,
)
_OPENS = lazy_pattern(
    r"debug|insecure\w*|skip_\w*(?:verif|auth|check|valid|sign)\w*|no_verify|trust_remote_code|trust_all\w*|allow_pickle|"
    r"disable_\w*(?:verif|auth|check|ssl|tls|security|sandbox|guard)\w*|allow_(?:dangerous|unsafe|anonymous|insecure)\w*|"
    r"unsafe\w*|allow_credentials|allow_private\w*|follow_redirects|allow_redirects|trust_env",
    re.IGNORECASE,
)
# Not the place of a bundle of certificates.
_SWITCH = lazy_pattern(r"(?:environ|getenv)\b(?!.*(?:BUNDLE|CERT|CA_?FILE|CA_?PATH))")
_CLAIMS = frozenset({"verify_exp", "verify_aud", "verify_iss", "verify_nbf", "verify_iat"})
_OTHERS_BITS, _STARTED, _WRITTEN = 0o077, 0o100, 0o022
_FEWEST_BYTES = 16  # of a token that cannot be guessed
_SHORTEST = {"hexdigest": 16, "digest": 8, "token_hex": 16, "token_urlsafe": 16}
_TOKENS = frozenset({"token_bytes", "token_hex", "token_urlsafe", "urandom"})
_STRONG = frozenset({"secrets", "urandom", "SystemRandom"})
_WEAK_ANYWHERE = frozenset({"md5", "uuid1", "randint", "choice", "choices", "random", "getrandbits"})
_WEAK = frozenset({*_WEAK_ANYWHERE, "time", "time_ns", "getpid", "monotonic", "perf_counter"})
_MAKES_SECRETS = lazy_pattern(r"token|secret|key|nonce|salt|passw|session|state|csrf|code|id$", re.IGNORECASE)
_WEAKER_FOR = (
    (
        frozenset({"sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s", "scrypt"}),
        frozenset({"md5", "sha1", "crc32", "adler32"}),
    ),
    (frozenset({"TLSv1_2", "TLSv1_3"}), frozenset({"TLSv1", "TLSv1_1", "SSLv3", "MINIMUM_SUPPORTED"})),
    (frozenset({"fullmatch"}), frozenset({"match", "search"})),
)
_ROUNDS = lazy_pattern(r"rounds|iterations|work_factor", re.IGNORECASE)
_ALLOWS = lazy_pattern(r"allow|safe|permitted|trusted", re.IGNORECASE)
_ANYTHING = frozenset(
    {"bash", "sh", "zsh", "curl", "wget", "nc", "python", "python3", "perl", "sudo", "ssh", "eval", "*"}
)
_STARTS = frozenset({"run", "Popen", "call", "check_call", "check_output"})
_SQL = lazy_pattern(r"\b(?:select|insert|update|delete|where|from|values)\b", re.IGNORECASE)
_SECRET = lazy_pattern(r"\w*(?:SECRET|PASSWORD|API_?KEY|MASTER_?KEY|TOKEN|SALT)\w*", re.IGNORECASE)
_NO_SECRET = lazy_pattern(
    r"[\s\S]{0,11}|.*(?:your|example|dummy|none|null|placeholder|change|test|insert|xxx|\.\.\.|fake|not[ _-]).*",
    re.IGNORECASE,
)
_KEY_OF_CACHE = lazy_pattern(r"key|cache|fingerprint", re.IGNORECASE)
_WHOSE = lazy_pattern(
    r"(?:user|tenant|org|organi[sz]ation|team|owner|account|customer|session|api_key|caller)(?:_?id)?", re.IGNORECASE
)
_HTTPS = "https://"
_OF_THIS_MACHINE = lazy_pattern(
    r"http://(?:localhost|127\.|0\.0\.0\.0|\[::1\]|www\.w3\.org|json-schema\.org|schemas?\.)"
)


def is_lowered(name: str, *, value: bool) -> bool:
    """Whether a switch of a name, put to a value, protects less than the other way round."""
    return bool((_OPENS if value else _PROTECTS).fullmatch(name))


class Lowered(NamedTuple):
    """What is weaker, and where. line: of the new source."""

    line: int
    what: str


class _Setting(NamedTuple):
    of: str
    name: str


def lowered_statements(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> Iterator[Lowered]:
    """What is weaker in statements that changed, wherever they stand."""
    yield from _switched(_settings(before), _settings(after))
    yield from _downgraded(before, after)
    yield from _known_secrets(before, after)
    yield from _cheaper(before, after)
    yield from _more_allowed(before, after)
    if not any(True for statement in before for _ in _open_to_all(statement)):
        yield from (found for statement in after for found in _open_to_all(statement))


def lowered_in_function(name: str, old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    """What is weaker in one function."""
    yield from _modes(old, new)
    yield from _tokens(name, old, new)
    yield from _cut(old, new)
    yield from _composed_queries(old, new)
    yield from _weaker_words(name, old, new)
    yield from _without_filter(old, new)
    yield from _by_shell(old, new)
    if _KEY_OF_CACHE.search(name.rpartition(".")[2]):
        gone = sorted(word for word in _words(old) - _words(new) if _WHOSE.fullmatch(word))
        if gone and any(isinstance(each, ast.Return) for each in ast.walk(new)):
            yield Lowered(new.lineno, f"{name} is the same for every {gone[0]} now: what one is given, another may be")


# Switches -------------------------------------------------------------------------------------------------------------


def _settings(statements: Iterable[ast.stmt]) -> dict[_Setting, list[ast.expr]]:
    """Values by where they are set."""
    found: dict[_Setting, list[ast.expr]] = {}
    for statement in statements:
        for node in ast.walk(statement):
            for setting, value in _set_in(node):
                if value is not None and (_PROTECTS.fullmatch(setting.name) or _OPENS.fullmatch(setting.name)):
                    found.setdefault(setting, []).append(value)
    return found


def _set_in(node: ast.AST) -> Iterator[tuple[_Setting, ast.expr | None]]:
    """Keywords of calls, keys of tables, defaults of parameters, names."""
    match node:
        case ast.Call(func=func, keywords=keywords):
            for keyword in keywords:
                yield _Setting(_last(func), keyword.arg or ""), keyword.value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield _Setting("{}", key.value), value
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _defaults(node)
        case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
            yield _Setting("=", name), value
        case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), value=value):
            yield _Setting("=", name), value
        case _:
            pass


def _defaults(function: AnyFunction) -> Iterator[tuple[_Setting, ast.expr | None]]:
    args = function.args
    positional = reversed([*args.posonlyargs, *args.args])
    for argument, default in zip(positional, reversed(args.defaults), strict=False):
        yield _Setting(function.name, argument.arg), default
    for argument, kw_default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield _Setting(function.name, argument.arg), kw_default


def _switched(before: Mapping[_Setting, list[ast.expr]], after: Mapping[_Setting, list[ast.expr]]) -> Iterator[Lowered]:
    for setting, values in after.items():
        had = [each.value for each in before.get(setting, ()) if isinstance(each, ast.Constant)]
        protects = _PROTECTS.fullmatch(setting.name) is not None
        for value in values:
            if isinstance(value, ast.Constant) and value.value is not protects and isinstance(value.value, bool):
                is_turned = had and all(each is protects for each in had)
                if is_turned or (not had and setting.name in _CLAIMS):
                    yield Lowered(value.lineno, f"{setting.name} is {value.value} now: {_where(setting)}")
            elif had == [protects] and protects and _SWITCH.search(ast.unparse(value)) is not None:
                yield Lowered(
                    value.lineno, f"{setting.name} is what a variable of the environment says: {_where(setting)}"
                )


def _where(setting: _Setting) -> str:
    return {"{}": "in a table", "=": "as a name"}.get(setting.of, f"of {setting.of}")


def _downgraded(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> Iterator[Lowered]:
    had, has = dict(_texts(before)), dict(_texts(after))
    for text, line in has.items():
        safe = _HTTPS + text.removeprefix("http://")
        if text.startswith("http://") and not _OF_THIS_MACHINE.match(text) and safe in had and safe not in has:
            yield Lowered(line, f"what went by https goes unencrypted now: {text[:80]}")


def _open_to_all(statement: ast.stmt) -> Iterator[Lowered]:
    """Pages of everybody may ask with the cookies of whoever looks at them (CORS)."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            everybody = "*" in given.get("allow_origins", "") or ".*" in given.get("allow_origin_regex", "")
            if everybody and given.get("allow_credentials") == "True":
                yield Lowered(node.lineno, "pages of any origin may ask, with the credentials of whoever looks at them")


def _texts(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, int]]:
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("http"):
                yield node.value, node.lineno


# Functions ------------------------------------------------------------------------------------------------------------


def _modes(old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    before = [mode for mode, _ in _modes_in(old)]
    if before and all(not mode & _OTHERS_BITS for mode in before):
        for mode, line in _modes_in(new):
            is_program = mode & _STARTED and not mode & _WRITTEN
            if mode & _OTHERS_BITS and not is_program:
                yield Lowered(line, f"others may read there, or more: {mode:#o}, it was {before[0]:#o}")


def _modes_in(function: AnyFunction) -> Iterator[tuple[int, int]]:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        named = [each.value for each in node.keywords if each.arg == "mode"]
        for value in (
            *named,
            *(node.args if _last(node.func) in {"chmod", "fchmod", "makedirs", "mkdir", "open"} else ()),
        ):
            if isinstance(value, ast.Constant) and type(value.value) is int and value.value & 0o600:
                yield value.value, node.lineno


def _tokens(name: str, old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    """Secrets that are shorter, or made of what can be guessed."""
    before = [size for _, size in _sizes(old)]
    for line, size in _sizes(new):
        if before and size is not None and size < _FEWEST_BYTES and all(had is None or had > size for had in before):
            yield Lowered(line, f"{name} makes secrets of {size} bytes, which can be tried out")
    had, has = _words(old), _words(new)
    weak = (has - had) & (_WEAK if _MAKES_SECRETS.search(name.rpartition(".")[2]) else _WEAK_ANYWHERE)
    if had & _STRONG and not has & _STRONG and "uuid4" not in has and weak:
        yield Lowered(new.lineno, f"{name} makes of {', '.join(sorted(weak))} what it took from secrets")


def _sizes(function: AnyFunction) -> Iterator[tuple[int, int | None]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _last(node.func) in _TOKENS:
            size = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            yield node.lineno, size if isinstance(size, int) else None


def _cut(old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    """Digests and tokens of which a few characters are left."""
    had = {_last(node.func) for node in ast.walk(old) if isinstance(node, ast.Call)}
    known = {ast.dump(node) for node in ast.walk(old) if isinstance(node, ast.Subscript)}
    for node in ast.walk(new):
        match node:
            case ast.Subscript(
                value=ast.Call(func=func), slice=ast.Slice(lower=None, upper=ast.Constant(value=int(size)))
            ) if _last(func) in had and size < _SHORTEST.get(_last(func), 0) and ast.dump(node) not in known:
                yield Lowered(node.lineno, f"{size} characters are left of what was {_last(func)}()")
            case _:
                pass


def _composed_queries(old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    """Statements of SQL into which a text is put, where it was handed over beside them."""
    bound = [call for call in _executes(old) if len(call.args) > 1 and isinstance(call.args[0], ast.Constant)]
    composed = {ast.dump(call.args[0]) for call in _executes(old)}
    for call in _executes(new) if bound else ():
        query = call.args[0]
        is_made = (
            isinstance(query, ast.JoinedStr) and any(isinstance(each, ast.FormattedValue) for each in query.values)
        ) or (isinstance(query, ast.BinOp) and isinstance(query.op, (ast.Add, ast.Mod)))
        is_made = is_made or (isinstance(query, ast.Call) and _last(query.func) == "format")
        if is_made and ast.dump(query) not in composed and _SQL.search(ast.unparse(query)):
            yield Lowered(
                call.lineno, f"a text is put into a query, where it stood beside it: {ast.unparse(query)[:80]}"
            )


def _executes(function: AnyFunction) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and _last(node.func) in {"execute", "executemany", "fetch", "fetchrow"}
            and node.args
        ):
            yield node


def _weaker_words(name: str, old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    """Weaker digests and protocols, whole matches that are beginnings now, salts that are always the same."""
    had, has = _words(old) | _texts_in(old), _words(new) | _texts_in(new)
    for strong, weak in _WEAKER_FOR:
        if had & strong and not has & strong and (now := sorted(has & weak - had)):
            yield Lowered(new.lineno, f"{name} has {now[0]} where it had {min(had & strong)}")
    is_secret = _MAKES_SECRETS.search(name.rpartition(".")[2]) is not None or "salt" in has
    if is_secret and had & _STRONG and not has & (_STRONG | {"uuid4"}) and _fixed_bytes(new) - _fixed_bytes(old):
        yield Lowered(new.lineno, f"{name} takes the same each time, where it took something random")


def _texts_in(function: AnyFunction) -> set[str]:
    return {node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _fixed_bytes(function: AnyFunction) -> set[bytes]:
    found = (node.value for node in ast.walk(function) if isinstance(node, ast.Constant))
    return {value for value in found if isinstance(value, bytes) and len(value) >= _SHORTEST["digest"]}


def _without_filter(old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    """Archives that were unpacked by what is safe, and are by what is the default."""
    before = [node for node in ast.walk(old) if _unpacks(node) and _keyword(node, "filter") in {"'data'", "'tar'"}]
    for node in ast.walk(new) if before else ():
        if _unpacks(node) and _keyword(node, "filter") is None:
            yield Lowered(new.lineno, "members of an archive are not filtered any more")
            return


def _unpacks(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _last(node.func) in {"extract", "extractall", "unpack_archive"}


def _keyword(node: ast.AST, name: str) -> str | None:
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return next((ast.unparse(each.value) for each in keywords if each.arg == name), None)


def _by_shell(old: AnyFunction, new: AnyFunction) -> Iterator[Lowered]:
    """A shell reads what was handed to a program as it is."""
    before = [node for node in ast.walk(old) if isinstance(node, ast.Call) and _last(node.func) in _STARTS]
    if not before or any(_keyword(node, "shell") not in {None, "False"} for node in before):
        return
    for node in ast.walk(new):
        if not isinstance(node, ast.Call) or _last(node.func) not in _STARTS or _keyword(node, "shell") != "True":
            continue
        if not all(isinstance(each, ast.Constant) for each in node.args):
            yield Lowered(node.lineno, f"a shell reads what no shell read: {ast.unparse(node)[:80]}")


def _known_secrets(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> Iterator[Lowered]:
    """Secrets that the code gives where nobody has set one."""
    known = {ast.dump(node) for statement in before for node in ast.walk(statement) if isinstance(node, ast.Call)}
    asked_before = " ".join(map(ast.unparse, before))
    for node in (node for statement in after for node in ast.walk(statement)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="get" | "getenv" | "setdefault"), args=[asked, ast.Constant(value=str(text))]
            ):
                is_secret = _SECRET.search(ast.unparse(asked)) is not None and not _NO_SECRET.fullmatch(text)
                is_variable = _last(node.func) == "getenv" or "environ" in ast.unparse(node.func)
                is_asked = ast.unparse(asked) in asked_before and ast.dump(node) not in known
                if is_secret and is_variable and is_asked and not {" ", "/"} & set(text):
                    shown = ast.unparse(asked)[:60]
                    yield Lowered(node.lineno, f"a secret in the code is taken where none is set: {shown}")
            case _:
                pass


def _cheaper(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> Iterator[Lowered]:
    """Fewer rounds of what makes guessing slow."""
    had = dict(_rounds(before))
    for name, (rounds, line) in _rounds(after):
        if name in had and rounds * 2 < had[name][0]:
            yield Lowered(line, f"{name} is {rounds}, it was {had[name][0]}: passwords are tried out faster")


def _rounds(statements: Sequence[ast.stmt]) -> Iterator[tuple[str, tuple[int, int]]]:
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int(rounds))) if _ROUNDS.search(name):
                yield name, (rounds, statement.lineno)
            case _:
                pass


def _more_allowed(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> Iterator[Lowered]:
    """Lists of what may be run that have programs now by which anything can be."""
    had = dict(_allowed(before))
    for name, (texts, line) in _allowed(after):
        if name in had and (more := sorted((texts - had[name][0]) & _ANYTHING)):
            yield Lowered(line, f"{name} has {', '.join(more)} now, by which anything can be run")


def _allowed(statements: Sequence[ast.stmt]) -> Iterator[tuple[str, tuple[set[str], int]]]:
    for statement in statements:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if _ALLOWS.search(_last(target)):
            nodes = (node.value for node in ast.walk(statement.value) if isinstance(node, ast.Constant))
            yield _last(target), ({text for text in nodes if isinstance(text, str)}, statement.lineno)


def _words(function: AnyFunction) -> set[str]:
    return {_last(node) for node in ast.walk(function) if isinstance(node, (ast.Name, ast.Attribute))}


def _last(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
