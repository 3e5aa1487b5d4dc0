from __future__ import annotations

import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.model.comparison import FileKind
from pinkeeper.review.comparison.kinds import HEAD_SIZE, file_kind

ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 60
PE = b"MZ\x90\0\x03\0\0\0\x04" + b"\0" * 60
MACH_O = b"\xcf\xfa\xed\xfe\x0c\0\0\x01"
FAT_MACH_O = b"\xca\xfe\xba\xbe\0\0\0\x02"
JAVA_CLASS = b"\xca\xfe\xba\xbe\0\0\0\x34"
ZIP = b"PK\x03\x04\x14\0"
GZIP = b"\x1f\x8b\x08\0"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
TEXT = b"Some words.\n"


def tar_head() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return buffer.getvalue()[:HEAD_SIZE]


@pytest.mark.parametrize(
    ("path", "head", "kind"),
    [
        ("demo/core.py", TEXT, FileKind.PYTHON),
        ("demo/core.pyi", TEXT, FileKind.PYTHON),
        ("demo-1.0.data/purelib/demo/core.py", TEXT, FileKind.PYTHON),
        ("demo-1.0.data/scripts/serve", b"#!python\nimport demo\n", FileKind.PYTHON),
        ("demo-1.0.data/scripts/serve", b"#!/usr/bin/env python3\n", FileKind.PYTHON),
        ("demo-1.0.data/scripts/serve", b"#!/bin/sh\n", FileKind.SCRIPT),
        ("demo-1.0.dist-info/hidden.py", TEXT, FileKind.PYTHON),
        ("demo/_core.cpython-311-x86_64-linux-gnu.so", ELF, FileKind.NATIVE),
        ("demo/logo.png", ELF, FileKind.NATIVE),
        ("demo/logo.png", PNG, FileKind.DATA),
        ("demo/notes.txt", PE, FileKind.NATIVE),
        ("demo/notes.txt", b"MZ is short for nothing.\n", FileKind.DATA),
        ("demo/tool", MACH_O, FileKind.NATIVE),
        ("demo/tool", FAT_MACH_O, FileKind.NATIVE),
        ("demo/Tool.bin", JAVA_CLASS, FileKind.BYTECODE),
        ("demo.libs/libfoo-1a2b3c4d.so.1.2.3", b"", FileKind.NATIVE),
        ("tests/fixtures/lib.so", ELF, FileKind.NATIVE),
        ("demo/setup.exe", b"text", FileKind.NATIVE),
        ("demo/__pycache__/core.cpython-311.pyc", b"\xa7\r\r\n", FileKind.BYTECODE),
        ("demo/data.bin", b"\0asm\x01\0\0\0", FileKind.BYTECODE),
        ("demo/run.sh", TEXT, FileKind.SCRIPT),
        ("demo/static/app.js", TEXT, FileKind.SCRIPT),
        ("demo/types.d.ts", TEXT, FileKind.DATA),
        ("demo/install.ps1", TEXT, FileKind.SCRIPT),
        ("demo/install.bat", TEXT, FileKind.SCRIPT),
        ("demo/tool.jar", ZIP, FileKind.SCRIPT),
        ("demo/app.pyz", ZIP, FileKind.SCRIPT),
        ("demo/notes.txt", b"#!/bin/bash\necho\n", FileKind.SCRIPT),
        ("demo/inner.rs", b"#![allow(dead_code)]\n", FileKind.DATA),
        ("demo/vendored.zip", ZIP, FileKind.ARCHIVE),
        ("demo/logo.gif", ZIP, FileKind.ARCHIVE),
        ("demo/inner.dat", tar_head(), FileKind.ARCHIVE),
        ("demo/inner.tar.gz", GZIP, FileKind.ARCHIVE),
        ("demo/words.txt.gz", GZIP, FileKind.DATA),
        ("demo/arrays.npz", ZIP, FileKind.DATA),
        ("demo.pth", b"import demo\n", FileKind.STARTUP),
        ("demo.pth", ZIP, FileKind.STARTUP),
        (".pth", b"import demo\n", FileKind.STARTUP),
        ("DEMO.PTH", b"import demo\n", FileKind.STARTUP),
        ("demo.start", b"demo:main\n", FileKind.STARTUP),
        ("demo-1.0.data/purelib/demo.pth", b"import demo\n", FileKind.STARTUP),
        ("demo-1.0.data/data/lib/python3.12/site-packages/demo.pth", b"import demo\n", FileKind.STARTUP),
        ("demo/weights.pth", ZIP, FileKind.DATA),
        ("demo/weights.pth", b"\x80\x02\x8a\n\0\0", FileKind.DATA),
        ("demo/late.pth", b"import demo\n", FileKind.STARTUP),
        ("sitecustomize.py", TEXT, FileKind.STARTUP),
        ("sitecustomize.cpython-311-x86_64-linux-gnu.so", ELF, FileKind.STARTUP),
        ("usercustomize/__init__.py", TEXT, FileKind.STARTUP),
        ("demo/sitecustomize.py", TEXT, FileKind.PYTHON),
        ("setup.py", TEXT, FileKind.BUILD),
        ("pyproject.toml", TEXT, FileKind.BUILD),
        ("demo/templates/pyproject.toml", TEXT, FileKind.DATA),
        ("demo-1.0.dist-info/METADATA", TEXT, FileKind.METADATA),
        ("demo-1.0.dist-info/licenses/LICENSE.md", TEXT, FileKind.METADATA),
        ("src/demo.egg-info/SOURCES.txt", TEXT, FileKind.METADATA),
        ("PKG-INFO", TEXT, FileKind.METADATA),
        ("tests/test_core.py", TEXT, FileKind.TEST),
        ("demo/tests/helpers.py", TEXT, FileKind.TEST),
        ("demo/tests/data.json", TEXT, FileKind.TEST),
        ("demo/conftest.py", TEXT, FileKind.TEST),
        ("demo/testing/asserts.py", TEXT, FileKind.PYTHON),
        ("demo/test/client.py", TEXT, FileKind.PYTHON),
        ("docs/conf.py", TEXT, FileKind.DOCUMENTATION),
        ("demo/docs/service.py", TEXT, FileKind.PYTHON),
        ("README.md", TEXT, FileKind.DOCUMENTATION),
        ("LICENSE", TEXT, FileKind.DOCUMENTATION),
        ("demo/py.typed", b"", FileKind.DATA),
    ],
)
def test_a_file_is_what_its_place_its_suffix_and_its_first_bytes_say(path, head, kind):
    assert file_kind(path, head) is kind


def test_a_real_archive_is_known_whatever_it_is_called():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w"):
        pass
    assert file_kind("demo/model.bin", buffer.getvalue()[:HEAD_SIZE]) is FileKind.ARCHIVE


@given(st.text(max_size=40), st.binary(max_size=HEAD_SIZE))
def test_any_path_and_content_has_a_kind(path, head):
    assert file_kind(path, head) in FileKind


@given(st.sampled_from([ELF, MACH_O, PE]), st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,3}\.[a-z]{1,4}", fullmatch=True))
def test_programs_are_never_taken_for_data_documentation_or_tests(head, path):
    assert file_kind(path, head) in {FileKind.NATIVE, FileKind.STARTUP}
