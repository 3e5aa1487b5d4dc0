"""What one Python file says about itself."""

from __future__ import annotations

import ast
from typing import Final

from pinkeeper.review.capabilities.code_lines import code_lines
from pinkeeper.review.capabilities.digests import digest
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.capabilities.oddities import oddities
from pinkeeper.review.capabilities.python.analysis import Analysis, as_target
from pinkeeper.review.capabilities.python.calls import evaluate_call
from pinkeeper.review.capabilities.python.expressions import EVALUATORS
from pinkeeper.review.capabilities.python.records import ClassRecord, Record
from pinkeeper.review.capabilities.python.statements import EXECUTORS
from pinkeeper.review.capabilities.python.texts import is_hidden
from pinkeeper.review.capabilities.python.value import BIT, marks_of
from pinkeeper.review.capabilities.summary import (
    MAIN,
    MODULE,
    Call,
    Capability,
    Class,
    Fact,
    Function,
    Literal,
    Mark,
    ModuleSummary,
    Oddity,
    OddityKind,
)

__all__ = ["DEFECT", "summarise"]

_EVALUATORS: Final = {**EVALUATORS, ast.Call: evaluate_call}


def summarise(source: bytes) -> ModuleSummary:
    """The summary of a file. Raises nothing, whatever the bytes are; the same bytes give the same summary."""
    parsed = parse(source)
    found = tuple(oddities(parsed.text, parsed.tree, problem=parsed.problem, newer=parsed.newer))
    analysis = Analysis(_EVALUATORS, EXECUTORS)
    if parsed.tree is None:
        for number, line in enumerate(parsed.text[:_UNPARSED_LIMIT].split("\n"), start=1):
            analysis.text(line, _Place(number))
        return ModuleSummary(problem=parsed.problem, oddities=found, literals=_literals(analysis, parsed.text))
    problem = None
    try:
        analysis.documentation = ast.get_docstring(parsed.tree, clean=False)
        analysis.execute(parsed.tree.body)
        analysis.finish()
    except (RecursionError, MemoryError):
        problem = "too deeply nested, or too large, to be analysed to its end"
    except Exception as error:  # noqa: BLE001 - of hostile input nothing is certain; it is told, as a finding
        problem = f"{DEFECT} ({type(error).__name__})"
    if problem is not None:
        found = (*found, Oddity(kind=OddityKind.NOT_ANALYSED, line=1, detail=problem))
    return _summary(analysis, parsed.tree, parsed.text, found, problem)


DEFECT: Final = "the analyser met a defect of its own"
_UNPARSED_LIMIT: Final = 1 << 20


class _Place:
    def __init__(self, line: int) -> None:
        self.lineno = self.end_lineno = line


def _summary(a: Analysis, tree: ast.Module, text: str, found: tuple[Oddity, ...], problem: str | None) -> ModuleSummary:
    records = sorted(a.records.values(), key=_order)
    facts = [fact for record in records for fact in _facts(record)]
    facts.sort(key=lambda fact: (fact.line, fact.capability, fact.callee, fact.arguments, fact.scope))
    scopes = {fact.scope for fact in facts}
    functions = [
        _function(a, record, tree, is_compared=record.name in scopes) for record in records if record.kind != "lambda"
    ]
    extra: dict[str, dict[str, int]] = {}
    for record in records:
        if record.kind == "lambda":
            extra.setdefault(record.name, {}).update(record.calls)
    if extra:
        functions = [_with_calls(function, extra.get(function.name)) for function in functions]
    return ModuleSummary(
        facts=tuple(facts),
        functions=tuple(functions),
        classes=tuple(_class(record) for record in a.classes.values()),
        imports=tuple(a.imports),
        literals=_literals(a, text),
        oddities=found,
        names=tuple(a.top.names),
        code_lines=code_lines(tree),
        problem=problem,
    )


def _order(record: Record) -> tuple[int, int, str]:
    if record.name == MODULE and record.kind != "lambda":
        return (0, 0, "")
    return (1, record.node.lineno if record.node is not None else 0, record.key)


def _facts(record: Record) -> list[Fact]:
    detached = BIT[Mark.DETACHED] if "os.setsid" in record.calls else 0
    resolved = {
        (callee, line) for (_, callee, line, _, _), bits in record.facts.items() if not bits & BIT[Mark.UNRESOLVED]
    }
    return [
        Fact(
            capability=capability,
            callee=callee,
            scope=record.name,
            line=line,
            end_line=end,
            arguments=arguments,
            marks=marks_of(bits | (detached if capability is Capability.PROCESS else 0)),
        )
        for (capability, callee, line, end, arguments), bits in record.facts.items()
        if not (bits & BIT[Mark.UNRESOLVED] and (callee, line) in resolved)
    ]


def _function(a: Analysis, record: Record, tree: ast.Module, *, is_compared: bool) -> Function:
    node = record.node
    calls = tuple(Call(target, line) for target, line in record.calls.items())
    if record.name == MODULE:
        end = max((each.end_lineno or each.lineno for each in tree.body[-1:]), default=1)
        return Function(name=MODULE, line=1, end_line=end, calls=calls)
    if record.name == MAIN and node is None:
        return Function(name=MAIN, line=a.main_lines[0], end_line=a.main_lines[1], calls=calls)
    line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return Function(
        name=record.name,
        line=line,
        end_line=node.end_lineno or line,
        digest=digest(node) if is_compared else "",
        calls=calls,
    )


def _class(record: ClassRecord) -> Class:
    bases = dict.fromkeys(as_target(ref) for ref in (*record.bases, *record.metaclass))
    return Class(as_target(f":{record.name}"), tuple(bases))


def _with_calls(function: Function, more: dict[str, int] | None) -> Function:
    if not more:
        return function
    known = {call.target for call in function.calls}
    added = tuple(Call(target, line) for target, line in more.items() if target not in known)
    return Function(
        name=function.name,
        line=function.line,
        end_line=function.end_line,
        digest=function.digest,
        calls=(*function.calls, *added),
    )


def _literals(a: Analysis, text: str) -> tuple[Literal, ...]:
    return tuple(
        Literal(
            kind=kind,
            value=value,
            line=line,
            scope=scope,
            decoded=not documentation and is_hidden(kind, value, text),
            in_docstring=documentation,
        )
        for (kind, value), (line, scope, documentation) in a.literals.items()
    )
