from __future__ import annotations

import copy
import json
from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace
from policy_lines import Importer, Line, another

from chassis.clock import SettableClock
from chassis.testing import Harness
from contracts.message_requests import CustomerMessageRequested, Occasion
from contracts.policy import ContactChanged, Home, PolicyChanged, PolicyCover, PolicyKind, PolicyTerms
from contracts.vocabulary import PostalAddress
from policy_svc.commands import import_policies
from policy_svc.flows.imports import store
from policy_svc.policy_file.lines import NumberedLine, PolicyLine

MARCH = datetime(2021, 3, 1, 9, 0, tzinfo=UTC)


async def test_a_new_policy_is_published_whole_after_its_customer(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    assert await import_lines(line) == 0
    contact, policy = await service.published()
    assert isinstance(contact, ContactChanged)
    assert isinstance(policy, PolicyChanged)
    assert (contact.version, contact.relation_number, contact.name) == (1, "123456", "J. Voorbeeld")
    assert (policy.version, policy.policy_number, policy.customer_id) == (1, "123456-531-04", contact.customer_id)
    assert contact.customer_id.version == 7
    assert policy.kind == PolicyKind.BUILDINGS
    (terms,) = policy.terms
    assert replace(terms, premium=None) == msgspec.convert(line["terms"][0] | {"recorded_at": MARCH}, PolicyTerms)


async def test_importing_the_same_file_again_changes_and_publishes_nothing(
    service: Harness, import_lines: Importer, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line, another(line, "123456-601-01"), another(line, "777-531-01", email=None, mobile_phone=None)]
    await import_lines(*lines)
    await service.published()
    capsys.readouterr()
    assert await import_lines(*lines) == 0
    assert await service.published() == []
    assert capsys.readouterr().out == "3 policies read, 0 rejected; new or changed: 0 policies, 0 customers\n"


async def test_changed_terms_give_the_next_version_with_the_terms_that_stayed(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    await import_lines(line)
    await service.published()
    clock.at = MARCH + timedelta(days=60)
    earlier = line["terms"][0] | {"ends_on": "2021-06-01"}
    line["terms"] = [earlier, line["terms"][0] | {"effective_on": "2021-06-01", "deductible_cents": 50_000}]
    await import_lines(line)
    clock.at = MARCH + timedelta(days=90)
    line["terms"][1]["covers"] = ["buildings"]
    await import_lines(line)
    second, third = await service.published()
    assert isinstance(second, PolicyChanged)
    assert isinstance(third, PolicyChanged)
    assert (second.version, third.version) == (2, 3)
    assert [terms.deductible_cents for terms in second.terms] == [25_000, 50_000]
    assert [terms.recorded_at for terms in third.terms] == [MARCH + timedelta(days=60), MARCH + timedelta(days=90)]


async def test_what_was_believed_before_stays_on_record(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    await import_lines(line)
    clock.at = MARCH + timedelta(days=60)
    line["terms"][0]["deductible_cents"] = 50_000
    await import_lines(line)
    rows = await service.pool.fetch(
        """
        SELECT deductible_cents, recorded_in_version, superseded_in_version, lower(known), upper(known)
          FROM policy_terms ORDER BY recorded_in_version
        """
    )
    assert [tuple(row) for row in rows] == [
        (25_000, 1, 2, MARCH, MARCH + timedelta(days=60)),
        (50_000, 2, None, MARCH + timedelta(days=60), None),
    ]


async def test_two_changes_at_one_moment_of_the_clock_are_two_versions(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    for deductible_cents in (25_000, 50_000, 25_000):
        line["terms"][0]["deductible_cents"] = deductible_cents
        await import_lines(line)
    events = await service.published()
    versions = [event.version for event in events if isinstance(event, PolicyChanged)]
    assert versions == [1, 2, 3]


async def test_changed_contact_data_is_published_alone_and_keeps_the_customer_id(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    await import_lines(line)
    before, _ = await service.published()
    assert isinstance(before, ContactChanged)
    line["policyholder"]["mobile_phone"] = None
    await import_lines(line)
    assert await service.published() == [replace(before, version=2, mobile_phone=None)]


async def test_two_policies_of_one_customer_share_the_customer(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    await import_lines(line, another(line, "123456-601-01"))
    contact, *policies = await service.published()
    assert isinstance(contact, ContactChanged)
    assert [policy.customer_id for policy in policies if isinstance(policy, PolicyChanged)] == [contact.customer_id] * 2


async def test_a_bad_line_is_reported_with_its_number_and_the_others_are_imported(
    service: Harness, import_lines: Importer, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = another(line, "2-531-01", mobile_phone="06-12345678")
    assert await import_lines(another(line, "1-531-01"), bad, "{", another(line, "3-531-01")) == 1
    output = capsys.readouterr()
    assert "policies.jsonl: line 2 rejected: policyholder.mobile_phone: must be E.164" in output.err
    assert "policies.jsonl: line 3 rejected: line: cannot be read as JSON" in output.err
    assert output.err.count("rejected") == 2
    assert output.out == "4 policies read, 2 rejected; new or changed: 2 policies, 2 customers\n"
    assert "06-12345678" not in output.err
    policies = [event.policy_number for event in await service.published() if isinstance(event, PolicyChanged)]
    assert policies == ["1-531-01", "3-531-01"]


async def test_a_file_of_bad_lines_only_imports_nothing(service: Harness, import_lines: Importer) -> None:
    assert await import_lines("{", "[]") == 1
    assert await service.published() == []


async def test_a_file_that_cannot_be_opened_is_named(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nowhere.jsonl"
    assert (
        await import_policies.run(Namespace(file=missing, tell_customers=False, overwrite=False), service.runtime) == 2
    )
    assert capsys.readouterr().err == f"{missing}: cannot be read: No such file or directory\n"


async def test_a_file_longer_than_a_batch_is_imported_whole(
    service: Harness,
    import_lines: Importer,
    line: Line,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_policies, "BATCH_LINES", 100)
    assert await import_lines(*(another(line, f"{number}-531-01") for number in range(1, 202))) == 0
    assert capsys.readouterr().out == "201 policies read, 0 rejected; new or changed: 201 policies, 201 customers\n"
    events = await service.published()
    assert len({event.policy_number for event in events if isinstance(event, PolicyChanged)}) == 201
    assert len({event.customer_id for event in events if isinstance(event, ContactChanged)}) == 201


def test_progress_tells_once_a_second_the_part_the_rate_and_what_is_left() -> None:
    seconds = iter([0.0, 0.5, 2.0])
    progress = import_policies.Progress(1_000, clock=lambda: next(seconds))
    assert progress.after(50, at_byte=100) is None
    assert progress.after(100, at_byte=250) == "100 policies read (25%), 50 a second, 6 s left"


async def test_a_batch_takes_the_same_number_of_statements_whatever_its_size(service: Harness, line: Line) -> None:
    async def statements_for(numbers: range) -> int:
        counted: list[str] = []
        policies = [
            NumberedLine(number, msgspec.convert(another(line, f"{number}-531-01"), PolicyLine)) for number in numbers
        ]
        async with service.runtime.transaction() as work:
            assert isinstance(work.connection, asyncpg.pool.PoolConnectionProxy)
            with work.connection.query_logger(lambda record: counted.append(record.query)):
                await store(policies, work=work)
        return len(counted)

    await statements_for(range(1, 3))  # the driver asks a new connection for its types
    assert await statements_for(range(10, 13)) == await statements_for(range(1_000, 1_400))


def addresses(events: Sequence[object]) -> list[str | None]:
    """Return the house numbers that letters go to, as published."""
    contacts = [event for event in events if isinstance(event, ContactChanged)]
    return [contact.postal_address.house_number if contact.postal_address else None for contact in contacts]


async def test_letters_go_to_the_address_in_the_file(service: Harness, import_lines: Importer, line: Line) -> None:
    line["policyholder"]["postal_address"] = {"postcode": "1012JS", "house_number": "1"}

    await import_lines(line)

    contact, _ = await service.published()
    assert isinstance(contact, ContactChanged)
    assert contact.postal_address == PostalAddress(postcode="1012JS", house_number="1")


async def test_without_an_address_in_the_file_letters_go_to_the_insured_home_and_move_with_it(
    service: Harness, import_lines: Importer, line: Line, clock: SettableClock
) -> None:
    old = line["terms"][0] | {"ends_on": "2021-05-01"}
    new = copy.deepcopy(line["terms"][0] | {"effective_on": "2021-05-01"})
    new["home"]["house_number"] = "99"
    line["terms"] = [old, new]
    await import_lines(line)
    assert addresses(await service.published()) == ["12"]

    clock.at = datetime(2021, 4, 30, 22, 0, tzinfo=UTC)  # 1 May by the Dutch calendar
    await import_lines(line)
    assert addresses(await service.published()) == ["99"]

    await import_lines(line)
    assert await service.published() == []


async def test_a_file_with_one_of_two_homes_does_not_move_the_customer(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    other = another(line, "123456-601-01")
    other["terms"][0]["home"]["house_number"] = "99"
    await import_lines(line, other)
    assert addresses(await service.published()) == ["12"]

    await import_lines(other)

    assert await service.published() == []


async def test_a_customer_from_before_addresses_gets_one_at_the_next_import(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    await import_lines(line)
    await service.pool.execute("UPDATE customer SET postcode = NULL, house_number = NULL")
    await service.published()

    await import_lines(line)

    (contact,) = await service.published()
    assert isinstance(contact, ContactChanged)
    assert contact.version == 2
    assert contact.postal_address == PostalAddress(postcode="6011RA", house_number="12")


async def test_covers_are_stored_in_one_order_whatever_order_a_file_has(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    car = {"licence_plate": "G001BB", "make": "Volvo"}
    terms = {"effective_on": "2021-02-01", "ends_on": None, "deductible_cents": 0, "product_version": "car-2026.1"}
    for covers in (["limited_casco", "third_party"], ["third_party", "limited_casco", "third_party"]):
        line |= {"policy_number": "123456-211-01", "kind": "car", "terms": [terms | {"car": car, "covers": covers}]}
        assert await import_lines(line) == 0

    (policy,) = [event for event in await service.published() if isinstance(event, PolicyChanged)]

    assert policy.terms[0].covers == (PolicyCover.THIRD_PARTY, PolicyCover.LIMITED_CASCO)


async def test_a_policy_keeps_its_kind(
    service: Harness, import_lines: Importer, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    await import_lines(line)
    await service.published()
    person = {"persons": "single", "covers": ["private_liability"], "product_version": "liability-2026.1"}
    period = {"effective_on": "2026-02-01", "ends_on": None, "deductible_cents": 0, **person}
    assert await import_lines(line | {"kind": "liability", "terms": [period]}) == 1
    assert "line 1 rejected: kind: the policy is on record as buildings" in capsys.readouterr().err
    assert await service.published() == []


async def test_what_a_file_leaves_open_is_computed_once_and_then_kept(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    location = line["terms"][0]["home"].pop("location")
    await import_lines(line)
    _, policy = await service.published()
    assert isinstance(policy, PolicyChanged)
    assert policy.terms[0].premium is not None

    line["terms"][0]["home"]["location"] = location
    line["terms"][0]["premium"] = {"a_year_cents": 1, "parts": [], "model": "of-old-1"}
    await import_lines(line)
    (known,) = await service.published()
    del line["terms"][0]["home"]["location"], line["terms"][0]["premium"]
    assert await import_lines(line) == 0
    assert await service.published() == []

    line["terms"][0]["ends_on"] = "2030-01-01"
    await import_lines(line)
    (ended,) = await service.published()
    assert isinstance(known, PolicyChanged)
    assert isinstance(ended, PolicyChanged)
    assert ended.terms[0].home == known.terms[0].home
    assert ended.terms[0].premium == policy.terms[0].premium


Told = tuple[Occasion, str | None, str]
Teller = Callable[..., Coroutine[Any, Any, list[Told]]]


@pytest.fixture
def told_of(service: Harness, tmp_path: Path) -> Teller:
    """Import lines, and return of what customers are told: the occasion, the policy and the day that they read."""

    async def run(*lines: Line, tell: bool = True) -> list[Told]:
        path = tmp_path / "policies.jsonl"
        path.write_text("\n".join(map(json.dumps, lines)))
        await import_policies.run(Namespace(file=path, tell_customers=tell, overwrite=False), service.runtime)
        asked = [event for event in await service.published() if isinstance(event, CustomerMessageRequested)]
        return [(each.occasion, each.policy_number, str(each.effective_on)) for each in asked]

    return run


async def test_customers_are_told_only_when_that_is_asked_for(told_of: Teller, line: Line) -> None:
    day = "2019-04-01"
    assert await told_of(another(line, "7-531-01"), tell=False) == []
    assert await told_of(line, another(line, "777-531-01")) == [
        (Occasion.WELCOME, "123456-531-04", day),
        (Occasion.WELCOME, "777-531-01", day),
    ]
    changed = another(line, "123456-531-04")
    changed["terms"][0]["deductible_cents"] = 0
    assert await told_of(changed, another(line, "123456-533-01")) == [
        (Occasion.POLICY_CHANGED, "123456-531-04", day),
        (Occasion.POLICY_ADDED, "123456-533-01", day),
    ]


async def test_a_new_customer_is_welcomed_by_the_first_policy_and_told_of_the_others(
    told_of: Teller, line: Line
) -> None:
    second = another(line, "123456-532-01")
    second["terms"][0]["effective_on"] = "2020-05-01"

    told = await told_of(second, line)

    assert told == [
        (Occasion.WELCOME, "123456-531-04", "2019-04-01"),
        (Occasion.POLICY_ADDED, "123456-532-01", "2020-05-01"),
    ]


async def test_a_mail_names_the_first_day_that_is_different(told_of: Teller, line: Line, clock: SettableClock) -> None:
    await told_of(line)
    clock.at = MARCH + timedelta(days=800)  # another tariff: what is insured is what a mail is about

    line["terms"][0]["ends_on"] = "2027-01-01"
    assert await told_of(line) == [(Occasion.POLICY_CHANGED, "123456-531-04", "2027-01-01")]

    first = line["terms"][0]
    line["terms"] = [first | {"ends_on": "2026-01-01"}, first | {"effective_on": "2026-01-01"}]
    assert await told_of(line) == []

    line["terms"][1]["deductible_cents"] = 0
    assert await told_of(line) == [(Occasion.POLICY_CHANGED, "123456-531-04", "2026-01-01")]


async def test_a_position_alone_is_nothing_that_a_customer_is_told(told_of: Teller, line: Line) -> None:
    await told_of(line)
    line["terms"][0]["home"]["location"]["latitude_microdegrees"] += 1
    assert await told_of(line) == []

    line["terms"][0]["home"]["home_type"] = "corner"
    assert await told_of(line) == [(Occasion.POLICY_CHANGED, "123456-531-04", "2019-04-01")]


@pytest.mark.parametrize(
    "corrected",
    [
        {"building": {"built_in": 1931}},
        {"features": ["owners_association"]},
        {"home_type": "corner"},
        {"house_number": "12 "},
    ],
    ids=["building", "features", "home_type", "written_otherwise"],
)
async def test_what_is_corrected_of_a_home_does_not_lose_its_position(
    service: Harness, import_lines: Importer, line: Line, corrected: dict[str, Any]
) -> None:
    past = line["terms"][0] | {"effective_on": "2012-04-01", "ends_on": "2020-04-01"}
    line["terms"] = [past, line["terms"][0] | {"effective_on": "2020-04-01", "deductible_cents": 0}]
    location = line["terms"][0]["home"]["location"]
    await import_lines(line)
    await service.published()

    for period in line["terms"]:
        period["home"] = {**period["home"], **corrected}
        del period["home"]["location"]
    assert await import_lines(line) == 0

    *_, policy = await service.published()
    assert isinstance(policy, PolicyChanged)
    homes = [terms.home for terms in policy.terms if terms.home is not None]
    wanted = [msgspec.convert(period["home"] | {"location": location}, Home) for period in line["terms"]]
    assert homes == wanted
    assert await service.pool.fetchval("SELECT count(*) FROM pending_position") == 0


async def test_another_home_does_not_get_the_position_of_the_one_before(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    await import_lines(line)
    await service.published()
    del line["terms"][0]["home"]["location"]
    line["terms"][0]["home"]["house_number"] = "14"

    await import_lines(line)

    *_, policy = await service.published()
    assert isinstance(policy, PolicyChanged)
    assert policy.terms[0].home == msgspec.convert(line["terms"][0]["home"], Home)


async def test_days_that_no_calendar_can_count_on_from_are_listed_and_the_good_line_is_stored(
    import_lines: Importer, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    impossible = [another(line, "777-531-01"), another(line, "777-531-02")]
    impossible[0]["terms"][0] |= {"effective_on": "9999-04-01", "ends_on": None}
    impossible[1]["terms"][0] |= {"effective_on": "0001-01-01", "ends_on": None}
    assert await import_lines(*impossible, line) == 1
    told = capsys.readouterr()
    assert "new or changed: 1 policies" in told.out
    assert (told.out + told.err).count("must lie from 1900 to before 2200") == 2
