"""The account of the money, in Dutch."""

from __future__ import annotations

from contracts.money import MoneyStepCode
from contracts.vocabulary import PerilFamily
from notify_svc.texts.catalogue import MoneyTexts

MONEY = MoneyTexts(
    heading="Hoe wij rekenen",
    caption="Van schade naar bedrag",
    step="Onderdeel",
    amount="Bedrag",
    steps={
        MoneyStepCode.DAMAGE: "Schade",
        MoneyStepCode.NOT_COVERED: "Deel dat niet verzekerd is",
        MoneyStepCode.UNDECIDED: "Deel dat een medewerker beoordeelt",
        MoneyStepCode.AWAITING_ASSESSMENT: "Deel waarvan het bedrag nog volgt",
        MoneyStepCode.DEDUCTIBLE: "Uw eigen risico",
    },
    total="Totaal te betalen",
    before="Daarvan eerder besloten",
    now="Nu te betalen",
    families={
        PerilFamily.RAIN: "Voor de schade door regen geldt: {sentences}",
        PerilFamily.FLOOD: "Voor de schade door de overstroming geldt: {sentences}",
    },
    chosen="Uw eigen risico is {chosen} per gebeurtenis.",
    none_chosen="U hebt gekozen voor een polis zonder eigen risico.",
    minimum="Bij schade door hevige regen is het eigen risico altijd minstens {minimum} per gebeurtenis.",
    cloudburst="Station {station} mat zoveel regen: {measured} in één uur.",
    heavy="Station {station} mat zoveel regen: {measured} in {hours} uur.",
    others_bore="Bij een andere melding van dezelfde gebeurtenis is al {others} eigen risico afgetrokken. Van deze "
    "melding gaat daarom nog {borne} af.",
    still_to_bear="Het eigen risico gaat er nog af als het bedrag vaststaat.",
    repaired="Wat een hersteller voor u herstelt",
    to_repair_firm="Eigen risico dat u aan de hersteller betaalt",
)
