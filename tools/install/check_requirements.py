"""Check that the environment this runs in meets what every package in it declares, extras included.

pip checks no extras, and an extra was what a lock file lacked. Run it with the Python of the environment; its
arguments are files of further requirements.
"""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def installed_distributions(path: Iterable[str] = sys.path) -> dict[str, Distribution]:
    """Return every installed distribution by its normalized name; the first on `path` counts, as in an import."""
    found: dict[str, Distribution] = {}
    for distribution in distributions(path=list(path)):
        found.setdefault(canonicalize_name(distribution.name), distribution)
    return found


def unmet_requirements(installed: Mapping[str, Distribution], *, asked: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a sentence for every requirement that `installed` does not meet.

    Args:
        installed: distributions by normalized name.
        asked: requirements beside those that the distributions declare, by who asks.
    """
    waiting = deque((who, requirement) for who, texts in asked.items() for requirement in applicable(texts))
    waiting += ((one.name, requirement) for one in installed.values() for requirement in applicable(one.requires))
    followed: set[tuple[str, str]] = set()
    while waiting:
        who, requirement = waiting.popleft()
        found = installed.get(canonicalize_name(requirement.name))
        if found is None:
            yield f"{who} needs {requirement}, which requirements.lock does not bring: run make lock"
            continue
        if not requirement.specifier.contains(found.version, prereleases=True):
            yield f"{who} needs {requirement}, but requirements.lock brings {found.version}: run make lock"
        for extra in sorted(requirement.extras):
            if (found.name, extra) not in followed:
                followed.add((found.name, extra))
                waiting += ((f"{found.name}[{extra}]", added) for added in applicable(found.requires, extra=extra))


def applicable(texts: Sequence[str] | None, *, extra: str | None = None) -> Iterator[Requirement]:
    """Yield the requirements that apply to this environment, or those of them that only `extra` adds."""
    for requirement in map(Requirement, texts or ()):
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if extra is None and applies:
            yield requirement
        if extra is not None and not applies and requirement.marker and requirement.marker.evaluate({"extra": extra}):
            yield requirement


def requirement_lines(file: Path) -> list[str]:
    """Return the requirements in `file`, without its comments."""
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return [line for line in lines if line]


def main() -> int:
    """Print a line for every unmet requirement; the exit code is 1 when there is one."""
    asked = {Path(name).name: requirement_lines(Path(name)) for name in sys.argv[1:]}
    problems = sorted(unmet_requirements(installed_distributions(), asked=asked))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
