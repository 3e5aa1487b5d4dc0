"""Native binaries: new ones, and those that ask the system for something they did not ask for before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.native import NativeSummary
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_ADDRESS = lazy_pattern(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?:https?|wss?)://")
_SHELL = lazy_pattern(r"/bin/(?:ba|da|z|k)?sh\b|cmd\.exe|powershell", re.IGNORECASE)

_SHORT = 120  # characters
_NOTHING = NativeSummary()
# Together these bring code in that no import table tells of: it is found by name, and memory is made to run.
_FINDS = frozenset({"dlsym", "dlvsym", "GetProcAddress", "LdrGetProcedureAddress"})
_MAKES_RUN = frozenset({"mprotect", "pkey_mprotect", "vm_protect", "mach_vm_protect", "memfd_create", "VirtualProtect"})
_GRAVE = {Capability.PROCESS, Capability.NETWORK, Capability.PERSISTENCE, Capability.CREDENTIALS}


def _look(material: Material) -> Iterable[Sighting]:
    natives = [change for change in material.changes if change.kind is FileKind.NATIVE]
    had_natives = any(change.old_path is not None for change in natives)
    had_natives = had_natives or bool(material.old.natives) or _has_natives(material)
    could = {capability for summary in material.old.natives.values() for capability, _ in summary.capabilities}
    if not had_natives:
        natives.sort(key=lambda change: -_powers(material.new.natives.get(change.new_path or "", _NOTHING)))
    for change in natives:
        if change.new_path is None:
            continue
        new = material.new.natives.get(change.new_path, _NOTHING)
        old = material.old.natives.get(change.old_path or "", _NOTHING)
        is_added = change.status is ChangeStatus.ADDED or change.old_kind is not None
        if is_added:
            yield _added(change, new, first=not had_natives)
        yield from _gained(change, old, new, could, is_added=is_added)
        if not had_natives:
            # Where several are the first, one stands for them, and the others for what it has not.
            had_natives = True
            could |= {capability for capability, _ in new.capabilities}


def _powers(summary: NativeSummary) -> int:
    return sum(capability in _GRAVE for capability, _ in summary.capabilities)


def _has_natives(material: Material) -> bool:
    """Whether the old release has natives, in the wheel that was read or in another one."""
    if any(name.endswith(".whl") and not name.endswith("-any.whl") for name in material.old.filenames):
        return True
    return any(path.endswith((".so", ".pyd", ".dll", ".dylib")) or ".so." in path for path in material.old.main.entries)


def _added(change: FileChange, new: NativeSummary, *, first: bool) -> Sighting:
    format_ = f" ({new.format.value})" if new.format is not None else ""
    return Sighting(
        severity=Severity.HIGH if first else Severity.MEDIUM,
        summary=f"{'the first' if first else 'a new'} native binary{format_}{' in the package' if first else ''}",
        path=change.new_path,
        subject="new binary",
    )


def _gained(
    change: FileChange, old: NativeSummary, new: NativeSummary, could: set[Capability], *, is_added: bool
) -> Iterator[Sighting]:
    had = {capability for capability, _ in old.capabilities}
    for capability, names in new.capabilities:
        if capability in _GRAVE and capability not in had and (not is_added or capability not in could):
            severity = Severity.HIGH if capability not in could else Severity.MEDIUM
            yield Sighting(
                severity=severity,
                summary=f"it asks the system for {', '.join(names[:5])}, which it did not before",
                path=change.new_path,
                subject=f"{capability.value}: {', '.join(names)}",
            )
    yield from _loads_by_itself(change, old, new, could, is_added=is_added)
    texts = sorted(set(new.texts) - set(old.texts))
    if texts and not is_added:
        is_grave = _names_shell_and_address(texts)
        yield Sighting(
            severity=Severity.HIGH if is_grave else Severity.LOW,
            summary=f"new texts in it: {', '.join(text[:60] for text in texts[:3])}",
            path=change.new_path,
            subject=f"texts: {', '.join(texts[:3])}",
        )
    if new.is_packed and not old.is_packed:
        yield Sighting(
            severity=Severity.HIGH,
            summary="it is packed, so that what it asks for cannot be seen",
            path=change.new_path,
            subject="packed",
        )


def _names_shell_and_address(texts: Iterable[str]) -> bool:
    """Addresses alone are often versions, and shells alone what a system's own functions bring along.

    What stands far apart in one text has only been put together by a compiler, and has nothing to do with each other.
    """
    near = [text for text in texts if len(text) <= _SHORT]
    if any(map(_ADDRESS.search, near)) and any(map(_SHELL.search, near)):
        return True
    return any(
        _ADDRESS.search(text, max(0, shell.start() - _SHORT), shell.end() + _SHORT) is not None
        for text in texts
        for shell in _SHELL.finditer(text)
    )


def _loads_by_itself(
    change: FileChange, old: NativeSummary, new: NativeSummary, could: set[Capability], *, is_added: bool
) -> Iterator[Sighting]:
    gained = _names(new) - _names(old)
    if gained & _FINDS and gained & _MAKES_RUN and (not is_added or Capability.NATIVE not in could):
        yield Sighting(
            severity=Severity.HIGH,
            summary=(
                f"it asks the system for {', '.join(sorted(gained & (_FINDS | _MAKES_RUN)))}, which it did not before: "
                "it can find functions by name and make memory run"
            ),
            path=change.new_path,
            subject=f"native code: {', '.join(sorted(gained))}",
        )


def _names(summary: NativeSummary) -> set[str]:
    return {name for capability, names in summary.capabilities if capability is Capability.NATIVE for name in names}


RULE = Rule(
    id="native-binary",
    severity=Severity.HIGH,
    title="a native binary is new or asks for more",
    means=(
        "Machine code cannot be read in review. Told are the first binary of a package, further ones, those that "
        "import functions that start programs, connect or write where the system starts things, and packed ones."
    ),
    attack="torchtriton (December 2022): a binary beside honest code, which gathered files and sent them by DNS.",
    judge=(
        "Was it built by the project's own pipeline, from a source in the sdist? Compilers and runtimes bring imports "
        "along."
    ),
    look=_look,
)
