"""What one Python file says about itself. Depends on nothing but the bytes of the file, so that it can be kept."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

__all__ = [
    "ANALYSER",
    "MAIN",
    "MODULE",
    "Call",
    "Capability",
    "Class",
    "Fact",
    "Function",
    "Import",
    "Literal",
    "LiteralKind",
    "Mark",
    "ModuleSummary",
    "Oddity",
    "OddityKind",
]

ANALYSER = 9
"""Raised whenever a summary of the same bytes would come out another way."""

MODULE = "<module>"
"""The scope of what runs when the module is imported; class bodies and decorators are part of it."""

MAIN = "<main>"
"""The scope of what stands under ``if __name__ == "__main__"``."""


class Capability(StrEnum):
    """What code can do."""

    PROCESS = "process"  # starts programs
    NETWORK = "network"  # opens connections, sends, receives, resolves names
    DYNAMIC_CODE = "dynamic code"  # exec, eval, compile, code objects, imports by a computed name
    NATIVE = "native code"  # ctypes, cffi, dlopen, memory made executable
    ENVIRONMENT = "environment"  # reads variables of the environment
    CREDENTIALS = "credentials"  # reads where secrets lie: files, keyrings, variables, metadata hosts
    HOST_SURVEY = "host survey"  # asks for the user, host, platform, locale, network cards
    FILE_WRITE = "file write"  # writes, moves, deletes, changes modes
    PERSISTENCE = "persistence"  # cron, units, autostart, shell profiles, registry, files that interpreters start with
    DESERIALISATION = "deserialisation"  # pickle, marshal, shelve, unsafe YAML and the like
    REFLECTION = "reflection"  # reaches builtins, frames, modules or attributes by computed names
    PATCHING = "patching"  # replaces parts of another package, of the standard library or of builtins


class Mark(StrEnum):
    """What is remarkable about the use of a capability."""

    DECODED = "decoded"  # an argument went through a decoding step: base64, hex, zlib, XOR, chr joins, marshal ...
    FETCHED = "fetched"  # an argument came from the network
    SECRET = "secret"  # noqa: S105 - a word, not one; an argument came from secrets: the environment in bulk, credential files and variables
    SURVEYED = "surveyed"  # an argument came from a host survey
    COMPUTED = "computed"  # the name of what is called was put together, and could be worked out
    UNRESOLVED = "unresolved"  # the name of what is called, or of what is imported, could not be worked out
    SHELL = "shell"  # through a shell
    SILENCED = "silenced"  # its output goes nowhere, or its window is hidden
    DETACHED = "detached"  # it outlives its parent
    TEMPORARY = "temporary place"  # an argument is in a folder for temporary files
    EXECUTABLE = "made executable"  # a mode that lets it run
    INSECURE = "insecure"  # certificates are not looked at
    GATED = "gated"  # under a condition on platform, locale, host, user, time or a test environment
    SWALLOWED = "swallowed"  # whatever goes wrong is passed over in silence
    WRITTEN = "written"  # an argument is a file that the same code has written
    STORED = "from a file"  # an argument was read from a file


class Fact(Struct, frozen=True, kw_only=True):
    """One use of a capability.

    callee: the qualified name of what is used, such as ``subprocess.Popen``, however it was spelled. scope: the
    qualified name of the function it stands in (``Class.method``, ``outer.<locals>.inner``), `MODULE` or `MAIN`.
    line, end_line: 1-based. arguments: constant arguments, folded, each cut to 200 characters.
    """

    capability: Capability
    callee: str
    scope: str
    line: int
    end_line: int
    arguments: tuple[str, ...] = ()
    marks: frozenset[Mark] = frozenset()


class Call(Struct, frozen=True, array_like=True):
    """A call, or something callable handed on to what will call it (a thread, atexit, a decorator, map ...).

    target: the qualified name: ``json.loads``; names of the file's own as they are defined (``helper``,
    ``Class.method``, ``Class`` for making an instance); relative imports with their dots (``.util.helper``).
    """

    target: str
    line: int


class Function(Struct, frozen=True, kw_only=True):
    """A function, or one of the scopes `MODULE` and `MAIN`.

    digest: of its normalized syntax tree without docstrings and positions: equal for code that only moved; empty for
    `MODULE`, and for functions without a fact. line, end_line: 1-based, decorators included. calls: all that stand in
    it, nested functions apart.
    """

    name: str
    line: int
    end_line: int
    digest: str = ""
    calls: tuple[Call, ...] = ()


class Class(Struct, frozen=True, array_like=True):
    """A class, so that what it inherits can be found. name: qualified, as a function's. bases: targets as of `Call`.

    A metaclass is among the bases, as the last.
    """

    name: str
    bases: tuple[str, ...] = ()


class Import(Struct, frozen=True, array_like=True):
    """An imported module or name, dotted, with leading dots where it is relative. scope: as for `Fact`.

    ``from .x import *`` has the target ``.x.*``. name: what ``as`` binds it to, empty where there is none.
    """

    target: str
    line: int
    scope: str
    name: str = ""


class LiteralKind(StrEnum):
    """Why a text was kept."""

    URL = "url"
    HOST = "host"  # a host name outside a URL, handed to something that connects
    ADDRESS = "address"  # an IP address
    PATH = "path"  # a path where secrets, start-up files or temporary files lie
    COMMAND = "command"  # a command line
    BLOB = "blob"  # long, and dense as packed or encrypted data are


class Literal(Struct, frozen=True, kw_only=True):
    """A text or bytes constant that matters, folded where it was put together. value: cut to 500 characters."""

    kind: LiteralKind
    value: str
    line: int
    scope: str
    decoded: bool = False  # it stood in the file in another form
    in_docstring: bool = False


class OddityKind(StrEnum):
    """What is odd about a text as a text."""

    BIDI = "bidi control"
    INVISIBLE = "invisible character"
    MIXED_SCRIPT = "mixed-script identifier"
    LONG_LINE = "very long line"
    OFF_SCREEN = "code pushed off the screen"
    BLOB = "opaque blob"
    NOT_PARSED = "does not parse"
    NOT_ANALYSED = "not analysed to its end"
    NEWER_GRAMMAR = "newer grammar"  # it parses only as a newer Python's than the one that looked


class Oddity(Struct, frozen=True, kw_only=True):
    """One thing that is odd. line: 1-based. detail: a few words."""

    kind: OddityKind
    line: int
    scope: str = MODULE
    detail: str = ""


class ModuleSummary(Struct, frozen=True, kw_only=True):
    """One Python file.

    functions: every scope, `MODULE` first. classes: all of them, nested ones too. names: top-level names that it
    defines. code_lines: 1-based numbers of lines on which an executable statement begins, sorted, docstrings left out.
    problem: why it could not be parsed; then the oddities and literals are all there is.
    """

    facts: tuple[Fact, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    imports: tuple[Import, ...] = ()
    literals: tuple[Literal, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    names: tuple[str, ...] = ()
    code_lines: tuple[int, ...] = ()
    problem: str | None = None
