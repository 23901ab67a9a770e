"""Process: a service that dies at a chosen pass of a crash point, or has a bug put into it on purpose, or both.

Nothing that is deployed reads these variables or knows of this. The services' own variable makes a process die at its
first pass, which may be long before the first report comes to it.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from chassis import crash_points
from drill.platform.services import BUG_VARIABLE, CRASH_VARIABLE, KILLED


def main() -> None:
    """Run the service that the first argument names, with what the environment asks for."""
    service = sys.argv.pop(1)
    if crash := os.environ.get(CRASH_VARIABLE):
        point, _, number = crash.partition("#")
        die_at(point, passes=int(number))
    if bug := os.environ.get(BUG_VARIABLE):
        # Bugs, and the services that they change, import the crash points: not before these are changed.
        import_module("drill.bugs").BUGS[bug].put_in()
    sys.argv[0] = service
    import_module(f"{service.replace('-', '_')}.__main__").main()


def die_at(point: str, *, passes: int) -> None:
    """Let this process die, as if by kill -9, when it comes to `point` for this many times."""
    left = passes

    def crash_point(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0:
            os._exit(KILLED)

    setattr(crash_points, "crash_point", crash_point)  # noqa: B010 - mypy would have it be a constant


if __name__ == "__main__":
    main()
