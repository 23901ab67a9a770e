"""Everything that is held about one customer: policy-svc asks the services for it, and each seals what it has for it.

A request names the key to seal for, so that nobody else needs a setting. Who may name one follows from who may write
the topic. An answer that is larger than a record comes in parts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.topic import Event, Part, PersonalData, Topic
from contracts.vocabulary import Instant, PolicyNumber, RelationNumber, within_limits

ANSWERED_WITHIN: Final = timedelta(hours=24)
"""What comes later is not in the file."""
_KEPT_FOR = 2 * ANSWERED_WITHIN
PART_BYTES: Final = 400 * 1024
"""What one part holds at most, before it is sealed: base64 makes it 16/9 as large, and a record holds 1 MiB."""
MOST_PARTS: Final = 64
"""25 MiB of one service: more is not given at once."""


class Holder(StrEnum):
    """A service that holds something about customers. weather-svc knows none."""

    POLICY = "policy-svc"
    AUTH = "auth-svc"
    CLAIMS = "claims-svc"
    NOTIFY = "notify-svc"


ASKED: Final = (Holder.AUTH, Holder.CLAIMS, Holder.NOTIFY)
"""Those that policy-svc asks; what it holds itself it knows."""


class CustomerDataRequested(Event):
    """A customer wants to have everything that is held about them.

    Published once per `request_id`. What is held is sealed for `public_key`, and not given any more after `expires_at`.
    """

    request_id: UUID
    customer_id: UUID
    relation_number: RelationNumber
    policy_numbers: Annotated[tuple[PolicyNumber, ...], Meta(description="All that the customer has or had")]
    public_key: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{43}=\Z", description="X25519, 32 bytes in base64")]
    expires_at: Instant

    def __post_init__(self) -> None:
        within_limits(self.expires_at)


class CustomerDataPart(Part):
    """What is in `sealed`, as JSON: the next bytes of what a service holds, which is JSON, too.

    It repeats for which request it was sealed, so that nobody can put it into another customer's file.
    """

    request_id: UUID
    holder: Holder
    part: int
    data: bytes

    def __repr__(self) -> str:  # type: ignore[explicit-override] # typing has no `override` before Python 3.12
        """Name the type only: this is what nobody else may read."""
        return f"{type(self).__name__}(…)"


class CustomerDataProvided(Event):
    """One part of what a service holds about a customer.

    Published once per part, all parts of an answer at once.
    """

    request_id: UUID
    holder: Holder
    part: Annotated[int, Meta(ge=1, le=MOST_PARTS)]
    parts: Annotated[int, Meta(ge=1, le=MOST_PARTS, description="Of how many")]
    sealed: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}\Z",
            max_length=1_000_000,
            description="JSON Web Encryption in the compact form, ECDH-ES+A256KW and A256GCM, for the request's key",
        ),
    ]

    def __post_init__(self) -> None:
        if self.part > self.parts:
            raise ValueError("part must be at most parts")


_REQUEST_ID = UUID("0198c5f5-0a0b-7c0d-8e0f-202122232425")
CUSTOMER_DATA_REQUESTED = Topic(
    name="policy.customer-data-requested.v1",
    event=CustomerDataRequested,
    key="customer_id",
    owner="policy-svc",
    producers=("policy-svc",),
    consumers=tuple(holder.value for holder in ASKED),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=_KEPT_FOR,
    examples=(
        CustomerDataRequested(
            request_id=_REQUEST_ID,
            customer_id=example_values.CUSTOMER_ID,
            relation_number="123456",
            policy_numbers=(example_values.POLICY_NUMBER,),
            public_key="hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=",
            expires_at=datetime(2021, 7, 16, 6, 12, tzinfo=UTC),
        ),
    ),
)
CUSTOMER_DATA_PROVIDED = Topic(
    name="policy.customer-data-provided.v1",
    event=CustomerDataProvided,
    key="request_id",
    owner="policy-svc",
    producers=tuple(holder.value for holder in ASKED),
    consumers=("policy-svc",),
    personal_data=PersonalData.CONTACT,
    retention=_KEPT_FOR,
    holds_secrets=True,
    examples=(
        CustomerDataProvided(
            request_id=_REQUEST_ID, holder=Holder.AUTH, part=1, parts=1, sealed="eyJh.bGci.OiJF.Q0RI.LUVT"
        ),
    ),
)
