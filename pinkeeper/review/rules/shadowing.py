"""Names that belong to somebody else: modules, commands and entry points that take the place of others."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from packaging.utils import canonicalize_name

from pinkeeper.model.comparison import ChangeStatus, FieldChange, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

# Commands that people and scripts type without a thought.
_COMMANDS = frozenset(
    {
        *(
            "python",
            "python3",
            "pip",
            "pip3",
            "uv",
            "pipx",
            "poetry",
            "pdm",
            "conda",
            "git",
            "ssh",
            "scp",
            "sudo",
            "su",
        ),
        *("ls", "cat", "cp", "mv", "rm", "cd", "curl", "wget", "bash", "sh", "zsh", "env", "make", "docker", "kubectl"),
        *("aws", "gcloud", "az", "node", "npm", "npx", "java", "perl", "ruby", "gpg", "openssl", "tar", "grep", "sed"),
        *("awk", "find", "kill", "ps", "top", "chmod", "chown", "systemctl", "crontab", "vim", "nano", "code", "gcc"),
    }
)
_STANDARD = sys.stdlib_module_names | {"__main__", "builtins"}


_CODE = frozenset({FileKind.PYTHON, FileKind.NATIVE, FileKind.BYTECODE, FileKind.STARTUP, FileKind.SCRIPT})


def _look(material: Material) -> Iterable[Sighting]:
    yield from _in_case_alone(material)
    for change in material.fields:
        if change.field == "top-level name":
            yield from _modules(change.new, material)
        elif change.field in {"entry point", "script"}:
            yield from _commands(change, material)


def _in_case_alone(material: Material) -> Iterator[Sighting]:
    """Files that Windows and macOS take for one: which of them is there depends on who unpacks."""
    added = {
        change.new_path
        for change in material.changes
        if change.status in {ChangeStatus.ADDED, ChangeStatus.RENAMED} and change.kind in _CODE and change.new_path
    }
    if not added:
        return
    spelled: dict[str, list[str]] = {}
    for path in material.new.main.entries:
        spelled.setdefault(path.casefold(), []).append(path)
    for path in sorted(added):
        others = [other for other in spelled.get(path.casefold(), ()) if other != path]
        if others:
            yield Sighting(
                severity=Severity.HIGH,
                summary=f"its name differs from that of {others[0]} in case alone: one takes the place of the other",
                path=path,
                subject="case",
            )


def _modules(names: Iterable[str], material: Material) -> Iterator[Sighting]:
    for name in names:
        if name in _STANDARD:
            yield Sighting(
                severity=Severity.HIGH,
                summary=f"the top-level name {name} is that of a module of the standard library",
                subject=f"stdlib {name}",
            )
        elif (project := canonicalize_name(name)) in material.known and project != material.name:
            yield Sighting(
                severity=Severity.HIGH,
                summary=f"the top-level name {name} is that of another project",
                subject=f"project {name}",
            )


def _commands(change: FieldChange, material: Material) -> Iterator[Sighting]:
    """Commands that are new, but for one that has the project's own name."""
    had = {_command(text) for text in change.old}
    for text in change.new:
        name = _command(text)
        if name in _COMMANDS and name not in had and name.rstrip("0123456789.") != material.name:
            yield Sighting(
                severity=Severity.HIGH,
                summary=f"the command {name} takes the place of another program",
                subject=f"command {name}",
            )


def _command(text: str) -> str:
    """The name that an entry point or a script gives to a command; empty for other entry points."""
    group, _, rest = text.rpartition(": ")
    name = rest.partition("=")[0].strip().lower().removesuffix(".exe")
    return name if not group or "scripts" in group else ""


RULE = Rule(
    id="shadowing",
    severity=Severity.HIGH,
    title="a name that belongs to somebody else",
    means=(
        "A new module or command has the name of a module of the standard library, of another project or of a "
        "well-known program: whoever means that one gets this one."
    ),
    attack="Packages that shipped a module named like a dependency, to be imported in its place.",
    judge="Nothing honest overwrites the files of another distribution.",
    look=_look,
)
