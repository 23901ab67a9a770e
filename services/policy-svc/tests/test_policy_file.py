from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from policy_lines import DEMO_FILE, Line

from contracts.policy import PolicyCover
from policy_svc.policy_file.lines import NumberedLine, PolicyLine, RejectedLine
from policy_svc.policy_file.reading import read_lines


def read(*lines: object) -> list[PolicyLine | RejectedLine]:
    items = read_lines(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return [item.policy if isinstance(item, NumberedLine) else item for item in items]


def reason(line: object) -> str:
    (rejected,) = read(line)
    assert isinstance(rejected, RejectedLine)
    assert rejected.line_number == 1
    return rejected.reason


def changed(line: Line, path: str, value: object) -> Line:
    result = copy.deepcopy(line)
    target: Any = result
    *steps, last = path.split(".")
    for step in steps:
        target = target[int(step) if step.isdigit() else step]
    target[last] = value
    return result


def test_a_correct_line_is_read_and_covers_are_put_in_one_order(line: Line) -> None:
    line["terms"][0]["covers"] = ["contents", "buildings", "contents"]
    (policy,) = read(line)
    assert isinstance(policy, PolicyLine)
    assert policy.policy_number == "123456-531-04"
    covers = policy.terms_recorded(datetime(2021, 3, 1, tzinfo=UTC))[0].covers
    assert covers == (PolicyCover.BUILDINGS, PolicyCover.CONTENTS)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("policyholder.mobile_phone", "06-12345678", "policyholder.mobile_phone: must be E.164"),
        ("policyholder.mobile_phone", "+31 6 12345678", "policyholder.mobile_phone: must be E.164"),
        ("policyholder.email", "nobody", "policyholder.email: must look like somebody@example.org"),
        ("policyholder.name", "A\r\nBcc: all@example.org", "policyholder.name: must not hold line breaks"),
        ("policyholder.name", "A\0", "policyholder.name: must not hold line breaks or other control characters"),
        ("policyholder.name", "", "policyholder.name: must hold at least 1 character(s)"),
        (
            "policyholder.postal_address",
            {"postcode": "1012 js", "house_number": "1"},
            "postal_address.postcode: must be",
        ),
        ("policyholder.postal_address", {"postcode": "1012JS"}, "policyholder.postal_address.house_number: "),
        ("policyholder.language", "fr", "policyholder.language: must be 'nl' or 'en'"),
        ("policy_number", "123456", "policy_number: must look like 123456-531-04"),
        ("terms", [], "terms: must hold at least 1 item(s)"),
        ("terms.0.deductible_cents", 300, "terms.0.deductible_cents: must be 0, 25000, 50000 or 100000"),
        ("terms.0.deductible_cents", "250", "terms.0.deductible_cents: must be 0, 25000, 50000 or 100000"),
        ("terms.0.effective_on", "1 April", "terms.0.effective_on: must be a day as text, such as 2021-07-15"),
        ("terms.0.ends_on", "2019-03-31", "line: the terms from 2019-04-01 end on 2019-03-31: the end must be later"),
        ("terms.0.covers", [], "terms.0.covers: must hold at least 1 item(s)"),
        ("terms.0.product_version", "Home\0", "terms.0.product_version: must be lower-case letters"),
        ("terms.0.home.postcode", "6011 ra", "terms.0.home.postcode: must be four digits and two capital letters"),
        (
            "terms.0.home.location.latitude_microdegrees",
            51,
            "terms.0.home.location.latitude_microdegrees: must be at",
        ),
        ("terms.0.home.location.latitude_microdegrees", 51.19e6, "latitude_microdegrees: must be a whole number"),
        ("terms.0.home.floor", 2, "terms.0.home.floor: is no field of a policy file; correct the name or leave it out"),
        ("cancelled", True, "cancelled: is no field of a policy file"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_change(line: Line, path: str, value: object, complaint: str) -> None:
    assert complaint in reason(changed(line, path, value))


def test_parts_of_a_premium_add_up_or_are_not_told(line: Line) -> None:
    premium = {"a_year_cents": 10_000, "parts": [{"code": "all", "amount_cents": 9_999}], "model": "of-old-1"}
    wrong = "terms.0.premium.parts: must add up to a_year_cents; correct them, or give none"
    assert reason(changed(line, "terms.0.premium", premium)) == wrong
    assert isinstance(read(changed(line, "terms.0.premium", premium | {"parts": []}))[0], PolicyLine)


@pytest.mark.parametrize("field", ["email", "mobile_phone"])
def test_a_missing_address_must_be_written_as_null(line: Line, field: str) -> None:
    assert isinstance(read(changed(line, f"policyholder.{field}", None))[0], PolicyLine)
    del line["policyholder"][field]
    assert reason(line) == f"policyholder.{field}: is missing"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"{", "line: cannot be read as JSON; write one JSON object in UTF-8"),
        (b"\xff\n", "line: cannot be read as JSON; write one JSON object in UTF-8"),
        (b"7", "line: must be a JSON object"),
        (b"null", "line: must be a JSON object"),
    ],
)
def test_a_line_that_is_no_object_is_rejected(text: bytes, complaint: str) -> None:
    assert reason(text).startswith(complaint)


def test_a_reason_repeats_nothing_of_what_the_line_holds(line: Line) -> None:
    line["policyholder"] = {name: ["Mevrouw Geheim"] for name in line["policyholder"]}
    line["terms"][0]["home"]["postcode"] = "Geheim"
    assert "Geheim" not in reason(line)


def test_a_policy_stands_in_a_file_once(line: Line) -> None:
    _, again = read(line, line)
    assert again == RejectedLine(2, "policy_number: 123456-531-04 stands on line 1 already")


def test_policies_of_one_customer_must_agree_on_who_that_is(line: Line) -> None:
    second = changed(line, "policy_number", "123456-601-01")
    third = changed(changed(line, "policy_number", "123456-701-01"), "policyholder.name", "Somebody Else")
    read_second, read_third = read(line, second, third)[1:]
    assert isinstance(read_second, PolicyLine)
    assert read_third == RejectedLine(3, "policyholder: customer 123456 has other data on line 1")


def test_empty_lines_are_skipped_and_counted(line: Line) -> None:
    assert [type(item) for item in read(b"\n", line)] == [PolicyLine]
    (rejected,) = read(b"\n", b"  \n", b"{")
    assert isinstance(rejected, RejectedLine)
    assert rejected.line_number == 3


def test_the_demo_file_is_correct() -> None:
    with DEMO_FILE.open("rb") as lines:
        items = list(read_lines(lines))
    assert [item for item in items if isinstance(item, RejectedLine)] == []
    assert len(items) == len(DEMO_FILE.read_bytes().splitlines()) > 0
