"""The words for why something is not done: each says what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Final

from starlette.responses import Response

from auth_svc.domain.refusals import Reason, Refusal
from chassis.http.problems import NOT_FOUND, Problem, ProblemType

WRONG_CREDENTIALS = ProblemType(
    name="wrong-credentials",
    status=401,
    title="E-mail address or password is not right, or the account takes no login at the moment",
    remedy="Try again with both as you chose them. After several wrong passwords wait for a while, or choose a new "
    "password by the link that we mail you.",
)
WRONG_CODE = ProblemType(
    name="wrong-code",
    status=401,
    title="The code is not right, or is over",
    remedy="Type the newest code from our text message, or the one your authenticator app shows now.",
)
LOGIN_OVER = ProblemType(
    name="login-over",
    status=410,
    title="This login is over",
    remedy="Begin again with your e-mail address and password.",
)
LINK_OVER = ProblemType(
    name="link-over",
    status=410,
    title="This link is over, or was used already",
    remedy="Ask for a new link, and use the newest mail.",
)
WEAK_PASSWORD = ProblemType(
    name="password-length",
    status=422,
    title="The password is too short or too long",
    remedy="Choose one of 8 to 128 characters; anything may be in it.",
)
COMMON_PASSWORD = ProblemType(
    name="password-common",
    status=422,
    title="This password is known to those who guess passwords",
    remedy="Choose another one: several words that do not belong together are good.",
)
NO_MOBILE_PHONE = ProblemType(
    name="no-mobile-phone",
    status=409,
    title="Without a mobile number there is no online access",
    remedy="Call us: we can help you by phone, and add a mobile number.",
)
NOT_A_MOBILE_PHONE = ProblemType(
    name="not-a-mobile-phone",
    status=422,
    title="This number gets no text messages",
    remedy="Give a mobile number with its country, such as +31612345678.",
)
IDENTITY_NOT_CONFIRMED = ProblemType(
    name="identity-not-confirmed",
    status=403,
    title="Show once more that it is you",
    remedy="Log in once more for the purpose confirm_identity, and send what you get with this request.",
)
ADDRESS_TAKEN = ProblemType(
    name="address-taken",
    status=409,
    title="This address cannot be used",
    remedy="Choose another e-mail address, or call us when it is yours.",
)
LIMIT_REACHED = ProblemType(
    name="limit-reached",
    status=429,
    title="Too many requests of this kind",
    remedy="Wait as many seconds as Retry-After says, then try again.",
)
WRONG_PASSKEY = ProblemType(
    name="wrong-passkey",
    status=401,
    title="This passkey is not accepted",
    remedy="Try again with a passkey of this account, or log in with your password.",
)
NOTHING_TO_CONFIRM = ProblemType(
    name="nothing-to-confirm",
    status=409,
    title="There is nothing to confirm",
    remedy="Begin again from the start.",
)
WRONG_PIN = ProblemType(
    name="wrong-pin",
    status=401,
    title="The PIN is not right, or is not for this device",
    remedy="Try again. After five wrong PINs in a row the device is forgotten: then log in with your password.",
)
GUESSABLE_PIN = ProblemType(
    name="pin-guessable",
    status=422,
    title="This PIN is among the first that somebody would try",
    remedy="Choose one that does not count up or down, and has three different digits or more.",
)
UNKNOWN_DEVICE = ProblemType(
    name="unknown-device",
    status=409,
    title="This device is not known",
    remedy="Log in on it once with your password, then choose a PIN.",
)
NOT_SUSPENDED = ProblemType(
    name="not-suspended",
    status=409,
    title="The account is not suspended",
    remedy="Suspend it first, when its owner has told you that somebody else is in it.",
)
_PROBLEMS: Final[Mapping[Reason, ProblemType]] = {
    Reason.WRONG_CREDENTIALS: WRONG_CREDENTIALS,
    Reason.WRONG_CODE: WRONG_CODE,
    Reason.LOGIN_OVER: LOGIN_OVER,
    Reason.LINK_OVER: LINK_OVER,
    Reason.WEAK_PASSWORD: WEAK_PASSWORD,
    Reason.COMMON_PASSWORD: COMMON_PASSWORD,
    Reason.NO_MOBILE_PHONE: NO_MOBILE_PHONE,
    Reason.NOT_A_MOBILE_PHONE: NOT_A_MOBILE_PHONE,
    Reason.IDENTITY_NOT_CONFIRMED: IDENTITY_NOT_CONFIRMED,
    Reason.ADDRESS_TAKEN: ADDRESS_TAKEN,
    Reason.TOO_MANY: LIMIT_REACHED,
    Reason.WRONG_PASSKEY: WRONG_PASSKEY,
    Reason.NOTHING_TO_CONFIRM: NOTHING_TO_CONFIRM,
    Reason.WRONG_PIN: WRONG_PIN,
    Reason.GUESSABLE_PIN: GUESSABLE_PIN,
    Reason.UNKNOWN_DEVICE: UNKNOWN_DEVICE,
    Reason.NO_SUCH_AUTHENTICATOR: NOT_FOUND,
    Reason.NOT_SUSPENDED: NOT_SUSPENDED,
}


def answer(refusal: Refusal, detail: str | None = None) -> Response:
    """Return the answer that tells it, with `detail` instead of the usual remedy.

    What was counted stays: the handler returns this and raises nothing.
    """
    problem, headers = _PROBLEMS[refusal.reason], {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(max(1, ceil(refusal.retry_after.total_seconds())))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Login realm="auth-svc"'  # RFC 9110 §15.5.2 demands a challenge
    return Problem(problem, detail, headers=headers).response()
