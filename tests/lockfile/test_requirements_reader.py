"""Locks as other tools write them."""

from __future__ import annotations

import pytest

from pinkeeper.errors import InputError
from pinkeeper.lockfile.requirements_reader import read_requirements_lock

HEX = "0123456789abcdef" * 4


def read(text: str) -> dict[str, tuple[str, int, str | None]]:
    lock = read_requirements_lock(text, path="requirements.txt")
    return {str(pin.name): (str(pin.version), len(pin.hashes), pin.marker) for pin in lock.packages}


def test_as_pip_compile_writes():
    text = f"""\
# header
--index-url https://index.example/simple

Flask[async]==3.0 \\
    --hash=sha256:{HEX} \\
    --hash=sha256:{HEX[::-1]}
    # via
    #   -r requirements.in
    #   other

# The following packages are considered to be unsafe in a requirements file:
setuptools==80.9.0 \\
    --hash=sha256:{HEX}
    # via other
# pip
"""
    assert read(text) == {"flask": ("3.0", 2, None), "setuptools": ("80.9.0", 1, None)}


def test_as_uv_and_poetry_write():
    text = (
        f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:{HEX}\n    # via click\n"
        f'anyio==4.9.0 ; python_version >= "3.12" and python_version < "4.0" --hash=sha256:{HEX}\n'
        "-e ./local\n./wheels/demo-1.0-py3-none-any.whl\n"
    )
    assert read(text) == {
        "anyio": ("4.9.0", 1, 'python_version >= "3.12" and python_version < "4.0"'),
        "colorama": ("0.4.6", 1, 'sys_platform == "win32"'),
    }


def test_what_pins_nothing_is_passed_over():
    assert read("a>=1\nb==1.*\nc\nd==1.0,!=1.1\n") == {}


def test_a_wheel_address_pins_its_version():
    assert read("demo @ https://files.example/demo-1.5-py3-none-any.whl\n") == {"demo": ("1.5", 0, None)}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a==1.0 --hash=sha256:short", "requirements.txt:2: not a hash"),
        ("a==one", "requirements.txt:2: not a version: one"),
        ("!!", "requirements.txt:2: not a requirement"),
    ],
)
def test_what_no_tool_writes_is_told_with_its_line(line, words):
    with pytest.raises(InputError) as caught:
        read(f"# one\n{line}\n")
    assert words in str(caught.value)
