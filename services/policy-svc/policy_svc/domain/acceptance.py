"""Who and which home can be insured (domain.md §4): each rule that refuses, and what the customer can do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from contracts.policy import Home, HomeFeature, HomeType, PolicyTerms
from policy_svc.domain.addresses import comparable
from policy_svc.domain.texts import Text

NOT_ACCEPTED_FROM: Final = date(2015, 5, 31)
"""From this day the kinds of home below are no longer accepted. Homes insured since before it stay insured."""


class RefusalCode(StrEnum):
    """The rule that refuses."""

    NOT_A_PRIVATE_PERSON = "not_a_private_person"
    CANAL_HOUSE = "canal_house"
    FARMHOUSE = "farmhouse"
    HOLIDAY_HOME = "holiday_home"
    APARTMENT = "apartment"
    KIND_UNKNOWN = "kind_unknown"
    LISTED_MONUMENT = "listed_monument"
    THATCHED_ROOF = "thatched_roof"
    OWNERS_ASSOCIATION = "owners_association"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that refuses, and what the customer can do about it."""

    code: RefusalCode
    rule: Text
    remedy: Text


def refusals(home: Home, *, policyholder_is_private: bool, insured_since: date | None, on: date) -> tuple[Refusal, ...]:
    """Return every rule by which a home cannot be insured from the day `on`; empty when it is accepted.

    `insured_since` is the first day on which this very home was insured here without a break (see the function of that
    name), None for a new one. Kinds that are no longer accepted keep their insurance from before; a move ends it. A
    legal entity was never accepted.
    """
    of_person = () if policyholder_is_private else (_NOT_A_PRIVATE_PERSON,)
    if min(on, insured_since or on) < NOT_ACCEPTED_FROM:
        return of_person
    of_kind = (_BY_TYPE[home.home_type],) if home.home_type in _BY_TYPE else ()
    of_features = tuple(refusal for feature, refusal in _BY_FEATURE.items() if feature in home.features)
    return of_person + of_kind + of_features


def insured_since(terms: Sequence[PolicyTerms], home: Home, *, on: date) -> date | None:
    """Return since when the home at this address is insured without a break up to `on`; None when it is not.

    `terms` are one policy's, in the order of their dates. Insurance that ends on the day `on` counts: what follows on
    that day continues it.
    """
    since = on
    for period in reversed([period for period in terms if period.effective_on < on]):
        has_gap = period.ends_on is not None and period.ends_on < since
        if has_gap or period.home is None or comparable(period.home) != comparable(home):
            break
        since = period.effective_on
    return since if since < on else None


_OTHER_INSURER: Final = Text(
    nl="Vraag een andere verzekeraar of een onafhankelijk adviseur. Klopt het niet? Bel ons, dan kijkt een medewerker.",
    en="Ask another insurer or an independent adviser. Is this not right? Call us, and a colleague will look at it.",
)


def _no_longer(code: RefusalCode, *, nl: str, en: str, remedy: Text = _OTHER_INSURER) -> Refusal:
    return Refusal(
        code=code,
        rule=Text(
            nl=f"{nl} verzekeren wij sinds 31 mei 2015 niet meer.",
            en=f"Since 31 May 2015 we no longer insure {en}.",
        ),
        remedy=remedy,
    )


_NOT_A_PRIVATE_PERSON: Final = Refusal(
    code=RefusalCode.NOT_A_PRIVATE_PERSON,
    rule=Text(
        nl="Wij verzekeren alleen particulieren, geen rechtspersonen.",
        en="We insure private persons only, no legal entities.",
    ),
    remedy=Text(
        nl="Bent u zelf eigenaar of bewoner? Vraag de verzekering dan op uw eigen naam aan. Voor een bedrijf, "
        "stichting of vereniging helpt een zakelijke verzekeraar.",
        en="Do you own or live in the home yourself? Then apply in your own name. For a company, foundation or "
        "association a business insurer can help.",
    ),
)
_BY_TYPE: Final = {
    HomeType.CANAL_HOUSE: _no_longer(RefusalCode.CANAL_HOUSE, nl="Grachtenpanden", en="canal houses"),
    HomeType.FARMHOUSE: _no_longer(RefusalCode.FARMHOUSE, nl="Woonboerderijen", en="farmhouses"),
    HomeType.HOLIDAY_HOME: _no_longer(RefusalCode.HOLIDAY_HOME, nl="Recreatiewoningen", en="holiday homes"),
    HomeType.APARTMENT: Refusal(
        code=RefusalCode.APARTMENT,
        rule=Text(
            nl="Wij verzekeren rijtjes-, hoek-, twee-onder-een-kap- en vrijstaande woningen, geen appartementen.",
            en="We insure terraced, corner, semi-detached and detached homes, no apartments.",
        ),
        remedy=Text(
            nl="Een appartement is meestal al via de vereniging van eigenaren verzekerd: vraag het daar na.",
            en="An apartment is usually insured already through its owners' association: ask there.",
        ),
    ),
    HomeType.NO_LONGER_ACCEPTED: Refusal(
        code=RefusalCode.KIND_UNKNOWN,
        rule=Text(
            nl="Wij weten niet wat voor woning dit is, alleen dat wij haar sinds 31 mei 2015 niet meer verzekeren.",
            en="We do not know what kind of home this is, only that we no longer insure it since 31 May 2015.",
        ),
        remedy=Text(
            nl="Geef op wat voor woning het is: rijtjes-, hoek-, twee-onder-een-kap- of vrijstaande woning, "
            "grachtenpand, woonboerderij, recreatiewoning of appartement.",
            en="Say what kind of home it is: terraced, corner, semi-detached, detached, canal house, farmhouse, "
            "holiday home or apartment.",
        ),
    ),
}
_BY_FEATURE: Final = {
    HomeFeature.LISTED_MONUMENT: _no_longer(
        RefusalCode.LISTED_MONUMENT,
        nl="Monumenten",
        en="listed monuments",
        remedy=Text(
            nl="Er zijn verzekeraars voor monumenten. Is de woning geen monument meer? Geef dat dan zo op.",
            en="There are insurers for monuments. Is the home no longer listed? Then say so.",
        ),
    ),
    HomeFeature.THATCHED_ROOF: _no_longer(
        RefusalCode.THATCHED_ROOF,
        nl="Woningen met een traditioneel rieten dak",
        en="homes with a traditional thatched roof",
    ),
    HomeFeature.OWNERS_ASSOCIATION: _no_longer(
        RefusalCode.OWNERS_ASSOCIATION,
        nl="Woningen die bij een vereniging van eigenaren horen",
        en="homes in an owners' association",
        remedy=Text(
            nl="De vereniging van eigenaren verzekert het gebouw: vraag daar naar de polis.",
            en="The owners' association insures the building: ask it for the policy.",
        ),
    ),
}
