"""Answers to questions, as they complete a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from claims_svc.domain.facts import ROUTE_FACTS
from claims_svc.domain.questions import DAMAGE, ROUTE
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.supplement import Supplement
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute


class AnswerKind(StrEnum):
    """What a question is answered by. That nobody knows is an answer to each."""

    TRUTH = "truth"
    ROUTE = "route"
    """One way in which water came."""
    ROUTES = "routes"
    """All of them."""
    DAMAGE = "damage"


class Answer(NamedTuple):
    """One answer; without a value nobody knows."""

    code: str
    truth: Truth = Truth.UNKNOWN
    routes: tuple[WaterRoute, ...] = ()
    damage: tuple[DamageItem, ...] = ()


class Decided(NamedTuple):
    """A version of a claim's decision; `is_settled`: it leaves nothing to people."""

    at: datetime
    is_settled: bool


def kind_of(code: str) -> AnswerKind:
    """Return by what the question with this code is answered."""
    if code in {ROUTE, DAMAGE}:
        return AnswerKind.ROUTES if code == ROUTE else AnswerKind.DAMAGE
    return AnswerKind.ROUTE if code.endswith(".route") else AnswerKind.TRUTH


def supplement_of(
    answers: Iterable[Answer], *, damage: Sequence[DamageItem], supplement_id: UUID, told_at: datetime
) -> Supplement:
    """Return what these answers of a customer tell. `damage` are the items that the questions count.

    Raises:
        IndexError: an answer is about an item that `damage` does not have.
    """
    facts: dict[str, Fact] = {}
    not_known: list[str] = []
    told: list[DamageItem] | None = None
    for answer in answers:
        match kind_of(answer.code):
            case AnswerKind.TRUTH if answer.code.startswith("facts."):
                facts[answer.code.removeprefix("facts.")] = Fact(value=answer.truth)
            case AnswerKind.ROUTES if answer.routes:
                facts |= {_ENTRY_OF[route]: Fact(value=Truth.TRUE) for route in answer.routes}
            case AnswerKind.DAMAGE if answer.damage:
                told = list(answer.damage)
            case AnswerKind.ROUTE if answer.routes:
                told = _with(told or damage, place=_place_in(answer.code), route=answer.routes[0])
            case AnswerKind.TRUTH if answer.truth is not Truth.UNKNOWN:
                by_fire = answer.truth is Truth.TRUE
                told = _with(told or damage, place=_place_in(answer.code), by_fire_or_explosion=by_fire)
            case _:
                not_known.append(answer.code)
    return Supplement(
        supplement_id=supplement_id,
        source=FactSource.CUSTOMER,
        told_at=told_at,
        facts=LossFacts(**facts),
        # The same damage once more is an answer as well.
        damage=tuple(told or ()),
        not_known=tuple(not_known),
    )


def answers_in(supplement: Supplement, code: str) -> bool:
    """Return whether `supplement` answers the question with this code.

    Whoever told it: what a register, a firm or a handler knows need not be asked any more. Only of the customer it is
    an answer that something is unknown, that one water was not it, or the same damage once more.
    """
    subject, _, name = code.partition(".")
    if subject == "facts":
        return _is_told(supplement, name)
    if code in supplement.not_known:
        return True
    if code == ROUTE:
        return any(_names_water(supplement, entry) for entry in _ENTRY_OF.values())
    if code == DAMAGE or supplement.source is FactSource.CUSTOMER:
        return bool(supplement.damage)
    place, _, told = name.partition(".")
    return any(getattr(item, told) is not None for item in supplement.damage[int(place) : int(place) + 1])


def is_decided(asked_at: datetime, *, decided: Sequence[Decided], rulings: Iterable[Ruling]) -> bool:
    """Return whether what a handler asked was for a decision that has been made since: then nobody needs to know.

    That is one that leaves nothing to people, and either somebody has ruled since they asked or it was open when they
    did. Of a claim that was settled already the rules may decide again for other reasons: the question stays open.
    """
    before = [each for each in decided if each.at <= asked_at]
    settled = [each.at for each in decided[len(before) :] if each.is_settled]
    if not settled:
        return False
    was_open = not (before and before[-1].is_settled)
    return was_open or any(asked_at < ruling.decided_at <= settled[-1] for ruling in rulings)


def _is_told(supplement: Supplement, name: str) -> bool:
    fact: Fact | None = getattr(supplement.facts, name)
    return fact is not None and (fact.value is not Truth.UNKNOWN or supplement.source is FactSource.CUSTOMER)


def _names_water(supplement: Supplement, entry: str) -> bool:
    fact: Fact | None = getattr(supplement.facts, entry)
    is_named = fact is not None and fact.value is Truth.TRUE
    return is_named or (supplement.source is FactSource.CUSTOMER and _is_told(supplement, entry))


def _with(damage: Sequence[DamageItem], *, place: int, **told: object) -> list[DamageItem]:
    """Return damage of which this is told about the item at `place`."""
    return [*damage[:place], replace(damage[place], **told), *damage[place + 1 :]]


def _place_in(code: str) -> int:
    return int(code.split(".")[1])


_ENTRY_OF = {route: entry for route, entry, _ in ROUTE_FACTS}
