"""Write everything that is derived from the declared topics into `generated/`, or check that it is up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from contracts.generate.files import GENERATED, outdated_files, write_files

COMMAND = "python -m contracts.generate"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, or with `--check` compare; return the exit code."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a file is out of date")
    parser.add_argument("--directory", type=Path, default=GENERATED, help="where the files stand")
    chosen = parser.parse_args(arguments)
    if not chosen.check:
        write_files(chosen.directory)
        return 0
    if outdated := outdated_files(chosen.directory):
        sys.stderr.write(f"generated files are out of date ({', '.join(outdated)}): run `{COMMAND}` and commit them\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
