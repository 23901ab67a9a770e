"""Mutants of what notify-svc writes, to whom, and of the letters it leaves to be posted."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        name=f"letters: {name}",
        module=module,
        sound=sound,
        broken=broken,
        guard=guard,
        package="notify_svc",
    )


_TRUE = "texts/test_true_sentences.py"
_SAYS = "texts/test_letter.py"
_FILES = "texts/test_catalogue_files.py"

MUTANTS = (
    _mutant(
        "a subject's line is longer than RFC 2047 allows",
        "channels/mail.py",
        sound="_LONGEST_WORD_BYTES = 39",
        broken="_LONGEST_WORD_BYTES = 42",
        guard="channels/test_mail.py::test_a_line_with_an_encoded_word_is_no_longer_than_rfc_2047_allows[40]",
    ),
    _mutant(
        "what is repaired is promised in money",
        "domain/notice.py",
        sound="    if in_kind is not None:\n",
        broken="    if in_kind is None and in_kind is not None:\n",
        guard=f"{_SAYS}::test_a_letter_says_what_its_decision_is_about[notice-repaired-sentences36]",
    ),
    _mutant(
        "a letter promises a mail about the transfer",
        "texts/letter.py",
        sound="(notice.next_steps_by_post if self._on_paper else ())",
        broken="()",
        guard=f"{_SAYS}::test_a_letter_on_paper_promises_no_word_of_the_transfer_because_that_goes_by_mail_alone"
        "[paid-nl-krijgt u daarvan bericht]",
    ),
    _mutant(
        "a measured fact passes for an official register's",
        "texts/letter.py",
        sound="if fact.source is not None and fact.name in LossFacts.__struct_fields__:",
        broken="if fact.source is not None:",
        guard=f"{_SAYS}::test_a_decision_names_everything_it_rests_on",
    ),
    _mutant(
        "a period that ended too early cannot be told from one that came too late",
        "texts/rain_account.py",
        sound="texts.enough_too_early if window.lag_minutes else texts.enough_too_late",
        broken="texts.enough_too_late",
        guard="texts/test_rain_account.py::test_a_period_that_ended_too_early_is_told_so_beside_the_one_that_counts",
    ),
    _mutant(
        "one sentence about pumping serves every outcome",
        "texts/nl/reasons.grounds.toml",
        sound='fact = "Het gaat om de kosten om uw kelder leeg te pompen."\n',
        broken='fact = "De oorzaak van het water is verzekerd. Daarom betalen wij ook het leegpompen."\n',
        guard=f"{_TRUE}::test_a_ground_claims_what_it_led_to[cellar_pumping-denied-nl]",
    ),
    _mutant(
        "a text may name what nobody fills in",
        "texts/catalogue_files.py",
        sound="            unknown = _placeholders(value) - allowed\n",
        broken="            unknown = _placeholders(value) & frozenset()\n",
        guard=f"{_FILES}::test_a_mistake_is_named_with_its_file_and_key",
    ),
    _mutant(
        "one language says less than the other",
        "texts/catalogue_files.py",
        sound="        problems = list(_differences(languages))\n",
        broken="        problems = []\n",
        guard=f"{_FILES}::test_what_only_the_other_language_has_is_missing",
    ),
    _mutant(
        "texts have one version for ever",
        "texts/catalogue_files.py",
        sound='        digest.update(f"{file.name} {len(content)}\\n".encode() + content)\n',
        broken="        digest.update(file.name.encode())\n",
        guard=f"{_FILES}::test_no_change_of_a_text_leaves_its_version_as_it_was",
    ),
    _mutant(
        "a value that is missing is written as nothing",
        "texts/filling.py",
        sound="        raise MissingValueError(self._template, key)\n",
        broken='        return ""\n',
        guard="test_claim_requests.py::test_a_message_that_lacks_a_value_waits_loudly_and_stops_no_other",
    ),
    _mutant(
        "a letter that lacks a value stops all the others",
        "commands/printing.py",
        sound="        except MissingValueError as error:\n",
        broken="        except ZeroDivisionError as error:\n",
        guard="test_letters.py::test_a_letter_that_lacks_a_value_is_named_and_the_others_are_written",
    ),
    _mutant(
        "the picture of the rain says nothing to who does not see it",
        "texts/templates/told.html.j2",
        sound='alt="{{ reading.chart.alternative }}"',
        broken='alt=""',
        guard="texts/test_rain_chart.py::test_who_does_not_see_the_picture_is_told_the_same_figures",
    ),
    _mutant(
        "a bar that is too short touches the line",
        "texts/rain_chart.py",
        sound="width=round(bar.measured * for_a_tenth))",
        broken="width=round(max(bar.measured, bar.needed) * for_a_tenth))",
        guard="texts/test_rain_chart.py::test_a_bar_that_reaches_what_is_needed_touches_the_line_and_a_shorter_one_does_not",
    ),
    _mutant(
        "a dark screen gets dark letters",
        "texts/templates/email_head.html.j2",
        sound="background-color: #14191d !important; color: #e4eaee !important;",
        broken="background-color: #14191d !important; color: #1d2b36 !important;",
        guard="texts/test_emails.py::test_every_text_stands_out_on_a_light_and_on_a_dark_page",
    ),
    _mutant(
        "a cause is not told where a handler decides about the damage",
        "texts/reasons.py",
        sound="or Outcome.REFERRED not in resting:",
        broken="or True:",
        guard=f"{_SAYS}::test_a_cause_of_damage_in_doubt_is_told_without_a_verdict[flood-with-other-water]",
    ),
    _mutant(
        "what findings say counts although the claim was decided as a whole",
        "domain/notice.py",
        sound="    return () if decision.deciding_ground in CLAIM_LEVEL_GROUNDS else decision.items\n",
        broken="    return decision.items\n",
        guard="texts/test_rain_account.py::test_a_decision_that_rests_on_no_rain_accounts_for_none[possible-duplicate]",
    ),
    _mutant(
        "nobody says who established an exclusion",
        "texts/reasons.py",
        sound="            first += self._established_by(code, ground)\n",
        broken="            pass\n",
        guard=f"{_SAYS}::test_a_letter_says_what_its_decision_is_about[open-window-sentences14]",
    ),
    _mutant(
        "a referral tells how to complain",
        "domain/notice.py",
        sound="    return decision.outcome is Outcome.DENIED or is_other or borne_cents > 0\n",
        broken="    return True\n",
        guard=f"{_SAYS}::test_the_way_out_is_complete_where_something_was_refused_or_reduced[nl-False-notice-referred]",
    ),
    _mutant(
        "a new version names the whole amount as what is paid now",
        "domain/notice.py",
        sound="    now_cents = money.to_pay_cents\n",
        broken="    now_cents = total_cents\n",
        guard=f"{_SAYS}::test_a_letter_says_what_its_decision_is_about[notice-paid_more-sentences2]",
    ),
    _mutant(
        "rain that fell in missed a threshold",
        "texts/rain_account.py",
        sound="        elif finding.route in _OVER_THE_GROUND or _was_overtopped(finding):\n",
        broken="        else:\n",
        guard="texts/test_rain_account.py::test_rain_that_fell_in_missed_no_threshold[direct-rain]",
    ),
    _mutant(
        "a customer whose e-mail reached nobody gets no letter",
        "channels/results.py",
        sound="for one in settled if one.state in LETTER_AFTER and one.channel",
        broken="for one in settled if one.state in () and one.channel",
        guard="test_letters.py::test_a_customer_without_an_email_address_gets_a_letter_and_an_sms_that_says_so",
    ),
    _mutant(
        "a letter follows a mail that may have arrived",
        "domain/messages.py",
        sound="LETTER_AFTER = frozenset({State.NO_ADDRESS, State.REFUSED})\n",
        broken="LETTER_AFTER = frozenset({State.NO_ADDRESS, State.REFUSED, State.IN_DOUBT})\n",
        guard="test_letters.py::test_a_mail_that_may_have_arrived_is_not_followed_by_a_letter",
    ),
    _mutant(
        "only a letter supersedes a letter",
        "repository/messages.py",
        sound="           AND EXISTS (SELECT FROM message newer\n                        WHERE newer.claim_id",
        broken="           AND EXISTS (SELECT FROM message newer\n"
        "                        WHERE newer.channel = message.channel AND newer.claim_id",
        guard="test_letters.py::test_a_newer_version_supersedes_a_letter_that_was_not_posted",
    ),
    _mutant(
        "a letter about an overtaken version is posted",
        "repository/letters.py",
        sound="newer.claim_version > email.claim_version)",
        broken="newer.claim_version > email.claim_version + 1)",
        guard="test_letters.py::test_a_letter_about_a_version_that_was_overtaken_while_its_mail_was_tried_is_superseded_at_once",
    ),
    _mutant(
        "a letter is marked as posted twice",
        "repository/letters.py",
        sound="AND channel = 'post' AND state = 'to_be_posted'\n",
        broken="AND channel = 'post' AND state IN ('to_be_posted', 'posted')\n",
        guard="test_letters.py::test_a_letter_is_marked_as_posted_once",
    ),
    _mutant(
        "a decision without a customer is told to nobody",
        "domain/messages.py",
        sound="        return self.report_ids if self.customer_id is None else (self.customer_id,)\n",
        broken="        return () if self.customer_id is None else (self.customer_id,)\n",
        guard="test_reporters.py::test_the_reporter_is_written_to_when_no_policy_was_found",
    ),
    _mutant(
        "a reporter's contact that comes at the same moment is missed",
        "handlers.py",
        sound="    await contacts.lock_unknown_addressees(work.connection, ids=unknown)\n",
        broken="",
        guard="test_reporters.py::test_a_contact_that_comes_at_the_same_moment_is_not_missed",
    ),
    _mutant(
        "a reporter's contact is kept although the policy was found",
        "handlers.py",
        sound="            await contacts.erase_reporters(work.connection, report_ids=unneeded)\n",
        broken="            pass\n",
        guard="test_reporters.py::test_a_reporters_contact_is_erased_as_soon_as_the_policy_is_found",
    ),
    Mutant(
        "letters: a file with one of two homes moves the customer",
        "flows/imports.py",
        "    for policy_number, policy_terms in {**known, **wanted}.items():\n",
        "    for policy_number, policy_terms in wanted.items():\n",
        "test_import_policies.py::test_a_file_with_one_of_two_homes_does_not_move_the_customer",
        package="policy_svc",
    ),
    _mutant(
        "a day is that of Greenwich",
        "texts/figures.py",
        sound="        return _day(at.astimezone(_HOME_TIME).date(), self.locale)\n",
        broken="        return _day(at.date(), self.locale)\n",
        guard="texts/test_figures.py::test_a_moment_is_written_as_its_language_writes_it[nl_NL]",
    ),
    _mutant(
        "an amount below nothing is written as one above",
        "texts/figures.py",
        sound="is_negative=cents < 0",
        broken="is_negative=False",
        guard="texts/test_figures.py::test_an_amount_is_written_as_its_language_writes_it[nl_NL]",
    ),
    _mutant(
        "a customer without an e-mail address is asked nothing",
        "channels/request_sender.py",
        sound="            if step.state in LETTER_AFTER and",
        broken="            if step.state not in LETTER_AFTER and",
        guard="test_requested_letters.py::test_a_customer_without_an_email_address_is_asked_a_question_by_letter",
    ),
    _mutant(
        "a letter is planned for a one-use link",
        "domain/requests.py",
        sound="    Occasion.PASSWORD_CHANGED,\n",
        broken="    Occasion.PASSWORD_RESET_REQUESTED,\n",
        guard="test_requested_letters.py::test_no_letter_comes_when_all_is_over[password_reset_requested]",
    ),
    _mutant(
        "a requested mail that comes back is told to nobody",
        "bounces.py",
        sound="        publish_settled_requests(work, planned)\n",
        broken="        publish_settled_requests(work, ())\n",
        guard="test_bounces.py::"
        "test_a_requested_mail_that_comes_back_is_recorded_and_a_letter_follows_where_one_makes_sense"
        "[review_opened-follows0]",
    ),
    _mutant(
        "a letter that nobody has posted is forgotten",
        "repository/requested_letters.py",
        sound="WHERE state <> 'to_be_posted' AND settled_at < $1",
        broken="WHERE settled_at < $1",
        guard="test_requested_letters.py::"
        "test_letters_that_are_still_to_be_posted_are_not_forgotten_with_what_has_ended",
    ),
    _mutant(
        "who is told by no e-mail for certain, and by no SMS, is told by nothing",
        "settlements.py",
        sound="    if untold:\n        letter_of",
        broken="    if not untold:\n        letter_of",
        guard="test_untold.py::test_an_sms_that_is_refused_beside_an_email_in_doubt_is_followed_by_a_letter[True]",
    ),
    _mutant(
        "an SMS that did not arrive counts as one that did",
        "channels/receipts.py",
        sound="if part.claim is not None and part.outcome is not Outcome.DELIVERED}",
        broken="if part.claim is not None and part.outcome is Outcome.DELIVERED}",
        guard="test_untold.py::"
        "test_an_sms_that_did_not_arrive_beside_an_email_in_doubt_is_followed_by_a_letter[True-not]",
    ),
    _mutant(
        "an English amount is written as a Dutch one",
        "texts/figures.py",
        sound=".translate(_separators(self.locale))",
        broken='.translate(_separators("nl_NL"))',
        guard="texts/test_emails.py::test_every_amount_is_written_as_its_language_writes_it[en]",
    ),
    _mutant(
        "an English mail ends in Dutch",
        "texts/en/account.toml",
        sound="We never ask you for your password or for a code.",
        broken="Wij vragen u nooit om uw wachtwoord of om een code.",
        guard="texts/test_emails.py::test_every_message_is_in_one_language[en]",
    ),
    _mutant(
        "an address stands in the log",
        "channels/results.py",
        sound="step=following, reason=result.reason,",
        broken="step=following, reason=result.written and result.written.recipient,",
        guard="test_personal_data.py::test_nothing_personal_is_logged_published_or_traced_whatever_is_told[_lost]",
    ),
)
