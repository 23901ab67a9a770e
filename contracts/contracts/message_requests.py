"""What a service asks notify-svc to tell a customer: what happened, and to whom by id; notify-svc has the words.

A security code, a one-use link and an address that only the requester knows travel in `sealed`, which notify-svc alone
can open. The record shows none of them, nor does anything that keeps the record.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.topic import Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    EmailAddress,
    Instant,
    PhoneNumber,
    PolicyNumber,
    RelationNumber,
    within_limits,
)


class Occasion(StrEnum):
    """What happened to an account, a customer or a policy."""

    ACTIVATION_REQUESTED = "activation_requested"
    ACTIVATED = "activated"
    LOGIN_CODE_REQUESTED = "login_code_requested"
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105 - an occasion
    NEW_DEVICE_USED = "new_device_used"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an occasion
    EMAIL_CHANGED = "email_changed"
    """Goes to the address it was before, which is sealed, with a link that undoes it."""
    MOBILE_PHONE_CHANGED = "mobile_phone_changed"
    """With a link that undoes it."""
    LOGIN_BLOCKED = "login_blocked"
    """Too many wrong passwords; a password reset lifts it."""
    SECOND_STEP_FAILED = "second_step_failed"
    """Too many wrong codes: somebody knows the password."""
    PHONE_CODE_REQUESTED = "phone_code_requested"
    """A code that shows that a mobile number, which is sealed, is the customer's."""
    MOBILE_PHONE_LEFT = "mobile_phone_left"
    """Goes by SMS to the number that is not used any more, which is sealed."""
    EMAIL_CONFIRMATION_REQUESTED = "email_confirmation_requested"
    """Goes to the new address, which is sealed, with a link that shows that it is the customer's."""
    AUTHENTICATOR_ADDED = "authenticator_added"
    """A passkey, an authenticator app or a PIN; with a link that undoes it."""
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    """With a link that undoes it."""
    CHANGES_UNDONE = "changes_undone"
    """The account is as it was before; a new password must be chosen."""
    CHANGES_UNDONE_AND_SUSPENDED = "changes_undone_and_suspended"
    """The account is as it was before; nobody gets in until its owner has called, because a number, an authenticator
    app or a passkey came back, or it was suspended before."""
    ACCOUNT_REINSTATED = "account_reinstated"
    """After a call, perhaps with another number, or without passkeys and app."""
    WELCOME = "welcome"
    """Somebody has become a customer."""
    POLICY_ADDED = "policy_added"
    """A customer has another policy."""
    POLICY_CHANGED = "policy_changed"
    """A new version of the policy is ready."""
    POLICY_RENEWED = "policy_renewed"
    POLICY_CANCELLED = "policy_cancelled"
    PERSONAL_DATA_CHANGED = "personal_data_changed"
    """Goes to the addresses before and after the change."""
    PERSONAL_DATA_READY = "personal_data_ready"
    """What is held about the customer can be downloaded."""
    QUESTION_ANSWERED = "question_answered"
    """A person has answered what the customer asked; the answer is read after logging in."""


POLICY_OCCASIONS: AbstractSet[Occasion] = frozenset(
    {
        Occasion.WELCOME,
        Occasion.POLICY_ADDED,
        Occasion.POLICY_CHANGED,
        Occasion.POLICY_RENEWED,
        Occasion.POLICY_CANCELLED,
    }
)
"""What is told about one policy, which the request names."""
CUSTOMER_OCCASIONS: AbstractSet[Occasion] = POLICY_OCCASIONS | {
    Occasion.PERSONAL_DATA_CHANGED,
    Occasion.PERSONAL_DATA_READY,
    Occasion.QUESTION_ANSWERED,
}
"""What policy-svc tells. The others are about an account, and only auth-svc tells them."""
CODE_OCCASIONS: AbstractSet[Occasion] = frozenset({Occasion.LOGIN_CODE_REQUESTED, Occasion.PHONE_CODE_REQUESTED})
"""What is told with a security code."""
LINK_OCCASIONS: AbstractSet[Occasion] = frozenset(
    {
        Occasion.ACTIVATION_REQUESTED,
        Occasion.PASSWORD_RESET_REQUESTED,
        Occasion.EMAIL_CHANGED,
        Occasion.MOBILE_PHONE_CHANGED,
        Occasion.EMAIL_CONFIRMATION_REQUESTED,
        Occasion.AUTHENTICATOR_ADDED,
        Occasion.AUTHENTICATOR_REMOVED,
    }
)
"""What is told with a one-use link."""


LONGEST_VALIDITY = timedelta(days=7)
"""For as long a request may wait to be sent: what is sealed is kept no longer, on the topic nor in a table."""


class Priority(StrEnum):
    """Who goes first. Neither waits for decisions, and urgent ones do not wait for the others."""

    URGENT = "urgent"
    """Somebody sits at a screen and waits for it."""
    ORDINARY = "ordinary"


Sealed = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}\Z",
        max_length=8_192,
        description="JSON Web Encryption in the compact form, ECDH-ES+A256KW and A256GCM, for notify-svc's key",
    ),
]
SecurityCode = Annotated[str, Meta(pattern=r"^[0-9]{6,10}\Z")]
OneUseLink = Annotated[str, Meta(pattern=r"^https://[!-~]+\Z", max_length=2_000)]


class SealedContents(Part):
    """What is in `sealed`, as JSON.

    It repeats the request and the customer it was sealed for, so that nobody can put it into another request. An
    address here comes before those of the customer's contact data: the one before a change, or one being confirmed.
    """

    request_id: UUID
    customer_id: UUID
    code: SecurityCode | None = None
    link: OneUseLink | None = None
    email: EmailAddress | None = None
    mobile_phone: PhoneNumber | None = None

    def __repr__(self) -> str:  # type: ignore[explicit-override] # typing has no `override` before Python 3.12
        """Name the type only: a code in a traceback or a log is a code that was told to others."""
        return f"{type(self).__name__}(…)"


class MessageRequested(Event):
    """Something happened to an account that its customer must be told.

    Published by the service that knows of it, once per `request_id`. What is not sent by `expires_at` is not sent at
    all. A request that `replaces` another keeps that from being sent: the code in it is not valid any more. What is
    told with a code or a link has it `sealed`, and is refused without.
    """

    request_id: UUID
    customer_id: UUID
    relation_number: RelationNumber
    occasion: Occasion
    occurred_at: Instant
    priority: Priority
    expires_at: Annotated[Instant, Meta(description="After occurred_at, by 7 days at most")]
    replaces: UUID | None = None
    sealed: Sealed | None = None

    def __post_init__(self) -> None:
        _check_validity(self.occurred_at, self.expires_at)
        if self.occasion in CUSTOMER_OCCASIONS:
            raise ValueError("occasion is not about an account; policy-svc tells it on a topic of its own")


class CustomerMessageRequested(Event):
    """Something happened to a customer or a policy that the customer must be told.

    Published by policy-svc, once per `request_id`, on a topic of its own: a record does not prove who wrote it, the
    topic does, and so nobody who may write about policies can have login codes sent. What is not sent by `expires_at`
    is not sent at all. What is about a policy names it with a day, and is refused without. `sealed` holds
    the address it goes to, where that must not be the one that is known when it is sent, and nothing else.
    """

    request_id: UUID
    customer_id: UUID
    relation_number: RelationNumber
    occasion: Occasion
    occurred_at: Instant
    expires_at: Annotated[Instant, Meta(description="After occurred_at, by 7 days at most")]
    policy_number: Annotated[PolicyNumber | None, Meta(description="Which policy it is about")] = None
    effective_on: Annotated[date | None, Meta(description="From which Dutch day the policy is so")] = None
    sealed: Sealed | None = None

    def __post_init__(self) -> None:
        _check_validity(self.occurred_at, self.expires_at)
        if self.occasion not in CUSTOMER_OCCASIONS:
            raise ValueError("occasion is about an account; auth-svc alone tells it")
        if self.policy_number is not None and self.policy_number.partition("-")[0] != self.relation_number:
            raise ValueError("policy_number must be one of this relation_number")
        if self.occasion in POLICY_OCCASIONS and (self.policy_number is None or self.effective_on is None):
            raise ValueError("policy_number and effective_on must be given when occasion is about a policy")


def _check_validity(occurred_at: datetime, expires_at: datetime) -> None:
    within_limits(occurred_at, expires_at)
    if not timedelta(0) < expires_at - occurred_at <= LONGEST_VALIDITY:
        raise ValueError("expires_at must lie after occurred_at, by 7 days at most")


_HAPPENED_AT = datetime(2021, 7, 15, 6, 12, tzinfo=UTC)
_MESSAGE_REQUESTED_EXAMPLE = MessageRequested(
    request_id=UUID("0198c5f4-0a0b-7c0d-8e0f-202122232425"),
    customer_id=example_values.CUSTOMER_ID,
    relation_number="123456",
    occasion=Occasion.LOGIN_CODE_REQUESTED,
    occurred_at=_HAPPENED_AT,
    priority=Priority.URGENT,
    expires_at=_HAPPENED_AT + timedelta(minutes=5),
    sealed=(
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJraWQiOiJ3ckt4dk5YMDVKakp5T3AybU84T0dGOGE5TnJH"
        "MmhRenY1cTFUY0U2bTh3IiwiZXBrIjp7ImNydiI6IlgyNTUxOSIsImt0eSI6Ik9LUCIsIngiOiJrUHdienRLZDNXZzVLZS1QOU9r"
        "MGloaEM1cm53OGFqdUUxWG9wRjBsMWg0In19.tT1Fmjcj2CdQDKWJLelN-LPOrah56ftXIQIR1n8mrC3voHYe0J0Suw.tqZWNhON"
        "11ocD0p1.pjZSoLzn5pkZXXwpFjd6IzvQbnh8YGXI1sPNxiSmTXEq_iqqmmFcUleJdiLcUmYjQlbuO9AGqVuNYrQpiEFC3W5Oeju"
        "vYSW6ozds4s7BnXyJRD_VcK9bddIeXy2JsFD71Eh9IxZ2_MJrU26GVhFCRVtkM4qsaQ_nkwQ.qIS2SYTHO3dYF66izXaRXA"
    ),
)
MESSAGE_REQUESTED = Topic(
    name="notify.message-requested.v1",
    event=MessageRequested,
    key="customer_id",
    owner="notify-svc",
    producers=("auth-svc",),
    consumers=("notify-svc",),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=LONGEST_VALIDITY,
    holds_secrets=True,
    examples=(_MESSAGE_REQUESTED_EXAMPLE,),
)
_POLICY_CHANGED_EXAMPLE = CustomerMessageRequested(
    request_id=UUID("0198c5f4-1a1b-7c1d-8e2f-202122232425"),
    customer_id=example_values.CUSTOMER_ID,
    relation_number="123456",
    occasion=Occasion.POLICY_CHANGED,
    occurred_at=_HAPPENED_AT,
    expires_at=_HAPPENED_AT + LONGEST_VALIDITY,
    policy_number=example_values.POLICY_NUMBER,
    effective_on=date(2021, 7, 16),
)
CUSTOMER_MESSAGE_REQUESTED = Topic(
    name="notify.customer-message-requested.v1",
    event=CustomerMessageRequested,
    key="customer_id",
    owner="notify-svc",
    producers=("policy-svc",),
    consumers=("notify-svc",),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=LONGEST_VALIDITY,
    holds_secrets=True,
    examples=(_POLICY_CHANGED_EXAMPLE,),
)
