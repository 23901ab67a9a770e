"""What is answered to whoever sent a report: what became of it, or why it was not taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from chassis.consuming.dead_letters import Rejected
from chassis.consuming.delivery import Record
from chassis.consuming.identifiers import identifier_in
from chassis.unit_of_work import Work
from claims_svc.flows.registering import Registered
from contracts.claim_reports import ReportedState, ReportError, ReportReceived, ReportRejected
from contracts.envelope import read_traceparent

_MOST_ERRORS: Final = 20
_OUR_FAULT: Final = ReportError(
    field="record", change="nothing: it is right, we failed on it, and it is taken up when that is mended"
)


class _Readable(msgspec.Struct):
    """What is looked for in a value that is no report."""

    report_id: UUID | None = None


def announce(registered: Sequence[Registered], work: Work) -> None:
    """Publish to the sender of each report what became of it."""
    for each in registered:
        claim, report = each.claim, each.reported.report
        received = ReportReceived(
            report_id=report.report_id,
            report_version=report.report_version,
            is_new=each.is_new,
            claim_id=claim.claim_id,
            claim_reference=claim.claim_reference,
            joined=claim.report.report_id != report.report_id,
            state=ReportedState(claim.state.value),
            open_questions=each.open_questions,
            ignored_fields=each.reported.ignored_fields,
        )
        work.publish(received, trace=each.reported.trace)


async def announce_rejected(rejected: Sequence[Rejected], work: Work) -> None:
    """Publish to the sender of each record why it was not taken as a report."""
    for each in rejected:
        headers = _headers(each.rejection.record)
        work.publish(_rejection(each, headers.get("ce_id", "")), trace=read_traceparent(headers.get("traceparent", "")))


def _rejection(rejected: Rejected, event_id: str) -> ReportRejected:
    rejection, dead_letter_id = rejected
    record = rejection.record
    report_id = _report_id(record.value)
    event_id = identifier_in(event_id)
    return ReportRejected(
        sent_as=(report_id and str(report_id))
        or identifier_in((record.key or b"").decode(errors="replace"))
        or event_id
        or f"{record.partition}/{record.offset}",
        report_id=report_id,
        event_id=event_id or None,
        partition=record.partition,
        offset=record.offset,
        code=rejection.code,
        errors=tuple(ReportError(field=field, change=change) for field, change in rejection.faults[:_MOST_ERRORS])
        or (_OUR_FAULT,),
        dead_letter_id=dead_letter_id,
    )


def _headers(record: Record) -> dict[str, str]:
    return {name: (raw or b"").decode(errors="replace") for name, raw in record.headers}


def _report_id(value: bytes | None) -> UUID | None:
    try:
        return msgspec.json.decode(value or b"", type=_Readable).report_id
    except (ValueError, RecursionError):
        return None
