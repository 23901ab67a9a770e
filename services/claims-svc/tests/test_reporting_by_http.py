"""Losses reported by HTTP: taken by the same rules as from Kafka, told in the same words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from claim_events import POLICY_NUMBER, policy, report
from claims_http import ClaimsDesk
from msgspec.structs import replace

from claims_svc.domain.intake import DaysRefusedError, loss_on
from contracts.access import Role
from contracts.loss_reports import DamageItem, DamageKind

CLAIMS = "/customers/123456/claims"
MOMENT = {"from_at": "2021-07-15T01:30:00Z", "until_at": "2021-07-15T01:30:00Z"}
FACTS = {"precipitation_left_its_course": "true", "came_through_open_window_or_door": "false"}
WHOLE = {
    "policy_number": POLICY_NUMBER,
    "loss": MOMENT,
    "facts": FACTS,
    "damage": [{"kind": "buildings", "amount_cents": 184_000}],
}
NOW = datetime(2021, 8, 2, 8, 0, tzinfo=UTC)


async def test_policy_number_and_day_suffice_and_what_is_missing_is_asked(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())

    answer = await desk.post(CLAIMS, {"policy_number": POLICY_NUMBER, "day": "2021-07-15"}, key="once")

    assert answer.status_code == 201, answer.text
    taken = answer.json()
    assert answer.headers["Location"] == f"{CLAIMS}/{taken['reference']}"
    assert taken["reference"] == await desk.reference()
    assert "damage" in taken["open_questions"]
    (asked,) = await desk.driver.rows("SELECT array_agg(code ORDER BY place) FROM question")
    assert taken["open_questions"] == asked[0]
    (claim,) = await desk.driver.rows("SELECT loss_from_at, loss_until_at FROM claim")
    assert tuple(claim) == (datetime(2021, 7, 14, 22, tzinfo=UTC), datetime(2021, 7, 15, 21, 59, 59, tzinfo=UTC))

    again = await desk.post(CLAIMS, {"policy_number": POLICY_NUMBER, "day": "2021-07-15"}, key="once")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (taken, "true")
    assert len(await desk.driver.rows("SELECT FROM claim")) == 1


async def test_a_whole_report_goes_the_way_of_one_from_kafka_and_joins_it(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    by_phone = await desk.post(CLAIMS, WHOLE, role=Role.CLAIMS_HANDLER)
    by_app = await desk.post(CLAIMS, {**WHOLE, "channel": "app"})
    await desk.driver.report(report())

    assert [answer.status_code for answer in (by_phone, by_app)] == [201, 201]
    assert [answer.json()["joined"] for answer in (by_phone, by_app)] == [False, True]
    assert by_app.json()["reference"] == by_phone.json()["reference"] == await desk.reference()
    assert by_phone.json()["open_questions"] == []
    assert by_phone.json()["state"] == "waiting_for_rainfall"
    rows = await desk.driver.rows(
        "SELECT report ->> 'channel' FROM opening_report UNION ALL SELECT report ->> 'channel' FROM joined_report"
    )
    assert [row[0] for row in rows] == ["phone", "app", "app"]
    assert len(await desk.driver.questions()) == 1


async def test_doubt_about_the_policy_denies_nothing_but_another_customers_is_refused(desk: ClaimsDesk) -> None:
    unknown = await desk.post(CLAIMS, {**WHOLE, "policy_number": "123456-999-99"})
    assert (unknown.status_code, unknown.json()["state"]) == (201, "waiting_for_policy")

    others = await desk.post(CLAIMS, {**WHOLE, "policy_number": "654321-531-04"})
    assert others.status_code == 422
    assert others.json()["errors"] == [
        {"in": "body", "field": "/policy_number", "message": "must begin with the relation number of this customer"}
    ]
    assert (await desk.post("/customers/654321/claims", WHOLE)).status_code == 404
    assert (await desk.post(CLAIMS, WHOLE, role=Role.PARTNER)).status_code == 403


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"loss": None}, "", "must have either day, perhaps with until_day, or loss"),
        ({"day": "2021-07-15"}, "", "must have either day, perhaps with until_day, or loss"),
        ({"until_day": "2021-07-15"}, "", "must have either day, perhaps with until_day, or loss"),
        ({"loss": None, "day": "2021-08-03"}, "/day", "must not lie in the future"),
        ({"loss": None, "day": "9999-12-31"}, "/day", "must not lie in the future"),
        ({"loss": None, "day": "0001-01-01"}, "/day", "must not lie before 1901-01-01"),
        ({"colour": "blue"}, "/colour", "is not known here"),
        (
            {"damage": [{"kind": "buildings", "ammount_cents": 1, "amount_cents": 1}]},
            "/damage/0/ammount_cents",
            "is not",
        ),
        ({"jan@example.nl": "blue"}, "/*", "is not known here"),
        ({"facts": {"toilet_overflow": "true"}}, "/facts/toilet_overflow", "is no fact; there are"),
        ({"facts": {"jan@example.nl": "true"}}, "/facts/*", "is no fact; there are"),
    ],
)
async def test_what_is_wrong_is_named_with_what_to_send(
    desk: ClaimsDesk, changed: dict[str, Any], field: str, message: str
) -> None:
    answer = await desk.post(CLAIMS, {**WHOLE, **changed})
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert error["message"].startswith(message)
    assert await desk.driver.rows("SELECT FROM claim") == []


async def test_http_and_kafka_refuse_the_same_report_in_the_same_words(desk: ClaimsDesk) -> None:
    much = [{"kind": "buildings", "amount_cents": 10**11}] * 2
    answers = [
        await desk.post(CLAIMS, {**WHOLE, "damage": much}),
        await desk.post(CLAIMS, {**WHOLE, "loss": {**MOMENT, "until_at": "2021-08-02T08:15:01Z"}}),
    ]
    told = [
        f"{error['field'].removeprefix('/').replace('/', '.')} {error['message']}"
        for answer in answers
        for error in answer.json()["errors"]
    ]

    late = report(loss_at=datetime(2021, 7, 15, 1, tzinfo=UTC), loss_until=datetime(2021, 7, 15, 2, tzinfo=UTC))
    items = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=10**11),)
    with pytest.raises(ValueError, match="damage") as too_much:
        replace(late, damage=items * 2)
    with pytest.raises(ValueError, match="loss") as too_early:
        replace(late, reported_at=late.loss.from_at)
    assert told == [str(too_much.value), str(too_early.value)]


async def test_customers_list_their_claims_the_newest_first_page_by_page(desk: ClaimsDesk) -> None:
    references: list[str] = []
    for day in ("2021-07-01", "2021-07-11", "2021-07-21"):
        answer = await desk.post(CLAIMS, {"policy_number": POLICY_NUMBER, "day": day})
        references.insert(0, answer.json()["reference"])
    second = await desk.post(CLAIMS, {"policy_number": "123456-777-01", "day": "2021-07-02"})
    references.insert(0, second.json()["reference"])
    await desk.post("/customers/12345/claims", {**WHOLE, "policy_number": "12345-531-04"}, relation_number="12345")

    first = (await desk.get(CLAIMS, {"limit": 3})).json()
    rest = (await desk.get(CLAIMS, {"limit": 3, "cursor": first["next_cursor"]})).json()

    assert [claim["reference"] for claim in (*first["items"], *rest["items"])] == references
    assert rest["next_cursor"] is None
    assert first["items"][0]["state"] == "waiting_for_policy"
    assert (await desk.get(CLAIMS, relation_number="654321")).status_code == 404


def test_a_day_is_a_dutch_one_of_summer_or_winter_and_ends_at_the_latest_now() -> None:
    summer = loss_on(date(2021, 7, 15), date(2021, 7, 15), now=NOW)
    winter = loss_on(date(2021, 1, 15), date(2021, 1, 16), now=NOW)
    today = loss_on(NOW.date(), NOW.date(), now=NOW)
    longest = loss_on(date(2020, 10, 1), date(2020, 10, 30), now=NOW)

    assert (summer.from_at, summer.until_at) == (
        datetime(2021, 7, 14, 22, tzinfo=UTC),
        datetime(2021, 7, 15, 21, 59, 59, tzinfo=UTC),
    )
    assert (winter.from_at, winter.until_at) == (
        datetime(2021, 1, 14, 23, tzinfo=UTC),
        datetime(2021, 1, 16, 22, 59, 59, tzinfo=UTC),
    )
    assert today.until_at == NOW
    assert longest.until_at == datetime(2020, 10, 30, 22, 59, 59, tzinfo=UTC)
    for first, last in ((2, 1), (1, 31)):
        with pytest.raises(DaysRefusedError, match="must not lie before day, nor 30 days after it"):
            loss_on(date(2021, 7, first), date(2021, 7, last), now=NOW)
