"""Trains the dictionary of `contracts/packing.py` on made-up events: python tests/event_dictionary.py FILE.

A dictionary that events were stored with is never replaced. A new one gets a file of its own beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from backports import zstd
from domain.loss_cases import verdict_on
from domain.proof_cases import rain_case
from domain.random_cases import some_case
from hypothesis import given, seed, settings
from msgspec.structs import replace
from proof_dictionary import DICTIONARY_BYTES, SAMPLES, hours

from claims_svc.domain.case import Case
from contracts.claims import DECISION_MADE, DecisionMade
from contracts.codec import to_json
from contracts.topic import Event

_chance = Random(2)  # noqa: S311 - reproducible on purpose


def samples() -> list[bytes]:
    """Return reports, questions about rain, answers and decisions, in an order without a meaning."""
    written: list[bytes] = []

    @settings(max_examples=SAMPLES, database=None, deadline=None)
    @seed(2)
    @given(some_case)
    def collect(case: Case) -> None:
        written.extend(map(to_json, _events_of(case)))

    collect()
    for _ in range(SAMPLES):
        written.extend(map(to_json, _events_of(rain_case(hours(_chance)))))
    _chance.shuffle(written)
    return written


def _events_of(case: Case) -> Iterator[Event]:
    claim_id = _some_id()
    yield replace(case.report, report_id=_some_id())
    if case.question is not None:
        yield replace(case.question, claim_id=claim_id)
    if case.rain is not None:
        yield replace(case.rain, claim_id=claim_id)
    yield _decision_on(case, claim_id=claim_id)


def _decision_on(case: Case, *, claim_id: UUID) -> DecisionMade:
    verdict, report_id, terms = verdict_on(case), _some_id(), case.insurance.terms
    return replace(
        DECISION_MADE.examples[0],
        claim_id=claim_id,
        report_id=report_id,
        report_ids=(report_id,),
        customer_id=case.policy.customer_id if case.policy else None,
        postcode_area=terms.postcode_area if terms else None,
        loss=case.report.loss,
        outcome=verdict.outcome,
        deciding_ground=verdict.deciding_ground,
        grounds=verdict.grounds,
        findings=verdict.findings,
        items=verdict.items,
        turned_statements=case.earlier.turned if case.earlier else (),
        covers=verdict.covers,
        rain=verdict.rain,
        money=verdict.money,
        decided_at=case.report.reported_at + timedelta(seconds=_chance.random()),
        proof_sha256=_chance.randbytes(32).hex(),
    )


def _some_id() -> UUID:
    return UUID(int=_chance.getrandbits(128))


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(zstd.train_dict(samples(), DICTIONARY_BYTES).dict_content)
