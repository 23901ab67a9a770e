"""The generated files, and whether those on disk are up to date."""

from __future__ import annotations

from pathlib import Path

from contracts.generate.access_table import access_csv
from contracts.generate.acl_table import acl_csv
from contracts.generate.asyncapi import asyncapi_json
from contracts.generate.json_schemas import schema_files
from contracts.generate.topic_page import topic_page

GENERATED = Path(__file__).parents[2] / "generated"


def generated_files() -> dict[str, str]:
    """Return the contents of every generated file by its name; the same topics always give the same text."""
    return schema_files() | {
        "asyncapi.json": asyncapi_json(),
        "topics.md": topic_page(),
        "acls.csv": acl_csv(),
        "access.csv": access_csv(),
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
