"""`make demo`: the main job on real rain, on real servers, watched from outside."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from demo.artefacts import output_directory
from demo.progress_output import console
from demo.run import FAILED, run_on_compose, run_on_stack
from devstack.errors import DevstackError
from devstack.process.signals import ended_by_signals

OUTPUT = Path("build/demo")
COMPOSE = "compose"


def main() -> None:
    """Run the demo; exit 0 when every story has the outcome it should have."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--stack",
        default="auto",
        help="embedded, jvm, docker, external or compose (what make up started); default: what is there",
    )
    parser.add_argument("--keep", action="store_true", help="stay up afterwards until Ctrl-C")
    arguments = parser.parse_args()
    try:
        with ended_by_signals(), output_directory(OUTPUT) as output:
            if output != OUTPUT:
                console.print(f"another demo writes to {OUTPUT}; this one writes to {output}", highlight=False)
            if arguments.stack == COMPOSE:
                sys.exit(run_on_compose(output=output))
            sys.exit(run_on_stack(arguments.stack, keep=arguments.keep, output=output))
    except DevstackError as error:
        console.print(f"demo: {error}", style="red", highlight=False, markup=False)
        sys.exit(FAILED)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
