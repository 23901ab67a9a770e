"""A request for a message says what happened and to whom, and shows neither code nor link nor address."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.codec import to_json
from contracts.envelope import MalformedMessageError, decode, encode
from contracts.message_requests import (
    CODE_OCCASIONS,
    CUSTOMER_MESSAGE_REQUESTED,
    CUSTOMER_OCCASIONS,
    LINK_OCCASIONS,
    MESSAGE_REQUESTED,
    POLICY_OCCASIONS,
    CustomerMessageRequested,
    MessageRequested,
    Occasion,
    SealedContents,
)
from contracts.validation import read_from_outside

(EXAMPLE,) = MESSAGE_REQUESTED.examples
(OF_A_POLICY,) = CUSTOMER_MESSAGE_REQUESTED.examples
CODE, LINK = "8305961742", "https://portal.example/reset?token=c2VjcmV0"
OF_EXAMPLE = {"request_id": str(EXAMPLE.request_id), "customer_id": str(EXAMPLE.customer_id)}


def received(**changes: Any) -> MessageRequested:  # noqa: ANN401 - whatever a stranger writes
    message = encode(MESSAGE_REQUESTED, EXAMPLE, event_id="42", source="/test", time=datetime(2021, 7, 16, tzinfo=UTC))
    value = json.dumps(json.loads(message.value) | changes).encode()
    return decode(MESSAGE_REQUESTED, headers=message.headers, key=message.key, value=value).event


@pytest.mark.parametrize("occasion", sorted(set(Occasion) - CODE_OCCASIONS - LINK_OCCASIONS - CUSTOMER_OCCASIONS))
def test_what_is_told_without_a_code_or_a_link_needs_nothing_sealed(occasion: Occasion) -> None:
    assert received(occasion=occasion, sealed=None).sealed is None


def about_a_customer(**changes: Any) -> CustomerMessageRequested:  # noqa: ANN401 - whatever a stranger writes
    topic = CUSTOMER_MESSAGE_REQUESTED
    message = encode(topic, OF_A_POLICY, event_id="42", source="/test", time=datetime(2021, 7, 16, tzinfo=UTC))
    value = json.dumps(json.loads(message.value) | changes).encode()
    return decode(topic, headers=message.headers, key=message.key, value=value).event


def test_who_may_write_about_policies_cannot_ask_for_what_is_about_an_account_nor_the_other_way_round() -> None:
    for occasion in Occasion:
        if occasion in CUSTOMER_OCCASIONS:
            with pytest.raises(MalformedMessageError, match="not about an account"):
                received(occasion=occasion)
        else:
            with pytest.raises(MalformedMessageError, match="about an account; auth-svc alone"):
                about_a_customer(occasion=occasion)
    assert not {"replaces", "priority"} & set(CustomerMessageRequested.__struct_fields__)


def test_nobody_is_told_about_somebody_elses_policy() -> None:
    with pytest.raises(MalformedMessageError, match="policy_number must be one of this relation_number"):
        about_a_customer(policy_number="654321-531-04")


@pytest.mark.parametrize("occasion", sorted(POLICY_OCCASIONS))
@pytest.mark.parametrize("missing", ["policy_number", "effective_on"])
def test_what_is_about_a_policy_names_it_with_a_day(occasion: Occasion, missing: str) -> None:
    with pytest.raises(MalformedMessageError, match="policy_number and effective_on must be given"):
        about_a_customer(occasion=occasion, **{missing: None})


@pytest.mark.parametrize("clear", [CODE, LINK, f"{CODE}....", f"a.b.c.{CODE}", json.dumps({"code": CODE})])
def test_what_was_not_encrypted_is_refused_and_not_repeated(clear: str) -> None:
    with pytest.raises(MalformedMessageError) as refused:
        received(sealed=clear)

    assert CODE not in str(refused.value)
    assert LINK not in str(refused.value)


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=-1), timedelta(days=7, seconds=1)])
def test_a_request_expires_and_does_so_soon(after: timedelta) -> None:
    with pytest.raises(MalformedMessageError, match="expires_at must lie after occurred_at, by 7 days at most"):
        received(expires_at=(EXAMPLE.occurred_at + after).isoformat())

    latest = EXAMPLE.occurred_at + timedelta(days=7)
    assert received(expires_at=latest.isoformat()).expires_at == latest


def test_an_address_has_no_place_outside_what_is_sealed() -> None:
    assert not {"email", "mobile_phone", "code", "link"} & set(MessageRequested.__struct_fields__)


def test_the_contents_are_read_back_and_show_nothing_where_they_are_printed() -> None:
    contents = SealedContents(
        request_id=EXAMPLE.request_id,
        customer_id=EXAMPLE.customer_id,
        code=CODE,
        link=LINK,
        email="old@example.org",
        mobile_phone="+31612345678",
    )

    assert read_from_outside(SealedContents, to_json(contents)) == contents
    assert repr(contents) == f"{contents}" == "SealedContents(…)"
    assert repr([replace(contents, link=None)]) == "[SealedContents(…)]"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "12345"},
        {"code": "1234567890123"},
        {"code": "12345a"},
        {"code": "١٢٣٤٥٦"},
        {"link": "http://portal.example/reset"},
        {"link": "https://portal.example/a b"},
        {"link": "https://portal.example/\r\nBcc: all@example.org"},
        {"link": "javascript:alert(1)"},
        {"email": "a\r\nb@example.org"},
        {"mobile_phone": "0612345678"},
    ],
)
def test_contents_that_no_customer_could_use_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        read_from_outside(SealedContents, json.dumps(OF_EXAMPLE | wrong).encode())
