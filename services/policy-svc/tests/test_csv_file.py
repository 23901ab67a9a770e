"""Policies as CSV: as spreadsheets write it, and rejected as a whole when one row is bad."""

from __future__ import annotations

import io

import pytest

from contracts.policy import PolicyKind, Premium
from policy_svc.policy_file.csv_rows import NoSuchColumnsError
from policy_svc.policy_file.lines import NOT_RECORDED_YET, NumberedLine, PolicyLine, RejectedLine
from policy_svc.policy_file.reading import read_file

COLUMNS = (
    "policy_number;policyholder.name;policyholder.email;policyholder.mobile_phone;policyholder.language;effective_on;"
    "ends_on;home.postcode;home.house_number;home.home_type;covers;deductible_cents;product_version"
)


def row(
    number: str = "1-531-01",
    *,
    name: str = "J. Voorbeeld",
    begins: str = "2019-04-01",
    ends: str = "",
    postcode: str = "6011RA",
    home_type: str = "corner",
) -> str:
    home = f"{postcode};12;{home_type};buildings contents;25000;home-2021.1"
    return f"{number};{name};j@example.org;'+31612345678;nl;{begins};{ends};{home}"


def read(*rows: str | bytes, header: str = COLUMNS, name: str = "policies.csv") -> list[PolicyLine | RejectedLine]:
    lines = [line if isinstance(line, bytes) else line.encode() for line in (header, *rows)]
    items = read_file(io.BytesIO(b"\r\n".join(lines) + b"\r\n"), name=name)
    return [item.policy if isinstance(item, NumberedLine) else item for item in items]


def test_a_row_is_a_period_as_a_dutch_spreadsheet_writes_it() -> None:
    rows = [row(name='"Vries; ""de"""', ends="1-1-2021"), row(name='"Vries; ""de"""', begins="01-01-2021"), ";" * 12]
    (policy,) = read(*rows, header=f"\ufeff{COLUMNS}", name="export")
    assert isinstance(policy, PolicyLine)
    assert policy.policyholder.name == 'Vries; "de"'
    assert policy.policyholder.mobile_phone == "+31612345678"
    assert policy.kind_of(policy.terms_recorded(NOT_RECORDED_YET)) is PolicyKind.BUILDINGS
    assert [(str(terms.effective_on), terms.ends_on and str(terms.ends_on)) for terms in policy.terms] == [
        ("2019-04-01", "2021-01-01"),
        ("2021-01-01", None),
    ]


def test_a_premium_of_which_no_parts_are_told_has_none() -> None:
    told, untold = "9900;;of-old-1", ";;"
    columns = f"{COLUMNS};premium.a_year_cents;premium.parts;premium.model"
    (policy,) = read(f"{row(ends='2021-01-01')};{told}", f"{row(begins='2021-01-01')};{untold}", header=columns)
    assert isinstance(policy, PolicyLine)
    assert [terms.premium for terms in policy.terms] == [
        Premium(a_year_cents=9_900, parts=(), model="of-old-1"),
        None,
    ]


def test_parts_of_a_premium_that_do_not_add_up_are_named_by_their_row() -> None:
    columns = f"{COLUMNS};premium.a_year_cents;premium.parts;premium.model"
    good, bad = (f"{cents};all=9900 tax=100;of-old-1" for cents in (10_000, 9_999))
    (rejected,) = read(f"{row(ends='2021-01-01')};{good}", f"{row(begins='2021-01-01')};{bad}", header=columns)
    assert rejected == RejectedLine(2, "row 3: premium.parts: must add up to a_year_cents; correct them, or give none")


def test_commas_and_empty_addresses_are_read_too() -> None:
    columns = COLUMNS.replace(";", ",")
    (policy,) = read(row().replace("j@example.org", "").replace(";", ","), header=columns)
    assert isinstance(policy, PolicyLine)
    assert policy.policyholder.email is None


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (row("2-531-01", begins="2021-01-01", postcode="6011 ra"), "row 4: home.postcode: must be four digits"),
        (row("2-531-01", begins="2021-01-01", name='"open'), "row 4: a quotation mark is not closed"),
        (row("2-531-01", begins="2021-01-01", name="Iemand"), "row 4: policyholder.name is not what it is on row 3"),
        (row("2-531-01", begins="2021-01-01") + ";", "row 4: has 14 cells, the first line 13"),
        (row("2-531-01", begins="2021-01-01").encode() + b"\xe9", "row 4: is not UTF-8"),
        (row("2-531-01", begins="2020-12-31"), "the terms from 2020-12-31 begin before"),
    ],
)
def test_one_bad_row_rejects_its_policy_and_no_other(bad: str | bytes, complaint: str) -> None:
    before, rejected, after = read(row(), row("2-531-01", ends="2021-01-01"), bad, row("3-531-01"))
    assert isinstance(rejected, RejectedLine)
    assert rejected.line_number == 3
    assert complaint in rejected.reason
    assert [item.policy_number for item in (before, after) if isinstance(item, PolicyLine)] == ["1-531-01", "3-531-01"]


def test_a_policy_whose_rows_are_scattered_is_not_imported_in_part() -> None:
    first, other, second = read(row(ends="2021-01-01"), row("2-531-01"), row(begins="2021-01-01"))
    assert isinstance(other, PolicyLine)
    for rejected in (first, second):
        assert isinstance(rejected, RejectedLine)
        assert "its rows do not stand together" in rejected.reason


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        (COLUMNS.replace("covers", "cover"), "missing: covers"),
        (f"{COLUMNS};colour", "no column of a policy file: colour"),
        (f"{COLUMNS};covers", "there twice: covers"),
    ],
)
def test_a_first_line_that_does_not_name_the_columns_is_refused(header: str, complaint: str) -> None:
    with pytest.raises(NoSuchColumnsError, match=complaint):
        read(row(), header=header)
