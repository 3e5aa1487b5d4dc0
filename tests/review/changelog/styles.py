"""Changelogs in the styles that projects write them in, each made from versions and the texts below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

__all__ = ["STYLES", "Style"]

Style = Callable[[Sequence[tuple[str, str]]], str]
"""Makes a changelog of (version, text) pairs, in the order given."""


def _keep_a_changelog(entries: Sequence[tuple[str, str]]) -> str:
    parts = ["# Changelog\n\nAll that matters is written here.\n\n## [Unreleased]\n\n- Not yet out.\n"]
    parts += [f"## [{version}] - 2026-01-31\n\n### Added\n\n- {text}\n" for version, text in entries]
    links = [f"[{version}]: https://forge.example/compare/v{version}" for version, _ in entries]
    return "\n".join([*parts, *links]) + "\n"


def _markdown(before: str, after: str = "", *, head: str = "# Release notes\n\n") -> Style:
    def make(entries: Sequence[tuple[str, str]]) -> str:
        return head + "".join(f"{before}{version}{after}\n\n* {text}\n\n" for version, text in entries)

    return make


def _underlined(mark: str, *, title: str, head: str = "", over: bool = False) -> Style:
    def make(entries: Sequence[tuple[str, str]]) -> str:
        parts = [head]
        for version, text in entries:
            line = title.format(version)
            rule = mark * len(line)
            parts.append((f"{rule}\n" if over else "") + f"{line}\n{rule}\n\n- {text}\n\n")
        return "".join(parts)

    return make


def _towncrier(entries: Sequence[tuple[str, str]]) -> str:
    parts = ["=========\nChangelog\n=========\n\n.. towncrier release notes start\n"]
    for version, text in entries:
        title = f"kit {version} (2026-01-31)"
        parts.append(f"{title}\n{'=' * len(title)}\n\nFeatures\n--------\n\n- {text} (#12)\n\n----\n\n")
    return "\n".join(parts)


def _sphinx_changelog(entries: Sequence[tuple[str, str]]) -> str:
    parts = ["==========\n1.x notes\n==========\n\n"]
    for version, text in entries:
        parts.append(f".. changelog::\n    :version: {version}\n    :released: January 31, 2026\n\n")
        parts.append(f"    .. change::\n        :tags: bug\n\n        {text}\n\n")
    return "".join(parts)


def _sphinx_releases(entries: Sequence[tuple[str, str]]) -> str:
    head = "=========\nChangelog\n=========\n\n"
    return head + "".join(f"- :release:`{version} <2026-01-31>`\n- :bug:`12` {text}\n" for version, text in entries)


def _plain(title: str) -> Style:
    def make(entries: Sequence[tuple[str, str]]) -> str:
        return "What is new in kit\n\n" + "".join(
            f"{title.format(version)}\n\n  * {text}\n    and no more\n\n" for version, text in entries
        )

    return make


def _html(entries: Sequence[tuple[str, str]]) -> str:
    return "<h1>Changes</h1>\n" + "".join(
        f'<h2 id="v{version}">Version {version}</h2>\n<ul><li>{text}</li></ul>\n' for version, text in entries
    )


STYLES: Mapping[str, tuple[str, Style]] = {
    "Keep a Changelog": ("CHANGELOG.md", _keep_a_changelog),
    "number and date": ("CHANGES.md", _markdown("## ", " (2026-01-31)")),
    "top-level v": ("HISTORY.md", _markdown("# v", head="")),
    "number in brackets with a link": (
        "CHANGELOG.md",
        _markdown("### [", "](https://forge.example/a...b) (2026-01-31)"),
    ),
    "bold lines": ("CHANGELOG.md", _markdown("**", "**")),
    "details": ("CHANGELOG.md", _markdown("<details><summary>", "</summary>")),
    "number and slash": ("History.md", _underlined("=", title="{} / 2026-01-31")),
    "Version underlined": ("CHANGES.rst", _underlined("-", title="Version {}", head="Changes\n=======\n\n")),
    "overlined": ("NEWS.rst", _underlined("~", title="{} (31 January 2026)", over=True)),
    "date first": ("docs/release-notes.rst", _underlined("^", title="2026-01-31, {}")),
    "name and version": ("doc/source/whatsnew.rst", _underlined("*", title="What's new in Kit {}")),
    "towncrier": ("CHANGES.rst", _towncrier),
    "Sphinx changelog": ("doc/build/changelog/changelog_1.rst", _sphinx_changelog),
    "Sphinx releases": ("sites/www/changelog.rst", _sphinx_releases),
    "plain number": ("CHANGES", _plain("{} (2026-01-31)")),
    "plain Version": ("NEWS", _plain("Version {}:")),
    "plain with marks": ("ChangeLog.txt", _plain("== v{} ==")),
    "list of releases": ("CHANGES.txt", _plain("* {}, 2026-01-31")),
    "HTML": ("docs/changes.html", _html),
}
"""By name: the file that such a changelog has, and what makes it."""
