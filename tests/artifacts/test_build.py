from __future__ import annotations

import os
import sys
import tarfile
import textwrap

import pytest

from pinkeeper.artifacts.build import build_metadata
from pinkeeper.errors import ArtifactError, ConfigurationError, MetadataUnavailableError
from tests.artifacts.archives import METADATA, link_to, tar_of, zip_of

ENVIRON = {"PATH": os.environ.get("PATH", ""), "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""), "ALLOWED": "yes"}
PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """\
import os, pathlib, sys
METADATA = %r
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    info = pathlib.Path(folder, "demo-1.0.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_bytes(METADATA)
    return info.name
def build_wheel(folder, config_settings=None, metadata_directory=None):
    raise NotImplementedError
"""


@pytest.fixture
def build(tmp_path):
    """Builds an sdist with a backend of its own, which needs nothing from an index."""

    def run(backend: str, *, pyproject: str = PYPROJECT, suffix: str = ".tar.gz", **more: bytes) -> bytes:
        members = {
            "demo-1.0/pyproject.toml": pyproject.encode(),
            "demo-1.0/backend.py": textwrap.dedent(backend).encode(),
            **more,
        }
        sdist = tmp_path / f"demo-1.0{suffix}"
        sdist.write_bytes(zip_of(members) if suffix == ".zip" else tar_of(members))
        try:
            return build_metadata(sdist, work_dir=tmp_path, environ=ENVIRON)
        finally:
            assert list(tmp_path.iterdir()) == [sdist]

    return run


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_the_backends_metadata_is_given_and_nothing_is_printed(build, capfd, suffix):
    noise = "print('noise')\nprint('more noise', file=sys.stderr)\nimport warnings\nwarnings.warn('and more')\n"
    assert build(BACKEND % METADATA + noise, suffix=suffix) == METADATA
    assert capfd.readouterr() == ("", "")


def test_metadata_is_taken_from_a_wheel_where_the_backend_does_nothing_else(build):
    backend = f"""\
        import zipfile
        def build_wheel(folder, config_settings=None, metadata_directory=None):
            with zipfile.ZipFile(folder + "/demo-1.0-py3-none-any.whl", "w") as wheel:
                wheel.writestr("demo-1.0.dist-info/METADATA", {METADATA!r})
            return "demo-1.0-py3-none-any.whl"
        """
    assert build(backend) == METADATA


def test_the_build_sees_the_environment_that_it_is_given_and_no_other(build, monkeypatch):
    monkeypatch.setenv("PROVIDER_API_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assertion = """\
        assert os.environ["ALLOWED"] == "yes"
        assert "PROVIDER_API_KEY" not in os.environ
        assert not os.environ["PYTHONPATH"]
        assert sys.prefix != %r and sys.prefix in os.environ["PATH"]
        """
    assert build(BACKEND % METADATA + textwrap.dedent(assertion) % sys.prefix) == METADATA


def test_a_failing_build_tells_the_end_of_its_output(build):
    noise = "print('line one')\nfor n in range(50): print(n)\nprint('https://me:secret@index.example/x \\x1b[31m')\n"
    with pytest.raises(MetadataUnavailableError, match="the build that was allowed failed") as caught:
        build(noise + "raise SystemExit('no compiler here')\n")
    error = caught.value
    assert error.where == "demo-1.0.tar.gz"
    assert error.details[-1] == "no compiler here"
    assert "https://index.example/x  [31m" in error.details
    assert "line one" not in error.details
    assert "secret" not in str(error)
    assert error.remedy


@pytest.mark.parametrize(
    ("pyproject", "message"),
    [
        ("[build-system]\nrequires = 1\n", "requires"),
        ("[build-system\n", "Failed to parse"),
        ("[build-system]\nrequirse = []\n", "`requires` is a required property"),
        (PYPROJECT.replace("[]", '["x @ https://files.example/x.tar.gz"]'), "the build requirement .* is a URL"),
        (PYPROJECT.replace("[]", '["./local"]'), "failed"),
        (PYPROJECT.replace("[]", '["--index-url=https://evil.example"]'), "failed"),
        (PYPROJECT.replace('"."', '"absent"'), "failed"),
        (PYPROJECT.replace('"backend"', '"absent"'), "Backend 'absent' is not available"),
    ],
)
def test_a_build_system_table_that_cannot_be_followed_is_told(build, pyproject, message):
    with pytest.raises(MetadataUnavailableError, match=message):
        build(BACKEND % METADATA, pyproject=pyproject)


@pytest.mark.parametrize(
    "answer",
    ["'..'", "'/etc'", "'absent'", "1", "None", "'a\\0b'", "__import__('os').symlink('/', folder + '/x') or 'x'"],
)
def test_a_backend_that_answers_nonsense_is_told(build, answer):
    backend = f"""\
        def prepare_metadata_for_build_wheel(folder, config_settings=None):
            return {answer}
        """
    with pytest.raises((ArtifactError, MetadataUnavailableError)):
        build(backend)


def test_metadata_beyond_all_reason_is_refused(build):
    with pytest.raises(ArtifactError, match="METADATA of more than"):
        build(BACKEND % METADATA + "METADATA *= 100_000\n")


def test_an_archive_that_is_not_safe_is_not_built(tmp_path):
    sdist = tmp_path / "demo-1.0.tar.gz"
    sdist.write_bytes(tar_of({"demo-1.0/setup.py": link_to("/etc/passwd", tarfile.SYMTYPE)}))
    with pytest.raises(ArtifactError, match="leads to no file"):
        build_metadata(sdist, work_dir=tmp_path, environ=ENVIRON)


def test_the_extra_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "build", None)
    with pytest.raises(ConfigurationError) as caught:
        build_metadata(tmp_path / "demo-1.0.tar.gz", work_dir=tmp_path, environ={})
    assert caught.value.remedy == "pip install 'pinkeeper[build]'"
