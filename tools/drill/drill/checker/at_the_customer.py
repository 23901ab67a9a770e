"""Whether each decision and each order to pay reached its customer once, by what the servers at the other end kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from drill.checker.found import Found, Row, ShortMessage
from drill.checker.journal import Insured, Journal

CHANNELS = ("email", "sms")
SETTLED = {"message_id": "notify.message-settled.v1", "request_id": "notify.claim-message-settled.v1"}
"""Where it is published how messages about decisions, and requested ones, ended; by the column that names them."""
ALLOWED = {"email": {"sent"}, "sms": {"sent", "in_doubt"}}
"""How a message about the newest decision may end, to a customer with sound addresses; an older one may be replaced."""
REPLACED = "superseded"


def messages_reach_customers_once(journal: Journal, found: Found) -> Iterator[str]:
    """Every decision has its two messages, settled, and the servers kept what is settled as sent and nothing else.

    The same mail may have come once more for each answer to it that was lost; an SMS may not. Who is told an amount is
    told the one that was decided or ordered.
    """
    yield from _planned(found)
    yield from _published(found)
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
    newest: dict[str, int] = {}
    for decision in found.decisions:
        newest[decision["claim_id"]] = max(newest.get(decision["claim_id"], 0), decision["claim_version"])
    for decision in found.decisions:
        claim_id, version = decision["claim_id"], decision["claim_version"]
        for channel in CHANNELS:
            ended = states.pop((claim_id, version, channel), [])
            allowed = ALLOWED[channel] | ({REPLACED} if version < newest[claim_id] else set())
            if len(ended) != 1 or ended[0] not in allowed:
                yield f"decision {version} of claim {claim_id} has by {channel}: {', '.join(ended) or 'nothing'}"
    for claim_id, version, channel in states:
        yield f"a message by {channel} tells of decision {version} of claim {claim_id}, which is not stored"
    told = {row["request_id"]: row["state"] for row in found.requested}
    for payment in found.payments:
        state = told.pop(payment["payment_id"], None)
        if state != "sent":
            yield f"the customer was not told of payment {payment['payment_id']}: {state}"
    for request_id in told:
        yield f"the customer was told of payment {request_id}, which is not stored"


def _published(found: Found) -> Iterator[str]:
    """How each message ended is on the wire."""
    ends: dict[str, dict[str, str]] = defaultdict(dict)
    for column, topic in SETTLED.items():
        for record in found.of_topic(topic):
            ends[record.event[column]][record.event_id] = record.event["settlement"]
    for row in (*found.messages, *found.requested):
        told = list(ends.pop(_name(row), {}).values())
        doubted = row["answers_lost"] and row["channel"] == "sms"  # settled again when a receipt ends the doubt
        if not told or told[-1] != row["state"] or (len(told) > 1 and not doubted):
            yield f"message {_name(row)} ended {row['state']}, its topic says {', '.join(told) or 'nothing'}"
    for name in ends:
        yield f"message {name} was published as settled and is not stored"


def _mails(found: Found, insured: Mapping[str, Insured]) -> Iterator[str]:
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    cents: dict[str, frozenset[int]] = {}
    for mail in found.mails:
        name = mail.message_id.removeprefix("<").partition("@")[0]
        kept[mail.recipient][name] += 1
        cents[name] = mail.cents
    amounts = _amounts(found)
    for person, mine in _by_person(_rows(found, "email"), insured).items():
        copies = kept.pop(person.email, Counter())
        for row in mine:
            name = _name(row)
            count = copies.pop(name, 0)
            if row["state"] == "sent" and not 1 <= count <= 1 + row["answers_lost"]:
                yield f"{person.email} got mail {name} {count} times, {row['answers_lost']} answers were lost"
            if row["state"] != "sent" and count > row["answers_lost"]:
                yield f"{person.email} got mail {name}, which ended {row['state']}"
            if count and cents[name] != amounts.get(name, cents[name]):
                yield f"mail {name} names {sorted(cents[name])} cents and not {sorted(amounts[name])}"
        for name in copies:
            yield f"{person.email} got mail {name}, which is none about a claim of theirs"
    for recipient in kept:
        yield f"{recipient} got mail about no claim of theirs"


def _amounts(found: Found) -> Mapping[str, frozenset[int]]:
    """What each message has to name: the amount of an only decision, or of a payment. Later decisions explain more."""
    decided = {(row["claim_id"], row["claim_version"]): row["payable_cents"] or 0 for row in found.decisions}
    versions = Counter(row["claim_id"] for row in found.decisions)
    paid = {row["payment_id"]: row["amount_cents"] for row in found.payments}
    amounts = {
        row["message_id"]: decided[row["claim_id"], row["claim_version"]]
        for row in found.messages
        if versions[row["claim_id"]] == 1 and (row["claim_id"], row["claim_version"]) in decided
    }
    return {name: frozenset({cents} if cents else ()) for name, cents in (amounts | paid).items()}


def _short_messages(found: Found, insured: Mapping[str, Insured]) -> Iterator[str]:
    kept: dict[str, list[ShortMessage]] = defaultdict(list)
    for message in found.short_messages:
        kept[message.destination].append(message)
    amounts = _amounts(found)
    for person, mine in _by_person(_rows(found, "sms"), insured).items():
        sent = sum(row["state"] == "sent" for row in mine)
        in_doubt = sum(row["state"] == "in_doubt" for row in mine)
        got = kept.pop(person.phone, [])
        begun = sum(one.part == 1 for one in got)
        whole = sum(one.part == one.parts for one in got)
        if not sent <= whole <= begun <= sent + in_doubt:
            yield f"{person.phone} got {whole} whole SMS, {sent} are settled as sent and {in_doubt} in doubt"
        named = frozenset[int]().union(*(one.cents for one in got))
        wanted = [amounts[name] for name in map(_name, mine) if name in amounts]
        if len(wanted) == len(mine) and not named <= frozenset[int]().union(*wanted):
            yield f"{person.phone} was told of {sorted(named)} cents by SMS and not of {sorted(map(sorted, wanted))}"
    for destination in kept:
        yield f"{destination} got an SMS about no claim of theirs"


def _rows(found: Found, channel: str) -> Sequence[Row]:
    return [row for row in (*found.messages, *found.requested) if row["channel"] == channel]


def _name(row: Row) -> str:
    """The id of a message, or of a requested one: a mail carries it as its Message-ID."""
    return str(row["message_id"] if "message_id" in row else row["request_id"])


def _by_person(rows: Sequence[Row], insured: Mapping[str, Insured]) -> Mapping[Insured, Sequence[Row]]:
    mine: dict[Insured, list[Row]] = {person: [] for person in insured.values()}
    for row in rows:
        if row["claim_id"] in insured:
            mine[insured[row["claim_id"]]].append(row)
    return mine
