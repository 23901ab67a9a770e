from dataclasses import replace
from uuid import UUID

from bench.checker import (
    CHANNELS,
    Decided,
    Harvest,
    Reported,
    Settled,
    differences,
    problems,
    problems_of_totals,
    problems_of_unchanged_decisions,
    reception_problems,
)
from bench.sinks.message_sinks import Received
from contracts.vocabulary import Channel

FIRST, SECOND = UUID(int=1), UUID(int=2)


def decided(report_id: UUID, *, outcome: str = "covered", payable_cents: int | None = 159_000) -> Decided:
    return Decided(
        report_id=report_id,
        policy_number="700001-531-01",
        outcome=outcome,
        ground="heavy_local_precipitation",
        payable_cents=payable_cents,
    )


REPORTED = [Reported(report_id, "700001-531-01", 200_000) for report_id in (FIRST, SECOND)]
GOOD = Harvest(
    claims=[FIRST, SECOND],
    decisions=[decided(FIRST), decided(SECOND)],
    settled=[Settled(report, channel) for report in (FIRST, SECOND) for channel in CHANNELS],
    left_in_outboxes=0,
    ordered=[FIRST, SECOND],
    told_of_orders=[FIRST, SECOND],
)
FOLLOWED = {FIRST: 2, SECOND: 2}


def test_a_whole_run_has_no_problems() -> None:
    assert problems(GOOD, REPORTED) == []


def test_a_missing_decision_is_found() -> None:
    harvest = replace(GOOD, decisions=[decided(FIRST)], ordered=[FIRST], told_of_orders=[FIRST])

    assert problems(harvest, REPORTED) == [f"1 reports lack decisions, first {SECOND}"]


def test_a_doubled_decision_is_found() -> None:
    harvest = replace(GOOD, decisions=[*GOOD.decisions, decided(SECOND)])

    assert problems(harvest, REPORTED) == [f"1 reports have too many decisions, first {SECOND}"]


def test_a_doubled_decision_does_not_hide_a_missing_one() -> None:
    twice = [decided(FIRST), decided(FIRST)]
    harvest = replace(GOOD, decisions=twice, ordered=[FIRST], told_of_orders=[FIRST])

    assert len(problems(harvest, REPORTED)) == 2


def test_a_claim_nobody_reported_is_found() -> None:
    harvest = replace(GOOD, claims=[FIRST, SECOND, UUID(int=3)])

    assert problems(harvest, REPORTED) == [f"1 reports have too many claims, first {UUID(int=3)}"]


def test_a_message_that_was_not_settled_is_found() -> None:
    harvest = replace(GOOD, settled=GOOD.settled[:-1])

    assert problems(harvest, REPORTED) == [f"1 reports lack settled messages by sms, first {SECOND}"]


def test_an_order_that_is_missing_doubled_or_untold_and_a_report_without_an_answer_are_found() -> None:
    assert problems(replace(GOOD, ordered=[FIRST], told_of_orders=[FIRST]), REPORTED) == [
        f"1 reports lack orders to pay, first {SECOND}"
    ]
    assert len(problems(replace(GOOD, ordered=[FIRST, SECOND, SECOND]), REPORTED)) == 2
    assert problems(replace(GOOD, told_of_orders=[SECOND]), REPORTED) == [
        f"1 reports lack messages about orders, first {FIRST}"
    ]
    assert problems(replace(GOOD, answered=1), REPORTED) == ["2 reports have 1 answers"]
    assert problems(replace(GOOD, answered=2), REPORTED) == []


def received(emails: int, texts: int, *, repeated: int = 0) -> Received:
    of_recipient = {Channel.EMAIL: {"klant0@example.org": emails}, Channel.SMS: {"31610000000": texts}}
    return Received(of_recipient=of_recipient, repeated=repeated)


def test_each_settled_message_is_received_once() -> None:
    assert reception_problems(GOOD, received(4, 2)) == []


def test_a_settled_message_that_was_never_received_is_found() -> None:
    assert reception_problems(GOOD, received(4, 1)) == [
        "1 recipients got another number by sms than was settled, such as 31610000000"
    ]


def test_a_message_to_somebody_else_is_found() -> None:
    astray = {Channel.EMAIL: {"klant0@example.org": 4, "klant1@example.org": 1}, Channel.SMS: {"31610000000": 2}}

    assert reception_problems(GOOD, Received(of_recipient=astray, repeated=0)) == [
        "1 recipients got another number by email than was settled, such as klant1@example.org"
    ]


def test_a_message_received_twice_is_found_even_where_the_number_is_right() -> None:
    assert reception_problems(GOOD, received(4, 2, repeated=1)) == ["1 messages came twice"]


def test_what_was_not_sent_or_was_parked_is_found() -> None:
    harvest = replace(GOOD, left_in_outboxes=3, dead_letters=1)

    assert problems(harvest, REPORTED) == ["3 events left in outboxes", "1 messages dead-lettered"]


def test_another_outcome_is_a_difference() -> None:
    other = replace(GOOD, decisions=[decided(FIRST), decided(SECOND, outcome="denied")])

    assert len(differences(GOOD, other)) == 1


def test_which_claim_of_a_policy_bears_the_deductible_is_none() -> None:
    one = replace(GOOD, decisions=[decided(FIRST, payable_cents=59_000), decided(SECOND, payable_cents=84_000)])
    other = replace(GOOD, decisions=[decided(FIRST, payable_cents=84_000), decided(SECOND, payable_cents=59_000)])

    assert differences(one, other) == []
    assert len(differences(one, GOOD)) == 1


def test_a_report_that_joined_another_ones_claim_has_its_place() -> None:
    third = Reported(UUID(int=3), "700001-531-01", 1)
    joined = replace(GOOD, joined=[third.report_id])

    assert problems_of_totals(joined, [*REPORTED, third]) == []
    assert problems_of_totals(GOOD, [*REPORTED, third]) == [
        f"1 reports lack claims of their own or joined, first {third.report_id}"
    ]
    assert problems_of_totals(replace(joined, joined=[third.report_id, FIRST]), [*REPORTED, third]) == [
        f"1 reports have too many claims of their own or joined, first {FIRST}"
    ]


def test_every_decision_of_a_claim_has_its_messages() -> None:
    again = replace(GOOD, decisions=[*GOOD.decisions, decided(FIRST)])
    of_the_second = [Settled(FIRST, channel, was_sent=False) for channel in CHANNELS]

    assert problems_of_totals(replace(again, settled=[*GOOD.settled, *of_the_second]), REPORTED) == []
    assert problems_of_totals(again, REPORTED) == [
        f"1 reports lack settled messages by {channel}, first {FIRST}" for channel in CHANNELS
    ]


def test_a_claim_without_a_decision_is_found_in_the_totals() -> None:
    undecided = replace(GOOD, decisions=GOOD.decisions[:1], settled=GOOD.settled[:2])

    assert problems_of_totals(undecided, REPORTED) == [f"1 claims lack a decision, first {SECOND}"]


def test_more_money_than_was_reported_is_found() -> None:
    generous = replace(GOOD, decisions=[decided(FIRST, payable_cents=400_001), decided(SECOND, payable_cents=0)])

    assert problems_of_totals(generous, REPORTED) == ["1 policies are paid too much, such as 700001-531-01"]


def test_only_the_standing_decision_counts_for_money() -> None:
    settled = [*GOOD.settled, *(Settled(FIRST, channel) for channel in CHANNELS)]
    paid_again = [decided(FIRST, payable_cents=300_000), decided(FIRST, payable_cents=100_000), decided(SECOND)]

    assert problems_of_totals(replace(GOOD, decisions=paid_again, settled=settled), REPORTED) == []


def test_what_was_not_sent_is_not_expected_at_the_servers() -> None:
    superseded = replace(GOOD, settled=[*GOOD.settled, Settled(FIRST, Channel.SMS, was_sent=False)])

    assert reception_problems(superseded, received(4, 2)) == []


def test_decisions_that_stay_under_new_policy_versions_have_no_problems() -> None:
    assert problems_of_unchanged_decisions(GOOD, GOOD, expected=FOLLOWED, versions_followed=FOLLOWED) == []


def test_a_claim_that_did_not_follow_its_policy_is_found() -> None:
    assert problems_of_unchanged_decisions(GOOD, GOOD, expected=FOLLOWED, versions_followed=FOLLOWED | {SECOND: 1}) == [
        f"{SECOND} followed version 2 and 1"
    ]
    assert problems_of_unchanged_decisions(GOOD, GOOD, expected=FOLLOWED, versions_followed={FIRST: 2}) == [
        f"{SECOND} followed version 2 and None"
    ]


def test_a_decision_that_changed_with_its_policy_is_found() -> None:
    after = replace(GOOD, decisions=[decided(FIRST), decided(SECOND, outcome="denied", payable_cents=0)])

    assert problems_of_unchanged_decisions(GOOD, after, expected=FOLLOWED, versions_followed=FOLLOWED) == [
        f"{SECOND} decided as ('covered', 'heavy_local_precipitation') and ('denied', 'heavy_local_precipitation')",
        "700001-531-01 paid cents: 318000 and 159000",
    ]
