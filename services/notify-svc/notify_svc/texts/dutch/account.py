"""What is said about an account and who gets into it, in Dutch."""

from __future__ import annotations

from contracts.message_requests import Occasion
from notify_svc.texts.catalogue import AccountMailTexts, AccountTexts

_LINK_EXPIRES = (
    "De link werkt één keer en maar een korte tijd. Is hij verlopen? Vraag dan op de inlogpagina een nieuwe aan."
)
_NO_LINK_LEFT = "De link werkt één keer en maar een korte tijd. Werkt hij niet meer? Bel ons dan: {phone}."
_DID_IT = "Hebt u dit zelf gedaan? Dan hoeft u niets te doen."
_UNDO = "Hebt u dit niet zelf gedaan? Maak de wijziging dan ongedaan met de link hieronder."

ACCOUNT = AccountTexts(
    mails={
        Occasion.ACTIVATION_REQUESTED: AccountMailTexts(
            subject="Activeer uw account",
            before=(
                "U hebt een account aangevraagd bij {insurer}.",
                "Open de link hieronder en kies een wachtwoord. Daarna kunt u inloggen.",
            ),
            link="Account activeren",
            after=(
                _LINK_EXPIRES,
                "Hebt u geen account aangevraagd? Dan hoeft u niets te doen. Zonder de link verandert er niets.",
            ),
        ),
        Occasion.ACTIVATED: AccountMailTexts(
            subject="Welkom: uw account is actief",
            before=(
                "U kunt nu inloggen bij {insurer}.",
                "Dat doet u met uw e-mailadres en uw wachtwoord, en met een code die u per sms van ons krijgt.",
                "Uw relatienummer is {relation_number}. Dat zijn de eerste cijfers van uw polisnummer.",
                "Hebt u dit account niet zelf geactiveerd? Bel ons dan meteen: {phone}.",
            ),
        ),
        Occasion.PASSWORD_RESET_REQUESTED: AccountMailTexts(
            subject="Kies een nieuw wachtwoord",
            before=("U hebt een nieuw wachtwoord aangevraagd. Kies het met de link hieronder.",),
            link="Nieuw wachtwoord kiezen",
            after=(
                _LINK_EXPIRES,
                "Hebt u dat niet aangevraagd? Dan hoeft u niets te doen. Uw wachtwoord blijft zoals het is.",
            ),
        ),
        Occasion.NEW_DEVICE_USED: AccountMailTexts(
            subject="Ingelogd op een nieuw apparaat",
            before=(
                "Op {day} om {time} is op uw account ingelogd met een apparaat dat wij nog niet kenden.",
                _DID_IT,
                "Was u dit niet? Wijzig dan meteen uw wachtwoord en bel ons: {phone}.",
            ),
        ),
        Occasion.PASSWORD_CHANGED: AccountMailTexts(
            subject="Uw wachtwoord is gewijzigd",
            before=(
                "Op {day} om {time} is het wachtwoord van uw account gewijzigd.",
                _DID_IT,
                "Was u dit niet? Vraag dan meteen op de inlogpagina een nieuw wachtwoord aan en bel ons: {phone}.",
            ),
        ),
        Occasion.EMAIL_CHANGED: AccountMailTexts(
            subject="Uw e-mailadres is gewijzigd",
            before=(
                "Op {day} om {time} is het e-mailadres van uw account gewijzigd.",
                "Op dit oude adres krijgt u hierna geen berichten over uw account meer.",
                _DID_IT,
                _UNDO,
            ),
            link="Wijziging ongedaan maken",
            after=(_NO_LINK_LEFT,),
        ),
        Occasion.MOBILE_PHONE_CHANGED: AccountMailTexts(
            subject="Uw mobiele nummer is gewijzigd",
            before=(
                "Op {day} om {time} is het mobiele nummer van uw account gewijzigd.",
                "De codes om in te loggen gaan voortaan naar het nieuwe nummer.",
                _DID_IT,
                _UNDO,
            ),
            link="Wijziging ongedaan maken",
            after=(_NO_LINK_LEFT,),
        ),
        Occasion.LOGIN_BLOCKED: AccountMailTexts(
            subject="Inloggen is tijdelijk geblokkeerd",
            before=(
                "Op {day} om {time} is te vaak een verkeerd wachtwoord ingevuld.",
                "Daarom is inloggen op uw account tijdelijk geblokkeerd.",
                "Wilt u niet wachten? Vraag dan op de inlogpagina een nieuw wachtwoord aan. Dat heft de blokkade op.",
                "Was u dit niet? Met een verkeerd wachtwoord komt niemand binnen. Twijfelt u? Bel ons: {phone}.",
            ),
        ),
    },
    never_asked="Wij vragen u nooit om uw wachtwoord of om een code. Vraagt iemand daarom, geef ze dan niet.",
    login_code="{code} is uw code om in te loggen. Geef deze code aan niemand, ook niet aan ons. Probeert u niet in te "
    "loggen? Wijzig dan uw wachtwoord.",
)
