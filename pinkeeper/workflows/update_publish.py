"""Proposals become change requests on the project's forge.

What came out dangerous is never sent. A proposal is sent only where the locks on the base branch are the ones that it
was made from: otherwise it would undo, or bring along, what nobody proposed.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

from msgspec import Struct

from pinkeeper.errors import CollectedError, ConfigurationError, InputError
from pinkeeper.forge.address import origin_of
from pinkeeper.forge.api import Api, ApiOptions
from pinkeeper.forge.forge import Forge
from pinkeeper.forge.git import Git
from pinkeeper.forge.github import GitHub
from pinkeeper.forge.gitlab import GitLab
from pinkeeper.forge.marker import ROOM
from pinkeeper.forge.other import OtherForge
from pinkeeper.forge.place import ForgeKind, ForgePlace, find_place
from pinkeeper.forge.publish import Publishing, publish
from pinkeeper.forge.repository import Base, Repository
from pinkeeper.forge.tokens import missing_token
from pinkeeper.inputs.update_settings import RequestSettings
from pinkeeper.model.change_request import ChangeRequest, RequestOutcome
from pinkeeper.model.finding import Verdict
from pinkeeper.model.proposal import Bump, Proposal, UpdateResult
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["BODY_LIMIT", "PublishOptions", "publish_update"]

BODY_LIMIT = GitHub.body_limit - ROOM
"""Characters that a body may have on every forge; a longer one is cut where the forge has no more room."""

_PREFIX = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[\w-][\w.-]*)*[/_-]")
_BRANCH = re.compile(r"[A-Za-z0-9_][\w.+-]*(?:/[\w-][\w.+-]*)*")
_ID_LENGTH = 100
_TITLE_LENGTH = 200  # GitHub has room for 256 characters, GitLab for 255, with a mark for drafts
_USERS = {ForgeKind.GITHUB: "x-access-token", ForgeKind.GITLAB: "oauth2", ForgeKind.OTHER: ""}


class PublishOptions(Struct, frozen=True, kw_only=True):
    """How proposals are sent. Empty means: found out from the remote and the environment.

    forge_url: of the forge's pages or its API; project: as the forge names it, ``owner/name``. base: the branch that
    they are for. labels, reviewers: as the forge names them. draft_flagged: those to be read are opened as drafts.
    supersedes: False where only some packages were looked at, so that requests for others stay. most_open: at a time.
    body_directory: where texts go for forges that we do not speak to.
    """

    forge: Literal["auto", "github", "gitlab", "other"] = "auto"
    forge_url: str = ""
    project: str = ""
    remote: str = "origin"
    base: str = ""
    branch_prefix: str = "pinkeeper/"
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    draft_flagged: bool = True
    supersedes: bool = True
    most_open: int | None = None
    dry_run: bool = False
    body_directory: str = "pinkeeper-requests"

    @classmethod
    def of(
        cls, settings: RequestSettings, *, supersedes: bool, dry_run: bool, body_directory: str | None = None
    ) -> Self:
        """The settings of a project, for one run."""
        return cls(
            forge=settings.forge or "auto",
            forge_url=settings.forge_url or "",
            remote=settings.remote,
            base=settings.base or "",
            branch_prefix=settings.branch_prefix,
            labels=settings.labels,
            reviewers=settings.reviewers,
            draft_flagged=settings.draft,
            supersedes=supersedes,
            most_open=settings.most_open,
            dry_run=dry_run,
            **({} if body_directory is None else {"body_directory": body_directory}),
        )


def publish_update(
    result: UpdateResult,
    options: PublishOptions,
    surroundings: Surroundings,
    *,
    body: Callable[[Proposal], str],
) -> tuple[RequestOutcome, ...]:
    """Send the proposals of an update; give what became of each.

    body: the Markdown of one, of at most `BODY_LIMIT` characters. Raises PublishingError, which has all outcomes, where
    some could not be sent; GitError, ForgeError, ConfigurationError, InputError where none was.
    """
    _check_names(options)
    git = Git(surroundings.directory, surroundings.environ)
    git.check_version()
    repository = Repository(git, remote=options.remote, log=surroundings.log)
    folder = _project_folder(repository.root(), surroundings.directory)
    remote_url = repository.remote_url()
    kind = None if options.forge == "auto" else ForgeKind(options.forge)
    place = find_place(remote_url, surroundings.environ, kind=kind, url=options.forge_url, project=options.project)
    surroundings.log(f"forge: {place.kind.value} {place.api} {place.project}".rstrip())
    prefix = _prefix(options.branch_prefix, folder)
    proposals = [each for each in result.proposals if each.verdict is not Verdict.DANGER]
    how = Publishing(
        prefix=prefix,
        base=options.base,
        supersedes=options.supersedes,
        most_open=options.most_open,
        dry_run=options.dry_run,
    )
    with (
        _objects(git, is_kept=not options.dry_run),
        Api(ApiOptions(environ=surroundings.environ, place=place), log=surroundings.log) as api,
    ):
        forge = _forge(place, api, options, surroundings)
        _give_token(git, place, api, remote_url)
        base, branches = repository.look(base=options.base, prefix=prefix)
        _check_base(repository, base, proposals, folder, remote=options.remote)
        requests = [_request(each, options, prefix=prefix, folder=folder, body=body(each)) for each in proposals]
        return publish(requests, git=repository, forge=forge, how=how, seen=(base, branches))


def _request(proposal: Proposal, options: PublishOptions, *, prefix: str, folder: str, body: str) -> ChangeRequest:
    is_flagged = proposal.verdict is not Verdict.ROUTINE
    lines = [_line(bump) for bump in proposal.bumps]
    title = _shortened(" ".join(_sound(proposal.title).split()))
    return ChangeRequest(
        id=proposal.id,
        branch=prefix + _branch_part(proposal.id),
        title=title,
        body=_sound(body),
        message="\n".join([title, "", *lines]),
        files=tuple((_inside(folder, file.path), file.text.encode()) for file in proposal.files),
        labels=options.labels,
        reviewers=options.reviewers,
        is_draft=is_flagged and options.draft_flagged,
        decision="\n".join(sorted(lines)),
    )


def _sound(text: str) -> str:
    """A text that can be sent: no half characters, which foreign notes may have, and no null ones."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _shortened(title: str) -> str:
    """A title that every forge has room for."""
    return title if len(title) <= _TITLE_LENGTH else f"{title[: _TITLE_LENGTH - 1].rstrip()}…"


def _line(bump: Bump) -> str:
    """One bump as a commit message, and a person's decision, has it."""
    match bump.old, bump.new:
        case None, new:
            return f"{bump.name} {new} (new)"
        case old, None:
            return f"{bump.name} {old} (gone)"
        case old, new:
            return f"{bump.name} {old} -> {new}"


def _check_base(repository: Repository, base: Base, proposals: list[Proposal], folder: str, *, remote: str) -> None:
    """Raise CollectedError where a lock on the base is not the one that the proposals were made from."""
    expected = {file.path: file.old_sha256 for proposal in proposals for file in proposal.files}
    errors = []
    for path, old in sorted(expected.items()):
        content = repository.file_at(base.commit, _inside(folder, path))
        if not _is_same(content, old):
            errors.append(
                InputError(
                    f"this lock is not the one on {remote}/{base.branch}, and a proposal must be made from that",
                    where=path,
                    remedy="commit and push what was changed here, or git pull, and run again",
                )
            )
    if errors:
        raise CollectedError(errors)


def _is_same(content: bytes | None, sha256: str | None) -> bool:
    """Whether bytes have a digest, also where git has other line ends in the working tree."""
    if content is None or sha256 is None:
        return content is None and sha256 is None
    forms = (content, content.replace(b"\n", b"\r\n"))
    return sha256 in {hashlib.sha256(form).hexdigest() for form in forms}


def _forge(place: ForgePlace, api: Api, options: PublishOptions, surroundings: Surroundings) -> Forge:
    """The forge to speak to. Raises ConfigurationError where a token is needed and there is none."""
    if place.kind is not ForgeKind.OTHER and not options.dry_run and not api.has_token(place.api):
        raise missing_token(place, surroundings.environ)
    match place.kind:
        case ForgeKind.GITHUB:
            return GitHub(api, place)
        case ForgeKind.GITLAB:
            return GitLab(api, place)
        case ForgeKind.OTHER:
            return OtherForge(surroundings.directory / options.body_directory)


def _give_token(git: Git, place: ForgePlace, api: Api, remote_url: str) -> None:
    """Let git use the forge's token where the remote is on the forge itself, over HTTPS."""
    token = api.token(place.api) if place.api else None
    if token is not None and remote_url.startswith("https://") and origin_of(remote_url) == origin_of(place.web):
        git.use_token(token, web=place.web, user=_USERS[place.kind])


@contextmanager
def _objects(git: Git, *, is_kept: bool) -> Iterator[None]:
    """Where new objects go: a dry run leaves none behind."""
    if is_kept:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="pinkeeper-") as folder:
        git.keep_objects_in(Path(folder))
        yield


def _project_folder(root: Path, directory: Path) -> str:
    """The project's folder in the repository, with ``/``; empty for the top."""
    relative = os.path.relpath(os.path.realpath(directory), os.path.realpath(root))
    return "" if relative == os.curdir else relative.replace(os.sep, "/")


def _inside(folder: str, path: str) -> str:
    """A lock's path in the repository. Raises ConfigurationError for one that lies elsewhere."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    if posixpath.isabs(joined) or joined.startswith("../"):
        raise ConfigurationError("the lock lies outside of the repository, and cannot be proposed", where=path)
    return joined


def _prefix(prefix: str, folder: str) -> str:
    """The prefix of a project's branches: one that is not at the top of its repository has a part of its own there."""
    if not folder:
        return prefix
    digest = hashlib.sha256(folder.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{prefix}{_plain(folder)[:60]}-{digest}@"


def _branch_part(id_: str) -> str:
    plain = _plain(id_)
    if plain == id_ and len(id_) <= _ID_LENGTH:
        return id_
    digest = hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{plain[: _ID_LENGTH - 20].rstrip('.-')}-{digest}"


def _plain(text: str) -> str:
    """A text as a part of a branch's name (git-check-ref-format): letters, digits, single dots and dashes inside."""
    plain = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9._-]+", "-", text)).strip(".-")
    return plain.removesuffix(".lock") or "x"


def _check_names(options: PublishOptions) -> None:
    named: Mapping[str, tuple[str, re.Pattern[str]]] = {
        "branch-prefix": (options.branch_prefix, _PREFIX),
        "base": (options.base or "main", _BRANCH),
    }
    for setting, (value, pattern) in named.items():
        if not pattern.fullmatch(value) or ".." in value or value.endswith((".lock", ".")) or "//" in value:
            raise ConfigurationError(
                f"it cannot be {'the beginning of a' if setting == 'branch-prefix' else 'a'} branch's name: {value!r}",
                where=f"[tool.pinkeeper.update.pull-requests] {setting}",
                remedy='branch-prefix = "pinkeeper/"' if setting == "branch-prefix" else 'base = "main"',
            )
