"""Which real bumps are read live, and how they are told. Nothing here reaches an index."""

from __future__ import annotations

import json
from collections.abc import Iterable

from packaging.utils import canonicalize_name

from pinkeeper.index.page import Listing, parse_page
from pinkeeper.model.distribution import DistributionFile
from tests.review.bumps.judging import Grave, Judged
from tests.review.bumps.packages import LATER, PACKAGES, Half, half_of
from tests.review.bumps.plan import choose_bumps, choose_files
from tests.review.bumps.table import table


def _listing(filenames: Iterable[str]) -> Listing:
    files = [{"filename": name, "url": f"files/{name}", "hashes": {}, "size": 10} for name in filenames]
    body = json.dumps({"meta": {"api-version": "1.1"}, "name": "thing", "files": files}).encode()
    name = canonicalize_name("thing")
    page = parse_page(
        body, content_type="application/vnd.pypi.simple.v1+json", url="https://index.example/thing/", name=name
    )
    return Listing(name, page, index="https://index.example")


def _files(*filenames: str) -> tuple[DistributionFile, ...]:
    return tuple(_listing(filenames).files("1.0"))


def test_the_newest_bumps_the_newest_major_one_and_one_by_chance_are_chosen() -> None:
    versions = ["1.0", "1.1", "2.0", "2.1", "2.2", "2.3", "2.4", "3.0a1"]
    filenames = [f"thing-{version}-py3-none-any.whl" for version in versions]
    bumps = choose_bumps(_listing(filenames))
    chosen = [(bump.old, bump.new, bump.why) for bump in bumps]
    assert chosen[:3] == [("2.3", "2.4", "newest"), ("2.2", "2.3", "newest"), ("1.1", "2.0", "major")]
    assert choose_bumps(_listing(reversed(filenames))) == bumps


def test_a_chosen_bump_is_one_to_the_next_release() -> None:
    versions = [f"1.{minor}" for minor in range(20)]
    for bump in choose_bumps(_listing(f"thing-{version}.tar.gz" for version in versions)):
        assert versions.index(bump.new) == versions.index(bump.old) + 1


def test_of_the_wheels_the_one_for_this_platform_is_taken_before_the_pure_one() -> None:
    chosen = choose_files(
        _files(
            "thing-1.0-py3-none-any.whl",
            "thing-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
            "thing-1.0-cp312-cp312-win_amd64.whl",
            "thing-1.0.tar.gz",
        )
    )
    assert [file.filename for file in chosen] == ["thing-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "thing-1.0.tar.gz"]


def test_a_release_of_which_no_wheel_fits_is_left_to_its_sdist() -> None:
    chosen = choose_files(_files("thing-1.0-cp312-cp312-win_amd64.whl", "thing-1.0.tar.gz"))
    assert [file.filename for file in chosen] == ["thing-1.0.tar.gz"]


def test_every_package_belongs_to_one_part_and_all_parts_are_large() -> None:
    everything = (*PACKAGES, *LATER)
    assert len(set(everything)) == len(everything)
    assert len(PACKAGES) >= 60
    assert min(sum(half_of(name) is half for name in everything) for half in Half) >= 25


def test_the_table_tells_grave_findings_failures_and_rates() -> None:
    grave = Grave(severity="high", rule="endpoint", path="a.py", line=3, summary="A new host", evidence="")
    known = {"package": "thing", "why": "newest", "program": "0"}
    text = table(
        [
            Judged(**known, old="1", new="2", verdict="routine", seconds=0.5, megabytes=90, counts={"low": 1}),
            Judged(**known, old="2", new="3", verdict="review", seconds=1.5, counts={"high": 1}, grave=(grave,)),
            Judged(**known, old="3", new="4", problem="ArtifactError: broken"),
        ]
    )
    assert "    high endpoint a.py:3 A new host\n" in text
    assert "    ArtifactError: broken\n" in text
    assert "2 bumps of 1 packages; 1 failed" in text
    assert "with a critical finding: 0 (0.0%)" in text
    assert "with a high or critical finding: 1 (50.0%)" in text
    assert "seconds: median 1.00, most 1.50" in text


def test_a_table_of_nothing_says_so() -> None:
    assert "nothing was compared" in table([])
