"""The sentences of previews, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from policy_svc.documents import words
from policy_svc.domain.changes import Caution
from policy_svc.domain.contact_changes import ContactCaution
from policy_svc.domain.texts import Text

CAUTIONS: Final[Mapping[Caution, Text]] = MappingProxyType(
    {
        Caution.MINIMUM_IN_HEAVY_WEATHER: Text(
            nl="Bij storm, hevige plaatselijke neerslag en stortbuien betaalt u altijd minstens {least} per "
            "gebeurtenis zelf.",
            en="In a storm, heavy local precipitation or a cloudburst you always pay at least {least} per event "
            "yourself.",
        ),
        Caution.NO_WAY_BACK: Text(
            nl="Uw huidige woning is van een soort die wij niet meer accepteren. Na de verhuizing kunt u die niet "
            "opnieuw bij ons verzekeren.",
            en="Your present home is of a kind that we no longer accept. After the move you cannot insure it here "
            "again.",
        ),
        Caution.OTHER_CONDITIONS: Text(
            nl="Vanaf die dag gelden andere polisvoorwaarden.",
            en="From that day on other policy terms apply.",
        ),
        Caution.REPLACES_LATER_CHANGE: Text(
            nl="U had al een wijziging voor later doorgegeven. Deze komt daarvoor in de plaats.",
            en="You had asked for a change on a later day already. This one replaces it.",
        ),
        Caution.PREMIUM_IS_ESTIMATE: words.PREMIUM_IS_ESTIMATE,
        Caution.PREMIUM_NOT_RECOMPUTED: Text(
            nl="Wij kunnen de nieuwe premie nu niet berekenen. Uw premie blijft voorlopig gelijk. Bel ons als u wilt "
            "weten wat de verzekering na de wijziging kost.",
            en="We cannot compute the new premium now. Your premium stays the same for the time being. Call us if you "
            "want to know what the insurance costs after the change.",
        ),
    }
)
LOST: Final = Text(
    nl="Vanaf {day} niet meer verzekerd: {cover}.",
    en="From {day} on no longer insured: {cover}.",
)
POSITION_FOLLOWS: Final = Text(
    nl="De ligging van uw nieuwe woning zoeken wij zelf op. Daar hoeft u niets voor te doen.",
    en="We look up where your new home lies ourselves. You need not do anything for that.",
)
LETTERS_FOLLOW: Final = Text(
    nl="Brieven gaan vanaf {day} naar uw nieuwe adres.",
    en="From {day} on letters go to your new address.",
)
ALSO_AT_THIS_ADDRESS: Final = Text(
    nl="Op uw oude adres hebt u ook polis {policy_number}. Geef de verhuizing daar apart door.",
    en="At your old address you also have policy {policy_number}. Report the move there separately.",
)
CONTACT_CAUTIONS: Final[Mapping[ContactCaution, Text]] = MappingProxyType(
    {
        ContactCaution.LOGIN_STAYS: Text(
            nl="Hoe u inlogt verandert hierdoor niet: uw inlogadres en het nummer voor sms-codes wijzigt u "
            "in uw account.",
            en="How you log in does not change by this: your login address and the number for codes are changed in "
            "your account.",
        ),
        ContactCaution.NO_MOBILE_PHONE: Text(
            nl="Zonder mobiel nummer sturen wij geen sms, en kan geen nieuw account worden geactiveerd.",
            en="Without a mobile number we send no text messages, and no new account can be activated.",
        ),
        ContactCaution.NO_EMAIL: Text(
            nl="Zonder e-mailadres schrijven wij u over uw schades en verzekeringen per brief. Dat duurt langer. Niet "
            "alles komt per brief: dat wij geld overmaken en dat uw gegevens zijn gewijzigd, ziet u alleen online.",
            en="Without an e-mail address we write to you about your claims and insurances by letter. That takes "
            "longer. Not everything comes by letter: that we transfer money and that your data were changed you see "
            "online only.",
        ),
        ContactCaution.DECISIONS_BY_POST: Text(
            nl="Beslissingen over schades krijgt u per post. Dat duurt langer dan per e-mail. Andere berichten blijven "
            "per e-mail komen.",
            en="Decisions about claims come to you by post. That takes longer than by e-mail. Other messages still "
            "come by e-mail.",
        ),
        ContactCaution.WISH_NEEDS_ADDRESS: Text(
            nl="Wij hebben geen postadres van u. Zolang dat zo is, sturen wij beslissingen toch per e-mail en sms.",
            en="We have no postal address of you. As long as that is so, we still send decisions by e-mail and text "
            "message.",
        ),
        ContactCaution.POLICIES_STAY: Text(
            nl="Uw verzekerde woning verandert hierdoor niet. Bent u verhuisd? Geef de verhuizing door bij uw "
            "verzekering.",
            en="Your insured home does not change by this. Have you moved? Report the move at your insurance.",
        ),
    }
)
