"""Files that exist only in a test, read as the workflows would have them read."""

from __future__ import annotations

from collections.abc import Mapping

from pinkeeper.errors import InputError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.requirement_file import read_requirements
from pinkeeper.model.origin import OriginKind


class Files:
    """A file reader over texts or bytes by path; `asked` lists what was read."""

    def __init__(self, contents: Mapping[str, str | bytes]) -> None:
        self._contents = contents
        self.asked: list[str] = []

    def __call__(self, path: str) -> bytes:
        self.asked.append(path)
        try:
            content = self._contents[path]
        except KeyError:
            raise InputError("there is no such file", where=path) from None
        return content if isinstance(content, bytes) else content.encode()


def read(
    content: str | bytes,
    *,
    path: str = "requirements.in",
    environ: Mapping[str, str] | None = None,
    kind: OriginKind = OriginKind.REQUIREMENTS,
    others: Mapping[str, str | bytes] | None = None,
) -> Inputs:
    files = Files({path: content, **(others or {})})
    return read_requirements(path, read=files, environ=environ or {}, kind=kind)


def shown(inputs: Inputs) -> list[str]:
    """The requirements as texts."""
    return [str(requirement.requirement) for requirement in inputs.requirements]
