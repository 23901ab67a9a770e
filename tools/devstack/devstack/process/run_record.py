"""What a launcher records about itself, so that the next one can clean up after it."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from devstack.process.identity import ProcessIdentity

RECORD_NAME = "run.json"


@dataclass(frozen=True)
class ChildRecord:
    """One started process and the command it was started with."""

    name: str
    identity: ProcessIdentity
    command: tuple[str, ...]


@dataclass
class RunRecord:
    """One launcher: the processes and containers it started, the directories it made, the addresses it gives out.

    `allows_down` is true for the stack that `devstack up` holds, so that `devstack down` ends no test's stack.
    """

    run_id: str
    launcher: ProcessIdentity
    stack: str = ""
    processes: list[ChildRecord] = field(default_factory=list)
    directories: list[str] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    allows_down: bool = False

    def write(self, run_directory: Path) -> None:
        """Replace the record in one step. Only the user may read it: it holds the database's password."""
        draft = run_directory / f".{RECORD_NAME}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
        draft.replace(run_directory / RECORD_NAME)

    @classmethod
    def read(cls, run_directory: Path) -> Self | None:
        """The record kept in `run_directory`; None when it is missing or not a record."""
        try:
            content = json.loads((run_directory / RECORD_NAME).read_text(encoding="utf-8"))
            return cls(
                run_id=str(content["run_id"]),
                launcher=ProcessIdentity(**content["launcher"]),
                stack=str(content["stack"]),
                processes=[_child(entry) for entry in content["processes"]],
                directories=[str(entry) for entry in content["directories"]],
                containers=[str(entry) for entry in content["containers"]],
                allows_down=bool(content["allows_down"]),
                environment={str(name): str(value) for name, value in content["environment"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _child(entry: dict[str, object]) -> ChildRecord:
    identity, command = entry["identity"], entry["command"]
    if not isinstance(identity, dict) or not isinstance(command, list):
        raise TypeError("not a process record")
    return ChildRecord(
        name=str(entry["name"]),
        identity=ProcessIdentity(**identity),
        command=tuple(str(part) for part in command),
    )
