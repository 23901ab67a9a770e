"""Kafka and timers in: find the stations and hours that count, assess, store, publish."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.consuming.delivery import Batch
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.claims import RainfallRequested
from contracts.weather import RainfallAssessed
from weather_svc.domain.assessment import Inquiry, answer, inquire, is_news
from weather_svc.domain.stations import StationTable
from weather_svc.hour_cache import HourCache
from weather_svc.repository import assessments, observations
from weather_svc.repository.assessments import Assessment, Versions

REASSESSMENT = "reassessment"
"""The kind of timer that assesses again what became stale."""
_MAX_REASSESSED = 500


class Assessor:
    """Assesses the rainfall of every request, and again when its hours arrive or change."""

    def __init__(self, *, stations: StationTable, hour_cache: HourCache) -> None:
        self._stations = stations
        self._hour_cache = hour_cache

    async def assess_rainfall(self, requests: Batch[RainfallRequested], work: Work) -> None:
        """Answer every request that is newer than the last one answered of its claim."""
        await observations.lock_for_assessing(work.connection)
        claim_ids = sorted({delivery.event.claim_id for delivery in requests})
        versions = dict(await assessments.lock_versions(work.connection, claim_ids=claim_ids))
        accepted = [
            (inquire(delivery.event, stations=self._stations), delivery.trace, version)
            for delivery in requests
            if (version := _next_version(delivery.event, versions)) is not None
        ]
        await self._load_hours(work, [inquiry for inquiry, _, _ in accepted])
        current: dict[UUID, Assessment] = {}
        for inquiry, trace, version in accepted:
            assessed = self._assess(inquiry, assessment_version=version)
            work.publish(assessed, trace=trace)
            current[assessed.claim_id] = Assessment(inquiry, assessed, trace)
        await assessments.save(work.connection, assessments=list(current.values()), now=work.now)

    async def reassess(self, due: Sequence[DueTimer], work: Work) -> None:
        """Assess again what is stale and publish the answers that changed, in the trace of their request."""
        await observations.lock_for_assessing(work.connection)
        stale = await assessments.pop_stale(work.connection, limit=_MAX_REASSESSED)
        inquiries = [inquire(assessment.request, stations=self._stations) for assessment in stale]
        await self._load_hours(work, inquiries)
        changed = []
        for before, inquiry in zip(stale, inquiries, strict=True):
            assessed = self._assess(inquiry, assessment_version=before.answer.assessment_version + 1)
            if is_news(assessed, previous=before.answer):
                work.publish(assessed, trace=before.trace)
                changed.append(Assessment(inquiry, assessed, before.trace))
        await assessments.save(work.connection, assessments=changed, now=work.now)
        if len(stale) == _MAX_REASSESSED:
            work.schedule(Timer(REASSESSMENT, due[0].key, work.now))

    async def _load_hours(self, work: Work, inquiries: Iterable[Inquiry]) -> None:
        spans = [span for inquiry in inquiries for span in inquiry.spans]
        await self._hour_cache.refresh(work.connection, spans=spans)

    def _assess(self, inquiry: Inquiry, *, assessment_version: int) -> RainfallAssessed:
        measured = [self._hour_cache.measured(inquiry.question, span=span) for span in inquiry.spans]
        return answer(inquiry, measured=measured, assessment_version=assessment_version)


def _next_version(request: RainfallRequested, versions: dict[UUID, Versions]) -> int | None:
    """Return the version of the answer to `request` and count it; None when its claim has had this request."""
    known = versions.get(request.claim_id, Versions(0, 0))
    if request.request_version <= known.request_version:
        return None
    versions[request.claim_id] = Versions(request.request_version, known.assessment_version + 1)
    return known.assessment_version + 1
