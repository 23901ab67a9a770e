"""What a ruling was about: once that is something else, nobody has ruled on it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from claims_svc.domain.basis import Basis
from claims_svc.domain.ruling import Ruling
from contracts.codec import canonical_json
from contracts.coverage import GroundCode
from contracts.loss_reports import DamageItem


def seen_in(basis: Basis, ruling: Ruling) -> str | None:
    """Return the digest of what `ruling` is about as it is in `basis`; None of what cannot become something else.

    A doubt about a water stays the same doubt. Whether a claim repeats another one depends on its moment and its kinds
    of damage, whether a story that turned is believed on what it turned into; and items of damage change their places.

    Source: decision record 0058.
    """
    if ruling.item is not None:
        return _digest(_damaged(basis.damage[ruling.item], basis.damage)) if ruling.item < len(basis.damage) else ""
    match ruling.ground:
        case GroundCode.POSSIBLE_DUPLICATE:
            return _digest((basis.possible_duplicate_of, basis.loss, sorted({item.kind for item in basis.damage})))
        case GroundCode.STATEMENT_TURNED:
            return _digest(_turned_into(basis))
        case _:
            return None


def item_seen(place: int, *, seen: Sequence[DamageItem], now: Sequence[DamageItem]) -> str:
    """Return the digest of the item at a place of a list that somebody saw, to be ruled on.

    Of items that differ in their amounts alone, and that were assessed anew since, it is the one at that place now.
    """
    digest = _digest(_damaged(seen[place], seen)) if place < len(seen) else ""
    is_listed = any(_digest(_damaged(item, now)) == digest for item in now)
    if is_listed or [*map(_about, seen)] != [*map(_about, now)] or place >= len(now):
        return digest
    return _digest(_damaged(now[place], now))


def counts_in(basis: Basis, ruling: Ruling) -> bool:
    """Return whether what `ruling` was about is still the same in `basis`."""
    if ruling.item is not None:
        return place_of(ruling, basis.damage) is not None
    return ruling.seen is None or ruling.seen == seen_in(basis, ruling)


def place_of(ruling: Ruling, damage: Sequence[DamageItem]) -> int | None:
    """Return the place among `damage` of the item that was ruled on, None when it is no longer listed."""
    if ruling.seen is None:
        return ruling.item
    places = [place for place, item in enumerate(damage) if _digest(_damaged(item, damage)) == ruling.seen]
    if ruling.item in places:
        return ruling.item
    return places[0] if len(places) == 1 else None


def _damaged(item: DamageItem, damage: Sequence[DamageItem]) -> tuple[object, ...]:
    """Return what tells an item from the others: its amount only where nothing else does, as it is assessed later."""
    about = _about(item)
    return (*about, item.amount_cents) if [_about(each) for each in damage].count(about) > 1 else about


def _about(item: DamageItem) -> tuple[object, ...]:
    return item.kind, item.route, item.by_fire_or_explosion


def _turned_into(basis: Basis) -> dict[str, object]:
    now: dict[str, object] = {
        "loss": basis.loss,
        "damage": [_about(item) for item in basis.damage],
        "policy_number": basis.insurance,
    }
    turned = () if basis.earlier is None else basis.earlier.turned
    return {name: now[name] if name in now else getattr(basis.facts, name) for name in turned}


def _digest(about: object) -> str:
    return sha256(canonical_json(about)).hexdigest()
