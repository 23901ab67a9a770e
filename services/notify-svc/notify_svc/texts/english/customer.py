"""What is said about insurances and personal data, in English. Never with a link: nobody learns to trust one."""

from __future__ import annotations

from contracts.message_requests import Occasion
from notify_svc.texts.catalogue import AccountMailTexts

_LOOK_UP = "Your new policy schedule is in your account."
_LOG_IN = "Log in as you always do. There is no link in this message, on purpose."
_IS_IT_WRONG = "Is this wrong, or did you not ask for it? Then call us at once: {phone}."
_NUMBERS = "Your relation number is {relation_number}. Please give it when you call or write to us."

CUSTOMER_MAILS = {
    Occasion.WELCOME: AccountMailTexts(
        subject="Welcome as a customer",
        before=(
            "Thank you for choosing {insurer}.",
            "Your insurance with policy number {policy_number} begins on {policy_day}.",
            "Your relation number is {relation_number}. You need it to activate an account.",
            "You do that on our login page. After that you see your policy schedule there, and can make changes.",
            _IS_IT_WRONG,
        ),
    ),
    Occasion.POLICY_ADDED: AccountMailTexts(
        subject="You have a new insurance",
        before=(
            "Your new insurance with policy number {policy_number} begins on {policy_day}.",
            _LOOK_UP,
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.POLICY_CHANGED: AccountMailTexts(
        subject="Your insurance was changed",
        before=(
            "Your insurance with policy number {policy_number} was changed. The change holds from {policy_day} on.",
            "For damage from before that day, what was insured then still holds.",
            _LOOK_UP,
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.POLICY_RENEWED: AccountMailTexts(
        subject="Your insurance was renewed",
        before=(
            "Your insurance with policy number {policy_number} was renewed on {policy_day}.",
            "What the new year costs and what is insured stands on your new policy schedule.",
            _LOOK_UP,
            _LOG_IN,
            _NUMBERS,
            "Do you want to change or cancel something? You can in your account. You can also call us: {phone}.",
        ),
    ),
    Occasion.POLICY_CANCELLED: AccountMailTexts(
        subject="Your insurance was cancelled",
        before=(
            "Your insurance with policy number {policy_number} was cancelled.",
            "From {policy_day} on you are not insured any more. Damage from before that day can still be reported.",
            "The confirmation is in your account.",
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.PERSONAL_DATA_CHANGED: AccountMailTexts(
        subject="Your personal data were changed",
        before=(
            "On {day} at {time}, your personal data at {insurer} were changed.",
            "If your e-mail address changed too, this message goes to the old and to the new address.",
            "Your account shows what we hold about you now.",
            _LOG_IN,
            _NUMBERS,
            _IS_IT_WRONG,
        ),
    ),
    Occasion.PERSONAL_DATA_READY: AccountMailTexts(
        subject="Your data are ready",
        before=(
            "You asked for all data that {insurer} holds about you.",
            "The file has been ready since {day} at {time}. You can get it in your account for 7 days.",
            _LOG_IN,
            _NUMBERS,
            "Did you not ask for it? Then change your password at once and call us: {phone}.",
        ),
    ),
}
"""Filled in besides: `{policy_number}` and `{policy_day}`, where the occasion is about a policy."""
