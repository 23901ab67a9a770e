"""Writes policies into a file that an import reads: JSON lines, or CSV as spreadsheets read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from contracts.policy import ContactChanged, PolicyChanged, PolicyTerms
from policy_svc.policy_file.columns import OF_A_PERIOD, OF_A_POLICY, guarded
from policy_svc.policy_file.lines import Policyholder, PolicyLine, Terms

CSV_HEADER: Final = "\ufeff" + ";".join((*OF_A_POLICY, *OF_A_PERIOD)) + "\r\n"
"""With the BOM and the semicolons by which Dutch spreadsheets know what they read."""

Format = Callable[[PolicyLine], str]


def line_of(policy: PolicyChanged, contact: ContactChanged) -> PolicyLine:
    """Return the line that imports a policy and its policyholder as they are now."""
    holder = Policyholder(
        name=contact.name,
        email=contact.email,
        mobile_phone=contact.mobile_phone,
        postal_address=contact.postal_address,
        language=contact.language,
        version=contact.version,
    )
    return PolicyLine(
        policy_number=policy.policy_number,
        version=policy.version,
        kind=policy.kind,
        policyholder=holder,
        terms=tuple(_terms(period) for period in policy.terms),
    )


def _terms(period: PolicyTerms) -> Terms:
    return Terms(**{name: getattr(period, name) for name in Terms.__struct_fields__})


def as_json(line: PolicyLine) -> str:
    """Return a policy as one line of JSON."""
    return f"{msgspec.json.encode(line).decode()}\n"


def as_csv(line: PolicyLine) -> str:
    """Return a policy as a row for each of its periods."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    whole = msgspec.to_builtins(line)
    of_policy = [_cell(whole, name) for name in OF_A_POLICY]
    writer.writerows([*of_policy, *(_cell(period, name) for name in OF_A_PERIOD)] for period in whole["terms"])
    return text.getvalue()


def _cell(item: Mapping[str, Any], name: str) -> str:
    value: Any = item
    for field in name.split("."):
        value = None if value is None else value.get(field)
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case list() | tuple():
            return " ".join(_word(each) for each in value)
        case _:
            return guarded(str(value))


def _word(each: str | Mapping[str, object]) -> str:
    """Return one cover or feature, or one part of a premium."""
    return each if isinstance(each, str) else f"{each['code']}={each['amount_cents']}"
