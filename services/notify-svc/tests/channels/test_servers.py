"""That the mail server or the SMS provider went away, and that it is back, is each said once by all who send."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.telemetry.tracing import Tracing
from contracts.vocabulary import Channel
from notify_svc.channels.attempts import Attempts
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, NoAddress, Refused, Result, Unreachable
from notify_svc.repository.leases import NO_LEASE, Lease

AWAY = Unreachable("ConnectionRefusedError")


def attempts(name: str, channel: Channel = Channel.EMAIL) -> Attempts:
    tracing = Tracing(service_name="notify-svc", exporter=None)
    return Attempts(tracing, channel=channel, span_name=name, span_attributes={})


def fields() -> Mapping[str, str | None]:
    return {}


async def make(sender: Attempts, result: Result) -> None:
    """Let an attempt end by `result` of the server."""

    async def hand_over(_: Lease) -> Result:
        return result

    await sender.make(lambda: hand_over, lease=NO_LEASE, trace=None, fields=fields)


async def test_a_server_that_is_away_is_said_once_for_decisions_and_requests() -> None:
    decisions, requests = attempts("send email"), attempts("send requested email")

    with capture_logs() as logs:
        for _ in range(20):
            await make(decisions, AWAY)
            await make(requests, AWAY)
        await make(decisions, Accepted())
        await make(requests, Accepted())

    assert [(line["event"], line["server"]) for line in logs] == [
        ("server.went_away", "mail server"),
        ("server.came_back", "mail server"),
    ]
    assert logs[0]["error"] == "ConnectionRefusedError"


@pytest.mark.parametrize("answer", [Accepted(), Refused("550"), Deferred("451")], ids=repr)
async def test_whatever_a_server_answers_it_is_there(answer: Result) -> None:
    sender = attempts("send sms", Channel.SMS)
    await make(sender, AWAY)

    with capture_logs() as logs:
        await make(sender, AnswerLost("timeout"))
        assert logs == []
        await sender.make(lambda: NoAddress("no-address"), lease=NO_LEASE, trace=None, fields=fields)
        assert logs == [], "the server was not asked"
        await make(sender, answer)

    assert [(line["event"], line["server"]) for line in logs] == [("server.came_back", "SMS provider")]


@pytest.mark.parametrize(
    ("channel", "server"), [(Channel.EMAIL, "mail server"), (Channel.SMS, "SMS provider")], ids=lambda value: value
)
async def test_who_sends_tells_when_the_server_was_missed_and_reached(channel: Channel, server: str) -> None:
    def stamp(what: str) -> float:
        return REGISTRY.get_sample_value(f"server_{what}_timestamp_seconds", {"server": server}) or 0

    missed_before = stamp("missed")
    await make(attempts("send", channel), AWAY)
    assert stamp("missed") > max(missed_before, stamp("reached"))

    await make(attempts("send in another process", channel), Accepted())

    assert stamp("reached") > stamp("missed")
