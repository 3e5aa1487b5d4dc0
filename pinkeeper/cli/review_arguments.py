"""What the commands of ``review`` have in common on the command line."""

from __future__ import annotations

import functools
import inspect
import os
import typing
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pinkeeper.cli.printer import Printer
from pinkeeper.errors import ConfigurationError

if TYPE_CHECKING:
    from packaging.version import Version

    from pinkeeper.workflows.review_desk import DeskOptions

__all__ = [
    "CacheDirOption",
    "ColorOption",
    "FromOption",
    "LockOption",
    "NoCacheOption",
    "PlacesSaid",
    "QuietOption",
    "ToOption",
    "UntilOption",
    "VerboseOption",
    "WholeOption",
    "day",
    "printer_for",
    "version",
    "with_places",
]

LockOption = Annotated[
    list[str] | None, typer.Option("--lock", metavar="NAME", help="One lock of [tool.pinkeeper.locks]. [default: all]")
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="VERSION", help="Compare with this release. [default: the nearest covered one]"),
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="VERSION", help="The release to read. [default: the locked one]")
]
WholeOption = Annotated[bool, typer.Option("--whole", help="Read all of the release, compared with nothing.")]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="The last day of it, in UTC. [default: in 90 days]")
]
_PLACES: Mapping[str, Any] = {
    "index_url": Annotated[
        str | None, typer.Option("--index-url", "-i", metavar="URL", help="The index. [default: the one pip uses]")
    ],
    "extra_index_url": Annotated[list[str] | None, typer.Option(metavar="URL", help="A further index.")],
    "index": Annotated[list[str] | None, typer.Option(metavar="NAME=URL", help="A named index.")],
    "find_links": Annotated[
        list[str] | None, typer.Option("--find-links", "-f", metavar="LOCATION", help="A folder or page of files.")
    ],
    "no_index": Annotated[bool, typer.Option("--no-index", help="Use --find-links alone.")],
    "trusted_host": Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="Accept plain HTTP and any certificate from HOST.")
    ],
    "cert": Annotated[str | None, typer.Option(metavar="FILE", help="CA certificates to trust (PEM).")],
    "client_cert": Annotated[str | None, typer.Option(metavar="FILE", help="A client certificate with its key (PEM).")],
    "offline": Annotated[bool, typer.Option("--offline", help="Use the cache alone.")],
}
CacheDirOption = Annotated[
    str | None, typer.Option("--cache-dir", metavar="DIR", help="The cache; also PINKEEPER_CACHE_DIR.")
]
NoCacheOption = Annotated[bool, typer.Option("--no-cache", help="Read and write no cache.")]
ColorOption = Annotated[Literal["auto", "always", "never"], typer.Option("--color", help="Colour on a terminal.")]
VerboseOption = Annotated[int, typer.Option("--verbose", "-v", count=True, help="Tell what goes on.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors only.")]


def printer_for(*, verbose: int, quiet: bool, color: str = "auto") -> Printer:
    """The printer of one command."""
    return Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)


class PlacesSaid:
    """The options about indexes, as they were said."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    def decoded(self) -> DeskOptions:
        """Where releases come from. Raises ConfigurationError."""
        from pinkeeper.cli.index_arguments import index_options  # noqa: PLC0415 - the gate needs no index
        from pinkeeper.workflows.review_desk import DeskOptions  # noqa: PLC0415 - as above

        said = self._said
        return DeskOptions(
            index=index_options(
                index_url=said["index_url"],
                extra_index_urls=said["extra_index_url"],
                indexes=said["index"],
                find_links=said["find_links"],
                no_index=said["no_index"],
                trusted_hosts=said["trusted_host"],
            ),
            offline=said["offline"],
            cert=said["cert"],
            client_cert=said["client_cert"],
        )


def with_places(command: Callable[..., int]) -> Callable[..., int]:
    """The command with the options about indexes, which many have; it gets them together as ``places``."""

    @functools.wraps(command)
    def run(**said: Any) -> int:
        places = PlacesSaid({name: said.pop(name) for name in _PLACES})
        return command(**said, places=places)

    hints = typing.get_type_hints(command, include_extras=True)
    own = [
        parameter.replace(annotation=hints[name])
        for name, parameter in inspect.signature(command).parameters.items()
        if name != "places"
    ]
    more = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=False if typing.get_args(annotation)[0] is bool else None,
            annotation=annotation,
        )
        for name, annotation in _PLACES.items()
    ]
    given = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    signature = inspect.Signature([*given, *more], return_annotation=int)
    run.__signature__ = signature  # type: ignore[attr-defined] # typer reads it
    run.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    return run


def day(text: str | None, option: str) -> date | None:
    """Read a date. Raises ConfigurationError."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"not a date: {text!r}", where=option, remedy="write it as 2026-08-01") from None


def version(text: str | None, option: str) -> Version | None:
    """Read a version. Raises ConfigurationError."""
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - few commands need it

    try:
        return None if text is None else Version(text)
    except InvalidVersion:
        raise ConfigurationError(f"not a version: {text!r}", where=option, remedy="write it as 1.2.3") from None
