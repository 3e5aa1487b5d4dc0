"""Pickled objects that call something dangerous when they are opened, told from the bytes alone."""

from __future__ import annotations

import re
from typing import Final

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["pickled_call"]

_MODULES: Final = (
    rb"(?:posix|nt|os|subprocess|builtins|__builtin__|sys|runpy|pty|importlib|commands|webbrowser|socket|code|timeit|"
    rb"pip)"
)
_NAMES: Final = (
    rb"(?:system|popen|Popen|exec[lv]?[pe]{0,2}|eval|execfile|compile|__import__|import_module|call|check_call|"
    rb"check_output|run|_run_code|run_path|run_module|spawn\w*|posix_spawnp?|getoutput|getstatusoutput|startfile|"
    rb"open|create_connection|main|timeit|InteractiveInterpreter|InteractiveConsole)"
)
# The opcodes GLOBAL, and STACK_GLOBAL behind two texts, each perhaps memoized (the pickle protocols 0 to 5).
_TEXT: Final = rb"(?:\x8c.|X....|\x8d.{8}|U.|T....)"
_MEMOIZED: Final = rb"(?:\x94|q.|r....)?"
_CALLS: Final = lazy_pattern(
    rb"[ci](?P<module>%(modules)s)\n(?P<name>%(names)s)\n|"
    rb"%(text)s(?P<other>%(modules)s)%(memoized)s%(text)s(?P<called>%(names)s)%(memoized)s\x93"
    % {b"modules": _MODULES, b"names": _NAMES, b"text": _TEXT, b"memoized": _MEMOIZED},
    re.DOTALL,
)


def pickled_call(content: bytes) -> str | None:
    """What opening the objects would call, as ``module.name``; None where nothing of the kind is in them.

    Archives that store their members as they are, as those of torch do, are looked into without being opened.
    """
    found = _CALLS.search(content)
    if found is None:
        return None
    module, name = found["module"] or found["other"], found["name"] or found["called"]
    return f"{module.decode()}.{name.decode()}"
