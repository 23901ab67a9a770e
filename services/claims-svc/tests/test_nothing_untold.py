"""Whatever changes anything of a claim leaves an entry in its timeline, and each kind of entry has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import claims_svc
from claims_svc.app import build
from claims_svc.routes.timeline_words import NOT_FOR_CUSTOMERS, WORDS
from claims_svc.settings import Settings

SETTINGS = Settings(kafka_bootstrap_servers="unused.invalid:9092", database_url="postgresql://unused.invalid/claims")
METHODS_THAT_CHANGE: Final = frozenset({"post", "put", "patch", "delete"})

FOLLOWS: Final = frozenset({"rain_asked", "asked", "decided", "evidence_raised", "evidence_overtaken"})
"""What anything that is told about a loss can lead to. Where a claim stands follows from these."""
DECIDED: Final = FOLLOWS | {
    "payment_ordered",
    "proposal_overtaken",
    "promised",
    "promise_held",
    "repair_offered",
    "repair_cancelled",
    "repair_contact_closed",
    "repair_stands",
}
"""The same, with what a decision does besides."""
NOTHING: Final = frozenset[str]()

BY_EVENT: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "claims.loss-reported.v1": DECIDED | {"reported", "report_joined", "report_corrected", "report_left"},
        "policy.policy-changed.v1": DECIDED,
        "policy.customer-data-requested.v1": NOTHING,  # it is read
        "weather.rainfall-assessed.v1": DECIDED | {"rain_answered"},
        "claims.payment-settled.v1": frozenset({"payment_settled", "payment_failed"}),
        "claims.repair-job-reported.v1": DECIDED
        | {"repair_requested", "repair_accepted", "repair_declined", "repair_completed", "repair_ended"},
        "notify.message-settled.v1": frozenset({"message_settled"}),
        "notify.claim-message-settled.v1": frozenset({"message_settled"}),
    }
)
BY_TIMER: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "waits-over": NOTHING,  # it sets the three below
        "rain-awaited": frozenset({"message_settled"}),
        "rain-awaited-anew": frozenset({"message_settled"}),
        "policy-deadline": DECIDED,
        "rainfall-deadline": DECIDED,
        "answer-deadline": DECIDED,
        "others-changed": DECIDED,
        "policy-slice": DECIDED,
        "repair-not-accepted": frozenset({"repair_ended", "payment_ordered", "promised"}),
        "repair-consent-reminder": frozenset({"message_settled"}),
        "repair-consent-missing": frozenset({"repair_consent_missing"}),
        "repair-late": frozenset({"repair_late"}),
        "payments-unsettled": frozenset({"payment_unsettled"}),
        "answer-reminder": frozenset({"message_settled"}),
        "question-reminder": frozenset({"message_settled"}),
        "question-due": frozenset({"answers_missing"}),
        "promise-at-risk": NOTHING,  # it sets the one below
        "promise-at-risk-of-claim": frozenset({"promise_at_risk", "message_settled"}),
        "promise-due": frozenset({"promise_broken"}),
        "review-at-risk": frozenset({"review_at_risk", "message_settled"}),
        "review-late": frozenset({"review_late"}),
        "proof-root": NOTHING,  # it changes no claim
    }
)
BY_OPERATION: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "report_loss": BY_EVENT["claims.loss-reported.v1"],
        "answer_questions": DECIDED | {"told", "told_for_customer"},
        "tell_news": DECIDED | {"told", "told_for_customer"},
        "add_file": frozenset({"file_added"}),
        "take_back_file": frozenset({"file_taken_back"}),
        "remove_file": frozenset({"file_removed"}),
        "choose_repair": frozenset(
            {
                "repair_requested",
                "repair_agreed",
                "repair_ended",
                "repair_contact_closed",
                "repair_chosen_for_customer",
                "payment_ordered",
                "promised",
                "promise_held",
            }
        ),
        "open_review": frozenset({"review_opened"}),
        "end_review": frozenset({"review_ended"}),
        "withdraw_claim": DECIDED | {"withdrawn", "review_ended", "proposed"},
        "take_claim": frozenset({"taken", "promise_held"}),
        "release_claim": frozenset({"released", "promised"}),
        "ask_customer": frozenset({"asked"}),
        "add_facts": DECIDED | {"facts_added", "proposed"},
        "assess_damage": DECIDED | {"assessed", "proposed"},
        "decide_by_hand": DECIDED | {"ruled", "proposed"},
        "uphold_decision": frozenset({"upheld"}),
        "approve_proposal": DECIDED
        | {"approved", "ruled", "facts_added", "assessed", "joined", "joined_to", "parted", "parted_from"}
        | {"report_joined", "report_moved", "withdrawn", "review_ended"},
        "decline_proposal": frozenset({"declined"}),
        "join_claims": DECIDED | {"joined", "joined_to", "report_joined", "report_moved", "proposed"},
        "part_report": DECIDED | {"parted", "parted_from", "reported", "report_moved", "proposed"},
        "order_payment_again": frozenset({"payment_ordered", "payment_ordered_again", "payment_not_due"}),
        "record_salvage_call": frozenset({"salvage_called"}),
        "assess_loss": NOTHING,  # it stores nothing
    }
)


NOT_RECORDED_BY_NAME: Final = frozenset(
    {
        "approved",
        "assessed",
        "decided",
        "declined",
        "evidence_overtaken",
        "evidence_raised",
        "facts_added",
        "joined",
        "joined_to",
        "message_settled",
        "parted",
        "parted_from",
        "payment_not_due",
        "payment_ordered",
        "payment_ordered_again",
        "payment_settled",
        "promise_at_risk",
        "promise_broken",
        "promise_held",
        "promised",
        "rain_answered",
        "rain_asked",
        "repair_accepted",
        "repair_agreed",
        "repair_cancelled",
        "repair_completed",
        "repair_contact_closed",
        "repair_declined",
        "repair_ended",
        "repair_offered",
        "repair_requested",
        "report_corrected",
        "report_joined",
        "report_left",
        "report_moved",
        "reported",
        "told",
    }
)
"""What the timeline reads from elsewhere than the desk's record, and what is put on it by a name that is worked out."""


def test_whatever_changes_a_claim_is_compared_with_its_timeline() -> None:
    service = build(SETTINGS)
    assert {consumer.topic.name for consumer in service.consumers} == BY_EVENT.keys()
    assert {timer.kind for timer in service.timers} == BY_TIMER.keys()
    assert set(operations_that_change()) == BY_OPERATION.keys()


def test_each_kind_of_entry_has_its_words_or_is_left_out_on_purpose_and_comes_from_somewhere() -> None:
    left = frozenset[str]().union(*BY_EVENT.values(), *BY_TIMER.values(), *BY_OPERATION.values())
    assert left == {told.partition(".")[0] for told in (*WORDS, *NOT_FOR_CUSTOMERS)}


def test_whatever_is_put_on_record_is_among_them() -> None:
    recorded = set(kinds_recorded())
    told = {told.partition(".")[0] for told in (*WORDS, *NOT_FOR_CUSTOMERS)}
    assert recorded == told - NOT_RECORDED_BY_NAME


def operations_that_change() -> Iterator[str]:
    api = build(SETTINGS).api
    assert api is not None
    for methods in api.described().openapi()["paths"].values():
        for method, operation in methods.items():
            if method in METHODS_THAT_CHANGE:
                yield operation["operationId"]


def kinds_recorded() -> Iterator[str]:
    """Return the kinds that the sources name where they put something on the desk's record."""
    for file in Path(claims_svc.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id == "put_on_record":
                named = node.args[2:3]
            elif node.func.id == "DeskAction":
                named = [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
            else:
                continue
            yield from (each.value for each in named if isinstance(each, ast.Constant) and isinstance(each.value, str))
