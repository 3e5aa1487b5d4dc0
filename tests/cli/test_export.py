"""``pinkeeper export``: a pylock as a hashed requirements file, from the lock alone."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.command_line import CommandLine
from tests.support.distributions import make_wheel
from tests.support.index import LoopbackIndex

TARGETS = (*("--python-version", "3.12", "--platform", "linux_x86_64", "--platform", "windows_amd64"),)
SHA = "0123456789abcdef" * 4


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    index.add_release("app", "1.0", requires=["beta[fast]>=1", "only-win; sys_platform == 'win32'"])
    index.add_release("beta", "1.0", extras=["fast"])
    index.add_release("only-win", "1.0", tags=["py3-none-win_amd64"])
    cli.write("requirements.in", "app\n")
    done = cli("lock", "-i", index.url, *TARGETS, "-o", "requirements.txt", "-o", "pylock.toml")
    assert done.status == 0, done.stderr
    index.clear()
    return cli


def foreign(project: CommandLine, body: str) -> None:
    project.write(
        "pylock.toml", f'lock-version = "1.0"\ncreated-by = "other"\n[[packages]]\nname = "a"\nversion = "1"\n{body}\n'
    )


def wheel(url: str = "https://files.example/a-1-py3-none-any.whl") -> str:
    return f'wheels = [{{ url = "{url}", hashes = {{ sha256 = "{SHA}" }} }}]'


def body_of(text: str) -> str:
    return text[text.index("\n--index-url") :]


def test_what_lock_itself_would_have_written(project, index):
    done = project("export", "pylock.toml", "-o", "exported.txt")
    assert (done.status, done.stderr) == (0, "Wrote exported.txt (3 pins)\n")
    assert body_of(project.read("exported.txt")) == body_of(project.read("requirements.txt"))
    assert index.requests == []
    assert "#    pinkeeper export pylock.toml -o exported.txt\n" in project.read("exported.txt")


def test_to_stdout_by_default(project):
    done = project("export", "--no-header", "--no-annotate")
    assert (done.status, done.stderr) == (0, "")
    assert re.sub(r"[0-9a-f]{64}|127[^ \n]*", "X", done.stdout) == (
        "--index-url http://X\n\n"
        "app==1.0 \\\n    --hash=sha256:X\n"
        "beta[fast]==1.0 \\\n    --hash=sha256:X\n"
        'only-win==1.0 ; sys_platform == "win32" \\\n    --hash=sha256:X\n'
    )


def test_pip_accepts_it(project):
    assert project("export", "-o", "exported.txt").status == 0
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--require-hashes"),
            *("--no-cache-dir", "-r", "exported.txt"),
        ],
        cwd=project.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Would install app-1.0 beta-1.0" in done.stdout


def test_another_tool_s_lock_of_two_indexes(project):
    foreign(
        project,
        f'index = "https://one.example/simple"\n{wheel()}\n'
        f'[[packages]]\nname = "b"\nversion = "2"\nmarker = "os_name == \'nt\'"\nindex = "https://two.example/simple"\n'
        f"{wheel('https://files.example/b-2-py3-none-any.whl')}",
    )
    done = project("export", "--no-header")
    assert done.stdout == (
        "--index-url https://one.example/simple\n--extra-index-url https://two.example/simple\n\n"
        f"a==1 \\\n    --hash=sha256:{SHA}\n"
        f'b==2 ; os_name == "nt" \\\n    --hash=sha256:{SHA}\n'
    )


def test_the_index_that_pip_uses_anyway_is_not_written(project):
    foreign(project, f'index = "https://one.example/simple"\n{wheel()}')
    done = project("export", "--no-header", environ={"PIP_INDEX_URL": "https://one.example/simple"})
    assert done.stdout == f"a==1 \\\n    --hash=sha256:{SHA}\n"


def test_folders_are_found_from_where_the_output_is(project):
    built = make_wheel("a", "1")
    project.write(f"wheels/{built.filename}", built.content)
    project.write("out/README", "")
    foreign(project, f'wheels = [{{ path = "wheels/{built.filename}", hashes = {{ sha256 = "{built.sha256}" }} }}]')
    assert project("export", "--no-header", "-o", "out/a.txt").status == 0
    assert project.read("out/a.txt").startswith("--find-links ../wheels\n")


def test_what_no_hash_pins_is_left_out_and_told(project):
    foreign(project, f'{wheel()}\n[[packages]]\nname = "local"\ndirectory = {{ path = "." }}')
    done = project("export", "--no-header", "-o", "a.txt")
    assert done.status == 0
    said = "local: a directory of pylock.toml is not pinned: no hash can stand for it"
    assert f"warning: {said}" in done.stderr
    assert project.read("a.txt").endswith(f"\n# {said}\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing/pylock.toml"], "missing/pylock.toml"),
        (["requirements.txt"], "not the name of a pylock"),
        (["-o", "pylock.dev.toml"], "choose another name"),
        (["-o", "gone/a.txt"], "make the folder first"),
    ],
)
def test_what_cannot_be_done(project, arguments, says):
    done = project("export", *arguments)
    assert done.status == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_of_a_lock_for_several_uses_what_is_installed_by_default(project):
    project.write(
        "pylock.toml",
        'lock-version = "1.0"\ncreated-by = "other"\nextras = ["x"]\ndependency-groups = ["dev"]\n'
        'default-groups = ["main"]\n'
        + "".join(
            f'[[packages]]\nname = "{name}"\nversion = "1"\nmarker = "{marker}"\n'
            f"{wheel(f'https://files.example/{name}-1-py3-none-any.whl')}\n"
            for name, marker in {
                "a": "'main' in dependency_groups",
                "b": "'dev' in dependency_groups or 'x' in extras",
                "c": "'main' in dependency_groups and os_name == 'nt' or 'dev' in dependency_groups",
            }.items()
        ),
    )
    done = project("export", "--no-header")
    assert done.stdout == (f'a==1 \\\n    --hash=sha256:{SHA}\nc==1 ; os_name == "nt" \\\n    --hash=sha256:{SHA}\n')


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(
            wheel().replace("sha256", "md5").replace(SHA, SHA[:32]), "a 1 has no hash that pip takes", id="md5"
        ),
        pytest.param(
            wheel().replace("sha256", "blake2b").replace(SHA, SHA * 2), "a 1 has no hash that pip takes", id="blake2b"
        ),
        pytest.param(
            f"marker = \"os_name == '${{SHELL}}'\"\n{wheel()}", "a 1 says something that a", id="what pip would expand"
        ),
        pytest.param(f"marker = \"os_name == 'a # b'\"\n{wheel()}", "cannot", id="what pip would take for a comment"),
        pytest.param(
            f'archive = {{ path = "latest.zip", hashes = {{ sha256 = "{SHA}" }} }}',
            "cannot",
            id="an archive beside the lock",
        ),
        pytest.param(
            f'{wheel()}\n[packages.tool.pinkeeper]\nrequested-by = ["x\\n--index-url=https://evil.example/"]',
            "none to print",
            id="a comment of two lines",
        ),
        pytest.param(
            f'archive = {{ url = "https://files.example/x.zip", hashes = {{ sha256 = "{SHA}" }} }}\n'
            '[packages.tool.pinkeeper]\nreference = "https://x\\n./evil"',
            "none to print",
            id="another comment of two lines",
        ),
    ],
)
def test_what_a_requirements_file_cannot_say(project, body, says):
    foreign(project, body)
    done = project("export")
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("error: pylock.toml")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_archive_beside_the_lock_is_found_from_where_pip_runs(project):
    foreign(project, f'archive = {{ path = "../dist/a-1.zip", hashes = {{ sha256 = "{SHA}" }} }}')
    project.write("locks/pylock.toml", project.read("pylock.toml"))
    done = project("export", "locks/pylock.toml", "--no-header")
    assert done.stdout == f"./dist/a-1.zip \\\n    --hash=sha256:{SHA}\n"


def test_a_folder_with_spaces_stays_one(project):
    foreign(project, f'wheels = [{{ path = "x --pre/a-1-py3-none-any.whl", hashes = {{ sha256 = "{SHA}" }} }}]')
    assert project("export", "--no-header").stdout.startswith("--find-links 'x --pre'\n\na==1 ")


def test_no_python_is_named_where_the_lock_names_none(project):
    foreign(project, wheel())
    assert "# This file is autogenerated by pinkeeper\n# by the following command:\n" in project("export").stdout
    foreign(project, f'{wheel()}\n[tool.pinkeeper]\ntargets = ["three linux"]')
    assert "# This file is autogenerated by pinkeeper\n" in project("export").stdout
