"""Everything that is held about a customer, as one file: asked for, collected from every service, and downloaded."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.strict_body import JSON
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.access import DOWNLOAD_PERSONAL_DATA
from policy_svc.domain.personal_data import Export, ExportState
from policy_svc.flows import personal_data as flow
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.repository import customers, personal_data
from policy_svc.routes.parts import Parts
from policy_svc.routes.problems import ASKED_LATELY, EXPORT_DELETED, NOT_READY, PERSONAL_DATA_UNAVAILABLE

_LISTED: Final = 20
ExportIdInPath: TypeAlias = Annotated[UUID, Path(examples=["0198c5f5-0a0b-7c0d-8e0f-202122232425"])]


class ExportView(ExactModel):
    """One time that a customer asked for everything that is held about them."""

    export_id: UUID = Field(examples=["0198c5f5-0a0b-7c0d-8e0f-202122232425"])
    state: ExportState = Field(
        description="collecting, until every service has answered, for 24 hours at most; then ready; then deleted",
        examples=["ready"],
    )
    requested_at: Moment
    ready_at: Moment | None = Field(
        description="Since when there is a file, as an e-mail tells; null before", examples=["2026-11-28T09:00:00Z"]
    )
    kept_until: Moment | None = Field(
        description="When the file is deleted; null before it is ready", examples=["2026-12-05T09:00:00Z"]
    )

    @classmethod
    def of(cls, export: Export) -> ExportView:
        return cls(
            export_id=export.export_id,
            state=export.state,
            requested_at=export.requested_at,
            ready_at=export.ready_at,
            kept_until=export.kept_until,
        )


class ExportsView(ExactModel):
    """The latest exports."""

    items: list[ExportView] = Field(description="The latest first, 20 at most")


class PersonalDataRoutes:
    """Lets customers have what is held about them."""

    def __init__(self, parts: Parts) -> None:
        self._opener = parts.opener

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path, operation = "/customers/{relation_number}/personal-data-exports", DOWNLOAD_PERSONAL_DATA
        api.post(path, operation=operation, status_code=202, problems=(ASKED_LATELY, PERSONAL_DATA_UNAVAILABLE))(
            self.request_personal_data
        )
        api.get(path, operation=operation, changes_because=SEEN)(self.list_personal_data_exports)
        api.get(f"{path}/{{export_id}}", operation=operation, changes_because=SEEN)(self.read_personal_data_export)
        api.get(
            f"{path}/{{export_id}}/file",
            operation=operation,
            changes_because=SEEN,
            answers=JSON,
            problems=(NOT_READY, EXPORT_DELETED, PERSONAL_DATA_UNAVAILABLE),
        )(self.get_personal_data)

    async def request_personal_data(
        self, relation_number: RelationNumber, work: Work, caller: Caller, trace: RequestTrace
    ) -> ExportView:
        """Ask for everything that is held about oneself.

        Every service is asked. An e-mail tells when the file is ready, within 24 hours.
        """
        if not self._opener.public_keys:
            raise Problem(PERSONAL_DATA_UNAVAILABLE)
        customer = await customers.find(work.connection, relation_number=relation_number)
        if customer is None:
            raise Problem(NOT_FOUND)
        export = await flow.begin(work, self._opener, customer, trace=trace)
        if export is None:
            raise Problem(ASKED_LATELY)
        await self._on_record(work, caller, relation_number, "requested")
        return ExportView.of(export)

    async def list_personal_data_exports(
        self, relation_number: RelationNumber, work: Work, caller: Caller
    ) -> ExportsView:
        """Read how far the latest exports are."""
        found = await personal_data.of_customer(work.connection, relation_number=relation_number, rows=_LISTED)
        await self._on_record(work, caller, relation_number, "listed")
        return ExportsView(items=[ExportView.of(export) for export in found])

    async def read_personal_data_export(
        self, relation_number: RelationNumber, export_id: ExportIdInPath, work: Work, caller: Caller
    ) -> ExportView:
        """Read how far an export is."""
        export = await self._export(work, relation_number, export_id)
        await self._on_record(work, caller, relation_number, "listed")
        return ExportView.of(export)

    async def get_personal_data(
        self, relation_number: RelationNumber, export_id: ExportIdInPath, work: Work, caller: Caller
    ) -> Response:
        """Download everything that is held about oneself.

        Answers application/json, indented: what each service holds, and which of them have not answered.
        """
        export = await self._export(work, relation_number, export_id)
        if export.state is not ExportState.READY:
            raise Problem(NOT_READY if export.state is ExportState.COLLECTING else EXPORT_DELETED)
        if not self._opener.public_keys:
            raise Problem(PERSONAL_DATA_UNAVAILABLE)
        await self._on_record(work, caller, relation_number, "downloaded")
        file = await flow.read_file(work.connection, self._opener, export)
        headers = {"Content-Disposition": f'attachment; filename="personal-data-{relation_number}.json"'}
        return Response(file, headers=headers, media_type=JSON)

    @staticmethod
    async def _export(work: Work, relation_number: str, export_id: UUID) -> Export:
        export = await personal_data.find(work.connection, export_id=export_id, relation_number=relation_number)
        if export is None:
            raise Problem(NOT_FOUND)
        return export

    @staticmethod
    async def _on_record(work: Work, caller: Caller, relation_number: str, what: str) -> None:
        await put_on_record(work, caller, DOWNLOAD_PERSONAL_DATA, relation_number=relation_number, what=what)
