"""Mutants of intake: who sent a report learns what became of it, once, and is taken together with others unharmed."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_contracts = partial(Mutant, package="contracts")
_claims = partial(Mutant, package="claims_svc")
_TOLD = "test_told_rejections.py::"
_TOGETHER = "door/test_together.py::"
_ANSWERS = "test_answers_to_reports.py::"
_ONCE = _TOLD + "test_malformed_refused_and_failed_records_are_told_once_each_with_what_to_change"

MUTANTS = (
    Mutant(
        "answers: what becomes a dead letter is told to nobody",
        "consuming/batch_processor.py",
        "            if stored and self._consumer.on_rejected:\n",
        "            if False:\n",
        _ONCE,
    ),
    Mutant(
        "answers: a dead letter that was stored before is told again",
        "consuming/dead_letters.py",
        '    return [Rejected(by_id[row["dead_letter_id"]], row["dead_letter_id"]) for row in rows]\n',
        "    return [Rejected(each, dead_letter_id) for dead_letter_id, each in by_id.items()]\n",
        _ONCE,
    ),
    _contracts(
        "answers: the name of a header that its sender thought up is repeated",
        "envelope.py",
        '    return f"header {name}" if name in _KNOWN_HEADERS else "header *"\n',
        '    return f"header {name}"\n',
        "test_malformed_messages.py::"
        "test_what_is_told_to_the_sender_repeats_neither_a_header_nor_the_name_that_its_sender_gave_it",
    ),
    Mutant(
        "answers: an e-mail address used as a key is sent back",
        "consuming/identifiers.py",
        "    return text if _IDENTIFIER.fullmatch(text) and not",
        "    return text if not",
        "test_identifiers.py::test_what_may_be_an_address_or_a_number_of_somebody_is_not",
    ),
    _claims(
        "answers: a misspelt field is dropped without a word",
        "handlers.py",
        '            ignored = ignored_fields(LossReported, delivery.record.value or b"{}")\n',
        "            ignored = ()\n",
        _ANSWERS + "test_a_report_is_answered_with_its_claim_and_with_the_fields_that_nobody_knows",
    ),
    _claims(
        "reporting: a loss on another customer's policy is taken",
        "routes/reporting.py",
        '    if loss.policy_number.partition("-")[0] != asked.relation_number:\n',
        "    if False:\n",
        "test_reporting_by_http.py::test_doubt_about_the_policy_denies_nothing_but_another_customers_is_refused",
    ),
    Mutant(
        "together: each waits for a transaction of its own",
        "http/together.py",
        "        while self._waiting and len(first) < self._most:\n",
        "        while self._waiting and not first:\n",
        _TOGETHER + "test_what_comes_meanwhile_goes_into_one_transaction_and_each_gets_its_own_answer",
    ),
    Mutant(
        "together: in a storm each begins a transaction",
        "http/together.py",
        "            if len(self._waiting) < self._most and loop.time() < self._next_at:\n",
        "            if False:\n",
        _TOGETHER + "test_who_comes_alone_waits_for_nobody_and_who_comes_soon_after_goes_with_the_others",
    ),
    Mutant(
        "together: as many as go into a transaction wait for company",
        "http/together.py",
        "            if len(self._waiting) < self._most and loop.time() < self._next_at:\n",
        "            if loop.time() < self._next_at:\n",
        _TOGETHER + "test_who_comes_alone_waits_for_nobody_and_who_comes_soon_after_goes_with_the_others",
    ),
    Mutant(
        "together: who came soon after others is taken when the next one comes",
        "http/together.py",
        "        self._alarm = None\n        self._begin_if_due()\n",
        "        self._alarm = None\n",
        _TOGETHER + "test_those_who_come_soon_after_are_taken_when_it_is_time",
    ),
    Mutant(
        "together: one that fails takes the others down",
        "http/together.py",
        "error if is_alone else TakenApartError()",
        "error",
        _TOGETHER + "test_one_that_fails_takes_nobody_down_and_one_that_is_refused_costs_the_others_nothing",
    ),
    Mutant(
        "together: who is gone is taken all the same",
        "http/together.py",
        "            if not answer.done():\n                first.append((item, answer))\n",
        "            first.append((item, answer))\n",
        _TOGETHER + "test_who_is_gone_before_it_is_taken_has_no_effect",
    ),
    Mutant(
        "together: a key that comes twice at once is looked at twice",
        "http/idempotency.py",
        "                held.setdefault(use.identity, place)\n",
        "                held[use.identity + bytes([place])] = place\n",
        _TOGETHER + "test_of_one_key_that_comes_twice_at_once_one_has_an_effect",
    ),
)
