"""Process: a service with one bug put into it on purpose. Nothing that is deployed reads this or knows of it."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from drill.bugs import BUGS
from drill.platform.services import BUG_VARIABLE


def main() -> None:
    """Put in the bug that the environment names, and run the service that the first argument names."""
    service = sys.argv.pop(1)
    BUGS[os.environ[BUG_VARIABLE]].put_in()
    sys.argv[0] = service
    import_module(f"{service.replace('-', '_')}.__main__").main()


if __name__ == "__main__":
    main()
