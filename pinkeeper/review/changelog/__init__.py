"""What a project says of its releases, and what it does not say."""

from pinkeeper.review.changelog.areas import unmentioned
from pinkeeper.review.changelog.notes import release_notes
from pinkeeper.review.changelog.source import NoteSource, note_sources

__all__ = ["NoteSource", "note_sources", "release_notes", "unmentioned"]
