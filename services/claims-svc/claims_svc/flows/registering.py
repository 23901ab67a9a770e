"""Reports in, from wherever they came: each opens a claim, joins one or corrects one, and the claim advances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from uuid_utils.compat import uuid7

from chassis.giving_way import GivingWay
from chassis.unit_of_work import Trace, Work
from claims_svc import working_sets
from claims_svc.domain.claim import Claim
from claims_svc.domain.working_set import WorkingSet
from claims_svc.repository import claims
from contracts.loss_reports import LossReported


class Reported(NamedTuple):
    """A report that nothing forbids to take. What it leads to continues `trace`.

    `ignored_fields` are those that it was sent with and that nobody knows.
    """

    report: LossReported
    trace: Trace | None
    ignored_fields: tuple[str, ...] = ()


class Registered(NamedTuple):
    """What became of a report: its claim as it is now, and the codes of what is still asked of its reporters.

    `is_new`: this version of it was not known before, nor a higher one.
    """

    reported: Reported
    claim: Claim
    is_new: bool
    open_questions: tuple[str, ...]


async def register(reported: Sequence[Reported], work: Work) -> Sequence[Registered]:
    """Open a claim for every new loss, let other reports of it join, replace corrected ones, and advance each claim.

    What changed is stored and published.
    """
    reports = [each.report for each in reported]
    known, locked = await working_sets.lock_for_reports(work.connection, reports)
    found = await working_sets.find_alike(work.connection, reports, locked)
    same = {like.claim_id for each in found.values() for like in (each.same, each.undamaged) if like is not None}
    if same:
        # Their policies are locked: nobody else holds a lock on one of them.
        locked = {**locked, **await claims.lock(work.connection, claim_ids=same)}
    working_set = await working_sets.load(work, known, locked, reports=reports, found=found)
    new: list[bool] = []
    async for each in GivingWay(reported):
        new.append(_is_new(each.report, working_set))
        working_set.apply_report(each.report, new_claim_id=uuid7(), trace=each.trace)
    await working_sets.store(working_set.changes, work)
    return [_registered(each, working_set, is_new=is_new) for each, is_new in zip(reported, new, strict=True)]


def _is_new(report: LossReported, working_set: WorkingSet) -> bool:
    claim = working_set.claim_of_report(report.report_id)
    return claim is None or all(
        report.report_version > known.report_version for known in claim.reports if known.report_id == report.report_id
    )


def _registered(reported: Reported, working_set: WorkingSet, *, is_new: bool) -> Registered:
    claim = working_set.claim_of_report(reported.report.report_id)
    assert claim is not None, "a report that was applied has a claim"  # noqa: S101 - as apply_report says
    questions = working_set.open_questions(claim.claim_id)
    return Registered(reported, claim, is_new, tuple(question.code for question in questions))
