"""Starts the mail server and the SMS centre, and asks them what they have received."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.vocabulary import Channel
from devstack.process.child import Child
from devstack.process.command import Command
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.supervisor import Supervisor

NAME = "message-sinks"
_START_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Received:
    """What was accepted since the last question: messages by recipient, and how many came a second time.

    `moment_of` tells when the first came for each, by the machine's monotonic clock, where the sinks note that.
    """

    of_recipient: Mapping[Channel, Mapping[str, int]]
    repeated: int
    moment_of: Mapping[Channel, Mapping[str, float]] = field(default_factory=dict)


class MessageSinks:
    """Both servers in one process, which lives as long as the stack."""

    def __init__(self, supervisor: Supervisor, *, log_directory: Path, notes_moments: bool = False) -> None:
        self._options = ["--moments"] if notes_moments else []
        self._supervisor = supervisor
        self._log_path = log_directory / f"{NAME}.log"
        self._smtp_port, self._smpp_port = free_port(), free_port()
        self._child: Child | None = None

    def start(self) -> None:
        """Start them and wait until they accept connections."""
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        ports = ["--smtp-port", str(self._smtp_port), "--smpp-port", str(self._smpp_port)]
        command = Command(
            name=NAME,
            arguments=[sys.executable, "-m", "bench.sinks.process", *ports, *self._options],
            has_pipes=True,
            log_path=self._log_path,
        )
        self._child = self._supervisor.start(command)
        self._child.read_message(deadline_seconds=_START_SECONDS)

    def environment(self) -> dict[str, str]:
        """Variables that send a service's messages here."""
        return {
            "SMTP_HOST": LOOPBACK,
            "SMTP_PORT": str(self._smtp_port),
            "SMTP_TLS": "none",
            "SMPP_HOST": LOOPBACK,
            "SMPP_PORT": str(self._smpp_port),
        }

    def take_received(self) -> Received:
        """Return what was accepted since the last call."""
        assert self._child is not None  # noqa: S101 - started first
        counted: dict[str, Any] = self._child.request({})
        return Received(
            of_recipient={Channel(channel): tally["of_recipient"] for channel, tally in counted.items()},
            repeated=sum(tally["repeated"] for tally in counted.values()),
            moment_of={
                Channel(channel): tally["moment_of"] for channel, tally in counted.items() if "moment_of" in tally
            },
        )
