"""Mutants of activation, password reset, links and clean-up: each gives an account away, or keeps it from its owner."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "activation: the relation number alone is enough, and the mail goes to who asks",
        "repository/customers.py",
        sound="WHERE relation_number = $1 AND email = $2 ORDER BY",
        broken="WHERE relation_number = $1 AND $2 <> '' ORDER BY",
        guard="test_activation.py::test_who_does_not_know_both_gets_the_same_answer_and_no_mail",
    ),
    _Mutant(
        "activation: a link stays good for who has the customer's former mailbox",
        "flows/activation.py",
        sound="customer if customer is not None and customer.email == link.email else None",
        broken="customer",
        guard="test_activation.py::test_a_link_is_over_when_the_customer_is_reached_at_another_address_by_now",
    ),
    _Mutant(
        "activation: an address that is reserved after the link was mailed is taken",
        "flows/activation.py",
        sound="if not await _may_activate(work, customer) or await links.use",
        broken="if await links.use",
        guard="test_activation.py::test_a_link_that_was_mailed_before_its_address_was_reserved_activates_nothing",
    ),
    _Mutant(
        "activation: a mobile number counts as confirmed before a code has reached it",
        "flows/activation.py",
        sound="mobile_phone_confirmed=False",
        broken="mobile_phone_confirmed=True",
        guard="test_activation.py::test_a_customer_activates_by_the_link_in_the_mail",
    ),
    _Mutant(
        "activation: an older version of a customer comes back",
        "repository/customers.py",
        sound=" WHERE excluded.version > customer.version",
        broken=" WHERE excluded.version > 0",
        guard="test_activation.py::test_older_contact_data_do_not_come_back",
    ),
    _Mutant(
        "activation: the older of two versions in one batch is stored",
        "handlers.py",
        sound="if contact.version > known.version:",
        broken="if contact.version < known.version:",
        guard="test_activation.py::test_older_contact_data_do_not_come_back",
    ),
    _Mutant(
        "links: the one before stays good beside a new one",
        "repository/links.py",
        sound="AND ($2::uuid IS NOT NULL OR $3::uuid IS NOT NULL OR email = $4)",
        broken="AND email <> $4",
        guard="test_activation.py::test_a_new_link_ends_the_one_before",
    ),
    _Mutant(
        "links: one for a password makes an account",
        "repository/links.py",
        sound="digest = $1 AND purpose = $2 AND",
        broken="digest = $1 AND $2 <> '' AND",
        guard="test_password_reset.py::test_a_link_for_one_thing_is_good_for_nothing_else",
    ),
    _Mutant(
        "password reset: a thief who is in stays in",
        "flows/password_reset.py",
        sound="    await account_access.end_everything(work.connection, account_id=account_id)\n",
        broken="",
        guard="test_password_reset.py::test_nobody_stays_in_and_the_second_step_stays",
    ),
    _Mutant(
        "password reset: the owner stays blocked",
        "flows/password_reset.py",
        sound="    await wrong_passwords.forgive(work, parts, email=email, device=device)\n",
        broken="",
        guard="test_password_reset.py::test_a_reset_lifts_the_block_and_the_second_step_is_still_asked",
    ),
    _Mutant(
        "password reset: a thief's passkey stays while their changes can still be undone",
        "flows/password_reset.py",
        sound="account_id=account_id, since=snapshot.since",
        broken="account_id=account_id, since=snapshot.expires_at",
        guard="test_password_reset.py::test_what_a_thief_added_goes_and_older_authenticators_stay",
    ),
    _Mutant(
        "password reset: somebody whom an address is no more the account's chooses its password",
        "flows/password_reset.py",
        sound="_may_reset(account) and account.email == email else None",
        broken="_may_reset(account) else None",
        guard="test_password_reset.py::test_a_link_is_over_when_the_account_is_another_by_now",
    ),
    _Mutant(
        "clean-up: an address that only a reset helps is forgiven within days",
        "repository/clean_up.py",
        sound="in_a_row < {WRONG_PASSWORDS_BEFORE_BLOCK}",
        broken="in_a_row < 1000",
        guard="test_clean_up.py::test_an_address_that_took_a_hundred_wrong_passwords_is_not_forgiven_by_waiting_a_day",
    ),
    _Mutant(
        "clean-up: what is live goes too",
        "repository/clean_up.py",
        sound='_EXPIRED = "expires_at <= $1::timestamptz"',
        broken='_EXPIRED = "$1::timestamptz IS NOT NULL"',
        guard="test_clean_up.py::test_what_is_over_goes_and_what_is_live_stays",
    ),
)
