"""Ask for known vulnerabilities of every locked package: exit 0 when there are none, 1 for some, 2 when nobody knows.

pip-audit ends well when the database knows none of the packages, as that of a mirror does. Here a package that could
not be asked about is never counted as sound, and one is asked about before all are.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from image_locks import locked_packages

PIP_AUDIT = Path(sys.executable).with_name("pip-audit")
OPTIONS = ("--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off")
SOUND, VULNERABLE, UNKNOWN = 0, 1, 2


@dataclass(frozen=True)
class Audit:
    """What was answered: `vulnerable` are sentences, `unknown` packages with the reason; `failure` is no answer."""

    asked: int = 0
    vulnerable: Sequence[str] = ()
    unknown: Sequence[str] = ()
    failure: str | None = None


def pins() -> list[str]:
    """Return `name==version` of every locked package, without what says on which machine."""
    lines = "".join(locked_packages().values())
    return re.findall(r"^([a-z0-9][\w.-]*==[^ ;\\]+)", lines, flags=re.MULTILINE)


def ask(wanted: Sequence[str], *, command: Sequence[str | Path] = (PIP_AUDIT,), seconds: float = 600) -> Audit:
    """Ask about `wanted`, each `name==version`."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(wanted) + "\n")
        file.flush()
        try:
            answer = subprocess.run(
                [*command, *OPTIONS, "--requirement", file.name],
                check=False,
                capture_output=True,
                text=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return Audit(failure=f"no answer in {seconds:.0f} s")
    try:
        told = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (answer.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Audit(failure=f"pip-audit ended with {answer.returncode}: {last}")
    return read(told)


def read(told: Sequence[Mapping[str, object]]) -> Audit:
    """Return what pip-audit's JSON says of each package."""
    vulnerable = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for one in told
        if isinstance(flaws := one.get("vulns"), list)
        for flaw in flaws
    ]
    unknown = [f"{one['name']}: {one['skip_reason']}" for one in told if "skip_reason" in one]
    return Audit(asked=len(told), vulnerable=vulnerable, unknown=unknown)


def verdict(audit: Audit) -> tuple[int, str]:
    """Return the exit code and what to print."""
    if audit.failure:
        return UNKNOWN, f"Nothing was audited: the database of vulnerabilities cannot be reached ({audit.failure}).\n"
    text = "".join(f"{sentence}\n" for sentence in (*audit.vulnerable, *audit.unknown))
    counts = f"{audit.asked} packages asked about, {len(audit.vulnerable)} vulnerabilities"
    if audit.unknown:
        text += f"{counts}; about {len(audit.unknown)} packages nobody knows: the audit is not complete.\n"
    else:
        text += f"{counts}.\n"
    return VULNERABLE if audit.vulnerable else UNKNOWN if audit.unknown else SOUND, text


def main() -> int:
    """Ask about one package, and about all when there is an answer."""
    wanted = pins()
    first = ask(wanted[:1])
    if first.unknown:
        first = Audit(failure=first.unknown[0])
    code, text = verdict(first if first.failure else ask(wanted))
    (sys.stdout if code == SOUND else sys.stderr).write(text)
    return code


if __name__ == "__main__":
    sys.exit(main())
