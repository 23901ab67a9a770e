"""Real examples of every event: Ell, July 2021, where no calendar day reached 40 mm but 24 hours did."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from contracts import claims, notify, parking, policy, vocabulary, weather

_CLAIM_ID = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10")
_REPORT_ID = UUID("0198c5f2-6d00-7b11-8f21-0a4b5c6d7e8f")
_CUSTOMER_ID = UUID("0198c5f0-1111-7aaa-8bbb-123456789abc")
_POLICY_NUMBER = "123456-531-04"
_LOSS = vocabulary.LossInterval(
    from_at=datetime(2021, 7, 15, 1, 30, tzinfo=UTC), until_at=datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
)
_HOME = vocabulary.Location(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000, accuracy_metres=25)
_DAY = vocabulary.RainThreshold(within_hours=24, at_least_tenths_mm=400)
_TWO_DAYS = vocabulary.RainThreshold(within_hours=48, at_least_tenths_mm=530)
_THREE_DAYS = vocabulary.RainThreshold(within_hours=72, at_least_tenths_mm=670)
_ELL = vocabulary.Station(
    network=vocabulary.Network.AWS,
    number=377,
    name="Ell",
    latitude_microdegrees=51_196_646,
    longitude_microdegrees=5_762_634,
)
_BEST_DAY = (datetime(2021, 7, 14, 16, tzinfo=UTC), datetime(2021, 7, 15, 16, tzinfo=UTC))
_YES = vocabulary.Fact(value=vocabulary.Truth.TRUE)
_NO = vocabulary.Fact(value=vocabulary.Truth.FALSE)

LOSS_REPORTED = claims.LossReported(
    report_id=_REPORT_ID,
    policy_number=_POLICY_NUMBER,
    channel=claims.ReportChannel.APP,
    reported_at=datetime(2021, 7, 15, 6, 12, tzinfo=UTC),
    loss=_LOSS,
    facts=claims.LossFacts(precipitation_left_its_course=_YES, came_through_open_window_or_door=_NO),
    damage=(claims.DamageItem(kind=claims.DamageKind.BUILDINGS, amount_cents=184_000),),
)

RAINFALL_REQUESTED = claims.RainfallRequested(
    claim_id=_CLAIM_ID,
    request_version=1,
    loss=_LOSS,
    home=_HOME,
    network=vocabulary.Network.AWS,
    reading=vocabulary.WindowReading.CONTAINS_LOSS,
    thresholds=(_DAY, _TWO_DAYS, _THREE_DAYS),
    cloudburst=vocabulary.RainThreshold(within_hours=1, at_least_tenths_mm=250),
)

RAINFALL_ASSESSED = weather.RainfallAssessed(
    claim_id=_CLAIM_ID,
    request_version=1,
    assessment_version=1,
    establishment=vocabulary.Establishment.ESTABLISHED,
    final=True,
    undetermined_reason=None,
    stations=(
        weather.StationAssessment(
            station=_ELL,
            distance_metres=2_047,
            establishment=vocabulary.Establishment.ESTABLISHED,
            windows=(
                weather.WindowAssessment(
                    within_hours=24,
                    at_least_tenths_mm=400,
                    best_sum_tenths_mm=402,
                    starts_at=_BEST_DAY[0],
                    ends_at=_BEST_DAY[1],
                    missing_hours=0,
                    establishment=vocabulary.Establishment.ESTABLISHED,
                ),
            ),
            cloudburst=vocabulary.Truth.FALSE,
            hours=weather.HourlySeries(
                first_hour_ends_at=datetime(2021, 7, 15, 0, tzinfo=UTC), tenths_mm=(31, 24, 18, None)
            ),
            quality=weather.Quality.VALIDATED,
        ),
    ),
)

DECISION_MADE = claims.DecisionMade(
    claim_id=_CLAIM_ID,
    claim_version=1,
    claim_reference="W7XK2M9QD4T",
    report_id=_REPORT_ID,
    customer_id=_CUSTOMER_ID,
    postcode_area="6011",
    loss=_LOSS,
    outcome=claims.Outcome.COVERED,
    deciding_ground=claims.GroundCode.HEAVY_LOCAL_PRECIPITATION,
    findings=(
        claims.Finding(
            route=vocabulary.WaterRoute.INDIRECT_PRECIPITATION,
            outcome=claims.Outcome.COVERED,
            grounds=(
                claims.Ground(
                    code=claims.GroundCode.HEAVY_LOCAL_PRECIPITATION,
                    effect=claims.GroundEffect.COVERS,
                    holds=vocabulary.Truth.TRUE,
                    weight=claims.GroundWeight.DECISIVE,
                ),
                claims.Ground(
                    code=claims.GroundCode.WINDOW_OR_DOOR_OPEN,
                    effect=claims.GroundEffect.EXCLUDES,
                    holds=vocabulary.Truth.FALSE,
                    weight=claims.GroundWeight.DOES_NOT_HOLD,
                    facts=(
                        claims.GroundFact(
                            name="came_through_open_window_or_door",
                            value=vocabulary.Truth.FALSE,
                            source=vocabulary.FactSource.CUSTOMER,
                        ),
                    ),
                ),
            ),
        ),
    ),
    covers=(vocabulary.Cover.BUILDINGS,),
    rain=claims.RainEvidence(
        assessment_version=1,
        establishment=vocabulary.Establishment.ESTABLISHED,
        station_network=vocabulary.Network.AWS,
        station_number=377,
        station_name="Ell",
        distance_metres=2_047,
        margins=(
            claims.WindowMargin(
                within_hours=24,
                at_least_tenths_mm=400,
                best_sum_tenths_mm=402,
                starts_at=_BEST_DAY[0],
                ends_at=_BEST_DAY[1],
                margin_tenths_mm=2,
            ),
        ),
        deciding_window_hours=24,
        cloudburst=vocabulary.Truth.FALSE,
    ),
    money=claims.Money(
        steps=(
            claims.MoneyStep(code=claims.MoneyStepCode.DAMAGE, amount_cents=184_000),
            claims.MoneyStep(code=claims.MoneyStepCode.DEDUCTIBLE, amount_cents=-25_000),
        ),
        payable_cents=159_000,
    ),
    product_version="home-2021.1",
    decided_at=datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC),
    proof_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    previous_proof_sha256=None,
)

POLICY_CHANGED = policy.PolicyChanged(
    policy_number=_POLICY_NUMBER,
    version=1,
    customer_id=_CUSTOMER_ID,
    terms=(
        policy.PolicyTerms(
            effective_on=date(2019, 4, 1),
            ends_on=None,
            recorded_at=datetime(2019, 3, 12, 9, 30, tzinfo=UTC),
            home=policy.Home(
                postcode="6011RA", house_number="12", location=_HOME, home_type=policy.HomeType.SEMI_DETACHED
            ),
            covers=(vocabulary.Cover.BUILDINGS,),
            deductible_cents=0,
            product_version="home-2021.1",
        ),
    ),
)

CONTACT_CHANGED = policy.ContactChanged(
    customer_id=_CUSTOMER_ID,
    version=1,
    relation_number="123456",
    name="J. Voorbeeld",
    email="j.voorbeeld@example.org",
    mobile_phone="+31612345678",
    language=policy.Language.DUTCH,
)

MESSAGE_SETTLED = notify.MessageSettled(
    message_id=UUID("0198c5f3-0a0b-7c0d-8e0f-101112131415"),
    claim_id=_CLAIM_ID,
    claim_version=1,
    channel=vocabulary.Channel.EMAIL,
    settlement=notify.Settlement.SENT,
    attempts=1,
)

MESSAGE_PARKED = parking.MessageParked(
    parked_id=UUID("0198c5f3-1a1b-7c1d-8e1f-202122232425"),
    consumer="claims-svc.claims.loss-reported.v1",
    topic="claims.loss-reported.v1",
    partition=3,
    offset=1_042,
    reason_code="not-json",
    reason="the value is not JSON: Invalid JSON: expected value at line 1 column 1",
    attempts=1,
    parked_at=datetime(2021, 7, 15, 6, 20, tzinfo=UTC),
    key_base64=None,
    value_base64="e2JhZA==",
    headers=(parking.ParkedHeader(name="ce_id", value_base64="NDI="),),
)
