from __future__ import annotations

from datetime import UTC, datetime, timedelta

from uuid_utils.compat import uuid7

from bench.ledger import first_id_at


def test_ids_of_a_run_come_after_its_begin_and_older_ones_before() -> None:
    now = datetime.now(UTC)
    made = uuid7()

    assert first_id_at(now) <= made < first_id_at(now + timedelta(minutes=1))
