"""What a customer reads by e-mail about a decision, put together from the decision and one language's texts."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.claims import DecisionMade, RainEvidence, WindowMargin
from contracts.coverage import Finding, GroundWeight, Outcome
from contracts.vocabulary import Establishment, Language, LossInterval
from notify_svc.domain.notice import NoticeKind, notice_kind
from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.languages import CATALOGUES


@dataclass(frozen=True, kw_only=True)
class RouteAccount:
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
    """What was measured, and at which station."""

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
    """Everything an e-mail says, as finished sentences."""

    texts: TextCatalogue
    subject: str
    headline: str
    greeting: str
    opening: str
    replaces_earlier: str | None
    reference: str
    loss: str
    ground: str
    routes: tuple[RouteAccount, ...]
    second_look: str | None
    rain: RainAccount | None
    money: tuple[MoneyRow, ...]
    payable: str
    next_steps: tuple[str, ...]


def write_letter(decision: DecisionMade, *, name: str, language: Language) -> Letter:
    """Return what the customer called `name` reads by e-mail about `decision`."""
    texts = CATALOGUES[language]
    figures = Figures(texts.locale)
    notice = texts.notices[notice_kind(decision)]
    is_covered = decision.outcome is Outcome.COVERED
    has_amount = is_covered and decision.money.payable_cents is not None
    return Letter(
        texts=texts,
        subject=_fill(notice.subject, decision, figures).replace(NO_BREAK_SPACE, " "),
        headline=notice.headline,
        greeting=texts.greeting.format(name=name),
        opening=_fill(notice.opening, decision, figures),
        replaces_earlier=texts.replaces_earlier if decision.claim_version > 1 else None,
        reference=decision.claim_reference,
        loss=_loss(decision.loss, texts=texts, figures=figures),
        ground=texts.grounds[decision.deciding_ground],
        routes=_routes(decision.findings, texts=texts),
        second_look=texts.second_look if any(finding.second_look for finding in decision.findings) else None,
        rain=_rain(decision, texts=texts, figures=figures),
        money=_money(decision, texts=texts, figures=figures) if has_amount else (),
        payable=figures.euros(decision.money.payable_cents or 0),
        next_steps=notice.next_steps,
    )


def _fill(text: str, decision: DecisionMade, figures: Figures) -> str:
    amount = figures.euros(decision.money.payable_cents or 0)
    return text.format(reference=decision.claim_reference, amount=amount)


def _loss(loss: LossInterval, *, texts: TextCatalogue, figures: Figures) -> str:
    start, end = figures.moment(loss.from_at), figures.moment(loss.until_at)
    return start if start == end else texts.loss_between.format(start=start, end=end)


def _routes(findings: tuple[Finding, ...], *, texts: TextCatalogue) -> tuple[RouteAccount, ...]:
    """Return an account per route; none when there is one route, because the decision is about it alone."""
    if len(findings) == 1:
        return ()
    return tuple(
        RouteAccount(
            route=texts.routes[finding.route],
            outcome=texts.outcomes[finding.outcome],
            grounds=tuple(
                texts.grounds[ground.code] for ground in finding.grounds if ground.weight is GroundWeight.DECISIVE
            ),
        )
        for finding in findings
    )


def _rain(decision: DecisionMade, *, texts: TextCatalogue, figures: Figures) -> RainAccount | None:
    rain = decision.rain
    if rain is None:
        return None
    distance = figures.distance(rain.distance_metres)
    is_denied = notice_kind(decision) is NoticeKind.DENIED
    return RainAccount(
        station=texts.rain.station.format(station=rain.station_name, distance=distance),
        rows=tuple(_rain_row(margin, texts=texts, figures=figures) for margin in rain.margins),
        closest=_closest(rain, texts=texts, figures=figures),
        corrections=texts.rain.corrections if is_denied else None,
    )


def _rain_row(margin: WindowMargin, *, texts: TextCatalogue, figures: Figures) -> RainRow:
    rain = texts.rain
    between = None
    if margin.starts_at is not None and margin.ends_at is not None:
        between = rain.between.format(start=figures.moment(margin.starts_at), end=figures.moment(margin.ends_at))
    measured = margin.best_sum_tenths_mm
    return RainRow(
        hours=rain.hours.format(hours=margin.within_hours),
        between=between,
        measured=rain.unknown if measured is None else figures.millimetres(measured),
        needed=figures.millimetres(margin.at_least_tenths_mm),
        result=_rain_result(margin.margin_tenths_mm, texts=texts, figures=figures),
    )


def _rain_result(margin_tenths_mm: int | None, *, texts: TextCatalogue, figures: Figures) -> str:
    if margin_tenths_mm is None:
        return texts.rain.undetermined
    if margin_tenths_mm >= 0:
        return texts.rain.reached
    return texts.rain.short.format(shortfall=figures.millimetres(-margin_tenths_mm))


def _closest(rain: RainEvidence, *, texts: TextCatalogue, figures: Figures) -> str | None:
    """Return the sentence with the smallest shortfall, when the rain is known to have been too little."""
    measured = [
        (-margin.margin_tenths_mm, margin.best_sum_tenths_mm, margin)
        for margin in rain.margins
        if margin.margin_tenths_mm is not None and margin.best_sum_tenths_mm is not None
    ]
    if rain.establishment is not Establishment.NOT_ESTABLISHED or not measured:
        return None
    shortfall, best_sum, margin = min(measured, key=lambda candidate: candidate[0])
    return texts.rain.closest.format(
        measured=figures.millimetres(best_sum),
        hours=margin.within_hours,
        needed=figures.millimetres(margin.at_least_tenths_mm),
        shortfall=figures.millimetres(shortfall),
    )


def _money(decision: DecisionMade, *, texts: TextCatalogue, figures: Figures) -> tuple[MoneyRow, ...]:
    return tuple(
        MoneyRow(step=texts.money.steps[step.code], amount=figures.euros(step.amount_cents))
        for step in decision.money.steps
    )
