"""The access matrix holds together, and its table says what it grants."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable

import pytest

from contracts.access import ACCESS, COLUMNS, Operation, Reach, Role, access_rows
from contracts.generate.files import GENERATED

READ = Operation(
    name="policies.read",
    service="policy-svc",
    scope="policies:read",
    grants={Role.CUSTOMER: Reach.OWN, Role.CLAIMS_HANDLER: Reach.ANY},
    meaning="Read the policies of a customer",
)
ASK = Operation.public(name="premiums.preview", service="policy-svc", meaning="See what a policy would cost")


def test_the_committed_table_holds_all_that_is_granted_and_nothing_else() -> None:
    with (GENERATED / "access.csv").open(newline="", encoding="utf-8") as lines:
        header, *rows = csv.reader(lines)

    assert tuple(header) == COLUMNS
    assert [tuple(row) for row in rows] == access_rows()


def test_a_row_says_who_may_do_what_and_with_whose_data() -> None:
    assert access_rows([READ, ASK]) == [
        ("anyone", "policy-svc", "premiums.preview", "", "any"),
        ("claims-handler", "policy-svc", "policies.read", "policies:read", "any"),
        ("customer", "policy-svc", "policies.read", "policies:read", "own"),
    ]


def test_a_service_calls_no_two_operations_the_same() -> None:
    names = Counter((operation.service, operation.name) for operation in ACCESS)

    assert [name for name, count in names.items() if count > 1] == []


WRONG: dict[str, Callable[[], Operation]] = {
    "needs grants and a scope like policies:read, or is declared as public": lambda: Operation(
        name="policies.read", service="policy-svc", scope="policies:read", meaning="Granted to nobody"
    ),
    "policies.change needs grants and a scope": lambda: Operation(
        name="policies.change", service="policy-svc", grants={Role.CUSTOMER: Reach.OWN}, meaning="Without a scope"
    ),
    "policies.list needs grants and a scope": lambda: Operation(
        name="policies.list",
        service="policy-svc",
        scope="policies:read policies:write",
        grants={Role.CUSTOMER: Reach.OWN},
        meaning="With two scopes",
    ),
    "policies.look-at is public: it has neither scope nor grants": lambda: Operation(
        name="policies.look-at",
        service="policy-svc",
        grants={Role.CUSTOMER: Reach.OWN},
        is_public=True,
        meaning="Public and not",
    ),
    "policies.sell is granted for own data to a role that has none": lambda: Operation(
        name="policies.sell",
        service="policy-svc",
        scope="policies:sell",
        grants={Role.PARTNER: Reach.OWN},
        meaning="A partner has no relation number",
    ),
    "an operation is called like policies.read, not Policies": lambda: Operation.public(
        name="Policies", service="policy-svc", meaning="Misnamed"
    ),
}


@pytest.mark.parametrize(("mistake", "declare"), WRONG.items(), ids=WRONG)
def test_what_cannot_be_meant_cannot_be_declared(mistake: str, declare: Callable[[], Operation]) -> None:
    with pytest.raises(ValueError, match=mistake):
        declare()


def test_grants_cannot_be_changed_afterwards() -> None:
    given = {Role.CUSTOMER: Reach.OWN}
    operation = Operation(
        name="policies.read", service="policy-svc", scope="policies:read", grants=given, meaning="Read policies"
    )

    given[Role.PARTNER] = Reach.ANY

    assert dict(operation.grants) == {Role.CUSTOMER: Reach.OWN}
    with pytest.raises(TypeError):
        operation.grants[Role.PARTNER] = Reach.ANY  # type: ignore[index]
