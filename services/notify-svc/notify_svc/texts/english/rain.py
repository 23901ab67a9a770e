"""What was measured, in English."""

from __future__ import annotations

from contracts.vocabulary import WaterReading
from contracts.weather import UndeterminedReason
from notify_svc.texts.catalogue import RainTexts, UnitTexts

RAIN = RainTexts(
    heading="What was measured",
    one_station="The measurements come from the KNMI station nearest to your home: {stations}.",
    several_stations="We do not know exactly enough where your home is to say which KNMI station is nearest. That is "
    "why we look at more stations: {stations}.",
    station="{station} ({distance} from your home)",
    at_station="Station {station}",
    no_station="At that time no KNMI station measured the rain.",
    captions={
        WaterReading.SURFACE_WATER: "The most rain per period, for water that comes over the ground or through the "
        "sewer",
        WaterReading.GROUNDWATER: "The most rain per period, for water that comes through the soil",
    },
    period="Period",
    measured="Measured",
    needed="Needed",
    result="Result",
    hours="{hours} hours",
    between="{start} to {end}",
    enough="enough",
    short="{shortfall} too little",
    enough_too_late="enough, but too late",
    enough_too_early="enough, but too early",
    open="not known yet",
    cannot_be_told="cannot be told",
    not_measured_yet="not measured yet",
    no_figure="no measurement",
    reached="{measured} fell in {hours} hours. That is enough: {needed} is needed. One such period is enough. At the "
    "end of the hour of the damage ({loss_hour}), {by_loss} of it had fallen.",
    days=UnitTexts(one="{count} day", more="{count} days"),
    hours_long=UnitTexts(one="{count} hour", more="{count} hours"),
    minutes=UnitTexts(one="{count} minute", more="{count} minutes"),
    ended_before="This period ended {lag} before the damage.",
    closest="The threshold was not reached. The closest was {measured} in {hours} hours, while {needed} is needed. "
    "That is {shortfall} too little.",
    too_late="{measured} fell in {hours} hours. That is enough: {needed} is needed. But at the end of the hour of "
    "the damage ({loss_hour}) only {by_loss} of it had fallen.",
    too_early="{measured} fell in {hours} hours. That is enough: {needed} is needed. But this period ended {lag} "
    "before the damage.",
    reasons={
        UndeterminedReason.MISSING_HOURS: "For one or more hours there is no measurement. So it cannot be told "
        "whether enough rain fell.",
        UndeterminedReason.BETWEEN_WHOLE_HOURS: "KNMI measures rain by the whole hour. In the number of hours in the "
        "table just too little fell, in one hour more it was enough. So the threshold may have been reached after "
        "all. The measurements do not show it.",
        UndeterminedReason.RAIN_AFTER_LOSS: "Most of the rain fell only after the moment of the damage.",
        UndeterminedReason.RAIN_LONG_BEFORE_LOSS: "Most of the rain fell long before the damage.",
        UndeterminedReason.LOSS_INTERVAL_TOO_LONG: "For some of the moments at which the damage may have happened "
        "there was enough rain, for others there was not.",
        UndeterminedReason.STATIONS_DISAGREE: "The measurements of the stations do not lead to the same result.",
        UndeterminedReason.LOST_HOURS: "For one or more hours KNMI has no measurement, and there will never be one. "
        "Enough rain may have fallen in those hours. If that matters for your damage, one of our staff decides about "
        "it.",
        UndeterminedReason.SUSPECT_FIGURES: "One or more measurements may be wrong. More rain may have fallen than "
        "the station measured. If that matters for your damage, one of our staff decides about it.",
        UndeterminedReason.NO_STATION: "At that time no KNMI station measured the rain.",
        UndeterminedReason.BEFORE_REGISTER: "The damage is from before the time for which we know KNMI's stations. If "
        "it matters how much rain fell then, one of our staff finds out.",
    },
    depends_on_hours_to_come="Whether enough rain fell depends on hours that have not been measured yet.",
    hours_to_come="Not all hours around the damage have been measured or published yet.",
    recent="Shortly before the damage, station {station} measured {measured} of precipitation.",
    corrections="KNMI sometimes corrects its measurements afterwards. If that is in your favour, we will assess your "
    "report again without being asked.",
)
