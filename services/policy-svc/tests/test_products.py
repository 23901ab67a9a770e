from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from contracts.policy import PolicyCover, PolicyKind
from policy_svc.products import PRODUCTS, Products, read

TODAY = date(2026, 11, 27)


def test_every_kind_that_is_kept_here_has_a_product() -> None:
    found = {kind: PRODUCTS.current(kind, TODAY).version for kind in PolicyKind if kind is not PolicyKind.HEALTH}
    assert found == {
        PolicyKind.BUILDINGS: "home-2021.1",
        PolicyKind.CONTENTS: "home-2021.1",
        PolicyKind.CAR: "car-2026.1",
        PolicyKind.PET: "pet-2026.1",
        PolicyKind.LIABILITY: "liability-2026.1",
        PolicyKind.TRAVEL: "travel-2026.1",
    }
    with pytest.raises(LookupError):
        PRODUCTS.current(PolicyKind.HEALTH, TODAY)
    assert len({terms.policy_code for product in PRODUCTS.all_current(TODAY) for terms in product.kinds.values()}) == 6


def test_a_version_is_sold_from_its_day_until_the_next_and_the_first_one_before() -> None:
    first = read(_pet(), name="pet-2026.1.toml")
    second = read(_pet().replace("2026", "2027"), name="pet-2027.1.toml")
    products = Products([first, second])
    for on, version in [
        (date(2020, 1, 1), "pet-2026.1"),
        (date(2026, 12, 31), "pet-2026.1"),
        (date(2027, 1, 1), "pet-2027.1"),
    ]:
        assert products.current(PolicyKind.PET, on).version == version
    assert products.of("pet-2027.1") is second
    assert products.of("pet-2019.1") is None


def _pet() -> str:
    return (files("policy_svc.products") / "pet-2026.1.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("tax = 2100", "tax = -1", r"\$\.premium\.tax"),
        ("tax = 2100", "tax = 21.5", r"\$\.premium\.tax"),
        ("notice_days = 30", "notice_days = 30\nsurprise = 1", "surprise"),
        ("cat = {", "cow = {", "cow"),
        (", preventive_care = 4200 }", " }", "preventive_care"),
        ("{ 0 = 0, 25000 = 2500 }", "{ 0 = 0, 25000 = 0 }", "deductible_discounts must rise"),
        ("changes_from_days = 1", "changes_from_days = 0", "changes_from_days"),
        ("at_least = 6,", "at_least = 2,", "ages"),
        ('version = "pet-2026.1"', 'version = "pet-2026.2"', "the file's name"),
        ("[notice]", "[notice", "at line 8"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_field(right: str, wrong: str, told: str) -> None:
    text = _pet()
    assert right in text
    with pytest.raises(ValueError, match=rf"^pet-2026\.1\.toml: .*{told}"):
        read(text.replace(right, wrong, 1), name="pet-2026.1.toml")


def test_covers_that_do_not_go_together_are_named() -> None:
    car = PRODUCTS.current(PolicyKind.CAR, TODAY).kinds[PolicyKind.CAR]
    for covers, told in [
        ([PolicyCover.LIMITED_CASCO], "third_party"),
        ([PolicyCover.THIRD_PARTY, PolicyCover.LUGGAGE], "luggage"),
        ([PolicyCover.THIRD_PARTY, PolicyCover.FULL_CASCO], "limited_casco"),
    ]:
        assert told in (car.wrong_in(covers) or "")
    assert car.wrong_in(car.covers) is None
