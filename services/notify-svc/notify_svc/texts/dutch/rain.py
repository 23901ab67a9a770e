"""What was measured, in Dutch."""

from __future__ import annotations

from contracts.vocabulary import WaterReading
from contracts.weather import UndeterminedReason
from notify_svc.texts.catalogue import RainTexts, UnitTexts

RAIN = RainTexts(
    heading="Wat er is gemeten",
    one_station="De metingen komen van het KNMI-station dat het dichtst bij uw woning staat: {stations}.",
    several_stations="Wij weten niet precies genoeg waar uw woning staat om te zeggen welk KNMI-station het "
    "dichtstbij is. Daarom kijken wij naar meer stations: {stations}.",
    station="{station} ({distance} van uw woning)",
    at_station="Station {station}",
    no_station="Er was toen geen KNMI-station dat de regen mat.",
    captions={
        WaterReading.SURFACE_WATER: "De meeste regen per periode, voor water dat over de grond of door het riool komt",
        WaterReading.GROUNDWATER: "De meeste regen per periode, voor water dat door de grond komt",
    },
    period="Periode",
    measured="Gemeten",
    needed="Nodig",
    result="Uitkomst",
    hours="{hours} uur",
    between="{start} tot {end}",
    enough="genoeg",
    short="{shortfall} te weinig",
    enough_too_late="genoeg, maar te laat",
    enough_too_early="genoeg, maar te vroeg",
    open="nog niet bekend",
    cannot_be_told="niet te zeggen",
    not_measured_yet="nog niet gemeten",
    no_figure="geen meting",
    reached="Er viel {measured} in {hours} uur. Dat is genoeg: er is {needed} nodig. Eén zo'n periode is voldoende. "
    "Aan het einde van het uur van de schade ({loss_hour}) was daarvan {by_loss} gevallen.",
    days=UnitTexts(one="{count} dag", more="{count} dagen"),
    hours_long=UnitTexts(one="{count} uur", more="{count} uur"),
    minutes=UnitTexts(one="{count} minuut", more="{count} minuten"),
    ended_before="Deze periode eindigde {lag} voor de schade.",
    closest="De grens is niet gehaald. Het dichtst in de buurt kwam {measured} in {hours} uur, terwijl er {needed} "
    "nodig is. Dat is {shortfall} te weinig.",
    too_late="Er viel {measured} in {hours} uur. Dat is genoeg: er is {needed} nodig. Maar aan het einde van het uur "
    "van de schade ({loss_hour}) was daarvan nog maar {by_loss} gevallen.",
    too_early="Er viel {measured} in {hours} uur. Dat is genoeg: er is {needed} nodig. Maar deze periode eindigde "
    "{lag} voor de schade.",
    reasons={
        UndeterminedReason.MISSING_HOURS: "Van een of meer uren is er geen meting. Daarom is niet te zeggen of er "
        "genoeg regen viel.",
        UndeterminedReason.BETWEEN_WHOLE_HOURS: "Het KNMI meet de regen per heel uur. In het aantal uren uit de "
        "tabel viel net niet genoeg, in één uur meer wel. Het kan dus zijn dat de grens toch is gehaald. Uit de "
        "metingen is dat niet te zien.",
        UndeterminedReason.RAIN_AFTER_LOSS: "De meeste regen viel pas na het moment van de schade.",
        UndeterminedReason.RAIN_LONG_BEFORE_LOSS: "De meeste regen viel lang voor de schade.",
        UndeterminedReason.LOSS_INTERVAL_TOO_LONG: "Voor sommige momenten waarop de schade kan zijn ontstaan viel er "
        "genoeg regen, voor andere niet.",
        UndeterminedReason.STATIONS_DISAGREE: "De metingen van de stations leiden niet tot dezelfde uitkomst.",
        UndeterminedReason.LOST_HOURS: "Van een of meer uren heeft het KNMI geen meting, en die komt ook niet meer. In "
        "die uren kan genoeg regen zijn gevallen. Maakt dat uit voor uw schade? Dan beoordeelt een medewerker dat.",
        UndeterminedReason.SUSPECT_FIGURES: "Een of meer metingen kloppen misschien niet. Er kan meer regen zijn "
        "gevallen dan het station mat. Maakt dat uit voor uw schade? Dan beoordeelt een medewerker dat.",
        UndeterminedReason.NO_STATION: "Er was toen geen KNMI-station dat de regen mat.",
        UndeterminedReason.BEFORE_REGISTER: "De schade is van voor de tijd waarvan wij de KNMI-stations kennen. "
        "Maakt het uit hoeveel regen er toen viel? Dan zoekt een medewerker dat uit.",
    },
    depends_on_hours_to_come="Of er genoeg regen viel, hangt af van uren die nog niet zijn gemeten.",
    hours_to_come="Nog niet alle uren rond de schade zijn gemeten of bekendgemaakt.",
    recent="Station {station} mat kort voor de schade {measured} neerslag.",
    corrections="Het KNMI verbetert zijn metingen soms achteraf. Is dat in uw voordeel? Dan beoordelen wij uw "
    "melding uit onszelf opnieuw.",
)
