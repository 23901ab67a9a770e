"""Mutants of the portal's rooms for staff: on what is decided, what is left to whom, and what is on record."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="portal_svc")
_DESK = "test_desk.py"
_OPERATIONS = "test_operations.py"
_STAFF = "test_staff.py"

MUTANTS = (
    _Mutant(
        "desk: a claim is decided without a reason",
        "rooms/desk_claim.py",
        '            wrong[f"reason-{place}"] = visit.text("desk-claim.wrong.reason")\n',
        "            pass\n",
        f"{_DESK}::test_what_is_left_open_is_decided_with_a_reason_on_the_version_that_was_seen",
    ),
    _Mutant(
        "desk: a claim is decided on the version it has by now",
        "rooms/desk_claim.py",
        '"rulings", {"claim_version": _version(visit), "rulings": rulings}',
        '"rulings", {"claim_version": claim["claim_version"] + 1, "rulings": rulings}',
        f"{_DESK}::test_what_is_left_open_is_decided_with_a_reason_on_the_version_that_was_seen",
    ),
    _Mutant(
        "desk: who declines a proposal approves it",
        "rooms/desk_claim.py",
        'how = "approval" if visit.form.get("judgement") == "approve" else "refusal"',
        'how = "approval"',
        f"{_DESK}::test_a_proposal_is_judged_by_somebody_else_and_by_a_senior_where_one_is_needed",
    ),
    _Mutant(
        "desk: the next claim is given though a colleague took it",
        "rooms/desk.py",
        "            if refused.status != HTTPStatus.CONFLICT:\n                raise\n",
        "            return visit.redirect(f\"/desk/claims/{one['reference']}?done=taken\")\n",
        f"{_DESK}::test_the_next_claim_is_the_first_that_nobody_has_taken_meanwhile",
    ),
    _Mutant(
        "desk: a claim is shown only when all services tell of it",
        "rooms/desk_claim.py",
        "    except ServiceAwayError:\n        return None\n",
        "    except ServiceAwayError:\n        raise\n",
        f"{_DESK}::test_a_page_is_shown_without_what_a_service_does_not_tell",
    ),
    _Mutant(
        "operations: a dead letter is discarded without a reason",
        "rooms/operations.py",
        "    if not _REASON_AT_LEAST <= len(reason) <= _REASON_AT_MOST:\n",
        "    if len(reason) > _REASON_AT_MOST:\n",
        f"{_OPERATIONS}::test_a_dead_letter_is_processed_again_or_discarded_with_a_reason",
    ),
    _Mutant(
        "operations: a service that is away is left out",
        "rooms/operations.py",
        "            story.missing.add(name.value)\n            continue\n",
        "            continue\n",
        f"{_OPERATIONS}::test_the_story_of_a_claim_is_told_from_all_services_and_what_is_missing_is_said",
    ),
    _Mutant(
        "operations: what Kafka does not tell counts as nothing to do",
        "rooms/operations.py",
        "    return None if answer is None or len(known) < len(counts) else sum(known)\n",
        "    return None if answer is None else sum(known)\n",
        f"{_OPERATIONS}::test_each_service_is_one_row_and_one_that_is_away_is_said_to_be",
    ),
    _Mutant(
        "staff: the browser of who made an account is not remembered",
        "rooms/staff.py",
        "        if cookie.startswith(_DEVICE):\n",
        "        if cookie.startswith(_CODE.pattern):\n",
        f"{_STAFF}::test_a_password_and_a_code_make_an_account_and_the_browser_is_remembered",
    ),
)
