"""Mutants of documents: names as markup, a press that stops, a card of another car, and somebody else's documents."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"documents: {name}", module, sound, broken, guard, package="policy_svc")


_GREEN_CARD, _OF_GREEN_CARD = "domain/green_card.py", "domain/test_green_card.py"

MUTANTS = (
    _mutant(
        "a name is markup",
        "documents/templates/sheet.typ",
        sound="#content.addressee.join(linebreak())",
        broken='#content.addressee.map(line => eval(line, mode: "markup")).join(linebreak())',
        guard="test_documents_printed.py::test_what_looks_like_markup_is_printed_as_it_is",
    ),
    _mutant(
        "a name without glyphs stops the press",
        "documents/press.py",
        sound="text = displayable(msgspec.json.encode(document).decode(), font=FONT)",
        broken="text = msgspec.json.encode(document).decode()",
        guard="test_documents_printed.py::test_a_name_that_the_font_cannot_show_stops_no_document",
    ),
    _mutant(
        "a card goes on for another car",
        _GREEN_CARD,
        sound="if _on_card(each) == _on_card(period) and PolicyCover.THIRD_PARTY in each.covers",
        broken="if PolicyCover.THIRD_PARTY in each.covers",
        guard=f"{_OF_GREEN_CARD}::test_a_card_is_valid_while_the_same_car_is_insured",
    ),
    _mutant(
        "a schedule that names a renewal hides the end",
        "documents/schedule.py",
        sound="    if (ends_on :=",
        broken="    elif (ends_on :=",
        guard="test_documents_printed.py::test_a_schedule_tells_the_last_day_and_only_renewals_before_it",
    ),
    _mutant(
        "a schedule names the renewal of an insurance after a break",
        "documents/schedule.py",
        sound="stretch(subject.policy.terms, on=subject.on)",
        broken="subject.policy.terms",
        guard="test_documents_printed.py::test_a_schedule_tells_the_last_day_and_only_renewals_before_it",
    ),
    _mutant(
        "a card is valid for less than 15 days",
        _GREEN_CARD,
        sound="if ends - on < SHORTEST:",
        broken="if ends <= on:",
        guard=f"{_OF_GREEN_CARD}::test_a_card_is_valid_while_the_same_car_is_insured",
    ),
    _mutant(
        "a document is anybody's",
        "repository/documents.py",
        sound="FROM document WHERE relation_number = $1 AND document_id = $2",
        broken="FROM document WHERE $1 <> '' AND document_id = $2",
        guard="test_documents.py::test_there_is_no_document_where_there_is_nothing_to_tell_or_not_for_who_asks",
    ),
    _mutant(
        "a green card names nobody's address",
        "flows/documents.py",
        sound="            if subject.customer.postal_address is None:\n                raise NoAddressError\n",
        broken="",
        guard="test_documents.py::test_a_green_card_waits_for_the_address_that_it_must_name",
    ),
    _mutant(
        "a cancellation is confirmed without its rule, nor what comes back",
        "documents/confirmations.py",
        sound="            why_it_ends_then(ending, write),\n",
        broken="",
        guard="test_change_previews.py::test_a_new_insurance_is_withdrawn_and_all_of_its_premium_comes_back",
    ),
    _mutant(
        "a confirmation takes away the part of a premium of which only the total is known",
        "documents/confirmations.py",
        sound="are_told = before.premium.parts and after.premium.parts",
        broken="are_told = before.premium.parts or after.premium.parts",
        guard="test_documents_printed.py::test_a_change_shows_only_totals_where_the_parts_of_one_premium_are_not_told",
    ),
)
