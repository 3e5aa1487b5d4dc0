"""httpx, without its command line.

With click and rich at hand ``import httpx`` also imports its command-line program, which costs more than all the rest
of it. A None in `sys.modules` makes an import fail, as the reference of the import system has it; httpx then does
without. Imported with the first request only.
"""

from __future__ import annotations

import sys

__all__ = ["httpx"]

_PROGRAM = "httpx._main"

if "httpx" not in sys.modules:
    sys.modules[_PROGRAM] = None  # type: ignore[assignment] # typeshed knows modules only

import httpx  # noqa: E402 - after what must precede it

if sys.modules.get(_PROGRAM, httpx) is None:
    del sys.modules[_PROGRAM]
