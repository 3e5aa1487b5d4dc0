"""A syntax tree cut down to what says which names a module has and how they are called.

What griffe makes of a tree takes time that grows with the square of the number of assignments in one block, and
recurses as deep as expressions are; so large expressions are taken out before, and long blocks are divided.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

__all__ = ["prune"]

_EXPRESSION_LIMIT = 60  # nodes of an expression that is kept
_EXPORTS_LIMIT = 20_000  # nodes of an expression that may be a list of names
_BLOCK_LIMIT = 50  # statements that stand side by side
_BLOCKS = ("body", "orelse", "finalbody")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINING = (
    *(*_FUNCTIONS, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.AugAssign),
    *(ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While, ast.Match),
    *([node] if (node := getattr(ast, "TypeAlias", None)) else []),  # since 3.12
)


def prune(tree: ast.Module) -> None:
    """Take out of the tree, which is changed, all that does not belong to an API."""
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, in_class = pending.pop()
        in_class = in_class or isinstance(node, ast.ClassDef)
        for field in _BLOCKS:
            statements = getattr(node, field, None)
            if not isinstance(statements, list):
                continue
            kept = [statement for statement in statements if isinstance(statement, _DEFINING)]
            for statement in kept:
                _shorten(statement)
                if isinstance(statement, _FUNCTIONS):
                    is_maker = in_class and statement.name == "__init__"
                    statement.body = (
                        _divided(list(_instance_attributes(statement))) if is_maker else [_filler(statement)]
                    )
                else:
                    pending.append((statement, in_class))
            setattr(node, field, _divided(kept))
        if isinstance(node, ast.Try):
            pending.extend((handler, in_class) for handler in node.handlers)
        elif isinstance(node, ast.Match):
            pending.extend((case, in_class) for case in node.cases)
        if isinstance(node, ast.stmt | ast.ExceptHandler | ast.Module) and hasattr(node, "body") and not node.body:
            node.body = [_filler(node)]


def _filler(place: ast.AST) -> ast.stmt:
    filler = ast.Pass()
    line = getattr(place, "lineno", 1)
    filler.lineno, filler.col_offset, filler.end_lineno, filler.end_col_offset = line, 0, line, 0
    return filler


def _too_large() -> ast.Constant:
    """What stands for an expression that was taken out; a new one each time, for griffe writes to nodes."""
    return ast.Constant(value=..., lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)


def _divided(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """The statements; where they are many, in blocks that always run."""
    while len(statements) > _BLOCK_LIMIT:
        blocks: list[ast.stmt] = []
        for at in range(0, len(statements), _BLOCK_LIMIT):
            block = ast.Try(body=list(statements[at : at + _BLOCK_LIMIT]), handlers=[], orelse=[], finalbody=[])
            blocks.append(ast.copy_location(block, statements[at]))
        statements = blocks
    return list(statements)


def _instance_attributes(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.stmt]:
    """Assignments to attributes of the instance, wherever they stand in ``__init__``, without their values."""
    pending: list[ast.AST] = [*reversed(function.body)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) for target in targets):
                node.value = _too_large()
                _shorten(node)
                yield node
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case) and not isinstance(
            node, (*_FUNCTIONS, ast.ClassDef)
        ):
            for field in (*_BLOCKS, "handlers", "cases"):
                pending.extend(reversed(getattr(node, field, ())))


def _shorten(statement: ast.stmt) -> None:
    """Take large expressions out of a statement."""
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
        _shorten_assignment(statement)
    elif isinstance(statement, ast.ClassDef):
        statement.bases = [base for base in statement.bases if not _is_large(base)]
        statement.keywords = [keyword for keyword in statement.keywords if not _is_large(keyword.value)]
    elif isinstance(statement, _FUNCTIONS):
        statement.returns = None
        _shorten_arguments(statement.args)
    elif isinstance(statement, ast.If | ast.While) and _is_large(statement.test):
        statement.test = _too_large()
    elif isinstance(statement, ast.For):
        statement.iter = _too_large()
    elif isinstance(statement, ast.With):
        statement.items = []
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        statement.decorator_list = [node for node in statement.decorator_list if not _is_large(node)]


def _shorten_assignment(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
    if statement.value is not None and _is_large(statement.value, _value_limit(statement)):
        statement.value = _too_large()
    if isinstance(statement, ast.AnnAssign) and _is_large(statement.annotation):
        statement.annotation = _too_large()
    if isinstance(statement, ast.Assign):
        statement.targets = [target for target in statement.targets if not _is_large(target)]


def _shorten_arguments(arguments: ast.arguments) -> None:
    single = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *single):
        argument.annotation = None
    arguments.defaults = [_too_large() if _is_large(default) else default for default in arguments.defaults]
    arguments.kw_defaults = [
        _too_large() if default is not None and _is_large(default) else default for default in arguments.kw_defaults
    ]


def _value_limit(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> int:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    is_exports = any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
    return _EXPORTS_LIMIT if is_exports else _EXPRESSION_LIMIT


def _is_large(node: ast.AST, limit: int = _EXPRESSION_LIMIT) -> bool:
    """Whether an expression has more nodes than the limit; no more than those are looked at."""
    pending = [node]
    count = 0
    while pending:
        count += 1
        if count + len(pending) > limit:
            return True
        pending.extend(ast.iter_child_nodes(pending.pop()))
    return False
