"""Comprehensions, loops and small functions over constants, stepped through with a bound on their steps."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from pinkeeper.review.capabilities.python import codecs_known, folding
from pinkeeper.review.capabilities.python.value import NOTHING

__all__ = ["Budget", "Interpreter", "NotConstantError"]

_STEPS_AT_ONCE: Final = 60_000
_DEPTH_LIMIT: Final = 24
_BYTES_IN_ALL: Final = 16 << 20


class NotConstantError(Exception):
    """Something is no constant, or would cost too much."""


class Budget:
    """What folding may still cost in one file: steps, and bytes of what is made."""

    def __init__(self, steps: int = 600_000) -> None:
        self.steps = steps
        self.size = _BYTES_IN_ALL

    def pay(self, result: Any) -> bool:
        """Pay for a result; False where there is nothing left to pay with."""
        if isinstance(result, (str, bytes, bytearray, list, tuple, dict)):
            self.size -= len(result)
        return self.size > 0


class _Return(Exception):  # noqa: N818 - it is no error
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Loop(Exception):  # noqa: N818 - it is no error
    def __init__(self, *, ends: bool) -> None:
        super().__init__()
        self.ends = ends


class Interpreter:
    """Gives constants or raises `NotConstantError`.

    lookup: the constant that a free name stands for, or `NOTHING`. callee: the canonical name of what an expression
    refers to, a function of the file's own, or None.
    """

    def __init__(
        self,
        budget: Budget,
        lookup: Callable[[str], Any],
        callee: Callable[[ast.expr], str | ast.FunctionDef | ast.Lambda | None],
    ) -> None:
        self._budget = budget
        self._lookup = lookup
        self._callee = callee
        self._steps = min(_STEPS_AT_ONCE, budget.steps)
        self._depth = 0

    def expression(self, node: ast.expr, names: dict[str, Any]) -> Any:
        """The value of an expression."""
        self._step()
        self._depth += 1
        if self._depth > _DEPTH_LIMIT * 4:
            raise NotConstantError
        function = _EXPRESSIONS.get(type(node))
        if function is None:
            raise NotConstantError
        result = function(self, node, names)
        self._depth -= 1
        if type(node) in _MAKING and isinstance(result, (list, tuple, dict)) and not folding.is_flat(result):
            raise NotConstantError
        if result is NOTHING or not self._budget.pay(result):
            raise NotConstantError
        return result

    def call(self, function: ast.FunctionDef | ast.Lambda, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """What a function of the file's own gives."""
        names = self._bound(function.args, arguments, keywords)
        if isinstance(function, ast.Lambda):
            return self.expression(function.body, names)
        try:
            self.statements(function.body, names)
        except _Return as result:
            return result.value
        except _Loop as error:
            raise NotConstantError from error
        return None

    def statements(self, body: list[ast.stmt], names: dict[str, Any]) -> None:
        """Step through statements; names are bound as they say."""
        for node in body:
            self._step()
            self._statement(node, names)

    def _step(self) -> None:
        self._steps -= 1
        self._budget.steps -= 1
        if self._steps <= 0:
            raise NotConstantError

    def _bound(self, wanted: ast.arguments, arguments: list[Any], keywords: dict[str, Any]) -> dict[str, Any]:
        positional = [*wanted.posonlyargs, *wanted.args]
        if wanted.vararg or wanted.kwarg or len(arguments) > len(positional):
            raise NotConstantError
        names: dict[str, Any] = dict(zip((each.arg for each in positional), arguments, strict=False))
        names.update(keywords)
        defaults = [*zip(positional[::-1], wanted.defaults[::-1], strict=False)]
        defaults += [
            (each, default) for each, default in zip(wanted.kwonlyargs, wanted.kw_defaults, strict=True) if default
        ]
        for each, default in defaults:
            if each.arg not in names:
                names[each.arg] = self.expression(default, {})
        if any(each.arg not in names for each in (*positional, *wanted.kwonlyargs)):
            raise NotConstantError
        return names

    # Statements -----------------------------------------------------------------------------------------------------

    def _statement(self, node: ast.stmt, names: dict[str, Any]) -> None:  # noqa: C901, PLR0912 - one case a kind
        match node:
            case ast.Assign():
                value = self.expression(node.value, names)
                for target in node.targets:
                    self._bind(target, value, names)
            case ast.AnnAssign():
                if node.value is not None:
                    self._bind(node.target, self.expression(node.value, names), names)
            case ast.AugAssign(target=ast.Name(id=name)):
                self._bind_name(
                    name,
                    folding.binary(type(node.op), self._name(name, names), self.expression(node.value, names)),
                    names,
                )
            case ast.Return():
                raise _Return(None if node.value is None else self.expression(node.value, names))
            case ast.For():
                self._for(node, names)
            case ast.While():
                while self.expression(node.test, names):
                    if self._iterates(node.body, names):
                        break
            case ast.If():
                self.statements(node.body if self.expression(node.test, names) else node.orelse, names)
            case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Import() | ast.ImportFrom():
                pass
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr), args=[argument])):
                self._grow(names.get(name, NOTHING), attr, self.expression(argument, names))
            case ast.Break() | ast.Continue():
                raise _Loop(ends=isinstance(node, ast.Break))
            case _:
                raise NotConstantError

    def _for(self, node: ast.For, names: dict[str, Any]) -> None:
        for element in self._elements(node.iter, names):
            self._bind(node.target, element, names)
            if self._iterates(node.body, names):
                return
        self.statements(node.orelse, names)

    def _iterates(self, body: list[ast.stmt], names: dict[str, Any]) -> bool:
        """Step through the body of a loop once; True where it ends the loop."""
        try:
            self.statements(body, names)
        except _Loop as signal:
            return signal.ends
        return False

    def _grow(self, base: Any, name: str, argument: Any) -> None:
        """Change a list or bytearray that the interpreter itself has made or copied."""
        if not isinstance(base, (list, bytearray)) or len(base) > folding.SIZE_LIMIT:
            raise NotConstantError
        try:
            if isinstance(argument, (list, tuple, dict)) and not folding.is_flat(argument):
                raise NotConstantError
            if name == "append":
                base.append(argument)
            elif name == "extend":
                base.extend(argument)
            else:
                raise NotConstantError
        except folding.FAILURES as error:
            raise NotConstantError from error

    def _bind(self, target: ast.expr, value: Any, names: dict[str, Any]) -> None:
        if isinstance(target, ast.Name):
            self._bind_name(target.id, value, names)
        elif isinstance(target, (ast.Tuple, ast.List)):
            values = self._iterated(value)
            if len(values) != len(target.elts):
                raise NotConstantError
            for each, element in zip(target.elts, values, strict=True):
                self._bind(each, element, names)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            base = names.get(target.value.id, NOTHING)
            if not isinstance(base, (list, bytearray, dict)) or len(base) > folding.SIZE_LIMIT:
                raise NotConstantError
            try:
                base[self.expression(target.slice, names)] = value
            except folding.FAILURES as error:
                raise NotConstantError from error
        else:
            raise NotConstantError

    def _bind_name(self, name: str, value: Any, names: dict[str, Any]) -> None:
        if value is NOTHING or not self._budget.pay(value):
            raise NotConstantError
        # What stands in the file is never changed; a copy may be.
        names[name] = value.copy() if isinstance(value, (list, bytearray, dict)) else value

    # Expressions ----------------------------------------------------------------------------------------------------

    def _name(self, name: str, names: dict[str, Any]) -> Any:
        found = names.get(name, NOTHING)
        return self._lookup(name) if found is NOTHING else found

    def _iterated(self, value: Any) -> list[Any]:
        if isinstance(value, (str, bytes, bytearray, list, tuple, dict, range)):
            if len(value) > folding.SIZE_LIMIT:
                raise NotConstantError
            return list(value)
        raise NotConstantError

    def _elements(self, node: ast.expr, names: dict[str, Any]) -> list[Any]:
        return self._iterated(self.expression(node, names))

    def _called(self, node: ast.Call, names: dict[str, Any]) -> Any:
        arguments: list[Any] = []
        if isinstance(node.func, ast.Attribute) and (base := self._base(node.func.value, names)) is not NOTHING:
            arguments = self._arguments(node, names)
            return folding.method(base, node.func.attr, arguments, self._keywords(node, names))
        callee = self._callee(node.func)
        if isinstance(callee, str) and callee in {"builtins.map", "builtins.filter"}:
            return self._mapped(node, names, callee)
        if callee == "functools.reduce":
            return self._reduced(node, names)
        arguments = self._arguments(node, names)
        keywords = self._keywords(node, names)
        if isinstance(callee, str):
            return codecs_known.apply(callee, arguments, keywords)
        if callee is None:
            raise NotConstantError
        if self._depth > _DEPTH_LIMIT:
            raise NotConstantError
        return self.call(callee, arguments, keywords)

    def _mapped(self, node: ast.Call, names: dict[str, Any], kind: str) -> list[Any]:
        if len(node.args) < 2 or node.keywords:  # noqa: PLR2004 - a function and what it is mapped over
            raise NotConstantError
        function = self._callee(node.args[0])
        columns = [self._elements(each, names) for each in node.args[1:]]
        result = []
        for row in zip(*columns, strict=False):
            self._step()
            if isinstance(function, str):
                value = codecs_known.apply(function, list(row), {})
            elif function is not None:
                value = self.call(function, list(row), {})
            else:
                raise NotConstantError
            if value is NOTHING:
                raise NotConstantError
            if kind == "builtins.map":
                result.append(value)
            elif value:
                result.append(row[0])
        return result

    def _reduced(self, node: ast.Call, names: dict[str, Any]) -> Any:
        if not 1 < len(node.args) < 4 or node.keywords:  # noqa: PLR2004 - a function, what it goes through, a start
            raise NotConstantError
        function = self._callee(node.args[0])
        elements = self._elements(node.args[1], names)
        if len(node.args) == 3:  # noqa: PLR2004
            elements.insert(0, self.expression(node.args[2], names))
        if not elements or function is None:
            raise NotConstantError
        result = elements[0]
        for each in elements[1:]:
            self._step()
            if isinstance(function, str):
                result = codecs_known.apply(function, [result, each], {})
            else:
                result = self.call(function, [result, each], {})
            if result is NOTHING or not self._budget.pay(result):
                raise NotConstantError
        return result

    def _base(self, node: ast.expr, names: dict[str, Any]) -> Any:
        """The constant that a method is called on, `NOTHING` where it may be a module or class."""
        if isinstance(node, ast.Name):
            return self._name(node.id, names)
        if isinstance(node, ast.Attribute):
            return NOTHING
        return self.expression(node, names)

    def _arguments(self, node: ast.Call, names: dict[str, Any]) -> list[Any]:
        found: list[Any] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                found += self._elements(each.value, names)
            else:
                found.append(self.expression(each, names))
        return found

    def _keywords(self, node: ast.Call, names: dict[str, Any]) -> dict[str, Any]:
        if not node.keywords:
            return {}
        return {self._keyword(each): self.expression(each.value, names) for each in node.keywords}

    def _keyword(self, node: ast.keyword) -> str:
        if node.arg is None:
            raise NotConstantError
        return node.arg

    def _comprehended(self, node: Any, names: dict[str, Any]) -> Any:
        result: list[Any] = []
        self._generate(node, node.generators, dict(names), result)
        return dict(result) if isinstance(node, ast.DictComp) else result

    def _generate(self, node: Any, generators: list[ast.comprehension], names: dict[str, Any], into: list[Any]) -> None:
        if not generators:
            if isinstance(node, ast.DictComp):
                into.append((self.expression(node.key, names), self.expression(node.value, names)))
            else:
                into.append(self.expression(node.elt, names))
            return
        first, rest = generators[0], generators[1:]
        if first.is_async:
            raise NotConstantError
        for element in self._elements(first.iter, names):
            self._bind(first.target, element, names)
            if all(self.expression(each, names) for each in first.ifs):
                self._generate(node, rest, names, into)

    def _compared(self, node: ast.Compare, names: dict[str, Any]) -> Any:
        left = self.expression(node.left, names)
        for operator, each in zip(node.ops, node.comparators, strict=True):
            right = self.expression(each, names)
            if isinstance(operator, (ast.Is, ast.IsNot)) and right is None:
                result: Any = (left is None) == isinstance(operator, ast.Is)
            else:
                result = folding.compare(type(operator), left, right)
            if result is NOTHING or not result:
                return result
            left = right
        return True

    def _boolean(self, node: ast.BoolOp, names: dict[str, Any]) -> Any:
        result: Any = None
        for each in node.values:
            result = self.expression(each, names)
            if bool(result) == isinstance(node.op, ast.Or):
                break
        return result

    def _joined(self, node: ast.JoinedStr, names: dict[str, Any]) -> Any:
        parts = []
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                spec = "" if each.format_spec is None else self.expression(each.format_spec, names)
                parts.append(folding.formatted(self.expression(each.value, names), each.conversion, spec))
            else:
                parts.append(self.expression(each, names))
        return NOTHING if NOTHING in parts else folding.method("", "join", [parts], {})

    def _subscripted(self, node: ast.Subscript, names: dict[str, Any]) -> Any:
        return folding.subscript(self.expression(node.value, names), self.expression(node.slice, names))

    def _sliced(self, node: ast.Slice, names: dict[str, Any]) -> slice:
        lower, upper, step = (
            None if each is None else self.expression(each, names) for each in (node.lower, node.upper, node.step)
        )
        return slice(lower, upper, step)

    def _listed(self, node: Any, names: dict[str, Any]) -> Any:
        found: list[Any] = []
        for each in node.elts:
            if isinstance(each, ast.Starred):
                found += self._elements(each.value, names)
            else:
                found.append(self.expression(each, names))
        return tuple(found) if isinstance(node, ast.Tuple) else found

    def _mapping(self, node: ast.Dict, names: dict[str, Any]) -> Any:
        if None in node.keys:
            raise NotConstantError
        try:
            return {
                self.expression(key, names): self.expression(value, names)
                for key, value in zip(node.keys, node.values, strict=True)
                if key is not None
            }
        except TypeError as error:
            raise NotConstantError from error

    def _attribute(self, node: ast.Attribute, _: dict[str, Any]) -> Any:
        callee = self._callee(node)
        return codecs_known.ATTRIBUTES.get(callee, NOTHING) if isinstance(callee, str) else NOTHING

    def _named_expression(self, node: ast.NamedExpr, names: dict[str, Any]) -> Any:
        value = self.expression(node.value, names)
        self._bind_name(node.target.id, value, names)
        return value


def _constant(_: Interpreter, node: ast.Constant, __: dict[str, Any]) -> Any:
    return node.value if folding.is_foldable(node.value) else NOTHING


_MAKING: Final = frozenset({ast.Call, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.Tuple, ast.List, ast.Dict})
_EXPRESSIONS: Final[dict[type[ast.expr], Callable[[Interpreter, Any, dict[str, Any]], Any]]] = {
    ast.Constant: _constant,
    ast.Name: lambda self, node, names: self._name(node.id, names),
    ast.BinOp: lambda self, node, names: folding.binary(
        type(node.op), self.expression(node.left, names), self.expression(node.right, names)
    ),
    ast.UnaryOp: lambda self, node, names: folding.unary(type(node.op), self.expression(node.operand, names)),
    ast.IfExp: lambda self, node, names: self.expression(
        node.body if self.expression(node.test, names) else node.orelse, names
    ),
    ast.Call: Interpreter._called,  # noqa: SLF001 - its own table
    ast.ListComp: Interpreter._comprehended,  # noqa: SLF001 - its own table
    ast.GeneratorExp: Interpreter._comprehended,  # noqa: SLF001 - its own table
    ast.DictComp: Interpreter._comprehended,  # noqa: SLF001 - its own table
    ast.Compare: Interpreter._compared,  # noqa: SLF001 - its own table
    ast.BoolOp: Interpreter._boolean,  # noqa: SLF001 - its own table
    ast.JoinedStr: Interpreter._joined,  # noqa: SLF001 - its own table
    ast.Subscript: Interpreter._subscripted,  # noqa: SLF001 - its own table
    ast.Slice: Interpreter._sliced,  # noqa: SLF001 - its own table
    ast.Tuple: Interpreter._listed,  # noqa: SLF001 - its own table
    ast.List: Interpreter._listed,  # noqa: SLF001 - its own table
    ast.Dict: Interpreter._mapping,  # noqa: SLF001 - its own table
    ast.Attribute: Interpreter._attribute,  # noqa: SLF001 - its own table
    ast.NamedExpr: Interpreter._named_expression,  # noqa: SLF001 - its own table
}
