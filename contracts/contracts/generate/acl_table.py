"""The permissions on the broker as a table that an operator reads."""

from __future__ import annotations

from contracts.acls import COLUMNS, acl_rows
from contracts.generate.tables import csv_text


def acl_csv() -> str:
    """Return the permissions, one on a line."""
    return csv_text(COLUMNS, acl_rows())
