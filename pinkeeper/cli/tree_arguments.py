"""What ``tree`` and ``why`` have in common on the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from packaging.utils import NormalizedName

from pinkeeper.cli.printer import Printer
from pinkeeper.errors import ConfigurationError

if TYPE_CHECKING:
    from pinkeeper.workflows.lock_graph import LockChoice

__all__ = [
    "ColorOption",
    "LockArgument",
    "PlatformOption",
    "PythonOption",
    "QuietOption",
    "TargetOption",
    "VerboseOption",
    "asked_package",
    "can_say",
    "lock_choice",
    "say_result",
]

_TARGET_WORDS = 2

LockArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[LOCK]", help="A requirements.txt or pylock.toml. [default: pylock.toml, else requirements.txt]"
    ),
]
TargetOption = Annotated[
    str | None,
    typer.Option(metavar="TARGET", help='Show one target, as "3.12 linux_x86_64". [default: all, with their markers]'),
]
PythonOption = Annotated[
    str | None, typer.Option("--python-version", metavar="X.Y", help="Show one target, by its Python.")
]
PlatformOption = Annotated[
    str | None, typer.Option("--platform", metavar="NAME", help="Show one target, by its platform.")
]
ColorOption = Annotated[Literal["auto", "always", "never"], typer.Option("--color", help="Colour on stderr.")]
VerboseOption = Annotated[int, typer.Option("--verbose", "-v", count=True, help="Tell what goes on.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors only.")]


def asked_package(text: str, *, where: str) -> tuple[NormalizedName, frozenset[NormalizedName]]:
    """The name and the extras in ``name`` or ``name[extra]``. where: the argument. Raises ConfigurationError."""
    from pinkeeper.model.requirement import InvalidRequirement, parse_requirement  # noqa: PLC0415 - only once it is asked

    try:
        asked = parse_requirement(text)
    except InvalidRequirement:
        asked = None
    if asked is None or asked.specifier or asked.marker or asked.url:
        raise ConfigurationError(f"not a package name: {text}", where=where, remedy="write name or name[extra]")
    return asked.name, asked.extras


def lock_choice(
    lock: str | None, *, target: str | None, python_version: str | None, platform: str | None
) -> LockChoice:
    """The lock and target that were said. Raises ConfigurationError."""
    from pinkeeper.workflows.lock_graph import LockChoice  # noqa: PLC0415 - other commands need no graph

    if target is None:
        return LockChoice(path=lock, python=python_version, platform=platform)
    if python_version is not None or platform is not None:
        raise ConfigurationError(
            "--target says Python and platform already", remedy="drop --python-version and --platform"
        )
    words = target.split()
    if len(words) != _TARGET_WORDS:
        raise ConfigurationError(
            f"not a target: {target}",
            where="--target",
            remedy='write a Python version and a platform, as in "3.12 linux_x86_64"',
        )
    return LockChoice(path=lock, python=words[0], platform=words[1])


def say_result(printer: Printer, text: str, *, target: str | None, notes: tuple[str, ...]) -> None:
    """Print a result, what stdout's encoding cannot say as escapes; around it, on stderr, the target and the notes."""
    if target is not None:
        printer.line(f"On {target}:", "quiet")
    encoding = sys.stdout.encoding or "utf-8"
    printer.data(text.encode(encoding, errors="backslashreplace").decode(encoding))
    for note in notes:
        printer.line(f"note: {note}", "quiet")


def can_say(text: str) -> bool:
    """Whether stdout's encoding has these characters."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
