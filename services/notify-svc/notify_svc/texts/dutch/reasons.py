"""Why, in Dutch: grounds, facts and who established them."""

from __future__ import annotations

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import FactSource, WaterRoute
from notify_svc.texts.catalogue import FactTexts, GroundTexts, ReasonTexts

_GROUNDS = {
    GroundCode.DIRECT_PRECIPITATION: GroundTexts(
        fact="Er kwam regen, sneeuw, hagel of smeltwater rechtstreeks uw woning binnen."
    ),
    GroundCode.HEAVY_LOCAL_PRECIPITATION: GroundTexts(
        fact="Er liep regenwater van buiten uw woning in. Volgens de metingen was er hevige plaatselijke neerslag."
    ),
    GroundCode.NO_HEAVY_LOCAL_PRECIPITATION: GroundTexts(
        fact="Er viel rond het moment van de schade te weinig regen voor hevige plaatselijke neerslag.",
        denied="Schade door regenwater dat van buiten naar binnen loopt, is alleen verzekerd bij hevige plaatselijke "
        "neerslag. Daarom is deze schade niet verzekerd.",
    ),
    GroundCode.RAINFALL_UNDETERMINED: GroundTexts(
        fact="Uit de metingen van het KNMI blijkt niet zeker of er hevige plaatselijke neerslag was."
    ),
    GroundCode.WINDOW_OR_DOOR_OPEN: GroundTexts(
        fact="Er stroomde regenwater van buiten naar binnen door een raam of deur die openstond.",
        denied="Schade door regenwater dat zo binnenstroomt, is niet verzekerd.",
    ),
    GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION: GroundTexts(
        fact="Het riool kon de hevige plaatselijke neerslag niet aan. Daardoor kwam er rioolwater uw woning in."
    ),
    GroundCode.SEWER_WATER_FROM_COVERED_FLOOD: GroundTexts(
        fact="Het rioolwater kwam omhoog door een overstroming.",
        covered="De schade door die overstroming is verzekerd. Daarom is deze schade ook verzekerd.",
    ),
    GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION: GroundTexts(
        fact="Uw toilet liep over.",
        denied="Schade daardoor is alleen verzekerd als het water van hevige plaatselijke neerslag komt of van een "
        "verzekerde overstroming. Dat was hier niet zo. Daarom is deze schade niet verzekerd.",
    ),
    GroundCode.SEWER_WATER_WITHOUT_CAUSE: GroundTexts(
        fact="Er kwam rioolwater binnen, maar er was geen hevige plaatselijke neerslag die dat verklaart.",
        referred="Een medewerker zoekt uit waar het water vandaan kwam.",
    ),
    GroundCode.GROUNDWATER: GroundTexts(
        fact="Er kwam grondwater binnen, of het grondwater kwam hoger of lager te staan.",
        denied="Schade daardoor is niet verzekerd.",
    ),
    GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL: GroundTexts(
        fact="Door hevige plaatselijke neerslag kwam er zoveel regenwater in de grond, dat het door uw keldermuur "
        "drong."
    ),
    GroundCode.REGIONAL_DEFENCE_FAILED: GroundTexts(
        fact="Een dijk, kade of sluis hield het water onverwacht niet tegen. Het was geen primaire waterkering.",
        covered="Schade door zo'n overstroming is verzekerd.",
    ),
    GroundCode.PRIMARY_DEFENCE_FAILED: GroundTexts(
        fact="Een primaire waterkering hield het water niet tegen. Zo'n waterkering staat in de wet en beschermt het "
        "land tegen de zee, de grote rivieren en de grote meren.",
        denied="Schade door water van zo'n overstroming is niet verzekerd.",
    ),
    GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED: GroundTexts(
        fact="Na de overstroming ontstond brand of een ontploffing. Daardoor kwam deze schade."
    ),
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION: GroundTexts(
        fact="Het water liep over een primaire waterkering terwijl er hevige plaatselijke neerslag was."
    ),
    GroundCode.SEA_WATER: GroundTexts(
        fact="Het water kwam helemaal of voor een deel uit zee.", denied="Schade door zeewater is niet verzekerd."
    ),
    GroundCode.UNEMBANKED_AREA: GroundTexts(
        fact="Uw woning staat in een gebied buiten de dijken. Het water trad daar buiten zijn oevers.",
        denied="Schade daardoor is niet verzekerd.",
    ),
    GroundCode.GOVERNMENT_ACTION: GroundTexts(
        fact="De overstroming kwam rechtstreeks door een maatregel van de overheid. Die liet bijvoorbeeld het gebied "
        "onder water lopen.",
        denied="Schade daardoor is niet verzekerd.",
    ),
    GroundCode.NO_FLOOD_DEFENCE: GroundTexts(
        fact="Het water kwam uit een beek, sloot of ander water zonder dijk, kade of sluis."
    ),
    GroundCode.STORM: GroundTexts(
        fact="De wind van een storm speelde een rol.",
        referred="Een medewerker beoordeelt hoe de schade is ontstaan.",
    ),
    GroundCode.OTHER_CAUSE: GroundTexts(
        fact="Het water kwam binnen op een manier die wij niet automatisch kunnen beoordelen."
    ),
    GroundCode.CAUSES_INSEPARABLE: GroundTexts(
        fact="Er waren meer oorzaken tegelijk, en die zijn misschien niet uit elkaar te houden."
    ),
    GroundCode.FACT_MISSING: GroundTexts(
        fact="Wij weten nog niet genoeg over hoe het water binnenkwam.",
        referred="Een medewerker vraagt na wat wij nog missen.",
    ),
    GroundCode.NO_ROUTE_REPORTED: GroundTexts(
        fact="In de melding staat niet hoe het water binnenkwam.", referred="Een medewerker vraagt dat aan u."
    ),
    GroundCode.CELLAR_PUMPING: GroundTexts(
        fact="Het gaat om de kosten om uw kelder leeg te pompen.",
        covered="De oorzaak van het water is verzekerd. Daarom zijn deze kosten ook verzekerd.",
        denied="Die kosten zijn alleen verzekerd als het water kwam van regenwater dat bij hevige plaatselijke "
        "neerslag naar binnen liep, van een verzekerde overstroming, of van grondwater waarvan de schade verzekerd "
        "is. Dat was hier niet zo. Daarom zijn deze kosten niet verzekerd.",
        referred="Een medewerker zoekt uit waar het water in uw kelder vandaan kwam.",
    ),
    GroundCode.NOT_INSURED_AT_LOSS: GroundTexts(
        fact="De polis uit de melding gold niet op het moment van de schade.",
        denied="Daarom is de schade niet verzekerd.",
    ),
    GroundCode.POLICY_UNKNOWN: GroundTexts(
        fact="Wij kunnen de polis uit de melding niet vinden.",
        referred="Een medewerker zoekt dit uit. Hebt u uw polisnummer bij de hand? Geef het dan aan ons door.",
    ),
    GroundCode.COVER_NOT_CHOSEN: GroundTexts(
        fact="Deze schade hoort bij een onderdeel dat niet op uw polis staat.",
        denied="Daarom is deze schade niet verzekerd.",
    ),
    GroundCode.RAINFALL_NOT_RECEIVED: GroundTexts(
        fact="Wij hebben de regenmetingen die wij nodig hebben, niet op tijd gekregen."
    ),
    GroundCode.SOURCE_MISSING: GroundTexts(
        fact="Sommige dingen kan een bewoner zelf niet weten, bijvoorbeeld welke dijk het begaf.",
        referred="Een medewerker zoekt dit voor u uit.",
    ),
    GroundCode.TERMS_CHANGED_DURING_LOSS: GroundTexts(
        fact="Uw verzekering is veranderd in de tijd waarin de schade kan zijn ontstaan.",
        referred="Een medewerker zoekt uit welke afspraken gelden.",
    ),
    GroundCode.PRODUCT_UNKNOWN: GroundTexts(
        fact="Voor uw polis gelden voorwaarden die wij niet automatisch kunnen toepassen."
    ),
    GroundCode.DAMAGE_NOT_ATTRIBUTED: GroundTexts(
        fact="De schade kan door meer dan één oorzaak komen. In de melding staat niet welke schade bij welke oorzaak "
        "hoort, en dat maakt verschil.",
        referred="Een medewerker zoekt dat met u uit.",
    ),
    GroundCode.RAIN_AFTER_LOSS: GroundTexts(
        fact="Er viel genoeg regen, maar op het moment dat u noemt was daarvan nog maar weinig gevallen.",
        referred="Een medewerker gaat met u na wanneer de schade is ontstaan.",
    ),
    GroundCode.RAIN_LONG_BEFORE_LOSS: GroundTexts(
        fact="Er viel genoeg regen, maar dat was lang voor de schade.",
        referred="Een medewerker beoordeelt of het water van die regen kwam.",
    ),
    GroundCode.LOSS_INTERVAL_TOO_LONG: GroundTexts(
        fact="De schade kan op veel verschillende momenten zijn ontstaan. Het maakt verschil welk moment dat was.",
        referred="Een medewerker gaat met u na wanneer de schade is ontstaan.",
    ),
    GroundCode.DIRECT_PRECIPITATION_WITHOUT_RAIN: GroundTexts(
        fact="In de melding staat dat er regen, sneeuw, hagel of smeltwater rechtstreeks naar binnen kwam. Het "
        "dichtstbijzijnde KNMI-station mat toen bijna geen neerslag.",
        referred="Een bui kan heel plaatselijk zijn. Daarom kijkt een medewerker ernaar.",
    ),
    GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER: GroundTexts(
        fact="Er was een overstroming, en er kwam ook ander water binnen. Het maakt verschil welk water de schade "
        "deed.",
        referred="Een medewerker zoekt dat uit.",
    ),
    GroundCode.SECOND_LOOK: GroundTexts(
        fact="Bij deze oorzaak kijkt altijd eerst een medewerker mee, voordat wij een bedrag toezeggen.",
        referred="Daarna hoort u van ons.",
    ),
    GroundCode.REPORTED_LATE: GroundTexts(
        fact="Tussen de schade en de melding zat een lange tijd. Daardoor is moeilijker na te gaan wat er is gebeurd.",
        referred="Een medewerker kijkt wat nog te achterhalen is.",
    ),
    GroundCode.POSSIBLE_DUPLICATE: GroundTexts(
        fact="Wij hebben op deze polis al een melding van dezelfde soort schade, uit dezelfde dagen. Het kan om "
        "dezelfde schade gaan, maar ook om andere.",
        referred="Een medewerker legt de meldingen naast elkaar. U hoeft daarvoor niets te doen.",
    ),
    GroundCode.REPORTERS_DIFFER: GroundTexts(
        fact="Wij kregen meer dan één melding over deze schade. In die meldingen staan verschillende dingen over de "
        "schade of over het moment.",
        referred="Een medewerker zoekt met u uit hoe het zit.",
    ),
    GroundCode.STATEMENT_TURNED: GroundTexts(
        fact="In uw nieuwe melding staat iets anders dan in uw eerdere melding. Dat kan: soms weet u later meer.",
        referred="Omdat het verschil maakt voor de uitkomst, kijkt een medewerker ernaar.",
    ),
    GroundCode.DAMAGE_NOT_REPORTED: GroundTexts(
        fact="In de melding staat niet wat er beschadigd is.", referred="Een medewerker vraagt dat aan u."
    ),
    GroundCode.WITHDRAWN: GroundTexts(fact="U hebt uw melding ingetrokken."),
    GroundCode.JOINED: GroundTexts(fact="Een medewerker zag dat een andere melding over dezelfde schade gaat."),
    GroundCode.HANDLER_COVERS: GroundTexts(fact="Een medewerker heeft alles bekeken wat over deze schade bekend is."),
    GroundCode.HANDLER_DENIES: GroundTexts(
        fact="Twee medewerkers hebben na elkaar bekeken wat over deze schade bekend is.",
        denied="Zij zijn het erover eens dat deze schade niet verzekerd is. Vraagt u erom, dan leest u waarom, in hun "
        "eigen woorden.",
    ),
}

_FACTS = {
    "precipitation_fell_directly": FactTexts(
        true="er regen, sneeuw, hagel of smeltwater rechtstreeks naar binnen kwam",
        false="er geen regen, sneeuw, hagel of smeltwater rechtstreeks naar binnen kwam",
    ),
    "precipitation_left_its_course": FactTexts(
        true="er regenwater van buiten naar binnen liep", false="er geen regenwater van buiten naar binnen liep"
    ),
    "came_through_open_window_or_door": FactTexts(
        true="het water door een open raam of deur kwam", false="het water niet door een open raam of deur kwam"
    ),
    "sewer_water_entered": FactTexts(true="er rioolwater binnenkwam", false="er geen rioolwater binnenkwam"),
    "toilet_overflowed": FactTexts(true="het toilet overliep", false="het toilet niet overliep"),
    "groundwater_entered": FactTexts(true="er grondwater binnenkwam", false="er geen grondwater binnenkwam"),
    "came_through_cellar_wall": FactTexts(
        true="het water door de keldermuur kwam", false="het water niet door de keldermuur kwam"
    ),
    "flood_water_entered": FactTexts(
        true="er water van een overstroming binnenkwam", false="er geen water van een overstroming binnenkwam"
    ),
    "flood_defence_present": FactTexts(
        true="er een dijk, kade of sluis ligt tussen dat water en uw woning",
        false="er geen dijk, kade of sluis ligt tussen dat water en uw woning",
    ),
    "flood_defence_failed": FactTexts(
        true="de dijk, kade of sluis het water niet tegenhield", false="de dijk, kade of sluis het water tegenhield"
    ),
    "flood_defence_overtopped": FactTexts(
        true="het water over de dijk, kade of sluis liep", false="het water niet over de dijk, kade of sluis liep"
    ),
    "flood_defence_is_primary": FactTexts(
        true="dit een primaire waterkering is", false="dit geen primaire waterkering is"
    ),
    "fire_or_explosion_followed": FactTexts(
        true="er na de overstroming brand of een ontploffing was",
        false="er na de overstroming geen brand of ontploffing was",
    ),
    "sea_water_involved": FactTexts(true="er zeewater bij was", false="er geen zeewater bij was"),
    "home_in_unembanked_area": FactTexts(
        true="uw woning buiten de dijken staat", false="uw woning niet buiten de dijken staat"
    ),
    "government_caused_flood": FactTexts(
        true="de overheid de overstroming veroorzaakte", false="de overheid de overstroming niet veroorzaakte"
    ),
    "storm_caused_damage": FactTexts(
        true="de wind van een storm een rol speelde", false="de wind van een storm geen rol speelde"
    ),
    "other_cause": FactTexts(
        true="het water op een andere manier binnenkwam", false="het water niet op een andere manier binnenkwam"
    ),
    "causes_inseparable": FactTexts(
        true="de oorzaken niet uit elkaar te houden zijn", false="de oorzaken uit elkaar te houden zijn"
    ),
}

REASONS = ReasonTexts(
    heading="Waarom",
    each_cause="Dit is ons oordeel per oorzaak:",
    item="{kind}, {amount} ({estimate}): {outcome}",
    item_of_cause="{kind} na {cause}, {amount} ({estimate}): {outcome}",
    cause="Schade door {cause}: {outcome}",
    kinds={
        DamageKind.BUILDINGS: "Schade aan het gebouw",
        DamageKind.CONTENTS: "Schade aan uw spullen",
        DamageKind.CLEANING: "Schoonmaken",
        DamageKind.CELLAR_PUMPING: "Kelder leegpompen",
    },
    estimates={
        FactSource.CUSTOMER: "bedrag uit de melding",
        FactSource.REGISTER: "bedrag uit een register",
        FactSource.HANDLER: "bedrag van onze medewerker",
        FactSource.REPAIR_PARTNER: "bedrag van de hersteller",
    },
    causes={
        WaterRoute.DIRECT_PRECIPITATION: "neerslag die rechtstreeks binnenkwam",
        WaterRoute.INDIRECT_PRECIPITATION: "regenwater dat naar binnen liep",
        WaterRoute.SEWER_BACKFLOW: "water uit het riool",
        WaterRoute.GROUNDWATER: "grondwater",
        WaterRoute.FLOOD: "een overstroming",
        WaterRoute.STORM: "storm",
        WaterRoute.OTHER: "water dat op een andere manier kwam",
    },
    by_fire="brand of een ontploffing na de overstroming",
    outcomes={
        Outcome.COVERED: "verzekerd",
        Outcome.DENIED: "niet verzekerd",
        Outcome.REFERRED: "een medewerker beoordeelt dit",
        Outcome.WITHDRAWN: "ingetrokken",
    },
    awaits_assessment="verzekerd, het bedrag stellen wij nog vast",
    grounds=_GROUNDS,
    follows={
        Outcome.COVERED: "Deze schade is verzekerd.",
        Outcome.DENIED: "Deze schade is niet verzekerd.",
        Outcome.REFERRED: "Een medewerker beoordeelt dit.",
        Outcome.WITHDRAWN: "Wij doen er niets meer mee.",
    },
    also="Er is nog een reden. {fact}",
    clause="Dit staat in artikel {clause} van de polisvoorwaarden.",
    facts=_FACTS,
    that="dat {fact}",
    whether="of {fact}",
    sources={
        FactSource.CUSTOMER: "In de melding staat {facts}.",
        FactSource.REGISTER: "Uit een officieel register blijkt {facts}.",
        FactSource.HANDLER: "Onze medewerker heeft vastgesteld {facts}.",
        FactSource.REPAIR_PARTNER: "De hersteller heeft vastgesteld {facts}.",
    },
    own_records="Dat blijkt uit onze gegevens over uw polis.",
    unknown="Dit is nog niet bekend: {facts}.",
    looked_up="Het gaat om de vraag {facts}.",
    turned="Het gaat om de vraag {facts}.",
    turned_besides_facts={
        "loss": "wanneer de schade is ontstaan",
        "damage": "wat er beschadigd is en hoe",
        "policy_number": "bij welke polis de schade hoort",
    },
    cover_not_chosen={
        DamageKind.BUILDINGS: "Schade aan het gebouw hoort bij de opstalverzekering. Die staat niet op uw polis.",
        DamageKind.CONTENTS: "Schade aan uw spullen hoort bij de inboedelverzekering. Die staat niet op uw polis.",
    },
    groundwater_exception="Er is één uitzondering. Schade door grondwater is alleen verzekerd als er door hevige "
    "plaatselijke neerslag zoveel regenwater in de grond komt, dat het door de keldermuur dringt.",
    not_through_cellar_wall="Het water kwam hier niet door de keldermuur.",
    not_enough_rain="Er viel te weinig regen voor hevige plaatselijke neerslag.",
    primary_defence_exception="Er zijn twee uitzonderingen. Schade is dan alleen verzekerd als de schade komt door "
    "brand of een ontploffing na de overstroming, of als het water over de waterkering liep bij hevige plaatselijke "
    "neerslag. Dat geldt niet voor deze schade.",
)
