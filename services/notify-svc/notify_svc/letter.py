"""What a customer is told about a decision, put together from the decision and one language's wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.claims import GroundWeight, Outcome
from contracts.policy import Language
from contracts.vocabulary import Establishment
from notify_svc.domain import Case, case_of
from notify_svc.figures import Figures
from notify_svc.wording_en import ENGLISH
from notify_svc.wording_nl import DUTCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.claims import DecisionMade, Finding, RainEvidence, WindowMargin
    from contracts.vocabulary import LossInterval
    from notify_svc.wording import Wording

WORDINGS: Mapping[Language, Wording] = {Language.DUTCH: DUTCH, Language.ENGLISH: ENGLISH}

_NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, kw_only=True)
class RouteVerdict:
    """One way the water came in, what was decided about it and why."""

    route: str
    outcome: str
    grounds: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RainRow:
    """The wettest period of one length against its threshold."""

    hours: str
    between: str | None
    measured: str
    needed: str
    result: str


@dataclass(frozen=True, kw_only=True)
class RainAccount:
    """Where was measured, and what."""

    station: str
    rows: tuple[RainRow, ...]
    closest: str | None
    corrections: str | None


@dataclass(frozen=True, kw_only=True)
class MoneyRow:
    """One step from damage to payment."""

    step: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything an e-mail says, as finished sentences; the templates only arrange it."""

    wording: Wording
    subject: str
    headline: str
    greeting: str
    opening: str
    replaces_earlier: str | None
    reference: str
    loss: str
    ground: str
    routes: tuple[RouteVerdict, ...]
    second_look: str | None
    rain: RainAccount | None
    money: tuple[MoneyRow, ...]
    payable: str
    next_steps: tuple[str, ...]


def write_letter(decision: DecisionMade, *, name: str, language: Language) -> Letter:
    """Return what the customer called `name` reads by e-mail about `decision`."""
    wording = WORDINGS[language]
    figures = Figures(wording.locale)
    told = wording.cases[case_of(decision)]
    is_covered = decision.outcome is Outcome.COVERED
    has_amount = is_covered and decision.money.payable_cents is not None
    return Letter(
        wording=wording,
        subject=_fill(told.subject, decision, figures).replace(_NO_BREAK_SPACE, " "),
        headline=told.headline,
        greeting=wording.greeting.format(name=name),
        opening=_fill(told.opening, decision, figures),
        replaces_earlier=wording.replaces_earlier if decision.claim_version > 1 else None,
        reference=decision.claim_reference,
        loss=_loss(decision.loss, wording=wording, figures=figures),
        ground=wording.grounds[decision.deciding_ground],
        routes=_routes(decision.findings, wording=wording),
        second_look=wording.second_look if any(finding.second_look for finding in decision.findings) else None,
        rain=_rain(decision, wording=wording, figures=figures),
        money=_money(decision, wording=wording, figures=figures) if has_amount else (),
        payable=figures.euros(decision.money.payable_cents or 0),
        next_steps=told.next_steps,
    )


def write_sms(decision: DecisionMade, *, language: Language, has_email: bool) -> str:
    """Return the text of the SMS: the outcome and the reference, nothing that leads to a person or a home."""
    wording = WORDINGS[language]
    told = _fill(wording.cases[case_of(decision)].sms, decision, Figures(wording.locale))
    ending = wording.sms_with_email if has_email else wording.sms_without_email
    return f"{told} {ending}".replace(_NO_BREAK_SPACE, " ")


def _fill(text: str, decision: DecisionMade, figures: Figures) -> str:
    amount = figures.euros(decision.money.payable_cents or 0)
    return text.format(reference=decision.claim_reference, amount=amount)


def _loss(loss: LossInterval, *, wording: Wording, figures: Figures) -> str:
    start, end = figures.moment(loss.from_at), figures.moment(loss.until_at)
    return start if start == end else wording.loss_between.format(start=start, end=end)


def _routes(findings: tuple[Finding, ...], *, wording: Wording) -> tuple[RouteVerdict, ...]:
    """Return one verdict per way the water came in; with a single one the decision itself says it all."""
    if len(findings) == 1:
        return ()
    return tuple(
        RouteVerdict(
            route=wording.routes[finding.route],
            outcome=wording.outcomes[finding.outcome],
            grounds=tuple(
                wording.grounds[ground.code] for ground in finding.grounds if ground.weight is GroundWeight.DECISIVE
            ),
        )
        for finding in findings
    )


def _rain(decision: DecisionMade, *, wording: Wording, figures: Figures) -> RainAccount | None:
    rain = decision.rain
    if rain is None:
        return None
    distance = figures.distance(rain.distance_metres)
    is_denied = case_of(decision) is Case.DENIED
    return RainAccount(
        station=wording.rain.station.format(station=rain.station_name, distance=distance),
        rows=tuple(_rain_row(margin, wording=wording, figures=figures) for margin in rain.margins),
        closest=_closest(rain, wording=wording, figures=figures),
        corrections=wording.rain.corrections if is_denied else None,
    )


def _rain_row(margin: WindowMargin, *, wording: Wording, figures: Figures) -> RainRow:
    rain = wording.rain
    between = None
    if margin.starts_at is not None and margin.ends_at is not None:
        between = rain.between.format(start=figures.moment(margin.starts_at), end=figures.moment(margin.ends_at))
    measured = margin.best_sum_tenths_mm
    return RainRow(
        hours=rain.hours.format(hours=margin.within_hours),
        between=between,
        measured=rain.unknown if measured is None else figures.millimetres(measured),
        needed=figures.millimetres(margin.at_least_tenths_mm),
        result=_rain_result(margin.margin_tenths_mm, wording=wording, figures=figures),
    )


def _rain_result(margin_tenths_mm: int | None, *, wording: Wording, figures: Figures) -> str:
    if margin_tenths_mm is None:
        return wording.rain.undetermined
    if margin_tenths_mm >= 0:
        return wording.rain.reached
    return wording.rain.short.format(shortfall=figures.millimetres(-margin_tenths_mm))


def _closest(rain: RainEvidence, *, wording: Wording, figures: Figures) -> str | None:
    """Return the sentence with the smallest shortfall, when the rain is known to have been too little."""
    measured = [
        (-margin.margin_tenths_mm, margin.best_sum_tenths_mm, margin)
        for margin in rain.margins
        if margin.margin_tenths_mm is not None and margin.best_sum_tenths_mm is not None
    ]
    if rain.establishment is not Establishment.NOT_ESTABLISHED or not measured:
        return None
    shortfall, best_sum, margin = min(measured, key=lambda candidate: candidate[0])
    return wording.rain.closest.format(
        measured=figures.millimetres(best_sum),
        hours=margin.within_hours,
        needed=figures.millimetres(margin.at_least_tenths_mm),
        shortfall=figures.millimetres(shortfall),
    )


def _money(decision: DecisionMade, *, wording: Wording, figures: Figures) -> tuple[MoneyRow, ...]:
    return tuple(
        MoneyRow(step=wording.money.steps[step.code], amount=figures.euros(step.amount_cents))
        for step in decision.money.steps
    )
