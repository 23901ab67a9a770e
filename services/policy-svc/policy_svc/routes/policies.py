"""The insurances of a customer: all of them, one on any day as known at any moment, its versions and conditions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import NOT_FOUND, Problem, ProblemType
from chassis.http.values import RelationNumber
from chassis.unit_of_work import Work
from contracts.access import READ_POLICIES
from contracts.policy import PolicyChanged
from policy_svc.documents.writer import Writer
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.policy import relation_number_of
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.repository import customers, history
from policy_svc.routes.conditions_view import ConditionsView, conditions_view
from policy_svc.routes.fields import POLICY_PATH, DayQuery, KnownAtQuery, PolicyNumberInPath
from policy_svc.routes.parts import Parts
from policy_svc.routes.policy_views import PolicyView, policy_view
from policy_svc.routes.problems import KEPT_ELSEWHERE, MOMENT_IN_THE_FUTURE, NOT_ON_RECORD_THEN
from policy_svc.routes.refused import refused
from policy_svc.routes.version_views import VersionView, version_view


class PolicyRoutes:
    """Tells what a customer has insured."""

    def __init__(self, _: Parts) -> None:
        pass

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        of_any_moment = (MOMENT_IN_THE_FUTURE, NOT_ON_RECORD_THEN)
        api.get(
            "/customers/{relation_number}/policies",
            operation=READ_POLICIES,
            changes_because=SEEN,
            problems=(MOMENT_IN_THE_FUTURE,),
        )(self.list_policies)
        api.get(POLICY_PATH, operation=READ_POLICIES, changes_because=SEEN, problems=of_any_moment)(self.read_policy)
        api.get(f"{POLICY_PATH}/versions", operation=READ_POLICIES, changes_because=SEEN)(self.list_versions)
        api.get(
            f"{POLICY_PATH}/conditions",
            operation=READ_POLICIES,
            changes_because=SEEN,
            problems=(KEPT_ELSEWHERE, *of_any_moment),
        )(self.read_conditions)

    async def list_policies(
        self,
        relation_number: RelationNumber,
        page: PageQuery,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
        on: DayQuery = None,
        known_at: KnownAtQuery = None,
    ) -> Page[PolicyView]:
        """List all insurances of a customer, as they are on any day and as they were known at any moment.

        Those that begin later and those that have ended are among them, and a health insurance with its general data.
        `on` alone tells what counts for that day by what is known now; with `known_at` what anybody could have known
        then, of the insurances that were on record.
        """
        _check_moment(work, known_at)
        if await customers.find(work.connection, relation_number=relation_number) is None:
            raise Problem(NOT_FOUND)
        after = page.after(tuple[str])
        found = await history.of_customer(
            work.connection,
            relation_number=relation_number,
            at=known_at,
            after=after[0] if after else None,
            rows=page.rows,
        )
        asked = _told({"on": on, "known_at": known_at})
        await put_on_record(work, caller, READ_POLICIES, relation_number=relation_number, **asked)
        told_in(response, language)
        today = dutch_day(work.now)
        return page.answer(
            found,
            view=lambda policy: policy_view(policy, on=on or today, today=today, write=Writer(language)),
            position=lambda policy: (policy.policy_number,),
        )

    async def read_policy(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
        on: DayQuery = None,
        known_at: KnownAtQuery = None,
    ) -> PolicyView | Response:
        """Read one insurance, as it is on any day and as it was known at any moment.

        `on` alone tells what counts for that day by what is known now, corrections included; with `known_at` what
        anybody could have known then.
        """
        policy = await _found(work, relation_number, policy_number, known_at=known_at)
        if isinstance(policy, ProblemType):
            return await _refused(work, caller, policy_number, policy, on=on, known_at=known_at)
        await _seen(work, caller, policy_number, on=on, known_at=known_at)
        told_in(response, language)
        today = dutch_day(work.now)
        return policy_view(policy, on=on or today, today=today, write=Writer(language))

    async def list_versions(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        page: PageQuery,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
    ) -> Page[VersionView]:
        """List what became of an insurance, the latest first: when, why, by whom, and from which day on.

        `recorded_at` of a version, sent as `known_at`, shows the insurance as that version has it.
        """
        await _found(work, relation_number, policy_number, known_at=None)
        await _seen(work, caller, policy_number)
        before = page.after(tuple[int])
        found = await history.versions(
            work.connection, policy_number=policy_number, before=before[0] if before else None, rows=page.rows
        )
        told_in(response, language)
        return page.answer(
            found,
            view=lambda version: version_view(version, write=Writer(language)),
            position=lambda version: (version.version,),
        )

    async def read_conditions(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        language: WantedLanguage,
        response: Response,
        work: Work,
        caller: Caller,
        on: DayQuery = None,
        known_at: KnownAtQuery = None,
    ) -> ConditionsView | Response:
        """Read the conditions of one insurance: those that belong to it on a day, covers, deductible and notice."""
        policy = await _found(work, relation_number, policy_number, known_at=known_at)
        if isinstance(policy, ProblemType):
            return await _refused(work, caller, policy_number, policy, on=on, known_at=known_at)
        found = conditions_view(policy, on=on or dutch_day(work.now), write=Writer(language))
        if found is None:
            return await _refused(work, caller, policy_number, KEPT_ELSEWHERE, on=on, known_at=known_at)
        await _seen(work, caller, policy_number, on=on, known_at=known_at)
        told_in(response, language)
        return found


async def _found(
    work: Work, relation_number: str, policy_number: str, *, known_at: datetime | None
) -> PolicyChanged | ProblemType:
    """Return a policy of this customer as it was known then, or that nothing of it was on record then.

    Raises:
        Problem: there is none (404), or the moment has not come yet (422).
    """
    if relation_number_of(policy_number) != relation_number:
        raise Problem(NOT_FOUND)
    _check_moment(work, known_at)
    policy = await history.as_known(work.connection, policy_number=policy_number, at=known_at)
    if policy is None and await history.as_known(work.connection, policy_number=policy_number, at=None) is None:
        raise Problem(NOT_FOUND)
    return policy or NOT_ON_RECORD_THEN


def _check_moment(work: Work, known_at: datetime | None) -> None:
    if known_at is not None and known_at > work.now:
        raise Problem(MOMENT_IN_THE_FUTURE)


async def _seen(work: Work, caller: Caller, policy_number: str, **asked: date | None) -> None:
    """Put on record that a policy was seen, as of the day and the moment that were asked for."""
    await put_on_record(
        work,
        caller,
        READ_POLICIES,
        relation_number=relation_number_of(policy_number),
        policy_number=policy_number,
        **_told(asked),
    )


async def _refused(
    work: Work, caller: Caller, policy_number: str, problem: ProblemType, **asked: date | None
) -> Response:
    return await refused(
        work,
        caller,
        READ_POLICIES,
        Problem(problem),
        relation_number=relation_number_of(policy_number),
        policy_number=policy_number,
        **_told(asked),
    )


def _told(asked: Mapping[str, date | None]) -> dict[str, str]:
    return {name: value.isoformat() for name, value in asked.items() if value is not None}
