"""Each way of tampering with a lock is found, and named in one line."""

from __future__ import annotations

import re

import pytest

from pinkeeper.errors import InputError
from pinkeeper.model.check_result import Severity
from tests.support.index import LoopbackIndex
from tests.workflows.check_bench import Bench

PYTHONS = ("3.11", "3.12")
PLATFORMS = ("linux_x86_64", "windows_amd64")
TAGS = [f"cp3{minor}-cp3{minor}-{tag}" for minor in (11, 12) for tag in ("manylinux_2_17_x86_64", "win_amd64")]


@pytest.fixture(scope="module")
def server():
    """gamma has a wheel for each target, one that none can use, and an sdist; zulu is required by nobody."""
    with LoopbackIndex() as index:
        for version in ("1.0", "2.0"):
            index.add_release(
                "alpha",
                version,
                requires=["beta>=1.5", 'onlywin ; sys_platform == "win32"', "echo[x]", 'old ; python_version < "3.12"'],
                sdist=True,
            )
            for name in ("beta", "onlywin", "old", "zulu"):
                index.add_release(name, version, sdist=True)
            index.add_release("echo", version, extras=["x", "y"], requires=['gamma ; extra == "x"'])
        index.add_release("gamma", "1.0", tags=[*TAGS, "cp310-cp310-win_amd64"], sdist=True)
        yield index


@pytest.fixture(scope="module")
def bench(server, tmp_path_factory):
    directory = tmp_path_factory.mktemp("tampering") / "work"
    directory.mkdir()
    bench = Bench(directory=directory, url=server.url)
    bench.write("requirements.in", "alpha\n")
    return bench


@pytest.fixture(scope="module")
def lock(bench):
    return bench.lock("requirements.in", pythons=PYTHONS, platforms=PLATFORMS)


def sha256(index, name, ending=".whl"):
    (file,) = [file for file in index.catalogue.files(name) or () if file.filename.endswith(ending)]
    return file.hashes["sha256"]


def only_error(checked):
    """Kind, line and message of the one thing that is wrong."""
    errors = [finding for finding in checked.findings if finding.severity is Severity.ERROR]
    assert len(errors) == 1, errors
    (error,) = errors
    return error.kind, error.line, error.message


def line_of(text, start):
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith(start))


def with_hash(text, pin, digest):
    return text.replace(f"{pin} \\\n", f"{pin} \\\n    --hash=sha256:{digest} \\\n")


def without(text, name):
    return re.sub(rf"^{name}.*\n(?: .*\n)*", "", text, flags=re.MULTILINE)


def test_the_lock_as_it_was_made_has_nothing_against_it(bench, lock):
    checked = bench.check_text(lock)
    assert checked.findings == ()
    assert (checked.packages, checked.hashes, len(checked.targets)) == (6, 9, 4)
    assert (checked.targets_from, checked.roots_from, checked.index_from) == ("the lock's header",) * 3


def test_a_changed_hash(bench, lock, server):
    digest = sha256(server, "beta", "2.0-py3-none-any.whl")
    other = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    kind, line, message = only_error(bench.check_text(lock.replace(digest, other)))
    assert (kind, line) == ("unknown-hash", line_of(lock, "beta"))
    assert message == f"beta 2.0: sha256:{other[:16]}... belongs to no file that {server.url} lists"


def test_an_added_hash(bench, lock, server):
    kind, line, message = only_error(bench.check_text(with_hash(lock, "beta==2.0", "0" * 64)))
    assert (kind, line) == ("unknown-hash", line_of(lock, "beta"))
    assert message == f"beta 2.0: sha256:{'0' * 16}... belongs to no file that {server.url} lists"


def test_an_added_hash_of_a_file_of_another_release(bench, lock, server):
    text = with_hash(lock, "beta==2.0", sha256(server, "beta", "1.0-py3-none-any.whl"))
    kind, _, message = only_error(bench.check_text(text))
    assert kind == "unknown-hash"
    assert message.endswith("is of beta-1.0-py3-none-any.whl, a file of 1.0")


@pytest.mark.parametrize(
    ("ending", "reason"),
    [(".tar.gz", "it is an sdist beside wheels"), ("cp310-win_amd64.whl", "no declared target should install it")],
)
def test_an_added_hash_of_another_file_of_the_same_release(bench, lock, server, ending, reason):
    file = next(file for file in server.catalogue.files("gamma") if file.filename.endswith(ending))
    kind, line, message = only_error(bench.check_text(with_hash(lock, "gamma==1.0", file.hashes["sha256"])))
    assert (kind, line) == ("unexpected-file", line_of(lock, "gamma"))
    assert message == f"gamma 1.0: a hash admits {file.filename}, and {reason}"


def test_a_hash_swapped_for_that_of_another_file_of_the_same_release(bench, lock, server):
    wheel, sdist = sha256(server, "beta", "2.0-py3-none-any.whl"), sha256(server, "beta", "2.0.tar.gz")
    checked = bench.check_text(lock.replace(wheel, sdist))
    assert {(error.kind, error.package) for error in checked.errors} == {("unexpected-file", "beta")}
    assert checked.errors[0].message == "beta 2.0: a hash admits beta-2.0.tar.gz, and it is an sdist beside wheels"


def test_a_removed_hash_that_the_target_needs(bench, lock, server):
    digest = sha256(server, "gamma", "cp312-cp312-win_amd64.whl")
    text = re.sub(rf"    --hash=sha256:{digest} \\\n", "", lock)
    text = re.sub(rf" \\\n    --hash=sha256:{digest}\n", "\n", text)
    kind, line, message = only_error(bench.check_text(text))
    assert (kind, line) == ("no-file", line_of(lock, "gamma"))
    assert message == (
        "gamma 1.0 cannot be installed on Python 3.12 on windows_amd64: none of its locked files is for it"
    )


def test_all_hashes_removed(bench, lock):
    text = re.sub(r"(beta==2.0) \\\n    --hash=.*", r"\1", lock)
    kind, _, message = only_error(bench.check_text(text))
    assert (kind, message) == ("unhashed-pin", "beta 2.0 has no hashes")


def test_a_pin_edited_by_hand(bench, lock):
    checked = bench.check_text(lock.replace("beta==2.0", "beta==1.0"))
    assert [(error.kind, error.message) for error in checked.errors] == [
        ("edited-pin", "beta 1.0: its hashes are those of 2.0"),
        ("unsatisfied", "alpha 2.0 requires beta>=1.5, and 1.0 is pinned"),
    ]


def test_a_pin_edited_to_a_release_that_is_not_there(bench, lock):
    kind, _, message = only_error(bench.check_text(lock.replace("beta==2.0", "beta==2.5")))
    assert (kind, message) == ("edited-pin", "beta 2.5: its hashes are those of 2.0")


def test_a_removed_dependency(bench, lock):
    kind, line, message = only_error(bench.check_text(without(lock, "beta")))
    assert (kind, line) == ("missing-package", None)
    assert message == "alpha 2.0 requires beta>=1.5, which is not pinned"


def test_a_removed_dependency_of_some_targets(bench, lock):
    kind, _, message = only_error(bench.check_text(without(lock, "old")))
    assert kind == "missing-package"
    assert message == (
        "alpha 2.0 requires old, which is not pinned on Python 3.11 on linux_x86_64, Python 3.11 on windows_amd64"
    )


def test_a_removed_root(bench, lock):
    checked = bench.check_text(without(lock, "alpha"))
    assert ("missing-package", "requirements.in:1 requires alpha, which is not pinned") in [
        (error.kind, error.message) for error in checked.errors
    ]


def test_an_added_package_that_nobody_requires(bench, lock, server):
    text = f"{lock}zulu==2.0 \\\n    --hash=sha256:{sha256(server, 'zulu', '2.0-py3-none-any.whl')}\n    # via alpha\n"
    kind, line, message = only_error(bench.check_text(text))
    assert (kind, line) == ("unrequired-package", line_of(text, "zulu"))
    assert message == "zulu 2.0 is installed, and nothing requires it"


def test_an_added_package_that_no_index_lists(bench, lock):
    text = f"{lock}evil==2.0 \\\n    --hash=sha256:{'0' * 64}\n    # via alpha\n"
    checked = bench.check_text(text)
    assert ("unknown-package", "no index lists a project named evil") in [
        (error.kind, error.message) for error in checked.errors
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(
            'onlywin==2.0 ; sys_platform == "win32"',
            "onlywin==2.0",
            "onlywin 2.0 is installed, and nothing requires it on Python 3.11 on linux_x86_64, "
            "Python 3.12 on linux_x86_64",
            id="widened by taking it away",
        ),
        pytest.param(
            'sys_platform == "win32"',
            'sys_platform == "win32" or python_version >= "3.12"',
            "onlywin 2.0 is installed, and nothing requires it on Python 3.12 on linux_x86_64",
            id="widened",
        ),
        pytest.param(
            'sys_platform == "win32"',
            'sys_platform == "win32" and python_version < "3.12"',
            "alpha 2.0 requires onlywin, which is not pinned on Python 3.12 on windows_amd64",
            id="narrowed",
        ),
        pytest.param(
            "beta==2.0",
            'beta==2.0 ; os_name == "nt"',
            "alpha 2.0 requires beta>=1.5, which is not pinned on Python 3.11 on linux_x86_64, "
            "Python 3.12 on linux_x86_64",
            id="narrowed by putting one in",
        ),
    ],
)
def test_a_marker(bench, lock, before, after, expected):
    kind, _, message = only_error(bench.check_text(lock.replace(before, after)))
    assert kind in {"unrequired-package", "missing-package"}
    assert message == expected


def test_a_marker_that_holds_nowhere(bench, lock):
    checked = bench.check_text(lock.replace('sys_platform == "win32"', 'sys_platform == "cygwin"'))
    assert ("marker", "onlywin 2.0: its marker holds on no declared target") in [
        (error.kind, error.message) for error in checked.errors
    ]


@pytest.mark.parametrize("extras", ["", "[y]", "[x,y]"])
def test_edited_extras(bench, lock, extras):
    kind, line, message = only_error(bench.check_text(lock.replace("echo[x]", f"echo{extras}")))
    assert (kind, line) == ("extras", line_of(lock, "echo"))
    assert message.startswith("echo: the extras beside it are ")
    assert message.endswith(", asked for are x")


def test_a_package_moved_to_another_index(bench, lock):
    moved = lock.replace(f"\n--index-url {bench.url}\n", "\n--index-url https://packages.example/simple\n")
    checked = bench.check_text(moved)
    assert [(error.kind, error.message) for error in checked.errors] == [
        ("index-line", f"the line --index-url {bench.url} is missing"),
        ("index-line", "nobody asked for --index-url https://packages.example/simple"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "--extra-index-url https://packages.example/simple",
        "--find-links https://packages.example/files/",
        "--trusted-host packages.example",
        "--no-index",
        "--pre",
        "--no-binary :all:",
        "--only-binary alpha",
        "--prefer-binary",
        "--use-feature truststore",
    ],
)
def test_an_added_option_line(bench, lock, line):
    text = lock.replace("\nalpha==", f"\n{line}\nalpha==")
    kind, number, message = only_error(bench.check_text(text))
    assert (kind, number) == ("index-line", line_of(text, line))
    assert message == f"nobody asked for {line}"


def test_the_index_line_removed(bench, lock):
    kind, _, message = only_error(bench.check_text(lock.replace(f"--index-url {bench.url}\n", "", 1)))
    assert (kind, message) == ("index-line", f"the line --index-url {bench.url} is missing")


def test_an_index_line_given_twice(bench, lock):
    line = f"--index-url {bench.url}\n"
    kind, _, _ = only_error(bench.check_text(lock.replace(line, line * 2)))
    assert kind == "index-line"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("-r more.txt", "foreign-line"),
        ("-c bounds.txt", "foreign-line"),
        ("-e .", "foreign-line"),
        ("zulu>=1", "foreign-line"),
        ("zulu", "foreign-line"),
        ("zulu==2.*", "foreign-line"),
        ("zulu===2.0", "foreign-line"),
        ("./zulu", "foreign-line"),
        ("https://packages.example/zulu-2.0-py3-none-any.whl", "foreign-line"),
    ],
)
def test_an_added_line_that_installs_what_is_no_pin(bench, lock, line, kind):
    text = f"{lock}{line}\n"
    assert (kind, line_of(text, line)) in [(error.kind, error.line) for error in bench.check_text(text).errors]


def test_the_same_pin_twice(bench, lock):
    pin = re.search(r"^beta.*\n(?: .*\n)*", lock, flags=re.MULTILINE)[0]
    kind, _, message = only_error(bench.check_text(lock + pin))
    assert (kind, message) == ("duplicate-pin", "beta is pinned twice, 2.0 and 2.0")


def test_an_option_beside_a_pin(bench, lock):
    text = lock.replace("beta==2.0 \\", "beta==2.0 --config-settings=a=b \\")
    assert "malformed-line" in {error.kind for error in bench.check_text(text).errors}


@pytest.mark.parametrize("character", ["\u2028", "\x0b", "\x0c", "\x85", "\u202e", "\u200b", "\r"])
def test_a_character_that_tools_read_differently(bench, lock, character):
    text = lock.replace("# via alpha", f"# via alpha{character}zulu==2.0", 1)
    assert "malformed-line" in {error.kind for error in bench.check_text(text).errors}


def test_a_comment_that_changes_the_encoding(bench, lock):
    with pytest.raises(InputError, match="another encoding"):
        bench.check_text(f"# -*- coding: utf-7 -*-\n{lock}")


def test_a_header_that_says_another_index_than_the_line(bench, lock):
    text = lock.replace(f"--index-url={bench.url}", f"--index-url={bench.url}/")
    assert bench.check_text(text).is_good
    text = lock.replace(f"--index-url={bench.url} ", "", 1)
    kind, _, message = only_error(bench.check_text(text))
    assert (kind, message) == ("index-line", f"nobody asked for --index-url {bench.url}")


def test_the_lock_is_measured_by_the_index_that_the_command_line_names(bench, lock, index):
    index.add_release("alpha", "2.0")
    checked = bench.check_text(lock, index=Bench(directory=bench.directory, url=index.url).index())
    assert checked.index_from == "the command line"
    assert {("index-line", f"nobody asked for --index-url {bench.url}")} < {
        (error.kind, error.message) for error in checked.errors
    }
