"""Every topic there is. What is generated (schemas, AsyncAPI, the topic page, access rules) is generated from here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from contracts import examples
from contracts.claims import DECISION_RETENTION, DecisionMade, LossReported, RainfallRequested
from contracts.notify import MessageSettled
from contracts.parking import MessageParked
from contracts.policy import ContactChanged, PolicyChanged
from contracts.topic import ONE_MEGABYTE, Event, PersonalData, Topic
from contracts.weather import RainfallAssessed

CLAIMS, WEATHER, POLICY, NOTIFY = "claims-svc", "weather-svc", "policy-svc", "notify-svc"
UPSTREAM, PARTNERS, OPERATORS = "upstream", "repair-partners", "operators"

LOSS_REPORTED = Topic(
    name="claims.loss-reported.v1",
    event=LossReported,
    key="report_id",
    owner=CLAIMS,
    producers=(UPSTREAM,),
    consumers=(CLAIMS,),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=timedelta(days=90),
    examples=(examples.LOSS_REPORTED,),
)
RAINFALL_REQUESTED = Topic(
    name="claims.rainfall-requested.v1",
    event=RainfallRequested,
    key="claim_id",
    owner=CLAIMS,
    producers=(CLAIMS,),
    consumers=(WEATHER,),
    personal_data=PersonalData.LOCATION,
    examples=(examples.RAINFALL_REQUESTED,),
)
RAINFALL_ASSESSED = Topic(
    name="weather.rainfall-assessed.v1",
    event=RainfallAssessed,
    key="claim_id",
    owner=WEATHER,
    producers=(WEATHER,),
    consumers=(CLAIMS,),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(examples.RAINFALL_ASSESSED,),
)
DECISION_MADE = Topic(
    name="claims.decision-made.v1",
    event=DecisionMade,
    key="claim_id",
    owner=CLAIMS,
    producers=(CLAIMS,),
    consumers=(NOTIFY, PARTNERS),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=DECISION_RETENTION,
    examples=(examples.DECISION_MADE,),
)
POLICY_CHANGED = Topic(
    name="policy.policy-changed.v1",
    event=PolicyChanged,
    key="policy_number",
    owner=POLICY,
    producers=(POLICY,),
    consumers=(CLAIMS,),
    personal_data=PersonalData.LOCATION,
    retention=None,
    examples=(examples.POLICY_CHANGED,),
)
CONTACT_CHANGED = Topic(
    name="policy.contact-changed.v1",
    event=ContactChanged,
    key="customer_id",
    owner=POLICY,
    producers=(POLICY,),
    consumers=(NOTIFY,),
    personal_data=PersonalData.CONTACT,
    retention=None,
    examples=(examples.CONTACT_CHANGED,),
)
MESSAGE_SETTLED = Topic(
    name="notify.message-settled.v1",
    event=MessageSettled,
    key="claim_id",
    owner=NOTIFY,
    producers=(NOTIFY,),
    consumers=(OPERATORS,),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(examples.MESSAGE_SETTLED,),
)


def _parked_topic(service: str) -> Topic[MessageParked]:
    """Return the dead-letter topic of `service`; it holds the largest record of any other topic, in base64."""
    return Topic(
        name=f"{service.removesuffix('-svc')}.message-parked.v1",
        event=MessageParked,
        key="parked_id",
        owner=service,
        producers=(service,),
        consumers=(OPERATORS,),
        personal_data=PersonalData.CONTACT,
        partitions=1,
        retention=timedelta(days=90),
        max_message_bytes=3 * ONE_MEGABYTE,
        examples=(examples.MESSAGE_PARKED,),
    )


PARKED = {service: _parked_topic(service) for service in (CLAIMS, WEATHER, POLICY, NOTIFY)}

TOPICS: tuple[Topic[Any], ...] = (
    LOSS_REPORTED,
    RAINFALL_REQUESTED,
    RAINFALL_ASSESSED,
    DECISION_MADE,
    POLICY_CHANGED,
    CONTACT_CHANGED,
    MESSAGE_SETTLED,
    *PARKED.values(),
)

TOPIC_OF: dict[type[Event], Topic[Any]] = {topic.event: topic for topic in TOPICS if topic.event is not MessageParked}
"""The topic of every kind of event; parked messages have one topic per service instead."""
