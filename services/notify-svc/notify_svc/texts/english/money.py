"""The account of the money, in English."""

from __future__ import annotations

from contracts.money import MoneyStepCode
from contracts.vocabulary import PerilFamily
from notify_svc.texts.catalogue import MoneyTexts

MONEY = MoneyTexts(
    heading="How we calculate",
    caption="From damage to amount",
    step="Item",
    amount="Amount",
    steps={
        MoneyStepCode.DAMAGE: "Damage",
        MoneyStepCode.NOT_COVERED: "Part that is not insured",
        MoneyStepCode.UNDECIDED: "Part that a claims handler assesses",
        MoneyStepCode.AWAITING_ASSESSMENT: "Part of which the amount follows",
        MoneyStepCode.DEDUCTIBLE: "Your deductible",
    },
    total="To be paid in all",
    before="Of that decided before",
    now="To be paid now",
    families={
        PerilFamily.RAIN: "For the damage by rain: {sentences}",
        PerilFamily.FLOOD: "For the damage by the flood: {sentences}",
    },
    chosen="Your deductible is {chosen} per event.",
    none_chosen="You chose a policy without a deductible.",
    minimum="For damage by heavy rain the deductible is always at least {minimum} per event.",
    cloudburst="Station {station} measured that much rain: {measured} in one hour.",
    heavy="Station {station} measured that much rain: {measured} in {hours} hours.",
    others_bore="In another report of the same event {others} of the deductible has already been taken off. So "
    "{borne} more is taken off this report.",
    still_to_bear="The deductible will be taken off once the amount is known.",
    repaired="What a repair firm repairs for you",
    to_repair_firm="Deductible that you pay to the repair firm",
)
