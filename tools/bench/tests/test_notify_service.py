from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from bench.notify_service import AcceptingRequestTransport, AcceptingTransport, with_null_senders
from bench.pipelines import STAGES, Pipeline, programs, service_environment, service_program
from notify_svc.domain.attempts import Accepted
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest
from notify_svc.sealed_contents import NOTHING_SEALED

DEPLOYED = {
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "SMTP_HOST": "127.0.0.1",
    "SMPP_HOST": "127.0.0.1",
    "SMPP_SYSTEM_ID": "notify",
    "SMPP_PASSWORD": "secret",
}


async def test_the_transports_accept_whatever_they_are_given() -> None:
    message, leased = cast("LeasedMessage", object()), cast("LeasedRequest", object())
    handovers = [
        AcceptingTransport().write(message, now=datetime(2021, 7, 16, tzinfo=UTC)),
        AcceptingRequestTransport().write(leased, NOTHING_SEALED),
    ]

    assert [await handover(Lease.lasting(1)) for handover in handovers] == [Accepted(), Accepted()]


def started(pipeline: Pipeline) -> dict[str, list[str]]:
    databases = dict.fromkeys(STAGES, "postgresql://unused.invalid/n")
    found = programs(pipeline, environment=DEPLOYED, databases=databases)
    return {program.name: [Path(program.arguments[0]).name, *program.arguments[1:]] for program in found}


def test_services_are_measured_as_they_are_deployed() -> None:
    assert started(Pipeline.DRAIN) == {name: [name, "run"] for name in STAGES}


def test_only_notify_svc_is_started_with_null_senders() -> None:
    python = Path(sys.executable).name

    assert started(Pipeline.NULL_SENDERS) == started(Pipeline.DRAIN) | {
        "notify-svc": [python, "-m", "bench.notify_service", "run"]
    }


def test_its_process_has_the_command_line_of_notify_svc() -> None:
    environment = service_environment("notify-svc", environment=DEPLOYED, database_url="postgresql://unused.invalid/n")
    program = with_null_senders(service_program("notify-svc", environment=environment))
    (*command, _) = program.arguments

    told = subprocess.run(
        [*command, "--help"],
        env=os.environ | dict(program.environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert told.stdout.startswith("usage: notify-svc ")
    assert "\n    messages " in told.stdout
