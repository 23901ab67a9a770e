"""Mutants of provisioning: who is let in, who is not locked out, and what stays until it is asked for."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_provision = partial(Mutant, package="provision")

MUTANTS = (
    _provision(
        "provision: a password that lets in is set again",
        "logins.py",
        "    return found.attempts[user].refusal\n",
        '    return "again"\n',
        "test_logins.py::test_logins_as_declared_need_nothing",
    ),
    _provision(
        "provision: strangers are removed with all that contracts do not know",
        "logins.py",
        "(may_remove and login.user in wanted.principals)",
        "may_remove",
        "test_logins.py::test_a_second_way_in_of_a_principal_is_removed_when_asked_and_a_stranger_is_not",
    ),
    _provision(
        "provision: the login in use is removed",
        "logins.py",
        "    if user == wanted.own:\n",
        "    if user is None:\n",
        "test_logins.py::test_nobody_locks_himself_out",
    ),
    _provision(
        "provision: a second mechanism of a principal counts as declared",
        "logins.py",
        "if login[:2] not in declared",
        "if login.user not in wanted.principals",
        "test_logins.py::test_a_login_by_another_mechanism_does_not_count_as_the_declared_one",
    ),
    _provision(
        "provision: the rights by which somebody asks are revoked",
        "plan.py",
        "if may_remove and permission.principal != own_principal]",
        "if may_remove]",
        "test_plan.py::test_nobody_revokes_his_own_rights",
    ),
    _provision(
        "provision: what contracts do not grant is revoked unasked",
        "plan.py",
        "if may_remove and permission.principal != own_principal]",
        "if permission.principal != own_principal]",
        "test_plan.py::test_what_contracts_do_not_grant_us_or_on_our_topics_is_reported",
    ),
    _provision(
        "provision: rights of a principal on the topics of others are not seen",
        "plan.py",
        "            permission.principal in principals\n            or any(",
        "            any(",
        "test_plan.py::test_what_contracts_do_not_grant_us_or_on_our_topics_is_reported",
    ),
    _provision(
        "provision: a short password is taken",
        "settings.py",
        "[!-~]{16,}",
        "[!-~]+",
        "test_settings.py::test_a_password_that_can_be_guessed_or_that_clients_read_differently_is_refused_unseen",
    ),
    _provision(
        "provision: a refused login passes for one that is let in",
        "cluster.py",
        "            return Attempt(refusal=refusals[0])\n",
        "            return Attempt()\n",
        "test_access_on_kafka.py::test_another_password_in_the_environment_takes_the_place_of_the_one_before",
        "jvm",
    ),
    _provision(
        "provision: an ACL is deleted with others that look like it",
        "cluster.py",
        "AclBindingFilter(*_parts(permission))",
        "AclBindingFilter(*_parts(permission)[:3], _ANY, *_parts(permission)[4:])",
        "test_access_on_kafka.py::test_what_contracts_do_not_know_is_reported_and_removed_when_asked",
        "jvm",
    ),
)
