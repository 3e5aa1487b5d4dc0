"""How is it asked for? The only room with stdout, exit statuses and environment variables."""

from __future__ import annotations

import os
import sys

__all__ = ["main"]


def main() -> int:
    """Run the command line of this process; give its exit status.

    Nothing but this file is imported before the arguments have been looked at: ``--version`` is asked by scripts, and
    an interruption while the rest is being imported must not end in a traceback.
    """
    try:
        if sys.argv[1:] in (["--version"], ["-V"]):
            from pinkeeper import __version__  # noqa: PLC0415

            sys.stdout.write(f"pinkeeper {__version__}\n")
            return 0
        try:
            os.getcwd()  # noqa: PTH109 - pathlib is not needed for this
        except OSError:
            sys.stderr.write("error: the folder that the command runs in is no longer there\n")
            return 2
        if sys.argv[1:2] == ["lock"]:
            from pinkeeper.cli.unchanged import told_again  # noqa: PLC0415

            if told_again(sys.argv[1:]):
                return 0
        if sys.argv[1:2] == ["check"] and "--reviewed" in sys.argv:
            from pinkeeper.cli.check_reviewed import run_quickly  # noqa: PLC0415

            if (status := run_quickly(sys.argv[2:])) is not None:
                sys.stderr.flush()
                os._exit(status)  # all is told; to take thousands of entries apart takes time
        from pinkeeper.cli.entry import run  # noqa: PLC0415

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; nothing was written\n")
        sys.stderr.flush()
        # Everything is unwound. An orderly end would wait for threads, and CPython would make the signal the exit
        # status where it struck inside exec(), as in the making of a dataclass.
        os._exit(2)
