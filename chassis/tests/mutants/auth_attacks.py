"""Mutants of what keeps thieves and strangers from staying in, or their owners out."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "attacks: a link to the thief's address outlives a changed password",
        "repository/account_access.py",
        sound="mailed AS (DELETE FROM link WHERE account_id = $1)",
        broken="mailed AS (SELECT)",
        guard="test_attacks.py::test_a_link_to_a_thiefs_address_is_over_once_the_owner_reacts",
    ),
    _Mutant(
        "attacks: being refused a new address tells that it was mailed",
        "flows/limits.py",
        sound="_one_of(MAILS_TO_NEW_ADDRESS, email)",
        broken="_one_of(MAILS_TO_ADDRESS, email)",
        guard="test_attacks.py::test_asking_for_mails_to_an_address_and_then_for_itself_tells_not_whether_it_has_an_account",
    ),
    _Mutant(
        "attacks: a link is mailed before its account is locked",
        "flows/password_reset.py",
        sound="    await accounts.locked(work.connection, account_id=account.account_id)\n",
        broken="",
        guard="test_attacks.py::test_a_stranger_who_asks_for_a_reset_while_its_owner_follows_a_link_stops_nobody",
    ),
    _Mutant(
        "attacks: guessers keep a member of staff out for good",
        "flows/staff.py",
        sound="    await wrong_passwords.forgive(work, parts, email=invited.email)\n",
        broken="",
        guard="test_staff.py::test_who_was_kept_out_by_guessers_gets_in_again_by_a_new_invitation_and_stays_known_to_the_browser",
    ),
)
