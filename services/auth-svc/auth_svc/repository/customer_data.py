"""What auth-svc holds about a customer who asks for it. No secret is read: no password, key, code or digest of one."""

from __future__ import annotations

from typing import Final

from chassis.customer_data import Answer
from contracts.personal_data import CustomerDataRequested

SECTIONS: Final = {
    "account": """
        SELECT relation_number, email, mobile_phone, mobile_phone_confirmed, activated_at, suspended_at,
               totp_added_at AS authenticator_app_added_at, second_step_told_at AS warned_of_wrong_codes_at
          FROM account WHERE relation_number = $1""",
    "contact_data_of_policy_svc": """
        SELECT email, mobile_phone FROM customer WHERE relation_number = $1""",
    "devices": """
        SELECT name, remembered_at, logged_in_at AS first_logged_in_at, last_used_at, pin_added_at, expires_at
          FROM device JOIN account USING (account_id) WHERE relation_number = $1 ORDER BY last_used_at DESC""",
    "passkeys": """
        SELECT name, added_at, last_used_at
          FROM passkey JOIN account USING (account_id) WHERE relation_number = $1 ORDER BY added_at DESC""",
    "sessions": """
        SELECT session.began_at, session.last_used_at, session.expires_at, session.address AS ip_address,
               session.methods, device.name AS device,
               ARRAY(SELECT DISTINCT client_id FROM refresh_token
                      WHERE refresh_token.session_id = session.session_id) AS applications
          FROM session JOIN account USING (account_id) LEFT JOIN device USING (device_id)
         WHERE relation_number = $1 ORDER BY session.began_at DESC""",
    "what_changes_can_be_undone_to": """
        SELECT undo.email, undo.mobile_phone, since, expires_at,
               ARRAY(SELECT name FROM removed_passkey WHERE removed_passkey.account_id = undo.account_id) AS passkeys
          FROM undo JOIN account USING (account_id) WHERE relation_number = $1""",
    "new_mobile_phone_to_be_confirmed": """
        SELECT phone_change.mobile_phone, expires_at
          FROM phone_change JOIN account USING (account_id) WHERE relation_number = $1""",
    "logins_under_way": """
        SELECT purpose, login.mobile_phone, expires_at
          FROM login JOIN account USING (account_id) WHERE relation_number = $1""",
    "links_that_were_mailed": """
        SELECT purpose, email, expires_at FROM link
         WHERE account_id = (SELECT account_id FROM account WHERE relation_number = $1)
            OR customer_id = (SELECT customer_id FROM customer WHERE relation_number = $1)""",
    "asked_for_and_not_answered_yet": """
        SELECT what, email, address AS ip_address, asked_at FROM asked WHERE relation_number = $1""",
    "history": """
        SELECT occurred_at, what, address AS ip_address, details
          FROM audit_trail JOIN account USING (account_id)
         WHERE relation_number = $1 ORDER BY occurred_at DESC, event_id DESC""",
}
"""By relation number."""
NOTHING_OF_CUSTOMERS: Final = {
    "client": "programs",
    "signing_key": "the service's own",
    "staff_activation": "members of staff",
    "wrong_passwords": "counts by digests, which lead to nobody",
    "bucket": "counts by digests, which lead to nobody",
    "passkey_challenge": "random bytes for minutes",
    "totp_enrolment": "a secret for minutes",
    "confirmed_identity": "a digest for minutes",
    "authorization_code": "a digest for a minute",
}
"""The other tables, and why there is nothing to tell of them."""


async def read(answer: Answer, request: CustomerDataRequested) -> None:
    """Add what is held about the customer of `request`."""
    for section, query in SECTIONS.items():
        await answer.add(section, query, request.relation_number)
