"""Mutants of how claims are stored: waits that end together, answers that proofs hold, small rows, packed proofs."""

from __future__ import annotations

from mutants.mutant import Mutant

_DEADLINES, _LATER_EVIDENCE = "test_handlers_deadlines.py::", "test_handlers_redetermination.py::"


def _mutant(name: str, module: str, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"storage: {name}", module, sound, broken, guard, package="claims_svc")


MUTANTS = (
    _mutant(
        "a batch reads all claims to find its own",
        "repository/claims.py",
        "(SELECT * FROM claim WHERE claim_id = wanted.claim_id FOR UPDATE) AS claim\n"
        '               {_JOINED_BY_KEY}\n        """,',
        "(SELECT * FROM claim WHERE claim_id::text = wanted.claim_id::text FOR UPDATE) AS claim\n"
        '               {_JOINED_BY_KEY}\n        """,',
        "test_handlers_statements.py::test_every_statement_of_a_batch_finds_its_rows_by_keys",
    ),
    _mutant(
        "a timer of a wait before ends the one that began since",
        "domain/deadlines.py",
        " and (claim.waits_until is None or claim.waits_until <= now)\n",
        "\n",
        _DEADLINES + "test_a_timer_that_fires_too_early_ends_no_wait",
    ),
    _mutant(
        "the dictionary of the proofs is another one",
        "repository/stored_proofs.py",
        'Packing(Path(__file__).parent / "proofs.zstd-dictionary", level=3)',
        'Packing(Path(__import__("contracts").__file__).parent / "events.zstd-dictionary", level=3)',
        "test_stored_proofs.py::test_what_was_stored_when_the_dictionary_was_new_is_read_for_ever",
    ),
    _mutant(
        "a damaged proof keeps the others from being exported",
        "repository/stored_proofs.py",
        "    except DamagedFrameError:\n        return stored\n",
        "    except DamagedFrameError:\n        raise\n",
        "test_commands_proofs.py::test_a_damaged_proof_is_exported_with_the_others_and_found_among_them",
    ),
    _mutant(
        "claims that wait no longer are looked at again",
        "repository/waits.py",
        "AND state IN ('waiting_for_policy', 'waiting_for_rainfall', 'waiting_for_answer')",
        "",
        _DEADLINES + "test_of_waits_that_began_together_those_that_go_on_are_ended",
    ),
    _mutant(
        "of waits that began together the first alone is ended",
        "working_sets.py",
        "        await waits.insert(work.connection, wait_id=wait_id, claim_ids=claim_ids)\n",
        "        await waits.insert(work.connection, wait_id=wait_id, claim_ids=claim_ids[:1])\n",
        _DEADLINES + "test_of_waits_that_began_together_those_that_go_on_are_ended",
    ),
    _mutant(
        "a wait that has ended stays in the table",
        "repository/waits.py",
        "        WITH ended AS (DELETE FROM wait WHERE wait_id = ANY ($1::uuid[]) RETURNING claim_ids)\n",
        "        WITH ended AS (SELECT claim_ids FROM wait WHERE wait_id = ANY ($1::uuid[]))\n",
        "test_handlers_rainfall.py::test_nothing_of_a_wait_is_left_behind_its_end",
    ),
    _mutant(
        "an answer is stored in the proof and beside it",
        "domain/working_set.py",
        "            self.changes.rainfall.pop(claim.claim_id, None)\n",
        "            pass\n",
        _LATER_EVIDENCE + "test_an_answer_that_a_proof_holds_is_not_stored_beside_it_and_still_known",
    ),
    _mutant(
        "an answer that the newest proof does not hold is forgotten",
        "domain/working_set.py",
        "            self.changes.rainfall[claim.claim_id] = claim.rainfall\n",
        "            pass\n",
        _LATER_EVIDENCE + "test_an_answer_that_the_newest_proof_does_not_hold_is_stored_beside_it",
    ),
    _mutant(
        "the answer in a proof is not known any more",
        "domain/working_set.py",
        "    if standing is None or claim.request_version == 0:\n        return claim\n    held",
        "    if True:\n        return claim\n    held",
        _LATER_EVIDENCE + "test_an_answer_that_a_proof_holds_is_not_stored_beside_it_and_still_known",
    ),
    _mutant(
        "the answer in a proof hides a newer one",
        "domain/working_set.py",
        "    return claim if held is None or not _is_newer(held, claim.rainfall) else replace(claim, rainfall=held)\n",
        "    return claim if held is None else replace(claim, rainfall=held)\n",
        _LATER_EVIDENCE + "test_corrected_rain_that_changes_nothing_for_the_customer_is_only_kept",
    ),
    _mutant(
        "a corrected report is not stored",
        "repository/claims.py",
        "             UPDATE opening_report SET report = new.report\n",
        "             UPDATE opening_report SET report = opening_report.report\n",
        "test_repository.py::test_a_corrected_report_replaces_all_that_was_concluded_from_the_one_before",
    ),
    _mutant(
        "reports that joined are not read",
        "repository/claims.py",
        "    CASE WHEN claim.statement IS NOT NULL THEN\n         ARRAY(SELECT joined.report",
        "    CASE WHEN claim.statement IS NULL THEN\n         ARRAY(SELECT joined.report",
        "test_repository.py::"
        "test_a_claim_is_read_with_the_reports_that_joined_it_in_their_order_and_what_was_said_first",
    ),
    _mutant(
        "what claims were about before is not looked for",
        "repository/like_claims.py",
        '_AMONG_FORMER_TOO: Final = _among_many("outline")\n',
        '_AMONG_FORMER_TOO: Final = _among_many("outline_now")\n',
        "test_handlers_duplicates.py::test_a_loss_that_a_correction_moved_away_is_not_paid_to_another_claim",
    ),
    _mutant(
        "events are asked for where nothing happened",
        "working_sets.py",
        "    if not losses:\n",
        "    if False:\n",
        "test_handlers_statements.py::test_policies_without_claims_ask_for_no_events",
    ),
    _mutant(
        "rows that differ are stored alike",
        "repository/distinct_rows.py",
        "places.setdefault(row, len(places) + 1) for row in rows",
        "places.setdefault(row, len(places) + 1) and 1 for row in rows",
        "test_repository.py::test_claims_of_one_batch_keep_what_differs_between_them",
    ),
    _mutant(
        "a loss that lasted is stored as its first moment",
        "repository/claims.py",
        "trace, opened_at, loss_from_at, coalesce(loss_until_at, loss_from_at),\n",
        "trace, opened_at, loss_from_at, loss_from_at,\n",
        "test_repository.py::test_claims_of_one_batch_keep_what_differs_between_them",
    ),
    _mutant(
        "what other claims have of an event is not read",
        "working_sets.py",
        "    if not having and not decided:\n",
        "    if not decided:\n",
        "test_handlers_deductibles.py::test_two_claims_of_one_event_in_two_batches_bear_one_deductible_in_either_order",
    ),
    _mutant(
        "a policy that nobody has heard of gets no row",
        "working_sets.py",
        "    unknown = policy_numbers - locked.keys()\n",
        "    unknown: set[str] = set()\n",
        "test_handlers_reports.py::test_a_report_that_comes_before_its_policy_waits_and_asks_once_the_policy_is_there",
    ),
    _mutant(
        "the first decision stands for the newest",
        "repository/decisions.py",
        "ORDER BY claim_version DESC LIMIT 1) AS newest\n",
        "ORDER BY claim_version LIMIT 1) AS newest\n",
        _LATER_EVIDENCE + "test_later_evidence_is_compared_with_the_newest_of_the_decisions",
    ),
    _mutant(
        "the question that a claim of before asks is not recognised",
        "migrations/0006_less_to_write.sql",
        "substr(sha256(convert_to(rainfall_request::text, 'UTF8')), 1, 16)",
        "substr(sha256(convert_to(rainfall_request::text, 'UTF8')), 2, 16)",
        "test_less_to_write_migration.py::test_a_claim_of_before_is_decided_when_its_answer_comes",
    ),
)
