"""What is said about an account and who gets into it, in English."""

from __future__ import annotations

from contracts.message_requests import Occasion
from notify_svc.texts.catalogue import AccountMailTexts, AccountTexts
from notify_svc.texts.english.customer import CUSTOMER_MAILS

_LINK_EXPIRES = (
    "The link works once and only for a short time. Has it expired? Then ask for a new one on the login page."
)
_NO_LINK_LEFT = "The link works once and only for a short time. Does it no longer work? Then call us: {phone}."
_DID_IT = "Did you do this yourself? Then you need to do nothing."
_UNDO = "Did you not do this yourself? Then undo the change with the link below."
_UNDO_GOES_BACK = (
    "The link undoes all the recent changes together. "
    "After that you read what to do: choose a new password, or call us."
)

ACCOUNT = AccountTexts(
    mails={
        Occasion.ACTIVATION_REQUESTED: AccountMailTexts(
            subject="Activate your account",
            before=(
                "You asked for an account at {insurer}.",
                "Open the link below and choose a password. After that you can log in.",
            ),
            link="Activate the account",
            after=(
                _LINK_EXPIRES,
                "Did you not ask for an account? Then you need to do nothing. Without the link nothing changes.",
            ),
        ),
        Occasion.ACTIVATED: AccountMailTexts(
            subject="Welcome: your account is active",
            before=(
                "You can now log in at {insurer}.",
                "You do so with your e-mail address and your password, and with a code that we send you by SMS.",
                "Your relation number is {relation_number}. These are the first digits of your policy number.",
                "Did you not activate this account yourself? Then call us at once: {phone}.",
            ),
        ),
        Occasion.PASSWORD_RESET_REQUESTED: AccountMailTexts(
            subject="Choose a new password",
            before=("You asked for a new password. Choose it with the link below.",),
            link="Choose a new password",
            after=(
                _LINK_EXPIRES,
                "Did you not ask for that? Then you need to do nothing. Your password stays as it is.",
            ),
        ),
        Occasion.NEW_DEVICE_USED: AccountMailTexts(
            subject="A login from a new device",
            before=(
                "On {day} at {time}, somebody logged in to your account with a device that we did not know yet.",
                _DID_IT,
                "Was it not you? Then change your password at once and call us: {phone}.",
            ),
        ),
        Occasion.PASSWORD_CHANGED: AccountMailTexts(
            subject="Your password was changed",
            before=(
                "On {day} at {time}, the password of your account was changed.",
                _DID_IT,
                "Was it not you? Then ask for a new password on the login page at once and call us: {phone}.",
            ),
        ),
        Occasion.EMAIL_CHANGED: AccountMailTexts(
            subject="Your e-mail address was changed",
            before=(
                "On {day} at {time}, the e-mail address of your account was changed.",
                "From now on, this old address receives no messages about your account.",
                _DID_IT,
                _UNDO,
            ),
            link="Undo the changes",
            after=(_UNDO_GOES_BACK, _NO_LINK_LEFT),
        ),
        Occasion.MOBILE_PHONE_CHANGED: AccountMailTexts(
            subject="Your mobile number was changed",
            before=(
                "On {day} at {time}, the mobile number of your account was changed.",
                "From now on, the codes to log in go to the new number.",
                _DID_IT,
                _UNDO,
            ),
            link="Undo the changes",
            after=(_UNDO_GOES_BACK, _NO_LINK_LEFT),
        ),
        Occasion.LOGIN_BLOCKED: AccountMailTexts(
            subject="Logging in is blocked for a while",
            before=(
                "On {day} at {time}, a wrong password was entered too often.",
                "That is why logging in to your account is blocked for a while.",
                "Do you not want to wait? Then ask for a new password on the login page. That lifts the block.",
                "Was it not you? Nobody gets in with a wrong password. Call us if you are worried: {phone}.",
            ),
        ),
        Occasion.SECOND_STEP_FAILED: AccountMailTexts(
            subject="Somebody may know your password",
            before=(
                "On {day} at {time}, a wrong code was entered too often, after your right password.",
                "Did you do this yourself? Then log in once more, with the newest code.",
                "Was it not you? Then somebody knows your password. Without the right code they do not get in.",
                "Ask for a new password on the login page at once, and give a code to nobody.",
                "Call us if you are worried: {phone}.",
            ),
        ),
        Occasion.EMAIL_CONFIRMATION_REQUESTED: AccountMailTexts(
            subject="Confirm your new e-mail address",
            before=(
                "This e-mail address was given for an account at {insurer}.",
                "Open the link below to confirm it. After that you log in with this address.",
            ),
            link="Confirm the e-mail address",
            after=(
                "The link works once and only for a short time. Has it expired? Then change the address once more.",
                "Did you not give this address? Then do not open the link. Without the link nothing changes.",
                "Questions? Call us: {phone}.",
            ),
        ),
        Occasion.AUTHENTICATOR_ADDED: AccountMailTexts(
            subject="A new way to log in",
            before=(
                "On {day} at {time}, a way to log in was added to your account.",
                "It is a passkey, an app with codes or a PIN. Your account shows which you have.",
                _DID_IT,
                _UNDO,
            ),
            link="Undo the changes",
            after=(_UNDO_GOES_BACK, _NO_LINK_LEFT),
        ),
        Occasion.AUTHENTICATOR_REMOVED: AccountMailTexts(
            subject="A way to log in was removed",
            before=(
                "On {day} at {time}, a way to log in was removed from your account.",
                "It was a passkey, an app with codes or a PIN. Your account shows which you still have.",
                _DID_IT,
                _UNDO,
            ),
            link="Undo the changes",
            after=(_UNDO_GOES_BACK, "A PIN does not come back: you choose one again yourself.", _NO_LINK_LEFT),
        ),
        Occasion.CHANGES_UNDONE: AccountMailTexts(
            subject="The changes were undone",
            before=(
                "On {day} at {time}, the latest changes of your account were undone.",
                "Your e-mail address and your mobile number are again as they were.",
                "What was added since then to log in with is removed. Everybody is logged out everywhere.",
                "Your password no longer works. Ask for a new one on the login page.",
                "Did you not do this yourself? Then call us at once: {phone}.",
            ),
        ),
        Occasion.CHANGES_UNDONE_AND_SUSPENDED: AccountMailTexts(
            subject="Call us: your account is closed for now",
            before=(
                "On {day} at {time}, the latest changes of your account were undone.",
                "For your safety nobody can log in to your account now, nor can you. Everybody is logged out.",
                "Call us: {phone}. We ask who you are and whether your mobile number is right.",
                "After that you choose a new password, and can log in again.",
            ),
        ),
        Occasion.ACCOUNT_REINSTATED: AccountMailTexts(
            subject="Your account is open again",
            before=(
                "On {day} at {time}, we opened your account again after a call.",
                "The codes to log in go to the mobile number that was given or confirmed in the call.",
                "Does your password not work? Then ask for a new one on the login page.",
                "Did you not call us? Then call us at once: {phone}.",
            ),
        ),
        **CUSTOMER_MAILS,
    },
    never_asked="We never ask you for your password or for a code. If somebody does, do not give them.",
    sms={
        Occasion.LOGIN_CODE_REQUESTED: "{code} is your code to log in. Give this code to nobody, not even to us. Are "
        "you not trying to log in? Then change your password.",
        Occasion.PHONE_CODE_REQUESTED: "{code} is your code to confirm this number. Give this code to nobody, not even "
        "to us. Did you not ask for it? Then do nothing.",
        Occasion.MOBILE_PHONE_LEFT: "Since {day} your account no longer uses this number. Was it not you? "
        "Then call {phone} at once.",
    },
)
