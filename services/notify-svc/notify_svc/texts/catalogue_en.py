"""The English texts."""

from __future__ import annotations

from contracts.coverage import GroundCode, Outcome
from contracts.money import MoneyStepCode
from contracts.vocabulary import WaterRoute
from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.catalogue import MoneyTexts, NoticeTexts, RainTexts, TextCatalogue

_GROUNDS = {
    GroundCode.DIRECT_PRECIPITATION: "Rain, snow, hail or meltwater came straight into your home. That damage is "
    "insured.",
    GroundCode.HEAVY_LOCAL_PRECIPITATION: "The nearest KNMI station measured enough rain to speak of heavy local "
    "precipitation. Damage by water that ran into your home because of it is insured.",
    GroundCode.NO_HEAVY_LOCAL_PRECIPITATION: "The nearest KNMI station measured too little rain to speak of heavy "
    "local precipitation. Without it, water that runs in over the ground is not insured.",
    GroundCode.RAINFALL_UNDETERMINED: "KNMI's figures do not say with certainty whether there was heavy local "
    "precipitation.",
    GroundCode.WINDOW_OR_DOOR_OPEN: "The water came in through a window or door that had been left open. That is not "
    "insured, not even in heavy rain.",
    GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION: "The sewer could not cope with heavy local precipitation and its "
    "water came up into your home. That damage is insured.",
    GroundCode.SEWER_WATER_FROM_COVERED_FLOOD: "The sewer water came up because of a flood that is insured. So this "
    "damage is insured as well.",
    GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION: "The toilet overflowed while there was no heavy local precipitation "
    "and no insured flood. Cleaning, drying and repairs are not insured in that case.",
    GroundCode.SEWER_WATER_WITHOUT_CAUSE: "Sewer water came in, but no heavy precipitation or insured flood explains "
    "it. A colleague has to judge what that means for you.",
    GroundCode.GROUNDWATER: "The damage was done by groundwater or a change of the water table. That is not insured.",
    GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL: "Heavy local precipitation left so much rain water in the soil that it "
    "pushed through your cellar wall. That damage is insured.",
    GroundCode.REGIONAL_DEFENCE_FAILED: "A dyke, quay or lock along a smaller water failed unexpectedly or overflowed. "
    "Damage by that flood is insured.",
    GroundCode.PRIMARY_DEFENCE_FAILED: "The flood defence that failed is one of the main ones, against the sea, the "
    "great rivers or the great lakes. Damage by such a flood is not insured.",
    GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED: "Fire or an explosion followed the flood. The damage it did is "
    "insured.",
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION: "The water went over a main flood defence while there was "
    "heavy local precipitation. In that case the damage is insured.",
    GroundCode.SEA_WATER: "All or part of the water came from the sea. Damage by sea water is not insured.",
    GroundCode.UNEMBANKED_AREA: "Your home stands outside the dykes, where the water can rise over its banks. Damage "
    "by that is not insured.",
    GroundCode.GOVERNMENT_ACTION: "The government let the area flood on purpose. Damage by that is not insured.",
    GroundCode.NO_FLOOD_DEFENCE: "The water came from a stream or ditch without a dyke or quay. A colleague has to "
    "judge whether that is insured.",
    GroundCode.STORM: "The wind of a storm played a part. A colleague has to judge how the damage came about.",
    GroundCode.OTHER_CAUSE: "The water came in in a way that we cannot judge automatically.",
    GroundCode.CAUSES_INSEPARABLE: "Several causes worked together and cannot be told apart.",
    GroundCode.FACT_MISSING: "We do not know enough yet about how the water came in to decide.",
    GroundCode.NO_ROUTE_REPORTED: "The report does not say how the water came in.",
    GroundCode.CELLAR_PUMPING: "The cause of the water is insured. So we also pay for pumping the cellar dry.",
    GroundCode.NOT_INSURED_AT_LOSS: "At the moment of the damage this home was not insured with us.",
    GroundCode.POLICY_UNKNOWN: "We could not find the policy named in the report.",
    GroundCode.COVER_NOT_CHOSEN: "The damage belongs to a cover that is not part of your policy.",
    GroundCode.RAINFALL_NOT_RECEIVED: "The rain figures that we need did not arrive in time.",
    GroundCode.SOURCE_MISSING: "The decision depends on something that a resident cannot know, such as which dyke "
    "failed. A colleague will find out.",
    GroundCode.TERMS_CHANGED_DURING_LOSS: "Your insurance changed within the time in which the damage was done. A "
    "colleague checks which terms apply.",
    GroundCode.PRODUCT_UNKNOWN: "Your policy belongs to terms that we cannot apply automatically.",
    GroundCode.DAMAGE_NOT_ATTRIBUTED: "The water came in in more than one way, and the report does not say which "
    "damage belongs to which. For the amount that makes a difference.",
}

_NOTICES = {
    NoticeKind.PAID: NoticeTexts(
        subject="Your water damage {reference}: we pay {amount}",
        headline="Your damage is insured",
        opening="We have assessed your report. The damage is insured and we pay you {amount}.",
        next_steps=(
            "We transfer the amount to the account we know. You need to do nothing for that.",
            "Keep photos and bills until the damage has been repaired.",
        ),
        sms="Your water damage {reference} is insured. We pay {amount}.",
    ),
    NoticeKind.NOTHING_PAYABLE: NoticeTexts(
        subject="Your water damage {reference}: insured, but nothing to pay out",
        headline="Your damage is insured, but no amount is left to pay",
        opening="We have assessed your report. The damage is insured, but once the part that is for your own account "
        "has been taken off, no amount is left to pay.",
        next_steps=(
            "Does the damage turn out higher than you thought? Send us the new amounts and we calculate again.",
        ),
        sms="Your water damage {reference} is insured, but after your deductible no amount is left to pay.",
    ),
    NoticeKind.AWAITS_ASSESSMENT: NoticeTexts(
        subject="Your water damage {reference}: insured, the amount follows",
        headline="Your damage is insured; the amount is still to be assessed",
        opening="We have assessed your report. The damage is insured. How much we pay will be known once the damage "
        "has been inspected.",
        next_steps=(
            "A colleague, or a repair firm from our network, will contact you to inspect the damage.",
            "After that you hear from us about the amount. Please keep damaged things for now and take photos of them.",
        ),
        sms="Your water damage {reference} is insured. The amount follows once the damage has been inspected.",
    ),
    NoticeKind.DENIED: NoticeTexts(
        subject="Your water damage {reference}: not insured",
        headline="This damage is not insured",
        opening="We have assessed your report. The damage is not insured, so we do not pay an amount. Below you can "
        "read why.",
        next_steps=(
            (
                "We close your report. Do you learn more about how the water came in? Send it to us and we assess your "
                "report again."
            ),
        ),
        sms="Your water damage {reference} is not insured.",
    ),
    NoticeKind.REFERRED: NoticeTexts(
        subject="Your water damage {reference}: a colleague is looking into it",
        headline="A colleague assesses your damage",
        opening="We cannot assess your report automatically. Nothing has been decided yet and nothing has been "
        "refused.",
        next_steps=(
            "A colleague takes up your report within two working days and contacts you when something is missing.",
            "Do you have photos, bills or anything else that shows how the water came in? Keep it at hand.",
        ),
        sms="Your water damage {reference}: a colleague takes up your report within two working days.",
    ),
}

ENGLISH = TextCatalogue(
    language_tag="en",
    locale="en_GB",
    greeting="Dear {name},",
    reference_label="Reference",
    loss_label="Moment of the damage",
    loss_between="between {start} and {end}",
    why_heading="Why",
    each_route="The water came in in more than one way. This is how we judge each:",
    routes={
        WaterRoute.DIRECT_PRECIPITATION: "Precipitation straight into the home",
        WaterRoute.INDIRECT_PRECIPITATION: "Rain water that ran in",
        WaterRoute.SEWER_BACKFLOW: "Water from the sewer",
        WaterRoute.GROUNDWATER: "Groundwater",
        WaterRoute.FLOOD: "Flood",
        WaterRoute.STORM: "Storm",
        WaterRoute.OTHER: "Another cause",
    },
    outcomes={
        Outcome.COVERED: "insured",
        Outcome.DENIED: "not insured",
        Outcome.REFERRED: "a colleague assesses this",
    },
    grounds=_GROUNDS,
    second_look="A colleague will look at this decision a second time. If anything changes, you will hear from us.",
    replaces_earlier="This message replaces what we wrote about this damage before: there are new facts.",
    rain=RainTexts(
        heading="What was measured",
        station="The figures come from KNMI station {station}, {distance} from your home.",
        caption="Most rain per period around the moment of the damage",
        period="Period",
        measured="Measured",
        needed="Needed",
        result="Result",
        hours="{hours} hours",
        between="{start} to {end}",
        reached="enough",
        short="{shortfall} too little",
        undetermined="cannot be told",
        unknown="not known",
        closest="The threshold was not reached. The closest was {measured} in {hours} hours, where {needed} is needed: "
        "exactly {shortfall} too little.",
        corrections="KNMI sometimes corrects its figures afterwards. If that changes anything in your favour, we "
        "assess your report again without being asked.",
    ),
    money=MoneyTexts(
        heading="How we arrive at the amount",
        caption="From damage to payment",
        step="Item",
        amount="Amount",
        payable="We pay",
        steps={
            MoneyStepCode.DAMAGE: "Damage",
            MoneyStepCode.NOT_COVERED: "Part that is not insured",
            MoneyStepCode.DEDUCTIBLE: "Your deductible for this event",
            MoneyStepCode.DEDUCTIBLE_USED_BEFORE: "Deductible already taken off an earlier report",
        },
    ),
    next_heading="What happens next",
    disagree_heading="Do you disagree?",
    disagree=(
        (
            "Reply to this e-mail, give your reference and tell us what you see differently. Send what you have, such "
            "as photos. A colleague who did not take the decision will look at it again."
        ),
        (
            "If we cannot solve it together, you can take your complaint to the Dutch Institute for Financial Disputes "
            "(Kifid), www.kifid.nl. It costs you nothing."
        ),
    ),
    closing="Kind regards,",
    notices=_NOTICES,
    sms_with_email="Our e-mail explains it.",
    sms_without_email="Call us and we explain.",
)
