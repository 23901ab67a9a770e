"""Both catalogues are whole, and figures and moments read as in the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

from contracts.coverage import GroundCode, GroundEffect, GroundWeight, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.money import MoneyStepCode
from contracts.notify import Settlement
from contracts.vocabulary import Establishment, FactSource, PerilFamily, Truth, WaterReading, WaterRoute
from contracts.weather import PassedOverReason, UndeterminedReason
from demo.report_language import Language
from demo.stories import REFUSALS, STORIES

ENGLISH, DUTCH = Language.load("en"), Language.load("nl")
MINUS = "\N{MINUS SIGN}"
PACKAGE = Path(__file__).parents[1] / "demo"
SOURCES = "".join(path.read_text() for path in [*PACKAGE.glob("report*.py"), *PACKAGE.glob("templates/*")])
CODES: dict[str, type[StrEnum]] = {
    "outcome": Outcome,
    "ground": GroundCode,
    "effect": GroundEffect,
    "weight": GroundWeight,
    "truth": Truth,
    "source": FactSource,
    "route": WaterRoute,
    "damage": DamageKind,
    "settlement": Settlement,
    "undetermined": UndeterminedReason,
    "passed_over": PassedOverReason,
    "money": MoneyStepCode,
    "reading": WaterReading,
    "establishment": Establishment,
    "family": PerilFamily,
}


def placeholders(language: Language, key: str) -> list[set[str]]:
    sentence = language.sentences[key]
    texts = [sentence] if isinstance(sentence, str) else [sentence["one"], sentence["other"]]
    return [{name for _, name, _, _ in Formatter().parse(text) if name} - {"count"} for text in texts]


def literal_keys() -> Iterator[str]:
    yield from re.findall(r'"([a-z_]+)"', SOURCES)


def test_both_languages_say_the_same_sentences_about_the_same_values() -> None:
    assert ENGLISH.sentences.keys() == DUTCH.sentences.keys()
    for key in ENGLISH.sentences:
        assert placeholders(ENGLISH, key) == placeholders(DUTCH, key), key


def test_every_sentence_that_is_asked_for_is_there_and_none_is_left_over() -> None:
    asked = set(re.findall(r'(?:\bt|sentence)\(\s*"([a-z_]+)"', SOURCES))
    assert asked <= ENGLISH.sentences.keys()
    composed = {"loss_moment_area", "loss_interval_area"}
    assert ENGLISH.sentences.keys() - set(literal_keys()) == composed


@pytest.mark.parametrize("kind", CODES)
def test_every_code_has_its_dutch_word(kind: str) -> None:
    assert {str(code) for code in CODES[kind]} <= DUTCH.words[kind].keys()


def test_every_fact_has_its_dutch_words() -> None:
    assert set(LossFacts.__struct_fields__) <= DUTCH.words["fact"].keys()


def test_every_story_has_its_dutch_title() -> None:
    assert {one.title for one in (*STORIES, *REFUSALS)} == DUTCH.words["title"].keys()


def test_every_reason_of_a_refusal_has_its_words_in_both_languages() -> None:
    reasons = {refusal.reason_code for refusal in REFUSALS}
    assert reasons == DUTCH.words["reason"].keys() == ENGLISH.words["reason"].keys()


def test_what_is_filled_into_a_sentence_cannot_become_markup() -> None:
    assert ENGLISH.sentence("claim_reference", reference="<b>", version=1) == "claim <code>&lt;b&gt;</code>, version 1"


@pytest.mark.parametrize(("count", "text"), [(1, "1 fout"), (2, "2 fouten")])
def test_one_thing_and_several_have_sentences_of_their_own(count: int, text: str) -> None:
    assert DUTCH.sentence("problems", count=count) == f"nee: {text}"


def test_figures_read_as_in_the_language() -> None:
    assert (ENGLISH.millimetres(402), DUTCH.millimetres(402), DUTCH.millimetres(None)) == ("40.2", "40,2", "?")
    assert (ENGLISH.signed_millimetres(-99), DUTCH.signed_millimetres(2)) == (f"{MINUS}9.9", "+0,2")
    assert (ENGLISH.euros(-25_000), ENGLISH.euros(159_000)) == (f"{MINUS}€ 250.00", "€ 1,590.00")
    assert (DUTCH.euros(-25_000), DUTCH.euros(159_000)) == (f"{MINUS}€ 250,00", "€ 1.590,00")
    assert (ENGLISH.euros(None), DUTCH.euros(None)) == ("not settled yet", "nog niet bekend")
    assert (ENGLISH.kilometres(3_649), DUTCH.kilometres(3_649)) == ("3.6 km", "3,6 km")


def test_durations_read_at_a_glance() -> None:
    durations = (0.006, 3.14, 84.7, 8_361)
    assert [ENGLISH.duration(value) for value in durations] == ["under 1 ms", "3.1 ms", "85 ms", "8.36 s"]
    assert [DUTCH.duration(value) for value in durations] == ["minder dan 1 ms", "3,1 ms", "85 ms", "8,36 s"]


def test_a_lag_reads_in_hours_and_minutes() -> None:
    assert (ENGLISH.lag(1_440), DUTCH.lag(95)) == ("24 h", "1 u 35 min")
    assert (ENGLISH.lag(30), ENGLISH.lag(0), DUTCH.lag(None)) == ("30 min", "–", "–")


def test_moments_are_those_of_the_homes_clock() -> None:
    moment = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
    assert (ENGLISH.home_hour(moment), DUTCH.home_hour(moment)) == ("Thu 15 Jul 03:30", "do 15 jul 03:30")
    assert (ENGLISH.home_moment(moment), DUTCH.home_moment(moment)) == ("15 July 2021 03:30", "15 juli 2021 03:30")
