"""Write the OpenAPI description of every service that has an API, or check that those on disk are up to date.

Each service prints its own. The specimen's, which the tests of the chassis are made with, stands beside it.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "make generate"
DESCRIPTIONS = Path("contracts/generated/openapi")
SPECIMEN = Path("chassis/tests/specimen/openapi.json")


def descriptions(root: Path = ROOT) -> Mapping[Path, str]:
    """Return the text of every description by its file, as seen from `root`."""
    modules = {file.parents[1].name: file.parent.name for file in sorted(root.glob("services/*/*/api.py"))}
    found = {DESCRIPTIONS / f"{service}.json": printed_by(module, root=root) for service, module in modules.items()}
    return found | {SPECIMEN: printed_by("specimen", root=root / SPECIMEN.parents[1], SPECIMEN_API="true")}


def printed_by(module: str, *, root: Path, **environment: str) -> str:
    """Return what `openapi` of a service prints. Raise `SystemExit` with what it complains of."""
    done = subprocess.run(
        [sys.executable, "-m", module, "openapi"],
        cwd=root,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def main(root: Path = ROOT) -> int:
    """Write, or with `--check` compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a description is out of date")
    check = parser.parse_args().check
    wanted = descriptions(root)
    present = {path.relative_to(root) for path in (root / DESCRIPTIONS).glob("*")}
    outdated = sorted(
        path
        for path in wanted.keys() | present
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != wanted.get(path)
    )
    if check and outdated:
        sys.stderr.write(f"out of date: {', '.join(map(str, outdated))}; run `{COMMAND}` and commit them\n")
        return 1
    for path in outdated:
        if path in wanted:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(wanted[path], encoding="utf-8")
        else:
            (root / path).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
