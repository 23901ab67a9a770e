"""Kafka and timers in: find the stations and hours that count, assess, store, publish."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from chassis.consuming.delivery import Batch
from chassis.database import Connection
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.claims import RainfallRequested
from contracts.weather import CorrectedHour, RainfallAssessed, SecondOpinion
from weather_svc.conclusions import Conclusions
from weather_svc.domain.assessment import Conclusion, Inquiry, conclude, inquire
from weather_svc.domain.news import corrected_hours, is_news
from weather_svc.recording import REASSESSMENT
from weather_svc.registers import Registers
from weather_svc.repository import assessments, blocks, stations
from weather_svc.repository.assessments import Assessment, StaleAssessment, Versions
from weather_svc.second_opinions import second_opinions

_MAX_REASSESSED = 500
_MAX_CHANGED = 10_000
"""Runs of changed hours whose answers are looked for at a time."""


class Assessor:
    """Assesses the rainfall of every request, and again when its hours or stations change."""

    def __init__(self, *, registers: Registers, conclusions: Conclusions) -> None:
        self._registers = registers
        self._conclusions = conclusions

    async def assess_rainfall(self, requests: Batch[RainfallRequested], work: Work) -> None:
        """Answer every request that is newer than the last one answered of its claim."""
        asked = [delivery.event for delivery in requests]
        await self._registers.record_shipped(work)
        versions = dict(await assessments.lock_versions(work.connection, requests=asked))
        table = await self._registers.current(work.connection)
        accepted = [
            (inquire(delivery.event, stations=table), delivery.trace, version)
            for delivery in requests
            if (version := _next_version(delivery.event, versions)) is not None
        ]
        concluded = await self._conclusions.of(work.connection, [inquiry for inquiry, _, _ in accepted], stations=table)
        answered = [
            Assessment(inquiry, conclusion, version, trace)
            for (inquiry, trace, version), conclusion in zip(accepted, concluded, strict=True)
        ]
        for assessment, opinion in zip(answered, await _second_opinions(answered, work), strict=True):
            self._publish(assessment, work, second_opinion=opinion)
        current = {assessment.inquiry.request.claim_id: assessment for assessment in answered}
        await assessments.save(work.connection, assessments=list(current.values()), now=work.now)

    async def reassess(self, due: Sequence[DueTimer], work: Work) -> None:
        """Assess again what is stale and publish the answers that changed, in the trace of their request."""
        more_changed = await assessments.mark_stale(work.connection, limit=_MAX_CHANGED)
        await stations.mark_stale(work.connection)
        await blocks.lock_for_assessing(work.connection)
        table = await self._registers.current(work.connection)
        stale = await assessments.pop_stale(work.connection, limit=_MAX_REASSESSED)
        inquiries = [inquire(assessment.request, stations=table) for assessment in stale]
        concluded = await self._conclusions.of(work.connection, inquiries, stations=table)
        again = [
            (before, Assessment(inquiry, conclusion, before.assessment_version + 1, before.trace))
            for before, inquiry, conclusion in zip(stale, inquiries, concluded, strict=True)
        ]
        news = [each for each in again if _is_news(each[1].inquiry, each[1].conclusion, previous=each[0])]
        changed = [assessment for _, assessment in news]
        for (before, assessment), opinion in zip(news, await _second_opinions(changed, work), strict=True):
            corrected = _corrected(assessment.inquiry, assessment.conclusion, previous=before)
            self._publish(assessment, work, second_opinion=opinion, corrected=corrected)
        await assessments.save(work.connection, assessments=changed, now=work.now)
        # With other stations around, an answer that stays as it is can be contradicted by other hours.
        await assessments.rest_on(work.connection, assessments=[assessment for _, assessment in again])
        if more_changed or len(stale) == _MAX_REASSESSED:
            work.schedule(Timer(REASSESSMENT, due[0].key, work.now))

    async def look(self, request: RainfallRequested, connection: Connection) -> RainfallAssessed:
        """Return what would be answered at this moment, in a transaction; nothing of it is kept."""
        await blocks.lock_for_assessing(connection)
        table = await self._registers.current(connection)
        inquiry = inquire(request, stations=table)
        (conclusion,) = await self._conclusions.of(connection, [inquiry], stations=table)
        (opinion,) = await second_opinions(connection, [(inquiry, conclusion)])
        return conclusion.answer(
            inquiry, assessment_version=1, sources=self._conclusions.hours.sources, second_opinion=opinion
        )

    def _publish(
        self,
        assessment: Assessment,
        work: Work,
        *,
        second_opinion: SecondOpinion | None,
        corrected: tuple[CorrectedHour, ...] = (),
    ) -> None:
        answer = assessment.conclusion.answer(
            assessment.inquiry,
            assessment_version=assessment.assessment_version,
            sources=self._conclusions.hours.sources,
            second_opinion=second_opinion,
            corrected=corrected,
        )
        work.publish(answer, trace=assessment.trace)


async def _second_opinions(answered: Sequence[Assessment], work: Work) -> Sequence[SecondOpinion | None]:
    return await second_opinions(work.connection, [(each.inquiry, each.conclusion) for each in answered])


def _is_news(inquiry: Inquiry, conclusion: Conclusion, *, previous: StaleAssessment) -> bool:
    """Whether the answer must be published: other stations count now, or stand elsewhere, or say something else."""
    if [station.number for station in inquiry.stations] != previous.stations:
        return True
    if previous.distances_metres not in (None, [near.distance_metres for near in inquiry.near]):
        return True
    before = conclude(previous.measured, question=inquiry.question, is_before_register=inquiry.is_before_register)
    return is_news(conclusion, previous=before)


def _corrected(inquiry: Inquiry, conclusion: Conclusion, *, previous: StaleAssessment) -> tuple[CorrectedHour, ...]:
    hours = [(station, each.hours) for station, each in zip(inquiry.stations, conclusion.measured, strict=True)]
    before = {number: each.hours for number, each in zip(previous.stations, previous.measured, strict=True)}
    return corrected_hours(hours, previous=before)


def _next_version(request: RainfallRequested, versions: dict[UUID, Versions]) -> int | None:
    """Return the version of the answer to `request` and count it; None when its claim has had this request."""
    known = versions.get(request.claim_id, Versions(0, 0))
    if request.request_version <= known.request_version:
        return None
    versions[request.claim_id] = Versions(request.request_version, known.assessment_version + 1)
    return known.assessment_version + 1
