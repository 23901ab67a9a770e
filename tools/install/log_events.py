"""Write docs/log-events.md, the list of every event that is logged, or check that it is up to date.

The calls are found in the code; what each event means to whoever is on call stands in `log_meanings.py`, and nowhere
else. An event without a meaning, and a meaning without an event, end the run.
"""

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from log_meanings import MEANINGS

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "make generate"
DOCUMENT = Path("docs/log-events.md")
SOURCES = ("chassis/chassis/**/*.py", "services/*/*_svc/**/*.py")
LEVELS = ("debug", "info", "warning", "error", "exception", "critical")
_ALWAYS = frozenset({"trace", "exc_info"})
"""Fields of a call that the line carries under another name."""
_BEGINNING = f"""\
# Log events

Generated from the code and from `tools/install/log_meanings.py` by `{COMMAND}`.

Every line is one JSON object of at most 8 KB on standard error, about one thing that happened. Each has `event`,
`level`, `service` and `timestamp` (UTC), and `trace_id`, `claim_id` and `report_id` wherever it has them; `cut` is true
where a line was too long. None holds personal data. Lines of libraries have a sentence as their `event` instead of a
name; each line of their code is let through once a minute, and `library.lines_held_back` counts the rest.
"""


class LogCall(NamedTuple):
    """A call that logs. `fields` are those that the call itself names; it may be given more."""

    event: str
    level: str
    package: str
    fields: frozenset[str]


class UnclearCallError(Exception):
    """A call logs what cannot be read off the code."""


def calls(root: Path = ROOT) -> Iterator[LogCall]:
    """Yield every call that logs. Raise `UnclearCallError` for one whose event is no text in its place."""
    for file in (file for pattern in SOURCES for file in sorted(root.glob(pattern))):
        relative = file.relative_to(root)
        package = relative.parts[0] if relative.parts[0] == "chassis" else relative.parts[1]
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (found := _logged_by(node)) is not None:
                level, arguments = found
                event = arguments[0] if arguments else None
                if not (isinstance(event, ast.Constant) and isinstance(event.value, str)):
                    if relative == Path("chassis/chassis/telemetry/logs.py"):
                        continue  # what others give it
                    raise UnclearCallError(f"{relative}:{node.lineno}: write the event itself as a text")
                fields = frozenset(keyword.arg for keyword in node.keywords if keyword.arg) - _ALWAYS
                yield LogCall(event.value, level, package, fields)


def _logged_by(call: ast.Call) -> tuple[str, Sequence[ast.expr]] | None:
    """Return the level and the arguments from the event on, where this is a call that logs."""
    function, arguments = call.func, call.args
    if isinstance(function, ast.Name) and function.id == "info_each":
        return "info", arguments
    if isinstance(function, ast.Name) and function.id == "partial" and arguments:
        function, arguments = arguments[0], arguments[1:]
    if not (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "log"
    ):
        return None
    if function.attr == "log":
        return "warning or error", arguments[1:]
    return ("error" if function.attr == "exception" else function.attr, arguments) if function.attr in LEVELS else None


def document(root: Path = ROOT) -> str:
    """Return what docs/log-events.md is to hold; raise `SystemExit` when events and meanings differ."""
    by_event: defaultdict[str, list[LogCall]] = defaultdict(list)
    for call in calls(root):
        by_event[call.event].append(call)
    if unlike := sorted(by_event.keys() ^ MEANINGS.keys()):
        raise SystemExit(f"tools/install/log_meanings.py must have just what is logged; it differs in {unlike}")
    rows = [_row(event, by_event[event]) for event in sorted(by_event)]
    header = ["| Event | Level | Logged by | Meaning, and what to do | Among its fields |", "|---|---|---|---|---|"]
    return "\n".join([_BEGINNING, *header, *rows, ""])


def _row(event: str, logged: Sequence[LogCall]) -> str:
    levels = " or ".join(sorted({call.level for call in logged}))
    packages = sorted({"every service" if call.package == "chassis" else call.package for call in logged})
    fields = ", ".join(f"`{field}`" for field in sorted({field for call in logged for field in call.fields}))
    return f"| `{event}` | {levels} | {', '.join(packages)} | {MEANINGS[event]} | {fields} |"


def main(root: Path = ROOT) -> int:
    """Write, or with `--check` compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the list is out of date")
    check, wanted, path = parser.parse_args().check, document(root), root / DOCUMENT
    if path.is_file() and path.read_text(encoding="utf-8") == wanted:
        return 0
    if check:
        sys.stderr.write(f"out of date: {DOCUMENT}; run `{COMMAND}` and commit it\n")
        return 1
    path.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
