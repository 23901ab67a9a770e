"""Mutants of what notify-svc keeps of what it said, and of how its mails are signed."""

from __future__ import annotations

from mutants.mutant import Mutant

_KEPT = "test_kept_texts.py::"
_TRIED_AGAIN = (
    "test_bounces.py::test_what_says_nothing_of_the_address_is_followed_by_a_letter_and_the_address_is_tried_again"
)


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"kept: {name}", module, sound, broken, guard, package="notify_svc")


MUTANTS = (
    _mutant(
        "a code is kept as it was sent",
        "channels/requested_sms.py",
        sound="write(code=contents.code and WITHHELD)",
        broken="write(code=contents.code)",
        guard=_KEPT + "test_codes_and_links_are_sent_and_never_kept",
    ),
    _mutant(
        "a one-use link is kept as it was sent",
        "channels/requested_mail.py",
        sound="if contents.link else rendered",
        broken="if not contents.link else rendered",
        guard=_KEPT + "test_codes_and_links_are_sent_and_never_kept",
    ),
    _mutant(
        "what is kept can be changed",
        "migrations/0009_kept_texts.sql",
        sound="BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_text",
        broken="BEFORE DELETE OR TRUNCATE ON kept_text",
        guard=_KEPT + "test_what_is_kept_does_not_change",
    ),
    _mutant(
        "an erasure does not wait for what is being kept",
        "migrations/0009_kept_texts.sql",
        sound="    LOCK TABLE kept_key IN SHARE ROW EXCLUSIVE MODE;\n",
        broken="",
        guard=_KEPT + "test_an_erasure_waits_for_what_is_just_being_kept",
    ),
    _mutant(
        "what is on its way to somebody erased can be read",
        "repository/kept_texts.py",
        sound="AND (customer_id IS NULL OR EXISTS (SELECT",
        broken="AND (customer_id IS NOT NULL OR EXISTS (SELECT",
        guard=_KEPT + "test_what_is_on_its_way_when_its_reader_is_erased_is_unreadable_from_the_start",
    ),
    _mutant(
        "a text opens under another message",
        "repository/kept_texts.py",
        sound='return message_id.bytes + attempt.to_bytes(4, "big")',
        broken='return attempt.to_bytes(4, "big")',
        guard=_KEPT + "test_a_text_that_is_put_under_another_message_does_not_open",
    ),
    _mutant(
        "where answers go can be added to a signed mail",
        "dkim.py",
        sound='"date", "reply-to", "content-type")\n"""Named once more',
        broken='"date", "content-type")\n"""Named once more',
        guard="test_dkim.py::test_a_receiver_knows_when_a_mail_was_changed[where answers go]",
    ),
    _mutant(
        "a letter is open to everybody",
        "commands/personal_files.py",
        sound="0o600",
        broken="0o644",
        guard="test_letters.py::test_letters_are_also_exported_for_a_screen",
    ),
    _mutant(
        "a forged report is believed",
        "domain/bounce_address.py",
        sound="if any(hmac.compare_digest(mac, _mac(key, named)) for key in self._keys):",
        broken="if mac:",
        guard="test_bounces.py::test_what_is_no_report_about_a_mail_of_ours_changes_nothing_and_is_put_aside[forged]",
    ),
    _mutant(
        "a delay passes for a failure",
        "bounces.py",
        sound="    if not report.is_failed:\n",
        broken="    if False:\n",
        guard="test_bounces.py::test_a_delay_changes_nothing",
    ),
    _mutant(
        "an address is given up because its mailbox is full",
        "domain/delivery_report.py",
        sound='return self.status == "5.2.1" or',
        broken='return self.status >= "5." or',
        guard=_TRIED_AGAIN + "[5.2.2]",
    ),
    _mutant(
        "somebody whose mail came back, and who has no postal address, is told nothing more",
        "migrations/0011_wishes.sql",
        sound="CASE WHEN postcode IS NULL THEN email WHEN",
        broken="CASE WHEN",
        guard="test_bounces.py::test_an_address_that_failed_is_used_where_no_letter_can_go",
    ),
    _mutant(
        "a report about a mail that is still being sent is lost",
        "bounces.py",
        sound="        return Outcome.TOO_EARLY\n",
        broken="        return Outcome.NOT_OURS\n",
        guard="test_bounces.py::test_a_report_that_comes_before_the_result_waits_for_it_and_lets_others_go_first",
    ),
    _mutant(
        "a wish leaves somebody untold",
        "migrations/0011_wishes.sql",
        sound="CASE WHEN wants_no_sms AND postcode IS NOT NULL THEN",
        broken="CASE WHEN wants_no_sms THEN",
        guard="test_wishes.py::test_a_wish_leaves_nobody_untold_whom_no_letter_reaches[unwanted1]",
    ),
    _mutant(
        "a wish is not minded",
        "repository/contacts.py",
        sound="[Channel.SMS in contact.unwanted_channels for contact in ordered]",
        broken="[False for _ in ordered]",
        guard="test_wishes.py::test_who_wants_no_sms_gets_the_mail_alone[True]",
    ),
    _mutant(
        "what comes back from an address of before ends a later mail",
        "bounces.py",
        sound="is_told_elsewhere = bool(came_back) and",
        broken="is_told_elsewhere = not came_back and",
        guard="test_bounces.py::"
        "test_a_mail_that_went_out_again_to_another_address_is_not_ended_by_what_comes_back_from_the_first",
    ),
    _mutant(
        "a mail does not say of which attempt it came back",
        "domain/bounce_address.py",
        sound="attempt = min(mail.attempt or 0, _LAST_COUNTED)",
        broken="attempt = 0",
        guard="test_bounces.py::"
        "test_a_mail_that_went_out_again_to_another_address_is_not_ended_by_what_comes_back_from_the_first",
    ),
    _mutant(
        "letters lie in the Maildir for ever",
        "maildir.py",
        sound="            if is_older(path, than=after):\n",
        broken="            if not path.exists():\n",
        guard="test_bounces.py::test_what_was_put_aside_is_deleted_after_some_days",
    ),
    _mutant(
        "a text that forgets its code is noticed by the first customer",
        "texts/necessary.py",
        sound='needs=("code",) if has_code else ("phone",)',
        broken='needs=() if has_code else ("phone",)',
        guard="texts/test_catalogue_files.py::"
        "test_what_a_text_cannot_do_without_is_named_though_every_language_lacks_it",
    ),
    _mutant(
        "a picture that a mail showed is not kept",
        "channels/results.py",
        sound="            await kept_pictures.keep(work.connection, pictures=new)\n",
        broken="",
        guard=_KEPT + "test_the_picture_that_a_mail_showed_is_kept_once_as_it_was_sent",
    ),
    _mutant(
        "a picture that was sent can be changed",
        "migrations/0014_kept_pictures.sql",
        sound="BEFORE UPDATE OR DELETE OR TRUNCATE ON kept_picture",
        broken="BEFORE DELETE OR TRUNCATE ON kept_picture",
        guard=_KEPT + "test_what_is_kept_does_not_change",
    ),
    _mutant(
        "another layout has the version of the one before",
        "texts/catalogue_files.py",
        sound="(*_files_in(directory), *sorted(layout, key=_by_name))",
        broken="(*_files_in(directory),)",
        guard="texts/test_catalogue_files.py::test_a_change_of_what_arranges_the_texts_is_another_version",
    ),
    _mutant(
        "what was said to one reporter goes with another",
        "repository/kept_texts.py",
        sound="AND (address IS NULL OR lower(address) = lower(email) OR address = mobile_phone)",
        broken="AND true",
        guard=_KEPT + "test_what_was_said_to_one_of_several_reporters_goes_with_that_one",
    ),
)
