"""What notify-svc reads from its environment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from typing_extensions import override

from chassis.sealing import PRIVATE_KEYS_FORM, Opener
from chassis.settings import ServiceSettings, is_this_machine
from chassis.vault import SERVICE_KEYS_FORM, Vault
from contracts.vocabulary import Channel
from notify_svc.dkim import DKIM_KEY_FORM, NO_DKIM, DkimSigner
from notify_svc.domain.attempts import RetryPolicy
from notify_svc.domain.bounce_address import BOUNCE_KEYS_FORM, BounceAddresses
from notify_svc.domain.email_address import parse_address
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.pace import Provider, Rate
from notify_svc.domain.quiet_hours import QuietHours

REPORT_SECRETS_FORM = "32 to 128 letters, digits, - or _ each, with commas between"
_REPORT_SECRET = re.compile(r"[A-Za-z0-9_-]{32,128}", re.ASCII)
_LEASED_TIMEOUTS = 4
"""Connecting, the envelope and the message may take one time-out each; the last is for recording the result."""


def _mail_address(text: str) -> str:
    parse_address(text)
    return text


@dataclass(frozen=True, kw_only=True)
class SenderSettings:
    """How many messages a channel holds leased at once, and for how long a message is leased to one process."""

    concurrency: int
    lease: timedelta
    poll_seconds: float
    retry_policy: RetryPolicy


@dataclass(frozen=True, kw_only=True)
class RequestSettings:
    """How many requested messages of a channel and a priority are sent at once, and how long one is leased.

    `about_claims` is how many about claims are leased at once; those for whom no connection is free wait for one.
    `send_timeout` is how long handing over may take. The sender looks for itself every `poll_seconds`.
    """

    concurrency: int
    about_claims: int
    send_timeout: timedelta
    lease: timedelta
    poll_seconds: float


NEEDED_BY_PROVIDER = {"smpp": ("smpp_host", "smpp_system_id", "smpp_password"), "cm": ("cm_product_token",)}
"""What each provider of SMS is reached by."""
NEEDED_TO_WRITE = ("insurer_phone", "insurer_address", "portal_url")
"""What every letter names, so that nobody is told to call without a number."""


class Settings(ServiceSettings):
    """Durations end in their unit."""

    needed_to_run: ClassVar[tuple[str, ...]] = (
        *ServiceSettings.needed_to_run,
        *("smtp_host", "mail_from", "dkim_private_key"),
        *NEEDED_TO_WRITE,
        *("message_keys", "kept_text_keys"),
    )

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    mail_from: Annotated[str, AfterValidator(_mail_address)] = Field(default="", description="Customers answer to it")
    dkim_private_key: SecretStr = Field(
        default=SecretStr(""),
        description=f"Signs mails: {DKIM_KEY_FORM}; `{NO_DKIM}` says that the mail server signs them",
    )
    dkim_selector: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$")] = ""
    dkim_domain: str = Field(default="", max_length=253, description="That of MAIL_FROM, or one above it")
    bounce_address: str = Field(default="", description="Where mails come back to; each to one below it: bounce+…@")
    bounce_keys: SecretStr = Field(default=SecretStr(""), description=f"Authenticate these: {BOUNCE_KEYS_FORM}")
    bounce_maildir: Path | None = Field(default=None, description="The Maildir into which what comes back is delivered")
    bounce_poll_seconds: float = Field(default=30, gt=0, le=86_400)
    bounce_kept_days: float = Field(
        default=14, gt=0, le=365, description="For how long what is no report stays in the Maildir: letters, in clear"
    )
    sms_provider: Literal["smpp", "cm"] = "smpp"
    smpp_host: str = ""
    smpp_port: int = Field(default=2775, ge=1, le=65_535)
    smpp_tls: bool = False
    smpp_system_id: Annotated[str, StringConstraints(max_length=15)] = ""
    smpp_password: SecretStr = SecretStr("")
    smpp_receipt_ids: Literal["as_submitted", "decimal", "hexadecimal"] = Field(
        default="as_submitted", description="How the text of a receipt writes the id that the answer gave"
    )
    cm_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+$")] = Field(
        default="https://gw.cmtelecom.com/v1.0/message", description="Where CM.com takes messages"
    )
    cm_product_token: SecretStr = SecretStr("")
    cm_report_secrets: SecretStr = Field(
        default=SecretStr(""),
        description=f"By which CM.com is known when it reports what became of an SMS: {REPORT_SECRETS_FORM}",
    )
    sms_quiet_from: time = Field(default=time(22), description="22:00, by the clock on the wall in the Netherlands")
    sms_quiet_until: time = Field(default=time(8), description="08:00; the same as SMS_QUIET_FROM: no quiet hours")
    sms_sender: Annotated[str, StringConstraints(pattern=r"^(\+?\d{3,15}|[A-Za-z0-9 ]{1,11})$")] = Field(
        default="Waterschade", description="Shown as the sender: a number, or up to 11 letters and digits"
    )
    insurer_name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\r\n]+$")] = "Waterschade"
    insurer_phone: Annotated[str, StringConstraints(pattern=r"^(\+?[0-9][0-9 -]{2,16})?$")] = Field(
        default="", description="As customers dial it: 088 123 45 67"
    )
    insurer_address: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\r\n]*$")] = Field(
        default="", description="Where customers write to, on one line: Postbus 1, 1000 AA Amsterdam"
    )
    portal_url: Annotated[str, StringConstraints(pattern=r"^(https://[^\s?#]+[^\s?#/])?$", max_length=200)] = Field(
        default="", description="Where customers see their claims, without a slash at its end: https://portal.example"
    )
    send_concurrency: int = Field(default=20, ge=1, le=1_000, description="Per channel; with SMPP the window")
    smtp_connections: int = Field(default=20, ge=1, le=1_000, description="To the mail server at once, at most")
    smtp_rate: float | None = Field(
        default=None, gt=0, le=100_000, description="Mails a second, of all processes together; empty: no limit"
    )
    smpp_rate: float | None = Field(
        default=None, gt=0, le=100_000, description="Parts of SMS a second, of all processes together; empty: no limit"
    )
    cm_rate: float | None = Field(default=None, gt=0, le=100_000, description="The same by CM.com")
    message_keys: SecretStr = Field(
        default=SecretStr(""), description=f"Open what is sealed for this service: {PRIVATE_KEYS_FORM}"
    )
    kept_text_keys: SecretStr = Field(
        default=SecretStr(""), description=f"Seal and open what was sent, which is kept: {SERVICE_KEYS_FORM}"
    )
    request_concurrency: int = Field(
        default=5, ge=1, le=100, description="Requested messages sent at once, per channel and priority"
    )
    request_poll_seconds: float = Field(
        default=5, gt=0, le=60, description="How soon a request is noticed that another process stored and cannot send"
    )
    send_timeout_seconds: float = Field(default=30, gt=0, le=3_600)
    lease_seconds: float = Field(
        default=120,
        gt=0,
        le=86_400,
        validate_default=True,
        description="After this, the answer to an attempt without a result counts as lost",
    )
    poll_seconds: float = Field(default=0.2, gt=0, le=60, description="How soon a message is noticed that became due")
    retry_first_seconds: float = Field(default=30, gt=0, le=604_800)
    retry_longest_seconds: float = Field(default=4 * 3_600, gt=0, le=604_800)
    give_up_after_hours: float = Field(default=72, gt=0, le=8_760)
    contact_wait_hours: float = Field(default=72, gt=0, le=8_760)
    reporter_contact_days: float = Field(
        default=30, gt=0, le=365, description="For how long at most a reporter's contact data are kept"
    )

    @field_validator("lease_seconds")
    @classmethod
    def _outlasts_an_attempt(cls, lease_seconds: float, info: ValidationInfo) -> float:
        timeout_seconds = info.data.get("send_timeout_seconds", 0.0)  # missing when it is wrong itself
        if lease_seconds < timeout_seconds * _LEASED_TIMEOUTS:
            raise ValueError("must be at least four times SEND_TIMEOUT_SECONDS, or two processes may send one message")
        return lease_seconds

    @field_validator("cm_url")
    @classmethod
    def _hides_numbers(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.port == 0:  # to ask for it raises, too, where it is none
            raise ValueError("must have a port that can be reached")
        if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            raise ValueError("must begin with https: anybody on the way could read numbers, codes and the token")
        return url

    @field_validator("cm_report_secrets")
    @classmethod
    def _cannot_be_guessed(cls, cm_report_secrets: SecretStr) -> SecretStr:
        text = cm_report_secrets.get_secret_value()
        if text and not all(map(_REPORT_SECRET.fullmatch, text.split(","))):
            raise ValueError(f"must be {REPORT_SECRETS_FORM}: who guesses one can say that an SMS has arrived")
        return cm_report_secrets

    @field_validator("sms_quiet_from", "sms_quiet_until")
    @classmethod
    def _names_no_zone(cls, moment: time) -> time:
        if moment.tzinfo is not None:
            raise ValueError("names no zone: the clock is the one on the customer's wall")
        return moment

    @field_validator("message_keys")
    @classmethod
    def _are_keys(cls, message_keys: SecretStr) -> SecretStr:
        Opener(message_keys.get_secret_value())
        return message_keys

    @field_validator("dkim_private_key")
    @classmethod
    def _is_a_key_to_sign_with(cls, dkim_private_key: SecretStr) -> SecretStr:
        if (key := dkim_private_key.get_secret_value()) not in {"", NO_DKIM}:
            DkimSigner(key, selector="", domain="")
        return dkim_private_key

    @field_validator("dkim_domain")
    @classmethod
    def _signs_for_the_sender(cls, dkim_domain: str, info: ValidationInfo) -> str:
        sender = info.data.get("mail_from") or ""
        if dkim_domain and sender and not f".{parse_address(sender).domain}".endswith(f".{dkim_domain}"):
            raise ValueError("must be the domain of MAIL_FROM or one above it, or nobody counts the signature (DMARC)")
        return dkim_domain

    @model_validator(mode="after")
    def _signs_or_does_not(self) -> Self:
        self.dkim_signer  # noqa: B018 - raises when its parts do not fit
        if (self.bounce_addresses is None) != (self.bounce_maildir is None):
            raise ValueError("BOUNCE_MAILDIR and BOUNCE_ADDRESS need each other")
        return self

    @property
    def bounce_addresses(self) -> BounceAddresses | None:
        """Where mails come back to; None where that is their sender."""
        if not self.bounce_address:
            return None
        return BounceAddresses(self.bounce_address, keys=self.bounce_keys.get_secret_value())

    @property
    def dkim_signer(self) -> DkimSigner | None:
        """Signs mails; None where the mail server does."""
        key = self.dkim_private_key.get_secret_value()
        if key in {"", NO_DKIM}:
            return None
        if not self.dkim_selector or not self.dkim_domain:
            raise ValueError("DKIM_PRIVATE_KEY needs DKIM_SELECTOR and DKIM_DOMAIN")
        return DkimSigner(key, selector=self.dkim_selector, domain=self.dkim_domain)

    @field_validator("kept_text_keys")
    @classmethod
    def _are_service_keys(cls, kept_text_keys: SecretStr) -> SecretStr:
        Vault(kept_text_keys.get_secret_value())
        return kept_text_keys

    @property
    def vault(self) -> Vault:
        """Seals what is kept. Commands that show nothing need no key."""
        return Vault(self.kept_text_keys.get_secret_value())

    @property
    @override
    def also_needed_to_run(self) -> tuple[str, ...]:
        return NEEDED_BY_PROVIDER[self.sms_provider]

    @property
    def cm_report_secret_list(self) -> Sequence[str]:
        """By any of which CM.com is known that reports; none: nothing is taken from it."""
        return [secret for secret in self.cm_report_secrets.get_secret_value().split(",") if secret]

    @property
    def quiet_hours(self) -> QuietHours:
        """When an SMS waits that can."""
        return QuietHours(begin=self.sms_quiet_from, end=self.sms_quiet_until)

    @property
    def providers(self) -> Mapping[Channel, Provider]:
        """Who takes messages of each channel, and how fast."""
        per_second = {"smtp": self.smtp_rate, "smpp": self.smpp_rate, "cm": self.cm_rate}
        return {
            channel: Provider(name, None if (rate := per_second[name]) is None else Rate(rate))
            for channel, name in ((Channel.EMAIL, "smtp"), (Channel.SMS, self.sms_provider))
        }

    @property
    def opener(self) -> Opener:
        """Opens what is sealed for this service. Commands have no key, and open nothing."""
        return Opener(self.message_keys.get_secret_value())

    @property
    def request_settings(self) -> RequestSettings:
        """How requested messages are sent."""
        return RequestSettings(
            concurrency=self.request_concurrency,
            about_claims=self.providers[Channel.EMAIL].leased_at_once(self.send_concurrency),
            send_timeout=timedelta(seconds=self.send_timeout_seconds),
            lease=timedelta(seconds=self.lease_seconds),
            poll_seconds=self.request_poll_seconds,
        )

    @property
    def sender_settings(self) -> SenderSettings:
        """How each channel's sender works, where its provider has no rate."""
        return SenderSettings(
            concurrency=self.send_concurrency,
            lease=timedelta(seconds=self.lease_seconds),
            poll_seconds=self.poll_seconds,
            retry_policy=RetryPolicy(
                first_seconds=self.retry_first_seconds,
                longest_seconds=self.retry_longest_seconds,
                give_up_after=timedelta(hours=self.give_up_after_hours),
            ),
        )

    @property
    def contact_wait(self) -> timedelta:
        """How long a message waits for contact data."""
        return timedelta(hours=self.contact_wait_hours)

    @property
    def reporter_contact_kept_for(self) -> timedelta:
        """How long a reporter's contact data are kept at most."""
        return timedelta(days=self.reporter_contact_days)

    @property
    def insurer(self) -> Insurer:
        """Who signs the letters."""
        return Insurer(
            name=self.insurer_name,
            phone=self.insurer_phone,
            address=self.insurer_address,
            portal_url=self.portal_url,
        )
