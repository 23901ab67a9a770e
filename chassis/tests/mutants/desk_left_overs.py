"""Mutants of what customers are told late: reviews by SMS, repair, rain, questions asked again, files."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_claims = partial(Mutant, package="claims_svc")
_notify = partial(Mutant, package="notify_svc")

MUTANTS = (
    _notify(
        "sms: what is not in a customer's favour leads nowhere",
        "texts/sms.py",
        "    if is_refused_or_reduced(decision):\n",
        "    if False:\n",
        "texts/test_sms.py::test_every_sms_fits_one_segment_with_the_longest_figures",
    ),
    _notify(
        "sms: a link is added however long it is",
        "texts/sms.py",
        "return len(text) + text.count",
        "return 0 * len(text) + text.count",
        "texts/test_sms.py::test_a_link_that_no_sms_can_hold_makes_it_no_longer",
    ),
    _claims(
        "repair: nobody hears that it is offered",
        "working_sets.py",
        "        await offering.announce(changes, work)\n",
        "        pass\n",
        "test_repairs.py::test_who_can_choose_repair_is_told_so_once",
    ),
    _claims(
        "questions: an answered route stays open for ever",
        "domain/answering.py",
        "        return any(_names_water(supplement, entry) for entry in _ENTRY_OF.values())\n",
        "        return False\n",
        "test_desk.py::test_a_question_that_was_answered_is_open_again_when_a_handler_asks_it_again",
    ),
    _claims(
        "files: those of a joined claim are out of sight",
        "repository/files.py",
        " UNION ALL SELECT claim_id FROM claim WHERE joined_to = $1",
        "",
        "test_files_by_http.py::test_files_of_a_joined_claim_are_listed_with_the_report_that_brought_them",
    ),
)
