"""Functions of the standard library that only compute, above all those that undo an encoding, with bounds."""

from __future__ import annotations

import ast
import base64
import binascii
import bz2
import codecs
import html
import json
import lzma
import quopri
import string
import struct
import textwrap
import urllib.parse
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pinkeeper.review.capabilities.python import folding
from pinkeeper.review.capabilities.python.folding import FAILURES, SIZE_LIMIT
from pinkeeper.review.capabilities.python.value import NOTHING

__all__ = ["ATTRIBUTES", "DECODING", "FUNCTIONS", "apply"]

_RANGE_LIMIT: Final = 1 << 16
_MEMORY_LIMIT: Final = 64 << 20


class _TooLargeError(ValueError):
    """More would come out than is kept."""


def _inflate(data: Any, wbits: int = zlib.MAX_WBITS) -> bytes:
    unpacker = zlib.decompressobj(wbits)
    result = unpacker.decompress(data, SIZE_LIMIT)
    if unpacker.unconsumed_tail:
        raise _TooLargeError
    return result


def _gunzip(data: Any) -> bytes:
    return _inflate(data, 31)


def _bunzip(data: Any) -> bytes:
    unpacker = bz2.BZ2Decompressor()
    result = unpacker.decompress(data, SIZE_LIMIT)
    if not unpacker.eof:
        raise _TooLargeError
    return result


def _unxz(data: Any) -> bytes:
    unpacker = lzma.LZMADecompressor(memlimit=_MEMORY_LIMIT)
    result = unpacker.decompress(data, SIZE_LIMIT)
    if not unpacker.eof:
        raise _TooLargeError
    return result


def _as_bytes(value: Any) -> bytes:
    return value.encode("ascii") if isinstance(value, str) else bytes(value)


_CODECS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "rot13": lambda value: codecs.decode(value, "rot13"),
    "hex": lambda value: binascii.unhexlify(_as_bytes(value)),
    "base64": lambda value: base64.decodebytes(_as_bytes(value)),
    "zlib": _inflate,
    "zip": _inflate,
    "bz2": _bunzip,
    "quopri": lambda value: quopri.decodestring(_as_bytes(value)),
    "quotedprintable": lambda value: quopri.decodestring(_as_bytes(value)),
}


def _codecs_decode(value: Any, encoding: str = "utf-8", errors: str = "strict") -> Any:
    found = _CODECS.get(encoding.lower().replace("_", "").replace("-", "").removesuffix("codec"))
    if found is not None:
        return found(value)
    return folding.method(value, "decode", [encoding, errors], {})


def _codecs_encode(value: Any, encoding: str = "utf-8", errors: str = "strict") -> Any:
    if encoding.lower().replace("_", "").replace("-", "") == "rot13":
        return codecs.encode(value, "rot13")
    return folding.method(value, "encode", [encoding, errors], {})


def _bytes(value: Any = b"", encoding: str = "", errors: str = "strict") -> Any:
    if isinstance(value, int) and (value < 0 or value > SIZE_LIMIT):
        raise _TooLargeError
    if isinstance(value, str):
        return folding.method(value, "encode", [encoding, errors], {})
    return bytes(value)


def _bytearray(value: Any = b"", encoding: str = "", errors: str = "strict") -> Any:
    found = _bytes(value, encoding, errors)
    return found if found is NOTHING else bytearray(found)


def _str(value: Any = "", encoding: str | None = None, errors: str = "strict") -> Any:
    if encoding is not None:
        return folding.method(value, "decode", [encoding, errors], {})
    return folding.formatted(value, ord("s"), "")


def _range(*bounds: int) -> Any:
    found = range(*bounds)
    if len(found) > _RANGE_LIMIT:
        raise _TooLargeError
    return found


def _list(value: Any = ()) -> list[Any]:
    return list(value)


def _integer(*arguments: Any, **keywords: Any) -> int:
    return int(*arguments, **keywords)


def _pack(layout: Any, *values: Any) -> bytes:
    if struct.calcsize(layout) > SIZE_LIMIT:
        raise _TooLargeError
    return struct.pack(layout, *values)


def _unpack(layout: Any, data: Any) -> tuple[Any, ...]:
    if struct.calcsize(layout) > SIZE_LIMIT:
        raise _TooLargeError
    return struct.unpack(layout, data)


def _literal(text: Any) -> Any:
    if not isinstance(text, str) or len(text) > SIZE_LIMIT // 16 or text.count("(") + text.count("[") > 1000:  # noqa: PLR2004
        raise _TooLargeError
    return ast.literal_eval(text)


def _loads(text: Any) -> Any:
    if len(text) > SIZE_LIMIT // 4:
        raise _TooLargeError
    return json.loads(text)


def _power(*arguments: int) -> Any:
    if len(arguments) == 3:  # noqa: PLR2004 - with a modulus
        if any(number.bit_length() > 1024 for number in arguments):  # noqa: PLR2004 - bits
            raise _TooLargeError
        return pow(*arguments)
    return folding.binary(ast.Pow, *arguments)


def _joined_path(*parts: str) -> str:
    result = ""
    for part in parts:
        if part.startswith("/"):
            result = part
        else:
            result = f"{result}/{part}" if result and not result.endswith("/") else result + part
    return result


def _same(value: Any, *_: Any) -> Any:
    return value


def _operation(kind: type[ast.operator]) -> Callable[[Any, Any], Any]:
    return lambda left, right: folding.binary(kind, left, right)


def _text_method(name: str) -> Callable[..., Any]:
    return lambda base, *arguments: folding.method(base, name, list(arguments), {})


_UNPACKING: Final[Mapping[str, Callable[..., Any]]] = {
    "base64.b64decode": lambda value, *_, **__: base64.b64decode(value),
    "base64.standard_b64decode": base64.standard_b64decode,
    "base64.urlsafe_b64decode": base64.urlsafe_b64decode,
    "base64.b32decode": lambda value, *_, **__: base64.b32decode(value),
    "base64.b32hexdecode": lambda value, *_, **__: base64.b32hexdecode(value),
    "base64.b16decode": lambda value, *_, **__: base64.b16decode(value, casefold=True),
    "base64.b85decode": base64.b85decode,
    "base64.a85decode": lambda value, *_, **__: base64.a85decode(value),
    "base64.decodebytes": base64.decodebytes,
    "base64.decodestring": lambda value: base64.decodebytes(_as_bytes(value)),
    "binascii.a2b_base64": lambda value, *_, **__: binascii.a2b_base64(value),
    "binascii.a2b_hex": lambda value, *_, **__: binascii.a2b_hex(value),
    "binascii.unhexlify": lambda value, *_, **__: binascii.unhexlify(value),
    "binascii.a2b_uu": binascii.a2b_uu,
    "binascii.a2b_qp": lambda value, *_, **__: binascii.a2b_qp(value),
    "codecs.decode": _codecs_decode,
    "codecs.encode": _codecs_encode,
    "zlib.decompress": lambda value, wbits=zlib.MAX_WBITS, *_: _inflate(value, wbits),
    "gzip.decompress": _gunzip,
    "bz2.decompress": _bunzip,
    "lzma.decompress": lambda value, *_, **__: _unxz(value),
    "builtins.bytes.fromhex": bytes.fromhex,
    "builtins.bytearray.fromhex": bytearray.fromhex,
    "builtins.chr": chr,
    "struct.pack": _pack,
    "urllib.parse.unquote": lambda value, *_, **__: urllib.parse.unquote(value),
    "urllib.parse.unquote_to_bytes": urllib.parse.unquote_to_bytes,
    "quopri.decodestring": lambda value, *_, **__: quopri.decodestring(value),
    "html.unescape": html.unescape,
}

_PLAIN: Final[Mapping[str, Callable[..., Any]]] = {
    "base64.b64encode": lambda value, *_, **__: base64.b64encode(value),
    "base64.urlsafe_b64encode": base64.urlsafe_b64encode,
    "binascii.hexlify": lambda value, *_, **__: binascii.hexlify(value),
    "struct.unpack": _unpack,
    "builtins.ord": ord,
    "builtins.int": _integer,
    "builtins.float": float,
    "builtins.str": _str,
    "builtins.bytes": _bytes,
    "builtins.bytearray": _bytearray,
    "builtins.memoryview": bytes,
    "builtins.len": len,
    "builtins.list": _list,
    "builtins.tuple": lambda value=(): tuple(value),
    "builtins.iter": _list,
    "builtins.reversed": lambda value: list(value)[::-1],
    "builtins.range": _range,
    "builtins.sorted": lambda value, *, reverse=False: sorted(value, reverse=reverse),
    "builtins.min": min,
    "builtins.max": max,
    "builtins.sum": lambda value, start=0: (
        sum(value, start) if all(isinstance(each, int) for each in value) else NOTHING
    ),
    "builtins.abs": abs,
    "builtins.hex": hex,
    "builtins.oct": oct,
    "builtins.bin": bin,
    "builtins.bool": bool,
    "builtins.repr": lambda value: folding.formatted(value, ord("r"), ""),
    "builtins.ascii": lambda value: folding.formatted(value, ord("a"), ""),
    "builtins.format": lambda value, spec="": folding.formatted(value, -1, spec),
    "builtins.enumerate": lambda value, start=0: list(enumerate(value, start)),
    "builtins.zip": lambda *values: list(zip(*values, strict=False)),
    "builtins.divmod": divmod,
    "builtins.pow": _power,
    "builtins.round": round,
    "builtins.dict": lambda value=(), **more: dict(value, **more),
    "builtins.slice": slice,
    "builtins.str.maketrans": str.maketrans,
    "builtins.bytes.maketrans": bytes.maketrans,
    "builtins.int.from_bytes": lambda value, order="big", **more: int.from_bytes(value, order, **more),
    "builtins.int.to_bytes": lambda value, *more, **named: folding.method(value, "to_bytes", list(more), named),
    "builtins.str.join": _text_method("join"),
    "builtins.str.replace": _text_method("replace"),
    "builtins.str.lower": _text_method("lower"),
    "builtins.str.upper": _text_method("upper"),
    "builtins.str.strip": _text_method("strip"),
    "builtins.str.split": _text_method("split"),
    "builtins.str.format": _text_method("format"),
    "builtins.str.encode": _text_method("encode"),
    "builtins.str.translate": _text_method("translate"),
    "builtins.bytes.decode": _text_method("decode"),
    "builtins.bytes.join": _text_method("join"),
    "operator.add": _operation(ast.Add),
    "operator.concat": _operation(ast.Add),
    "operator.xor": _operation(ast.BitXor),
    "operator.sub": _operation(ast.Sub),
    "operator.mul": _operation(ast.Mult),
    "operator.mod": _operation(ast.Mod),
    "operator.getitem": folding.subscript,
    "ast.literal_eval": _literal,
    "json.loads": _loads,
    "textwrap.dedent": textwrap.dedent,
    "inspect.cleandoc": textwrap.dedent,
    "urllib.parse.quote": lambda value, *_, **__: urllib.parse.quote(value),
    "urllib.parse.urljoin": urllib.parse.urljoin,
    "sys.intern": _same,
    "typing.cast": lambda _, value: value,
    "os.path.join": _joined_path,
    "os.path.expanduser": _same,
    "os.path.expandvars": _same,
    "os.path.abspath": _same,
    "os.path.normpath": _same,
    "os.path.realpath": _same,
    "os.path.basename": lambda value: value.rpartition("/")[2],
    "os.path.dirname": lambda value: value.rpartition("/")[0],
    "os.fspath": _same,
    "os.fsencode": _text_method("encode"),
    "os.fsdecode": _same,
    "pathlib.Path": lambda *parts: _joined_path(*parts) if parts else ".",
    "pathlib.PurePath": lambda *parts: _joined_path(*parts) if parts else ".",
    "pathlib.PosixPath": lambda *parts: _joined_path(*parts) if parts else ".",
    "shlex.quote": _same,
    "shlex.split": lambda value, *_, **__: value.split() if not set(value) & set("'\"\\") else NOTHING,
}

FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {**_PLAIN, **_UNPACKING}
"""By canonical name."""

DECODING: Final = frozenset(_UNPACKING) - {"builtins.chr", "struct.pack", "urllib.parse.unquote", "html.unescape"}
"""Those whose result went through a decoding step, whatever they are given."""

ATTRIBUTES: Final[Mapping[str, Any]] = {
    **{f"string.{name}": value for name, value in vars(string).items() if isinstance(value, str) and name.islower()},
    "os.sep": "/",
    "os.path.sep": "/",
    "os.pathsep": ":",
    "os.linesep": "\n",
    "os.curdir": ".",
    "os.devnull": "/dev/null",
}
"""Attributes of modules that are constants."""


def apply(name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """What a call gives, or `NOTHING` where it is not known, makes no sense, or would cost too much."""
    function = FUNCTIONS.get(name)
    if function is None:
        return NOTHING
    try:
        result = function(*arguments, **keywords)
    except (*FAILURES, zlib.error, lzma.LZMAError, struct.error, SyntaxError):
        return NOTHING
    return result
