"""Show that the version before works on the new schema: its code, with the new migrations, lives through every story.

The version before is the commit before the newest migration, or the one that is named. Its tree is unpacked from git,
is given the migrations of this checkout, and runs its own `tests/integration/test_stories.py`: real servers, all
services, all stories of the demo. It takes some minutes, most of them waiting.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ("chassis/chassis/migrations", "services/*/*/migrations")
RUNNER = "chassis/chassis/migrations/runner.py"
PACKAGES = ("contracts", "chassis", "services/*", "deploy/*", "tools/*")
STORIES = "tests/integration/test_stories.py"
DONE, FAILED, NOT_SHOWN = 0, 1, 2


def git(*arguments: str) -> str:
    """Return what git answers; raise `CalledProcessError` where there is no history."""
    answer = subprocess.run(["git", "-C", ROOT, *arguments], check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def version_before() -> str:
    """Return the commit before the one that brought the newest migration."""
    brought = ("log", "-1", "--first-parent", "-m", "--diff-filter=A", "--format=%H")
    newest = git(*brought, "--", *_patterns("*.sql"))
    return git("rev-parse", f"{newest}^")


def unpack(commit: str, *, into: Path) -> None:
    """Lay the files of `commit` into an empty directory."""
    archive = subprocess.run(["git", "-C", ROOT, "archive", commit], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", into], check=True, input=archive.stdout)


def bring_migrations(tree: Path) -> list[Path]:
    """Give the tree the migrations of this checkout; return the files that it did not have."""
    new = []
    for pattern in MIGRATIONS:
        for file in sorted(ROOT.glob(f"{pattern}/*.sql")):
            target = tree / file.relative_to(ROOT)
            if target.parent.is_dir() and not target.exists():
                shutil.copyfile(file, target)
                new.append(target)
    return new


def bring_runner(tree: Path) -> None:
    """Let the new version apply them, as it does everywhere: the one before need not know how."""
    shutil.copyfile(ROOT / RUNNER, tree / RUNNER)


def make_environment(tree: Path) -> Path:
    """Make `.venv` in the tree: its own packages, and the locked ones of this checkout; return its Python."""
    directory = tree / ".venv"
    venv.create(directory, symlinks=True)
    ours = Path(sysconfig.get_path("purelib"))
    theirs = directory / ours.relative_to(sys.prefix)
    own = [path.parent for pattern in PACKAGES for path in sorted(tree.glob(f"{pattern}/pyproject.toml"))]
    (theirs / "tree.pth").write_text("".join(f"{path}\n" for path in [*own, ours]), encoding="utf-8")
    python = directory / "bin" / "python"
    shebang = f"#!{sys.prefix}/bin/python".encode()
    for script in filter(Path.is_file, Path(sys.prefix, "bin").iterdir()):
        text = script.read_bytes()
        if text.startswith(shebang):
            copy = directory / "bin" / script.name
            copy.write_bytes(re.sub(rb"^#!.*", f"#!{python}".encode(), text, count=1))
            copy.chmod(0o755)
    return python


def live_through_stories(tree: Path, *, python: Path) -> bool:
    """Run the tree's own stories in its own environment; True when all have the outcome they should have."""
    variables = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", STORIES]
    return subprocess.run(command, check=False, cwd=tree, env=variables).returncode == 0


def _patterns(files: str) -> list[str]:
    return [f":(glob){pattern}/{files}" for pattern in MIGRATIONS]


def main() -> int:
    """Return 0 when the version before works, 1 when it does not, 2 when that cannot be shown here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version-before", metavar="COMMIT", help="instead of the one before the newest migration")
    try:
        commit = git("rev-parse", "--short=12", parser.parse_args().version_before or version_before())
    except (subprocess.CalledProcessError, FileNotFoundError):
        sys.stderr.write("upgrade drill: not shown, because there is no history of git here that has the commit\n")
        return NOT_SHOWN
    with TemporaryDirectory(prefix="version-before-") as directory:
        return show(commit, tree=Path(directory))


def show(commit: str, *, tree: Path) -> int:
    """Say what comes of it, and return the exit code."""
    unpack(commit, into=tree)
    new = bring_migrations(tree)
    bring_runner(tree)
    print(f"The version before is {commit}. It is given {len(new)} migrations that it does not know:")
    for file in new:
        print(f"  {file.relative_to(tree)}")
    if stopping := [file.name for file in new if "\n-- older versions stop first: " in f"\n{file.read_text()}"]:
        print(f"Not shown: of {', '.join(stopping)} it is said that older versions stop first.")
        return NOT_SHOWN
    works = live_through_stories(tree, python=make_environment(tree))
    print(f"The version before {'works' if works else 'does not work'} on the new schema.")
    return DONE if works else FAILED


if __name__ == "__main__":
    sys.exit(main())
