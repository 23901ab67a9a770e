"""Every metric of notify-svc, by its name."""

from __future__ import annotations

from chassis.telemetry.bounded_metrics import counter, gauge, histogram
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion
from contracts.vocabulary import Channel
from notify_svc.domain.messages import State
from notify_svc.domain.pace import Precedence
from notify_svc.domain.requests import Lane, RequestState
from notify_svc.domain.sms_receipts import Outcome
from notify_svc.domain.waiting import DECISIONS

UNSETTLED = tuple(
    state.value for state in (State.AWAITING_CONTACT, State.DUE, State.SENDING, State.TO_BE_POSTED, State.IN_DOUBT)
)
_PROVIDERS = ("smtp", "smpp", "cm")
_LANES = (DECISIONS, *(lane.value for lane in Lane))

MESSAGES = gauge(
    "notify_messages",
    "Messages that have no certain end yet, requested ones among them; settled ones are counted as they end",
    state=UNSETTLED,
    channel=Channel,
)
OLDEST_UNSENT_SECONDS = gauge(
    "notify_oldest_unsent_seconds",
    "How long the message has waited that is to be sent and first was so, quiet hours included; 0 when there is none",
    channel=Channel,
)
MESSAGES_SETTLED = counter(
    "notify_messages_settled", "Messages settled, by how they ended", channel=Channel, settlement=State
)
ANSWERS_LOST = counter(
    "notify_answers_lost",
    "Attempts whose answer was lost, by what followed",
    channel=Channel,
    step=("retried", "settled"),
)
SEND_RETRIES = counter(
    "notify_send_retries",
    "Attempts that are followed by another, by result",
    channel=Channel,
    result=("deferred", "unreachable", "answer_lost", "lease_lost"),
)
REQUESTS_SETTLED = counter(
    "notify_requests_settled",
    "Requested messages settled, by what they were about and how they ended",
    occasion=tuple(occasion.value for occasions in (Occasion, ClaimOccasion) for occasion in occasions),
    settlement=RequestState,
)
REQUEST_SECONDS = histogram(
    "notify_request_delivery_seconds",
    "From what happened to the server's acceptance of the message about it: how long somebody waits for a code",
    bounds=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600),
    priority=Lane,
)
BOUNCES = counter(
    "notify_bounce_reports",
    "What came to the bounce address, by what became of it",
    outcome=("recorded", "delayed", "too_early", "not_ours", "unreadable"),
)
VALUES_MISSING = counter(
    "notify_values_missing",
    "Attempts that wrote nothing because a value was missing",
    template="the files of texts, and whole messages of a kind",
    key="the values that texts name",
)
SEND_SECONDS = histogram("notify_send_duration_seconds", "From handing over to the answer", channel=Channel)
TURN_SECONDS = histogram(
    "notify_turn_wait_seconds",
    "Time that a message waited for its turn, where the provider's rate is limited",
    bounds=(0.01, 0.05, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
    provider=_PROVIDERS,
    precedence=tuple(precedence.name.lower() for precedence in Precedence),
)
TOO_FAST = counter("notify_too_fast", "Answers of a provider that it was sent too much", provider=_PROVIDERS)
MESSAGES_WAITING = gauge(
    "notify_messages_waiting",
    "Messages that are due and not on their way, of all processes",
    channel=Channel,
    lane=_LANES,
)
OLDEST_WAITING_SECONDS = gauge(
    "notify_oldest_waiting_seconds", "For how long the first of these has been due", channel=Channel, lane=_LANES
)
SMS_RECEIPTS = counter(
    "notify_sms_receipts",
    "Receipts of parts of SMS, by what they report; unknown were about no SMS that is known here, for a day, or could "
    "not be stored",
    outcome=(*(outcome.value for outcome in Outcome), "unknown"),
)
SMS_IN_DOUBT = gauge("notify_sms_in_doubt", "SMS that may have been sent, of all processes: their answer was lost")
