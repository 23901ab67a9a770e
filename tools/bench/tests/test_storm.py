from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from msgspec.structs import replace

from bench.pipelines import KNMI_HOURS
from bench.storm import FIRST_LOSS_AT, LOSS_HOURS, SAMPLED_PER_CENT, STATIONS, Storm, dry_hours
from claims_svc.domain.product import CURRENT_PRODUCT
from contracts.claims import RAINFALL_REQUESTED
from contracts.envelope import decode
from contracts.loss_reports import LOSS_REPORTED, DamageKind, LossReported
from contracts.vocabulary import LossInterval
from policy_svc.policy_file.lines import NumberedLine
from policy_svc.policy_file.reading import read_lines
from weather_svc.domain.assessment import Question, hours_of
from weather_svc.domain.blocks import TRACE
from weather_svc.domain.publication import Reply
from weather_svc.reading.files import read_file

STORM = Storm(claims=400, policies=250)


def reports_of(storm: Storm, *, first: int = 0) -> list[LossReported]:
    return [
        decode(LOSS_REPORTED, headers=message.headers, key=message.key, value=message.value).event
        for message in storm.reports(first=first)
    ]


def test_the_same_seed_gives_the_same_bytes() -> None:
    again = Storm(claims=400, policies=250)

    assert STORM.reports() == again.reports()
    assert list(STORM.policy_lines()) == list(again.policy_lines())


def test_another_seed_gives_other_reports() -> None:
    assert STORM.reports() != Storm(claims=400, policies=250, seed=1).reports()


def test_every_report_is_one_that_claims_svc_accepts_and_names_a_policy_of_the_file() -> None:
    numbers = {orjson.loads(line)["policy_number"] for line in STORM.policy_lines()}

    reports = reports_of(STORM)

    assert {report.policy_number for report in reports} <= numbers
    assert len({report.report_id for report in reports}) == 400


def test_no_report_can_be_one_that_came_before() -> None:
    kinds: dict[str, list[DamageKind]] = defaultdict(list)
    for report in reports_of(STORM):
        kinds[report.policy_number] += [item.kind for item in report.damage]

    assert sum(len(set(of_policy)) > 1 for of_policy in kinds.values()) > 100
    assert all(len(set(of_policy)) == len(of_policy) for of_policy in kinds.values())


def test_what_the_claims_of_a_policy_estimate_needs_no_assessment() -> None:
    estimated: dict[str, int] = defaultdict(int)
    for report in reports_of(STORM):
        estimated[report.policy_number] += sum(item.amount_cents for item in report.damage)

    assert max(estimated.values()) <= CURRENT_PRODUCT.customer_estimate_limit_cents


def test_every_loss_lies_before_its_report() -> None:
    assert all(report.loss.until_at < report.reported_at for report in reports_of(STORM))


def test_more_claims_than_policies_can_have_are_refused() -> None:
    with pytest.raises(ValueError, match="250 policies are too few for claims 101 to 501"):
        STORM.reports(first=101)


def test_every_policy_is_one_that_policy_svc_imports() -> None:
    lines = (line.encode() for line in STORM.policy_lines())

    assert all(isinstance(policy, NumberedLine) for policy in read_lines(lines))


def test_about_one_trace_in_twenty_is_sampled() -> None:
    traces = [dict(message.headers)["traceparent"] for message in Storm(claims=4_000, policies=2_000).reports()]

    sampled = sum(trace.endswith(b"-01") for trace in traces)

    assert abs(sampled / 4_000 - SAMPLED_PER_CENT / 100) < 0.015


def test_lots_have_reports_of_their_own() -> None:
    first, second = ({report.report_id for report in reports_of(STORM, first=first)} for first in (0, 100))

    assert not first & second


def test_every_hour_that_a_claim_looks_at_is_measured_or_made_up() -> None:
    rain, (example,) = CURRENT_PRODUCT.rain, RAINFALL_REQUESTED.examples
    loss = LossInterval(from_at=FIRST_LOSS_AT, until_at=FIRST_LOSS_AT + timedelta(hours=LOSS_HOURS))
    asked = replace(example, loss=loss, readings=(rain.surface_water, rain.groundwater))
    wanted = set(hours_of(Question.of(asked)).numbers)

    hours: dict[int, set[int]] = defaultdict(set)
    for body in ("".join(dry_hours()).encode(), *(path.read_bytes() for path in KNMI_HOURS)):
        contents = read_file(Reply("hours.txt", body, datetime.now(UTC)), rain_stations=STATIONS)
        for publication in contents.publications:
            for key, statement in publication.statements.items():
                hours[key.station.number].update(
                    key.first_hour + offset for offset, figure in enumerate(statement.figures) if figure >= TRACE
                )

    assert [station for station in STATIONS if wanted - hours[station]] == []
