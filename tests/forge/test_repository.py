"""The user's git: what it is told, and what it leaves alone."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import ConfigurationError, GitError
from pinkeeper.forge.git import Git
from pinkeeper.forge.marker import Marker, marked, read_marker, without_marker
from pinkeeper.forge.repository import Base, Repository
from pinkeeper.forge.seal import seal_of, sealed, unsealed
from pinkeeper.forge.tokens import Token
from tests.forge.remotes import Remote, git_in, snapshot

_FILES = [("requirements.txt", b"alpha==2\n")]
_BRANCH = "pinkeeper/routine"


@pytest.fixture
def remote(tmp_path):
    return Remote.make(tmp_path)


@pytest.fixture
def repository(remote):
    return Repository(Git(remote.clone, os.environ))


def _pushed(repository: Repository, files=_FILES, message: str = "Update") -> Base:
    base, branches = repository.look(base="", prefix="pinkeeper/")
    made = repository.make_commit(base, branch=_BRANCH, message=message, files=files)
    repository.push(_BRANCH, made.commit, expected=branches.get(_BRANCH))
    return base


def test_what_we_pushed_is_known_again_from_another_clone(remote, repository, tmp_path):
    _pushed(repository)
    git_in(tmp_path, "clone", "-q", str(remote.bare), "another")
    other = Repository(Git(tmp_path / "another", os.environ))
    _, branches = other.look(base="main", prefix="pinkeeper/")
    (tip,) = other.tips(branches).values()
    assert tip.is_ours
    assert tip.message.startswith("Update\n\nPinkeeper-Branch: pinkeeper/routine\nPinkeeper-Seal: ")


@pytest.mark.parametrize("depth", ["1", "2"])
def test_a_shallow_clone_whose_base_moved_on_will_do(remote, repository, tmp_path, depth):
    remote.commit_on_main({"README": "two\n"}, "Two")
    _pushed(repository)
    remote.commit_on_main({"README": "three\n"}, "Three")
    git_in(tmp_path, "clone", "-q", f"--depth={depth}", f"file://{remote.bare}", "shallow")
    remote.commit_on_main({"README": "four\n"}, "Four")
    shallow = Repository(Git(tmp_path / "shallow", os.environ))
    base, branches = shallow.look(base="", prefix="pinkeeper/")
    assert git_in(remote.bare, "rev-parse", "main").strip() == base.commit
    assert shallow.tips(branches)[_BRANCH].is_ours
    made = shallow.make_commit(base, branch=_BRANCH, message="Update", files=_FILES)
    shallow.push(_BRANCH, made.commit, expected=branches[_BRANCH])
    assert remote.log(_BRANCH) == ["Update", "Four", "Three", "Two", "Begin"]


def test_a_clone_stays_whole(remote, repository):
    remote.commit_on_main({"README": "two\n"}, "Two")
    _pushed(repository)
    assert not (remote.clone / ".git/shallow").exists()
    assert not (remote.clone / ".git/FETCH_HEAD").exists()


def test_no_hook_runs(remote, repository, tmp_path):
    trap = tmp_path / "trap"
    folder = tmp_path / "hooks"
    folder.mkdir()
    names = ("pre-push", "pre-commit", "commit-msg", "post-commit", "reference-transaction", "post-index-change")
    for place in (remote.clone / ".git/hooks", folder):
        for name in names:
            (place / name).write_text(f"#!/bin/sh\ntouch {trap}\n")
            (place / name).chmod(0o755)
    _pushed(repository)
    git_in(remote.clone, "config", "core.hooksPath", str(folder))
    _pushed(repository, [("requirements.txt", b"alpha==3\n")])
    assert not trap.exists()


def test_variables_that_point_elsewhere_are_not_followed(remote, tmp_path):
    git_in(tmp_path, "init", "-q", "elsewhere")
    environ = {
        **os.environ,
        "GIT_DIR": str(tmp_path / "elsewhere/.git"),
        "GIT_WORK_TREE": str(tmp_path / "elsewhere"),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "GIT_TRACE": str(tmp_path / "trace"),
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
    }
    before = snapshot(remote.clone)
    _pushed(Repository(Git(remote.clone, environ)))
    assert snapshot(remote.clone) == before
    assert not (tmp_path / "index").exists()
    assert not (tmp_path / "trace").exists()
    times = [git_in(remote.bare, "log", "-1", f"--format={each}", _BRANCH) for each in ("%at", "%ct")]
    assert times == [git_in(remote.bare, "log", "-1", "--format=%ct", "main")] * 2


def test_whom_git_names_commits_and_where_it_names_nobody_pinkeeper_does(remote, repository):
    _pushed(repository)
    shown = "--format=%an <%ae> %cn <%ce>"
    assert git_in(remote.bare, "log", "-1", shown, _BRANCH).strip() == (
        "Lock Keeper <keeper@corp.example> Lock Keeper <keeper@corp.example>"
    )
    for name in ("user.name", "user.email"):
        git_in(remote.clone, "config", "--unset", name)
    said = []
    nobody = Repository(Git(remote.clone, {**os.environ, "GIT_AUTHOR_NAME": "", "EMAIL": ""}), log=said.append)
    _pushed(nobody, [("requirements.txt", b"alpha==4\n")])
    assert git_in(remote.bare, "log", "-1", shown, _BRANCH).strip() == (
        "pinkeeper <pinkeeper@localhost.invalid> pinkeeper <pinkeeper@localhost.invalid>"
    )
    assert said == ["git names nobody who commits (user.name, user.email); pinkeeper does"]
    environ = {
        **os.environ,
        "GIT_AUTHOR_NAME": "Author",
        "GIT_AUTHOR_EMAIL": "a@corp.example",
        "GIT_COMMITTER_NAME": "Committer",
        "GIT_COMMITTER_EMAIL": "c@corp.example",
    }
    _pushed(Repository(Git(remote.clone, environ)), [("requirements.txt", b"alpha==5\n")])
    assert git_in(remote.bare, "log", "-1", shown, _BRANCH).strip() == (
        "Author <a@corp.example> Committer <c@corp.example>"
    )


def test_modes_are_kept_and_what_is_no_plain_file_is_refused(remote, repository):
    target = remote.person / "requirements.txt"
    target.chmod(target.stat().st_mode | stat.S_IXUSR)
    (remote.person / "link.txt").symlink_to("README")
    remote.commit_on_main({}, "Modes")
    base = _pushed(repository)
    assert git_in(remote.bare, "ls-tree", _BRANCH, "requirements.txt").startswith("100755 ")
    with pytest.raises(GitError, match=r"link\.txt is no plain file on main"):
        repository.make_commit(base, branch=_BRANCH, message="x", files=[("link.txt", b"x")])
    assert repository.file_at(base.commit, "link.txt") is None
    assert repository.file_at(base.commit, "README") == b"hello\n"
    assert repository.file_at(base.commit, "nothing") is None


def test_paths_and_bytes_are_taken_as_they_are(remote, repository):
    (remote.clone / ".git/info/attributes").write_text("* text eol=crlf filter=broken\n")
    git_in(remote.clone, "config", "core.autocrlf", "true")
    files = [("locks/ä b[1]*.txt", b"a\r\nb\n\x00\xff"), (":(top)x", b"y"), ('"q"', b"z")]
    base = _pushed(repository, files)
    for path, content in files:
        assert repository.file_at(repository.look(base="", prefix="pinkeeper/")[1][_BRANCH], path) == content
    assert repository.file_at(base.commit, "locks/ä b[1]*.txt") is None


def test_a_commit_that_a_person_made_by_hand_with_our_trailers_is_theirs(remote, repository):
    _pushed(repository)
    message = git_in(remote.bare, "log", "-1", "--format=%B", _BRANCH)
    git_in(remote.person, "switch", "-q", "-c", "copy")
    (remote.person / "requirements.txt").write_text("alpha==666\n")
    git_in(remote.person, "commit", "-q", "-a", "-m", message)
    git_in(remote.person, "push", "-q", "-f", "origin", f"HEAD:refs/heads/{_BRANCH}")
    _, branches = repository.look(base="", prefix="pinkeeper/")
    assert not repository.tips(branches)[_BRANCH].is_ours


def test_a_copy_of_our_branch_under_another_name_is_not_ours(remote, repository):
    _pushed(repository)
    git_in(remote.bare, "branch", "pinkeeper/copy", _BRANCH)
    _, branches = repository.look(base="", prefix="pinkeeper/")
    tips = repository.tips(branches)
    assert (tips[_BRANCH].is_ours, tips["pinkeeper/copy"].is_ours) == (True, False)


def test_a_remote_that_is_not_there_is_told_without_its_password(remote, repository):
    git_in(remote.clone, "remote", "set-url", "origin", "https://user:s3cret@forge.invalid/x/y.git")
    assert repository.remote_url() == "https://forge.invalid/x/y.git"
    with pytest.raises(GitError, match="the remote cannot be reached") as caught:
        repository.look(base="", prefix="pinkeeper/")
    assert "s3cret" not in str(caught.value)


def test_a_remote_that_nobody_named_is_told(remote):
    with pytest.raises(GitError, match="cannot find the remote upstream"):
        Repository(Git(remote.clone, os.environ), remote="upstream").remote_url()
    with pytest.raises(ConfigurationError, match="the remote's name cannot be one"):
        Repository(Git(remote.clone, os.environ), remote="--upload-pack=touch x")


def test_a_branch_that_appeared_in_the_meantime_is_not_overwritten(remote, repository):
    base, _ = repository.look(base="", prefix="pinkeeper/")
    made = repository.make_commit(base, branch=_BRANCH, message="Update", files=_FILES)
    git_in(remote.person, "push", "-q", "origin", f"HEAD:refs/heads/{_BRANCH}")
    before = remote.branches()
    with pytest.raises(GitError, match="the branch moved in the meantime"):
        repository.push(_BRANCH, made.commit, expected=None)
    with pytest.raises(GitError, match="the branch moved in the meantime"):
        repository.push(_BRANCH, None, expected=made.commit)
    assert remote.branches() == before


def test_a_branch_that_is_gone_already_needs_no_deleting_and_is_not_made_again(remote, repository):
    base = _pushed(repository)
    _, branches = repository.look(base="", prefix="pinkeeper/")
    git_in(remote.bare, "branch", "-D", _BRANCH)
    made = repository.make_commit(base, branch=_BRANCH, message="Newer", files=_FILES)
    with pytest.raises(GitError, match="the branch moved in the meantime"):
        repository.push(_BRANCH, made.commit, expected=branches[_BRANCH])
    repository.push(_BRANCH, None, expected=branches[_BRANCH])
    assert set(remote.branches()) == {"main"}


def test_a_protected_branch_is_told_with_what_the_remote_says(remote, repository):
    hook = remote.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nprintf 'GH006: \\033[31mprotected\\n' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitError) as caught:
        _pushed(repository)
    text = str(caught.value)
    assert "origin/pinkeeper/routine: cannot push pinkeeper/routine: the remote refuses it" in text
    assert "GH006:" in text
    assert "\033" not in text


def _script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def _is_gone(process: int) -> bool:
    """Whether a process has ended, collected by its parent or not."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_a_git_that_hangs_is_ended_with_all_that_it_started(tmp_path):
    program = _script(tmp_path / "git", f"sleep 60 &\necho $! > {tmp_path}/child\nwait")
    git = Git(tmp_path, os.environ, seconds=(2.0, 2.0), program=program)
    with pytest.raises(GitError, match="git did not end within 2 s"):
        git.run("status", doing="look")
    assert _is_gone(int((tmp_path / "child").read_text()))


def test_no_git_at_all_is_told(tmp_path):
    with pytest.raises(GitError, match="git is not installed"):
        Git(tmp_path, os.environ, program="no-such-git").run("status", doing="look")


@pytest.mark.parametrize("version", ["1.8.3.1", "2.25.1 (Apple)", "2.30.9", "nothing"])
def test_a_git_that_is_too_old_is_told(tmp_path, version):
    git = Git(tmp_path, os.environ, program=_script(tmp_path / "git", f"echo git version '{version}'"))
    with pytest.raises(GitError, match=r"git 2\.31 or newer is needed"):
        git.check_version()


def test_a_git_that_is_new_enough_will_do(tmp_path):
    Git(tmp_path, os.environ).check_version()
    Git(tmp_path, os.environ, program=_script(tmp_path / "git", "echo git version 3.0.windows.1")).check_version()


def test_a_token_reaches_git_in_its_environment_alone_and_for_its_host_alone(tmp_path):
    secret = "tok-0123456789"
    seen = tmp_path / "arguments"
    program = _script(tmp_path / "git", f'printf "%s\\n" "$*" >> {seen}\nexec git "$@"')
    environ = {**os.environ, "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Kept"}
    git = Git(tmp_path, environ, program=program)
    git.use_token(Token(secret), web="https://forge.example", user="oauth2")
    ask = "protocol=https\nhost={}\n\n"
    answer = git.run("credential", "fill", doing="ask", content=ask.format("forge.example").encode())
    assert answer.stdout.decode().splitlines()[-2:] == ["username=oauth2", f"password={secret}"]
    with pytest.raises(GitError) as caught:
        git.run("credential", "fill", doing="ask", content=ask.format("evil.example").encode())
    assert secret not in str(caught.value)
    assert git.run("config", "user.name", doing="ask").stdout == b"Kept\n"
    assert secret not in seen.read_text()
    assert secret not in str(git.failure("push", f"fatal: {secret} x".encode(), status=1))


def test_the_users_own_helpers_are_not_handed_the_token(remote, tmp_path):
    kept = tmp_path / "kept"
    git_in(remote.clone, "config", "credential.helper", f"!f() {{ cat >> {kept}; }}; f")
    git = Git(remote.clone, os.environ)
    git.use_token(Token("tok-0123456789"), web="https://forge.example", user="oauth2")
    about = b"protocol=https\nhost=forge.example\nusername=oauth2\npassword=tok-0123456789\n\n"
    git.run("credential", "approve", doing="approve", content=about)
    assert not kept.exists()


_TEXT = st.text(max_size=60)
_FILE = st.dictionaries(st.text("abc/.", min_size=1, max_size=8), st.binary(max_size=20), max_size=3)


@given(_TEXT, _FILE)
def test_a_sealed_message_is_read_back(message, files):
    text = sealed(message, _BRANCH, parent="0" * 40, files=files)
    found = unsealed(text)
    assert found is not None
    body, branch, seal = found
    assert branch == _BRANCH
    assert seal == seal_of(body, _BRANCH, parent="0" * 40, files=files)


@given(_TEXT, _FILE, _TEXT, _FILE)
def test_a_seal_is_of_one_content_alone(body, files, other_body, other_files):
    one = seal_of(body, _BRANCH, parent="0" * 40, files=files)
    other = seal_of(other_body, _BRANCH, parent="0" * 40, files=other_files)
    assert (one == other) == ((body, files) == (other_body, other_files))


@given(st.text(max_size=3000), st.integers(min_value=600, max_value=4000))
def test_a_marked_body_keeps_within_its_limit_and_its_marker(body, limit):
    marker = Marker(id="routine", decision="0" * 32, asked="1" * 32)
    text = marked(body, marker, limit=limit)
    assert len(text) <= limit
    assert read_marker(text) == marker
    assert marked(text, marker, limit=limit) == text
    if len(body) < limit - 400:
        assert without_marker(text).replace("\\/", "/") == without_marker(body).replace("\\/", "/")


@pytest.mark.parametrize("line", ["/merge", "  /approve", "\t/label ~x", "> /close", "- /assign @me", "/due\r"])
def test_no_line_of_a_body_is_a_command(line):
    text = marked(f"before\n{line}\nafter a/b and 1 / 2", Marker(id="x", decision="y"), limit=5000)
    assert re.search(r"(?m)^[ \t>*+-]*/\w", text) is None
    assert text.startswith(f"before\n{line.strip(chr(13)).replace('/', chr(92) + '/')}\nafter a/b and 1 / 2\n")


@pytest.mark.parametrize(
    "body",
    ["", "<!-- pinkeeper {} -->", '<!-- pinkeeper {"id": 1, "decision": "x"} -->', "<!-- pinkeeper {not json} -->"],
)
def test_a_marker_that_is_none_says_nothing(body):
    assert read_marker(body) is None
