"""What is told about a claim besides its decisions, and what is asked, in Dutch."""

from __future__ import annotations

from contracts.claim_messages import ClaimOccasion
from notify_svc.texts.catalogue import AccountMailTexts, ClaimTexts

_REFERENCE = "Uw kenmerk is {reference}. Noem dat als u ons belt of schrijft."
_SEE_CLAIM = "Uw melding bekijken"
_ANSWER = "Vragen beantwoorden"
_UNKNOWN_IS_AN_ANSWER = "Weet u iets niet? Ook dat is een antwoord. U kunt ook bellen: {phone}."
_WITHOUT_ANSWER = "Krijgen wij geen antwoord, dan beoordelen wij uw melding met wat wij al weten."

CLAIM = ClaimTexts(
    mails={
        ClaimOccasion.QUESTIONS_ASKED: AccountMailTexts(
            subject="Uw waterschade {reference}: wij hebben een vraag",
            before=(
                (
                    "Dank voor uw melding. Wij willen nog iets van u weten. Wij vragen alleen wat verschil kan maken "
                    "voor de uitkomst of voor het bedrag."
                ),
                "{questions}",
                "Wilt u uiterlijk op {due_day} antwoorden?",
            ),
            link=_ANSWER,
            after=(_UNKNOWN_IS_AN_ANSWER, _WITHOUT_ANSWER, _REFERENCE),
        ),
        ClaimOccasion.ANSWERS_AWAITED: AccountMailTexts(
            subject="Uw waterschade {reference}: wij wachten op uw antwoord",
            before=(
                (
                    "Wij stelden u eerder een vraag over uw waterschade. Wij hebben nog geen antwoord. Dit willen "
                    "wij weten:"
                ),
                "{questions}",
                "Wilt u uiterlijk op {due_day} antwoorden?",
            ),
            link=_ANSWER,
            after=(_UNKNOWN_IS_AN_ANSWER, _WITHOUT_ANSWER, _REFERENCE),
        ),
        ClaimOccasion.STILL_WAITING: AccountMailTexts(
            subject="Uw waterschade {reference}: u wacht nog op ons",
            before=(
                (
                    "Een medewerker zou uiterlijk op {due_day} begonnen zijn met uw melding. Dat is nog niet "
                    "gebeurd, en misschien redden wij dat niet. Dat spijt ons."
                ),
                "Uw melding staat nu vooraan. U hoeft niets te doen, en het verandert niets aan de uitkomst.",
            ),
            link=_SEE_CLAIM,
            after=("Kunt u niet wachten, bijvoorbeeld omdat de schade groter wordt? Bel dan {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REVIEW_STILL_OPEN: AccountMailTexts(
            subject="Uw waterschade {reference}: u wacht nog op onze nieuwe beoordeling",
            before=(
                (
                    "U vroeg ons om opnieuw naar onze beslissing te kijken. Uiterlijk op {due_day} zou u daar antwoord "
                    "op hebben. Dat antwoord is er nog niet, en misschien redden wij die dag niet. Dat spijt ons."
                ),
                "U hoeft niets te doen. Dat het langer duurt, verandert niets aan de uitkomst.",
            ),
            link=_SEE_CLAIM,
            after=("Kunt u niet wachten? Bel dan {phone}.", _REFERENCE),
        ),
        ClaimOccasion.TAKEN_UP: AccountMailTexts(
            subject="Uw waterschade {reference}: een medewerker is begonnen",
            before=("Een medewerker is begonnen met uw melding. Missen wij nog iets, dan hoort u dat van ons.",),
            link=_SEE_CLAIM,
            after=("Hebt u foto's of rekeningen? Die kunt u daar toevoegen.", _REFERENCE),
        ),
        ClaimOccasion.REVIEW_OPENED: AccountMailTexts(
            subject="Uw waterschade {reference}: een medewerker kijkt opnieuw",
            before=(
                (
                    "U vroeg om een medewerker naar onze beslissing te laten kijken. Dat doet iemand die bij die "
                    "beslissing niet betrokken was."
                ),
                "U hoort uiterlijk op {due_day} van ons.",
            ),
            link=_SEE_CLAIM,
            after=("Is er nog iets dat wij moeten weten? Voeg het daar toe, ook foto's.", _REFERENCE),
        ),
        ClaimOccasion.REVIEW_UPHELD: AccountMailTexts(
            subject="Uw waterschade {reference}: onze beslissing blijft zo",
            before=(
                (
                    "Een medewerker heeft op uw verzoek opnieuw naar onze beslissing gekeken. De beslissing blijft "
                    "zoals die was. Waarom, leest u bij uw melding."
                ),
            ),
            link="Lezen waarom",
            after=(
                (
                    "Weet u iets dat wij nog niet weten? Voeg het daar toe. Dan kunt u ons opnieuw laten "
                    "kijken: {review_url}"
                ),
                (
                    "Bent u het er niet mee eens? Dan kunt u een klacht indienen: antwoord op deze e-mail of bel "
                    "{phone}. Komen wij er samen niet uit, dan kunt u naar het Kifid: www.kifid.nl."
                ),
                _REFERENCE,
            ),
        ),
        ClaimOccasion.REVIEW_OVERTURNED: AccountMailTexts(
            subject="Uw waterschade {reference}: wij veranderen onze beslissing",
            before=(
                (
                    "Een medewerker heeft op uw verzoek opnieuw naar onze beslissing gekeken. U had gelijk om dat te "
                    "vragen: wij veranderen de beslissing."
                ),
                "Over de nieuwe beslissing krijgt u een eigen bericht.",
            ),
            link=_SEE_CLAIM,
            after=(_REFERENCE,),
        ),
        ClaimOccasion.PAYMENT_ORDERED: AccountMailTexts(
            subject="Uw waterschade {reference}: wij maken {amount} over",
            before=(
                "Wij maken {amount} aan u over, op de rekening die wij van u kennen. U hoeft daarvoor niets te doen.",
            ),
            link=_SEE_CLAIM,
            after=("Staat het bedrag na vijf werkdagen niet op uw rekening? Bel dan {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_OFFERED: AccountMailTexts(
            subject="Uw waterschade {reference}: wij kunnen de schade laten herstellen",
            before=(
                (
                    "In plaats van een bedrag kunt u de schade laten herstellen door een hersteller uit ons netwerk. "
                    "U kiest zelf."
                ),
                "U kunt kiezen zolang wij voor die schade nog geen geld hebben overgemaakt.",
                "Kiest u voor herstel? Dan geven wij uw gegevens pas aan de hersteller als die de klus aanneemt.",
            ),
            link="Kiezen",
            after=("Hebt u een vraag? Bel {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_ACCEPTED: AccountMailTexts(
            subject="Uw waterschade {reference}: een hersteller komt bij u langs",
            before=("Een hersteller uit ons netwerk heeft de klus aangenomen, en belt u voor een afspraak.",),
            link=_SEE_CLAIM,
            after=("Hoort u binnen twee werkdagen niets? Bel dan {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_NEEDS_CONSENT: AccountMailTexts(
            subject="Uw waterschade {reference}: mag de hersteller u bellen?",
            before=(
                (
                    "Een hersteller uit ons netwerk heeft de klus aangenomen. Die mag u pas bellen als u dat goedvindt."
                    " Geef daarvoor toestemming bij uw melding. Zonder uw toestemming gebeurt er niets."
                ),
                "Wilt u toch liever geld? Kies dat dan daar.",
            ),
            link=_SEE_CLAIM,
            after=("Lukt het niet? Bel {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_COMPLETED: AccountMailTexts(
            subject="Uw waterschade {reference}: de hersteller is klaar",
            before=("De hersteller heeft ons laten weten dat het werk klaar is.",),
            link=_SEE_CLAIM,
            after=("Klopt er iets niet? Bel {phone}.", _REFERENCE),
        ),
    },
    questions={
        "route": "Hoe kwam het water binnen?",
        "damage": "Wat is er beschadigd, en wat kost het volgens u ongeveer?",
        "damage.route": "Welk water beschadigde onderdeel {item} van uw melding?",
        "damage.by_fire_or_explosion": "Is onderdeel {item} van uw melding beschadigd door brand of een ontploffing?",
        "facts.precipitation_fell_directly": "Kwam er regen, sneeuw, hagel of smeltwater rechtstreeks naar binnen?",
        "facts.precipitation_left_its_course": "Liep er regenwater van buiten naar binnen?",
        "facts.came_through_open_window_or_door": "Kwam het water door een raam of deur die openstond?",
        "facts.sewer_water_entered": "Kwam er rioolwater binnen?",
        "facts.toilet_overflowed": "Liep het toilet over?",
        "facts.groundwater_entered": "Kwam er grondwater binnen?",
        "facts.came_through_cellar_wall": "Kwam het water door de keldermuur?",
        "facts.flood_water_entered": "Kwam er water van een overstroming binnen?",
        "facts.flood_defence_present": "Ligt er een dijk, kade of sluis tussen dat water en uw woning?",
        "facts.flood_defence_failed": "Hield de dijk, kade of sluis het water niet tegen?",
        "facts.flood_defence_overtopped": "Liep het water over de dijk, kade of sluis?",
        "facts.flood_defence_is_primary": "Is dat een primaire waterkering?",
        "facts.fire_or_explosion_followed": "Was er na de overstroming brand of een ontploffing?",
        "facts.sea_water_involved": "Was er zeewater bij?",
        "facts.home_in_unembanked_area": "Staat uw woning buiten de dijken?",
        "facts.government_caused_flood": "Veroorzaakte de overheid de overstroming?",
        "facts.storm_caused_damage": "Speelde de wind van een storm een rol?",
        "facts.other_cause": "Kwam het water op een andere manier binnen?",
        "facts.causes_inseparable": "Zijn de oorzaken niet uit elkaar te houden?",
    },
    other_question="Wij hebben nog een vraag; u leest die bij uw melding.",
)
