"""A native extension: a compiled core, its C source in the sdist, a thin layer of Python, setuptools with extensions."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.draft import Draft, source
from tests.review.corpus.elf import make_shared_object

__all__ = ["CORE", "IMPORTS", "new", "old"]

CORE = "fastbuoy/_core.cpython-312-x86_64-linux-gnu.so"
IMPORTS = (
    "PyModule_Create2",
    "PyArg_ParseTuple",
    "PyLong_FromLong",
    "PyErr_SetString",
    "malloc",
    "free",
    "memcpy",
    "strlen",
)
_STRINGS = ("fastbuoy._core", "buffer is too short", "expected bytes", "GCC: (GNU) 12.2.0")

_INIT = source(
    '''
    """Fast decoding of buoy frames."""

    try:
        from fastbuoy._core import decode, encode
    except ImportError:
        from fastbuoy._fallback import decode, encode

    from fastbuoy.frames import Frame

    __version__ = "0.14.1"
    __all__ = ["Frame", "decode", "encode"]
    '''
)

_FALLBACK = source(
    '''
    """The same in Python."""

    import struct

    _HEAD = struct.Struct(">HBI")


    def encode(station, kind, payload):
        return _HEAD.pack(station, kind, len(payload)) + payload


    def decode(data):
        if len(data) < _HEAD.size:
            raise ValueError("buffer is too short")
        station, kind, length = _HEAD.unpack_from(data)
        return station, kind, data[_HEAD.size : _HEAD.size + length]
    '''
)

_FRAMES = source(
    """
    from dataclasses import dataclass

    KINDS = {1: "position", 2: "weather", 3: "battery"}


    @dataclass(frozen=True)
    class Frame:
        station: int
        kind: int
        payload: bytes

        @property
        def name(self):
            return KINDS.get(self.kind, "unknown")

        @classmethod
        def parse(cls, data, decoder=None):
            from fastbuoy import decode

            return cls(*(decoder or decode)(data))
    """
)

_SETUP_PY = source(
    '''
    import os
    import sys

    from setuptools import Extension, setup
    from setuptools.command.build_ext import build_ext


    class optional_build_ext(build_ext):
        """Builds the extension, and goes on without it where there is no compiler."""

        def build_extension(self, ext):
            try:
                super().build_extension(ext)
            except Exception as error:
                print(f"the extension is left out: {error}", file=sys.stderr)


    flags = ["/O2"] if sys.platform == "win32" else ["-O3"]
    if os.environ.get("FASTBUOY_DEBUG"):
        flags.append("-g")

    setup(
        name="fastbuoy",
        version="0.14.1",
        packages=["fastbuoy"],
        ext_modules=[Extension("fastbuoy._core", ["src/core.c"], extra_compile_args=flags)],
        cmdclass={"build_ext": optional_build_ext},
    )
    '''
)

_C = source(
    """
    #define PY_SSIZE_T_CLEAN
    #include <Python.h>

    static PyObject *decode(PyObject *self, PyObject *args) {
        Py_buffer view;
        if (!PyArg_ParseTuple(args, "y*", &view)) return NULL;
        if (view.len < 7) {
            PyErr_SetString(PyExc_ValueError, "buffer is too short");
            PyBuffer_Release(&view);
            return NULL;
        }
        PyBuffer_Release(&view);
        return PyLong_FromLong(0);
    }
    """
)


def old() -> Draft:
    """The release that is in use."""
    return Draft(
        name="fastbuoy",
        version="0.14.1",
        summary="Fast decoding of buoy frames",
        lines=["Author: The fastbuoy developers", "Project-URL: Source, https://code.example/fastbuoy"],
        tag="cp312-cp312-manylinux_2_28_x86_64",
        installed={
            "fastbuoy/__init__.py": _INIT.encode(),
            "fastbuoy/_fallback.py": _FALLBACK.encode(),
            "fastbuoy/frames.py": _FRAMES.encode(),
            "fastbuoy_plugins.pth": b"# where plug-ins lie\nfastbuoy_plugins\n",
            "fastbuoy/_core.pyi": b"def decode(data: bytes) -> tuple[int, int, bytes]: ...\n",
            CORE: make_shared_object(
                imports=IMPORTS, exports=("PyInit__core",), strings=_STRINGS, filling=bytes(range(256)) * 16
            ),
        },
        around={
            "setup.py": _SETUP_PY.encode(),
            "pyproject.toml": b'[build-system]\nrequires = ["setuptools>=68"]\nbuild-backend = "setuptools.build_meta"\n',
            "src/core.c": _C.encode(),
            "README.md": b"# fastbuoy\n\nFast decoding of buoy frames.\n",
            "CHANGELOG.md": b"# Changelog\n\n## [0.14.1] - 2026-01-10\n\n### Fixed\n\n- A leak.\n",
            "tests/test_frames.py": b"from fastbuoy import Frame\n\n\ndef test_name():\n    assert Frame(1, 2, b'').name == 'weather'\n",
        },
    )


def new() -> Draft:
    """The next patch release: another compiler, one more function in C, a new kind of frame."""
    draft = old()
    draft.version = "0.14.2"
    draft.replace("fastbuoy/__init__.py", '"0.14.1"', '"0.14.2"')
    draft.replace("fastbuoy/frames.py", '3: "battery"}', '3: "battery", 4: "tide"}')
    draft.after(
        "fastbuoy/frames.py",
        'return KINDS.get(self.kind, "unknown")',
        """

        def __len__(self):
            return len(self.payload) + 7
        """,
        indent=4,
    )
    draft.put(
        CORE,
        make_shared_object(
            imports=(*IMPORTS, "PyBytes_FromStringAndSize", "memset"),
            exports=("PyInit__core",),
            strings=(*_STRINGS[:3], "frame is too long", "GCC: (GNU) 13.3.0"),
            filling=bytes(range(255, -1, -1)) * 17,
        ),
    )
    draft.replace("src/core.c", "if (view.len < 7) {", "if (view.len < 7 || view.len > 65535) {")
    draft.replace("setup.py", 'version="0.14.1"', 'version="0.14.2"')
    draft.replace("setup.py", '["-O3"]', '["-O3", "-fno-strict-aliasing"]')
    draft.put_around(
        "CHANGELOG.md",
        "# Changelog\n\n## [0.14.2] - 2026-02-11\n\n### Added\n\n- Tide frames.\n\n## [0.14.1] - 2026-01-10\n\n### Fixed\n\n- A leak.\n",
    )
    return draft
