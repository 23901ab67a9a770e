"""What must be true once nothing moves any more. Each function yields what violates one invariant; none: it holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from drill.checker import at_the_customer, bookkeeping, oracle
from drill.checker.found import Found, Row
from drill.checker.journal import Journal

DECISIONS = "claims.decision-made.v1"
PAYMENTS = "claims.payment-ordered.v1"
ANSWERS = "claims.report-received.v1"
NAMES_A_CLAIM = (DECISIONS, PAYMENTS, ANSWERS, "claims.rainfall-requested.v1", "weather.rainfall-assessed.v1")
STATE_AFTER = {"covered": "decided", "denied": "decided", "referred": "referred"}


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
    """Nothing was made up or doubled: one claim a loss, and one answer for each event that told of it."""
    attempted = journal.attempted
    for report_id in [*(row["report_id"] for row in found.claims), *found.joined]:
        if report_id not in attempted:
            yield f"nobody sent report {report_id}, which has a claim"
    for policy, count in Counter(row["policy_number"] for row in found.claims).items():
        if count > 1:
            yield f"policy {policy} has {count} claims for one loss"
    answers: dict[str, set[str]] = defaultdict(set)
    for record in found.of_topic(ANSWERS):
        answers[record.event["report_id"]].add(record.event_id)
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
            yield f"claim {claim['claim_id']} lacks versions of its decision"
        if claim["claim_version"] != newest["claim_version"] or claim["state"] != STATE_AFTER[newest["outcome"]]:
            stands = f"{claim['state']} at version {claim['claim_version']}"
            yield f"claim {claim['claim_id']} is {stands}, its newest decision {newest['claim_version']} is another"


def decisions_are_published_once(_: Journal, found: Found) -> Iterator[str]:
    """Each decision stands on the wire as it was stored, under one event id, and nothing else does."""
    events: dict[tuple[str, int], dict[str, tuple[object, object]]] = defaultdict(dict)
    for record in found.of_topic(DECISIONS):
        event = record.event
        told = (event["outcome"], event["money"]["payable_cents"])
        events[event["claim_id"], event["claim_version"]][record.event_id] = told
    stored = {(row["claim_id"], row["claim_version"]): row for row in found.decisions}
    for (claim_id, version), row in stored.items():
        published = events.get((claim_id, version), {})
        if len(published) != 1:
            yield f"decision {version} of claim {claim_id} was published under {len(published)} ids"
        elif [*published.values()] != [(row["outcome"], row["payable_cents"])]:
            yield f"decision {version} of claim {claim_id} was published otherwise than it was stored"
    for claim_id, version in events.keys() - stored.keys():
        yield f"decision {version} of claim {claim_id} was published and never stored"
    claims = {row["claim_id"] for row in found.claims}
    for topic in NAMES_A_CLAIM:
        for claim_id in {record.event["claim_id"] for record in found.of_topic(topic)} - claims:
            yield f"{topic} names claim {claim_id}, which is not stored"


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
    """Versions go up on the wire, and each proof names the one before it."""
    last: dict[str, int] = {}
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
    amounts = {record.event["payment_id"]: record.event["amount_cents"] for record in found.of_topic(PAYMENTS)}
    for record in found.of_topic(PAYMENTS):
        published[record.event["payment_id"]].add(record.event_id)
    for row in found.payments:
        events = published.get(row["payment_id"], set())
        if len(events) != 1 or amounts[row["payment_id"]] != row["amount_cents"]:
            yield f"payment {row['payment_id']} was published under {len(events)} ids, or with another amount"
    for payment_id in published.keys() - {row["payment_id"] for row in found.payments}:
        yield f"payment {payment_id} was published and never stored"
    wanted = sum(expected.payable_cents or 0 for _, expected in _expected(journal, found))
    if too_many := sum(ordered.values()) - wanted:
        yield f"{too_many} cents more were ordered in all than the oracle says"


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
"""I12, that a replay changes nothing, compares two looks: `databases.fingerprints`."""
