"""Everything notify-svc consumes and does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from chassis.customer_data import DataHolder
from chassis.service import Consumer, Service, TimerHandler, Worker
from chassis.vault import Vault
from contracts.claim_messages import CLAIM_MESSAGE_REQUESTED
from contracts.claims import DECISION_MADE
from contracts.message_requests import CUSTOMER_MESSAGE_REQUESTED, MESSAGE_REQUESTED
from contracts.notify import REPORTER_CONTACT_PROVIDED
from contracts.payments import PAYMENT_ORDERED, PAYMENT_SETTLED
from contracts.personal_data import CUSTOMER_DATA_REQUESTED, Holder
from contracts.policy import CONTACT_CHANGED
from contracts.topics import CATALOGUE
from contracts.vocabulary import Channel
from notify_svc import figures, handlers
from notify_svc.api import build_api
from notify_svc.bounces import BounceSettings, run_bounce_reader
from notify_svc.channels.network import network_request_transports, network_transports
from notify_svc.channels.pace import Pace, run_pace
from notify_svc.channels.receipts import Receipts, run_receipts
from notify_svc.channels.request_sender import run_request_sender
from notify_svc.channels.results import Results
from notify_svc.channels.sender import run_sender
from notify_svc.channels.transport import OpenRequestTransport, OpenTransport
from notify_svc.commands import commands
from notify_svc.progress import run_progress
from notify_svc.repository import customer_data
from notify_svc.send_queue import SendQueues
from notify_svc.settings import SenderSettings, Settings
from notify_svc.settled_payments import PAYMENT_UNTOLD, SettledPayments
from notify_svc.texts.languages import load_catalogues

_EVENTS_MAY_WAIT_SECONDS = 1.0
"""Nobody waits to hear what has become of a message."""
_PROGRESS_SECONDS = 15.0
"""How often it is counted how many wait."""


def build(
    settings: Settings,
    *,
    transports: Mapping[Channel, OpenTransport] | None = None,
    request_transports: Mapping[Channel, OpenRequestTransport] | None = None,
) -> Service:
    """Return notify-svc as `settings` describe it.

    `transports` take the place of the mail server and the SMS centre for decisions, `request_transports` for requested
    messages and orders to pay. The console script gives none: only a program of its own, such as a benchmark, can make
    the service send elsewhere, never a variable of a deployment.

    Raises:
        CannotStartError: a file of texts cannot be used.
    """
    load_catalogues()
    receipts = Receipts()
    paces = {channel: Pace(provider.name, provider.rate) for channel, provider in settings.providers.items()}
    if transports is None:
        transports = network_transports(settings, receipts=receipts, paces=paces)
    if request_transports is None:
        request_transports = network_request_transports(settings, receipts=receipts, paces=paces)
    queues = SendQueues(lease=settings.sender_settings.lease)
    vault = settings.vault
    results = Results(queues=queues, policy=settings.sender_settings.retry_policy, vault=vault)
    decision_handler = handlers.DecisionHandler(contact_wait=settings.contact_wait, queues=queues)
    requests_due = asyncio.Event()
    opener = settings.opener
    request_handler = handlers.RequestHandler(opener=opener, due=requests_due)
    settled_payments = SettledPayments(due=requests_due)
    reporter_handler = handlers.ReporterHandler(kept_for=settings.reporter_contact_kept_for)
    return Service(
        name="notify-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=Path(__file__).parent / "migrations",
        consumers=(
            Consumer(DECISION_MADE, decision_handler.create_messages),
            Consumer(MESSAGE_REQUESTED, request_handler.create_messages),
            Consumer(CUSTOMER_MESSAGE_REQUESTED, request_handler.create_customer_messages),
            Consumer(CLAIM_MESSAGE_REQUESTED, request_handler.create_claim_messages),
            Consumer(PAYMENT_ORDERED, request_handler.create_payment_messages),
            Consumer(PAYMENT_SETTLED, settled_payments.tell),
            Consumer(CONTACT_CHANGED, handlers.store_contacts),
            Consumer(
                CUSTOMER_DATA_REQUESTED, DataHolder(Holder.NOTIFY, partial(customer_data.read, vault=vault)).provide
            ),
            Consumer(REPORTER_CONTACT_PROVIDED, reporter_handler.store_contacts),
        ),
        timers=(
            TimerHandler(handlers.CONTACT_DEADLINE, handlers.give_up_waiting),
            TimerHandler(handlers.REPORTER_ERASURE, handlers.erase_reporters),
            TimerHandler(PAYMENT_UNTOLD, settled_payments.tell_later),
        ),
        workers=(
            *(
                Worker(
                    f"{channel}-sender",
                    partial(
                        run_sender,
                        queues=queues,
                        results=results,
                        open_transport=open_transport,
                        channel=channel,
                        settings=_sender_settings(settings, channel),
                        quiet_hours=settings.quiet_hours if channel is Channel.SMS else None,
                    ),
                )
                for channel, open_transport in transports.items()
            ),
            Worker(
                "request-sender",
                partial(
                    run_request_sender,
                    due=requests_due,
                    opener=opener,
                    vault=vault,
                    open_transports=request_transports,
                    settings=settings.request_settings,
                ),
            ),
            Worker("sms-receipts", partial(run_receipts, receipts=receipts, lease=settings.sender_settings.lease)),
            *(
                Worker(f"{pace.provider}-pace", partial(run_pace, pace=pace))
                for pace in paces.values()
                if pace.rate is not None
            ),
            Worker("progress", partial(run_progress, providers=settings.providers, every_seconds=_PROGRESS_SECONDS)),
            *_bounce_readers(settings, vault=vault),
        ),
        commands=commands(settings),
        measures=(figures.measure,),
        events_may_wait_seconds=_EVENTS_MAY_WAIT_SECONDS,
        api=build_api(settings.cm_report_secret_list),
    )


def _sender_settings(settings: Settings, channel: Channel) -> SenderSettings:
    """Return how the sender of `channel` works: it leases no more than leave in a moment at its provider's rate."""
    concurrency = settings.providers[channel].leased_at_once(settings.send_concurrency)
    return replace(settings.sender_settings, concurrency=concurrency)


def _bounce_readers(settings: Settings, *, vault: Vault) -> tuple[Worker, ...]:
    addresses, maildir = settings.bounce_addresses, settings.bounce_maildir
    if addresses is None or maildir is None:
        return ()
    bounce_settings = BounceSettings(
        maildir=maildir,
        addresses=addresses,
        poll_seconds=settings.bounce_poll_seconds,
        kept_for=timedelta(days=settings.bounce_kept_days),
    )
    return (Worker("bounce-reader", partial(run_bounce_reader, settings=bounce_settings, vault=vault)),)
