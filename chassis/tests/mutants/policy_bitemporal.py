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


_REFUSED = "test_bitemporal_model.py::test_the_database_refuses_what_overlaps"
_MODEL = "test_bitemporal_model.py::test_every_day_as_known_at_every_moment_is_what_a_plain_list_of_versions_says[1]"

MUTANTS = (
    _mutant(
        "two versions may say something of one day at one moment",
        "migrations/0003_bitemporal.sql",
        sound="known WITH &&),",
        broken="known WITH =),",
        guard=_REFUSED,
    ),
    _mutant(
        "two versions of a policy at one moment are stored",
        "migrations/0003_bitemporal.sql",
        sound="UNIQUE (policy_number, known WITHOUT OVERLAPS)",
        broken="UNIQUE (policy_number, known)",
        guard=_REFUSED,
    ),
    _mutant(
        "a customer is two people at one moment",
        "migrations/0003_bitemporal.sql",
        sound="PRIMARY KEY (customer_id, known WITHOUT OVERLAPS)",
        broken="PRIMARY KEY (customer_id, known)",
        guard=_REFUSED,
    ),
    _mutant(
        "one version says two things from a day on",
        "migrations/0011_cheaper_terms.sql",
        sound="CREATE UNIQUE INDEX one_period_a_day",
        broken="CREATE INDEX one_period_a_day",
        guard=_REFUSED,
    ),
    _mutant(
        "a file may tell of periods that overlap",
        "domain/terms.py",
        sound="if later.effective_on < earlier.ends_on:",
        broken="if later.effective_on == earlier.effective_on:",
        guard="domain/test_terms.py::test_each_contradiction_has_a_sentence_of_its_own[overlap]",
    ),
    _mutant(
        "nothing is insured on the first day",
        "domain/timeline.py",
        sound="period.effective_on <= day and",
        broken="period.effective_on < day and",
        guard=_MODEL,
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
    _mutant(
        "a renewal waits for a policy while it holds the timer of its day",
        "repository/policies.py",
        sound="FOR NO KEY UPDATE SKIP LOCKED",
        broken="FOR NO KEY UPDATE",
        guard="test_changes_at_once.py::"
        "test_whoever_sets_the_timer_of_a_renewal_that_fires_holds_nothing_that_it_waits_for",
    ),
    _mutant(
        "a policy that somebody is changing on its day is never renewed",
        "flows/renewals.py",
        sound="if await policies.is_any_due(work.connection, on=by):",
        broken="if len(locked) == SLICE_POLICIES:",
        guard="test_changes_at_once.py::test_a_change_on_the_day_of_a_renewal_and_the_renewal_come_one_after_the_other",
    ),
    _mutant(
        "every change hurries a renewal that was put off",
        "flows/versions.py",
        sound="number not in known or day != due.get(number)",
        broken="day > today or day != due.get(number)",
        guard="test_renewals.py::test_a_change_does_not_hurry_a_renewal_that_was_put_off",
    ),
)
