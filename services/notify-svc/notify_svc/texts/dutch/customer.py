"""What is said about insurances and personal data, in Dutch. Never with a link: nobody learns to trust one."""

from __future__ import annotations

from contracts.message_requests import Occasion
from notify_svc.texts.catalogue import AccountMailTexts

_LOOK_UP = "U vindt uw nieuwe polisblad in uw account."
_LOG_IN = "Log in zoals u altijd doet. In dit bericht staat met opzet geen link."
_IS_IT_WRONG = "Klopt dit niet, of hebt u dit niet gevraagd? Bel ons dan meteen: {phone}."
_NUMBERS = "Uw relatienummer is {relation_number}. Noem dat als u ons belt of schrijft."

CUSTOMER_MAILS = {
    Occasion.WELCOME: AccountMailTexts(
        subject="Welkom als klant",
        before=(
            "Fijn dat u voor {insurer} hebt gekozen.",
            "Uw verzekering met polisnummer {policy_number} gaat in op {policy_day}.",
            "Uw relatienummer is {relation_number}. U hebt het nodig om een account te activeren.",
            "Dat doet u op onze inlogpagina. Daarna ziet u daar uw polisblad en kunt u wijzigingen doorgeven.",
            _IS_IT_WRONG,
        ),
    ),
    Occasion.POLICY_ADDED: AccountMailTexts(
        subject="U hebt een nieuwe verzekering",
        before=(
            "Uw nieuwe verzekering met polisnummer {policy_number} gaat in op {policy_day}.",
            _LOOK_UP,
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.POLICY_CHANGED: AccountMailTexts(
        subject="Uw verzekering is gewijzigd",
        before=(
            "Uw verzekering met polisnummer {policy_number} is gewijzigd. De wijziging gaat in op {policy_day}.",
            "Voor schade van vóór die dag blijft gelden wat toen was verzekerd.",
            _LOOK_UP,
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.POLICY_RENEWED: AccountMailTexts(
        subject="Uw verzekering is verlengd",
        before=(
            "Uw verzekering met polisnummer {policy_number} is op {policy_day} verlengd.",
            "Wat het nieuwe jaar kost en wat is verzekerd, staat op uw nieuwe polisblad.",
            _LOOK_UP,
            _LOG_IN,
            _NUMBERS,
            "Wilt u iets wijzigen of opzeggen? Dat kan in uw account. U kunt ons ook bellen: {phone}.",
        ),
    ),
    Occasion.POLICY_CANCELLED: AccountMailTexts(
        subject="Uw verzekering is opgezegd",
        before=(
            "Uw verzekering met polisnummer {policy_number} is opgezegd.",
            "Vanaf {policy_day} bent u niet meer verzekerd. Schade van vóór die dag kunt u nog melden.",
            "De bevestiging staat in uw account.",
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.PERSONAL_DATA_CHANGED: AccountMailTexts(
        subject="Uw gegevens zijn gewijzigd",
        before=(
            "Op {day} om {time} zijn uw persoonlijke gegevens bij {insurer} gewijzigd.",
            "Wijzigt ook uw e-mailadres, dan krijgt u dit bericht op het oude en op het nieuwe adres.",
            "Welke gegevens wij nu van u hebben, ziet u in uw account.",
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.PERSONAL_DATA_READY: AccountMailTexts(
        subject="Uw gegevens staan klaar",
        before=(
            "U hebt gevraagd om alle gegevens die {insurer} van u heeft.",
            "Het bestand staat klaar sinds {day} om {time}. U kunt het 7 dagen lang downloaden in uw account.",
            _LOG_IN,
            _NUMBERS,
            "Hebt u dit niet gevraagd? Wijzig dan meteen uw wachtwoord en bel ons: {phone}.",
        ),
    ),
}
"""Filled in besides: `{policy_number}` and `{policy_day}`, where the occasion is about a policy."""
