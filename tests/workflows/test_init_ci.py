"""The scheduled jobs that ``pinkeeper init`` writes."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pinkeeper import __version__
from pinkeeper.errors import CollectedError, ConfigurationError, OutputError
from pinkeeper.workflows.init_ci import InitOptions, init_ci
from pinkeeper.workflows.surroundings import Surroundings
from tests.forge.github_description import TOOLS
from tests.forge.remotes import git_in

_GITHUB = ".github/workflows/pinkeeper.yml"
_GITLAB = ".gitlab/pinkeeper.gitlab-ci.yml"
_IMAGE = f"registry.example/python:3.12@sha256:{'0a' * 32}"
_needs_tools = pytest.mark.skipif(
    TOOLS is None and os.environ.get("FORGE_TESTS") != "required", reason="npm ci was not run in .ci/forge"
)


def _init(folder: Path, ci: str, **options):
    surroundings = Surroundings(
        environ=os.environ,
        directory=folder,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        stdin=bytes,
        cache_directory=None,
    )
    return init_ci(InitOptions(ci=ci, **options), surroundings)


def _yaml(path: Path):
    """The document as a YAML reader understands it."""
    assert TOOLS is not None, "these tests need npm ci in .ci/forge, and the environment requires them"
    program = "console.log(JSON.stringify(require('js-yaml').load(require('fs').readFileSync(0, 'utf8'))))"
    run = ["node", "-e", program]
    done = subprocess.run(run, cwd=TOOLS, input=path.read_bytes(), capture_output=True, check=True)
    return json.loads(done.stdout)


def test_a_job_for_github_and_what_it_installs(tmp_path):
    result = _init(tmp_path, "github")
    assert [(file.path, file.changed) for file in result.files] == [
        (_GITHUB, True),
        (".pinkeeper/requirements.in", True),
    ]
    assert (tmp_path / ".pinkeeper/requirements.in").read_text().endswith(f"\npinkeeper=={__version__}\n")
    assert result.to_do[0].startswith("pinkeeper lock .pinkeeper/requirements.in -o .pinkeeper/requirements.txt ")
    assert [file.changed for file in _init(tmp_path, "github").files] == [False, False]


@pytest.mark.parametrize(("ci", "path"), [("github", _GITHUB), ("gitlab", _GITLAB)])
def test_nothing_is_left_to_fill_in_and_nothing_moves(tmp_path, ci, path):
    _init(tmp_path, ci, schedule="5 6 * * 1-5", image=_IMAGE)
    text = (tmp_path / path).read_text(encoding="utf-8")
    assert re.findall(r"@[a-z_]+@", text) == []
    assert "5 6 * * 1-5" in text
    assert "--require-hashes" in text
    assert "--only-binary :all:" in text
    for used in re.findall(r"uses: *(\S+)", text):
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", used), used
    for image in re.findall(r"image: *(\S+)", text):
        assert image == f'"{_IMAGE}"'


@_needs_tools
def test_the_job_for_github_has_the_least_permissions_and_no_expression_in_a_script(tmp_path):
    _init(tmp_path, "github")
    job = _yaml(tmp_path / _GITHUB)
    assert job["permissions"] == {}
    assert job["on"] == {"schedule": [{"cron": "17 4 * * 1"}], "workflow_dispatch": None}
    (update,) = job["jobs"].values()
    assert update["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert update["defaults"]["run"]["working-directory"] == "."
    scripts = [step["run"] for step in update["steps"] if "run" in step]
    assert len(scripts) == 4
    for script in scripts:
        assert "${{" not in script
        assert subprocess.run(["bash", "-n"], input=script.encode(), check=False).returncode == 0
    with_token = [step["name"] for step in update["steps"] if "GITHUB_TOKEN" in step.get("env", {})]
    assert with_token == ["Check out the default branch", "Propose updates"]


@_needs_tools
def test_the_job_for_gitlab_runs_on_its_schedule_alone(tmp_path):
    _init(tmp_path, "gitlab")
    job = _yaml(tmp_path / _GITLAB)["pinkeeper-update"]
    assert job["image"] == "$PINKEEPER_IMAGE"
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule" && $PINKEEPER_UPDATE == "pinkeeper"'}]
    for line in (*job["before_script"], *job["script"]):
        assert isinstance(line, str)
        assert subprocess.run(["bash", "-n"], input=line.encode(), check=False).returncode == 0
    assert job["artifacts"]["paths"] == ["pinkeeper-report/"]


@_needs_tools
@pytest.mark.parametrize(("ci", "path"), [("github", _GITHUB), ("gitlab", _GITLAB)])
def test_a_project_in_a_folder_has_its_job_at_the_top(tmp_path, ci, path):
    git_in(tmp_path, "init", "-q")
    project = tmp_path / "services/api"
    project.mkdir(parents=True)
    result = _init(project, ci)
    path = path.replace("pinkeeper.", "pinkeeper-services-api.")
    assert result.files[0].path == f"../../{path}"
    assert (project / ".pinkeeper/requirements.in").is_file()
    shown = json.dumps(_yaml(tmp_path / path))
    assert "services/api" in shown
    assert "pinkeeper-services-api" in shown


def test_the_checkout_of_the_job_for_github_is_the_default_branch(tmp_path):
    """The script of the first step, run against a repository on disk."""
    for name in ("remote", "work"):
        (tmp_path / name).mkdir()
    git_in(tmp_path / "remote", "init", "-q")
    (tmp_path / "remote/file").write_text("on main\n")
    git_in(tmp_path / "remote", "add", "file")
    git_in(tmp_path / "remote", "commit", "-q", "-m", "Begin")
    (tmp_path / "remote").rename(tmp_path / "owner.git")
    _init(tmp_path, "github")
    text = (tmp_path / _GITHUB).read_text(encoding="utf-8")
    script = re.search(r"Check out.*?run: \|\n(.*?)\n\n", text, re.DOTALL)[1]
    environ = {"GITHUB_SERVER_URL": f"file://{tmp_path}", "GITHUB_REPOSITORY": "owner", "BRANCH": "main"}
    run = ["bash", "-euo", "pipefail", "-c", script]
    subprocess.run(run, cwd=tmp_path / "work", env={**os.environ, **environ}, check=True, capture_output=True)
    assert (tmp_path / "work/file").read_text() == "on main\n"
    assert git_in(tmp_path / "work", "rev-parse", "--is-shallow-repository").strip() == "true"


def test_a_file_that_is_there_is_never_replaced_unless_forced_to(tmp_path):
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / _GITHUB).write_text("mine\n")
    with pytest.raises(CollectedError, match="it is there already, and says something else"):
        _init(tmp_path, "github")
    assert (tmp_path / _GITHUB).read_text() == "mine\n"
    assert not (tmp_path / ".pinkeeper").exists()
    _init(tmp_path, "github", force=True)
    assert (tmp_path / _GITHUB).read_text().startswith("# Written by pinkeeper init")


def test_a_folder_in_the_way_is_told(tmp_path):
    (tmp_path / ".github").write_text("a file\n")
    with pytest.raises((OutputError, CollectedError)):
        _init(tmp_path, "github")


@pytest.mark.parametrize("schedule", ["", "* * * *", "weekly", "0 0 * * 1\n", '0 0 * * 1" #', "0 0 * * 1; rm -rf /"])
def test_a_schedule_that_is_none_is_refused(tmp_path, schedule):
    with pytest.raises(ConfigurationError, match="no schedule of cron"):
        _init(tmp_path, "github", schedule=schedule)


@pytest.mark.parametrize("image", ["python:3.12", "python@sha256:abc", f'x" #@sha256:{"a" * 64}'])
def test_an_image_without_its_digest_is_refused(tmp_path, image):
    with pytest.raises(ConfigurationError, match="named with its digest"):
        _init(tmp_path, "gitlab", image=image)
