"""How the decision was made and where to turn to, in English."""

from __future__ import annotations

from contracts.vocabulary import FactSource
from notify_svc.texts.catalogue import ContactTexts, DecisionTexts

DECISION = DecisionTexts(
    heading="How we assessed your report",
    automated="A computer took this decision, without a person looking at it. The computer compares the data with "
    "the rules of the policy terms.",
    partly_automated="About part of your report a computer decided, without a person looking at it. The computer "
    "compares the data with the rules of the policy terms. A claims handler decides the rest.",
    referred="A computer looked at your report first and passed it on to a claims handler. The claims handler "
    "decides, not the computer.",
    by_hand="A claims handler took this decision. A computer compared the data with the rules of the policy terms; the "
    "claims handler looked at what the computer left open.",
    partly_by_hand="Part of your report is decided with the help of a claims handler. A claims handler decides the "
    "rest, too.",
    used="These are the data that the computer used: {used}.",
    report="the report",
    earlier_report="what was reported before",
    policy="your policy with the policy terms {product}",
    rain="KNMI's rain measurements",
    other_reports="other reports of the same event",
    sources={
        FactSource.REGISTER: "data from an official register",
        FactSource.HANDLER: "what our claims handler established",
        FactSource.REPAIR_PARTNER: "what the repair firm established",
    },
    rights="You have the right to have a person look at this decision, to tell your side of the story and to contest "
    "the decision. You may also ask which data about you we use. If they are wrong, we will correct them.",
)

_INSTITUTE = (
    "Can we not solve it together? Or do you have no answer eight weeks after your complaint? Then you can go to the "
    "Dutch Institute for Financial Disputes (Kifid). Do so within three months of our last answer to your complaint, "
    "or within one year of making the complaint to us. It costs you nothing. See www.kifid.nl or call +31 70 333 8 "
    "999."
)

CONTACT = ContactTexts(
    disagree_heading="Do you disagree?",
    review="Then have a person look at the decision. Reply to this e-mail or call {phone}. Give your reference "
    "{reference} and tell us what you think is wrong. Send what you have, such as photos. A claims handler will then "
    "look at everything and decide again.",
    review_by_post="Then have a person look at the decision. Call {phone} or write to {address}. Give your reference "
    "{reference} and tell us what you think is wrong. Send what you have, such as photos. A claims handler will then "
    "look at everything and decide again.",
    review_online="You can also ask for it online: {review_url}",
    complaint="Do you have a complaint about us? Reply to this e-mail, call {phone} or write to {address}. Say that "
    "it is a complaint.",
    complaint_by_post="Do you have a complaint about us? Call {phone} or write to {address}. Say that it is a "
    "complaint.",
    institute=_INSTITUTE,
    question_heading="Do you have a question?",
    question="Reply to this e-mail or call {phone}. Give your reference {reference}.",
    question_by_post="Call {phone} or write to {address}. Give your reference {reference}.",
    check_heading="Check it yourself",
    check="We keep a record that holds all data and the whole calculation. The code of that record is {proof}. You "
    "get the record free of charge when you ask for it.",
    measured_hours="It also holds the rain measured in each hour. You find those measurements on www.knmi.nl as "
    "well, under the hourly data of {stations}.",
    station_number="station {station} (number {number})",
)
