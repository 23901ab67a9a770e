from pathlib import Path

import pytest

from provision.errors import ProvisionError
from provision.settings import load_settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BOOTSTRAP_SERVERS", "SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD"):
        monkeypatch.delenv(f"KAFKA_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_missing_address_is_named() -> None:
    with pytest.raises(ProvisionError, match="change the environment: KAFKA_BOOTSTRAP_SERVERS: Field required"):
        load_settings()


def test_a_login_needs_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_USERNAME", "admin")

    with pytest.raises(ProvisionError, match="SASL_SSL needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"):
        load_settings()


def test_the_client_shows_the_certificate_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SSL")
    monkeypatch.setenv("KAFKA_SSL_CERTIFICATE_LOCATION", "/etc/me.pem")
    monkeypatch.setenv("KAFKA_SSL_KEY_LOCATION", "/etc/me.key")
    monkeypatch.setenv("KAFKA_SSL_KEY_PASSWORD", "secret")

    settings = load_settings()

    assert "secret" not in repr(settings)
    config = settings.client_config()
    assert {name: value for name, value in config.items() if name.startswith("ssl.")} == {
        "ssl.certificate.location": "/etc/me.pem",
        "ssl.key.location": "/etc/me.key",
        "ssl.key.password": "secret",
    }


def test_the_client_logs_in_as_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092")
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "SCRAM-SHA-256")
    monkeypatch.setenv("KAFKA_SASL_USERNAME", "admin")
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "secret")
    monkeypatch.setenv("KAFKA_SSL_CA_LOCATION", "/etc/ca.pem")

    settings = load_settings()

    assert "secret" not in repr(settings)
    assert settings.client_config() == {
        "bootstrap.servers": "kafka:9092",
        "security.protocol": "SASL_SSL",
        "client.id": "provision",
        "log_level": 2,
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": "admin",
        "sasl.password": "secret",
        "ssl.ca.location": "/etc/ca.pem",
    }
