from __future__ import annotations

from domain.loss_cases import CANNOT_BE_TOLD, HEAVY_RAIN, RAIN_FELL_IN, case, measured, verdict_on

from contracts.vocabulary import Truth


def test_stations_that_disagree_about_a_cloudburst_cost_the_customer_nothing() -> None:
    near, far = (HEAVY_RAIN.stations[0].model_copy(update={"cloudburst": truth}) for truth in (Truth.TRUE, Truth.FALSE))
    rain = HEAVY_RAIN.model_copy(update={"stations": (near, far)})

    assert verdict_on(case(RAIN_FELL_IN, rain=rain)).money.payable_cents == 184_000


def test_an_answer_without_a_station_gives_no_evidence() -> None:
    rain = CANNOT_BE_TOLD.model_copy(update={"stations": ()})

    assert verdict_on(case(rain=rain)).rain is None


def test_the_decision_shows_the_shortfall_of_every_window() -> None:
    evidence = verdict_on(case(rain=measured(399))).rain

    assert evidence is not None
    assert [(margin.within_hours, margin.margin_tenths_mm) for margin in evidence.margins] == [
        (24, -1),
        (48, -131),
        (72, -271),
    ]
    assert (evidence.station_number, evidence.deciding_window_hours) == (377, None)


def test_the_deciding_window_is_the_shortest_that_reached_its_threshold() -> None:
    evidence = verdict_on(case(rain=measured(700))).rain

    assert evidence is not None
    assert evidence.deciding_window_hours == 24
