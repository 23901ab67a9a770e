"""What is said about an account and who gets into it, in Dutch."""

from __future__ import annotations

from contracts.message_requests import Occasion
from notify_svc.texts.catalogue import AccountMailTexts, AccountTexts
from notify_svc.texts.dutch.customer import CUSTOMER_MAILS

_LINK_EXPIRES = (
    "De link werkt één keer en maar een korte tijd. Is hij verlopen? Vraag dan op de inlogpagina een nieuwe aan."
)
_NO_LINK_LEFT = "De link werkt één keer en maar een korte tijd. Werkt hij niet meer? Bel ons dan: {phone}."
_DID_IT = "Hebt u dit zelf gedaan? Dan hoeft u niets te doen."
_UNDO = "Hebt u dit niet zelf gedaan? Maak de wijziging dan ongedaan met de link hieronder."
_UNDO_GOES_BACK = (
    "De link maakt alle wijzigingen van de laatste tijd samen ongedaan. Daarna leest u wat u doet: een nieuw "
    "wachtwoord kiezen, of ons bellen."
)

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
            link="Wijzigingen ongedaan maken",
            after=(_UNDO_GOES_BACK, _NO_LINK_LEFT),
        ),
        Occasion.MOBILE_PHONE_CHANGED: AccountMailTexts(
            subject="Uw mobiele nummer is gewijzigd",
            before=(
                "Op {day} om {time} is het mobiele nummer van uw account gewijzigd.",
                "De codes om in te loggen gaan voortaan naar het nieuwe nummer.",
                _DID_IT,
                _UNDO,
            ),
            link="Wijzigingen ongedaan maken",
            after=(_UNDO_GOES_BACK, _NO_LINK_LEFT),
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
        Occasion.SECOND_STEP_FAILED: AccountMailTexts(
            subject="Misschien kent iemand uw wachtwoord",
            before=(
                "Op {day} om {time} is na uw juiste wachtwoord te vaak een verkeerde code ingevuld.",
                "Hebt u dit zelf gedaan? Log dan opnieuw in, met de nieuwste code.",
                "Was u dit niet? Dan kent iemand uw wachtwoord. Zonder de juiste code komt diegene niet binnen.",
                "Vraag meteen op de inlogpagina een nieuw wachtwoord aan, en geef een code aan niemand.",
                "Twijfelt u? Bel ons: {phone}.",
            ),
        ),
        Occasion.EMAIL_CONFIRMATION_REQUESTED: AccountMailTexts(
            subject="Bevestig uw nieuwe e-mailadres",
            before=(
                "Voor een account bij {insurer} is dit e-mailadres opgegeven.",
                "Open de link hieronder om het te bevestigen. Daarna logt u met dit adres in.",
            ),
            link="E-mailadres bevestigen",
            after=(
                "De link werkt één keer en maar een korte tijd. Is hij verlopen? Wijzig het adres dan opnieuw.",
                "Hebt u dit adres niet opgegeven? Open de link dan niet. Zonder de link verandert er niets.",
                "Vragen? Bel ons: {phone}.",
            ),
        ),
        Occasion.AUTHENTICATOR_ADDED: AccountMailTexts(
            subject="Nieuwe manier om in te loggen",
            before=(
                "Op {day} om {time} is aan uw account een manier om in te loggen toegevoegd.",
                "Dat kan een passkey, een app met codes of een pincode zijn. In uw account ziet u welke u hebt.",
                _DID_IT,
                _UNDO,
            ),
            link="Wijzigingen ongedaan maken",
            after=(_UNDO_GOES_BACK, _NO_LINK_LEFT),
        ),
        Occasion.AUTHENTICATOR_REMOVED: AccountMailTexts(
            subject="Manier om in te loggen verwijderd",
            before=(
                "Op {day} om {time} is van uw account een manier om in te loggen verwijderd.",
                "Dat kan een passkey, een app met codes of een pincode zijn. In uw account ziet u welke u nog hebt.",
                _DID_IT,
                _UNDO,
            ),
            link="Wijzigingen ongedaan maken",
            after=(_UNDO_GOES_BACK, "Een pincode komt niet terug: die kiest u zelf opnieuw.", _NO_LINK_LEFT),
        ),
        Occasion.CHANGES_UNDONE: AccountMailTexts(
            subject="De wijzigingen zijn ongedaan gemaakt",
            before=(
                "Op {day} om {time} zijn de laatste wijzigingen van uw account ongedaan gemaakt.",
                "Uw e-mailadres en uw mobiele nummer zijn weer zoals ze waren.",
                "Wat daarna is toegevoegd om in te loggen, is verwijderd. Overal is uitgelogd.",
                "Uw wachtwoord werkt niet meer. Vraag op de inlogpagina een nieuw wachtwoord aan.",
                "Hebt u dit niet zelf gedaan? Bel ons dan meteen: {phone}.",
            ),
        ),
        Occasion.CHANGES_UNDONE_AND_SUSPENDED: AccountMailTexts(
            subject="Bel ons: uw account is tijdelijk gesloten",
            before=(
                "Op {day} om {time} zijn de laatste wijzigingen van uw account ongedaan gemaakt.",
                "Voor uw veiligheid kan nu niemand op uw account inloggen, ook u niet. Overal is uitgelogd.",
                "Bel ons: {phone}. Wij vragen u wie u bent en of uw mobiele nummer klopt.",
                "Daarna kiest u een nieuw wachtwoord en kunt u weer inloggen.",
            ),
        ),
        Occasion.ACCOUNT_REINSTATED: AccountMailTexts(
            subject="Uw account is weer open",
            before=(
                "Op {day} om {time} hebben wij uw account na een telefoongesprek weer geopend.",
                "De codes om in te loggen gaan naar het mobiele nummer dat in het gesprek is genoemd of bevestigd.",
                "Werkt uw wachtwoord niet? Vraag dan op de inlogpagina een nieuw wachtwoord aan.",
                "Hebt u ons niet gebeld? Bel ons dan meteen: {phone}.",
            ),
        ),
        **CUSTOMER_MAILS,
    },
    never_asked="Wij vragen u nooit om uw wachtwoord of om een code. Vraagt iemand daarom, geef ze dan niet.",
    sms={
        Occasion.LOGIN_CODE_REQUESTED: "{code} is uw code om in te loggen. Geef deze code aan niemand, ook niet aan "
        "ons. Probeert u niet in te loggen? Wijzig dan uw wachtwoord.",
        Occasion.PHONE_CODE_REQUESTED: "{code} is uw code om dit nummer te bevestigen. Geef deze code aan niemand, ook "
        "niet aan ons. Vroeg u dit niet? Doe dan niets.",
        Occasion.MOBILE_PHONE_LEFT: "Uw account gebruikt dit nummer sinds {day} niet meer. Was u dit niet? "
        "Bel dan meteen {phone}.",
    },
)
