"""Why, in English: grounds, facts and who established them."""

from __future__ import annotations

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import FactSource, WaterRoute
from notify_svc.texts.catalogue import FactTexts, GroundTexts, ReasonTexts

_GROUNDS = {
    GroundCode.DIRECT_PRECIPITATION: GroundTexts(fact="Rain, snow, hail or meltwater came straight into your home."),
    GroundCode.HEAVY_LOCAL_PRECIPITATION: GroundTexts(
        fact="Rain water ran into your home from outside. The measurements show heavy local precipitation."
    ),
    GroundCode.NO_HEAVY_LOCAL_PRECIPITATION: GroundTexts(
        fact="Around the damage there was too little rain for heavy local precipitation.",
        denied="Damage by rain water that runs in from outside is only insured in heavy local precipitation. That is "
        "why this damage is not insured.",
    ),
    GroundCode.RAINFALL_UNDETERMINED: GroundTexts(
        fact="KNMI's measurements do not say for certain whether there was heavy local precipitation."
    ),
    GroundCode.WINDOW_OR_DOOR_OPEN: GroundTexts(
        fact="Rain water flowed in from outside through a window or door that was open.",
        denied="Damage by rain water that flows in that way is not insured.",
    ),
    GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION: GroundTexts(
        fact="The sewer could not cope with the heavy local precipitation. Sewer water came up into your home."
    ),
    GroundCode.SEWER_WATER_FROM_COVERED_FLOOD: GroundTexts(
        fact="The sewer water came up because of a flood.",
        covered="The damage by that flood is insured. That is why this damage is insured too.",
    ),
    GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION: GroundTexts(
        fact="Your toilet overflowed.",
        denied="Damage by that is only insured when the water comes from heavy local precipitation or from an "
        "insured flood. That was not so here. That is why this damage is not insured.",
    ),
    GroundCode.SEWER_WATER_WITHOUT_CAUSE: GroundTexts(
        fact="Sewer water came in, but there was no heavy local precipitation that explains it.",
        referred="A claims handler will find out where the water came from.",
    ),
    GroundCode.GROUNDWATER: GroundTexts(
        fact="Groundwater came in, or the water table rose or fell.", denied="Damage by that is not insured."
    ),
    GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL: GroundTexts(
        fact="Heavy local precipitation put so much rain water into the soil that it came through your cellar wall."
    ),
    GroundCode.REGIONAL_DEFENCE_FAILED: GroundTexts(
        fact="A dyke, quay or lock unexpectedly did not hold back the water. It was not a primary flood defence.",
        covered="Damage by such a flood is insured.",
    ),
    GroundCode.PRIMARY_DEFENCE_FAILED: GroundTexts(
        fact="A primary flood defence did not hold back the water. Such a defence is named in the law and protects "
        "the country against the sea, the great rivers and the great lakes.",
        denied="Damage by the water of such a flood is not insured.",
    ),
    GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED: GroundTexts(
        fact="Fire or an explosion followed the flood. It did this damage."
    ),
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION: GroundTexts(
        fact="The water went over a primary flood defence while there was heavy local precipitation."
    ),
    GroundCode.SEA_WATER: GroundTexts(
        fact="All or part of the water came from the sea.", denied="Damage by sea water is not insured."
    ),
    GroundCode.UNEMBANKED_AREA: GroundTexts(
        fact="Your home stands in an area outside the dykes. The water rose over its banks there.",
        denied="Damage by that is not insured.",
    ),
    GroundCode.GOVERNMENT_ACTION: GroundTexts(
        fact="The flood came directly from a measure of the government, such as letting the area flood.",
        denied="Damage by that is not insured.",
    ),
    GroundCode.NO_FLOOD_DEFENCE: GroundTexts(
        fact="The water came from a stream, ditch or other water without a dyke, quay or lock."
    ),
    GroundCode.STORM: GroundTexts(
        fact="The wind of a storm played a part.", referred="A claims handler will assess how the damage came about."
    ),
    GroundCode.OTHER_CAUSE: GroundTexts(fact="The water came in in a way that we cannot assess automatically."),
    GroundCode.CAUSES_INSEPARABLE: GroundTexts(
        fact="There were several causes at the same time, and perhaps they cannot be told apart."
    ),
    GroundCode.FACT_MISSING: GroundTexts(
        fact="We do not know enough yet about how the water came in.",
        referred="A claims handler will ask for what we are missing.",
    ),
    GroundCode.NO_ROUTE_REPORTED: GroundTexts(
        fact="The report does not say how the water came in.", referred="A claims handler will ask you."
    ),
    GroundCode.CELLAR_PUMPING: GroundTexts(
        fact="This is about the cost of pumping your cellar dry.",
        covered="The cause of the water is insured. That is why this cost is insured too.",
        denied="That cost is only insured when the water came from rain water that ran in during heavy local "
        "precipitation, from an insured flood, or from groundwater whose damage is insured. That was not so here. "
        "That is why this cost is not insured.",
        referred="A claims handler will find out where the water in your cellar came from.",
    ),
    GroundCode.NOT_INSURED_AT_LOSS: GroundTexts(
        fact="The policy named in the report was not in force at the moment of the damage.",
        denied="That is why the damage is not insured.",
    ),
    GroundCode.POLICY_UNKNOWN: GroundTexts(
        fact="We cannot find the policy named in the report.",
        referred="A claims handler will look into this. Do you have your policy number at hand? Please tell us.",
    ),
    GroundCode.COVER_NOT_CHOSEN: GroundTexts(
        fact="This damage belongs to a part that is not on your policy.",
        denied="That is why this damage is not insured.",
    ),
    GroundCode.RAINFALL_NOT_RECEIVED: GroundTexts(fact="The rain measurements that we need did not reach us in time."),
    GroundCode.SOURCE_MISSING: GroundTexts(
        fact="Some things a resident cannot know, such as which dyke failed.",
        referred="A claims handler will find out for you.",
    ),
    GroundCode.TERMS_CHANGED_DURING_LOSS: GroundTexts(
        fact="Your insurance changed within the time in which the damage may have happened.",
        referred="A claims handler will find out which terms apply.",
    ),
    GroundCode.PRODUCT_UNKNOWN: GroundTexts(fact="Your policy has terms that we cannot apply automatically."),
    GroundCode.DAMAGE_NOT_ATTRIBUTED: GroundTexts(
        fact="The damage may have more than one cause. The report does not say which damage belongs to which cause, "
        "and that makes a difference.",
        referred="A claims handler will find that out with you.",
    ),
    GroundCode.RAIN_AFTER_LOSS: GroundTexts(
        fact="There was enough rain, but at the moment you name only a little of it had fallen.",
        referred="A claims handler will check with you when the damage happened.",
    ),
    GroundCode.RAIN_LONG_BEFORE_LOSS: GroundTexts(
        fact="There was enough rain, but long before the damage.",
        referred="A claims handler will assess whether the water came from that rain.",
    ),
    GroundCode.LOSS_INTERVAL_TOO_LONG: GroundTexts(
        fact="The damage may have happened at many different moments. It makes a difference which one it was.",
        referred="A claims handler will check with you when the damage happened.",
    ),
    GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN: GroundTexts(
        fact="The report says that rain, snow, hail or meltwater came straight in. The nearest KNMI station measured "
        "almost no precipitation then.",
        referred="A shower can be very local. That is why a claims handler will look at it.",
    ),
    GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER: GroundTexts(
        fact="There was a flood, and other water came in too. It makes a difference which water did the damage.",
        referred="A claims handler will find that out.",
    ),
    GroundCode.SECOND_LOOK: GroundTexts(
        fact="With this cause a claims handler always looks first, before we promise an amount.",
        referred="After that you will hear from us.",
    ),
    GroundCode.REPORTED_LATE: GroundTexts(
        fact="A long time passed between the damage and the report. That makes it harder to find out what happened.",
        referred="A claims handler will see what can still be found out.",
    ),
    GroundCode.POSSIBLE_DUPLICATE: GroundTexts(
        fact="On this policy we already have a report of the same kind of damage, from the same days. It may be the "
        "same damage, or other damage.",
        referred="A claims handler will put the reports side by side. You need to do nothing for that.",
    ),
    GroundCode.REPORTERS_DIFFER: GroundTexts(
        fact="We received more than one report about this damage. They differ about the damage or about the moment.",
        referred="A claims handler will find out with you how it is.",
    ),
    GroundCode.STATEMENT_TURNED: GroundTexts(
        fact="Your new report differs from your earlier one. That can happen: sometimes you know more later.",
        referred="Because it makes a difference for the outcome, a claims handler will look at it.",
    ),
    GroundCode.DAMAGE_NOT_REPORTED: GroundTexts(
        fact="The report does not say what was damaged.", referred="A claims handler will ask you."
    ),
    GroundCode.WITHDRAWN: GroundTexts(fact="You took your report back."),
    GroundCode.JOINED: GroundTexts(fact="A claims handler saw that another report is about the same damage."),
    GroundCode.HANDLER_COVERS: GroundTexts(fact="A claims handler looked at all that is known of this damage."),
    GroundCode.HANDLER_DENIES: GroundTexts(
        fact="Two claims handlers, one after the other, looked at all that is known of this damage.",
        denied="They agree that this damage is not insured. Ask us, and you can read why in their own words.",
    ),
}

_FACTS = {
    "precipitation_fell_directly": FactTexts(
        true="rain, snow, hail or meltwater came straight in",
        false="no rain, snow, hail or meltwater came straight in",
    ),
    "precipitation_left_its_course": FactTexts(
        true="rain water ran in from outside", false="no rain water ran in from outside"
    ),
    "came_through_open_window_or_door": FactTexts(
        true="the water came through an open window or door",
        false="the water did not come through an open window or door",
    ),
    "sewer_water_entered": FactTexts(true="sewer water came in", false="no sewer water came in"),
    "toilet_overflowed": FactTexts(true="the toilet overflowed", false="the toilet did not overflow"),
    "groundwater_entered": FactTexts(true="groundwater came in", false="no groundwater came in"),
    "came_through_cellar_wall": FactTexts(
        true="the water came through the cellar wall", false="the water did not come through the cellar wall"
    ),
    "flood_water_entered": FactTexts(true="water of a flood came in", false="no water of a flood came in"),
    "flood_defence_present": FactTexts(
        true="there is a dyke, quay or lock between that water and your home",
        false="there is no dyke, quay or lock between that water and your home",
    ),
    "flood_defence_failed": FactTexts(
        true="the dyke, quay or lock did not hold back the water", false="the dyke, quay or lock held back the water"
    ),
    "flood_defence_overtopped": FactTexts(
        true="the water went over the dyke, quay or lock", false="the water did not go over the dyke, quay or lock"
    ),
    "flood_defence_is_primary": FactTexts(
        true="this is a primary flood defence", false="this is not a primary flood defence"
    ),
    "fire_or_explosion_followed": FactTexts(
        true="fire or an explosion followed the flood", false="no fire or explosion followed the flood"
    ),
    "sea_water_involved": FactTexts(true="there was sea water in it", false="there was no sea water in it"),
    "home_in_unembanked_area": FactTexts(
        true="your home stands outside the dykes", false="your home does not stand outside the dykes"
    ),
    "government_caused_flood": FactTexts(
        true="the government caused the flood", false="the government did not cause the flood"
    ),
    "storm_caused_damage": FactTexts(
        true="the wind of a storm played a part", false="the wind of a storm played no part"
    ),
    "other_cause": FactTexts(true="the water came in in another way", false="the water did not come in in another way"),
    "causes_inseparable": FactTexts(true="the causes cannot be told apart", false="the causes can be told apart"),
}

REASONS = ReasonTexts(
    heading="Why",
    each_cause="This is our view of each cause:",
    item="{kind}, {amount} ({estimate}): {outcome}",
    item_of_cause="{kind} after {cause}, {amount} ({estimate}): {outcome}",
    cause="Damage by {cause}: {outcome}",
    kinds={
        DamageKind.BUILDINGS: "Damage to the building",
        DamageKind.CONTENTS: "Damage to your belongings",
        DamageKind.CLEANING: "Cleaning",
        DamageKind.CELLAR_PUMPING: "Pumping the cellar dry",
    },
    estimates={
        FactSource.CUSTOMER: "amount from the report",
        FactSource.REGISTER: "amount from a register",
        FactSource.HANDLER: "amount by our claims handler",
        FactSource.REPAIR_PARTNER: "amount by the repair firm",
    },
    causes={
        WaterRoute.DIRECT_PRECIPITATION: "precipitation that came straight in",
        WaterRoute.INDIRECT_PRECIPITATION: "rain water that ran in",
        WaterRoute.SEWER_BACKFLOW: "water from the sewer",
        WaterRoute.GROUNDWATER: "groundwater",
        WaterRoute.FLOOD: "a flood",
        WaterRoute.STORM: "storm",
        WaterRoute.OTHER: "water that came in another way",
    },
    by_fire="fire or an explosion after the flood",
    outcomes={
        Outcome.COVERED: "insured",
        Outcome.DENIED: "not insured",
        Outcome.REFERRED: "a claims handler will assess this",
        Outcome.WITHDRAWN: "taken back",
    },
    awaits_assessment="insured, the amount follows",
    grounds=_GROUNDS,
    follows={
        Outcome.COVERED: "This damage is insured.",
        Outcome.DENIED: "This damage is not insured.",
        Outcome.REFERRED: "A claims handler will assess this.",
        Outcome.WITHDRAWN: "We do nothing more with it.",
    },
    also="There is another reason. {fact}",
    clause="You find this in clause {clause} of the policy terms.",
    facts=_FACTS,
    that="that {fact}",
    whether="whether {fact}",
    sources={
        FactSource.CUSTOMER: "The report says {facts}.",
        FactSource.REGISTER: "An official register shows {facts}.",
        FactSource.HANDLER: "Our claims handler established {facts}.",
        FactSource.REPAIR_PARTNER: "The repair firm established {facts}.",
    },
    own_records="Our records of your policy show this.",
    unknown="This is not known yet: {facts}.",
    looked_up="The question is {facts}.",
    turned="The question is {facts}.",
    turned_besides_facts={
        "loss": "when the damage happened",
        "damage": "what was damaged and how",
        "policy_number": "which policy the damage belongs to",
    },
    cover_not_chosen={
        DamageKind.BUILDINGS: "Damage to the building belongs to buildings insurance. That is not on your policy.",
        DamageKind.CONTENTS: "Damage to your belongings belongs to contents insurance. That is not on your policy.",
    },
    groundwater_exception="There is one exception. Damage by groundwater is only insured when heavy local "
    "precipitation puts so much rain water into the soil that it comes through the cellar wall.",
    not_through_cellar_wall="Here the water did not come through the cellar wall.",
    not_enough_rain="There was too little rain for heavy local precipitation.",
    primary_defence_exception="There are two exceptions. Damage is then only insured when it is done by fire or an "
    "explosion after the flood, or when the water went over the defence during heavy local precipitation. That does "
    "not apply to this damage.",
)
