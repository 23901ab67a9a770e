"""Kafka and timers in: find out which hours count, measure, store, announce."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.consuming.batch import Batch
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.claims import RainfallRequested
from contracts.weather import RainfallAssessed
from weather_svc import repository
from weather_svc.domain.assessment import Inquiry, answer, inquire, is_news
from weather_svc.domain.stations import StationTable
from weather_svc.rainfall import Rainfall
from weather_svc.repository import Assessment, Versions

REASSESSMENT = "reassessment"
"""The kind of timer that answers stale assessments again."""
_REASSESSED_AT_ONCE = 500


class Assessor:
    """Answers requests for rainfall, and answers them again when hours arrive."""

    def __init__(self, *, stations: StationTable, rainfall: Rainfall) -> None:
        self._stations = stations
        self._rainfall = rainfall

    async def assess_rainfall(self, requests: Batch[RainfallRequested], work: Work) -> None:
        """Answer every request that is newer than the one its claim was answered for."""
        await repository.keep_observations_still(work.connection)
        versions = dict(
            await repository.lock_versions(
                work.connection, claim_ids=sorted({delivery.event.claim_id for delivery in requests})
            )
        )
        accepted = [
            (inquire(delivery.event, stations=self._stations), delivery.trace, version)
            for delivery in requests
            if (version := _next_version(delivery.event, versions)) is not None
        ]
        await self._load(work, [inquiry for inquiry, _, _ in accepted])
        current: dict[UUID, Assessment] = {}
        for inquiry, trace, version in accepted:
            answered = self._answer(inquiry, assessment_version=version)
            work.publish(answered, trace=trace)
            current[answered.claim_id] = Assessment(inquiry, answered, trace)
        await repository.save_assessments(work.connection, assessments=list(current.values()), now=work.now)

    async def reassess(self, due: Sequence[DueTimer], work: Work) -> None:
        """Answer stale assessments again and announce the answers that changed, in the trace of their request."""
        await repository.keep_observations_still(work.connection)
        stale = await repository.take_stale(work.connection, limit=_REASSESSED_AT_ONCE)
        inquiries = [inquire(assessment.request, stations=self._stations) for assessment in stale]
        await self._load(work, inquiries)
        changed = []
        for before, inquiry in zip(stale, inquiries, strict=True):
            version = before.answer.assessment_version + 1
            answered = self._answer(inquiry, assessment_version=version)
            if is_news(answered, previous=before.answer):
                work.publish(answered, trace=before.trace)
                changed.append(Assessment(inquiry, answered, before.trace))
        await repository.save_assessments(work.connection, assessments=changed, now=work.now)
        if len(stale) == _REASSESSED_AT_ONCE:
            work.schedule(Timer(REASSESSMENT, due[0].key, work.now))

    async def _load(self, work: Work, inquiries: Iterable[Inquiry]) -> None:
        spans = [span for inquiry in inquiries for span in inquiry.spans]
        await self._rainfall.bring_up_to_date(work.connection, spans=spans)

    def _answer(self, inquiry: Inquiry, *, assessment_version: int) -> RainfallAssessed:
        measured = [self._rainfall.measured(inquiry.question, span=span) for span in inquiry.spans]
        return answer(inquiry, measured=measured, assessment_version=assessment_version)


def _next_version(request: RainfallRequested, versions: dict[UUID, Versions]) -> int | None:
    """Return the version of the answer to `request` and count it; None when its claim has had this request."""
    known = versions.get(request.claim_id, Versions(0, 0))
    if request.request_version <= known.request_version:
        return None
    versions[request.claim_id] = Versions(request.request_version, known.assessment_version + 1)
    return known.assessment_version + 1
