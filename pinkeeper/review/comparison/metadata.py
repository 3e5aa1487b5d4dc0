"""What distribution files say of themselves, compared: core metadata, entry points, scripts, top-level names, tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import splitext

from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from pinkeeper.artifacts.contents import Contents
from pinkeeper.artifacts.core_metadata import HEADER_LIMIT, header_fields
from pinkeeper.artifacts.dependency import InvalidRequirement, parse_dependency
from pinkeeper.errors import ArtifactError
from pinkeeper.model.comparison import FieldChange
from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = [
    "ENTRY_POINT",
    "FILE_OFFERED",
    "SCRIPT",
    "TOP_LEVEL_NAME",
    "WHEEL_TAG",
    "compare_fields",
    "metadata_path",
    "top_level_names",
]

ENTRY_POINT = "entry point"
"""Values such as ``console_scripts: serve = demo.cli:main [extra]``."""

SCRIPT = "script"
"""Files that a wheel puts beside the interpreter: their names."""

TOP_LEVEL_NAME = "top-level name"
"""What can be imported once a wheel is installed."""

WHEEL_TAG = "wheel tag"
"""Values such as ``cp311-abi3-manylinux_2_28_x86_64``."""

FILE_OFFERED = "file offered"
"""What the release has on its index: the tags of wheels as their names have them, and the formats of sdists."""

_VALUE_LIMIT = 300  # characters; some projects have their whole licence in a field
_VALUES_LIMIT = 5000
_FILE_LIMIT = 1024 * 1024
_CLASSIFIER = "Classifier"
_CLASSIFIERS = ("Development Status ::", "License ::")
_INFO_NAME = lazy_pattern(r"[^/]+\.dist-info/METADATA")
_EGG_INFO_NAME = lazy_pattern(r"(?:[^/]+/)?[^/]+\.egg-info/PKG-INFO")
_MODULE_END = lazy_pattern(r"(?P<name>[^./]+)(?:\.[^/]*)?\.(?:py|pyc|so|pyd)")
_CODE_SUFFIXES = frozenset({".py", ".pyc", ".so", ".pyd", ".pyi"})
_SCHEME = lazy_pattern(r"[^/]+\.data/(?P<scheme>[^/]+)/(?P<rest>.+)")
_ARCHIVE_SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz", ".egg")


def compare_fields(
    old: Contents, new: Contents, *, old_files: Iterable[str] = (), new_files: Iterable[str] = ()
) -> tuple[FieldChange, ...]:
    """Fields whose values differ, in a fixed order; each with the values that only one side has, normalized and sorted.

    old_files, new_files: the names of all distribution files of the two releases, empty where they are not known.
    What only one side can say (an sdist without ``.egg-info`` knows no entry points) is not compared. Fields that
    cannot be read are compared as they are written; nothing in a package raises an error here. Raises ArtifactError
    where the contents cannot be read any more.
    """
    before, after = dict(_all_fields(old, old_files)), dict(_all_fields(new, new_files))
    return tuple(
        FieldChange(field=field, old=_cut(before[field] - after[field]), new=_cut(after[field] - before[field]))
        for field in before
        if field in after and before[field] != after[field]
    )


def metadata_path(contents: Contents) -> str | None:
    """Where the core metadata lies: METADATA of a wheel, PKG-INFO of an sdist; None where there is none."""
    if not contents.is_wheel:
        if "PKG-INFO" in contents.entries:
            return "PKG-INFO"
        return min((path for path in contents.entries if _EGG_INFO_NAME.fullmatch(path)), default=None)
    found = sorted(path for path in contents.entries if _INFO_NAME.fullmatch(path))
    project = canonicalize_name(contents.filename.partition("-")[0])
    own = [path for path in found if canonicalize_name(path.rpartition(".dist-info")[0].rpartition("-")[0]) == project]
    return next(iter(own or found), None)


def _all_fields(contents: Contents, files: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Fields and their values, those left out that this side cannot say."""
    path = metadata_path(contents)
    if path is not None:
        yield from _core_fields(_read(contents, path))
    folder = _info_folder(contents, path)
    if folder is not None:
        yield ENTRY_POINT, frozenset(_entry_points(_read(contents, f"{folder}entry_points.txt")))
    if contents.is_wheel:
        yield SCRIPT, frozenset(_scripts(contents))
        yield TOP_LEVEL_NAME, top_level_names(contents)
        if folder is not None:
            fields = _header(_read(contents, f"{folder}WHEEL"), (b"tag", b"root-is-purelib"))
            yield WHEEL_TAG, frozenset(fields[b"tag"])
            yield "Root-Is-Purelib", frozenset(value.lower() for value in fields[b"root-is-purelib"])
    if offered := frozenset(map(_offered, files)):
        yield FILE_OFFERED, offered


def _info_folder(contents: Contents, metadata: str | None) -> str | None:
    """The folder where entry points stand, with its slash."""
    if contents.is_wheel or metadata not in {None, "PKG-INFO"}:
        return None if metadata is None else metadata.rpartition("/")[0] + "/"
    path = min((path for path in contents.entries if _EGG_INFO_NAME.fullmatch(path)), default=None)
    return None if path is None else path.rpartition("/")[0] + "/"


def _read(contents: Contents, path: str) -> bytes:
    entry = contents.entries.get(path)
    if entry is None:
        return b""
    return contents.read(path)[: max(HEADER_LIMIT, _FILE_LIMIT)]


def _core_fields(content: bytes) -> Iterator[tuple[str, frozenset[str]]]:
    found = _header(content, [field.lower().encode() for field in (*_FIELDS, _CLASSIFIER)])
    for field, normalize in _FIELDS.items():
        yield field, frozenset(filter(None, map(normalize, found[field.lower().encode()][:_VALUES_LIMIT])))
    classifiers = found[_CLASSIFIER.lower().encode()]
    yield _CLASSIFIER, frozenset(value for value in classifiers if value.startswith(_CLASSIFIERS))


def _header(content: bytes, names: Iterable[bytes]) -> dict[bytes, list[str]]:
    wanted = list(names)
    try:
        return header_fields(content, wanted, subject="metadata")
    except ArtifactError:  # a header beyond all reason; what is in its first part is compared
        return header_fields(content[:_FILE_LIMIT], wanted, subject="metadata")


def _requirement(text: str) -> str:
    try:
        return str(parse_dependency(text))
    except InvalidRequirement:
        return text


def _specifiers(text: str) -> str:
    try:
        return ", ".join(sorted(map(str, SpecifierSet(text))))
    except ValueError:  # InvalidSpecifier, and numbers with too many digits
        return text


def _extra(text: str) -> str:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName:
        return text


def _as_written(text: str) -> str:
    return " ".join(text.split())


def _url_label(text: str) -> str:
    label, comma, url = text.partition(",")
    return f"{label.strip()}, {url.strip()}" if comma else text


_FIELDS: Mapping[str, Callable[[str], str]] = {
    "Requires-Dist": _requirement,
    "Requires-Python": _specifiers,
    "Provides-Extra": _extra,
    "Author": _as_written,
    "Author-email": _as_written,
    "Maintainer": _as_written,
    "Maintainer-email": _as_written,
    "Home-page": _as_written,
    "Download-URL": _as_written,
    "Project-URL": _url_label,
    "License": _as_written,
    "License-Expression": _as_written,
    "License-File": _as_written,
}


def _entry_points(content: bytes) -> Iterator[str]:
    """Each entry point with its group (entry points specification), read without a parser that may refuse the file."""
    group = ""
    for line in content.decode("utf-8", "replace").split("\n")[:_VALUES_LIMIT]:
        text = line.strip()
        if not text or text.startswith(("#", ";")):
            continue
        if text.startswith("[") and text.endswith("]"):
            group = text[1:-1].strip()
            continue
        name, equals, target = text.partition("=")
        yield f"{group}: {name.strip()} = {' '.join(target.split())}" if equals else f"{group}: {text}"


def _scripts(contents: Contents) -> Iterator[str]:
    for path in contents.entries:
        match = _SCHEME.fullmatch(path)
        if match and match["scheme"] == "scripts":
            yield match["rest"]


def top_level_names(contents: Contents) -> frozenset[str]:
    """The names under which a wheel's files can be imported: modules, and folders that hold code at any depth."""
    found = set()
    for path in contents.entries:
        place = path
        if match := _SCHEME.fullmatch(path):
            if match["scheme"] not in {"purelib", "platlib"}:
                continue
            place = match["rest"]
        top, slash, _ = place.partition("/")
        if not slash:
            if match := _MODULE_END.fullmatch(place):
                found.add(match["name"])
        elif top.isidentifier() and splitext(place)[1] in _CODE_SUFFIXES:
            found.add(top)
    return frozenset(found)


def _offered(filename: str) -> str:
    if filename.endswith(".whl"):
        return "-".join(filename.removesuffix(".whl").split("-")[2:])
    suffix = next((suffix for suffix in _ARCHIVE_SUFFIXES if filename.endswith(suffix)), splitext(filename)[1])
    return f"sdist ({suffix})"


def _cut(values: Iterable[str]) -> tuple[str, ...]:
    """Sorted, long values cut, and no more of them than anybody would read."""
    cut = sorted({value if len(value) <= _VALUE_LIMIT else f"{value[:_VALUE_LIMIT]}..." for value in values})
    if len(cut) > _VALUES_LIMIT:
        cut = [*cut[:_VALUES_LIMIT], f"... and {len(cut) - _VALUES_LIMIT} more"]
    return tuple(cut)
