"""Command line: `structure rules` checks who imports whom, `picture` draws it, `sizes` counts lines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from importlinter import api  # noqa: F401 - configures import-linter
from importlinter.application.use_cases import lint_imports

from structure.packages import ROOT, find_packages
from structure.picture import picture
from structure.rules import write_settings
from structure.sizes import sizes

PICTURE = Path("docs") / "structure.md"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 when the rules are kept, or the picture is true, and 1 when not."""
    parser = argparse.ArgumentParser(prog="structure", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("rules", help="check every import against the rules")
    drawing = commands.add_parser("picture", help=f"write {PICTURE}")
    drawing.add_argument("--check", action="store_true", help="change nothing; fail when the picture is out of date")
    commands.add_parser("sizes", help="lines of files and functions: medians and the longest")
    chosen = parser.parse_args(arguments)
    # What is imported is what lies below the root, whatever else of these names is installed.
    sys.path[:0] = [str(package.directory) for package in find_packages(chosen.root)]
    if chosen.command == "rules":
        return check_rules(chosen.root)
    if chosen.command == "picture":
        return draw_picture(chosen.root, only_check=chosen.check)
    sys.stdout.write(sizes(find_packages(chosen.root)) + "\n")
    return 0


def check_rules(root: Path) -> int:
    settings, cache = root / "build/structure/importlinter.toml", root / "build/structure/cache"
    write_settings(settings, packages=find_packages(root))
    return 0 if lint_imports(str(settings), cache_dir=str(cache), no_logo=True) else 1


def draw_picture(root: Path, *, only_check: bool) -> int:
    drawn = picture(find_packages(root))
    if not only_check:
        (root / PICTURE).write_text(drawn)
        return 0
    if (root / PICTURE).exists() and (root / PICTURE).read_text() == drawn:
        return 0
    sys.stderr.write(f"{PICTURE} is out of date: run `make picture` and commit it\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
