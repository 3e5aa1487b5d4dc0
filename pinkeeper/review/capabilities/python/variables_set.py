"""Variables of the environment that are set: for this process, or for programs that it starts."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.use import Use, all_texts
from pinkeeper.review.capabilities.python.value import FLOWING, OWN, UNKNOWN, Value
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability

__all__ = ["note_variable", "note_variables", "put_variable"]

# What loaders, shells and interpreters read before they run anything: other programs will run somebody's code.
_LOADERS: Final = word_set(
    "LD_PRELOAD LD_AUDIT DYLD_INSERT_LIBRARIES PYTHONSTARTUP PYTHONBREAKPOINT BASH_ENV ENV NODE_OPTIONS PERL5OPT "
    "RUBYOPT JAVA_TOOL_OPTIONS GIT_SSH GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_EXEC_PATH PROMPT_COMMAND GIT_ASKPASS "
    "SSH_ASKPASS LESSOPEN PIP_INDEX_URL PIP_EXTRA_INDEX_URL UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL "
    "PIP_CONFIG_FILE PYTHONHTTPSVERIFY NODE_TLS_REJECT_UNAUTHORIZED GIT_SSL_NO_VERIFY"
)
# What connections go through, or trust; and where clients of others' services go. A text that stands in the code is no
# choice of whoever runs it.
_WAYS: Final = lazy_pattern(
    r"(?i:https?|all|ftp|grpc)_(?i:proxy)|(?:REQUESTS|CURL|AWS|GRPC)_CA_BUNDLE|SSL_CERT_(?:FILE|DIR)|"
    r"NODE_EXTRA_CA_CERTS|"
    r"[A-Z0-9_]+_(?:BASE_URL|API_BASE|BASE|API_URL|ENDPOINT|ENDPOINT_URL|API_HOST)"
)
_CERTIFICATES: Final = lazy_pattern(r"CA_BUNDLE|SSL_CERT|CA_CERTS")
_NAME_LIMIT: Final = 4


def note_variable(a: Analysis, key: Value, value: Value, node: ast.expr) -> None:
    """``os.environ["LD_PRELOAD"] = ...``: what this process starts, or where it goes, is another from now on."""
    names = [each for each in key.constants if isinstance(each, str) and _is_told(each, value)]
    if names:
        a.fact(Capability.PATCHING, "os.environ", node, names[:_NAME_LIMIT], value.marks & FLOWING)


def note_variables(a: Analysis, held: Value, node: Any, callee: str = "os.environ") -> None:
    """``os.environ.update({...})``, or the environment that a program is given."""
    items: Mapping[Any, Value] = held.items or {}
    names = [key for key, value in items.items() if isinstance(key, str) and _is_told(key, value)]
    if isinstance(held.const, dict):
        names += [key for key in held.const if isinstance(key, str) and _is_told(key, Value(const=held.const[key]))]
    if names:
        a.fact(Capability.PATCHING, callee, node, names[:_NAME_LIMIT], held.marks & FLOWING)


def put_variable(a: Analysis, use: Use) -> Value | None:
    """``os.putenv``."""
    note_variable(a, use.argument(0, "key"), use.argument(1, "value"), use.node)
    return None


def _is_told(name: str, value: Value) -> bool:
    if name in _LOADERS or (name == "PYTHONPATH" and value.marks & OWN):
        return True
    if not _WAYS.fullmatch(name):
        return False
    if _CERTIFICATES.search(name):
        return value is not UNKNOWN and not any("certifi" in ref for ref in value.refs)
    return any(map(texts.is_elsewhere, all_texts(value)))
