"""Summaries made the plain way, for tests of what is built on them: names as written, nothing folded or followed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping

from pinkeeper.review.capabilities.summary import (
    MAIN,
    MODULE,
    Call,
    Capability,
    Class,
    Fact,
    Function,
    Import,
    ModuleSummary,
)

__all__ = ["Asked", "reader", "summaries_of", "summarise"]


def summarise(source: bytes) -> ModuleSummary:
    """Of source code that the running Python can parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        return ModuleSummary(problem=str(error))
    return _Visitor().summary(tree)


def summaries_of(files: Mapping[str, str | bytes]) -> dict[str, ModuleSummary]:
    """Of all Python files."""
    return {path: summarise(reader(files)(path)) for path in files if path.endswith(".py")}


def reader(files: Mapping[str, str | bytes]) -> Callable[[str], bytes]:
    """Gives contents by path."""

    def read(path: str) -> bytes:
        content = files[path]
        return content.encode() if isinstance(content, str) else content

    return read


class Asked:
    """Summaries on demand. batches: the paths of each call."""

    def __init__(self, files: Mapping[str, str | bytes], how: Callable[[bytes], ModuleSummary] = summarise) -> None:
        self._read = reader(files)
        self._how = how
        self.batches: list[list[str]] = []

    def __call__(self, paths: Collection[str]) -> dict[str, ModuleSummary]:
        self.batches.append(sorted(paths))
        return {path: self._how(self._read(path)) for path in paths}

    @property
    def paths(self) -> set[str]:
        return {path for batch in self.batches for path in batch}


class _Visitor(ast.NodeVisitor):
    def __init__(self) -> None:
        self.scope = MODULE
        self.prefix = ""
        self.aliases: dict[str, str] = {}
        self.own: set[str] = set()
        self.calls: dict[str, list[Call]] = {MODULE: []}
        self.imports: list[Import] = []
        self.classes: list[Class] = []
        self.facts: list[Fact] = []

    def summary(self, tree: ast.Module) -> ModuleSummary:
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        names += [
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]
        self.own = set(names)
        self.visit(tree)
        return ModuleSummary(
            functions=tuple(
                Function(name=name, line=1, end_line=1, calls=tuple(calls)) for name, calls in self.calls.items()
            ),
            imports=tuple(self.imports),
            classes=tuple(self.classes),
            facts=tuple(self.facts),
            names=tuple(names),
        )

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.imports.append(Import(alias.name, node.lineno, self.scope, alias.asname or ""))
            if alias.asname:
                self.aliases[alias.asname] = alias.name
            else:
                self.aliases[alias.name.partition(".")[0]] = alias.name.partition(".")[0]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = "." * node.level + (f"{node.module}." if node.module else "")
        for alias in node.names:
            self.imports.append(Import(base + alias.name, node.lineno, self.scope, alias.asname or ""))
            if alias.name != "*":
                self.aliases[alias.asname or alias.name] = base + alias.name

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for decorator in node.decorator_list:
            self._call(decorator.func if isinstance(decorator, ast.Call) else decorator, node.lineno, ())
        inner = self.prefix + node.name
        scope, prefix = self.scope, self.prefix
        self.scope, self.prefix = inner, f"{inner}.<locals>."
        self.calls.setdefault(inner, [])
        for statement in node.body:
            self.visit(statement)
        self.scope, self.prefix = scope, prefix

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = [*node.bases, *(keyword.value for keyword in node.keywords if keyword.arg == "metaclass")]
        self.classes.append(Class(self.prefix + node.name, tuple(filter(None, map(self._dotted, bases)))))
        for keyword in node.keywords:
            self._call(keyword.value, node.lineno, ())
        prefix = self.prefix
        self.prefix = f"{prefix}{node.name}."
        for statement in node.body:
            self.visit(statement)
        self.prefix = prefix

    def visit_If(self, node: ast.If) -> None:
        scope = self.scope
        if ast.unparse(node.test) == "__name__ == '__main__'":
            self.scope = MAIN
            self.calls.setdefault(MAIN, [])
        self.generic_visit(node)
        self.scope = scope

    def visit_Call(self, node: ast.Call) -> None:
        flat = [part for each in node.args for part in (each.elts if isinstance(each, ast.List) else [each])]
        texts = tuple(each.value for each in flat if isinstance(each, ast.Constant) and isinstance(each.value, str))
        self._call(node.func, node.lineno, texts)
        for keyword in node.keywords:
            if keyword.arg == "target":
                self._call(keyword.value, node.lineno, ())
        self.generic_visit(node)

    def _call(self, function: ast.expr, line: int, texts: tuple[str, ...]) -> None:
        target = self._dotted(function)
        if not target:
            return
        self.calls[self.scope].append(Call(target, line))
        kinds = {"subprocess": Capability.PROCESS, "socket": Capability.NETWORK}
        kind = kinds.get(target.partition(".")[0])
        if target in {"importlib.import_module", "__import__", "runpy.run_module", "runpy.run_path"}:
            kind = Capability.DYNAMIC_CODE
        if kind is not None:
            self.facts.append(
                Fact(capability=kind, callee=target, scope=self.scope, line=line, end_line=line, arguments=texts)
            )

    def _dotted(self, node: ast.expr) -> str:
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        head = node.id
        if head == "self" and "." in self.scope:
            head = self.scope.rpartition(".")[0]
        elif self.prefix.endswith("<locals>.") and self.prefix + head in self.calls:
            head = self.prefix + head
        elif head not in self.own or head in self.aliases:
            head = self.aliases.get(head, head)
        return ".".join([head, *reversed(parts)])
