"""Why something is not answered: each says what to do next."""

from __future__ import annotations

from chassis.http.problems import ProblemType
from claims_svc.files.kinds import MOST_OF_A_CLAIM, Refusal

CLAIM_HAS_ENDED = ProblemType(
    name="claim-has-ended",
    status=409,
    title="The claim was withdrawn",
    remedy="Report the loss again when it is to be paid after all.",
)
ABOVE_AUTHORITY = ProblemType(
    name="above-authority",
    status=409,
    title="By this more would be paid, or something denied, than you may decide alone",
    remedy="Add it at the desk, as facts or an assessment: a second person is asked there. "
    "What neither of them can say, such as another moment, a senior handler writes down.",
)
FILES_NOT_TAKEN = ProblemType(
    name="files-not-taken",
    status=503,
    title="No photos and documents are taken here",
    remedy="Send them by mail; whoever runs this service has not said where to keep them.",
)
TOO_MANY_FILES = ProblemType(
    name="too-many-files",
    status=409,
    title=f"The claim has {MOST_OF_A_CLAIM} photos and documents already",
    remedy="Remove one, or put several pages into one document.",
)
FILE_ID_USED = ProblemType(
    name="file-id-used",
    status=409,
    title="Another photo or document of the claim has, or had, this id",
    remedy="Send it again under a new id.",
)
FILE_IS_EVIDENCE = ProblemType(
    name="file-is-evidence",
    status=409,
    title="It can have counted for what was decided, or is being decided",
    remedy="Ask whoever handles the claim to remove it.",
)
FILE_REFUSED = ProblemType(
    name="file-refused",
    status=422,
    title="The photo or document cannot be taken",
    remedy="Do what `detail` says.",
    members={"refusal": {"type": "string", "enum": [refusal.value for refusal in Refusal]}},
)
NOTHING_TO_PAY = ProblemType(
    name="nothing-to-pay",
    status=409,
    title="Nothing of this claim is still to be ordered",
    remedy="Only a payment that failed is ordered again: the claim's payments tell how each ended.",
)
REPAIR_NOT_OFFERED = ProblemType(
    name="repair-not-offered",
    status=409,
    title="This claim cannot be repaired instead of paid",
    remedy="Nothing that firms repair is covered, or it was paid already, or the insurance does not offer it.",
)
REPAIR_COMPLETED = ProblemType(
    name="repair-completed",
    status=409,
    title="The damage has been repaired already",
    remedy="There is nothing to choose any more. Call us when something is wrong with the repair.",
)
CALLED_IN_THE_FUTURE = ProblemType(
    name="called-in-the-future",
    status=422,
    title="The call would lie in the future",
    remedy="Send when the Salvage Foundation was called, up to now.",
)
TAKEN_BY_ANOTHER = ProblemType(
    name="taken-by-another",
    status=409,
    title="Another handler has taken this claim",
    remedy="Read who has it, and agree with them, or have a senior handler release it.",
)
WAITS_FOR_NOBODY = ProblemType(
    name="waits-for-nobody",
    status=409,
    title="This claim is not in the queue, or nobody has taken it",
    remedy="Read the claim: what is in the queue can be taken, and what is taken can be released.",
)
NO_TEAM = ProblemType(
    name="no-team",
    status=409,
    title="You work in no team",
    remedy="Ask an operator to name your team, or read your own claims, the free ones or all.",
)
DUE_DAY_IMPOSSIBLE = ProblemType(
    name="due-day-impossible",
    status=422,
    title="An answer cannot be expected on that day",
    remedy="Choose tomorrow or a later day, within 60 days.",
)
NOT_DECIDED_YET = ProblemType(
    name="not-decided-yet",
    status=409,
    title="The claim waits for its policy, for rain or for answers",
    remedy="There is nothing to decide by hand yet. Read the claim again when what it waits for is there.",
)
DECIDED_MEANWHILE = ProblemType(
    name="decided-meanwhile",
    status=409,
    title="The claim was decided anew since you saw it",
    remedy="Nothing was changed by you. Read the claim again, and decide on what it says now.",
)
NOT_LEFT_OPEN = ProblemType(
    name="not-left-open",
    status=409,
    title="That is not to be decided by hand",
    remedy="Choose from can_be_decided of the claim, with an outcome that stands there. What the rules cover changes "
    "with the facts: add these, with their source.",
)
PROPOSED_ALREADY = ProblemType(
    name="proposed-already",
    status=409,
    title="Something is proposed about this claim already",
    remedy="Have it approved or declined first.",
)
PROPOSAL_CLOSED = ProblemType(
    name="proposal-closed",
    status=409,
    title="This proposal was approved, declined or overtaken by another decision",
    remedy="Read the claim again; propose anew what is still to be decided.",
)
SECOND_PERSON_NEEDED = ProblemType(
    name="second-person-needed",
    status=409,
    title="Nobody approves or declines what they proposed",
    remedy="Have somebody else do so.",
)
SENIOR_NEEDED = ProblemType(
    name="senior-needed",
    status=409,
    title="Only a senior handler approves so much money",
    remedy="Have a senior handler approve it.",
)
CANNOT_BE_JOINED = ProblemType(
    name="cannot-be-joined",
    status=409,
    title="The claims cannot be joined, or the report not parted",
    remedy="See `detail`.",
)
NOT_ASKED = ProblemType(
    name="not-asked",
    status=409,
    title="An answer is to a question that is not, or no longer, open",
    remedy="Answer what `open_questions` names; tell anything else as news.",
    members={"open_questions": {"type": "array", "items": {"type": "string"}}},
)

NOTHING_TO_REVIEW = ProblemType(
    name="nothing-to-review",
    status=409,
    title="There is no decision yet",
    remedy="Wait for the decision, or tell us what is new: it is decided with that.",
)
REVIEW_IS_OPEN = ProblemType(
    name="review-is-open",
    status=409,
    title="Somebody looks at this claim again already",
    remedy="Read the reviews of the claim: they tell until when. What is new can be told meanwhile.",
)
REVIEW_HAS_ENDED = ProblemType(
    name="review-has-ended",
    status=409,
    title="This review has ended",
    remedy="Read the claim's reviews for its outcome.",
)
ANOTHER_PERSON_NEEDED = ProblemType(
    name="another-person-needed",
    status=409,
    title="Somebody who decided nothing of this claim before must review it",
    remedy="Release the claim, so that a colleague can take it.",
)
NOT_DECIDED_SINCE = ProblemType(
    name="not-decided-since",
    status=409,
    title="Nothing was decided in the customer's favour since the review was asked for",
    remedy="Decide the claim by hand first, and have it approved where that is needed; then end the review. "
    "Where the decision is no better for the customer than before, the review upholds it.",
)
PAYMENT_WAS_ORDERED = ProblemType(
    name="payment-was-ordered",
    status=409,
    title="Money was ordered to be paid for this claim",
    remedy="Call us if the money should not have been paid.",
)
