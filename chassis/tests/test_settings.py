"""Settings: sentences of our own that name the variable and not its value; only `run` needs a broker."""

from __future__ import annotations

import os
import socket
from typing import ClassVar

import pytest
from pydantic import Field, field_validator

from chassis.errors import CannotStartError
from chassis.settings import ServiceSettings, demand, load_settings

DATABASE_URL = "postgresql://claims:secret@127.0.0.1:5432/claims"


FIELDS = ServiceSettings.model_fields


class SettingsOfAService(ServiceSettings):
    needed_to_run: ClassVar[tuple[str, ...]] = (*ServiceSettings.needed_to_run, "smtp_host")

    smtp_host: str = ""
    sender: str = Field(default="Water", pattern=r"^[A-Za-z]{1,11}$", description="up to 11 letters")
    stations: int = 3

    @field_validator("stations")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("an even number of stations decides nothing")
        return value


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SettingsOfAService.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", DATABASE_URL)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DATABASE_URL", "", "DATABASE_URL is missing"),
        (
            "DATABASE_URL",
            "mysql://claims:secret@127.0.0.1/claims",
            f"DATABASE_URL is not what is expected: {FIELDS['database_url'].description}",
        ),
        ("DATABASE_CONNECTIONS", "many", "DATABASE_CONNECTIONS must be a whole number"),
        ("DATABASE_CONNECTIONS", "2.5", "DATABASE_CONNECTIONS must be a whole number"),
        ("DATABASE_CONNECTIONS", "1", "DATABASE_CONNECTIONS must be at least 2"),
        ("DATABASE_CONNECTIONS", "101", "DATABASE_CONNECTIONS must be at most 100"),
        ("START_TIMEOUT_SECONDS", "soon", "START_TIMEOUT_SECONDS must be a number"),
        ("START_TIMEOUT_SECONDS", "0", "START_TIMEOUT_SECONDS must be more than 0"),
        ("STOP_TIMEOUT_SECONDS", "inf", "STOP_TIMEOUT_SECONDS must be at most 86400"),
        ("CLOCK_JUMP_LIMIT_SECONDS", "nan", "CLOCK_JUMP_LIMIT_SECONDS must be at most 31536000"),
        ("CLOCK_JUMP_LIMIT_SECONDS", "1e300", "CLOCK_JUMP_LIMIT_SECONDS must be at most 31536000"),
        ("DEAD_LETTER_RETENTION_DAYS", "3650000", "DEAD_LETTER_RETENTION_DAYS must be at most 36500"),
        ("KAFKA_SESSION_TIMEOUT_MS", "9999999999", "KAFKA_SESSION_TIMEOUT_MS must be at most 1800000"),
        (
            "KAFKA_MEMBER_NAME",
            "claims 1",
            f"KAFKA_MEMBER_NAME is not what is expected: {FIELDS['kafka_member_name'].description}",
        ),
        ("KAFKA_FETCH_MAX_WAIT_MS", "60000", "KAFKA_FETCH_MAX_WAIT_MS must be at most 30000"),
        ("OTEL_SDK_DISABLED", "perhaps", "OTEL_SDK_DISABLED must be true or false"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be 'debug', 'info', 'warning' or 'error'"),
        ("KAFKA_BOOTSTRAP_SERVERS", "x", "KAFKA_BOOTSTRAP_SERVERS must have at least 3 characters"),
        (
            "KAFKA_BOOTSTRAP_SERVERS",
            "kafka:port",
            "KAFKA_BOOTSTRAP_SERVERS is not what is expected: host:port,host:port of the brokers",
        ),
        (
            "KAFKA_BOOTSTRAP_SERVERS",
            "PLAINTEXT://kafka:9092",
            "KAFKA_BOOTSTRAP_SERVERS is not what is expected: host:port,host:port of the brokers",
        ),
        ("SENDER", "Water & Co", "SENDER is not what is expected: up to 11 letters"),
        ("STATIONS", "4", "STATIONS: an even number of stations decides nothing"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(CannotStartError) as refusal:
        load_settings(SettingsOfAService)

    assert str(refusal.value) == f"settings are missing or wrong, change the environment: {sentence}"


@pytest.mark.parametrize(
    ("given", "name"), [(None, None), ("claims-svc-1", "claims-svc-1"), ("hostname", socket.gethostname())]
)
def test_an_instance_has_the_name_that_it_is_given_or_that_of_its_host(
    monkeypatch: pytest.MonkeyPatch, given: str | None, name: str | None
) -> None:
    if given is not None:
        monkeypatch.setenv("KAFKA_MEMBER_NAME", given)

    assert load_settings(SettingsOfAService).member_name() == name


def test_a_command_needs_no_more_than_the_database() -> None:
    settings = load_settings(SettingsOfAService)

    assert (settings.database_url, settings.kafka_bootstrap_servers, settings.smtp_host) == (DATABASE_URL, "", "")


def test_what_a_run_needs_is_named_together_with_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")

    with pytest.raises(
        CannotStartError,
        match=r": DATABASE_URL is missing; KAFKA_BOOTSTRAP_SERVERS is missing; SMTP_HOST is missing$",
    ):
        load_settings(SettingsOfAService, needs=SettingsOfAService.needed_to_run)


def test_a_command_can_need_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotStartError, match=r": SMTP_HOST is missing$"):
        demand(("smtp_host",))

    monkeypatch.setenv("SMTP_HOST", "mail.example")
    demand(("smtp_host",))
    assert os.environ["SMTP_HOST"] == load_settings(SettingsOfAService).smtp_host


@pytest.mark.parametrize(
    "url",
    [
        "https://auth.example/keys",
        "http://127.0.0.1:8090/keys",
        "http://127.1.2.3/keys",
        "http://[::1]:8090/keys",
        "http://localhost:8090/keys",
    ],
)
def test_keys_come_over_tls_or_from_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("API_JWKS_URL", url)

    assert load_settings(SettingsOfAService).api_jwks_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://auth-svc:8090/keys",
        "http://10.0.0.1/keys",
        "http://localhost.example/keys",
        "http://127.0.0.1.example/keys",
        "http://127.0.0.1@auth.example/keys",
        "http://[fe80::1]/keys",
    ],
)
def test_keys_over_a_network_in_plain_text_are_refused_unless_it_is_said_to_be_private(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("API_JWKS_URL", url)
    with pytest.raises(
        CannotStartError, match="API_JWKS_URL must begin with https, or API_JWKS_OVER_HTTP must be true"
    ):
        load_settings(SettingsOfAService)

    monkeypatch.setenv("API_JWKS_OVER_HTTP", "true")
    assert load_settings(SettingsOfAService).api_jwks_url == url
