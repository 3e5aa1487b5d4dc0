"""A bare repository, a clone of it, and a person who works with both."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Remote", "git_in", "snapshot"]

_PERSON = {
    "GIT_AUTHOR_NAME": "A Person",
    "GIT_AUTHOR_EMAIL": "person@corp.example",
    "GIT_COMMITTER_NAME": "A Person",
    "GIT_COMMITTER_EMAIL": "person@corp.example",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git_in(folder: Path, *arguments: str, check: bool = True) -> str:
    """What git says in a folder, as a person runs it."""
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", *arguments],
        cwd=folder,
        env={**os.environ, **_PERSON},
        check=check,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.decode()


@dataclass(frozen=True)
class Remote:
    """bare: the remote; clone: the working tree of who runs pinkeeper; person: that of somebody else."""

    bare: Path
    clone: Path
    person: Path

    @classmethod
    def make(cls, folder: Path, files: dict[str, str] | None = None) -> Remote:
        """A remote whose main has `files` in one commit, and two clones."""
        found = cls(bare=folder / "remote.git", clone=folder / "clone", person=folder / "person")
        folder.mkdir(exist_ok=True, parents=True)
        git_in(folder, "init", "-q", "--bare", str(found.bare))
        git_in(folder, "clone", "-q", str(found.bare), str(found.person))
        found.commit_on_main(files or {"requirements.txt": "alpha==1.0\n", "README": "hello\n"}, "Begin")
        git_in(folder, "clone", "-q", str(found.bare), str(found.clone))
        git_in(found.clone, "config", "user.name", "Lock Keeper")
        git_in(found.clone, "config", "user.email", "keeper@corp.example")
        return found

    def commit_on_main(self, files: dict[str, str], message: str) -> None:
        """Somebody pushes a commit."""
        if git_in(self.person, "branch", "--list", "main"):
            git_in(self.person, "switch", "-q", "main")
        self._commit(files, message)
        git_in(self.person, "push", "-q", "origin", "HEAD:refs/heads/main")

    def commit_on_branch(self, branch: str, files: dict[str, str], message: str = "A person's work") -> None:
        """Somebody adds a commit to a branch."""
        git_in(self.person, "fetch", "-q", "origin", branch)
        git_in(self.person, "switch", "-q", "--detach", "FETCH_HEAD")
        self._commit(files, message)
        git_in(self.person, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        git_in(self.person, "switch", "-q", "main")

    def branches(self) -> dict[str, str]:
        """The commit of each branch of the remote."""
        lines = git_in(self.bare, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads")
        return dict(line.split() for line in lines.splitlines())

    def file(self, branch: str, path: str) -> str:
        """A file on a branch of the remote."""
        return git_in(self.bare, "show", f"{branch}:{path}")

    def log(self, branch: str) -> list[str]:
        """Subjects, the newest first."""
        return git_in(self.bare, "log", "--format=%s", branch).splitlines()

    def _commit(self, files: dict[str, str], message: str) -> None:
        for path, text in files.items():
            target = self.person / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        git_in(self.person, "add", "--all")
        git_in(self.person, "commit", "-q", "-m", message)


def snapshot(clone: Path) -> dict[str, str]:
    """What must not change: the working tree, the index, the branches and HEAD; not objects, not remote branches."""
    files = {
        str(path.relative_to(clone)): path.read_bytes().hex()
        for path in sorted(clone.rglob("*"))
        if path.is_file() and ".git" not in path.parts
    }
    index = (clone / ".git/index").read_bytes().hex()
    refs = git_in(clone, "for-each-ref", "refs/heads", "refs/tags", "refs/stash")
    configuration = (clone / ".git/config").read_text()
    head = (clone / ".git/HEAD").read_text()
    status = "" if not files else git_in(clone, "--no-optional-locks", "status", "--porcelain")
    others = sorted(path.name for path in (clone / ".git").iterdir() if path.name not in {"objects", "refs", "logs"})
    return {
        **files,
        "index": index,
        "refs": refs,
        "config": configuration,
        "HEAD": head,
        "st": status,
        "n": str(others),
    }
