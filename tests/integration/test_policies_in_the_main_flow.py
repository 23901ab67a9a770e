"""Claims are judged on the policy as it was at the loss: its deductible then, and the home insured then."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from insured import logged_in
from whole_platform import Claimant, WholePlatform

from contracts.claims import DecisionMade
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Fact, Truth

pytestmark = pytest.mark.asyncio(loop_scope="session")

RAIN_FELL_IN = LossFacts(precipitation_fell_directly=Fact(value=Truth.TRUE))
ON_THE_LAST_DAY_BEFORE = datetime(2021, 7, 14, 21, 59, tzinfo=UTC)
ON_THE_FIRST_DAY_AFTER = datetime(2021, 7, 14, 22, 0, tzinfo=UTC)
"""Midnight in Amsterdam."""


EMAIL, MOBILE_PHONE = "wies.bedacht@example.org", "31612345567"


def policy(number: str, *terms: dict[str, Any]) -> dict[str, Any]:
    holder = {"name": "Wies Bedacht", "email": EMAIL, "mobile_phone": f"+{MOBILE_PHONE}", "language": "nl"}
    return {"policy_number": number, "policyholder": holder, "terms": list(terms)}


def terms(home: dict[str, Any], *, effective_on: str, ends_on: str | None, deductible_cents: int) -> dict[str, Any]:
    return {
        "effective_on": effective_on,
        "ends_on": ends_on,
        "home": home,
        "covers": ["buildings"],
        "deductible_cents": deductible_cents,
        "product_version": "home-2021.1",
    }


def home(postcode: str, *, latitude: int, longitude: int) -> dict[str, Any]:
    location = {"latitude_microdegrees": latitude, "longitude_microdegrees": longitude, "accuracy_metres": 25}
    return {"postcode": postcode, "house_number": "1", "location": location, "home_type": "detached"}


ELL = home("6011RA", latitude=51_190_000, longitude=5_790_000)
MAASTRICHT = home("6229AA", latitude=50_873_200, longitude=5_727_900)


async def imported(whole: WholePlatform, path: Path, *policies: dict[str, Any]) -> None:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in policies))  # noqa: ASYNC240 - a small file of a test
    await whole.platform.run("policy-svc", "import", str(path))


async def decided(claimant: Claimant, policy_number: str, loss_at: datetime) -> DecisionMade:
    report = await claimant.report(policy_number=policy_number, loss_at=loss_at, facts=RAIN_FELL_IN, traceparent=None)
    return (await claimant.decision(report)).event


async def test_a_loss_before_a_change_of_the_deductible_bears_the_old_one(
    whole: WholePlatform, claimant: Claimant, tmp_path: Path
) -> None:
    first = terms(ELL, effective_on="2019-01-01", ends_on="2021-07-15", deductible_cents=25_000)
    second = terms(ELL, effective_on="2021-07-15", ends_on=None, deductible_cents=100_000)
    numbers = ("300100-531-01", "300100-531-02")  # of one policy the second report would be a second look at one loss
    await imported(whole, tmp_path / "deductible.jsonl", *(policy(number, first, second) for number in numbers))

    before = await decided(claimant, numbers[0], ON_THE_LAST_DAY_BEFORE)
    after = await decided(claimant, numbers[1], ON_THE_FIRST_DAY_AFTER)

    assert [deductible.chosen_cents for deductible in before.money.deductibles] == [25_000]
    assert [deductible.chosen_cents for deductible in after.money.deductibles] == [100_000]


async def test_a_change_of_the_deductible_that_she_makes_leaves_losses_of_before_as_they_are(
    whole: WholePlatform, claimant: Claimant, tmp_path: Path
) -> None:
    building = {"floor_area_m2": 120, "volume_m3": 400, "built_in": 1985}
    homes = [ELL | {"house_number": number, "building": building} for number in ("2", "3")]
    numbers = ("300300-531-01", "300300-531-02")
    policies = [
        policy(number, terms(home, effective_on="2019-01-01", ends_on=None, deductible_cents=25_000))
        for number, home in zip(numbers, homes, strict=True)
    ]
    await imported(whole, tmp_path / "changed.jsonl", *policies)
    who = {"email": EMAIL, "relation_number": "300300", "mobile_phone": MOBILE_PHONE}
    async with logged_in(whole, portal="portal-of-wies", address="127.10.3.2", **who) as wies:
        reported_before = await decided(claimant, numbers[0], ON_THE_LAST_DAY_BEFORE)
        for number in numbers:
            shown = await wies.change(number, kind="deductible", deductible_cents=100_000)
            await wies.mail_about(number, "is gewijzigd")
            changed = await wies.policy(number, on=shown["effective_on"])
            assert changed["terms"]["deductible_cents"] == 100_000
        reported_after = await decided(claimant, numbers[1], ON_THE_LAST_DAY_BEFORE)

    for decision in (reported_before, reported_after):
        assert [deductible.chosen_cents for deductible in decision.money.deductibles] == [25_000]


async def test_after_a_move_the_station_nearest_to_the_new_home_counts_from_its_day_on(
    whole: WholePlatform, claimant: Claimant, tmp_path: Path
) -> None:
    first = terms(ELL, effective_on="2019-01-01", ends_on="2021-07-14", deductible_cents=0)
    second = terms(MAASTRICHT, effective_on="2021-07-14", ends_on=None, deductible_cents=0)
    await imported(whole, tmp_path / "move.jsonl", policy("300200-531-01", first, second))

    before = await decided(claimant, "300200-531-01", datetime(2021, 7, 13, 20, 0, tzinfo=UTC))
    after = await decided(claimant, "300200-531-01", datetime(2021, 7, 14, 20, 0, tzinfo=UTC))

    assert station_of(before) == "Ell"
    assert station_of(after) == "Maastricht"


def station_of(decision: DecisionMade) -> str:
    assert decision.rain is not None
    return decision.rain.stations[0].station.name
