"""What each kind of notice says first, and what happens next, in Dutch."""

from __future__ import annotations

from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.catalogue import NoticeTexts

_PAYMENT_FOLLOWS = "Zodra het bedrag naar u onderweg is, krijgt u daarvan bericht. U hoeft daarvoor niets te doen."
_KEEP_PROOF = "Bewaar foto's en rekeningen tot de schade is hersteld."
_INSPECTION = (
    "Een medewerker of een hersteller uit ons netwerk neemt contact met u op om de schade te bekijken. Daarna krijgt "
    "u bericht over het bedrag."
)
_KEEP_THINGS = "Gooi beschadigde spullen nog niet weg, en maak er foto's van."
_TAKEN_UP = (
    "Een medewerker begint binnen twee werkdagen met uw melding. Missen wij nog iets, dan nemen wij contact met u op."
)
_AT_HAND = "Hebt u foto's, rekeningen of iets anders waaruit blijkt hoe het water binnenkwam? Houd die dan bij de hand."
_REST_FOLLOWS = "Over de rest krijgt u een nieuw bericht."
_NOT_WELL_REPAIRED = (
    "Is iets niet goed hersteld? Laat het ons weten. Dan zorgen wij met de hersteller voor een oplossing."
)
_HIGHER = "Valt de schade hoger uit dan u dacht? Stuur ons dan de nieuwe bedragen. Dan rekenen wij opnieuw."
_CLOSED = (
    "Wij sluiten uw melding. Komt u meer te weten over hoe het water binnenkwam? Laat het ons weten. Dan beoordelen "
    "wij uw melding opnieuw."
)

NOTICES = {
    NoticeKind.PAID: NoticeTexts(
        subject="Uw waterschade {reference}: wij betalen {amount}",
        headline="Uw schade is verzekerd",
        opening="Wij hebben uw melding beoordeeld. Uw schade is verzekerd. Wij betalen u {amount}.",
        next_steps=(_PAYMENT_FOLLOWS, _KEEP_PROOF),
        sms="Uw waterschade {reference} is verzekerd. Wij betalen {amount}.",
    ),
    NoticeKind.PAID_FOR_A_PART: NoticeTexts(
        subject="Uw waterschade {reference}: wij betalen {amount}",
        headline="Een deel van uw schade is verzekerd",
        opening="Wij hebben uw melding beoordeeld. Een deel van uw schade is verzekerd. Daarvoor betalen wij u "
        "{amount}. Een ander deel is niet verzekerd. Hieronder leest u waarom.",
        next_steps=(_PAYMENT_FOLLOWS, _KEEP_PROOF),
        sms="Een deel van uw waterschade {reference} is verzekerd. Wij betalen {amount}.",
    ),
    NoticeKind.PAID_MORE: NoticeTexts(
        subject="Uw waterschade {reference}: wij betalen {amount} extra",
        headline="U krijgt een hoger bedrag",
        opening="Wij hebben uw melding opnieuw beoordeeld. Eerder besloten wij u {before} te betalen. Nu betalen wij "
        "u {amount} extra. In totaal is dat {total}.",
        next_steps=(_PAYMENT_FOLLOWS, _KEEP_PROOF),
        sms="Uw waterschade {reference}: wij betalen u {amount} extra.",
    ),
    NoticeKind.PAYMENT_UNCHANGED: NoticeTexts(
        subject="Uw waterschade {reference}: het bedrag blijft gelijk",
        headline="Het bedrag blijft gelijk",
        opening="Wij hebben uw melding opnieuw beoordeeld. Eerder besloten wij u {before} te betalen. Dat blijft zo. "
        "Er komt geen bedrag bij.",
        next_steps=(_HIGHER,),
        sms="Uw waterschade {reference}: wij hebben opnieuw gekeken. Het bedrag blijft gelijk.",
    ),
    NoticeKind.REPAIRED: NoticeTexts(
        subject="Uw waterschade {reference}: een hersteller herstelt die",
        headline="Een hersteller herstelt uw schade",
        opening="Wij hebben uw melding beoordeeld. U koos voor herstel. De hersteller krijgt zijn geld van ons.",
        next_steps=(_NOT_WELL_REPAIRED,),
        sms="Uw waterschade {reference}: een hersteller herstelt die. De rekening gaat naar ons.",
    ),
    NoticeKind.NOTHING_PAYABLE: NoticeTexts(
        subject="Uw waterschade {reference}: er blijft geen bedrag over",
        headline="Er blijft geen bedrag over om te betalen",
        opening="Wij hebben uw melding beoordeeld. Wat verzekerd is, is niet meer dan uw eigen risico. Daarom blijft "
        "er geen bedrag over om te betalen.",
        next_steps=(_HIGHER,),
        sms="Uw waterschade {reference}: na aftrek van uw eigen risico blijft er geen bedrag over.",
    ),
    NoticeKind.AWAITS_ASSESSMENT: NoticeTexts(
        subject="Uw waterschade {reference}: wij stellen het bedrag nog vast",
        headline="Het bedrag stellen wij nog vast",
        opening="Wij hebben beoordeeld wat er verzekerd is. Dat leest u hieronder. Hoeveel wij betalen, weten wij "
        "als de schade is bekeken.",
        next_steps=(_INSPECTION, _KEEP_THINGS),
        sms="Uw waterschade {reference}: het bedrag volgt als de schade is bekeken.",
    ),
    NoticeKind.PART_PAID_REST_ASSESSED: NoticeTexts(
        subject="Uw waterschade {reference}: wij betalen alvast {amount}",
        headline="Wij betalen alvast een deel",
        opening="Wij hebben beoordeeld wat er verzekerd is. Dat leest u hieronder. Wij betalen u nu alvast {amount}. "
        "Van de rest stellen wij het bedrag nog vast.",
        next_steps=(_PAYMENT_FOLLOWS, _INSPECTION, _KEEP_THINGS),
        sms="Uw waterschade {reference}: wij betalen alvast {amount}. De rest volgt na onderzoek.",
    ),
    NoticeKind.DENIED: NoticeTexts(
        subject="Uw waterschade {reference}: niet verzekerd",
        headline="Deze schade is niet verzekerd",
        opening="Wij hebben uw melding beoordeeld. De schade is niet verzekerd. Daarom krijgt u geen vergoeding. "
        "Hieronder leest u waarom.",
        next_steps=(_CLOSED,),
        sms="Uw waterschade {reference} is niet verzekerd.",
    ),
    NoticeKind.WITHDRAWN: NoticeTexts(
        subject="Uw waterschade {reference}: uw melding is ingetrokken",
        headline="U hebt uw melding ingetrokken",
        opening="U hebt ons laten weten dat u uw melding intrekt. Wij hebben uw melding daarom gesloten.",
        next_steps=(
            "U hoeft niets te doen.",
            "Bedenkt u zich? Meld de schade dan opnieuw. Dan bekijken wij alles alsnog.",
        ),
        sms="Uw waterschade {reference}: wij hebben uw melding gesloten, omdat u die introk.",
    ),
    NoticeKind.JOINED: NoticeTexts(
        subject="Uw waterschade {reference}: wij behandelen die samen met een andere melding",
        headline="Wij behandelen uw meldingen samen",
        opening="Over deze schade kregen wij meer dan één melding. Wij behandelen die samen, als één. Daarover krijgt "
        "u een eigen brief. Deze melding hebben wij gesloten; wat wij ervoor betaalden, blijft betaald.",
        next_steps=(
            "U hoeft niets te doen.",
            "Is het niet dezelfde schade? Laat het ons weten. Dan kijken wij er opnieuw naar.",
        ),
        sms="Uw waterschade {reference}: wij behandelen die samen met een andere melding van dezelfde schade.",
    ),
    NoticeKind.REFERRED: NoticeTexts(
        subject="Uw waterschade {reference}: een medewerker kijkt ernaar",
        headline="Een medewerker beoordeelt uw schade",
        opening="Wij kunnen uw melding niet automatisch beoordelen. Daarom beoordeelt een medewerker uw melding. Er "
        "is nog niets besloten en er is niets afgewezen.",
        next_steps=(_TAKEN_UP, _AT_HAND),
        sms="Uw waterschade {reference}: een medewerker kijkt er binnen twee werkdagen naar.",
    ),
    NoticeKind.PART_PAID_REST_REFERRED: NoticeTexts(
        subject="Uw waterschade {reference}: wij betalen alvast {amount}",
        headline="Wij betalen alvast een deel",
        opening="Over een deel van uw melding staat de uitkomst al vast. Daarvoor betalen wij u nu {amount}. De rest "
        "beoordeelt een medewerker. Over dat deel is nog niets besloten.",
        next_steps=(_PAYMENT_FOLLOWS, _TAKEN_UP, _REST_FOLLOWS, _AT_HAND),
        sms="Uw waterschade {reference}: wij betalen alvast {amount}. De rest bekijkt een medewerker.",
    ),
    NoticeKind.PART_DECIDED_REST_REFERRED: NoticeTexts(
        subject="Uw waterschade {reference}: een medewerker kijkt naar een deel",
        headline="Een medewerker beoordeelt een deel van uw schade",
        opening="Over een deel van uw melding staat de uitkomst al vast. Dat leest u hieronder. De rest beoordeelt "
        "een medewerker. Over dat deel is nog niets besloten.",
        next_steps=(_TAKEN_UP, _REST_FOLLOWS, _AT_HAND),
        sms="Uw waterschade {reference}: over een deel is beslist. De rest bekijkt een medewerker.",
    ),
}
