"""Reports that cannot be processed: each is dead-lettered with a reason for people, and harms no other."""

from __future__ import annotations

import json

from contracts.codec import to_json
from contracts.loss_reports import LOSS_REPORTED
from demo.story import Refusal, report_id_of

_LOSS_OF_2031 = {"from_at": "2031-07-15T01:30:00Z", "until_at": "2031-07-15T01:30:00Z"}


def _report(title: str, *, reason_code: str, **changes: object) -> Refusal:
    """Return a report that is sound but for `changes`."""
    (sound,) = LOSS_REPORTED.examples
    report = {**json.loads(to_json(sound)), "report_id": str(report_id_of(title)), **changes}
    return Refusal(
        title=title, key=str(report_id_of(title)).encode(), value=json.dumps(report).encode(), reason_code=reason_code
    )


REFUSALS = (
    Refusal(
        title="A malformed report",
        key=b"malformed",
        value=b'{"report_id": "not a uuid", "policy_number": 12',
        reason_code="not-json",
    ),
    _report("A loss in 2031, reported in 2021", reason_code="wrong-schema", loss=_LOSS_OF_2031),
    _report(
        "A loss in 2031, said to be reported in 2031",
        reason_code="reported-in-the-future",
        loss=_LOSS_OF_2031,
        reported_at="2031-07-15T06:12:00Z",
    ),
)
