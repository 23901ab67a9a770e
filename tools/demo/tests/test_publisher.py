"""Our own publisher keeps the rules it is an example of: one id for one event, one envelope for every record."""

from __future__ import annotations

from collections import Counter

from contracts.envelope import Message, decode
from contracts.loss_reports import LOSS_REPORTED, LossReported
from demo.publisher import messages_of
from demo.stories import REFUSALS, STORIES
from demo.story import Phase


def event_id(message: Message) -> bytes:
    return dict(message.headers)["ce_id"]


def reports(phase: Phase) -> list[LossReported]:
    refused = {refusal.value for refusal in REFUSALS}
    return [
        decode(LOSS_REPORTED, headers=message.headers, key=message.key, value=message.value).event
        for message in messages_of(phase)
        if message.value not in refused
    ]


def test_every_delivery_of_one_report_has_one_id_and_every_other_record_its_own() -> None:
    counts = Counter(map(event_id, messages_of(Phase.FIRST)))

    assert sorted(count for count in counts.values() if count > 1) == [
        story.deliveries for story in STORIES if story.deliveries > 1
    ]


def test_a_correction_has_the_id_and_the_key_of_its_report_and_is_an_event_of_its_own() -> None:
    first = {message.key: event_id(message) for message in messages_of(Phase.FIRST)}
    later = {message.key: event_id(message) for message in messages_of(Phase.LATER)}
    corrected = [story for story in STORIES if story.correction]

    assert len(first.keys() & later.keys()) == len(corrected) > 0
    assert set(first.values()).isdisjoint(later.values())
    assert {report.report_version for report in reports(Phase.LATER)} == {1, 2}


def test_two_people_report_one_loss_in_two_reports_of_the_same_damage() -> None:
    (story,) = (story for story in STORIES if story.also_by)
    mine, yours = (report for report in reports(Phase.FIRST) if report.policy_number == story.policy_number)

    assert {mine.report_id, yours.report_id} == story.report_ids
    assert (mine.loss, mine.damage, mine.facts) == (yours.loss, yours.damage, yours.facts)
    assert mine.channel is not yours.channel


def test_what_cannot_be_processed_is_published_at_first_and_once() -> None:
    values = Counter(message.value for phase in Phase for message in messages_of(phase))
    assert [values[refusal.value] for refusal in REFUSALS] == [1] * len(REFUSALS)
