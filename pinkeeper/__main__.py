"""``python -m pinkeeper``."""

import sys

from pinkeeper.cli import main

if __name__ == "__main__":
    sys.exit(main())
