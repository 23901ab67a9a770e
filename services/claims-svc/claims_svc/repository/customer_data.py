"""What claims-svc holds about a customer who asks for it: the claims on their policies, with reports and decisions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

import msgspec

from chassis.customer_data import Answer
from chassis.database import Connection
from claims_svc.repository import stored_proofs
from contracts.codec import to_json
from contracts.personal_data import CustomerDataRequested

SECTIONS: Final = {
    "policies": "SELECT version, state FROM policy WHERE policy_number = ANY ($1) AND state IS NOT NULL",
    "claims": """
        SELECT claim_reference, claim_id, policy_number, report_id, report_version, state, claim_version, opened_at,
               loss_from_at, loss_until_at, statement AS said_first,
               (SELECT other.claim_reference FROM claim AS other
                 WHERE other.claim_id = claim.possible_duplicate_of) AS possible_duplicate_of
          FROM claim WHERE policy_number = ANY ($1) ORDER BY opened_at DESC""",
    "reports": """
        SELECT claim_reference, report FROM opening_report JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY opened_at DESC""",
    "reports_of_a_loss_that_was_reported_before": """
        SELECT claim_reference, joined_at, joined_report.report FROM joined_report JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY joined_at DESC""",
    "what_happened_to_reports": """
        SELECT claim_reference, report_event.report_id, kind, details, happened_at
          FROM report_event JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY place DESC""",
    "what_was_told_later": """
        SELECT claim_reference, told_at, contents FROM supplement JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY place DESC""",
    "what_was_asked": """
        SELECT claim_reference, code, asked_at FROM question JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY place DESC""",
    "what_people_decided": """
        SELECT claim_reference, decided_at, contents FROM ruling JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY place DESC""",
    "what_was_done_about_claims": """
        SELECT claim_reference, kind, role, reason, details, done_at FROM desk_action JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY place DESC""",
    "what_people_wanted_to_decide": """
        SELECT claim_reference, rulings, move, more_cents, proposed_at, proposal.state, judged_at, reason
          FROM proposal JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY proposed_at DESC""",
    "photos_and_documents": """
        SELECT claim_reference, file_id, media_type, size_bytes, pages, sha256, added_as, added_at, removed_at,
               removal_reason
          FROM file JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY added_at DESC""",
    "reviews_that_were_asked": """
        SELECT claim_reference, review.claim_version, reason, review.opened_at, due_at, ended_as, ended_at, answer
          FROM review JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY review.opened_at DESC""",
    "answers_about_rain": """
        SELECT claim_reference, answer FROM rainfall JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY opened_at DESC""",
    "what_people_were_asked_to_look_at": """
        SELECT claim_reference, human_review.claim_version, reason, raised_at, closed_at, closed_as
          FROM human_review JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY raised_at DESC""",
    "parts_of_the_deductible": """
        SELECT claim_reference, family, event_use.loss_from_at, covered_cents, estimated_cents, borne_cents
          FROM event_use JOIN claim USING (claim_id)
         WHERE event_use.policy_number = ANY ($1) ORDER BY event_use.loss_from_at DESC""",
    "promises_to_take_a_claim_up": """
        SELECT claim_reference, made_at, due_at, warned_at, kept_at, broken_at FROM promise JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY made_at DESC""",
    "messages_sent_or_not": """
        SELECT claim_reference, about, channel, settlement, settled_at FROM message_settled JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY settled_at DESC, message_id""",
    "payments": """
        SELECT claim_reference, payment.claim_version, amount_cents, ordered_at, ended_at, failure
          FROM payment JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY ordered_at DESC, payment_id""",
    "repairs": """
        SELECT claim_reference, repair_job.state, wanted, requested_at, partner_id, accepted_at, agreed_at, over_at,
               repaired_cents, collected_cents
          FROM repair_job JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY requested_at DESC""",
    "what_happened_to_repairs": """
        SELECT claim_reference, kind, repair_event.partner_id, happened_at
          FROM repair_event JOIN repair_job USING (job_id) JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY place DESC""",
    "calls_of_the_salvage_foundation": """
        SELECT claim_reference, called_at, note, recorded_at
          FROM salvage_call JOIN claim USING (claim_id)
         WHERE policy_number = ANY ($1) ORDER BY called_at DESC""",
    "what_claims_were_about_before": """
        SELECT claim_reference, former_outline.loss_from_at, former_outline.loss_until_at
          FROM former_outline JOIN claim USING (claim_id)
         WHERE former_outline.policy_number = ANY ($1) ORDER BY place DESC""",
}
"""By policy numbers. Decisions are not among them: their proofs are stored packed."""
DECISIONS: Final = """
    SELECT claim_reference, decision.claim_version, decided_at, proof_sha256, proof
      FROM decision JOIN claim USING (claim_id)
     WHERE policy_number = ANY ($1) ORDER BY decided_at DESC, decision.claim_version DESC"""
NOTHING_OF_CUSTOMERS: Final = {
    "policy_change": "versions of policies that claims have not followed yet: policy-svc tells them",
    "desk_case": "which claims wait for a handler",
    "stored_object": "under which names the contents of files are kept",
    "payments_looked_through": "until when orders to pay have been looked through",
    "wait": "which claims wait until when",
    "proof_to_append": "which decisions are to enter the tree",
    "proof_leaf": "hashes of decisions",
    "proof_node": "hashes of hashes",
    "proof_root": "hashes of hashes",
}
"""The other tables, and why there is nothing to tell of them."""


async def read(answer: Answer, request: CustomerDataRequested) -> None:
    """Add what is held about the customer of `request`: each decision with its proof, which holds the rain as well."""
    numbers = list(request.policy_numbers)
    for section, query in SECTIONS.items():
        await answer.add(section, query, numbers)
    await answer.add_each("decisions", _decisions(answer.connection, numbers))


async def _decisions(connection: Connection, policy_numbers: Sequence[str]) -> AsyncIterator[bytes]:
    async for row in connection.cursor(DECISIONS, policy_numbers):
        yield to_json({**row, "proof": _json_of(stored_proofs.unpack(row["proof"]))})


def _json_of(proof: bytes) -> msgspec.Raw | bytes:
    """Return a proof as it was hashed; one that was damaged, and is no JSON any more, is told in base64."""
    try:
        return msgspec.json.decode(proof, type=msgspec.Raw)
    except msgspec.DecodeError:
        return proof
