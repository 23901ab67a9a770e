"""What notify-svc answers by HTTP.

Operators are told, beside what every service tells them, of messages about a claim; CM.com reports what became of SMS.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import Work
from contracts.access import NOTIFY, REPORT_SMS, read_operations_of
from notify_svc.channels.cm_reports import CmReport, read_report
from notify_svc.channels.receipts import record_receipts
from notify_svc.repository import about_claims

_SECRET = "Zk3v9Qw7Rt5Yp1Lm8Nb6Vc4Xs2Da0Gf_"  # noqa: S105 - an example
_ID = "0198c5f3-1a1b-7c1d-8e1f-202122232425"


class MessageView(ExactModel):
    """A message: neither to whom it goes nor what it says."""

    message_id: UUID = Field(examples=[_ID])
    claim_version: int | None = Field(
        description="Of the decision it tells; null: it tells of something else", examples=[1]
    )
    occasion: str = Field(description="`decision`, or what was asked for", examples=["decision"])
    channel: str = Field(examples=["email"])
    state: str = Field(description="As in the table of the README", examples=["sent"])
    attempts: int = Field(examples=[1])
    answers_lost: int = Field(description="Attempts of which no answer was received", examples=[0])
    created_at: Moment = Field(description="When it was first due, or asked for")
    due_at: Moment | None = Field(description="When it is tried next; null: it has ended, or waits for contact data")
    settled_at: Moment | None = Field(description="When it ended")
    bounced: str | None = Field(description="Status by which the mail came back (RFC 3463)", examples=[None])
    trace_id: str | None = Field(description="W3C trace id", examples=["0af7651916cd43dd8448eb211c80319c"])


class MessagesView(ExactModel):
    """Messages about a claim, the first first. What was asked for is told for 30 days after its end."""

    messages: list[MessageView]


def build_api(report_secrets: Sequence[str] = ()) -> Api:
    """Return the API with the routes of its own. By any of `report_secrets` CM.com is known; without one by nothing."""
    api = Api(title="notify-svc", version="1", access=NOTIFY)
    api.get("/operations/messages", operation=read_operations_of("notify-svc"))(list_messages)
    api.post(
        "/sms-reports/{secret}",
        operation=REPORT_SMS,
        once_by="of each part of an SMS the first report stands",
    )(SmsReports(report_secrets).report_sms)
    return api


class SmsReports:
    """Takes what a provider reports that comes with one of these `secrets`, and nothing from anybody else."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]

    async def report_sms(
        self,
        secret: Annotated[str, Path(description="What the provider was told, and nobody else", examples=[_SECRET])],
        report: CmReport,
        work: Work,
    ) -> None:
        """Record what became of an SMS, in the form that CM.com documents for JSON.

        What only lasts, or is about nothing known, is answered in the same way: the provider would repeat it for days.
        """
        told = secret.encode()
        if not any(hmac.compare_digest(told, known) for known in self._secrets):
            raise Problem(NOT_FOUND)
        receipt = read_report(report)
        if receipt is not None:
            await record_receipts(work, [receipt])


async def list_messages(
    claim_id: Annotated[UUID, Query(description="As in events and logs", examples=[_ID])], reading: Reading
) -> MessagesView:
    """List the messages about a claim with their states, without texts and addresses."""
    rows = await about_claims.messages(reading.connection, claim_id=claim_id)
    return MessagesView(messages=[_view(dict(row)) for row in rows])


def _view(row: dict[str, Any]) -> MessageView:
    return MessageView(trace_id=trace_id_of(row.pop("traceparent")), **row)
