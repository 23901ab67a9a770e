"""Mutants of the proof: the verifier made blind in one place, the tree grown wrongly, the root that nobody signs."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="claims_svc")
_FORGED = "domain/test_forged_proofs.py"
_TOGETHER = "domain/test_proofs_together.py"
_TREE = "test_proof_roots.py"
_COMMANDS = "test_commands_proofs.py"

MUTANTS = (
    _Mutant(
        "proof: hours that are asked and left out are no difference",
        "domain/rainfall_check.py",
        "    if first > asked[0] or last < asked[-1]:\n",
        "    if first > asked[0]:\n",
        f"{_FORGED}::test_hours_after_the_loss_that_were_cut_off_are_found",
    ),
    _Mutant(
        "proof: a missing hour counts as dry",
        "domain/rainfall_reading.py",
        "(most_in_an_hour if figure is None else figure for figure in figures)",
        "(figure or 0 for figure in figures)",
        f"{_FORGED}::test_a_final_no_in_spite_of_missing_hours_is_found",
    ),
    _Mutant(
        "proof: a window may have ended any time before the loss",
        "domain/rainfall_reading.py",
        "        return range(hour_running_at(self.moment) - lag_hours, self.hour + length)\n",
        "        return range(hour_running_at(self.moment) - max(lag_hours, 300), self.hour + length)\n",
        f"{_FORGED}::test_a_window_that_does_not_lie_around_the_loss_is_found[-200]",
    ),
    _Mutant(
        "proof: rain after the loss counts",
        "domain/rainfall_reading.py",
        "            (0, lag, before, YES),\n",
        "            (0, lag, 0, YES),\n",
        f"{_FORGED}::test_a_doubt_rewritten_as_a_no_is_found[rain after the loss]",
    ),
    _Mutant(
        "proof: a cloudburst in any hour counts",
        "domain/rainfall_reading.py",
        "cloudburst=self.cloudburst,\n            cloudburst_tenths_mm=self._most_known(self._question.cloudburst),\n",
        "cloudburst=stated.cloudburst,\n            cloudburst_tenths_mm=stated.cloudburst_tenths_mm,\n",
        f"{_FORGED}::test_a_cloudburst_away_from_the_loss_is_found",
    ),
    _Mutant(
        "proof: one hour more than the window is no doubt",
        "domain/rainfall_reading.py",
        "            (1, lag, before, BETWEEN_WHOLE_HOURS),\n            (1, lag, 0, RAIN_AFTER_LOSS),\n"
        "            (1, long_lag, 0, RAIN_LONG_BEFORE_LOSS),\n",
        "            (0, lag, 0, RAIN_AFTER_LOSS),\n            (0, long_lag, 0, RAIN_LONG_BEFORE_LOSS),\n",
        f"{_FORGED}::test_a_doubt_rewritten_as_a_no_is_found[between whole hours]",
    ),
    _Mutant(
        "proof: of a long interval of loss the best hour counts",
        "domain/rainfall_reading.py",
        "    return question.loss.until_at - question.loss.from_at <= _HOUR * question.interval_in_favour_hours\n",
        "    return True\n",
        f"{_FORGED}::test_an_interval_of_loss_is_read_again_too",
    ),
    _Mutant(
        "proof: the distance to the station is believed",
        "domain/station_check.py",
        "        elif abs(_metres(question.home, known) - assessed.distance_metres) > _ROUNDING_METRES:\n",
        "        elif False:\n",
        f"{_FORGED}::test_a_home_that_was_moved_without_its_station_is_found",
    ),
    _Mutant(
        "proof: a station may be unknown to the register",
        "domain/station_check.py",
        "        if known is None or known.network is not station.network:\n",
        "        if known is None:\n            continue\n        if known.network is not station.network:\n",
        f"{_FORGED}::test_a_station_that_is_not_the_registers_is_found",
    ),
    _Mutant(
        "proof: a station may lie elsewhere than in the register",
        "domain/station_check.py",
        "        elif known != station:\n",
        "        elif known.name != station.name:\n",
        f"{_FORGED}::test_a_station_that_is_not_the_registers_is_found",
    ),
    _Mutant(
        "proof: any station may answer",
        "domain/station_check.py",
        "    if not stated or metres.get(stated[0], metres[nearest]) > metres[nearest] + _ROUNDING_METRES:\n",
        "    if not stated:\n",
        f"{_FORGED}::test_another_station_than_the_nearest_is_found",
    ),
    _Mutant(
        "proof: a second station that could be the nearest need not answer",
        "domain/station_check.py",
        "        if number not in stated and nearer_by <= reach - rounding:\n",
        "        if False:\n",
        f"{_FORGED}::test_a_second_station_that_could_be_the_nearest_must_answer_too",
    ),
    _Mutant(
        "proof: any deductible can be chosen",
        "domain/proof_check.py",
        "    if terms.deductible_cents not in product.deductibles_cents:\n",
        "    if False:\n",
        f"{_FORGED}::test_a_deductible_that_cannot_be_chosen_is_found",
    ),
    _Mutant(
        "proof: the answer about rain may be one to another claim",
        "domain/rainfall_reading.py",
        "        claim_id=question.claim_id,\n",
        "        claim_id=answer.claim_id,\n",
        f"{_FORGED}::test_an_answer_about_rain_for_another_claim_or_question_is_found",
    ),
    _Mutant(
        "proof: the question about rain may be one of another claim",
        "domain/proof_check.py",
        '        "claim_id": basis.claim_id,\n',
        "",
        f"{_FORGED}::test_an_answer_about_rain_for_another_claim_or_question_is_found",
    ),
    _Mutant(
        "proof: the question about rain may be about another place",
        "domain/proof_check.py",
        '        "home": None if terms is None else terms.location,\n',
        "",
        f"{_FORGED}::test_a_home_that_was_moved_in_the_question_only_is_found",
    ),
    _Mutant(
        "proof: the product's parameters may be left out of the question",
        "domain/proof_check.py",
        '        "interval_in_favour_hours": asked.interval_in_favour_hours,\n',
        "",
        f"{_FORGED}::test_a_question_that_the_product_does_not_ask_is_found",
    ),
    _Mutant(
        "proof: it may be decided before it was reported",
        "domain/proof_check.py",
        "    if document.decided_at < basis.reported_at - LOSS_AFTER_REPORT_TOLERANCE:\n",
        "    if False:\n",
        f"{_FORGED}::test_a_decision_before_its_report_is_found",
    ),
    _Mutant(
        "proof: keys that do not belong are overlooked",
        "domain/proof_check.py",
        "    again = canonical_bytes(document)\n",
        "    again = canonical_json(validator_of(object).validate_json(canonical))\n",
        f"{_FORGED}::test_keys_that_do_not_belong_are_found_at_any_depth",
    ),
    _Mutant(
        "proof: what a foreign key holds must be what another parser takes",
        "domain/proof_check.py",
        "        found, known = map(validator_of(object).validate_json, (canonical, again))\n",
        "        found, known = map(__import__('msgspec').json.decode, (canonical, again))\n",
        f"{_FORGED}::test_whatever_a_key_that_does_not_belong_holds_it_is_named",
    ),
    _Mutant(
        "proof: what is not what was hashed is read on trust",
        "domain/proof.py",
        "    return _decode(canonical) if sha256_of(canonical) == sha256 else read(canonical)\n",
        "    return _decode(canonical)\n",
        "domain/test_proof.py::test_a_proof_that_is_not_what_was_hashed_is_not_read_on_trust",
    ),
    _Mutant(
        "proof: one of our own is judged as a stranger's is",
        "domain/proof.py",
        "    return _decode(canonical) if sha256_of(canonical) == sha256 else read(canonical)\n",
        "    return read(canonical)\n",
        "test_handlers_redetermination.py::"
        "test_the_proofs_of_many_claims_are_read_once_and_on_trust_when_their_policy_changes",
    ),
    _Mutant(
        "proof: another product's parameters are believed",
        "domain/proof_check.py",
        "    if PRODUCTS.get(product.version) != product:\n",
        "    if product.version not in PRODUCTS:\n",
        f"{_FORGED}::test_an_insurance_that_contradicts_itself_is_found",
    ),
    _Mutant(
        "proof: what others had of the event needs no proof of theirs",
        "domain/proof_check.py",
        "use.estimated_cents, use.borne_cents)) and not use.proofs:\n",
        "use.estimated_cents, use.borne_cents)) and False:\n",
        f"{_FORGED}::test_what_others_had_of_an_event_must_name_their_proofs",
    ),
    _Mutant(
        "proof: the decision is believed",
        "domain/proof_check.py",
        "        again = validator_of(Verdict).validate_json(canonical_json(decide(document.basis)))\n",
        "        again = document.verdict\n",
        f"{_FORGED}::test_a_decision_that_does_not_follow_is_found",
    ),
    _Mutant(
        "proof: a version need not continue the one before",
        "domain/proofs_together.py",
        "    if document.previous_sha256 != before:\n",
        "    if False:\n",
        f"{_TOGETHER}::test_a_version_that_names_another_proof_before_it_is_found",
    ),
    _Mutant(
        "proof: what was decided before is believed",
        "domain/proofs_together.py",
        "    if decided_before != stated:\n",
        "    if False:\n",
        f"{_TOGETHER}::test_a_version_that_says_another_amount_was_decided_before_is_found",
    ),
    _Mutant(
        "proof: what others had of the event is believed although their proofs are there",
        "domain/proofs_together.py",
        "        if stated != summed:\n",
        "        if False:\n",
        f"{_TOGETHER}::test_what_others_had_of_an_event_otherwise_than_their_proofs_say_is_found",
    ),
    _Mutant(
        "proof tree: leaves and nodes are hashed alike",
        "domain/merkle.py",
        '    return hashlib.sha256(b"\\x00" + entry).digest()\n',
        "    return hashlib.sha256(entry).digest()\n",
        "domain/test_merkle.py::test_roots_are_those_of_the_published_vectors",
    ),
    _Mutant(
        "proof tree: a path may have any length",
        "domain/merkle.py",
        "        if siblings is None or sibling is None:\n            return None\n",
        "        if siblings is None or sibling is None:\n            break\n",
        "domain/test_merkle.py::test_a_path_leads_to_its_root_from_its_own_place_only",
    ),
    _Mutant(
        "proof tree: more proofs than enter at once wait for the next hour",
        "proof_roots.py",
        "        wait = timedelta(0) if len(entries) == PROOFS_AT_ONCE else self.interval\n",
        "        wait = self.interval\n",
        f"{_TREE}::test_more_proofs_than_enter_at_once_follow_without_waiting",
    ),
    _Mutant(
        "proof tree: a decision does not enter it",
        "migrations/0004_proof_tree.sql",
        "    INSERT INTO proof_to_append SELECT claim_id, claim_version FROM decided;\n",
        "",
        f"{_TREE}::test_a_root_covers_every_decision_in_the_order_stated_and_is_signed",
    ),
    _Mutant(
        "proof tree: what was announced can be removed",
        "migrations/0004_proof_tree.sql",
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON proof_root",
        "BEFORE UPDATE ON proof_root",
        f"{_TREE}::test_what_was_announced_is_never_removed",
    ),
    _Mutant(
        "proof root: any signature will do",
        "root_key.py",
        "                except InvalidSignature:\n                    return False\n",
        "                except InvalidSignature:\n                    return True\n",
        "test_root_key.py::test_a_signature_of_another_text_is_none",
    ),
    _Mutant(
        "proof root: it covers whatever has a path",
        "commands/verification.py",
        "    if merkle.root_by_path(entry, index=inclusion.index, size=root.size, path=inclusion.path) != root.root:\n",
        "    if merkle.root_by_path(entry, index=inclusion.index, size=root.size, path=inclusion.path) is None:\n",
        f"{_COMMANDS}::test_a_proof_that_was_replaced_afterwards_is_not_covered_by_the_root",
    ),
    _Mutant(
        "proof root: one that the tree contradicts is found in it",
        "commands/proofs.py",
        "    if merkle.root(announced.size, nodes=nodes) != announced.root:\n",
        "    if False:\n",
        f"{_COMMANDS}::test_a_database_that_lost_what_was_announced_is_found_out",
    ),
    _Mutant(
        "proof: waits are written as text",
        "domain/proof.py",
        "int(value.total_seconds()) if isinstance(value, timedelta) else value",
        "value",
        "domain/test_proof_bytes.py::test_a_proof_has_the_bytes_it_had[dry]",
    ),
    _Mutant(
        "proof: the parameters of another product are written",
        "domain/proof.py",
        '{"product": _product_json(document.basis.product)}',
        '{"product": _product_json(CURRENT_PRODUCT)}',
        f"{_FORGED}::test_an_insurance_that_contradicts_itself_is_found",
    ),
)
