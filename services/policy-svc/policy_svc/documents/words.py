"""The words of documents, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.policy import Area, HomeFeature, HomeType, Persons, PetSpecies, PolicyKind
from policy_svc.domain.cancellation import EndReason
from policy_svc.domain.texts import Text

PAGE = Text(nl="Pagina {page} van {pages}", en="Page {page} of {pages}")
COUNTRY = Text(nl="Nederland", en="The Netherlands")
GOOD_TO_KNOW = Text(nl="Goed om te weten", en="Good to know")

SCHEDULE = Text(nl="Polisblad", en="Policy schedule")
SCHEDULE_INTRODUCTION = Text(
    nl="Dit is uw {product} zoals die geldt op {day}. Wij gaan uit van wat wij nu weten: versie {version} van uw "
    "polis, vastgelegd op {recorded}.",
    en="This is your {product} as it is on {day}. It rests on what we know now: version {version} of your policy, "
    "recorded on {recorded}.",
)
CHANGE = Text(nl="Bevestiging van uw wijziging", en="Confirmation of your change")
CHANGE_INTRODUCTION = Text(
    nl="Wij hebben uw {product} gewijzigd. De wijziging geldt vanaf {day}.",
    en="We have changed your {product}. The change counts from {day} on.",
)
CANCELLATION = Text(nl="Bevestiging van uw opzegging", en="Confirmation of your cancellation")
CANCELLATION_INTRODUCTION = Text(
    nl="Uw {product} stopt. De laatste dag waarop u verzekerd bent is {last_day}.",
    en="Your {product} ends. The last day on which you are insured is {last_day}.",
)
ENDINGS: Final[Mapping[EndReason, Text]] = MappingProxyType(
    {
        EndReason.WITHDRAWN: Text(
            nl="Uw verzekering is nieuw: tot en met {last_day_to_withdraw} kunt u zich bedenken. U krijgt de hele "
            "premie terug.",
            en="Your insurance is new: until {last_day_to_withdraw} you can withdraw from it. You get back all of the "
            "premium.",
        ),
        EndReason.END_OF_FIRST_TERM: Text(
            nl="De eerste contractperiode loopt tot {first_term_ends_on}. Pas dan kan de verzekering stoppen.",
            en="The first term of the contract runs until {first_term_ends_on}. Only then can the insurance end.",
        ),
        EndReason.NOTICE: Text(
            nl="U kunt de verzekering op elke dag stoppen, met een opzegtermijn van {notice_days} dagen.",
            en="You can end the insurance on any day, with a period of notice of {notice_days} days.",
        ),
    }
)

TERMS_INTRODUCTION = Text(
    nl="Deze voorwaarden horen bij polissen met voorwaarden {version}. Elke bepaling heeft een nummer, dat in onze "
    "brieven terugkomt.",
    en="These terms belong to policies with terms {version}. Each clause has a number, which our letters refer to. The "
    "Dutch text is binding; this is a translation.",
)

YOUR_INSURANCE = Text(nl="Uw verzekering", en="Your insurance")
PRODUCT = Text(nl="Verzekering", en="Insurance")
POLICY_NUMBER = Text(nl="Polisnummer", en="Policy number")
RELATION_NUMBER = Text(nl="Relatienummer", en="Relation number")
INSURED_SINCE = Text(nl="Verzekerd sinds", en="Insured since")
LAST_DAY = Text(nl="Laatste dag", en="Last day")
RENEWED_ON = Text(nl="Wordt verlengd op", en="Is renewed on")
CONDITIONS = Text(nl="Voorwaarden", en="Policy terms")
DEDUCTIBLE = Text(nl="Eigen risico", en="Deductible")
NO_DEDUCTIBLE = Text(nl="Geen", en="None")

YOUR_HOME = Text(nl="Uw woning", en="Your home")
ADDRESS = Text(nl="Adres", en="Address")
HOME_TYPE = Text(nl="Soort woning", en="Kind of home")
FEATURES = Text(nl="Bijzonderheden", en="Special features")
FLOOR_AREA = Text(nl="Woonoppervlakte", en="Floor area")
VOLUME = Text(nl="Inhoud", en="Volume")
BUILT_IN = Text(nl="Bouwjaar", en="Built in")
YOUR_CAR = Text(nl="Uw auto", en="Your car")
LICENCE_PLATE = Text(nl="Kenteken", en="Licence plate")
MAKE = Text(nl="Merk en model", en="Make and model")
LIST_PRICE = Text(nl="Cataloguswaarde", en="List price when new")
CLAIM_FREE_YEARS = Text(nl="Schadevrije jaren", en="Claim-free years")
YOUR_PET = Text(nl="Uw huisdier", en="Your pet")
NAME = Text(nl="Naam", en="Name")
SPECIES = Text(nl="Soort dier", en="Species")
BORN_ON = Text(nl="Geboren op", en="Born on")
WHO_IS_INSURED = Text(nl="Voor wie en waar", en="Who and where")
PERSONS = Text(nl="Verzekerd zijn", en="Insured are")
AREA = Text(nl="Gebied", en="Area")

COVERS = Text(nl="Wat verzekerd is", en="What is insured")
COVER = Text(nl="Dekking", en="Cover")
IS_IT_INSURED = Text(nl="Verzekerd", en="Insured")
YES = Text(nl="Ja", en="Yes")
NO = Text(nl="Nee", en="No")

PREMIUM = Text(nl="Premie", en="Premium")
PART = Text(nl="Onderdeel", en="Part")
PREMIUM_A_YEAR = Text(nl="Premie per jaar", en="Premium a year")
A_YEAR = Text(nl="Per jaar", en="A year")
TOTAL = Text(nl="Totaal", en="Total")
A_MONTH = Text(nl="Dat is {amount} per maand.", en="That is {amount} a month.")
PREMIUM_IS_ESTIMATE = Text(
    nl="Niet alles waar de premie van afhangt is bij ons bekend. Wat ontbreekt, hebben wij geschat.",
    en="We do not know everything that the premium depends on. We have estimated what is missing.",
)

WHAT_CHANGES = Text(nl="Wat er verandert", en="What changes")
WHAT_ENDS = Text(nl="Wat er stopt", en="What ends")
UNTIL = Text(nl="Tot en met {day}", en="Until {day}")
FROM = Text(nl="Vanaf {day}", en="From {day}")
NOTHING = Text(nl="–", en="–")

NOTE_CONDITIONS = Text(
    nl="Bij deze verzekering horen de polisvoorwaarden {version}. U kunt ze downloaden bij de polis in uw account.",
    en="The policy terms {version} belong to this insurance. You can download them with the policy in your account.",
)
NOTE_PREMIUM_UNKNOWN = Text(
    nl="De premie van deze periode staat niet in dit overzicht.",
    en="The premium of this period is not part of this overview.",
)
NOTE_LOSSES_BEFORE = Text(
    nl="Voor schade van vóór {day} geldt de verzekering zoals die toen was.",
    en="For damage that happened before {day} the insurance counts as it was then.",
)
NOTE_REPORT_LATER = Text(
    nl="Schade van vóór {day} kunt u ook daarna nog melden.",
    en="You can still report damage that happened before {day} after that day.",
)
NOTE_NOT_RIGHT = Text(
    nl="Klopt er iets niet? Bel ons op {phone} en noem uw relatienummer {relation_number}.",
    en="Is something wrong? Call us on {phone} and give your relation number {relation_number}.",
)

KINDS: Final[Mapping[PolicyKind, Text]] = MappingProxyType(
    {
        PolicyKind.BUILDINGS: Text(nl="woonverzekering", en="home insurance"),
        PolicyKind.CONTENTS: Text(nl="inboedelverzekering", en="contents insurance"),
        PolicyKind.CAR: Text(nl="autoverzekering", en="car insurance"),
        PolicyKind.PET: Text(nl="huisdierverzekering", en="pet insurance"),
        PolicyKind.LIABILITY: Text(nl="aansprakelijkheidsverzekering", en="liability insurance"),
        PolicyKind.TRAVEL: Text(nl="reisverzekering", en="travel insurance"),
        PolicyKind.HEALTH: Text(nl="zorgverzekering", en="health insurance"),
    }
)
PREMIUM_PARTS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "claim_free_years": Text(nl="Schadevrije jaren", en="Claim-free years"),
        "deductible": Text(nl="Korting voor uw eigen risico", en="Deductible discount"),
        "insurance_premium_tax": Text(nl="Assurantiebelasting", en="Insurance premium tax"),
    }
)
"""Beside the covers, whose names the product has."""
HEALTH_COVERS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "basic_health": Text(nl="Basisverzekering", en="Basic insurance"),
        "supplementary_health": Text(nl="Aanvullende verzekering", en="Supplementary insurance"),
    }
)
"""Of the insurance that is kept elsewhere, of which no product is known here."""
HOME_TYPES: Final[Mapping[HomeType, Text]] = MappingProxyType(
    {
        HomeType.TERRACED: Text(nl="Rijtjeswoning", en="Terraced house"),
        HomeType.CORNER: Text(nl="Hoekwoning", en="Corner house"),
        HomeType.SEMI_DETACHED: Text(nl="Twee-onder-een-kapwoning", en="Semi-detached house"),
        HomeType.DETACHED: Text(nl="Vrijstaande woning", en="Detached house"),
        HomeType.CANAL_HOUSE: Text(nl="Grachtenpand", en="Canal house"),
        HomeType.FARMHOUSE: Text(nl="Woonboerderij", en="Farmhouse"),
        HomeType.HOLIDAY_HOME: Text(nl="Recreatiewoning", en="Holiday home"),
        HomeType.APARTMENT: Text(nl="Appartement", en="Apartment"),
        HomeType.NO_LONGER_ACCEPTED: Text(nl="Bijzondere woning", en="Special home"),
    }
)
HOME_FEATURES: Final[Mapping[HomeFeature, Text]] = MappingProxyType(
    {
        HomeFeature.LISTED_MONUMENT: Text(nl="Monument", en="Listed monument"),
        HomeFeature.THATCHED_ROOF: Text(nl="Rieten dak", en="Thatched roof"),
        HomeFeature.OWNERS_ASSOCIATION: Text(nl="Vereniging van eigenaren", en="Owners' association"),
    }
)
PET_SPECIES: Final[Mapping[PetSpecies, Text]] = MappingProxyType(
    {
        PetSpecies.DOG: Text(nl="Hond", en="Dog"),
        PetSpecies.CAT: Text(nl="Kat", en="Cat"),
    }
)
WHO: Final[Mapping[Persons, Text]] = MappingProxyType(
    {
        Persons.SINGLE: Text(nl="U alleen", en="You alone"),
        Persons.FAMILY: Text(nl="U en uw gezin", en="You and your family"),
    }
)
AREAS: Final[Mapping[Area, Text]] = MappingProxyType(
    {
        Area.EUROPE: Text(nl="Europa", en="Europe"),
        Area.WORLD: Text(nl="De hele wereld", en="The whole world"),
    }
)
