"""What became of a story is compared with what was expected, and every difference is named."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from contracts.claims import DECISION_MADE, DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.dead_letters import MessageDeadLettered, dead_letter_topic
from contracts.envelope import Received
from contracts.loss_reports import LOSS_REPORTED, ReportChannel
from contracts.notify import MESSAGE_SETTLED, MessageSettled, Settlement
from contracts.vocabulary import Channel
from contracts.weather import RAINFALL_ASSESSED, CorrectedHour, UndeterminedReason
from demo.observer import Observed
from demo.outcome import has_outcome, is_dead_lettered, outcome_of, refusal_outcome_of, unexpected_dead_letters
from demo.story import CorrectedHour as CorrectedFigure
from demo.story import Correction, Expected, Phase, Refusal, Story, Wait, report_id_of

(EXAMPLE,) = DECISION_MADE.examples
TITLE = "Covered by 24 h"
DECISION = structs.replace(EXAMPLE, report_id=report_id_of(TITLE), report_ids=(report_id_of(TITLE),))
COVERED = Expected(
    outcome=Outcome.COVERED,
    ground=GroundCode.HEAVY_LOCAL_PRECIPITATION,
    payable_cents=DECISION.money.payable_cents,
    deciding_hours=24,
)
DENIED = Expected(outcome=Outcome.DENIED, ground=GroundCode.WINDOW_OR_DOOR_OPEN, payable_cents=0)
STORY = Story(
    title=TITLE,
    policy_number="123456-531-04",
    loss_at=datetime(2021, 7, 15, 1, 30, tzinfo=UTC),
    facts=LOSS_REPORTED.examples[0].facts,
    damage=LOSS_REPORTED.examples[0].damage,
    expected=COVERED,
)
CORRECTED = replace(STORY, correction=Correction(expected_before=DENIED))
OTHER_CLAIM = UUID("0198c5f2-6d1a-7c43-9a51-000000000001")


def changed_money(**amounts: int | None) -> dict[str, Any]:
    return {"money": structs.replace(DECISION.money, **amounts)}


DENIED_BEFORE = structs.replace(
    DECISION, outcome=DENIED.outcome, deciding_ground=DENIED.ground, **changed_money(payable_cents=0, to_pay_cents=0)
)


def received(decision: DecisionMade) -> Received[DecisionMade]:
    return Received(
        event=decision,
        event_id=f"{decision.claim_id}/{decision.claim_version}",
        source="/claims-svc",
        time=decision.decided_at,
        traceparent=None,
    )


def settled(channel: Channel, settlement: Settlement = Settlement.SENT, *, version: int = 1) -> MessageSettled:
    return structs.replace(
        MESSAGE_SETTLED.examples[0],
        claim_id=DECISION.claim_id,
        claim_version=version,
        channel=channel,
        settlement=settlement,
    )


def observed_after(*decisions: DecisionMade) -> Observed:
    """Return what is seen when each of `decisions` was published and told by e-mail and SMS."""
    observed = Observed()
    for decision in decisions:
        observed.decisions[decision.report_id].append(received(decision))
        observed.settled[decision.claim_id] += [
            settled(channel, version=decision.claim_version) for channel in (Channel.EMAIL, Channel.SMS)
        ]
    return observed


def test_what_was_expected_has_no_problems() -> None:
    observed = observed_after(DECISION)
    assert has_outcome(STORY, observed)
    assert outcome_of(STORY, observed).problems == ()


def test_a_story_without_a_decision_has_no_outcome() -> None:
    assert not has_outcome(STORY, Observed())
    assert outcome_of(STORY, Observed()).problems == ("no decision",)


def test_a_decision_without_both_messages_is_no_outcome_yet() -> None:
    observed = observed_after(DECISION)
    observed.settled[DECISION.claim_id].pop()
    assert not has_outcome(STORY, observed)
    assert outcome_of(STORY, observed).problems == ("message by sms is none instead of sent",)


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"outcome": Outcome.DENIED}, ["outcome is denied instead of covered"]),
        (
            {"deciding_ground": GroundCode.GROUNDWATER},
            ["deciding ground is groundwater instead of heavy_local_precipitation"],
        ),
        (
            changed_money(payable_cents=95_000),
            ["all decisions together pay 159000, the last one says 95000", "payable is 95000 instead of 159000"],
        ),
        (changed_money(to_pay_cents=0), ["all decisions together pay 0, the last one says 159000"]),
        ({"rain": None}, ["deciding window is None instead of 24"]),
        ({"report_ids": (DECISION.report_id, OTHER_CLAIM)}, ["the decision names 2 reports instead of 1"]),
    ],
)
def test_another_decision_is_named(change: dict[str, object], problems: list[str]) -> None:
    observed = observed_after(structs.replace(DECISION, **change))
    assert outcome_of(STORY, observed).problems == tuple(problems)


def test_other_sums_and_other_items_are_named() -> None:
    expected = replace(COVERED, sums_tenths_mm=(402, 519, 583), items=(Outcome.COVERED, Outcome.REFERRED))
    assert outcome_of(replace(STORY, expected=expected), observed_after(DECISION)).problems == (
        "sums is (402,) instead of (402, 519, 583)",
        "items is covered instead of covered, referred",
    )


def test_two_of_anything_are_named() -> None:
    observed = observed_after(DECISION, DECISION)
    assert outcome_of(STORY, observed).problems == (
        "2 decisions instead of 1",
        "all decisions together pay 318000, the last one says 159000",
        "message by email is sent, sent instead of sent",
        "message by sms is sent, sent instead of sent",
    )


def test_a_letter_that_is_not_to_be_written_is_named() -> None:
    observed = observed_after(DECISION)
    observed.settled[DECISION.claim_id].append(settled(Channel.POST, Settlement.TO_BE_POSTED))
    assert outcome_of(STORY, observed).problems == ("message by post is to_be_posted instead of none",)


def test_a_letter_that_is_expected_is_waited_for() -> None:
    posted = replace(COVERED, email=Settlement.NO_ADDRESS, post=Settlement.TO_BE_POSTED)
    story = replace(STORY, expected=posted)
    observed = observed_after(DECISION)
    observed.settled[DECISION.claim_id] = [settled(Channel.EMAIL, Settlement.NO_ADDRESS), settled(Channel.SMS)]
    assert not has_outcome(story, observed)

    observed.settled[DECISION.claim_id].append(settled(Channel.POST, Settlement.TO_BE_POSTED))

    assert has_outcome(story, observed)
    assert outcome_of(story, observed).problems == ()


def test_a_corrected_report_has_its_outcome_when_it_was_decided_again() -> None:
    before = observed_after(DENIED_BEFORE)
    assert has_outcome(CORRECTED, before, phase=Phase.FIRST)
    assert not has_outcome(CORRECTED, before)
    assert outcome_of(CORRECTED, before).problems == ("1 decisions instead of 2",)

    after = observed_after(DENIED_BEFORE, structs.replace(DECISION, claim_version=2))

    assert has_outcome(CORRECTED, after)
    assert outcome_of(CORRECTED, after).problems == ()


def test_every_version_is_compared_with_what_was_expected_of_it() -> None:
    observed = observed_after(DECISION, structs.replace(DECISION, claim_version=2, outcome=Outcome.DENIED))
    assert outcome_of(CORRECTED, observed).problems[1:] == (
        "version 1: outcome is covered instead of denied",
        "version 1: deciding ground is heavy_local_precipitation instead of window_or_door_open",
        "version 1: payable is 159000 instead of 0",
        "version 2: outcome is denied instead of covered",
    )


def test_a_story_of_the_later_phase_is_not_waited_for_in_the_first() -> None:
    later = replace(STORY, phase=Phase.LATER)
    assert has_outcome(later, Observed(), phase=Phase.FIRST)
    assert not has_outcome(later, Observed())


def test_two_claims_about_one_loss_are_named() -> None:
    story = replace(STORY, also_by=ReportChannel.PHONE)
    other = report_id_of(f"{TITLE}/{ReportChannel.PHONE}")
    assert story.report_ids == {DECISION.report_id, other}
    joined = structs.replace(DECISION, report_ids=(DECISION.report_id, other))
    assert outcome_of(story, observed_after(joined)).problems == ()

    second = structs.replace(DECISION, claim_id=OTHER_CLAIM, report_id=other, report_ids=(other,))

    assert "2 claims instead of 1" in outcome_of(story, observed_after(DECISION, second)).problems


@pytest.mark.parametrize(("finals", "waited"), [([False, True], True), ([True], False), ([False], False), ([], False)])
def test_a_claim_that_should_wait_for_hours_is_seen_waiting(finals: list[bool], waited: bool) -> None:  # noqa: FBT001
    observed = observed_after(DECISION)
    (answer,) = RAINFALL_ASSESSED.examples
    observed.assessed[DECISION.claim_id] = [structs.replace(answer, final=final) for final in finals]

    problems = outcome_of(replace(STORY, wait=Wait.LATE_HOURS), observed).problems

    assert problems == (() if waited else (f"rainfall was not waited for: {finals}",))


@pytest.mark.parametrize(
    ("finals", "problems"),
    [([True], ()), ([False, True], ("hours that KNMI lost were waited for: [False, True]",))],
)
def test_nobody_waits_for_hours_that_knmi_lost(finals: list[bool], problems: tuple[str, ...]) -> None:
    rain = DECISION.rain
    assert rain is not None
    verdict = structs.replace(rain.readings[0], undetermined_reason=UndeterminedReason.LOST_HOURS)
    observed = observed_after(structs.replace(DECISION, rain=structs.replace(rain, readings=(verdict,))))
    (answer,) = RAINFALL_ASSESSED.examples
    observed.assessed[DECISION.claim_id] = [structs.replace(answer, final=final) for final in finals]
    story = replace(STORY, expected=replace(COVERED, undetermined=UndeterminedReason.LOST_HOURS))
    assert outcome_of(story, observed).problems == problems


def test_another_reason_why_nothing_can_be_told_is_named() -> None:
    story = replace(STORY, expected=replace(COVERED, undetermined=UndeterminedReason.STATIONS_DISAGREE))
    (problem,) = outcome_of(story, observed_after(DECISION)).problems
    assert problem.startswith("why nothing can be told is [None] instead of")


@pytest.mark.parametrize(("told", "is_right"), [([(13, 14)], True), ([(13, 15)], False), ([], False)])
def test_the_answer_after_a_corrected_hour_names_both_figures(told: list[tuple[int, int]], *, is_right: bool) -> None:
    after = structs.replace(DECISION, claim_version=2)
    observed = observed_after(DENIED_BEFORE, after)
    (answer,) = RAINFALL_ASSESSED.examples
    hours = tuple(
        CorrectedHour(
            station=answer.stations[0].station,
            hour_ends_at=answer.stations[0].hours.first_hour_ends_at,
            was_tenths_mm=was,
            is_tenths_mm=becomes,
        )
        for was, becomes in told
    )
    observed.assessed[DECISION.claim_id] = [answer, structs.replace(answer, corrected=hours)]
    story = replace(STORY, corrected_hour=CorrectedFigure(expected_before=DENIED, was=13, becomes=14))
    assert outcome_of(story, observed).problems == (
        () if is_right else (f"the answer names {told} as corrected instead of [(13, 14)]",)
    )


def test_a_story_whose_hour_is_corrected_is_decided_twice_and_reported_once() -> None:
    story = replace(STORY, corrected_hour=CorrectedFigure(expected_before=DENIED, was=13, becomes=14))
    assert story.versions_after(Phase.FIRST) == (DENIED,)
    assert story.versions_after(Phase.LATER) == (DENIED, COVERED)
    assert [len(list(story.reports(phase))) for phase in Phase] == [1, 0]


REFUSAL = Refusal(title="A malformed report", key=b"malformed", value=b"{bad", reason_code="not-json")


def dead_letter(value: bytes = REFUSAL.value, *, reason_code: str = "not-json") -> MessageDeadLettered:
    (example,) = dead_letter_topic("claims-svc").examples
    return structs.replace(example, value_base64=b64encode(value).decode(), reason_code=reason_code)


@pytest.mark.parametrize(
    ("dead_letters", "problems"),
    [
        ([dead_letter()], ()),
        ([], ("dead-lettered 0 times instead of once",)),
        ([dead_letter(), dead_letter()], ("dead-lettered 2 times instead of once",)),
        ([dead_letter(reason_code="too-large")], ("dead-lettered as too-large instead of not-json",)),
        ([dead_letter(b"dab{")], ("dead-lettered 0 times instead of once",)),
    ],
)
def test_what_cannot_be_processed_is_dead_lettered_once_with_its_bytes(
    dead_letters: list[MessageDeadLettered], problems: tuple[str, ...]
) -> None:
    observed = Observed(dead_letters=dead_letters)
    assert refusal_outcome_of(REFUSAL, observed).problems == problems


def test_a_record_counts_as_dead_lettered_by_its_bytes() -> None:
    assert is_dead_lettered(REFUSAL, Observed(dead_letters=[dead_letter(reason_code="too-large")]))
    assert not is_dead_lettered(REFUSAL, Observed(dead_letters=[dead_letter(b"dab{")]))


def test_anything_else_that_is_dead_lettered_is_named() -> None:
    other = dead_letter(b"dab{")
    observed = Observed(dead_letters=[dead_letter(), other])
    assert unexpected_dead_letters([REFUSAL], observed) == [
        f"claims.loss-reported.v1 partition 3 offset 1042 was dead-lettered: {other.reason}"
    ]
