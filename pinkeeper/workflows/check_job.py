"""The check of one lock: its lines, its pins beside the index, and its tree on each target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

from packaging.markers import InvalidMarker, Marker
from packaging.utils import NormalizedName

from pinkeeper.errors import CollectedError, NetworkError
from pinkeeper.index.source import IndexSource
from pinkeeper.inputs.collected import Inputs
from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.digest import Digest
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.target import Target
from pinkeeper.model.url import canonical_url
from pinkeeper.resolver.dependencies import DependencyReader, RequirementTexts, UnusableRequirementError
from pinkeeper.resolver.needs import is_exact
from pinkeeper.resolver.policy import Policy
from pinkeeper.resolver.selection import Selector
from pinkeeper.workflows.check_command import Tool
from pinkeeper.workflows.check_files import judge_files, where_served
from pinkeeper.workflows.check_ground import Ground
from pinkeeper.workflows.check_lines import ReadLines
from pinkeeper.workflows.check_machines import machines_of
from pinkeeper.workflows.check_needs import (
    CommentNeeds,
    MetadataNeeds,
    MetadataShelf,
    RecordedNeeds,
    bounds_on,
    recorded_roots,
    roots_on,
)
from pinkeeper.workflows.check_pins import Pin, TargetView, ask_index, look_at
from pinkeeper.workflows.check_places import judge_option_lines
from pinkeeper.workflows.check_pylock import PylockMarkers, judge_environments, judge_pylock_pin
from pinkeeper.workflows.check_references import judge_references
from pinkeeper.workflows.check_tree import (
    Constraint,
    Need,
    Needs,
    Standing,
    TreeFinding,
    Trees,
    UnknownNeedsError,
    judge_extras,
    walk_tree,
)
from pinkeeper.workflows.lock_options import HashChoice

__all__ = ["CheckJob"]

# The packages that are installed on a target, by their place in the lock.
_Installed = Mapping[int, LockedPackage]


class CheckJob:
    """Looks at one lock. not_checked: what was left out, one sentence each."""

    def __init__(
        self,
        path: str,
        lines: ReadLines,
        ground: Ground,
        *,
        markers: PylockMarkers | None,
        source: IndexSource,
        now: datetime,
    ) -> None:
        self._path = path
        self._lock = lines.lock
        self._lines = lines
        self._ground = ground
        self._source = source
        self._is_ours = ground.command.tool is Tool.PINKEEPER
        self._markers = markers
        self._views = _views(ground, lines.lock, now)
        self._demanded = _demanded(ground) if self._is_ours else {}
        self._pinned_by_user = _pinned_by_user(ground)
        self._texts = RequirementTexts()
        self.not_checked: list[str] = []

    def online(self) -> list[CheckFinding]:
        """Look at everything. Raises what stands against knowing what the index says."""
        findings, installed = self._written()
        listings = ask_index(self._lock, self._source)
        holding = {
            place: [view for view in self._views if place in installed[view]]
            for place in range(len(self._lock.packages))
        }
        pins = look_at(self._lock, listings.by_name, holding, self._source)
        shelf = MetadataShelf(pins, self._source)
        for pin in pins:
            findings += self._of_pin(pin)
        trees = Trees()
        for view in self._views:
            needs = MetadataNeeds(pins, view, shelf)
            self._walk(view, installed[view], needs, trees, self._roots(view))
            self._check_pythons(view, installed[view], needs, trees)
        return [*findings, *self._of_trees(trees, knows_extras=True)]

    def offline(self) -> list[CheckFinding]:
        """Look at everything, where the cache holds all of it; else at what the lock says by itself."""
        try:
            findings = self.online()
        except (NetworkError, CollectedError) as error:
            missing = error.errors if isinstance(error, CollectedError) else (error,)
            if not all(isinstance(problem, NetworkError) for problem in missing):
                raise
        else:
            self.not_checked.append("what changed on the index since its pages came into the cache")
            return findings
        more = f" and {len(missing) - 1} more" if missing[1:] else ""
        left_out = "whether the index lists the pins with these hashes, and what it says that they require"
        self.not_checked = [f"{left_out}: the cache does not hold all of it (missing: {missing[0].where}{more})"]
        findings, installed = self._written()
        findings += [
            self._error("unhashed-pin", f"{package.name} {package.version} has no hashes", package)
            for package in self._lock.packages
            if not package.hashes
        ]
        trees = Trees()
        knows_needs = self._markers is not None and (
            bool(self._lock.roots) or any(each.needs for each in self._lock.packages)
        )
        if not knows_needs and not any(package.required_by for package in self._lock.packages):
            self.not_checked.append("whether the tree is whole: the lock does not say what requires what")
            return findings
        for view in self._views:
            needs: Needs = (
                RecordedNeeds(self._lock.packages, view.reader) if knows_needs else CommentNeeds(installed[view])
            )
            roots = self._roots(view)
            if roots is None and knows_needs:
                roots = self._recorded_roots(view, trees)
            self._walk(view, installed[view], needs, trees, roots)
        if not knows_needs:
            self.not_checked.append("whether everything that a package requires is pinned: comments do not say it")
        return [*findings, *self._of_trees(trees, knows_extras=False)]

    def _written(self) -> tuple[list[CheckFinding], Mapping[TargetView, _Installed]]:
        """What can be told of the lock's own words; and what it installs on each target."""
        findings = list(self._lines.findings)
        if self._markers is None:
            findings += judge_option_lines(self._lines, self._ground, path=self._path)
        else:
            findings += judge_environments(
                self._lock,
                self._ground.targets,
                project=None if self._ground.inputs is None else self._ground.inputs.requires_python,
                is_ours=self._is_ours and self._ground.targets_are_recorded,
                path=self._path,
            )
        references = judge_references(self._lock.packages, self._ground.inputs, path=self._path)
        findings += references.findings
        self.not_checked += references.not_checked
        if not self._lock.packages and self._ground.inputs is None:
            findings.append(
                CheckFinding(
                    kind="empty-lock",
                    severity=Severity.ERROR,
                    message="it pins nothing, and nothing says what it was made from",
                    path=self._path,
                )
            )
        installed: dict[TargetView, dict[int, LockedPackage]] = {view: {} for view in self._views}
        nowhere = []
        for place, package in enumerate(self._lock.packages):
            holding, problems = self._holding(package)
            findings += problems
            for view in holding:
                installed[view][place] = package
            if not holding and self._is_ours and self._ground.targets_are_recorded:
                text = f"{package.name} {package.version}: its marker holds on no declared target"
                findings.append(self._error("marker", text, package))
            elif not holding:
                nowhere.append(f"{package.name} {package.version}")
        if nowhere:
            more = f" and {len(nowhere) - 1} more" if nowhere[1:] else ""
            self.not_checked.append(f"what needs {nowhere[0]}{more}: no target that was looked at installs it")
        return findings, installed

    def _holding(self, package: LockedPackage) -> tuple[list[TargetView], list[CheckFinding]]:
        """The targets that install a package; all of them where its marker cannot be judged, which is told."""
        text = package.marker
        if text is None:
            return list(self._views), []
        try:
            if self._markers is not None:
                holds = partial(self._markers.holds, text)
            else:
                holds = partial(self._holds, Marker(text))
            holding = [view for view in self._views if holds(view.target)]
            if self._is_ours and any(
                holds(machine) != (view in holding)
                for view in self._views
                for machine in machines_of(view.target, text)
            ):
                told = f"{package.name} {package.version}: its marker does not hold alike on all machines of a target"
                return holding, [self._error("marker", told, package)]
            return holding, []  # noqa: TRY300 - the rest is about markers that cannot be judged
        except InvalidMarker:
            reason = f"not a marker: {package.marker}"
        except UnusableRequirementError as error:
            reason = error.what
        text = f"{package.name} {package.version}: {reason}"
        return list(self._views), [self._error("marker", text, package)]

    def _holds(self, marker: Marker, target: Target) -> bool:
        """Whether a marker of a requirements file holds on a target. Raises UnusableRequirementError."""
        return self._texts.holds(marker, {**target.markers, "extra": ""})

    def _of_pin(self, pin: Pin) -> Iterator[CheckFinding]:
        package, choice = pin.package, self._ground.hashes
        if choice is HashChoice.TARGETS and not (self._ground.targets_are_recorded and pin.servings):
            choice = None  # for which targets its hashes are is not known here
        yield from judge_files(
            pin,
            choice=choice,
            demanded=self._demanded.get(package.name),
            is_pinned_by_user=package.name in self._pinned_by_user,
            targets=len(self._views),
            path=self._path,
        )
        owner = None if pin.listing is None else pin.listing.index
        if package.index is not None and owner and package.index.rstrip("/") != owner.rstrip("/"):
            text = f"{pin} is locked from {package.index}, and {owner} owns the name"
            yield self._error("wrong-index", text, package)
        if self._markers is not None:
            yield from judge_pylock_pin(pin, is_ours=self._is_ours, targets=len(self._views), path=self._path)

    def _roots(self, view: TargetView) -> list[Need] | None:
        inputs = self._ground.inputs
        return None if inputs is None else list(roots_on(inputs, view.reader))

    def _recorded_roots(self, view: TargetView, trees: Trees) -> list[Need] | None:
        try:
            return list(recorded_roots(self._lock, view.reader, path=self._path))
        except UnknownNeedsError as error:
            finding = TreeFinding(place=-1, kind="marker", message=error.what, package=NormalizedName(""))
            trees.add(finding, view.target.name)
            return None

    def _walk(
        self, view: TargetView, installed: _Installed, needs: Needs, trees: Trees, roots: list[Need] | None
    ) -> None:
        inputs = self._ground.inputs
        constraints: tuple[Constraint, ...] = () if inputs is None else tuple(bounds_on(inputs, view.reader))
        standing = Standing(target=view.target.name, packages=installed, roots=roots, constraints=constraints)
        walk_tree(standing, needs, trees)

    def _check_pythons(self, view: TargetView, installed: _Installed, needs: MetadataNeeds, trees: Trees) -> None:
        for place, package in installed.items():
            try:
                refused = needs.python_refused(place)
            except UnknownNeedsError:
                continue  # told where it was walked
            if refused is not None:
                text = f"{package.name} {package.version} requires Python {refused}"
                finding = TreeFinding(place=place, kind="requires-python", message=text, package=package.name)
                trees.add(finding, view.target.name)

    def _of_trees(self, trees: Trees, *, knows_extras: bool) -> Iterator[CheckFinding]:
        packages = self._lock.packages
        trees.excuse(_alike(view.target for view in self._views))
        yield from trees.told(packages, targets=len(self._views), path=self._path)
        if trees.unknown:
            where = where_served(trees.unknown, len(self._views))
            self.not_checked.append(f"whether everything pinned is required{where}: not all requirements are known")
        elif knows_extras and self._ground.inputs is not None:
            yield from judge_extras(packages, trees, must_be_written=self._is_ours, path=self._path)

    def _error(self, kind: str, message: str, package: LockedPackage) -> CheckFinding:
        return CheckFinding(
            kind=kind,
            severity=Severity.ERROR,
            message=message,
            path=self._path,
            line=package.line,
            package=package.name,
        )


def _views(ground: Ground, lock: Lock, now: datetime) -> tuple[TargetView, ...]:
    """The targets, each with its judges. Age does not matter here: what is locked was taken in before."""
    texts = RequirementTexts()
    inputs = ground.inputs
    formats = ground.settings.formats if inputs is None else ground.settings.formats.merged(inputs.formats)
    formats = formats.merged(ground.command.formats)
    direct = _direct(lock if inputs is None else inputs)
    return tuple(
        TargetView(
            target=target,
            selector=Selector(Policy(target=target, now=now, formats=formats)),
            reader=DependencyReader(
                target,
                () if inputs is None else inputs.overrides,
                excludes=ground.settings.excludes | (frozenset() if inputs is None else inputs.projects),
                direct=direct,
                texts=texts,
            ),
        )
        for target in ground.targets
    )


def _direct(asked: Lock | Inputs) -> Mapping[NormalizedName, frozenset[str]]:
    """The direct references that packages may have too: the user's, or where these are not at hand, the lock's."""
    named: list[tuple[NormalizedName, str | None]]
    if isinstance(asked, Lock):
        named = [(package.name, url) for package in asked.packages for url in (package.url, package.reference)]
    else:
        named = [(each.requirement.name, each.requirement.url) for each in asked.direct]
    found: dict[NormalizedName, frozenset[str]] = {}
    for name, url in named:
        if url is not None:
            found[name] = found.get(name, frozenset()) | {canonical_url(url)}
    return found


def _demanded(ground: Ground) -> Mapping[NormalizedName, frozenset[Digest]]:
    """SHA-256 hashes that the user's own lines give, by package; no others are locked where they give some."""
    demanded: dict[NormalizedName, frozenset[Digest]] = {}
    for asked in ground.inputs.requirements if ground.inputs else ():
        hashes = frozenset(digest for digest in asked.hashes if digest.algorithm == "sha256")
        if hashes:
            name = asked.requirement.name
            demanded[name] = demanded.get(name, hashes) & hashes
    return demanded


def _pinned_by_user(ground: Ground) -> frozenset[NormalizedName]:
    """Packages of which the user's own lines ask for one release, yanked or not."""
    inputs = ground.inputs
    lines = () if inputs is None else (*inputs.requirements, *inputs.constraints, *inputs.overrides)
    return frozenset(line.requirement.name for line in lines if is_exact(line.requirement.specifier))


def _alike(targets: Iterable[Target]) -> dict[str, list[str]]:
    """The names of targets that no marker tells from a target, by its name."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    names = [(target.name, groups.setdefault(target.environment, [])) for target in targets]
    for name, group in names:
        group.append(name)
    return dict(names)
