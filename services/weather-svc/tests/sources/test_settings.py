"""Addresses and keys of KNMI in the environment."""

from __future__ import annotations

import pytest

from chassis.errors import CannotStartError
from chassis.settings import load_settings
from weather_svc.settings import Settings

EDR = {"KNMI_EDR_URL": "https://api.example.org/edr/v1", "KNMI_EDR_KEY": "kept-secret"}
NOTIFICATIONS = {"KNMI_NOTIFICATION_URL": "wss://mqtt.example.org", "KNMI_NOTIFICATION_KEY": "kept-secret"}


def load(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> Settings:
    needed = {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "DATABASE_URL": "postgresql://weather@db/weather"}
    for name, value in (needed | variables).items():
        monkeypatch.setenv(name, value)
    return load_settings(Settings)


def test_addresses_with_their_keys_are_accepted_and_the_keys_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, EDR | NOTIFICATIONS | {"KNMI_TEN_MINUTE": "true"})
    assert "kept-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"KNMI_EDR_URL": EDR["KNMI_EDR_URL"]}, "KNMI_EDR_URL and KNMI_EDR_KEY are given together or not at all"),
        (EDR | {"KNMI_EDR_URL": "http://api.example.org"}, "KNMI_EDR_URL must use TLS"),
        (EDR | {"KNMI_EDR_URL": "https://user:kept-secret@example.org"}, "KNMI_EDR_URL is not what is expected"),
        (EDR | {"KNMI_EDR_URL": "https://example.org/?key=kept-secret"}, "KNMI_EDR_URL is not what is expected"),
        (
            EDR | NOTIFICATIONS | {"KNMI_NOTIFICATION_URL": "ws://mqtt.example.org"},
            "KNMI_NOTIFICATION_URL must use TLS",
        ),
        (NOTIFICATIONS, "KNMI_EDR_URL and KNMI_EDR_KEY must be given, too"),
        ({"KNMI_TEN_MINUTE": "true"}, "KNMI_TEN_MINUTE is true, so KNMI_EDR_URL and KNMI_EDR_KEY must be given, too"),
        ({"KNMI_REQUESTS_AN_HOUR": "1000"}, "KNMI_REQUESTS_AN_HOUR must be at most 900"),
    ],
)
def test_what_would_show_a_key_or_use_up_the_quota_is_refused(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CannotStartError) as caught:
        load(monkeypatch, variables)
    assert sentence in str(caught.value)
    assert "kept-secret" not in str(caught.value)
