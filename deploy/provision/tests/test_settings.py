from pathlib import Path

import pytest

from contracts.acls import principals
from provision.__main__ import main
from provision.errors import ProvisionError
from provision.settings import load_passwords, load_settings, variable_of


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("BOOTSTRAP_SERVERS", "SECURITY_PROTOCOL", "SASL_MECHANISM", "SASL_USERNAME", "SASL_PASSWORD"):
        monkeypatch.delenv(f"KAFKA_{name}", raising=False)
    for principal in principals():
        monkeypatch.delenv(variable_of(principal), raising=False)
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


@pytest.mark.parametrize(
    ("environment", "servers", "protocol"),
    [
        ({}, "kafka:9092", "SASL_PLAINTEXT"),
        ({"KAFKA_SECURITY_PROTOCOL": "SSL"}, "kafka:9092", "SASL_SSL"),
        (
            {"LOGIN_BOOTSTRAP_SERVERS": "kafka:9095", "LOGIN_SECURITY_PROTOCOL": "SASL_SSL"},
            "kafka:9095",
            "SASL_SSL",
        ),
    ],
)
def test_others_log_in_where_the_administrator_does_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], servers: str, protocol: str
) -> None:
    for name, value in {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("UPSTREAM_KAFKA_PASSWORD", "of-a-test-of-settings")

    config = load_settings().login_config("upstream", load_passwords(["upstream"])["upstream"])

    assert (config["bootstrap.servers"], config["security.protocol"]) == (servers, protocol)
    assert (config["sasl.mechanism"], config["sasl.username"]) == ("SCRAM-SHA-512", "upstream")


@pytest.mark.parametrize(
    ("mechanism", "own_login"), [("PLAIN", None), ("SCRAM-SHA-256", "admin"), ("SCRAM-SHA-512", "admin")]
)
def test_our_own_login_is_one_that_the_cluster_keeps(
    monkeypatch: pytest.MonkeyPatch, mechanism: str, own_login: str | None
) -> None:
    for name, value in {
        "BOOTSTRAP_SERVERS": "kafka:9092",
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_MECHANISM": mechanism,
        "SASL_USERNAME": "admin",
        "SASL_PASSWORD": "secret",
    }.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)

    settings = load_settings()

    assert (settings.own_login, settings.own_principal) == (own_login, "User:admin")


def test_every_principal_has_a_variable_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {principal: variable_of(principal) for principal in principals()}
    for principal, variable in variables.items():
        monkeypatch.setenv(variable, f"of-a-test-{principal}")

    passwords = load_passwords(principals())

    assert variables["claims-svc"] == "CLAIMS_KAFKA_PASSWORD"
    assert variables["repair-partners"] == "REPAIR_PARTNERS_KAFKA_PASSWORD"
    assert {principal: password.get_secret_value() for principal, password in passwords.items()} == {
        principal: f"of-a-test-{principal}" for principal in variables
    }
    assert "of-a-test" not in repr(passwords)


def test_no_password_is_made_up() -> None:
    assert load_passwords(principals()) == {}


@pytest.mark.parametrize("password", ["fifteen-letters", "sixteen letters!", "sixteen-letters\n", "zestien-lettérs!"])
def test_a_password_that_can_be_guessed_or_that_clients_read_differently_is_refused_unseen(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("UPSTREAM_KAFKA_PASSWORD", password)

    with pytest.raises(ProvisionError) as refusal:
        load_passwords(principals())

    assert str(refusal.value) == (
        "settings are missing or wrong, change the environment: UPSTREAM_KAFKA_PASSWORD: must be 16 or more ASCII "
        "letters, digits and signs, without spaces"
    )


def test_missing_passwords_are_named_before_anything_is_asked_of_the_cluster(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    for principal in principals():
        if principal not in {"claims-svc", "upstream"}:
            monkeypatch.setenv(variable_of(principal), "of-a-test-of-settings")

    with pytest.raises(SystemExit, match="1"):
        main(["--logins", "required"])

    assert capsys.readouterr().err == (
        "provision: passwords are missing, change the environment: CLAIMS_KAFKA_PASSWORD, UPSTREAM_KAFKA_PASSWORD\n"
    )


def test_logins_are_not_left_alone_and_removed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--logins", "none", "--remove-login", "bob"])

    assert "--logins none leaves logins alone, --remove-login does not" in capsys.readouterr().err
