"""Mutants of what undoing brings back: by each a mailbox alone brings in a second factor, or the owner's is lost."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "undo: a stolen number counts again at once",
        "repository/undo.py",
        sound="return has_other_number or self",
        broken="return self",
        guard="test_undone_second_factors.py::test_a_number_that_comes_back_waits_for_a_call",
    ),
    _Mutant(
        "undo: a number that no code had reached is the number that one has",
        "repository/undo.py",
        sound="(self.mobile_phone, self.mobile_phone_confirmed) != (",
        broken="(self.mobile_phone, account.mobile_phone_confirmed) != (",
        guard="test_undone_second_factors.py::test_a_number_that_no_code_had_reached_lets_nobody_name_a_phone",
    ),
    _Mutant(
        "undo: an app counts again at once",
        "repository/undo.py",
        sound="has_other_number or self.totp_added_at not in {None, account.totp_added_at}",
        broken="has_other_number",
        guard="test_undone_second_factors.py::test_an_app_that_was_removed_comes_back",
    ),
    _Mutant(
        "undo: a passkey counts again at once",
        "flows/undo.py",
        sound="(has_passkey_back or snapshot",
        broken="(snapshot",
        guard="test_undone_second_factors.py::test_a_passkey_that_was_removed_comes_back_as_it_was",
    ),
    _Mutant(
        "undo: the app that a thief removed is lost",
        "repository/undo.py",
        sound="THEN totp_secret ELSE $5 END",
        broken="THEN totp_secret ELSE coalesce(totp_secret, left($5, 0)) END",
        guard="test_undone_second_factors.py::test_an_app_that_was_removed_comes_back",
    ),
    _Mutant(
        "undo: a code of an app that stayed is taken twice",
        "repository/undo.py",
        sound="CASE WHEN totp_added_at = $6 THEN totp_last_step ELSE $7 END",
        broken="$7",
        guard="test_undone_second_factors.py::test_an_app_that_stayed_takes_no_code_twice",
    ),
    _Mutant(
        "undo: a passkey that a thief added and removed comes back",
        "repository/passkeys.py",
        sound="AND since > removed.added_at)",
        broken=")",
        guard="test_undone_second_factors.py::test_a_passkey_that_a_thief_added_and_removed_does_not_come_back",
    ),
    _Mutant(
        "undo: a thief takes the id of a passkey, so that it cannot come back",
        "repository/passkeys.py",
        sound="WHERE NOT EXISTS (SELECT FROM removed_passkey WHERE credential_id = $1)",
        broken="WHERE true",
        guard="test_undone_second_factors.py::test_nobody_takes_the_id_of_a_passkey_that_may_come_back",
    ),
    _Mutant(
        "undo: an account that an operator suspended is told to log in",
        "flows/undo.py",
        sound="    is_suspended = account.suspended_at is not None\n",
        broken="    is_suspended = False\n",
        guard="test_suspension.py::test_a_link_still_undoes_changes_of_a_suspended_account_and_it_stays_suspended",
    ),
    _Mutant(
        "suspension: a mailed link undoes the number that the caller gave",
        "flows/suspension.py",
        sound="        await undo.keep_number(work.connection, account_id=account.account_id, mobile_phone=number)\n",
        broken="",
        guard="test_suspension.py::test_no_link_undoes_what_the_caller_has_said",
    ),
    _Mutant(
        "suspension: a mailed link brings back the app of the lost phone",
        "flows/suspension.py",
        sound="    await undo.keep_no_app(work.connection, account_id=account.account_id)\n",
        broken="",
        guard="test_suspension.py::test_no_link_undoes_what_the_caller_has_said",
    ),
    _Mutant(
        "suspension: the passkey of the lost phone comes back",
        "repository/passkeys.py",
        sound='DELETE FROM removed_passkey WHERE account_id = $1", account_id)',
        broken='DELETE FROM removed_passkey WHERE account_id = $1 AND false", account_id)',
        guard="test_suspension.py::test_a_passkey_that_was_removed_before_the_call_does_not_come_back_either",
    ),
    _Mutant(
        "suspension: who has the password names a phone after the call",
        "flows/suspension.py",
        sound="if number is None and not account.mobile_phone_confirmed:",
        broken="if False:",
        guard="test_suspension.py::test_without_a_number_that_a_code_has_reached_one_must_be_given",
    ),
    _Mutant(
        "suspension: a stolen number comes back between reading and reinstating",
        "routes/suspension.py",
        sound="        if_match.require(version=account.version)\n",
        broken="",
        guard="test_suspension.py::test_who_reinstates_must_have_seen_what_came_back_by_a_link",
    ),
)
