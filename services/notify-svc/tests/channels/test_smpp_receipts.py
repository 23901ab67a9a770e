"""Receipts as operators write them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
import smpp34

from notify_svc.channels.smpp_receipts import ReceiptIds, Tag, read_receipt
from notify_svc.domain.sms_receipts import Outcome, Receipt

TEXT = (
    "id:0A1B2C sub:001 dlvrd:001 submit date:2107161000 done date:2107161001 stat:{stat} err:000 Text:id:9 stat:UNDELIV"
)


def deliver(text: str = "", *, esm_class: int = 0x04, **tlvs: bytes) -> smpp34.DeliverSmEvent:
    """Return what the library makes of a deliver_sm: its own class cannot be made by hand."""
    pdu = smpp34.decode(
        smpp34.DeliverSm(
            "31612345678",
            "Waterschade",
            text.encode(),
            esm_class=esm_class,
            tlvs=[smpp34.Tlv(Tag[name.upper()], value) for name, value in tlvs.items()],
        ).encode()
    )
    assert isinstance(pdu, smpp34.DeliverSm)
    fields = {name: getattr(pdu, name) for name in ("source_addr", "esm_class", "short_message", "tlvs")}
    return cast("smpp34.DeliverSmEvent", SimpleNamespace(**fields))


def read(event: smpp34.DeliverSmEvent, ids: ReceiptIds = ReceiptIds.AS_SUBMITTED) -> Receipt | None:
    return read_receipt(event, ids=ids)


@pytest.mark.parametrize(
    ("stat", "outcome"),
    [
        ("DELIVRD", Outcome.DELIVERED),
        ("delivrd", Outcome.DELIVERED),
        ("EXPIRED", Outcome.EXPIRED),
        ("DELETED", Outcome.UNDELIVERED),
        ("UNDELIV", Outcome.UNDELIVERED),
        ("REJECTD", Outcome.REJECTED),
    ],
)
def test_the_text_alone_says_what_became_of_which_message(stat: str, outcome: Outcome) -> None:
    receipt = read(deliver(TEXT.format(stat=stat)))

    assert receipt == Receipt(
        provider_id="a1b2c", outcome=outcome, error="000", reference=None, destination="31612345678"
    )


@pytest.mark.parametrize("stat", ["ENROUTE", "ACCEPTD", "UNKNOWN", "SCHEDULED"])
def test_what_lasts_is_no_end(stat: str) -> None:
    assert read(deliver(TEXT.format(stat=stat))) is None


@pytest.mark.parametrize("esm_class", [0x00, 0x08, 0x20])
def test_answers_of_readers_and_news_on_the_way_are_no_receipts(esm_class: int) -> None:
    assert read(deliver(TEXT.format(stat="DELIVRD"), esm_class=esm_class)) is None


def test_parameters_are_believed_before_the_text() -> None:
    receipt = read(
        deliver(
            TEXT.format(stat="DELIVRD"),
            receipted_message_id=b"77\0",
            message_state=bytes([5]),
            user_message_reference=bytes([1, 2]),
        )
    )

    assert receipt is not None
    assert (receipt.provider_id, receipt.outcome, receipt.reference) == ("77", Outcome.UNDELIVERED, 0x0102)


def test_a_text_in_the_payload_is_read() -> None:
    receipt = read(deliver(message_payload=TEXT.format(stat="DELIVRD").encode()))

    assert receipt is not None
    assert receipt.provider_id == "a1b2c"


@pytest.mark.parametrize(
    ("ids", "written", "submitted"),
    [
        (ReceiptIds.AS_SUBMITTED, "0000012345", "12345"),
        (ReceiptIds.AS_SUBMITTED, "00AbC", "abc"),
        (ReceiptIds.DECIMAL, "0001715004", "1a2b3c"),
        (ReceiptIds.DECIMAL, "1a2b", "1a2b"),
        (ReceiptIds.HEXADECIMAL, "1A2B3C", "1715004"),
        (ReceiptIds.HEXADECIMAL, "msg-7", "msg-7"),
    ],
)
def test_an_id_is_found_in_whatever_form_it_is_written(ids: ReceiptIds, written: str, submitted: str) -> None:
    receipt = read(deliver(f"id:{written} stat:DELIVRD"), ids)

    assert receipt is not None
    assert receipt.provider_id == submitted


@pytest.mark.parametrize("text", ["", "stat:DELIVRD", "id:7", "id:\x00 stat:DELIVRD", "\xff\xfe"])
def test_what_says_too_little_is_nothing(text: str) -> None:
    assert read(deliver(text)) is None


@pytest.mark.parametrize(
    "text", ["err: text:123456", "err:text:123456", "err:Uw_code_is_123456 text:", "err: 123456", "err:\xb9 Text:err:1"]
)
def test_what_an_sms_says_is_never_taken_for_the_code_of_an_error(text: str) -> None:
    receipt = read(deliver(f"id:7 stat:UNDELIV {text}"))

    assert receipt is not None
    assert receipt.error is None


@pytest.mark.parametrize("octets", [b"", b"\x07", b"\x80\0\0\0", b"\0\0\x01\x02"])
def test_a_reference_that_is_none_of_ours_is_none(octets: bytes) -> None:
    receipt = read(deliver("id:7 stat:DELIVRD", user_message_reference=octets))

    assert receipt is not None
    assert receipt.reference is None
