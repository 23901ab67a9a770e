from __future__ import annotations

import pytest

from contracts.coverage import GroundCode, Outcome
from contracts.money import MoneyStepCode
from contracts.vocabulary import Language, WaterRoute
from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.languages import CATALOGUES


@pytest.mark.parametrize("language", Language)
def test_every_rule_has_its_words_in_every_language(language: Language) -> None:
    texts = CATALOGUES[language]

    assert set(texts.grounds) == set(GroundCode)
    assert len(set(texts.grounds.values())) == len(GroundCode)
    assert set(texts.notices) == set(NoticeKind)
    assert set(texts.routes) == set(WaterRoute)
    assert set(texts.outcomes) == set(Outcome)
    assert set(texts.money.steps) == set(MoneyStepCode)
