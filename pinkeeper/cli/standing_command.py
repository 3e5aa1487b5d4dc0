"""How a lock that stands was made: the command in its header, read as if it stood on the command line."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from pinkeeper.cli.lock_arguments import Said, decode
from pinkeeper.errors import ConfigurationError
from pinkeeper.workflows.lock_options import LockOptions

__all__ = ["options_of"]

# Fields of `Said` whose parameter of the command line has another name.
_PARAMETERS = {
    "locks": "lock",
    "preferences": "from_file",
    "outputs": "output",
    "extras": "extra",
    "groups": "group",
    "constraints": "constraint",
    "overrides": "override",
    "upgrade_packages": "upgrade_package",
    "pythons": "python_version",
    "platforms": "platform",
    "extra_index_urls": "extra_index_url",
    "indexes": "index",
    "trusted_hosts": "trusted_host",
}


def options_of(command: str | None, *, over: LockOptions) -> tuple[LockOptions, str | None]:
    """The options of ``pinkeeper lock ...``, and those of `over` in their place where these say something.

    A bound on the age of releases is not taken over: it was about the day on which the lock was made, and is given back
    to be told. Gives `over` for a command of another tool. Raises ConfigurationError for words that lock does not know.
    """
    words = [] if command is None else _words(command)
    if words[:2] != ["pinkeeper", "lock"]:
        return over, None
    parameters = _parsed(words[2:], command or "")
    said = Said(**{field: parameters[_PARAMETERS.get(field, field)] for field in Said.__struct_fields__})
    made = decode(replace(said, exclude_newer=None))
    unsaid = LockOptions()
    kept = {
        field: getattr(over, field)
        for field in LockOptions.__struct_fields__
        if getattr(over, field) != getattr(unsaid, field)
    }
    return replace(made, **kept), said.exclude_newer


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _parsed(words: Sequence[str], command: str) -> Mapping[str, Any]:
    import typer  # noqa: PLC0415 - the whole command line of lock is described for this

    from pinkeeper.cli.lock import lock_command  # noqa: PLC0415

    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    function: Callable[..., int] = lock_command
    app.command("lock")(function)
    try:
        return typer.main.get_command(app).make_context("lock", list(words)).params
    except typer.TyperException as error:
        raise ConfigurationError(
            f"the lock's header names a command that this version does not know: {error.format_message()}",
            where=command,
            remedy="make the lock anew with pinkeeper lock",
        ) from error
