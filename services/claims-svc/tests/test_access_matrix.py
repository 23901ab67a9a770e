"""The whole API at the door: every role gets what the access matrix grants of each route, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from claim_events import policy, report
from claims_http import CUSTOMER, ClaimsDesk, claims_answering
from sample_files import picture

from chassis.http.declaration import OWNER_IN_PATH, RouteDeclaration
from chassis.http.openapi import description_of
from chassis.testing import AccessTrial, access_trials
from claims_svc.files.kinds import Kind
from contracts.access import CLAIMS, Role
from devstack.outside.issuer import Issuer

SOMEBODY_ELSE = "654321"


class Doorkeeper:
    """Asks as access trials say, with what the description gives as examples. Two customers have a claim each."""

    def __init__(self, desk: ClaimsDesk, *, references: Mapping[str, str]) -> None:
        api = desk.driver.harness.service.door
        assert api is not None
        self.trials: Sequence[AccessTrial] = [
            trial for trial in access_trials(api) if trial.is_own or OWNER_IN_PATH in trial.route.path
        ]
        self._paths: Mapping[str, Any] = description_of(api)["paths"]
        self._desk, self.references = desk, references

    async def status(self, trial: AccessTrial, *, reference: str = "", **wrong: Any) -> int:  # noqa: ANN401 - any JSON
        """Ask about the claim of whom the trial says, or this one; `wrong` replaces claims of the token."""
        route, owner = trial.route, CUSTOMER if trial.is_own else SOMEBODY_ELSE
        request = self._request(route, relation_number=owner, reference=reference or self.references[owner])
        if trial.role is not None:
            claims = {"audience": "claims-svc", "scopes": [route.operation.scope], **wrong}
            token = self._desk.issuer.token(role=trial.role, relation_number=CUSTOMER, **claims)
            request["headers"] |= {"Authorization": f"Bearer {token}"}
        answer = await self._desk.client.request(**request)
        assert answer.status_code < 500, (str(trial), answer.text)
        return answer.status_code

    def _request(self, route: RouteDeclaration, **names: str) -> dict[str, Any]:
        """Return a request from which only the token is missing."""
        described = self._paths[route.path][route.method.lower()]
        examples = {each["name"]: each.get("example") for each in described.get("parameters", ())}
        headers = {"Idempotency-Key": str(uuid4())} if route.takes_idempotency_key else {}
        request = {"method": route.method, "url": route.path.format(**{**examples, **names}), "headers": headers}
        content = described.get("requestBody", {}).get("content", {})
        if Kind.JPEG in content:
            return {**request, "content": picture(), "headers": {**headers, "Content-Type": Kind.JPEG}}
        return {**request, "json": content["application/json"]["example"] if content else None}


@pytest.fixture
async def keeper(database: str, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Doorkeeper]:
    async with claims_answering(database, issuer, file_store=f"file://{tmp_path}/files") as desk:
        references = {}
        for owner in (CUSTOMER, SOMEBODY_ELSE):
            await desk.driver.policy(policy(policy_number=f"{owner}-531-04"))
            await desk.driver.report(report(policy_number=f"{owner}-531-04"))
            references[owner] = await desk.reference()
        yield Doorkeeper(desk, references=references)


async def test_each_role_gets_what_the_access_matrix_grants(keeper: Doorkeeper) -> None:
    let_in: defaultdict[str, set[int]] = defaultdict(set)
    for trial in keeper.trials:
        found = await keeper.status(trial)
        if trial.refusal is not None:
            assert found == trial.refusal, trial
        else:
            assert found not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}, trial
            let_in[str(trial.route)].add(found)

    assert {trial.route.operation for trial in keeper.trials} == set(CLAIMS)
    assert {trial.role for trial in keeper.trials} == {None, *Role}
    # Who is let in finds what is asked for, but for things of which a claim has many, the claim in an example, and the
    # proof of a decision that was not made yet.
    found_nothing = {route for route, statuses in let_in.items() if statuses == {HTTPStatus.NOT_FOUND}}
    assert all("_id}" in route or route.endswith(("/joins", "/proof")) for route in found_nothing), found_nothing


async def test_a_token_for_others_or_of_yesterday_and_one_without_the_scope_open_nothing(keeper: Doorkeeper) -> None:
    granted = {
        str(trial.route): trial
        for trial in keeper.trials
        if trial.refusal is None and not trial.route.operation.is_public
    }

    for trial in granted.values():
        seen = (
            await keeper.status(trial, audience="policy-svc"),
            await keeper.status(trial, exp=1),
            await keeper.status(trial, scopes=["claims:nothing"]),
        )
        assert seen == (HTTPStatus.UNAUTHORIZED, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN), trial


async def test_somebody_elses_claim_is_not_found_under_ones_own_number(keeper: Doorkeeper) -> None:
    of_customers = [
        trial
        for trial in keeper.trials
        if trial.role is Role.CUSTOMER and trial.refusal is None and "{reference}" in trial.route.path
    ]
    theirs = keeper.references[SOMEBODY_ELSE]

    seen = {str(trial): await keeper.status(trial, reference=theirs) for trial in of_customers}

    assert set(seen.values()) == {HTTPStatus.NOT_FOUND}, seen
