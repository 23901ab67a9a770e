"""How claims are handled: the promises and limits that decide nothing about cover or money, hence stand in no proof."""

from __future__ import annotations

from datetime import timedelta

ANSWER_WAIT = timedelta(days=14)
"""How long a claim waits for answers before it is decided without them (ours)."""
HANDLER_LIMIT_CENTS = 500_000
"""What a handler may decide alone to be paid besides, on one claim, unless a setting says otherwise (ours)."""
SENIOR_LIMIT_CENTS = 2_500_000
"""The same of a senior handler (ours)."""
FAILED_PAYMENT_WITHIN = timedelta(days=2)
"""How soon a handler looks at a payment that failed (ours)."""
REPAIR_OFFERED = frozenset({"home-2021.1"})
"""The versions of products that offer repair instead of money (ours: "in some cases a partner is brought in")."""
REPAIR_ACCEPTED_WITHIN = timedelta(days=3)
"""How long a partner has to accept a job; after that the customer gets money (ours)."""
REPAIR_CONSENT_REMINDER_AFTER_WORKING_DAYS = 2
"""When who has not agreed that the partner may call is asked once more (ours)."""
REPAIR_CONSENT_WITHIN_WORKING_DAYS = 5
"""When a handler calls them instead (ours)."""
REPAIR_COMPLETED_WITHIN_WORKING_DAYS = 30
"""When a handler asks what became of a repair that a partner has accepted (ours)."""
PAYMENT_SETTLED_WITHIN = timedelta(days=7)
"""When a handler asks what became of a payment of which nobody has told how it ended (ours)."""
TAKE_UP_WITHIN_WORKING_DAYS = 2
"""How soon a claim that waits for a person is taken up (ours; the insurer promises it elsewhere)."""
REVIEW_WITHIN_WORKING_DAYS = 10
"""How soon a review that a customer asked for has its outcome (ours)."""
