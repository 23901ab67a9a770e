"""How a preview of a change, and its confirmation, are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from pydantic import Field

from chassis.http.values import Day, ExactModel, Moment, SignedCents
from contracts.policy import PolicyCover
from policy_svc.documents import described, words
from policy_svc.documents.writer import Writer
from policy_svc.domain.cancellation import Ending, EndReason
from policy_svc.domain.changes import LEAST_IN_HEAVY_WEATHER_CENTS, ChangeKind, Move, kind_of
from policy_svc.flows.confirmations import Confirmed
from policy_svc.flows.previews import ChangePreview
from policy_svc.routes import change_words
from policy_svc.routes.policy_views import TermsView, terms_view


class DifferenceView(ExactModel):
    """One thing that changes, in words."""

    label: str = Field(examples=["Eigen risico"])
    before: str = Field(examples=["€ 250,00"])
    after: str = Field(examples=["€ 500,00"])


class LostCoverView(ExactModel):
    """A cover that is lost."""

    code: PolicyCover = Field(examples=["contents"])
    text: str = Field(examples=["Vanaf 1 december 2026 niet meer verzekerd: Inboedel."])


class RemarkView(ExactModel):
    """Something to know before confirming."""

    code: str = Field(description="Stable: programs may decide by it", examples=["minimum_in_heavy_weather"])
    text: str = Field(examples=["Bij storm betaalt u altijd minstens € 250,00 per gebeurtenis zelf."])


class EndingView(ExactModel):
    """How the end of a policy was found."""

    reason: EndReason = Field(examples=["end_of_first_term"])
    text: str = Field(examples=["De eerste contractperiode loopt tot 1 april 2027."])
    whole_premium_comes_back: bool = Field(examples=[False])


class ChangePreviewView(ExactModel):
    """What a change would be. Nothing is changed before it is confirmed."""

    preview_id: UUID = Field(examples=["0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"])
    policy_number: str = Field(examples=["123456-531-04"])
    kind: ChangeKind = Field(examples=["deductible"])
    effective_on: Day = Field(description="From this Dutch day on; of a cancellation the first day not insured")
    before: TermsView = Field(description="What is insured until then")
    after: TermsView | None = Field(description="What is insured from then on; null: nothing")
    premium_difference_cents: SignedCents | None = Field(
        description="What the premium a year is more, or less; null where it is not known or the policy ends",
        examples=[-1_250],
    )
    changes: list[DifferenceView]
    lost: list[LostCoverView]
    remarks: list[RemarkView]
    ending: EndingView | None = Field(description="Of a cancellation")
    also_at_this_address: list[str] = Field(
        description="Of a move: the customer's other policies at the address that is left", examples=[["123456-532-05"]]
    )
    expires_at: Moment = Field(description="Until when it can be confirmed")


class ConfirmedChangeView(ExactModel):
    """A change that was made."""

    policy_number: str = Field(examples=["123456-531-04"])
    version: int = Field(description="Of the policy, with the change", examples=[4])
    effective_on: Day
    confirmed_at: Moment
    document_id: UUID = Field(
        description="The confirmation, to be found among the customer's documents",
        examples=["0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10"],
    )


def change_preview_view(preview: ChangePreview, write: Writer) -> ChangePreviewView:
    """Return a preview in words."""
    found = preview.shown.outcome
    before = terms_view(preview.kind, found.before, write)
    after = None if found.after is None else terms_view(preview.kind, found.after, write)
    difference = None
    if before.premium is not None and after is not None and after.premium is not None:
        difference = after.premium.a_year_cents - before.premium.a_year_cents
    day = write.day(found.effective_on)
    return ChangePreviewView(
        preview_id=preview.preview_id,
        policy_number=preview.policy_number,
        kind=kind_of(preview.asked.change),
        effective_on=found.effective_on,
        before=before,
        after=after,
        premium_difference_cents=difference,
        changes=[] if after is None else list(_differences(before, after, write)),
        lost=[
            LostCoverView(
                code=cover,
                text=write(change_words.LOST, day=day, cover=described.cover_name(cover, found.before, write)),
            )
            for cover in found.lost
        ],
        remarks=list(_remarks(preview, write)),
        ending=None if found.ending is None else _ending(found.ending, write),
        also_at_this_address=list(preview.shown.also_at_this_address),
        expires_at=preview.expires_at,
    )


def _differences(before: TermsView, after: TermsView, write: Writer) -> Iterator[DifferenceView]:
    was, becomes = _told(before, write), _told(after, write)
    for label in dict.fromkeys((*was, *becomes)):
        pair = was.get(label, write(words.NOTHING)), becomes.get(label, write(words.NOTHING))
        if pair[0] != pair[1]:
            yield DifferenceView(label=label, before=pair[0], after=pair[1])


def _told(terms: TermsView, write: Writer) -> Mapping[str, str]:
    """Return all that terms say but the premium, value by label."""
    facts = {fact.label: fact.value for fact in terms.insured.facts} if terms.insured is not None else {}
    covers = {cover.name: write(words.YES if cover.is_insured else words.NO) for cover in terms.covers}
    of_policy = {write(words.DEDUCTIBLE): terms.deductible, write(words.CONDITIONS): terms.product_version}
    return facts | covers | of_policy


def _remarks(preview: ChangePreview, write: Writer) -> Iterator[RemarkView]:
    shown, day = preview.shown, write.day(preview.shown.outcome.effective_on)
    least = write.euros(LEAST_IN_HEAVY_WEATHER_CENTS)
    for caution in shown.outcome.cautions:
        yield RemarkView(code=caution, text=write(change_words.CAUTIONS[caution], least=least))
    if shown.outcome.after is not None:
        yield RemarkView(code="losses_before_stay", text=write(words.NOTE_LOSSES_BEFORE, day=day))
    if isinstance(preview.asked.change, Move):
        yield RemarkView(code="position_follows", text=write(change_words.POSITION_FOLLOWS))
    if shown.letters_follow:
        yield RemarkView(code="letters_follow", text=write(change_words.LETTERS_FOLLOW, day=day))
    for number in shown.also_at_this_address:
        yield RemarkView(
            code="also_at_this_address", text=write(change_words.ALSO_AT_THIS_ADDRESS, policy_number=number)
        )


def _ending(ending: Ending, write: Writer) -> EndingView:
    return EndingView(
        reason=ending.reason,
        text=described.why_it_ends_then(ending, write),
        whole_premium_comes_back=ending.reason is EndReason.WITHDRAWN,
    )


def confirmed_change_view(policy_number: str, confirmed: Confirmed) -> ConfirmedChangeView:
    """Return what confirming led to."""
    return ConfirmedChangeView(
        policy_number=policy_number,
        version=confirmed.version,
        effective_on=confirmed.effective_on,
        confirmed_at=confirmed.confirmed_at,
        document_id=confirmed.document_id,
    )
