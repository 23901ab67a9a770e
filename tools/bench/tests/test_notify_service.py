from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from bench.notify_service import SETTINGS, AcceptingTransport
from bench.pipelines import service_environment, service_program
from notify_svc.channels.transport import Lease
from notify_svc.domain.attempts import Accepted
from notify_svc.repository.attempts import LeasedMessage

DEPLOYED = {
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "SMTP_HOST": "127.0.0.1",
    "SMPP_HOST": "127.0.0.1",
    "SMPP_SYSTEM_ID": "notify",
    "SMPP_PASSWORD": "secret",
}


async def test_the_transport_accepts_whatever_it_is_given() -> None:
    handover = AcceptingTransport().write(cast("LeasedMessage", object()), now=datetime(2021, 7, 16, tzinfo=UTC))

    assert await handover(Lease.lasting(1)) == Accepted()


def test_only_notify_svc_is_started_with_transports_of_the_bench() -> None:
    environment = service_environment("notify-svc", environment=DEPLOYED, database_url="postgresql://unused.invalid/n")

    notify, claims = (service_program(name, environment=environment) for name in ("notify-svc", "claims-svc"))

    assert list(notify.arguments) == [sys.executable, "-m", "bench.notify_service", "run"]
    assert [Path(argument).name for argument in claims.arguments] == ["claims-svc", "run"]
    assert environment["SEND_CONCURRENCY"] == SETTINGS["SEND_CONCURRENCY"] == "500"


def test_its_process_has_the_command_line_of_notify_svc() -> None:
    environment = service_environment("notify-svc", environment=DEPLOYED, database_url="postgresql://unused.invalid/n")
    (*command, _) = service_program("notify-svc", environment=environment).arguments

    told = subprocess.run(
        [*command, "--help"], env=os.environ | environment, capture_output=True, text=True, timeout=60, check=True
    )

    assert told.stdout.startswith("usage: notify-svc ")
    assert "\n    messages " in told.stdout
