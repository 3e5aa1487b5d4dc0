"""Files that are not what their names say, and files that take the place of others."""

from __future__ import annotations

import datetime as dt
import os
import pickle
from pathlib import Path

import pytest

from pinkeeper.model.finding import Severity, Verdict
from tests.review.two_releases import between, gravest

CODE = "def add(a, b):\n    return a + b\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17) + b"\0\0\0\0IEND\xaeB`\x82"
GIF = b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xda\0\x08\1\1\0\0?\0\x12\xff\0\x34\xff\xd0\x56\xff\xd9"
WAV = b"RIFF\x0c\0\0\0WAVEdata\0\0\0\0"
NOISE = bytes((number * 7919 + 13) % 251 for number in range(3000))


class Calling:
    """Packed, it is a call; nothing here unpacks it."""

    def __reduce__(self):
        return os.system, ("id",)


def found(tmp_path: Path, files: dict[str, bytes | str], before: dict[str, bytes | str] | None = None):
    old = {"sums/__init__.py": CODE, **(before or {})}
    result = between(tmp_path, "sums", old, {**old, **files})
    return result.verdict, gravest(result)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("sums/logo.png", b"PK\x03\x04" + NOISE),
        ("sums/ring.wav", b"\x1f\x8b\x08" + NOISE),
        ("sums/table.json", b"\x80\x04\x95" + NOISE),
        ("sums/notes.txt", b"\x28\xb5\x2f\xfd" + NOISE),
        ("sums/logo.png", PNG + NOISE),
        ("sums/logo.gif", GIF + NOISE),
        ("sums/photo.jpg", JPEG + NOISE),
        ("sums/ring.wav", WAV + NOISE),
        ("sums/logo.png", PNG + NOISE + PNG[-12:]),
        ("sums/index", b"cposix\nsystem\n(S'id'\ntR."),
        ("sums/model.pt", pickle.dumps(Calling(), protocol=4)),
        ("sums/model.bin", pickle.dumps(Calling(), protocol=2)),
        ("sums/model.dat", b"stored member " + pickle.dumps(Calling(), protocol=5)),
    ],
)
def test_power_under_another_name(tmp_path, path, content):
    verdict, rules = found(tmp_path, {path: content})
    assert verdict is not Verdict.ROUTINE
    assert rules["disguise"] is Severity.HIGH


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("sums/logo.png", PNG),
        ("sums/logo.gif", GIF),
        ("sums/logo.gif", GIF + bytes(400)),
        ("sums/logo.gif", GIF[:-6]),
        ("sums/photo.jpg", JPEG),
        ("sums/photo.jpg", JPEG + JPEG + NOISE),
        ("sums/photo.jpg", JPEG[:-9]),
        ("sums/ring.wav", WAV),
        ("sums/odd.gif", b"GIF89a" + NOISE),
        ("sums/table.pickle", pickle.dumps({"call": "system", "module": "posix"}, protocol=4)),
        ("sums/day.pickle", pickle.dumps(dt.date(2026, 1, 2))),
        ("sums/table.json", '{"a": 1}'),
        ("sums/notes.txt", "PK is short for private key\n"),
        ("sums/model.npz", b"PK\x03\x04" + NOISE),
        ("sums/empty.png", b""),
        ("sums/words.txt.gz", b"\x1f\x8b\x08" + NOISE),
        ("sums/really_a_jpeg.png", b"\xff\xd8\xff\xe0\0\x10JFIF" + NOISE),
    ],
)
def test_files_that_do_no_harm(tmp_path, path, content):
    verdict, _ = found(tmp_path, {path: content})
    assert verdict is Verdict.ROUTINE


def test_a_module_whose_name_differs_in_case_alone(tmp_path):
    verdict, rules = found(tmp_path, {"sums/Core.py": CODE}, {"sums/core.py": CODE})
    assert verdict is Verdict.REVIEW
    assert rules["shadowing"] is Severity.HIGH


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("const run = require('child_process').execSync;\n", Verdict.REVIEW),
        ('import { readFileSync } from "node:fs";\n', Verdict.REVIEW),
        ("document.querySelector('form').hidden = false;\n", Verdict.ROUTINE),
    ],
)
def test_javascript_for_a_page_is_no_news_and_for_the_machine_is(tmp_path, text, expected):
    verdict, _ = found(tmp_path, {"sums/static/app.js": text})
    assert verdict is expected


@pytest.mark.parametrize(
    "code",
    [
        "import sys\n\n\nclass Finder:\n    pass\n\n\nsys.meta_path[:0] = [Finder()]\n",
        "import sys\n\n\nclass Finder:\n    pass\n\n\nsys.meta_path += [Finder()]\n",
        "import os\n\nos.environ['LD_PRELOAD'] = '/opt/x.so'\n",
        "import codecs\n\n\ndef find(name):\n    return None\n\n\ncodecs.register(find)\n",
        "from unittest import mock\n\ndef seen(*a):\n    pass\n\n\nmock.patch('socket.socket.connect', seen).start()\n",
        "import wrapt\n\ndef seen(*a):\n    pass\n\n\nwrapt.wrap_function_wrapper('requests', 'Session.send', seen)\n",
    ],
    ids=["slice", "added", "loader variable", "codec", "mock", "wrapper"],
)
def test_parts_of_others_that_are_replaced_in_uncommon_ways(tmp_path, code):
    verdict, rules = found(tmp_path, {"sums/extra.py": code, "sums/__init__.py": f"from sums import extra\n{CODE}"})
    assert verdict is Verdict.REVIEW
    assert rules["patching"] is Severity.HIGH


@pytest.mark.parametrize("name", ["DEBUG", "OMP_NUM_THREADS", "TOKENIZERS_PARALLELISM"])
def test_variables_that_nobody_loads_code_by(tmp_path, name):
    code = f"import os\n\nos.environ[{name!r}] = '1'\n"
    verdict, rules = found(tmp_path, {"sums/extra.py": code, "sums/__init__.py": f"from sums import extra\n{CODE}"})
    assert verdict is Verdict.ROUTINE
    assert "patching" not in rules


def test_packed_bytes_as_a_list_of_numbers_beside_what_runs_them(tmp_path):
    code = f"K = [{', '.join(map(str, NOISE[:900]))}]\n\n\ndef go(find):\n    exec(bytes(find(K)))\n"
    verdict, rules = found(tmp_path, {"sums/extra.py": code})
    assert verdict is Verdict.REVIEW
    assert rules["opaque-blob"] is Severity.HIGH


def test_a_table_of_few_numbers_is_none(tmp_path):
    verdict, rules = found(tmp_path, {"sums/table.py": f"TABLE = [{', '.join(['0', '1', '2', '3'] * 300)}]\n"})
    assert verdict is Verdict.ROUTINE
    assert "opaque-blob" not in rules
