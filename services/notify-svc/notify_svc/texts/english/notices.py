"""What each kind of notice says first, and what happens next, in English."""

from __future__ import annotations

from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.catalogue import NoticeTexts

_PAYMENT_FOLLOWS = "As soon as the amount is on its way to you, you will hear so. You need to do nothing for that."
_KEEP_PROOF = "Keep photos and bills until the damage has been repaired."
_INSPECTION = (
    "A claims handler, or a repair firm from our network, will contact you to look at the damage. After that you "
    "hear from us about the amount."
)
_KEEP_THINGS = "Do not throw damaged things away yet, and take photos of them."
_TAKEN_UP = (
    "A claims handler starts on your report within two working days. If we are missing something, we will contact you."
)
_AT_HAND = "Do you have photos, bills or anything else that shows how the water came in? Keep it at hand."
_REST_FOLLOWS = "About the rest you will receive a new message."
_NOT_WELL_REPAIRED = "Is something not repaired well? Tell us, and we will see to it together with the repair firm."
_HIGHER = "Does the damage turn out higher than you thought? Send us the new amounts and we will work it out again."
_CLOSED = (
    "We close your report. Do you find out more about how the water came in? Tell us, and we will assess your report "
    "again."
)

NOTICES = {
    NoticeKind.PAID: NoticeTexts(
        subject="Your water damage {reference}: we pay {amount}",
        headline="Your damage is insured",
        opening="We have assessed your report. Your damage is insured. We pay you {amount}.",
        next_steps=(_PAYMENT_FOLLOWS, _KEEP_PROOF),
        sms="Your water damage {reference} is insured. We pay {amount}.",
    ),
    NoticeKind.PAID_FOR_A_PART: NoticeTexts(
        subject="Your water damage {reference}: we pay {amount}",
        headline="Part of your damage is insured",
        opening="We have assessed your report. Part of your damage is insured. For that we pay you {amount}. Another "
        "part is not insured. Below you can read why.",
        next_steps=(_PAYMENT_FOLLOWS, _KEEP_PROOF),
        sms="Part of your water damage {reference} is insured. We pay {amount}.",
    ),
    NoticeKind.PAID_MORE: NoticeTexts(
        subject="Your water damage {reference}: we pay another {amount}",
        headline="You receive a higher amount",
        opening="We have assessed your report again. Earlier, we decided to pay you {before}. Now we pay you another "
        "{amount}. That is {total} in all.",
        next_steps=(_PAYMENT_FOLLOWS, _KEEP_PROOF),
        sms="Your water damage {reference}: we pay you another {amount}.",
    ),
    NoticeKind.PAYMENT_UNCHANGED: NoticeTexts(
        subject="Your water damage {reference}: the amount stays the same",
        headline="The amount stays the same",
        opening="We have assessed your report again. Earlier, we decided to pay you {before}. That stays as it is. "
        "Nothing is added.",
        next_steps=(_HIGHER,),
        sms="Your water damage {reference}: we looked again. The amount stays the same.",
    ),
    NoticeKind.REPAIRED: NoticeTexts(
        subject="Your water damage {reference}: a repair firm repairs it",
        headline="A repair firm repairs your damage",
        opening="We have assessed your report. You chose to have it repaired. The repair firm gets its money from us.",
        next_steps=(_NOT_WELL_REPAIRED,),
        sms="Your water damage {reference}: a repair firm repairs it. The bill goes to us.",
    ),
    NoticeKind.NOTHING_PAYABLE: NoticeTexts(
        subject="Your water damage {reference}: no amount is left",
        headline="No amount is left to pay",
        opening="We have assessed your report. What is insured is not more than your deductible. So no amount is "
        "left to pay.",
        next_steps=(_HIGHER,),
        sms="Your water damage {reference}: after your deductible no amount is left.",
    ),
    NoticeKind.AWAITS_ASSESSMENT: NoticeTexts(
        subject="Your water damage {reference}: the amount follows",
        headline="The amount is still to be assessed",
        opening="We have assessed what is insured. You can read that below. How much we pay will be known once "
        "somebody has looked at the damage.",
        next_steps=(_INSPECTION, _KEEP_THINGS),
        sms="Your water damage {reference}: the amount follows once the damage has been looked at.",
    ),
    NoticeKind.PART_PAID_REST_ASSESSED: NoticeTexts(
        subject="Your water damage {reference}: we already pay {amount}",
        headline="We already pay a part",
        opening="We have assessed what is insured. You can read that below. We already pay you {amount} now. The "
        "amount of the rest is still to be assessed.",
        next_steps=(_PAYMENT_FOLLOWS, _INSPECTION, _KEEP_THINGS),
        sms="Your water damage {reference}: we already pay {amount}. The rest follows after inspection.",
    ),
    NoticeKind.DENIED: NoticeTexts(
        subject="Your water damage {reference}: not insured",
        headline="This damage is not insured",
        opening="We have assessed your report. The damage is not insured, so you receive no amount. Below you can "
        "read why.",
        next_steps=(_CLOSED,),
        sms="Your water damage {reference} is not insured.",
    ),
    NoticeKind.WITHDRAWN: NoticeTexts(
        subject="Your water damage {reference}: your report was taken back",
        headline="You took your report back",
        opening="You told us that you take your report back. So we have closed it.",
        next_steps=(
            "You need to do nothing.",
            "Do you change your mind? Report the damage again, and we will look at everything after all.",
        ),
        sms="Your water damage {reference}: we closed your report, because you took it back.",
    ),
    NoticeKind.JOINED: NoticeTexts(
        subject="Your water damage {reference}: we handle it together with another report",
        headline="We handle your reports together",
        opening="We received more than one report of this damage. We handle them together, as one. About that you get "
        "a letter of its own. We have closed this report; what we paid for it stays paid.",
        next_steps=("You need to do nothing.", "Is it not the same damage? Tell us, and we will look at it again."),
        sms="Your water damage {reference}: we handle it together with another report of the same damage.",
    ),
    NoticeKind.REFERRED: NoticeTexts(
        subject="Your water damage {reference}: a claims handler looks at it",
        headline="A claims handler is assessing your damage",
        opening="We cannot assess your report automatically. That is why a claims handler will assess it. Nothing "
        "has been decided yet and nothing has been refused.",
        next_steps=(_TAKEN_UP, _AT_HAND),
        sms="Your water damage {reference}: a claims handler looks at it within two working days.",
    ),
    NoticeKind.PART_PAID_REST_REFERRED: NoticeTexts(
        subject="Your water damage {reference}: we already pay {amount}",
        headline="We already pay a part",
        opening="For part of your report the outcome is certain. For that we pay you {amount} now. A claims handler "
        "assesses the rest. About that part nothing has been decided yet.",
        next_steps=(_PAYMENT_FOLLOWS, _TAKEN_UP, _REST_FOLLOWS, _AT_HAND),
        sms="Your water damage {reference}: we already pay {amount}. A claims handler looks at the rest.",
    ),
    NoticeKind.PART_DECIDED_REST_REFERRED: NoticeTexts(
        subject="Your water damage {reference}: a claims handler looks at a part",
        headline="A claims handler is assessing part of your damage",
        opening="For part of your report the outcome is certain. You can read that below. A claims handler assesses "
        "the rest. About that part nothing has been decided yet.",
        next_steps=(_TAKEN_UP, _REST_FOLLOWS, _AT_HAND),
        sms="Your water damage {reference}: a part is decided. A claims handler looks at the rest.",
    ),
}
