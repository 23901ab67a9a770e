"""What notify-svc is told by its environment."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from chassis.settings import ServiceSettings
from notify_svc.domain import RetryPolicy
from notify_svc.mail import parse_address

_LEASED_TIMEOUTS = 4
"""Connecting, the envelope and the message may take one time-out each; the last is for writing down the result."""


def _mail_address(text: str) -> str:
    parse_address(text)
    return text


class Settings(ServiceSettings):
    """Durations end in their unit. Without SENDERS=null the mail server and the SMS centre must be named."""

    senders: Literal["network", "null"] = Field(
        default="network", description="null settles every message at once and sends nothing: for load tests only"
    )
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    mail_from: Annotated[str, AfterValidator(_mail_address)] | None = Field(
        default=None, description="Customers answer to it"
    )
    smpp_host: str | None = None
    smpp_port: int = Field(default=2775, ge=1, le=65_535)
    smpp_tls: bool = False
    smpp_system_id: Annotated[str, StringConstraints(max_length=15)] | None = None
    smpp_password: SecretStr | None = None
    sms_sender: Annotated[str, StringConstraints(pattern=r"^(\+?\d{3,15}|[A-Za-z0-9 ]{1,11})$")] = Field(
        default="Waterschade", description="Shown as the sender: a number, or up to 11 letters and digits"
    )
    insurer_name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\r\n]+$")] = "Waterschade"
    send_concurrency: int = Field(default=20, ge=1, le=1_000, description="Per channel: connections, or SMPP's window")
    send_timeout_seconds: float = Field(default=30, gt=0)
    lease_seconds: float = Field(
        default=120, gt=0, description="After this an attempt without a result counts as in doubt"
    )
    poll_seconds: float = Field(default=0.2, gt=0, description="How soon a new message is noticed")
    retry_first_seconds: float = Field(default=30, gt=0)
    retry_longest_seconds: float = Field(default=4 * 3_600, gt=0)
    give_up_after_hours: float = Field(default=72, gt=0)
    contact_wait_hours: float = Field(default=72, gt=0)

    @model_validator(mode="after")
    def _can_send(self) -> Self:
        needed = ("smtp_host", "mail_from", "smpp_host", "smpp_system_id", "smpp_password")
        missing = [name.upper() for name in needed if getattr(self, name) is None]
        if missing and self.senders == "network":
            message = f"set {', '.join(missing)}, or SENDERS=null to send nothing"
            raise ValueError(message)
        if self.lease_seconds < self.send_timeout_seconds * _LEASED_TIMEOUTS:
            message = "LEASE_SECONDS must be at least four times SEND_TIMEOUT_SECONDS, or two may send one message"
            raise ValueError(message)
        return self

    @property
    def retry_policy(self) -> RetryPolicy:
        """How long and how often a message is tried."""
        return RetryPolicy(
            first_seconds=self.retry_first_seconds,
            longest_seconds=self.retry_longest_seconds,
            give_up_after=timedelta(hours=self.give_up_after_hours),
        )

    @property
    def contact_wait(self) -> timedelta:
        """How long a message waits for contact data."""
        return timedelta(hours=self.contact_wait_hours)
