"""The transports of production: the mail server and the provider of SMS that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from contracts.message_requests import Priority
from contracts.vocabulary import Channel
from notify_svc.channels.cm import CmAccount, CmGateway
from notify_svc.channels.pace import Pace
from notify_svc.channels.receipts import Receipts
from notify_svc.channels.requested_mail import RequestedMailTransport
from notify_svc.channels.requested_sms import RequestedSmsTransport
from notify_svc.channels.smpp import SmppGateway, SmsCentre
from notify_svc.channels.smpp_receipts import ReceiptIds
from notify_svc.channels.sms import SmsTransport
from notify_svc.channels.sms_gateway import SmsGateway
from notify_svc.channels.smtp import SmtpServer, SmtpTransport
from notify_svc.channels.transport import OpenRequestTransport, OpenTransport
from notify_svc.settings import Settings


def network_transports(
    settings: Settings, *, receipts: Receipts, paces: Mapping[Channel, Pace]
) -> Mapping[Channel, OpenTransport]:
    """Return how each channel's server is reached; nothing is connected yet. `receipts` take what comes back.

    What `paces` say of a channel holds for all that leaves by it.
    """
    return {
        Channel.EMAIL: partial(
            SmtpTransport,
            _smtp_server(settings, connections=settings.smtp_connections, pace=paces[Channel.EMAIL]),
            sender=settings.mail_from,
            insurer=settings.insurer,
        ),
        Channel.SMS: lambda: SmsTransport(
            _gateway(
                settings,
                at_once=settings.send_concurrency,
                receipts=receipts,
                stays_bound=True,
                pace=paces[Channel.SMS],
            ),
            insurer=settings.insurer,
        ),
    }


def network_request_transports(
    settings: Settings, *, receipts: Receipts, paces: Mapping[Channel, Pace]
) -> Mapping[Channel, OpenRequestTransport]:
    """Return the same for requested messages, on other connections: what fills those of decisions holds up no code.

    There is a connection, or a place in the window, for every message about an account that may be sent at once.
    """
    at_once = settings.request_concurrency * len(Priority)
    return {
        Channel.EMAIL: partial(
            RequestedMailTransport,
            _smtp_server(settings, connections=at_once, pace=paces[Channel.EMAIL]),
            sender=settings.mail_from,
            insurer=settings.insurer,
        ),
        Channel.SMS: lambda: RequestedSmsTransport(
            _gateway(settings, at_once=at_once, receipts=receipts, stays_bound=False, pace=paces[Channel.SMS]),
            phone=settings.insurer_phone,
        ),
    }


def _gateway(settings: Settings, *, at_once: int, receipts: Receipts, stays_bound: bool, pace: Pace) -> SmsGateway:
    """Open the way to the provider. One session of a process waits for receipts: they come by any."""
    if settings.sms_provider == "cm":
        account = CmAccount(
            url=settings.cm_url,
            product_token=settings.cm_product_token.get_secret_value(),
            connections=at_once,
            timeout_seconds=settings.send_timeout_seconds,
            are_reported=bool(settings.cm_report_secret_list),
            pace=pace,
        )
        return CmGateway(account, sender=settings.sms_sender)
    centre = _sms_centre(settings, window=at_once, pace=pace)
    return SmppGateway(centre, sender=settings.sms_sender, receipts=receipts, stays_bound=stays_bound)


def _smtp_server(settings: Settings, *, connections: int, pace: Pace) -> SmtpServer:
    password = settings.smtp_password
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        timeout_seconds=settings.send_timeout_seconds,
        connections=connections,
        signer=settings.dkim_signer,
        bounces=settings.bounce_addresses,
        pace=pace,
    )


def _sms_centre(settings: Settings, *, window: int, pace: Pace) -> SmsCentre:
    return SmsCentre(
        host=settings.smpp_host,
        port=settings.smpp_port,
        tls=settings.smpp_tls,
        system_id=settings.smpp_system_id,
        password=settings.smpp_password.get_secret_value(),
        window=window,
        timeout_seconds=settings.send_timeout_seconds,
        receipt_ids=ReceiptIds(settings.smpp_receipt_ids),
        pace=pace,
    )
