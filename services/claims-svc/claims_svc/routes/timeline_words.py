"""What happened to a claim in words for its customer, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from claims_svc.domain.timeline import Happened, told_as
from claims_svc.routes.question_words import Words
from contracts.language import Language

_SENT: Final = Words("Wij hebben u {channel} gestuurd over {about}.", "We sent you {channel} about {about}.")
WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "reported": Words("De schade is gemeld.", "The damage was reported."),
        "report_joined": Words(
            "Dezelfde schade is nog eens gemeld. Wij behandelen beide meldingen samen.",
            "The same damage was reported once more. We handle both reports together.",
        ),
        "report_corrected": Words(
            "Een melding is verbeterd. Veranderd: {changed}.", "A report was corrected. Changed: {changed}."
        ),
        "report_left": Words(
            "Een melding bleek na een verbetering over andere schade te gaan en hoort hier niet meer bij.",
            "By a correction a report turned out to be about other damage; it does not belong here any more.",
        ),
        "told": Words("U hebt ons meer over de schade verteld.", "You told us more about the damage."),
        "asked": Words("Wij hebben u iets gevraagd.", "We asked you something."),
        "rain_asked": Words(
            "Wij hebben het weerstation gevraagd hoeveel neerslag er viel.",
            "We asked the weather station how much rain fell.",
        ),
        "rain_answered": Words(
            "Wij hebben gehoord hoeveel neerslag het weerstation mat.",
            "We heard how much rain the weather station measured.",
        ),
        "taken": Words("Een medewerker is met uw schade begonnen.", "One of our people has begun with your claim."),
        "facts_added": Words(
            "Wij hebben feiten toegevoegd die wij hebben uitgezocht.", "We added facts that we had found out."
        ),
        "assessed": Words("De hoogte van de schade is vastgesteld.", "The amount of the damage was assessed."),
        "file_added": Words("Er is een foto of document toegevoegd.", "A photo or document was added."),
        "file_taken_back": Words("U hebt een foto of document weggehaald.", "You took a photo or document back."),
        "file_removed": Words("Wij hebben een foto of document verwijderd.", "We removed a photo or document."),
        "evidence_raised": Words(
            "Nieuwe gegevens kunnen tegen u spreken. Een medewerker kijkt ernaar; tot dan geldt de beslissing.",
            "New information may speak against you. One of our people looks at it; the decision stands until then.",
        ),
        "upheld": Words(
            "Een medewerker heeft de nieuwe gegevens bekeken: de beslissing blijft staan.",
            "One of our people looked at the new information: the decision stands.",
        ),
        "ruled": Words(
            "Een medewerker heeft over een deel van de schade of over de hele schade beslist.",
            "One of our people decided about part of the claim, or all of it.",
        ),
        "decided.covered": Words("Beslist: de schade is verzekerd.", "Decided: the damage is insured."),
        "decided.denied": Words("Beslist: de schade is niet verzekerd.", "Decided: the damage is not insured."),
        "decided.referred": Words(
            "Wij kunnen dit niet automatisch beslissen. Een medewerker kijkt ernaar.",
            "This cannot be decided automatically. One of our people looks at it.",
        ),
        "decided.withdrawn": Words("De schadeclaim is beëindigd.", "The claim has ended."),
        "withdrawn": Words("De schadeclaim is ingetrokken.", "The claim was taken back."),
        "joined": Words(
            "Een andere melding van dezelfde schade is bij deze gevoegd.",
            "Another claim about the same damage was joined to this one.",
        ),
        "joined_to": Words(
            "Deze melding is bij een andere melding van dezelfde schade gevoegd.",
            "This claim was joined to another one about the same damage.",
        ),
        "parted": Words(
            "Een melding bleek over andere schade te gaan en is apart gezet.",
            "A report turned out to be about other damage and has a claim of its own now.",
        ),
        "parted_from": Words(
            "Deze melding bleek over andere schade te gaan en staat nu apart.",
            "This report turned out to be about other damage and has this claim of its own.",
        ),
        "promised": Words(
            "Wij beginnen binnen twee werkdagen met uw schade.", "We begin with your claim within two working days."
        ),
        "promise_broken": Words(
            "Wij zijn niet op tijd begonnen. Dat spijt ons.", "We did not begin in time. We are sorry."
        ),
        "review_opened": Words(
            "U hebt ons gevraagd de beslissing opnieuw te bekijken.", "You asked us to look at the decision again."
        ),
        "review_late": Words(
            "Het opnieuw bekijken duurt langer dan beloofd. Dat spijt ons.",
            "Looking again takes longer than promised. We are sorry.",
        ),
        "review_ended.upheld": Words(
            "Opnieuw bekeken: de beslissing blijft staan.", "Looked at again: the decision stands."
        ),
        "review_ended.overturned": Words(
            "Opnieuw bekeken: de beslissing is veranderd.", "Looked at again: the decision was changed."
        ),
        "review_ended.withdrawn": Words(
            "Opnieuw bekijken is niet meer nodig: de schadeclaim is ingetrokken.",
            "Looking again is not needed any more: the claim was taken back.",
        ),
        "payment_ordered": Words("Wij maken {amount} over.", "We transfer {amount}."),
        "payment_settled": Words("{amount} is overgemaakt.", "{amount} was transferred."),
        "payment_failed": Words(
            "De betaling is niet gelukt. Een medewerker kijkt ernaar.",
            "The payment failed. One of our people looks at it.",
        ),
        "payment_unsettled": Words(
            "Wij hebben nog niet gehoord of de betaling is gelukt. Een medewerker vraagt het na.",
            "We have not heard yet whether the payment succeeded. One of our people asks about it.",
        ),
        "repair_offered": Words(
            "U kunt de schade laten herstellen, in plaats van geld te krijgen.",
            "You can have the damage repaired instead of being paid.",
        ),
        "repair_requested": Words(
            "Er is een herstelbedrijf gezocht, zoals u koos.", "A repair firm is looked for, as you chose."
        ),
        "repair_accepted": Words(
            "Een herstelbedrijf heeft de opdracht aangenomen.", "A repair firm has taken the job."
        ),
        "repair_declined": Words(
            "Het herstelbedrijf heeft de opdracht teruggegeven.", "The repair firm has given the job back."
        ),
        "repair_agreed": Words(
            "U vindt goed dat het herstelbedrijf uw contactgegevens krijgt.",
            "You agree that the repair firm gets your contact details.",
        ),
        "answers_missing": Words(
            "Op onze vraag kwam geen antwoord. Een medewerker gaat zonder antwoord verder.",
            "Our question was not answered. One of our people goes on without an answer.",
        ),
        "repair_consent_missing": Words(
            "Het herstelbedrijf mag u nog niet bellen. Een medewerker vraagt u of dat mag.",
            "The repair firm may not call you yet. One of our people asks you whether it may.",
        ),
        "repair_late": Words(
            "Het herstel duurt lang. Een medewerker vraagt het herstelbedrijf hoe het ermee staat.",
            "The repair takes long. One of our people asks the repair firm how it is going.",
        ),
        "repair_contact_closed": Words(
            "Het herstelbedrijf mag uw contactgegevens niet meer gebruiken.",
            "The repair firm may not use your contact details any more.",
        ),
        "repair_completed": Words("De schade is hersteld.", "The damage was repaired."),
        "repair_ended": Words(
            "De schade wordt niet hersteld: u krijgt geld.", "The damage is not repaired: you get money."
        ),
        "repair_cancelled": Words("Het herstel gaat niet door.", "The repair does not take place."),
        "message_settled.sent": Words(
            "Wij hebben u {channel} gestuurd over {about}.", "We sent you {channel} about {about}."
        ),
        "message_settled.posted": _SENT,
        "message_settled.refused": Words(
            "Wij konden u {channel} over {about} niet sturen: uw adres nam het bericht niet aan.",
            "We could not send you {channel} about {about}: your address did not take it.",
        ),
        "salvage_called": Words("Stichting Salvage is ingeschakeld.", "The Salvage Foundation was called."),
    }
)
"""By `told_as`. What is not among them is no news to customers."""
NOT_FOR_CUSTOMERS: Final = frozenset(
    {
        "released",
        "report_moved",
        "told_for_customer",
        "repair_chosen_for_customer",
        "proposed",
        "proposal_overtaken",
        "evidence_overtaken",
        "approved",
        "declined",
        "promise_at_risk",
        "promise_held",
        "review_at_risk",
        "payment_ordered_again",
        "payment_not_due",
        "repair_stands",
        "message_settled.in_doubt",
        "message_settled.no_address",
        "message_settled.to_be_posted",
        "message_settled.superseded",
        "message_settled.expired",
    }
)
"""How work is done here: what customers notice of it is told them by other words."""
CHANNELS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "email": Words("een e-mail", "an e-mail"),
        "sms": Words("een sms", "a text message"),
        "post": Words("een brief", "a letter"),
    }
)
ABOUT: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "decision": Words("de beslissing", "the decision"),
        "questions_asked": Words("onze vragen", "our questions"),
        "answers_awaited": Words("onze vragen", "our questions"),
        "rain_awaited": Words("de regenmeting", "the rain figures"),
        "still_waiting": Words("het wachten", "the wait"),
        "taken_up": Words("het begin van de behandeling", "who has begun with it"),
        "review_opened": Words("het opnieuw bekijken", "looking again"),
        "review_still_open": Words("het opnieuw bekijken", "looking again"),
        "review_upheld": Words("het opnieuw bekijken", "looking again"),
        "review_overturned": Words("het opnieuw bekijken", "looking again"),
        "payment_ordered": Words("de betaling", "the payment"),
        "payment_settled": Words("de betaling", "the payment"),
        "repair_offered": Words("het herstel", "the repair"),
        "repair_accepted": Words("het herstel", "the repair"),
        "repair_needs_consent": Words("het herstel", "the repair"),
        "repair_completed": Words("het herstel", "the repair"),
    }
)
"""What messages are about: a decision, or an occasion."""

CHANGED: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "policy_number": Words("het polisnummer", "the policy number"),
        "loss": Words("wanneer het gebeurde", "when it happened"),
        "facts": Words("hoe het water binnenkwam", "how the water came in"),
        "damage": Words("de schade", "the damage"),
    }
)
"""What of a report a correction changes."""
NOTHING_CHANGED: Final = Words("niets", "nothing")


def words_for(happened: Happened, language: Language) -> str | None:
    """Return what customers are told about it; None where that is nothing."""
    words = WORDS.get(told_as(happened))
    if words is None:
        return None
    details = happened.details
    return words.told_in(language).format(
        amount=_euros(details.get("amount_cents", "0"), language),
        channel=_told(CHANNELS, details.get("channel", ""), language),
        about=_told(ABOUT, details.get("about", ""), language),
        changed=_changed(details.get("changed", ""), language),
    )


def _changed(fields: str, language: Language) -> str:
    told = dict.fromkeys(CHANGED[field.partition(".")[0]] for field in fields.split())
    return ", ".join(words.told_in(language) for words in told or (NOTHING_CHANGED,))


def _told(words: Mapping[str, Words], of: str, language: Language) -> str:
    return words[of].told_in(language) if of in words else ""


def _euros(cents: str, language: Language) -> str:
    euros, rest = divmod(int(cents), 100)
    if language is Language.DUTCH:
        return f"€ {euros:,}".replace(",", ".") + f",{rest:02d}"
    return f"€{euros:,}.{rest:02d}"
