"""What is told about a claim besides its decisions, and what is asked, in English."""

from __future__ import annotations

from contracts.claim_messages import ClaimOccasion
from notify_svc.texts.catalogue import AccountMailTexts, ClaimTexts

_REFERENCE = "Your reference is {reference}. Give it when you call or write to us."
_SEE_CLAIM = "See your report"
_ANSWER = "Answer the questions"
_UNKNOWN_IS_AN_ANSWER = "Is there something you do not know? That is an answer, too. You can also call: {phone}."
_WITHOUT_ANSWER = "Without an answer we assess your report with what we know already."

CLAIM = ClaimTexts(
    mails={
        ClaimOccasion.QUESTIONS_ASKED: AccountMailTexts(
            subject="Your water damage {reference}: we have a question",
            before=(
                (
                    "Thank you for your report. There is something that we would like to know. We only ask what can "
                    "make a difference to the outcome or to the amount."
                ),
                "{questions}",
                "Would you answer by {due_day}?",
            ),
            link=_ANSWER,
            after=(_UNKNOWN_IS_AN_ANSWER, _WITHOUT_ANSWER, _REFERENCE),
        ),
        ClaimOccasion.ANSWERS_AWAITED: AccountMailTexts(
            subject="Your water damage {reference}: we are waiting for your answer",
            before=(
                (
                    "Earlier we asked you something about your water damage. We have no answer yet. This is what we "
                    "would like to know:"
                ),
                "{questions}",
                "Would you answer by {due_day}?",
            ),
            link=_ANSWER,
            after=(_UNKNOWN_IS_AN_ANSWER, _WITHOUT_ANSWER, _REFERENCE),
        ),
        ClaimOccasion.STILL_WAITING: AccountMailTexts(
            subject="Your water damage {reference}: you are still waiting for us",
            before=(
                (
                    "A claims handler was to have started on your report by {due_day}. That has not happened yet, "
                    "and we may not make it. We are sorry."
                ),
                "Your report is now at the front. You need to do nothing, and it does not change the outcome.",
            ),
            link=_SEE_CLAIM,
            after=("Can it not wait, for instance because the damage grows? Then call {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REVIEW_STILL_OPEN: AccountMailTexts(
            subject="Your water damage {reference}: you are still waiting for our second look",
            before=(
                (
                    "You asked us to look at our decision again. You were to have an answer by {due_day}. There is "
                    "none yet, and we may not make that day. We are sorry."
                ),
                "You need to do nothing. That it takes longer does not change the outcome.",
            ),
            link=_SEE_CLAIM,
            after=("Can it not wait? Then call {phone}.", _REFERENCE),
        ),
        ClaimOccasion.TAKEN_UP: AccountMailTexts(
            subject="Your water damage {reference}: a claims handler has started",
            before=(
                "A claims handler has started on your report. If we are missing something, you will hear from us.",
            ),
            link=_SEE_CLAIM,
            after=("Do you have photos or bills? You can add them there.", _REFERENCE),
        ),
        ClaimOccasion.REVIEW_OPENED: AccountMailTexts(
            subject="Your water damage {reference}: a person looks again",
            before=(
                "You asked us to have a person look at our decision. Somebody will who had no part in it.",
                "You hear from us by {due_day} at the latest.",
            ),
            link=_SEE_CLAIM,
            after=("Is there anything else that we should know? Add it there, photos too.", _REFERENCE),
        ),
        ClaimOccasion.REVIEW_UPHELD: AccountMailTexts(
            subject="Your water damage {reference}: our decision stays as it is",
            before=(
                (
                    "At your request a claims handler has looked at our decision again. The decision stays as it "
                    "was. You can read why with your report."
                ),
            ),
            link="Read why",
            after=(
                (
                    "Do you know something that we do not know yet? Add it there. Then you can have us look again: "
                    "{review_url}"
                ),
                (
                    "Do you disagree? You can make a complaint: reply to this e-mail or call {phone}. If we cannot "
                    "solve it together, you can go to Kifid: www.kifid.nl."
                ),
                _REFERENCE,
            ),
        ),
        ClaimOccasion.REVIEW_OVERTURNED: AccountMailTexts(
            subject="Your water damage {reference}: we change our decision",
            before=(
                (
                    "At your request a claims handler has looked at our decision again. You were right to ask: we "
                    "change the decision."
                ),
                "About the new decision you receive a message of its own.",
            ),
            link=_SEE_CLAIM,
            after=(_REFERENCE,),
        ),
        ClaimOccasion.PAYMENT_ORDERED: AccountMailTexts(
            subject="Your water damage {reference}: we transfer {amount}",
            before=("We transfer {amount} to you, to the account that we know. You need to do nothing for that.",),
            link=_SEE_CLAIM,
            after=("Is the amount not in your account after five working days? Then call {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_OFFERED: AccountMailTexts(
            subject="Your water damage {reference}: we can have the damage repaired",
            before=(
                (
                    "Instead of an amount you can have the damage repaired by a repair firm from our network. "
                    "You choose."
                ),
                "You can choose as long as we have transferred no money for that damage.",
                "Do you choose repair? Then the firm gets your details from us only when it has accepted the job.",
            ),
            link="Choose",
            after=("Do you have a question? Call {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_ACCEPTED: AccountMailTexts(
            subject="Your water damage {reference}: a repair firm will visit you",
            before=("A repair firm from our network has accepted the job, and will call you for an appointment.",),
            link=_SEE_CLAIM,
            after=("Do you hear nothing within two working days? Then call {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_NEEDS_CONSENT: AccountMailTexts(
            subject="Your water damage {reference}: may the repair firm call you?",
            before=(
                (
                    "A repair firm from our network has accepted the job. It may only call you once you agree. Give "
                    "your consent at your claim. Without it nothing happens."
                ),
                "Would you rather be paid after all? Choose that there.",
            ),
            link=_SEE_CLAIM,
            after=("Does it not work? Call {phone}.", _REFERENCE),
        ),
        ClaimOccasion.REPAIR_COMPLETED: AccountMailTexts(
            subject="Your water damage {reference}: the repair firm is done",
            before=("The repair firm told us that the work is done.",),
            link=_SEE_CLAIM,
            after=("Is something not right? Call {phone}.", _REFERENCE),
        ),
    },
    questions={
        "route": "How did the water come in?",
        "damage": "What was damaged, and about what do you think it costs?",
        "damage.route": "Which water damaged item {item} of your report?",
        "damage.by_fire_or_explosion": "Was item {item} of your report damaged by fire or an explosion?",
        "facts.precipitation_fell_directly": "Did rain, snow, hail or meltwater come straight in?",
        "facts.precipitation_left_its_course": "Did rainwater run in from outside?",
        "facts.came_through_open_window_or_door": "Did the water come in through a window or door that was open?",
        "facts.sewer_water_entered": "Did sewer water come in?",
        "facts.toilet_overflowed": "Did the toilet overflow?",
        "facts.groundwater_entered": "Did groundwater come in?",
        "facts.came_through_cellar_wall": "Did the water come through the cellar wall?",
        "facts.flood_water_entered": "Did water of a flood come in?",
        "facts.flood_defence_present": "Is there a dyke, quay or lock between that water and your home?",
        "facts.flood_defence_failed": "Did the dyke, quay or lock fail to hold back the water?",
        "facts.flood_defence_overtopped": "Did the water run over the dyke, quay or lock?",
        "facts.flood_defence_is_primary": "Is it a primary flood defence?",
        "facts.fire_or_explosion_followed": "Was there a fire or an explosion after the flood?",
        "facts.sea_water_involved": "Was there sea water in it?",
        "facts.home_in_unembanked_area": "Does your home stand outside the dykes?",
        "facts.government_caused_flood": "Did the government cause the flood?",
        "facts.storm_caused_damage": "Did the wind of a storm play a part?",
        "facts.other_cause": "Did the water come in another way?",
        "facts.causes_inseparable": "Can the causes not be told apart?",
    },
    other_question="There is one more question; you can read it with your report.",
)
