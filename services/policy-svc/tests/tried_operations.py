"""Which operations Schemathesis tries, by who asks: together all that there are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DESCRIPTION: Final = Path(__file__).parents[3] / "contracts" / "generated" / "openapi" / "policy-svc.json"
MISSED: Final = "Missing test data"
"""How a report begins to name operations that only ever found nothing."""

BY_EVERYBODY: Final = (
    "read_products",
    "get_policy_terms",
    "read_clauses",
    "tell_reinstatement_value",
    "ask_quote",
    "read_quote",
    "apply",
    "apply_as_customer",
)
"""And an application of who is a customer already."""
OF_POLICIES: Final = (
    "read_customer",
    "list_policies",
    "read_policy",
    "list_versions",
    "read_conditions",
    "list_declarations",
    "read_declaration",
    "read_access_records",
)
OF_DOCUMENTS: Final = ("get_schedule", "get_green_card", "list_documents", "get_document")
OF_PERSONAL_DATA: Final = (
    "request_personal_data",
    "list_personal_data_exports",
    "read_personal_data_export",
    "get_personal_data",
)
OF_POLICY_CHANGES: Final = ("preview_change", "read_change_preview", "confirm_change")
OF_CONTACT_CHANGES: Final = ("preview_personal_data", "confirm_personal_data")
OF_QUESTIONS: Final = ("ask_question", "list_questions")
BY_HANDLERS: Final = ("list_waiting_questions", "read_question", "answer_question")
BY_PARTNERS: Final = ("read_repair_contact",)
BY_OPERATORS: Final = (
    "read_health",
    "read_lag",
    "read_timers",
    "read_outbox",
    "list_dead_letters",
    "show_dead_letter",
    "replay_dead_letter",
    "discard_dead_letter",
)

ALL: Final = (
    *BY_EVERYBODY,
    *OF_POLICIES,
    *OF_DOCUMENTS,
    *OF_PERSONAL_DATA,
    *OF_POLICY_CHANGES,
    *OF_CONTACT_CHANGES,
    *OF_QUESTIONS,
    *BY_HANDLERS,
    *BY_PARTNERS,
    *BY_OPERATORS,
)
