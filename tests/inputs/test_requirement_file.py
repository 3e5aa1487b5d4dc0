from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name

from pinkeeper.errors import CollectedError, InputError
from pinkeeper.inputs.requirement_file import read_requirements
from pinkeeper.model.digest import Digest
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.url import Credentials, IndexURL
from tests.inputs.files import Files, read, shown

SHA256 = "sha256:" + "ab" * 32
SHA512 = "sha512:" + "cd" * 64


# Requirements


def test_requirements_comments_blank_lines_and_continuations():
    inputs = read(
        "# all we need\n"
        "\n"
        "Flask_Login >= 1.0  # the login\n"
        "httpx[HTTP2,socks]==0.28.* ; python_version < '3.13'\n"
        "celery \\\n"
        "    >=5, \\\n"
        "    <6\n"
        "last"
    )
    assert shown(inputs) == [
        "flask-login>=1.0",
        'httpx[http2,socks]==0.28.*; python_version < "3.13"',
        "celery<6,>=5",
        "last",
    ]
    assert [requirement.origin.place() for requirement in inputs.requirements] == [
        "requirements.in:3",
        "requirements.in:4",
        "requirements.in:5",
        "requirements.in:8",
    ]
    assert inputs.files == ("requirements.in",)


def test_a_number_sign_without_white_space_before_it_is_no_comment():
    assert shown(read("demo @ https://h.example/demo.zip#sha256=ab")) == ["demo @ https://h.example/demo.zip#sha256=ab"]


def test_hashes_of_a_requirement_in_both_spellings():
    (requirement,) = read(f"demo==1 --hash={SHA256} \\\n  --hash {SHA512}\n").requirements
    assert requirement.hashes == {Digest.parse(SHA256), Digest.parse(SHA512)}


def test_markers_keep_their_quotes_when_options_follow():
    (requirement,) = read(f"demo; sys_platform == 'win32' and os_name != \"a b\" --hash={SHA256}").requirements
    assert str(requirement.requirement.marker) == 'sys_platform == "win32" and os_name != "a b"'
    assert requirement.hashes


def test_options_may_be_quoted():
    inputs = read("""--index-url "https://h.example/simple" --trusted-host 'h.example'""")
    assert inputs.index.index_url == IndexURL(url="https://h.example/simple")
    assert inputs.index.trusted_hosts == ("h.example",)


@pytest.mark.parametrize(
    "line",
    [
        "--prefer-binary",
        "--require-hashes",
        "--use-feature=fast-deps",
        "demo --config-settings k=v --config-settings='a=b c'",
        "demo --global-option=--no-user-cfg",
        "demo -C k=v",
    ],
)
def test_options_without_a_meaning_for_a_lock_are_accepted(line):
    assert shown(read(line)) in ([], ["demo"])


# Options


def test_index_options_in_every_spelling_without_their_credentials():
    inputs = read(
        "--index-url https://first.example/simple\n"
        "--extra-index-url=https://user:pass%40word@extra.example/simple/\n"
        "--extra-index-url https://more.example/simple\n"
        "--pypi-url https://second.example/simple\n"
        "-ihttps://third.example/simple\n"
        "--no-index\n"
        "--pre\n"
        "--trusted-host h.example:8080\n"
    )
    assert inputs.index.index_url == IndexURL(url="https://third.example/simple")
    assert inputs.index.extra_index_urls == (
        IndexURL(url="https://extra.example/simple", credentials=Credentials(username="user", password="pass@word")),
        IndexURL(url="https://more.example/simple"),
    )
    assert inputs.index.no_index
    assert inputs.pre
    assert inputs.index.trusted_hosts == ("h.example:8080",)


def test_find_links_folders_are_relative_to_the_file_that_names_them():
    inputs = read(
        "-r deep/base.in\n--find-links=https://h.example/links/\n-f ./wheels",
        path="app/requirements.in",
        others={"app/deep/base.in": "-f ../wheels -f file:///srv/wheels\n-f /srv/more\n-f ~/wheels\n-f c:/wheels"},
    )
    assert [location.url for location in inputs.index.find_links] == [
        "app/wheels",
        "file:///srv/wheels",
        "/srv/more",
        "~/wheels",
        "c:/wheels",
        "https://h.example/links/",
        "app/wheels",
    ]


def test_format_control_is_applied_in_order():
    inputs = read("--only-binary :all:\n--no-binary Lib_A,libb\n--only-binary=libb")
    assert inputs.formats == FormatControl(
        only_binary=frozenset({":all:", "libb"}), no_binary=frozenset({canonicalize_name("lib-a")})
    )


def test_several_options_may_share_a_line():
    inputs = read("--pre -r base.in --no-index -cbounds.txt", others={"base.in": "demo", "bounds.txt": "demo<2"})
    assert inputs.pre
    assert inputs.index.no_index
    assert shown(inputs) == ["demo"]
    assert [str(constraint.requirement) for constraint in inputs.constraints] == ["demo<2"]


# Included files


def test_nested_files_are_found_beside_the_file_that_names_them():
    inputs = read(
        "a\n-r parts/base.in\n--constraint=parts/../bounds.txt\nz",
        path="app/requirements.in",
        others={
            "app/parts/base.in": "b\n--requirement ../more.in\n-r=/etc/site.in",
            "app/more.in": "c",
            "/etc/site.in": "d",
            "app/bounds.txt": "b<2",
        },
    )
    assert [(str(each.requirement), each.origin.via()) for each in inputs.requirements] == [
        ("a", "-r app/requirements.in"),
        ("b", "-r app/parts/base.in"),
        ("c", "-r app/more.in"),
        ("d", "-r /etc/site.in"),
        ("z", "-r app/requirements.in"),
    ]
    assert [each.origin for each in inputs.constraints] == [
        Origin(path="app/bounds.txt", line=1, kind=OriginKind.CONSTRAINTS)
    ]
    assert inputs.files == (
        "app/requirements.in",
        "app/parts/base.in",
        "app/more.in",
        "/etc/site.in",
        "app/bounds.txt",
    )


def test_stdin_includes_files_relative_to_where_the_command_runs():
    inputs = read("-r base.in\ntop", path="-", others={"base.in": "demo"})
    assert [each.origin.via() for each in inputs.requirements] == ["-r base.in", "-r -"]


def test_a_file_included_in_two_ways_is_read_once_and_is_no_cycle():
    files = Files(
        {"top.in": "-r a.in\n-r b.in\n-c ./a.in", "a.in": "-r common.in", "b.in": "-r ./common.in", "common.in": "demo"}
    )
    inputs = read_requirements("top.in", read=files, environ={})
    assert shown(inputs) == ["demo"]
    assert [str(each.requirement) for each in inputs.constraints] == ["demo"]
    assert sorted(files.asked) == ["a.in", "b.in", "common.in", "top.in"]


def test_in_constraint_and_override_files_every_line_is_one():
    others = {"more.txt": "b<3", "bounds.txt": "c<4"}
    for kind in (OriginKind.CONSTRAINTS, OriginKind.OVERRIDES):
        inputs = read("a<2\n-r more.txt\n-c bounds.txt", kind=kind, others=others)
        assert inputs.requirements == ()
        found = {str(each.requirement): each.origin.kind for each in (*inputs.constraints, *inputs.overrides)}
        assert found == {"a<2": kind, "b<3": kind, "c<4": OriginKind.CONSTRAINTS}


# Environment variables


def test_variables_are_put_in_and_unset_ones_stay():
    inputs = read(
        "--index-url https://${INDEX_USER}:${INDEX_2}@h.example/simple\n"
        "demo @ https://h.example/${UNSET}/${lower}/$INDEX_USER/${EMPTY}/demo.zip\n",
        environ={"INDEX_USER": "me", "INDEX_2": "secret", "lower": "no", "EMPTY": ""},
    )
    assert inputs.index.index_url == IndexURL(
        url="https://h.example/simple", credentials=Credentials(username="me", password="secret")
    )
    assert shown(inputs) == ["demo @ https://h.example/${UNSET}/${lower}/$INDEX_USER/${EMPTY}/demo.zip"]


def test_a_value_is_not_expanded_again():
    assert shown(read("${A}", environ={"A": "x @ https://h.example/${B}", "B": "no"})) == ["x @ https://h.example/${B}"]


# Encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"]
)
def test_byte_order_marks_tell_the_encoding(encoding):
    mark = "\ufeff" if encoding.endswith(("-be", "-le")) else ""
    assert shown(read(f"{mark}# größer\ndemo  # ✓\nmore".encode(encoding))) == ["demo", "more"]


@pytest.mark.parametrize("head", ["# -*- coding: latin-1 -*-\n", "# first\n#vim: coding=latin-1\n"])
def test_a_coding_comment_in_the_first_two_lines_tells_the_encoding(head):
    assert shown(read(f"{head}# größer\ndemo".encode("latin-1"))) == ["demo"]


def test_windows_line_ends():
    assert shown(read(b"a \\\r\n  >=1\r\n# c\r\nb\r\n")) == ["a>=1", "b"]


def test_a_coding_comment_in_the_third_line_is_a_comment():
    with pytest.raises(InputError) as caught:
        read("#\n#\n# coding: latin-1\n# ö".encode("latin-1"))
    assert str(caught.value) == (
        "requirements.in:4: it is not utf-8 text (invalid start byte)\n"
        "  remedy: save it as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-"
    )


@pytest.mark.parametrize("encoding", ["klingon", "hex"])
def test_an_unknown_coding_is_an_error(encoding):
    with pytest.raises(InputError) as caught:
        read(f"# coding: {encoding}\ndemo")
    assert str(caught.value) == f"requirements.in: its coding comment names {encoding}, which is no text encoding"


# Errors: exactly what a person sees


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "\n\ndemo==1.0 extra",
            (
                "requirements.in:3: not a requirement: expected comma (within version specifier), "
                "semicolon (after version specifier) or end\n"
                "  demo==1.0 extra\n"
                "      ~~~~~~^"
            ),
        ),
        (
            "demo; os_name == '\\x'",
            "requirements.in:1: not a requirement: it has a character that none has: \"demo; os_name == '\\\\x'\"",
        ),
        ("demo; " + "(" * 60, "requirements.in:1: not a requirement: it is too long or too deeply nested"),
        (
            "demo @ https://me:secret@h.example/x y",
            (
                "requirements.in:1: not a requirement: expected semicolon (after URL and whitespace) or end\n"
                "  demo @ https://h.example/x y"
            ),
        ),
        ("--index-ur https://h.example", "requirements.in:1: unknown option --index-ur; did you mean --index-url?"),
        ("--zzz", "requirements.in:1: unknown option --zzz"),
        ("a\n-x 1", "requirements.in:2: unknown option -x"),
        ("--index-url", "requirements.in:1: --index-url needs a value"),
        ("--index-url= --pre", "requirements.in:1: --index-url needs a value"),
        ("-r --pre", "requirements.in:1: -r needs a value"),
        ("-e", "requirements.in:1: -e needs a value"),
        ("--pre=yes", "requirements.in:1: --pre takes no value"),
        ("--pre demo", "requirements.in:1: unexpected 'demo' after an option"),
        ("--pre -e .", "requirements.in:1: -e must stand first on its line"),
        ("--index-url 'https://", "requirements.in:1: the options cannot be told apart: no closing quotation"),
        (
            "demo --pre",
            "requirements.in:1: --pre has no effect beside a requirement\n  remedy: give it a line of its own",
        ),
        (
            f"--hash={SHA256}",
            "requirements.in:1: --hash stands without a requirement\n  remedy: put it on the requirement's line",
        ),
        (
            "demo --hash=sha256:abc",
            (
                "requirements.in:1: not a hash: --hash=sha256:abc\n"
                "  remedy: write --hash=sha256: and 64 hexadecimal characters"
            ),
        ),
        (
            "demo --hash=md5:" + "0" * 32,
            "requirements.in:1: --hash takes sha256, sha384, sha512, not md5",
        ),
        (
            "-r https://me:secret@h.example/base.in",
            (
                "requirements.in:1: https://h.example/base.in: files that lie at a URL are not included\n"
                "  remedy: download it, look at it, and include the copy"
            ),
        ),
        ("a\n-r gone.in", "requirements.in:2: gone.in cannot be included: there is no such file"),
        ("-r requirements.in", "requirements.in:1: requirements.in includes itself"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, error):
    with pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value) == error


def test_a_missing_file_is_told_as_the_reader_tells_it():
    with pytest.raises(InputError) as caught:
        read_requirements("gone.in", read=Files({}), environ={})
    assert str(caught.value) == "gone.in: there is no such file"


def test_a_cycle_names_both_files():
    with pytest.raises(InputError) as caught:
        read("-r a/one.in", others={"a/one.in": "-r two.in", "a/two.in": "demo\n-c ../requirements.in"})
    assert str(caught.value) == (
        "a/two.in:2: a/two.in and requirements.in include each other\n"
        "  requirements.in -> a/one.in -> a/two.in -> requirements.in"
    )


def test_files_that_include_each_other_without_end_are_an_error():
    others = {f"{number}.in": f"-r {number + 1}.in\ndemo{number}\n" for number in range(3000)}
    with pytest.raises(InputError) as caught:
        read("-r 0.in", others={**others, "3000.in": ""})
    assert str(caught.value) == "48.in:1: 49.in is included by 50 files, each in the next; that is too deep"


def test_fifty_files_may_be_in_one_another():
    others = {f"{number}.in": f"-r {number + 1}.in\ndemo{number}\n" for number in range(48)}
    assert len(read("-r 0.in", others={**others, "48.in": "demo"}).requirements) == 49


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        (
            OriginKind.CONSTRAINTS,
            "demo[x]<2",
            "a constraint cannot have extras\n  remedy: write demo<2, and ask for the extras in a requirement",
        ),
        (
            OriginKind.CONSTRAINTS,
            "https://me:secret@h.example/demo-1.0.zip",
            "a constraint must have a name\n  remedy: name it: NAME @ https://h.example/demo-1.0.zip",
        ),
        (
            OriginKind.CONSTRAINTS,
            "-e demo @ https://h.example/demo-1.0.zip",
            "a constraint cannot be editable\n  remedy: write it as a requirement",
        ),
        (
            OriginKind.OVERRIDES,
            "./demo-1.0.zip",
            "an override must have a name\n  remedy: name it: NAME @ ./demo-1.0.zip",
        ),
    ],
)
def test_what_constraints_and_overrides_cannot_be(kind, text, error):
    with pytest.raises(InputError) as caught:
        read(text, path="bounds.txt", kind=kind)
    assert str(caught.value) == f"bounds.txt:1: {error}"


def test_independent_errors_of_all_files_are_told_together():
    with pytest.raises(CollectedError) as caught:
        read(
            "a b\n-r base.in\n-r base.in\n-c bad.txt\nfine",
            others={"base.in": "--wrong\nc d", "bad.txt": "# coding: klingon"},
        )
    assert [error.where for error in caught.value.errors] == [
        "base.in:1",
        "base.in:2",
        "requirements.in:1",
        "requirements.in:4",
    ]
    assert (
        str(caught.value.errors[3])
        == "requirements.in:4: bad.txt cannot be included: its coding comment names klingon, which is no text encoding"
    )


@pytest.mark.parametrize(
    "line",
    [
        "demo==${TOKEN}",
        "demo @ https://${TOKEN}@h.example/x y",
        "--${TOKEN}",
        "demo --hash=${TOKEN}",
        "--pre ${TOKEN}",
        "./${TOKEN}/demo",
        "https://u:${TOKEN}@h.example/",
    ],
)
def test_the_value_of_a_variable_stands_in_no_error(line):
    with pytest.raises(InputError) as caught:
        read(line, environ={"TOKEN": "s3cret!value"})
    assert "s3cret" not in str(caught.value)
    assert caught.value.where == "requirements.in:1"
