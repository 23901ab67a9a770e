"""What claims-svc answers to every report on Kafka, for the system that sent it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.topic import Event, Part, PersonalData, Topic
from contracts.vocabulary import Version


class ReportedState(StrEnum):
    """Where the claim stands that a report has come to."""

    WAITING_FOR_POLICY = "waiting_for_policy"
    """The policy that the report names is not known yet."""
    WAITING_FOR_RAINFALL = "waiting_for_rainfall"
    WAITING_FOR_ANSWER = "waiting_for_answer"
    """For what is asked of whoever reported the loss."""
    REFERRED = "referred"
    """A handler decides."""
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class ReportReceived(Event):
    """A report was taken.

    Published once for each record of `claims.loss-reported.v1` that can be read: a record that comes again under its
    own ce_id was answered before, and a report that is sent again under a new one is answered again, as its claim
    stands then.
    """

    report_id: UUID
    report_version: Annotated[Version, Meta(description="As the record says")]
    is_new: Annotated[
        bool, Meta(description="False: this version or a higher one was known, and what this one says changed nothing")
    ]
    claim_id: UUID
    claim_reference: Annotated[str, Meta(description="The reference that people use: W and ten letters or digits")]
    joined: Annotated[bool, Meta(description="Whether another report of the same loss had opened the claim")]
    state: ReportedState
    open_questions: Annotated[
        tuple[str, ...],
        Meta(description="What is still to be told, most telling first, such as facts.toilet_overflowed or damage"),
    ] = ()
    ignored_fields: Annotated[
        tuple[str, ...],
        Meta(
            description="Fields that nobody knows, the first 20: misspelt, or of another version. "
            "A name that is none of a field is told as *"
        ),
    ] = ()


_REPORT_RECEIVED_EXAMPLE = ReportReceived(
    report_id=example_values.REPORT_ID,
    report_version=1,
    is_new=True,
    claim_id=example_values.CLAIM_ID,
    claim_reference="W7XK2M9QD4T",
    joined=False,
    state=ReportedState.WAITING_FOR_RAINFALL,
    ignored_fields=("damage.0.ammount_cents",),
)
REPORT_RECEIVED = Topic(
    name="claims.report-received.v1",
    event=ReportReceived,
    key="report_id",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("upstream",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(_REPORT_RECEIVED_EXAMPLE,),
)


class ReportError(Part):
    """One thing that is wrong with a record."""

    field: Annotated[
        str, Meta(description="A field of the report, such as damage.0.kind, or key, value, record or header ce_id")
    ]
    change: Annotated[str, Meta(description="What to send there")]


class ReportRejected(Event):
    """A record of `claims.loss-reported.v1` was not taken as a report; it is kept as a dead letter.

    Published once for each such record. No content of it is repeated: what leads back to it is where it lies in the
    topic, and as far as they can be read and have the form of an identifier, its key, its ce_id and its report_id.
    """

    sent_as: Annotated[
        str,
        Meta(description="The report_id, else the record's key, else its ce_id, else partition/offset"),
    ]
    report_id: UUID | None = None
    event_id: Annotated[str | None, Meta(description="The record's ce_id")] = None
    partition: int
    offset: int
    code: Annotated[
        str,
        Meta(
            description="Stable, for programs: wrong-schema, not-json, wrong-key, reported-in-the-future, … "
            "handler-failed: nothing is wrong with it; it is taken up when the fault on our side is mended"
        ),
    ]
    errors: Annotated[tuple[ReportError, ...], Meta(min_length=1, description="The first 20")]
    dead_letter_id: Annotated[UUID, Meta(description="What the operators of claims-svc know it by")]


_REPORT_REJECTED_EXAMPLE = ReportRejected(
    sent_as=str(example_values.REPORT_ID),
    report_id=example_values.REPORT_ID,
    event_id="0198c5f2-5c1a-7c43-9a51-6f2f3b1c7d1f",
    partition=3,
    offset=1_042,
    code="wrong-schema",
    errors=(ReportError(field="policy_number", change="must be text, in quotes"),),
    dead_letter_id=UUID("0198c5f3-1a1b-7c1d-8e1f-202122232425"),
)
REPORT_REJECTED = Topic(
    name="claims.report-rejected.v1",
    event=ReportRejected,
    key="sent_as",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("upstream",),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(_REPORT_REJECTED_EXAMPLE,),
)
