"""What a call does, and what it gives."""

from __future__ import annotations

import ast
from typing import Any, Final

from pinkeeper.review.capabilities.python import catalogue, codecs_known, folding
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.containers import element_of, starred, subscripted
from pinkeeper.review.capabilities.python.effects import Use, connect, effect_of, effect_of_result, generic
from pinkeeper.review.capabilities.python.environment import COPY, is_environment, read_in_bulk, read_variable
from pinkeeper.review.capabilities.python.files import handle_method, note_secret_path
from pinkeeper.review.capabilities.python.functions import call_own, instantiate
from pinkeeper.review.capabilities.python.members import attribute, member_of_class
from pinkeeper.review.capabilities.python.reflection import (
    in_namespace,
    is_namespace,
    resolved_attribute,
    through_namespace,
)
from pinkeeper.review.capabilities.python.requests_sent import SENDING, note_request, sends
from pinkeeper.review.capabilities.python.runners import METHODS, RUNNERS, handed
from pinkeeper.review.capabilities.python.telling_methods import note_call, note_method
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    GATE,
    NOTHING,
    UNKNOWN,
    XORED,
    Value,
    constant,
    join,
    named,
    parameter_bit,
    with_marks,
)
from pinkeeper.review.capabilities.python.variables_set import note_variable, note_variables
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["evaluate_call", "invoke"]

_TEXT_LIMIT: Final = 4000
_LIST_LIMIT: Final = 4096
_CHOICES_MAPPED: Final = 16
_HOLE: Final = "…"
_QUIET: Final = frozenset(
    f"builtins.{name}"
    for name in [
        "len",
        "isinstance",
        "issubclass",
        "bool",
        "type",
        "hash",
        "id",
        "range",
        "callable",
        "hasattr",
        "print",
        "any",
        "all",
        "input",
        "breakpoint",
        "super",
        "property",
    ]
)
_GROWING: Final = word_set(
    "append add update extend insert appendleft setdefault put put_nowait write writelines writerow push feed"
)
_DECODING_METHODS: Final = word_set(
    "b64decode b32decode b85decode a85decode urlsafe_b64decode decompress decrypt fromhex unhexlify translate a2b_hex "
    "a2b_base64 decode_bytes"
)
_ODD_CODECS: Final = frozenset(
    {"rot13", "rot_13", "rot-13", "hex", "hex_codec", "base64", "base64_codec", "zlib", "zip", "bz2", "unicode_escape"}
)
_TURNING: Final = frozenset({"translate", "swapcase"})
_KEEPING: Final = word_set(
    "strip lstrip rstrip lower upper encode decode read_text expanduser resolve absolute as_posix __str__ casefold"
)
_TAKING_FILES: Final = word_set("write add upload upload_file fput_object put send_file load_dotenv read_file")
_FROM_NUMBERS: Final = frozenset({"builtins.chr", "builtins.bytes", "builtins.bytearray"})
_BULK_METHODS: Final = frozenset({"items", "values"})
_BULK_CALLEES: Final = word_set(
    "builtins.dict builtins.list builtins.str builtins.repr builtins.sorted builtins.tuple json.dumps "
    "copy.copy copy.deepcopy "
    "pprint.pformat urllib.parse.urlencode pickle.dumps"
)


def evaluate_call(a: Analysis, node: ast.Call) -> Value:  # noqa: C901, PLR0912 - one case a kind
    """A call in the tree: its parts are looked at, then what it does."""
    func = node.func
    base: Value | None = None
    name = ""
    if isinstance(func, ast.Attribute):
        base = a.evaluate(func.value)
        name = func.attr
        callee = attribute(a, base, name, func)
    else:
        callee = a.evaluate(func)
    arguments: list[Value] = []
    for argument in node.args:
        if argument.__class__ is ast.Starred:
            arguments.extend(_spread(a, argument))
        else:
            arguments.append(a.evaluate(argument))
    keywords: dict[str, Value] = {}
    for each in node.keywords:
        value = a.evaluate(each.value)
        if each.arg is None:
            if is_environment(a, value):
                value = read_in_bulk(a, node)
            for key, held in (value.items or {}).items():
                if isinstance(key, str):
                    keywords.setdefault(key, held)
            if isinstance(value.const, dict):
                for key, const in list(value.const.items())[:32]:
                    if isinstance(key, str):
                        keywords.setdefault(key, constant(const, value.marks))
            keywords["**"] = value
        else:
            keywords[each.arg] = value
    if "trust_remote_code" in keywords:
        note_call(a, node, name or next(iter(callee.refs), "…"), keywords)
    if base is None:
        return invoke(a, node, callee, arguments, keywords)
    if not callee.refs:
        arguments = [_in_bulk(a, node, each) for each in arguments]
    if base.refs:
        special = _method_of_named(a, node, base, name, arguments, keywords)
        if special is not None:
            return special
    elif base.const is not NOTHING or base.choices or base.text is not None:
        folded = _method_of_text(a, node, base, name, arguments, keywords)
        if folded is not None:
            return folded
    marks = note_method(a, node, name, arguments, keywords)
    if callee.refs:
        if name == "start":
            _started(a, node, base)
        found = invoke(a, node, callee, arguments, keywords, base=base)
    else:
        found = _unknown_method(a, node, base, name, arguments, keywords)
    return with_marks(found, marks) if marks else found


def _in_bulk(a: Analysis, node: ast.Call, value: Value) -> Value:
    """An argument of a method that is not known: the environment itself is read in bulk there."""
    return read_in_bulk(a, node) if value.refs and is_environment(a, value) else value


def _started(a: Analysis, node: ast.Call, base: Value) -> None:
    """A thread or a process of the file's own: what it runs is its method ``run``."""
    for ref in base.refs:
        found = a.class_of(ref)
        run = found.attributes.get("run") if found is not None else None
        if run is not None and run.refs:
            invoke(a, node, Value(refs=run.refs, bound=([named(ref)], {})), [], {})


def _spread(a: Analysis, node: Any) -> list[Value]:
    """What ``*x`` among the arguments of a call stands for."""
    held = a.evaluate(node.value)
    if isinstance(held.const, (list, tuple)) and len(held.const) <= _LIST_LIMIT:
        return [constant(each, held.marks) for each in held.const]
    return [starred(a, held, node)]


def invoke(
    a: Analysis,
    node: Any,
    callee: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
    *,
    base: Value | None = None,
) -> Value:
    """Call whatever a value may be."""
    if callee.bound is not None:
        arguments = [*callee.bound[0], *arguments]
        keywords = {**callee.bound[1], **keywords}
    if not callee.refs:
        return _unknown(a, callee, arguments, keywords)
    if len(callee.refs) == 1:
        return _call_ref(a, node, callee.refs[0], callee, arguments, keywords, base)
    result = UNKNOWN
    for at, ref in enumerate(callee.refs):
        found = _call_ref(a, node, ref, callee, arguments, keywords, base)
        result = found if at == 0 else join(result, found)
    return result


def _call_ref(  # noqa: C901, PLR0911, PLR0912, PLR0917 - one case a kind
    a: Analysis,
    node: Any,
    ref: str,
    callee: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
    base: Value | None,
) -> Value:
    if ref.startswith(":"):
        return _call_own_ref(a, node, ref, arguments, keywords)
    canonical, known = a.entry(ref)
    a.call(ref, node)
    if canonical in _BULK_CALLEES or (known is not None and canonical.partition(".")[0] != "os"):
        arguments = [
            _copied(a, node, each, canonical) if each.refs and is_environment(a, each) else each for each in arguments
        ]
        for name, each in keywords.items():
            if name not in {"env", "environ"} and each.refs and is_environment(a, each):
                keywords = {**keywords, name: _copied(a, node, each, canonical)}
    runner = RUNNERS.get(canonical)
    if runner is None and base is not None and known is None:
        runner = METHODS.get(canonical.rpartition(".")[2])
    given = handed(a, node, runner, arguments, keywords) if runner is not None else UNKNOWN
    use = Use(node=node, ref=ref, name=canonical, callee=callee, base=base, arguments=arguments, keywords=keywords)
    effect = effect_of_result(ref) if ref.endswith("()") else effect_of(canonical)
    if effect is not None:
        value = effect(a, use)
        if value is not None:
            return value
    elif known is not None:
        return generic(a, use, known)
    else:
        note_request(a, canonical, node, arguments, keywords)
    if canonical == "builtins.map" and given is not UNKNOWN:
        return Value(items={("?", 0): given}, marks=given.marks & (FLOWING | XORED))
    if canonical in codecs_known.FUNCTIONS:
        value = _computed(a, node, canonical, arguments, keywords)
        if value is not None:
            return value
    if canonical in _QUIET:
        return UNKNOWN
    marks = 0
    for each in arguments:
        marks |= each.marks
    for each in keywords.values():
        marks |= each.marks
    marks = (marks & FLOWING) | (callee.marks & ((FLOWING & ~FOLDED) | GATE))
    if canonical.startswith("builtins."):
        kept = arguments[0] if len(arguments) == 1 else UNKNOWN
        if canonical == "builtins.dict" and keywords:
            items = {**(kept.items or {}), **{name: each for name, each in keywords.items() if name != "**"}}
            return Value(items=items, marks=marks)
        if canonical in {
            "builtins.list",
            "builtins.tuple",
            "builtins.iter",
            "builtins.reversed",
            "builtins.dict",
            "builtins.set",
        }:
            return with_marks(kept, marks)
        if canonical == "builtins.next":
            return element_of(a, kept)
        if (
            canonical in {"builtins.str", "builtins.bytes", "builtins.bytearray"}
            and marks & XORED == 0
            and kept.text is not None
        ):
            return Value(text=kept.text, marks=marks)
        if canonical in {"builtins.bytes", "builtins.bytearray", "builtins.chr"} and any(
            each.marks & XORED for each in arguments
        ):
            marks |= BIT[Mark.DECODED]
        return Value(marks=marks) if marks else UNKNOWN
    if canonical == "types.SimpleNamespace" and keywords:
        return Value(refs=(f"{ref}()",), items=dict(keywords), marks=marks)
    if canonical.rpartition(".")[2] in _DECODING_METHODS:
        marks |= BIT[Mark.DECODED]
    owner = catalogue.entry(canonical.rpartition(".")[0]) if "()" in ref else None
    if owner is not None and owner[0] is Capability.NETWORK:
        marks |= BIT[Mark.FETCHED]
    result = a.result_named(f"{ref}()")
    return with_marks(result, marks) if marks else result


def _copied(a: Analysis, node: Any, value: Value, canonical: str) -> Value:
    del canonical
    return with_marks(Value(refs=(COPY,)), read_in_bulk(a, node).marks | (value.marks & FLOWING))


def _call_own_ref(a: Analysis, node: Any, ref: str, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    record = a.records.get(ref[1:])
    if record is not None:
        return call_own(a, record, node, arguments, keywords)
    if ref[1:] in a.classes:
        return instantiate(a, ref[1:], node, arguments, keywords)
    found = a.class_of(ref)
    if found is not None:
        value = member_of_class(a, found, "__call__")
        if value is not None:
            for each in value.refs:
                called = a.records.get(each[1:])
                if called is not None:
                    return call_own(a, called, node, [named(ref), *arguments], keywords)
    return UNKNOWN


def _computed(a: Analysis, node: Any, name: str, arguments: list[Value], keywords: dict[str, Value]) -> Value | None:  # noqa: C901 - one case a kind
    """What a function that only computes gives, as far as its arguments are known."""
    marks = BIT[Mark.DECODED] if name in codecs_known.DECODING else 0
    if name in {"codecs.encode", "codecs.decode"}:
        encoding = (arguments[1] if len(arguments) > 1 else keywords.get("encoding", UNKNOWN)).const
        marks = BIT[Mark.DECODED] if not isinstance(encoding, str) or encoding.lower() in _ODD_CODECS else 0
    for each in arguments:
        marks |= each.marks & FLOWING
        if each.marks & XORED and name in {"builtins.bytes", "builtins.bytearray", "builtins.chr"}:
            marks |= BIT[Mark.DECODED]
    if name in _FROM_NUMBERS and isinstance(node, ast.Call) and node.args and _is_computed(node.args[0]):
        marks |= BIT[Mark.DECODED]
    for each in keywords.values():
        marks |= each.marks & FLOWING
    if name in _QUIET:
        marks = 0
    consts = [each.const for each in arguments]
    if NOTHING not in [const if const is NOTHING else None for const in consts]:
        named_consts = {key: each.const for key, each in keywords.items()}
        if not any(const is NOTHING for const in named_consts.values()):
            const = codecs_known.apply(name, consts, named_consts)
            if const is not NOTHING and folding.is_foldable(const) and a.budget.pay(const):
                value = constant(const, marks | (FOLDED if marks or name.startswith(("builtins.", "os.path.")) else 0))
                _note(a, node, value)
                return value
    if len(arguments) == 1 and arguments[0].choices and len(arguments[0].choices) <= _CHOICES_MAPPED:
        found = [codecs_known.apply(name, [each], {}) for each in arguments[0].choices]
        kept = tuple(each for each in found if each is not NOTHING and folding.is_foldable(each))
        if kept:
            return Value(choices=kept, marks=marks)
    if (
        name
        in {
            "os.path.expanduser",
            "os.path.abspath",
            "os.path.realpath",
            "os.path.normpath",
            "os.fspath",
            "textwrap.dedent",
            "builtins.str",
            "shlex.quote",
        }
        and arguments
    ):
        first = arguments[0]
        return Value(text=first.text, marks=marks, choices=first.choices) if first.text is not None or marks else None
    return Value(marks=marks) if marks else None


def _is_computed(node: ast.expr) -> bool:
    """Whether numbers are made out of others, one by one, before they become characters or bytes."""
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return isinstance(node.elt, (ast.BinOp, ast.Subscript))
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "int"
    return isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add | ast.Mult)


def _note(a: Analysis, node: Any, value: Value) -> None:
    text = value.const
    if isinstance(text, bytes):
        text = text[:_TEXT_LIMIT].decode("latin-1")
    if isinstance(text, str) and len(text) > 4:  # noqa: PLR2004 - no shorter text matters
        a.text(text, node)


def _method_of_text(  # noqa: C901, PLR0912, PLR0917 - one case a kind
    a: Analysis, node: ast.Call, base: Value, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value | None:
    """What a method of a text or another constant gives; None where nothing is known of it."""
    marks = base.marks & FLOWING
    for each in (*arguments, *keywords.values()):
        marks |= each.marks & FLOWING
    if (
        name == "decode"
        and arguments
        and isinstance(arguments[0].const, str)
        and arguments[0].const.lower() in _ODD_CODECS
    ):
        marks |= BIT[Mark.DECODED]
    if base.const is not NOTHING:
        consts = [each.const for each in arguments]
        by_name = {key: each.const for key, each in keywords.items()}
        if not any(const is NOTHING for const in (*consts, *by_name.values())):
            const = folding.method(base.const, name, consts, by_name)
            if const is not NOTHING and folding.is_foldable(const) and a.budget.pay(const):
                if name in _TURNING and isinstance(const, str) and const != base.const:
                    marks |= BIT[Mark.DECODED]
                value = constant(const, marks | FOLDED)
                _note(a, node, value)
                return value
        elif name == "join" and isinstance(base.const, str) and arguments:
            if arguments[0].items is not None:
                parts = [_HOLE if each.shown is None else each.shown for each in arguments[0].items.values()]
                return Value(text=base.const.join(parts)[:_TEXT_LIMIT], marks=marks | FOLDED)
            return Value(marks=marks | FOLDED) if marks else UNKNOWN
        elif name == "format" and isinstance(base.const, str):
            return Value(text=_formatted(base.const, arguments, keywords), marks=marks | FOLDED)
        if isinstance(base.const, dict) and name in {"get", "pop", "values"}:
            found = element_of(a, base)
            if name == "values":
                return Value(items={("?", 0): found}, marks=marks, choices=found.choices)
            return join(found, arguments[1]) if len(arguments) > 1 else found
        if name in _GROWING and isinstance(node.func, ast.Attribute):
            _grow(a, node.func.value, base, name, arguments)
            return UNKNOWN
    elif base.text is not None and name in _KEEPING:
        return Value(text=base.text, marks=marks)
    elif base.choices and not arguments and len(base.choices) <= _CHOICES_MAPPED:
        found_all = [folding.method(each, name, [], {}) for each in base.choices]
        kept = tuple(each for each in found_all if each is not NOTHING and folding.is_foldable(each))
        if kept:
            return Value(choices=kept, marks=marks)
    return None


def _formatted(template: str, arguments: list[Value], keywords: dict[str, Value]) -> str:
    """A ``str.format`` template with what is known put in."""
    result = template[:_TEXT_LIMIT]
    for at, value in enumerate(arguments[:8]):
        shown = value.shown or _HOLE
        result = result.replace(f"{{{at}}}", shown).replace("{}", shown, 1)
    for key, value in list(keywords.items())[:8]:
        result = result.replace(f"{{{key}}}", value.shown or _HOLE)
    return result[:_TEXT_LIMIT]


def _grow(a: Analysis, node: ast.expr, base: Value, name: str, arguments: list[Value]) -> None:  # noqa: C901 - one case a kind
    """Something is added to a container that a name stands for."""
    if not isinstance(node, ast.Name) or not arguments:
        if arguments:
            a.mark_name(node, arguments[0].marks)
        return
    added = arguments[-1] if name in {"insert", "setdefault"} else arguments[0]
    if (
        name == "append"
        and not a.loop
        and not a.branch
        and isinstance(base.const, list)
        and added.const is not NOTHING
        and len(base.const) < _LIST_LIMIT
        and not isinstance(added.const, (list, tuple, dict))
    ):
        a.scope.names[node.id] = constant([*base.const, added.const], base.marks | (added.marks & FLOWING))
        return
    items: dict[Any, Value] = dict(base.items or {})
    if isinstance(base.const, (list, tuple)) and len(base.const) <= 64:  # noqa: PLR2004 - as containers are kept
        items = {at: constant(each) for at, each in enumerate(base.const)}
    elif isinstance(base.const, dict) and len(base.const) <= 64:  # noqa: PLR2004
        items = {key: constant(each) for key, each in base.const.items()}
    if name in {"update", "extend"}:
        more = added.items or {}
        if name == "update":
            items.update(more)
        else:
            items.update({len(items) + at: each for at, each in enumerate(more.values())})
    elif len(items) < 64 and added is not UNKNOWN:  # noqa: PLR2004
        items[len(items)] = added
    marks = base.marks | (added.marks & (FLOWING | XORED))
    if isinstance(base.const, bytearray) and added.marks & XORED:
        marks |= BIT[Mark.DECODED]
    if node.id in a.scope.names:
        a.scope.names[node.id] = Value(items=items or None, marks=marks, refs=base.refs) if items or marks else UNKNOWN
    else:
        a.mark_name(node, added.marks)


def _method_of_environment(
    a: Analysis, node: ast.Call, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value:
    """A method of ``os.environ``."""
    if name == "setdefault" and len(arguments) > 1:
        note_variable(a, arguments[0], arguments[1], node)
    if name in {"get", "pop", "setdefault", "__getitem__"} and arguments:
        return read_variable(a, arguments[0], node, f"os.environ.{name}", arguments[1] if len(arguments) > 1 else None)
    if name == "update":
        note_variables(a, arguments[0] if arguments else Value(items=dict(keywords)), node)
    if name == "copy":
        return Value(refs=(COPY,), marks=read_in_bulk(a, node, "os.environ.copy").marks)
    if name in _BULK_METHODS:
        return read_in_bulk(a, node, f"os.environ.{name}")
    return UNKNOWN


def _method_of_named(  # noqa: PLR0917 - one case a kind
    a: Analysis, node: ast.Call, base: Value, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value | None:
    """What a method gives of something whose methods mean more than their name; None for all others."""
    if is_environment(a, base):
        return _method_of_environment(a, node, name, arguments, keywords)
    ref = base.refs[0]
    if ref == COPY and name in {"get", "pop", "setdefault", "update", "keys"}:
        return UNKNOWN
    if is_namespace(ref):
        if name in {"get", "pop", "setdefault", "__getitem__"} and arguments:
            return in_namespace(a, ref, arguments[0], node)
        if name in _BULK_METHODS:
            return through_namespace(a, ref, node)
    if name in {"__getattribute__", "__getattr__"} and arguments:
        if ref in {"builtins.object", "builtins.type"} and len(arguments) > 1:
            return resolved_attribute(a, arguments[0], arguments[1], node, callee=name)
        return resolved_attribute(a, base, arguments[0], node, callee=name)
    if name == "__call__":
        return invoke(a, node, base, arguments, keywords)
    return handle_method(a, node, base, name, arguments, keywords)


def _unknown_method(  # noqa: C901, PLR0912, PLR0917 - one case a kind
    a: Analysis, node: ast.Call, base: Value, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value:
    """A method of something unknown: what is made of marked things is marked, and so is what they are added to."""
    if name == "__call__" and base.refs:
        return invoke(a, node, base, arguments, keywords)
    if name == "replace" and "co_code" in keywords:
        a.fact(
            Capability.DYNAMIC_CODE, "types.CodeType.replace", node, (), keywords["co_code"].marks & FLOWING & ~FOLDED
        )
    if base.parameter >= 0:
        a.record.wants_names |= parameter_bit(base.parameter)
    if name in _TAKING_FILES:
        for each in (*arguments[:2], *keywords.values()):
            note_secret_path(a, node, name, each)
    if name in METHODS:
        handed(a, node, METHODS[name], arguments, keywords)
    marks = base.marks
    for each in arguments:
        marks |= each.marks & ~FOLDED
    for each in keywords.values():
        marks |= each.marks & ~FOLDED
    if name in SENDING and sends(arguments, keywords):
        # Whatever it is called on: nothing but a client of the network takes that.
        callee = Value(marks=base.marks & GATE)
        use = Use(
            node=node,
            ref=f"….{name}",
            name=f"….{name}",
            callee=callee,
            base=base,
            arguments=arguments,
            keywords=keywords,
        )
        return with_marks(connect(a, use), BIT[Mark.FETCHED])
    if name in _DECODING_METHODS or (
        name == "decode"
        and arguments
        and isinstance(arguments[0].const, str)
        and arguments[0].const.lower() in _ODD_CODECS
    ):
        marks |= BIT[Mark.DECODED]
    special = handle_method(a, node, base, name, arguments, keywords)
    if special is not None:
        return special
    if base.items is not None and name in {"get", "pop", "__getitem__", "values", "popleft"}:
        if name in {"get", "__getitem__", "pop"} and arguments:
            return subscripted(a, base, arguments[0], node)
        return element_of(a, base) if name != "values" else _values(base)
    if base.items is not None and name == "items" and not arguments:
        pairs = {at: Value(items={0: constant(key), 1: each}) for at, (key, each) in enumerate(base.items.items())}
        return Value(items=pairs, marks=base.marks)
    if name in _GROWING and isinstance(node.func, ast.Attribute) and (arguments or keywords):
        if arguments:
            _grow(a, node.func.value, base, name, arguments)
        elif name == "update":
            _grow(a, node.func.value, base, name, [Value(items=dict(keywords), marks=marks & FLOWING)])
        else:
            a.mark_name(node.func.value, marks)
        return UNKNOWN
    marks = (marks & FLOWING) | (base.marks & GATE)
    return Value(marks=marks) if marks else UNKNOWN


def _values(base: Value) -> Value:
    return Value(items=dict(enumerate((base.items or {}).values())), marks=base.marks)


def _unknown(a: Analysis, callee: Value, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    if callee.parameter >= 0:
        a.record.wants |= parameter_bit(callee.parameter)
    marks = callee.marks
    for each in arguments:
        marks |= each.marks & ~FOLDED
    for each in keywords.values():
        marks |= each.marks & ~FOLDED
    marks &= FLOWING
    return Value(marks=marks) if marks else UNKNOWN
