"""What became true about claims, as operators read it: many claims in a line, since a line each would cost too much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import structlog

from chassis.telemetry.tracing import trace_id_of
from claims_svc.domain.changes import Changes
from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import Decision
from contracts.codec import text_of
from contracts.loss_reports import LossReported

log = structlog.get_logger(__name__)
T = TypeVar("T")

_CLAIMS_A_LINE = 40
"""Claims in one log line: it stays below 8 KB."""


def write(changes: Changes) -> None:
    """Log which claims were opened, joined and decided, and for which a handler is asked."""
    for opened in _lines(list(changes.opened.values())):
        log.info("claim.opened", claims=[_opened(claim) for claim in opened])
    traces = {claim.claim_id: claim.trace for claim in (*changes.opened.values(), *changes.updated.values())}
    for joined in _lines(list(changes.joined.values())):
        log.info("report.joined", claims=[_joined(claim_id, report, traces) for claim_id, report in joined])
    for decided in _lines(changes.decisions):
        log.info("claim.decided", claims=[_decided(decision, traces) for decision in decided])
    for reviews in _lines(changes.reviews):
        log.info("human_review.requested", claims=[_about(review.claim_id, traces) for review in reviews])


def write_unmatched(claim_id: UUID) -> None:
    """Log that an answer about rain came for a claim that is not there."""
    log.warning("rainfall.unmatched", claim_id=text_of(claim_id))


def _lines(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), _CLAIMS_A_LINE):
        yield items[first : first + _CLAIMS_A_LINE]


def _opened(claim: Claim) -> dict[str, object]:
    return {
        "claim_id": text_of(claim.claim_id),
        "report_id": text_of(claim.report.report_id),
        "state": claim.state,
        "trace_id": trace_id_of(claim.trace),
    }


def _joined(claim_id: UUID, report: LossReported, traces: Mapping[UUID, str | None]) -> dict[str, object]:
    return {"report_id": text_of(report.report_id), **_about(claim_id, traces)}


def _about(claim_id: UUID, traces: Mapping[UUID, str | None]) -> dict[str, object]:
    return {"claim_id": text_of(claim_id), "trace_id": trace_id_of(traces[claim_id])}


def _decided(decision: Decision, traces: Mapping[UUID, str | None]) -> dict[str, object]:
    event = decision.event
    return {
        **_about(event.claim_id, traces),
        "claim_version": event.claim_version,
        "outcome": event.outcome,
        "ground": event.deciding_ground,
    }
