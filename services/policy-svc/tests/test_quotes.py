from __future__ import annotations

from datetime import timedelta
from typing import Any

from policy_http import NOW, Policies, policies_answering
from quotes_asked import HOME, HOME_QUOTE, PET_QUOTE

from contracts.vocabulary import Language
from devstack.outside.issuer import Issuer
from policy_svc.domain.reinstatement_words import DIFFERENCE, ESTIMATED, WHY, Higher

ENGLISH = {"Accept-Language": "en"}


async def test_the_products_are_told_to_anybody_in_their_language(policies: Policies) -> None:
    answer = await policies.client.get("/products", headers=ENGLISH)

    assert answer.status_code == 200
    products = {product["version"]: product for product in answer.json()["products"]}
    assert sorted(products) == ["car-2026.1", "home-2021.1", "liability-2026.1", "pet-2026.1", "travel-2026.1"]
    (car,) = products["car-2026.1"]["kinds"]
    assert car["deductibles_cents"] == [0, 25_000, 50_000, 100_000]
    assert [(cover["code"], cover["name"], cover["is_required"], cover["needs"]) for cover in car["covers"]] == [
        ("third_party", "Third party", True, None),
        ("limited_casco", "Limited own damage", False, None),
        ("full_casco", "All own damage", False, "limited_casco"),
    ]
    assert products["home-2021.1"]["notice"] == {
        "first_term_months": 12,
        "notice_days": 30,
        "cooling_off_days": 14,
    }


async def test_a_reinstatement_value_is_explained_beside_the_municipal_tax_value(policies: Policies) -> None:
    async def asked(tax_cents: int | None, home: dict[str, Any] = HOME) -> dict[str, Any]:
        body = {"home": home, "municipal_tax_value_cents": tax_cents}
        answer = await policies.client.post("/reinstatement-values", json=body, headers=ENGLISH)
        assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
        told: dict[str, Any] = answer.json()
        return told

    for tax_cents, higher, difference, why in [
        (20_000_000, Higher.REINSTATEMENT_VALUE, 11_300_000, "Rebuilding your home costs more"),
        (31_300_000, Higher.NEITHER, 0, "the two amounts happen to be the same"),
        (50_000_000, Higher.MUNICIPAL_TAX_VALUE, 18_700_000, "The municipal tax value of your home is higher"),
    ]:
        told = await asked(tax_cents)
        assert told["reinstatement_value"]["cents"] == 31_300_000
        assert told["explanation"] == DIFFERENCE.en
        comparison = told["comparison"]
        assert comparison["municipal_tax_value_cents"] == tax_cents
        assert (comparison["higher"], comparison["difference_cents"]) == (higher, difference)
        assert why in comparison["explanation"]
    told = await asked(None, {**HOME, "building": None})
    assert told["comparison"] is None
    assert told["reinstatement_value"]["assumed"] == ["floor_area_m2", "volume_m3", "built_in"]
    assert told["explanation"] == f"{DIFFERENCE.en} {ESTIMATED.en}"
    assert await policies.running.pool.fetchval("SELECT count(*) FROM quote") == 0


def test_every_explanation_is_in_both_languages() -> None:
    for text in (DIFFERENCE, ESTIMATED, *WHY.values()):
        dutch, english = (text.told_in(language) for language in (Language.DUTCH, Language.ENGLISH))
        assert dutch
        assert english
        assert dutch != english


async def test_a_quote_is_kept_with_its_premium_and_can_be_read_again(policies: Policies) -> None:
    made = await policies.post("/quotes", HOME_QUOTE, role=None)
    assert made.status_code == 201
    quote = made.json()
    assert quote["terms"]["effective_on"] == "2026-11-28"
    assert quote["valid_until"] == (NOW + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    premium = quote["terms"]["premium"]
    assert {part["code"]: part["amount_cents"] for part in premium["parts"]} == {
        "buildings": 21_171,
        "deductible": -1_694,
        "insurance_premium_tax": 4_090,
    }
    assert (premium["a_year_cents"], premium["a_month_cents"], premium["is_estimate"]) == (23_567, 1_964, False)
    assert quote["reinstatement_value"]["cents"] == 31_300_000

    again = await policies.client.get(made.headers["location"])
    assert (again.status_code, again.json()) == (200, quote)


async def test_what_cannot_be_insured_is_refused_and_says_why(policies: Policies) -> None:
    async def refused(body: dict[str, Any]) -> dict[str, Any]:
        answer = await policies.post("/quotes", body, role=None, headers=ENGLISH)
        assert answer.status_code == 422
        told: dict[str, Any] = answer.json()
        return told

    farm = {**HOME, "home_type": "farmhouse", "features": ["thatched_roof"]}
    told = await refused({**HOME_QUOTE, "home": farm, "policyholder": "legal_entity"})
    assert told["type"] == "/problems/home-not-accepted"
    assert [refusal["code"] for refusal in told["refusals"]] == ["not_a_private_person", "farmhouse", "thatched_roof"]
    assert all(refusal["rule"] and refusal["advice"] for refusal in told["refusals"])
    codes = {
        home_type: [
            refusal["code"]
            for refusal in (await refused({**HOME_QUOTE, "home": {**HOME, "home_type": home_type}}))["refusals"]
        ]
        for home_type in ("canal_house", "farmhouse", "holiday_home", "apartment", "no_longer_accepted")
    }
    assert codes == {
        "canal_house": ["canal_house"],
        "farmhouse": ["farmhouse"],
        "holiday_home": ["holiday_home"],
        "apartment": ["apartment"],
        "no_longer_accepted": ["kind_unknown"],
    }
    wrong_of_home: list[tuple[dict[str, Any], str]] = [
        ({"covers": ["contents"]}, "/covers"),
        ({"begins_on": "2026-11-27"}, "/begins_on"),
        ({"begins_on": "2028-01-01"}, "/begins_on"),
    ]
    for wrong, field in wrong_of_home:
        assert [error["field"] for error in (await refused({**HOME_QUOTE, **wrong}))["errors"]] == [field]
    wrong_of_pet: list[tuple[dict[str, Any], str]] = [
        ({"deductible_cents": 100_000}, "/deductible_cents"),
        ({"deductible_cents": False}, "/deductible_cents"),
        ({"pet": {**PET_QUOTE["pet"], "born_on": "2026-11-28"}}, "/pet/born_on"),
    ]
    for wrong, field in wrong_of_pet:
        assert [error["field"] for error in (await refused({**PET_QUOTE, **wrong}))["errors"]] == [field]
    kept = await policies.running.pool.fetch(
        "SELECT quote_id, terms #>> '{home,home_type}' AS home_type, refused_by FROM quote"
    )
    assert sorted((row["home_type"], *row["refused_by"]) for row in kept) == sorted(
        [
            ("farmhouse", "not_a_private_person", "farmhouse", "thatched_roof"),
            *((home, *why) for home, why in codes.items()),
        ]
    )
    for row in kept:
        assert (await policies.client.get(f"/quotes/{row['quote_id']}")).status_code == 404
    policies.clock.at = NOW + timedelta(days=33)
    await policies.running.fire_due_timers()
    assert await policies.running.pool.fetchval("SELECT count(*) FROM quote") == 0


async def test_a_quote_for_each_kind_is_priced(policies: Policies) -> None:
    for body in (
        PET_QUOTE,
        {**HOME_QUOTE, "kind": "contents", "covers": ["contents"]},
        {
            "kind": "car",
            "covers": ["third_party", "limited_casco"],
            "deductible_cents": 0,
            "car": {"licence_plate": "g-001-bb", "make": "Volvo", "claim_free_years": 3},
        },
        {"kind": "liability", "covers": ["private_liability"], "deductible_cents": 0, "persons": "family"},
        {"kind": "travel", "covers": ["travel"], "deductible_cents": 0, "persons": "single", "area": "world"},
    ):
        answer = await policies.post("/quotes", body, role=None)
        assert answer.status_code == 201, answer.text
        premium = answer.json()["terms"]["premium"]
        assert premium["a_year_cents"] == sum(part["amount_cents"] for part in premium["parts"]) > 0
        assert premium["is_estimate"] is (body["kind"] == "car")


async def test_a_quote_that_has_expired_is_deleted_a_day_later(policies: Policies) -> None:
    quote = (await policies.post("/quotes", PET_QUOTE, role=None)).json()
    for days, status in [(30, 200), (33, 404)]:
        policies.clock.at = NOW + timedelta(days=days)
        await policies.running.fire_due_timers()
        assert (await policies.client.get(f"/quotes/{quote['quote_id']}")).status_code == status


async def test_one_address_has_so_many_quotes_made_and_no_more(database: str, issuer: Issuer) -> None:
    async with policies_answering(database, issuer, quotes_a_minute=2) as policies:
        statuses = [(await policies.post("/quotes", PET_QUOTE, role=None)).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]


async def test_a_pet_is_priced_as_old_as_it_is_when_its_insurance_begins(policies: Policies) -> None:
    """Its premium would rise with the first change else: that is priced as of the beginning of the insurance year."""
    pet = {**PET_QUOTE["pet"], "born_on": "2023-12-15"}
    made = await policies.post("/quotes", {**PET_QUOTE, "pet": pet, "begins_on": "2027-01-15"}, role=None)

    parts = {part["code"]: part["amount_cents"] for part in made.json()["terms"]["premium"]["parts"]}
    assert parts["veterinary"] == 16_800 * 115 // 100
