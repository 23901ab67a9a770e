"""A file that was made before something was changed here does not undo it, unless that is asked for."""

from __future__ import annotations

import copy
import json
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from policy_http import Policies
from policy_lines import LINE, Line, another
from quotes_asked import APPLICANT, HOME_QUOTE, PET_QUOTE

from contracts.policy import ContactChanged, PolicyChanged
from policy_svc.commands import export_policies, import_policies

CUSTOMER = "/customers/123456"
POLICY = f"{CUSTOMER}/policies/{LINE['policy_number']}"
NEW_HOME = {"postcode": "1811AA", "house_number": "3", "home_type": "terraced"}
DEDUCTIBLE = {"kind": "deductible", "deductible_cents": 50_000}
OTHER_POLICY = "123456-532-05"
THERE = {"postcode": "1811AA", "house_number": "3"}
LETTERS = {"postcode": "1012JS", "house_number": "99"}
FILE_ADDRESS = {"postcode": "6011RA", "house_number": "12"}


def file_line(**holder: Any) -> Line:  # noqa: ANN401 - any field
    """Return a home of a customer, whose file says where letters go."""
    line = copy.deepcopy(LINE)
    line["policyholder"] |= {"postal_address": FILE_ADDRESS, **holder}
    return line


def write(path: Path, *lines: Line) -> None:
    path.write_text("\n".join(map(json.dumps, lines)))


def correct(path: Path, *words: tuple[str, str]) -> None:
    """Put other words into a file."""
    text = path.read_text()
    for before, after in words:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)


async def import_file(policies: Policies, path: Path, *, overwrite: bool = False) -> int:
    arguments = Namespace(file=path, tell_customers=False, overwrite=overwrite)
    return await import_policies.run(arguments, policies.running.runtime)


@pytest.fixture
async def file(policies: Policies, tmp_path: Path) -> Path:
    """A file of the administration, which was imported."""
    path = tmp_path / "policies.jsonl"
    write(path, file_line())
    assert await import_file(policies, path) == 0
    await policies.running.published()
    return path


async def confirmed(policies: Policies, path: str, body: object) -> None:
    shown = await policies.post(path, body)
    assert shown.status_code == 201, shown.text
    assert (await policies.post(f"{path}/{shown.json()['preview_id']}/confirmation")).status_code == 200


async def happens(policies: Policies, what: str) -> None:
    """Let something happen to the policy or its customer that no file tells of."""
    previews, until_renewal = f"{POLICY}/change-previews", timedelta(days=130)
    match what:
        case "deductible":
            await confirmed(policies, previews, DEDUCTIBLE)
        case "cancellation":
            await confirmed(policies, previews, {"kind": "cancellation"})
        case "move":
            await confirmed(policies, previews, {"kind": "move", "home": NEW_HOME})
            policies.clock.advance(timedelta(days=1))
            await policies.running.fire_due_timers()
        case "email":
            await confirmed(policies, f"{CUSTOMER}/personal-data-previews", {"email": "new@example.org"})
        case _:
            policies.clock.advance(until_renewal)
            await policies.running.fire_due_timers()
    assert await policies.running.published() != []


async def state(policies: Policies) -> tuple[Any, Any]:
    policy, customer = await policies.get(POLICY), await policies.get(CUSTOMER)
    assert (policy.status_code, customer.status_code) == (200, 200)
    return policy.json(), customer.json()


@pytest.mark.parametrize("what", ["deductible", "cancellation", "move", "email"])
async def test_a_file_from_before_undoes_nothing_that_happened_here(
    policies: Policies, file: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await happens(policies, what)
    before = await state(policies)

    assert await import_file(policies, file) == 1

    told = capsys.readouterr().err
    field = "policyholder.version: the customer" if what == "email" else "version: the policy"
    assert f"line 1 rejected: {field} was changed here meanwhile and is at version 2" in told
    assert "import with --overwrite" in told
    assert "new@example.org" not in told
    assert await policies.running.published() == []
    assert await state(policies) == before


async def test_a_file_without_premiums_says_after_a_renewal_what_is_on_record(policies: Policies, file: Path) -> None:
    """It says nothing of premiums, and a renewal changes nothing else; each policy has one every year."""
    pet = {"species": "dog", "name": "Bello", "born_on": "2017-05-01"}
    days = {"effective_on": "2019-04-01", "ends_on": None, "deductible_cents": 0}
    terms = days | {"pet": pet, "covers": ["veterinary"], "product_version": "pet-2026.1"}
    dog = file_line() | {"policy_number": "123456-611-01", "kind": "pet", "terms": [terms]}
    home = file_line()
    del home["terms"][0]["home"]["location"]
    write(file, home, dog)
    assert await import_file(policies, file) == 0
    await policies.running.published()
    await happens(policies, "renewal")
    before = await state(policies)
    renewed = await policies.running.pool.fetch(
        "SELECT count(DISTINCT premium) FROM policy_terms GROUP BY policy_number"
    )
    assert sorted(row["count"] for row in renewed) == [1, 2]

    assert await import_file(policies, file) == 0

    assert await policies.running.published() == []
    assert await state(policies) == before

    home["terms"][0]["deductible_cents"] = 0
    write(file, home, dog)
    assert await import_file(policies, file) == 0
    (policy,) = await policies.running.published()
    assert isinstance(policy, PolicyChanged)
    assert [terms.deductible_cents for terms in policy.terms] == [0]


async def test_a_file_of_premiums_of_its_own_does_not_undo_those_of_a_renewal(
    policies: Policies, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = file_line()
    line["terms"][0]["premium"] = {"a_year_cents": 1, "parts": [], "model": "of-old-1"}
    write(file, line)
    assert await import_file(policies, file) == 0
    await policies.running.published()
    await happens(policies, "renewal")
    before = await state(policies)

    assert await import_file(policies, file) == 1

    assert "version: the policy was changed here meanwhile and is at version 3" in capsys.readouterr().err
    assert await policies.running.published() == []
    assert await state(policies) == before


async def test_a_premium_is_not_all_that_differs_after_a_renewal(policies: Policies, file: Path) -> None:
    await happens(policies, "renewal")
    line = file_line()
    line["terms"][0]["deductible_cents"] = 0
    write(file, line)

    assert await import_file(policies, file) == 1

    assert await policies.running.published() == []


async def test_letters_that_followed_a_move_are_not_sent_back_by_another_policy(
    policies: Policies, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await happens(policies, "move")
    write(file, file_line() | {"policy_number": "123456-532-05"})

    assert await import_file(policies, file) == 1

    assert "policyholder.version: the customer was changed here meanwhile" in capsys.readouterr().err
    assert await policies.running.published() == []


@pytest.fixture
async def unaddressed(policies: Policies, tmp_path: Path) -> Path:
    """A file of the administration, which was imported, of two policies of one home; it never says where letters go."""
    path = tmp_path / "unaddressed.jsonl"
    write(path, LINE, another(LINE, OTHER_POLICY))
    assert await import_file(policies, path) == 0
    await policies.running.published()
    return path


async def letters_of(policies: Policies) -> dict[str, Any]:
    address: dict[str, Any] = (await policies.get(CUSTOMER)).json()["postal_address"]
    return address


async def test_an_address_that_a_customer_gave_stays_under_files_that_name_none(
    policies: Policies, unaddressed: Path
) -> None:
    await confirmed(policies, f"{CUSTOMER}/personal-data-previews", {"postal_address": LETTERS})
    await policies.running.published()

    assert await import_file(policies, unaddressed) == 0
    assert await policies.running.published() == []

    write(unaddressed, LINE, another(LINE, OTHER_POLICY), another(LINE, "123456-533-01"))
    assert await import_file(policies, unaddressed) == 0
    (policy,) = await policies.running.published()
    assert isinstance(policy, PolicyChanged)
    assert policy.policy_number == "123456-533-01"
    assert await letters_of(policies) == LETTERS


async def test_letters_that_followed_a_move_stay_there_under_files_that_name_no_address(
    policies: Policies, unaddressed: Path
) -> None:
    await confirmed(policies, f"{CUSTOMER}/policies/{OTHER_POLICY}/change-previews", {"kind": "move", "home": NEW_HOME})
    policies.clock.advance(timedelta(days=1))
    await policies.running.fire_due_timers()
    assert await letters_of(policies) == THERE
    await policies.running.published()
    moved = another(LINE, OTHER_POLICY)
    stayed = moved["terms"][0]
    moved["terms"] = [stayed | {"ends_on": "2026-11-28"}, stayed | {"effective_on": "2026-11-28", "home": NEW_HOME}]
    write(unaddressed, LINE, moved)

    assert await import_file(policies, unaddressed) == 0

    assert await policies.running.published() == []
    assert await letters_of(policies) == THERE


async def test_letters_that_followed_a_move_follow_the_next_one_that_the_administration_tells(
    policies: Policies, unaddressed: Path
) -> None:
    """Nobody lives any more where they went."""
    await happens(policies, "move")
    assert await letters_of(policies) == THERE
    terms = LINE["terms"][0]
    later = {"postcode": "1012JS", "house_number": "1", "home_type": "corner"}
    line = LINE | {"terms": [terms | {"ends_on": "2026-11-28"}, terms | {"effective_on": "2026-11-28", "home": later}]}
    other = another(line, OTHER_POLICY)
    write(unaddressed, line | {"version": 2}, other)

    assert await import_file(policies, unaddressed) == 0

    assert await letters_of(policies) == {"postcode": "1012JS", "house_number": "1"}


@pytest.mark.parametrize("wanted", [PET_QUOTE, HOME_QUOTE])
async def test_who_applied_here_keeps_their_address_under_files_that_name_none(
    policies: Policies, tmp_path: Path, wanted: dict[str, Any]
) -> None:
    quote = (await policies.post("/quotes", wanted, role=None)).json()
    applicant = APPLICANT | {"postal_address": LETTERS}
    applied = await policies.post("/applications", {"quote_id": quote["quote_id"], "applicant": applicant}, role=None)
    assert applied.status_code == 201, applied.text
    contact, *_ = await policies.running.published()
    assert isinstance(contact, ContactChanged)
    holder = {field: getattr(contact, field) for field in ("name", "email", "mobile_phone", "language")}
    path = tmp_path / "policies.jsonl"
    pet = {"species": "dog", "name": "Bello", "born_on": "2020-02-29"}
    days = {"effective_on": "2026-02-01", "ends_on": None, "deductible_cents": 0}
    terms = days | {"pet": pet, "covers": ["veterinary"], "product_version": "pet-2026.1"}
    number = f"{contact.relation_number}-611-01"
    write(path, {"policy_number": number, "kind": "pet", "policyholder": holder, "terms": [terms]})

    assert await import_file(policies, path) == 0

    (policy,) = await policies.running.published()
    assert isinstance(policy, PolicyChanged)
    assert policy.policy_number == number


async def test_letters_follow_a_move_that_the_file_plans_after_a_customer_changed_something_else(
    policies: Policies, unaddressed: Path
) -> None:
    terms = LINE["terms"][0]
    line = LINE | {
        "terms": [terms | {"ends_on": "2026-12-24"}, terms | {"effective_on": "2026-12-24", "home": NEW_HOME}]
    }
    write(unaddressed, line, another(line, OTHER_POLICY))
    assert await import_file(policies, unaddressed) == 0
    await happens(policies, "email")
    told = {"email": "new@example.org"}
    write(unaddressed, another(line, LINE["policy_number"], **told), another(line, OTHER_POLICY, **told))
    policies.clock.advance(timedelta(days=30))

    assert await import_file(policies, unaddressed) == 0

    (contact,) = await policies.running.published()
    assert isinstance(contact, ContactChanged)
    assert (contact.version, contact.email) == (3, "new@example.org")
    assert await letters_of(policies) == THERE


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("name", ["export.jsonl", "export.csv"])
async def test_what_is_exported_after_a_change_can_be_corrected_and_imported_once(
    policies: Policies, tmp_path: Path, name: str
) -> None:
    await happens(policies, "deductible")
    await happens(policies, "email")
    exported = tmp_path / name
    assert await export_policies.run(Namespace(file=exported), policies.running.runtime) == 0
    correct(exported, ("J. Voorbeeld", "A. Voorbeeld"), ("home-2021.1", "home-9.1"))

    assert await import_file(policies, exported) == 0

    contact, policy = await policies.running.published()
    assert isinstance(contact, ContactChanged)
    assert isinstance(policy, PolicyChanged)
    assert (contact.version, contact.name, contact.email) == (3, "A. Voorbeeld", "new@example.org")
    assert (policy.version, policy.terms[-1].deductible_cents, policy.terms[-1].product_version) == (
        3,
        50_000,
        "home-9.1",
    )
    assert await import_file(policies, exported) == 0
    correct(exported, ("home-9.1", "home-9.2"))
    assert await import_file(policies, exported) == 1
    assert await policies.running.published() == []


async def test_a_file_from_before_does_not_undo_what_was_corrected_here(
    policies: Policies, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await happens(policies, "deductible")
    await happens(policies, "email")
    exported = tmp_path / "export.jsonl"
    assert await export_policies.run(Namespace(file=exported), policies.running.runtime) == 0
    correct(exported, ("J. Voorbeeld", "A. Voorbeeld"), ("home-2021.1", "home-9.1"))
    assert await import_file(policies, exported) == 0
    await policies.running.published()
    before = await state(policies)

    assert await import_file(policies, file) == 1
    write(file, file_line() | {"policy_number": "123456-532-05"})
    assert await import_file(policies, file) == 1

    told = capsys.readouterr().err
    assert "version: the policy was changed here meanwhile and is at version 3" in told
    assert "policyholder.version: the customer was changed here meanwhile and is at version 3" in told
    assert await policies.running.published() == []
    assert await state(policies) == before
    versions = (await policies.get(f"{POLICY}/versions")).json()["items"]
    assert versions[0]["reason"] == "corrected"


async def test_a_higher_deductible_of_an_imported_dog_lowers_its_premium(policies: Policies, file: Path) -> None:
    """The file says no premium, and one period that has run for years: the dog has grown old in it."""
    pet = {"species": "dog", "name": "Bello", "born_on": "2018-05-01"}
    days = {"effective_on": "2019-06-01", "ends_on": None, "deductible_cents": 0}
    terms = days | {"pet": pet, "covers": ["veterinary"], "product_version": "pet-2026.1"}
    write(file, file_line() | {"policy_number": "123456-611-01", "kind": "pet", "terms": [terms]})
    assert await import_file(policies, file) == 0

    path = f"{CUSTOMER}/policies/123456-611-01/change-previews"
    shown = (await policies.post(path, {"kind": "deductible", "deductible_cents": 25_000})).json()

    assert shown["after"]["premium"]["a_year_cents"] == 21_344
    assert shown["before"]["premium"]["a_year_cents"] == 28_459
    assert shown["premium_difference_cents"] == 21_344 - 28_459


async def test_a_version_that_is_not_here_yet_is_of_another_database(policies: Policies, file: Path) -> None:
    line = file_line() | {"version": 7}
    line["terms"][0]["deductible_cents"] = 0
    write(file, line)

    assert await import_file(policies, file) == 1
    assert await policies.running.published() == []


async def test_overwriting_makes_it_what_the_file_says_and_the_file_can_go_on_from_there(
    policies: Policies, file: Path
) -> None:
    await happens(policies, "deductible")
    await happens(policies, "email")

    assert await import_file(policies, file, overwrite=True) == 0

    contact, policy = await policies.running.published()
    assert isinstance(contact, ContactChanged)
    assert isinstance(policy, PolicyChanged)
    assert (contact.version, contact.email) == (3, "j.voorbeeld@example.org")
    assert (policy.version, [terms.deductible_cents for terms in policy.terms]) == (3, [25_000])
    line = file_line(mobile_phone=None)
    line["terms"][0]["deductible_cents"] = 0
    write(file, line)
    assert await import_file(policies, file) == 0
    assert len(await policies.running.published()) == 2


@pytest.mark.parametrize("overwrite", [False, True])
async def test_a_file_that_says_what_was_changed_here_can_go_on_from_there(
    policies: Policies, file: Path, *, overwrite: bool
) -> None:
    """It says the same, so that no version comes of it: but what it says next was not made before the change."""
    await happens(policies, "deductible")
    await happens(policies, "email")
    before = file_line(email="new@example.org")
    terms = before["terms"][0]
    before["terms"] = [
        terms | {"ends_on": "2026-11-28"},
        terms | {"effective_on": "2026-11-28", "deductible_cents": 50_000},
    ]
    write(file, before)
    assert await import_file(policies, file, overwrite=overwrite) == 0
    assert await policies.running.published() == []
    after = copy.deepcopy(before)
    after["policyholder"]["name"] = "A. Voorbeeld"
    after["terms"][1]["deductible_cents"] = 0
    write(file, after)

    assert await import_file(policies, file) == 0

    contact, policy = await policies.running.published()
    assert isinstance(contact, ContactChanged)
    assert isinstance(policy, PolicyChanged)
    assert (contact.version, contact.name, contact.email) == (3, "A. Voorbeeld", "new@example.org")
    assert (policy.version, [terms.deductible_cents for terms in policy.terms]) == (3, [25_000, 0])


async def test_what_is_changed_after_a_file_has_caught_up_is_not_undone_either(policies: Policies, file: Path) -> None:
    await happens(policies, "deductible")
    await happens(policies, "email")
    line = file_line(email="new@example.org")
    terms = line["terms"][0]
    line["terms"] = [
        terms | {"ends_on": "2026-11-28"},
        terms | {"effective_on": "2026-11-28", "deductible_cents": 50_000},
    ]
    write(file, line)
    assert await import_file(policies, file) == 0
    policies.clock.advance(timedelta(days=2))
    await confirmed(policies, f"{CUSTOMER}/personal-data-previews", {"email": "newer@example.org"})
    assert await import_file(policies, file) == 1
    await confirmed(policies, f"{CUSTOMER}/personal-data-previews", {"email": "new@example.org"})
    await confirmed(policies, f"{POLICY}/change-previews", {"kind": "deductible", "deductible_cents": 0})
    await policies.running.published()
    before = await state(policies)

    assert await import_file(policies, file) == 1

    assert await policies.running.published() == []
    assert await state(policies) == before


@pytest.mark.parametrize("what", ["deductible", "email"])
async def test_an_export_that_says_what_is_on_record_is_no_file_of_the_administration(
    policies: Policies, file: Path, tmp_path: Path, what: str
) -> None:
    await happens(policies, what)
    exported = tmp_path / "export.jsonl"
    assert await export_policies.run(Namespace(file=exported), policies.running.runtime) == 0
    assert await import_file(policies, exported) == 0

    assert await import_file(policies, file) == 1

    assert await policies.running.published() == []


async def test_a_position_that_was_looked_up_is_no_change_that_a_file_undoes(policies: Policies, file: Path) -> None:
    await happens(policies, "deductible")
    await policies.running.pool.execute("UPDATE policy_version SET reason = 'located' WHERE version = 2")
    line = file_line()
    line["terms"][0]["deductible_cents"] = 0
    write(file, line)

    assert await import_file(policies, file) == 0
