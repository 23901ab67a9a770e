"""The English texts, by theme."""

from __future__ import annotations

from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.english.account import ACCOUNT
from notify_svc.texts.english.claim import CLAIM
from notify_svc.texts.english.decision import CONTACT, DECISION
from notify_svc.texts.english.money import MONEY
from notify_svc.texts.english.notices import NOTICES
from notify_svc.texts.english.rain import RAIN
from notify_svc.texts.english.reasons import REASONS

ENGLISH = TextCatalogue(
    language_tag="en",
    locale="en_GB",
    greeting="Dear {name},",
    date_label="Date",
    reference_label="Reference",
    loss_label="Moment of the damage",
    loss_between="between {start} and {end}",
    postal_address=("{name}", "House number {house_number}", "{postcode}"),
    replaces_earlier="This message replaces what we wrote about this damage before.",
    nothing_before="Earlier, we had not promised you an amount.",
    paid_before="Earlier, we decided to pay you {before}. You do not have to pay that back.",
    paid_before_and_kept="Earlier, we decided to pay you {before}. That stays as it is.",
    repaired="A repair firm from our network repairs {repaired} of your damage. That part you do not receive in money.",
    deductible_to_repair_firm="Of your deductible you pay {borne} to the repair firm. It will ask you for it.",
    next_heading="What happens next",
    closing="Kind regards,",
    reasons=REASONS,
    rain=RAIN,
    money=MONEY,
    decision=DECISION,
    contact=CONTACT,
    notices=NOTICES,
    account=ACCOUNT,
    claim=CLAIM,
    sms_with_email="Our e-mail explains it.",
    sms_with_letter="A letter will explain it.",
    sms_alone="Call {phone} for more.",
    sms_review="Disagree? {review_url}",
)
