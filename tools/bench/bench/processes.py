"""The programs of a run, started on a stack and measured."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from bench.process_figures import compiler_cpu_microseconds, cpu_microseconds, highest_resident_mib, resident_mib
from bench.sinks.message_sinks import NAME as MESSAGE_SINKS
from bench.sinks.message_sinks import MessageSinks
from devstack.outside.issuer import Issuer
from devstack.process.programs import Programs
from devstack.stack import Stack

_SERVERS = ("kafka", "postgres", "otlp-sink", MESSAGE_SINKS)


class RunFailedError(Exception):
    """A run that cannot be measured; the message is what went wrong."""


class Processes(Programs):
    """What a pipeline runs on `stack`; the output goes to `log_directory`.

    `issuer` lists the keys of tokens, as in any deployment: a service that finds none looks for them each second.
    """

    def __init__(self, stack: Stack, log_directory: Path, *, issuer: Issuer | None = None) -> None:
        super().__init__(stack.supervisor, log_directory)
        self.stack = stack
        self._tokens = {"API_ISSUER": issuer.name, "API_JWKS_URL": issuer.jwks_url} if issuer else {}
        self.message_sinks = MessageSinks(stack.supervisor, log_directory=log_directory)

    def environment(self) -> dict[str, str]:
        """Addresses and logins for a service, which sends its messages to the sinks of the bench."""
        return self.stack.environment() | self.message_sinks.environment() | self._tokens

    def cpu_microseconds(self) -> dict[str, int]:
        """Return what every process of the pipeline, and every server, has used so far.

        `java-compilers` is a part of `kafka`, which compiles for many minutes what a broker of a month has compiled.
        """
        servers = {
            record.name: record.identity.pid
            for record in self.stack.supervisor.record.processes
            if record.name in _SERVERS
        }
        used = {name: cpu_microseconds(pid) for name, pid in (servers | self._pids()).items()}
        return used | {"java-compilers": compiler_cpu_microseconds(servers["kafka"])}

    def resident_mib(self) -> dict[str, float]:
        """Return the memory that every process of the pipeline holds now."""
        return self._of_each(resident_mib)

    def highest_resident_mib(self) -> dict[str, float]:
        """Return the most memory that every process of the pipeline has held."""
        return self._of_each(highest_resident_mib)

    def _of_each(self, figure: Callable[[int], float]) -> dict[str, float]:
        return {name: figure(pid) for name, pid in self._pids().items()}

    def _pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self.children.items()}


def load_average() -> float:
    """Return how busy the machine was in the last minute."""
    return round(os.getloadavg()[0], 2)
