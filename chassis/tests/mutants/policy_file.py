"""Mutants of import and export: each loses or changes what a file of policies says."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"policy file: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="policy_svc",
    )


_CSV, _AFTER_CHANGES = "test_csv_file.py::", "test_imports_after_changes.py::"
_IMPORT = "test_import_policies.py::"
MUTANTS = (
    _mutant(
        "a policy whose rows are scattered is imported in part",
        "policy_file/csv_rows.py",
        sound="if count > 1}",
        broken="if count > 2}",
        guard=f"{_CSV}test_a_policy_whose_rows_are_scattered_is_not_imported_in_part",
    ),
    _mutant(
        "a bad row costs its period only",
        "policy_file/csv_rows.py",
        sound="        if row.fault:\n",
        broken="        if False:\n",
        guard=f"{_CSV}test_one_bad_row_rejects_its_policy_and_no_other",
    ),
    _mutant(
        "an apostrophe of a spreadsheet stays in a number",
        "policy_file/columns.py",
        sound="return cell[1:] if",
        broken="return cell if",
        guard=f"{_CSV}test_a_row_is_a_period_as_a_dutch_spreadsheet_writes_it",
    ),
    _mutant(
        "a farmhouse that was moved to stays insured by the policy from before",
        "domain/insured.py",
        sound="since = insured_since(terms, home, on=period.effective_on)",
        broken="since = terms[0].effective_on",
        guard="domain/test_insured.py::test_a_farmhouse_is_insured_when_it_was_before_31_may_2015",
    ),
    _mutant(
        "a premium is computed anew at every import",
        "domain/imported.py",
        sound="            return replace(period, premium=other.premium)\n",
        broken="            break\n",
        guard="domain/test_imported.py::test_a_period_keeps_its_premium_when_another_one_changes",
    ),
    _mutant(
        "a file from before undoes what customers changed since",
        "domain/imported.py",
        sound="return otherwise if otherwise > max(made.get(VersionReason.IMPORTED, 0), last.told or 0) else None",
        broken="return None",
        guard=f"{_AFTER_CHANGES}test_a_file_from_before_undoes_nothing_that_happened_here",
    ),
    _mutant(
        "an e-mail address that a customer changed is one that an import made",
        "flows/contact_changes.py",
        sound="reason=CustomerVersionReason.CHANGED",
        broken="reason=CustomerVersionReason.IMPORTED",
        guard=f"{_AFTER_CHANGES}test_a_file_from_before_undoes_nothing_that_happened_here[email]",
    ),
    _mutant(
        "an export of any age may be imported",
        "domain/imported.py",
        sound="return None if newest <= version <= present else present",
        broken="return None",
        guard=f"{_AFTER_CHANGES}test_what_is_exported_after_a_change_can_be_corrected_and_imported_once",
    ),
    _mutant(
        "covers in another order are a change",
        "domain/policy.py",
        sound="tuple(sorted(set(terms.covers), key=_PLACES.__getitem__))",
        broken="terms.covers",
        guard="test_import_policies.py::test_covers_are_stored_in_one_order_whatever_order_a_file_has",
    ),
    _mutant(
        "who becomes a customer here during an import is made another by it",
        "flows/imports.py",
        sound="for contact in saved if contact.version == 1}",
        broken="for contact in saved}",
        guard="test_locking.py::test_who_becomes_a_customer_here_while_a_file_is_imported_is_not_made_another_by_it",
    ),
    _mutant(
        "a new customer is not welcomed, but told of another policy",
        "flows/imports.py",
        sound="            occasion = Occasion.WELCOME\n",
        broken="            occasion = Occasion.POLICY_ADDED\n",
        guard=f"{_IMPORT}test_a_new_customer_is_welcomed_by_the_first_policy_and_told_of_the_others",
    ),
    _mutant(
        "all policies of a new customer welcome them",
        "flows/imports.py",
        sound="            to_welcome.remove(policy.customer_id)\n",
        broken="",
        guard=f"{_IMPORT}test_a_new_customer_is_welcomed_by_the_first_policy_and_told_of_the_others",
    ),
    _mutant(
        "a file from before undoes what was corrected of a policy",
        "flows/imports.py",
        sound="(VersionReason.CORRECTED, changed.keys() & corrected)",
        broken="(VersionReason.IMPORTED, changed.keys() & corrected)",
        guard=f"{_AFTER_CHANGES}test_a_file_from_before_does_not_undo_what_was_corrected_here",
    ),
    _mutant(
        "a file from before undoes what was corrected of a customer",
        "flows/imports.py",
        sound="(CustomerVersionReason.CORRECTED, [",
        broken="(CustomerVersionReason.IMPORTED, [",
        guard=f"{_AFTER_CHANGES}test_a_file_from_before_does_not_undo_what_was_corrected_here",
    ),
    _mutant(
        "a home of which more is told loses its position",
        "domain/imported.py",
        sound="if comparable(home) == address), None)",
        broken="if replace(home, location=None) == period.home), None)",
        guard=f"{_IMPORT}test_what_is_corrected_of_a_home_does_not_lose_its_position[building]",
    ),
    _mutant(
        "a home that is told with its position takes all from the record",
        "domain/imported.py",
        sound="home=replace(period.home, location=same.location)",
        broken="home=same",
        guard=f"{_IMPORT}test_what_is_corrected_of_a_home_does_not_lose_its_position[building]",
    ),
    _mutant(
        "who wants no letters gets them at the insured home after an export",
        "flows/imports.py",
        sound="holder.postal_address is not None or holder.version is not None",
        broken="holder.postal_address is not None",
        guard="test_export.py::test_whatever_is_stored_is_exported_and_imported_without_a_change[export.jsonl]",
    ),
    _mutant(
        "a file that names no premiums is rejected after each renewal",
        "domain/imported.py",
        sound="    if first_difference(located, _without_premiums(known)) is None:\n",
        broken="    if False:\n",
        guard=f"{_AFTER_CHANGES}test_a_file_without_premiums_says_after_a_renewal_what_is_on_record",
    ),
    _mutant(
        "a file of premiums of its own is taken to say what a renewal made of them",
        "domain/imported.py",
        sound="first_difference(located, _without_premiums(known))",
        broken="first_difference(_without_premiums(located), _without_premiums(known))",
        guard=f"{_AFTER_CHANGES}test_a_file_of_premiums_of_its_own_does_not_undo_those_of_a_renewal",
    ),
    _mutant(
        "only the product of the last renewal can price what a file leaves open",
        "domain/imported.py",
        sound="for one in of_product if one.premium is not None)",
        broken="for one in of_product)",
        guard="domain/test_imported.py::test_the_product_of_the_first_day_prices_what_that_of_the_last_renewal_cannot",
    ),
    _mutant(
        "customers are told where their home lies on the map",
        "flows/imports.py",
        sound="[_without_position(in_one_form(period)) for",
        broken="[in_one_form(period) for",
        guard=f"{_IMPORT}test_a_position_alone_is_nothing_that_a_customer_is_told",
    ),
    _mutant(
        "what was changed here once is closed to files that say it, too",
        "repository/policies.py",
        sound="UPDATE policy SET told_version = version WHERE policy_number = ANY($1)",
        broken="UPDATE policy SET told_version = NULL WHERE policy_number = ANY($1)",
        guard=f"{_AFTER_CHANGES}test_a_file_that_says_what_was_changed_here_can_go_on_from_there[False]",
    ),
    _mutant(
        "a customer who changed something here once is closed to files that say it, too",
        "repository/customers.py",
        sound="UPDATE customer SET told_version = version WHERE relation_number = ANY($1)",
        broken="UPDATE customer SET told_version = NULL WHERE relation_number = ANY($1)",
        guard=f"{_AFTER_CHANGES}test_a_file_that_says_what_was_changed_here_can_go_on_from_there[False]",
    ),
    _mutant(
        "a file that is to overwrite what was changed here does not open what it finds as it says",
        "flows/imports.py",
        sound="for line in lines if overwrite or line.version is None}",
        broken="for line in lines if not overwrite and line.version is None}",
        guard=f"{_AFTER_CHANGES}test_a_file_that_says_what_was_changed_here_can_go_on_from_there[True]",
    ),
    _mutant(
        "an export that is imported tells what the administration knows of a customer",
        "flows/imports.py",
        sound="for line in lines if overwrite or line.policyholder.version is None",
        broken="for line in lines",
        guard=f"{_AFTER_CHANGES}test_an_export_that_says_what_is_on_record_is_no_file_of_the_administration[email]",
    ),
    _mutant(
        "an export that is imported tells what the administration knows of a policy",
        "flows/imports.py",
        sound="for line in lines if overwrite or line.version is None}",
        broken="for line in lines}",
        guard=f"{_AFTER_CHANGES}test_an_export_that_says_what_is_on_record_is_no_file_of_the_administration[deductible]",
    ),
    _mutant(
        "a file that caught up once may undo whatever is changed later",
        "domain/imported.py",
        sound="max(made.get(VersionReason.IMPORTED, 0), last.told or 0) else None",
        broken="made.get(VersionReason.IMPORTED, 0) and not last.told else None",
        guard=f"{_AFTER_CHANGES}test_what_is_changed_after_a_file_has_caught_up_is_not_undone_either",
    ),
    _mutant(
        "an address that a customer gave here gives way to the insured home",
        "domain/postal_address.py",
        sound="            stays = True\n",
        broken="            stays = False\n",
        guard=f"{_AFTER_CHANGES}test_an_address_that_a_customer_gave_stays_under_files_that_name_none",
    ),
    _mutant(
        "letters that followed a move go back to the home of another policy",
        "domain/postal_address.py",
        sound="case None | CustomerVersionReason.IMPORTED:",
        broken="case None | CustomerVersionReason.IMPORTED | CustomerVersionReason.LETTERS_MOVED:",
        guard=f"{_AFTER_CHANGES}test_letters_that_followed_a_move_stay_there_under_files_that_name_no_address",
    ),
    _mutant(
        "letters that followed a move stay where nobody lives any more",
        "domain/postal_address.py",
        sound="present is not None and _is_insured(terms_of, present, on=on)",
        broken="True",
        guard=f"{_AFTER_CHANGES}test_letters_that_followed_a_move_follow_the_next_one_that_the_administration_tells",
    ),
    _mutant(
        "an address that is left out undoes what a customer changed of something else",
        "flows/imports.py",
        sound="        if not _says_where_letters_go(told):\n",
        broken="        if False:\n",
        guard=f"{_AFTER_CHANGES}test_letters_follow_a_move_that_the_file_plans_after_a_customer_changed_something_else",
    ),
)
