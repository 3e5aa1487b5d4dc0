"""Two opened releases become material, and material becomes findings. Nothing here touches disk or network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import NormalizedName

from pinkeeper.artifacts.contents import Contents
from pinkeeper.artifacts.listed_members import Listed
from pinkeeper.errors import ArtifactError
from pinkeeper.model.comparison import (
    ApiChange,
    ChangeStatus,
    FieldChange,
    FileChange,
    FileKind,
    NotAnalysed,
    ReleaseNotes,
    Unasked,
)
from pinkeeper.model.finding import Finding, When
from pinkeeper.review.analyst import Analyst
from pinkeeper.review.api.changes import api_changes
from pinkeeper.review.capabilities.demand import ScopesOf, Summaries, build_code, package_code, package_has
from pinkeeper.review.capabilities.native import NativeSummary
from pinkeeper.review.capabilities.package import PackageCode, StartLineKind
from pinkeeper.review.capabilities.summary import Capability, ModuleSummary
from pinkeeper.review.capabilities.words import WORDS
from pinkeeper.review.changed_functions import ChangedFunctions
from pinkeeper.review.changelog.areas import unmentioned
from pinkeeper.review.changelog.notes import release_notes
from pinkeeper.review.changelog.source import note_sources
from pinkeeper.review.comparison.against_listing import beyond_wheel
from pinkeeper.review.comparison.against_sdist import beyond_sdist
from pinkeeper.review.comparison.compare import FileComparison, compare_contents
from pinkeeper.review.comparison.metadata import compare_fields
from pinkeeper.review.comparison.stable_name import stable_path
from pinkeeper.review.correlation import Seen, correlated
from pinkeeper.review.hosts import hosts_in
from pinkeeper.review.known_texts import known_texts
from pinkeeper.review.material import Material, NewFact, NewLiteral, Side
from pinkeeper.review.novelty import new_facts, new_literals, new_oddities
from pinkeeper.review.part import Part
from pinkeeper.review.release import OpenedRelease, changed_python
from pinkeeper.review.rules.registry import RULES
from pinkeeper.review.rules.widely_used import widely_used

__all__ = ["Reviewed", "review"]

_NO_CODE = PackageCode(modules={}, starts={}, hooks={}, when={})
_HARMLESS = frozenset({Capability.ENVIRONMENT, Capability.HOST_SURVEY, Capability.FILE_WRITE})
_UNASKED_POWERS = {
    Capability.PROCESS: "starts a program",
    Capability.NETWORK: "reaches the network",
    Capability.DYNAMIC_CODE: "runs code made at run time",
    Capability.NATIVE: "calls native code by hand",
    Capability.CREDENTIALS: "looks where secrets lie",
    Capability.PERSISTENCE: "leaves something behind that will run again",
    Capability.DESERIALISATION: "unpacks objects that can run code",
    Capability.PATCHING: "replaces a part of something else",
}


class Reviewed(Struct, frozen=True, kw_only=True, eq=False):
    """What came of it; see `pinkeeper.model.comparison.DiffResult`."""

    findings: tuple[Finding, ...]
    changes: tuple[FileChange, ...]
    fields: tuple[FieldChange, ...]
    unasked: tuple[Unasked, ...]
    api: tuple[ApiChange, ...]
    notes: ReleaseNotes
    not_analysed: tuple[NotAnalysed, ...]


NativeSummaries = Callable[[Mapping[str, int], Callable[[str], bytes]], Mapping[str, NativeSummary]]
"""Summaries of binaries by path, made where a parser that fails does no harm."""


def review(
    old: OpenedRelease,
    new: OpenedRelease,
    *,
    name: NormalizedName,
    analyst: Analyst,
    natives: NativeSummaries,
    listings: Mapping[str, Sequence[Listed]] | None = None,
    locked: Collection[NormalizedName] = (),
) -> Reviewed:
    """Compare two releases and judge what changed.

    listings: what the directories of the other wheels of the new release list, by filename. locked: names that stand in
    the lock, which a new dependency may be mistaken for. Raises ArtifactError where
    contents cannot be read any more.
    """
    reader = _Reader(analyst)
    old_code, new_code = reader.codes(old.main, new.main)
    codes = {id(old.main): old_code, id(new.main): new_code}

    def code_lines(contents: Contents, path: str) -> Collection[int]:
        summary = codes[id(contents)].modules.get(path)
        return () if summary is None else summary.code_lines

    compared = compare_contents(old.main, new.main, code_lines=code_lines)
    build = _Build.of(old, new, reader)
    facts = new_facts(old_code, new_code, compared.changes, compared.origins)
    build_facts = _of_builds_alone(new_facts(build.old, build.new, build.changes, build.origins), new)
    if not new.main.is_wheel:
        build_facts = (*build_facts, *(fact for fact in facts if fact.when is When.BUILD))
        facts = tuple(fact for fact in facts if fact.when is not When.BUILD)
    binaries = _natives(old.main, new.main, compared.changes, natives)
    material = Material(
        name=name,
        old=Side(
            version=old.version,
            wheel=old.wheel,
            sdist=old.sdist,
            code=old_code,
            build=build.old,
            natives=binaries[0],
            filenames=old.filenames,
            can=reader.can(old.main, {new_fact.fact.capability for new_fact in facts}),
        ),
        new=Side(
            version=new.version,
            wheel=new.wheel,
            sdist=new.sdist,
            code=new_code,
            build=build.new,
            natives=binaries[1],
            filenames=new.filenames,
        ),
        changes=compared.changes,
        build_changes=build.changes,
        beyond_sdist=_beyond(old, new),
        beyond_wheel=beyond_wheel(new.wheel, listings) if new.wheel is not None and listings else (),
        fields=compare_fields(old.main, new.main, old_files=old.filenames, new_files=new.filenames),
        facts=facts,
        build_facts=build_facts,
        literals=_unknown(new_literals(old_code, new_code, compared.changes, compared.origins), old, new),
        oddities=new_oddities(old_code, new_code, compared.changes, compared.origins),
        changed_functions=ChangedFunctions(old.main, new.main, compared.changes),
        known=frozenset((*locked, *widely_used())),
    )
    api, api_left_out = api_changes(old.main, new.main, compared.changes)
    notes = _notes(old, new, name, compared.changes)
    return Reviewed(
        findings=_findings(material, compared),
        changes=compared.changes,
        fields=material.fields,
        unasked=tuple(_unasked(material)),
        api=api,
        notes=notes,
        not_analysed=tuple(_left_out(material, compared, api_left_out)),
    )


class _Reader:
    """Reads code; each file is analysed once, whichever archives it lies in."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst

    def codes(self, old: Contents, new: Contents) -> tuple[PackageCode, PackageCode]:
        """What gets installed of both, analysed as far as it matters for what changed.

        When a scope of the new release runs matters where it is not word for word one of the old release; of the old
        release, where that scope runs unasked now, wherever it is gone to.
        """
        before, after = changed_python(old, new), changed_python(new, old)
        had = {
            function.digest
            for module in self._summaries(old)(before).values()
            for function in module.functions
            if function.digest
        }

        def changed_scopes(_path: str, module: ModuleSummary) -> Collection[str]:
            same = {function.name for function in module.functions if function.digest in had}
            return _powerful_scopes(module) - same

        new_code = self._code(new, after, changed_scopes)
        unasked = {scope for _, scope in new_code.when}
        unchanged = {
            path
            for path in new_code.modules
            if path in old.entries and old.entries[path].sha256 == new.entries[path].sha256
        }
        # Files that did not change count where something in them runs unasked: it may not have done so before.
        same = {
            path
            for path in unchanged
            if any((path, scope) in new_code.when for scope in _powerful_scopes(new_code.modules[path]))
        }

        def unasked_scopes(path: str, module: ModuleSummary) -> Collection[str]:
            return {
                scope
                for scope in _powerful_scopes(module) & unasked
                if (path, scope) in new_code.when or not stays(path, scope)
            }

        def stays(path: str, scope: str) -> bool:
            if (module := new_code.modules.get(path)) is None:
                return path in new.entries
            return any(function.name == scope for function in module.functions)

        # What leads there now has often led there before.
        return self._code(old, before | same, unasked_scopes, at_hand=unchanged), new_code

    def _code(
        self, contents: Contents, focus: Collection[str], scopes_of: ScopesOf, *, at_hand: Collection[str] = ()
    ) -> PackageCode:
        return package_code(
            contents.entries.keys(),
            contents.read,
            self._summaries(contents),
            focus,
            is_wheel=contents.is_wheel,
            summarise=_summarise,
            scopes_of=scopes_of,
            at_hand=at_hand,
        )

    def build(self, contents: Contents) -> PackageCode:
        """What runs when an sdist is built."""
        return build_code(contents.entries.keys(), contents.read, self._summaries(contents))

    def can(self, contents: Contents, capabilities: Iterable[Capability]) -> frozenset[Capability]:
        """Which of some capabilities any file of a release has."""
        return frozenset(
            capability
            for capability in capabilities
            if package_has(
                contents.entries.keys(),
                contents.read,
                self._summaries(contents),
                capability,
                WORDS.get(capability, (b"",)),
            )
        )

    def _summaries(self, contents: Contents) -> Summaries:
        def summaries(paths: Collection[str]) -> Mapping[str, ModuleSummary]:
            files = {path: contents.entries[path].sha256 for path in paths}
            return self._analyst.summaries(files, contents.read)

        return summaries


class _Build(Struct, frozen=True, kw_only=True, eq=False):
    """What takes part in builds, where both releases have an sdist beside their wheel."""

    old: PackageCode = _NO_CODE
    new: PackageCode = _NO_CODE
    changes: tuple[FileChange, ...] = ()
    origins: Mapping[str, str] = {}

    @classmethod
    def of(cls, old: OpenedRelease, new: OpenedRelease, reader: _Reader) -> _Build:
        if old.sdist is None or new.sdist is None or not new.main.is_wheel:
            return cls()
        old_code, new_code = reader.build(old.sdist), reader.build(new.sdist)

        def part(contents: Contents, code: PackageCode) -> Part:
            return Part(contents, {*code.hooks, *code.modules})

        def code_lines(contents: Contents, path: str) -> Collection[int]:
            code = old_code if contents is before else new_code
            summary = code.modules.get(path)
            return () if summary is None else summary.code_lines

        before, after = part(old.sdist, old_code), part(new.sdist, new_code)
        compared = compare_contents(before, after, code_lines=code_lines)
        return cls(old=old_code, new=new_code, changes=compared.changes, origins=compared.origins)


def _powerful_scopes(module: ModuleSummary) -> set[str]:
    """Scopes that do something which is of interest by itself: only of those it matters when they run."""
    return {fact.scope for fact in module.facts if fact.capability not in _HARMLESS}


def _summarise(source: bytes) -> ModuleSummary:
    from pinkeeper.review.capabilities.python_file import summarise  # noqa: PLC0415 - only for start-up files

    return summarise(source)


def _of_builds_alone(facts: Iterable[NewFact], new: OpenedRelease) -> tuple[NewFact, ...]:
    """Facts of what runs when an sdist is built, but for modules that the wheel has too: their facts are told there."""
    if new.wheel is None or new.sdist is None:
        return ()
    installed = {entry.sha256 for entry in new.wheel.entries.values()}
    return tuple(
        fact for fact in facts if fact.when is When.BUILD and new.sdist.entries[fact.path].sha256 not in installed
    )


def _natives(
    old: Contents, new: Contents, changes: Iterable[FileChange], natives: NativeSummaries
) -> tuple[Mapping[str, NativeSummary], Mapping[str, NativeSummary]]:
    """Summaries of binaries that changed, on each side."""
    chosen = [change for change in changes if change.kind is FileKind.NATIVE]
    if not chosen:
        return {}, {}
    before = {path: entry.size for change in chosen if (path := change.old_path) and (entry := old.entries.get(path))}
    after = {path: entry.size for change in chosen if (path := change.new_path) and (entry := new.entries.get(path))}
    return natives(before, old.read), natives(after, new.read)


def _beyond(old: OpenedRelease, new: OpenedRelease) -> tuple[tuple[str, str], ...]:
    """What the new wheel has beyond its sdist, but for what the old one had too."""
    if new.wheel is None or new.sdist is None:
        return ()
    found = beyond_sdist(new.wheel, new.sdist)
    if not found or old.wheel is None or old.sdist is None:
        return found
    before = {(stable_path(path), what) for path, what in beyond_sdist(old.wheel, old.sdist)}
    return tuple((path, what) for path, what in found if (stable_path(path), what) not in before)


def _unknown(literals: Sequence[NewLiteral], old: OpenedRelease, after: OpenedRelease) -> tuple[NewLiteral, ...]:
    """Those whose texts, or the hosts in them, no file of the old release has.

    A known host that was put together is told all the same where it does not stand there in plain sight.
    """
    if not literals:
        return ()
    texts = [hosts_in(new.literal) or (new.literal.value,) for new in literals]
    known = known_texts(old.main, set(chain.from_iterable(texts)))
    return tuple(
        new
        for new, wanted in zip(literals, texts, strict=True)
        if not known.issuperset(wanted) or (new.literal.decoded and not _in_plain_sight(wanted, new.path, after))
    )


def _in_plain_sight(texts: Sequence[str], path: str, release: OpenedRelease) -> bool:
    if path not in release.main.entries:
        return False
    try:
        content = release.main.read(path)
    except ArtifactError:
        return False
    return all(text.encode("utf-8", "surrogatepass") in content for text in texts)


def _notes(old: OpenedRelease, new: OpenedRelease, name: NormalizedName, changes: Sequence[FileChange]) -> ReleaseNotes:
    sources = chain.from_iterable(
        note_sources(contents, name=name, old=old.version, new=new.version) for contents in new.contents
    )
    notes = release_notes(old.version, new.version, sources, name=name)
    return replace(notes, unmentioned=unmentioned(changes, notes))


def _findings(material: Material, compared: FileComparison) -> tuple[Finding, ...]:
    @cache
    def source(path: str) -> Sequence[str]:
        for contents in (material.new.main, material.new.sdist, material.old.main):
            if contents is not None and path in contents.entries:
                try:
                    return contents.read(path).decode("utf-8", "replace").splitlines()
                except ArtifactError:
                    return ()
        return ()

    seen = (Seen(rule=rule.id, sighting=each) for rule in RULES.values() for each in rule.look(material))
    return correlated(seen, order=tuple(RULES), changes=(*material.build_changes, *compared.changes), source=source)


def _unasked(material: Material) -> Iterator[Unasked]:
    """What is new and runs without being called, the earliest first."""
    known = {line.text.strip() for lines in material.old.code.starts.values() for line in lines}
    for path, lines in sorted(material.new.code.starts.items()):
        for line in lines:
            if line.kind is not StartLineKind.BLANK and line.text.strip() not in known:
                yield Unasked(when=When.START, path=path, line=line.line, what=f"a start-up line: {line.text.strip()}")
    facts: list[NewFact] = [*material.facts, *material.build_facts]
    for when in (When.START, When.BUILD, When.IMPORT):
        for new in facts:
            does = _UNASKED_POWERS.get(new.fact.capability)
            if new.when is when and does is not None:
                yield Unasked(when=when, path=new.path, line=new.fact.line, what=f"it {does}: {new.fact.callee}")
        if when is When.BUILD:
            for change in material.build_changes:
                if change.status is ChangeStatus.ADDED and change.new_path is not None:
                    yield Unasked(
                        when=when, path=change.new_path, line=None, what="a file that takes part in the build"
                    )


def _left_out(material: Material, compared: FileComparison, api: Iterable[NotAnalysed]) -> Iterator[NotAnalysed]:
    yield from compared.not_analysed
    for contents in (material.new.sdist,) if material.new.main.is_wheel else ():
        for unread in () if contents is None else contents.unread:
            yield NotAnalysed(path=unread.path, reason=f"in the sdist: {unread.reason}")
    for path, module in material.new.code.modules.items():
        if module.problem is not None:
            yield NotAnalysed(path=path, reason=f"its code was not analysed: {module.problem}")
    for path, native in material.new.natives.items():
        if native.problem is not None:
            yield NotAnalysed(path=path, reason=f"the binary was not analysed: {native.problem}")
    yield from api
