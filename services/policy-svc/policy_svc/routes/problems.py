"""Why something is not answered: each says what to do next."""

from __future__ import annotations

from chassis.http.problems import ProblemType

KEPT_ELSEWHERE = ProblemType(
    name="kept-elsewhere",
    status=409,
    title="The health insurance is kept elsewhere",
    remedy="The health insurance has a portal of its own: log in there with DigiD.",
)
NOTHING_INSURED_THEN = ProblemType(
    name="nothing-insured-then",
    status=409,
    title="This policy insures nothing on that day",
    remedy="Choose a day on which the policy is in force: its versions tell from when until when.",
)
NO_GREEN_CARD = ProblemType(
    name="no-green-card",
    status=409,
    title="There is no green card for this policy",
    remedy="A green card is for a car that is insured against liability for at least 15 more days. Ask for the car's "
    "policy, or call us when it ends sooner.",
)
NO_POSTAL_ADDRESS = ProblemType(
    name="no-postal-address",
    status=409,
    title="A green card names the policyholder's address, and we know none",
    remedy="Give us a postal address first, as a change of your personal data. Then ask for the green card again.",
)
TOO_MANY_DOCUMENTS = ProblemType(
    name="too-many-documents",
    status=429,
    title="Very many documents were issued today",
    remedy="Get those that were issued from the list of documents, or ask again tomorrow.",
)
ADDRESS_IMPOSSIBLE = ProblemType(
    name="address-impossible",
    status=422,
    title="There can be no such address",
    remedy="Send a Dutch postcode such as 6011 RA, and a house number such as 12, 12A or 12-BIS.",
)
HOME_NOT_ACCEPTED = ProblemType(
    name="home-not-accepted",
    status=422,
    title="We do not insure this home",
    remedy="Nothing was changed. `refusals` names each rule by which the home is refused, and what you can do.",
    members={
        "refusals": {
            "type": "array",
            "description": "Each rule by which the home is refused",
            "items": {
                "type": "object",
                "required": ["code", "rule", "advice"],
                "properties": {
                    "code": {"type": "string", "description": "Stable, such as canal_house"},
                    "rule": {"type": "string", "description": "What the rule says"},
                    "advice": {"type": "string", "description": "What can be done about it"},
                },
            },
        }
    },
)
LICENCE_PLATE_IMPOSSIBLE = ProblemType(
    name="licence-plate-impossible",
    status=422,
    title="A car that we insure can have no such licence plate",
    remedy="Send the licence plate of a Dutch car, with or without hyphens, such as G-001-BB.",
)
PREVIEW_STALE = ProblemType(
    name="preview-stale",
    status=409,
    title="What was shown is no longer what would be done",
    remedy="Somebody has changed it in the meantime, our products are others now, or the day of the change has come. "
    "Nothing was changed by you: make a new preview, and confirm that.",
)
PREVIEW_EXPIRED = ProblemType(
    name="preview-expired",
    status=410,
    title="This preview can no longer be confirmed",
    remedy="Make a new preview, and confirm it while it is valid.",
)
NOT_OF_THIS_KIND = ProblemType(
    name="not-of-this-kind",
    status=409,
    title="This policy insures nothing of that kind",
    remedy="Ask for this change at another of the customer's policies: a move at one of a home, a licence plate at one "
    "of a car.",
)
NOT_OFFERED = ProblemType(
    name="not-offered",
    status=422,
    title="This insurance is not to be had like that",
    remedy="Choose from the covers and deductibles that the product of this policy has: read the products.",
)
PREMIUM_NOT_COMPUTED = ProblemType(
    name="premium-not-computed",
    status=409,
    title="We cannot compute what another deductible does to the premium of this policy",
    remedy="Nothing was changed. Choose covers first that go together in the product of this policy, or call us.",
)
NOTHING_CHANGES = ProblemType(
    name="nothing-changes",
    status=422,
    title="It is like that already",
    remedy="There is nothing to do. Ask for something else where you meant something else.",
)
ENDS_ALREADY = ProblemType(
    name="ends-already",
    status=409,
    title="This policy ends already",
    remedy="There is nothing to cancel: from the day in `ends_on` on this policy insures nothing.",
    members={
        "ends_on": {
            "type": "string",
            "format": "date",
            "description": "First Dutch day on which nothing is insured",
        }
    },
)
TOO_EARLY = ProblemType(
    name="day-too-early",
    status=422,
    title="A change cannot begin on that day any more",
    remedy="Choose tomorrow or a later day, or leave effective_on out: what was insured until now stays as it was.",
)
TOO_LATE = ProblemType(
    name="day-too-late",
    status=422,
    title="A change cannot be planned that long ahead",
    remedy="Choose a day within a year from now.",
)
UNREACHABLE = ProblemType(
    name="unreachable",
    status=422,
    title="Without an e-mail and a postal address we cannot write to you",
    remedy="Keep one of them.",
)
MOMENT_IN_THE_FUTURE = ProblemType(
    name="moment-in-the-future",
    status=422,
    title="Nobody knows yet what will be on record at that moment",
    remedy="Send as known_at a moment that has passed, or leave it out. What counts on a later day is asked with `on`.",
)
NOT_ON_RECORD_THEN = ProblemType(
    name="not-on-record-then",
    status=422,
    title="Nothing was on record about this insurance at that moment",
    remedy="Send a later known_at: the versions of the insurance tell since when it is on record.",
)
NO_DECLARATIONS = ProblemType(
    name="no-declarations",
    status=409,
    title="This insurance has no declarations",
    remedy="Declarations belong to pet insurances. Damage of another kind is reported as a claim.",
)
QUOTE_UNKNOWN = ProblemType(
    name="quote-unknown",
    status=404,
    title="There is no such quote",
    remedy="Check quote_id. Quotes that have expired are deleted: ask for a new one.",
)
QUOTE_EXPIRED = ProblemType(
    name="quote-expired",
    status=410,
    title="This quote can no longer be accepted",
    remedy="Ask for a new quote, and accept it while it is valid.",
)
QUOTE_ACCEPTED = ProblemType(
    name="quote-accepted",
    status=409,
    title="This quote was accepted before",
    remedy="A policy has come of it, and a mail tells its number. Ask for a new quote for another insurance.",
)
TOO_MANY_POLICIES = ProblemType(
    name="too-many-policies",
    status=409,
    title="This customer has had very many policies of this kind, and there is no number left",
    remedy="Call us.",
)
ASKED_LATELY = ProblemType(
    name="asked-lately",
    status=409,
    title="You asked for your data less than a day ago",
    remedy="Read the list of exports, and get the file of the last one when it is ready. A day after it was asked for "
    "you can ask for a new one.",
)
NOT_READY = ProblemType(
    name="export-not-ready",
    status=409,
    title="The file is not ready yet",
    remedy="Wait for our e-mail: it comes within 24 hours after you asked.",
)
EXPORT_DELETED = ProblemType(
    name="export-deleted",
    status=410,
    title="The file is deleted 7 days after it was ready",
    remedy="Ask for a new one.",
)
PERSONAL_DATA_UNAVAILABLE = ProblemType(
    name="personal-data-unavailable",
    status=503,
    title="Your data cannot be collected at the moment",
    remedy="Try again tomorrow, or ask us by phone or letter: we answer within a month.",
)
TOO_MANY_QUESTIONS = ProblemType(
    name="too-many-questions",
    status=429,
    title="You have asked very many questions lately",
    remedy="Wait a minute, or until we have answered those that wait; then ask again. What cannot wait, call us about.",
)
QUESTION_ANSWERED = ProblemType(
    name="question-answered",
    status=409,
    title="This question has been answered already",
    remedy="Nothing was sent. Read the question again: it has its answer.",
)
