"""Change requests are brought to a remote and a forge, so that what stands there is what is wanted now.

Every step looks at what is there and does what is missing, in an order in which nothing is lost when it ends anywhere:
the branch before the request, the request before its labels and reviewers, a closed request before its deleted branch.
The next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.errors import PinkeeperError, PublishingError
from pinkeeper.forge.forge import Forge, OpenRequest
from pinkeeper.forge.marker import Marker, asked_of, decision_of, marked, read_marker, same_text
from pinkeeper.forge.repository import Base, MadeCommit, Repository, Tip
from pinkeeper.model.change_request import ChangeRequest, RequestOutcome, RequestState

__all__ = ["SUPERSEDED", "Publishing", "publish"]

SUPERSEDED = (
    "pinkeeper proposes this no more: it is on the base branch already, or another proposal has taken its place. "
    "Closed; open it again to keep it, and it will be left alone."
)


_THEIRS = "a person opened a request from its branch, or made the text of ours their own"


class Publishing(Struct, frozen=True, kw_only=True):
    """How to publish.

    prefix: of the branches; one that goes on with ``/`` or ``@`` is none of ours. base: a branch of the remote, its
    default branch where empty. supersedes: whether requests that are not among those given are closed; not where they
    were made for some packages only. most_open: how many may be open at once; those that are open already stay so.
    dry_run: says everything, pushes and writes nothing, and sends nothing to the forge that is not a question.
    """

    prefix: str = "pinkeeper/"
    base: str = ""
    supersedes: bool = True
    most_open: int | None = None
    dry_run: bool = False


class _Ground(Struct, kw_only=True):
    """What is there before anything is done.

    open: requests that we opened; theirs: those from our branches that people did, or whose text people made their own.
    room: how many requests may be opened.
    """

    base: Base
    tips: Mapping[str, Tip]
    open: Mapping[str, OpenRequest]
    theirs: Mapping[str, OpenRequest]
    room: int | None = None


def publish(
    requests: Sequence[ChangeRequest],
    *,
    git: Repository,
    forge: Forge,
    how: Publishing,
    seen: tuple[Base, Mapping[str, str]] | None = None,
) -> tuple[RequestOutcome, ...]:
    """Send change requests; give what became of each, and of those that were superseded.

    seen: what `Repository.look` gave, where somebody has looked already.

    Raises PublishingError, with all outcomes, where some could not be sent; GitError and ForgeError where none could.
    """
    base, branches = seen or git.look(base=how.base, prefix=how.prefix)
    tips = git.tips({branch: commit for branch, commit in branches.items() if _is_in_scope(branch, how.prefix)})
    found = [each for each in forge.open_requests(how.prefix) if _is_in_scope(each.branch, how.prefix)]
    ground = _Ground(
        base=base,
        tips=tips,
        open={each.branch: each for each in found if read_marker(each.body) is not None},
        theirs={each.branch: each for each in found if read_marker(each.body) is None},
    )
    run = _Run()
    made: list[tuple[ChangeRequest, MadeCommit]] = []
    for request in requests:
        run.attempt(request.id, request.branch, partial(_prepared, request, base, made, git=git))
    if how.supersedes:
        kept = {request.branch for request, _ in made} | run.failed_branches
        for branch in sorted({*tips, *ground.open} - kept):
            run.attempt(branch, branch, partial(_superseded, branch, ground, git=git, forge=forge, how=how))
    if how.most_open is not None:
        ground.room = max(how.most_open - sum(request.branch in ground.open for request, _ in made), 0)
    for request, commit in made:
        run.attempt(request.id, request.branch, partial(_sent, request, commit, ground, git=git, forge=forge, how=how))
    order = {request.id: number for number, request in enumerate(requests)}
    outcomes = sorted(run.outcomes, key=lambda outcome: (order.get(outcome.id, len(order)), outcome.branch))
    if run.errors:
        raise PublishingError(run.errors, outcomes=outcomes)
    return tuple(outcomes)


class _Run:
    """Does one thing after the other; what fails does not keep the rest from being done."""

    def __init__(self) -> None:
        self.outcomes: list[RequestOutcome] = []
        self.errors: list[PinkeeperError] = []
        self.failed_branches: set[str] = set()

    def attempt(self, id_: str, branch: str, step: Callable[[], RequestOutcome | None]) -> None:
        """Take the outcome of a step, or its error."""
        try:
            outcome = step()
        except PinkeeperError as error:
            self.errors.append(error)
            self.failed_branches.add(branch)
            outcome = RequestOutcome(id=id_, branch=branch, state=RequestState.FAILED, told=error.what)
        if outcome is not None:
            self.outcomes.append(outcome)


def _prepared(
    request: ChangeRequest, base: Base, made: list[tuple[ChangeRequest, MadeCommit]], *, git: Repository
) -> RequestOutcome | None:
    """Make the commit of a request, into `made`; the outcome where the base has all of it already."""
    commit = git.make_commit(base, branch=request.branch, message=request.message, files=request.files)
    if commit.is_empty:
        return _outcome(request, RequestState.UNCHANGED, told=f"{base.branch} has these files already")
    made.append((request, commit))
    return None


def _sent(
    request: ChangeRequest, made: MadeCommit, ground: _Ground, *, git: Repository, forge: Forge, how: Publishing
) -> RequestOutcome:
    """Bring one request to where it should be."""
    tip, found = ground.tips.get(request.branch), ground.open.get(request.branch)
    if tip is not None and not tip.is_ours:
        return _outcome(request, RequestState.LEFT_ALONE, found, "a person has pushed to its branch")
    if found is None:
        if (theirs := ground.theirs.get(request.branch)) is not None:
            return _outcome(request, RequestState.LEFT_ALONE, theirs, _THEIRS)
        if (refused := _refusal(request, forge)) is not None:
            return _outcome(request, RequestState.REFUSED, refused, "it was closed unmerged, and proposes the same")
        if ground.room == 0:
            return _outcome(request, RequestState.POSTPONED, told=f"{how.most_open} may be open at once")
        if ground.room is not None:
            ground.room -= 1
    is_pushed = tip is None or (tip.parent, tip.tree, tip.message) != (ground.base.commit, made.tree, made.message)
    marker = Marker(id=request.id, decision=decision_of(request))
    if how.dry_run:
        return _would(request, ground.base, found, marker, is_pushed=is_pushed, forge=forge)
    if is_pushed:
        git.push(request.branch, made.commit, expected=None if tip is None else tip.commit)
    if found is None:
        return _opened(request, ground.base, marker, forge=forge, is_pushed=is_pushed)
    return _refreshed(request, ground.base, found, marker, forge=forge, is_pushed=is_pushed)


def _opened(request: ChangeRequest, base: Base, marker: Marker, *, forge: Forge, is_pushed: bool) -> RequestOutcome:
    body = marked(request.body, marker, limit=forge.body_limit)
    found, missing = forge.open(request, base=base.branch, body=body)
    if not forge.shows_requests:
        state = RequestState.PUSHED if is_pushed else RequestState.UNCHANGED
        return _outcome(request, state, told=missing)
    after = _refreshed(request, base, found, marker, forge=forge, is_pushed=True)
    told = "; ".join(part for part in (missing, after.told) if part)
    return replace(after, state=RequestState.OPENED, told=told)


def _refreshed(
    request: ChangeRequest, base: Base, found: OpenRequest, marker: Marker, *, forge: Forge, is_pushed: bool
) -> RequestOutcome:
    """Ask for labels and reviews where nobody did so yet, and make title and body what they should be."""
    before = read_marker(found.body)
    asked = asked_of(request)
    missing = ""
    is_asked = before is not None and before.asked == asked
    if asked and not is_asked:
        missing = forge.ask(found, request)
    body = marked(request.body, replace(marker, asked=asked), limit=forge.body_limit)
    is_changed = _differs(found, request, base, body)
    if is_changed:
        forge.update(found, title=request.title, body=body, base=base.branch)
    is_same = not (is_pushed or is_changed)
    return _outcome(request, RequestState.UNCHANGED if is_same else RequestState.UPDATED, found, missing)


def _differs(found: OpenRequest, request: ChangeRequest, base: Base, body: str) -> bool:
    return found.title != request.title or not same_text(found.body, body) or found.base != base.branch


def _refusal(request: ChangeRequest, forge: Forge) -> OpenRequest | None:
    """A request that a person closed, and that was about the same."""
    decision = decision_of(request)
    for closed in forge.closed_requests(request.branch):
        marker = read_marker(closed.body)
        if marker is not None and marker.decision == decision and not marker.superseded:
            return closed
    return None


def _superseded(
    branch: str, ground: _Ground, *, git: Repository, forge: Forge, how: Publishing
) -> RequestOutcome | None:
    """Close what is proposed no more, and delete its branch; None for what is none of ours."""
    tip, found, theirs = ground.tips.get(branch), ground.open.get(branch), ground.theirs.get(branch)
    marker = read_marker(found.body) if found is not None else None
    id_ = branch.removeprefix(how.prefix)
    if found is None and (tip is None or not tip.is_ours):
        return None
    if found is not None and tip is not None and not tip.is_ours:
        told = "it is proposed no more, and a person has pushed to its branch"
        return RequestOutcome(id=id_, branch=branch, state=RequestState.LEFT_ALONE, url=found.url, told=told)
    if theirs is not None:
        told = f"it is proposed no more, and {_THEIRS}"
        return RequestOutcome(id=id_, branch=branch, state=RequestState.LEFT_ALONE, url=theirs.url, told=told)
    if found is not None and marker is not None and marker.superseded:
        told = "it is proposed no more, and was opened again"
        return RequestOutcome(id=id_, branch=branch, state=RequestState.LEFT_ALONE, url=found.url, told=told)
    url = "" if found is None else found.url
    if how.dry_run:
        told = "close it, and delete its branch" if found is not None else "delete its branch"
        return RequestOutcome(id=id_, branch=branch, state=RequestState.WOULD, url=url, told=f"would {told}")
    if found is not None:
        mark = Marker(id=id_, decision=marker.decision if marker is not None else "", superseded=True)
        forge.supersede(found, word=SUPERSEDED, body=marked(found.body, mark, limit=forge.body_limit))
    if tip is not None:
        git.push(branch, None, expected=tip.commit)
    told = "it is proposed no more" if found is not None else "its branch was left over"
    return RequestOutcome(id=id_, branch=branch, state=RequestState.CLOSED, url=url, told=told)


def _would(
    request: ChangeRequest, base: Base, found: OpenRequest | None, marker: Marker, *, is_pushed: bool, forge: Forge
) -> RequestOutcome:
    """What would be done, in a sentence."""
    asked = asked_of(request)
    body = marked(request.body, replace(marker, asked=asked), limit=forge.body_limit)
    parts = []
    if is_pushed:
        paths = ", ".join(path for path, _ in request.files)
        parts.append(f"push one commit on {base.branch} to {request.branch} ({paths})")
    if not forge.shows_requests:
        parts.append("write its text to a file")
    elif found is None:
        draft = " as a draft" if request.is_draft else ""
        parts.append(f"open “{request.title}”{draft} on {forge.name}")
    elif _differs(found, request, base, body):
        parts.append(f"change its title or text to those of “{request.title}”")
    before = read_marker(found.body) if found is not None else None
    if forge.shows_requests and asked and (before is None or before.asked != asked):
        parts += [f"label it {', '.join(request.labels)}"] if request.labels else []
        parts += [f"ask {', '.join(request.reviewers)} for a review"] if request.reviewers else []
    if not parts:
        return _outcome(request, RequestState.UNCHANGED, found)
    return _outcome(request, RequestState.WOULD, found, f"would {'; '.join(parts)}")


def _is_in_scope(branch: str, prefix: str) -> bool:
    rest = branch.removeprefix(prefix)
    return branch.startswith(prefix) and bool(rest) and "/" not in rest and "@" not in rest


def _outcome(
    request: ChangeRequest, state: RequestState, found: OpenRequest | None = None, told: str = ""
) -> RequestOutcome:
    url = "" if found is None else found.url
    return RequestOutcome(id=request.id, branch=request.branch, state=state, url=url, told=told)
