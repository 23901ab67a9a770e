"""The permissions as a table that an operator reads."""

from __future__ import annotations

import csv
import io

from contracts.acls import COLUMNS, acl_rows


def acl_csv() -> str:
    """Return the permissions, one on a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(acl_rows())
    return text.getvalue()
