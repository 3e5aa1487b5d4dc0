from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.artifacts.core_metadata import parse_core_metadata
from pinkeeper.artifacts.sdist import SdistFiles
from pinkeeper.artifacts.static_metadata import NotStatic, is_static, static_sdist_metadata
from pinkeeper.errors import ArtifactError
from pinkeeper.model.metadata import CoreMetadata, MetadataSource

STATIC = b"Metadata-Version: 2.2\nName: demo\nVersion: 1.0\nRequires-Dist: from-pkg-info\nRequires-Python: >=3.8\n"
OLD = STATIC.replace(b"2.2", b"2.1")
PROJECT = b'[project]\nname = "Demo"\nversion = "1.0"\ndependencies = ["from-project>=1"]\n'
SETUP = b"from setuptools import setup\nsetup(install_requires=['from-setup'])\n"
CFG = b"[options]\ninstall_requires =\n  from-cfg\n"


def static(**files: bytes) -> CoreMetadata | NotStatic:
    return static_sdist_metadata(
        SdistFiles(**files), name=canonicalize_name("demo"), version=Version("1.0"), subject="demo-1.0.tar.gz"
    )


def found(**files: bytes) -> CoreMetadata:
    metadata = static(**files)
    assert isinstance(metadata, CoreMetadata), metadata
    return metadata


def reason(**files: bytes) -> str:
    metadata = static(**files)
    assert isinstance(metadata, NotStatic), metadata
    return metadata.reason


# PKG-INFO (PEP 643)


def test_a_static_pkg_info_comes_first():
    metadata = found(pkg_info=STATIC, pyproject=PROJECT, setup_py=SETUP)
    assert metadata.source is MetadataSource.SDIST
    assert metadata.requires == ("from-pkg-info",)
    assert metadata.requires_python == ">=3.8"


def test_fields_that_resolving_does_not_need_may_be_dynamic():
    assert found(pkg_info=STATIC + b"Dynamic: License\nDynamic: Summary\n").requires == ("from-pkg-info",)


@pytest.mark.parametrize("field", [b"Requires-Dist", b"REQUIRES-DIST", b"Provides-Extra", b"Requires-Python"])
def test_a_dynamic_field_sends_on_to_the_next_source(field):
    pkg_info = STATIC + b"Dynamic: " + field + b"\n"
    assert f"{field.decode().lower()} may change in a build" in reason(pkg_info=pkg_info)
    assert found(pkg_info=pkg_info, pyproject=PROJECT).source is MetadataSource.PYPROJECT


def test_old_metadata_sends_on_to_the_next_source():
    assert "version 2.1 makes nothing static" in reason(pkg_info=OLD)
    assert found(pkg_info=OLD, setup_py=SETUP).requires == ("from-setup",)


@pytest.mark.parametrize(("old", "new"), [(b"Name: demo", b"Name: other"), (b"Version: 1.0", b"Version: 2.0")])
def test_a_static_pkg_info_of_another_release_is_refused(old, new):
    with pytest.raises(ArtifactError, match="its metadata is of another") as caught:
        static(pkg_info=STATIC.replace(b"\n" + old, b"\n" + new))
    assert caught.value.where == "demo-1.0.tar.gz (PKG-INFO)"


@pytest.mark.parametrize(
    ("content", "expected"), [(STATIC, True), (OLD, False), (STATIC + b"Dynamic: Requires-Dist\n", False)]
)
def test_is_static_judges_metadata_beside_an_sdist(content, expected):
    assert is_static(parse_core_metadata(content, subject="x", source=MetadataSource.INDEX)) is expected


def test_an_sdist_without_any_source_says_so():
    assert "no PKG-INFO, pyproject.toml, setup.cfg or setup.py" in reason()


# pyproject.toml (PEP 621)


def test_a_static_project_table_is_read():
    metadata = found(
        pyproject=PROJECT
        + b'requires-python = ">=3.9"\n'
        + b"[project.optional-dependencies]\nnone = []\n"
        + b"X_Y = [\"a\", \"b[c]>=2; os_name == 'nt' or os_name == 'posix'\"]\n"
        + b'[build-system]\nbuild-backend = "other.backend"\n'
    )
    assert metadata == CoreMetadata(
        requires=("from-project>=1",),
        requires_by_extra={
            canonicalize_name("x-y"): (
                'a; extra == "x-y"',
                'b[c]>=2; (os_name == "nt" or os_name == "posix") and extra == "x-y"',
            )
        },
        requires_python=">=3.9",
        provides_extras=frozenset({canonicalize_name("x-y"), canonicalize_name("none")}),
        source=MetadataSource.PYPROJECT,
    )


def test_a_dynamic_version_is_that_of_the_file_name():
    assert found(pyproject=b'[project]\nname = "demo"\ndynamic = ["version", "readme"]\n').requires == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[project", "cannot be read"),
        (b"\xff = 1", "cannot be read"),
        (b"a = " + b"[" * 5000, "cannot be read"),
        (b"[project]\n", "no name"),
        (b"project = 1", "no name"),
        (b'[project]\nname = "other"\n', "of another project, 'other'"),
        (b'[project]\nname = "demo"\nversion = "2.0"\n', "of another version, '2.0'"),
        (b'[project]\nname = "demo"\nversion = 1\n', "of another version"),
        (b'[project]\nname = "demo"\ndynamic = "version"\n', "project.dynamic is not a list"),
        (b'[project]\nname = "demo"\ndynamic = ["dependencies"]\n', "project.dependencies is dynamic"),
        (b'[project]\nname = "demo"\ndynamic = ["optional-dependencies"]\n', "optional-dependencies is dynamic"),
        (b'[project]\nname = "demo"\ndynamic = ["requires-python"]\n', "requires-python is dynamic"),
        (b'[project]\nname = "demo"\ndependencies = "a"\n', "not a list of requirements"),
        (b'[project]\nname = "demo"\ndependencies = [1]\n', "not a list of requirements"),
        (b'[project]\nname = "demo"\ndependencies = ["a >"]\n', "a requirement cannot be read"),
        (b'[project]\nname = "demo"\ndependencies = ["a\\u0007"]\n', "a requirement cannot be read"),
        (b'[project]\nname = "demo"\noptional-dependencies = []\n', "not a table of lists"),
        (b'[project]\nname = "demo"\noptional-dependencies = {"a:b" = []}\n', "not a table of lists"),
        (b'[project]\nname = "demo"\noptional-dependencies = {"a b" = []}\n', "a requirement cannot be read"),
        (b'[project]\nname = "demo"\nrequires-python = 3\n', "requires-python is not a text"),
    ],
)
def test_a_project_table_in_doubt_is_not_static(content, message):
    # A project table decides, also where it decides nothing: setup.py is not asked.
    assert message in reason(pyproject=content, setup_py=SETUP)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[build-system]\nbuild-backend = "poetry.core.masonry.api"\n', "'poetry.core.masonry.api' decides"),
        (b'[build-system]\nbuild-backend = "setuptools.build_meta"\nbackend-path = ["."]\n', "backend of its own"),
        (b'build-system = "x"\n', "backend of its own"),
        (b"[build-system]\nbuild-backend = 1\n", "backend of its own"),
    ],
)
def test_setup_py_counts_for_setuptools_only(content, message):
    assert message in reason(pyproject=content, setup_py=SETUP)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[tool.black]\n",
        b'[build-system]\nrequires = ["setuptools"]\n',
        b'[build-system]\nbuild-backend = "setuptools.build_meta"\n',
        b'[build-system]\nbuild-backend = "setuptools.build_meta:__legacy__"\n',
    ],
)
def test_setup_py_counts_where_setuptools_builds(content):
    metadata = found(pyproject=content, setup_py=SETUP)
    assert (metadata.requires, metadata.source) == (("from-setup",), MetadataSource.SETUP_LITERALS)


def test_a_pyproject_alone_without_a_project_table_is_not_static():
    assert "there is no setup.cfg or setup.py" in reason(pyproject=b"")


# setup.cfg


def test_setup_cfg_is_read():
    metadata = found(
        setup_cfg=b"""\
[metadata]
name = demo
[options]
python-requires = >=3.8
install_requires =
    # a comment
    a >= 1
    b ; python_version < "3.10"  # why

[options.extras_require]
Test =
    c
    d; os_name == "nt"
one = e; f
none =
"""
    )
    assert metadata.requires == ("a>=1", 'b; python_version < "3.10"')
    assert metadata.requires_by_extra == {
        "test": ('c; extra == "test"', 'd; os_name == "nt" and extra == "test"'),
        "one": ('e; extra == "one"', 'f; extra == "one"'),
    }
    assert metadata.requires_python == ">=3.8"
    assert metadata.provides_extras == {"test", "one", "none"}
    assert metadata.source is MetadataSource.SETUP_LITERALS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[options]\ninstall_requires = file: requirements.txt\n", "install_requires is read from another file"),
        (b"[options]\ninstall_requires = attr: demo.requires\n", "install_requires is read from another file"),
        (b"[options]\npython_requires = attr: demo.python\n", "python_requires is read from another file"),
        (b"[options.extras_require]\nx = file: x.txt\n", "the extra 'x' is read from another file"),
        (b"[options]\ninstall_requires = a%(b)s\n", "% to interpolate"),
        (b'[options]\ninstall_requires = a; os_name == "nt"\n', "a requirement cannot be read"),
        (b"[options]\ninstall_requires =\n  a >= \\\n  1\n", "continued on the next line"),
        (b"[options]\ninstall_requires = a\ninstall-requires = b\n", "install_requires twice"),
        (b"[options]\n[options]\n", "cannot be read"),
        (b"no section = 1", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[metadata]\nrequires-dist =\n  a\n", "[metadata] has requirements"),
    ],
)
def test_a_setup_cfg_in_doubt_is_not_static(content, message):
    assert message in reason(setup_cfg=content)


def test_setup_cfg_completes_a_plain_setup_py():
    metadata = found(setup_cfg=CFG, setup_py=b"import setuptools\nsetuptools.setup(python_requires='>=3')\n")
    assert (metadata.requires, metadata.requires_python) == (("from-cfg",), ">=3")


def test_a_field_in_both_files_is_not_static():
    assert reason(setup_cfg=CFG, setup_py=SETUP) == "setup.py and setup.cfg both have install_requires"


def test_a_setup_py_in_doubt_is_not_static_whatever_setup_cfg_says():
    assert "setup.py" in reason(setup_cfg=CFG, setup_py=b"from setuptools import setup\nsetup(**{})\n")
