"""Mutants of limits and of the audit trail: each lets somebody go on guessing, or read unseen."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "limits: two who take at once both take the last one",
        "repository/buckets.py",
        sound="DO UPDATE SET taken = bucket.taken",
        broken="DO UPDATE SET taken = excluded.taken",
        guard="test_limits.py::test_fifty_at_once_on_two_instances_take_no_more_than_there_is",
    ),
    _Mutant(
        "limits: an empty bucket costs the others one",
        "flows/limits.py",
        sound="    if not full:\n",
        broken="    if len(full) < len(locked):\n",
        guard="test_limits.py::test_when_one_bucket_has_no_room_nothing_is_taken_from_the_others",
    ),
    _Mutant(
        "limits: a row grows with each that is taken",
        "domain/sliding_windows.py",
        sound="Taken(until + kept_together, 1)",
        broken="Taken(until, 1)",
        guard="test_limits.py::test_a_row_does_not_grow_with_what_is_taken_of_many",
    ),
    _Mutant(
        "limits: a window sees one more than it may",
        "domain/sliding_windows.py",
        sound="        if room <= 0:\n",
        broken="        if room < 0:\n",
        guard="test_limits.py::test_no_window_of_the_time_ever_sees_more_than_may_be_taken",
    ),
    _Mutant(
        "limits: every refusal puts a line on record",
        "flows/limits.py",
        sound="return bucket.refused_at is None or bucket.refused_at + one.within <= work.now",
        broken="return True",
        guard="test_limits.py::test_a_flood_of_refusals_puts_one_line_on_record_until_what_was_taken_is_over",
    ),
    _Mutant(
        "limits: another address of the same home begins anew",
        "domain/networks.py",
        sound="6: (64, 56, 48)",
        broken="6: (128, 56, 48)",
        guard="test_limits.py::test_an_address_belongs_to_its_networks",
    ),
    _Mutant(
        "limits: codes a stranger asks for to my number keep me from mine",
        "flows/limits.py",
        sound="return [*(one for limit in limits",
        broken="return [_one_of(SMS_TO_NEW_NUMBER, number), *(one for limit in limits",
        guard="test_limits.py::test_codes_a_stranger_sends_to_my_number_are_none_of_mine",
    ),
    _Mutant(
        "limits: customers behind one address use up each other's codes",
        "flows/limits.py",
        sound="return [*(one for limit in limits",
        broken="return [*_by_network(SMS, origin), *(one for limit in limits",
        guard="test_limits.py::test_customers_behind_one_address_of_a_mobile_carrier_do_not_use_up_each_others_codes",
    ),
    _Mutant(
        "limits: with each browser that logs in an account gets more codes",
        "flows/limits.py",
        sound='        _one_of(limit, f"{account_id} devices", times=DEVICES_IN_ALL),\n',
        broken="",
        guard="test_login_numbers.py::"
        "test_however_many_browsers_log_in_an_account_is_sent_thirty_codes_a_day_to_all_of_them",
    ),
    _Mutant(
        "limits: the database knows whose a bucket is",
        "flows/limits.py",
        sound='parts.digests.of(f"bucket {one.name}", one.key)',
        broken="one.key.encode()",
        guard="test_limits.py::test_of_whom_a_bucket_is_the_database_does_not_know",
    ),
    _Mutant(
        "audit: who reads the trail is not on it",
        "flows/audit.py",
        sound="SecurityEvent.AUDIT_TRAIL_READ,\n        account_id=wanted.account_id,\n        actor=actor,",
        broken="SecurityEvent.AUDIT_TRAIL_READ,\n        account_id=wanted.account_id,",
        guard="test_audit.py::test_who_reads_the_trail_is_on_it_with_whose_it_was",
    ),
    _Mutant(
        "audit: the service's role keeps the right to change the trail",
        "migrations/0004_audit_trail.sql",
        sound="EXECUTE format('REVOKE ALL ON audit_trail, public.applied_migration FROM %I', other);",
        broken="",
        guard="test_database_roles.py::test_the_role_of_the_service_has_the_rights_it_needs_and_no_more",
    ),
)
