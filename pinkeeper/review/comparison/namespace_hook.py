"""The lines that setuptools writes into ``*-nspkg.pth`` for namespace packages, told by what they do."""

from __future__ import annotations

import ast

from pinkeeper.review.capabilities.grammar import parse

__all__ = ["is_namespace_hook"]

_LENGTH_LIMIT = 2000
_MODULES = frozenset({"sys", "types", "os", "importlib", "importlib.util", "importlib.machinery"})
_CALLS = frozenset(
    {
        "os.path.join",
        "os.path.dirname",
        "os.path.exists",
        "sys._getframe",
        "sys.modules.setdefault",
        "types.ModuleType",
        "importlib.util.module_from_spec",
        "importlib.machinery.PathFinder.find_spec",
        "m.__dict__.setdefault",
        "mp.append",
    }
)
_SIMPLE = (ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.Starred, ast.Subscript, ast.BoolOp)
_SIMPLE_MORE = (ast.UnaryOp, ast.Compare, ast.boolop, ast.unaryop, ast.cmpop, ast.expr_context, ast.Expr, ast.alias)


def is_namespace_hook(line: str) -> bool:
    """Whether a line makes a namespace package known and does nothing else: each call is one that this takes."""
    if len(line) > _LENGTH_LIMIT or not line.startswith("import "):
        return False
    tree = parse(line.encode("utf-8", "surrogatepass")).tree
    return tree is not None and all(_belongs(node) for node in ast.walk(tree))


def _belongs(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return all(alias.name in _MODULES and alias.asname is None for alias in names)
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in {"has_mfs", "p", "importlib", "m", "mp", "ie"}
        case ast.Call(func=ast.Name(id="__import__"), args=[ast.Constant(value=module)], keywords=[]):
            return module in _MODULES
        case ast.Call(func=ast.Name(id="setattr"), args=[target, _, ast.Name(id="m")], keywords=[]):
            return ast.unparse(target).startswith("sys.modules[")
        case ast.Call(func=ast.Name() | ast.Attribute() as function, keywords=[]):
            return ast.unparse(function) in _CALLS
        case ast.Module():
            return True
        case _:
            return isinstance(node, (*_SIMPLE, *_SIMPLE_MORE))
