from __future__ import annotations

from uuid import UUID

import pytest
from decisions import paid

from contracts.vocabulary import Channel
from notify_svc.domain.messages import DecidedClaim, State, plan_messages

CLAIM, CUSTOMER, REPORT, JOINED = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
DECISION = paid()


def claim(*, version: int = 1, customer_id: UUID | None = CUSTOMER) -> DecidedClaim:
    return DecidedClaim(
        claim_id=CLAIM,
        claim_version=version,
        customer_id=customer_id,
        report_ids=(REPORT, JOINED),
        decision=DECISION,
        trace=None,
    )


def test_a_decision_brings_one_message_per_channel_and_no_letter_yet() -> None:
    planned = plan_messages([claim()], newest_versions={}, reachable={CUSTOMER})

    assert [(message.claim, message.channel) for message in planned] == [
        (claim(), Channel.EMAIL),
        (claim(), Channel.SMS),
    ]
    assert len({message.message_id for message in planned}) == len(planned)


@pytest.mark.parametrize(
    ("claims", "newest", "reachable", "states"),
    [
        ([claim()], {}, {CUSTOMER}, [State.DUE]),
        ([claim()], {}, set(), [State.AWAITING_CONTACT]),
        ([claim()], {}, {REPORT}, [State.AWAITING_CONTACT]),
        ([claim(customer_id=None)], {}, set(), [State.AWAITING_CONTACT]),
        ([claim(customer_id=None)], {}, {CUSTOMER}, [State.AWAITING_CONTACT]),
        ([claim(customer_id=None)], {}, {REPORT}, [State.DUE]),
        ([claim(customer_id=None)], {}, {JOINED}, [State.DUE]),
        ([claim(version=1)], {CLAIM: 2}, {CUSTOMER}, [State.SUPERSEDED]),
        ([claim(version=2)], {CLAIM: 2}, {CUSTOMER}, [State.DUE]),
        ([claim(version=1), claim(version=2)], {}, {CUSTOMER}, [State.SUPERSEDED, State.DUE]),
        ([claim(version=2), claim(version=1)], {}, {CUSTOMER}, [State.DUE, State.SUPERSEDED]),
    ],
)
def test_where_a_message_begins(
    claims: list[DecidedClaim], newest: dict[UUID, int], reachable: set[UUID], states: list[State]
) -> None:
    planned = plan_messages(claims, newest_versions=newest, reachable=reachable)

    assert [message.state for message in planned if message.channel is Channel.SMS] == states
