"""The whole API: each role gets what the access matrix grants, and every answer is as described."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from weather_http import Weather, weather_answering

from chassis.http.openapi import description_of
from chassis.testing import AccessTrial, access_trials
from contracts.access import Role
from devstack.api_fuzz import fuzz
from devstack.outside.issuer import Issuer

DESCRIPTION = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "weather-svc.json"
CAN_REFUSE_WHAT_IS_VALID = ("422", "429")
"""A place may lie abroad, a moment in the future, a period may be too long: no schema can say so."""


async def answered(weather: Weather, trial: AccessTrial, paths: Mapping[str, Any]) -> int:
    """Ask as the trial says, with what the description gives as examples."""
    described = paths[trial.route.path][trial.route.method.lower()]
    parameters = described.get("parameters", ())
    in_path = {each["name"]: each["example"] for each in parameters if each["in"] == "path"}
    in_query = {each["name"]: each["example"] for each in parameters if each["in"] == "query" and each["required"]}
    answer = await weather.client.request(
        trial.route.method,
        trial.route.path.format(**{**in_path, "sha256": weather.sha256}),
        params=in_query,
        headers=weather.token_of(trial.role),
        json=described["requestBody"]["content"]["application/json"]["example"] if "requestBody" in described else None,
    )
    return answer.status_code


async def test_each_role_gets_what_the_access_matrix_grants(weather: Weather) -> None:
    api = weather.running.service.door
    assert api is not None
    paths = description_of(api)["paths"]
    trials = access_trials(api)
    assert {trial.route.path for trial in trials} == set(paths)
    for trial in trials:
        found = await answered(weather, trial, paths)
        # The dead letter of the example is not there.
        missing = trial.refusal is None and "{dead_letter_id}" in trial.route.path
        assert found == (HTTPStatus.NOT_FOUND if missing else trial.refusal or HTTPStatus.OK), trial


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_every_answer_is_as_described(database: str, issuer: Issuer) -> None:
    async with weather_answering(database, issuer, rain_checks_a_minute=100_000, reads_a_minute=100_000) as weather:
        await fuzz(
            DESCRIPTION,
            url=str(weather.client.base_url),
            token=weather.token_of(Role.OPERATOR)["Authorization"].removeprefix("Bearer "),
            parameters={"path.sha256": weather.sha256},
            can_refuse=CAN_REFUSE_WHAT_IS_VALID,
        )
