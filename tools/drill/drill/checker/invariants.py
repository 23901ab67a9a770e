"""What must be true once nothing moves any more. Each function yields what violates one invariant; none: it holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from drill.checker import at_the_customer, bookkeeping, oracle
from drill.checker.found import Found, Row
from drill.checker.journal import Journal

DECISIONS = "claims.decision-made.v1"
PAYMENTS = "claims.payment-ordered.v1"
ANSWERS = "claims.report-received.v1"
NAMES_A_CLAIM = (DECISIONS, PAYMENTS, ANSWERS, "claims.rainfall-requested.v1", "weather.rainfall-assessed.v1")
PUBLISHED = ("outcome", "deciding_ground", "payable_cents", "proof_sha256")
"""What of a decision is compared with its event."""
ORDERED = ("claim_id", "claim_version", "amount_cents")
"""What of an order to pay is compared with its event."""
STATE_AFTER = {"covered": "decided", "denied": "decided", "referred": "referred"}


Tables: TypeAlias = Mapping[str, str]
"""A hash of each table: `databases.fingerprints`."""


class Violation(NamedTuple):
    """One thing that is wrong, by the invariant that it violates."""

    invariant: str
    what: str


def violations(journal: Journal, found: Found) -> list[Violation]:
    """Return everything that is wrong, by invariant."""
    return [Violation(invariant, what) for invariant, check in INVARIANTS.items() for what in check(journal, found)]


def accepted_reports_have_claims(journal: Journal, found: Found) -> Iterator[str]:
    known = {row["report_id"] for row in found.claims} | found.joined.keys()
    for report_id in journal.accepted.keys() - known:
        yield f"report {report_id} was accepted and has no claim"


def claims_come_from_reports(journal: Journal, found: Found) -> Iterator[str]:
    """Nothing was made up, doubled or mixed up.

    A loss has one claim, of the policy that its reports name, and each event that told of it one answer, which names
    that claim.
    """
    attempted = journal.attempted
    policies = {row["claim_id"]: row["policy_number"] for row in found.claims}
    holders = {**found.joined, **{row["report_id"]: row["claim_id"] for row in found.claims}}
    for report_id, claim_id in holders.items():
        if report_id not in attempted:
            yield f"nobody sent report {report_id}, which has a claim"
        elif policies.get(claim_id) != (named := attempted[report_id]["policy_number"]):
            yield f"report {report_id} is about policy {named}, its claim {claim_id} about {policies.get(claim_id)}"
    for policy, count in Counter(row["policy_number"] for row in found.claims).items():
        if count > 1:
            yield f"policy {policy} has {count} claims for one loss"
    answers: dict[str, set[str]] = defaultdict(set)
    for record in found.of_topic(ANSWERS):
        report_id, claim_id = record.event["report_id"], record.event["claim_id"]
        answers[report_id].add(record.event_id)
        if claim_id != holders.get(report_id):
            yield f"report {report_id} was answered with claim {claim_id}, it is held by {holders.get(report_id)}"
    for report_id, events in journal.events_of_reports.items():
        if len(answers[report_id]) != len(events):
            yield f"report {report_id} came in {len(events)} events and was answered {len(answers[report_id])} times"


def claims_are_decided(_: Journal, found: Found) -> Iterator[str]:
    versions = _versions(found.decisions)
    for claim in found.claims:
        decided = versions.get(claim["claim_id"], [])
        if not decided:
            yield f"claim {claim['claim_id']} is {claim['state']} and has no decision"
            continue
        newest = decided[-1]
        if [row["claim_version"] for row in decided] != list(range(1, len(decided) + 1)):
            yield f"claim {claim['claim_id']} lacks versions of its decision, or has them twice"
        if claim["claim_version"] != newest["claim_version"] or claim["state"] != STATE_AFTER[newest["outcome"]]:
            stands = f"{claim['state']} at version {claim['claim_version']}"
            yield f"claim {claim['claim_id']} is {stands}, its newest decision {newest['claim_version']} is another"


def decisions_are_published_once(_: Journal, found: Found) -> Iterator[str]:
    """Each decision stands on the wire as it was stored, under one event id, and nothing else does.

    No event id means two different things, on any topic: whoever consumes them would drop the second.
    """
    yield from _ids_with_two_meanings(found)
    events: dict[tuple[str, int], dict[str, tuple[object, ...]]] = defaultdict(dict)
    for record in found.of_topic(DECISIONS):
        event = record.event
        told = (event["outcome"], event["deciding_ground"], event["money"]["payable_cents"], event["proof_sha256"])
        events[event["claim_id"], event["claim_version"]][record.event_id] = told
    stored = {(row["claim_id"], row["claim_version"]): row for row in found.decisions}
    for (claim_id, version), row in stored.items():
        published = events.get((claim_id, version), {})
        if len(published) != 1:
            yield f"decision {version} of claim {claim_id} was published under {len(published)} ids"
        elif [*published.values()] != [tuple(row[name] for name in PUBLISHED)]:
            yield f"decision {version} of claim {claim_id} was published otherwise than it was stored"
    for claim_id, version in events.keys() - stored.keys():
        yield f"decision {version} of claim {claim_id} was published and never stored"
    claims = {row["claim_id"] for row in found.claims}
    for topic in NAMES_A_CLAIM:
        for claim_id in {record.event["claim_id"] for record in found.of_topic(topic)} - claims:
            yield f"{topic} names claim {claim_id}, which is not stored"


def _ids_with_two_meanings(found: Found) -> Iterator[str]:
    values: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for topic, records in found.records.items():
        for record in records:
            if record.event_id:
                values[record.source, record.event_id].add((topic, record.value_sha256))
    for (source, event_id), meanings in values.items():
        if len(meanings) > 1:
            yield f"event {event_id} of {source} has {len(meanings)} values"


def decisions_are_right(journal: Journal, found: Found) -> Iterator[str]:
    versions = _versions(found.decisions)
    for claim, wanted in _expected(journal, found):
        decided = versions.get(claim["claim_id"])
        if not decided:
            continue
        newest = decided[-1]
        got = oracle.Expected(newest["outcome"], newest["deciding_ground"], newest["payable_cents"])
        if got != wanted:
            yield f"claim {claim['claim_id']} was decided as {tuple(got)} and not as {tuple(wanted)}"


def order_of_decisions(_: Journal, found: Found) -> Iterator[str]:
    """Versions go up on the wire, all of a claim in one partition, and each proof names the one before it."""
    last: dict[str, int] = {}
    partitions: dict[tuple[str, str], int] = {}
    for topic in NAMES_A_CLAIM:
        for record in found.of_topic(topic):
            if topic != ANSWERS and partitions.setdefault((topic, record.event["claim_id"]), record.partition) != (
                record.partition
            ):
                yield f"{topic} has claim {record.event['claim_id']} in two partitions, where nothing keeps their order"
    for record in found.of_topic(DECISIONS):
        claim_id, version = record.event["claim_id"], record.event["claim_version"]
        if version < last.get(claim_id, 0):
            yield f"decision {version} of claim {claim_id} was published behind {last[claim_id]}"
        last[claim_id] = version
    for claim_id, decided in _versions(found.decisions).items():
        before = [None, *(row["proof_sha256"] for row in decided)]
        for row, proof in zip(decided, before, strict=False):
            if row["previous_proof_sha256"] != proof:
                yield f"decision {row['claim_version']} of claim {claim_id} does not name the proof before it"


def money_is_right(journal: Journal, found: Found) -> Iterator[str]:
    """What was ordered is what was decided, once, and in all what the oracle says."""
    ordered: Counter[str] = Counter()
    for row in found.payments:
        ordered[row["claim_id"]] += row["amount_cents"]
    for claim_id, decided in _versions(found.decisions).items():
        if ordered[claim_id] != (decided[-1]["payable_cents"] or 0):
            yield f"{ordered[claim_id]} cents were ordered for claim {claim_id}, {decided[-1]['payable_cents']} decided"
    published: dict[str, set[str]] = defaultdict(set)
    orders: dict[str, tuple[object, ...]] = {}
    for record in found.of_topic(PAYMENTS):
        published[record.event["payment_id"]].add(record.event_id)
        orders[record.event["payment_id"]] = tuple(record.event[name] for name in ORDERED)
    for row in found.payments:
        events = published.get(row["payment_id"], set())
        if len(events) != 1 or orders[row["payment_id"]] != tuple(row[name] for name in ORDERED):
            yield f"payment {row['payment_id']} was published under {len(events)} ids, or otherwise than it was stored"
    for payment_id in published.keys() - {row["payment_id"] for row in found.payments}:
        yield f"payment {payment_id} was published and never stored"
    wanted = sum(expected.payable_cents or 0 for _, expected in _expected(journal, found))
    if too_many := sum(ordered.values()) - wanted:
        yield f"{too_many} cents more were ordered in all than the oracle says"


def a_replay_changed(before: Found, after: Found, *, tables: tuple[Tables, Tables]) -> Iterator[str]:
    """What consuming everything again did, by two looks and by the hashes of all tables before and after: nothing."""
    were, are = tables
    for table in sorted(were.keys() | are.keys()):
        if were.get(table) != are.get(table):
            yield f"a replay changes {table}"
    for what, was, now in (
        ("mails", before.mails, after.mails),
        ("SMS", before.short_messages, after.short_messages),
    ):
        if len(was) != len(now):
            yield f"a replay sends {len(now) - len(was)} {what}"
    for topic, records in after.records.items():
        known = {(record.source, record.event_id) for record in before.of_topic(topic)}
        if new := {(record.source, record.event_id) for record in records} - known:
            yield f"a replay publishes {len(new)} events on {topic}, such as {min(new)[1]}"


def _expected(journal: Journal, found: Found) -> Sequence[tuple[Row, oracle.Expected]]:
    return [
        (claim, oracle.expected(report, insured=insured, hours=journal.rain[insured.weather]))
        for claim in found.claims
        if (report := journal.attempted.get(claim["report_id"])) is not None
        and (insured := journal.insured.get(claim["policy_number"])) is not None
    ]


def _versions(decisions: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    versions: dict[str, list[Row]] = defaultdict(list)
    for row in decisions:
        versions[row["claim_id"]].append(row)
    return {claim_id: sorted(found, key=lambda row: int(row["claim_version"])) for claim_id, found in versions.items()}


INVARIANTS: Mapping[str, Callable[[Journal, Found], Iterator[str]]] = {
    "I1": accepted_reports_have_claims,
    "I2": claims_come_from_reports,
    "I3": claims_are_decided,
    "I4": decisions_are_published_once,
    "I5": at_the_customer.messages_reach_customers_once,
    "I6": decisions_are_right,
    "I7": bookkeeping.nothing_is_left,
    "I8": bookkeeping.inboxes_hold_what_was_published,
    "I9": order_of_decisions,
    "I10": bookkeeping.dead_letters_are_the_poison,
    "I11": money_is_right,
}
"""I12, that a replay changes nothing, compares two looks: `a_replay_changed`."""
