"""Refuses what somebody asked for, and puts that on record: unlike a raised problem, this is committed."""

from __future__ import annotations

from starlette.responses import Response

from chassis.http.caller import Caller
from chassis.http.problems import Problem
from chassis.unit_of_work import Work
from contracts.access import Operation
from policy_svc.flows.on_record import put_on_record


async def refused(
    work: Work,
    caller: Caller,
    operation: Operation,
    problem: Problem,
    *,
    relation_number: str,
    policy_number: str | None = None,
    **details: str,
) -> Response:
    """Put on record that `caller` was refused `operation`, by which problem and rules; return the answer.

    `details` say what was asked, and hold no contact data. Nothing else may have been changed: the caller of this
    returns the answer, and so commits.
    """
    rules = " ".join(refusal["code"] for refusal in problem.members.get("refusals", ()))
    await put_on_record(
        work,
        caller,
        operation,
        relation_number=relation_number,
        policy_number=policy_number,
        **details,
        refused=problem.type.name,
        **({"rules": rules} if rules else {}),
    )
    return problem.response()
