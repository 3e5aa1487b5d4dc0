"""The user's own git, as another process: what it is told, what it may not do, and what its failures mean.

- No shell; arguments are a list, and what comes from outside stands after ``--`` or is an object's name.
- It never asks: no terminal (``GIT_TERMINAL_PROMPT=0``, a session of its own, no stdin); every call has a time limit.
- **No hook runs** (``core.hooksPath`` is the null device). Hooks are made for what a person commits in the working
  tree; what is sent here never was there, and a hook would be code that runs because of what an update proposes.
- Variables that point git to another repository, index or trace are dropped; those that say who commits, and how to
  reach a remote, stay. A token for an HTTPS remote comes through a credential helper that reads it from the
  environment of that one process: it is in no argument, no URL and no file.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pinkeeper.errors import GitError
from pinkeeper.forge.address import origin_of
from pinkeeper.forge.tokens import Token
from pinkeeper.model.url import redact

__all__ = ["Git"]

_LOCAL_SECONDS = 120.0
_REMOTE_SECONDS = 600.0
_OLDEST = (2, 31)  # reads settings from the environment
_SHOWN_LINES = 12
_SHOWN_CHARACTERS = 300
_DROPPED = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_AUTHOR_DATE",
        "GIT_COMMITTER_DATE",
        "GIT_COMMON_DIR",
        "GIT_CURL_VERBOSE",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_INDEX_VERSION",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_WORK_TREE",
        "LC_ALL",
        "LANGUAGE",
    }
)
_DROPPED_PREFIXES = ("GIT_TRACE",)
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.quotePath": "true",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "push.followTags": "false",
    "push.gpgSign": "false",
    "push.recurseSubmodules": "no",
    "fetch.recurseSubmodules": "no",
}
_PASSWORD = "PINKEEPER_GIT_PASSWORD"  # noqa: S105 - the name of a variable
_HELPER = f'!f() {{ test "$1" = get && echo "username=$PINKEEPER_GIT_USER" && echo "password=${_PASSWORD}"; }}; f'
_NO_ACCESS = (
    "authentication failed",
    "could not read username",
    "could not read password",
    "permission denied",
    "the requested url returned error: 401",
    "the requested url returned error: 403",
    "host key verification failed",
    "terminal prompts disabled",
)
_NO_REMOTE = (
    "does not appear to be a git repository",
    "repository not found",
    "no such remote",
    "could not resolve host",
)


class Git:
    """Runs git in one repository.

    directory: anywhere inside of it. environ: of the process. token: for HTTPS remotes on the host of `web`, as `user`.
    seconds: a limit for calls that stay on this machine, and for those that reach a remote.
    """

    def __init__(
        self,
        directory: Path,
        environ: Mapping[str, str],
        *,
        seconds: tuple[float, float] = (_LOCAL_SECONDS, _REMOTE_SECONDS),
        program: str = "git",
    ) -> None:
        self.directory = directory
        self._program = program
        self._local_seconds, self._remote_seconds = seconds
        kept = {
            name: value
            for name, value in environ.items()
            if name not in _DROPPED and not name.startswith(_DROPPED_PREFIXES)
        }
        self._environ = {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
        self._secret = ""

    def use_token(self, token: Token, *, web: str, user: str) -> None:
        """Give a token to HTTPS remotes on the host of `web`, in place of the user's own helpers there.

        They are left out, since git would hand them the token to be kept.
        """
        scope = f"credential.{origin_of(web)}.helper"
        count = self._environ.get("GIT_CONFIG_COUNT", "")
        first = int(count) if count.isdecimal() and len(count) < 5 else 0  # noqa: PLR2004 - a variable of the user's
        for number, value in enumerate(("", _HELPER), start=first):
            self._environ[f"GIT_CONFIG_KEY_{number}"] = scope
            self._environ[f"GIT_CONFIG_VALUE_{number}"] = value
        self._environ["GIT_CONFIG_COUNT"] = str(first + 2)
        self._environ["PINKEEPER_GIT_USER"] = user
        self._environ[_PASSWORD] = self._secret = token.secret

    def check_version(self) -> None:
        """Raise GitError for a git that is too old for what it is asked to do here."""
        shown = self.run("version", doing="see which git this is").stdout.decode("utf-8", "replace")
        numbers = tuple(int(digits[:9]) for digits in re.findall(r"\d+", shown)[:2])
        if numbers < _OLDEST:
            raise GitError(f"git {'.'.join(map(str, _OLDEST))} or newer is needed", details=[_cleaned(shown)])

    def keep_objects_in(self, folder: Path) -> None:
        """Have new objects written to a folder from now on, and not into the repository. Raises GitError."""
        done = self.run("rev-parse", "--path-format=absolute", "--git-path", "objects", doing="find the repository")
        self._environ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")
        self._environ["GIT_OBJECT_DIRECTORY"] = str(folder)

    def run(
        self,
        *arguments: str,
        doing: str,
        content: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        reaches_remote: bool = False,
        statuses: Sequence[int] = (0,),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git to its end. content: for its stdin. statuses: those that are no failure.

        Raises GitError: `doing` says what was tried.
        """
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        limit = self._remote_seconds if reaches_remote else self._local_seconds
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and see above
                [self._program, *settings, *arguments],
                cwd=self.directory,
                env={**self._environ, **(environ or {})},
                stdin=subprocess.DEVNULL if content is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # without a terminal, ssh cannot ask either
            )
        except OSError as error:
            missing = isinstance(error, FileNotFoundError) and self.directory.is_dir()
            raise GitError(
                f"cannot {doing}: git {'is not installed' if missing else f'does not start: {error.strerror}'}",
                remedy="install git, and see that it is in PATH" if missing else None,
            ) from error
        try:
            stdout, stderr = process.communicate(content, timeout=limit)
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise GitError(
                f"cannot {doing}: git did not end within {limit:g} s",
                remedy="see whether it waits for a password or a host key: run the same push by hand once",
            ) from error
        except BaseException:
            _end(process)
            raise
        if process.returncode not in statuses:
            raise self.failure(doing, stderr, status=process.returncode)
        return subprocess.CompletedProcess(arguments[:1], process.returncode, stdout, stderr)

    def failure(self, doing: str, stderr: bytes, *, status: int) -> GitError:
        """The error for what git said."""
        text = stderr.decode("utf-8", "replace")
        if self._secret:
            text = text.replace(self._secret, "[token]")
        said = [_cleaned(line) for line in redact(text).splitlines() if line.strip()]
        lower = text.lower()
        remedy = None
        reason = f"git ended with status {status}"
        if "not a git repository" in lower:
            reason, remedy = "this is no git repository", "run inside a clone of the project"
        elif "dubious ownership" in lower:
            reason = "git does not trust this folder: it belongs to somebody else"
            remedy = "git config --global --add safe.directory FOLDER, if you know why"
        elif any(words in lower for words in _NO_ACCESS):
            reason = "the remote does not let us in"
            remedy = "check that the token (or ssh key) may push to this repository"
        elif any(words in lower for words in _NO_REMOTE):
            reason, remedy = "the remote cannot be reached", "check git remote -v, and the network"
        return GitError(f"cannot {doing}: {reason}", details=said[:_SHOWN_LINES], remedy=remedy)


def _cleaned(line: str) -> str:
    return "".join(character if character.isprintable() else " " for character in line)[:_SHOWN_CHARACTERS].strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill git and what it started (ssh, helpers), and wait."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, OSError):  # Windows has no process groups; or it has ended already
        process.kill()
    process.communicate()
