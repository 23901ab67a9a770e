from __future__ import annotations

import re
from pathlib import Path

import pytest
from letter_cases import CASES, html
from msgspec.structs import replace

from contracts.coverage import GroundCode
from contracts.vocabulary import Language
from notify_svc.texts.clauses import CLAUSES, MINIMUM_DEDUCTIBLE, clause_of

TERMS = Path(__file__).parents[4] / "services/policy-svc/policy_svc/terms"
DENYING = {
    GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
    GroundCode.WINDOW_OR_DOOR_OPEN,
    GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION,
    GroundCode.GROUNDWATER,
    GroundCode.PRIMARY_DEFENCE_FAILED,
    GroundCode.SEA_WATER,
    GroundCode.UNEMBANKED_AREA,
    GroundCode.GOVERNMENT_ACTION,
    GroundCode.CELLAR_PUMPING,
    GroundCode.NOT_INSURED_AT_LOSS,
    GroundCode.COVER_NOT_CHOSEN,
}


def clauses_in(product: str, language: Language) -> list[str]:
    terms = (TERMS / f"{product}.{language.value}.md").read_text()
    return re.findall(r"^\*\*(\d+\.\d+)\*\*", terms, flags=re.MULTILINE)


@pytest.mark.parametrize("product", CLAUSES)
@pytest.mark.parametrize("language", Language)
def test_every_clause_named_stands_in_the_terms(product: str, language: Language) -> None:
    written = clauses_in(product, language)

    assert len(written) == len(set(written)) > 20
    assert {*CLAUSES[product].values(), MINIMUM_DEDUCTIBLE[product]} <= set(written)


@pytest.mark.parametrize("product", CLAUSES)
def test_both_languages_have_the_same_clauses(product: str) -> None:
    assert clauses_in(product, Language.DUTCH) == clauses_in(product, Language.ENGLISH)


@pytest.mark.parametrize("product", CLAUSES)
def test_every_ground_has_a_clause_and_what_denies_has_one_of_its_own(product: str) -> None:
    assert set(CLAUSES[product]) == set(GroundCode)
    shared = [clause for code, clause in CLAUSES[product].items() if code not in DENYING]
    own = {clause for code, clause in CLAUSES[product].items() if code in DENYING}
    assert len(own) == len(DENYING)
    assert own & set(shared) == {clause_of(GroundCode.HEAVY_LOCAL_PRECIPITATION, product_version=product)}


def test_a_letter_names_no_clause_of_terms_that_we_do_not_know() -> None:
    unknown = replace(CASES["notice-denied"], product_version="home-2035.1")

    assert "in artikel" in html(CASES["notice-denied"], language=Language.DUTCH)
    assert "in artikel" not in html(unknown, language=Language.DUTCH)
