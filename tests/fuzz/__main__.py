"""Looks for inputs that break the readers, led by the branches that they take. Run by hand, as long as one likes.

``python -m pip install atheris``, then ``python -m tests.fuzz TARGET [--seconds N] [--folder F]``, once a target:

- ``archive``: bytes as a wheel, an sdist of each kind; all that can be read of them is read.
- ``code``: a Python file, told in a summary.
- ``comparison``: a file of any kind in the newer of two releases, compared, and shown in every format.

An exception that is no `PinkeeperError`, an input that takes more than 20 s, and memory above 2 GB end a run; the
input is left in the folder. Nothing that is made is run.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import lzma
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pinkeeper"]):
    from pinkeeper.artifacts.contents import open_contents
    from pinkeeper.errors import PinkeeperError
    from pinkeeper.reports.diff_html import diff_html
    from pinkeeper.reports.diff_json import diff_json
    from pinkeeper.reports.diff_markdown import diff_markdown
    from pinkeeper.reports.diff_sarif import diff_sarif
    from pinkeeper.reports.diff_text import diff_text
    from pinkeeper.review.capabilities.python_file import summarise
    from pinkeeper.review.rules.registry import RULES
    from tests.fuzz import seeds
    from tests.review.corpus.judge import judge
    from tests.support.distributions import make_wheel

_ARCHIVES: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("demo-1.0-py3-none-any.whl", bytes),
    ("demo-1.0.zip", bytes),
    ("demo-1.0.tar.gz", lambda tar: gzip.compress(tar, 1)),
    ("demo-1.0.tar.bz2", lambda tar: bz2.compress(tar, 1)),
    ("demo-1.0.tar.xz", lambda tar: lzma.compress(tar, preset=0)),
    ("demo-1.0.tar.gz", bytes),
)
_BEFORE = {
    "demo/__init__.py": "import os\n\n\ndef run(name):\n    return os.environ[name]\n",
    "demo/data.json": '{"a": 1}\n',
    "CHANGELOG.md": "# 1.0\n\n- first\n",
}


def archive(data: bytes) -> None:
    """The first byte chooses the kind."""
    if not data:
        return
    filename, packed = _ARCHIVES[data[0] % len(_ARCHIVES)]
    try:
        contents = open_contents(io.BytesIO(packed(data[1:])), filename=filename)
    except PinkeeperError:
        return
    try:
        for path in contents.entries:
            contents.read(path)
    except PinkeeperError:
        return
    finally:
        contents.close()


def code(data: bytes) -> None:
    """A summary is made of any bytes."""
    summarise(data)


def comparison(data: bytes) -> None:
    """The first byte chooses which file it is; half of the rest is that of the old release, if the byte is odd."""
    if not data:
        return
    kind, content = data[0] >> 1, data[1:]
    path = seeds.PATHS[kind % len(seeds.PATHS)]
    before = make_wheel("demo", "1.0", files=_BEFORE).content
    if data[0] & 1:
        before = _with(before, path.replace("1.1", "1.0"), content[: len(content) // 2])
        content = content[len(content) // 2 :]
    after = _with(make_wheel("demo", "1.1", files=_BEFORE).content, path, content)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        wheels = Path(name, "demo-1.0-py3-none-any.whl"), Path(name, "demo-1.1-py3-none-any.whl")
        wheels[0].write_bytes(before)
        wheels[1].write_bytes(after)
        try:
            result = judge(wheels[:1], wheels[1:])
        except PinkeeperError:
            return
    diff_text(result, full=True)
    diff_json(result)
    diff_markdown(result)
    diff_html(result, RULES)
    diff_sarif(result, RULES)


def _with(wheel: bytes, path: str, content: bytes) -> bytes:
    """A wheel with one member more, or in the place of one. Its RECORD stays as it is."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as before, zipfile.ZipFile(made, "w") as after:
        for member in before.namelist():
            if member != path:
                after.writestr(member, before.read(member))
        after.writestr(path, content)
    return made.getvalue()


_TARGETS = {"archive": archive, "code": code, "comparison": comparison}


def _write(folder: Path, inputs: Iterable[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(inputs):
        (folder / f"seed-{number:04}").write_bytes(content)


def main() -> None:
    """Fuzz one target."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=sorted(_TARGETS))
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--folder", type=Path, default=Path("fuzzed"), help="inputs that led somewhere, and failures")
    asked = parser.parse_args()
    kept = asked.folder / asked.target
    _write(kept, seeds.of(asked.target))
    (asked.folder / "tokens").write_text(seeds.dictionary(), encoding="ascii")
    atheris.Setup(
        [
            sys.argv[0],
            str(kept),
            f"-dict={asked.folder / 'tokens'}",
            f"-artifact_prefix={asked.folder / asked.target}-",
            f"-max_total_time={asked.seconds}",
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-max_len=20000",
            "-print_final_stats=1",
        ],
        _TARGETS[asked.target],
    )
    atheris.Fuzz()


if __name__ == "__main__":
    # Much is imported at its first use, which is then.
    with atheris.instrument_imports(include=["pinkeeper"]):
        main()
