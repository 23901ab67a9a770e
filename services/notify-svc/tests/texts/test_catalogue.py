from __future__ import annotations

import pytest

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.money import MoneyStepCode
from contracts.vocabulary import FactSource, Language, PerilFamily, WaterReading, WaterRoute
from contracts.weather import UndeterminedReason
from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.languages import CATALOGUES


@pytest.mark.parametrize("language", Language)
def test_everything_a_decision_can_hold_has_its_words_in_every_language(language: Language) -> None:
    texts = CATALOGUES[language]
    reasons = texts.reasons

    assert set(reasons.grounds) == set(GroundCode)
    assert len({ground.fact for ground in reasons.grounds.values()}) == len(GroundCode)
    assert set(reasons.facts) == set(LossFacts.__struct_fields__)
    assert set(reasons.causes) == set(WaterRoute)
    assert set(reasons.outcomes) == set(reasons.follows) == set(Outcome)
    assert set(reasons.kinds) == set(DamageKind)
    assert set(reasons.estimates) == set(reasons.sources) == set(FactSource)
    assert set(texts.notices) == set(NoticeKind)
    assert set(texts.rain.captions) == set(WaterReading)
    assert set(texts.rain.reasons) == set(UndeterminedReason)
    assert set(texts.money.steps) == set(MoneyStepCode)
    assert set(texts.money.families) == set(PerilFamily)


@pytest.mark.parametrize(
    ("code", "outcomes"),
    [
        (GroundCode.CELLAR_PUMPING, set(Outcome) - {Outcome.WITHDRAWN}),
        (GroundCode.COVER_NOT_CHOSEN, {Outcome.DENIED}),
        (GroundCode.SECOND_LOOK, {Outcome.REFERRED}),
    ],
)
@pytest.mark.parametrize("language", Language)
def test_a_ground_that_can_lead_to_several_outcomes_has_a_sentence_for_each(
    code: GroundCode, outcomes: set[Outcome], language: Language
) -> None:
    ground = CATALOGUES[language].reasons.grounds[code]

    assert {outcome for outcome in Outcome if ground.follows(outcome)} == outcomes
