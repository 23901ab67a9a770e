"""Mutants of how accounts are changed and changes undone: each gives a thief a way to stay, or the owner none back."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "account: a second change takes the place of what the first can be undone to",
        "repository/undo.py",
        sound="DO UPDATE SET expires_at = excluded.expires_at",
        broken="DO UPDATE SET expires_at = excluded.expires_at, email = excluded.email",
        guard="test_undo.py::test_there_and_back_again_leaves_the_thief_no_way_to_their_own_address",
    ),
    _Mutant(
        "account: the link goes to whoever has the account now",
        "flows/undo.py",
        sound="Addressee.of(account, email=snapshot.email), occasion",
        broken="Addressee.of(account), occasion",
        guard="test_undo.py::test_a_second_change_of_address_is_told_to_the_first_address_and_not_to_the_thiefs",
    ),
    _Mutant(
        "account: a passkey added together with the first change stays",
        "repository/undo.py",
        sound="AND added_at >= $2",
        broken="AND added_at > $2",
        guard="test_undo.py::test_what_was_added_since_goes_and_what_there_was_before_stays",
    ),
    _Mutant(
        "account: the thief's password is kept when changes are undone",
        "repository/undo.py",
        sound="password_hash = NULL, ",
        broken="",
        guard="test_undo.py::test_what_was_added_since_goes_and_what_there_was_before_stays",
    ),
    _Mutant(
        "account: who came in by the changes stays in when they are undone",
        "flows/undo.py",
        sound="    await account_access.end_everything(work.connection, account_id=account.account_id)\n",
        broken="",
        guard="test_undo.py::test_nobody_stays_in_and_no_change_under_way_goes_on",
    ),
    _Mutant(
        "account: many follow one link at once and each undoes",
        "flows/undo.py",
        sound="    snapshot = await undo.with_id(work.connection, undo_id=undo_id, now=work.now)\n",
        broken="    snapshot = found\n",
        guard="test_undo.py::test_of_a_hundred_at_once_one_undoes",
    ),
    _Mutant(
        "account: the digest in a link is not looked at",
        "flows/undo.py",
        sound="return undo_id if hmac.compare_digest(_link_of(parts, undo_id).encode(), link.encode()) else None",
        broken="return undo_id",
        guard="test_undo.py::test_a_link_that_was_made_up_undoes_nothing",
    ),
    _Mutant(
        "account: an address is taken while it is being reserved",
        "repository/undo.py",
        sound="pg_advisory_xact_lock(",
        broken="(",
        guard="test_undo.py::test_who_takes_an_address_waits_for_who_reserves_it",
    ),
    _Mutant(
        "account: a code to a new number may be guessed for ever",
        "repository/phone_changes.py",
        sound="AND tries < $2 ",
        broken="AND $2 > 0 ",
        guard="test_changes.py::test_a_code_to_a_new_number_has_five_tries_and_five_minutes",
    ),
    _Mutant(
        "account: a changed password leaves everybody logged in",
        "flows/account.py",
        sound="""password_hash=password_hash)
    await account_access.end_use(work.connection, account_id=account.account_id)
""",
        broken="password_hash=password_hash)\n",
        guard="test_changes.py::test_who_knows_the_password_changes_it_and_all_sessions_are_over",
    ),
)
