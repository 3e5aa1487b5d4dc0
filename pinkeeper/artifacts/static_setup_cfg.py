"""Literal dependencies in ``setup.cfg`` (setuptools' declarative configuration)."""

from __future__ import annotations

import configparser

from pinkeeper.artifacts.declared import Declared, NotStatic, requirement_lines
from pinkeeper.artifacts.dependency import InvalidRequirement
from pinkeeper.artifacts.hostile_text import shown

__all__ = ["declared_in_setup_cfg"]

_DIRECTIVES = ("file:", "attr:")
_OLD_WHEEL_KEYS = ("requires_dist", "provides_extra")


def declared_in_setup_cfg(content: bytes) -> Declared | NotStatic:
    """Read ``install_requires`` and ``python_requires`` of ``[options]``, and ``[options.extras_require]``.

    A value that setuptools would read from elsewhere (``file:``, ``attr:``) or interpolate (``%``) is not static.
    """
    parser = configparser.RawConfigParser()
    # setuptools keeps the case of keys, which matters for the names of extras.
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string(content.decode("utf-8-sig"), source="setup.cfg")
    except (configparser.Error, ValueError) as error:
        return NotStatic(reason=f"setup.cfg cannot be read: {shown(str(error))}")
    try:
        options = _options(parser, "options")
        # pbr, d2to1 and old versions of wheel took dependencies from here.
        if any(key in _options(parser, "metadata") for key in _OLD_WHEEL_KEYS):
            return NotStatic(reason="setup.cfg: [metadata] has requirements, which tools read differently")
        dependencies = optional = None
        if "install_requires" in options:
            dependencies = _requirements("install_requires", options["install_requires"])
        if parser.has_section("options.extras_require"):
            extras = parser.items("options.extras_require")
            optional = {extra: _requirements(f"the extra {shown(extra)}", text) for extra, text in extras}
        python = options.get("python_requires")
        if python is not None:
            _check_literal("python_requires", python)
    except (InvalidRequirement, _NotLiteralError) as error:
        return NotStatic(reason=f"setup.cfg: {error}")
    return Declared(dependencies=dependencies, optional=optional, requires_python=(python or "").strip() or None)


class _NotLiteralError(Exception):
    """A value that setuptools would compute."""


def _options(parser: configparser.RawConfigParser, section: str) -> dict[str, str]:
    """A section by option, spelled as setuptools normalizes them."""
    found: dict[str, str] = {}
    for key, value in parser.items(section) if parser.has_section(section) else ():
        option = key.lower().replace("-", "_")
        if option in found:
            raise _NotLiteralError(f"[{section}] has {option} twice")
        found[option] = value
    return found


def _requirements(what: str, value: str) -> tuple[str, ...]:
    _check_literal(what, value)
    # setuptools: by lines where there are several, else by semicolons (so no marker can stand on a single line).
    text = value if "\n" in value else value.replace(";", "\n")
    return tuple(requirement_lines(text))


def _check_literal(what: str, value: str) -> None:
    if value.strip().startswith(_DIRECTIVES):
        raise _NotLiteralError(f"{what} is read from another file ({shown(value.strip())})")
    if "%" in value:
        raise _NotLiteralError(f"{what} has a % to interpolate")
