"""Access to Kafka: what does not fit together stops the start with one sentence, and one way serves every client."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from specimen.app import Settings

from chassis.errors import CannotStartError
from chassis.kafka_security import client_arguments, kafka_security, refusal
from chassis.settings import load_settings

WHERE = {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9093", "DATABASE_URL": "postgresql://specimen:secret@127.0.0.1/specimen"}
LOGIN = {"KAFKA_SASL_USERNAME": "specimen", "KAFKA_SASL_PASSWORD": "of-a-test"}


def settings(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {**WHERE, **environment}.items():
        monkeypatch.setenv(name, value)
    return load_settings(Settings)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_SASL_USERNAME": "specimen"},
            "KAFKA_SECURITY_PROTOCOL SASL_SSL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD",
        ),
        (LOGIN, "KAFKA_SASL_USERNAME is given, so KAFKA_SECURITY_PROTOCOL must be SASL_SSL or SASL_PLAINTEXT"),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", **LOGIN, "KAFKA_SSL_CA_LOCATION": "/ca.pem"},
            "KAFKA_SSL_CA_LOCATION is given, so KAFKA_SECURITY_PROTOCOL must be SSL or SASL_SSL",
        ),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_LOCATION": "/key.pem"},
            "KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION are given together or not at all",
        ),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_PASSWORD": "secret"},
            "KAFKA_SSL_KEY_PASSWORD is given, so KAFKA_SSL_KEY_LOCATION must be given, too",
        ),
        (
            {"KAFKA_SECURITY_PROTOCOL": "TLS"},
            "KAFKA_SECURITY_PROTOCOL must be 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT' or 'SASL_SSL'",
        ),
    ],
)
def test_settings_that_do_not_fit_together_are_named(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CannotStartError) as wrong:
        settings(monkeypatch, environment)

    assert str(wrong.value) == f"settings are missing or wrong, change the environment: {sentence}"


def test_without_any_setting_kafka_is_reached_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    assert client_arguments(settings(monkeypatch, {})) == {
        "bootstrap_servers": "kafka:9093",
        "security_protocol": "PLAINTEXT",
        "ssl_context": None,
    }


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_a_login_is_given_to_every_client(monkeypatch: pytest.MonkeyPatch, protocol: str, mechanism: str) -> None:
    environment = {"KAFKA_SECURITY_PROTOCOL": protocol, "KAFKA_SASL_MECHANISM": mechanism, **LOGIN}

    arguments = client_arguments(settings(monkeypatch, environment))

    context = arguments.pop("ssl_context")
    assert arguments == {
        "bootstrap_servers": "kafka:9093",
        "security_protocol": protocol,
        "sasl_mechanism": mechanism,
        "sasl_plain_username": "specimen",
        "sasl_plain_password": "of-a-test",
    }
    assert (context is None) == (protocol == "SASL_PLAINTEXT")


def test_certificate_and_host_name_of_the_broker_are_always_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    context = kafka_security(settings(monkeypatch, {"KAFKA_SECURITY_PROTOCOL": "SSL"})).ssl_context

    assert context is not None
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", **LOGIN}

    assert "of-a-test" not in repr(settings(monkeypatch, environment))


@pytest.mark.parametrize("text", [None, "no certificate"], ids=["missing", "unreadable"])
def test_a_file_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "file.pem"
    if text is not None:
        file.write_text(text)
    tls = {"KAFKA_SECURITY_PROTOCOL": "SSL"}
    certificate = {"KAFKA_SSL_CERTIFICATE_LOCATION": str(file), "KAFKA_SSL_KEY_LOCATION": str(file)}

    with pytest.raises(CannotStartError, match=rf"{file} cannot be used .*; correct KAFKA_SSL_CA_LOCATION"):
        client_arguments(settings(monkeypatch, {**tls, "KAFKA_SSL_CA_LOCATION": str(file)}))
    with pytest.raises(CannotStartError, match=rf"{file} cannot be used .*; correct KAFKA_SSL_CERTIFICATE_LOCATION"):
        client_arguments(settings(monkeypatch, {**tls, **certificate}))


async def test_a_server_that_is_no_broker_is_told_from_one_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server: Any = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        environment = {"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:1,{address}"}

        told = await refusal(settings(monkeypatch, environment))

    assert told is not None
    assert told.startswith(f"Kafka at 127.0.0.1:1,{address} and this service do not agree on TLS (")
    assert await refusal(settings(monkeypatch, {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"})) is None
