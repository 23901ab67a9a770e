"""What operators are told of portal-svc by a token, as of every service."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import pytest
from portal_world import Portal, portal_answering

from chassis.testing import access_trials
from contracts.access import Role
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "portal-svc.json"
SCOPES = ("operations:read", "dead-letters:show", "dead-letters:settle")


def token_of(issuer: Issuer, role: Role) -> str:
    return issuer.token(audience="portal-svc", role=role, scopes=SCOPES)


async def test_each_role_gets_what_the_access_matrix_grants(portal: Portal, issuer: Issuer) -> None:
    api = portal.running.service.door
    assert api is not None
    for trial in access_trials(api):
        headers = {"Authorization": f"Bearer {token_of(issuer, trial.role)}"} if trial.role else {}
        path = trial.route.path.format(dead_letter_id="0198c5f3-1a1b-7c1d-8e1f-202122232425")
        body = {"reason": "sent anew"} if path.endswith("/discard") else None
        answer = await portal.client.request(trial.route.method, path, headers=headers, json=body)
        missing = HTTPStatus.NOT_FOUND if "{dead_letter_id}" in trial.route.path else HTTPStatus.OK
        assert answer.status_code == (trial.refusal or missing), trial


@pytest.mark.slow
async def test_every_answer_is_as_described(database: str, issuer: Issuer) -> None:
    async with portal_answering(database, issuer) as portal:
        await fuzz(DESCRIPTION, url=str(portal.client.base_url), token=token_of(issuer, Role.OPERATOR), parameters={})
