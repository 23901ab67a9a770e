"""What portal-svc publishes: nothing of its own, and what it could not process, as every service."""

from __future__ import annotations

from contracts.dead_letters import dead_letter_topic

DEAD_LETTERS = dead_letter_topic("portal-svc")
