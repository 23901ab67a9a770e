"""Whether each decision and each order to pay reached its customer once, by what the servers at the other end kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from drill.checker.found import Found, Row
from drill.checker.journal import Insured, Journal

CHANNELS = ("email", "sms")
ALLOWED = {"email": {"sent", "superseded"}, "sms": {"sent", "superseded", "in_doubt"}}
"""How a message to a customer with sound addresses may end. Which SMS may be missing is counted by `answers_lost`."""


def messages_reach_customers_once(journal: Journal, found: Found) -> Iterator[str]:
    """Every decision has its two messages, settled, and the servers kept as many as are settled as sent.

    The same mail may have come once more for each answer to it that was lost; an SMS may not.
    """
    yield from _planned(found)
    insured = {
        row["claim_id"]: journal.insured[row["policy_number"]]
        for row in found.claims
        if row["policy_number"] in journal.insured
    }
    yield from _mails(found, insured)
    yield from _short_messages(found, insured)


def _planned(found: Found) -> Iterator[str]:
    states: dict[tuple[str, int, str], list[str]] = defaultdict(list)
    for row in found.messages:
        states[row["claim_id"], row["claim_version"], row["channel"]].append(row["state"])
    for decision in found.decisions:
        claim_id, version = decision["claim_id"], decision["claim_version"]
        for channel in CHANNELS:
            ended = states.get((claim_id, version, channel), [])
            if len(ended) != 1 or ended[0] not in ALLOWED[channel]:
                yield f"decision {version} of claim {claim_id} has by {channel}: {', '.join(ended) or 'nothing'}"
    told = {row["request_id"]: row["state"] for row in found.requested}
    for payment in found.payments:
        state = told.get(payment["payment_id"])
        if state != "sent":
            yield f"the customer was not told of payment {payment['payment_id']}: {state}"


def _mails(found: Found, insured: Mapping[str, Insured]) -> Iterator[str]:
    rows = [row for row in (*found.messages, *found.requested) if row["channel"] == "email"]
    copies: dict[str, Counter[str]] = defaultdict(Counter)
    for recipient, message_id in found.mails:
        copies[recipient][message_id] += 1
    for person, mine in _by_person(rows, insured).items():
        kept = copies.pop(person.email, Counter())
        sent = sum(row["state"] == "sent" for row in mine)
        repeated = sum(kept.values()) - len(kept)
        lost = sum(row["answers_lost"] for row in mine)
        if len(kept) != sent:
            yield f"{person.email} got {len(kept)} different mails, {sent} are settled as sent"
        if repeated > lost:
            yield f"{person.email} got {repeated} mails again, {lost} answers were lost"
    for recipient in copies:
        yield f"{recipient} got mail about no claim of theirs"


def _short_messages(found: Found, insured: Mapping[str, Insured]) -> Iterator[str]:
    rows = [row for row in (*found.messages, *found.requested) if row["channel"] == "sms"]
    kept = Counter(destination for destination, part in found.short_messages if part == 1)
    for person, mine in _by_person(rows, insured).items():
        sent = sum(row["state"] == "sent" for row in mine)
        in_doubt = sum(row["state"] == "in_doubt" for row in mine)
        got = kept.pop(person.phone, 0)
        if not sent <= got <= sent + in_doubt:
            yield f"{person.phone} got {got} SMS, {sent} are settled as sent and {in_doubt} in doubt"
    for destination in kept:
        yield f"{destination} got an SMS about no claim of theirs"


def _by_person(rows: Sequence[Row], insured: Mapping[str, Insured]) -> Mapping[Insured, Sequence[Row]]:
    mine: dict[Insured, list[Row]] = {person: [] for person in insured.values()}
    for row in rows:
        if row["claim_id"] in insured:
            mine[insured[row["claim_id"]]].append(row)
    return mine
