"""Mutants of how somebody logs in: each lets a guesser in, keeps an owner out, or tells who has an account."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"login: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="auth_svc",
    )


MUTANTS = (
    _mutant(
        "the right password opens what is blocked",
        "flows/wrong_passwords.py",
        sound="account.suspended_at is None and not is_blocked\n",
        broken="account.suspended_at is None\n",
        guard="test_wrong_passwords.py::test_five_in_a_row_block_for_a_minute_and_each_further_one_twice_as_long",
    ),
    _mutant(
        "guesses during a block make it longer, so that a stranger keeps the owner out",
        "flows/wrong_passwords.py",
        sound="    if not is_blocked:\n        wrong",
        broken="    if True:\n        wrong",
        guard="test_wrong_passwords.py::test_what_is_tried_during_a_block_does_not_make_it_longer",
    ),
    _mutant(
        "a device of one account helps to guess another",
        "repository/devices.py",
        sound="WHERE account_id = $1 AND digest",
        broken="WHERE ($1::uuid IS NULL OR true) AND digest",
        guard="test_wrong_passwords.py::test_the_device_of_one_account_does_not_help_to_guess_another",
    ),
    _mutant(
        "guesses at once are not counted one after the other",
        "repository/wrong_passwords.py",
        sound="ON CONFLICT (tried_on) DO UPDATE SET last_at = excluded.last_at\n        RETURNING in_a_row",
        broken="ON CONFLICT (tried_on) DO NOTHING\n        RETURNING in_a_row",
        guard="test_wrong_passwords.py::test_a_hundred_guesses_at_once_are_five_tries",
    ),
    _mutant(
        "a suspended account takes a code",
        "flows/login.py",
        sound="if login is None or account is None or account.suspended_at:\n        return None\n    has",
        broken="if login is None or account is None:\n        return None\n    has",
        guard="test_login.py::test_a_suspended_account_takes_no_code",
    ),
    _mutant(
        "a new code gives new tries",
        "repository/logins.py",
        sound="code_request_id = $5, codes_sent = $6\n",
        broken="code_request_id = $5, codes_sent = $6, tries = 0\n",
        guard="test_login.py::test_a_new_code_gives_no_further_tries",
    ),
    _mutant(
        "a code is used twice",
        "flows/login.py",
        sound="    await logins.end(work.connection, login=login)\n    if method",
        broken="    if method",
        guard="test_login.py::test_a_code_is_used_once",
    ),
    _mutant(
        "a code is good for longer than five minutes",
        "flows/codes.py",
        sound=" or login.code_expires_at <= work.now",
        broken="",
        guard="test_login.py::test_a_code_is_good_for_five_minutes",
    ),
    _mutant(
        "a first login takes another number than the one that was confirmed meanwhile",
        "flows/login.py",
        sound="return None if has_other_number else",
        broken="return",
        guard="test_login.py::test_of_two_first_logins_the_second_cannot_take_another_number_any_more",
    ),
    _mutant(
        "who logs in on a new device is told of nothing",
        "flows/finished_login.py",
        sound="if device.is_new and has_succeeded_before:",
        broken="if False:",
        guard="test_login.py::test_the_customer_is_told_of_a_device_that_is_not_known_but_not_at_the_first_login",
    ),
    _mutant(
        "a session stays when the same browser logs in anew",
        "flows/finished_login.py",
        sound="    if origin.session_secret:\n",
        broken="    if False:\n",
        guard="test_login.py::test_a_login_ends_the_session_that_the_browser_had",
    ),
    _mutant(
        "who knows the password keeps the owner from every code",
        "flows/limits.py",
        sound="    if device_id is None:\n        return [_one_of(limit",
        broken="    if True:\n        return [_one_of(limit",
        guard="test_known_password.py::test_who_knows_the_password_uses_up_no_tries_of_a_browser_that_was_used_before",
    ),
    _mutant(
        "each reset gives a mailbox's thief tries anew",
        "flows/devices.py",
        sound="if device and device.logged_in_at else None",
        broken="if device else None",
        guard="test_known_password.py::test_who_has_but_the_mailbox_gets_no_codes_of_their_own",
    ),
    _mutant(
        "codes that are right use up those of the day",
        "flows/login.py",
        sound="await look(work, parts, wrong,",
        broken="await take(work, parts, wrong,",
        guard="test_login_numbers.py::test_codes_that_are_right_use_up_nothing",
    ),
    _mutant(
        "wrong codes are not counted over the logins of a day",
        "flows/login.py",
        sound="    wrong_today = await count(work, parts, wrong)\n",
        broken="    wrong_today = 1\n",
        guard="test_known_password.py::test_of_a_hundred_guesses_at_once_over_several_logins_thirty_are_tried",
    ),
    _mutant(
        "a token alone uses up the codes of a number",
        "flows/authenticators.py",
        sound="is_confirmed = account and await confirmed_identities.is_there(",
        broken="is_confirmed = account or await confirmed_identities.is_there(",
        guard="test_known_password.py::test_a_token_alone_uses_up_no_codes_to_new_numbers",
    ),
    _mutant(
        "nobody is told that somebody knows the password",
        "flows/login.py",
        sound="    if max(wrong_today, tried.tries) >= CODE_TRIES:\n",
        broken="    if False:\n",
        guard="test_known_password.py::test_five_wrong_codes_are_told_once_a_day",
    ),
    _mutant(
        "logins are not limited by network",
        "routes/login.py",
        sound="            beforehand=login_limit_of(self._parts),\n",
        broken="",
        guard="test_login.py::test_logins_from_one_address_are_limited",
    ),
    _mutant(
        "the browser of a family is forgotten by one for another",
        "flows/devices.py",
        sound="[secret, *others][:MOST_DEVICE_SECRETS]",
        broken="[secret]",
        guard="test_family.py::test_who_logs_in_on_the_familys_browser_is_not_new_there_because_others_were_there_meanwhile",
    ),
)
