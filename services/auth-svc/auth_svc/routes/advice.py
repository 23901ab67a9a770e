"""What people are told to do next: who asked for a mail, the same whether or not one is sent, and who undid changes."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from chassis.http.values import ExactModel


class Advice(ExactModel):
    """What to do next, in whole sentences, as the portal shows them."""

    nl: Sequence[str] = Field(description="In Dutch", examples=[["Kijk ook in de map met ongewenste e-mail."]])
    en: Sequence[str] = Field(description="In English", examples=[["Look in the spam folder, too."]])


_SENT_NL = "Kloppen de gegevens, dan krijgt u binnen enkele minuten een e-mail met een link."
_SENT_EN = "If your details are right, you get an e-mail with a link within a few minutes."
_SPAM_NL = "Geen e-mail gekregen? Kijk ook in de map met ongewenste e-mail."
_SPAM_EN = "No e-mail? Look in your spam folder, too."
_AGAIN_NL = "Vraag na enkele minuten een nieuwe link aan. Gebruik altijd de link in de nieuwste e-mail."
_AGAIN_EN = "Ask for a new link after a few minutes. Always use the link in the newest e-mail."


def after_activation(phone: str) -> Advice:
    """Return the advice for who asked for an account. `phone` is the insurer's."""
    return Advice(
        nl=(
            _SENT_NL,
            _SPAM_NL,
            _AGAIN_NL,
            "Het e-mailadres moet het adres zijn dat wij van u kennen. U vindt het op onze e-mails en brieven aan u.",
            "Hebt u al een account, dan sturen wij geen link. Kies dan een nieuw wachtwoord.",
            f"Lukt het niet? Bel ons: {phone}.",
        ),
        en=(
            _SENT_EN,
            _SPAM_EN,
            _AGAIN_EN,
            "The e-mail address must be the one that we know of you. You find it in our e-mails and letters to you.",
            "If you have an account already, we send no link. Choose a new password instead.",
            f"Does it not work? Call us: {phone}.",
        ),
    )


def after_password_reset(phone: str) -> Advice:
    """Return the advice for who asked for a new password. `phone` is the insurer's."""
    return Advice(
        nl=(
            _SENT_NL,
            _SPAM_NL,
            _AGAIN_NL,
            "Gebruik het e-mailadres waarmee u inlogt. Een ander adres krijgt geen link.",
            "Hebt u nog geen account, activeer dat dan eerst.",
            f"Lukt het niet? Bel ons: {phone}.",
        ),
        en=(
            _SENT_EN,
            _SPAM_EN,
            _AGAIN_EN,
            "Use the e-mail address that you log in with. Another address gets no link.",
            "If you have no account yet, activate it first.",
            f"Does it not work? Call us: {phone}.",
        ),
    )


def after_undo(phone: str, *, is_suspended: bool) -> Advice:
    """Return the advice for who undid changes, which may have suspended the account. `phone` is the insurer's."""
    if is_suspended:
        return Advice(
            nl=(
                f"Bel ons: {phone}. Tot dan kan niemand inloggen, ook u niet.",
                "Wij vragen u wie u bent en of uw mobiele nummer klopt. Daarna kiest u een nieuw wachtwoord.",
            ),
            en=(
                f"Call us: {phone}. Until then nobody can log in, nor can you.",
                "We ask who you are and whether your mobile number is right. After that you choose a new password.",
            ),
        )
    return Advice(
        nl=(
            "Vraag op de inlogpagina een nieuw wachtwoord aan. Het oude werkt niet meer.",
            f"Lukt het niet? Bel ons: {phone}.",
        ),
        en=(
            "Ask for a new password on the login page. The old one no longer works.",
            f"Does it not work? Call us: {phone}.",
        ),
    )
