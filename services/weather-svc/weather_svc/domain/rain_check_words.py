"""The answer to a rain check in words, in Dutch and in English."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from contracts.vocabulary import Establishment, Language
from contracts.weather import (
    RainfallAssessed,
    ReadingVerdict,
    StationAssessment,
    UndeterminedReason,
    WindowAssessment,
)
from weather_svc.domain.rain_check import margin_of
from weather_svc.domain.wording import day_and_clock, kilometres, millimetres

_WORDS: Final = {
    Language.ENGLISH: {
        "yes": "Yes: at {station}, {distance} away, {sum} fell in {hours} hours until {end}; {needed} is enough.",
        "no": "No: at {station}, {distance} away, the most was {sum} in {hours} hours; {needed} would be enough.",
        "undetermined": "It cannot be said: {reason}",
        "groundwater_yes": "For water that came through the ground it was enough.",
        "groundwater_no": "For water that came through the ground it was not enough.",
        "groundwater_undetermined": "For water that came through the ground it cannot be said: {reason}",
        "settled": "By {moment} KNMI will have published the missing hours or given them up.",
        "overdue": "KNMI should have published the missing hours by {moment}; they are not here yet.",
        "ends": "Source: KNMI, Dutch time. This decides no claim.",
    },
    Language.DUTCH: {
        "yes": "Ja: op {station}, {distance} verderop, viel {sum} in {hours} uur tot {end}; {needed} is genoeg.",
        "no": "Nee: op {station}, {distance} verderop, was het meeste {sum} in {hours} uur; {needed} zou genoeg zijn.",
        "undetermined": "Dat valt niet te zeggen: {reason}",
        "groundwater_yes": "Voor water dat door de grond kwam was het genoeg.",
        "groundwater_no": "Voor water dat door de grond kwam was het niet genoeg.",
        "groundwater_undetermined": "Voor water dat door de grond kwam valt het niet te zeggen: {reason}",
        "settled": "Uiterlijk {moment} heeft het KNMI de ontbrekende uren gepubliceerd of opgegeven.",
        "overdue": "Het KNMI had de ontbrekende uren uiterlijk {moment} moeten publiceren; ze zijn hier nog niet.",
        "ends": "Bron: KNMI, Nederlandse tijd. Dit is geen besluit over een schade.",
    },
}
REASONS: Final = {
    Language.ENGLISH: {
        UndeterminedReason.MISSING_HOURS: "hours are missing that KNMI may still publish.",
        UndeterminedReason.BETWEEN_WHOLE_HOURS: "KNMI measures whole hours, and one more or less makes the difference.",
        UndeterminedReason.RAIN_AFTER_LOSS: "the rain fell after the moment of the damage.",
        UndeterminedReason.RAIN_LONG_BEFORE_LOSS: "the rain fell long before the damage.",
        UndeterminedReason.LOSS_INTERVAL_TOO_LONG: "the time of the damage is too uncertain.",
        UndeterminedReason.STATIONS_DISAGREE: "two stations could be the nearest, and they differ.",
        UndeterminedReason.LOST_HOURS: "hours are lost that KNMI will not publish any more.",
        UndeterminedReason.SUSPECT_FIGURES: "figures contradict themselves or the stations around.",
        UndeterminedReason.NO_STATION: "no station measured rain then.",
        UndeterminedReason.BEFORE_REGISTER: "it was before the register of stations begins.",
    },
    Language.DUTCH: {
        UndeterminedReason.MISSING_HOURS: "er ontbreken uren die het KNMI nog kan publiceren.",
        UndeterminedReason.BETWEEN_WHOLE_HOURS: "het KNMI meet hele uren, en één uur maakt het verschil.",
        UndeterminedReason.RAIN_AFTER_LOSS: "de regen viel na het moment van de schade.",
        UndeterminedReason.RAIN_LONG_BEFORE_LOSS: "de regen viel lang voor de schade.",
        UndeterminedReason.LOSS_INTERVAL_TOO_LONG: "het tijdstip van de schade is te onzeker.",
        UndeterminedReason.STATIONS_DISAGREE: "twee stations kunnen het dichtstbij zijn, en ze verschillen.",
        UndeterminedReason.LOST_HOURS: "er zijn uren verloren die het KNMI niet meer publiceert.",
        UndeterminedReason.SUSPECT_FIGURES: "metingen spreken zichzelf of de stations eromheen tegen.",
        UndeterminedReason.NO_STATION: "er was toen geen station dat regen mat.",
        UndeterminedReason.BEFORE_REGISTER: "het was voor het begin van het register van stations.",
    },
}
_SETTLING: Final = {
    Language.ENGLISH: {
        UndeterminedReason.MISSING_HOURS: "KNMI publishes the missing hours, or gives them up.",
        UndeterminedReason.BETWEEN_WHOLE_HOURS: "A claims handler weighs it: KNMI publishes no parts of hours.",
        UndeterminedReason.RAIN_AFTER_LOSS: "A more exact moment of the damage, or a claims handler who weighs it.",
        UndeterminedReason.RAIN_LONG_BEFORE_LOSS: "A claims handler weighs how the water came in.",
        UndeterminedReason.LOSS_INTERVAL_TOO_LONG: "A shorter time within which the damage must have happened.",
        UndeterminedReason.STATIONS_DISAGREE: "A more exact place, with a smaller accuracy_metres.",
        UndeterminedReason.LOST_HOURS: "A claims handler looks at the stations around.",
        UndeterminedReason.SUSPECT_FIGURES: "A claims handler looks at the stations around.",
        UndeterminedReason.NO_STATION: "Another moment.",
        UndeterminedReason.BEFORE_REGISTER: "A later moment.",
    },
    Language.DUTCH: {
        UndeterminedReason.MISSING_HOURS: "Het KNMI publiceert de ontbrekende uren, of geeft ze op.",
        UndeterminedReason.BETWEEN_WHOLE_HOURS: "Een schadebehandelaar weegt het: het KNMI meet hele uren.",
        UndeterminedReason.RAIN_AFTER_LOSS: "Een preciezer moment van de schade, of een behandelaar die het weegt.",
        UndeterminedReason.RAIN_LONG_BEFORE_LOSS: "Een schadebehandelaar weegt hoe het water binnenkwam.",
        UndeterminedReason.LOSS_INTERVAL_TOO_LONG: "Een kortere tijd waarin de schade gebeurd moet zijn.",
        UndeterminedReason.STATIONS_DISAGREE: "Een preciezere plaats, met een kleinere accuracy_metres.",
        UndeterminedReason.LOST_HOURS: "Een schadebehandelaar kijkt naar de stations eromheen.",
        UndeterminedReason.SUSPECT_FIGURES: "Een schadebehandelaar kijkt naar de stations eromheen.",
        UndeterminedReason.NO_STATION: "Een ander moment.",
        UndeterminedReason.BEFORE_REGISTER: "Een later moment.",
    },
}


def summary_of(answer: RainfallAssessed, language: Language, *, now: datetime) -> str:
    """Say in words what `answer`, which has a station, establishes at `now` for both kinds of water."""
    words = _WORDS[language]
    surface, groundwater = answer.readings
    sentences = [_verdict(answer, surface, language)]
    if groundwater.establishment is not surface.establishment:
        sentences.append(
            words[f"groundwater_{_KEYS[groundwater.establishment]}"].format(reason=_reason(groundwater, language))
        )
    if answer.settled_by is not None:
        key = "settled" if answer.settled_by > now else "overdue"
        sentences.append(words[key].format(moment=day_and_clock(answer.settled_by, language)))
    return " ".join((*sentences, words["ends"]))


_KEYS: Final = {
    Establishment.ESTABLISHED: "yes",
    Establishment.NOT_ESTABLISHED: "no",
    Establishment.UNDETERMINED: "undetermined",
}


def _verdict(answer: RainfallAssessed, reading: ReadingVerdict, language: Language) -> str:
    words, nearest = _WORDS[language], answer.stations[0]
    window = nearest.readings[0].deciding_window or _closest_below(nearest)
    if window is None or window.ends_at is None or reading.establishment is Establishment.UNDETERMINED:
        return words["undetermined"].format(reason=_reason(reading, language))
    return words[_KEYS[reading.establishment]].format(
        station=nearest.station.name,
        distance=kilometres(nearest.distance_metres, language),
        sum=millimetres(window.best_sum_tenths_mm or 0, language),
        hours=window.within_hours,
        end=day_and_clock(window.ends_at, language),
        needed=millimetres(window.at_least_tenths_mm, language),
    )


def _closest_below(station: StationAssessment) -> WindowAssessment | None:
    summed = [window for window in station.readings[0].windows if window.best_sum_tenths_mm is not None]
    return max(summed, key=margin_of, default=None)


def _reason(reading: ReadingVerdict, language: Language) -> str:
    return REASONS[language][reading.undetermined_reason] if reading.undetermined_reason else ""


def settling(answer: RainfallAssessed, language: Language) -> str | None:
    """Say what would make an answer of what is undetermined; None when nothing is."""
    reasons = [reading.undetermined_reason for reading in answer.readings if reading.undetermined_reason]
    return _SETTLING[language][reasons[0]] if reasons else None
