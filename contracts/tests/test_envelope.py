"""What goes through the envelope comes out as it was."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.claims import DECISION_MADE
from contracts.codec import from_json, text_of, to_json
from contracts.envelope import Headers, MalformedMessageError, decode, encode
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.policy import CONTACT_CHANGED, ContactChanged
from contracts.vocabulary import MOST_CENTS, Fact, Language, LossInterval, Truth

ROOT = Path(__file__).parents[2]
AT = datetime(2021, 7, 15, 6, 12, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
EXAMPLE = LOSS_REPORTED.examples[0]
KEY = LOSS_REPORTED.key_of(EXAMPLE).encode()

no_control_characters = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone beside
contacts = st.builds(
    ContactChanged,
    version=st.integers(1, 2**31 - 1),
    relation_number=st.from_regex(r"[0-9]{1,9}", fullmatch=True),
    name=no_control_characters,
    email=st.none() | st.just("j.voorbeeld@example.org"),
    mobile_phone=st.none() | st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    language=st.sampled_from(Language),
)
reports = st.builds(
    LossReported,
    report_version=st.integers(1, 2**31 - 1),
    policy_number=st.from_regex(r"[0-9]{1,9}-[0-9]{3}-[0-9]{2}", fullmatch=True),
    channel=st.sampled_from(ReportChannel),
    reported_at=st.just(datetime(2199, 12, 31, tzinfo=UTC)),
    loss=st.builds(
        lambda from_at, hours: LossInterval(from_at=from_at, until_at=from_at + timedelta(hours=hours)),
        moments,
        st.integers(0, 30 * 24),
    ),
    facts=st.builds(LossFacts, groundwater_entered=st.none() | st.builds(Fact)),
    damage=st.lists(
        st.builds(DamageItem, kind=st.sampled_from(DamageKind), amount_cents=st.integers(0, 10**11 // 5)),
        min_size=1,
        max_size=5,
    ).map(tuple),
)
identities = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(event=contacts, event_id=identities, source=identities, time=moments)
def test_any_contact_comes_out_as_it_went_in(event: ContactChanged, event_id: str, source: str, time: datetime) -> None:
    message = encode(CONTACT_CHANGED, event, event_id=event_id, source=source, time=time)
    received = decode(CONTACT_CHANGED, headers=message.headers, key=message.key, value=message.value)
    assert received.event == event
    assert (received.event_id, received.source, received.time) == (event_id, source, time)


@given(event=reports)
def test_any_report_comes_out_as_it_went_in(event: LossReported) -> None:
    message = encode(LOSS_REPORTED, event, event_id="1", source="/portal", time=AT)
    assert decode(LOSS_REPORTED, headers=message.headers, key=message.key, value=message.value).event == event


def test_fields_a_reader_does_not_know_are_ignored() -> None:
    document = json.loads(to_json(EXAMPLE)) | {"added_later": {"deeply": [1, 2, 3]}}
    document["loss"]["precision"] = "minutes"
    assert decode(LOSS_REPORTED, headers=headers(), key=KEY, value=json.dumps(document).encode()).event == EXAMPLE


def test_an_escaped_backslash_before_u0000_is_text_and_no_nul_character() -> None:
    contact = replace(CONTACT_CHANGED.examples[0], name="J. \\u0000 Voorbeeld")
    message = encode(CONTACT_CHANGED, contact, event_id="1", source="/policy-svc", time=AT)
    assert rb"\\u0000" in message.value
    assert decode(CONTACT_CHANGED, headers=message.headers, key=message.key, value=message.value).event == contact


def test_an_event_without_content_type_is_read_as_json() -> None:
    without = [(name, value) for name, value in headers() if name != "content-type"]
    assert decode(LOSS_REPORTED, headers=without, key=KEY, value=to_json(EXAMPLE)).event == EXAMPLE


@pytest.mark.parametrize("content_type", [b"Application/JSON", b"application/json; charset=utf-8"])
def test_a_content_type_is_read_as_http_writes_it(content_type: bytes) -> None:
    other = [(name, content_type if name == "content-type" else value) for name, value in headers()]
    assert decode(LOSS_REPORTED, headers=other, key=KEY, value=to_json(EXAMPLE)).event == EXAMPLE


def test_money_and_rain_are_written_as_json_integers() -> None:
    assert json.loads(to_json(EXAMPLE))["damage"][0]["amount_cents"] == 184_000
    assert b'"amount_cents":184000' in encode(LOSS_REPORTED, EXAMPLE, event_id="1", source="/p", time=AT).value


@pytest.mark.parametrize(
    "traceparent",
    [
        "no trace",
        TRACE.upper(),
        TRACE + "-00",
        TRACE[:-1],
        "cc" + TRACE[2:] + ".00",
        "ff" + TRACE[2:],
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        TRACE + "\n",
        "\0",
    ],
)
def test_a_traceparent_that_is_none_is_left_out_and_the_event_is_read(traceparent: str) -> None:
    given_headers = (*headers(), ("traceparent", traceparent.encode()))
    received = decode(LOSS_REPORTED, headers=given_headers, key=KEY, value=to_json(EXAMPLE))
    assert received.traceparent is None


@pytest.mark.parametrize("later", ["01" + TRACE[2:], "cc" + TRACE[2:] + "-what the future will be like"])
def test_a_traceparent_of_a_later_version_goes_on_as_one_of_this(later: str) -> None:
    given_headers = (*headers(), ("traceparent", later.encode()))
    received = decode(LOSS_REPORTED, headers=given_headers, key=KEY, value=to_json(EXAMPLE))
    assert received.traceparent == TRACE


def test_a_trace_comes_out_as_it_went_in() -> None:
    message = encode(LOSS_REPORTED, EXAMPLE, event_id="1", source="/portal", time=AT, traceparent=TRACE)
    assert decode(LOSS_REPORTED, headers=message.headers, key=message.key, value=message.value).traceparent == TRACE


@pytest.mark.parametrize(("event_id", "source"), [("", "/p"), ("x" * 201, "/p"), ("1", "\0"), ("1", "")])
def test_an_identity_that_no_reader_accepts_is_not_published(event_id: str, source: str) -> None:
    with pytest.raises(ValueError, match="must hold 1 to 200 characters"):
        encode(LOSS_REPORTED, EXAMPLE, event_id=event_id, source=source, time=AT)


def test_a_time_without_zone_is_not_published() -> None:
    with pytest.raises(ValueError, match="time zone"):
        encode(LOSS_REPORTED, EXAMPLE, event_id="1", source="/portal", time=AT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"policy_number": "12-3"}, "policy_number: must be text that matches ^[0-9]{1,9}-[0-9]{3}-[0-9]{2}$"),
        ({"report_version": "2"}, "report_version: must be a whole number, without quotes, decimal point or exponent"),
        ({"channel": "fax"}, "channel: must be 'portal', 'app', 'phone' or 'partner'"),
    ],
)
def test_an_event_that_no_reader_accepts_is_not_published(changed: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        encode(LOSS_REPORTED, replace(EXAMPLE, **changed), event_id="1", source="/portal", time=AT)


def test_a_fact_that_nobody_gave_is_left_out() -> None:
    facts = LossFacts(groundwater_entered=Fact(value=Truth.FALSE))

    assert to_json(facts) == b'{"groundwater_entered":{"value":"false","source":"customer"}}'
    assert from_json(LossFacts, to_json(facts)) == facts


def test_a_sum_over_claims_that_no_reader_accepts_is_not_made() -> None:
    (deductible,) = DECISION_MADE.examples[0].money.deductibles

    assert replace(deductible, event_covered_cents=MOST_CENTS).event_covered_cents == MOST_CENTS
    with pytest.raises(ValueError, match="event_covered_cents must be at most a billion euros"):
        replace(deductible, event_covered_cents=MOST_CENTS + 1)


def test_equal_moments_are_equal_and_keep_their_zone() -> None:
    dutch = EXAMPLE.reported_at.astimezone(timezone(timedelta(hours=2)))
    moved = replace(EXAMPLE, reported_at=dutch)

    assert moved == EXAMPLE
    assert hash(moved) == hash(EXAMPLE)
    assert b'"reported_at":"2021-07-15T06:12:00Z"' in to_json(EXAMPLE)
    assert b'"reported_at":"2021-07-15T08:12:00+02:00"' in to_json(moved)
    assert to_json(from_json(LossReported, to_json(moved))) == to_json(moved)


@given(st.uuids() | st.text() | st.integers())
def test_the_text_of_what_identifies_is_that_of_python(value: object) -> None:
    assert text_of(value) == str(value)


def test_the_record_key_is_the_text_of_the_key_field() -> None:
    report = replace(EXAMPLE, report_id=UUID(int=7))
    assert encode(LOSS_REPORTED, report, event_id="1", source="/p", time=AT).key == str(UUID(int=7)).encode()


def test_what_the_record_is_keyed_by_is_what_a_reader_demands() -> None:
    for key in (None, b"", KEY + b" ", str(UUID(int=7)).encode()):
        with pytest.raises(MalformedMessageError, match="not the event's report_id; send it as the key") as caught:
            decode(LOSS_REPORTED, headers=headers(), key=key, value=to_json(EXAMPLE))
        assert caught.value.code == "wrong-key"


def test_no_other_code_writes_the_headers_of_a_record() -> None:
    sources = [
        path for package in ("contracts", "chassis", "services", "tools") for path in (ROOT / package).rglob("*.py")
    ]
    writers = {path for path in sources if "tests" not in path.parts and '"ce_specversion"' in path.read_text()}
    assert {path.relative_to(ROOT).as_posix() for path in writers} == {
        "contracts/contracts/envelope.py",
        "contracts/contracts/generate/asyncapi.py",  # the document that describes it
        "tools/drill/drill/generator/records.py",  # shares no code with what it checks
    }


def headers() -> Headers:
    return encode(LOSS_REPORTED, EXAMPLE, event_id="1", source="/portal", time=AT).headers


def test_a_loss_is_not_later_than_its_report() -> None:
    document = json.loads(to_json(EXAMPLE))
    reported_at = datetime.fromisoformat(document["reported_at"])
    at_most = reported_at + timedelta(minutes=15)
    document["loss"]["until_at"] = at_most.isoformat()
    decode(LOSS_REPORTED, headers=headers(), key=KEY, value=json.dumps(document).encode())
    document["loss"]["until_at"] = (at_most + timedelta(microseconds=1)).isoformat()
    with pytest.raises(MalformedMessageError, match=r"loss\.until_at must not be later than reported_at"):
        decode(LOSS_REPORTED, headers=headers(), key=KEY, value=json.dumps(document).encode())
