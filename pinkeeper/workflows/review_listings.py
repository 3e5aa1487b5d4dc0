"""The names of files that a lock knows by their hashes alone, asked of the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pinkeeper.errors import UnknownPackageError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.model.review_result import LockedRelease
from pinkeeper.workflows.lock_inputs import gather_settings
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_source import choose_places, open_source
from pinkeeper.workflows.review_desk import DeskOptions
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["names_on_index"]


def names_on_index(
    releases: Sequence[LockedRelease], desk: DeskOptions, surroundings: Surroundings
) -> Mapping[str, str]:
    """The names of the files of some releases by their SHA-256. Raises NetworkError, IndexPageError."""
    settings = gather_settings(LockOptions(), surroundings)
    options = LockOptions(index=desk.index, offline=desk.offline, cert=desk.cert, client_cert=desk.client_cert)
    places = choose_places(options, settings, Inputs(), surroundings)
    found: dict[str, str] = {}
    with open_source(places, options, settings, surroundings) as opened:
        waiting = [(release, opened.source.listing(release.package)) for release in releases]
        for release, future in waiting:
            try:
                listing = future.result()
            except UnknownPackageError:
                continue
            if str(release.version) in listing.versions:
                for file in listing.files(str(release.version)):
                    if file.sha256 is not None:
                        found[file.sha256] = file.filename
    return found
