"""What notify-svc holds about a customer who asks for it: how they are reached, and what they were sent."""

from __future__ import annotations

from typing import Final

from chassis.customer_data import Answer
from contracts.personal_data import CustomerDataRequested

SECTIONS: Final = {
    "contact": """
        SELECT name, email, mobile_phone, postcode, house_number, language FROM contact WHERE customer_id = $1""",
    "messages_about_claims": """
        SELECT claim_id, claim_version, channel, state, first_due_at, attempts, settled_at, last_error
          FROM message WHERE customer_id = $1 ORDER BY first_due_at DESC""",
    "delivery_of_sms": """
        SELECT claim_id, claim_version, part, parts, submitted_at, outcome, outcome_at
          FROM sms_part
         WHERE (claim_id, claim_version) IN (SELECT claim_id, claim_version FROM message WHERE customer_id = $1)
            OR message_id IN (SELECT request_id FROM requested_message WHERE customer_id = $1)
         ORDER BY submitted_at DESC, message_id, part""",
    "other_messages": """
        SELECT occasion, channel, policy_number, effective_on, claim ->> 'claim_reference' AS claim_reference, state,
               occurred_at, expires_at, attempts, settled_at, last_error
          FROM requested_message WHERE customer_id = $1 ORDER BY occurred_at DESC""",
}
"""By customer id. Messages are written when they are sent, and not kept."""
NOTHING_OF_CUSTOMERS: Final = {
    "decision": "what claims-svc decided, which it tells itself: letters are written from it",
    "lease": "which process sends what",
    "sms_receipt": "a number that an unknown SMS was sent to, for a day at most",
    "reporter_contact": "reporters of whom no policy is known; erased as soon as one is",
}
"""The other tables, and why there is nothing to tell of them."""


async def read(answer: Answer, request: CustomerDataRequested) -> None:
    """Add what is held about the customer of `request`."""
    for section, query in SECTIONS.items():
        await answer.add(section, query, request.customer_id)
