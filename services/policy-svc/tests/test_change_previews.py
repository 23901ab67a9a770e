"""Changes of policies by HTTP: shown first, made once, and refused when they would be others by now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any, TypeVar

from httpx import Response
from msgspec.structs import replace
from policy_http import CUSTOMER, Policies
from pypdf import PdfReader
from stored_policies import period, store

from contracts.access import Role
from contracts.message_requests import CustomerMessageRequested, Occasion
from contracts.policy import Building, ContactChanged, PolicyChanged, PolicyCover, PolicyKind
from contracts.vocabulary import PostalAddress
from policy_svc.domain.versions import CustomerVersionReason, VersionReason
from policy_svc.repository import customers

HOME_POLICY, CONTENTS_POLICY, CAR_POLICY = "123456-531-04", "123456-532-05", "123456-211-06"
NEW_HOME = {
    "postcode": "1811 aa",
    "house_number": "3 a",
    "home_type": "terraced",
    "building": {"floor_area_m2": 110, "volume_m3": 330, "built_in": 1925},
}
E = TypeVar("E")


async def with_home(policies: Policies, number: str = HOME_POLICY, **changed: Any) -> PolicyChanged:  # noqa: ANN401 - any field
    """Store a home policy that runs since 2019 and that the customer chose no deductible for."""
    terms = period(PolicyKind.BUILDINGS, "2019-04-01", **changed)
    return await store(policies.running.runtime, number, PolicyKind.BUILDINGS, terms)


async def preview(policies: Policies, body: object, *, number: str = HOME_POLICY, **options: Any) -> Response:  # noqa: ANN401
    return await policies.post(f"/customers/123456/policies/{number}/change-previews", body, **options)


async def confirm(policies: Policies, shown: Response, *, number: str = HOME_POLICY, **options: Any) -> Response:  # noqa: ANN401
    assert shown.status_code == 201, shown.text
    path = f"/customers/123456/policies/{number}/change-previews/{shown.json()['preview_id']}/confirmation"
    return await policies.post(path, **options)


async def published(policies: Policies, kind: type[E]) -> Sequence[E]:
    return [event for event in await policies.running.published() if isinstance(event, kind)]


def problem(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_a_deductible_is_shown_then_changed_published_told_and_documented(policies: Policies) -> None:
    before = await with_home(policies)
    await policies.running.published()

    shown = await preview(policies, {"kind": "deductible", "deductible_cents": 50_000})

    told = shown.json()
    assert (shown.status_code, told["effective_on"]) == (201, "2026-11-28")
    assert told["before"]["deductible_cents"] == 0
    assert told["after"]["deductible_cents"] == 50_000
    assert told["after"]["premium"]["a_year_cents"] == sum(
        part["amount_cents"] for part in told["after"]["premium"]["parts"]
    )
    (deductible, *_) = [change for change in told["changes"] if change["label"] == "Eigen risico"]
    assert (deductible["before"], deductible["after"]) == ("Geen", "€\xa0500,00")
    assert (await policies.get(shown.headers["location"])).json() == told
    assert await published(policies, PolicyChanged) == []

    confirmed = await confirm(policies, shown)

    assert confirmed.status_code == 200, confirmed.text
    assert (confirmed.json()["version"], confirmed.json()["effective_on"]) == (2, "2026-11-28")
    events = await policies.running.published()
    (changed,) = [event for event in events if isinstance(event, PolicyChanged)]
    assert [(terms.ends_on, terms.deductible_cents) for terms in changed.terms] == [
        (date(2026, 11, 28), 0),
        (None, 50_000),
    ]
    assert changed.customer_id == before.customer_id
    (message,) = [event for event in events if isinstance(event, CustomerMessageRequested)]
    assert (message.occasion, message.policy_number, message.effective_on) == (
        Occasion.POLICY_CHANGED,
        HOME_POLICY,
        date(2026, 11, 28),
    )
    document = await policies.get(f"/customers/123456/documents/{confirmed.json()['document_id']}")
    assert document.content.startswith(b"%PDF")
    versions = await policies.get(f"/customers/123456/policies/{HOME_POLICY}/versions")
    assert versions.json()["items"][0]["reason"] == VersionReason.DEDUCTIBLE_CHANGED


async def test_however_often_it_is_confirmed_it_is_made_once_and_answered_the_same(policies: Policies) -> None:
    await with_home(policies)
    shown = await preview(policies, {"kind": "deductible", "deductible_cents": 25_000})

    answers = await asyncio.gather(*(confirm(policies, shown) for _ in range(3)), confirm(policies, shown, key="again"))
    policies.clock.advance(timedelta(days=3))
    late = await confirm(policies, shown)

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.text for answer in (*answers, late)} == {late.text}
    changes = [event for event in await published(policies, PolicyChanged) if event.version > 1]
    assert [change.version for change in changes] == [2]


async def test_of_two_previews_the_first_confirmed_wins_and_the_other_is_told(policies: Policies) -> None:
    await with_home(policies)
    mine = await preview(policies, {"kind": "deductible", "deductible_cents": 25_000})
    partners = await preview(policies, {"kind": "cover", "covers": ["buildings", "contents"]}, role=Role.SENIOR_HANDLER)

    answers = await asyncio.gather(confirm(policies, mine), confirm(policies, partners))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (loser,) = [answer for answer in answers if answer.status_code == 409]
    assert problem(loser) == (409, "preview-stale")
    current = await policies.get(f"/customers/123456/policies/{HOME_POLICY}")
    assert current.json()["version"] == 2


async def test_a_preview_expires_and_its_day_passes(policies: Policies) -> None:
    await with_home(policies)
    soon = await preview(policies, {"kind": "deductible", "deductible_cents": 25_000})
    later = await preview(policies, {"kind": "deductible", "deductible_cents": 25_000, "effective_on": "2027-02-01"})

    policies.clock.advance(timedelta(hours=15))
    assert problem(await confirm(policies, soon)) == (409, "preview-stale")
    policies.clock.advance(timedelta(hours=9))
    assert problem(await confirm(policies, later)) == (410, "preview-expired")

    policies.clock.advance(timedelta(days=3))
    assert await policies.running.fire_due_timers() > 0
    assert problem(await confirm(policies, later)) == (404, "not-found")


async def test_what_was_shown_under_another_tariff_is_not_made(policies: Policies) -> None:
    await with_home(policies)
    shown = await preview(policies, {"kind": "deductible", "deductible_cents": 25_000})
    cheaper = """
        UPDATE preview SET shown = jsonb_set(shown, '{outcome,after,premium,a_year_cents}', '1')
    """
    await policies.running.pool.execute(cheaper)

    assert problem(await confirm(policies, shown)) == (409, "preview-stale")


async def test_a_move_tells_what_else_is_at_the_old_address_and_its_letters_follow_on_the_day(
    policies: Policies,
) -> None:
    await with_home(policies)
    terms = period(PolicyKind.CONTENTS, "2019-04-01")
    await store(policies.running.runtime, CONTENTS_POLICY, PolicyKind.CONTENTS, terms)
    await _post_to(policies, PostalAddress(postcode="6011RA", house_number="12"))
    await policies.running.published()

    shown = await preview(policies, {"kind": "move", "effective_on": "2026-12-15", "home": NEW_HOME})
    assert shown.json()["also_at_this_address"] == [CONTENTS_POLICY]
    assert {remark["code"] for remark in shown.json()["remarks"]} >= {
        "position_follows",
        "letters_follow",
        "also_at_this_address",
    }
    assert (await confirm(policies, shown)).status_code == 200

    (changed,) = await published(policies, PolicyChanged)
    home = changed.terms[-1].home
    assert home is not None
    assert (home.postcode, home.house_number, home.location) == ("1811AA", "3A", None)
    assert home.building == Building(floor_area_m2=110, volume_m3=330, built_in=1925)
    assert await published(policies, ContactChanged) == []
    policies.clock.advance(timedelta(days=17, hours=15))
    await policies.running.fire_due_timers()
    (contact,) = await published(policies, ContactChanged)
    assert contact.postal_address == PostalAddress(postcode="1811AA", house_number="3A")
    last = await policies.running.pool.fetchrow(
        "SELECT reason, made_by FROM customer_version WHERE version = $1", contact.version
    )
    assert last is not None
    assert tuple(last) == ("letters_moved", "timer")


async def test_a_move_is_not_made_when_letters_would_go_elsewhere_than_was_shown(policies: Policies) -> None:
    await with_home(policies)
    await _post_to(policies, PostalAddress(postcode="6011RA", house_number="12"))
    shown = await preview(policies, {"kind": "move", "home": NEW_HOME})
    assert "letters_follow" in {remark["code"] for remark in shown.json()["remarks"]}
    await _post_to(policies, PostalAddress(postcode="1012JS", house_number="1"))

    assert problem(await confirm(policies, shown)) == (409, "preview-stale")

    again = await preview(policies, {"kind": "move", "home": NEW_HOME})
    assert "letters_follow" not in {remark["code"] for remark in again.json()["remarks"]}


async def test_two_policies_of_one_home_move_by_previews_that_were_shown_together(policies: Policies) -> None:
    """What else is at the old address only informs: this change is the same whatever becomes of the others."""
    await with_home(policies)
    terms = period(PolicyKind.CONTENTS, "2019-04-01")
    await store(policies.running.runtime, CONTENTS_POLICY, PolicyKind.CONTENTS, terms)
    await _post_to(policies, PostalAddress(postcode="6011RA", house_number="12"))
    numbers = (HOME_POLICY, CONTENTS_POLICY)
    both = [await preview(policies, {"kind": "move", "home": NEW_HOME}, number=number) for number in numbers]
    assert [shown.json()["also_at_this_address"] for shown in both] == [[CONTENTS_POLICY], [HOME_POLICY]]

    answers = [await confirm(policies, shown, number=number) for number, shown in zip(numbers, both, strict=True)]

    assert [answer.status_code for answer in answers] == [200, 200], answers[-1].text


async def _post_to(policies: Policies, address: PostalAddress) -> None:
    async with policies.running.runtime.transaction() as work:
        known = await customers.find(work.connection, relation_number=CUSTOMER)
        assert known is not None
        await customers.save(
            work.connection,
            customers=[replace(known, postal_address=address)],
            reason=CustomerVersionReason.CHANGED,
            made_by="customer",
            recorded_at=work.now,
        )


async def test_a_home_that_is_not_accepted_changes_nothing_and_is_told_by_every_rule(policies: Policies) -> None:
    await with_home(policies)
    monument = NEW_HOME | {"home_type": "canal_house", "features": ["listed_monument"]}

    answer = await preview(policies, {"kind": "move", "home": monument}, headers={"Accept-Language": "en"})

    assert problem(answer) == (422, "home-not-accepted")
    assert [refusal["code"] for refusal in answer.json()["refusals"]] == ["canal_house", "listed_monument"]
    assert all(refusal["rule"] and refusal["advice"] for refusal in answer.json()["refusals"])
    assert (await policies.get(f"/customers/123456/policies/{HOME_POLICY}")).json()["version"] == 1


async def test_another_car_is_insured_by_its_plate(policies: Policies) -> None:
    car = period(PolicyKind.CAR, "2024-01-01")
    await store(policies.running.runtime, CAR_POLICY, PolicyKind.CAR, car)
    plate = {"kind": "licence_plate", "licence_plate": "g-002-bb", "make": "Kia", "list_price_cents": 2_000_000}

    impossible = await preview(policies, plate | {"licence_plate": "AA-12"}, number=CAR_POLICY)
    assert problem(impossible) == (422, "licence-plate-impossible")
    shown = await preview(policies, plate, number=CAR_POLICY)
    confirmed = await confirm(policies, shown, number=CAR_POLICY)

    assert confirmed.status_code == 200, confirmed.text
    changed = (await published(policies, PolicyChanged))[-1].terms[-1].car
    assert changed is not None
    assert (changed.licence_plate, changed.make, changed.claim_free_years) == ("G002BB", "Kia", 0)


async def test_a_cancelled_policy_ends_by_the_rules_and_is_not_renewed(policies: Policies) -> None:
    await with_home(policies)

    shown = await preview(policies, {"kind": "cancellation"}, headers={"Accept-Language": "en"})
    told = shown.json()
    assert (told["effective_on"], told["after"], told["ending"]["reason"]) == ("2026-12-27", None, "notice")
    assert told["ending"]["text"] == "You can end the insurance on any day, with a period of notice of 30 days."
    assert [lost["code"] for lost in told["lost"]] == ["buildings"]
    await policies.running.published()
    assert (await confirm(policies, shown)).status_code == 200

    events = await policies.running.published()
    (changed,) = [event for event in events if isinstance(event, PolicyChanged)]
    assert changed.terms[-1].ends_on == date(2026, 12, 27)
    (message,) = [event for event in events if isinstance(event, CustomerMessageRequested)]
    assert message.occasion is Occasion.POLICY_CANCELLED
    policies.clock.advance(timedelta(days=200))
    await policies.running.fire_due_timers()
    assert await published(policies, PolicyChanged) == []


async def test_who_cancels_again_is_told_when_the_policy_ends_already(policies: Policies) -> None:
    await with_home(policies)
    assert (await confirm(policies, await preview(policies, {"kind": "cancellation"}))).status_code == 200

    for day in ({}, {"effective_on": "2027-03-01"}):
        again = await preview(policies, {"kind": "cancellation", **day})
        assert problem(again) == (409, "ends-already")
        assert again.json()["ends_on"] == "2026-12-27"

    policies.clock.advance(timedelta(days=60))
    assert problem(await preview(policies, {"kind": "cancellation"})) == (409, "ends-already")


async def test_a_new_insurance_is_withdrawn_and_all_of_its_premium_comes_back(policies: Policies) -> None:
    await store(
        policies.running.runtime,
        HOME_POLICY,
        PolicyKind.BUILDINGS,
        period(PolicyKind.BUILDINGS, "2026-11-20"),
        reason=VersionReason.APPLIED,
    )

    shown = await preview(policies, {"kind": "cancellation"})

    assert shown.json()["effective_on"] == "2026-11-28"
    assert shown.json()["ending"]["whole_premium_comes_back"] is True
    assert "4 december 2026" in shown.json()["ending"]["text"]
    confirmed = await confirm(policies, shown)
    assert confirmed.status_code == 200
    document = await policies.get(f"/customers/123456/documents/{confirmed.json()['document_id']}")
    printed = " ".join(page.extract_text() for page in PdfReader(BytesIO(document.content)).pages)
    promised = shown.json()["ending"]["text"]
    assert "hele premie terug" in promised
    assert " ".join(promised.split()) in " ".join(printed.split())


async def test_what_our_model_has_no_premium_for_is_changed_only_where_that_is_said_and_costs_nobody(
    policies: Policies,
) -> None:
    covers = (PolicyCover.THIRD_PARTY, PolicyCover.FULL_CASCO)
    terms = period(PolicyKind.CAR, "2019-04-01", covers=covers)
    await store(policies.running.runtime, CAR_POLICY, PolicyKind.CAR, terms)

    deductible = await preview(policies, {"kind": "deductible", "deductible_cents": 100_000}, number=CAR_POLICY)
    assert problem(deductible) == (409, "premium-not-computed")

    plate = {"kind": "licence_plate", "licence_plate": "G-002-BB"}
    for language, words in (("nl", "nu niet berekenen"), ("en", "cannot compute the new premium")):
        shown = await preview(policies, plate, number=CAR_POLICY, headers={"Accept-Language": language})
        remarks = {remark["code"]: remark["text"] for remark in shown.json()["remarks"]}
        assert words in remarks["premium_not_recomputed"]


async def test_what_is_refused_is_on_record_with_who_asked_for_what_and_the_rules(policies: Policies) -> None:
    await with_home(policies)
    monument = {**NEW_HOME, "home_type": "canal_house", "features": ["listed_monument"]}
    move = {"kind": "move", "home": monument, "effective_on": "2026-12-15"}
    impossible = {"kind": "cover", "covers": ["travel", "contents"]}
    bodies = (
        move,
        impossible,
        {"kind": "deductible", "deductible_cents": 0},
        {"kind": "licence_plate", "licence_plate": "G001BB"},
    )
    refused = [await preview(policies, body, role=Role.SENIOR_HANDLER) for body in bodies]
    mine, others = [
        await preview(policies, {"kind": "deductible", "deductible_cents": cents}) for cents in (25_000, 50_000)
    ]
    await confirm(policies, others)
    assert problem(await confirm(policies, mine)) == (409, "preview-stale")
    assert problem(await confirm(policies, mine, key="late")) == (409, "preview-stale")

    path = "/customers/123456/access-records"
    records = (await policies.get(path)).json()["items"][::-1]

    assert [problem(answer)[1] for answer in refused] == [record["details"]["refused"] for record in records[:4]]
    assert {(record["who"], record["policy_number"]) for record in records[:4]} == {("senior-handler", HOME_POLICY)}
    assert {record["operation_in_words"] for record in records[:4]} == {"Verzekering gewijzigd (geweigerd)"}
    asked = [{name: value for name, value in record["details"].items() if name != "refused"} for record in records[:4]]
    assert asked == [
        {
            "kind": "move",
            "home_type": "canal_house",
            "features": "listed_monument",
            "effective_on": "2026-12-15",
            "rules": "canal_house listed_monument",
        },
        {"kind": "cover", "covers": "travel contents"},
        {"kind": "deductible", "deductible_cents": "0"},
        {"kind": "licence_plate"},
    ]
    stale = {"not_confirmed": mine.json()["preview_id"], "refused": "preview-stale"}
    assert [record["details"] for record in records[-2:]] == [stale, stale]


async def test_what_cannot_be_changed_is_refused_by_name(policies: Policies) -> None:
    await with_home(policies)
    health = period(PolicyKind.HEALTH, "2026-01-01")
    await store(policies.running.runtime, "123456-901-09", PolicyKind.HEALTH, health)
    await store(
        policies.running.runtime, "654321-531-04", PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2020-01-01")
    )
    deductible = {"kind": "deductible", "deductible_cents": 50_000}

    cases: list[tuple[str, object, tuple[int, str]]] = [
        ("123456-901-09", deductible, (409, "kept-elsewhere")),
        ("654321-531-04", deductible, (404, "not-found")),
        ("123456-531-99", deductible, (404, "not-found")),
        (HOME_POLICY, deductible | {"effective_on": "2026-11-27"}, (422, "day-too-early")),
        (HOME_POLICY, deductible | {"effective_on": "2027-12-01"}, (422, "day-too-late")),
        (HOME_POLICY, deductible | {"deductible_cents": 0}, (422, "nothing-changes")),
        (HOME_POLICY, deductible | {"deductible_cents": 30_000}, (422, "invalid")),
        (HOME_POLICY, {"kind": "cover", "covers": ["contents"]}, (422, "not-offered")),
        (HOME_POLICY, {"kind": "licence_plate", "licence_plate": "G002BB"}, (409, "not-of-this-kind")),
        (HOME_POLICY, {"kind": "move", "home": NEW_HOME | {"postcode": "1811 SS"}}, (422, "address-impossible")),
        (HOME_POLICY, {"kind": "licence_plate", "licence_plate": "G002BB", "model": "V60"}, (422, "invalid")),
        (HOME_POLICY, {"kind": "marriage"}, (422, "invalid")),
    ]
    for number, body, expected in cases:
        answer = await preview(policies, body, number=number)
        assert problem(answer) == expected, body

    shown = await preview(policies, deductible)
    other = await policies.post(
        f"/customers/123456/policies/123456-901-09/change-previews/{shown.json()['preview_id']}/confirmation"
    )
    assert problem(other) == (404, "not-found")


async def test_who_showed_and_confirmed_a_change_is_on_record_without_contact_data(policies: Policies) -> None:
    await with_home(policies, covers=(PolicyCover.BUILDINGS, PolicyCover.CONTENTS))
    shown = await preview(policies, {"kind": "cover", "covers": ["buildings"]}, role=Role.SENIOR_HANDLER)
    await confirm(policies, shown)

    confirmed, previewed = (await policies.get("/customers/123456/access-records")).json()["items"]

    assert (previewed["who"], previewed["operation"], previewed["policy_number"]) == (
        "senior-handler",
        "policies.change",
        HOME_POLICY,
    )
    assert previewed["details"] == {"preview": shown.json()["preview_id"], "kind": "cover"}
    assert (confirmed["who"], confirmed["details"]["version"]) == ("customer", "2")


async def test_who_cancels_during_a_break_is_not_insured_again_after_it(policies: Policies) -> None:
    before = period(PolicyKind.BUILDINGS, "2019-04-01", "2027-01-01")
    again = period(PolicyKind.BUILDINGS, "2027-03-01")
    await store(policies.running.runtime, HOME_POLICY, PolicyKind.BUILDINGS, before, again)

    shown = await preview(policies, {"kind": "cancellation", "effective_on": "2027-02-01"})
    confirmed = await confirm(policies, shown)

    assert (confirmed.status_code, confirmed.json()["effective_on"]) == (200, "2027-01-01"), confirmed.text
    assert shown.json()["effective_on"] == "2027-01-01"
    (_, changed) = await published(policies, PolicyChanged)
    assert [terms.ends_on for terms in changed.terms] == [date(2027, 1, 1)]
