"""The access matrix as a table that an operator reads."""

from __future__ import annotations

from contracts.access import COLUMNS, access_rows
from contracts.generate.tables import csv_text


def access_csv() -> str:
    """Return the permissions by HTTP, one on a line."""
    return csv_text(COLUMNS, access_rows())
