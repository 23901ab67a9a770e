"""Changes of a policy: shown first, and made by confirming what was shown."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.languages import WantedLanguage, told_in
from chassis.http.problems import NOT_FOUND, FieldError, Problem
from chassis.http.telemetry import RequestTrace
from chassis.http.values import RelationNumber
from chassis.unit_of_work import Work
from contracts.access import CHANGE_POLICIES
from contracts.vocabulary import Language
from policy_svc.documents.writer import Writer
from policy_svc.domain.changes import Refused, Why
from policy_svc.domain.policy import relation_number_of
from policy_svc.flows.confirmations import NotConfirmed, confirm_change
from policy_svc.flows.on_record import SEEN, put_on_record
from policy_svc.flows.previews import find_change, show_change
from policy_svc.routes import problems
from policy_svc.routes.change_bodies import ChangeAsked
from policy_svc.routes.change_views import (
    ChangePreviewView,
    ConfirmedChangeView,
    change_preview_view,
    confirmed_change_view,
)
from policy_svc.routes.fields import PolicyNumberInPath, PreviewIdInPath
from policy_svc.routes.homes import not_accepted
from policy_svc.routes.parts import Parts
from policy_svc.routes.refused import refused

_REFUSED: Final = {
    Why.KEPT_ELSEWHERE: problems.KEPT_ELSEWHERE,
    Why.NOT_OF_THIS_KIND: problems.NOT_OF_THIS_KIND,
    Why.NOT_INSURED_THEN: problems.NOTHING_INSURED_THEN,
    Why.TOO_EARLY: problems.TOO_EARLY,
    Why.TOO_LATE: problems.TOO_LATE,
    Why.NOTHING_CHANGES: problems.NOTHING_CHANGES,
    Why.NOT_OFFERED: problems.NOT_OFFERED,
    Why.PREMIUM_NOT_COMPUTED: problems.PREMIUM_NOT_COMPUTED,
    Why.HOME_NOT_ACCEPTED: problems.HOME_NOT_ACCEPTED,
    Why.ENDS_ALREADY: problems.ENDS_ALREADY,
}
NOT_CONFIRMED: Final = {
    NotConfirmed.UNKNOWN: NOT_FOUND,
    NotConfirmed.EXPIRED: problems.PREVIEW_EXPIRED,
    NotConfirmed.STALE: problems.PREVIEW_STALE,
}
_OF_PREVIEWS: Final = (*_REFUSED.values(), problems.ADDRESS_IMPOSSIBLE, problems.LICENCE_PLATE_IMPOSSIBLE)


class ChangeRoutes:
    """Shows changes of policies, and makes those that are confirmed."""

    def __init__(self, parts: Parts) -> None:
        self._press = parts.press

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        path = "/customers/{relation_number}/policies/{policy_number}/change-previews"
        api.post(path, operation=CHANGE_POLICIES, status_code=201, problems=_OF_PREVIEWS)(self.preview_change)
        api.get(f"{path}/{{preview_id}}", operation=CHANGE_POLICIES, changes_because=SEEN)(self.read_change_preview)
        api.post(
            f"{path}/{{preview_id}}/confirmation",
            operation=CHANGE_POLICIES,
            problems=(problems.PREVIEW_STALE, problems.PREVIEW_EXPIRED),
        )(self.confirm_change)

    async def preview_change(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        body: ChangeAsked,
        language: WantedLanguage,
        work: Work,
        caller: Caller,
        response: Response,
    ) -> ChangePreviewView | Response:
        """Show what a change would be: from when, what changes, what is lost, and the premium before and after.

        Nothing is changed before it is confirmed. A change begins tomorrow (a Dutch day) at the earliest, and within a
        year. A cancellation ends the policy on the first day that its terms allow, and says by which rule.
        """
        if relation_number_of(policy_number) != relation_number:
            raise Problem(NOT_FOUND)
        asked = body.read(language)
        preview = await show_change(work, relation_number=relation_number, policy_number=policy_number, asked=asked)
        if preview is None:
            raise Problem(NOT_FOUND)
        if isinstance(preview, Refused):
            return await refused(
                work,
                caller,
                CHANGE_POLICIES,
                _problem_of(preview, language),
                relation_number=relation_number,
                policy_number=policy_number,
                **asked.in_words(),
            )
        await put_on_record(
            work,
            caller,
            CHANGE_POLICIES,
            relation_number=relation_number,
            policy_number=policy_number,
            preview=str(preview.preview_id),
            kind=body.root.kind,
        )
        response.headers["Location"] = (
            f"/customers/{relation_number}/policies/{policy_number}/change-previews/{preview.preview_id}"
        )
        told_in(response, language)
        return change_preview_view(preview, Writer(language))

    async def read_change_preview(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        preview_id: PreviewIdInPath,
        language: WantedLanguage,
        work: Work,
        caller: Caller,
        response: Response,
    ) -> ChangePreviewView:
        """Read a preview again."""
        preview = await find_change(
            work, relation_number=relation_number, policy_number=policy_number, preview_id=preview_id
        )
        if preview is None:
            raise Problem(NOT_FOUND)
        await put_on_record(
            work,
            caller,
            CHANGE_POLICIES,
            relation_number=relation_number,
            policy_number=policy_number,
            read_preview=str(preview_id),
        )
        told_in(response, language)
        return change_preview_view(preview, Writer(language))

    async def confirm_change(
        self,
        relation_number: RelationNumber,
        policy_number: PolicyNumberInPath,
        preview_id: PreviewIdInPath,
        work: Work,
        caller: Caller,
        trace: RequestTrace,
    ) -> ConfirmedChangeView | Response:
        """Make the change that was shown, as it was shown.

        However often and by whom it is confirmed, it is made once and answered the same. When somebody has changed the
        policy since, nothing is done.
        """
        confirmed = await confirm_change(
            work,
            self._press,
            relation_number=relation_number,
            policy_number=policy_number,
            preview_id=preview_id,
            made_by=caller.kind,
            trace=trace,
        )
        if isinstance(confirmed, NotConfirmed):
            problem = Problem(NOT_CONFIRMED[confirmed])
            if confirmed is NotConfirmed.UNKNOWN:
                raise problem
            return await refused(
                work,
                caller,
                CHANGE_POLICIES,
                problem,
                relation_number=relation_number,
                policy_number=policy_number,
                not_confirmed=str(preview_id),
            )
        await put_on_record(
            work,
            caller,
            CHANGE_POLICIES,
            relation_number=relation_number,
            policy_number=policy_number,
            confirmed=str(preview_id),
            version=str(confirmed.version),
        )
        return confirmed_change_view(policy_number, confirmed)


def _problem_of(refusal: Refused, language: Language) -> Problem:
    if refusal.why is Why.HOME_NOT_ACCEPTED:
        return not_accepted(refusal.of_home, language)
    if refusal.ends_on is not None:
        return Problem(_REFUSED[refusal.why], members={"ends_on": refusal.ends_on.isoformat()})
    errors = [FieldError(place="body", field="/covers", message=refusal.detail)] if refusal.detail else []
    return Problem(_REFUSED[refusal.why], errors=errors)
