"""What customers read about a question is true of everybody who may be asked it."""

from __future__ import annotations

import pytest

from claims_svc.routes.question_words import words_of
from contracts.language import Language


@pytest.mark.parametrize(
    ("language", "excluded", "covered"),
    [
        (
            Language.DUTCH,
            "Regenwater dat eerst buiten viel",
            "Regen die rechtstreeks naar binnen viel, is wel verzekerd.",
        ),
        (Language.ENGLISH, "Rainwater that first fell outside", "Rain that fell straight in is insured."),
    ],
)
def test_an_open_window_excludes_rainwater_that_ran_in_and_nothing_else(
    language: Language, excluded: str, covered: str
) -> None:
    """Source: domain.md §1: "a window or door left open excludes *indirect* precipitation only"."""
    words, _ = words_of("facts.came_through_open_window_or_door")

    reason = words.reason.told_in(language)

    assert reason.startswith(excluded)
    assert reason.endswith(covered)
