from __future__ import annotations

from msgspec.structs import replace

from bench.policy_changes import RENEWED_ON, Followed, renewed
from bench.storm import Storm
from claims_svc.domain.insurance import insurance_at
from contracts.codec import from_json
from contracts.loss_reports import LossReported
from contracts.policy import POLICY_CHANGED

(POLICY,) = POLICY_CHANGED.examples


def test_a_renewal_leaves_what_was_insured_at_every_loss_and_changes_the_terms() -> None:
    losses = [from_json(LossReported, message.value).loss for message in Storm(claims=50, policies=50).reports()]
    again = renewed(renewed(POLICY))

    assert [terms.effective_on for terms in again.terms] == [POLICY.terms[0].effective_on, RENEWED_ON, RENEWED_ON]
    assert again.version == POLICY.version + 2
    for loss in losses:
        before, after = insurance_at(POLICY, loss=loss).terms, insurance_at(again, loss=loss).terms
        assert before is not None
        assert after == replace(before, ends_on=RENEWED_ON)


def test_the_figures_are_of_a_claim() -> None:
    used = {"claims-svc": 1_000, "weather-svc": 0, "notify-svc": 10, "postgres": 500, "kafka": 90, "otlp-sink": 7}
    followed = Followed(claims=10, policies=5, seconds=2.0, cpu_microseconds=used, wal_bytes=4_000, load_before=0.5)

    assert followed.figures() == {
        "claims": 10,
        "policies": 5,
        "redetermined_per_second": 5,
        "cpu_us_per_redetermined_claim": {
            "sum": 160.0,
            "claims-svc": 100.0,
            "weather-svc": 0.0,
            "notify-svc": 1.0,
            "postgres": 50.0,
            "kafka": 9.0,
        },
        "wal_bytes_per_redetermined_claim": 400,
        "load_before": 0.5,
    }
