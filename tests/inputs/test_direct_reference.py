from __future__ import annotations

import pytest

from pinkeeper.errors import InputError
from tests.inputs.files import read, shown

WHEEL = "Demo_App-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("demo @ https://h.example/x.zip", "demo @ https://h.example/x.zip"),
        (
            "demo[a] @ https://h.example/x.zip ; os_name == 'nt'",
            'demo[a] @ https://h.example/x.zip ; os_name == "nt"',
        ),
        (f"https://h.example/{WHEEL}", f"demo-app @ https://h.example/{WHEEL}"),
        (
            f"https://h.example/{WHEEL}#sha256=ab ; os_name == 'nt'",
            f'demo-app @ https://h.example/{WHEEL}#sha256=ab ; os_name == "nt"',
        ),
        (
            "https://h.example/demo-1.0%2Blocal-py3-none-any.whl?a=1;b=2",
            "demo @ https://h.example/demo-1.0%2Blocal-py3-none-any.whl?a=1;b=2",
        ),
        ("https://h.example/demo-app-1.0.tar.gz", "demo-app @ https://h.example/demo-app-1.0.tar.gz"),
        (f"./{WHEEL}", f"demo-app @ ./{WHEEL}"),
        (WHEEL, f"demo-app @ {WHEEL}"),
        (f"../with space/{WHEEL}[x,Y] ; os_name == 'nt'", f'demo-app[x,y] @ ../with space/{WHEEL} ; os_name == "nt"'),
        (f"file:///srv/{WHEEL}", f"demo-app @ file:///srv/{WHEEL}"),
        (
            "git+https://h.example/x.git@main#egg=Demo[x]&subdirectory=y",
            "demo[x] @ git+https://h.example/x.git@main#egg=Demo[x]&subdirectory=y",
        ),
    ],
)
def test_a_url_or_path_gets_the_name_that_it_says(line, expected):
    inputs = read(line)
    assert shown(inputs) == [expected]
    assert not inputs.requirements[0].editable


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-e demo @ https://h.example/x.zip", "demo @ https://h.example/x.zip"),
        ("--editable=demo @ git+ssh://git@h.example/x.git", "demo @ git+ssh://git@h.example/x.git"),
        (
            "-e demo @ https://h.example/x.zip ; os_name == 'nt' --config-settings a=b",
            'demo @ https://h.example/x.zip ; os_name == "nt"',
        ),
        ("-e 'git+https://h.example/x.git#egg=demo'", "demo @ git+https://h.example/x.git#egg=demo"),
    ],
)
def test_an_editable_with_a_name(line, expected):
    inputs = read(line)
    assert shown(inputs) == [expected]
    assert inputs.requirements[0].editable


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "requirements/base.txt",
            "requirements/base.txt is no requirement\n  remedy: to include a file, write: -r requirements/base.txt",
        ),
        (
            "https://me:secret@h.example/demo",
            "https://h.example/demo does not say which package it is\n  remedy: name it: NAME @ https://h.example/demo",
        ),
        (
            "-e git+https://me:secret@h.example/demo.git",
            (
                "git+https://h.example/demo.git does not say which package it is\n"
                "  remedy: name it: -e NAME @ git+https://h.example/demo.git"
            ),
        ),
        ("-e demo", "-e wants a URL or a path, not demo"),
        (
            "./demo-py3-none-any.whl",
            (
                "the name of the file does not say which package it is: demo-py3-none-any.whl\n"
                "  remedy: name it: NAME @ ./demo-py3-none-any.whl"
            ),
        ),
        (
            "https://[h.example/demo.zip",
            "not a URL: https://[h.example/demo.zip (Invalid IPv6 URL)",
        ),
    ],
)
def test_what_has_no_name_says_what_to_do(line, error):
    with pytest.raises(InputError) as caught:
        read(line)
    assert str(caught.value) == f"requirements.in:1: {error}"
