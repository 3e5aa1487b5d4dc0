"""Direct references (PEP 508, ``name @ URL``): the file behind one, with its hash, its version and what it needs.

Version control (``git+https://...@ref``) is followed to the archive that the forge serves of the commit: that one has
bytes to be hashed, which a clone has not.
"""

from __future__ import annotations

import posixpath
import re
from http import HTTPStatus
from urllib.parse import quote, unquote, urldefrag, urlsplit

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import InvalidWheelFilename, NormalizedName, parse_wheel_filename

from pinkeeper.errors import ArtifactError, HashMismatchError, InputError, NetworkError, PinkeeperError
from pinkeeper.index.client import Client
from pinkeeper.index.filenames import wheel_tags
from pinkeeper.index.git_refs import commit_of, repository_refs
from pinkeeper.index.metadata import MetadataReader
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.resolver.direct import DirectRelease

__all__ = ["DirectReader", "DirectReference", "GitReference", "commit_in_archive_url", "git_reference"]

_ARCHIVES = (".whl", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHORT_COMMIT = re.compile(r"[0-9a-f]{7,39}")
# Where forges serve the archive of a commit, by the URL of the repository.
_LAYOUTS = (
    "{base}/archive/{commit}.tar.gz",
    "{base}/-/archive/{commit}/{name}-{commit}.tar.gz",
    "{base}/get/{commit}.tar.gz",
)
# What a forge answers where it has nothing, or does not say whether it has.
_NOT_HERE = frozenset({400, 401, 403, 404, 405, 406, 410})
_OTHER_SYSTEMS = ("git+", "hg+", "svn+", "bzr+")


class DirectReference(Struct, frozen=True, kw_only=True):
    """A file that the user named.

    url: where it is fetched, without credentials and fragment. written: how a lock names it, with the subdirectory of
    the project in the archive. demands: sets of digests; it must have one of each.
    """

    name: NormalizedName
    url: str
    written: str
    demands: tuple[frozenset[Digest], ...] = ()

    @property
    def filename(self) -> str:
        """The last part of the URL."""
        return unquote(urlsplit(self.url).path.rpartition("/")[2])

    @property
    def sha256(self) -> Digest | None:
        """The only SHA-256 digest that meets all demands, as far as they tell."""
        common = frozenset.intersection(*self.demands) if self.demands else frozenset()
        known = [digest for digest in common if digest.algorithm == "sha256"]
        return known[0] if len(known) == 1 else None


class GitReference(Struct, frozen=True, kw_only=True):
    """A revision of a repository. base: its URL without ``.git``; revision: None for HEAD."""

    base: str
    revision: str | None
    subdirectory: str = ""

    @property
    def commit(self) -> str | None:
        """The commit, where the revision is one in full."""
        return self.revision if self.revision and _COMMIT.fullmatch(self.revision) else None

    def archives(self, commit: str) -> tuple[str, ...]:
        """The URLs where a forge may serve its archive."""
        name = posixpath.basename(self.base)
        return tuple(layout.format(base=self.base, commit=commit, name=name) for layout in _LAYOUTS)


def git_reference(url: str) -> GitReference | None:
    """Read ``git+https://HOST/OWNER/NAME@REVISION#subdirectory=X``; None for what is no version control.

    Raises InputError, without a place, for version control that no archive can be had of.
    """
    system = next((prefix for prefix in _OTHER_SYSTEMS if url.startswith(prefix)), None)
    if system is None:
        return None
    bare, fragment = urldefrag(url.removeprefix(system))
    parts = urlsplit(bare)
    if system != "git+" or parts.scheme not in {"https", "http"} or not parts.netloc:
        raise InputError(
            f"{url.partition('://')[0]} serves no archive of a commit, so that no hash can stand for it",
            remedy="ask for it by git+https://HOST/OWNER/NAME@REVISION, for an archive by URL, or for a release",
        )
    path, at, revision = parts.path.rpartition("@")
    path = (path if at else parts.path).rstrip("/").removesuffix(".git")
    if not path.strip("/") or (at and not revision):
        raise InputError(f"not the URL of a git repository: {bare}")
    fields = dict(part.partition("=")[::2] for part in fragment.split("&"))
    return GitReference(
        base=f"{parts.scheme}://{parts.netloc}{path}",
        revision=unquote(revision) if at else None,
        subdirectory=unquote(fields.get("subdirectory", "")).strip("/"),
    )


def commit_in_archive_url(reference: GitReference, url: str) -> str | None:
    """The commit whose archive a URL is, by the forge's own layout; None where it is none of this repository."""
    found = _COMMIT.search(url.removeprefix(reference.base))
    return found[0] if found and urldefrag(url)[0] in reference.archives(found[0]) else None


class DirectReader:
    """Finds the releases behind direct references. Safe to use from several threads."""

    def __init__(self, client: Client, metadata: MetadataReader, *, offline: bool) -> None:
        self._client = client
        self._metadata = metadata
        self._offline = offline

    def commit(self, reference: GitReference) -> str:
        """The commit that a revision is at now. Raises InputError, NetworkError."""
        if reference.commit is not None:
            return reference.commit
        if self._offline:
            raise NetworkError(
                f"which commit {reference.revision or 'HEAD'} is at is not known, and --offline forbids to ask",
                url=reference.base,
                remedy="run once without --offline, or name a whole commit",
            )
        refs = repository_refs(self._client, reference.base)
        commit = commit_of(refs, reference.revision)
        if commit is None:
            short = reference.revision and _SHORT_COMMIT.fullmatch(reference.revision)
            raise InputError(
                f"the repository has no branch or tag named {reference.revision}",
                where=reference.base,
                remedy="write all 40 digits of the commit" if short else "check the name of the branch or tag",
            )
        return commit

    def archive(
        self, name: NormalizedName, reference: GitReference, commit: str, *, demands: tuple[frozenset[Digest], ...] = ()
    ) -> DirectRelease:
        """The release in the archive of a commit. Raises what `file` does, and InputError where none is served.

        A forge may answer an address of another forge's layout with a page or a refusal: the next one is tried.
        """
        refusals: list[PinkeeperError] = []
        tried = reference.archives(commit)
        for url in tried:
            folder = f"#subdirectory={quote(reference.subdirectory)}" if reference.subdirectory else ""
            try:
                return self.file(DirectReference(name=name, url=url, written=f"{url}{folder}", demands=demands))
            except (ArtifactError, HashMismatchError) as error:
                refusals.append(error)
            except NetworkError as error:
                if error.status not in _NOT_HERE:
                    raise
                if error.status != HTTPStatus.NOT_FOUND:
                    refusals.append(error)
        if refusals:
            raise refusals[0]
        raise InputError(
            f"{name}: the forge serves no archive of commit {commit}, so that no hash can stand for it",
            where=reference.base,
            details=tuple(f"tried {url}" for url in tried),
            remedy="ask for an archive by URL, or for a release on an index",
        )

    def file(self, reference: DirectReference) -> DirectRelease:
        """The release that a file is. Raises InputError, HashMismatchError, ArtifactError, MetadataUnavailableError."""
        filename = reference.filename
        if not filename.endswith(_ARCHIVES):
            raise InputError(
                f"{reference.name}: {filename or 'the URL'} is no wheel and no archive of a project",
                where=reference.written,
                remedy=f"name a file that ends in {', '.join(_ARCHIVES)}",
            )
        known = reference.sha256
        file = DistributionFile(
            filename=filename,
            url=reference.url,
            digests=() if known is None else (known,),
            wheel_tags=_wheel_tags(reference.name, filename),
            direct=reference.written,
        )
        remembered = self._metadata.remembered_release(reference.name, file)
        if remembered is not None:
            version, metadata = remembered
        else:
            version, sha256, metadata = self._metadata.fetch_whole(
                reference.name, replace(file, digests=()), demands=reference.demands
            )
            file = replace(file, digests=(Digest("sha256", sha256),))
        return DirectRelease(
            name=reference.name,
            version=version,
            file=replace(file, requires_python=metadata.requires_python),
            metadata=metadata,
        )


def _wheel_tags(name: NormalizedName, filename: str) -> str | None:
    """The tags of a wheel, None for another file. Raises InputError for a wheel of another project."""
    if not filename.endswith(".whl"):
        return None
    try:
        project = parse_wheel_filename(filename)[0]
    except InvalidWheelFilename as error:
        raise InputError(
            f"not the name of a wheel: {filename}", remedy="wheels keep the name they were built with"
        ) from error
    if project != name:
        raise InputError(f"{filename} is a wheel of {project}, not of {name}", remedy=f"write {project} @ ...")
    return wheel_tags(filename)
