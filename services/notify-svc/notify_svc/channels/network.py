"""The transports of production: the mail server and the SMS centre that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from contracts.vocabulary import Channel
from notify_svc.channels.smpp import SmppTransport, SmsCentre
from notify_svc.channels.smtp import SmtpServer, SmtpTransport
from notify_svc.channels.transport import OpenTransport
from notify_svc.settings import Settings


def network_transports(settings: Settings) -> Mapping[Channel, OpenTransport]:
    """Return how each channel's server is reached; nothing is connected yet."""
    return {
        Channel.EMAIL: partial(
            SmtpTransport, _smtp_server(settings), sender=settings.mail_from, insurer=settings.insurer
        ),
        Channel.SMS: partial(
            SmppTransport, _sms_centre(settings), sender=settings.sms_sender, phone=settings.insurer_phone
        ),
    }


def _smtp_server(settings: Settings) -> SmtpServer:
    password = settings.smtp_password
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        timeout_seconds=settings.send_timeout_seconds,
        connections=settings.smtp_connections,
    )


def _sms_centre(settings: Settings) -> SmsCentre:
    return SmsCentre(
        host=settings.smpp_host,
        port=settings.smpp_port,
        tls=settings.smpp_tls,
        system_id=settings.smpp_system_id,
        password=settings.smpp_password.get_secret_value(),
        window=settings.send_concurrency,
        timeout_seconds=settings.send_timeout_seconds,
    )
