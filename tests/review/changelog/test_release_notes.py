from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.comparison import ReleaseNotes
from pinkeeper.review.changelog import NoteSource, note_sources, release_notes
from pinkeeper.review.changelog.headings import HEADING_LIMIT, find_headings
from tests.review.contents_in_memory import ContentsInMemory

NAME = NormalizedName("kit")


def _notes(files, *, old="1.0", new="2.0", name="kit", filename="kit-2.0.tar.gz", **limits) -> ReleaseNotes:
    contents = ContentsInMemory(files, filename=filename)
    project = NormalizedName(name)
    sources = note_sources(contents, name=project, old=Version(old), new=Version(new))
    return release_notes(Version(old), Version(new), sources, name=project, **limits)


def _versions(notes: ReleaseNotes) -> list[str]:
    return [section.version for section in notes.sections]


def _markdown(*versions: str) -> str:
    return "".join(f"## {version}\n\n- about {version}\n\n" for version in versions)


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "CHANGELOG",
        "Changes.rst",
        "CHANGES.txt",
        "HISTORY.rst",
        "NEWS",
        "RELEASES.md",
        "RELEASE_NOTES.md",
        "release-notes.md",
        "ReleaseNotes.txt",
        "whatsnew.rst",
        "WHATS-NEW.md",
        "docs/changelog.md",
        "docs/en/docs/release-notes.md",
        "doc/source/whats_new.rst",
        "docs/versionhistory.rst",
        "kit/CHANGELOG.md",
        "kit-2.0.dist-info/CHANGELOG.md",
        "CHANGES-2",
        "CHANGES-2.0",
        "kit_changelog.md",
    ],
)
def test_a_file_that_is_named_like_a_changelog_is_one(path):
    notes = _notes({path: "2.0\n===\n\n- about 2.0\n\n1.0\n===\n\n- first\n"})

    assert [(section.version, section.text) for section in notes.sections] == [("2.0", "- about 2.0")]
    assert notes.source == f"{path} in kit-2.0.tar.gz"


@pytest.mark.parametrize(
    "path",
    [
        "README.md",
        "kit/changes.py",
        "tests/CHANGELOG.md",
        "kit/_vendor/other/CHANGELOG.md",
        "node_modules/other/CHANGELOG.md",
        "newsfragments/2.0.rst",
        "docs/versions.json",
        "a/b/c/d/e/f/g/h/CHANGELOG.md",
    ],
)
def test_other_files_are_not_looked_at(path):
    contents = ContentsInMemory({path: _markdown("2.0", "1.0")})

    assert note_sources(contents, name=NAME, old=Version("1.0"), new=Version("2.0")) == ()
    assert contents.reads == []


def test_nothing_is_found_where_there_is_nothing():
    assert _notes({}) == ReleaseNotes()
    assert _notes({"CHANGELOG.md": ""}) == ReleaseNotes()


def test_the_place_that_knows_most_versions_wins():
    notes = _notes({"CHANGELOG.md": _markdown("2.0"), "docs/history.md": _markdown("2.0", "1.5")})

    assert notes.source == "docs/history.md in kit-2.0.tar.gz"
    assert _versions(notes) == ["2.0", "1.5"]


def test_of_equals_the_place_that_knows_the_new_version_wins_then_the_root():
    assert _notes({"docs/news.md": _markdown("2.0"), "NEWS.md": _markdown("1.9")}).source.startswith("docs/news.md")
    assert _notes({"docs/news.md": _markdown("2.0"), "NEWS.md": _markdown("2.0")}).source.startswith("NEWS.md")


def test_several_distribution_files_are_taken_together():
    sources = [
        source
        for filename, path, versions in [
            ("kit-2.0-py3-none-any.whl", "kit/CHANGELOG.md", ["2.0"]),
            ("kit-2.0.tar.gz", "CHANGELOG.md", ["2.0", "1.1"]),
        ]
        for source in note_sources(
            ContentsInMemory({path: _markdown(*versions)}, filename=filename),
            name=NAME,
            old=Version("1.0"),
            new=Version("2.0"),
        )
    ]

    notes = release_notes(Version("1.0"), Version("2.0"), sources, name=NAME)

    assert notes.source == "CHANGELOG.md in kit-2.0.tar.gz"


def test_a_changelog_over_several_files_is_one():
    notes = _notes(
        {
            "docs/changelog_2.rst": "2.0\n===\n\n- two\n",
            "docs/changelog_1.rst": "1.9\n===\n\n- nine\n\n1.0\n===\n\n- o\n",
        }
    )

    assert _versions(notes) == ["2.0", "1.9"]
    assert notes.source == "docs/changelog_.rst in kit-2.0.tar.gz"


def test_subsections_belong_to_their_version():
    text = (
        "## 2.0\n\nIntro.\n\n### Added\n\n- a\n\n#### Python 3.13\n\n- b\n\n### 3.13 wheels\n\n- c\n\n## 1.0\n\n- d\n"
    )

    (section,) = _notes({"CHANGELOG.md": text}).sections

    assert section.text == text.partition("## 2.0\n\n")[2].partition("\n\n## 1.0")[0]


def test_a_heading_as_high_that_is_that_of_no_version_ends_a_section():
    (section,) = _notes({"CHANGELOG.md": "## 2.0\n\n- a\n\n## Contributors\n\n- somebody\n"}).sections

    assert section.text == "- a"


def test_sections_may_follow_headings_of_another_level():
    text = "# 2.0\n\n- a\n\n## 1.9.1\n\n- b\n\n## 1.9\n\n- c\n\n# 1.0\n\n- d\n"

    assert [(section.version, section.text) for section in _notes({"CHANGELOG.md": text}).sections] == [
        ("2.0", "- a"),
        ("1.9.1", "- b"),
        ("1.9", "- c"),
    ]


def test_a_section_whose_parts_stand_higher_than_its_title_is_whole():
    (section,) = _notes({"CHANGELOG.md": "### 2.0\n## Added\n- a\n## Fixed\n- b\n### 1.0\n- c\n"}).sections

    assert section.text == "## Added\n- a\n## Fixed\n- b"


def test_headings_in_code_are_none():
    text = "## 2.0\n\n```\n## 1.9\n```\n\n~~~sh\n# 1.8\n~~~\n\n- end\n"

    (section,) = _notes({"CHANGELOG.md": text}).sections

    assert section.version == "2.0"
    assert section.text.endswith("- end")


def test_what_is_not_released_is_left_out_and_told_where_the_new_version_has_no_section():
    notes = _notes({"CHANGELOG.md": "## Unreleased\n\n- secret\n\n" + _markdown("1.5", "1.0")})

    assert _versions(notes) == ["1.5"]
    assert notes.remark == "there is no section for 2.0; one for unreleased changes was left out"
    assert _notes({"CHANGELOG.md": "## Unreleased\n\n- a\n\n" + _markdown("2.0")}).remark == ""
    assert _notes({"CHANGELOG.md": _markdown("1.5")}).remark == "there is no section for 2.0"


def test_what_is_not_released_is_told_where_it_is_all_there_is():
    notes = _notes({"CHANGELOG.md": "## Unreleased\n\n- secret\n\n" + _markdown("1.0")})

    assert (notes.sections, notes.source) == ((), "")
    assert notes.remark == "there is no section for 2.0; one for unreleased changes was left out"


def test_versions_need_not_be_written_as_they_are_canonical():
    notes = _notes({"CHANGES.md": _markdown("v2.0.0-RC1", "1.5-beta.3", "1.02")}, new="2.0rc1")

    assert _versions(notes) == ["2.0.0rc1", "1.5b3", "1.2"]


def test_pre_releases_between_come_too():
    assert _versions(_notes({"CHANGES.md": _markdown("2.0", "2.0rc1", "1.9.post1", "1.0", "1.0rc1")})) == [
        "2.0",
        "2.0rc1",
        "1.9.post1",
    ]


def test_a_file_with_headings_of_two_numbers_has_one_for_all_patch_releases():
    text = _markdown("1.3", "1.2", "1.1")

    assert _versions(_notes({"CHANGES.md": text}, old="1.2.0", new="1.2.3")) == ["1.2"]
    assert _versions(_notes({"CHANGES.md": text}, old="1.1.4", new="1.2.3")) == ["1.2"]
    assert _versions(_notes({"CHANGES.md": text}, old="1.2.3", new="1.3.1")) == ["1.3"]
    assert _versions(_notes({"CHANGES.md": text + _markdown("1.1.1")}, old="1.2.0", new="1.2.3")) == []


def test_a_heading_for_a_line_of_releases_is_one_for_all_of_them():
    assert _versions(_notes({"CHANGES.md": _markdown("1.3.x", "1.2.x", "1.1.7")}, old="1.2.1", new="1.2.3")) == ["1.2"]


def test_a_file_for_a_line_of_releases_gives_its_patch_releases():
    text = "Version 1.2.1\n-------------\n\n- one\n\nVersion 1.2.0\n-------------\n\n- zero\n"

    notes = _notes({"doc/whats_new/v1.2.rst": text, "doc/whats_new/v1.1.rst": text}, old="1.2.0", new="1.2.1")

    assert [(section.version, section.text) for section in notes.sections] == [("1.2.1", "- one")]
    assert notes.source == "doc/whats_new/v1.2.rst in kit-2.0.tar.gz"


def test_a_file_for_a_line_of_releases_says_nothing_more_beside_files_for_single_ones():
    notes = _notes(
        {"docs/releases/1.2.rst": "1.2\n===\n\n- zero\n", "docs/releases/1.2.1.rst": "1.2.1\n=====\n\n- one\n"},
        old="1.2.0",
        new="1.2.1",
    )

    assert _versions(notes) == ["1.2.1"]


def test_a_file_for_a_version_without_a_title_is_taken_whole():
    notes = _notes({"docs/releases/2.0.md": "- fixed the thing\n", "docs/releases/0.9.md": "- old\n"})

    assert [(section.version, section.text) for section in notes.sections] == [("2.0", "- fixed the thing")]


def test_of_several_projects_in_one_file_one_is_taken():
    text = "## kit 2.0\n\n- ours\n\n## glacier 1.9\n\n- theirs\n\n## glacier@1.8\n\n- theirs\n\n## kit 1.0\n\n- first\n"

    assert [(section.version, section.text) for section in _notes({"CHANGELOG.md": text}).sections] == [
        ("2.0", "- ours")
    ]


def test_of_several_projects_with_a_part_each_one_is_taken():
    text = "# Changes\n\n## glacier\n\n### 2.0\n\n- theirs\n\n## Kit\n\n### 1.9\n\n- ours\n\n## ice\n\n### 1.8\n\n- x\n"

    assert [(section.version, section.text) for section in _notes({"CHANGELOG.md": text}).sections] == [
        ("1.9", "- ours")
    ]


def test_a_project_may_go_by_another_name_in_its_headings():
    text = "Glacier 2.0\n===========\n\n- a\n\nGlacier 1.0\n===========\n\n- b\n"

    assert _versions(_notes({"CHANGES.rst": text})) == ["2.0"]


def test_one_version_twice_is_one_section():
    text = "## 2.0\n\n- a\n\n## 2.0.0\n\n- b\n\n## v2.0\n\n- a\n"

    assert [section.text for section in _notes({"CHANGES.md": text}).sections] == ["- a\n\n- b"]


def _metadata(body: str, *, content_type: str = "text/markdown") -> dict[str, str]:
    head = f"Metadata-Version: 2.1\nName: kit\nVersion: 2.0\nDescription-Content-Type: {content_type}\n\n"
    return {"kit-2.0.dist-info/METADATA": head + body}


def test_the_long_description_serves_where_there_is_no_file():
    body = "# Kit\n\nFor 3.11.\n\n## Changelog\n\n### 2.0 (2026-01-31)\n\n- a\n\n### 1.0\n\n- b\n\n## License\n\nMIT\n"

    notes = _notes(_metadata(body), filename="kit-2.0-py3-none-any.whl")

    assert [(section.version, section.text) for section in notes.sections] == [("2.0", "- a")]
    assert notes.source == "long description of kit-2.0-py3-none-any.whl"
    assert notes.markup == "markdown"


def test_a_file_is_read_rather_than_the_long_description():
    files = {"CHANGES.md": _markdown("2.0", "1.0"), **_metadata("## Changelog\n\n### 2.0\n\n- a\n")}

    assert _notes(files).source == "CHANGES.md in kit-2.0.tar.gz"


def test_a_description_may_tell_of_its_own_release_without_a_number():
    notes = _notes(_metadata("# Kit\n\n## Release Information\n\n### Fixed\n\n- a\n\n## Credits\n\nUs.\n"))

    assert [(section.version, section.text) for section in notes.sections] == [("2.0", "### Fixed\n\n- a")]


def test_a_description_in_the_header_is_read_too():
    head = "Metadata-Version: 1.1\nName: kit\nVersion: 2.0\nDescription: Kit\n"
    lines = ["===", "", "History", "-------", "", "2.0", "~~~", "", "* a", "", "1.0", "~~~", "", "* b"]
    folded = "".join(f"        {line}\n" for line in lines)

    notes = _notes({"PKG-INFO": head + folded + "Keywords: x\n"})

    assert [(section.version, section.text) for section in notes.sections] == [("2.0", "* a")]
    assert notes.markup == "rst"


def test_a_long_section_is_cut_and_the_cut_is_told():
    text = "## 2.0\n\n" + "- a line of text\n" * 100 + "\n## 1.0\n"

    notes = _notes({"CHANGES.md": text}, section_limit=200)

    (section,) = notes.sections
    whole = ("- a line of text\n" * 100).strip()
    kept, _, mark = section.text.rpartition("\n\n")
    assert whole.startswith(kept)
    assert len(kept) <= 200
    assert notes.cut == len(whole) - len(kept)
    assert mark == f"[{notes.cut} more characters]"


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8), st.integers(1, 300), st.integers(1, 900))
def test_what_is_kept_and_what_is_cut_are_all_there_was(lengths, section_limit, total_limit):
    text = "".join(f"## 1.{i}\n\n{'x' * length}\n\n" for i, length in enumerate(lengths, start=1))

    notes = _notes({"CHANGES.md": text}, section_limit=section_limit, total_limit=total_limit)

    kept = sum(section.text.count("x") for section in notes.sections)
    marked = [section for section in notes.sections if section.text.endswith("characters]")]
    assert len(notes.sections) == len(lengths)
    assert kept + notes.cut == sum(lengths)
    assert kept <= total_limit
    assert bool(marked) == bool(notes.cut)


def test_a_file_that_cannot_be_read_is_passed_over():
    contents = ContentsInMemory(
        {"CHANGES.md": _markdown("2.0"), "docs/history.md": _markdown("2.0")}, broken=frozenset({"CHANGES.md"})
    )

    sources = note_sources(contents, name=NAME, old=Version("1.0"), new=Version("2.0"))

    assert [source.name for source in sources] == ["docs/history.md in kit-2.0.tar.gz"]


def test_a_file_over_the_limit_is_read_from_its_start_and_that_is_told():
    text = _markdown("2.0") + "## 1.5\n\n" + "x" * 79 + "\n"
    text += ("y" * 79 + "\n") * (4 * 1024 * 1024 // 80)

    notes = _notes({"CHANGES.md": text})

    assert _versions(notes) == ["2.0", "1.5"]
    assert notes.remark == f"{len(text) - 4 * 1024 * 1024} bytes of the file were not read"


@pytest.mark.parametrize(
    "text",
    [
        "#" * 1_000_000,
        "# " * 500_000,
        "[" * 1_000_000 + "1.2",
        ("[" * 250 + "\n") * 4_000,
        ("`<" * 140 + "1.5\n---\n") * 3_000,
        "<h2>" * 250_000,
        ("<" * 299 + "\n") * 3_000,
        "\n".join(f"## {i}.{i}" for i in range(60_000)),
        "\n".join(f"1.{i}.{i}\n\n" for i in range(60_000)),
        "-\n" * 500_000,
        "---\n" * 250_000,
        ("=" * 200 + "\n") * 5_000,
        "1.5\n" + "=" * 1_000_000,
        ("1." * 100 + "5\n===\n") * 1_000,
        "```\n" * 250_001,
        "\0" * 1_000_000,
        "\x1b[31m## 1.5\x1b[0m\n" * 10_000,
        ".. changelog::\n" * 60_000,
        "x" * 3_000_000 + " 1.5",
    ],
    ids=range(19),
)
@pytest.mark.parametrize("path", ["CHANGES.md", "CHANGES.rst"])
def test_a_hostile_file_is_read_to_its_end(path, text):
    notes = _notes({path: text})

    assert all(Version("1.0") < Version(section.version) <= Version("2.0") for section in notes.sections)


def test_headings_are_looked_for_up_to_a_limit():
    lines = [f"# {i}" for i in range(HEADING_LIMIT + 10)]

    assert len(find_headings(lines, markup="markdown")) == HEADING_LIMIT


@given(st.text(alphabet="#=-~*`[]()<>v.0123456789 \n\tChangesx:\u2028\r", max_size=300), st.sampled_from("mrp"))
def test_any_text_is_cut_into_parts_of_itself(text, markup):
    markup = {"m": "markdown", "r": "rst", "p": "plain"}[markup]
    source = NoteSource(name="x", place="x", text=text, markup=markup)

    notes = release_notes(Version("0"), Version("99"), [source], name=NAME)

    lines = {line.rstrip() for line in text.splitlines()} | {""}
    for section in notes.sections:
        assert set(section.text.split("\n")) <= lines
