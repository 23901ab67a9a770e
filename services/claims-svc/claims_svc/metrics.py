"""Every metric of claims-svc, by its name."""

from __future__ import annotations

from chassis.telemetry.bounded_metrics import counter, gauge
from claims_svc.domain.claim import ClaimState
from contracts.coverage import GroundCode, Outcome

STORED_STATES = tuple(state.value for state in ClaimState if state is not ClaimState.REPORTED)
WAITING_STATES = tuple(
    state.value
    for state in (
        ClaimState.WAITING_FOR_POLICY,
        ClaimState.WAITING_FOR_RAINFALL,
        ClaimState.WAITING_FOR_ANSWER,
        ClaimState.REFERRED,
    )
)

CLAIMS = gauge("claims_claims", "Claims, by their state", state=STORED_STATES)
OLDEST_WAIT_SECONDS = gauge(
    "claims_oldest_wait_seconds",
    "Age of the claim in this state that was opened first; 0 when none is in it",
    state=WAITING_STATES,
)
DECISIONS = counter(
    "claims_decisions",
    "Decisions, every version of one, by outcome and deciding ground",
    outcome=Outcome,
    ground=GroundCode,
)
REFERRED = counter("claims_referred", "Decisions that leave a claim to a person")
ORDERED_CENTS = counter("claims_ordered_cents", "Money ordered to be paid, in cents")
DUPLICATES_SUSPECTED = counter(
    "claims_duplicates_suspected", "Claims opened that are held because another can be about the same damage"
)
RULINGS = counter(
    "claims_rulings",
    "What people decided by hand, by the ground that had decided before or left it to them, and by outcome",
    ground=GroundCode,
    outcome=(*(outcome.value for outcome in Outcome), "by_rules"),
)
PROMISES = counter(
    "claims_promises",
    "Promises that a claim is taken up within two working days: made, at risk on the last day, held, broken",
    what=("made", "at_risk", "held", "broken"),
)
