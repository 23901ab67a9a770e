"""Who has seen what is on record, and the customer can read it."""

from __future__ import annotations

import json

from policy_http import Policies
from policy_lines import Importer, Line, another
from stored_policies import period, store

from chassis.testing import Harness
from contracts.access import APPLY, POLICY, Role, operations_of
from contracts.policy import PolicyKind
from policy_svc.flows.on_record import DECLARATIONS_TOLD
from policy_svc.routes.record_words import WHAT, WHO

PATH = "/customers/123456/access-records"


async def test_who_reads_the_record_is_on_it(policies: Policies) -> None:
    await store(
        policies.running.runtime, "123456-531-04", PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01")
    )
    assert (await policies.get(PATH, role=Role.OPERATOR)).json()["items"] == []
    (seen,) = (await policies.get(PATH)).json()["items"]
    assert (seen["who"], seen["operation"], seen["policy_number"]) == ("operator", "access-records.read", None)
    assert (seen["who_in_words"], seen["operation_in_words"]) == (
        "Een beheerder",
        "Bekeken wie gegevens heeft ingezien",
    )


def test_every_operation_that_is_put_on_record_has_words() -> None:
    about_nobody = {operation.name for operation in operations_of("policy-svc")}
    put = {operation.name for operation in POLICY if not operation.is_public} | {APPLY.name, DECLARATIONS_TOLD}
    assert put - about_nobody == set(WHAT)
    assert {role for operation in POLICY for role in operation.grants} == set(WHO)


async def test_another_customer_reads_nothing(policies: Policies) -> None:
    assert (await policies.get(PATH, relation_number="654321")).status_code == 404


async def test_what_an_import_made_and_changed_is_on_record_for_each_customer(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    """Who is new has come with a policy, which is on record; what a file only tells again is not changed."""
    neighbour = another(line, "777-531-01")
    await import_lines(line, neighbour)
    line["policyholder"]["name"] = "A. Voorbeeld"
    neighbour["terms"][0]["deductible_cents"] = 50_000
    await import_lines(line, neighbour)

    records = await service.pool.fetch("SELECT * FROM access_record ORDER BY relation_number, record_id")

    assert {(record["actor"], record["role"]) for record in records} == {("command", "operator")}
    told = [
        (record["relation_number"], record["policy_number"], record["operation"], json.loads(record["details"]))
        for record in records
    ]
    first, second = ({"command": "import", "version": str(version)} for version in (1, 2))
    assert told == [
        ("123456", "123456-531-04", "policies.change", first),
        ("123456", None, "customers.change", second),
        ("777", "777-531-01", "policies.change", first),
        ("777", "777-531-01", "policies.change", second),
    ]
