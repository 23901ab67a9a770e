"""Mutants of changes: of days that have passed, as they were shown, once, and of when a cancelled policy ends."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"changes: {name}", module, sound, broken, guard, package="policy_svc")


_CHANGES, _CONFIRMATIONS, _CANCELLATION = "domain/changes.py", "flows/confirmations.py", "domain/cancellation.py"
_OF_CHANGES, _OF_CANCELLATION = "domain/test_changes.py", "domain/test_cancellation.py"
_BY_HTTP, _OF_CONTACT = "test_change_previews.py", "test_contact_changes.py"

MUTANTS = (
    _mutant(
        "a change may begin on a day that has begun",
        _CHANGES,
        sound="if wished is not None and wished < earliest:",
        broken="if wished is not None and wished < today:",
        guard=f"{_OF_CHANGES}::test_the_past_is_never_changed_nor_the_far_future",
    ),
    _mutant(
        "a file undoes how somebody does not want to be told",
        "flows/imports.py",
        sound="known[relation_number].unwanted_channels if relation_number in known else ()",
        broken="()",
        guard=f"{_OF_CONTACT}::test_how_somebody_does_not_want_to_be_told_is_kept_published_and_no_file_undoes_it",
    ),
    _mutant(
        "who gave notice is told that the policy is renewed",
        "flows/renewals.py",
        sound="if not is_last_year(policy.terms, on=days[number]):",
        broken="if True:",
        guard="test_renewals.py::test_who_gave_notice_is_not_told_that_the_policy_is_renewed",
    ),
    _mutant(
        "a higher deductible is sold that lowers no premium",
        _CHANGES,
        sound="if isinstance(change, ChangeOfDeductible) and not is_priced:",
        broken="if False:",
        guard=f"{_OF_CHANGES}::test_no_other_deductible_is_to_be_had_while_it_would_leave_the_premium_as_it_is",
    ),
    _mutant(
        "a change pays for more than is changed",
        _CHANGES,
        sound="on=tariff_of)",
        broken="on=period.effective_on)",
        guard=f"{_OF_CHANGES}::test_the_tariff_of_the_last_renewal_counts_until_the_next[premium_is_unknown]",
    ),
    _mutant(
        "the first term can be left by notice",
        _CANCELLATION,
        sound="earliest = max(today + timedelta(days=rules.notice_days), first_term_ends_on)",
        broken="earliest = today + timedelta(days=rules.notice_days)",
        guard=f"{_OF_CANCELLATION}::test_no_insured_day_is_taken_back_and_none_ends_sooner_than_the_rules_allow",
    ),
    _mutant(
        "the last of two confirmations wins",
        _CONFIRMATIONS,
        sound="if policy.version != preview.version or isinstance(again, Refused):\n        return None\n"
        "    would_be = await shown_of(work, policy, holder, asked.change, again)\n"
        "    if would_be.to_be_done != from_json(Shown, preview.shown).to_be_done:",
        broken="if isinstance(again, Refused):",
        guard=f"{_BY_HTTP}::test_of_two_previews_the_first_confirmed_wins_and_the_other_is_told",
    ),
    _mutant(
        "what was shown is not compared with what is made",
        _CONFIRMATIONS,
        sound="if would_be.to_be_done != from_json(Shown, preview.shown).to_be_done:",
        broken="if again is None:",
        guard=f"{_BY_HTTP}::test_what_was_shown_under_another_tariff_is_not_made",
    ),
    _mutant(
        "of two policies of a home that move one must be shown again",
        "flows/previews.py",
        sound="return replace(self, also_at_this_address=())",
        broken="return self",
        guard=f"{_BY_HTTP}::test_two_policies_of_one_home_move_by_previews_that_were_shown_together",
    ),
    _mutant(
        "what only informs is all that is compared",
        "flows/previews.py",
        sound="return replace(self, also_at_this_address=())",
        broken="return replace(self, letters_follow=False, also_at_this_address=())",
        guard=f"{_BY_HTTP}::test_a_move_is_not_made_when_letters_would_go_elsewhere_than_was_shown",
    ),
    _mutant(
        "the former address is not told",
        "flows/contact_changes.py",
        sound="in (after.email, before.email)",
        broken="in (after.email,)",
        guard=f"{_OF_CONTACT}::test_a_new_address_is_told_at_the_old_one_too_and_the_login_is_said_to_stay",
    ),
    _mutant(
        "a new address is told only once notify-svc has read it",
        "flows/contact_changes.py",
        sound="if before.email == after.email or not settings.message_public_key:",
        broken="if after.email is not None:",
        guard=f"{_OF_CONTACT}::test_whatever_notify_svc_knows_by_then_each_address_of_a_change_is_told_and_no_other",
    ),
    _mutant(
        "what is refused leaves no record",
        "routes/refused.py",
        sound="return problem.response()",
        broken="raise problem",
        guard=f"{_BY_HTTP}::test_what_is_refused_is_on_record_with_who_asked_for_what_and_the_rules",
    ),
    _mutant(
        "the rules by which a home is refused are not on record",
        "routes/refused.py",
        sound='problem.members.get("refusals", ())',
        broken="()",
        guard=f"{_BY_HTTP}::test_what_is_refused_is_on_record_with_who_asked_for_what_and_the_rules",
    ),
    _mutant(
        "a confirmation that comes too late leaves no record",
        "routes/changes.py",
        sound="if confirmed is NotConfirmed.UNKNOWN:",
        broken="if confirmed:",
        guard=f"{_BY_HTTP}::test_what_is_refused_is_on_record_with_who_asked_for_what_and_the_rules",
    ),
    _mutant(
        "whatever a handler changed of a customer, the customer did it",
        "routes/contact_changes.py",
        sound="made_by=caller.kind",
        broken='made_by="customer"',
        guard=f"{_OF_CONTACT}::test_each_version_of_a_customer_says_what_made_it_and_who",
    ),
    _mutant(
        "who cancels what ends already is not told when",
        _CHANGES,
        sound="        return Refused(why=Why.ENDS_ALREADY, ends_on=policy.terms[-1].ends_on)\n",
        broken="        return Refused(why=Why.ENDS_ALREADY)\n",
        guard=f"{_BY_HTTP}::test_who_cancels_again_is_told_when_the_policy_ends_already",
    ),
)
