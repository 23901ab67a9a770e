"""Every code that staff can meet has words, and each form of the desk knows every fact."""

from __future__ import annotations

from enum import StrEnum

import pytest
from msgspec.structs import fields

from contracts.coverage import GroundCode, Outcome
from contracts.language import Language
from contracts.loss_reports import DamageKind, LossFacts, ReportChannel
from contracts.money import MoneyStepCode
from contracts.vocabulary import Establishment, FactSource, Truth, WaterRoute
from contracts.weather import Quality, UndeterminedReason
from portal_svc.domain.amounts import cents_of
from portal_svc.rooms.desk_claim import DONE, FACTS, TOLD
from portal_svc.web.codes import wording
from portal_svc.web.texts import texts_in

KINDS: dict[str, type[StrEnum]] = {
    "ground": GroundCode,
    "outcome": Outcome,
    "kind": DamageKind,
    "channel": ReportChannel,
    "step": MoneyStepCode,
    "establishment": Establishment,
    "source": FactSource,
    "truth": Truth,
    "route": WaterRoute,
    "quality": Quality,
    "undetermined": UndeterminedReason,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", Language)
def test_every_code_has_words_in_both_languages(kind: str, language: Language) -> None:
    missing = [code.value for code in KINDS[kind] if f"codes.{kind}.{code.value}" not in texts_in(language)]
    assert missing == []


@pytest.mark.parametrize("language", Language)
def test_every_fact_is_in_the_forms_and_has_words(language: Language) -> None:
    assert set(FACTS) == {field.name for field in fields(LossFacts)}
    assert [name for name in FACTS if f"codes.fact.{name}" not in texts_in(language)] == []


def test_every_notice_and_refusal_of_the_desk_has_a_sentence() -> None:
    texts = texts_in(Language.DUTCH)
    assert [one for one in DONE if f"desk-claim.done.{one}" not in texts] == []
    assert [one for one in TOLD if f"desk-claim.refused.{one}" not in texts] == []


def test_a_code_of_tomorrow_is_read_as_it_is() -> None:
    word = wording(texts_in(Language.ENGLISH))
    assert word("ground", "meteor_through_roof") == "meteor through roof"
    assert word("ground", None) == "–"


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("1840", 184_000),
        ("1.840,50", 184_050),
        ("1,840.5", 184_050),
        ("€ 1840,-", 184_000),
        ("EUR 12.345", 1_234_500),
        ("0", 0),
        ("1840,505", None),
        ("-5", None),
        ("about 20", None),
        ("", None),
        ("1.84.0", None),
        ("9999999999", None),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: str, cents: int | None) -> None:
    assert cents_of(written) == cents
