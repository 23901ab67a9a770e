from __future__ import annotations

from datetime import time

import pytest
from dkim_keys import der
from message_keys import KEPT_TEXT_KEY, PRIVATE_KEY

from chassis.command_line import run_main
from chassis.errors import CannotStartError
from chassis.settings import demand, load_settings
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.domain.pace import Provider, Rate
from notify_svc.domain.quiet_hours import QuietHours
from notify_svc.settings import Settings

COMPLETE = {
    "KAFKA_BOOTSTRAP_SERVERS": "unused.invalid:9092",
    "DATABASE_URL": "postgresql://unused.invalid/notify",
    "SMTP_HOST": "127.0.0.1",
    "MAIL_FROM": "schade@insurer.example",
    "DKIM_PRIVATE_KEY": "none",
    "SMPP_HOST": "127.0.0.1",
    "SMPP_SYSTEM_ID": "notify",
    "SMPP_PASSWORD": "secret",
    "INSURER_PHONE": "088 123 45 67",
    "INSURER_ADDRESS": "Postbus 1, 1000 AA Amsterdam",
    "PORTAL_URL": "https://portal.example",
    "MESSAGE_KEYS": PRIVATE_KEY,
    "KEPT_TEXT_KEYS": KEPT_TEXT_KEY,
}


def load_to_run() -> Settings:
    """Load the settings as `notify-svc run` does."""
    settings = load_settings(Settings, needs=Settings.needed_to_run)
    demand(settings.also_needed_to_run)
    return settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_servers_keys_and_where_to_turn_to_are_all_that_must_be_named_to_run(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("SEND_TIMEOUT_SECONDS", "30")

    assert load_to_run().lease_seconds == 120


@pytest.mark.parametrize(
    "missing",
    [
        "SMTP_HOST",
        "MAIL_FROM",
        "DKIM_PRIVATE_KEY",
        "SMPP_HOST",
        "SMPP_SYSTEM_ID",
        "SMPP_PASSWORD",
        "INSURER_PHONE",
        "INSURER_ADDRESS",
        "PORTAL_URL",
        "MESSAGE_KEYS",
        "KEPT_TEXT_KEYS",
    ],
)
@pytest.mark.parametrize("value", [None, ""])
def test_a_server_that_is_not_named_stops_a_run_and_no_command(
    environment: pytest.MonkeyPatch, missing: str, value: str | None
) -> None:
    environment.delenv(missing) if value is None else environment.setenv(missing, value)

    assert load_settings(Settings).database_url == COMPLETE["DATABASE_URL"]
    with pytest.raises(CannotStartError, match=rf": {missing} is missing$"):
        load_to_run()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SMTP_TLS", "maybe"),
        ("MAIL_FROM", "no address"),
        ("SMS_SENDER", "much too long a name"),
        ("LEASE_SECONDS", "119"),
        ("INSURER_PHONE", "call us"),
        ("INSURER_ADDRESS", "Postbus 1\n1000 AA Amsterdam"),
        ("PORTAL_URL", "https://portal.example/"),
        ("SEND_CONCURRENCY", "0"),
        ("MESSAGE_KEYS", "hunter2"),
        ("SMS_PROVIDER", "pigeon"),
        ("SMPP_RECEIPT_IDS", "octal"),
        ("CM_URL", "http://gw.example/v1.0/message"),
        ("CM_URL", "https://gw.example:99999/v1.0/message"),
        ("CM_URL", "https://gw.example:port/v1.0/message"),
        ("SMS_QUIET_FROM", "22 o'clock"),
        ("SMS_QUIET_UNTIL", "08:00+01:00"),
        ("MESSAGE_KEYS", f"{PRIVATE_KEY},hunter2"),
        ("DKIM_PRIVATE_KEY", "hunter2"),
        ("DKIM_SELECTOR", "with.dots"),
        ("DKIM_DOMAIN", "surer.example"),
        ("DKIM_DOMAIN", "mail.insurer.example"),
        ("KEPT_TEXT_KEYS", f"{KEPT_TEXT_KEY},hunter2"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_the_variable_and_never_its_value(
    environment: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    environment.setenv(variable, value)

    with pytest.raises(CannotStartError, match=rf": {variable}\b") as stopped:
        load_settings(Settings)

    assert value not in str(stopped.value)


def test_the_default_lease_is_checked_against_a_longer_time_out(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SEND_TIMEOUT_SECONDS", "31")

    with pytest.raises(CannotStartError, match=r"LEASE_SECONDS: .*at least four times SEND_TIMEOUT_SECONDS"):
        load_settings(Settings)


@pytest.mark.parametrize("field", [name for name, field in Settings.model_fields.items() if field.annotation is float])
def test_a_duration_without_an_end_stops_the_start_and_not_the_first_message_that_must_wait(
    environment: pytest.MonkeyPatch, field: str
) -> None:
    environment.setenv(field.upper(), "inf")

    with pytest.raises(CannotStartError, match=rf": {field.upper()} must be at most \d+$"):
        load_settings(Settings)


def test_who_sends_by_cm_needs_its_token_and_no_sms_centre(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMS_PROVIDER", "cm")
    for name in ("SMPP_HOST", "SMPP_SYSTEM_ID", "SMPP_PASSWORD"):
        environment.delenv(name)

    with pytest.raises(CannotStartError, match=r": CM_PRODUCT_TOKEN is missing$"):
        load_to_run()
    environment.setenv("CM_PRODUCT_TOKEN", "token")
    settings = load_to_run()

    assert "token" not in repr(settings.cm_product_token)
    assert settings.cm_url == "https://gw.cmtelecom.com/v1.0/message"


def test_the_night_is_quiet_unless_it_is_set_otherwise(environment: pytest.MonkeyPatch) -> None:
    assert load_to_run().quiet_hours == QuietHours(begin=time(22), end=time(8))

    environment.setenv("SMS_QUIET_FROM", "21:30")
    environment.setenv("SMS_QUIET_UNTIL", "09:15:30")

    assert load_to_run().quiet_hours == QuietHours(begin=time(21, 30), end=time(9, 15, 30))


def test_a_run_without_what_its_provider_needs_does_not_start(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("SMS_PROVIDER", "cm")

    with pytest.raises(SystemExit) as ended:
        run_main("notify-svc", Settings, build, ["run"])

    assert ended.value.code == 2
    assert "CM_PRODUCT_TOKEN is missing" in capsys.readouterr().err


def test_mails_are_signed_for_the_domain_of_their_sender_or_one_above_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DKIM_PRIVATE_KEY", der("ed25519"))
    environment.setenv("DKIM_SELECTOR", "mail2026")
    environment.setenv("MAIL_FROM", "schade@mail.insurer.example")
    for domain in ("insurer.example", "mail.insurer.example"):
        environment.setenv("DKIM_DOMAIN", domain)
        assert load_settings(Settings, needs=Settings.needed_to_run).dkim_signer is not None


def test_a_key_without_a_selector_signs_nothing_and_stops_the_start(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DKIM_PRIVATE_KEY", der("ed25519"))
    environment.setenv("DKIM_DOMAIN", "insurer.example")

    with pytest.raises(CannotStartError, match="needs DKIM_SELECTOR and DKIM_DOMAIN"):
        load_settings(Settings)


def test_without_a_rate_nothing_is_held_up_and_with_one_it_is_of_the_provider_in_use(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("SMTP_RATE", "")
    environment.setenv("SMPP_RATE", "12.5")
    environment.setenv("CM_RATE", "3")

    by_smpp = load_to_run().providers
    environment.setenv("SMS_PROVIDER", "cm")
    environment.setenv("CM_PRODUCT_TOKEN", "token")
    by_cm = load_to_run().providers

    assert by_smpp == {Channel.EMAIL: Provider("smtp", None), Channel.SMS: Provider("smpp", Rate(12.5))}
    assert by_cm[Channel.SMS] == Provider("cm", Rate(3))


@pytest.mark.parametrize("rate", ["0", "-1", "fast", "nan", "inf"])
def test_a_rate_at_which_nothing_would_leave_is_refused(environment: pytest.MonkeyPatch, rate: str) -> None:
    environment.setenv("SMPP_RATE", rate)

    with pytest.raises(CannotStartError, match="SMPP_RATE"):
        load_settings(Settings)
