from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bench.goals import as_json, table
from bench.intake.floor import build_floor
from bench.intake.measure import SERVICE, Load, figures, report_of
from bench.login.steady import Answer
from bench.processes import RunFailedError
from claims_svc.routes.reporting import REPORTS_AT_ONCE, ReportedLoss
from claims_svc.settings import Settings
from devstack.outside.issuer import Issuer

LOAD = Load(reports_a_second=2, seconds=2, warm_up_seconds=0)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


def test_every_report_is_valid_and_of_a_customer_with_a_network_of_its_own(issuer: Issuer) -> None:
    questions = [report_of(number, issuer) for number in (0, 249, 250, Load().customers)]

    bodies = [question.request.partition(b"\r\n\r\n")[2] for question in questions]
    losses = [ReportedLoss.model_validate_json(body) for body in bodies]
    for question, loss in zip(questions, losses, strict=True):
        assert (
            f"POST /customers/{loss.policy_number.partition('-')[0]}/claims HTTP/1.1\r\n".encode() in question.request
        )
    assert len({loss.policy_number for loss in losses}) == len({question.source for question in questions}) == 4


def test_figures_tell_the_wait_beside_its_goal() -> None:
    quick, slow = Answer(201, 20.0), Answer(201, 300.0)

    found = as_json(figures(SERVICE, [quick, quick, quick, slow], load=LOAD, busy_cores=0.5, goal=250))

    assert [name.partition(": ")[2] for name in found] == ["p50", "p99", "busy cores"]
    assert "300 ms   goal 250, MISSED  (2 reports a second)" in table(found)


@pytest.mark.parametrize("status", [0, 429, 503])
def test_a_report_that_was_not_taken_fails_the_run(status: int) -> None:
    with pytest.raises(RunFailedError, match=f"reports to the claims-svc were answered with .*{status}: 1"):
        figures(SERVICE, [Answer(201, 20.0), Answer(status, 1.0)], load=LOAD, busy_cores=0.5, goal=250)


def test_the_floor_is_the_same_door_and_takes_as_many_together() -> None:
    settings = Settings(database_url="postgresql://none", proof_root_key=SecretStr(b64encode(bytes(32)).decode()))
    api = build_floor(settings).api

    assert api is not None
    assert [(str(route), route.together) for route in api.routes] == [
        ("POST /customers/{relation_number}/claims", REPORTS_AT_ONCE)
    ]
    api.check(service=SERVICE)
