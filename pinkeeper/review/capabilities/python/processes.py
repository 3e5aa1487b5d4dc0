"""Programs that are started: through a shell, silenced, detached, and what their command lines say."""

from __future__ import annotations

import ast
import re
from typing import Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.inner import look_inside
from pinkeeper.review.capabilities.python.use import Use, all_texts, marks_given, shown
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, NOTHING, UNKNOWN, Value, constant
from pinkeeper.review.capabilities.python.variables_set import note_variables
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, LiteralKind, Mark

__all__ = ["SHELLS", "start_process"]

SHELLS: Final = word_set(
    "os.system os.popen os.popen2 os.popen3 os.popen4 subprocess.getoutput subprocess.getstatusoutput "
    "commands.getoutput commands.getstatusoutput "
    "asyncio.create_subprocess_shell popen2.popen2 popen2.popen3 popen2.Popen3 ctypes.CDLL.system"
)
_INNER: Final = lazy_pattern(r"(?:python|pypy)[\w.]*\"?\s+(?:-\w\s+)*-c\s+([\"'])(.*?)\1", re.DOTALL)
_TELLING_ENVIRONMENT: Final = frozenset({"env", "printenv", "set", "/usr/bin/env", "cmd /c set"})
_STEPS_A_LINE: Final = 500
_LINE_LIMIT: Final = 120
_SHELL_PROGRAMS: Final = word_set("sh bash zsh dash ksh cmd cmd.exe powershell powershell.exe pwsh pwsh.exe")
_INTERPRETERS: Final = ("python", "pypy")
_DETACHING: Final = frozenset({"setsid", "setpgrp", "setpgid", "DETACHED_PROCESS", "CREATE_BREAKAWAY_FROM_JOB"})
_HIDING: Final = frozenset({"CREATE_NO_WINDOW", "SW_HIDE"})
_NO_WINDOW: Final = 0x08000000
_DETACHED_PROCESS: Final = 0x8
_CAPTURING: Final = frozenset({"subprocess.check_output"})


def start_process(a: Analysis, use: Use) -> Value:
    """Start a program."""
    command = use.argument(0, "args", "cmd", "command")
    bits = marks_given(a, use) | _options(a, use)
    if use.name in SHELLS or _is_true(use.keywords.get("shell", UNKNOWN)):
        bits |= BIT[Mark.SHELL]
    lines = list(_command_lines(use, command))
    for line in lines:
        a.budget.steps -= _STEPS_A_LINE + 4 * len(line)
        if a.budget.steps < 0:
            line = line[:_LINE_LIMIT]  # noqa: PLW2901 - so many commands are an attack on us
        bits |= texts.command_marks(line)
        words = line.split(None, 2)
        if (
            len(words) > 1
            and words[0].rpartition("/")[2].lower() in _SHELL_PROGRAMS
            and words[1][:1] in "-/"
            and words[1][1:2].lower() in "cek"
        ):
            bits |= BIT[Mark.SHELL]
    a.fact(Capability.PROCESS, use.name, use.node, lines or shown(use), bits)
    for line in lines:
        _told_by(a, use, line, bits)
    _inner_code(a, use, command)
    if "env" in use.keywords:
        note_variables(a, use.keywords["env"], use.node, f"{use.name}(env)")
    for line in lines:
        found = _INNER.search(line) if bits & BIT[Mark.SHELL] else None
        if found is not None:
            look_inside(a, found.group(2), use.node, command.marks)
        if line.strip() in _TELLING_ENVIRONMENT:
            a.fact(Capability.ENVIRONMENT, use.name, use.node, (line,), BIT[Mark.SECRET])
            bits |= BIT[Mark.SECRET]
    value = a.result_named(f"{use.ref}()")
    marks = bits & FLOWING & ~(BIT[Mark.WRITTEN] | BIT[Mark.TEMPORARY] | BIT[Mark.EXECUTABLE])
    return Value(refs=value.refs, marks=marks)


def _told_by(a: Analysis, use: Use, line: str, bits: int) -> None:
    """What a command line does besides being one."""
    carried = bits & (FLOWING | BIT[Mark.SHELL])
    if texts.downloads(line):
        a.fact(Capability.NETWORK, use.name, use.node, (line,), bits)
    if texts.is_secret_path(line):
        a.fact(Capability.CREDENTIALS, use.name, use.node, (line,), carried)
    if texts.asks_for_secrets(line):
        a.fact(Capability.CREDENTIALS, use.name, use.node, (line,), carried)
    if texts.is_persistent(line, command=True):
        a.fact(Capability.PERSISTENCE, use.name, use.node, (line,), carried)
    if len(line) > 3:  # noqa: PLR2004 - anything shorter says nothing
        a.literal(LiteralKind.COMMAND, line, use.node)


def _command_lines(use: Use, command: Value) -> list[str]:
    if use.name in {
        "multiprocessing.Process",
        "multiprocessing.Pool",
        "multiprocessing.context.Process",
        "os.fork",
        "pty.fork",
    }:
        return []
    if len(use.arguments) > 1 and use.name.startswith(
        ("os.exec", "os.spawn", "os.posix_spawn", "asyncio.create_subprocess_exec", "anyio", "trio")
    ):
        pieces = use.arguments[1:] if use.name.startswith("os.spawn") else use.arguments
        words = [line for each in pieces for line in list(all_texts(each))[:1] or ["…"]]
        return [" ".join(words)] if any(word != "…" for word in words) else []
    return [line for line in list(all_texts(command))[:4] if line.strip(" …")]


def _is_true(value: Value) -> bool:
    return any(each is True or (isinstance(each, int) and each) for each in value.constants)


def _options(a: Analysis, use: Use) -> int:  # noqa: C901 - one case a kind
    bits = 0
    keywords = use.keywords
    out, error = keywords.get("stdout", UNKNOWN), keywords.get("stderr", UNKNOWN)
    if _is_nowhere(out) or (
        _is_nowhere(error) and use.name not in _CAPTURING and out is UNKNOWN and "capture_output" not in keywords
    ):
        bits |= BIT[Mark.SILENCED]
    if "startupinfo" in keywords and any("STARTUPINFO" in ref for ref in keywords["startupinfo"].refs):
        bits |= BIT[Mark.SILENCED]
    if _is_true(keywords.get("start_new_session", UNKNOWN)) or "process_group" in keywords:
        bits |= BIT[Mark.DETACHED]
    for keyword in getattr(use.node, "keywords", ()):
        if keyword.arg == "preexec_fn" and _names_in(keyword.value) & _DETACHING:
            bits |= BIT[Mark.DETACHED]
    flags = keywords.get("creationflags", UNKNOWN)
    if flags is not UNKNOWN or "creationflags" in keywords:
        names = set[str]()
        for keyword in getattr(use.node, "keywords", ()):
            if keyword.arg == "creationflags":
                names = _names_in(keyword.value)
        names |= {ref.rpartition(".")[2] for ref in flags.refs}
        number = next((each for each in flags.constants if isinstance(each, int)), 0)
        if names & _HIDING or number & _NO_WINDOW:
            bits |= BIT[Mark.SILENCED]
        if names & _DETACHING or number & _DETACHED_PROCESS:
            bits |= BIT[Mark.DETACHED]
    del a
    return bits


def _names_in(node: ast.AST) -> set[str]:
    return {
        getattr(each, "attr", getattr(each, "id", ""))
        for each in ast.walk(node)
        if isinstance(each, (ast.Attribute, ast.Name))
    }


def _is_nowhere(value: Value) -> bool:
    if any(ref.endswith("DEVNULL") for ref in value.refs):
        return True
    return value.place is not None and value.place[1] in {"/dev/null", "nul", "NUL"}


def _inner_code(a: Analysis, use: Use, command: Value) -> None:
    """Look at Python code that is handed to an interpreter on its command line."""
    words: list[Value] = []
    if isinstance(command.const, (list, tuple)):
        words = [constant(each, command.marks) for each in command.const]
    elif command.items is not None:
        words = list(command.items.values())
    elif use.name.startswith(("os.", "asyncio.", "pty.")):
        words = use.arguments
    for at, word in enumerate(words[:-1]):
        if word.const == "-c" and at and _is_interpreter(words[at - 1]):
            code = words[at + 1]
            if code.const is not NOTHING:
                look_inside(a, code.const, use.node, code.marks)
            return


def _is_interpreter(word: Value) -> bool:
    text = word.shown
    return (text is not None and text.rpartition("/")[2].startswith(_INTERPRETERS)) or any(
        ref == "sys.executable" for ref in word.refs
    )
