"""How the decision was made and where to turn to, in Dutch."""

from __future__ import annotations

from contracts.vocabulary import FactSource
from notify_svc.texts.catalogue import ContactTexts, DecisionTexts

DECISION = DecisionTexts(
    heading="Hoe wij uw melding hebben beoordeeld",
    automated="Een computer heeft deze beslissing genomen, zonder dat een medewerker ernaar keek. De computer "
    "vergelijkt de gegevens met de regels in de polisvoorwaarden.",
    partly_automated="Over een deel van uw melding heeft een computer beslist, zonder dat een medewerker ernaar "
    "keek. De computer vergelijkt de gegevens met de regels in de polisvoorwaarden. De rest beslist een medewerker.",
    referred="Een computer heeft uw melding als eerste bekeken en doorgegeven aan een medewerker. De medewerker "
    "beslist, niet de computer.",
    by_hand="Een medewerker heeft deze beslissing genomen. Een computer vergeleek de gegevens met de regels in de "
    "polisvoorwaarden; wat de computer openliet, heeft de medewerker bekeken.",
    partly_by_hand="Over een deel van uw melding is beslist met de hulp van een medewerker. De rest beslist ook een "
    "medewerker.",
    used="Dit zijn de gegevens die de computer gebruikte: {used}.",
    report="de melding",
    earlier_report="wat er eerder gemeld is",
    policy="uw polis met de polisvoorwaarden {product}",
    rain="de regenmetingen van het KNMI",
    other_reports="andere meldingen van dezelfde gebeurtenis",
    sources={
        FactSource.REGISTER: "gegevens uit een officieel register",
        FactSource.HANDLER: "wat onze medewerker heeft vastgesteld",
        FactSource.REPAIR_PARTNER: "wat de hersteller heeft vastgesteld",
    },
    rights="U hebt het recht om een medewerker naar deze beslissing te laten kijken, om uw kant van het verhaal te "
    "vertellen en om bezwaar te maken. U mag ook vragen welke gegevens wij over u gebruiken. Kloppen die niet, dan "
    "verbeteren wij ze.",
)

_INSTITUTE = (
    "Komen wij er samen niet uit? Of hebt u acht weken na uw klacht nog geen antwoord? Dan kunt u naar het "
    "Klachteninstituut Financiële Dienstverlening (Kifid). Doe dat binnen drie maanden na ons laatste antwoord op uw "
    "klacht, of binnen een jaar nadat u de klacht bij ons hebt ingediend. Het kost u niets. Zie www.kifid.nl of bel "
    "070 333 8 999."
)

CONTACT = ContactTexts(
    disagree_heading="Bent u het er niet mee eens?",
    review="Laat dan een medewerker naar de beslissing kijken. Antwoord op deze e-mail of bel {phone}. Noem uw "
    "kenmerk {reference} en vertel wat er volgens u niet klopt. Stuur mee wat u hebt, zoals foto's. Een medewerker "
    "bekijkt dan alles en beslist opnieuw.",
    review_by_post="Laat dan een medewerker naar de beslissing kijken. Bel {phone} of schrijf naar {address}. Noem "
    "uw kenmerk {reference} en vertel wat er volgens u niet klopt. Stuur mee wat u hebt, zoals foto's. Een "
    "medewerker bekijkt dan alles en beslist opnieuw.",
    review_online="U kunt er ook online om vragen: {review_url}",
    complaint="Hebt u een klacht over ons? Antwoord op deze e-mail, bel {phone} of schrijf naar {address}. Vermeld "
    "dat het om een klacht gaat.",
    complaint_by_post="Hebt u een klacht over ons? Bel {phone} of schrijf naar {address}. Vermeld dat het om een "
    "klacht gaat.",
    institute=_INSTITUTE,
    question_heading="Hebt u een vraag?",
    question="Antwoord op deze e-mail of bel {phone}. Noem uw kenmerk {reference}.",
    question_by_post="Bel {phone} of schrijf naar {address}. Noem uw kenmerk {reference}.",
    check_heading="Zelf controleren",
    check="Wij bewaren een verslag waarin alle gegevens en de hele berekening staan. De code van dat verslag is "
    "{proof}. Het verslag krijgt u gratis als u erom vraagt.",
    measured_hours="Daarin staat ook hoeveel regen er per uur is gemeten. U vindt die metingen ook op www.knmi.nl, "
    "bij de uurgegevens van {stations}.",
    station_number="station {station} (nummer {number})",
)
