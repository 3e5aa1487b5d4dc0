"""The state of one file's analysis: what its scopes, functions and classes are known to hold, and what was found."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python import catalogue, texts
from pinkeeper.review.capabilities.python.concrete import Budget, Interpreter, NotConstantError
from pinkeeper.review.capabilities.python.records import ClassRecord, Record, Scope
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    NOTHING,
    PARAMETERS,
    UNKNOWN,
    Value,
    join,
    named,
    with_marks,
    without_marks,
)
from pinkeeper.review.capabilities.summary import MAIN, MODULE, Capability, Import, LiteralKind, Mark

__all__ = ["Analysis", "as_target", "cut"]

_DEPTH_LIMIT: Final = 90
_CALL_DEPTH_LIMIT: Final = 5
_ROUNDS: Final = 4
_LITERAL_LIMIT: Final = 600
_FACT_LIMIT: Final = 4000
_REF_LENGTH: Final = 160
_ARGUMENT_LENGTH: Final = 200
_NUMBER: Final = lazy_pattern(r"#\d+")
_SURROGATES: Final = dict.fromkeys(range(55296, 57344), "�")


_BUILTIN_VALUES: Final = {name: named(f"builtins.{name}") for name in catalogue.BUILTINS} | {
    "__builtins__": named("builtins"),
    "__builtin__": named("builtins"),
    "__loader__": named("builtins.__loader__"),
}

Evaluator = Callable[["Analysis", Any], Value]
Executor = Callable[["Analysis", Any], None]


class Analysis:
    """One file. The tables say how each kind of node is looked at; they are made where that is written."""

    def __init__(self, evaluators: dict[type[ast.AST], Evaluator], executors: dict[type[ast.AST], Executor]) -> None:
        self._evaluators = evaluators
        self._executors = executors
        self.module = Record(MODULE, MODULE, None, None, None)
        self.top = Scope(self.module, None, "")
        self.record = self.module
        self.scope = self.top
        self.context = 0
        self.branch = 0
        self.loop = 0
        self.line = 0  # of the text that inner code stands in; 0 for code of the file itself
        self.inner_depth = 0
        self.inner_size = 0
        self.depth = 0
        self.call_depth = 0
        self.budget = Budget()
        self.records: dict[str, Record] = {MODULE: self.module}
        self.classes: dict[str, ClassRecord] = {}
        self.imports: dict[Import, None] = {}
        self.star_modules: list[str] = []
        self.literals: dict[tuple[LiteralKind, str], tuple[int, str, bool]] = {}
        self.written: dict[str, int] = {}
        self.documentation: str | None = None
        self._missed: dict[str, list[Record]] = {}
        self._later: list[tuple[Any, Scope, Record, int]] = []
        self._new: list[Record] = []
        self._again: dict[Record, None] = {}
        self._entries: dict[str, tuple[str, catalogue.Entry | None]] = {}
        self._members: dict[str, Value] = {}
        self._by_node: dict[int, Record] = {}
        self.classes_by_node: dict[int, tuple[ast.ClassDef, ClassRecord]] = {}
        self._fact_count = 0
        self.main_lines = (0, 0)

    # Walking --------------------------------------------------------------------------------------------------------

    def evaluate(self, node: ast.expr) -> Value:
        """What an expression may be; what it does is noted."""
        function = self._evaluators.get(node.__class__)
        if function is None:
            return UNKNOWN
        if self.depth > _DEPTH_LIMIT:
            self._later.append((node, self.scope, self.record, self.context))
            return UNKNOWN
        self.depth += 1
        value = function(self, node)
        self.depth -= 1
        return value

    def execute(self, body: list[ast.stmt]) -> None:
        """Look at statements, in order."""
        if self.depth > _DEPTH_LIMIT:
            self._later.append((body, self.scope, self.record, self.context))
            return
        self.depth += 1
        outside = self.context
        executors = self._executors
        for node in body:
            function = executors.get(node.__class__)
            if function is not None:
                function(self, node)
        self.context = outside
        self.depth -= 1

    def branching(self, body: list[ast.stmt]) -> None:
        """Look at statements that may or may not run."""
        if body:
            self.branch += 1
            self.execute(body)
            self.branch -= 1

    def finish(self) -> None:
        """Look at what was put off: functions that nothing called, what is too deep, and what more is known of now."""
        self._drain()
        for _ in range(_ROUNDS):
            self._spread_wants()
            again = [
                record
                for record in self.records.values()
                if record in self._again or (record.arguments and not record.seen and _is_wanted(record))
            ]
            self._again.clear()
            if not again:
                break
            for record in again:
                if record.rounds <= _ROUNDS and record.node is not None:
                    self.run(record)
            self._drain()

    def _drain(self) -> None:
        while self._new or self._later:
            if self._new:
                record = self._new.pop(0) if len(self._new) < 64 else self._new.pop()  # noqa: PLR2004 - order matters little in long lists
                if record.due:
                    self.run(record)
                continue
            node, scope, record, context = self._later.pop()
            before = self.scope, self.record, self.context, self.depth
            self.scope, self.record, self.context, self.depth = scope, record, context, 0
            self.branch += 1
            if isinstance(node, list):
                self.execute(node)
            else:
                self.evaluate(node)
            self.branch -= 1
            self.scope, self.record, self.context, self.depth = before

    def _spread_wants(self) -> None:
        """What matters to a function matters to those that hand their own parameters on to it."""
        for _ in range(6):
            changed = False
            for record in self.records.values():
                for bits, callee, index_bit in record.passes:
                    if callee.wants & index_bit and record.wants | bits != record.wants:
                        record.wants |= bits
                        changed = True
            if not changed:
                break

    # Functions ------------------------------------------------------------------------------------------------------

    def make_main(self, body: list[ast.stmt]) -> Record:
        """The record of what runs in a program only; its names are the module's."""
        record = Record(MAIN, MAIN, None, None, None)
        self.records[MAIN] = record
        self.main_lines = (body[0].lineno, body[-1].end_lineno or body[-1].lineno)
        return record

    def known_record(self, node: Any, scope: Scope | None) -> Record | None:
        """The record of a function that was defined before, in an earlier look at its surroundings; due once more."""
        record = self._by_node.get(id(node))
        if record is None or record.node is not node:
            return None
        record.scope = scope
        if not record.due and not record.running and record.rounds < _ROUNDS:
            record.due = True
            self._new.append(record)
        return record

    def add_record(self, record: Record) -> None:
        """A function that is looked at later."""
        self.records[record.key] = record
        self._by_node[id(record.node)] = record
        self._new.append(record)

    def free_key(self, name: str, taken: dict[str, Any]) -> str:
        """A key for what has a name that may be there already."""
        key = name
        count = 2
        while key in taken:
            key = f"{name}#{count}"
            count = count * 2 if count > 64 else count + 1  # noqa: PLR2004 - a name taken that often is an attack on us
        return key

    def run(self, record: Record) -> None:
        """Look at the body of a function, with what is known of its arguments by now."""
        if record.running or record.node is None:
            return
        from pinkeeper.review.capabilities.python.functions import enter  # noqa: PLC0415 - they need each other

        before = (self.scope, self.record, self.context, self.branch, self.loop)
        assert record.scope is not None
        self._fact_count -= len(record.facts)
        record.facts = {}
        record.running = True
        record.seen = record.rounds > 0
        record.rounds += 1
        record.due = False
        self.scope = Scope(record, record.scope, f"{record.name}.<locals>.")
        self.record, self.branch, self.loop, self.context = record, 0, 0, record.context
        enter(self, record)
        if record.returns is not None:
            marks = record.returns.marks & ~PARAMETERS
            if record.rounds == 1 or not record.arguments:
                record.own_marks = marks
            elif marks & ~record.own_marks:
                # What arguments of some calls bring with them is no matter of all calls.
                record.returns = without_marks(record.returns, marks & ~record.own_marks)
        self.scope, self.record, self.context, self.branch, self.loop = before
        record.running = False

    def result_of(self, record: Record) -> Value:
        """What a function gives, as far as it is known; it is looked at now where it was not yet."""
        if record.due and self.call_depth < _CALL_DEPTH_LIMIT and self.depth < _DEPTH_LIMIT // 2:
            self.call_depth += 1
            before, self.depth = self.depth, self.depth
            self.run(record)
            self.depth = before
            self.call_depth -= 1
        return record.returns or UNKNOWN

    def hand(self, record: Record, index: int, value: Value) -> None:
        """Note an argument that a function is called with."""
        bit = 1 << (32 + index)
        own = value.marks & PARAMETERS
        if own and index < 24:  # noqa: PLR2004 - PARAMETER_LIMIT
            self.record.passes.append((own, record, bit)) if len(self.record.passes) < 500 else None  # noqa: PLR2004
        value = self.plain(value)
        if value is UNKNOWN:
            return
        known = record.arguments.get(index)
        if known is None:
            record.arguments[index] = value
            record.seen = False
        else:
            if known.marks | value.marks == known.marks and not value.refs and value.const in known.choices:
                return
            joined = join(known, value)
            if (joined.refs, joined.marks, len(joined.constants), joined.text) != (
                known.refs,
                known.marks,
                len(known.constants),
                known.text,
            ):
                record.arguments[index] = joined
                record.seen = False

    def plain(self, value: Value) -> Value:
        """The value without its dependence on parameters of the function that is looked at."""
        if not value.marks & PARAMETERS and value.parameter < 0:
            return value
        if value.const is NOTHING and not value.refs and not value.choices and value.text is None and not value.items:
            marks = value.marks & ~PARAMETERS
            return Value(marks=marks) if marks else UNKNOWN
        return Value(
            const=value.const,
            choices=value.choices,
            text=value.text,
            refs=value.refs,
            marks=value.marks & ~PARAMETERS,
            items=value.items,
            bound=value.bound,
            place=value.place,
        )

    # Names ----------------------------------------------------------------------------------------------------------

    def look_up(self, name: str) -> Value:
        """What a name is bound to where we are."""
        scope: Scope | None = self.scope
        while scope is not None:
            value = scope.names.get(name)
            if value is not None:
                if value.marks & PARAMETERS and scope.record is not self.record:
                    scope.record.wants |= value.marks & PARAMETERS
                    return self.plain(value)
                return value
            scope = scope.parent
        self.missed(name)
        return self._unbound(name)

    def missed(self, name: str) -> None:
        """Note that what we are in has read a name that is not bound yet."""
        if self.record is not self.module:
            readers = self._missed.setdefault(name, [])
            if not readers or readers[-1] is not self.record:
                readers.append(self.record)

    def appeared(self, name: str) -> None:
        """Note that a name is bound now: what has read it is looked at anew."""
        for record in self._missed.pop(name, ()):
            self._again[record] = None

    def _unbound(self, name: str) -> Value:
        if name == "__doc__" and self.documentation is not None:
            return Value(const=self.documentation)
        value = _BUILTIN_VALUES.get(name)
        if value is not None:
            return value
        for module in self.star_modules:
            canonical, found = self.entry(f"{module}.{name}")
            if found is not None or canonical in {"os.environ", "builtins.open"}:
                return named(f"{module}.{name}")
        return UNKNOWN

    def bind(self, name: str, value: Value) -> None:
        """Bind a name where we are. Names that are bound anew stay what they were as well, where it is not certain."""
        scope = self.scope
        if name in scope.global_names:
            scope = self.top
            value = self.plain(value)
        names = scope.names
        old = names.get(name)
        if old is None or old is value:
            names[name] = value
            if scope is self.top and name in self._missed:
                self.appeared(name)
        elif self.branch or value is UNKNOWN:
            names[name] = join(old, value)
        elif old.refs and scope is self.top:
            joined = join(old, value)
            joined.const = value.const
            names[name] = joined
        else:
            names[name] = value

    def mark_name(self, node: ast.expr, bits: int) -> None:
        """What an expression names is now marked too: something was added to it, or written to where it points."""
        bits &= FLOWING | BIT[Mark.WRITTEN]
        if not bits:
            return
        if isinstance(node, ast.Name):
            scope: Scope | None = self.scope
            while scope is not None:
                value = scope.names.get(node.id)
                if value is not None:
                    scope.names[node.id] = with_marks(
                        value, bits if scope.record is self.record else bits & ~PARAMETERS
                    )
                    return
                scope = scope.parent
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            for ref in self.look_up(node.value.id).refs:
                found = self.class_of(ref)
                if found is not None:
                    self.record.wants |= bits & PARAMETERS
                    old = found.attributes.get(node.attr, UNKNOWN)
                    found.attributes[node.attr] = with_marks(old, bits & ~PARAMETERS)
                    self.appeared(f"{found.key}.{node.attr}")

    def class_of(self, ref: str) -> ClassRecord | None:
        """The class of the file that a name means, or means an instance of."""
        return self.classes.get(ref[1:].removesuffix("()")) if ref.startswith(":") else None

    def member(self, ref: str, name: str) -> Value:
        """An attribute of something that has a name and is not of this file."""
        dotted = f"{ref}.{name}"
        if len(dotted) > _REF_LENGTH:
            return UNKNOWN
        value = self._members.get(dotted)
        if value is None:
            value = self._members[dotted] = named(dotted)
        return value

    def result_named(self, ref: str) -> Value:
        """What a call of something that is not of this file gives. ref: with ``()`` at its end."""
        if len(ref) > _REF_LENGTH:
            return UNKNOWN
        value = self._members.get(ref)
        if value is None:
            value = self._members[ref] = named(ref)
        return value

    def entry(self, ref: str) -> tuple[str, catalogue.Entry | None]:
        """The canonical name of what a name stands for, and what calling it does."""
        found = self._entries.get(ref)
        if found is None:
            name = catalogue.canonical(ref)
            found = self._entries[ref] = (name, catalogue.entry(name))
        return found

    # Findings -------------------------------------------------------------------------------------------------------

    def fact(
        self, capability: Capability, callee: str, node: Any, arguments: Iterable[str] = (), bits: int = 0
    ) -> None:
        """Note a use of a capability."""
        record = self.record
        record.wants |= bits & PARAMETERS
        if capability is Capability.FILE_WRITE:
            bits &= ~BIT[Mark.WRITTEN]  # of what it writes to, not of what it writes
        line, end = (self.line, self.line) if self.line else (node.lineno, node.end_lineno or node.lineno)
        shown = tuple(cut(each) for each in arguments)[:12]
        key = (capability, callee, line, end, shown)
        known = record.facts.get(key)
        if known is None:
            if self._fact_count >= _FACT_LIMIT:
                return
            self._fact_count += 1
            known = 0
        record.facts[key] = known | bits | self.context

    def call(self, target: str, node: Any) -> None:
        """Note a call. target: as `Value.refs` has it."""
        name = as_target(target)
        if name and not name.startswith("builtins."):
            self.record.calls.setdefault(name, self.line or node.lineno)

    def text(self, text: str, node: Any, *, documentation: bool = False) -> None:
        """Note a text that stands in the file or that was put together there, where it matters."""
        for kind, value in texts.kinds(text):
            self.literal(kind, value, node, documentation=documentation)

    def literal(self, kind: LiteralKind, value: str, node: Any, *, documentation: bool = False) -> None:
        """Note a text that matters."""
        key = (kind, cut(value, 500))
        if key in self.literals:
            if self.literals[key][2] and not documentation:
                self.literals[key] = (self.line or node.lineno, self.record.name, False)
            return
        if len(self.literals) < _LITERAL_LIMIT:
            self.literals[key] = (self.line or node.lineno, self.record.name, documentation)

    # Constants ------------------------------------------------------------------------------------------------------

    def interpreter(self) -> Interpreter:
        """What steps through constant code where we are."""
        return Interpreter(self.budget, self._constant_of, self._callee_of)

    def folded(self, node: ast.expr) -> Any:
        """The constant that an expression gives when it is stepped through, or `NOTHING`."""
        try:
            return self.interpreter().expression(node, {})
        except NotConstantError:
            return NOTHING

    def _constant_of(self, name: str) -> Any:
        value = self.look_up(name)
        return value.const

    def _callee_of(self, node: ast.expr) -> str | ast.FunctionDef | ast.Lambda | None:
        if isinstance(node, ast.Lambda):
            return node
        value = self._quiet(node)
        for ref in value.refs[::-1]:
            if ref.startswith(":"):
                record = self.records.get(ref[1:])
                if record is not None and isinstance(record.node, (ast.FunctionDef, ast.Lambda)):
                    return record.node
            else:
                return self.entry(ref)[0]
        return None

    def _quiet(self, node: ast.expr) -> Value:
        """What a dotted name stands for."""
        if isinstance(node, ast.Name):
            return self.look_up(node.id)
        if isinstance(node, ast.Attribute):
            base = self._quiet(node.value)
            for ref in base.refs:
                if not ref.startswith(":"):
                    return self.member(ref, node.attr)
                found = self.class_of(ref)
                if found is not None and node.attr in found.attributes:
                    return found.attributes[node.attr]
        return UNKNOWN


def _is_wanted(record: Record) -> bool:
    """Whether what is known of the arguments matters to what a function does."""
    return bool(record.wants) or any(
        value.refs and record.wants_names >> (32 + index) & 1 for index, value in record.arguments.items()
    )


def as_target(ref: str) -> str:
    """The name of `Value.refs` as a call's target has it."""
    name = ref.replace("()", "")
    return _NUMBER.sub("", name[1:]) if name.startswith(":") else name


def cut(text: str, limit: int = _ARGUMENT_LENGTH) -> str:
    """A text that can be kept: not longer than the limit, without halves of surrogate pairs."""
    if len(text) > limit:
        text = text[:limit]
    return text if text.isascii() else text.translate(_SURROGATES)
