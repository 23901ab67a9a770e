"""Process: the same door, with one plain insert for all reports that came together. Arguments as of `claims-svc`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.command_line import run_main
from chassis.http.api import Api
from chassis.http.values import ExactModel, RelationNumber
from chassis.service import Service
from chassis.unit_of_work import Work
from claims_svc.app import build
from claims_svc.routes.reporting import CLAIMS_PATH, REPORTS_AT_ONCE, ReportedLoss
from claims_svc.settings import Settings
from contracts.access import REPORT_LOSS


class Stored(ExactModel):
    """A report that was stored."""

    report_id: UUID


@dataclass(frozen=True)
class AskedReport:
    """A report as it came."""

    relation_number: RelationNumber
    loss: ReportedLoss


async def store_reports(asked: Sequence[AskedReport], work: Work) -> Sequence[Stored]:
    """Store the reports that came together, and nothing else."""
    report_ids = [uuid7() for _ in asked]
    await work.connection.execute(
        "INSERT INTO opening_report (report_id, claim_id, report) "
        "SELECT report_id, report_id, report FROM unnest($1::uuid[], $2::json[]) AS new (report_id, report)",
        report_ids,
        [each.loss.model_dump_json() for each in asked],
    )
    return [Stored(report_id=report_id) for report_id in report_ids]


def build_floor(settings: Settings) -> Service:
    """Return claims-svc with this one route, which consumes nothing and works at nothing."""
    api = Api(title="floor", version="1", access=(REPORT_LOSS,))
    api.post(CLAIMS_PATH, operation=REPORT_LOSS, status_code=201, together=REPORTS_AT_ONCE)(store_reports)
    bare: dict[str, Any] = {"consumers": (), "timers": (), "workers": ()}
    return replace(build(settings), api=api, **bare)


if __name__ == "__main__":
    run_main("claims-svc", Settings, build_floor)
