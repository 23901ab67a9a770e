"""claims-svc put together: what it consumes, its timers and its commands."""

from __future__ import annotations

from pathlib import Path

from chassis.customer_data import DataHolder
from chassis.service import Consumer, Service, TimerHandler, Worker
from claims_svc import (
    asking,
    figures,
    handlers,
    job_ends,
    messages,
    paying,
    policy_slices,
    promises,
    proof_roots,
    unsettled,
)
from claims_svc.api import build_api
from claims_svc.commands import COMMANDS
from claims_svc.commands.files import files_command
from claims_svc.domain.deadlines import (
    ANSWER_DEADLINE,
    POLICY_DEADLINE,
    RAIN_AWAITED,
    RAIN_AWAITED_ANEW,
    RAINFALL_DEADLINE,
    WAITS_OVER,
)
from claims_svc.domain.redetermination import OTHERS_CHANGED
from claims_svc.flows import answers_to_reports, asking_by_hand, repairing, reviewing, waiting
from claims_svc.repository import customer_data
from claims_svc.settings import Settings
from claims_svc.unwanted_files import Eraser
from contracts.claim_messages import CLAIM_MESSAGE_SETTLED
from contracts.loss_reports import LOSS_REPORTED
from contracts.notify import MESSAGE_SETTLED
from contracts.payments import PAYMENT_SETTLED
from contracts.personal_data import CUSTOMER_DATA_REQUESTED, Holder
from contracts.policy import POLICY_CHANGED
from contracts.repairs import REPAIR_JOB_REPORTED
from contracts.topics import CATALOGUE
from contracts.weather import RAINFALL_ASSESSED

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    roots = proof_roots.ProofRoots(root_key=lambda: settings.root_key, interval=settings.root_interval)
    return Service(
        name="claims-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        consumers=(
            Consumer(LOSS_REPORTED, handlers.register_claims, on_rejected=answers_to_reports.announce_rejected),
            Consumer(POLICY_CHANGED, handlers.update_policies),
            Consumer(CUSTOMER_DATA_REQUESTED, DataHolder(Holder.CLAIMS, customer_data.read).provide),
            Consumer(RAINFALL_ASSESSED, handlers.apply_rainfall),
            Consumer(PAYMENT_SETTLED, paying.end_payments),
            Consumer(REPAIR_JOB_REPORTED, repairing.take_job_reports),
            Consumer(MESSAGE_SETTLED, messages.keep_about_decisions, repeatable=True),
            Consumer(CLAIM_MESSAGE_SETTLED, messages.keep_about_claims, repeatable=True),
        ),
        timers=(
            TimerHandler(WAITS_OVER, handlers.find_overdue, at_once=handlers.WAITS_AT_ONCE),
            TimerHandler(RAIN_AWAITED, waiting.tell_of_rain, at_once=1),
            TimerHandler(RAIN_AWAITED_ANEW, waiting.tell_of_rain_anew),
            TimerHandler(POLICY_DEADLINE, handlers.end_waits),
            TimerHandler(RAINFALL_DEADLINE, handlers.end_waits),
            TimerHandler(ANSWER_DEADLINE, handlers.end_waits),
            TimerHandler(OTHERS_CHANGED, handlers.follow_others),
            TimerHandler(policy_slices.POLICY_SLICE, policy_slices.follow_policies, reversible=True, at_once=1),
            TimerHandler(job_ends.REPAIR_NOT_ACCEPTED, repairing.end_unaccepted),
            TimerHandler(job_ends.REPAIR_CONSENT_REMINDER, repairing.remind_of_consent),
            TimerHandler(job_ends.REPAIR_CONSENT_MISSING, repairing.let_handlers_ask),
            TimerHandler(job_ends.REPAIR_LATE, repairing.let_handlers_follow),
            TimerHandler(unsettled.PAYMENTS_UNSETTLED, unsettled.look_through),
            TimerHandler(asking.ANSWER_REMINDER, waiting.remind),
            TimerHandler(asking_by_hand.QUESTION_REMINDER, asking_by_hand.remind),
            TimerHandler(asking_by_hand.QUESTION_DUE, asking_by_hand.look),
            TimerHandler(promises.PROMISE_AT_RISK, waiting.find_at_risk),
            TimerHandler(waiting.PROMISE_AT_RISK_OF_CLAIM, waiting.warn),
            TimerHandler(promises.PROMISE_DUE, waiting.end_promises),
            TimerHandler(reviewing.REVIEW_AT_RISK, reviewing.warn),
            TimerHandler(reviewing.REVIEW_LATE, reviewing.record_late),
            TimerHandler(proof_roots.PROOF_ROOT, roots.announce),
        ),
        workers=(
            Worker("proof-root", proof_roots.begin),
            Worker("unsettled-payments", unsettled.begin),
            Worker("files", Eraser(settings.open_file_store()).run),
        ),
        commands=(*COMMANDS, files_command(settings.open_file_store())),
        measures=(figures.measure,),
        api=build_api(settings),
    )
