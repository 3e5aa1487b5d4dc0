"""One repository and its remote: what is on its branches, a commit beside the working tree, and the way out."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from pinkeeper.errors import ConfigurationError, GitError
from pinkeeper.forge.git import Git
from pinkeeper.forge.seal import seal_of, sealed, unsealed
from pinkeeper.model.url import redact, split_credentials

__all__ = ["Base", "MadeCommit", "Repository", "Tip"]

_OBJECT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HEADS = "refs/heads/"
_MODES = frozenset({"100644", "100755"})
_MOST_CHANGED = 1000  # files in a commit that could be ours
_FALLBACK_NAME = "pinkeeper"
_FALLBACK_EMAIL = "pinkeeper@localhost.invalid"


class Base(Struct, frozen=True, kw_only=True):
    """The branch of the remote that change requests are for, and the commit that it is at."""

    branch: str
    commit: str


class MadeCommit(Struct, frozen=True, kw_only=True):
    """A commit that is in the local repository, on no branch. is_empty: its files are in the base already."""

    commit: str
    tree: str
    message: str
    is_empty: bool


class Tip(Struct, frozen=True, kw_only=True):
    """What a branch of the remote is at.

    is_ours: whether it is one commit that we made for this branch, as we made it.
    """

    branch: str
    commit: str
    is_ours: bool
    parent: str = ""
    tree: str = ""
    message: str = ""


class Repository:
    """The user's clone, and one remote of it. The working tree, the index and the local branches stay as they are.

    Objects are added to the clone, and git updates its remote-tracking branches of what was pushed.
    """

    def __init__(self, git: Git, *, remote: str = "origin", log: Callable[[str], None] | None = None) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_][\w./+-]*", remote):
            raise ConfigurationError("the remote's name cannot be one", where=remote, remedy="see git remote")
        self._git = git
        self.remote = remote
        self._log = log
        self._identity: dict[str, str] | None = None

    def root(self) -> Path:
        """The top folder of the working tree. Raises GitError outside of one."""
        done = self._git.run("rev-parse", "--show-toplevel", doing="find the repository")
        return Path(done.stdout.decode("utf-8", "surrogateescape").rstrip("\n"))

    def remote_url(self) -> str:
        """Where the remote is, without credentials."""
        done = self._git.run("remote", "get-url", "--push", "--", self.remote, doing=f"find the remote {self.remote}")
        return split_credentials(redact(done.stdout.decode("utf-8", "replace").strip()))[0]

    def look(self, *, base: str, prefix: str) -> tuple[Base, dict[str, str]]:
        """The base (``base``, or the remote's default branch where that is empty), and the branches under a prefix.

        The second: branch -> commit. The base's commit is there afterwards. Raises GitError.
        """
        doing = f"list the branches of {self.remote}"
        wanted = [f"{_HEADS}{base}"] if base else ["HEAD"]
        done = self._git.run(
            "ls-remote", "--symref", "--", self.remote, *wanted, f"{_HEADS}{prefix}*", doing=doing, reaches_remote=True
        )
        default, found = _listed(done.stdout.decode("utf-8", "replace"))
        name = base or default
        commit = found.get(f"{_HEADS}{base}" if base else "HEAD")
        if not name or commit is None:
            raise GitError(
                f"the remote {self.remote} has no branch {name}" if name else f"{self.remote} has no default branch",
                remedy="push it first, or name the base",
            )
        self._fetch([commit], doing=f"fetch {name}")
        start = _HEADS + prefix
        branches = {
            ref.removeprefix(_HEADS): at for ref, at in sorted(found.items()) if ref.startswith(start) and ref != start
        }
        return Base(branch=name, commit=commit), branches

    def file_at(self, commit: str, path: str) -> bytes | None:
        """The bytes of a file in a commit; None where there is no such file."""
        entry = self._entry(commit, path)
        if entry is None or entry[0] not in _MODES:
            return None
        return self._git.run("cat-file", "blob", entry[1], doing=f"read {path}").stdout

    def make_commit(self, base: Base, *, branch: str, message: str, files: Sequence[tuple[str, bytes]]) -> MadeCommit:
        """One commit on the base with these files in it, beside the working tree. The same input, the same commit.

        Its times are those of the base's commit; author and committer are whom git's settings name, or `_FALLBACK_NAME`
        where they name nobody. Raises GitError.
        """
        doing = f"make the commit of {branch}"
        text = sealed(message, branch, parent=base.commit, files=dict(files))
        with tempfile.TemporaryDirectory(prefix="pinkeeper-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            self._git.run("read-tree", base.commit, doing=doing, environ=index)
            lines = []
            for path, content in files:
                _check_path(path, doing)
                entry = self._entry(base.commit, path)
                if entry is not None and entry[0] not in _MODES:
                    raise GitError(f"cannot {doing}: {path} is no plain file on {base.branch}", where=path)
                blob = self._object(doing, "hash-object", "-w", "--no-filters", "--stdin", content=content)
                lines.append(f"{entry[0] if entry else '100644'} {blob}\t{path}\0")
            self._git.run(
                "update-index", "-z", "--index-info", doing=doing, content="".join(lines).encode(), environ=index
            )
            tree = self._object(doing, "write-tree", environ=index)
        is_empty = tree == self._object(doing, "rev-parse", "--verify", f"{base.commit}^{{tree}}")
        sign = ["-S"] if self._setting("commit.gpgSign", "--type=bool") == "true" else []
        commit = self._object(
            doing,
            "commit-tree",
            *sign,
            "-p",
            base.commit,
            tree,
            content=text.encode(),
            environ={**self._who(), **self._times(base)},
        )
        return MadeCommit(commit=commit, tree=tree, message=text, is_empty=is_empty)

    def tips(self, branches: Mapping[str, str]) -> dict[str, Tip]:
        """What the branches are at. Raises GitError."""
        self._fetch(list(branches.values()), doing="fetch the branches of earlier proposals", with_parents=True)
        return {branch: self._read_tip(branch, commit) for branch, commit in branches.items()}

    def push(self, branch: str, commit: str | None, *, expected: str | None) -> None:
        """Put a branch of the remote to a commit, None to delete it, if it still is where it was `expected` to be.

        expected: None where there must be no such branch. Raises GitError.
        """
        ref = f"{_HEADS}{branch}"
        doing = f"push {branch}" if commit is not None else f"delete {branch}"
        done = self._git.run(
            "push",
            "--porcelain",
            "--no-verify",
            f"--force-with-lease={ref}:{expected or ''}",
            "--",
            self.remote,
            f"{commit or ''}:{ref}",
            doing=doing,
            reaches_remote=True,
            statuses=(0, 1, 128),
        )
        if done.returncode == 0:
            return
        refused = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith("!")]
        if not refused:
            raise self._git.failure(doing, done.stderr, status=done.returncode)
        reason = refused[0].rpartition("\t")[2]
        if commit is None and not self._is_there(ref, doing):
            return  # somebody was faster
        if "stale info" in reason or "fetch first" in reason or "cannot lock ref" in reason:
            raise GitError(
                f"cannot {doing}: the branch moved in the meantime",
                where=f"{self.remote}/{branch}",
                remedy="run again: what is there now is looked at anew",
            )
        raise GitError(
            f"cannot {doing}: the remote refuses it",
            where=f"{self.remote}/{branch}",
            details=[_plain(reason), *self._git.failure(doing, done.stderr, status=1).details][:8],
            remedy="see the rules and hooks of the repository: branches of this prefix must be open to the token",
        )

    def _is_there(self, ref: str, doing: str) -> bool:
        """Whether the remote has a reference now."""
        done = self._git.run("ls-remote", "--", self.remote, ref, doing=doing, reaches_remote=True)
        return any(line.partition("\t")[2] == ref for line in done.stdout.decode("utf-8", "replace").splitlines())

    def _read_tip(self, branch: str, commit: str) -> Tip:
        """Whether a commit is ours as we made it: one parent, the seal holds over what it changes."""
        foreign = Tip(branch=branch, commit=commit, is_ours=False)
        raw = self._git.run("cat-file", "commit", commit, doing=f"read {branch}").stdout.decode("utf-8", "replace")
        head, _, message = raw.partition("\n\n")
        fields = [line.partition(" ") for line in head.splitlines()]
        parents = [value for name, _, value in fields if name == "parent"]
        tree = next((value for name, _, value in fields if name == "tree"), "")
        found = unsealed(message)
        if found is None or len(parents) != 1:
            return foreign
        body, named, seal = found
        if named != branch:
            return foreign
        files = self._changed(parents[0], commit, doing=f"read {branch}")
        if files is None or seal_of(body, named, parent=parents[0], files=files) != seal:
            return foreign
        return Tip(branch=branch, commit=commit, is_ours=True, parent=parents[0], tree=tree, message=message)

    def _changed(self, old: str, new: str, *, doing: str) -> dict[str, bytes] | None:
        """The plain files that a commit adds or changes; None where it does anything else."""
        done = self._git.run("diff-tree", "-r", "-z", "--no-renames", "--no-ext-diff", old, new, "--", doing=doing)
        parts = done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
        files: dict[str, bytes] = {}
        if len(parts) > 2 * _MOST_CHANGED:
            return None
        for info, path in zip(parts[::2], parts[1::2], strict=True):
            old_mode, mode, _, blob, status = info.lstrip(":").split(" ")
            if status not in {"A", "M"} or mode not in _MODES or (status == "M" and mode != old_mode):
                return None
            files[path] = self._git.run("cat-file", "blob", blob, doing=doing).stdout
        return files

    def _entry(self, commit: str, path: str) -> tuple[str, str] | None:
        """Mode and object of what is at a path."""
        done = self._git.run("ls-tree", "-z", "--full-tree", commit, "--", f":(literal){path}", doing=f"look at {path}")
        for line in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
            about, _, name = line.partition("\t")
            if name == path:
                mode, _, blob = about.split(" ")
                return mode, blob
        return None

    def _fetch(self, commits: Sequence[str], *, doing: str, with_parents: bool = False) -> None:
        """Bring commits here, without a reference; those that are here already are not asked for."""
        if not commits:
            return
        wanted = [f"{commit}^{{commit}}" for commit in commits]
        if with_parents:
            wanted += [f"{commit}^1^{{tree}}" for commit in commits]
        done = self._git.run("cat-file", "--batch-check", doing=doing, content="\n".join([*wanted, ""]).encode())
        answers = done.stdout.decode("utf-8", "replace").splitlines()
        missing = sorted(
            {want.partition("^")[0] for want, line in zip(wanted, answers, strict=True) if "missing" in line}
        )
        if missing:
            # A depth would make a whole clone a shallow one; without any, a shallow one might fetch all of the past.
            asked = self._git.run("rev-parse", "--is-shallow-repository", doing=doing).stdout.strip()
            self._git.run(
                "fetch",
                *(["--depth=2"] if asked == b"true" else []),
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-recurse-submodules",
                "--refmap=",
                "--",
                self.remote,
                *missing,
                doing=doing,
                reaches_remote=True,
            )

    def _who(self) -> dict[str, str]:
        """Who commits where neither git's settings nor its environment name anybody; no guess from the host's name."""
        if self._identity is None:
            self._identity = {}
            for role in ("AUTHOR", "COMMITTER"):
                asked = ("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT")
                done = self._git.run(*asked, doing="see who commits", statuses=(0, 1, 128))
                if done.returncode != 0:
                    self._identity |= {f"GIT_{role}_NAME": _FALLBACK_NAME, f"GIT_{role}_EMAIL": _FALLBACK_EMAIL}
            if self._identity and self._log is not None:
                self._log(f"git names nobody who commits (user.name, user.email); {_FALLBACK_NAME} does")
        return self._identity

    def _times(self, base: Base) -> dict[str, str]:
        """The time of the base's commit, for ours: it makes the same commit of the same proposal in every run."""
        time = self._git.run("show", "-s", "--format=%ct", base.commit, "--", doing="read the base").stdout.decode()
        return dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), f"{time.strip()} +0000")

    def _setting(self, name: str, *options: str) -> str:
        done = self._git.run("config", *options, "--get", name, doing="read git's settings", statuses=(0, 1))
        return done.stdout.decode("utf-8", "replace").strip()

    def _object(
        self, doing: str, *arguments: str, content: bytes | None = None, environ: Mapping[str, str] | None = None
    ) -> str:
        """The name of the object that a command gives."""
        done: subprocess.CompletedProcess[bytes] = self._git.run(
            *arguments, doing=doing, content=content, environ=environ
        )
        name = done.stdout.decode("ascii", "replace").strip()
        if not _OBJECT.fullmatch(name):
            raise GitError(f"cannot {doing}: git {arguments[0]} did not give an object")
        return name


def _listed(text: str) -> tuple[str, dict[str, str]]:
    """The default branch, and the commit of each reference, as ``ls-remote --symref`` lists them."""
    default = ""
    found: dict[str, str] = {}
    for line in text.splitlines():
        at, _, ref = line.partition("\t")
        if at.startswith("ref: ") and ref == "HEAD":
            default = at.removeprefix("ref: ").removeprefix(_HEADS)
        elif _OBJECT.fullmatch(at):
            found[ref] = at
    return default, found


def _check_path(path: str, doing: str) -> None:
    """Raise GitError for a path that no commit may have; git would leave it out and say nothing."""
    parts = path.split("/")
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts) or not path.isprintable():
        raise GitError(f"cannot {doing}: a repository can have no file at this path", where=_plain(path))


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)[:300]
