"""Mutants of passkeys, authenticator apps and PINs: each lets in somebody who has or knows too little."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "authenticators: a passkey's challenge is used twice",
        "repository/passkeys.py",
        sound="""        DELETE FROM passkey_challenge
         WHERE challenge = $1 AND account_id IS NOT DISTINCT FROM $2 AND expires_at > $3
        RETURNING challenge, purpose, account_id, expires_at
""",
        broken="""        SELECT challenge, purpose, account_id, expires_at FROM passkey_challenge
         WHERE challenge = $1 AND account_id IS NOT DISTINCT FROM $2 AND expires_at > $3
""",
        guard="test_passkeys.py::test_a_challenge_is_used_up_by_the_first_signature",
    ),
    _Mutant(
        "authenticators: a passkey is added by the challenge of another account",
        "repository/passkeys.py",
        sound="AND account_id IS NOT DISTINCT FROM $2 AND",
        broken="AND (account_id IS NULL) = ($2::uuid IS NULL) AND",
        guard="test_passkeys.py::test_the_challenge_of_one_account_adds_nothing_to_another",
    ),
    _Mutant(
        "authenticators: a challenge of a login adds a passkey",
        "repository/passkeys.py",
        sound="AND account_id IS NOT DISTINCT FROM $2 AND",
        broken="AND coalesce(account_id = $2, true) AND",
        guard="test_passkeys.py::test_the_challenge_of_a_login_adds_nothing_and_the_other_way_round",
    ),
    _Mutant(
        "authenticators: who holds the phone need not unlock it",
        "flows/passkey_ceremonies.py",
        sound="require_user_verification=True",
        broken="require_user_verification=False",
        guard="test_passkeys.py::test_a_phone_that_does_not_know_its_user_is_one_factor_and_not_enough",
    ),
    _Mutant(
        "authenticators: any page beside the portal has the passkey sign",
        "flows/passkey_ceremonies.py",
        sound="expected_origin=portal.origin",
        broken='expected_origin=[portal.origin, f"https://blog.{portal.host}"]',
        guard="test_passkeys.py::test_a_signature_from_a_page_beside_the_portal_is_worth_nothing",
    ),
    _Mutant(
        "authenticators: a copy of a passkey is not noticed",
        "flows/passkey_logins.py",
        sound="if not passkey.may_count(verified.new_sign_count):",
        broken="if False:",
        guard="test_passkeys.py::test_a_passkey_that_counts_backwards_is_a_copy_and_is_refused",
    ),
    _Mutant(
        "authenticators: an identity that was confirmed once adds passkeys for ever",
        "flows/authenticators.py",
        sound="is_confirmed = account and await confirmed_identities.use_up(",
        broken="is_confirmed = account and bool(confirmed_identity) or await confirmed_identities.use_up(",
        guard="test_totp.py::test_nobody_adds_or_removes_an_app_without_having_shown_who_they_are",
    ),
    _Mutant(
        "authenticators: a code of an app is taken twice",
        "flows/totp.py",
        sound="after=locked.totp_last_step)",
        broken="after=None)",
        guard="test_totp.py::test_an_app_is_the_second_step_of_logins_from_the_moment_it_has_shown_a_code",
    ),
    _Mutant(
        "authenticators: the code that confirms an app logs in, too",
        "repository/totp.py",
        sound="totp_last_step = $3, ",
        broken="totp_last_step = $3 - 1, ",
        guard="test_totp.py::test_an_app_is_the_second_step_of_logins_from_the_moment_it_has_shown_a_code",
    ),
    _Mutant(
        "authenticators: a secret that no app has read locks the customer out",
        "flows/totp.py",
        sound="    await totp.begin(work.connection, enrolment=enrolment)\n",
        broken="    await totp.begin(work.connection, enrolment=enrolment)\n"
        "    await totp.activate(work.connection, enrolment=enrolment, step=0, now=work.now)\n",
        guard="test_totp.py::test_the_app_before_counts_until_the_new_one_has_shown_a_code",
    ),
    _Mutant(
        "authenticators: a PIN is counted when it was found to be wrong",
        "flows/pins.py",
        sound="    device = await _device_of(work, origin, account) if account else None\n",
        broken="    device = found\n",
        guard="test_pins.py::test_a_hundred_guesses_at_once_are_five_tries",
    ),
    _Mutant(
        "authenticators: a device is kept after the fifth wrong PIN",
        "flows/pins.py",
        sound="            await _forget(work, device, origin, trace)\n",
        broken="            pass\n",
        guard="test_pins.py::test_five_wrong_pins_in_a_row_and_the_device_is_forgotten",
    ),
    _Mutant(
        "authenticators: a PIN confirms an identity",
        "flows/pins.py",
        sound="purpose=Purpose.LOG_IN, methods=(Method.PIN,)",
        broken="purpose=Purpose.CONFIRM_IDENTITY, methods=(Method.PIN,)",
        guard="test_pins.py::test_a_pin_logs_in_on_its_device",
    ),
    _Mutant(
        "authenticators: somebody else's device gets a PIN for the account",
        "flows/pins.py",
        sound="    device = await _device_of(work, origin, account)\n    if device is None:",
        broken="    device = await _device_of(work, origin)\n    if device is None:",
        guard="test_pins.py::test_a_device_that_is_unknown_or_of_somebody_else_gets_no_pin",
    ),
    _Mutant(
        "authenticators: who reads the database tries all PINs",
        "flows/pins.py",
        sound='return parts.digests.of("pin", f"{device_id} {pin}").hex()',
        broken="return pin",
        guard="test_pins.py::test_the_database_alone_does_not_tell_a_pin",
    ),
)
