"""Kafka and timers in: find the stations and hours that count, assess, store, publish."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from chassis.consuming.delivery import Batch
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.claims import RainfallRequested
from weather_svc.domain.assessment import Conclusion, Inquiry, answer, inquire
from weather_svc.domain.news import is_news
from weather_svc.domain.stations import StationTable
from weather_svc.hour_cache import HourCache
from weather_svc.recording import REASSESSMENT
from weather_svc.repository import assessments, blocks
from weather_svc.repository.assessments import Assessment, StaleAssessment, Versions

_MAX_REASSESSED = 500
_MAX_CHANGED = 10_000
"""Runs of changed hours whose answers are looked for at a time."""


class Assessor:
    """Assesses the rainfall of every request, and again when its hours arrive or change."""

    def __init__(self, *, stations: StationTable, hour_cache: HourCache) -> None:
        self._stations = stations
        self._hour_cache = hour_cache

    async def assess_rainfall(self, requests: Batch[RainfallRequested], work: Work) -> None:
        """Answer every request that is newer than the last one answered of its claim."""
        asked = [delivery.event for delivery in requests]
        versions = dict(await assessments.lock_versions(work.connection, requests=asked))
        accepted = [
            (inquire(delivery.event, stations=self._stations), delivery.trace, version)
            for delivery in requests
            if (version := _next_version(delivery.event, versions)) is not None
        ]
        await self._load_hours(work, [inquiry for inquiry, _, _ in accepted])
        current: dict[UUID, Assessment] = {}
        for inquiry, trace, version in accepted:
            conclusion = self._hour_cache.conclusion(inquiry)
            work.publish(conclusion.answer(inquiry, assessment_version=version), trace=trace)
            current[inquiry.request.claim_id] = Assessment(inquiry, conclusion, version, trace)
        await assessments.save(work.connection, assessments=list(current.values()), now=work.now)

    async def reassess(self, due: Sequence[DueTimer], work: Work) -> None:
        """Assess again what is stale and publish the answers that changed, in the trace of their request."""
        more_changed = await assessments.mark_stale(work.connection, limit=_MAX_CHANGED)
        await blocks.lock_for_assessing(work.connection)
        stale = await assessments.pop_stale(work.connection, limit=_MAX_REASSESSED)
        inquiries = [inquire(assessment.request, stations=self._stations) for assessment in stale]
        await self._load_hours(work, inquiries)
        changed = []
        for before, inquiry in zip(stale, inquiries, strict=True):
            conclusion = self._hour_cache.conclusion(inquiry)
            if _is_news(inquiry, conclusion, previous=before):
                version = before.assessment_version + 1
                work.publish(conclusion.answer(inquiry, assessment_version=version), trace=before.trace)
                changed.append(Assessment(inquiry, conclusion, version, before.trace))
        await assessments.save(work.connection, assessments=changed, now=work.now)
        if more_changed or len(stale) == _MAX_REASSESSED:
            work.schedule(Timer(REASSESSMENT, due[0].key, work.now))

    async def _load_hours(self, work: Work, inquiries: Iterable[Inquiry]) -> None:
        spans = [span for inquiry in inquiries for span in inquiry.spans]
        await self._hour_cache.refresh(work.connection, spans=spans)


def _is_news(inquiry: Inquiry, conclusion: Conclusion, *, previous: StaleAssessment) -> bool:
    """Whether the answer must be published: other stations count now, or these say something else."""
    if [station.number for station in inquiry.stations] != previous.stations:
        return True
    new, old = (
        answer(inquiry, measured=measured, assessment_version=previous.assessment_version)
        for measured in ([station.without_windows() for station in conclusion.measured], previous.measured)
    )
    return is_news(new, previous=old)


def _next_version(request: RainfallRequested, versions: dict[UUID, Versions]) -> int | None:
    """Return the version of the answer to `request` and count it; None when its claim has had this request."""
    known = versions.get(request.claim_id, Versions(0, 0))
    if request.request_version <= known.request_version:
        return None
    versions[request.claim_id] = Versions(request.request_version, known.assessment_version + 1)
    return known.assessment_version + 1
