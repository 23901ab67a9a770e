"""What a decision rests on, and nothing else: a proof holds exactly this."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from claims_svc.domain.insurance import Insurance
from claims_svc.domain.product import Product
from claims_svc.domain.ruling import Ruling
from contracts.claims import RainfallRequested
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import LossInterval, PerilFamily
from contracts.weather import RainfallAssessed


class EarlierStatement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the customer first said, where they say otherwise now.

    `turned` names the facts, `loss`, `damage` or `policy_number`. `damage` is empty unless it turned.
    `covered_before_cents` is the damage that the standing decision covers, awaiting an assessment or not.
    """

    turned: tuple[str, ...]
    loss: LossInterval
    facts: LossFacts
    damage: tuple[DamageItem, ...] = ()
    covered_before_cents: int = 0

    def facts_first_said(self, now: LossFacts) -> LossFacts:
        """Return the facts of `now` with those that were turned as the customer said them first."""
        turned = set(LossFacts.__struct_fields__) & set(self.turned)
        return replace(now, **{name: getattr(self.facts, name) for name in turned})

    def damage_first_said(self, now: tuple[DamageItem, ...]) -> tuple[DamageItem, ...]:
        """Return the damage as it was said first when it turned, else that of `now`."""
        return self.damage or now


class EventUse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What other claims of one event have had of it, in euro cents; `proofs` are the hashes of their decisions.

    `covered_cents` is their undisputed and assessed damage, `heavy_cents` the part of it that rests on heavy weather,
    `borne_cents` what they bore of the deductible. `either_cents` is more of such damage, which belongs to the event of
    the other family just as well and is in the use of both. `estimated_cents` is all covered damage that customers
    estimated themselves, awaiting an assessment or not.
    """

    family: PerilFamily
    covered_cents: int
    heavy_cents: int
    estimated_cents: int
    borne_cents: int
    proofs: tuple[str, ...]
    either_cents: int = 0


class Basis(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One claim without names, numbers and addresses; the names of its fields are those of the proof.

    `reported_at` is when the loss was reported first. `question` is the one about rain last asked, `rain` its answer.
    `rain_wait_over`: no further answer is waited for.
    `possible_duplicate_of` is an earlier claim of the same event with the same kind of damage. `reporters_differ`:
    reports that were joined to this claim no longer tell of the same loss. `event_uses` holds, by family, what other
    claims of the events had that this claim belongs to. `decided_before_cents` was decided to be paid before, of which
    `brought_cents` by claims that were joined to this one since its version before; below 0: it left with such a claim.
    `rulings` are what handlers decided by hand, the first one first; `withdrawn_at` is when the claim was taken back,
    or ended because it was joined to the claim `joined_to`, which is decided for both.
    """

    claim_id: UUID
    report_id: UUID
    report_version: int
    reported_at: datetime
    loss: LossInterval
    facts: LossFacts
    earlier: EarlierStatement | None
    damage: tuple[DamageItem, ...]
    possible_duplicate_of: UUID | None
    reporters_differ: bool
    policy_version: int | None
    insurance: Insurance
    question: RainfallRequested | None
    rain: RainfallAssessed | None
    rain_wait_over: bool
    product: Product
    event_uses: tuple[EventUse, ...]
    decided_before_cents: int
    rulings: tuple[Ruling, ...] = ()
    withdrawn_at: datetime | None = None
    joined_to: UUID | None = None
    brought_cents: int = 0

    @property
    def product_is_known(self) -> bool:
        """Whether the parameters applied are those of the policy's own product; true when there is no policy."""
        terms = self.insurance.terms
        return terms is None or terms.product_version == self.product.version
