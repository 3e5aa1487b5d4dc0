"""The one ``setup()`` call of a ``setup.py``, found in its syntax tree; the script is never run.

Whether a script does what its text seems to say cannot be decided in general. What is looked for here is the plain
kind: ``setup`` comes from setuptools or distutils, is called once at the top level, and every value of interest is a
literal. Whatever could make the text lie, such as ``exec`` or a name that is bound twice, is a `NotLiteralError`.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from pinkeeper.artifacts.hostile_text import shown

__all__ = ["NotLiteralError", "SetupScript", "parse_script"]

_SETUP_MODULES = frozenset({"setuptools", "distutils.core"})
# With these a script can bind any name, or read it where we do not look.
_DYNAMIC = frozenset({"eval", "exec", "execfile", "globals", "locals", "vars"})
_ENCODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_ENCODINGS = frozenset(
    {"utf-8", "utf8", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "iso-8859-15", "cp1252"}
)
_BOM = b"\xef\xbb\xbf"
_FILENAME = "<setup.py of an sdist>"
_EXEC_WITH_NAMESPACE = 2


class NotLiteralError(Exception):
    """Something in the script could only be known by running it; the text says what and where."""

    def __init__(self, what: str, node: ast.AST | SyntaxError | None = None) -> None:
        line = getattr(node, "lineno", None)
        super().__init__(f"setup.py:{line}: {what}" if line else f"setup.py: {what}")


def parse_script(content: bytes) -> ast.Module:
    """The syntax tree. Raises `NotLiteralError` for what is not Python 3 in a usual encoding."""
    try:
        text = _decoded(content)
        # The parser warns of invalid escapes, under a file name that only we use. Not `warnings.catch_warnings`, which
        # would undo the filters of other threads.
        warnings.filterwarnings("ignore", module=re.escape(_FILENAME))
        return ast.parse(text, filename=_FILENAME)
    except SyntaxError as error:
        raise NotLiteralError(f"it is not Python 3: {shown(error.msg)}", error) from error
    except (ValueError, RecursionError, MemoryError) as error:  # NUL bytes, bad encodings, absurd nesting
        raise NotLiteralError(f"it cannot be parsed ({type(error).__name__})") from error


class SetupScript:
    """Names and the ``setup()`` call of a script. Raises `NotLiteralError` where there is not one plain call."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._nodes = tuple(ast.walk(tree))
        self._bindings: dict[str, list[ast.AST]] = {}
        for node in self._nodes:
            for name in _bound_names(node):
                self._bindings.setdefault(name, []).append(node)
        self._modules = self._imported_modules()
        self._refuse_dynamic_names()
        self.call = self._find_call()

    def assignment(self, name: ast.Name) -> ast.expr:
        """The value of a name that is bound once, at the top level and before the use ``name`` of it."""
        bindings = self._bindings.get(name.id, [])
        if len(bindings) != 1:
            times = "more than once" if bindings else "nowhere"
            raise NotLiteralError(f"{name.id} is bound {times}", bindings[-1] if bindings else name)
        for statement in self._tree.body:
            match statement:
                case ast.Assign(targets=[ast.Name() as target], value=value) if target is bindings[0]:
                    break
                case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value) if target is bindings[0]:
                    break
        else:
            raise NotLiteralError(f"{name.id} is not a plain assignment at the top level", bindings[0])
        if (value.end_lineno or 0, value.end_col_offset or 0) > (name.lineno, name.col_offset):
            raise NotLiteralError(f"{name.id} is used before it is assigned", name)
        return value

    def refuse_other_uses(self, used: frozenset[ast.Name]) -> None:
        """Raise where one of the names is read anywhere but in ``used`` or as a whole argument of ``setup()``.

        Any other use could change the list or dict that the name stands for.
        """
        names = {name.id for name in used}
        harmless = used | {keyword.value for keyword in self.call.keywords if isinstance(keyword.value, ast.Name)}
        for node in self._nodes:
            match node:
                case ast.Name(id=name, ctx=ast.Load()) if name in names and node not in harmless:
                    raise NotLiteralError(f"{name} is used in a way that could change it", node)

    def _imported_modules(self) -> dict[str, str]:
        """What the names of imported modules and of their ``setup`` stand for, as dotted names."""
        found: dict[str, str] = {}
        for node in self._nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if alias.name != "*":
                        found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                    elif node.module in _SETUP_MODULES:
                        found["setup"] = f"{node.module}.setup"
                    else:
                        raise NotLiteralError("an import of * can bind any name", node)
        return found

    def _refuse_dynamic_names(self) -> None:
        spaced = {
            node.func
            for node in self._nodes
            if isinstance(node, ast.Call) and len(node.args) == _EXEC_WITH_NAMESPACE and _is_plain(node.args[1])
        }
        for node in self._nodes:
            if isinstance(node, ast.Name) and node.id in _DYNAMIC and not (node.id == "exec" and node in spaced):
                raise NotLiteralError(f"{node.id} can change any name", node)
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                dotted = self._dotted(node) or ""
                if dotted.startswith(("setuptools.", "distutils.")):
                    raise NotLiteralError(f"{dotted} is patched", node)

    def _find_call(self) -> ast.Call:
        functions = [node for node in self._nodes if self._is_setup(node)]
        if not functions:
            raise NotLiteralError("there is no call of setuptools.setup()")
        for name in {node.id for node in functions if isinstance(node, ast.Name)}:
            for binding in self._bindings.get(name, []):
                if not isinstance(binding, ast.alias):
                    raise NotLiteralError(f"{name} is bound again", binding)
        if len(functions) > 1:
            raise NotLiteralError("setup is used more than once", functions[1])
        for statement in self._top_level():
            match statement:
                case ast.Expr(value=ast.Call() as call) | ast.Assign(value=ast.Call() as call):
                    if call.func is functions[0]:
                        return call
        raise NotLiteralError("setup() is not called plainly at the top level", functions[0])

    def _top_level(self) -> Iterator[ast.stmt]:
        """The module's statements, with those under ``if __name__ == "__main__":``, as which backends run it."""
        for statement in self._tree.body:
            match statement:
                case ast.If(
                    test=ast.Compare(
                        left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
                    )
                ):
                    yield from statement.body
                case _:
                    yield statement

    def _is_setup(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
            return False
        module, _, function = (self._dotted(node) or "").rpartition(".")
        return function == "setup" and module in _SETUP_MODULES

    def _dotted(self, node: ast.expr) -> str | None:
        """``setuptools.setup`` for an expression that reads it through whatever import."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._modules:
            return None
        return ".".join([self._modules[node.id], *reversed(parts)])


def _is_plain(namespace: ast.expr) -> bool:
    return isinstance(namespace, ast.Name | ast.Dict)


def _bound_names(node: ast.AST) -> Iterator[str]:
    """The names that one node binds or unbinds, in whatever scope."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.alias(name=name, asname=asname):
            yield asname or name.partition(".")[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name):
            yield name
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def _decoded(content: bytes) -> str:
    """PEP 263, for the usual encodings only: a script must not choose which codec of ours runs."""
    if content.startswith(_BOM):
        return content.decode("utf-8-sig")
    encoding = "utf-8"
    for line in content.splitlines()[:2]:
        if match := _ENCODING.match(line):
            encoding = match[1].decode("ascii", "replace").lower().replace("_", "-")
            break
    if encoding not in _ENCODINGS:
        raise ValueError("an encoding that is not usual")
    return content.decode(encoding)
