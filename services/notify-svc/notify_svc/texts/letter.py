"""What is written about a decision, put together from the decision and one language's texts: by e-mail and by post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from contracts.claims import DecisionMade
from contracts.coverage import Outcome
from contracts.loss_reports import LossFacts
from contracts.proof_roots import short_hash
from contracts.vocabulary import FactSource, Language, LossInterval, PostalAddress
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.notice import NoticeKind, is_by_hand, is_refused_or_reduced, notice_kind, payment_of
from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.envelope import on_envelope
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.filling import Values
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.money_account import MoneyAccount, money_account_of
from notify_svc.texts.rain_account import RainAccount, rain_account_of, rests_on_too_little_rain
from notify_svc.texts.rain_chart import Picture
from notify_svc.texts.reasons import Reasons, reasons_of

_AMOUNT_IN_OPENING = frozenset({NoticeKind.PAID_MORE, NoticeKind.PAYMENT_UNCHANGED})
"""Kinds whose opening says itself what was decided before."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Everything that is written, as finished sentences. `postal_address` are the lines on paper; none in an e-mail."""

    texts: TextCatalogue
    insurer: Insurer
    postal_address: tuple[str, ...]
    subject: str
    headline: str
    greeting: str
    opening: str
    earlier: tuple[str, ...]
    date: str
    reference: str
    loss: str
    reasons: Reasons
    rain: RainAccount | None
    money: MoneyAccount | None
    sections: tuple[Section, ...]

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What its e-mail shows, each once."""
        stations = () if self.rain is None or self.postal_address else self.rain.stations
        charts = [reading.chart for station in stations for reading in station.readings if reading.chart is not None]
        return tuple(dict.fromkeys(chart.picture for chart in charts))

    @property
    def preheader(self) -> str:
        """What a list of mails shows beside the subject."""
        return self.opening


def write_letter(
    decision: DecisionMade,
    *,
    name: str,
    language: Language,
    insurer: Insurer,
    written_at: datetime,
    postal_address: PostalAddress | None = None,
) -> Letter:
    """Return what the reader called `name` is written about `decision`: on paper when there is a `postal_address`.

    Raises:
        MissingValueError: something that its texts name is not there.
    """
    texts = CATALOGUES[language]
    figures = Figures(texts.locale)
    writer = _Writer(decision, texts, figures, insurer, on_paper=postal_address is not None)
    notice = texts.notices[writer.kind]
    return Letter(
        texts=texts,
        insurer=insurer,
        postal_address=() if postal_address is None else on_envelope(name, postal_address, texts=texts),
        subject=writer.filled(notice.subject).replace(NO_BREAK_SPACE, " "),
        headline=notice.headline,
        greeting=texts.greeting.format(name=name),
        opening=writer.filled(notice.opening),
        earlier=tuple(writer.earlier()),
        date=figures.day(written_at),
        reference=decision.claim_reference,
        loss=_loss(decision.loss, texts=texts, figures=figures),
        reasons=reasons_of(decision, texts=texts.reasons, figures=figures),
        rain=rain_account_of(decision, texts=texts.rain, figures=figures),
        money=money_account_of(decision, texts=texts, figures=figures),
        sections=tuple(writer.sections()),
    )


def _loss(loss: LossInterval, *, texts: TextCatalogue, figures: Figures) -> str:
    start, end = figures.moment(loss.from_at), figures.moment(loss.until_at)
    return start if start == end else texts.loss_between.format(start=start, end=end)


class _Writer:
    def __init__(
        self, decision: DecisionMade, texts: TextCatalogue, figures: Figures, insurer: Insurer, *, on_paper: bool
    ) -> None:
        self._decision = decision
        self._texts = texts
        self._figures = figures
        self._insurer = insurer
        self._on_paper = on_paper
        self._payment, in_kind = payment_of(decision), decision.in_kind
        payment = self._payment
        self.kind = notice_kind(decision)
        self._fields = Values(
            f"notices.{self.kind}",
            reference=decision.claim_reference,
            amount=figures.euros(payment.now_cents),
            before=figures.euros(payment.before_cents),
            total=figures.euros(payment.total_cents),
            repaired=None if in_kind is None else figures.euros(in_kind.repaired_cents),
            borne=None if in_kind is None else figures.euros(in_kind.borne_by_customer_cents),
            phone=insurer.phone.replace(" ", NO_BREAK_SPACE),
            address=insurer.address,
            review_url=insurer.review_url(decision.claim_reference),
        )

    def filled(self, text: str) -> str:
        """Return `text` with the amounts, the reference and where to turn to."""
        return text.format_map(self._fields)

    def earlier(self) -> Iterator[str]:
        """Yield what is repaired instead of being paid, and what a new version says about the one before."""
        texts, payment = self._texts, self._payment
        if self._decision.in_kind is not None:
            yield self.filled(texts.repaired)
            if self._decision.in_kind.borne_by_customer_cents:
                yield self.filled(texts.deductible_to_repair_firm)
        if self._decision.claim_version == 1:
            return
        yield texts.replaces_earlier
        if self.kind in _AMOUNT_IN_OPENING:
            return
        if payment.before_cents:
            is_kept = self._decision.money.payable_cents is None or payment.total_cents >= payment.before_cents
            yield self.filled(texts.paid_before_and_kept if is_kept else texts.paid_before)
        elif payment.now_cents:
            yield texts.nothing_before

    def sections(self) -> Iterator[Section]:
        """Yield what follows the accounts: how it was decided, what happens next, the ways out, how to check it."""
        texts, notice = self._texts, self._texts.notices[self.kind]
        corrections = (texts.rain.corrections,) if rests_on_too_little_rain(self._decision) else ()
        next_steps = (notice.next_steps_by_post if self._on_paper else ()) or notice.next_steps
        yield Section(heading=texts.next_heading, paragraphs=(*next_steps, *corrections))
        yield Section(heading=texts.decision.heading, paragraphs=tuple(self._how_it_was_decided()))
        yield self._ways_out() if is_refused_or_reduced(self._decision) else self._question()
        yield Section(heading=texts.contact.check_heading, paragraphs=tuple(self._how_to_check()))

    def _how_it_was_decided(self) -> Iterator[str]:
        texts = self._texts.decision
        used = self._figures.joined(list(self._used()))
        if self.kind in {NoticeKind.WITHDRAWN, NoticeKind.JOINED}:
            yield texts.used.format(used=used)
            return
        if self.kind is NoticeKind.REFERRED:
            yield texts.referred
            yield texts.used.format(used=used)
            return
        is_whole = self._decision.outcome is not Outcome.REFERRED
        if is_by_hand(self._decision):
            yield texts.by_hand if is_whole else texts.partly_by_hand
        else:
            yield texts.automated if is_whole else texts.partly_automated
        yield texts.used.format(used=used)
        yield texts.rights

    def _used(self) -> Iterator[str]:
        """Yield what the decision rests on."""
        decision, texts = self._decision, self._texts.decision
        yield texts.report
        if decision.turned_statements:
            yield texts.earlier_report
        if decision.customer_id is not None:
            yield texts.policy.format(product=decision.product_version)
        if decision.rain is not None:
            yield texts.rain
        sources = set(_sources(decision))
        yield from (text for source, text in texts.sources.items() if source in sources)
        if decision.possible_duplicate_of is not None or _shares_an_event(decision):
            yield texts.other_reports

    def _ways_out(self) -> Section:
        contact = self._texts.contact
        review = contact.review_by_post if self._on_paper else contact.review
        complaint = contact.complaint_by_post if self._on_paper else contact.complaint
        return Section(
            heading=contact.disagree_heading,
            paragraphs=tuple(
                self.filled(text) for text in (review, contact.review_online, complaint, contact.institute)
            ),
        )

    def _question(self) -> Section:
        contact = self._texts.contact
        question = contact.question_by_post if self._on_paper else contact.question
        return Section(heading=contact.question_heading, paragraphs=(self.filled(question),))

    def _how_to_check(self) -> Iterator[str]:
        contact, rain = self._texts.contact, self._decision.rain
        proof = short_hash(self._decision.proof_sha256).replace(" ", NO_BREAK_SPACE)
        yield contact.check.format(proof=proof)
        if rain is not None and rain.stations:
            stations = self._figures.joined(
                [
                    contact.station_number.format(station=one.station.name, number=one.station.number)
                    for one in rain.stations
                ]
            )
            yield contact.measured_hours.format(stations=stations)


def _sources(decision: DecisionMade) -> Iterator[FactSource]:
    """Yield who contributed what the decision rests on; what KNMI measured is told as such, not as a register's."""
    grounds = [*decision.grounds, *(ground for finding in decision.findings for ground in finding.grounds)]
    for ground in grounds:
        for fact in ground.facts:
            if fact.source is not None and fact.name in LossFacts.__struct_fields__:
                yield fact.source
    for item in decision.items:
        yield item.estimated_by


def _shares_an_event(decision: DecisionMade) -> bool:
    return any(deductible.borne_by_others_cents for deductible in decision.money.deductibles)
