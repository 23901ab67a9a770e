from __future__ import annotations

import pytest

from contracts.claims import GroundCode, MoneyStepCode, Outcome
from contracts.policy import Language
from contracts.vocabulary import WaterRoute
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
