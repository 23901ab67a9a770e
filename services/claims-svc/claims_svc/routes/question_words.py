"""Questions to customers, and why they are asked, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from contracts.language import Language


class Words(NamedTuple):
    """A sentence in both languages."""

    nl: str
    en: str

    def told_in(self, language: Language) -> str:
        return self.nl if language is Language.DUTCH else self.en


class QuestionWords(NamedTuple):
    """A question, and why the answer matters. `{item}` counts from 1."""

    question: Words
    reason: Words


_COVER: Final = Words("Hiervan hangt af of deze schade verzekerd is.", "Whether this damage is insured depends on it.")
_SOURCE: Final = Words(
    "Hiervan hangt af of deze schade verzekerd is. Weet u het niet? Dan zoeken wij het uit.",
    "Whether this damage is insured depends on it. If you do not know, we find out.",
)
WORDS: Final[Mapping[str, QuestionWords]] = MappingProxyType(
    {
        "route": QuestionWords(
            Words(
                "Hoe kwam het water binnen? Meer antwoorden zijn mogelijk.", "How did the water come in? Name all ways."
            ),
            Words("Voor elk soort water gelden eigen regels.", "Each kind of water has rules of its own."),
        ),
        "damage": QuestionWords(
            Words(
                "Wat is er beschadigd, en wat kost het volgens u ongeveer?",
                "What was damaged, and about what do you think it costs?",
            ),
            Words(
                "Zonder schade en bedrag kunnen wij niets betalen.", "Without damage and an amount nothing can be paid."
            ),
        ),
        "damage.route": QuestionWords(
            Words(
                "Welk water beschadigde onderdeel {item} van uw melding?",
                "Which water damaged item {item} of your report?",
            ),
            Words(
                "Niet elk water dat binnenkwam is op dezelfde manier verzekerd.",
                "Not every water that came in is insured alike.",
            ),
        ),
        "damage.by_fire_or_explosion": QuestionWords(
            Words(
                "Is onderdeel {item} van uw melding beschadigd door brand of een ontploffing?",
                "Was item {item} of your report damaged by fire or an explosion?",
            ),
            Words(
                "Brand na een overstroming is anders verzekerd dan het water zelf.",
                "Fire after a flood is not insured as the water itself is.",
            ),
        ),
        "facts.precipitation_fell_directly": QuestionWords(
            Words(
                "Kwam er regen, sneeuw, hagel of smeltwater rechtstreeks naar binnen?",
                "Did rain, snow, hail or meltwater come straight in?",
            ),
            _COVER,
        ),
        "facts.precipitation_left_its_course": QuestionWords(
            Words("Liep er regenwater van buiten naar binnen?", "Did rainwater run in from outside?"), _COVER
        ),
        "facts.came_through_open_window_or_door": QuestionWords(
            Words(
                "Kwam het water door een raam of deur die openstond?",
                "Did the water come in through a window or door that was open?",
            ),
            Words(
                "Regenwater dat eerst buiten viel en door een open raam of deur naar binnen liep, is niet verzekerd. "
                "Regen die rechtstreeks naar binnen viel, is wel verzekerd.",
                "Rainwater that first fell outside and ran in through an open window or door is not insured. "
                "Rain that fell straight in is insured.",
            ),
        ),
        "facts.sewer_water_entered": QuestionWords(
            Words("Kwam er rioolwater binnen?", "Did sewer water come in?"), _COVER
        ),
        "facts.toilet_overflowed": QuestionWords(
            Words("Liep het toilet over?", "Did the toilet overflow?"),
            Words(
                "Voor een toilet dat overloopt gelden andere regels dan voor ander rioolwater.",
                "A toilet that overflows has other rules than other sewer water.",
            ),
        ),
        "facts.groundwater_entered": QuestionWords(
            Words("Kwam er grondwater binnen?", "Did groundwater come in?"), _COVER
        ),
        "facts.came_through_cellar_wall": QuestionWords(
            Words("Kwam het water door de keldermuur?", "Did the water come through the cellar wall?"),
            Words(
                "Grondwater is alleen verzekerd als het na hevige regen door de keldermuur kwam.",
                "Groundwater is insured only when it came through the cellar wall after heavy rain.",
            ),
        ),
        "facts.flood_water_entered": QuestionWords(
            Words("Kwam er water van een overstroming binnen?", "Did water of a flood come in?"), _COVER
        ),
        "facts.flood_defence_present": QuestionWords(
            Words(
                "Ligt er een dijk, kade of sluis tussen dat water en uw woning?",
                "Is there a dyke, quay or lock between that water and your home?",
            ),
            _SOURCE,
        ),
        "facts.flood_defence_failed": QuestionWords(
            Words(
                "Hield de dijk, kade of sluis het water niet tegen?",
                "Did the dyke, quay or lock fail to hold back the water?",
            ),
            _SOURCE,
        ),
        "facts.flood_defence_overtopped": QuestionWords(
            Words("Liep het water over de dijk, kade of sluis?", "Did the water run over the dyke, quay or lock?"),
            _SOURCE,
        ),
        "facts.flood_defence_is_primary": QuestionWords(
            Words("Is dat een primaire waterkering?", "Is it a primary flood defence?"), _SOURCE
        ),
        "facts.fire_or_explosion_followed": QuestionWords(
            Words(
                "Was er na de overstroming brand of een ontploffing?",
                "Was there a fire or an explosion after the flood?",
            ),
            Words(
                "Brand na een overstroming is anders verzekerd dan het water zelf.",
                "Fire after a flood is not insured as the water itself is.",
            ),
        ),
        "facts.sea_water_involved": QuestionWords(Words("Was er zeewater bij?", "Was there sea water in it?"), _SOURCE),
        "facts.home_in_unembanked_area": QuestionWords(
            Words("Staat uw woning buiten de dijken?", "Does your home stand outside the dykes?"), _SOURCE
        ),
        "facts.government_caused_flood": QuestionWords(
            Words("Veroorzaakte de overheid de overstroming?", "Did the government cause the flood?"), _SOURCE
        ),
        "facts.storm_caused_damage": QuestionWords(
            Words("Speelde de wind van een storm een rol?", "Did the wind of a storm play a part?"), _COVER
        ),
        "facts.other_cause": QuestionWords(
            Words("Kwam het water op een andere manier binnen?", "Did the water come in another way?"), _COVER
        ),
        "facts.causes_inseparable": QuestionWords(
            Words("Zijn de oorzaken niet uit elkaar te houden?", "Can the causes not be told apart?"), _COVER
        ),
    }
)
ROUTES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "direct_precipitation": Words(
            "regen, sneeuw, hagel of smeltwater viel rechtstreeks naar binnen",
            "rain, snow, hail or meltwater fell straight in",
        ),
        "indirect_precipitation": Words("regenwater liep van buiten naar binnen", "rainwater ran in from outside"),
        "sewer_backflow": Words("rioolwater kwam omhoog", "sewer water came up"),
        "groundwater": Words("grondwater kwam binnen", "groundwater came in"),
        "flood": Words("een overstroming", "a flood"),
        "storm": Words("de wind van een storm maakte de weg vrij", "the wind of a storm opened the way"),
        "other": Words("op een andere manier", "in another way"),
    }
)


def words_of(code: str) -> tuple[QuestionWords, int]:
    """Return the words of a question, and the number of the item it is about, counted from 1; 0: of none."""
    subject, _, rest = code.partition(".")
    place, _, name = rest.partition(".")
    if subject == "damage" and name:
        return WORDS[f"damage.{name}"], int(place) + 1
    return WORDS[code], 0
