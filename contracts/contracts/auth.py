"""What auth-svc publishes: what happened to accounts and machine clients, for those who watch over security."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.topic import Event, PersonalData, Topic
from contracts.vocabulary import Instant, within_limits


class SecurityEvent(StrEnum):
    """What happened. The audit trail uses the same words."""

    ACTIVATION_REQUESTED = "activation_requested"
    ACCOUNT_ACTIVATED = "account_activated"
    LOGIN_SUCCEEDED = "login_succeeded"
    LOGIN_FAILED = "login_failed"
    LOGIN_BLOCKED = "login_blocked"
    """Too many wrong passwords in a row: the account takes none for a while."""
    CODE_SENT = "code_sent"
    CODE_REFUSED = "code_refused"
    SECOND_STEP_FAILED = "second_step_failed"
    """So many codes were refused that somebody may know the password: the owner is told, once a day."""
    LIMIT_REACHED = "limit_reached"
    IDENTITY_CONFIRMED = "identity_confirmed"
    """Somebody who is logged in has shown anew who they are, before a change."""
    DEVICE_REMEMBERED = "device_remembered"
    DEVICE_FORGOTTEN = "device_forgotten"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an event
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105 - an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 - an event
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    EMAIL_CHANGED = "email_changed"
    MOBILE_PHONE_CHANGED = "mobile_phone_changed"
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    CHANGES_UNDONE = "changes_undone"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"
    TOKENS_GRANTED = "tokens_granted"
    TOKENS_REVOKED = "tokens_revoked"
    """A client gave back what it had been given in a session."""
    TOKEN_REUSED = "token_reused"  # noqa: S105 - an event
    """A refresh token or an authorization code came a second time: its session was ended."""
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_REINSTATED = "account_reinstated"
    STAFF_INVITED = "staff_invited"
    STAFF_TEAM_CHANGED = "staff_team_changed"
    CLIENT_CHANGED = "client_changed"
    KEY_ROTATED = "key_rotated"
    AUDIT_TRAIL_READ = "audit_trail_read"


class SecurityEventRecorded(Event):
    """Something happened to an account or a machine client. Published for everything of the kind on the audit trail.

    Attempts on what does not exist are on the trail only.
    """

    event_id: UUID
    subject_id: Annotated[UUID, Meta(description="The account, or the machine client")]
    what: SecurityEvent
    occurred_at: Instant

    def __post_init__(self) -> None:
        within_limits(self.occurred_at)


SECURITY_EVENT_RECORDED = Topic(
    name="auth.security-event-recorded.v1",
    event=SecurityEventRecorded,
    key="subject_id",
    owner="auth-svc",
    producers=("auth-svc",),
    consumers=("operators",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(
        SecurityEventRecorded(
            event_id=UUID("0198c5f4-0a0b-7c0d-8e0f-303132333435"),
            subject_id=example_values.ACCOUNT_ID,
            what=SecurityEvent.LOGIN_SUCCEEDED,
            occurred_at=datetime(2021, 7, 15, 6, 12, tzinfo=UTC),
        ),
    ),
)
DEAD_LETTERS = dead_letter_topic("auth-svc")
