"""What can never become an event is refused with a stable code and a reason that holds no personal data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.envelope import MalformedMessageError, decode, encode
from contracts.loss_reports import LOSS_REPORTED
from contracts.policy import CONTACT_CHANGED

REPORT = LOSS_REPORTED.examples[0]
GOOD = encode(LOSS_REPORTED, REPORT, event_id="1", source="/portal", time=datetime(2021, 7, 15, tzinfo=UTC))
HEADERS: dict[str, bytes | None] = dict(GOOD.headers)


def refusal(*, value: bytes | None = GOOD.value, **changed: bytes | None) -> MalformedMessageError:
    """Return how the good record is refused after its headers or value were changed (`__` stands for `-`)."""
    headers = HEADERS | {name.replace("__", "-"): text for name, text in changed.items()}
    with pytest.raises(MalformedMessageError) as caught:
        decode(LOSS_REPORTED, headers=headers.items(), key=GOOD.key, value=value)
    return caught.value


def changed_report(**fields: object) -> bytes:
    return json.dumps(json.loads(GOOD.value) | fields).encode()


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf" + GOOD.value,
        b'{"report_id": "\\ud800"}',
        b'{"report_id": "a\x00b"}',
        b'{"report_version": ' + b"9" * 5_000 + b"}",
        b'{"x": ' + b"[" * 100_000,
        b'{"x": ' + b'{"x":' * 1_000 + b"1" + b"}" * 1_001,
    ],
    ids=[
        "empty",
        "broken off",
        "not UTF-8",
        "byte order mark",
        "lone surrogate",
        "raw NUL",
        "huge integer",
        "open brackets",
        "deep nesting",
    ],
)
def test_a_value_that_is_not_json_is_refused_as_such(value: bytes) -> None:
    assert refusal(value=value).code == "not-json"


@pytest.mark.parametrize("value", [b"null", b"[]", b'"text"', b"7", b"{}"])
def test_json_that_is_no_event_is_refused(value: bytes) -> None:
    assert refusal(value=value).code == "wrong-schema"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"value": None}, "null-value"),
        ({"anything": None}, "null-header"),
        ({"anything": b"\xff\x00"}, "binary-header"),
        ({"ce_specversion": b"0.3"}, "not-a-cloudevent"),
        ({"ce_id": b""}, "no-identity"),
        ({"ce_id": b"x" * 201}, "no-identity"),
        ({"ce_id": b"a\0b"}, "no-identity"),
        ({"ce_source": b""}, "no-identity"),
        ({"ce_source": b"x" * 201}, "no-identity"),
        ({"ce_type": b"nl.waterschade.claims.loss-reported.v2"}, "wrong-type"),
        ({"ce_time": b"yesterday"}, "no-time"),
        ({"ce_time": b"2021-07-15T06:12:00"}, "no-time"),
        ({"ce_time": b"0001-01-01T00:00:00+14:00"}, "no-time"),
        ({"content__type": b"application/cloudevents+json"}, "wrong-content-type"),
        ({"content__type": b"application/jsonx"}, "wrong-content-type"),
        ({"value": GOOD.value.replace(b"123456", b"12\\u0000")}, "nul-character"),
        ({"value": GOOD.value.replace(b"123456", b"12\\\\\\u0000")}, "nul-character"),
    ],
)
def test_a_record_that_is_no_event_of_its_topic_is_refused(changed: dict[str, Any], code: str) -> None:
    assert refusal(**changed).code == code


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"])
def test_every_required_attribute_is_missed(name: str) -> None:
    headers = [(header, text) for header, text in GOOD.headers if header != name]
    with pytest.raises(MalformedMessageError, match=name):
        decode(LOSS_REPORTED, headers=headers, key=GOOD.key, value=GOOD.value)


@pytest.mark.parametrize("amount", [184_000.0, 1e3, "184000", True, None, -1, 10**11 + 1, 2**63, 10**40])
def test_money_is_a_whole_number_of_cents_and_nothing_that_could_be_read_as_one(amount: object) -> None:
    value = changed_report(damage=[{"kind": "buildings", "amount_cents": amount}])
    assert refusal(value=value).code == "wrong-schema"


@pytest.mark.parametrize(
    "fields",
    [
        {"reported_at": 1_626_329_520},
        {"reported_at": "2021-07-15T06:12:00"},
        {"reported_at": "2021-07-15"},
        {"reported_at": "0001-01-01T00:00:00+14:00"},
        {"reported_at": "2200-01-01T00:00:00Z"},
        {"report_version": 0},
        {"report_version": "1"},
        {"policy_number": 123456},
        {"policy_number": "١٢٣-531-04"},
        {"policy_number": "123456-531-04\n"},
        {"damage": [{"kind": "buildings", "amount_cents": 1}] * 51},
        {"facts": {"groundwater_entered": True}},
        {"loss": {"from_at": "2021-07-15T02:00:00Z", "until_at": "2021-07-15T01:00:00Z"}},
        {"loss": {"from_at": "2021-07-15T00:00:00Z", "until_at": "2021-08-15T00:00:01Z"}},
        {"loss": {"from_at": "0001-01-01T00:00:00+14:00", "until_at": "9999-12-31T23:00:00-14:00"}},
    ],
    ids=str,
)
def test_a_report_beyond_the_limits_of_its_schema_is_refused(fields: dict[str, object]) -> None:
    assert refusal(value=changed_report(**fields)).code == "wrong-schema"


def test_a_value_that_a_newer_version_may_know_has_a_code_of_its_own() -> None:
    unknown = refusal(value=changed_report(channel="fax"))
    assert (unknown.code, unknown.source) == ("unknown-value", "/portal")
    assert str(unknown).startswith("channel: must be ")
    assert refusal(value=changed_report(channel="fax", report_version=0)).code == "wrong-schema"


def test_the_reason_names_the_field_and_repeats_nothing_of_its_content() -> None:
    secrets = {
        "customer_id": "secret-one",
        "version": "secret-two",
        "relation_number": "secret-three",
        "name": ["secret-four"],
        "email": "secret-five",
        "mobile_phone": "secret-six",
        "language": "secret-seven",
    }
    headers = dict(GOOD.headers) | {"ce_type": CONTACT_CHANGED.event_type.encode()}
    with pytest.raises(MalformedMessageError) as caught:
        decode(CONTACT_CHANGED, headers=headers.items(), key=GOOD.key, value=json.dumps(secrets).encode())
    reason = str(caught.value)
    assert caught.value.code == "wrong-schema"
    assert "customer_id:" in reason
    assert "(and 2 more)" in reason
    assert "secret" not in reason


@pytest.mark.parametrize("header", ["ce_specversion", "ce_type", "content__type"])
def test_a_reason_stays_short_when_a_header_is_long(header: str) -> None:
    assert len(str(refusal(**{header: b"x" * 500_000}))) < 400


def test_a_reason_stays_short_when_the_name_of_a_header_is_long() -> None:
    assert len(str(refusal(**{"x" * 500_000: None}))) < 400


def test_what_is_told_to_the_sender_repeats_neither_a_header_nor_the_name_that_its_sender_gave_it() -> None:
    secret = "jan@example.org"
    told = [refusal(ce_type=secret.encode()), refusal(ce_id=b"\xff"), refusal(**{secret: b"\xff"})]
    assert [[fault.field for fault in each.faults] for each in told] == [
        ["header ce_type"],
        ["header ce_id"],
        ["header *"],
    ]
    assert secret not in str([each.faults for each in told])
