"""Write what each container image installs into deploy/locks/: the part of requirements.lock that it needs.

requirements.lock also holds the tools of developers. What is needed is found by walking the dependencies that the
installed packages declare, so this runs in `.venv`.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "deploy" / "locks"
COMMAND = "make generate"
DEPLOYED = ("contracts", "chassis", "services/*", "deploy/provision")
IMAGE = {
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
"""The machine of the image, whatever machine this runs on."""
SINKS = ("aiosmtpd", "opentelemetry-proto", "protobuf", "smpp34", "starlette", "uvicorn")
"""What the mail server, the SMS centre and the trace collector of the devstack import; its other parts need more."""
BUILD = ("setuptools",)


def image_locks() -> dict[str, str]:
    """Return the text of every lock by its file's name."""
    locked = locked_packages()
    roots = {"services.txt": declared_dependencies(), "outside.txt": SINKS, "build.txt": BUILD}
    return {
        name: f"# From requirements.lock: {COMMAND}\n" + "".join(locked[package] for package in sorted(closure(needed)))
        for name, needed in roots.items()
    }


def locked_packages() -> dict[str, str]:
    """Return each locked package's lines, several pins of one package together."""
    packages: dict[str, str] = {}
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for lines in re.findall(r"^[a-z0-9].*\n(?: .*\n)*", text, flags=re.MULTILINE):
        name = canonicalize_name(re.split(r"[=\[]", lines, maxsplit=1)[0])
        packages[name] = packages.get(name, "") + lines
    return packages


def declared_dependencies() -> Sequence[str]:
    """Return what the packages that are deployed declare, without themselves."""
    files = [file for pattern in DEPLOYED for file in ROOT.glob(f"{pattern}/pyproject.toml")]
    projects = [tomllib.loads(file.read_text(encoding="utf-8"))["project"] for file in files]
    own = {project["name"] for project in projects}
    return [wanted for project in projects for wanted in project["dependencies"] if wanted not in own]


def closure(wanted: Iterable[str]) -> set[str]:
    """Return the names of `wanted` and of everything that they need on the image's machine."""
    waiting = [Requirement(text) for text in wanted]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        extras = frozenset(requirement.extras)
        if (node := (canonicalize_name(requirement.name), extras)) in seen:
            continue
        seen.add(node)
        waiting.extend(needs(requirement.name, extras=extras))
    return {name for name, _ in seen}


def needs(name: str, *, extras: Iterable[str]) -> list[Requirement]:
    """Return what a package requires directly."""
    try:
        requirements = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:
        return []  # a back-port that this newer Python does without; such packages need nothing themselves
    environments = [{**IMAGE, "extra": extra} for extra in ("", *extras)]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None or any(map(requirement.marker.evaluate, environments))
    ]


def main() -> int:
    """Write, or with `--check` compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when a lock is out of date")
    check = parser.parse_args().check
    outdated = []
    for name, text in image_locks().items():
        path = LOCKS / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        outdated.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and outdated:
        sys.stderr.write(f"deploy/locks is out of date ({', '.join(outdated)}): run `{COMMAND}` and commit it\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
