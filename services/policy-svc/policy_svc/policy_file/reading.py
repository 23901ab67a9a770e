"""Reads a policy file: which policies it holds, and why others of it cannot be imported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Final

from pydantic import ValidationError

from contracts.malformed_reasons import is_not_json, wrong_fields
from contracts.policy import PolicyTerms
from contracts.validation import validator_of
from policy_svc.domain.insured import refusal_of
from policy_svc.domain.policy import relation_number_of
from policy_svc.policy_file import csv_rows
from policy_svc.policy_file.lines import NOT_RECORDED_YET, NumberedLine, PolicyLine, RejectedLine

BOM: Final = b"\xef\xbb\xbf"
_JSON_SUFFIXES: Final = frozenset({".jsonl", ".ndjson", ".json"})
_OF_A_PERIOD: Final = re.compile(r"\bterms\.(\d+)\.")
_PATTERN_SENTENCES: Final = {
    "policy_number": "must look like 123456-531-04",
    "postcode": "must be four digits and two capital letters, 6011RA",
    "email": "must look like somebody@example.org, or be null",
    "mobile_phone": "must be E.164 (+, country code, number, no spaces: +31612345678), or be null",
    "name": "must not hold line breaks or other control characters",
    "house_number": "must not hold line breaks or other control characters",
    "make": "must not hold line breaks or other control characters",
    "model": "must not hold line breaks or other control characters",
    "licence_plate": "must be six capital letters and digits without hyphens, G001BB",
    "product_version": "must be lower-case letters, digits, dots and hyphens, home-2021.1",
}


@dataclass(frozen=True)
class Written:
    """What stands in a file of one policy, as JSON. `rows` are those of its periods, in a CSV file."""

    line_number: int
    text: bytes
    rows: Sequence[int] = ()


def read_file(file: BinaryIO, *, name: str) -> Iterator[NumberedLine | RejectedLine]:
    """Yield each policy of a file or why it is rejected. Its name says which format it has, else its first character.

    Raises `csv_rows.NoSuchColumnsError` when its first line does not name the columns of a CSV file.
    """
    if _is_csv(file, name=name):
        rows = csv_rows.read(file)
        return _read(Written(*row) if isinstance(row, tuple) else row for row in rows)
    return read_lines(file)


def _is_csv(file: BinaryIO, *, name: str) -> bool:
    suffix = PurePath(name).suffix.lower()
    if suffix in _JSON_SUFFIXES:
        return False
    beginning = file.read(1_000).removeprefix(BOM).lstrip()
    file.seek(0)
    return suffix == ".csv" or not beginning.startswith(b"{")


def read_lines(lines: Iterable[bytes]) -> Iterator[NumberedLine | RejectedLine]:
    """Yield the policy of each JSON line or why it is rejected; empty lines are skipped."""
    return _read(
        Written(number, line.removeprefix(BOM) if number == 1 else line)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    )


def _read(items: Iterable[Written | RejectedLine]) -> Iterator[NumberedLine | RejectedLine]:
    """Yield what can be imported.

    A policy stands in a file once, and a customer with several policies has the same data in all of them: otherwise
    the order of the lines would decide, and importing the file again would change everything again.
    """
    line_of_policy: dict[str, int] = {}
    holders: dict[str, tuple[int, int]] = {}
    for item in items:
        line = item if isinstance(item, RejectedLine) else _validated(item)
        if isinstance(line, RejectedLine):
            yield line
            continue
        number, policy = line.line_number, line.policy
        relation_number = relation_number_of(policy.policy_number)
        earlier_line = line_of_policy.setdefault(policy.policy_number, number)
        holder_line, holder = holders.setdefault(relation_number, (number, hash(policy.policyholder)))
        if earlier_line != number:
            reason = f"policy_number: {policy.policy_number} stands on line {earlier_line} already"
            yield RejectedLine(number, reason)
        elif holder != hash(policy.policyholder):
            yield RejectedLine(number, f"policyholder: customer {relation_number} has other data on line {holder_line}")
        else:
            yield line


def _validated(written: Written) -> NumberedLine | RejectedLine:
    try:
        policy = validator_of(PolicyLine).validate_json(written.text, strict=True, extra="forbid")
    except ValidationError as error:
        return RejectedLine(written.line_number, _in_rows(_reason(error), written.rows))
    terms = policy.terms_recorded(NOT_RECORDED_YET)
    refusal = refusal_of(policy.kind_of(terms), terms) or _parts_that_do_not_add_up(terms)
    if refusal:
        return RejectedLine(written.line_number, _in_rows(refusal, written.rows))
    return NumberedLine(written.line_number, policy)


def _parts_that_do_not_add_up(terms: Sequence[PolicyTerms]) -> str | None:
    """Return which premium is told with parts that are not all of it; None when there is no such one."""
    for number, period in enumerate(terms):
        premium = period.premium
        if premium and premium.parts and sum(part.amount_cents for part in premium.parts) != premium.a_year_cents:
            return f"terms.{number}.premium.parts: must add up to a_year_cents; correct them, or give none"
    return None


def _reason(error: ValidationError) -> str:
    if is_not_json(error):
        return "line: cannot be read as JSON; write one JSON object in UTF-8"
    return wrong_fields(error, whole="line", sentence_of=_sentence_of)


def _sentence_of(kind: str, field: str) -> str | None:
    if kind == "extra_forbidden":
        return "is no field of a policy file; correct the name or leave it out"
    return _PATTERN_SENTENCES.get(field) if kind == "string_pattern_mismatch" else None


def _in_rows(reason: str, rows: Sequence[int]) -> str:
    """Return a reason that names rows of a CSV file where it names periods."""
    if not rows:
        return reason
    return _OF_A_PERIOD.sub(lambda found: f"row {rows[int(found[1])]}: ", reason)
