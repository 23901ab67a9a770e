"""Every number of the login's rules. Sources: the table in docs/login.md, by row."""

from __future__ import annotations

from datetime import timedelta

# Passwords (rows 1, 2, 7)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
"""In characters."""
WRONG_PASSWORDS_BEFORE_BLOCK = 5
FIRST_BLOCK, LONGEST_BLOCK = timedelta(minutes=1), timedelta(hours=1)
"""A block doubles with every wrong password after the fifth."""
WRONG_PASSWORDS_BEFORE_RESET = 100
"""In a row (NIST SP 800-63B §3.2.2): only a password reset helps from there on."""
FEW_WRONG_PASSWORDS_KEPT_FOR = timedelta(days=1)
"""Fewer than lead to a block."""
WRONG_PASSWORDS_KEPT_FOR = timedelta(days=365)
"""Whoever pauses between guesses does not begin anew."""

# Codes by SMS (rows 9 to 12)
CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=5)
CODE_TRIES = 5
"""For one login, whatever the number of codes."""
CODES_FOR_A_LOGIN = 3
LOGIN_LIFETIME = timedelta(minutes=15)
"""From the password to the last code."""
WRONG_CODES_A_DAY = 30
"""For one account, over all its logins."""
SECOND_STEP_TOLD_AGAIN_AFTER = timedelta(days=1)
"""After `CODE_TRIES` wrong codes the owner is told that somebody knows the password, and not again before this."""

# Links by e-mail (row 23)
LINK_LIFETIME = timedelta(hours=24)
RESET_LINK_LIFETIME = timedelta(hours=1)
UNDO_LIFETIME = timedelta(days=7)
CONFIRMATION_LIFETIME = timedelta(hours=24)
UNANSWERED_KEPT_FOR = timedelta(days=1)
"""What was asked for by mail, while it cannot be answered."""

# Sessions and tokens (rows 18, 19)
SESSION_IDLE, SESSION_TOTAL = timedelta(hours=1), timedelta(hours=24)
ACCESS_TOKEN_LIFETIME = timedelta(minutes=5)
AUTHORIZATION_CODE_LIFETIME = timedelta(seconds=60)
IDENTITY_CONFIRMED_FOR = timedelta(minutes=10)
"""How long somebody who has shown anew who they are may change what guards an account (row 21)."""
DEVICE_LIFETIME = timedelta(days=90)
MOST_DEVICE_SECRETS = 5
"""So many accounts, as of a family, remember one browser; those used longest ago make room."""

# PINs of the app
SHORTEST_PIN, LONGEST_PIN = 5, 8
PIN_TRIES = 5
"""In a row; then the device is forgotten."""

# Authenticator apps and passkeys
TOTP_STEPS_BESIDE = 1
"""Steps of 30 seconds that a phone's clock may be early or late."""
TOTP_ENROLMENT_LIFETIME = timedelta(minutes=10)
CHALLENGE_LIFETIME = timedelta(minutes=5)
"""From a passkey's challenge to its signature."""

# Signing keys
KEY_SIGNS_FOR = timedelta(days=30)
KEY_PREPARED_BEFORE = timedelta(days=1)
"""How long before it signs the next key is made, when all is well."""
KEY_LISTED_BEFORE = timedelta(minutes=15)
"""The door fetches the list every five minutes: nobody may meet a token by a key that was never listed to them."""
KEY_LISTED_AFTER = timedelta(minutes=10)
"""A key stays listed so long after its last token, which is believed for five and a half minutes (leeway included)."""
