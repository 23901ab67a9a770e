"""Declarations of a pet insurance are imported, and read by whom they concern: declared, paid, and why not."""

from __future__ import annotations

import copy
import json
from argparse import Namespace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from policy_http import Policies
from stored_policies import period, store

from contracts.access import Role
from contracts.policy import PolicyKind
from policy_svc.commands import import_declarations
from policy_svc.routes.problems import KEPT_ELSEWHERE, NO_DECLARATIONS

PET = "123456-551-01"
PATH = f"/customers/123456/policies/{PET}/declarations"
DECLARATION: dict[str, Any] = {
    "declaration_number": "D-2026-000123",
    "policy_number": PET,
    "practice": "Dierenkliniek De Voorbeeldhof",
    "treated_on": "2026-11-02",
    "received_on": "2026-11-04",
    "decided_on": "2026-11-06",
    "paid_on": "2026-11-09",
    "items": [
        {"treatment": "Consult", "declared_cents": 9_000, "paid_cents": 6_500, "not_paid_because": "deductible"},
        {"treatment": "Verband", "declared_cents": 1_250, "paid_cents": 1_250},
    ],
}
NEW = {
    **DECLARATION,
    "declaration_number": "D-2026-000124",
    "treated_on": "2026-11-20",
    "received_on": "2026-11-21",
    "decided_on": None,
    "paid_on": None,
    "items": [{"treatment": "Vaccinatie", "declared_cents": 4_000}],
}


_NUMBERS = count(1)


def changed(**fields: object) -> dict[str, Any]:
    """Return another declaration, with a number of its own."""
    return {**copy.deepcopy(DECLARATION), "declaration_number": f"D-{next(_NUMBERS)}", **fields}


async def import_lines(policies: Policies, path: Path, *lines: object, overwrite: bool = False) -> int:
    path.write_text(  # noqa: ASYNC240 - a few lines of a test
        "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    )
    return await import_declarations.run(Namespace(file=path, overwrite=overwrite), policies.running.runtime)


@pytest.fixture
async def pets(policies: Policies) -> Policies:
    """The service with a pet insurance, a car insurance and a health insurance."""
    for number, kind in (
        (PET, PolicyKind.PET),
        ("123456-541-01", PolicyKind.CAR),
        ("123456-901-01", PolicyKind.HEALTH),
    ):
        await store(policies.running.runtime, number, kind, period(kind, "2021-01-01"))
    return policies


async def test_what_was_declared_and_paid_and_why_not_all_is_told_in_both_languages(
    pets: Policies, tmp_path: Path
) -> None:
    assert await import_lines(pets, tmp_path / "declarations.jsonl", DECLARATION, NEW) == 0

    first = (await pets.get(PATH, {"limit": "1"})).json()
    (new,) = first["items"]
    (old,) = (await pets.get(PATH, {"limit": "1", "cursor": first["next_cursor"]})).json()["items"]
    assert (new["status"], new["status_in_words"], new["paid_cents"]) == ("received", "Wordt beoordeeld", None)
    assert (old["status"], old["declared_cents"], old["paid_cents"]) == ("partly_paid", 10_250, 7_750)
    headers = {"Accept-Language": "en", **pets.token_of(Role.CLAIMS_HANDLER)}
    detail = (await pets.client.get(f"{PATH}/D-2026-000123", headers=headers)).json()
    assert [one["not_paid_in_words"] for one in detail["items"]] == ["This part falls under your deductible.", None]
    (seen, *_) = (await pets.get("/customers/123456/access-records")).json()["items"]
    assert (seen["who"], seen["details"]) == ("claims-handler", {"declaration": "D-2026-000123"})


async def test_declarations_are_those_of_ones_own_pets(pets: Policies, tmp_path: Path) -> None:
    await import_lines(pets, tmp_path / "declarations.jsonl", DECLARATION)
    assert (await pets.get(PATH, relation_number="654321")).status_code == 404
    assert (await pets.get(f"{PATH}/D-0")).status_code == 404
    for number, expected in (("541", NO_DECLARATIONS), ("901", KEPT_ELSEWHERE)):
        answer = await pets.get(f"/customers/123456/policies/123456-{number}-01/declarations")
        assert answer.json()["type"] == expected.uri
    records = (await pets.get("/customers/123456/access-records", role=Role.SENIOR_HANDLER)).json()["items"][::-1]
    assert [(each["policy_number"], each["details"]) for each in records if each["who"] == "customer"] == [
        (PET, {"declaration": "D-0", "refused": "not-found"}),
        ("123456-541-01", {"refused": "no-declarations"}),
        ("123456-901-01", {"refused": "kept-elsewhere"}),
    ]


async def test_importing_again_changes_nothing_and_what_was_decided_since_counts(
    pets: Policies, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "declarations.jsonl"
    for lines, sentence in (
        ((DECLARATION, NEW), "2 declarations read, 0 rejected; new or changed: 2\n"),
        ((NEW, DECLARATION), "2 declarations read, 0 rejected; new or changed: 0\n"),
        (
            (DECLARATION, {**NEW, "decided_on": "2026-11-24", "items": [{**NEW["items"][0], "paid_cents": 4_000}]}),
            "2 declarations read, 0 rejected; new or changed: 1\n",
        ),
    ):
        assert await import_lines(pets, path, *lines) == 0
        assert capsys.readouterr().out == sentence
    assert (await pets.get(f"{PATH}/D-2026-000124")).json()["status"] == "paid"


async def test_a_file_from_before_takes_no_decision_and_no_payment_back_unless_that_is_asked_for(
    pets: Policies, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "declarations.jsonl"
    await import_lines(pets, path, DECLARATION)
    unpaid = DECLARATION | {"paid_on": None}
    undecided = NEW | {key: DECLARATION[key] for key in ("declaration_number", "treated_on", "received_on")}
    capsys.readouterr()

    for field, line in (("paid_on", unpaid), ("decided_on", undecided)):
        assert await import_lines(pets, path, line) == 1
        assert f"line 1 rejected: {field}: is known already" in capsys.readouterr().err
        assert (await pets.get(f"{PATH}/D-2026-000123")).json()["paid_on"] == "2026-11-09"

    corrected = DECLARATION | {"decided_on": "2026-11-07", "paid_on": "2026-11-10"}
    assert await import_lines(pets, path, corrected) == 0
    assert await import_lines(pets, path, undecided, overwrite=True) == 0
    assert (await pets.get(f"{PATH}/D-2026-000123")).json()["status"] == "received"


async def test_what_a_declaration_was_before_is_kept_and_each_time_it_was_told_otherwise_is_on_record(
    pets: Policies, tmp_path: Path
) -> None:
    path = tmp_path / "declarations.jsonl"
    later = DECLARATION | {"decided_on": "2026-11-07", "paid_on": "2026-11-10"}
    for line in (DECLARATION, DECLARATION, later):
        assert await import_lines(pets, path, line, NEW) == 0

    former = await pets.running.pool.fetch("SELECT * FROM former_declaration")
    assert [(row["declaration_number"], str(row["decided_on"]), str(row["paid_on"])) for row in former] == [
        ("D-2026-000123", "2026-11-06", "2026-11-09")
    ]
    assert json.loads(former[0]["items"])[0]["not_paid_because"] == "deductible"
    records = (await pets.get("/customers/123456/access-records")).json()["items"]
    assert {(record["who"], record["operation"], record["policy_number"]) for record in records} == {
        ("operator", "declarations.change", PET)
    }
    assert {record["operation_in_words"] for record in records} == {"Declaraties bijgewerkt"}
    assert sorted(record["details"]["declaration"] for record in records) == [
        "D-2026-000123",
        "D-2026-000123",
        "D-2026-000124",
    ]


@pytest.mark.parametrize("batch_lines", [1, 1_000])
async def test_a_declaration_that_stands_in_a_file_twice_is_told_once_whatever_a_batch_holds(
    pets: Policies,
    tmp_path: Path,
    batch_lines: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_declarations, "BATCH_LINES", batch_lines)
    unpaid = DECLARATION | {"paid_on": None}

    assert await import_lines(pets, tmp_path / "twice.jsonl", unpaid, DECLARATION, unpaid) == 1

    told = capsys.readouterr()
    assert told.out == "3 declarations read, 2 rejected; new or changed: 1\n"
    assert told.err.count("stands on line 1 already") == 2
    assert (await pets.get(f"{PATH}/D-2026-000123")).json()["paid_on"] is None


async def test_wrong_lines_are_listed_with_their_reason_and_the_others_imported(
    pets: Policies, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    item = DECLARATION["items"][0]
    wrong = {
        "cannot be read as JSON": "{",
        "there is no such policy": changed(policy_number="123456-551-09"),
        "is no pet insurance": changed(policy_number="123456-541-01"),
        "must not be more than declared_cents": changed(items=[{**item, "paid_cents": 9_001}]),
        "must be given when less was paid": changed(items=[{**item, "not_paid_because": None}]),
        "must follow each other": changed(decided_on="2026-11-03"),
        "when there is a decided_on": changed(decided_on=None, paid_on=None),
        "when nothing was paid": changed(items=[{**item, "paid_cents": 0}]),
        "is no field of a declaration": changed(chip="1"),
        "stands on line 1 already": DECLARATION,
    }
    assert await import_lines(pets, tmp_path / "wrong.jsonl", DECLARATION, *wrong.values()) == 1
    told = capsys.readouterr()
    assert told.out == f"{len(wrong) + 1} declarations read, {len(wrong)} rejected; new or changed: 1\n"
    for line, (number, reason) in zip(told.err.splitlines(), enumerate(wrong, start=2), strict=True):
        assert f"line {number} rejected: " in line
        assert reason in line
    assert await import_declarations.run(Namespace(file=tmp_path / "none", overwrite=False), pets.running.runtime) == 2
