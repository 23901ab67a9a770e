"""Mutants of policies in two times: each tells of a day or a moment what was not so, or loses a renewal."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"bitemporal: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="policy_svc",
    )


_MODEL = "test_bitemporal_model.py::test_every_day_as_known_at_every_moment_is_what_a_plain_list_of_versions_says[1]"

MUTANTS = (
    _mutant(
        "two versions may say something of one day at one moment",
        "migrations/0003_bitemporal.sql",
        sound="known WITH &&),",
        broken="known WITH =),",
        guard="test_bitemporal_model.py::test_the_database_refuses_what_overlaps",
    ),
    _mutant(
        "what was superseded is still known",
        "repository/history.py",
        sound="AND policy_terms.known @> $2 END",
        broken="AND lower(policy_terms.known) <= $2 END",
        guard=_MODEL,
    ),
    _mutant(
        "what has ended is still in force",
        "domain/timeline.py",
        sound="(period.ends_on is None or day < period.ends_on)",
        broken="(period.ends_on is None or day <= period.ends_on)",
        guard=_MODEL,
    ),
    _mutant(
        "a policy as it was known is the present one",
        "repository/history.py",
        sound="policy_version.known @> $2 AND policy_terms.known @> $2 END",
        broken="upper_inf(policy_version.known) AND upper_inf(policy_terms.known) END",
        guard=_MODEL,
    ),
    _mutant(
        "two versions at one moment",
        "repository/policies.py",
        sound=" + '1 microsecond')",
        broken=")",
        guard=_MODEL,
    ),
    _mutant(
        "a change reaches the days before it",
        "domain/timeline.py",
        sound="    if period.effective_on >= day:\n",
        broken="    if period.effective_on >= day or period.ends_on is None:\n",
        guard="domain/test_timeline.py::test_a_change_from_a_day_leaves_all_days_before_it_and_changes_all_others",
    ),
    _mutant(
        "a change while a renewal is overdue leaves it out",
        "flows/versions.py",
        sound="min(today, due.get(number, date.max) - timedelta(days=1))",
        broken="today",
        guard="test_renewals.py::test_a_change_on_the_day_before_the_timer_leaves_the_renewal_due",
    ),
)
