"""What notify-svc holds about a customer who asks for it: how they are reached, and what they were sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from chassis.customer_data import Answer
from chassis.vault import Vault
from contracts.codec import to_json
from contracts.personal_data import CustomerDataRequested
from notify_svc.repository import kept_texts

SECTIONS: Final = {
    "contact": """
        SELECT name, email, failed_email, mobile_phone, postcode, house_number, language, wants_no_email, wants_no_sms
          FROM contact WHERE customer_id = $1""",
    "messages_about_claims": """
        SELECT claim_id, claim_version, channel, state, first_due_at, attempts, settled_at, last_error, bounced_at
          FROM message LEFT JOIN bounce USING (message_id) WHERE customer_id = $1 ORDER BY first_due_at DESC""",
    "delivery_of_sms": """
        SELECT claim_id, claim_version, part, parts, submitted_at, outcome, outcome_at
          FROM sms_part
         WHERE (claim_id, claim_version) IN (SELECT claim_id, claim_version FROM message WHERE customer_id = $1)
            OR message_id IN (SELECT request_id FROM requested_message WHERE customer_id = $1)
         ORDER BY submitted_at DESC, message_id, part""",
    "other_messages": """
        SELECT occasion, channel, policy_number, effective_on, claim ->> 'claim_reference' AS claim_reference, state,
               occurred_at, expires_at, attempts, settled_at, last_error, bounced_at
          FROM requested_message LEFT JOIN bounce ON message_id = request_id WHERE customer_id = $1
         ORDER BY occurred_at DESC""",
    "other_letters": """
        SELECT occasion, policy_number, effective_on, claim ->> 'claim_reference' AS claim_reference, state,
               occurred_at, settled_at
          FROM requested_letter WHERE customer_id = $1 ORDER BY occurred_at DESC""",
}
"""By customer id. What the messages said is told by `SAID`."""
SAID: Final = "what_messages_said"
NOTHING_OF_CUSTOMERS: Final = {
    "decision": "what claims-svc decided, which it tells itself: letters are written from it",
    "lease": "which process sends what",
    "pace": "how fast each provider may be sent messages",
    "sms_receipt": "a number that an unknown SMS was sent to, for a day at most",
    "kept_key": "keys that open what kept_text holds, which is told opened",
    "kept_picture": "what stations measured, as mails showed it: it names nobody",
    "kept_text": f"told opened, as {SAID}",
    "reporter_contact": "reporters of whom no policy is known; erased as soon as one is",
}
"""The other tables, and why there is nothing to tell of them."""


async def read(answer: Answer, request: CustomerDataRequested, *, vault: Vault) -> None:
    """Add what is held about the customer of `request`; `vault` opens what was said."""
    for section, query in SECTIONS.items():
        await answer.add(section, query, request.customer_id)
    await answer.add_each(SAID, _said(answer, request, vault=vault))


async def _said(answer: Answer, request: CustomerDataRequested, *, vault: Vault) -> AsyncIterator[bytes]:
    """Yield what was said by each message, the latest first; what cannot be opened any more only as a fact."""
    async for kept in kept_texts.of_customer(answer.connection, customer_id=request.customer_id, vault=vault):
        said = kept.contents
        yield to_json(
            {
                **{name: kept.row[name] for name in _TOLD},
                "recipient": said and said.recipient,
                "subject": said and said.subject,
                "text": said and said.text,
            }
        )


_TOLD: Final = ("claim_reference", "claim_version", "occasion", "channel", "language", "result", "kept_at")
