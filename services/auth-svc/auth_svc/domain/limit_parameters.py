"""Every number of the limits against guessing, stuffing and SMS pumping. Sources: docs/login.md, rows 7, 12 and 16."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from auth_svc.domain.parameters import WRONG_CODES_A_DAY

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` within any time of this length, wherever it begins. `name` stands on the audit trail."""

    name: str
    most: int
    within: timedelta


# By network: these are for one household. Wider networks may do `WIDER` times as much.
LOGINS = Limit("logins", 30, timedelta(minutes=10))
"""Homes, offices and mobile providers share addresses; one account has its own limit of wrong passwords."""
MAILS = Limit("mails", 10, timedelta(hours=1))
"""Links that somebody asks for without having logged in."""
SMS = Limit("sms", 10, timedelta(hours=1))
CLIENTS = Limit("clients", 60, timedelta(minutes=1))
"""Who fails to prove to be the client it names."""
WIDER = {32: 1, 24: 5, 64: 1, 56: 3, 48: 10}
"""By length of prefix: an organisation has an IPv4 /24 or an IPv6 /48, a home a /64 and with some providers a /56."""

# By addressee
MAILS_TO_ADDRESS = Limit("mails-to-address", 5, timedelta(hours=1))
MAILS_TO_NEW_ADDRESS = Limit("mails-to-new-address", 5, timedelta(hours=1))
"""Of its own: whoever is refused by the one above learns that the address was mailed, so that it has an account."""

# By account and number
SMS_OF_ACCOUNT = Limit("sms-of-account", 3, timedelta(minutes=15))
SMS_OF_ACCOUNT_A_DAY = Limit("sms-of-account-a-day", 10, _DAY)
"""To the number that the account has: nobody else's use of this number counts. A device that has logged in has both of
its own, and wrong codes as well: who has found out my password keeps me from no code there."""
SMS_TO_NEW_NUMBER = Limit("sms-to-new-number", 3, _DAY)
SMS_TO_NEW_NUMBERS_OF_ACCOUNT = Limit("sms-to-new-numbers-of-account", 5, _DAY)
WRONG_CODES_OF_ACCOUNT = Limit("wrong-codes-of-account", WRONG_CODES_A_DAY, _DAY)
DEVICES_IN_ALL = 3
"""All devices of an account that have logged in take no more than so many of them may: each login can make one more."""

# Over all: what pumping may cost
DIALLING_PREFIX_DIGITS = 5
SMS_TO_PREFIX = Limit("sms-to-prefix", 500, _DAY)
SMS_IN_ALL = "sms-in-all"
"""Its size is a setting, SMS_A_DAY."""
