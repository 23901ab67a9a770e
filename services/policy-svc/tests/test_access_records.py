"""Who has seen what is on record, and the customer can read it."""

from __future__ import annotations

from policy_http import Policies
from stored_policies import period, store

from contracts.access import APPLY, POLICY, Role
from contracts.policy import PolicyKind
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
    put = {operation.name for operation in POLICY if not operation.is_public} | {APPLY.name}
    assert put == set(WHAT)
    assert {role for operation in POLICY for role in operation.grants} == set(WHO)


async def test_another_customer_reads_nothing(policies: Policies) -> None:
    assert (await policies.get(PATH, relation_number="654321")).status_code == 404
