"""The Dutch texts, by theme."""

from __future__ import annotations

from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.dutch.account import ACCOUNT
from notify_svc.texts.dutch.claim import CLAIM
from notify_svc.texts.dutch.decision import CONTACT, DECISION
from notify_svc.texts.dutch.money import MONEY
from notify_svc.texts.dutch.notices import NOTICES
from notify_svc.texts.dutch.rain import RAIN
from notify_svc.texts.dutch.reasons import REASONS

DUTCH = TextCatalogue(
    language_tag="nl",
    locale="nl_NL",
    greeting="Beste {name},",
    date_label="Datum",
    reference_label="Kenmerk",
    loss_label="Moment van de schade",
    loss_between="tussen {start} en {end}",
    postal_address=("{name}", "Huisnummer {house_number}", "{postcode}"),
    replaces_earlier="Dit bericht vervangt wat wij u eerder over deze schade schreven.",
    nothing_before="Eerder hadden wij u nog geen bedrag toegezegd.",
    paid_before="Eerder besloten wij u {before} te betalen. Dat hoeft u niet terug te betalen.",
    paid_before_and_kept="Eerder besloten wij u {before} te betalen. Dat blijft zo.",
    repaired="Een hersteller uit ons netwerk herstelt voor {repaired} van uw schade. Dat deel krijgt u niet in geld.",
    deductible_to_repair_firm="Van uw eigen risico betaalt u {borne} aan de hersteller. Die vraagt u daarom.",
    next_heading="Wat er nu gebeurt",
    closing="Met vriendelijke groet,",
    reasons=REASONS,
    rain=RAIN,
    money=MONEY,
    decision=DECISION,
    contact=CONTACT,
    notices=NOTICES,
    account=ACCOUNT,
    claim=CLAIM,
    sms_with_email="De uitleg staat in onze e-mail.",
    sms_with_letter="U krijgt een brief met uitleg.",
    sms_alone="Bel voor uitleg {phone}.",
    sms_review="Niet eens? {review_url}",
)
