"""What became true about claims, as operators read it: a line for each thing that happened to each of them."""

from __future__ import annotations

from uuid import UUID

import structlog

from chassis.telemetry.logs import info_each
from chassis.telemetry.tracing import trace_id_of
from claims_svc.domain.changes import Changes
from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import Decision
from contracts.codec import text_of
from contracts.loss_reports import LossReported

log = structlog.get_logger(__name__)


def write(changes: Changes) -> None:
    """Log which claims were opened, joined and decided, and for which a handler is asked."""
    info_each("claim.opened", [_opened(claim) for claim in changes.opened.values()])
    claims = {**changes.opened, **changes.updated}
    info_each("report.joined", [_joined(claims[claim_id], report) for claim_id, report in changes.joined.values()])
    info_each("claim.decided", [_decided(decision, claims[decision.event.claim_id]) for decision in changes.decisions])
    info_each("human_review.requested", [_about(claims[review.claim_id]) for review in changes.reviews])


def write_unmatched(claim_id: UUID, *, trace: str | None) -> None:
    """Log that an answer about rain came for a claim that is not there."""
    log.warning("rainfall.unmatched", claim_id=text_of(claim_id), trace=trace)


def _opened(claim: Claim) -> dict[str, object]:
    return {**_about(claim), "state": claim.state}


def _joined(claim: Claim, report: LossReported) -> dict[str, object]:
    return {**_about(claim), "report_id": text_of(report.report_id)}


def _about(claim: Claim) -> dict[str, object]:
    return {
        "claim_id": text_of(claim.claim_id),
        "report_id": text_of(claim.report.report_id),
        "trace_id": trace_id_of(claim.trace),
    }


def _decided(decision: Decision, claim: Claim) -> dict[str, object]:
    event = decision.event
    return {
        **_about(claim),
        "claim_version": event.claim_version,
        "outcome": event.outcome,
        "ground": event.deciding_ground,
    }
