"""Mutants of how staff get in: each lets in somebody who was not invited, or leaves in who was put out."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "staff: one invitation makes accounts again and again",
        "flows/staff.py",
        sound="    if await links.use(work, link, LinkPurpose.STAFF) is None:\n",
        broken="    if await links.look_at(work, link, LinkPurpose.STAFF) is None:\n",
        guard="test_staff.py::test_a_link_serves_once_however_many_use_it_at_once",
    ),
    _Mutant(
        "staff: an account begins without a code of its app",
        "flows/staff.py",
        sound="    if step is None:\n        return Refusal(Reason.WRONG_CODE)\n",
        broken="    step = step or 0\n",
        guard="test_staff.py::test_neither_a_wrong_code_nor_a_bad_password_uses_up_the_link",
    ),
    _Mutant(
        "staff: the code that began an account logs in as well",
        "flows/staff.py",
        sound="        totp_last_step=step,\n",
        broken="        totp_last_step=None,\n",
        guard="test_staff.py::test_an_account_begins_with_the_first_code_and_logs_in_by_password_and_app",
    ),
    _Mutant(
        "staff: an account of staff takes an address that a customer may get back",
        "flows/staff.py",
        sound="    if await undo.is_reserved(work.connection, email=email, now=work.now):\n        return True\n",
        broken="",
        guard="test_staff.py::test_the_address_of_a_customer_is_refused_with_a_sentence",
    ),
    _Mutant(
        "staff: an invitation turns a customer into staff",
        "flows/staff.py",
        sound="(known is not None and known.role not in STAFF_ROLES) or ",
        broken="",
        guard="test_staff.py::test_an_address_that_became_a_customers_meanwhile_makes_no_staff_account",
    ),
    _Mutant(
        "staff: who is suspended stays logged in",
        "flows/staff.py",
        sound="    await account_access.end_everything(work.connection, account_id=account.account_id)\n",
        broken="",
        guard="test_staff.py::test_who_is_suspended_is_logged_out_and_stays_out_until_reinstated",
    ),
    _Mutant(
        "staff: who holds the old app stays logged in after a new invitation",
        "flows/staff.py",
        sound="    await account_access.end_everything(work.connection, account_id=known.account_id)\n",
        broken="",
        guard="test_staff.py::test_who_is_invited_again_begins_anew_and_nobody_stays_logged_in",
    ),
    _Mutant(
        "staff: an invitation lets a suspended member in",
        "repository/staff.py",
        sound="totp_last_step = $6, version = $7\n",
        broken="totp_last_step = $6, version = $7, suspended_at = NULL\n",
        guard="test_staff.py::test_an_invitation_reinstates_nobody",
    ),
    _Mutant(
        "staff: what an operator did is on record as done by nobody",
        "flows/record.py",
        sound='COMMAND: Final = "command"\n',
        broken="COMMAND: Final = None\n",
        guard="test_staff.py::test_everything_about_staff_is_on_record_by_whom_and_without_the_address",
    ),
)
