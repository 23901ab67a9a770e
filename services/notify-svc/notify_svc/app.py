"""Everything notify-svc hears and does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.service import Command, Consumer, Service, TimerHandler, Worker
from contracts.claims import DECISION_MADE
from contracts.policy import CONTACT_CHANGED
from contracts.topics import CATALOGUE
from contracts.vocabulary import Channel
from notify_svc import commands, handlers
from notify_svc.sender import ChannelSettings, Sender
from notify_svc.smpp import SmppTransport, SmsCentre
from notify_svc.smtp import SmtpServer, SmtpTransport
from notify_svc.transport import NullTransport

if TYPE_CHECKING:
    from chassis.clock import Clock
    from chassis.service import Runtime
    from notify_svc.settings import Settings
    from notify_svc.transport import Transport

NULL_CONCURRENCY = 500
"""Without a network a message costs no waiting: as many at once as a batch of decisions brings."""


def build(settings: Settings) -> Service:
    """Return notify-svc as `settings` want it."""
    decisions = handlers.DecisionHandler(contact_wait=settings.contact_wait)
    return Service(
        name="notify-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=Path(__file__).parent / "migrations",
        consumers=(
            Consumer(DECISION_MADE, decisions.want_messages),
            Consumer(CONTACT_CHANGED, handlers.keep_contacts),
        ),
        timers=(TimerHandler(handlers.CONTACT_DEADLINE, handlers.give_up_waiting),),
        workers=tuple(Worker(f"{channel}-sender", _ChannelWorker(channel, settings).run) for channel in Channel),
        commands=(
            Command(
                "messages",
                "Show messages that may have been sent without an answer being known",
                commands.add_messages_arguments,
                commands.show_messages,
            ),
        ),
    )


@dataclass(frozen=True)
class _ChannelWorker:
    """Makes a channel's sender when the service runs: connections belong to a running event loop."""

    channel: Channel
    settings: Settings

    async def run(self, runtime: Runtime) -> None:
        settings = self.settings
        is_null = settings.senders == "null"
        await Sender(
            NullTransport() if is_null else _transport(self.channel, settings, clock=runtime.clock),
            settings=ChannelSettings(
                channel=self.channel,
                concurrency=NULL_CONCURRENCY if is_null else settings.send_concurrency,
                lease=timedelta(seconds=settings.lease_seconds),
                poll_seconds=settings.poll_seconds,
                policy=settings.retry_policy,
            ),
        ).run(runtime)


def _transport(channel: Channel, settings: Settings, *, clock: Clock) -> Transport:
    if channel is Channel.EMAIL:
        return smtp_transport(settings, clock=clock)
    return smpp_transport(settings)


def smtp_transport(settings: Settings, *, clock: Clock) -> SmtpTransport:
    """Return the way to the mail server that `settings` name."""
    password = settings.smtp_password
    server = SmtpServer(
        host=settings.smtp_host or "",
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        timeout_seconds=settings.send_timeout_seconds,
    )
    return SmtpTransport(server, sender=settings.mail_from or "", insurer=settings.insurer_name, clock=clock)


def smpp_transport(settings: Settings) -> SmppTransport:
    """Return the way to the SMS centre that `settings` name."""
    password = settings.smpp_password
    centre = SmsCentre(
        host=settings.smpp_host or "",
        port=settings.smpp_port,
        tls=settings.smpp_tls,
        system_id=settings.smpp_system_id or "",
        password=password.get_secret_value() if password else "",
        window=settings.send_concurrency,
        timeout_seconds=settings.send_timeout_seconds,
    )
    return SmppTransport(centre, sender=settings.sms_sender)
