"""Core metadata by an isolated build (PEP 517, PEP 518), for sdists of packages that the user allowed by name.

The only place where code of a package runs. It runs in processes of their own that see the environment variables
given here and no others.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pinkeeper.artifacts.dependency import InvalidRequirement, parse_dependency
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.unpack import unpack_sdist
from pinkeeper.artifacts.wheel import METADATA_LIMIT
from pinkeeper.errors import ArtifactError, ConfigurationError, MetadataUnavailableError, PinkeeperError
from pinkeeper.model.url import redact

__all__ = ["build_metadata"]

_TAIL_BYTES = 64 * 1024
_TAIL_LINES = 20
_LINE_LENGTH = 500


def build_metadata(sdist: Path, *, work_dir: Path, environ: Mapping[str, str], subdirectory: str = "") -> bytes:
    """The METADATA that the sdist's own build backend prepares.

    work_dir: an existing folder; all is done in a new folder below it, which is removed again. environ: the whole
    environment of the processes that run; pip takes from it where build requirements come from (``PIP_INDEX_URL``).
    subdirectory: of the project below the top-level folder, ``/`` between its parts.
    Build requirements are installed from wheels alone, so that allowing one package does not allow others to run
    their ``setup.py``.

    Raises `ConfigurationError` where the extra ``pinkeeper[build]`` is not installed, `ArtifactError` for an archive
    that cannot be unpacked safely, `MetadataUnavailableError` with the end of the output where the build fails.
    """
    try:
        import build  # noqa: F401, PLC0415 - an extra, heavy, and needed by few
    except ImportError:
        raise ConfigurationError(
            "building a package needs the project 'build', which is not installed",
            where=sdist.name,
            remedy="pip install 'pinkeeper[build]'",
        ) from None
    # Failing to remove what a build left behind (read-only folders, say) is no reason to fail.
    with tempfile.TemporaryDirectory(prefix="build-", dir=work_dir, ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        source = folder / "source"
        source.mkdir()
        project = _below(unpack_sdist(sdist, source), subdirectory, filename=sdist.name)
        with (folder / "output").open("w+b") as output:
            environment = _Environment(folder / "environment", environ, output.fileno())
            with _telling_failures(sdist.name, folder / "output"):
                return _prepared(environment, project, folder / "metadata")


def _below(top: Path, subdirectory: str, *, filename: str) -> Path:
    parts = [part for part in subdirectory.split("/") if part]
    folder = top.joinpath(*parts)
    if ".." in parts or not folder.is_dir():
        raise ArtifactError(f"it has no folder {shown(subdirectory)}", where=filename)
    return folder


def _prepared(environment: _Environment, project: Path, into: Path) -> bytes:
    from build import ProjectBuilder  # noqa: PLC0415

    _silence_warnings()
    environment.create()
    builder = ProjectBuilder.from_isolated_env(environment, project, runner=environment.run)
    environment.install(builder.build_system_requires)
    environment.install(builder.get_requires_for_build("wheel"))
    metadata = Path(builder.metadata_path(into)) / "METADATA"
    # The backend chose the path and wrote the file: neither is to be believed.
    if not metadata.resolve().is_relative_to(into.resolve()) or not metadata.is_file():
        raise ArtifactError(f"its build backend gave no METADATA but {shown(metadata.name)}", where=project.name)
    if metadata.stat().st_size > METADATA_LIMIT:
        raise ArtifactError(f"its build backend gave METADATA of more than {METADATA_LIMIT} bytes", where=project.name)
    return metadata.read_bytes()


def _silence_warnings() -> None:
    """What backends and their configuration are warned of is their authors' matter, and stderr is ours.

    Not `warnings.catch_warnings`, which would undo the filters of other threads; these categories are only raised here.
    """
    import build  # noqa: PLC0415
    import pyproject_hooks  # noqa: PLC0415

    warnings.simplefilter("ignore", build.TypoWarning)
    if (relayed := getattr(pyproject_hooks, "BuildBackendWarning", None)) is not None:  # not in old versions
        warnings.simplefilter("ignore", relayed)


class _Environment:
    """A virtual environment as `build.env.IsolatedEnv` describes it.

    Not build's own: that one runs pip with the environment of this process, secrets and all, and with its streams.
    """

    def __init__(self, path: Path, environ: Mapping[str, str], output: int) -> None:
        self._path = path
        self._environ = dict(environ)
        self._output = output

    @property
    def python_executable(self) -> str:
        """The interpreter that the backend runs in."""
        return str(self._scripts / ("python.exe" if os.name == "nt" else "python"))

    def make_extra_environ(self) -> Mapping[str, str]:
        """Scripts of build requirements (cmake, cython) are found first; nothing of our own packages is."""
        path = self._environ.get("PATH")
        return {"PATH": f"{self._scripts}{os.pathsep}{path}" if path else str(self._scripts), "PYTHONPATH": ""}

    def create(self) -> None:
        """Make the environment, without pip in it."""
        self.run([sys.executable, "-P", "-m", "venv", "--without-pip", str(self._path)])

    def install(self, requirements: Collection[str]) -> None:
        """Install build requirements with our own pip. Raises `InvalidRequirement`, `subprocess.CalledProcessError`."""
        for requirement in requirements:
            # Otherwise pip would take a path or a repository, which --only-binary does not keep from being built.
            if parse_dependency(requirement).url is not None:
                raise InvalidRequirement(f"the build requirement {shown(requirement)} is a URL")
        if requirements:
            pip = [sys.executable, "-P", "-m", "pip", "--python", self.python_executable]
            options = ["--no-input", "--disable-pip-version-check", "--only-binary=:all:", "--no-warn-script-location"]
            self.run([*pip, "install", *options, "--", *sorted(requirements)])

    def run(self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
        """Run one process, its output kept in our file. Raises `subprocess.CalledProcessError`."""
        subprocess.run(  # noqa: S603 - the purpose of this module, for packages allowed by name
            cmd,
            cwd=cwd,
            env={**self._environ, **(extra_environ or {})},
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    @property
    def _scripts(self) -> Path:
        return self._path / ("Scripts" if os.name == "nt" else "bin")


@contextmanager
def _telling_failures(filename: str, output: Path) -> Iterator[None]:
    """Turn any failure of a build into an error that shows the end of its output."""
    try:
        yield
    except PinkeeperError:
        raise
    # Besides build's own exceptions and CalledProcessError, a backend that answers nonsense leads to TypeError,
    # BadZipFile and whatever else; each is a failed build.
    except Exception as error:
        reason = f"exit status {error.returncode}" if isinstance(error, subprocess.CalledProcessError) else str(error)
        raise MetadataUnavailableError(
            f"the build that was allowed failed: {redact(reason)}",
            where=filename,
            details=_tail(output),
            remedy="install what the output asks for, or constrain the package to a release that has wheels",
        ) from error


def _tail(output: Path) -> tuple[str, ...]:
    """The last lines, without credentials and characters that would act on a terminal."""
    with output.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    plain = (
        "".join(c if c.isprintable() else " " for c in redact(line.expandtabs(4)))[:_LINE_LENGTH] for line in lines
    )
    return tuple([line.rstrip() for line in plain if line.strip()][-_TAIL_LINES:])
