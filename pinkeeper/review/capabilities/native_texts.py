"""Texts in a binary that matter: URLs, addresses, paths where secrets lie or systems start, commands.

Looked for by what they have in them, over all bytes, so that the other texts of a large library cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["texts_in"]

_COUNT_LIMIT = 300
_HITS_LIMIT = 20_000
"""A file that has more is made to keep a reader busy."""

_SIZE_LIMIT = 200
_SMALLEST = 6
_REACH = 160
"""Characters before and after a stem that belong to its text."""

# Each begins with a plain character, so that the search goes by first characters: with `\b` it takes ten times as long.
_STEMS = (
    r"://",
    r"/bin/(?:ba|da|z|k)?sh\b",
    r"/dev/(?:tcp|udp|shm)/",
    r"cmd(?:\.exe)? /[cCkK] ",
    r"cmd\.exe",
    r"owershell",
    r"curl -",
    r"wget ",
    r"chmod [-+0-7au]",
    r"nohup ",
    r"base64 -",
    r"schtasks",
    r"crontab",
    r"systemctl ",
    r"LaunchAgents",
    r"LaunchDaemons",
    r"\\CurrentVersion\\Run",
    r"/etc/(?:passwd|shadow|sudoers|cron)",
    r"/\.(?:ssh|aws|kube|docker|gnupg|azure|config/gcloud)\b",
    r"id_(?:rsa|ed25519|ecdsa)\b",
    r"authorized_keys",
    r"\.(?:netrc|pypirc|npmrc|git-credentials|bashrc|zshrc|bash_history|bash_profile)\b",
    r"Login Data",
    r"wallet\.dat",
    r"ld\.so\.preload",
)
_WIDE_STEMS = ("://", "cmd.exe", "owershell", "schtasks", "\\CurrentVersion\\Run", "Login Data", "wallet.dat")
_NARROW = lazy_pattern("|".join(_STEMS).encode())
_TEXT = lazy_pattern("|".join(_STEMS[1:]))
_NARROW_RUN = lazy_pattern(rb"[\x20-\x7e]+")
_WIDE_RUN = lazy_pattern(rb"(?:[\x20-\x7e]\0)+")
_WIDE_STEM = lazy_pattern(b"|".join(re.escape(stem.encode("utf-16-le")) for stem in _WIDE_STEMS))

# Texts of Rust have no end, so that one URL may follow another directly.
_URL = lazy_pattern(r"(?:https?|ftps?|wss?|tcp|udp|socks[45]h?|ssh|git)://(?:(?!https?:/)[^\s\"'<>`|\\^{}]){4,}")
_MAY_BE_ADDRESS = lazy_pattern(rb"\d\.\d{1,3}\.\d{1,3}\.\d")
_ADDRESS = lazy_pattern(rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?![\w.])")
_HIGHEST_BYTE = 255


def texts_in(content: bytes) -> tuple[str, ...]:
    """Those that matter, sorted, each cut to 200 characters; at most 300."""
    found = {*_narrow(content), *_wide(content), *_addresses(content)}
    return tuple(sorted(found)[:_COUNT_LIMIT])


def _narrow(content: bytes) -> Iterator[str]:
    position = 0
    for _ in range(_HITS_LIMIT):
        stem = _NARROW.search(content, position)
        if stem is None:
            return
        start = stem.start() - _printable_end(content[max(0, stem.start() - _REACH) : stem.start()], 1)
        run = _NARROW_RUN.match(content, start, stem.end() + _REACH)
        assert run is not None  # the stem is one
        yield from _worth(run[0].decode("ascii"))
        position = max(stem.end(), run.end() - _REACH)


def _wide(content: bytes) -> Iterator[str]:
    """UTF-16, as Windows has it."""
    for count, stem in enumerate(_WIDE_STEM.finditer(content)):
        if count >= _HITS_LIMIT:
            return
        start = stem.start() - _printable_end(content[max(0, stem.start() - 2 * _REACH) : stem.start()], 2)
        run = _WIDE_RUN.match(content, start, stem.end() + 2 * _REACH)
        assert run is not None  # the stem is one
        yield from _worth(run[0].decode("utf-16-le"))


def _printable_end(before: bytes, width: int) -> int:
    """How many bytes at the end are printable characters. width: bytes of a character."""
    size = 0
    while size + width <= len(before):
        piece = before[len(before) - size - width : len(before) - size]
        if not 0x20 <= piece[0] <= 0x7E or piece[1:].strip(b"\0"):  # noqa: PLR2004 - printable ASCII
            break
        size += width
    return size


def _worth(text: str) -> Iterator[str]:
    """The URLs of a text, and all of it where there is something else in it."""
    for url in _URL.findall(text):
        yield url.rstrip(".,;:)")[:_SIZE_LIMIT]
    if len(text) >= _SMALLEST and _TEXT.search(text):
        yield text.strip()[:_SIZE_LIMIT]


def _addresses(content: bytes) -> Iterator[str]:
    """IPv4 addresses that stand alone in a text, without those that are masks, versions or the machine itself."""
    for count, hint in enumerate(_MAY_BE_ADDRESS.finditer(content)):
        if count >= _HITS_LIMIT:
            return
        for found in _ADDRESS.finditer(content, max(0, hint.start() - 3), hint.end() + 10):
            address = found[0].decode("ascii")
            numbers = [int(part) for part in address.partition(":")[0].split(".")]
            if max(numbers) <= _HIGHEST_BYTE and numbers[0] not in {0, 127, 255} and numbers[1:] != [0, 0, 0]:
                yield address
