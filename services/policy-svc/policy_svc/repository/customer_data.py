"""What policy-svc holds itself about a customer who asks for it."""

from __future__ import annotations

from typing import Final

from chassis.customer_data import Answer
from contracts.personal_data import CustomerDataRequested

SECTIONS: Final = {
    "personal_data_now_and_before": """
        SELECT version, lower(known) AS known_from, upper(known) AS known_until, name, email, mobile_phone, postcode,
               house_number, language, unwanted_channels, reason, made_by
          FROM customer_version JOIN (SELECT customer_id FROM customer WHERE relation_number = $1) AS customer
               USING (customer_id)
         ORDER BY known DESC""",
    "policies": """
        SELECT policy_number, kind, policy.version, renews_on
          FROM policy JOIN customer USING (customer_id) WHERE relation_number = $1 ORDER BY policy_number""",
    "what_was_insured": """
        SELECT policy_number, lower(in_force) AS effective_on, upper(in_force) AS ends_on, lower(known) AS known_from,
               upper(known) AS known_until, insured, covers, deductible_cents, product_version, premium
          FROM policy_terms JOIN policy USING (policy_number) JOIN customer USING (customer_id)
         WHERE relation_number = $1 ORDER BY policy_number, known DESC, in_force DESC""",
    "why_it_was_changed": """
        SELECT policy_number, policy_version.version, lower(known) AS known_from, reason, made_by
          FROM policy_version JOIN policy USING (policy_number) JOIN customer USING (customer_id)
         WHERE relation_number = $1 ORDER BY known DESC""",
    "declarations": """
        SELECT declaration_number, policy_number, practice, treated_on, received_on, decided_on, paid_on, items
          FROM declaration JOIN policy USING (policy_number) JOIN customer USING (customer_id)
         WHERE relation_number = $1 ORDER BY treated_on DESC, declaration_number DESC""",
    "declarations_as_they_were_told_before": """
        SELECT declaration_number, policy_number, practice, treated_on, received_on, decided_on, paid_on, items,
               former_declaration.recorded_at, superseded_at
          FROM former_declaration JOIN policy USING (policy_number) JOIN customer USING (customer_id)
         WHERE relation_number = $1 ORDER BY superseded_at DESC, declaration_number DESC""",
    "documents": """
        SELECT document_id, policy_number, kind, about_day, language, issued_at, encode(sha256, 'hex') AS sha256
          FROM document WHERE relation_number = $1 ORDER BY issued_at DESC""",
    "changes_that_were_shown": """
        SELECT policy_number, made_at, expires_at, confirmed_at, asked, shown, result
          FROM preview WHERE relation_number = $1 ORDER BY made_at DESC""",
    "quotes_that_were_accepted": """
        SELECT policy_number, quote.kind, made_at, terms
          FROM quote JOIN policy USING (policy_number) JOIN customer USING (customer_id)
         WHERE relation_number = $1 ORDER BY made_at DESC""",
    "homes_whose_position_is_not_known_yet": """
        SELECT policy_number, pending_position.postcode, pending_position.house_number, pending_since
          FROM pending_position JOIN policy USING (policy_number) JOIN customer USING (customer_id)
         WHERE relation_number = $1 ORDER BY pending_since DESC""",
    "who_may_reach_you_for_a_repair": """
        SELECT policy_number, insured_on, partner_id, released, changed_at
          FROM repair_contact JOIN policy USING (policy_number) JOIN customer USING (customer_id)
         WHERE relation_number = $1 ORDER BY changed_at DESC""",
    "questions_and_answers": """
        SELECT asked_at, language, question, answered_at, answer
          FROM question WHERE relation_number = $1 ORDER BY asked_at DESC, question_id DESC""",
    "who_saw_or_changed_something": """
        SELECT recorded_at, role, operation, policy_number, details
          FROM access_record WHERE relation_number = $1 ORDER BY recorded_at DESC, record_id DESC""",
    "requests_for_this_file": """
        SELECT requested_at, ready_at, deleted_at
          FROM personal_data_export WHERE relation_number = $1 ORDER BY requested_at DESC""",
}
"""By relation number. Of who saw or changed something the role is told, as in the list of access records."""
NOTHING_OF_CUSTOMERS: Final = {
    "personal_data_part": "what was collected for such a file",
    "position_lookup_count": "counts by minute",
}
"""The other tables, and why there is nothing to tell of them."""


async def read(answer: Answer, request: CustomerDataRequested) -> None:
    """Add what is held about the customer of `request`."""
    for section, query in SECTIONS.items():
        await answer.add(section, query, request.relation_number)
