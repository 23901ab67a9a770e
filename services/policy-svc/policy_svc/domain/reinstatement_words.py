"""Why a home's reinstatement value and its municipal tax value differ, told to its owner."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from policy_svc.domain.texts import Text


class Higher(StrEnum):
    """Which of the two is higher."""

    REINSTATEMENT_VALUE = "reinstatement_value"
    MUNICIPAL_TAX_VALUE = "municipal_tax_value"
    NEITHER = "neither"


def higher_of(*, reinstatement_cents: int, municipal_tax_cents: int) -> Higher:
    """Return which of the two values is higher."""
    if reinstatement_cents == municipal_tax_cents:
        return Higher.NEITHER
    return Higher.REINSTATEMENT_VALUE if reinstatement_cents > municipal_tax_cents else Higher.MUNICIPAL_TAX_VALUE


DIFFERENCE: Final = Text(
    nl="De twee bedragen beantwoorden elk een andere vraag. De herbouwwaarde zegt wat een aannemer rekent om precies "
    "dit huis op dezelfde plek nog eens neer te zetten, met opruimen en ontwerpen erbij; de grond blijft liggen en "
    "telt dus niet mee. De WOZ-waarde zegt wat het huis mét grond op de peildatum had kunnen opbrengen, gezien wat "
    "huizen in de buurt kosten. Uw verzekering rekent met de herbouwwaarde.",
    en="The two amounts each answer a question of their own. The reinstatement value says what a builder charges to "
    "put up this very home once more on the same spot, with clearing and design; the land stays where it is and does "
    "not count. The municipal tax value (WOZ) says what the home could have been sold for on the valuation date, land "
    "included, judging by what homes around it cost. Your insurance goes by the reinstatement value.",
)
WHY: Final = {
    Higher.REINSTATEMENT_VALUE: Text(
        nl="Bij uw huis is herbouwen duurder dan de WOZ-waarde. Dat komt vaak voor waar huizen minder opbrengen dan ze "
        "kosten om te bouwen: arbeid en materiaal kosten daar bijna evenveel als in een dure buurt, terwijl de plek "
        "weinig toevoegt. Ook een ruim, hoog of oud huis is relatief duur om te herbouwen.",
        en="Rebuilding your home costs more than its municipal tax value. That is common where homes sell for less "
        "than it takes to build them: labour and materials cost nearly as much there as in an expensive neighbourhood, "
        "while the spot adds little. A spacious, tall or old home, too, is rather dear to rebuild.",
    ),
    Higher.MUNICIPAL_TAX_VALUE: Text(
        nl="Bij uw huis is de WOZ-waarde hoger. Dan betalen kopers vooral ook voor de plek: de grond en de buurt. Die "
        "gaan bij brand of storm niet verloren, en hoeven dus niet verzekerd te worden. U bent niet te laag verzekerd.",
        en="The municipal tax value of your home is higher. Buyers then also pay for the spot: the land and the "
        "neighbourhood. Neither is lost in a fire or a storm, so that neither needs insuring. You are not insured for "
        "too little.",
    ),
    Higher.NEITHER: Text(
        nl="Bij uw huis komen de twee bedragen toevallig op hetzelfde uit.",
        en="For your home the two amounts happen to be the same.",
    ),
}
ESTIMATED: Final = Text(
    nl="Dit is een schatting: wat wij van uw huis niet weten, hebben wij aangenomen naar wat bij zulke huizen gewoon "
    "is. Geef oppervlakte, inhoud en bouwjaar op voor een nauwkeuriger bedrag.",
    en="This is an estimate: what we do not know of your home, we have assumed to be as is usual for such homes. State "
    "floor area, volume and year of building for a closer amount.",
)
