"""``pinkeeper init`` as users run it."""

from __future__ import annotations

import re

from pinkeeper import __version__


def test_a_job_is_written_once_and_the_rest_is_told(cli):
    first = cli("init", "--ci", "github")
    assert (first.status, first.stdout) == (0, "")
    assert "Wrote .github/workflows/pinkeeper.yml" in first.stderr
    assert "  1. pinkeeper lock .pinkeeper/requirements.in" in first.stderr
    second = cli("init", "--ci", "github")
    assert second.status == 0
    assert "Unchanged: .github/workflows/pinkeeper.yml" in second.stderr


def test_the_command_that_is_told_makes_the_lock_that_the_job_installs_from(cli, index):
    index.add_release("pinkeeper", __version__)
    told = cli("init", "--ci", "github").stderr
    command = re.search(r"1\. pinkeeper (lock .*)", told)[1].split()
    done = cli(*command, "-i", index.url)
    assert done.status == 0, done.stderr
    text = cli.read(".pinkeeper/requirements.txt")
    assert f"pinkeeper=={__version__} " in text
    assert "--hash=sha256:" in text
    assert "-r .pinkeeper/requirements.txt" in cli.read(".github/workflows/pinkeeper.yml")


def test_an_edited_job_is_kept(cli):
    cli.write(".gitlab/pinkeeper.gitlab-ci.yml", "mine\n")
    result = cli("init", "--ci", "gitlab")
    assert result.status == 2
    assert "error: .gitlab/pinkeeper.gitlab-ci.yml: it is there already" in result.stderr
    assert "remedy: --force replaces it" in result.stderr
    assert cli.read(".gitlab/pinkeeper.gitlab-ci.yml") == "mine\n"


def test_a_ci_must_be_named(cli):
    result = cli("init")
    assert result.status == 2
    assert "--ci" in result.stderr


def test_help_names_the_least_permissions(cli):
    text = " ".join(cli("init", "--help").stdout.split())
    assert "contents and pull-requests: write" in text
    assert "scopes api and write_repository" in text
