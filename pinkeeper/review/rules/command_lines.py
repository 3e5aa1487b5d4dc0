"""Command lines of intruders, wherever they are written."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["what_it_does"]

# Each wants two things together that honest scripts seldom write into a program.
_COMMANDS: Final = (
    (re.compile(r"\b(?:curl|wget)\b.*\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b"), "fetches a script and hands it to a shell"),
    (re.compile(r"\bcurl\b.*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)\b"), "fetches without looking at certificates"),
    (re.compile(r"\bwget\b.*--no-check-certificate"), "fetches without looking at certificates"),
    (re.compile(r"(?i)\bpowershell\b.*\s-(?:e|ec|enc|encodedcommand)\b"), "hands an encoded command to PowerShell"),
    (re.compile(r"(?i)\bpowershell\b.*(?:downloadstring|downloadfile|invoke-webrequest|iex)"), "fetches and runs"),
    (re.compile(r"\bbase64\s+(?:-d|-D|--decode)\b.*\|"), "decodes something and hands it on"),
    (re.compile(r"/dev/(?:tcp|udp)/"), "opens a connection from a shell"),
    (re.compile(r"\b(?:nc|ncat|netcat)\b.*\s-e\b"), "hands a shell to a connection"),
    (re.compile(r"\bmkfifo\b.*\bnc\b"), "hands a shell to a connection"),
    (re.compile(r"\bchmod\s+(?:\+x|[0-7]?7[0-7]{2})\b.*(?:&&|;)"), "makes a file executable and runs it"),
    (
        re.compile(
            r"\brm\s+(?:-\S+\s+)*-\w*[rR]\w*\s+(?:-\S+\s+)*(?:/|~|\$HOME|\$\{HOME\}|/\*|~/\*?)(?=\s|$|[;&|\"'])"
        ),
        "deletes all that a user has",
    ),
    (re.compile(r"\bnohup\b.*&\s*$"), "leaves something running behind"),
    (re.compile(r"(?i)\b(?:certutil\b.*-urlcache|bitsadmin\b.*/transfer|mshta\s+http|regsvr32\b.*/i:http)"), "fetches"),
)


def what_it_does(text: str) -> str | None:
    """What is remarkable about a command line, in words that follow *a command line that*; None for nothing."""
    return next((what for pattern, what in _COMMANDS if pattern.search(text)), None)
