"""Write everything that is derived from the declared topics into `generated/`, or check that it is up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from contracts.generate_acls import acl_csv
from contracts.generate_asyncapi import asyncapi_json
from contracts.generate_schemas import schema_files
from contracts.generate_topic_page import topic_page

GENERATED = Path(__file__).parents[1] / "generated"
COMMAND = "python -m contracts.generate"


def generated_files() -> dict[str, str]:
    """Return the contents of every generated file by its name; the same topics always give the same text."""
    return schema_files() | {
        "asyncapi.json": asyncapi_json(),
        "topics.md": topic_page(),
        "acls.csv": acl_csv(),
    }


def outdated_files(directory: Path) -> list[str]:
    """Return the names of files in `directory` that are missing, differ, or are no longer generated."""
    wanted = generated_files()
    present = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*") if path.is_file()}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def write_files(directory: Path) -> None:
    """Write all generated files into `directory` and remove what else lies there."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in outdated_files(directory):
        (directory / name).unlink(missing_ok=True)
    for name, text in generated_files().items():
        (directory / name).write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
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
