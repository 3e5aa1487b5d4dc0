from __future__ import annotations

import base64
import hashlib

import pytest

from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.artifacts.record import RecordRow, parse_record
from tests.artifacts.archives import METADATA, WHEEL, zip_of
from tests.artifacts.opening import kinds, opened
from tests.support.distributions import make_wheel

CODE = b"x = 1\n"
FOLDER = "demo-1.0.dist-info"
RECORD = f"{FOLDER}/RECORD"


def hash_of(content: bytes, algorithm: str = "sha256") -> str:
    digest = hashlib.new(algorithm, content).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def row(path: str, content: bytes, algorithm: str = "sha256") -> str:
    return f"{path},{hash_of(content, algorithm)},{len(content)}"


CODE_ROW = row("demo.py", CODE)
OTHERS = [row(f"{FOLDER}/METADATA", METADATA), f"{RECORD},,"]


def of(*rows: str, others: list[str] = OTHERS, filename: str = WHEEL, **members: bytes):
    record = "".join(f"{one}\n" for one in [*rows, *others])
    content = {"demo.py": CODE, **members, f"{FOLDER}/METADATA": METADATA, RECORD: record.encode()}
    return opened(zip_of(content), filename)


def told(contents) -> list[tuple[AnomalyKind, str | None]]:
    return [(anomaly.kind, anomaly.path) for anomaly in contents.anomalies]


def test_a_right_record_is_no_anomaly():
    assert of(CODE_ROW).anomalies == ()
    built = make_wheel("demo", "1.0", files={"demo/a.py": "", "demo/ü.py": "x", "demo-1.0.data/scripts/run": "#!"})
    assert opened(built.content, built.filename).anomalies == ()


@pytest.mark.parametrize(
    ("rows", "members"),
    [
        ([CODE_ROW, "demo/,,"], {}),
        ([f"{CODE_ROW}\r"], {}),
        (["", CODE_ROW, ""], {}),
        ([CODE_ROW, CODE_ROW], {}),
        ([f"./{CODE_ROW}"], {}),
        ([f"demo.py,{hash_of(CODE)}=,6"], {}),
        ([f"demo.py,{hash_of(CODE)},"], {}),
        ([f"demo.py,{hash_of(CODE)}"], {}),
        ([row("demo.py", CODE, "sha512")], {}),
        ([row("demo.py", CODE, "sha384")], {}),
        ([CODE_ROW, row('"a,b.py"', b"")], {"a,b.py": b""}),
        ([CODE_ROW, row("grün.py", b"")], {"grün.py": b""}),
        ([CODE_ROW], {f"{FOLDER}/RECORD.jws": b"{}", f"{FOLDER}/RECORD.p7s": b"-"}),
        ([CODE_ROW, f"{FOLDER}/RECORD.jws,,"], {f"{FOLDER}/RECORD.jws": b"{}"}),
    ],
)
def test_what_builders_write_is_no_anomaly(rows, members):
    assert of(*rows, **members).anomalies == ()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("demo.py", b"y = 2\n")], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        ([row("demo.py", b"longer than it is")], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        ([f"demo.py,{hash_of(CODE)},7"], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        (["demo.py,,"], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        (["demo.py,,6"], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        ([row("demo.py", b"y = 2\n", "sha512")], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        ([row("demo.py", CODE, "md5")], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        ([row("demo.py", CODE, "sha1")], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        ([CODE_ROW, row("demo.py", b"y = 2\n")], (AnomalyKind.RECORD_MISMATCH, "demo.py")),
        ([], (AnomalyKind.RECORD_UNLISTED, "demo.py")),
        ([CODE_ROW, row("gone.py", b"")], (AnomalyKind.RECORD_ABSENT, "gone.py")),
        ([CODE_ROW, row("\x1b[2J.py", b"")], (AnomalyKind.RECORD_ABSENT, r"\x1b[2J.py")),
        ([f"{CODE_ROW},more"], (AnomalyKind.RECORD_MISMATCH, RECORD)),
        (["demo.py,sha256=a,6"], (AnomalyKind.RECORD_MISMATCH, RECORD)),
        ([f"demo.py,{hash_of(CODE)},six"], (AnomalyKind.RECORD_MISMATCH, RECORD)),
        ([f"demo.py,{hash_of(CODE)},{'6' * 5000}"], (AnomalyKind.RECORD_MISMATCH, RECORD)),
        ([f'"demo.py,{hash_of(CODE)},6'], (AnomalyKind.RECORD_MISMATCH, RECORD)),
        (["x" * 200_000], (AnomalyKind.RECORD_MISMATCH, RECORD)),
    ],
)
def test_what_is_wrong_with_a_record_is_told(rows, expected):
    assert told(of(*rows)) == [expected]


def test_a_record_with_a_hash_of_itself_that_is_wrong_is_told():
    assert told(of(CODE_ROW, others=[OTHERS[0], row(RECORD, b"?")])) == [(AnomalyKind.RECORD_MISMATCH, RECORD)]


def test_an_added_file_that_record_does_not_list_is_told():
    assert told(of(CODE_ROW, **{"demo.pth": b"import demo"})) == [(AnomalyKind.RECORD_UNLISTED, "demo.pth")]


def test_a_record_that_is_no_utf8_is_told():
    contents = opened(zip_of({RECORD: b"\xff,,\n", "demo.py": CODE}), WHEEL)
    assert told(contents) == [(AnomalyKind.RECORD_MISMATCH, RECORD)]


@pytest.mark.parametrize("members", [{"demo.py": CODE}, {f"{FOLDER}/METADATA": METADATA}, {f"sub/{RECORD}": b""}])
def test_a_wheel_without_record_is_told(members):
    assert told(opened(zip_of(members), WHEEL)) == [(AnomalyKind.RECORD_MISSING, None)]


def test_the_record_of_the_files_own_name_counts_and_a_second_folder_is_told():
    contents = of(CODE_ROW, **{"another-2.0.dist-info/RECORD": b""})
    assert told(contents) == [
        (AnomalyKind.MISPLACED, "another-2.0.dist-info"),
        (AnomalyKind.RECORD_UNLISTED, "another-2.0.dist-info/RECORD"),
    ]


@pytest.mark.parametrize("filename", ["demo-1.0-py3-none-any.whl", "Demo-1.0-py3-none-any.whl", "not-a-wheel-name.whl"])
def test_the_folder_is_found_whatever_the_file_is_called(filename):
    assert of(CODE_ROW, filename=filename).anomalies == ()


def test_a_member_that_was_not_read_is_not_missed():
    content = zip_of({"demo.py": CODE, RECORD: f"{CODE_ROW}\n{RECORD},,\n".encode()})
    at = content.index(b"x = 1") if b"x = 1" in content else content.index(b"demo.py") + 7
    contents = opened(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :], WHEEL)
    assert AnomalyKind.RECORD_ABSENT not in kinds(contents)
    assert AnomalyKind.DAMAGED_MEMBER in kinds(contents)


def test_rows_are_given_as_they_stand():
    digest = hashlib.sha256(CODE).hexdigest()
    assert parse_record(f"{CODE_ROW}\n{RECORD},,\n".encode()) == (
        RecordRow("demo.py", "sha256", digest, 6),
        RecordRow(RECORD, "", "", None),
    )


def test_a_record_of_absurd_length_is_not_parsed(monkeypatch):
    monkeypatch.setattr("pinkeeper.artifacts.record._ROW_LIMIT", 10)
    with pytest.raises(ValueError, match="more than 10 rows"):
        parse_record(b"a,,\n" * 11)
    monkeypatch.setattr("pinkeeper.artifacts.record._RECORD_LIMIT", 10)
    with pytest.raises(ValueError, match="more than 10 bytes"):
        parse_record(b"a,,\n" * 11)
