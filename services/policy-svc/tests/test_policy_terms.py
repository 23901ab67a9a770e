"""The policy terms: every product has them, clause by clause the same in both languages."""

from __future__ import annotations

import re
from datetime import date

import pytest

from contracts.policy import Area, HomeFeature, HomeType, Persons, PetSpecies, PolicyKind
from contracts.vocabulary import Language
from policy_svc.documents import words
from policy_svc.documents.clauses import read_terms, terms_of
from policy_svc.products import PRODUCTS

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize("version", [product.version for product in PRODUCTS.all_current(TODAY)])
def test_every_product_has_terms_with_the_same_clauses_in_both_languages(version: str) -> None:
    numbers = []
    for language in Language:
        terms = terms_of(version, language)
        assert terms is not None
        assert version in terms.title
        numbers.append([clause.number for chapter in terms.chapters for clause in chapter.clauses])
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 15
    assert terms_of("home-1999.1", Language.DUTCH) is None


@pytest.mark.parametrize("version", [product.version for product in PRODUCTS.all_current(TODAY)])
@pytest.mark.parametrize("language", Language)
def test_no_terms_promise_word_of_a_renewal_before_its_day(version: str, language: Language) -> None:
    """It is told on its day: `flows/renewals.py`."""
    terms = terms_of(version, language)
    assert terms is not None
    told = " ".join(str(clause.text) for chapter in terms.chapters for clause in chapter.clauses)
    assert re.search(r"\b(vooraf|van tevoren|beforehand|in advance)\b", told) is None


@pytest.mark.parametrize(
    "text",
    [
        "# Terms\n\n## 2 Begins late",
        "# Terms\n\n## 1 One\n\n**1.2** Skips.",
        "# Terms\n\n**1.1** Without a chapter.",
        "# Terms\n\n## 1 One\n\nWithout a number.",
        "## 1 Without a title",
    ],
)
def test_terms_whose_numbers_do_not_follow_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither the next|begin with their title"):
        read_terms(text, published_on=TODAY)


def test_there_are_words_for_everything_that_can_be_insured() -> None:
    for kinds, told in (
        (PolicyKind, words.KINDS),
        (HomeType, words.HOME_TYPES),
        (HomeFeature, words.HOME_FEATURES),
        (PetSpecies, words.PET_SPECIES),
        (Persons, words.WHO),
        (Area, words.AREAS),
    ):
        assert set(told) == set(kinds)
