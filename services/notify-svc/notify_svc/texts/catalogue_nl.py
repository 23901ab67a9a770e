"""The Dutch texts."""

from __future__ import annotations

from contracts.coverage import GroundCode, Outcome
from contracts.money import MoneyStepCode
from contracts.vocabulary import WaterRoute
from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.catalogue import MoneyTexts, NoticeTexts, RainTexts, TextCatalogue

_GROUNDS = {
    GroundCode.DIRECT_PRECIPITATION: "Regen, sneeuw, hagel of smeltwater kwam rechtstreeks uw woning binnen. Die "
    "schade is verzekerd.",
    GroundCode.HEAVY_LOCAL_PRECIPITATION: "Het dichtstbijzijnde KNMI-station mat genoeg regen om van hevige "
    "plaatselijke neerslag te spreken. Schade door water dat daardoor uw woning in liep, is verzekerd.",
    GroundCode.NO_HEAVY_LOCAL_PRECIPITATION: "Het dichtstbijzijnde KNMI-station mat te weinig regen om van hevige "
    "plaatselijke neerslag te spreken. Zonder zulke neerslag is water dat over de grond naar binnen loopt niet "
    "verzekerd.",
    GroundCode.RAINFALL_UNDETERMINED: "Uit de metingen van het KNMI valt niet met zekerheid op te maken of er hevige "
    "plaatselijke neerslag was.",
    GroundCode.WINDOW_OR_DOOR_OPEN: "Het water kwam binnen door een raam of deur die openstond. Dat is niet verzekerd, "
    "ook niet bij hevige neerslag.",
    GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION: "Het riool kon hevige plaatselijke neerslag niet verwerken en het "
    "rioolwater kwam uw woning in. Die schade is verzekerd.",
    GroundCode.SEWER_WATER_FROM_COVERED_FLOOD: "Het rioolwater kwam omhoog door een overstroming die verzekerd is. "
    "Daarom is ook deze schade verzekerd.",
    GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION: "Het toilet liep over zonder dat er hevige plaatselijke neerslag of "
    "een verzekerde overstroming was. Schoonmaken, drogen en herstellen is dan niet verzekerd.",
    GroundCode.SEWER_WATER_WITHOUT_CAUSE: "Er kwam rioolwater binnen, maar er is geen hevige neerslag of verzekerde "
    "overstroming die dat verklaart. Een medewerker moet beoordelen wat dat voor u betekent.",
    GroundCode.GROUNDWATER: "De schade komt door grondwater of een veranderde grondwaterstand. Dat is niet verzekerd.",
    GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL: "Door hevige plaatselijke neerslag zat er zoveel regenwater in de "
    "grond dat het door uw keldermuur drong. Die schade is verzekerd.",
    GroundCode.REGIONAL_DEFENCE_FAILED: "Een dijk, kade of sluis langs kleiner water bezweek onverwacht of liep over. "
    "Schade door die overstroming is verzekerd.",
    GroundCode.PRIMARY_DEFENCE_FAILED: "De waterkering die het begaf, hoort bij de grote keringen tegen zee, rivieren "
    "en grote meren. Schade door zo'n overstroming is niet verzekerd.",
    GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED: "Na de overstroming ontstond brand of een ontploffing. De schade die "
    "daardoor kwam, is verzekerd.",
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION: "Het water liep over een grote waterkering terwijl er "
    "hevige plaatselijke neerslag was. In dat geval is de schade verzekerd.",
    GroundCode.SEA_WATER: "Het water kwam geheel of voor een deel uit zee. Schade door zeewater is niet verzekerd.",
    GroundCode.UNEMBANKED_AREA: "Uw woning staat in een gebied buiten de dijken, waar het water buiten zijn oevers kan "
    "treden. Schade daardoor is niet verzekerd.",
    GroundCode.GOVERNMENT_ACTION: "De overheid heeft het gebied bewust onder water laten lopen. Schade daardoor is "
    "niet verzekerd.",
    GroundCode.NO_FLOOD_DEFENCE: "Het water kwam uit een beek of sloot waar geen dijk of kade langs ligt. Een "
    "medewerker moet beoordelen of dat verzekerd is.",
    GroundCode.STORM: "De wind van een storm speelde een rol. Een medewerker moet beoordelen hoe de schade ontstond.",
    GroundCode.OTHER_CAUSE: "Het water kwam op een manier binnen die wij niet automatisch kunnen beoordelen.",
    GroundCode.CAUSES_INSEPARABLE: "Er waren meerdere oorzaken tegelijk die niet uit elkaar te houden zijn.",
    GroundCode.FACT_MISSING: "Wij weten nog niet genoeg over hoe het water binnenkwam om te kunnen beslissen.",
    GroundCode.NO_ROUTE_REPORTED: "Uit de melding blijkt niet hoe het water binnenkwam.",
    GroundCode.CELLAR_PUMPING: "De oorzaak van het water is verzekerd. Daarom vergoeden wij ook het leegpompen van de "
    "kelder.",
    GroundCode.NOT_INSURED_AT_LOSS: "Op het moment van de schade liep er bij ons geen verzekering voor deze woning.",
    GroundCode.POLICY_UNKNOWN: "Wij konden de polis uit de melding niet vinden.",
    GroundCode.COVER_NOT_CHOSEN: "De schade valt onder een onderdeel dat niet op uw polis staat.",
    GroundCode.RAINFALL_NOT_RECEIVED: "De regenmetingen die wij nodig hebben, zijn niet op tijd binnengekomen.",
    GroundCode.SOURCE_MISSING: "De beslissing hangt af van iets dat een bewoner zelf niet kan weten, zoals welke dijk "
    "het begaf. Een medewerker zoekt dat uit.",
    GroundCode.TERMS_CHANGED_DURING_LOSS: "Uw verzekering veranderde in de tijd waarin de schade is ontstaan. Een "
    "medewerker gaat na welke voorwaarden gelden.",
    GroundCode.PRODUCT_UNKNOWN: "Uw polis hoort bij voorwaarden die wij niet automatisch kunnen toepassen.",
    GroundCode.DAMAGE_NOT_ATTRIBUTED: "Het water kwam op meer dan één manier binnen en uit de melding blijkt niet "
    "welke schade bij welke manier hoort. Voor het bedrag maakt dat verschil.",
}

_NOTICES = {
    NoticeKind.PAID: NoticeTexts(
        subject="Uw waterschade {reference}: wij betalen {amount}",
        headline="Uw schade is verzekerd",
        opening="Wij hebben uw melding beoordeeld. De schade is verzekerd en wij betalen u {amount}.",
        next_steps=(
            "Wij maken het bedrag over op de rekening die bij ons bekend is. U hoeft daarvoor niets te doen.",
            "Bewaar foto's en rekeningen tot de schade is hersteld.",
        ),
        sms="Uw waterschade {reference} is verzekerd. Wij betalen {amount}.",
    ),
    NoticeKind.NOTHING_PAYABLE: NoticeTexts(
        subject="Uw waterschade {reference}: verzekerd, maar geen uitkering",
        headline="Uw schade is verzekerd, maar er blijft geen bedrag over",
        opening="Wij hebben uw melding beoordeeld. De schade is verzekerd, maar na aftrek van wat voor uw eigen "
        "rekening komt, blijft er geen bedrag over om te betalen.",
        next_steps=(
            "Valt de schade hoger uit dan u dacht? Stuur ons dan de nieuwe bedragen, dan rekenen wij opnieuw.",
        ),
        sms="Uw waterschade {reference} is verzekerd, maar na aftrek van uw eigen risico blijft er geen bedrag over.",
    ),
    NoticeKind.AWAITS_ASSESSMENT: NoticeTexts(
        subject="Uw waterschade {reference}: verzekerd, het bedrag volgt",
        headline="Uw schade is verzekerd; het bedrag stellen wij nog vast",
        opening="Wij hebben uw melding beoordeeld. De schade is verzekerd. Hoeveel wij betalen, weten wij als de "
        "schade is opgenomen.",
        next_steps=(
            "Een medewerker of een hersteller uit ons netwerk neemt contact met u op om de schade op te nemen.",
            "Daarna krijgt u bericht over het bedrag. Gooi beschadigde spullen nog niet weg en maak er foto's van.",
        ),
        sms="Uw waterschade {reference} is verzekerd. Het bedrag volgt als de schade is opgenomen.",
    ),
    NoticeKind.DENIED: NoticeTexts(
        subject="Uw waterschade {reference}: niet verzekerd",
        headline="Deze schade is niet verzekerd",
        opening="Wij hebben uw melding beoordeeld. De schade is niet verzekerd, daarom betalen wij geen bedrag uit. "
        "Hieronder leest u waarom.",
        next_steps=(
            (
                "Wij sluiten uw melding. Krijgt u nieuwe gegevens over hoe het water binnenkwam? Stuur ze ons, dan "
                "beoordelen wij uw melding opnieuw."
            ),
        ),
        sms="Uw waterschade {reference} is niet verzekerd.",
    ),
    NoticeKind.REFERRED: NoticeTexts(
        subject="Uw waterschade {reference}: een medewerker kijkt ernaar",
        headline="Een medewerker beoordeelt uw schade",
        opening="Uw melding kunnen wij niet automatisch beoordelen. Er is nog niets besloten en niets afgewezen.",
        next_steps=(
            "Een medewerker pakt uw melding binnen twee werkdagen op en neemt contact met u op als er iets ontbreekt.",
            "Hebt u foto's, rekeningen of andere gegevens over hoe het water binnenkwam? Houd die bij de hand.",
        ),
        sms="Uw waterschade {reference}: een medewerker pakt uw melding binnen twee werkdagen op.",
    ),
}

DUTCH = TextCatalogue(
    language_tag="nl",
    locale="nl_NL",
    greeting="Beste {name},",
    reference_label="Kenmerk",
    loss_label="Moment van de schade",
    loss_between="tussen {start} en {end}",
    why_heading="Waarom",
    each_route="Het water kwam op meer dan één manier binnen. Per manier oordelen wij:",
    routes={
        WaterRoute.DIRECT_PRECIPITATION: "Neerslag rechtstreeks in de woning",
        WaterRoute.INDIRECT_PRECIPITATION: "Regenwater dat naar binnen liep",
        WaterRoute.SEWER_BACKFLOW: "Water uit het riool",
        WaterRoute.GROUNDWATER: "Grondwater",
        WaterRoute.FLOOD: "Overstroming",
        WaterRoute.STORM: "Storm",
        WaterRoute.OTHER: "Andere oorzaak",
    },
    outcomes={
        Outcome.COVERED: "verzekerd",
        Outcome.DENIED: "niet verzekerd",
        Outcome.REFERRED: "een medewerker beoordeelt dit",
    },
    grounds=_GROUNDS,
    second_look="Een medewerker kijkt nog een tweede keer naar deze beslissing. Verandert er iets, dan hoort u dat van "
    "ons.",
    replaces_earlier="Dit bericht vervangt wat wij u eerder over deze schade schreven: er zijn nieuwe gegevens.",
    rain=RainTexts(
        heading="Wat er gemeten is",
        station="De metingen komen van KNMI-station {station}, {distance} van uw woning.",
        caption="Meeste regen per periode rond het moment van de schade",
        period="Periode",
        measured="Gemeten",
        needed="Nodig",
        result="Uitkomst",
        hours="{hours} uur",
        between="{start} tot {end}",
        reached="genoeg",
        short="{shortfall} te weinig",
        undetermined="niet vast te stellen",
        unknown="niet bekend",
        closest="De grens is niet gehaald. Het dichtst erbij kwam {measured} in {hours} uur, waar {needed} nodig is: "
        "precies {shortfall} te weinig.",
        corrections="Het KNMI verbetert zijn metingen soms achteraf. Verandert daardoor iets in uw voordeel, dan "
        "beoordelen wij uw melding uit onszelf opnieuw.",
    ),
    money=MoneyTexts(
        heading="Hoe wij het bedrag berekenen",
        caption="Van schadebedrag naar uitkering",
        step="Onderdeel",
        amount="Bedrag",
        payable="Wij betalen",
        steps={
            MoneyStepCode.DAMAGE: "Schadebedrag",
            MoneyStepCode.NOT_COVERED: "Deel dat niet verzekerd is",
            MoneyStepCode.DEDUCTIBLE: "Uw eigen risico voor deze gebeurtenis",
            MoneyStepCode.DEDUCTIBLE_USED_BEFORE: "Eigen risico dat al bij een eerdere melding is afgetrokken",
        },
    ),
    next_heading="Wat er nu gebeurt",
    disagree_heading="Bent u het er niet mee eens?",
    disagree=(
        (
            "Antwoord dan op deze e-mail, noem uw kenmerk en schrijf wat er volgens u anders ligt. Stuur mee wat u "
            "hebt, zoals foto's. Een medewerker die de beslissing niet heeft genomen, kijkt er opnieuw naar."
        ),
        (
            "Komen wij er samen niet uit, dan kunt u de klacht voorleggen aan het Klachteninstituut Financiële "
            "Dienstverlening (Kifid), www.kifid.nl. Dat kost u niets."
        ),
    ),
    closing="Met vriendelijke groet,",
    notices=_NOTICES,
    sms_with_email="De uitleg staat in onze e-mail.",
    sms_without_email="Bel ons voor de uitleg.",
)
