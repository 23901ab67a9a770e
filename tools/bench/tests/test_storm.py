from uuid import UUID

import orjson

from bench.storm import SAMPLED_PER_CENT, Storm
from contracts.envelope import decode
from contracts.loss_reports import LOSS_REPORTED
from policy_svc.policy_file import PolicyLine, read_lines

STORM = Storm(claims=400, policies=50)


def test_the_same_seed_gives_the_same_bytes() -> None:
    again = Storm(claims=400, policies=50)

    assert STORM.reports() == again.reports()
    assert list(STORM.policy_lines()) == list(again.policy_lines())


def test_another_seed_gives_other_reports() -> None:
    assert STORM.reports() != Storm(claims=400, policies=50, seed=1).reports()


def test_every_report_is_one_that_claims_svc_accepts_and_names_a_policy_of_the_file() -> None:
    numbers = {orjson.loads(line)["policy_number"] for line in STORM.policy_lines()}

    reports = [
        decode(LOSS_REPORTED, headers=message.headers, key=message.key, value=message.value).event
        for message in STORM.reports()
    ]

    assert {report.policy_number for report in reports} <= numbers
    assert len({report.report_id for report in reports}) == 400


def test_every_policy_is_one_that_policy_svc_imports() -> None:
    lines = (line.encode() for line in STORM.policy_lines())

    assert all(isinstance(policy, PolicyLine) for policy in read_lines(lines))


def test_about_one_trace_in_twenty_is_sampled() -> None:
    traces = [dict(message.headers)["traceparent"] for message in Storm(claims=4_000, policies=50).reports()]

    sampled = sum(trace.endswith(b"-01") for trace in traces)

    assert abs(sampled / 4_000 - SAMPLED_PER_CENT / 100) < 0.015


def test_lots_have_reports_of_their_own() -> None:
    first, second = (
        {UUID(orjson.loads(message.value)["report_id"]) for message in STORM.reports(first=first)} for first in (0, 400)
    )

    assert not first & second
