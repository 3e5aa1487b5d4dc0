"""What tools read: a file of requirements, or a project."""

from __future__ import annotations

from pathlib import Path

__all__ = ["UNIVERSAL_PYTHONS", "write_project", "write_requirements"]

UNIVERSAL_PYTHONS = ">=3.11,<3.14"


def write_requirements(folder: Path, requirements: tuple[str, ...]) -> str:
    """Write ``in.txt``; give its name."""
    (folder / "in.txt").write_text("".join(f"{requirement}\n" for requirement in requirements))
    return "in.txt"


def write_project(
    folder: Path, requirements: tuple[str, ...], *, pythons: str = UNIVERSAL_PYTHONS, further: str = ""
) -> str:
    """Write ``pyproject.toml``; give its name. pythons: the specifier of its Requires-Python."""
    listed = "".join(f'  "{requirement}",\n' for requirement in requirements)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "project"\nversion = "1"\nrequires-python = "{pythons}"\n'
        f"dependencies = [\n{listed}]\n{further}"
    )
    return "pyproject.toml"
