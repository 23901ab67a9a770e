"""One claim is one trace, from the report to the e-mail and the SMS, whatever it has to wait for."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from whole_platform import Claimant, Hop, Span, WholePlatform, hops_of

from contracts.coverage import Outcome
from contracts.loss_reports import LossFacts
from contracts.notify import Settlement
from contracts.vocabulary import Channel, Fact, Truth
from demo.input_files import LATE_POLICIES
from devstack.outside.faults import Fault

pytestmark = pytest.mark.asyncio(loop_scope="session")

UPSTREAM_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
UPSTREAM_SPAN = "00f067aa0ba902b7"
OVER_LAND = LossFacts(
    precipitation_left_its_course=Fact(value=Truth.TRUE), came_through_open_window_or_door=Fact(value=Truth.FALSE)
)
SHORTEST_WAIT_NANOSECONDS = 500_000_000
"""Half of the platform's RETRY_FIRST_SECONDS, which is 1."""
THROUGH_AN_OPEN_WINDOW = LossFacts(
    precipitation_left_its_course=Fact(value=Truth.TRUE), came_through_open_window_or_door=Fact(value=Truth.TRUE)
)
"""Decided without asking for rain."""
AFTER_THE_RAIN_IN_ELL = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)

SENT = (Channel.EMAIL, Channel.SMS)
REPORTED, DECIDED, SETTLED = "claims.loss-reported.v1", "claims.decision-made.v1", "notify.message-settled.v1"
ANSWERED, ORDERED = "claims.report-received.v1", "claims.payment-ordered.v1"
TOLD_SETTLED = "notify.claim-message-settled.v1"
REQUESTED, ASSESSED = "claims.rainfall-requested.v1", "weather.rainfall-assessed.v1"
FROM_REPORT_TO_MESSAGES = Counter(
    {
        Hop("claims-svc", f"process {REPORTED}", UPSTREAM_SPAN): 1,
        Hop("claims-svc", f"create {ANSWERED}", f"process {REPORTED}"): 1,
        Hop("claims-svc", f"create {REQUESTED}", f"process {REPORTED}"): 1,
        Hop("weather-svc", f"process {REQUESTED}", f"create {REQUESTED}"): 1,
        Hop("weather-svc", f"create {ASSESSED}", f"process {REQUESTED}"): 1,
        Hop("claims-svc", f"process {ASSESSED}", f"create {ASSESSED}"): 1,
        Hop("claims-svc", f"create {DECIDED}", f"process {ASSESSED}"): 1,
        Hop("claims-svc", f"create {ORDERED}", f"process {ASSESSED}"): 1,
        Hop("notify-svc", f"process {ORDERED}", f"create {ORDERED}"): 1,
        Hop("notify-svc", "send requested email", f"process {ORDERED}"): 1,
        Hop("notify-svc", f"create {TOLD_SETTLED}", f"process {ORDERED}"): 1,
        Hop("claims-svc", f"process {TOLD_SETTLED}", f"create {TOLD_SETTLED}"): 1,
        Hop("notify-svc", f"process {DECIDED}", f"create {DECIDED}"): 1,
        Hop("notify-svc", "send email", f"process {DECIDED}"): 1,
        Hop("notify-svc", "send sms", f"process {DECIDED}"): 1,
        Hop("notify-svc", f"create {SETTLED}", f"process {DECIDED}"): len(SENT),
        Hop("claims-svc", f"process {SETTLED}", f"create {SETTLED}"): len(SENT),
    }
)
WITHOUT_RAIN_AND_WITH_A_DEFERRED_MAIL = Counter(
    {
        Hop("claims-svc", f"process {REPORTED}", ""): 1,
        Hop("claims-svc", f"create {ANSWERED}", f"process {REPORTED}"): 1,
        Hop("claims-svc", f"create {DECIDED}", f"process {REPORTED}"): 1,
        Hop("notify-svc", f"process {DECIDED}", f"create {DECIDED}"): 1,
        Hop("notify-svc", "send email", f"process {DECIDED}"): 2,
        Hop("notify-svc", "send sms", f"process {DECIDED}"): 1,
        Hop("notify-svc", f"create {SETTLED}", f"process {DECIDED}"): len(SENT),
        Hop("claims-svc", f"process {SETTLED}", f"create {SETTLED}"): len(SENT),
    }
)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def trace_from_ell(whole: WholePlatform, claimant: Claimant) -> list[Span]:
    """A whole trace that began upstream: a claim in Ell, covered by 24 hours of rain."""
    report = await claimant.report(
        policy_number="100203-531-01",
        loss_at=AFTER_THE_RAIN_IN_ELL,
        facts=OVER_LAND,
        traceparent=f"00-{UPSTREAM_TRACE}-{UPSTREAM_SPAN}-01",
    )
    decision = await claimant.decision(report)
    assert decision.event.outcome is Outcome.COVERED
    assert decision.traceparent is not None
    assert decision.traceparent[3:35] == UPSTREAM_TRACE
    return await whole.whole_trace(UPSTREAM_TRACE, hops=FROM_REPORT_TO_MESSAGES)


async def test_the_upstreams_trace_goes_through_every_hop_to_the_email_and_the_sms(trace_from_ell: list[Span]) -> None:
    assert hops_of(trace_from_ell) == FROM_REPORT_TO_MESSAGES
    assert {span.status for span in trace_from_ell} == {"UNSET"}


async def test_spans_have_the_kinds_of_the_messaging_conventions(trace_from_ell: list[Span]) -> None:
    kinds = {"process": "CONSUMER", "create": "PRODUCER", "send": "CLIENT"}
    assert [span.kind for span in trace_from_ell] == [kinds[operation_of(span)] for span in trace_from_ell]


async def test_spans_about_kafka_carry_the_attributes_of_the_messaging_conventions(trace_from_ell: list[Span]) -> None:
    for span in about_kafka(trace_from_ell):
        assert span.attributes["messaging.system"] == "kafka"
        assert span.attributes["messaging.operation.name"] == operation_of(span)
        assert span.attributes["messaging.operation.type"] == operation_of(span)
        assert span.attributes["messaging.destination.name"] == topic_of(span)


async def test_what_is_processed_is_the_message_that_was_created(trace_from_ell: list[Span]) -> None:
    by_id = {span.span_id: span for span in trace_from_ell}
    for span in trace_from_ell:
        if operation_of(span) != "process":
            continue
        assert span.attributes["messaging.consumer.group.name"] == f"{span.service}.{topic_of(span)}"
        assert str(span.attributes["messaging.destination.partition.id"]).isdecimal()
        assert isinstance(span.attributes["messaging.kafka.offset"], int)
        if span.parent_span_id != UPSTREAM_SPAN:
            created = by_id[span.parent_span_id]
            assert span.attributes["messaging.message.id"] == created.attributes["messaging.message.id"]


async def test_the_mail_server_and_the_sms_centre_are_named_by_their_protocols(trace_from_ell: list[Span]) -> None:
    protocols = {span.name: span.attributes.get("network.protocol.name") for span in trace_from_ell}
    assert (protocols["send email"], protocols["send sms"]) == ("smtp", "smpp")


@pytest.mark.parametrize(("member", "batch", "kind"), [("create", "send", "send"), ("process", "poll", "receive")])
async def test_batches_have_spans_of_their_own_linked_to_every_member(
    whole: WholePlatform, trace_from_ell: list[Span], member: str, batch: str, kind: str
) -> None:
    for span in trace_from_ell:
        if operation_of(span) != member:
            continue
        over = await whole.until_span_linked_to(span)
        assert over.trace_id != span.trace_id
        assert (over.service, over.kind) == (span.service, "CLIENT")
        assert operation_of(over) == over.attributes["messaging.operation.name"] == batch
        assert over.attributes["messaging.operation.type"] == kind
        assert int(over.attributes["messaging.batch.message_count"]) >= len(over.links) >= 1


async def test_a_claim_that_waits_for_its_policy_and_a_mail_that_is_deferred_stay_in_their_trace(
    whole: WholePlatform, claimant: Claimant, tmp_path: Path
) -> None:
    report = await claimant.report(
        policy_number="100299-531-01", loss_at=AFTER_THE_RAIN_IN_ELL, facts=THROUGH_AN_OPEN_WINDOW, traceparent=None
    )
    first = await whole.until_span(
        lambda span: span.attributes.get("messaging.message.id") == str(report.report_id),
        what="the report in a trace of its own",
    )
    assert first.parent_span_id == ""
    assert report.report_id not in whole.observed.decisions
    assert whole.stack.world is not None
    whole.stack.world.set_mail_faults(Fault("late.bezwaar@example.org", "451", times=1))
    await whole.platform.run("policy-svc", "import", str(late_policy(tmp_path)))
    decision = await claimant.decision(report)
    messages = await claimant.messages(decision.event.claim_id)
    assert messages[Channel.EMAIL].settlement is Settlement.SENT
    spans = await whole.whole_trace(first.trace_id, hops=WITHOUT_RAIN_AND_WITH_A_DEFERRED_MAIL)
    assert hops_of(spans) == WITHOUT_RAIN_AND_WITH_A_DEFERRED_MAIL
    deferred, accepted = (span for span in spans if span.name == "send email")
    assert (deferred.status, accepted.status) == ("ERROR", "UNSET")
    assert deferred.attributes["error.type"] == "smtp-451"
    assert accepted.start_unix_nano - deferred.end_unix_nano > SHORTEST_WAIT_NANOSECONDS


def operation_of(span: Span) -> str:
    return span.name.split()[0]


def topic_of(span: Span) -> str:
    return span.name.split()[1]


def about_kafka(spans: list[Span]) -> list[Span]:
    return [span for span in spans if "messaging.system" in span.attributes or operation_of(span) != "send"]


def late_policy(directory: Path) -> Path:
    """A policy file with one policy that no other file holds."""
    with LATE_POLICIES.open() as lines:
        policy = json.loads(next(lines))
    policy["policy_number"] = "100299-531-01"
    policy["policyholder"] |= {"name": "Late Bezwaar", "email": "late.bezwaar@example.org"}
    path = directory / "policies.jsonl"
    path.write_text(json.dumps(policy))
    return path
