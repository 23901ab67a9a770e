"""The whole API: each role gets what the access matrix grants, and every answer is as described."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from accounts import account
from auth_world import CUSTOMER, World
from uuid_utils.compat import uuid4

from chassis.http.openapi import description_of
from chassis.testing import AccessTrial, access_trials
from contracts.access import Operation, Role
from devstack.api_fuzz import fuzz

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "auth-svc.json"
MINE, THEIRS = "123456", "654321"
OF_THE_DOOR = {
    HTTPStatus.UNAUTHORIZED: "unauthenticated",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
}
"""How the door's own refusals are called. What a flow refuses has other names, though the status may be the same."""
CAN_REFUSE_WHAT_IS_VALID = ("410", "422", "429")
"""A link that was made up is over, a password can be too common, and limits are reached: no schema can say when."""


@pytest.fixture
async def full(auth: World) -> World:
    """auth-svc with an account of one's own, and somebody else's."""
    await auth.know(CUSTOMER)
    await account(auth, relation_number=MINE)
    await account(auth, relation_number=THEIRS, email="b.ander@example.org", mobile_phone="+31611111111")
    return auth


class Doorkeeper:
    """Asks as access trials say, with what the description gives as examples."""

    def __init__(self, world: World) -> None:
        self._world = world
        api = world.running.service.door
        assert api is not None
        self.trials = access_trials(api)
        self._paths: Mapping[str, Any] = description_of(api)["paths"]

    async def refusal(self, trial: AccessTrial) -> HTTPStatus | None:
        """Return how the door itself refuses, None when it lets pass."""
        described = self._paths[trial.route.path][trial.route.method.lower()]
        path = trial.route.path.format(
            **{
                parameter["name"]: parameter.get("example", uuid4())
                for parameter in described.get("parameters", ())
                if parameter["in"] == "path"
            }
            | {"relation_number": MINE if trial.is_own else THEIRS}
        )
        headers = {"If-Match": "*"}
        if trial.route.takes_idempotency_key:
            headers = {"Idempotency-Key": str(uuid4())}
        if trial.role:
            headers |= self._with_token(trial.role, trial.route.operation)
        content = described.get("requestBody", {}).get("content", {})
        answer = await self._world.client.request(
            trial.route.method,
            path,
            headers=headers,
            json=_example(content.get("application/json")),
            data=_example(content.get("application/x-www-form-urlencoded")),
        )
        assert answer.status_code < 500, (str(trial), answer.text)
        problem = answer.json().get("type", "") if answer.headers.get("content-type", "").endswith("json") else ""
        return next((status for status, name in OF_THE_DOOR.items() if problem.endswith(f"/{name}")), None)

    def _with_token(self, role: Role, operation: Operation) -> Mapping[str, str]:
        """With the scope that is asked for, whatever the role: where it is too much, the role alone is what refuses."""
        assert self._world.issuer is not None
        token = self._world.issuer.token(audience="auth-svc", role=role, relation_number=MINE, scopes=[operation.scope])
        return {"Authorization": f"Bearer {token}"}


def _example(media: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - as described
    if media is None:
        return None
    return media["example"] if "example" in media else next(iter(media["examples"].values()))["value"]


async def test_each_role_gets_what_the_access_matrix_grants(full: World) -> None:
    keeper = Doorkeeper(full)
    let_pass: Counter[str] = Counter()
    for trial in keeper.trials:
        found = await keeper.refusal(trial)
        if trial.refusal is not None:
            assert found == trial.refusal, trial
            continue
        # What is not there is not found either: a session, a passkey, an account of the example's number.
        assert found in {None, HTTPStatus.NOT_FOUND}, trial
        let_pass[str(trial.route)] += found is None
    paths = {str(trial.route): trial.route.path for trial in keeper.trials}
    one_thing_of_many = {route for route, path in paths.items() if path.count("{") > 1 or "{dead_letter_id}" in path}

    assert {route for route, times in let_pass.items() if not times} <= one_thing_of_many


async def test_every_operation_of_the_access_matrix_is_tried_by_each_role(full: World) -> None:
    api = full.running.service.door
    assert api is not None
    tried = {(trial.route.operation.name, trial.role, trial.is_own) for trial in access_trials(api)}

    assert tried == {
        (operation.name, role, is_own) for operation in api.access for role in (None, *Role) for is_own in (True, False)
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.OPERATOR])
async def test_every_answer_is_as_described(full: World, role: Role) -> None:
    api = full.running.service.door
    assert api is not None
    only_for_others = [
        route.function.__name__
        for route in api.routes
        if not route.operation.is_public and role not in route.operation.grants
    ]
    public = [route.function.__name__ for route in api.routes if route.operation.is_public]

    await fuzz(
        DESCRIPTION,
        url=str(full.client.base_url),
        token=full.with_token(role)["Authorization"].removeprefix("Bearer "),
        parameters={"path.relation_number": MINE, "header.If-Match": "*"},
        without=[*only_for_others, *(public if role is Role.OPERATOR else ())],
        can_refuse=CAN_REFUSE_WHAT_IS_VALID,
    )
